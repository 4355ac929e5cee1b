"""Finer cells than any table shows, where tables together say more than each alone.

Tables by region and age, age and sex, region and sex are three margins of a cube that nobody
prints. What is possible in each pair of columns need not be possible in the cube, so the cube joins
the system with counts that nobody knows. Tables that hang together like a tree need none: their
cells can be put together in any case (Lauritzen, 1996, section 4.4).
"""

from __future__ import annotations

from itertools import combinations

from eenzaam_stats.disclosure.counts import Columns, Kind, Values
from eenzaam_stats.disclosure.system import System
from eenzaam_stats.errors import DisclosureError

MOST_CELLS = 300_000

Names = frozenset[str]
Cells = tuple[Columns, dict[Values, None]]


def lift(system: System) -> None:
    """Enter the counts that tie tables which are neither cells nor margins of each other.

    Parameters
    ----------
    system : System
        Counts as they were entered from tables.

    Raises
    ------
    DisclosureError
        If the tables cross each other in so many columns that their cells cannot be held.

    Notes
    -----
    A set of columns is added for every ring of tables; and kinds of answers that are shown on two
    or more sets of columns within a third are entered on the third.
    """
    shown: dict[Kind, set[Columns]] = {}
    for kind, columns in system.cells:
        if kind[0] != "sum":
            shown.setdefault(kind, set()).add(columns)
    printed = _largest(system, {columns for sets in shown.values() for columns in sets})
    cliques = _cliques([system.derivable(columns) for columns in printed])
    for columns in sorted({system.reduce_columns(one) for one in cliques} | printed):
        inside = {
            kind: {one for one in sets if set(one) <= system.derivable(columns)}
            for kind, sets in shown.items()
        }
        lacking = {kind: sets for kind, sets in inside.items() if sets and columns not in sets}
        below = _largest(system, {one for sets in lacking.values() for one in sets})
        if len(below) > 1:
            cells = _join_parts(
                system, columns, sorted({one for s in inside.values() for one in s})
            )
            for kind in lacking:
                for values in cells:
                    system.unknown(kind, columns, values)


def _largest(system: System, sets: set[Columns]) -> set[Columns]:
    """Sets of columns that are not part of another one."""
    wide = {one: system.derivable(one) for one in sets}
    return {
        one for one in sets if not any(set(one) <= wide[other] for other in sets if other != one)
    }


def _cliques(tables: list[Names]) -> list[Names]:
    """Sets of columns of a tree that holds every table, as few and small as a greedy search finds.

    Columns are taken out one by one, first what ties the fewest others (Kjaerulff, 1990).
    """
    near: dict[str, set[str]] = {name: set() for table in tables for name in table}
    for table in tables:
        for a, b in combinations(table, 2):
            near[a].add(b)
            near[b].add(a)
    found: list[Names] = []
    while near:
        name = min(near, key=lambda one: (_missing(near, one), len(near[one]), one))
        around = near.pop(name)
        found.append(frozenset({name, *around}))
        for one in around:
            near[one] |= around - {one}
            near[one].discard(name)
    return [one for one in found if not any(one < other for other in found)]


def _missing(near: dict[str, set[str]], name: str) -> int:
    """Pairs of neighbours of a column that are no neighbours of each other."""
    return sum(b not in near[a] for a, b in combinations(sorted(near[name]), 2))


def _join_parts(system: System, columns: Columns, parts: list[Columns]) -> list[Values]:
    """Cells on a set of columns of which every part is there."""
    by_size = sorted(parts, key=lambda one: (-len(one), one))
    have, cells = by_size[0], dict.fromkeys(_cells(system, by_size[0]))
    for part in by_size[1:]:
        have, cells = _join(system, (have, cells), (part, dict.fromkeys(_cells(system, part))))
        if len(cells) > MOST_CELLS:
            raise DisclosureError(
                f"suppress() got tables that cross {list(columns)} with each other in parts, and "
                f"together they have more than {MOST_CELLS:,} cells, so what the tables give away "
                "together cannot be worked out. Release the parts of fewer columns together."
            )
    return [system.project(values, have, columns) for values in cells]


def _cells(system: System, columns: Columns) -> list[Values]:
    found = {v: None for (_, one), cells in system.cells.items() if one == columns for v in cells}
    return sorted(found)


def _join(system: System, left: Cells, right: Cells) -> Cells:
    """Pairs of cells that agree on every column they share."""
    have, part = left[0], right[0]
    common = system.reduce_columns(system.derivable(have) & system.derivable(part))
    together = system.reduce_columns({*have, *part})
    by_common: dict[Values, list[Values]] = {}
    for values in right[1]:
        by_common.setdefault(system.project(values, part, common), []).append(values)
    both = (*have, *part)
    cells: dict[Values, None] = {}
    for values in left[1]:
        for other in by_common.get(system.project(values, have, common), ()):
            cells[system.project((*values, *other), both, together)] = None
        if len(cells) > MOST_CELLS:
            break
    return together, cells
