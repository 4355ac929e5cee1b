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

from eenzaam_stats.errors import ScaleError, list_all, verb
from eenzaam_stats.numerics.scales.summated_scale import MISSING
from eenzaam_stats.scoring.engine_frame import Frame
from eenzaam_stats.scoring.instrument import Scale

NotAsked = Literal["refuse", "shorter"]
# Fewer people than this can all have skipped an item by chance. At the highest share that was found
# in print, 10.9 per cent, two people do so in 1.2 per cent of pairs and three in 0.13 per cent.
LEAST_PEOPLE = 3
# An item that fewer of those people answered, or nobody, was not asked of them: a pilot, a routing.
LEAST_SHARE = 0.05
# What a questionnaire is: a source and a wave of it.
PARTS = ("source", "wave")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Gap:
    """Items that nobody, or almost nobody, answered in one place where people answered others.

    Attributes
    ----------
    place : str
        The data, or one source and wave in them.
    items : tuple of int
        Positions (from 0) of the items in the scale.
    people : int
        People there who answered another item of the scale.
    answers : int
        Answers to the one of these items that has the most; 0 as a rule.
    """

    place: str
    items: tuple[int, ...]
    people: int
    answers: int


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


def is_not_asked(answers: NDArray[np.int64], people: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether so few people answered an item that it was not asked of them.

    Parameters
    ----------
    answers : ndarray of int
        People who answered the item.
    people : ndarray of int
        People who answered it or another item of the scale.

    Returns
    -------
    ndarray of bool
        True where fewer than one in twenty of at least three people did. Fewer people can all have
        skipped an item by chance.

    Examples
    --------
    >>> is_not_asked(np.array([0, 0, 1, 1]), np.array([2, 3, 20, 21])).tolist()
    [False, True, False, True]
    """
    return np.asarray((people >= LEAST_PEOPLE) & (answers < LEAST_SHARE * people))


def find_gaps(frame: Frame, codes: NDArray[np.int8]) -> tuple[Gap, ...]:
    """Items that were not asked, in all rows and in each source and wave.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents; columns ``source`` and ``wave`` say which questionnaire a row belongs to.
    codes : (items, rows) int8
        Answers, negative where missing.

    Returns
    -------
    tuple of Gap
        Those of all rows first; empty when every item was asked everywhere.

    Notes
    -----
    See :func:`is_not_asked`. Where nobody answered any item there is no score to be too low.
    """
    answered = codes != MISSING
    place = np.zeros(codes.shape[1], dtype=np.int64)
    found = [*_gaps(answered, place, ["the data"])]
    names = [n for n in PARTS if n in frame.columns and frame.get_column(n).n_unique() > 1]
    if names:
        place, places = _places(frame, names)
        # What is lacking everywhere is said once, and not again for every wave.
        known = {item for gap in found for item in gap.items}
        parts = _gaps(answered, place, places)
        own = [replace(gap, items=tuple(i for i in gap.items if i not in known)) for gap in parts]
        found += [gap for gap in own if gap.items]
    return tuple(found)


def _gaps(
    answered: NDArray[np.bool_], place: NDArray[np.int64], names: Sequence[str]
) -> Iterator[Gap]:
    people = np.bincount(place[answered.any(axis=0)], minlength=len(names))
    answers = np.stack([np.bincount(place[row], minlength=len(names)) for row in answered])
    lacking = is_not_asked(answers, people)
    for at in np.flatnonzero(lacking.any(axis=0)):
        items = tuple(int(item) for item in np.flatnonzero(lacking[:, at]))
        yield Gap(names[int(at)], items, int(people[at]), int(answers[lacking[:, at], at].max()))


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
    frame: Frame,
    scale: Scale,
    codes: NDArray[np.int8],
    *,
    columns: Sequence[str],
    not_asked: NotAsked,
) -> Form:
    """Form of a scale that the data allow.

    Parameters
    ----------
    frame, codes
        As in :func:`find_gaps`.
    scale : Scale
        Instrument that was asked for.
    columns : sequence of str
        Column of each item, for the message.
    not_asked : {"refuse", "shorter"}
        What to do when an item was not asked.

    Returns
    -------
    Form
        The scale itself when every item was asked everywhere.

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
            f"{verb()} needs every item to be asked, and {_word_gaps(columns, gaps)}: it "
            "was not asked, "
            "or its column is blank, the wrong one, or one missing code for all. "
            f"{_remedy(shorter)}"
        )
    left = "" if shorter.has_total else ", without a total"
    note = f"Not {scale.name}, because {_word_gaps(columns, gaps)}: {shorter.scale.name}{left}."
    return replace(shorter, note=note)


def require_asked(
    frame: Frame, scale: Scale, codes: NDArray[np.int8], *, columns: Sequence[str]
) -> None:
    """Raise when an item was not asked, for a score that has no shorter form."""
    alone = replace(scale, short_form=None, subscales=())
    form_to_score(frame, alone, codes, columns=columns, not_asked="refuse")


def _word_gaps(columns: Sequence[str], gaps: Sequence[Gap]) -> str:
    parts = [
        f"[{list_all(columns[item] for item in gap.items)}] have {_answers(gap)} in {gap.place} "
        f"({gap.people:,} people answered other items)"
        for gap in gaps[:_SHOWN]
    ]
    more = f" and {len(gaps) - _SHOWN} more place(s)" if len(gaps) > _SHOWN else ""
    return "; ".join(parts) + more


def _answers(gap: Gap) -> str:
    return f"at most {gap.answers:,} answer(s)" if gap.answers else "no answer"


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
        numbers = {item.number for item in short.items}
        items = tuple(at for at, item in enumerate(scale.items) if item.number in numbers)
        if len(items) == len(numbers) and absent.isdisjoint(items):
            # its rules, and the answers and points of the scale that the columns were read for
            own = tuple(scale.items[at] for at in items)
            how = {name: getattr(scale, name) for name in ("answers", "answer_sets", "neutral")}
            return Form(replace(short, items=own, **how), items)
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
        # The tolerance of one item belongs to the total, which this form does not have.
        allowed_missing=0,
        categories=(),
        flags=(),
        short_form=None,
    )
    return Form(cut, items, has_total=False)
