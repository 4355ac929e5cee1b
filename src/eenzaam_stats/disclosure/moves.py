"""Another release that a reader could not tell from this one: people moved between hidden counts.

A count is protected when enough people can be moved into it, or out of it, without changing any
count that is shown. The cheapest such move says which rows to hide; it is searched in a box of a
few values per column, so that its cost does not grow with the release.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.disclosure.counts import Columns, Kind
from eenzaam_stats.disclosure.hiding import Hiding
from eenzaam_stats.disclosure.solver import Equations, Programme
from eenzaam_stats.disclosure.system import WITHIN

# A few values per column around one count, and the people that can be moved among their cells.
# What lies outside the box does not change, so a move that is found is one of the whole release.

_NOTHING = 1e-7
_TOO_FEW = 1e6


class Box:
    """Cells with a few values per column around one count."""

    def __init__(
        self, hiding: Hiding, unknown: int, width: int, people: float, *, wide: bool
    ) -> None:
        self.hiding, self.system, self.unknown, self.wide = hiding, hiding.system, unknown, wide
        self.people = people
        columns = self.system.where[unknown][1]
        related = self.system.derivable(columns)
        self.columns = [
            one
            for one in self.system.parents
            if wide or set(one) <= related or set(columns) <= self.system.derivable(one)
        ]
        self.chosen = self._values(width)
        kinds = self._kinds()
        # people who gave no answer stay where they are at first
        far = set() if wide else {one for one in kinds if one[0] in ("missing", "people")}
        inside = [(kind, cells) for kind in sorted(kinds - far) for cells in self.columns]
        found = {one: list(self._inside(*one)) for one in inside}
        fixed = set() if wide else self._outside()
        self.unknowns = np.array([at for some in found.values() for at in some], dtype=np.int64)
        self.own = int(np.flatnonzero(self.unknowns == unknown)[0])
        self.value = hiding.value[self.unknowns]
        outside = np.repeat([one in fixed for one in found], [len(some) for some in found.values()])
        self.stays = hiding.known[self.unknowns] | outside

    @cached_property
    def equations(self) -> Equations:
        """Sums and rules among the cells of the box, on their places in it."""
        return self.hiding.ties.among(self.unknowns)

    def _kinds(self) -> set[Kind]:
        """Kinds of answers that a change of the count can touch; a sum of numbers mostly none."""
        tied = {kind for rule in self.system.rules for kind, _ in rule.terms}
        own = self.system.where[self.unknown][0]
        if own[0] == "sum" and own not in tied:
            return {own}
        return {kind for kind, _ in self.system.cells if kind[0] != "sum" or kind in tied}

    def _values(self, width: int) -> dict[str, list[str]]:
        """Values per column: those of the count, then those where a move is cheap."""
        _, columns, values = self.system.where[self.unknown]
        chosen: dict[str, list[str]] = {}
        for place, name in enumerate(columns):
            own = values[place]
            ranked = self._by_rank(*self.hiding.along(self.unknown, place), most=width + 1)
            chosen[name] = [own, *[value for value in ranked if value != own][:width]]
        finer = sorted({name for one in self.columns for name in one} - set(columns))
        for name in finer:
            chosen[name] = self._find_unlisted(name, chosen, width)
        return chosen

    def _by_rank(self, names: list[str], unknowns: IntArray, most: int | None = None) -> list[str]:
        """Cheap cells first, hidden already or with people enough to move; then by name."""
        price = self.hiding.prices(unknowns)
        few = (price > 0.0) & ~(self.hiding.value[unknowns] >= self.people)
        order = np.argsort(price + few * _TOO_FEW, kind="stable")
        return [names[at] for at in order[:most]]

    def _find_unlisted(self, name: str, chosen: dict[str, list[str]], width: int) -> list[str]:
        """Values of a column that the count does not have: within those chosen of a coarser one."""
        parents = [
            (chosen[coarse], mapping)
            for (fine, coarse), mapping in self.system.functions.items()
            if fine == name and coarse in chosen
        ]
        columns = min((one for one in self.system.parents if name in one), key=len)
        place = columns.index(name)
        found = {
            values[place]: at
            for (_, cells_of), cells in self.system.cells.items()
            if cells_of == columns
            for values, at in cells.items()
        }
        names = sorted(found)
        ranked = self._by_rank(names, np.array([found[name] for name in names], dtype=np.int64))
        if not parents:
            return ranked[: width + 1]
        allowed, mapping = parents[0]
        per: dict[str, list[str]] = {}
        for value in ranked:
            per.setdefault(mapping.get(value, ""), []).append(value)
        return [value for one in allowed for value in per.get(one, [])[: width + 1]]

    def _inside(self, kind: Kind, columns: Columns) -> Iterator[int]:
        cells = self.system.cells.get((kind, columns))
        if cells is None:
            return
        options = [self._options(name) for name in columns]
        if math.prod(map(len, options)) > len(cells):
            allowed = [set(one) for one in options]
            yield from (
                at
                for values, at in cells.items()
                if all(value in one for value, one in zip(values, allowed, strict=True))
            )
            return
        yield from (cells[values] for values in product(*options) if values in cells)

    def _options(self, name: str) -> list[str]:
        if name in self.chosen:
            return self.chosen[name]
        finer = next((a for a, b in self.system.functions if b == name and a in self.chosen), None)
        if finer is None:
            return []
        mapping = self.system.functions[finer, name]
        return list(dict.fromkeys(mapping.get(value, "") for value in self.chosen[finer]))

    def has_slack(self) -> bool:
        """Whether no single sum says that what is hidden leaves too little slack."""
        places, equations = self._moving(0.0)
        if not len(places):
            return False
        own = int(np.flatnonzero(places == self.own)[0])
        return sum(equations.slack(own, self.value[places])) >= self.people - _NOTHING

    def keeping(self) -> set[int] | None:
        """Hidden counts that leave the bounds of the count far enough apart; ``None`` without.

        They are those that differ from what they are in two releases that a reader cannot tell from
        this one, with the least and the largest count.
        """
        places, equations = self._moving(0.0)
        if not len(places):
            return None
        own, value = int(np.flatnonzero(places == self.own)[0]), self.value[places]
        enough, slack = self.people - _NOTHING, equations.slack(own, value)
        if sum(slack) < enough:
            return None
        asked = Programme(
            equations,
            equations.times(value),
            np.full(len(value), np.inf),
            whole=_are_whole(value),
            model=self.hiding.model,
        )
        far, changed = 0.0, np.zeros(len(value), dtype=bool)
        for sign, other in ((1.0, slack[1]), (-1.0, 0.0)):
            found = asked.find_end(own, sign)
            if found is None:  # without an end
                return set(self.unknowns[places].tolist())
            far += abs(float(found[own] - value[own]))
            changed |= np.abs(found - value) > _NOTHING
            if far >= enough:
                return set(self.unknowns[places[changed]].tolist())
            if far + other < enough:
                break
        return None

    def prices(self) -> FloatArray:
        """Cost of hiding each count; what is hidden costs nothing."""
        return self.hiding.prices(self.unknowns)

    def move(self, *, shown: bool = True, dearest: float = math.inf) -> set[int] | None:
        """Counts that change in the cheapest move of so many people into the count, or out.

        With ``shown=False`` counts that are shown stay, and few of the hidden ones change; counts
        that cost more than ``dearest`` stay in any case.
        """
        places, equations = self._moving(dearest if shown else 0.0)
        if not len(places):
            return None
        people, count = self.people, len(places)
        own = int(np.flatnonzero(places == self.own)[0])
        price = self.prices()[places] if shown else np.ones(count)
        down, up = self.value[places], np.full(count, np.inf)
        cost = np.concatenate(
            [price / people, price / np.clip(np.minimum(down, people), _NOTHING, None)]
        )
        whole = float(people).is_integer() and _are_whole(down)
        fall, rise = equations.slack(own, down)
        for entry, other, slack in ((own, own + count, rise), (own + count, own, fall)):
            if slack < people - _NOTHING:
                continue
            upper = np.concatenate([up, down])
            upper[other] = 0.0
            changes = equations.of_changes(count, entry)
            right = np.append(np.zeros(equations.rows), people)
            asked = Programme(changes, right, upper, whole=whole, model=self.hiding.model)
            found = asked.least(cost)
            if found is not None:
                moved = places[np.abs(found[:count] - found[count:]) > _NOTHING]
                return set(self.unknowns[moved].tolist())
        return None

    def _moving(self, dearest: float) -> tuple[IntArray, Equations]:
        """Counts up to a price that can change with the count, none where it cannot itself."""
        free = ~self.stays & (self.prices() <= dearest)
        moving = self.equations.moving(self.own, free)
        return np.flatnonzero(moving), self.equations.among(moving)

    def _outside(self) -> set[tuple[Kind, Columns]]:
        """Margins of cells that are not looked at: they do not change."""
        inside = set(self.columns)
        return {
            (kind, coarser)
            for kind, finer in self.system.cells
            if finer not in inside and kind[0] not in WITHIN
            for coarser in self.system.parents[finer]
        }


def _are_whole(values: FloatArray) -> bool:
    return bool((values == values.round()).all())


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
