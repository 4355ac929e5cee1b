"""A release as one system of sums: the counts that tables print, and what ties them.

An unknown is the number of people in one cell with one kind of answer. Cells add up to margins,
also to margins that two tables share and nobody prints; kinds of answers add up within a cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from eenzaam_stats.disclosure.counts import Columns, Kind, Values

Terms = tuple[tuple[int, float], ...]
Functions = Mapping[
    tuple[str, str], Mapping[str, str]
]  # (fine, coarse): coarse value of a fine one


WITHIN = ("rest", "other")  # kinds that few cells have: they add up where their terms do


@dataclass(frozen=True, slots=True)
class Rule:
    """Kinds whose counts, with their factors, add up to 0 within a cell.

    Attributes
    ----------
    terms : tuple of (Kind, float)
        Factor of each kind.
    needed : frozenset of Kind
        Kinds that a cell must have for the rule; others count as nobody where they are absent.
    """

    terms: tuple[tuple[Kind, float], ...]
    needed: frozenset[Kind]


@dataclass(slots=True)
class System:
    """Unknowns of the people of one source and their ties.

    Attributes
    ----------
    value : list of float
        True count of each unknown; NaN where the row was hidden before and nobody tells.
    shows : list of list of int
        Rows that print each unknown.
    where : list of (Kind, tuple of str, tuple of str)
        Kind, columns and values of each unknown.
    cells : dict
        Unknown by kind and columns, then by values.
    parents : dict
        Per columns, the coarser ones that they add up to without a step between.
    functions : mapping
        Columns that are a function of a finer one.
    rules : list of Rule
        Kinds that add up within a cell.
    classes : dict of str to list of Kind
        Classes of each outcome.
    totals : set of tuple of str
        Columns of the counts that everyone knows: none for everyone, the wave of a file.
    like : dict of Kind to Kind
        For kinds that few cells have, a kind that all cells of their tables have.
    same : mapping of Kind to Kind
        Kinds of rows that are entered as another one, because they are the same people.
    places : dict
        Where coarser columns stand among finer ones, as far as it was asked.
    """

    functions: Functions = field(default_factory=dict)
    value: list[float] = field(default_factory=list)
    shows: list[list[int]] = field(default_factory=list)
    where: list[tuple[Kind, Columns, Values]] = field(default_factory=list)
    cells: dict[tuple[Kind, Columns], dict[Values, int]] = field(default_factory=dict)
    parents: dict[Columns, list[Columns]] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    classes: dict[str, list[Kind]] = field(default_factory=dict)
    totals: set[Columns] = field(default_factory=lambda: {()})
    like: dict[Kind, Kind] = field(default_factory=dict)
    same: Mapping[Kind, Kind] = field(default_factory=dict)
    places: dict[tuple[Columns, Columns], list[tuple[int, Mapping[str, str] | None]]] = field(
        default_factory=dict
    )

    def unknown(self, kind: Kind, columns: Columns, values: Values) -> int:
        """Number of an unknown, new when it was not there."""
        found = self.cells.setdefault((kind, columns), {})
        at = found.get(values)
        if at is None:
            at = found[values] = len(self.value)
            self.value.append(math.nan)
            self.shows.append([])
            self.where.append((kind, columns, values))
        return at

    def project(self, values: Values, columns: Columns, coarser: Columns) -> Values:
        """Values of a cell on coarser columns."""
        places = self.places.get((columns, coarser))
        if places is None:
            places = self.places[columns, coarser] = [
                self._place(columns, name) for name in coarser
            ]
        return tuple(
            [
                values[at] if mapping is None else mapping.get(values[at], "")
                for at, mapping in places
            ]
        )

    def _place(self, columns: Columns, name: str) -> tuple[int, Mapping[str, str] | None]:
        """Where a column stands, or the finer one that it is a function of."""
        if name in columns:
            return columns.index(name), None
        finer = next(a for a, b in self.functions if b == name and a in columns)
        return columns.index(finer), self.functions[finer, name]

    def derivable(self, columns: Iterable[str]) -> frozenset[str]:
        """Columns that follow from these: themselves and what is a function of them."""
        own = set(columns)
        return frozenset(own | {coarse for (fine, coarse) in self.functions if fine in own})

    def reduce_columns(self, columns: Iterable[str]) -> Columns:
        """Columns without those that are a function of another one among them."""
        own = {self._first_name(name) for name in columns}
        implied = {coarse for (fine, coarse) in self.functions if {fine, coarse} <= own}
        return tuple(sorted(own - implied))

    def _first_name(self, name: str) -> str:
        """Of columns with the same classes under two names, the first in the alphabet."""
        pairs = self.functions
        return min([name, *(b for a, b in pairs if a == name and (b, a) in pairs)])

    def columns(self) -> list[Columns]:
        """Every set of columns that has cells, the finest first."""
        found = {columns for _, columns in self.cells}
        return sorted(found, key=lambda one: (-len(self.derivable(one)), one))

    def sums(self) -> Iterator[Terms]:
        """Cells with the margin (-1) that they add up to."""
        for (kind, columns), cells in self.cells.items():
            for coarser in self.parents.get(columns, ()) if kind[0] not in WITHIN else ():
                margins = self.cells.get((kind, coarser), {})
                children: dict[Values, list[int]] = {}
                for values, at in cells.items():
                    children.setdefault(self.project(values, columns, coarser), []).append(at)
                for values, ids in children.items():
                    if values in margins:
                        yield (*((at, 1.0) for at in ids), (margins[values], -1.0))

    def within(self, rule: Rule, columns: Columns, values: Values) -> Terms:
        """Terms of a rule in one cell; none where a kind is not counted on these columns."""
        found = []
        for kind, factor in rule.terms:
            cells = self.cells.get((kind, columns))
            if cells is None:
                return ()
            at = cells.get(values)
            if at is not None:
                found.append((at, factor))
            elif kind in rule.needed:
                return ()
        return tuple(found)

    def equations(self) -> Iterator[Terms]:
        """Every sum, and every rule in every cell."""
        yield from self.sums()
        yield from self.rules_within()

    def rules_within(self) -> Iterator[Terms]:
        """Every rule in every cell."""
        for rule in self.rules:
            first = next(kind for kind, _ in rule.terms if kind in rule.needed)
            for (kind, columns), cells in list(self.cells.items()):
                if kind == first:
                    for values in cells:
                        terms = self.within(rule, columns, values)
                        if terms:
                            yield terms
