"""Interruptions as data: what a user writes, and the same on the axis of the waves.

The time convention stands here once: an interruption works from its date on, and the trend after it
is counted from a stated point.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.trend.series.series import Series

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
    start : float or date
        Date from which it works: a number in the unit of the waves, or a date of any kind that the
        waves may have (``"2020-03-15"``, ``"2020Q2"``, a ``Period``, a ``datetime.date``).
    end : float or date
        Date at which an episode ends; infinite for a lasting change. After the end the series gets
        its own change against the trend before the start, unless another interruption that starts
        there says the same.
    effects : tuple of {"level", "slope"}
        What may have changed.
    full_from : float or date
        Date from which it works in full, when it came in gradually; NaN when it came at once.
    phase_in : {"washout", "linear", "segment"}
        What to do with the waves from ``start`` to ``full_from``: leave them out (at their true
        dates), let the level change grow linearly, or give them a level and slope of their own.
    """

    name: str
    start: DateLike
    end: DateLike = math.inf
    effects: tuple[EffectName, ...] = ("level", "slope")
    full_from: DateLike = math.nan
    phase_in: PhaseIn = "washout"

    @property
    def gradual(self) -> bool:
        """Whether it came in over a period."""
        return self.full_from is not None and self.full_from == self.full_from


@dataclass(frozen=True, slots=True)
class Dated(Interruption):
    """An interruption whose dates are numbers on the axis of the waves.

    Attributes
    ----------
    name, effects, phase_in
        As in :class:`Interruption`.
    start, end, full_from : float
        Its dates.
    """

    start: float
    end: float = math.inf
    full_from: float = math.nan

    @property
    def change_date(self) -> float:
        """Date at which the change that is estimated begins."""
        # A linear phase-in is part of the effect and begins at the start; waves of a washout are no
        # part of it.
        return self.full_from if self.gradual and self.phase_in != "linear" else self.start


def date_interruptions(interruptions: Sequence[Interruption], series: Series) -> tuple[Dated, ...]:
    """Interruptions on the axis of the waves of a series.

    Parameters
    ----------
    interruptions : sequence of Interruption
        At least one.
    series : Series
        Waves.

    Returns
    -------
    tuple of Dated

    Raises
    ------
    OptionError
        If there is none, one is something else, a name occurs twice, or a date is none.
    """
    single = isinstance(interruptions, (Interruption, str))
    if single or not isinstance(interruptions, Iterable) or not list(interruptions):
        found = "one outside a list" if single else "none"
        raise OptionError(
            f"{verb()} needs a list of interruptions, and got {found}. Write [Interruption(...)]."
        )
    names = [one.name for one in interruptions if isinstance(one, Interruption)]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise OptionError(f"{verb()} got interruption(s) [{list_all(again)}] twice. Rename one.")
    return tuple(_date_interruption(one, series) for one in interruptions)


def _date_interruption(one: Interruption, series: Series) -> Dated:
    if isinstance(one, Dated):
        return one
    if not isinstance(one, Interruption):
        raise OptionError(
            f"{verb()} needs interruptions, and got {type(one).__qualname__}. Write "
            "Interruption(name, start)."
        )
    if isinstance(one.effects, str) or not isinstance(one.effects, Iterable):
        raise OptionError(
            f"{verb()}: interruption {one.name!r} has the effects {one.effects!r}, which are no "
            "tuple. Write effects=('level',) or ('level', 'slope')."
        )

    def date(value: object, what: str) -> float:
        return series.date(value, what=f"{what} of interruption {one.name!r}")

    open_end = one.end is None or one.end == math.inf
    return Dated(
        name=one.name,
        start=date(one.start, "the start"),
        end=math.inf if open_end else date(one.end, "the end"),
        effects=tuple(one.effects),
        full_from=date(one.full_from, "full_from") if one.gradual else math.nan,
        phase_in=one.phase_in,
    )
