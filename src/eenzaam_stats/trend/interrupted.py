"""The verb ``interrupted_time_series``: level and slope changes at known dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError, listed
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.results import Estimates
from eenzaam_stats.series_results import Effect, InterruptedFit, SeriesModel
from eenzaam_stats.trend.contrast import Fitted, coefficients_of
from eenzaam_stats.trend.design import Design, require_season
from eenzaam_stats.trend.effects import effects_of, points_of
from eenzaam_stats.trend.fitting import Estimator, FitOptions, fit_series
from eenzaam_stats.trend.interruption import (
    CONVENTIONS,
    Interruption,
    RampStart,
    terms_of,
    washout,
)
from eenzaam_stats.trend.panel_dates import whole_years
from eenzaam_stats.trend.residuals import residual_checks
from eenzaam_stats.trend.series import Series, opened_series
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import require_option

FloatArray = NDArray[np.float64]
Scale = Literal["identity", "logit"]
_WHERE = "interrupted_time_series()"
_LEAST_BEFORE = 3
DATE_THE_WAVES = "Give the waves the date of their fieldwork, such as 2020.8."


@dataclass(frozen=True, slots=True)
class SeriesOptions:
    """Choices of an interrupted series that few readers need to make.

    Attributes
    ----------
    fit : FitOptions
        Correlation, lag, sampling errors.
    ramp : {"date", "first_wave", "wave_before"}
        Where the trend after an interruption starts counting.
    season : int
        Pairs of sine and cosine; 0 for none.
    period : float
        Length of a season in the unit of the waves.
    at : tuple of float
        Dates at which the effect against the counterfactual is given, for every interruption that
        works by then (a phase-in that is left out has no effect to give); without any the first and
        last wave after each interruption. Relative effects take the covariates of the wave at that
        date, or their means where there is none.
    """

    fit: FitOptions = field(default_factory=FitOptions)
    ramp: RampStart = "date"
    season: int = 0
    period: float = 1.0
    at: tuple[float, ...] = ()


def interrupted_time_series(
    series: Estimates | pd.DataFrame,
    interruptions: Sequence[Interruption],
    *,
    estimator: Estimator = "auto",
    scale: Scale = "identity",
    covariates: Sequence[str] = (),
    options: SeriesOptions | None = None,
    level: float = 0.95,
) -> InterruptedFit:
    r"""Estimate level and slope changes of a series at known dates.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        ``prevalence(..., by="wave")``, or a frame with ``wave`` (a date as a number, such as a
        decimal year), ``estimate`` and, where known, ``std_error``. Waves may be irregular and may
        be missing. A wave that is a year counts as its 1 January, so the wave of autumn 2020 comes
        before an interruption at 2020.2: the result says so, and dates mend it.
    interruptions : sequence of Interruption
        What may have changed the series, and when.
    estimator : str, default "auto"
        ``"reml"`` (autocorrelated errors, Satterthwaite degrees of freedom), ``"ols"``,
        ``"newey_west"``, ``"prais_winsten"`` or ``"random_effects"`` (independent deviations beside
        known sampling errors). By itself REML from 12 waves on, else least squares.
    scale : {"identity", "logit"}, default "identity"
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
        If the series is no series: see ``trend.series.opened_series``.
    OptionError
        If an interruption lies outside the series, leaves fewer than three waves before it, the
        waves cannot tell the terms apart, or a date of ``at`` comes before every effect.

    See Also
    --------
    eenzaam_stats.trend.forecast.forecast_gap : Later waves against the trend before.

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

    **Missing data.** A wave without an estimate is refused; leave it out and it is a gap.

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
    require_option(scale, Scale, name="scale")
    require_level(level)
    options = options or SeriesOptions()
    covariates = [covariates] if isinstance(covariates, str) else covariates
    data = opened_series(series, covariates=covariates, scale=scale, where=_WHERE)
    terms = terms_of(interruptions, data, ramp=options.ramp, where=_WHERE)
    out = washout(interruptions, data.times)
    used = data.kept(~out)
    first = min(one.start for one in interruptions)
    _require_before(used, first)
    require_season(options.season, options.period, data.times, where=_WHERE)
    design = Design(float(data.times[0]), options.season, options.period, data.names, terms)
    fit = fit_series(
        used,
        design.matrix(used.times, used.covariates),
        estimator=estimator,
        options=options.fit,
        where=_WHERE,
    )
    effects, clipped = effects_of(
        fit, design, data, interruptions, at=options.at, scale=scale, level=level
    )
    _require_dates(options.at, effects)
    borders = tuple(edge for one in interruptions for edge in (one.start, one.end))
    notes = (
        *filter(None, [whole_years(data.times, borders, advice=DATE_THE_WAVES)]),
        *fit.notes,
        *(["degrees of freedom below 2 were set to 2"] if clipped else []),
    )
    return InterruptedFit(
        effects=effects,
        coefficients=coefficients_of(fit, design.names, level=level),
        points=points_of(fit, design, data, used=~out, level=level),
        interruptions=tuple((one.name, one.start, one.end) for one in interruptions),
        model=series_model(
            fit,
            data,
            scale=scale,
            level=level,
            counts=_counts(used.times, interruptions, n_washout=int(out.sum())),
            convention=CONVENTIONS[options.ramp],
            notes=notes,
        ),
        checks=residual_checks(
            used.values, design.matrix(used.times, used.covariates), season=options.season > 0
        ),
    )


def _require_before(used: Series, first: float) -> None:
    before = int((used.times < first).sum())
    if before < _LEAST_BEFORE:
        raise OptionError(
            f"{_WHERE} needs at least {_LEAST_BEFORE} waves before the first interruption to know "
            f"the trend, and there are {before} before {first:g}. Add earlier waves; with fewer no "
            "trend can be told from chance."
        )


def _require_dates(at: tuple[float, ...], effects: tuple[Effect, ...]) -> None:
    early = [date for date in at if date not in {one.date for one in effects}]
    if early:
        raise OptionError(
            f"{_WHERE} needs dates at which an interruption works, and at [{listed(early)}] none "
            "does yet. Leave those out of at."
        )


def _counts(
    times: FloatArray, interruptions: Sequence[Interruption], *, n_washout: int
) -> tuple[int, int, int, int]:
    """Waves before, during an episode, after, and left out."""
    first = min(one.start for one in interruptions)
    during = np.zeros(len(times), dtype=np.bool_)
    for one in interruptions:
        if math.isfinite(one.end):
            during |= (times >= one.start) & (times < one.end)
    before = times < first
    return int(before.sum()), int(during.sum()), int((~before & ~during).sum()), n_washout


def series_model(
    fit: Fitted,
    data: Series,
    *,
    scale: str,
    level: float,
    counts: tuple[int, int, int, int],
    convention: str,
    notes: tuple[str, ...],
) -> SeriesModel:
    """How a series was fitted, as a result."""
    before, during, after, left_out = counts
    return SeriesModel(
        outcome=data.outcome,
        source=data.source,
        scale=scale,
        estimator=fit.estimator,
        correlation=fit.correlation,
        phi=fit.phi,
        phi_std_error=fit.phi_std_error,
        variance=fit.variance,
        log_likelihood=fit.log_likelihood,
        n=before + during + after,
        n_before=before,
        n_during=during,
        n_after=after,
        n_washout=left_out,
        level=level,
        convention=convention,
        boundary=fit.boundary,
        notes=notes,
        version=VERSION,
        method=fit.method,
        known=fit.known,
    )
