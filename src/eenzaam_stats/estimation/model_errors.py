"""Errors of a regression: covariances of totals of influences under the design of a survey."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome
from eenzaam_stats.estimation.input_rows import input_doubts
from eenzaam_stats.estimation.method_words import method_words
from eenzaam_stats.estimation.model_rows import Figure, ModelRows
from eenzaam_stats.estimation.rows import StandardErrors
from eenzaam_stats.estimation.variance.replicated import replicate_sums
from eenzaam_stats.estimation.variance.respondent_rows import collect_frame
from eenzaam_stats.estimation.variance.uncertainty import estimate_errors
from eenzaam_stats.numerics.survey.regression import (
    RegressionFamily,
    SampleRegression,
    fit_regression,
)
from eenzaam_stats.numerics.survey.replication import replicate_covariance
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.survey import Survey

_AT_ONCE = 4  # columns of one pass
_COMPLETE = "complete row"
_ROWS = Outcome(_COMPLETE, "number")


@dataclass(frozen=True, slots=True, eq=False)
class ModelErrors:
    """Covariance of coefficients, then of figures; degrees of freedom of the design; in words."""

    covariance: FloatArray
    df: int
    source: str
    method: str


def model_errors(
    survey: Survey,
    rows: ModelRows,
    fit: SampleRegression,
    figures: Sequence[Figure],
    *,
    weights: str | None,
    tolerance: float,
) -> ModelErrors:
    """Covariance of the coefficients and the variances of the figures, in this order."""
    if survey.design.replicates is not None and weights in (DESIGN_WEIGHT, survey.design.weight):
        covariance, df, source = _replicated(survey, rows, fit, figures, tolerance=tolerance)
        words = f"replicate weights ({survey.design.replicates.method})"
    else:
        influence = [fit.influence, *(one.influence(fit, rows.weight) for one in figures)]
        covariance, df, source, words = _linearised(
            survey, rows, np.column_stack(influence), p=rows.x.shape[1], weights=weights
        )
    method = method_words(source, variance=words, interval="symmetric")
    return ModelErrors(
        covariance, df, f"{source.report.source} {source.report.wave}".strip(), method
    )


def _linearised(
    survey: Survey, rows: ModelRows, influence: FloatArray, *, p: int, weights: str | None
) -> tuple[FloatArray, int, Cells, str]:
    """Covariance of totals of influences under the design of the survey.

    The variance of a sum gives the covariance of two: 2 cov(a, b) = var(a + b) - var(a) - var(b).
    So the engine of totals serves for every design. Beyond the coefficients only variances are
    needed.
    """
    k = influence.shape[1]
    pairs = [(i, j) for j in range(p) for i in range(j)]
    # columns of one size, or the sum of two would forget the smaller
    size = np.sqrt((influence**2).sum(axis=0))
    unit = influence / np.where(size > 0.0, size, 1.0)
    columns = [unit[:, i] for i in range(k)] + [unit[:, i] + unit[:, j] for i, j in pairs]
    variances, df, source, words = _variances(survey, rows, columns, weights=weights)
    covariance = np.diag(variances[:k])
    for (i, j), both in zip(pairs, variances[k:], strict=True):
        covariance[i, j] = covariance[j, i] = (both - variances[i] - variances[j]) / 2.0
    return covariance * size[:, None] * size[None, :], df, source, words


def _variances(
    survey: Survey, rows: ModelRows, columns: Sequence[FloatArray], *, weights: str | None
) -> tuple[FloatArray, int, Cells, str]:
    """Variance of the total of each column, 0 for rows that the model leaves out."""
    made = np.zeros((len(rows.complete), len(columns)))
    made[rows.complete] = np.column_stack(columns) / rows.given[:, None]
    names = [f"influence {at}" for at in range(len(columns))]
    added = pd.DataFrame(made, columns=names)
    # an answer for every complete row: its degrees of freedom are those of the model
    added[_COMPLETE] = np.where(rows.complete, 1.0, np.nan)
    frame = pd.concat([_design_frame(survey, len(rows.complete)), added], axis=1)
    whole = dataclasses.replace(survey, respondents=frame)
    variances: list[float] = []
    for start in range(0, len(names), _AT_ONCE):
        outcomes = [Outcome(name, "number") for name in names[start : start + _AT_ONCE]]
        source = cells_for(whole, [*outcomes, _ROWS], by=(), weights=weights)
        totals = [_total_errors(whole, source, outcome) for outcome in [*outcomes, _ROWS]]
        variances += [float(errors.std_error[0]) ** 2 for errors, _ in totals[:-1]]
    errors, words = totals[-1]
    return np.array(variances), int(errors.df[0]), source, words


def _total_errors(survey: Survey, source: Cells, outcome: Outcome) -> tuple[StandardErrors, str]:
    domains = source.domains(outcome, by=())
    return estimate_errors(
        survey, source, domains, outcome, by=(), statistic="total", replication=None
    )


def _replicated(
    survey: Survey,
    rows: ModelRows,
    fit: SampleRegression,
    figures: Sequence[Figure],
    *,
    tolerance: float,
) -> tuple[FloatArray, int, Cells]:
    """Covariance of coefficients and figures, fitted again under every replicate weight."""
    frame = _design_frame(survey, len(rows.complete)).assign(
        **{_COMPLETE: np.where(rows.complete, 1.0, np.nan)}
    )
    whole = dataclasses.replace(survey, respondents=frame)
    source = cells_for(whole, [_ROWS], by=(), weights=DESIGN_WEIGHT)
    domains = source.domains(_ROWS, by=())
    sums = replicate_sums(whole, domains, _ROWS, by=())
    assert survey.design.replicates is not None
    found = []
    for name in survey.design.replicates.columns:
        weight = frame[name].to_numpy(dtype=np.float64)[rows.complete]
        weight = weight / weight.mean()
        again = fit_regression(
            rows.y,
            rows.x,
            weight,
            family=fit.family,
            start=fit.coefficients,
            tolerance=tolerance,
        )
        found.append([*again.coefficients, *(one.estimate(again, weight) for one in figures)])
    estimates = [*fit.coefficients, *(one.estimate(fit, rows.weight) for one in figures)]
    covariance = replicate_covariance(
        np.array(found),
        np.array(estimates),
        scale=sums.scale,
        rscales=sums.rscales,
        about_estimate=sums.about_estimate,
    )
    return covariance, int(sums.df(np.ones((1, 1), dtype=np.bool_))[0]), source


def _design_frame(survey: Survey, n: int) -> pd.DataFrame:
    """Every column that the design names, as pandas."""
    design = survey.design
    calibration = design.calibration
    names = [
        *(name for name in (design.weight, design.stratum) if name),
        *design.clusters,
        *design.sizes,
        *(design.replicates.columns if design.replicates else ()),
        *(name for margin in (calibration.margins if calibration else ()) for name in margin),
        *((calibration.base_weight, *calibration.numeric) if calibration else ()),
    ]
    frame = engine_frame.open_frame(survey.respondents)
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return pd.DataFrame(index=range(n))
    return collect_frame(frame.select(*wanted)).to_pandas().reset_index(drop=True)


def class_doubts(
    survey: Survey, rows: ModelRows, *, family: RegressionFamily, weights: str | None
) -> Iterator[tuple[str, Doubt]]:
    """Doubt of the outcome in the whole, and in every class that the model compares."""
    outcome = Outcome("outcome", "binary" if family == "logit" else "number")
    answer = np.full(len(rows.complete), np.nan)
    answer[rows.complete] = rows.y
    classes = [
        str(name)
        for name in sorted(map(str, rows.matrix.model_spec.required_variables))
        if isinstance(rows.frame[name].dtype, pd.CategoricalDtype)
    ]
    frame = _design_frame(survey, len(rows.complete)).assign(
        **{outcome.name: answer},
        **{f"class {at}": rows.frame[name] for at, name in enumerate(classes)},
    )
    whole = dataclasses.replace(survey, respondents=frame)
    for at, name in enumerate(["", *classes]):
        by = (f"class {at - 1}",) if name else ()
        source = cells_for(whole, [outcome], by=by, weights=weights)
        domains = source.domains(outcome, by=by)
        doubts = input_doubts(whole, source, domains, outcome, by=by)
        for group, doubt in zip(domains.groups, doubts, strict=True):
            yield f"{name} {group[0]}" if group else rows.outcome, doubt
