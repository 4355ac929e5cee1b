"""Where the covariance of targets comes from: cells, calibrated respondents, or replicate weights.

A target is a difference, a standardised estimate, a slope: something made of several groups. One
question, asked by every verb that compares groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.variance.calibrated import read_calibrated_rows
from eenzaam_stats.estimation.variance.replicated import ReplicateSums, replicate_sums
from eenzaam_stats.estimation.variance.variance_method import require_respondents
from eenzaam_stats.numerics.survey.calibrated_variance import calibrated_covariance
from eenzaam_stats.numerics.survey.calibration_residuals import CalibratedRows, Method
from eenzaam_stats.numerics.survey.covariance import score_covariance
from eenzaam_stats.numerics.survey.replication import replicate_covariance
from eenzaam_stats.numerics.survey.rounding import score_size, without_rounding
from eenzaam_stats.survey import Survey

Score: TypeAlias = tuple[FloatArray, FloatArray]
Value: TypeAlias = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True, eq=False)
class TargetErrors:
    """Covariance of targets, shape (t, t), and their degrees of freedom, shape (t,)."""

    covariance: FloatArray
    df: IntArray

    @property
    def std_error(self) -> FloatArray:
        """Standard errors, shape (t,)."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, slots=True, eq=False)
class Covariances:
    """How the covariance of any targets of one outcome is found.

    Attributes
    ----------
    words : str
        Method, for the footnote.
    of : callable
        From the scores of the targets (two arrays of shape (t, d)) and the targets as a function of
        the sums of the finest domains ((d, 2) to (t,)), which replicates need, to their errors.
    """

    words: str
    of: Callable[[Score, Value], TargetErrors]


def estimate_covariances(
    survey: Survey | Cells, source: Cells, domains: Domains, outcome: Outcome, *, by: Sequence[str]
) -> Covariances:
    """Choose by the design: replicate weights, calibrated weights, or sums.

    Parameters
    ----------
    survey : Survey or Cells
        What the user gave; rows are needed for replicate weights and calibrated weights.
    source, domains
        Sums of the outcome, and the same numbered.
    outcome : Outcome
        What is estimated.
    by : sequence of str
        Columns of the finest domains.

    Returns
    -------
    Covariances

    Raises
    ------
    DesignError
        If rows are needed and cells were given, or replicate or calibrated weights are unusable.
    """
    found = _covariances(survey, source, domains, outcome, by=by)
    return Covariances(found.words, partial(_without_rounding, found.of, domains))


def _without_rounding(
    of: Callable[[Score, Value], TargetErrors], domains: Domains, score: Score, value: Value
) -> TargetErrors:
    """Errors of targets; a variance that is rounding is none, and covaries with nothing."""
    found = of(score, value)
    variance = np.diag(found.covariance)
    exact = without_rounding(variance, score_size(domains.moments, score)) == 0.0
    covariance = np.where(exact[:, None] | exact[None, :], 0.0, found.covariance)
    return TargetErrors(covariance, found.df)


def _covariances(
    survey: Survey | Cells, source: Cells, domains: Domains, outcome: Outcome, *, by: Sequence[str]
) -> Covariances:
    design = source.design
    own_weight = source.columns.weight == design.weight
    if design.replicates is not None and own_weight:
        rows = require_respondents(survey, "replicate weights")
        sums = replicate_sums(rows, domains, outcome, by=by)
        words = f"replicate weights ({design.replicates.method})"
        return Covariances(words, partial(_errors_by_replication, sums, domains))
    if design.calibration is not None and own_weight:
        rows = require_respondents(survey, "a calibrated weight")
        made, calibration = read_calibrated_rows(rows, domains, outcome, by=by)
        errors = partial(_errors_by_calibration, (made, calibration.method), domains)
        return Covariances("Taylor linearisation of residuals", errors)
    return Covariances("Taylor linearisation", partial(_linear, domains))


def _linear(domains: Domains, score: Score, value: Value) -> TargetErrors:  # noqa: ARG001
    found = score_covariance(domains.moments, score, strata=domains.strata)
    return TargetErrors(found.covariance, found.df)


def _errors_by_calibration(
    made: tuple[CalibratedRows, Method], domains: Domains, score: Score, value: Value
) -> TargetErrors:
    rows, method = made
    covariance = calibrated_covariance(rows, score, method=method, strata=domains.strata)
    return TargetErrors(covariance, _linear(domains, score, value).df)


def _errors_by_replication(
    sums: ReplicateSums, domains: Domains, score: Score, value: Value
) -> TargetErrors:
    covariance = replicate_covariance(
        np.stack([value(first) for first in sums.first]),
        value(domains.first),
        scale=sums.scale,
        rscales=sums.rscales,
        about_estimate=sums.about_estimate,
    )
    return TargetErrors(covariance, sums.df((score[0] != 0.0) | (score[1] != 0.0)))
