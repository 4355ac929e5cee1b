"""Results that are made of other estimates: what they need beside them, what hides them too.

A difference and one group give the other group; a standardised share and all classes but one give
that class. Such a result is released only together with the estimates that it was made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.results.comparisons import Comparison, Comparisons
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Disclosure

Released = Estimates | Comparisons
Cell = frozenset[tuple[str, str]]
Key = tuple[str, str, str]
_REST, _OVER = "rest", " / "
_SHARE, _EITHER = ("proportion",), ("proportion", "mean")
_NEAR = 1e-6
_UNEQUAL = 1.5  # largest weight beside the mean one


def require_released(tables: Sequence[Any], *, verb: str = "suppress()") -> None:
    """Raise when something is neither estimates nor comparisons.

    Raises
    ------
    SchemaError
        With the kind and the place of the first that is not.
    """
    for at, table in enumerate(tables, start=1):
        if not isinstance(table, Released):
            raise SchemaError(
                f"{verb} takes estimates and comparisons, as es.prevalence and es.compare give "
                f"them, and item {at} is of type {type(table).__name__}. A test, a model, a "
                "projection or a frame is released on the estimates it was made of: suppress "
                "those, and make it of what they leave."
            )


# columns of respondents whose values are those of persons: as names of groups they leave with rows
_OF_PERSONS = ("person_id", "household_id", "weight")


def require_groups(tables: Sequence[Released]) -> None:
    """Raise when the groups of a table are persons: their names leave, also with hidden rows.

    Raises
    ------
    DisclosureError
        With the column.
    """
    for table in tables:
        named = [name for name in table.by if name in _OF_PERSONS]
        if named:
            raise DisclosureError(
                f"a table by {named[0]!r} cannot be released: its groups are persons, and the "
                "names of groups leave with their rows, also with hidden ones. Group by something "
                "that many persons share."
            )


def require_basis(tables: Sequence[Released]) -> None:
    """Raise when a derived result comes without the estimates that it was made of.

    Raises
    ------
    DisclosureError
        With the outcome and the columns of the estimates that are wanted.
    """
    there = {
        (table_key(table), frozenset(table.by), table.footnote.statistic)
        for table in tables
        if isinstance(table, Estimates)
    }
    for table in tables:
        for key, by, statistics in _basis(table):
            if not any((key, frozenset(by), one) in there for one in statistics):
                raise DisclosureError(_words(table, key, by))


def table_key(table: Released) -> Key:
    """Outcome, source and wave: what two tables of the same people share."""
    note = table.footnote
    return (note.outcome, note.source, note.wave)


def find_hidden_cells(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]]
) -> dict[Key, set[Cell]]:
    """Groups without numbers, per outcome, source and wave."""
    found: dict[Key, set[Cell]] = {}
    for table, why in zip(tables, reasons, strict=True):
        if isinstance(table, Estimates):
            cells = {
                frozenset(zip(table.by, row.group, strict=True))
                for row, reason in zip(table.rows, why, strict=True)
                if reason
            }
            found.setdefault(table_key(table), set()).update(cells)
    return found


def find_revealing_rows(table: Released, hidden: dict[Key, set[Cell]]) -> Iterator[int]:
    """Rows of a table that would give a hidden group away."""
    if isinstance(table, Comparisons):
        cells = hidden.get(table_key(table), set())
        yield from (at for at, row in enumerate(table.rows) if _compares(table, row, cells))
        return
    outcome, rest = table_key(table)[0], table_key(table)[1:]
    names = {outcome, *outcome.split(_OVER)}
    cells = {
        cell
        for key, found in hidden.items()
        if key[0] in names and key[1:] == rest
        for cell in found
    }
    if not cells:
        return
    allowed = {*table.by, *table.footnote.over}
    for at, row in enumerate(table.rows):
        own = frozenset(zip(table.by, row.group, strict=True))
        finer = table.footnote.over and any(
            own <= cell and {name for name, _ in cell} <= allowed for cell in cells
        )
        if own in cells or finer:
            yield at


def _compares(table: Comparisons, row: Comparison, cells: set[Cell]) -> bool:
    """Whether a comparison uses a hidden group; a trend uses every wave of its group."""
    block = dict(zip(table.within, row.within, strict=True))
    for cell in cells:
        values = dict(cell)
        same = all(values.get(name) == value for name, value in block.items())
        if same and values.keys() == {*table.within, *table.by}:
            name = ", ".join(values[column] for column in table.by)
            if "trend" in table.measure or name in (row.group, row.reference):
                return True
        if row.reference == _REST and values.items() <= block.items():
            return True
    return False


def _basis(table: Released) -> Iterator[tuple[Key, tuple[str, ...], tuple[str, ...]]]:
    """Outcome, columns and statistic of the estimates that a result was made of."""
    outcome, source, wave = table_key(table)
    if isinstance(table, Comparisons):
        yield (outcome, source, wave), (*table.within, *table.by), _SHARE
    elif table.footnote.over:
        yield (outcome, source, wave), (*table.by, *table.footnote.over), _EITHER
    elif table.footnote.statistic == "ratio":
        for name in outcome.split(_OVER):
            yield (name, source, wave), table.by, _EITHER
    elif table.footnote.statistic in ("mean", "total") and may_be_share(table):
        yield (outcome, source, wave), table.by, _SHARE


def bounding(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]]
) -> Iterator[tuple[int, int]]:
    """Means and totals of a score that bound a hidden class of it: table and row.

    The sum of a score bounds how many people can be in its highest class. Where that class is shown
    in the same group nothing is told; with unequal weights the sum is not one of people.
    """
    classes = [
        (_scale_key(table), _class_cell(table, row), bool(reason))
        for table, why in zip(tables, reasons, strict=True)
        if isinstance(table, Estimates)
        for row, reason in zip(table.rows, why, strict=True)
        if row.n_outcome is not None or row.n_valid is None
    ]
    shown = {(scale, cell) for scale, cell, is_hidden in classes if not is_hidden}
    hidden = [(scale, cell) for scale, cell, is_hidden in classes if is_hidden]
    for at, table in enumerate(tables):
        if not isinstance(table, Estimates) or not _is_sum(table):
            continue
        own = set(table.by)
        near = {
            (what, frozenset(one for one in cell if one[0] in own))
            for scale, (what, cell) in hidden
            if scale == _scale_key(table) and own <= {name for name, _ in cell}
        }
        open_cells = {cell for what, cell in near if (_scale_key(table), (what, cell)) not in shown}
        for place, row in enumerate(table.rows):
            cell = frozenset(zip(table.by, row.group, strict=True))
            if cell in open_cells and row.disclosure is not Disclosure.SAFE:
                yield at, place
            elif cell in open_cells:  # it has left: its classes do not leave beside it
                yield from _classes_within(tables, reasons, table, cell)


def _classes_within(
    tables: Sequence[Released], reasons: Sequence[Sequence[str]], number: Estimates, cell: Cell
) -> Iterator[tuple[int, int]]:
    """Shown classes of the scale of a number in its group."""
    for at, table in enumerate(tables):
        if isinstance(table, Estimates) and _scale_key(table) == _scale_key(number):
            for place, row in enumerate(table.rows):
                inside = cell <= _class_cell(table, row)[1]
                if row.n_outcome is not None and inside and not reasons[at][place]:
                    yield at, place


def _scale_key(table: Estimates) -> Key:
    note = table.footnote
    return (note.scale, note.source, note.wave)


def _class_cell(table: Estimates, row: Estimate) -> tuple[tuple[str, str], Cell]:
    """Outcome and class of a row, and its group."""
    cell = dict(zip(table.by, row.group, strict=True))
    label = cell.pop(table.footnote.outcome, "")
    return (cell.pop("outcome", table.footnote.outcome), label), frozenset(cell.items())


def _is_sum(table: Estimates) -> bool:
    """Whether rows are means or totals of a number of people of equal weight."""
    rows = [row for row in table.rows if row.n_valid is not None]
    largest = [row.largest_weight_share * (row.n_valid or 0) for row in rows]
    # weights that differ say nothing of people; of a table that has left they are not known
    differ = any(share > _UNEQUAL for share in largest)
    number = table.footnote.statistic in ("mean", "total")
    return number and not differ and all(row.n_outcome is None for row in rows)


def is_counted(table: Estimates) -> bool:
    """Whether rows count people whose cells add up; standardised shares and ratios do not."""
    return not table.footnote.over and table.footnote.statistic != "ratio"


def may_be_share(table: Estimates) -> bool:
    """Whether means or totals can be those of a 0/1 column, whose people are not counted."""
    rows = [row for row in table.rows if math.isfinite(row.estimate) and row.weight_sum > 0]
    return bool(rows) and all(_like_share(row, table.footnote.statistic) for row in rows)


def _like_share(row: Estimate, statistic: str) -> bool:
    p = row.estimate / row.weight_sum if statistic == "total" else row.estimate
    if not 0.0 <= p <= 1.0:
        return False
    if statistic == "total" or not (math.isfinite(row.deff) and row.deff > 0.0):
        return True
    simple = row.std_error**2 / row.deff * max((row.n_valid or 0) - 1, 1)
    return math.isclose(simple, p * (1.0 - p), rel_tol=_NEAR, abs_tol=_NEAR**2)


def _words(table: Released, key: Key, by: Sequence[str]) -> str:
    what = table.measure if isinstance(table, Comparisons) else table.footnote.statistic
    columns = f"by={list(by)!r}" if by else "without by"
    return (
        f"suppress() releases the {what} of {table.footnote.outcome!r} only together with the "
        f"estimates of {key[0]!r} {columns} that it was made of, because with them it can give a "
        f"hidden group away. Give both in one call: es.suppress([es.prevalence(survey, {key[0]!r}, "
        f"by={list(by)!r}), ...]); for a number that is no share, es.mean."
    )
