"""Interruptions as data, and the design columns they make.

The time convention stands here once: an interruption works from its date on, and the trend after it
is counted from a stated point.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError, listed
from eenzaam_stats.trend.series import Series
from eenzaam_stats.vocabulary import require_option

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
EffectName = Literal["level", "slope"]
PhaseIn = Literal["washout", "linear", "segment"]
RampStart = Literal["date", "first_wave", "wave_before"]

CONVENTIONS = {
    "date": "A wave at the date of the interruption or later is after it; the trend after starts "
    "at 0 on that date, so the level change is the jump at the date.",
    "first_wave": "A wave at the date of the interruption or later is after it; the trend after "
    "starts at 0 in the first such wave, so the level change is the jump in that wave.",
    "wave_before": "A wave at the date of the interruption or later is after it; the trend after "
    "starts at 0 in the last wave before, so the level change is the jump extrapolated to it.",
}


@dataclass(frozen=True, slots=True)
class Interruption:
    """Something that may have changed the level or the slope of a series.

    Attributes
    ----------
    name : str
        Name in results and pictures.
    start : float
        Date from which it works, in the unit of the waves.
    end : float
        Date at which an episode ends; infinite for a lasting change. After the end the series gets
        its own change against the trend before the start.
    effects : tuple of {"level", "slope"}
        What may have changed.
    full_from : float
        Date from which it works in full, when it came in gradually; NaN when it came at once.
    phase_in : {"washout", "linear", "segment"}
        What to do with the waves from ``start`` to ``full_from``: leave them out (at their true
        dates), let the level change grow linearly, or give them a level and slope of their own.
    """

    name: str
    start: float
    end: float = math.inf
    effects: tuple[EffectName, ...] = ("level", "slope")
    full_from: float = math.nan
    phase_in: PhaseIn = "washout"

    @property
    def gradual(self) -> bool:
        """Whether it came in over a period."""
        return not math.isnan(self.full_from)

    @property
    def change_date(self) -> float:
        """Date at which the change that is estimated begins."""
        return self.full_from if self.gradual and self.phase_in != "linear" else self.start


@dataclass(frozen=True, slots=True)
class Term:
    """One design column of an interruption.

    Attributes
    ----------
    interruption, effect, name : str
        Whose, which effect in words, and the name of the column.
    kind : {"level", "slope"}
        Step or ramp.
    start, end, origin, full_from : float
        Where it is on, the point from which a ramp counts, and the end of a linear phase-in.
    """

    interruption: str
    effect: str
    name: str
    kind: EffectName
    start: float
    end: float
    origin: float
    full_from: float = math.nan

    def column(self, times: FloatArray) -> FloatArray:
        """Values of the column at given dates."""
        on = (times >= self.start) & (times < self.end)
        if self.kind == "slope":
            return np.where(on, times - self.origin, 0.0)
        if math.isnan(self.full_from):
            return on.astype(np.float64)
        share = (times - self.start) / (self.full_from - self.start)
        return np.where(on, np.clip(share, 0.0, 1.0), 0.0)


def terms_of(
    interruptions: Sequence[Interruption], series: Series, *, ramp: RampStart, where: str
) -> tuple[Term, ...]:
    """Design columns of interruptions, after they were checked against the series.

    Parameters
    ----------
    interruptions : sequence of Interruption
        At least one.
    series : Series
        Waves.
    ramp : {"date", "first_wave", "wave_before"}
        Point from which the trend after is counted.
    where : str
        Verb that needs it, for messages.

    Returns
    -------
    tuple of Term

    Raises
    ------
    OptionError
        If there is none, a name occurs twice, dates are impossible or outside the series, or a
        segment has too few waves for its effects.
    """
    require_option(ramp, RampStart, name="ramp")
    if isinstance(interruptions, Interruption) or not interruptions:
        raise OptionError(
            f"{where} needs a list of interruptions, and got "
            f"{'one outside a list' if interruptions else 'none'}. Write [Interruption(...)]."
        )
    names = [one.name for one in interruptions]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise OptionError(f"{where} got interruption(s) [{listed(again)}] twice. Rename one.")
    result: list[Term] = []
    for one in interruptions:
        _require_possible(one, series, where=where)
        result += _terms(one, series, ramp=ramp)
    for term in result:
        _require_waves(term, series, where=where)
    return tuple(result)


def washout(interruptions: Sequence[Interruption], times: FloatArray) -> BoolArray:
    """Waves in a phase-in that is left out."""
    out = np.zeros(len(times), dtype=np.bool_)
    for one in interruptions:
        if one.gradual and one.phase_in == "washout":
            out |= (times >= one.start) & (times < one.full_from)
    return out


def _require_possible(one: Interruption, series: Series, *, where: str) -> None:
    for effect in one.effects:
        require_option(effect, EffectName, name=f"effects of {one.name!r}")
    require_option(one.phase_in, PhaseIn, name=f"phase_in of {one.name!r}")
    for date in (one.start, one.end, one.full_from):
        if not isinstance(date, Real):
            raise OptionError(
                f"{where}: interruption {one.name!r} has the date {date!r}, which is no number. "
                "Give dates as numbers in the unit of the waves, such as 2020.2."
            )
    first, last = series.times[0], series.times[-1]
    if not one.effects:
        raise OptionError(
            f"{where}: interruption {one.name!r} has no effects. Name level or slope."
        )
    if not first < one.start <= last:
        raise OptionError(
            f"{where}: interruption {one.name!r} starts at {one.start:g}, and the series runs from "
            f"{first:g} to {last:g}. It needs waves before and after its start."
        )
    if not one.end > one.start or (one.gradual and not one.start < one.full_from < one.end):
        raise OptionError(
            f"{where}: interruption {one.name!r} starts at {one.start:g}, is in full from "
            f"{one.full_from:g} and ends at {one.end:g}. Give dates in that order."
        )


def _terms(one: Interruption, series: Series, *, ramp: RampStart) -> list[Term]:
    episode = math.isfinite(one.end)
    result: list[Term] = []
    if one.gradual and one.phase_in == "segment":
        span = (one.start, one.full_from)
        result += _pair(one, "phase-in", span, series.times, ramp=ramp)
    when = "during" if episode else "change"
    result += _pair(one, when, (one.change_date, one.end), series.times, ramp=ramp)
    if episode and series.times[-1] >= one.end:
        result += _pair(one, "after", (one.end, math.inf), series.times, ramp=ramp)
    return result


def _pair(
    one: Interruption,
    when: str,
    span: tuple[float, float],
    times: FloatArray,
    *,
    ramp: RampStart,
) -> list[Term]:
    """Step and ramp over a span of time."""
    start, end = span
    linear = one.gradual and one.phase_in == "linear" and when != "after"
    from_date = one.full_from if linear else start
    origin = _origin(from_date, times, ramp)
    terms = {
        "level": Term(
            one.name,
            f"level {when}",
            f"{one.name}: level {when}",
            "level",
            start,
            end,
            origin,
            one.full_from if linear else math.nan,
        ),
        "slope": Term(
            one.name,
            f"slope {when}",
            f"{one.name}: slope {when}",
            "slope",
            from_date,
            end,
            origin,
        ),
    }
    return [terms[effect] for effect in ("level", "slope") if effect in one.effects]


def _origin(date: float, times: FloatArray, ramp: RampStart) -> float:
    if ramp == "first_wave":
        return float(times[times >= date][0]) if (times >= date).any() else date
    if ramp == "wave_before":
        return float(times[times < date][-1]) if (times < date).any() else date
    return date


def _require_waves(term: Term, series: Series, *, where: str) -> None:
    """A level needs a wave of its own, level and slope together two."""
    inside = int(((series.times >= term.start) & (series.times < term.end)).sum())
    needed = 2 if term.kind == "slope" else 1
    if inside < needed:
        until = "" if math.isinf(term.end) else f" to {term.end:g}"
        raise OptionError(
            f"{where}: {term.name!r} needs at least {needed} wave(s) from {term.start:g}{until}, "
            f"and the series has {inside}. Leave that effect out, or change the dates."
        )
