"""The verb ``model``: a regression on a sample, with the errors of its design.

The formula is read by formulaic; coefficients are fitted in ``numerics``, and for the variance each
coefficient and each average of predictions is a total of influences. Totals have the variance that
the design gives them, whatever its strata, stages or calibration.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT
from eenzaam_stats.estimation.model_errors import class_doubts, model_errors
from eenzaam_stats.estimation.model_rows import Figure, ModelRows, figures_in, model_rows
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.numerics.survey.regression import (
    TOLERANCE,
    RegressionFamily,
    SampleRegression,
    fit_regression,
)
from eenzaam_stats.results.doubt import inherit_flag
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

    **Unit.** Coefficients in log odds, units of the outcome, or log rates; adjusted figures in
    proportions 0-1, units of the outcome, or rates.

    **Missing data.** A row without a variable of the formula adds nothing and is counted, and the
    design stays whole: strata and clusters keep their numbers of units.

    **Validated against.** ``svyglm``, ``regTermTest`` and ``svypredmeans`` of R ``survey``, in
    ``tests/estimation/test_model.py``.

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
    figures = list(figures_in(rows))
    found = model_errors(survey, rows, fit, figures, weights=weights, tolerance=tolerance)
    p = rows.x.shape[1]
    df = found.df - (p - 1)
    quantile = float(stats.t.ppf(0.5 + level / 2.0, df)) if df > 0 else float("nan")
    adjusted = [
        _adjusted(one, one.estimate(fit, rows.weight), error, df=df, quantile=quantile)
        for one, error in zip(figures, np.sqrt(np.diag(found.covariance)[p:]), strict=True)
    ]
    doubt = inherit_flag(
        class_doubts(survey, rows, family=family, weights=weights),
        own=_own_doubt(df),
        errors_from="model",
    )
    return RegressionFit(
        outcome=rows.outcome,
        formula=formula,
        source=found.source,
        family=family,
        coefficients=_coefficients(rows.names, fit, found.covariance, df=df, quantile=quantile),
        covariance=tuple(tuple(row) for row in found.covariance[:p, :p].tolist()),
        terms=_tests(rows, fit.coefficients, found.covariance, df=df),
        adjusted=tuple(a for a, one in zip(adjusted, figures, strict=True) if not one.difference),
        effects=tuple(a for a, one in zip(adjusted, figures, strict=True) if one.difference),
        n=int(rows.complete.sum()),
        n_missing=int((~rows.complete).sum()),
        missing=rows.missing,
        df=df,
        deviance=fit.deviance,
        null_deviance=fit.null_deviance,
        level=level,
        method=found.method,
        version=VERSION,
        flag=doubt.flag,
        reason=doubt.reason,
    )


def _coefficients(
    names: Sequence[str],
    fit: SampleRegression,
    covariance: FloatArray,
    *,
    df: int,
    quantile: float,
) -> tuple[Coefficient, ...]:
    made = []
    for name, estimate, variance in zip(names, fit.coefficients, np.diag(covariance), strict=False):
        b, se = float(estimate), float(np.sqrt(variance))
        t = b / se if se > 0.0 else float("nan")
        p = 2.0 * float(stats.t.sf(abs(t), df)) if df > 0 else float("nan")
        term = "(Intercept)" if name == "Intercept" else name
        made.append(Coefficient(term, b, se, b - quantile * se, b + quantile * se, df, t, p))
    return tuple(made)


def _adjusted(
    one: Figure, estimate: float, error: float, *, df: int, quantile: float
) -> AdjustedRow:
    half = quantile * float(error)
    return AdjustedRow(
        one.variable, one.value, estimate, float(error), estimate - half, estimate + half, df
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
