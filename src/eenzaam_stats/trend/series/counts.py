"""The verb ``interrupted_counts``: level and slope changes of counts with their denominators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError, verb
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.numerics.series.count_regression import CountErrors, CountFit, Family, fit_counts
from eenzaam_stats.results.series import InterruptedFit
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.fitting import require_identified
from eenzaam_stats.trend.series.grid import require_even
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions, interrupted_fit, plan_fit
from eenzaam_stats.trend.series.residuals import residual_checks
from eenzaam_stats.trend.series.series import ESTIMATE, WAVE, Series, open_series
from eenzaam_stats.vocabulary import require_option

CountModel = Literal["quasipoisson", "quasibinomial"]
COUNT, DENOMINATOR = "count", "denominator"
# 1.234 and 1,234: a whole number in one country, a broken one in another
_FAMILIES: dict[str, Family] = {"quasipoisson": "poisson", "quasibinomial": "binomial"}
_SCALES = {"quasipoisson": "log", "quasibinomial": "logit"}


@dataclass(frozen=True, slots=True)
class CountOptions:
    """Choices of a regression of counts.

    Attributes
    ----------
    errors : {"dispersion", "robust", "newey_west", "model"}
        Model variance times Pearson's dispersion; heteroskedasticity-robust (HC1); Newey-West with
        ``lag``; model variance as it is, which is too small for counts that vary more than chance.
    lag : int
        Largest lag of Newey-West.
    """

    errors: CountErrors = "dispersion"
    lag: int = 1


@in_words
def interrupted_counts(
    series: pd.DataFrame,
    interruptions: Sequence[Interruption],
    *,
    model: CountModel = "quasipoisson",
    covariates: Sequence[str] = (),
    counts: CountOptions | None = None,
    options: SeriesOptions | None = None,
    level: float = 0.95,
) -> InterruptedFit:
    r"""Estimate level and slope changes of a series of counts at known dates.

    Parameters
    ----------
    series : pandas.DataFrame
        One row per wave: ``wave`` (a date as a number), ``count``, and ``denominator``, the people
        or person-time behind it. Without a denominator a Poisson series counts events per wave.
    interruptions : sequence of Interruption
        What may have changed the series, and when.
    model : {"quasipoisson", "quasibinomial"}, default "quasipoisson"
        Rates with a log link, or shares of the denominator with a logit link.
    covariates : sequence of str
        Further columns of the frame.
    counts : CountOptions, optional
        Kind of standard errors.
    options : SeriesOptions, optional
        Convention of the trend, season, dates of effects; its ``fit`` plays no part.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    InterruptedFit
        Changes are log rate ratios or log odds ratios. Effects at dates are relative (rate ratio or
        ratio of shares, minus 1) and absolute (difference of rates or shares) as well; the variance
        of the model is Pearson's dispersion.

    Raises
    ------
    SchemaError, UnknownColumnError
        If a column is absent, a count is missing, negative or no whole number, a denominator is not
        above 0, or a count exceeds its denominator in a quasi-binomial series.
    OptionError
        As in :func:`eenzaam_stats.interrupted_time_series`.
    ConvergenceError
        If a segment has only zeros, or everybody.

    See Also
    --------
    eenzaam_stats.interrupted_time_series : Estimates with their sampling errors.

    Notes
    -----
    :math:`\log E(y_t) = \log m_t + b_0 + b_1 t + \sum_k [b_{2k} x_{kt} + b_{3k} x_{kt}(t - T_k)]`,
    or the same for the log odds of :math:`y_t` out of :math:`m_t`; t intervals on n - p degrees of
    freedom. Autocorrelation is not modelled: ``errors="newey_west"`` shows how much it might
    matter, and with few waves its intervals are too narrow. Counts of a sample with weights are no
    counts: give their estimates to the other verb.

    **Unit.** Log rate or log odds, per unit of ``wave`` for slopes.

    **Missing data.** A wave without a count is refused; leave it out and it is a gap.

    **Validated against.** ``glm`` and ``sandwich`` of R, in ``tests/trend/series/test_counts.py``.

    References
    ----------
    .. [1] Lopez Bernal, J., Cummins, S., & Gasparrini, A. (2017). Interrupted time series
       regression for the evaluation of public health interventions: a tutorial. International
       Journal of Epidemiology, 46(1), 348-355. doi:10.1093/ije/dyw098

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": range(2010, 2022), "denominator": 1000})
    >>> frame["count"] = [100, 104, 97, 102, 99, 101, 98, 103, 150, 148, 153, 149]
    >>> fit = interrupted_counts(frame, [Interruption("law", start=2018, effects=("level",))])
    >>> change = fit.effect("law", "level change")
    >>> round(float(np.exp(change.estimate)), 2), change.p_value < 0.001
    (1.49, True)
    """
    require_option(model, CountModel, name="model")
    require_level(level)
    counts = counts or CountOptions()
    require_option(counts.errors, CountErrors, name="errors")
    covariates = [covariates] if isinstance(covariates, str) else covariates
    data, count, exposure = _open_counts(series, covariates, model)
    plan = plan_fit(data, interruptions, options or SeriesOptions())
    x = plan.design.matrix(plan.used.times, plan.used.covariates)
    require_identified(x, names=plan.design.names)
    _require_lag(counts, plan.used)
    kept = ~plan.out
    found = fit_counts(
        count[kept],
        x,
        exposure[kept],
        family=_FAMILIES[model],
        errors=counts.errors,
        lag=counts.lag,
    )
    # Pearson's residuals: raw ones vary with the size of the count, which is no autocorrelation.
    residual = (count[kept] - found.expected) / np.sqrt(_variance(found, exposure[kept], model))
    return interrupted_fit(
        _convert_fit(found, model, counts),
        plan,
        link=_SCALES[model],
        level=level,
        checks=residual_checks(residual, x, season=plan.options.season > 0),
    )


def _open_counts(
    frame: pd.DataFrame, covariates: Sequence[str], model: CountModel
) -> tuple[Series, FloatArray, FloatArray]:
    """Series on the scale of the model, counts and denominators, in order of time."""
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            f"{verb()} needs a pandas frame with wave and count; it got "
            f"{type(frame).__qualname__}. Estimates of a survey go to interrupted_time_series()."
        )
    wanted = [WAVE, COUNT, *([DENOMINATOR] if model == "quasibinomial" else []), *covariates]
    missing = [name for name in wanted if name not in frame]
    if missing:
        raise UnknownColumnError.among(missing, list(frame.columns))
    frame = frame if DENOMINATOR in frame else frame.assign(**{DENOMINATOR: 1.0})
    frame = _replace_counts(frame, model)
    share = frame.assign(**{ESTIMATE: frame[COUNT] / frame[DENOMINATOR]})
    data = open_series(
        share[list(dict.fromkeys((WAVE, ESTIMATE, COUNT, DENOMINATOR, *covariates)))],
        covariates=[COUNT, DENOMINATOR, *covariates],
        link="identity",
    )
    count, exposure = data.covariates[:, 0], data.covariates[:, 1]
    with np.errstate(divide="ignore"):
        odds = data.values / (1.0 - data.values) if model == "quasibinomial" else data.values
        values = np.log(odds)
    made = replace(
        data,
        values=np.where(np.isfinite(values), values, np.nan),
        covariates=data.covariates[:, 2:],
        names=tuple(covariates),
        outcome="share" if model == "quasibinomial" else "rate",
    )
    return made, count, exposure


def _replace_counts(frame: pd.DataFrame, model: CountModel) -> pd.DataFrame:
    """Frame whose counts and denominators are the numbers that were checked."""
    count, below = (
        numbers_or_nan(frame[name]).to_numpy(np.float64) for name in (COUNT, DENOMINATOR)
    )
    whole = (count >= 0) & (count == np.rint(count))
    faults = {
        "a whole number of at least 0 in column 'count'": ~whole,
        "a number above 0 in column 'denominator'": ~((below > 0) & np.isfinite(below)),
    }
    if model == "quasibinomial":
        faults["a count of at most its denominator"] = count > below
    for needed, wrong in faults.items():
        if wrong.any():
            first = frame[WAVE].iloc[int(wrong.argmax())]
            raise SchemaError(
                f"{verb()} needs {needed} in every wave, and {int(wrong.sum())} wave(s) have "
                f"another (first {first}). Correct them, or leave those waves out."
            )
    return frame.assign(**{COUNT: count, DENOMINATOR: below})


def _require_lag(counts: CountOptions, used: Series) -> None:
    if counts.errors != "newey_west":
        return
    if not isinstance(counts.lag, int) or not 0 <= counts.lag < len(used):
        raise OptionError(
            f"errors='newey_west' needs a lag from 0 to {len(used) - 1}, and got {counts.lag}. A "
            "usual one for waves per year is 1."
        )
    require_even(used.times, needed_for=f"errors='newey_west' with lag {counts.lag}")


def _variance(found: CountFit, exposure: FloatArray, model: CountModel) -> FloatArray:
    mean = found.expected
    return mean * (1.0 - mean / exposure) if model == "quasibinomial" else mean


def _convert_fit(found: CountFit, model: CountModel, counts: CountOptions) -> Fitted:
    words = {
        "dispersion": "model errors times the dispersion",
        "robust": "robust errors (HC1)",
        "newey_west": f"Newey-West errors with lag {counts.lag} and n/(n-p) correction",
        "model": "model errors, which take the counts to vary by chance alone",
    }
    name = {
        "quasipoisson": "quasi-Poisson, log link",
        "quasibinomial": "quasi-binomial, logit link",
    }
    return Fitted(
        coefficients=found.coefficients,
        covariance=found.covariance,
        df_of=lambda _: (found.df, False),
        estimator=f"{name[model]}, dispersion {found.dispersion:.4g}; {words[counts.errors]}",
        correlation="no autocorrelation in the model",
        phi=float("nan"),
        phi_std_error=float("nan"),
        variance=found.dispersion,
        log_likelihood=float("nan"),
        boundary=False,
        unit=1.0,
        notes=(),
        method=model,
    )
