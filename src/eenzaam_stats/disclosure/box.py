"""A few values per column around one count, and the people that can be moved among their cells.

What lies outside the box does not change, so a move that is found is one of the whole release.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from itertools import product

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.disclosure.counts import Columns, Kind, Values
from eenzaam_stats.disclosure.hiding import Hiding
from eenzaam_stats.disclosure.solver import Equations, Programme
from eenzaam_stats.disclosure.system import WITHIN

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
        self.fixed = set() if wide else self._outside()
        self.chosen = self._values(width)
        self.at: dict[int, int] = {}
        kinds = self._kinds()
        # people who gave no answer stay where they are at first
        far = set() if wide else {one for one in kinds if one[0] in ("missing", "people")}
        near = sorted(kinds - far)
        for one in near:
            for cells in self.columns:
                for found in self._inside(one, cells):
                    self.at.setdefault(found, len(self.at))
        self.unknowns = list(self.at)
        self.value = np.nan_to_num(np.array([self.system.value[at] for at in self.at]))
        self.stays = np.array([self._is_fixed(at) for at in self.at])

    @cached_property
    def _printed(self) -> tuple[IntArray, IntArray]:
        """Counts of the box and the rows that print them."""
        shows = [self.system.shows[at] for at in self.at]
        owner = np.repeat(np.arange(len(shows)), [len(rows) for rows in shows])
        return owner, np.array([row for rows in shows for row in rows], dtype=np.int64)

    @cached_property
    def equations(self) -> Equations:
        """Sums and rules among the cells of the box, on their places in it."""
        at = self.at
        return Equations.of(
            [[(at[one], factor) for one, factor in terms] for terms in self._ties()]
        )

    def _kinds(self) -> set[Kind]:
        """Kinds of answers that a change of the count can touch; a sum of numbers mostly none."""
        tied = {kind for rule in self.system.rules for kind, _ in rule.terms}
        own = self.system.where[self.unknown][0]
        if own[0] == "sum" and own not in tied:
            return {own}
        return {kind for kind, _ in self.system.cells if kind[0] != "sum" or kind in tied}

    def _values(self, width: int) -> dict[str, list[str]]:
        """Values per column: those of the count, then those where a move is cheap."""
        kind, columns, values = self.system.where[self.unknown]
        chosen: dict[str, list[str]] = {}
        for place, name in enumerate(columns):
            others = [v for v in self.hiding.along(self.unknown, place) if v != values[place]]
            cells = self.system.cells[self.system.like.get(kind, kind), columns]
            ranked = sorted(
                (self._rank(cells[*values[:place], value, *values[place + 1 :]]), value)
                for value in others
            )
            chosen[name] = [values[place], *(value for _, value in ranked[:width])]
        finer = sorted({name for one in self.columns for name in one} - set(columns))
        for name in finer:
            chosen[name] = self._unlisted(name, chosen, width)
        return chosen

    def _rank(self, unknown: int) -> float:
        """Cheap cells first, that are hidden already or have people enough to move."""
        price = self.hiding.price(unknown)
        return price + (_TOO_FEW if price and not self.system.value[unknown] >= self.people else 0)

    def _unlisted(self, name: str, chosen: dict[str, list[str]], width: int) -> list[str]:
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
        ranked = sorted(found, key=lambda value: (self._rank(found[value]), value))
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

    def is_wide_enough(self) -> bool:
        """Whether what is hidden already leaves the bounds of the count far enough apart."""
        free = ~self.stays & (self.prices() == 0.0)
        if not free[self.at[self.unknown]]:
            return False
        value = self.value[free]
        equations = self.equations.among(free)
        whole = bool((value == value.round()).all())
        unbounded = np.full(len(value), np.inf)
        asked = Programme(equations, equations.times(value), unbounded, whole=whole)
        low, high = asked.range_of(int(free[: self.at[self.unknown]].sum()))
        return high - low >= self.people - _NOTHING

    def hidden(self) -> set[int]:
        """Hidden counts of the box."""
        return {at for at, price in zip(self.at, self.prices(), strict=True) if price == 0.0}

    def prices(self) -> FloatArray:
        """Cost of hiding each count; what is hidden costs nothing."""
        owner, row = self._printed
        weights = self.hiding.shown_cost[row]
        return np.bincount(owner, weights, minlength=len(self.at)).astype(np.float64)

    def move(self, *, shown: bool = True, dearest: float = math.inf) -> set[int] | None:
        """Counts that change in the cheapest move of so many people into the count, or out.

        With ``shown=False`` counts that are shown stay, and few of the hidden ones change; counts
        that cost more than ``dearest`` stay in any case.
        """
        people, price = self.people, self.prices()
        free = ~self.stays & (price <= (dearest if shown else 0.0))
        if not free[self.at[self.unknown]]:
            return None
        own, count = int(free[: self.at[self.unknown]].sum()), int(free.sum())
        price = price[free] if shown else np.ones(count)
        down, up = self.value[free], np.full(count, np.inf)
        cost = np.concatenate(
            [price / people, price / np.clip(np.minimum(down, people), _NOTHING, None)]
        )
        whole = float(people).is_integer() and bool((down == down.round()).all())
        equations = self.equations.among(free)
        places = np.flatnonzero(free)
        for entry, other in ((own, own + count), (own + count, own)):
            upper = np.concatenate([up, down])
            if upper[entry] < people:
                continue
            upper[other] = 0.0
            changes = equations.of_changes(count, entry)
            right = np.append(np.zeros(equations.rows), people)
            found = Programme(changes, right, upper, whole=whole).least(cost)
            if found is not None:
                moved = places[np.abs(found[:count] - found[count:]) > _NOTHING]
                return {self.unknowns[place] for place in moved}
        return None

    def _is_fixed(self, unknown: int) -> bool:
        kind, columns, _ = self.system.where[unknown]
        return (kind, columns) in self.fixed or self.hiding.is_known(unknown)

    def _outside(self) -> set[tuple[Kind, Columns]]:
        """Margins of cells that are not looked at: they do not change."""
        inside = set(self.columns)
        return {
            (kind, coarser)
            for kind, finer in self.system.cells
            if finer not in inside and kind[0] not in WITHIN
            for coarser in self.system.parents[finer]
        }

    def _ties(self) -> Iterator[list[tuple[int, float]]]:
        """Sums and rules among the cells of the box; a cell outside does not change."""
        per: dict[tuple[Kind, Columns], list[int]] = {}
        for at in self.at:
            kind, columns, _ = self.system.where[at]
            per.setdefault((kind, columns), []).append(at)
        for (kind, columns), cells in list(per.items()):
            for coarser in self.system.parents[columns]:
                if kind[0] not in WITHIN and (kind, coarser) in self.system.cells:
                    yield from self._sums(cells, columns, per.get((kind, coarser), []), coarser)
        yield from self._without_children(per)
        yield from self._within()

    def _sums(
        self, cells: list[int], columns: Columns, margins: list[int], coarser: Columns
    ) -> Iterator[list[tuple[int, float]]]:
        found: dict[Values, list[tuple[int, float]]] = {}
        for at in margins:
            found[self.system.where[at][2]] = [(at, -1.0)]
        for at in cells:
            margin = self.system.project(self.system.where[at][2], columns, coarser)
            found.setdefault(margin, []).append((at, 1.0))
        yield from found.values()

    def _without_children(
        self, per: dict[tuple[Kind, Columns], list[int]]
    ) -> Iterator[list[tuple[int, float]]]:
        """A margin whose cells are all outside the box does not change."""
        for kind, finer in self.system.cells:
            if kind[0] in WITHIN:
                continue
            if (kind, finer) not in per and (self.wide or finer in self.columns):
                for coarser in self.system.parents[finer]:
                    for at in per.get((kind, coarser), []):
                        yield [(at, 1.0)]

    def _within(self) -> Iterator[list[tuple[int, float]]]:
        seen = {self.system.where[at][1:] for at in self.at}
        for columns, values in sorted(seen):
            for rule in self.system.rules:
                terms = self.system.within(rule, columns, values)
                inside = [(at, factor) for at, factor in terms if at in self.at]
                if inside:
                    yield inside
