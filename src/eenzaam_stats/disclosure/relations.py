"""What ties the counts of a release, found in its tables: nothing is declared.

Which outcomes have the same people with an answer, which class is part of another or a sum of
others, which column is a function of a finer one, which margins two tables share.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, permutations

from eenzaam_stats.disclosure.counts import Columns, Kind, Shown, Values
from eenzaam_stats.disclosure.finest import lift
from eenzaam_stats.disclosure.kinds import related
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
    for people, rows in by_source.items():
        pairs = [(row.columns, row.values) for _, row in rows]
        system = System(composed(functions_of([*pairs, *crossed.get(people, ())])))
        for number, row in rows:
            _enter(system, number, row)
        lift(system)
        _close(system)
        system.rules.extend(_rules(system, bases(system)))
        found[people] = system
    return found


def functions_of(cells: Sequence[Cell]) -> Functions:
    """Columns of which one is a function of the other, counted in pairs of values."""
    pairs: dict[tuple[str, str], dict[str, str]] = {}
    broken: set[tuple[str, str]] = set()
    seen: dict[str, set[str]] = {}
    for columns, values in set(cells):
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


def composed(functions: Functions) -> Functions:
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


def bases(system: System) -> dict[str, str]:
    """Per outcome, the first outcome whose people with and without an answer are the same."""
    counts: dict[str, dict[Cell, tuple[float, float]]] = {}
    for (kind, columns), cells in system.cells.items():
        if kind[0] == "valid":
            missing = system.cells[("missing", kind[1]), columns]
            found = counts.setdefault(kind[1], {})
            for values, at in cells.items():
                pair = (system.value[at], system.value[missing[values]])
                if not any(map(math.isnan, pair)):
                    found[columns, values] = pair
    same: dict[str, str] = {}
    for outcome, found in counts.items():
        first = dict.fromkeys(same.values())
        same[outcome] = next((one for one in first if _agree(counts[one], found)), outcome)
    return same


def _agree(a: dict[Cell, tuple[float, float]], b: dict[Cell, tuple[float, float]]) -> bool:
    common = a.keys() & b.keys()
    return bool(common) and all(a[cell] == b[cell] for cell in common)


def _enter(system: System, number: int, row: Shown) -> None:
    columns = system.reduced(row.columns)
    system.totals.add(row.fixed)
    values = system.project(row.values, row.columns, columns)
    for kind, count in row.counts:
        at = system.unknown(kind, columns, values)
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
        "respondents, or give a part of the file a source or wave of its own."
    )


def _close(system: System) -> None:
    """Margins that tables share, down to the total, and their sums."""
    shown = system.columns()
    closed = {*shown, ()}
    while True:
        meets = {
            system.reduced(system.derivable(a) & system.derivable(b))
            for a, b in combinations(sorted(closed), 2)
        }
        if meets <= closed:
            break
        closed |= meets
    below = {
        one: [other for other in closed if other != one and set(other) <= system.derivable(one)]
        for one in closed
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
                "people. Make them from the same respondents, or give a part of the file a source "
                "or wave of its own."
            )
        if not system.shows[at] and not math.isnan(count):
            system.value[at] = count if math.isnan(before) else max(before, count)


def _rules(system: System, base: dict[str, str]) -> Iterator[Rule]:
    found: dict[str, list[str]] = {}
    for kind, _ in system.cells:
        if kind[0] == "class" and kind[2] not in found.setdefault(kind[1], []):
            found[kind[1]].append(kind[2])
    for outcome, classes in found.items():
        valid: Kind = ("valid", outcome)
        parts = tuple((("class", outcome, one), 1.0) for one in classes)
        yield Rule(((valid, -1.0), *parts), frozenset([valid, parts[0][0]]))
    yield from related(system, found)
    yield from _same_people(system, base)
    if len(set(base.values())) > 1:
        yield from _everyone(system, base)


def _same_people(system: System, base: dict[str, str]) -> Iterator[Rule]:
    """Outcomes that the same people answered: one count in every cell where any of them is."""
    shared = [first for outcome, first in base.items() if outcome != first]
    for outcome, first in base.items():
        for word in ("valid", "missing") if first in shared else ():
            own, common = (word, outcome), (word, "of", first)
            for (kind, columns), cells in list(system.cells.items()):
                for values, at in cells.items() if kind == own else ():
                    count = system.unknown(common, columns, values)
                    if math.isnan(system.value[count]):
                        system.value[count] = system.value[at]
            yield Rule(((own, 1.0), (common, -1.0)), frozenset([own, common]))


def _everyone(system: System, base: dict[str, str]) -> Iterator[Rule]:
    """People of a cell, whatever outcome they are asked about."""
    shared = {first for outcome, first in base.items() if outcome != first}
    for first in dict.fromkeys(base.values()):
        name = ("of", first) if first in shared else (first,)
        valid, missing = ("valid", *name), ("missing", *name)
        for (kind, columns), cells in list(system.cells.items()):
            silent = system.cells.get((missing, columns), {})
            for values, at in cells.items() if kind == valid else ():
                people = system.unknown(PEOPLE, columns, values)
                if values in silent and math.isnan(system.value[people]):
                    system.value[people] = system.value[at] + system.value[silent[values]]
        terms = ((valid, 1.0), (missing, 1.0), (PEOPLE, -1.0))
        yield Rule(terms, frozenset(kind for kind, _ in terms))
