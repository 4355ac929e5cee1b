"""What is hidden so far, and what hiding another count would cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import highspy
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.disclosure.counts import Columns, Kind, Values
from eenzaam_stats.disclosure.solver import Equations
from eenzaam_stats.disclosure.system import WITHIN, System, Terms

# Every sum and rule of a system in sparse form, made once and read for a part of the counts.


class Ties:
    """Equations of a system on the numbers of its unknowns.

    Parameters
    ----------
    system : System
        Counts and ties of the people of one source, complete.
    """

    def __init__(self, system: System) -> None:
        equations = Equations.of([*_sums(system), *system.rules_within()])
        order = np.argsort(equations.column, kind="stable")
        self.row, self.factor = equations.row[order], equations.factor[order]
        ends = np.arange(len(system.value) + 1)
        self.start = np.searchsorted(equations.column[order], ends)

    def among(self, unknowns: IntArray) -> Equations:
        """Equations on some unknowns, by their place in the array; the others do not change."""
        entry, place = ranges(self.start, unknowns)
        row = self.row[entry]
        order = np.argsort(row, kind="stable")
        _, number = np.unique(row[order], return_inverse=True)
        return Equations(number, place[order], self.factor[entry][order])


def ranges(start: NDArray[np.int64], chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Entries of some of the lists that stand one behind the other, and whose they are."""
    lengths = start[chosen + 1] - start[chosen]
    place = np.repeat(np.arange(len(chosen)), lengths)
    first = np.cumsum(lengths) - lengths
    return np.arange(len(place)) + (start[chosen] - first)[place], place


def _sums(system: System) -> Iterator[Terms]:
    """Cells with their margin; a margin without a cell stays as it is."""
    for (kind, columns), cells in system.cells.items():
        for coarser in system.parents[columns] if kind[0] not in WITHIN else ():
            found: dict[Values, list[tuple[int, float]]] = {
                values: [(at, -1.0)] for values, at in system.cells.get((kind, coarser), {}).items()
            }
            for values, at in cells.items():
                found.setdefault(system.project(values, columns, coarser), []).append((at, 1.0))
            yield from map(tuple, found.values())


Line = tuple[Kind, Columns, int]


@dataclass(slots=True)
class Hiding:
    """What is hidden, what hiding costs, and the moves that were found.

    Attributes
    ----------
    system : System
        Counts and ties of the people of one source.
    cost : dict of int to float
        Cost of hiding each row.
    hidden : set of int
        Rows that are not shown.
    secret : set of int
        Unknowns that break a rule; a total among them is not taken as known.
    shown_cost : ndarray of float
        Cost of each row that is shown, 0 of a hidden one.
    value : ndarray of float
        Count of each unknown.
    known : ndarray of bool
        Whether everyone knows a count although no row shows it.
    ties : Ties
        Sums and rules of the system.
    model : highspy.Highs
        Solver that one programme after another is given to: a new one costs more than a question.
    """

    system: System
    cost: dict[int, float]
    hidden: set[int]
    secret: set[int]
    shown_cost: FloatArray = field(init=False)
    value: FloatArray = field(init=False)
    known: NDArray[np.bool_] = field(init=False)
    ties: Ties = field(init=False)
    model: highspy.Highs = field(default_factory=highspy.Highs)
    _printed: tuple[IntArray, IntArray] = field(init=False)
    lines: dict[Line, dict[Values, dict[str, int]]] = field(default_factory=dict)
    sorted_lines: dict[tuple[Line, Values], tuple[list[str], IntArray]] = field(
        default_factory=dict
    )

    def __post_init__(self) -> None:
        rows = 1 + max((row for printed in self.system.shows for row in printed), default=-1)
        self.shown_cost = np.zeros(rows)
        for row, cost in self.cost.items():
            self.shown_cost[row] = 0.0 if row in self.hidden else cost
        self.value = np.nan_to_num(np.array(self.system.value, dtype=np.float64))
        self.known = np.array([self._is_known(at) for at in range(len(self.value))], dtype=bool)
        self.ties = Ties(self.system)
        lengths = [0, *map(len, self.system.shows)]
        rows_of = [row for printed in self.system.shows for row in printed]
        self._printed = np.cumsum(lengths), np.array(rows_of, dtype=np.int64)

    def hide(self, rows: Iterable[int]) -> None:
        """Hide rows; hidden ones cost nothing."""
        for row in rows:
            self.hidden.add(row)
            self.shown_cost[row] = 0.0

    def show(self, row: int) -> None:
        """Show a row again."""
        self.hidden.discard(row)
        self.shown_cost[row] = self.cost.get(row, 0.0)

    def _is_known(self, unknown: int) -> bool:
        """Whether everyone knows a count although no row shows it: totals, of waves too."""
        if unknown in self.secret:
            return False
        if self.system.where[unknown][1] in self.system.totals:
            return True
        # a row without a cost has left before and cannot be hidden any more
        return any(
            row not in self.cost and row not in self.hidden for row in self.system.shows[unknown]
        )

    def prices(self, unknowns: IntArray) -> FloatArray:
        """Cost of hiding each of some counts."""
        start, rows = self._printed
        entry, place = ranges(start, unknowns)
        weights = self.shown_cost[rows[entry]]
        return np.bincount(place, weights, minlength=len(unknowns)).astype(np.float64)

    def along(self, unknown: int, place: int) -> tuple[list[str], IntArray]:
        """Values of one column in the cells that differ in it alone, by name, and their counts."""
        kind, columns, values = self.system.where[unknown]
        kind = self.system.like.get(kind, kind)
        key, line = (kind, columns, place), values[:place] + values[place + 1 :]
        if key not in self.lines:
            found: dict[Values, dict[str, int]] = {}
            for cell, at in self.system.cells[kind, columns].items():
                found.setdefault(cell[:place] + cell[place + 1 :], {})[cell[place]] = at
            self.lines[key] = found
        if (key, line) not in self.sorted_lines:
            cells = self.lines[key][line]
            names = sorted(cells)
            self.sorted_lines[key, line] = names, np.array([cells[name] for name in names])
        return self.sorted_lines[key, line]
