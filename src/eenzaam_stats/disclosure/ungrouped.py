"""People without a group: who is in a total and in none of its cells.

A table by region beside the total gives those without a region by subtraction, so they are one more
group. Nobody prints it; where it breaks a rule, a cell beside it is hidden, so that what is left of
the total is that of two groups, and their number is not told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eenzaam_stats.disclosure.counts import BETWEEN, OUTCOME, WAVE, Columns, Values
from eenzaam_stats.disclosure.derived import Released, is_counted
from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.disclosure.relations import find_functions
from eenzaam_stats.disclosure.system import Functions
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.vocabulary import Disclosure

LEFT_OVER = "people without a group would be left over"
_REST = "without"

Place = tuple[int, int]
People = tuple[str, str, str]


@dataclass(slots=True)
class _Group:
    """Counts of one group of one outcome, and the rows that print them."""

    rows: list[Place] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    hidden: bool = False
    left: bool = False

    def enter(self, place: Place, row: Estimate, label: str, *, hidden: bool) -> None:
        """Add a row; that of a class adds the class, any other those with and without it."""
        self.rows.append(place)
        self.hidden |= hidden or row.n_valid is None
        self.left |= row.disclosure is Disclosure.SAFE
        self.counts[""] = row.n_valid or 0
        if row.n_outcome is not None:
            self.counts[f"in {label}"] = row.n_outcome
            if not label:
                self.counts[_REST] = (row.n_valid or 0) - row.n_outcome


@dataclass(slots=True)
class _Cells:
    """Groups of one outcome of one table."""

    people: People
    columns: Columns
    left_out: bool
    groups: dict[Values, _Group] = field(default_factory=dict)


def find_left_over(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]], profile: DisclosureProfile
) -> Iterator[Place]:
    """Rows to hide because a total less its cells is a few people without a group.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What leaves together.
    reasons : sequence of sequence of str
        Per row why it is hidden, empty where it is shown.
    profile : DisclosureProfile
        Rules; those without a group break one as any group does.

    Yields
    ------
    tuple of (int, int)
        Table and row: of the cells of a margin the one of the fewest people, and where all have
        left before, the margin.
    """
    found = _cells(tables, reasons)
    functions = find_functions([(one.columns, values) for one in found for values in one.groups])
    for fine in found:
        for coarse in found if fine.left_out else ():
            if fine.people == coarse.people and fine is not coarse:
                yield from _of_pair(fine, coarse, functions, profile)


def _of_pair(
    fine: _Cells, coarse: _Cells, functions: Functions, profile: DisclosureProfile
) -> Iterator[Place]:
    finer = [_finer(fine.columns, name, functions) for name in coarse.columns]
    if "" in finer or set(coarse.columns) >= set(fine.columns):
        return
    inside: dict[Values, list[_Group]] = {}
    for values, group in fine.groups.items():
        named = dict(zip(fine.columns, values, strict=True))
        margin = tuple(
            named[one] if one == name else functions[one, name].get(named[one], "")
            for one, name in zip(finer, coarse.columns, strict=True)
        )
        inside.setdefault(margin, []).append(group)
    for margin, whole in coarse.groups.items():
        parts = inside.get(margin, [])
        if whole.hidden or any(one.hidden for one in parts):
            continue
        rest = {
            name: count - sum(one.counts.get(name, 0) for one in parts)
            for name, count in whole.counts.items()
        }
        if _breaks(rest, profile):
            new = [one for one in parts if not one.left]
            least = min(new, key=lambda one: (one.counts[""], one.rows), default=whole)
            yield from least.rows


def _finer(columns: Columns, name: str, functions: Functions) -> str:
    """Column that tells another one: itself, or one that it is a function of; empty without one."""
    if name in columns:
        return name
    return next((one for one in columns if (one, name) in functions), "")


def _breaks(rest: Mapping[str, int], profile: DisclosureProfile) -> bool:
    n = rest[""]
    if n <= 0:
        return False
    classes = [count for name, count in rest.items() if name]
    least = max(profile.least_cell, int(profile.group_disclosure))
    return n < profile.least_n or any(0 <= count < least for count in classes)


def _cells(tables: Sequence[Released], reasons: Sequence[Sequence[str]]) -> list[_Cells]:
    found: dict[tuple[int, str], _Cells] = {}
    for at, (table, why) in enumerate(zip(tables, reasons, strict=True)):
        if not isinstance(table, Estimates) or not is_counted(table):
            continue
        note = table.footnote
        for place, (row, reason) in enumerate(zip(table.rows, why, strict=True)):
            named = dict(zip(table.by, row.group, strict=True))
            outcome = named.pop(OUTCOME, note.outcome)
            label = named.pop(note.outcome, "")
            if WAVE not in named and BETWEEN not in note.wave:
                named[WAVE] = note.wave
            people = (note.source, outcome, note.population)
            own = found.setdefault(
                (at, outcome),
                _Cells(people, tuple(named), note.n_without_group != 0),
            )
            group = own.groups.setdefault(tuple(named.values()), _Group())
            group.enter((at, place), row, label, hidden=bool(reason))
    return list(found.values())


def count_without_group(tables: Sequence[Released], profile: DisclosureProfile) -> list[int | None]:
    """How many have no group, as each table may say it.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What leaves together.
    profile : DisclosureProfile
        Rules.

    Returns
    -------
    list of int or None
        ``None`` where the number, or the difference to that of another table of the same people,
        is that of fewer people than a rule asks for.
    """
    few = max(profile.least_n, profile.least_cell)
    numbers: dict[tuple[str, str, str], set[int]] = {}
    for table in tables:
        note = table.footnote
        numbers.setdefault(_of(note), {0}).add(note.n_without_group or 0)
    return [
        table.footnote.n_without_group
        if table.footnote.n_without_group in (0, None)
        or not any(
            0 < abs(table.footnote.n_without_group - other) < few
            for other in numbers[_of(table.footnote)]
        )
        else None
        for table in tables
    ]


def _of(note: Footnote) -> tuple[str, str, str]:
    return note.source, note.wave, note.population
