"""Terms of a panel model: trend, levels and slopes in given periods, and covariates as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.dates.axis import NUMBERS, Calendar
from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.numerics.panel.mixed_sums import collinear
from eenzaam_stats.trend.panel.rows import PanelRows
from eenzaam_stats.trend.series.interruption import (
    Dated,
    EffectName,
    Interruption,
    date_interruptions,
)
from eenzaam_stats.trend.series.interruption_terms import Term, build_terms, tell_apart, washout
from eenzaam_stats.trend.series.series import Series, waves_alone
from eenzaam_stats.vocabulary import require_option

INTERCEPT, TREND = "(Intercept)", "trend"


@dataclass(frozen=True, slots=True)
class PanelTerm:
    """One level or slope in a period, as a plain column.

    Attributes
    ----------
    name : str
        Name in results.
    start, end : float or date
        The period, from ``start`` up to and not including ``end``.
    effect : {"level", "slope"}
        1 in the period, or the time since ``start`` in it; 0 elsewhere.
    """

    name: str
    start: DateLike
    end: DateLike = math.inf
    effect: EffectName = "level"


@runtime_checkable
class InterruptionLike(Protocol):
    """Whatever has the fields of an interruption."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> DateLike: ...  # noqa: D102
    @property
    def end(self) -> DateLike | None: ...  # noqa: D102
    @property
    def effects(self) -> Sequence[EffectName]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class PanelDesign:
    """Design columns of a panel.

    Attributes
    ----------
    names : tuple of str
        Intercept, trend, periods, covariates.
    dated : ndarray of float, shape (n, d)
        Columns that follow from the date, the intercept among them.
    covariates : ndarray of float, shape (n, k)
        The others.
    origin : float
        Date at which the trend is 0.
    """

    names: tuple[str, ...]
    dated: FloatArray
    covariates: FloatArray
    origin: float

    @property
    def x(self) -> FloatArray:
        """All columns, shape (n, d + k)."""
        return np.column_stack([self.dated, self.covariates])


def terms_in(
    interruptions: Sequence[PanelTerm | InterruptionLike],
    times: FloatArray,
    calendar: Calendar = NUMBERS,
) -> tuple[tuple[Term, ...], BoolArray, tuple[str, ...]]:
    """Design columns of interruptions, and the rows that a phase-in leaves out.

    Parameters
    ----------
    interruptions : sequence of PanelTerm or Interruption
        An interruption with an end has a change during and a change after.
    times : ndarray of float, shape (n,)
        Dates of the rows.
    calendar : Calendar, default numbers
        How they became numbers.

    Returns
    -------
    terms : tuple of Term
    left_out : ndarray of bool, shape (n,)
    notes : tuple of str
        Terms that another one says.

    Raises
    ------
    OptionError
        If a name occurs twice or a period has no rows inside or none outside.
    """
    series = waves_alone(np.unique(times), calendar)
    terms: list[Term] = []
    ones: list[Dated] = []
    left_out = np.zeros(len(times), dtype=np.bool_)
    for one in interruptions:
        if isinstance(one, PanelTerm):
            require_option(one.effect, EffectName, name=f"effect of {one.name!r}")
            terms.append(_plain(one, series))
            continue
        (interruption,) = date_interruptions([_interruption(one)], series)
        terms += build_terms([interruption], series, ramp="date")
        left_out |= washout([interruption], times)
        ones.append(interruption)
    names = [term.name for term in terms]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise OptionError(f"{verb()} got term(s) [{list_all(again)}] twice. Rename one.")
    for term in terms:
        _require_rows(term, times)
    kept, notes = tell_apart(terms, ones, np.unique(times[~left_out]))
    return kept, left_out, notes


def panel_design(
    rows: PanelRows,
    terms: Sequence[Term],
    *,
    trend: bool,
    origin: DateLike | None,
) -> PanelDesign:
    """Design columns of the rows.

    Parameters
    ----------
    rows : PanelRows
        Complete rows.
    terms : sequence of Term
        Of :func:`terms_in`.
    trend : bool
        Whether there is a straight line through time.
    origin : float, date or None
        Date at which it is 0; ``None`` for the first date.

    Returns
    -------
    PanelDesign

    Raises
    ------
    OptionError
        If terms say the same.
    """
    zero = float(rows.times.min())
    if origin is not None:
        dates = waves_alone(np.unique(rows.times), rows.calendar)
        zero = dates.date(origin, what="the origin of the trend")
    line = [rows.times - zero] if trend else []
    by_date = np.column_stack(
        [np.ones(len(rows.y)), *line, *(term.column(rows.times) for term in terms)]
    )
    names = (INTERCEPT, *([TREND] if trend else []), *(term.name for term in terms), *rows.terms)
    design = PanelDesign(names, by_date, rows.covariates, zero)
    if len(rows.y) <= len(names):
        raise OptionError(
            f"{verb()} needs more rows than terms, and has {len(rows.y)} complete row(s) for "
            f"{len(names)} terms. Leave out terms."
        )
    same = collinear(design.x)
    if len(same):
        raise OptionError(
            f"{verb()} cannot tell term(s) [{list_all(names[at] for at in same)}] from "
            "those before "
            f"them in [{list_all(names)}]. Leave them out, or change the dates."
        )
    return design


def _interruption(one: InterruptionLike) -> Interruption:
    if isinstance(one, Interruption):
        return one
    if not isinstance(one, InterruptionLike):
        raise OptionError(
            f"{verb()} needs interruptions with name, start, end and effects, and got "
            f"{type(one).__qualname__}. Use PanelTerm or Interruption."
        )
    end = math.inf if one.end is None else one.end
    return Interruption(one.name, one.start, end, tuple(one.effects))


def _plain(one: PanelTerm, series: Series) -> Term:
    """The column of a period."""
    what = f"a date of {one.name!r}"
    start = series.date(one.start, what=what)
    end = math.inf if one.end == math.inf else series.date(one.end, what=what)
    return Term(one.name, one.effect, one.name, one.effect, start, end, start)


def _require_rows(term: Term, times: FloatArray) -> None:
    inside = int(((times >= term.start) & (times < term.end)).sum())
    if not 0 < inside < len(times):
        until = "" if math.isinf(term.end) else f" to {term.end:g}"
        raise OptionError(
            f"{verb()}: {term.name!r} runs from {term.start:g}{until} and {inside} of {len(times)} "
            f"rows, dated {times.min():g} to {times.max():g}, lie in it. It needs rows inside and "
            "outside."
        )
