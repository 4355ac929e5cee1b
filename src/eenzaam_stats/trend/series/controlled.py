"""The verb ``controlled_series``: a series beside others that the interruption passed by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, verb
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.numerics.series.series_regression import newey_west
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.series import InterruptedFit
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.design import SeriesDesign, choose_season
from eenzaam_stats.trend.series.fitting import (
    Estimator,
    fit_series,
    require_identified,
    without_rounding,
)
from eenzaam_stats.trend.series.grid import regular_step, require_even
from eenzaam_stats.trend.series.interrupted import Link
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import Plan, SeriesOptions, interrupted_fit, plan_fit
from eenzaam_stats.trend.series.reml import SHORT_SERIES
from eenzaam_stats.trend.series.residuals import residual_checks
from eenzaam_stats.trend.series.series import Series, beside_controls, open_series
from eenzaam_stats.vocabulary import require_option

# Several series as one regression: rows below each other, no process from one to the next.

# steps between two series in one fit: no autocorrelation below 1 reaches across
_APART = 1e6
_DIGITS = 8


def round_dates(times: FloatArray) -> FloatArray:
    """Dates without the last digits, in which those of two series differ by rounding alone."""
    return np.unique(np.round(times, _DIGITS))


def stack_rows(design: SeriesDesign, used: Sequence[Series]) -> FloatArray:
    """Design of the treated series, then of the controls."""
    # The controls carry what all series share; what the treated one adds is the effect beyond it.
    blocks = [design.matrix(one.times, one.covariates) for one in used]
    return np.vstack([blocks[0], *(block * design.common_columns for block in blocks[1:])])


def one_after_another(used: Sequence[Series]) -> Series:
    """All series as one, so far apart in time that no process reaches from one to the next."""
    steps = [float(np.diff(one.times).min()) for one in used]
    length = max(float(one.times[-1] - one.times[0]) for one in used)
    errors = all(one.has_errors for one in used)
    apart = min(steps) * np.ceil(max(_APART, 10.0 * length / min(steps)))
    return replace(
        used[0],
        times=np.concatenate([one.times + k * apart for k, one in enumerate(used)]),
        values=np.concatenate([one.values for one in used]),
        known=np.concatenate([one.known if errors else 0.0 * one.known for one in used]),
        covariates=np.vstack([one.covariates for one in used]),
        has_errors=errors,
    )


def choose_by_shortest(used: Sequence[Series]) -> Estimator:
    """Estimator by the number of waves of the shortest series."""
    if min(len(one) for one in used) >= SHORT_SERIES:
        return "reml"
    return "random_effects" if all(one.known.all() for one in used) else "ols"


def few_waves(used: Sequence[Series]) -> tuple[str, ...]:
    """Note where a series is too short for its autocorrelation."""
    fewest = min(len(one) for one in used)
    if fewest >= SHORT_SERIES:
        return ()
    return (
        f"{fewest} waves in a series are too few to estimate autocorrelation; with strong "
        "autocorrelation the intervals are too narrow.",
    )


def unknown_errors(used: Sequence[Series]) -> tuple[str, ...]:
    """Note where some series only have sampling errors."""
    known = sum(one.has_errors for one in used)
    if known in (0, len(used)):
        return ()
    return (f"sampling errors play no part: only {known} of {len(used)} series have them.",)


def newey_west_within(series: Series, used: Sequence[Series], x: FloatArray, plan: Plan) -> Fitted:
    """Least squares of all rows, with products of residuals within each series only."""
    options = plan.options.fit
    for one in used:
        require_even(one.times, needed_for=f"estimator='newey_west' with lag {options.lag}")
    starts = np.cumsum([len(one) for one in used])[:-1].tolist()
    fit = newey_west(
        series.values, x, lag=options.lag, correction=options.correction, starts=starts
    )
    fitted = Fitted(
        coefficients=fit.coefficients,
        covariance=fit.covariance,
        df_of=lambda _: (fit.df, False),
        estimator=f"least squares, Newey-West errors with lag {options.lag} within each series",
        correlation="errors of unknown autocorrelation up to the lag",
        phi=float("nan"),
        phi_std_error=float("nan"),
        variance=fit.sigma2,
        log_likelihood=float("nan"),
        boundary=False,
        unit=1.0,
        notes=few_waves(used),
        method="newey_west",
    )
    return without_rounding(fitted, series.values, x)


ControlForm = Literal["stacked", "difference"]
_STACKED = ("auto", "reml", "ols", "newey_west", "random_effects")


@dataclass(frozen=True, slots=True)
class ControlOptions:
    """Choices of a controlled series.

    Attributes
    ----------
    form : {"stacked", "difference"}
        All series in one regression with eight parameters, or treated minus control, which takes
        both to share whatever else moved them and needs one control with the same waves.
    series : SeriesOptions
        As with one series.
    """

    form: ControlForm = "stacked"
    series: SeriesOptions = field(default_factory=SeriesOptions)


@in_words
def controlled_series(
    series: Estimates | pd.DataFrame,
    controls: Sequence[Estimates | pd.DataFrame] | Estimates | pd.DataFrame,
    interruptions: Sequence[Interruption],
    *,
    estimator: Estimator = "auto",
    link: Link = "identity",
    options: ControlOptions | None = None,
    level: float = 0.95,
) -> InterruptedFit:
    r"""Estimate what an interruption did to a series beyond what happened to its controls.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        The treated series, as for :func:`eenzaam_stats.interrupted_time_series`.
    controls : Estimates, pandas.DataFrame, or a sequence of them
        Series that the interruption passed by. Waves may differ, but for ``form="difference"``.
    interruptions : sequence of Interruption
        What may have changed the treated series, and when.
    estimator : str, default "auto"
        ``"reml"``, ``"ols"``, ``"newey_west"`` or ``"random_effects"``. By itself REML where every
        series has 12 waves, else least squares. ``"prais_winsten"`` for differences only.
    link : {"identity", "logit"}, default "identity"
        Scale of the model.
    options : ControlOptions, optional
        Stacked or difference, and the options of a series.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    InterruptedFit
        Effects are those of the treated series minus those of the controls; the waves are those of
        the treated series, whose counterfactual changes as the controls did. The eight parameters
        are in ``coefficients``: intercept, trend and changes of the controls, and what the treated
        series adds to each (``treated: ...``).

    Raises
    ------
    SchemaError, UnknownColumnError
        If a series is no series, or a difference is asked of waves that differ.
    OptionError
        As for one series, for every series; or if a difference has several controls.

    See Also
    --------
    eenzaam_stats.interrupted_time_series : One series, and the choices of estimators.

    Notes
    -----
    :math:`y_{gt} = b_0 + b_1 t + b_2 x_t + b_3 x_t(t - T) + z_g [b_4 + b_5 t + b_6 x_t +
    b_7 x_t(t - T)] + u_{gt}`, z being 1 for the treated series and u an AR(1) process of its own in
    each series, with one autocorrelation and one variance. Series of different surveys are
    independent; of groups of one survey the sampling errors are only nearly so. A difference has a
    simpler model and smaller errors where the series share what moved them; its known variances are
    sums. Intercept and trend before should be alike (``treated`` and ``treated: trend``): where
    they are not, nothing says that the changes would have been.

    **Unit.** That of the series, per unit of ``wave`` for slopes.

    **Missing data.** A wave without an estimate is refused; leave it out and it is a gap.

    **Validated against.** ``gls(corAR1(form = ~ t | group))`` of R ``nlme``, and R on cigarette
    sales of 39 states, in ``tests/trend/series/test_controlled.py``.

    References
    ----------
    .. [1] Linden, A. (2015). Conducting interrupted time-series analysis for single- and
       multiple-group comparisons. Stata Journal, 15(2), 480-500. doi:10.1177/1536867X1501500208

    Examples
    --------
    >>> waves = np.arange(2000.0, 2016.0)
    >>> noise = np.tile([0.2, -0.1, 0.0, -0.1], 4)
    >>> there = pd.DataFrame({"wave": waves, "estimate": 20 + 0.3 * (waves > 2007) + noise})
    >>> here = there.assign(estimate=there["estimate"][::-1].to_numpy() + 2 * (waves > 2007))
    >>> law = Interruption("law", start=2008.0, effects=("level",))
    >>> fit = controlled_series(here, there, [law], estimator="ols")
    >>> len(fit.coefficients), [one.term for one in fit.coefficients[-2:]]
    (6, ['treated: trend', 'treated: law: level change'])
    """
    require_option(link, Link, name="link")
    require_level(level)
    options = options or ControlOptions()
    require_option(options.form, ControlForm, name="form")
    without, every = options.series.fit.without_error, (series, *_several(controls))
    opened = partial(open_series, covariates=(), link=link, without_error=without)
    treated, others = beside_controls(*map(opened, every))
    if options.form == "difference":
        data = _difference(treated, others)
        plan = plan_fit(data, interruptions, options.series)
        x = plan.design.matrix(plan.used.times, plan.used.covariates)
        fit = fit_series(plan.used, x, estimator=estimator, options=options.series.fit)
        fit = replace(fit, estimator=f"{fit.estimator}; treated minus control")
        checks = residual_checks(plan.used.values, x, season=options.series.season > 0)
        return interrupted_fit(fit, plan, link=link, level=level, checks=checks)
    plans = [plan_fit(one, interruptions, options.series) for one in (treated, *others)]
    plan = _stack_plans(plans)
    fit = _fit_stacked(plan, plans, estimator)
    words = f"{fit.estimator}; beside {len(others)} control series in one regression"
    return interrupted_fit(replace(fit, estimator=words), plan, link=link, level=level, checks=())


def _several(
    controls: Sequence[Estimates | pd.DataFrame] | Estimates | pd.DataFrame,
) -> list[Estimates | pd.DataFrame]:
    if isinstance(controls, (Estimates, pd.DataFrame)):
        return [controls]
    if not len(controls):
        raise OptionError(
            f"{verb()} needs at least one control series, and got none. Give one, or use "
            "interrupted_time_series() for a series alone."
        )
    return list(controls)


def _difference(treated: Series, others: list[Series]) -> Series:
    """Treated minus control, with the sum of their sampling variances."""
    if len(others) != 1:
        raise OptionError(
            f"form='difference' needs one control series, and got {len(others)}. Average them "
            "first, or use form='stacked'."
        )
    (other,) = others
    apart = np.setxor1d(round_dates(treated.times), round_dates(other.times))
    if len(apart):
        raise SchemaError(
            f"form='difference' needs the same waves in both series, and {len(apart)} are in one "
            f"only (first {apart[0]:g}). Leave them out, or use form='stacked'."
        )
    both = treated.has_errors and other.has_errors
    return replace(
        treated,
        values=treated.values - other.values,
        # Independent samples. With one side known the sum would look like the error of a difference
        # and be half of it.
        known=treated.known + other.known if both else np.zeros(len(treated)),
        has_errors=both,
        outcome=f"{treated.outcome}, treated minus control",
    )


def _stack_plans(plans: Sequence[Plan]) -> Plan:
    """Plan of the treated series, whose trend starts in the first wave of any series.

    The season is what the waves of all series show together.
    """
    # One zero of time for all series: a trend that starts in the first wave of each would be
    # another trend in each.
    first, start = plans[0], min(float(one.data.times[0]) for one in plans)
    times = np.concatenate([one.used.times for one in plans])
    season = choose_season(first.options.season, first.options.period, times)
    design = replace(first.design, treated=True, start=start, season=season)
    return replace(first, design=design)


def _fit_stacked(plan: Plan, plans: Sequence[Plan], estimator: Estimator) -> Fitted:
    """Fit every series in one regression."""
    if estimator not in _STACKED:
        raise OptionError(
            f"form='stacked' needs one of the estimators {', '.join(_STACKED)}, and got "
            f"{estimator!r}. With form='difference' it is possible."
        )
    used = [one.used for one in plans]
    x = stack_rows(plan.design, used)
    require_identified(x, names=plan.design.names)
    series, options = one_after_another(used), plan.options.fit
    if estimator == "auto":
        estimator = choose_by_shortest(used)
    if estimator == "newey_west":
        return newey_west_within(series, used, x, plan)
    if estimator == "reml" and options.correlation == "auto":
        # Over the dates of all series: the gap between two series in the joint fit would make every
        # grid irregular.
        grid = regular_step(round_dates(np.concatenate([one.times for one in used]))) is not None
        options = replace(options, correlation="ar1" if grid else "car1")
    fit = fit_series(series, x, estimator=estimator, options=options)
    few = [note for note in fit.notes if "waves are too few" not in note]
    return replace(fit, notes=(*few, *few_waves(used), *unknown_errors(used)))
