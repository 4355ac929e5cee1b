"""Was every item asked? The tolerance of a missing item is a person's, never a questionnaire's.

An item that nobody answered would count 0 for everybody, so that every total is too low. Here such
items are found and either refused or left out with the shorter form that can do without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import ScaleError, listed
from eenzaam_stats.numerics.summated_scale import MISSING
from eenzaam_stats.scoring.frame import Frame
from eenzaam_stats.scoring.instrument import Scale

NotAsked = Literal["refuse", "shorter"]
# Fewer people than this can all have skipped an item by chance. At the highest share that was found
# in print, 10.9 per cent, two people do so in 1.2 per cent of pairs and three in 0.13 per cent.
LEAST_PEOPLE = 3
# What a questionnaire is: a source and a wave of it.
PARTS = ("source", "wave")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Items that nobody answered in one place, although people answered others there.

    Attributes
    ----------
    place : str
        The data, or one source and wave in them.
    items : tuple of int
        Positions (from 0) of the items in the scale.
    people : int
        People there who answered another item of the scale.
    """

    place: str
    items: tuple[int, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Form:
    """What is scored: the scale, or the part of it whose items were asked.

    Attributes
    ----------
    scale : Scale
        Scale, its short form, or the scale cut down to complete subscales.
    items : tuple of int
        Positions of its items in the scale that was named.
    has_total : bool
        Whether its total, classes and flags are given, or its subscales only.
    note : str
        What was left out and why; empty for the scale itself.
    """

    scale: Scale
    items: tuple[int, ...]
    has_total: bool = True
    note: str = ""

    @classmethod
    def whole(cls, scale: Scale) -> Form:
        """Every item of a scale."""
        return cls(scale, tuple(range(len(scale.items))))


def find_gaps(frame: Frame, codes: NDArray[np.int8]) -> tuple[Gap, ...]:
    """Items without a single answer, in all rows and in each source and wave.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents; columns ``source`` and ``wave`` say which questionnaire a row belongs to.
    codes : (items, rows) int8
        Answers, negative where missing.

    Returns
    -------
    tuple of Gap
        Those of all rows first; empty when every item was answered by somebody everywhere.

    Notes
    -----
    A place counts from three people who answered an item of the scale: fewer can all have skipped
    one by chance. Where nobody answered any item there is no score that could be too low.
    """
    answered = codes != MISSING
    place = np.zeros(codes.shape[1], dtype=np.int64)
    found = [*_gaps(answered, place, ["the data"])]
    names = [n for n in PARTS if n in frame.columns and frame.get_column(n).n_unique() > 1]
    if names:
        place, places = _places(frame, names)
        known = {item for gap in found for item in gap.items}
        parts = _gaps(answered, place, places)
        own = [replace(gap, items=tuple(i for i in gap.items if i not in known)) for gap in parts]
        found += [gap for gap in own if gap.items]
    return tuple(found)


def _gaps(
    answered: NDArray[np.bool_], place: NDArray[np.int64], names: Sequence[str]
) -> Iterator[Gap]:
    people = np.bincount(place[answered.any(axis=0)], minlength=len(names))
    empty = np.stack([np.bincount(place[row], minlength=len(names)) == 0 for row in answered])
    for at in np.flatnonzero(empty.any(axis=0) & (people >= LEAST_PEOPLE)):
        items = tuple(int(item) for item in np.flatnonzero(empty[:, at]))
        yield Gap(names[int(at)], items, int(people[at]))


def _places(frame: Frame, names: Sequence[str]) -> tuple[NDArray[np.int64], list[str]]:
    """Number of the source and wave of each row, and their names."""
    place, words = np.zeros(len(frame), dtype=np.int64), [""]
    for name in names:
        values = pd.Series(frame.get_column(name).to_list(), dtype=object)
        codes, levels = pd.factorize(values, use_na_sentinel=False)
        place = place * max(len(levels), 1) + codes
        shown = [f"{name} {'unknown' if pd.isna(level) else level}" for level in levels]
        words = [f"{one}, {two}" if one else two for one in words for two in shown]
    return place, words


def form_to_score(
    frame: Frame, scale: Scale, codes: NDArray[np.int8], *, not_asked: NotAsked, where: str
) -> Form:
    """Form of a scale that the data allow.

    Parameters
    ----------
    frame, codes
        As in :func:`find_gaps`.
    scale : Scale
        Instrument that was asked for.
    not_asked : {"refuse", "shorter"}
        What to do when an item was not asked.
    where : str
        Verb and scale, for the message.

    Returns
    -------
    Form
        The scale itself when every item was answered by somebody everywhere.

    Raises
    ------
    ScaleError
        If an item was not asked, and it is to be refused or no shorter form can do without it.
    """
    gaps = find_gaps(frame, codes)
    if not gaps:
        return Form.whole(scale)
    shorter = _shorter(scale, {item for gap in gaps for item in gap.items})
    if not_asked == "refuse" or shorter is None:
        raise ScaleError(
            f"{where} needs every item to be asked, and {_said(scale, gaps)}: it was not asked, "
            "or its column is blank, the wrong one, or one missing code for all. "
            f"{_remedy(shorter)}"
        )
    left = "" if shorter.has_total else ", without a total"
    note = f"Not {scale.name}, because {_said(scale, gaps)}: {shorter.scale.name}{left}."
    return replace(shorter, note=note)


def require_asked(frame: Frame, scale: Scale, codes: NDArray[np.int8], *, where: str) -> None:
    """Raise when an item was not asked, for a score that has no shorter form."""
    alone = replace(scale, short_form=None, subscales=())
    form_to_score(frame, alone, codes, not_asked="refuse", where=where)


def _said(scale: Scale, gaps: Sequence[Gap]) -> str:
    parts = [
        f"[{listed(scale.items[item].column for item in gap.items)}] have no answer in {gap.place} "
        f"({gap.people:,} people answered other items)"
        for gap in gaps[:_SHOWN]
    ]
    more = f" and {len(gaps) - _SHOWN} more place(s)" if len(gaps) > _SHOWN else ""
    return "; ".join(parts) + more


def _remedy(shorter: Form | None) -> str:
    correct = "Correct the column, or leave those people out"
    if shorter is None:
        return f"{correct}; no shorter form can do without it."
    form = shorter.scale.name if shorter.has_total else f"{shorter.scale.name}, without a total"
    return f"{correct}, or write not_asked='shorter' for the form that can do without it: {form}."


def _shorter(scale: Scale, absent: set[int]) -> Form | None:
    """Short form of which every item was asked, else the complete subscales; ``None`` for none."""
    short = scale.short_form
    if short is not None:
        number = {item.number: at for at, item in enumerate(scale.items)}
        items = tuple(number[item.number] for item in short.items)
        if absent.isdisjoint(items):
            return Form(short, items)
    whole = [
        (subscale, block)
        for subscale, block in zip(scale.subscales, scale.blocks(), strict=True)
        if absent.isdisjoint(block)
    ]
    if not whole:
        return None
    items = tuple(sorted(item for _, block in whole for item in block))
    cut = replace(
        scale,
        name=f"{scale.name} {' and '.join(subscale.name for subscale, _ in whole)}",
        items=tuple(scale.items[item] for item in items),
        subscales=tuple(subscale for subscale, _ in whole),
        allowed_missing=0,
        categories=(),
        flags=(),
        short_form=None,
    )
    return Form(cut, items, has_total=False)
