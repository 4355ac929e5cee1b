"""What is known of answers that are not there: kinds of missing, and items that totals do without.

A scale tolerates a missing item of a person. Where a whole group lacks the same item, it was not
asked there, or everybody skipped it, and every total of the group is too low: that is found here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.respondents import SEVERAL_ITEMS, TOLERATED_SUFFIX
from eenzaam_stats.vocabulary import MissingKind

ITEM_LOW, ITEM_HIGH = "item_low", "item_high"
UNKNOWN_KIND = "unknown"
# Columns made of a total, for a frame that was scored before it became a survey.
_OF_TOTAL = ("total", "category", "lonely", "severely_lonely")
_PLAIN_FLAGS = ("lonely", "severely_lonely")


def find_tolerated_column(
    outcome: Outcome, columns: CellColumns, present: Collection[str]
) -> str | None:
    """Column with the item that the total behind an outcome does without.

    Parameters
    ----------
    outcome : Outcome
        What is summed.
    columns : CellColumns
        What the scoring reports of the survey say.
    present : collection of str
        Columns of the frame.

    Returns
    -------
    str or None
        ``None`` where the outcome is made of no total, or of one that needs every item.

    Examples
    --------
    >>> scored = ["djg11_total", "djg11_tolerated_item", "lonely"]
    >>> find_tolerated_column(Outcome("lonely"), CellColumns(()), scored)
    'djg11_tolerated_item'
    """
    known = dict(columns.tolerated)
    for name in outcome.names():
        column = known.get(name) or _by_name(name, present)
        if column in present:
            return column
    return None


def _by_name(name: str, present: Collection[str]) -> str | None:
    """Return the column by the names that scoring gives, where no report tells it."""
    prefixes = [one.removesuffix(TOLERATED_SUFFIX) for one in present if TOLERATED_SUFFIX in one]
    for prefix in prefixes:
        plain = name in _PLAIN_FLAGS and f"{prefix}_{name}" not in present
        if plain or name in {f"{prefix}_{word}" for word in _OF_TOTAL}:
            return prefix + TOLERATED_SUFFIX
    return None


def item_gaps(
    cells: pd.DataFrame,
    number: int,
    *,
    inside: NDArray[np.bool_],
    at: NDArray[np.int64],
    count: int,
) -> tuple[str, ...]:
    """Why the totals of a domain are too low; an empty text where they are not.

    Parameters
    ----------
    cells : pandas.DataFrame
        Table of cells with the lowest and highest item that a total does without.
    number : int
        Position of the outcome.
    inside : ndarray of bool
        Cells that belong to a domain.
    at : ndarray of int
        Domain of each of those.
    count : int
        Domains.

    Returns
    -------
    tuple of str, of length ``count``

    Notes
    -----
    0 stands for a total of all items. A domain without a 0 in which all totals do without the same
    item has no answer to it. Where a scale tolerates more than one missing item, several of them
    may hide one that nobody answered: such a domain is named as well.
    """
    names = [f"{name}_{number}" for name in (ITEM_LOW, ITEM_HIGH)]
    if names[0] not in cells:
        return ("",) * count
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.fmin.at(low, at, cells[names[0]].to_numpy()[inside])
    np.fmax.at(high, at, cells[names[1]].to_numpy()[inside])
    return tuple(_reason(one, two) for one, two in zip(low.tolist(), high.tolist(), strict=True))


def _reason(low: float, high: float) -> str:
    # 0 is a person who answered every item: with one of those in the group, totals are not all too
    # low.
    if not 0 < low <= high:
        return ""
    if high == SEVERAL_ITEMS:
        return "every total in the group does without an item, so that all may be too low"
    if low < high:
        return ""
    return (
        f"nobody with a total in the group answered item {low:.0f}, which counts 0: not asked or "
        "skipped by all, and too low"
    )


def missing_kinds(
    n_missing: FloatArray, found: Mapping[MissingKind, FloatArray]
) -> tuple[tuple[str, FloatArray], ...]:
    """Kinds that occur; what the file does not explain is of unknown kind."""
    kinds = [(kind.value, count) for kind, count in found.items() if count.any()]
    rest = n_missing - sum((count for _, count in kinds), np.zeros_like(n_missing))
    return (*kinds, *([(UNKNOWN_KIND, rest)] if rest.any() else []))
