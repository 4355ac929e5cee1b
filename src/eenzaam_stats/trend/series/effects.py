"""Effects of interruptions from a fitted series: changes, effects at dates, counterfactual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.series.forecast_gap import Gaps
from eenzaam_stats.numerics.series.scaled_effect import ScaledEffect, scale_effect
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.series import Effect, SeriesPoint
from eenzaam_stats.trend.series.contrast import Contrast, Fitted, bands, contrasts
from eenzaam_stats.trend.series.design import SeriesDesign
from eenzaam_stats.trend.series.interruption import Dated
from eenzaam_stats.trend.series.series import Series


def relative_and_absolute(
    fit: Fitted, asked: _Wanted, base: FloatArray, *, shown: Contrast, link: str, level: float
) -> ScaledEffect:
    """Effect over counterfactual, and effect in the unit of the series, each with limits.

    A random walk has no counterfactual level to divide by, so only the absolute effect is left.
    """
    own = ScaledEffect()
    if not fit.boundary and (shown.df > 0 or fit.exact):
        rows = np.stack([asked.combination, base])
        e, c0 = (float(value) for value in rows @ fit.coefficients)
        covariance = np.asarray(rows @ fit.covariance @ rows.T)
        t = float(t_quantile(level, min(shown.df, 1e9)))
        own = scale_effect(e, c0, covariance, link=link, t=t)
    if link != "identity":
        return own
    # the model is in the unit of the series already, and its own interval knows the boundary
    return replace(own, absolute=shown.estimate, absolute_low=shown.low, absolute_high=shown.high)


def estimate_effects(
    fit: Fitted,
    design: SeriesDesign,
    data: Series,
    interruptions: Sequence[Dated],
    *,
    at: tuple[float, ...],
    link: str,
    level: float,
) -> tuple[tuple[Effect, ...], bool]:
    """Changes and effects at dates, and whether degrees of freedom had to be clipped."""
    wanted = [
        *_changes(design),
        *(
            _at_date(design, data, interruption, date)
            for interruption in interruptions
            for date in _dates(interruption, design, data.times, at)
        ),
    ]
    found = contrasts(fit, np.stack([one.combination for one in wanted]), level=level)
    rows = tuple(
        _effect(fit, asked, one, link=link, level=level)
        for asked, one in zip(wanted, found, strict=True)
    )
    changes = [one for asked, one in zip(wanted, found, strict=True) if asked.base is None]
    return rows, any(one.clipped for one in changes)


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """An effect as a combination of coefficients; one at a date has a counterfactual too."""

    interruption: str
    effect: str
    date: float
    combination: FloatArray
    base: FloatArray | None = None


def _changes(design: SeriesDesign) -> list[_Wanted]:
    """Level and slope changes, and each slope after its change as a whole."""
    offset = len(design.names) - len(design.terms)
    wanted = []
    for number, term in enumerate(design.terms):
        c = np.zeros(len(design.names))
        c[offset + number] = 1.0
        wanted.append(_Wanted(term.interruption, term.effect, math.nan, c))
        if term.kind == "slope":
            # The slope after, and not only its change: readers ask whether the series still rises.
            # Its error needs the covariance with the trend.
            whole = c.copy()
            whole[design.trend_at] = 1.0
            wanted.append(_Wanted(term.interruption, f"whole {term.effect}", math.nan, whole))
    return wanted


def _dates(
    one: Dated, design: SeriesDesign, times: FloatArray, asked: tuple[float, ...]
) -> tuple[float, ...]:
    """Dates at which an interruption has a term: those asked for, or its first and last wave."""
    own = [term for term in design.terms if term.interruption == one.name]

    def works(date: float) -> bool:
        return any(term.start <= date < term.end for term in own)

    if asked:
        begin = one.start if not one.gradual or one.phase_in != "washout" else one.full_from
        return tuple(date for date in asked if date >= begin and works(date))
    # At waves that were measured: an effect at the date itself is an extrapolation where no wave
    # is.
    after = [date for date in times[times >= one.change_date].tolist() if works(date)]
    return tuple(dict.fromkeys((after[0], after[-1])))


def _covariates_at(data: Series, date: float) -> FloatArray:
    """Covariates of the wave at a date, or their means where no wave is."""
    there = data.times == date
    chosen = data.covariates[there] if there.any() else data.covariates
    return np.asarray(chosen.mean(axis=0, keepdims=True))


def _at_date(design: SeriesDesign, data: Series, interruption: Dated, date: float) -> _Wanted:
    """Effect at a date, with what the series would have been without it."""
    row = design.matrix(np.array([date]), _covariates_at(data, date))[0]
    own = np.array(
        [0.0] * (len(row) - len(design.terms))
        + [1.0 if term.interruption == interruption.name else 0.0 for term in design.terms]
    )
    return _Wanted(interruption.name, "effect", date, row * own, row * design.without)


def _effect(fit: Fitted, asked: _Wanted, one: Contrast, *, link: str, level: float) -> Effect:
    seen = (
        ScaledEffect()
        if asked.base is None
        else relative_and_absolute(fit, asked, asked.base, shown=one, link=link, level=level)
    )
    return Effect(
        asked.interruption,
        asked.effect,
        asked.date,
        *(one.estimate, one.std_error, one.low, one.high, one.df, one.statistic, one.p_value),
        *astuple(seen),
    )


def list_points(
    fit: Fitted, design: SeriesDesign, data: Series, *, used: NDArray[np.bool_], level: float
) -> tuple[SeriesPoint, ...]:
    """Every wave with its fit and its counterfactual."""
    matrix = design.matrix(data.times, data.covariates)
    beta = fit.coefficients.copy()
    if fit.boundary:
        # a random walk goes on from where it was: the last wave before anything changed
        untouched = used & (matrix[:, design.without == 0.0] == 0.0).all(axis=1)
        last = int(np.flatnonzero(untouched)[-1])
        beta[0] = data.values[last] - float(matrix[last, 1:] @ beta[1:])
    without = matrix * design.without
    error, half = bands(fit, without, level=level)
    line, fitted = without @ beta, matrix @ beta
    columns = np.column_stack([line, error, line - half, line + half]).tolist()
    return tuple(
        _point(
            data,
            at,
            used=bool(used[at]),
            fitted=float(fitted[at]),
            line=(row[0], row[1], row[2], row[3]),
            level=level,
        )
        for at, row in enumerate(columns)
    )


def gap_points(
    fit: Fitted,
    parts: tuple[Series, Series],
    design: SeriesDesign,
    gaps: Gaps,
    *,
    df: float,
    level: float,
) -> tuple[SeriesPoint, ...]:
    """Every wave with the trend; after the date with the prediction error of a gap."""
    before, later = parts
    x0 = design.matrix(before.times, before.covariates)
    error = np.sqrt(np.einsum("ij,jk,ik->i", x0, fit.covariance, x0))
    columns = [
        (before, x0 @ fit.coefficients, error, True),
        (later, gaps.expected, np.sqrt(np.diag(gaps.covariance)), False),
    ]
    t = float(t_quantile(level, df))
    return tuple(
        _point(
            part,
            at,
            used=used,
            fitted=float(expected[at]),
            line=(
                float(expected[at]),
                float(errors[at]),
                float(expected[at] - t * errors[at]),
                float(expected[at] + t * errors[at]),
            ),
            level=level,
        )
        for part, expected, errors, used in columns
        for at in range(len(part))
    )


def _point(
    data: Series,
    at: int,
    *,
    used: bool,
    fitted: float,
    line: tuple[float, float, float, float],
    level: float,
) -> SeriesPoint:
    value = float(data.values[at])
    error = math.sqrt(data.known[at]) if data.has_errors else math.nan
    # The sampling error of the wave itself, whose degrees of freedom a series does not know: many
    # in a survey.
    half = float(special.ndtri(0.5 + level / 2.0)) * error
    return SeriesPoint(
        time=float(data.times[at]),
        value=value,
        std_error=error,
        value_low=value - half,
        value_high=value + half,
        used=used,
        fitted=fitted,
        counterfactual=line[0],
        counterfactual_error=line[1],
        counterfactual_low=line[2],
        counterfactual_high=line[3],
    )
