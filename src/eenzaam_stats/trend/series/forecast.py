"""The verb ``forecast_gap``: later waves against the trend of the waves before, with a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.errors import OptionError, SchemaError, list_all, verb
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.numerics.series.forecast_gap import (
    Gaps,
    SeriesBlock,
    forecast_gaps,
    independent_gaps,
    summarise_gaps,
)
from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.gap import ForecastGap, Gap
from eenzaam_stats.trend.series.contrast import Fitted, list_coefficients
from eenzaam_stats.trend.series.design import Season, SeriesDesign, choose_season
from eenzaam_stats.trend.series.effects import gap_points
from eenzaam_stats.trend.series.fitting import (
    EXACT,
    Estimator,
    FitOptions,
    fit_series,
    require_identified,
)
from eenzaam_stats.trend.series.grid import grid_step, regular_step, shares_grid, whole_years
from eenzaam_stats.trend.series.interrupted import Link
from eenzaam_stats.trend.series.plan import DATE_THE_WAVES, series_model
from eenzaam_stats.trend.series.series import Series, open_series
from eenzaam_stats.vocabulary import require_option

Version = Literal["trend", "conditional"]
_LEAST_BEFORE = 4
_ESTIMATORS = ("auto", "reml", "ols", "random_effects")


@dataclass(frozen=True, slots=True)
class GapOptions:
    """Choices of a forecast gap that few readers need to make.

    Attributes
    ----------
    version : {"trend", "conditional"}
        Whether later waves are compared with the trend alone, or with the trend and what the last
        deviations before carry forward.
    margin : float
        Distance on the scale of the model within which the last wave counts as equivalent to the
        trend; NaN for no statement.
    season : int
        Pairs of sine and cosine in the trend.
    period : float
        Length of a season in the unit of the waves.
    fit : FitOptions
        Correlation and sampling errors.
    """

    version: Version = "trend"
    margin: float = math.nan
    season: int = 0
    period: float = 1.0
    fit: FitOptions = field(default_factory=FitOptions)


@in_words
def forecast_gap(
    series: Estimates | pd.DataFrame,
    *,
    start: DateLike,
    estimator: Estimator = "auto",
    link: Link = "identity",
    covariates: Sequence[str] = (),
    options: GapOptions | None = None,
    level: float = 0.95,
) -> ForecastGap:
    r"""Compare every wave from a date on with the trend of the waves before.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        As in :func:`eenzaam_stats.interrupted_time_series`.
    start : float or date
        Date from which waves are compared, as that of an ``Interruption``; the trend is fitted on
        the waves before it.
    estimator : {"auto", "reml", "ols", "random_effects"}, default "auto"
        As in ``interrupted_time_series``, by the number of waves before.
    link : {"identity", "logit"}, default "identity"
        Scale of the model and of the gaps.
    covariates : sequence of str
        Further columns of the frame, of the waves before and after: the expected value of a later
        wave takes its own.
    options : GapOptions, optional
        Version, margin, season (its length in the unit of the waves), correlation.
    level : float, default 0.95
        Coverage of the prediction intervals.

    Returns
    -------
    ForecastGap
        Gap per wave, mean gap, a joint test, and a verdict on the last wave: ``above``, ``below``
        or ``not distinguishable from`` the trend. Not distinguishable is not the same as returned:
        give a margin for a statement of equivalence.

    Raises
    ------
    SchemaError, UnknownColumnError
        If the series is no series.
    OptionError
        If fewer than four waves lie before the date or none after, or the estimator has no
        prediction.

    See Also
    --------
    eenzaam_stats.interrupted_time_series : Level and slope changes.

    Notes
    -----
    The intervals hold the error of the trend and of the later wave; degrees of freedom are the
    waves before minus the terms. The gaps share one trend and are correlated: the mean gap and the
    joint F test use their whole covariance. At the boundary of the autocorrelation the pre-period
    is fitted by least squares instead, and says so, since a random walk has no trend to return to.

    **Unit.** That of the series, or logits.

    **Missing data.** A wave without an estimate is refused; leave it out and it is a gap.

    **Validated against.** R on public series and the identity with dummies, in ``tests/trend``.

    References
    ----------
    .. [1] van Tilburg, T. G. (2024). Public Health, 237, 238-244.
       doi:10.1016/j.puhe.2024.10.023 (the estimand; the models of that study are not repeated here)

    Examples
    --------
    >>> waves = np.arange(2008.0, 2024.0)
    >>> values = 10 + 0.1 * (waves - 2008) + np.tile([0.2, -0.1, 0.0, -0.1], 4) + (waves == 2020)
    >>> frame = pd.DataFrame({"wave": waves, "estimate": values})
    >>> result = forecast_gap(frame, start=2020.0, estimator="ols")
    >>> result.verdict, len(result.gaps)
    ('not distinguishable from', 4)
    """
    require_option(link, Link, name="link")
    options = options or GapOptions()
    require_option(options.version, Version, name="version")
    require_level(level)
    if estimator not in _ESTIMATORS:
        raise OptionError.among(estimator, _ESTIMATORS, name="estimator")
    covariates = [covariates] if isinstance(covariates, str) else covariates
    data = open_series(
        series,
        covariates=covariates,
        link=link,
        without_error=options.fit.without_error,
    )
    date = data.date(start, what="the start")
    before, later = _split(data, date)
    season = choose_season(options.season, options.period, before.times)
    _require_shown(season, options, data)
    design = SeriesDesign(float(data.times[0]), season, data.names, ())
    x0 = design.matrix(before.times, before.covariates)
    require_identified(x0, names=design.names)
    choices = _correlation(options, before, later)
    fit = fit_series(before, x0, estimator=estimator, options=choices)
    _require_scatter(fit, before)
    notes = fit.notes
    if fit.boundary:
        # A random walk has no trend to return to, and its forecast is the last wave. On California
        # the assumed trend alone moves the mean gap from -28 to +4.5, so the result says which was
        # taken.
        fit = fit_series(before, x0, estimator="ols", options=choices)
        notes = (
            "BOUNDARY: the autocorrelation of the pre-period ran to 1, where no trend can be told "
            "from a random walk; the trend is by least squares.",
        )
    undated = whole_years(data.times, (date,), advice=DATE_THE_WAVES)
    gaps = _gaps(fit, before, later, design, version=options.version)
    # Only waves before the date know the variance; the later ones are what is judged by it.
    df = float(len(before) - x0.shape[1])
    model = series_model(
        fit,
        data,
        link=link,
        level=level,
        counts=(len(before), 0, len(later), 0),
        convention=f"Waves from {date:g} on are compared with the {options.version}.",
        notes=(*filter(None, [undated, season.note]), *notes),
    )
    together = summarise_gaps(gaps, df=df)
    half = float(t_quantile(level, df)) * together.std_error
    rows = gap_rows(gaps, later, df=df, level=level)
    return ForecastGap(
        gaps=rows,
        mean_gap=together.mean,
        mean_std_error=together.std_error,
        mean_low=together.mean - half,
        mean_high=together.mean + half,
        mean_p_value=together.p_value,
        joint_statistic=together.joint_f,
        joint_p_value=together.joint_p_value,
        verdict=verdict(rows[-1]),
        equivalence=equivalence(rows[-1], options.margin, df=df, level=level),
        df=df,
        trend=list_coefficients(fit, design.names, level=level),
        points=gap_points(fit, (before, later), design, gaps, df=df, level=level),
        start=date,
        model=replace(model, n=len(before)),
    )


def _require_shown(season: Season, options: GapOptions, data: Series) -> None:
    """Raise where later waves need a part of the season that the waves before do not show."""
    every = choose_season(options.season, options.period, data.times)
    unseen = [f"{kind} {k}" for kind, k in every.waves if (kind, k) not in season.waves]
    if unseen:
        raise OptionError(
            f"{verb()} needs a season that the waves before show, and [{list_all(unseen)}] is 0 or "
            "the same at all of them but not at the waves after. Compare waves of the same times "
            "of the year, or leave the season out."
        )


def _require_scatter(fit: Fitted, before: Series) -> None:
    """Raise where the waves before lie on their trend, so that nothing says how far one may be."""
    if fit.exact and not fit.known:
        raise SchemaError(
            f"{verb()} needs waves before that scatter about their trend, and the {len(before)} "
            f"waves lie on it exactly: {EXACT}. Give the waves their std_error, or check that the "
            "estimates were not computed from a line."
        )


def _split(data: Series, start: float) -> tuple[Series, Series]:
    before, later = data.keep_rows(data.times < start), data.keep_rows(data.times >= start)
    if len(before) < _LEAST_BEFORE or not len(later):
        raise OptionError(
            f"{verb()} needs at least {_LEAST_BEFORE} waves before {start:g} and one from then on, "
            f"and the series has {len(before)} and {len(later)}. Choose another date, or add waves."
        )
    return before, later


def _gaps(
    fit: Fitted, before: Series, later: Series, design: SeriesDesign, *, version: Version
) -> Gaps:
    """Gaps under the error model of the fit, in its own unit of time."""

    def block(part: Series) -> SeriesBlock:
        times = (part.times - before.times[0]) / fit.unit
        return SeriesBlock(
            np.rint(times) if fit.on_grid else times,
            design.matrix(part.times, part.covariates),
            part.values,
            part.known if fit.known else np.zeros(len(part)),
        )

    if not math.isfinite(fit.phi):
        return independent_gaps(
            block(later), fit.coefficients, fit.covariance, variance=fit.variance
        )
    return forecast_gaps(
        block(before),
        block(later),
        phi=fit.phi,
        sigma2=fit.variance,
        conditional=version == "conditional",
    )


def _correlation(options: GapOptions, before: Series, later: Series) -> FitOptions:
    """Continuous time unless the waves after lie on the grid of those before."""
    asked = options.fit.correlation
    step = grid_step(before.times) if asked == "ar1" else regular_step(before.times)
    if asked == "car1" or (step and shares_grid(before.times, later.times, step)):
        return options.fit
    if asked == "ar1":
        raise OptionError(
            f"{verb()} with correlation='ar1' needs all waves on one grid. Use 'car1' for dates."
        )
    return replace(options.fit, correlation="car1")


# What later waves say together about a trend: rows, mean gap, joint test, verdict, equivalence.


def gap_rows(gaps: Gaps, later: Series, *, df: float, level: float) -> tuple[Gap, ...]:
    """Every later wave with its gap, interval and test."""
    half = float(t_quantile(level, df)) * gaps.std_error
    p_values = two_sided_p(gaps.gap / gaps.std_error, df)
    return tuple(
        Gap(
            time=float(later.times[at]),
            value=float(later.values[at]),
            expected=float(gaps.expected[at]),
            gap=float(gap),
            std_error=float(gaps.std_error[at]),
            conf_low=float(gap - half[at]),
            conf_high=float(gap + half[at]),
            p_value=float(p_values[at]),
        )
        for at, gap in enumerate(gaps.gap)
    )


def verdict(last: Gap) -> str:
    """Whether the interval of the last wave lies above or below the trend, or holds it."""
    if last.conf_low > 0.0:
        return "above"
    # Not distinguishable is not returned: with few waves nearly nothing is distinguishable.
    return "below" if last.conf_high < 0.0 else "not distinguishable from"


def equivalence(last: Gap, margin: float, *, df: float, level: float) -> str:
    """Two one-sided tests at the stated level: is the last wave within the margin of the trend."""
    if math.isnan(margin):
        return ""
    if not margin > 0.0:
        raise OptionError(
            f"{verb()} needs a margin above 0, and got {margin:g}. Give a distance on the scale of "
            "the model that would not matter."
        )
    # Two one-sided tests at 1 - level are an interval of 2 level - 1.
    half = float(t_quantile(2.0 * level - 1.0, df)) * last.std_error
    inside = -margin < last.gap - half and last.gap + half < margin
    return (
        f"The last wave is {'within' if inside else 'not shown to be within'} {margin:g} of the "
        f"trend (two one-sided tests at {1.0 - level:.0%}, interval {last.gap - half:.4g} to "
        f"{last.gap + half:.4g})."
    )
