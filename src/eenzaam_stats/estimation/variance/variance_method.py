"""Where a standard error comes from: linearisation, calibration, clusters left out, or replicates.

One question, asked by every verb that estimates per group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import DesignError
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.variance.calibrated import estimate_calibrated_errors
from eenzaam_stats.estimation.variance.replicated import replicate_weight_errors
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors, linear_errors
from eenzaam_stats.numerics.survey.linearise import Statistic, departures, linearise
from eenzaam_stats.numerics.survey.moments import collapse_strata
from eenzaam_stats.numerics.survey.replication import (
    ReplicateFactors,
    jackknife_factors,
    rao_wu_factors,
    replicate_variance,
)
from eenzaam_stats.numerics.survey.rounding import score_size, without_rounding
from eenzaam_stats.survey import Survey

_LEAST_REPLICATES = 2


@dataclass(frozen=True, slots=True)
class RaoWu:
    """Rescaled bootstrap over the clusters of a design.

    Attributes
    ----------
    rng : numpy.random.Generator
        Source of the draws; the same seed gives the same standard errors.
    replicates : int
        Number of replicates.
    """

    rng: np.random.Generator
    replicates: int = 500


@dataclass(frozen=True, slots=True)
class Jackknife:
    """Delete one cluster at a time: JK1 without strata, JKn with them."""

    name: str = field(default="jackknife", init=False)


Replication: TypeAlias = RaoWu | Jackknife


def estimate_errors(
    survey: Survey | Cells,
    source: Cells,
    domains: Domains,
    outcome: Outcome,
    *,
    by: Sequence[str],
    statistic: Statistic,
    replication: Replication | None,
) -> tuple[StandardErrors, str]:
    """Standard errors of the domains, and the method in words.

    Parameters
    ----------
    survey : Survey or Cells
        What the user gave; rows are needed for replicate weights and calibrated weights.
    source : Cells
        Sums of the outcome.
    domains : Domains
        The same, numbered.
    outcome : Outcome
        What is estimated.
    by : sequence of str
        Grouping columns.
    statistic : str
        Statistic of ``numerics.survey.linearise``.
    replication : RaoWu or Jackknife or None
        What the user asked for.

    Returns
    -------
    errors : Errors
    words : str

    Raises
    ------
    DesignError
        If replicates of clusters are asked for and the design has none, or rows are needed and
        cells were given.
    """
    errors, words = _errors(survey, source, domains, outcome, by=by, how=(statistic, replication))
    # the level is left out: beside a number far from 0 its spread would look like rounding
    size = score_size(domains.moments, linearise(domains.first, statistic).score)
    return StandardErrors(np.sqrt(without_rounding(errors.std_error**2, size)), errors.df), words


def _errors(
    survey: Survey | Cells,
    source: Cells,
    domains: Domains,
    outcome: Outcome,
    *,
    by: Sequence[str],
    how: tuple[Statistic, Replication | None],
) -> tuple[StandardErrors, str]:
    """Errors as the design gives them, with what rounding leaves of a zero."""
    statistic, replication = how
    found = domains.linearise(statistic)
    design = source.design
    own_weight = source.columns.weight == design.weight
    if replication is not None:
        return _replicate_errors(domains, statistic, replication, source=source)
    if design.replicates is not None and own_weight:
        rows = require_respondents(survey, "replicate weights")
        errors = replicate_weight_errors(rows, domains, outcome, by=by, statistic=statistic)
        return errors, f"replicate weights ({design.replicates.method})"
    if design.calibration is not None and own_weight:
        rows = require_respondents(survey, "a calibrated weight")
        errors = estimate_calibrated_errors(rows, domains, outcome, by=by, found=found)
        return errors, "Taylor linearisation of residuals"
    return linear_errors(domains, found), "Taylor linearisation"


def require_respondents(survey: Survey | Cells, why: str) -> Survey:
    """The respondents behind what the user gave.

    Raises
    ------
    DesignError
        If cells were given, which no longer know them.
    """
    if isinstance(survey, Survey):
        return survey
    raise DesignError(
        f"a design with {why} needs the respondents for its variance, and got cells. Give the "
        "survey itself, or take it out of the design to treat the weights as fixed."
    )


def _replicate_errors(
    domains: Domains, statistic: Statistic, replication: Replication, *, source: Cells
) -> tuple[StandardErrors, str]:
    """Errors from replicates of the clusters, whatever the number of rows."""
    if domains.clusters is None:
        raise DesignError(
            "replicates from cells need a design with clusters, and in this one each respondent is "
            "a sampling unit. Leave replication out (linearisation), or give the design the "
            "replicate weights of the file."
        )
    if source.columns.fpc is not None:
        raise DesignError(
            "replicates from cells know no finite population correction, and the design has one. "
            "Leave replication out, or take fpc out of the design."
        )
    home, _ = collapse_strata(domains.strata)
    factors, words = _factors(home[domains.clusters], replication)
    away = departures(_replicate_sums(domains, factors), domains.first, statistic, domains.origin)
    variance = replicate_variance(
        away,
        np.zeros(len(domains.groups)),
        scale=factors.scale,
        rscales=factors.rscales,
    )
    df = linear_errors(domains, domains.linearise(statistic)).df
    return StandardErrors(np.sqrt(variance), df), words


def _factors(clusters: NDArray[np.int64], replication: Replication) -> tuple[ReplicateFactors, str]:
    if isinstance(replication, Jackknife):
        return jackknife_factors(clusters), "jackknife over clusters"
    if replication.replicates < _LEAST_REPLICATES:
        raise DesignError(
            f"a bootstrap needs at least 2 replicates, and got {replication.replicates}."
        )
    made = rao_wu_factors(clusters, replicates=replication.replicates, rng=replication.rng)
    return made, f"Rao-Wu bootstrap over clusters, {replication.replicates} replicates"


def _replicate_sums(domains: Domains, factors: ReplicateFactors) -> FloatArray:
    """Sums in each replicate, shape (r, d, 2), from one product of the table of cells."""
    moments = domains.moments
    clusters = np.asarray(moments.cluster, dtype=np.int64)
    shape = (factors.factors.shape[1], len(domains.groups))
    sums = [
        factors.factors
        @ sparse.csr_array((moments.first[:, j], (clusters, moments.domain)), shape=shape)
        for j in (0, 1)
    ]
    return np.stack([np.asarray(one) for one in sums], axis=2)
