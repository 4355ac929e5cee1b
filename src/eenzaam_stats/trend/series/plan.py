"""What verbs of interrupted series share: the plan of a series, and the result of its fit."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.results.doubt import inherit_flag
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.results.series import Effect, InterruptedFit, SeriesModel
from eenzaam_stats.trend.series.contrast import Fitted, list_coefficients
from eenzaam_stats.trend.series.design import SeriesDesign, choose_season
from eenzaam_stats.trend.series.effects import estimate_effects, list_points
from eenzaam_stats.trend.series.fitting import EXACT, FitOptions
from eenzaam_stats.trend.series.grid import whole_years
from eenzaam_stats.trend.series.interruption import (
    CONVENTIONS,
    Dated,
    Interruption,
    RampStart,
    date_interruptions,
)
from eenzaam_stats.trend.series.interruption_terms import build_terms, tell_apart, washout
from eenzaam_stats.trend.series.series import Series
from eenzaam_stats.version import VERSION

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
        Pairs of sine and cosine; 0 for none. One that the waves cannot show is left out, with a
        note: the sine of two waves a year.
    period : float
        Length of a season in the unit of the waves.
    at : tuple of float or date
        Dates at which the effect against the counterfactual is given, for every interruption that
        works by then (a phase-in that is left out has no effect to give); without any the first and
        last wave after each interruption. Relative effects take the covariates of the wave at that
        date, or their means where there is none.
    """

    fit: FitOptions = field(default_factory=FitOptions)
    ramp: RampStart = "date"
    season: int = 0
    period: float = 1.0
    at: tuple[DateLike, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A series with its interruptions, ready to be fitted.

    Attributes
    ----------
    data, used : Series
        All waves, and those of the fit.
    out : ndarray of bool, shape (n,)
        Waves left out as washout.
    design : Design
    interruptions : sequence of Dated
    options : SeriesOptions
    at : tuple of float
        Dates of effects on the axis of the waves.
    notes : tuple of str
        What was left out of the design.
    """

    data: Series
    used: Series
    out: BoolArray
    design: SeriesDesign
    interruptions: Sequence[Dated]
    options: SeriesOptions
    at: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def plan_fit(data: Series, interruptions: Sequence[Interruption], options: SeriesOptions) -> Plan:
    """Check the interruptions against the waves, and make the design.

    Parameters
    ----------
    data : Series
        Every wave.
    interruptions : sequence of Interruption
    options : SeriesOptions

    Returns
    -------
    Plan

    Raises
    ------
    OptionError
        If an interruption lies outside the series, or leaves fewer than three waves before it.
    """
    ones = date_interruptions(interruptions, data)
    terms = build_terms(ones, data, ramp=options.ramp)
    out = washout(ones, data.times)
    used = data.keep_rows(~out)
    # After the washout: waves that are left out know no trend.
    _require_before(used, min(one.start for one in ones))
    terms, notes = tell_apart(terms, ones, used.times)
    season = choose_season(options.season, options.period, used.times)
    design = SeriesDesign(float(data.times[0]), season, data.names, terms)
    notes = (*notes, *filter(None, [season.note]))
    return Plan(data, used, out, design, ones, options, _at(options.at, data), notes)


def _at(asked: object, data: Series) -> tuple[float, ...]:
    """Dates of effects as numbers, also where one was given outside a tuple."""
    several = isinstance(asked, Iterable) and not isinstance(asked, str)
    dates = list(asked) if several else [asked]  # type: ignore[call-overload]
    return tuple(data.date(date, what="a date of at") for date in dates)


def interrupted_fit(
    fit: Fitted, plan: Plan, *, link: str, level: float, checks: tuple[CheckResult, ...]
) -> InterruptedFit:
    """Effects, coefficients, waves and words of a fit.

    Parameters
    ----------
    fit : Fitted
    plan : Plan
        What was fitted.
    link : {"identity", "logit", "log"}
        Scale of the model.
    level : float
        Coverage of the intervals.
    checks : tuple of CheckResult

    Returns
    -------
    InterruptedFit

    Raises
    ------
    OptionError
        If a date of ``at`` comes before every effect.
    """
    data, interruptions, options = plan.data, plan.interruptions, plan.options
    effects, clipped = estimate_effects(
        fit, plan.design, data, interruptions, at=plan.at, link=link, level=level
    )
    _require_dates(plan.at, effects)
    borders = tuple(edge for one in interruptions for edge in (one.start, one.end))
    notes = (
        *filter(None, [whole_years(data.times, borders, advice=DATE_THE_WAVES)]),
        *plan.notes,
        *fit.notes,
        *(["degrees of freedom below 2 were set to 2"] if clipped else []),
    )
    return InterruptedFit(
        effects=effects,
        coefficients=list_coefficients(fit, plan.design.names, level=level),
        points=list_points(fit, plan.design, data, used=~plan.out, level=level),
        interruptions=tuple((one.name, one.start, one.end) for one in interruptions),
        model=series_model(
            fit,
            plan.used,
            link=link,
            level=level,
            counts=_counts(plan.used.times, interruptions, n_washout=int(plan.out.sum())),
            convention=CONVENTIONS[options.ramp],
            notes=notes,
        ),
        checks=checks,
    )


def _require_before(used: Series, first: float) -> None:
    before = int((used.times < first).sum())
    if before < _LEAST_BEFORE:
        raise OptionError(
            f"{verb()} needs at least {_LEAST_BEFORE} waves before the first interruption to know "
            f"the trend, and there are {before} before {first:g}. Add earlier waves; with fewer no "
            "trend can be told from chance."
        )


def _require_dates(at: tuple[float, ...], effects: tuple[Effect, ...]) -> None:
    early = [date for date in at if date not in {one.date for one in effects}]
    if early:
        raise OptionError(
            f"{verb()} needs dates at which an interruption works, and at [{list_all(early)}] none "
            "does yet. Leave those out of at."
        )


def _counts(
    times: FloatArray, interruptions: Sequence[Dated], *, n_washout: int
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
    link: str,
    level: float,
    counts: tuple[int, int, int, int],
    convention: str,
    notes: tuple[str, ...],
) -> SeriesModel:
    """How a series was fitted, as a result."""
    before, during, after, left_out = counts
    doubt = inherit_flag(data.doubts, own=EXACT if fit.exact else "", errors_from="model")
    return SeriesModel(
        outcome=data.outcome,
        source=data.source,
        link=link,
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
        notes=(*data.notes, *notes),
        version=VERSION,
        method=fit.method,
        known=fit.known,
        flag=doubt.flag,
        reason=doubt.reason,
        disclosure=doubt.disclosure,
    )
