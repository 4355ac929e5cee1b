"""Design columns of interruptions: steps and ramps over spans of time, told from each other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.numerics.panel.mixed_sums import collinear
from eenzaam_stats.trend.series.interruption import Dated, EffectName, PhaseIn, RampStart
from eenzaam_stats.trend.series.series import Series
from eenzaam_stats.vocabulary import require_option

_AFTER = " after"


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
        # A wave on the date is after it, and an end is not included: the same in every function,
        # since b2 and its error depend on it.
        on = (times >= self.start) & (times < self.end)
        if self.kind == "slope":
            # Not uncentred time: that would make the level change a jump at time 0, as a published
            # analysis had it before its correction.
            return np.where(on, times - self.origin, 0.0)
        if math.isnan(self.full_from):
            return on.astype(np.float64)
        share = (times - self.start) / (self.full_from - self.start)
        return np.where(on, np.clip(share, 0.0, 1.0), 0.0)


def build_terms(
    interruptions: Sequence[Dated], series: Series, *, ramp: RampStart
) -> tuple[Term, ...]:
    """Design columns of interruptions, after they were checked against the series.

    Parameters
    ----------
    interruptions : sequence of Dated
        At least one, each name once.
    series : Series
        Waves.
    ramp : {"date", "first_wave", "wave_before"}
        Point from which the trend after is counted.

    Returns
    -------
    tuple of Term

    Raises
    ------
    OptionError
        If dates are impossible or outside the series, or a segment has too few waves for its
        effects.
    """
    require_option(ramp, RampStart, name="ramp")
    result: list[Term] = []
    for one in interruptions:
        _require_possible(one, series)
        result += _terms(one, series, ramp=ramp)
    for term in result:
        _require_waves(term, series)
    return tuple(result)


def washout(interruptions: Sequence[Dated], times: FloatArray) -> BoolArray:
    """Waves in a phase-in that is left out."""
    out = np.zeros(len(times), dtype=np.bool_)
    for one in interruptions:
        if one.gradual and one.phase_in == "washout":
            # Rows go and dates stay: renumbered waves would close the gap and steepen the trend
            # after.
            out |= (times >= one.start) & (times < one.full_from)
    return out


def _require_possible(one: Dated, series: Series) -> None:
    for effect in one.effects:
        require_option(effect, EffectName, name=f"effects of {one.name!r}")
    require_option(one.phase_in, PhaseIn, name=f"phase_in of {one.name!r}")
    first, last = series.times[0], series.times[-1]
    if not one.effects:
        raise OptionError(
            f"{verb()}: interruption {one.name!r} has no effects. Name level or slope."
        )
    if not first < one.start <= last:
        raise OptionError(
            f"{verb()}: interruption {one.name!r} starts at {one.start:g}, and the series runs "
            f"from {first:g} to {last:g}. It needs waves before and after its start."
        )
    if not one.end > one.start or (one.gradual and not one.start < one.full_from < one.end):
        raise OptionError(
            f"{verb()}: interruption {one.name!r} starts at {one.start:g}, is in full from "
            f"{one.full_from:g} and ends at {one.end:g}. Give dates in that order."
        )


def _terms(one: Dated, series: Series, *, ramp: RampStart) -> list[Term]:
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
    one: Dated,
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
    # Programs differ. From 0 to 1 the level change moves by one slope change and its error with it;
    # fit, slope and effects at dates stay.
    if ramp == "first_wave":
        return float(times[times >= date][0]) if (times >= date).any() else date
    if ramp == "wave_before":
        return float(times[times < date][-1]) if (times < date).any() else date
    return date


def _require_waves(term: Term, series: Series) -> None:
    """A level needs a wave of its own, level and slope together two."""
    inside = int(((series.times >= term.start) & (series.times < term.end)).sum())
    needed = 2 if term.kind == "slope" else 1
    if inside < needed:
        until = "" if math.isinf(term.end) else f" to {term.end:g}"
        raise OptionError(
            f"{verb()}: {term.name!r} needs at least {needed} wave(s) from {term.start:g}{until}, "
            f"and the series has {inside}. Leave that effect out, or change the dates."
        )


def tell_apart(
    terms: Sequence[Term], interruptions: Sequence[Dated], times: FloatArray
) -> tuple[tuple[Term, ...], tuple[str, ...]]:
    """Terms without those that a later interruption says, and a note for each that was left out.

    What an episode left behind and what the next one brings are one change where no wave lies
    between its end and the next start: the change is then the next one's.

    Parameters
    ----------
    terms : sequence of Term
        Of :func:`build_terms`.
    interruptions : sequence of Dated
    times : ndarray of float, shape (n,)
        Waves of the fit.

    Returns
    -------
    terms : tuple of Term
    notes : tuple of str
    """
    kept, notes = list(terms), []
    for one in sorted(interruptions, key=lambda dated: dated.end):
        later = [other.name for other in interruptions if other.start >= one.end]
        for term in terms if later else ():
            of_it = term.interruption == one.name and term.effect.endswith(_AFTER)
            others = [other for other in kept if other is not term]
            if not (of_it and term in kept and _is_said(term, others, times)):
                continue
            kept = others
            notes.append(
                f"{term.name!r} is left out: no wave tells it from the change of "
                f"{later[0]!r}, which is against the trend before every interruption."
            )
    return tuple(kept), tuple(notes)


def _is_said(term: Term, others: Sequence[Term], times: FloatArray) -> bool:
    """Whether a column is a sum of the trend and other columns."""
    line = [np.ones(len(times)), times - times[0]]
    columns = [*line, *(other.column(times) for other in others), term.column(times)]
    return len(columns) - 1 in collinear(np.column_stack(columns))
