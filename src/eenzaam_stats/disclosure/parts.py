"""Tables of a part of the people beside tables of everybody.

Women beside everybody leave men: everybody less women. A part is a column of the system with the
values in and out, and where it is the people with one value of a column, that value.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from eenzaam_stats.disclosure.counts import Columns, Kind, Shown, Values
from eenzaam_stats.disclosure.system import System

PART = "part of the people: "
IN, OUT = "in", "out"


def place_parts(shown: Sequence[Shown]) -> list[Shown]:
    """Rows of every part with the column that tells it from everybody.

    Parameters
    ----------
    shown : sequence of Shown
        Rows of one source, of everybody and of parts.

    Returns
    -------
    list of Shown
        In the same order. Everybody is the population of the table with most people.
    """
    largest: dict[str, float] = {}
    tables: dict[int, list[Shown]] = {}
    for row in shown:
        tables.setdefault(row.table, []).append(row)
    for rows in tables.values():
        people = _people(rows)
        label = rows[0].population
        largest[label] = max(largest.get(label, -1.0), people)
    everybody = max(largest, key=lambda one: (largest[one], -len(one), one), default="")
    whole = [row for row in shown if row.population == everybody]
    known = {
        label: _find_value([row for row in shown if row.population == label], whole)
        for label in largest
        if label != everybody
    }
    return [
        row if row.population == everybody else _with(row, *known[row.population]) for row in shown
    ]


def _people(rows: Sequence[Shown]) -> float:
    """People of a table, each once; none where a row is hidden."""
    cells: dict[tuple[Values, str], float] = {}
    for row in rows:
        counts = {kind[0]: count for kind, count in row.counts if kind[1:] == (row.outcome,)}
        cells[row.values, row.outcome] = counts["valid"] + counts["missing"]
    outcomes = {outcome for _, outcome in cells}
    total = sum(cells.values()) / max(len(outcomes), 1)
    return 0.0 if math.isnan(total) else total


def _find_value(part: Sequence[Shown], whole: Sequence[Shown]) -> tuple[str, str]:
    """The column and value that every person of the part has, or a column of its own."""
    own = _totals(part)
    used = {name for row in part for name in row.columns}
    values: dict[tuple[str, str], list[Shown]] = {}
    for row in whole:
        for name, value in zip(row.columns, row.values, strict=True):
            values.setdefault((name, value), []).append(row)
    for (name, value), rows in values.items():
        theirs = _totals(rows)
        common = [kind for kind in own if kind in theirs and own[kind] + theirs[kind] > 0]
        if name not in used and len(common) > 1 and all(own[k] == theirs[k] for k in common):
            return name, value
    return PART + part[0].population, IN


def _totals(rows: Sequence[Shown]) -> dict[Kind, float]:
    """Sum of each kind over the cells of one table, of the first where no row is hidden."""
    tables: dict[tuple[int, Kind], dict[Values, float]] = {}
    for row in rows:
        for kind, count in row.counts:
            tables.setdefault((row.table, kind), {})[row.values] = count
    found: dict[Kind, float] = {}
    for (_, kind), cells in tables.items():
        total = sum(cells.values())
        if not math.isnan(total):
            found.setdefault(kind, total)
    return found


def _with(row: Shown, name: str, value: str) -> Shown:
    cell = dict(zip(row.columns, row.values, strict=True)) | {name: value}
    order = tuple(sorted(cell))
    values = tuple(cell[one] for one in order)
    return replace(row, columns=order, values=values, fixed=(*row.fixed, name))


def enter_rest(system: System) -> None:
    """Enter everybody else beside the people of a part, with counts that nobody printed."""
    parts: list[tuple[Kind, Columns]] = []
    for kind, columns in system.cells:
        if any(name.startswith(PART) for name in columns):
            parts.append((kind, columns))
    for kind, columns in parts:
        for values in list(_rests(system, kind, columns)):
            system.unknown(kind, columns, values)


def _rests(system: System, kind: Kind, columns: Columns) -> Iterator[Values]:
    """Cells of a part with one of its columns turned to everybody else."""
    without: Mapping[Values, int] = {}
    places = [at for at, name in enumerate(columns) if name.startswith(PART)]
    for place in places:
        coarser = columns[:place] + columns[place + 1 :]
        without = system.cells.get((kind, coarser), {})
        inside = [values[:place] + values[place + 1 :] for values in system.cells[kind, columns]]
        for values in dict.fromkeys([*inside, *without]):
            yield (*values[:place], OUT, *values[place:])
