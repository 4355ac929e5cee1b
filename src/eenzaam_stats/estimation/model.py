"""The verb ``model``: a regression on a sample, with the errors of its design.

The formula is read by formulaic; coefficients are fitted in ``numerics``, and for the variance each
coefficient and each average of predictions is a total of influences. Totals have the variance that
the design gives them, whatever its strata, stages or calibration.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome
from eenzaam_stats.estimation.input_rows import input_doubts
from eenzaam_stats.estimation.method_words import method_words
from eenzaam_stats.estimation.model_rows import Figures, ModelRows, figures_in, model_rows
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.estimation.variance.replicated import replicate_sums
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.estimation.variance.variance_method import estimate_errors
from eenzaam_stats.numerics.survey.regression import (
    TOLERANCE,
    RegressionFamily,
    SampleRegression,
    fit_regression,
)
from eenzaam_stats.numerics.survey.replication import replicate_covariance
from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.model import AdjustedRow, RegressionFit, TermTest
from eenzaam_stats.results.series import Coefficient
from eenzaam_stats.survey import Survey
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import require_option

_FEW = 10  # degrees of freedom below which the errors themselves are uncertain


@in_words
def model(
    survey: Survey,
    formula: str,
    *,
    family: RegressionFamily = "logit",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
    tolerance: float = TOLERANCE,
) -> RegressionFit:
    r"""Fit a regression to a survey, its design counted in every error.

    Parameters
    ----------
    survey : Survey
        Respondents in a frame of any engine.
    formula : str
        Outcome and terms, ``"lonely ~ sex + age_group"``, as formulaic and R read it. Text columns
        and categories are classes; the first is the one that others are compared with.
    family : {"logit", "linear", "poisson"}, default "logit"
        Log odds of a 0/1 outcome, mean of a number, or log rate of a count.
    level : float, default 0.95
        Coverage of the intervals.
    weights : str or None, default "design"
        Weight of the design, another column, or ``None`` for no weights.
    tolerance : float, default 1e-8
        Relative change of the deviance at which the fit stops, as in R. With 1e-14 all digits are
        those of the limit.

    Returns
    -------
    RegressionFit
        Coefficients, a test per term, adjusted prevalences and average marginal effects.

    Raises
    ------
    UnknownColumnError
        If a variable of the formula is not in the survey.
    SchemaError
        If the outcome is not what the family needs, no row is complete, or columns of the model
        add up to others.
    ConvergenceError
        If the fit does not converge, or columns tell the outcome exactly.
    OptionError
        If the formula cannot be read.
    DesignError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    prevalence : Prevalences of groups as they are.
    standardise : Prevalences with the age structure of a population.

    Notes
    -----
    Coefficients solve the weighted estimating equations; their covariance is that of the totals
    of the influences under the design [1]_, and limits take Student's t with the degrees of
    freedom of the design less the columns beside the intercept. A term is tested by the Wald
    statistic divided by its number of coefficients, as an F. Adjusted prevalences set a variable to
    one value for everybody in the sample and average the predictions [2]_; their errors count
    that those people are a sample. Where an association is no cause, an adjusted one is none.

    A number has a mean slope, unless it stands in a spline, which has no value beyond its ends.

    **Unit.** Coefficients in log odds, units of the outcome, or log rates; adjusted figures in
    proportions 0-1, units of the outcome, or rates.

    **Missing data.** A row without a variable of the formula adds nothing and is counted, and the
    design stays whole: strata and clusters keep their numbers of units.

    **Validated against.** ``svyglm`` and ``regTermTest`` of R ``survey``, and averages of
    predictions worked out there, in ``tests/estimation/test_model.py``.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex
       surveys. International Statistical Review, 51(3), 279-292. doi:10.2307/1402588
    .. [2] Graubard, B. I. & Korn, E. L. (1999). Predictive margins with survey data. Biometrics,
       55(2), 652-659. doi:10.1111/j.0006-341X.1999.00652.x

    Examples
    --------
    >>> from eenzaam_stats.survey import Design, HarmonisationReport
    >>> people = pd.DataFrame({"lonely": [1, 0, 0, 0, 1, 1, 1, 0], "sex": ["m"] * 4 + ["v"] * 4})
    >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 8, 8)
    >>> fit = model(Survey(people, Design(), report), "lonely ~ sex", weights=None)
    >>> fit.adjusted_means()["estimate"].round(3).tolist()
    [0.25, 0.75]
    >>> round(fit.coefficient("sex[T.v]").estimate, 3)
    2.197
    """
    require_option(family, RegressionFamily, name="family")
    require_level(level)
    rows = model_rows(survey, formula, family=family, weights=weights)
    fit = fit_regression(rows.y, rows.x, rows.weight, family=family, tolerance=tolerance)
    figures = figures_in(rows)
    estimates = figures.estimate(fit, rows.weight)
    if survey.design.replicates and weights in (DESIGN_WEIGHT, survey.design.weight):
        found = _refit_replicates(survey, rows, fit, figures, tolerance=tolerance)
    else:
        influences = [fit.influence, *figures.influence(fit, rows.weight)]
        found = _linearise(survey, rows, influences, weights=weights)
    p = rows.x.shape[1]
    df = found.df - (p - 1)
    quantile = float(t_quantile(level, df))
    errors = np.sqrt(np.diag(found.covariance)[p:]).tolist()
    adjusted = [
        (one.difference, AdjustedRow(one.variable, one.value, *_limits(b, se, quantile), df))
        for one, b, se in zip(figures.figures, estimates, errors, strict=True)
    ]
    doubt = inherit_flag(
        class_doubts(survey, rows, family=family, weights=weights),
        own=_own_doubt(df),
        errors_from="model",
    )
    return RegressionFit(
        outcome=rows.outcome,
        formula=formula,
        source=survey.report.name,
        family=family,
        coefficients=_coefficients(rows.names, fit, found.covariance, df=df, quantile=quantile),
        covariance=tuple(tuple(row) for row in found.covariance[:p, :p].tolist()),
        terms=_tests(rows, fit.coefficients, found.covariance, df=df),
        adjusted=tuple(row for difference, row in adjusted if not difference),
        effects=tuple(row for difference, row in adjusted if difference),
        n=int(rows.complete.sum()),
        n_missing=int((~rows.complete).sum()),
        missing=rows.missing,
        df=df,
        deviance=fit.deviance,
        null_deviance=fit.null_deviance,
        level=level,
        method=_describe_method(found),
        version=VERSION,
        flag=doubt.flag,
        reason=doubt.reason,
    )


def _limits(b: float, se: float, quantile: float) -> tuple[float, float, float, float]:
    """Estimate, standard error and symmetric limits."""
    return b, se, b - quantile * se, b + quantile * se


def _coefficients(
    names: Sequence[str],
    fit: SampleRegression,
    covariance: FloatArray,
    *,
    df: int,
    quantile: float,
) -> tuple[Coefficient, ...]:
    errors = np.sqrt(np.diag(covariance)[: len(names)])
    t = np.divide(fit.coefficients, errors, out=np.full(len(names), np.nan), where=errors > 0.0)
    columns = (fit.coefficients, errors, t, two_sided_p(t, df))
    return tuple(
        Coefficient(
            "(Intercept)" if name == "Intercept" else name, *_limits(b, se, quantile), df, t, p
        )
        for name, b, se, t, p in zip(names, *(one.tolist() for one in columns), strict=True)
    )


def _tests(
    rows: ModelRows, coefficients: FloatArray, covariance: FloatArray, *, df: int
) -> tuple[TermTest, ...]:
    """Wald test of every term, as F on the degrees of freedom that the model leaves."""
    made = []
    for term, at in rows.matrix.model_spec.term_indices.items():
        if str(term) == "1":
            continue
        b, v = coefficients[at], covariance[np.ix_(at, at)]
        f = float(b @ np.linalg.solve(v, b)) / len(at)
        p = float(stats.f.sf(f, len(at), df)) if df > 0 else float("nan")
        made.append(TermTest(str(term), f, len(at), df, p))
    return tuple(made)


def _own_doubt(df: int) -> str:
    if df <= 0:
        return "no degrees of freedom are left, so there is no interval"
    return f"{df} degrees of freedom: the errors themselves are uncertain" if df < _FEW else ""


# Errors of a regression: covariances of totals of influences under the design of a survey.

_AT_ONCE = 4  # columns of one pass
_COMPLETE = "complete row"
_ROWS = Outcome(_COMPLETE, "number")


@dataclass(frozen=True, slots=True, eq=False)
class _Errors:
    """Covariance of coefficients, then of figures; degrees of freedom of the design; its words."""

    covariance: FloatArray
    df: int
    source: Cells
    words: str


def _describe_method(found: _Errors) -> str:
    """Variance, design and weights; the degrees of freedom of a model are said by the result."""
    words = method_words(found.source, variance=found.words, interval="symmetric")
    return words.partition("; ")[0].removeprefix("direct estimate, ")


def _linearise(
    survey: Survey, rows: ModelRows, influences: Sequence[FloatArray], *, weights: str | None
) -> _Errors:
    """Covariance of totals of influences under the design of the survey.

    The variance of a sum gives the covariance of two: 2 cov(a, b) = var(a + b) - var(a) - var(b).
    So the engine of totals serves for every design. Beyond the coefficients only variances are
    needed.
    """
    influence = np.column_stack(influences)
    k, p = influence.shape[1], rows.x.shape[1]
    pairs = [(i, j) for j in range(p) for i in range(j)]
    # columns of one size, or the sum of two would forget the smaller
    size = np.sqrt((influence**2).sum(axis=0))
    unit = influence / np.where(size > 0.0, size, 1.0)
    columns = [unit[:, i] for i in range(k)] + [unit[:, i] + unit[:, j] for i, j in pairs]
    variances, df, source, words = _variances(survey, rows, columns, weights=weights)
    covariance = np.diag(variances[:k])
    for (i, j), both in zip(pairs, variances[k:], strict=True):
        covariance[i, j] = covariance[j, i] = (both - variances[i] - variances[j]) / 2.0
    return _Errors(covariance * size[:, None] * size[None, :], df, source, words)


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
    frame = pd.concat([rows.design, added], axis=1)
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


def _refit_replicates(
    survey: Survey, rows: ModelRows, fit: SampleRegression, figures: Figures, *, tolerance: float
) -> _Errors:
    """Covariance of coefficients and figures, fitted again under every replicate weight."""
    frame = rows.design.assign(**{_COMPLETE: np.where(rows.complete, 1.0, np.nan)})
    whole = dataclasses.replace(survey, respondents=frame)
    source = cells_for(whole, [_ROWS], by=(), weights=DESIGN_WEIGHT)
    domains = source.domains(_ROWS, by=())
    sums = replicate_sums(whole, domains, _ROWS, by=())
    replicates = survey.design.replicates
    found = []
    for name in replicates.columns if replicates else ():
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
        found.append([*again.coefficients, *figures.estimate(again, weight)])
    estimates = [*fit.coefficients, *figures.estimate(fit, rows.weight)]
    covariance = replicate_covariance(
        np.array(found),
        np.array(estimates),
        scale=sums.scale,
        rscales=sums.rscales,
        about_estimate=sums.about_estimate,
    )
    df = int(sums.df(np.ones((1, 1), dtype=np.bool_))[0])
    words = f"replicate weights ({replicates.method if replicates else ''})"
    return _Errors(covariance, df, source, words)


def class_doubts(
    survey: Survey, rows: ModelRows, *, family: RegressionFamily, weights: str | None
) -> Iterator[tuple[str, Doubt]]:
    """Doubt of the outcome in the whole, and in every class that the model compares."""
    outcome = Outcome("outcome", "binary" if family == "logit" else "number")
    answer = np.full(len(rows.complete), np.nan)
    answer[rows.complete] = rows.y
    classes = [
        str(name)
        for name in rows.predictors
        if isinstance(rows.frame[name].dtype, pd.CategoricalDtype)
    ]
    frame = rows.design.assign(
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
