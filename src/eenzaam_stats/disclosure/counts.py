"""Every printed row as counts of people in a cell: with an answer, without one, in a class.

A row of a prevalence shows people with and without the outcome, a row of a distribution the people
of one class, a mean only who answered. Two rows that show the same count are one unknown here,
whatever statistic they print.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eenzaam_stats.results.estimates import Estimate, Estimates

Columns = tuple[str, ...]
Values = tuple[str, ...]
# ("valid", outcome), ("missing", outcome), ("missing", outcome, kind) or ("class", outcome, class);
# later also differences of these
Kind = tuple[str, ...]
YES, NO = "yes", "no"
WAVE, BETWEEN = "wave", ", "
OUTCOME = "outcome"  # column of a table of several outcomes
_DIGITS = 1e-12


@dataclass(frozen=True, slots=True)
class Shown:
    """Counts that one row prints.

    Attributes
    ----------
    table, row : int
        Where it stands.
    people : str
        Source whose people are counted; sums exist within it only.
    columns, values : tuple of str
        The cell, columns sorted by name.
    outcome : str
        Outcome, of a distribution its column.
    counts : tuple of (Kind, float)
        NaN where the row is hidden already.
    population : str
        Of whom the table is made.
    fixed : tuple of str
        Columns that have one value in the whole table: the wave of a file.
    """

    table: int
    row: int
    people: str
    columns: Columns
    values: Values
    outcome: str
    counts: tuple[tuple[Kind, float], ...]
    population: str = ""
    fixed: Columns = ()


def list_shown_counts(tables: Sequence[tuple[int, Estimates]]) -> Iterator[Shown]:
    """Counts of every row of every table, in the order given.

    Parameters
    ----------
    tables : sequence of (int, Estimates)
        Tables with their number.

    Yields
    ------
    Shown
    """
    several = _several_waves([table for _, table in tables])
    for number, table in tables:
        fixed = _wave_column(table, several)
        outcome = table.footnote.outcome
        order = sorted({*table.by, *fixed} - {outcome, OUTCOME})
        binary = _has_outcome(table)
        missing = _missing_kinds(table)
        for at, row in enumerate(table.rows):
            group = {**dict(zip(table.by, row.group, strict=True)), **fixed}
            named = group.get(OUTCOME, outcome)
            yield Shown(
                table=number,
                row=at,
                people=_people(table, several),
                columns=tuple(order),
                values=tuple(group[name] for name in order),
                outcome=named,
                counts=(
                    *_counts(row, table, named, group.get(outcome, ""), binary=binary),
                    *_missing(row, named, missing),
                ),
                population=table.footnote.population,
                fixed=tuple(fixed),
            )


def _counts(
    row: Estimate, table: Estimates, outcome: str, label: str, *, binary: bool
) -> Iterator[tuple[Kind, float]]:
    nothing = math.nan
    n = nothing if row.n_valid is None else float(row.n_valid)
    yield ("valid", outcome), n
    yield ("missing", outcome), nothing if row.n_missing is None else float(row.n_missing)
    if label:
        yield ("class", outcome, label), nothing if row.n_outcome is None else float(row.n_outcome)
    elif not binary and row.n_outcome is None:
        yield from _number(row, table)
    elif binary:
        yes = nothing if row.n_outcome is None else float(row.n_outcome)
        yield ("class", outcome, YES), yes
        yield ("class", outcome, NO), n - yes


def _missing_kinds(table: Estimates) -> tuple[str, ...]:
    """Kinds of missing that the table tells apart; none where they are not all of the missing."""
    shown = [row for row in table.rows if row.n_missing is not None]
    if any(sum(count for _, count in row.missing) != row.n_missing for row in shown):
        return ()
    return tuple(dict.fromkeys(kind for row in shown for kind, _ in row.missing))


def _missing(row: Estimate, outcome: str, kinds: tuple[str, ...]) -> Iterator[tuple[Kind, float]]:
    counts = dict(row.missing)
    for kind in kinds:
        nothing = math.nan if row.n_missing is None else 0.0
        yield ("missing", outcome, kind), float(counts.get(kind, nothing))


def _number(row: Estimate, table: Estimates) -> Iterator[tuple[Kind, float]]:
    """Weighted sum of a number, as far as it can be an amount that adds up."""
    total = row.estimate * (row.weight_sum if table.footnote.statistic == "mean" else 1.0)
    if row.n_valid is None or total >= 0.0:
        # of whole numbers without weights the sum is a whole number
        whole = math.isfinite(total) and math.isclose(total, round(total), rel_tol=_DIGITS)
        yield ("sum", table.footnote.outcome), float(round(total)) if whole else total


def _has_outcome(table: Estimates) -> bool:
    """Whether rows count people with the outcome; a table that is all hidden goes by its name."""
    if any(row.n_outcome is not None for row in table.rows):
        return True
    hidden = all(row.n_valid is None for row in table.rows)
    return hidden and table.footnote.statistic in ("proportion", "number of people")


def _several_waves(tables: Sequence[Estimates]) -> frozenset[str]:
    """Sources whose tables are of more than one wave, or have a column of waves."""
    waves: dict[str, set[str]] = {}
    for table in tables:
        found = waves.setdefault(table.footnote.source, set())
        found.add(table.footnote.wave)
        found.update({"", WAVE} if WAVE in table.by else set())
    return frozenset(source for source, found in waves.items() if len(found) > 1)


def _wave_column(table: Estimates, several: frozenset[str]) -> dict[str, str]:
    """The wave as a column of a table of one wave, where another table tells waves apart."""
    note = table.footnote
    if note.source in several and WAVE not in table.by and BETWEEN not in note.wave:
        return {WAVE: note.wave}
    return {}


def _people(table: Estimates, several: frozenset[str]) -> str:
    note = table.footnote
    return note.source if note.source in several else f"{note.source} {note.wave}"
