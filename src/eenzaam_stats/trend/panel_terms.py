"""Terms of a panel model: trend, levels and slopes in given periods, and covariates as columns."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError, listed
from eenzaam_stats.numerics.mixed_sums import collinear
from eenzaam_stats.trend.interruption import EffectName, Interruption, Term, terms_of, washout
from eenzaam_stats.trend.panel_rows import PanelRows
from eenzaam_stats.trend.series import Series
from eenzaam_stats.vocabulary import require_option

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
INTERCEPT, TREND = "(Intercept)", "trend"


@dataclass(frozen=True, slots=True)
class PanelTerm:
    """One level or slope in a period, as a plain column.

    Attributes
    ----------
    name : str
        Name in results.
    start, end : float
        The period, from ``start`` up to and not including ``end``.
    effect : {"level", "slope"}
        1 in the period, or the time since ``start`` in it; 0 elsewhere.
    """

    name: str
    start: float
    end: float = math.inf
    effect: EffectName = "level"


@runtime_checkable
class InterruptionLike(Protocol):
    """Whatever has the fields of an interruption."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def start(self) -> float: ...  # noqa: D102
    @property
    def end(self) -> float | None: ...  # noqa: D102
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
    interruptions: Sequence[PanelTerm | InterruptionLike], times: FloatArray, *, where: str
) -> tuple[tuple[Term, ...], BoolArray]:
    """Design columns of interruptions, and the rows that a phase-in leaves out.

    Parameters
    ----------
    interruptions : sequence of PanelTerm or Interruption
        An interruption with an end has a change during and a change after.
    times : ndarray of float, shape (n,)
        Dates of the rows.
    where : str
        Verb that needs it, for messages.

    Returns
    -------
    terms : tuple of Term
    left_out : ndarray of bool, shape (n,)

    Raises
    ------
    OptionError
        If a name occurs twice or a period has no rows inside or none outside.
    """
    dates = np.unique(times)
    terms: list[Term] = []
    left_out = np.zeros(len(times), dtype=np.bool_)
    for one in interruptions:
        if isinstance(one, PanelTerm):
            require_option(one.effect, EffectName, name=f"effect of {one.name!r}")
            terms.append(
                Term(one.name, one.effect, one.name, one.effect, one.start, one.end, one.start)
            )
            continue
        interruption = _interruption(one, where=where)
        terms += terms_of([interruption], _dated(dates), ramp="date", where=where)
        left_out |= washout([interruption], times)
    names = [term.name for term in terms]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        raise OptionError(f"{where} got term(s) [{listed(again)}] twice. Rename one.")
    for term in terms:
        _require_rows(term, times, where=where)
    return tuple(terms), left_out


def panel_design(
    rows: PanelRows,
    terms: Sequence[Term],
    *,
    trend: bool,
    origin: float | None,
    where: str,
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
    origin : float or None
        Date at which it is 0; ``None`` for the first date.
    where : str
        Verb that needs it, for messages.

    Returns
    -------
    PanelDesign

    Raises
    ------
    OptionError
        If terms say the same.
    """
    zero = float(rows.times.min()) if origin is None else float(origin)
    line = [rows.times - zero] if trend else []
    dated = np.column_stack(
        [np.ones(len(rows.y)), *line, *(term.column(rows.times) for term in terms)]
    )
    names = (INTERCEPT, *([TREND] if trend else []), *(term.name for term in terms), *rows.terms)
    design = PanelDesign(names, dated, rows.covariates, zero)
    if len(rows.y) <= len(names):
        raise OptionError(
            f"{where} needs more rows than terms, and has {len(rows.y)} complete row(s) for "
            f"{len(names)} terms. Leave out terms."
        )
    same = collinear(design.x)
    if len(same):
        raise OptionError(
            f"{where} cannot tell term(s) [{listed(names[at] for at in same)}] from those before "
            f"them in [{listed(names)}]. Leave them out, or change the dates."
        )
    return design


def _interruption(one: InterruptionLike, *, where: str) -> Interruption:
    if isinstance(one, Interruption):
        return one
    if not isinstance(one, InterruptionLike):
        raise OptionError(
            f"{where} needs interruptions with name, start, end and effects, and got "
            f"{type(one).__qualname__}. Use PanelTerm or Interruption."
        )
    end = math.inf if one.end is None else float(one.end)
    return Interruption(one.name, float(one.start), end, tuple(one.effects))


def _dated(dates: FloatArray) -> Series:
    """Series with these dates, for the checks of an interruption."""
    nothing = np.zeros(len(dates))
    return Series(dates, nothing, nothing, np.empty((len(dates), 0)), (), "", "", has_errors=False)


def _require_rows(term: Term, times: FloatArray, *, where: str) -> None:
    inside = int(((times >= term.start) & (times < term.end)).sum())
    if not 0 < inside < len(times):
        until = "" if math.isinf(term.end) else f" to {term.end:g}"
        raise OptionError(
            f"{where}: {term.name!r} runs from {term.start:g}{until} and {inside} of {len(times)} "
            f"rows, dated {times.min():g} to {times.max():g}, lie in it. It needs rows inside and "
            "outside."
        )
