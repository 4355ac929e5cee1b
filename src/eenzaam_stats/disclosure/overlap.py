"""Rows whose error is that of hidden people too: margins, totals, comparisons with all others.

Where strata or clusters are the groups of a table, or a function of them, the error of a margin is
a function of the counts of its cells. With those that are shown it fits few counts of the hidden
ones, so how it is printed follows from how many of the people of a row are in hidden groups.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from eenzaam_stats.disclosure.counts import BETWEEN, OUTCOME, WAVE, Columns, Values
from eenzaam_stats.disclosure.derived import Released
from eenzaam_stats.results.comparisons import Comparison, Comparisons
from eenzaam_stats.results.estimates import Estimate

FINE = 0.0  # no hidden people: the error as any other number
MOST_HIDDEN = 0.25  # with more of its people hidden, an error of one digit told counts
_REST = "rest"


@dataclass(slots=True)
class _Table:
    """People per group of one outcome of one table, and the groups that it hides."""

    source: str
    outcome: str
    columns: Columns
    people: dict[Values, float] = field(default_factory=dict)
    hidden: set[Values] = field(default_factory=set)

    def parts(self, common: Columns, shown: set[Values]) -> dict[Values, float]:
        """Part of the people who are in hidden groups, per value of the columns in common."""
        places = [self.columns.index(name) for name in common]
        known = [count for one, count in self.people.items() if one not in self.hidden and count]
        mean = sum(known) / len(known) if known else 1.0
        held: dict[Values, float] = {}
        everyone: dict[Values, float] = {}
        for group, count in self.people.items():
            key = tuple([group[at] for at in places])
            people = count if count > 0.0 else mean  # hidden before: nobody says how many
            everyone[key] = everyone.get(key, 0.0) + people
            if group in self.hidden and group not in shown:
                held[key] = held.get(key, 0.0) + people
        return {key: part / everyone[key] for key, part in held.items()}


def measure_hidden_parts(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]]
) -> Iterator[list[float]]:
    """Part of the people of each row who are in groups that the release hides.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What leaves together.
    reasons : sequence of sequence of str
        Per row why it is hidden, empty where it is shown.

    Yields
    ------
    list of float
        Per row, 0 where its error tells nothing of them: it holds none, lies within one, or its
        outcome is shown in each of these groups.

    Notes
    -----
    Groups hold each other where no column that both have differs; a group that is hidden in one
    outcome is hidden in all that do not show it, because outcomes can be the rest of each other.
    Of groups that cross, the part is that of the hidden groups in all groups that cross. Two errors
    of one estimate count as hidden people too.
    """
    found = _Found(_groups(tables, reasons))
    twice = _other_errors(tables)
    for at, table in enumerate(tables):
        note = table.footnote
        yield [
            max(
                twice.get((at, place), FINE),
                *(found.part(note.source, name, group) for group, name in _list_groups(table, row)),
            )
            for place, row in enumerate(_rows(table))
        ]


@dataclass(slots=True)
class _Found:
    """Groups of every table, and what was worked out for the columns of a row."""

    tables: Sequence[_Table]
    known: dict[tuple[str, str, Columns], list[tuple[Columns, dict[Values, float]]]] = field(
        default_factory=dict
    )

    def part(self, source: str, outcome: str, group: Mapping[str, str]) -> float:
        """Largest part of the people of a group who are hidden in any table."""
        own = tuple(sorted(group))
        key = (source, outcome, own)
        if key not in self.known:
            self.known[key] = list(self._parts(source, outcome, own))
        return max(
            (
                held.get(tuple([group[name] for name in common]), FINE)
                for common, held in self.known[key]
            ),
            default=FINE,
        )

    def _parts(
        self, source: str, outcome: str, own: Columns
    ) -> Iterator[tuple[Columns, dict[Values, float]]]:
        """For each table with hidden groups, the columns in common and the part of each value."""
        shown: dict[Columns, set[Values]] = {}
        for one in self.tables:
            if (one.source, one.outcome) == (source, outcome):
                shown.setdefault(one.columns, set()).update(one.people.keys() - one.hidden)
        for one in self.tables:
            finer = not set(one.columns) <= set(own)
            if one.hidden and one.source == source and finer:
                common = tuple([name for name in own if name in one.columns])
                yield common, one.parts(common, shown.get(one.columns, set()))


def _groups(tables: Sequence[Released], reasons: Sequence[Sequence[str]]) -> list[_Table]:
    """People per group; a group is hidden when a row of it is."""
    found: dict[tuple[int, str], _Table] = {}
    for at, (table, why) in enumerate(zip(tables, reasons, strict=True)):
        for row, reason in zip(_rows(table), why, strict=True):
            if isinstance(row, Comparison):
                continue
            ((group, outcome),) = _list_groups(table, row)
            columns = tuple(sorted(group))
            own = found.setdefault((at, outcome), _Table(table.footnote.source, outcome, columns))
            values = tuple([group[name] for name in columns])
            counted = float((row.n_valid or 0) + (row.n_missing or 0))
            own.people[values] = max(own.people.get(values, 0.0), counted)
            if reason:
                own.hidden.add(values)
    return list(found.values())


def _rows(table: Released) -> Sequence[Estimate | Comparison]:
    return table.rows


def _list_groups(
    table: Released, row: Estimate | Comparison
) -> Iterator[tuple[dict[str, str], str]]:
    """Groups that a row is made of, without its class, each with its outcome."""
    note = table.footnote
    wave = {} if BETWEEN in note.wave or WAVE in table.by else {WAVE: note.wave}
    if isinstance(row, Estimate):
        group = {**wave, **dict(zip(table.by, row.group, strict=True))}
        outcome = group.pop(OUTCOME, note.outcome)
        group.pop(note.outcome, None)
        yield group, outcome
    elif isinstance(table, Comparisons):
        block = {**wave, **dict(zip(table.within, row.within, strict=True))}
        one = _REST not in (row.group, row.reference) and "trend" not in table.measure
        if one and len(table.by) == 1:
            for name in (row.group, row.reference):
                yield {**block, table.by[0]: name}, note.outcome
        else:
            yield block, note.outcome


def _other_errors(tables: Sequence[Released]) -> dict[tuple[int, int], float]:
    """Rows that print another error for the estimate of another row, as small as a part can be."""
    rows: dict[tuple[object, ...], dict[float, list[tuple[int, int]]]] = {}
    for at, table in enumerate(tables):
        for place, row in enumerate(_rows(table)):
            if isinstance(row, Estimate) and math.isfinite(row.std_error):
                note = table.footnote
                key = (note.source, note.wave, note.population, note.outcome, note.statistic)
                same = (*key, note.over, table.by, row.group, row.n_valid, row.estimate)
                near = float(f"{row.std_error:.9g}")
                rows.setdefault(same, {}).setdefault(near, []).append((at, place))
    small = math.nextafter(FINE, 1.0)
    return {
        one: small
        for errors in rows.values()
        if len(errors) > 1
        for own in errors.values()
        for one in own
    }
