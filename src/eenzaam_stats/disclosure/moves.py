"""Another release that a reader could not tell from this one: people moved between hidden counts.

A count is protected when enough people can be moved into it, or out of it, without changing any
count that is shown. The cheapest such move says which rows to hide; it is searched in a box of a
few values per column, so that its cost does not grow with the release.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from eenzaam_stats.disclosure.box import Box
from eenzaam_stats.disclosure.hiding import Hiding

# how far a move is looked for: among the cells of the margins of the count or everywhere, and how
# many values of each column
SEARCHES = ((False, 3), (False, 8), (True, 3), (True, 8), (True, 40))
MOST_CELLS = 20_000
MARGIN = 20.0  # a margin costs so many times the cells of one more column, and no cell as much


def protecting(
    hiding: Hiding, unknown: int, people: float, *, before: bool = False
) -> set[int] | None:
    """Rows that a move of so many people changes, some of them shown yet; ``None`` without one.

    Parameters
    ----------
    hiding : Hiding
        What is hidden, and what more would cost.
    unknown : int
        Count that may not be found.
    people : float
        Least distance between its bounds.
    before : bool, default False
        Whether it was hidden before, so that what is hidden should do.

    Returns
    -------
    set of int or None
        Empty where what is hidden leaves the bounds far enough apart.
    """
    boxes: dict[tuple[bool, int], Box] = {}

    def build_box(search: tuple[bool, int]) -> Box:
        if search not in boxes:
            boxes[search] = Box(hiding, unknown, search[1], people, wide=search[0])
        return boxes[search]

    for search in (SEARCHES[0], SEARCHES[-1])[: 2 if before else 1]:
        if build_box(search).keeping() is not None:
            return set()
    # cells before margins: a total is what most readers look at
    for search, dearest in [*product(SEARCHES[:2], [MARGIN]), *product(SEARCHES, [math.inf])]:
        box = build_box(search)
        moved = box.move(dearest=dearest) if len(box.unknowns) <= MOST_CELLS else None
        if moved is not None:
            return _rows(hiding, moved)
    return None


@dataclass(frozen=True, slots=True)
class Support:
    """What keeps a count unknown.

    Attributes
    ----------
    rows : set of int
        Hidden rows.
    box : Box
        Where the move was found.
    """

    rows: set[int]
    box: Box

    def again(self) -> Support | None:
        """Another support in the same cells, of what is hidden now."""
        moved = self.box.move(shown=False)
        if moved is None:
            moved = self.box.keeping()
        return None if moved is None else Support(_rows(self.box.hiding, moved), self.box)


def supporting(hiding: Hiding, unknown: int, people: float) -> Support | None:
    """Hidden rows that keep a count unknown, as few as are found; ``None`` where they do not."""
    for wide, width in SEARCHES:
        found = Support(set(), Box(hiding, unknown, width, people, wide=wide)).again()
        if found is not None:
            return found
    return None


def _rows(hiding: Hiding, unknowns: Iterable[int]) -> set[int]:
    return {row for at in unknowns for row in hiding.system.shows[at]}
