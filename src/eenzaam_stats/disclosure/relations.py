"""What ties the counts of a release, found in its tables: nothing is declared.

Which outcomes have the same people with an answer, which class is part of another or a sum of
others, which column is a function of a finer one, which margins two tables share.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, permutations

from eenzaam_stats.disclosure.counts import NO, WAVE, YES, Columns, Kind, Shown, Values
from eenzaam_stats.disclosure.finest import lift
from eenzaam_stats.disclosure.kinds import Counts, follow_ups, relate_kinds, same_kinds
from eenzaam_stats.disclosure.system import Functions, Rule, System
from eenzaam_stats.errors import DisclosureError

PEOPLE: Kind = ("people",)
_HALF, _NEAR = 0.5, 1e-9

Cell = tuple[Columns, Values]


def systems(shown: Sequence[Shown], crossed: Mapping[str, Sequence[Cell]]) -> dict[str, System]:
    """System of the people of every source.

    Parameters
    ----------
    shown : sequence of Shown
        Counts of all rows; the number of a row is its place here.
    crossed : mapping of str to sequence of (columns, values)
        Per source, values that occur together beyond those that stand in one table.

    Returns
    -------
    dict of str to System

    Raises
    ------
    DisclosureError
        If tables count different people for the same cell.
    """
    found: dict[str, System] = {}
    by_source: dict[str, list[tuple[int, Shown]]] = {}
    for number, row in enumerate(shown):
        by_source.setdefault(row.people, []).append((number, row))
    for people, found_rows in by_source.items():
        numbers = [number for number, _ in found_rows]
        rows = list(zip(numbers, place_parts([row for _, row in found_rows]), strict=True))
        pairs = [_free(row) for _, row in rows]
        functions = compose_functions(find_functions([*pairs, *crossed.get(people, ())]))
        classes = _classes(rows)
        same: dict[Kind, Kind] = {}
        asked: list[Rule] = []
        if len(classes) > 1:
            alone = _enter_rows(functions, rows, classes, {})
            _close(alone)
            counts = Counts(alone)
            same = same_kinds(counts, classes)
            asked = list(follow_ups(counts, classes, same))
        told = {rule.terms[0][0][1] for rule in asked}
        rows = [(number, _without_kinds(row, told)) for number, row in rows]
        system = _enter_rows(functions, rows, classes, same)
        lift(system)
        _close(system)
        system.rules.extend([*_rules(system, classes, same), *asked, *_missing(system, told, same)])
        found[people] = system
    return found


def _without_kinds(row: Shown, told: Collection[str]) -> Shown:
    """The row without kinds of missing that say nothing of another outcome."""
    kept = [
        (kind, count)
        for kind, count in row.counts
        if kind[0] != "missing" or len(kind) == 2 or kind[1] in told
    ]
    return row if len(kept) == len(row.counts) else replace(row, counts=tuple(kept))


def _missing(system: System, told: Collection[str], same: Mapping[Kind, Kind]) -> Iterator[Rule]:
    """Kinds of missing add up to the missing answers."""
    for outcome in sorted(told):
        whole: Kind = ("missing", outcome)
        whole = same.get(whole, whole)
        kinds = dict.fromkeys(kind for kind, _ in system.cells if kind[:2] == whole[:2])
        parts = [kind for kind in kinds if len(kind) > len(whole)]
        yield Rule(((whole, -1.0), *((one, 1.0) for one in parts)), frozenset([whole]))


def _free(row: Shown) -> Cell:
    """The cell without what is the same in the whole table: that is no function of the rest."""
    cell = {n: v for n, v in zip(row.columns, row.values, strict=True) if n not in row.fixed}
    return tuple(cell), tuple(cell.values())


def _classes(rows: Sequence[tuple[int, Shown]]) -> dict[str, list[Kind]]:
    """Classes of each outcome."""
    found: dict[str, dict[Kind, None]] = {}
    for _, row in rows:
        for kind, _ in row.counts:
            if kind[0] == "class":
                found.setdefault(kind[1], {})[kind] = None
    return {outcome: list(kinds) for outcome, kinds in found.items()}


def _enter_rows(
    functions: Functions,
    rows: Sequence[tuple[int, Shown]],
    classes: Mapping[str, Sequence[Kind]],
    same: Mapping[Kind, Kind],
) -> System:
    """Counts of the rows; kinds that are the same people are one."""
    system = System(functions, same=same)
    for number, row in rows:
        _enter(system, number, row, same)
        for kind in classes.get(row.outcome, ()):
            # a class that no row of the table shows is nobody there
            system.cells.setdefault((same.get(kind, kind), system.reduce_columns(row.columns)), {})
    columns = {row.columns for _, row in rows}
    if any(WAVE in one for one in columns) and (WAVE,) not in columns:
        system.totals.add((WAVE,))  # how many answered a wave is told wherever it is described
    enter_rest(system)
    return system


def find_functions(cells: Sequence[Cell]) -> Functions:
    """Columns of which one is a function of the other, counted in pairs of values."""
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    broken: set[tuple[str, str]] = set()
    seen: dict[str, set[str]] = {}
    for columns, values in dict.fromkeys(cells):
        for a, b in permutations(range(len(columns)), 2):
            key = (columns[a], columns[b])
            before = pairs.setdefault(key, {}).setdefault(values[a], values[b])
            if before != values[b]:
                broken.add(key)
        for name, value in zip(columns, values, strict=True):
            seen.setdefault(name, set()).add(value)
    return {
        key: mapping
        for key, mapping in pairs.items()
        if key not in broken and mapping.keys() >= seen[key[0]] and len(seen[key[0]]) > 1
    }


def compose_functions(functions: Functions) -> Functions:
    """Functions of functions too: a neighbourhood lies in the province of its municipality."""
    found = dict(functions)
    for _ in functions:
        more = {
            (a, d): {value: found[c, d].get(middle, "") for value, middle in mapping.items()}
            for (a, b), mapping in found.items()
            for c, d in found
            if b == c and a != d and (a, d) not in found
        }
        if not more:
            break
        found.update(more)
    return found


def _enter(system: System, number: int, row: Shown, same: Mapping[Kind, Kind]) -> None:
    columns = system.reduce_columns(row.columns)
    system.totals.add(row.fixed)
    values = system.project(row.values, row.columns, columns)
    for kind, count in row.counts:
        at = system.unknown(same.get(kind, kind), columns, values)
        before = system.value[at]
        if not (math.isnan(before) or math.isnan(count)) and not math.isclose(
            before, count, rel_tol=_NEAR
        ):
            raise _different(row)
        system.value[at] = before if math.isnan(count) else count
        system.shows[at].append(number)


def _different(row: Shown) -> DisclosureError:
    cell = ", ".join(row.values) or "everyone"
    return DisclosureError(
        f"suppress() got tables of {row.outcome!r} that count different people for one cell "
        f"({cell}), so what they give away together cannot be worked out. Make them from the same "
        "respondents: where one is of a part of them, make it from all with the part as a column "
        "of by."
    )


def _close(system: System) -> None:
    """Margins that tables share, down to the total, and their sums."""
    shown = system.columns()
    closed = {*shown, *(system.reduce_columns(known) for known in system.totals)}
    while True:
        meets = {
            system.reduce_columns(system.derivable(a) & system.derivable(b))
            for a, b in combinations(sorted(closed), 2)
        }
        if meets <= closed:
            break
        closed |= meets
    order = sorted(closed, key=lambda one: (-len(one), one))
    below = {
        one: [other for other in order if other != one and set(other) <= system.derivable(one)]
        for one in order
    }
    for one, coarser in below.items():
        system.parents[one] = [
            other for other in coarser if not any(other in below[between] for between in coarser)
        ]
    for kind, columns in list(system.cells):
        for coarser_one in below[columns]:
            _add_up(system, kind, columns, coarser_one)


def _add_up(system: System, kind: Kind, columns: Columns, coarser: Columns) -> None:
    total: dict[Values, float] = {}
    system.cells.setdefault((kind, coarser), {})
    for values, at in system.cells[kind, columns].items():
        margin = system.project(values, columns, coarser)
        total[margin] = total.get(margin, 0.0) + system.value[at]
    for values, count in total.items():
        at = system.unknown(kind, coarser, values)
        before = system.value[at]
        if system.shows[at] and before * (1.0 + _NEAR) + _HALF < count:
            raise DisclosureError(
                f"suppress() got cells by {list(columns)} that hold more people than the margin by "
                f"{list(coarser)} ({', '.join(values) or 'everyone'}), so they count different "
                "people. Make them from the same respondents: where one is of a part of them, make "
                "it from all with the part as a column of by."
            )
        if not system.shows[at] and not math.isnan(count):
            system.value[at] = count if math.isnan(before) else max(before, count)


def _rules(
    system: System, classes: Mapping[str, Sequence[Kind]], same: Mapping[Kind, Kind]
) -> Iterator[Rule]:
    kinds = system.classes
    for outcome, own in classes.items():
        kinds[outcome] = [same.get(one, one) for one in own]
        valid: Kind = ("valid", outcome)
        valid = same.get(valid, valid)
        terms = ((valid, -1.0), *((one, 1.0) for one in kinds[outcome]))
        yield Rule(terms, frozenset([valid]))
    flags = [one for one, own in classes.items() if [kind[2] for kind in own] == [YES, NO]]
    yield from relate_kinds(system, kinds, flags)
    answered = list(dict.fromkeys(kind for kind, _ in system.cells if kind[0] == "valid"))
    if len(answered) > 1:
        yield from _everyone(system, answered)


def _everyone(system: System, answered: Sequence[Kind]) -> Iterator[Rule]:
    """People of a cell, whatever outcome they are asked about."""
    for valid in answered:
        missing: Kind = ("missing", *valid[1:])
        for (kind, columns), cells in list(system.cells.items()):
            silent = system.cells.get((missing, columns), {})
            for values, at in cells.items() if kind == valid else ():
                people = system.unknown(PEOPLE, columns, values)
                if values in silent and math.isnan(system.value[people]):
                    system.value[people] = system.value[at] + system.value[silent[values]]
        terms = ((valid, 1.0), (missing, 1.0), (PEOPLE, -1.0))
        yield Rule(terms, frozenset(kind for kind, _ in terms))


# Tables of a part of the people beside tables of everybody. Women beside everybody leave men:
# everybody less women. A part is a column of the system with the values in and out, and where it
# is the people with one value of a column, that value.

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
