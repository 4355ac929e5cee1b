"""Every sum and rule of a system in sparse form, made once and read for a part of the counts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import IntArray
from eenzaam_stats.disclosure.counts import Values
from eenzaam_stats.disclosure.solver import Equations
from eenzaam_stats.disclosure.system import WITHIN, System, Terms


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
