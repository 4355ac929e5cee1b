"""The verb ``interrupted_time_series``: level and slope changes at known dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.series import InterruptedFit
from eenzaam_stats.trend.series.fitting import Estimator, fit_series, require_identified
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions, interrupted_fit, plan_fit
from eenzaam_stats.trend.series.residuals import residual_checks
from eenzaam_stats.trend.series.series import open_series
from eenzaam_stats.vocabulary import require_option

__all__ = ["Link", "interrupted_time_series"]

Link = Literal["identity", "logit"]


@in_words
def interrupted_time_series(
    series: Estimates | pd.DataFrame,
    interruptions: Sequence[Interruption],
    *,
    estimator: Estimator = "auto",
    link: Link = "identity",
    covariates: Sequence[str] = (),
    options: SeriesOptions | None = None,
    level: float = 0.95,
) -> InterruptedFit:
    r"""Estimate level and slope changes of a series at known dates.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        ``prevalence(..., by="wave")``, or a frame with ``wave`` (a number such as a decimal year,
        or a date: datetimes, ``Period``, text such as ``2020Q1``; ``dates.waves`` says which number
        it becomes), ``estimate`` and, where known, ``std_error``. Waves may be irregular and may
        be missing. A wave that is a year counts as its 1 January, so the wave of autumn 2020 comes
        before an interruption at 2020.2: the result says so, and dates mend it.
    interruptions : sequence of Interruption
        What may have changed the series, and when.
    estimator : str, default "auto"
        ``"reml"`` (autocorrelated errors, standard errors for small samples), ``"ols"``,
        ``"newey_west"``, ``"prais_winsten"`` or ``"random_effects"`` (independent deviations beside
        known sampling errors). By itself REML from 12 waves on, else least squares.
    link : {"identity", "logit"}, default "identity"
        Scale of the model.
    covariates : sequence of str
        Further columns of the frame.
    options : SeriesOptions, optional
        Convention of the trend, season, dates of effects, correlation.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    InterruptedFit
        Changes, effects at dates against the counterfactual (absolute and relative), every wave
        with its fit, how it was fitted, and checks of the residuals.

    Raises
    ------
    SchemaError, UnknownColumnError
        If the series is no series: see ``trend.series.series.open_series``.
    OptionError
        If an interruption lies outside the series, leaves fewer than three waves before it, the
        waves cannot tell the terms apart, or a date of ``at`` comes before every effect.

    See Also
    --------
    eenzaam_stats.trend.series.forecast.forecast_gap : Later waves against the trend before.

    Notes
    -----
    :math:`y_t = b_0 + b_1 t + \sum_k [b_{2k} x_{kt} + b_{3k} x_{kt}(t - T_k)] + \ldots + u_t + e_t`
    with u an AR(1) process in discrete or continuous time and e the known sampling errors. The
    effect at a date is the sum of the interruption terms there; relative effects are over the
    counterfactual, with limits by the delta method. On the logit scale the effect is a log odds
    ratio, and its absolute and relative forms are a difference and a ratio of shares.

    The change is attributed to whatever happened at the date; nothing in the model says what that
    was.

    **Unit.** That of the series, per unit of ``wave`` for slopes.

    **Missing data.** A wave without an estimate is refused; leave it out and it is a gap. A wave
    without a sampling error is refused unless ``FitOptions(without_error=...)`` says what to do.

    **Validated against.** R ``nlme``, ``sandwich``, ``metafor`` and published values on public
    series, in ``tests/trend``.

    References
    ----------
    .. [1] Turner, S. L., Forbes, A. B., Karahalios, A., Taljaard, M., & McKenzie, J. E. (2021).
       Evaluation of statistical methods used in the analysis of interrupted time series studies: a
       simulation study. BMC Medical Research Methodology, 21, 181.
       doi:10.1186/s12874-021-01364-0

    Examples
    --------
    >>> import numpy as np
    >>> waves = np.arange(2008.0, 2024.0)
    >>> after = waves >= 2020
    >>> noise = np.tile([0.2, -0.1, 0.0, -0.1], 4)
    >>> values = 10 + 0.1 * (waves - 2008) + 2 * after + noise
    >>> frame = pd.DataFrame({"wave": waves, "estimate": values})
    >>> fit = interrupted_time_series(
    ...     frame, [Interruption("COVID-19", start=2020.0, effects=("level",))], estimator="ols")
    >>> round(fit.effect("COVID-19", "level change").estimate, 1)
    2.1
    """
    require_option(link, Link, name="link")
    require_level(level)
    options = options or SeriesOptions()
    covariates = [covariates] if isinstance(covariates, str) else covariates
    data = open_series(
        series,
        covariates=covariates,
        link=link,
        without_error=options.fit.without_error,
    )
    plan = plan_fit(data, interruptions, options)
    x = plan.design.matrix(plan.used.times, plan.used.covariates)
    require_identified(x, names=plan.design.names)
    fit = fit_series(plan.used, x, estimator=estimator, options=options.fit)
    return interrupted_fit(
        fit,
        plan,
        link=link,
        level=level,
        checks=residual_checks(plan.used.values, x, season=options.season > 0),
    )
