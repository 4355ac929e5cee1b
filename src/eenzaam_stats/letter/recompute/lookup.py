"""The only way from the ledger to the reference tables: one row at a time, or a counted set.

A lookup that finds no row or several stops the run, so that an edited table can never silently
feed another number to a verdict. Nothing is computed here beyond counting and adding people.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from eenzaam_stats.errors import SchemaError, UnknownColumnError
from eenzaam_stats.letter.ledger import Input
from eenzaam_stats.published import reference as tables
from eenzaam_stats.published.population_editions import EDITIONS
from eenzaam_stats.published.refreshed import LIVE
from eenzaam_stats.scoring import Scale
from eenzaam_stats.vocabulary import Evidence

GM = "Gezondheidsmonitor Volwassenen en Ouderen"


def rows(table: str, **where: object) -> pd.DataFrame:
    """Rows of a reference table whose columns equal the given values, compared as text.

    Raises
    ------
    UnknownColumnError
        If a column is not in the table.
    """
    frame = tables.reference(table)
    absent = [column for column in where if column not in frame]
    if absent:
        raise UnknownColumnError.among(
            absent, list(frame.columns), needed_for=f"The ledger, table {table!r},"
        )
    for column, wanted in where.items():
        frame = frame[frame[column].astype("string").fillna("") == str(wanted)]
    return frame


def figure(table: str, what: str, **where: object) -> Input:
    """One number: the value of the single row that fits.

    Parameters
    ----------
    table : str
        Name of the reference table.
    what : str
        The row in a few words, for readers.
    **where
        Column = value; together they must fit exactly one row.

    Returns
    -------
    Input
        With the value as printed and the evidence of the row.

    Raises
    ------
    SchemaError
        If no row fits, or more than one.
    """
    frame = rows(table, **where)
    if len(frame) != 1:
        raise SchemaError(
            f"The ledger needs one row of table {table!r} with {where}, but found {len(frame)}. "
            "Name a column that tells the rows apart, or restore the row."
        )
    return _input(table, what, frame.iloc[0])


def figures(table: str, what: str, *, by: str, **where: object) -> dict[str, Input]:
    """All numbers that fit, keyed by one column that tells the rows apart; at least one.

    Raises
    ------
    SchemaError
        If no row fits, or two rows have the same key.
    """
    frame = rows(table, **where)
    if frame.empty or frame[by].duplicated().any():
        raise SchemaError(
            f"The ledger needs rows of table {table!r} with {where}, one per {by!r}, but found "
            f"{len(frame)} row(s) for {frame[by].nunique()} value(s). Restore the rows."
        )
    return {str(row[by]): _input(table, f"{what}, {row[by]}", row) for _, row in frame.iterrows()}


def _input(table: str, what: str, row: pd.Series[Any]) -> Input:
    value = row["effect"] if "effect" in row else row["value"]
    address = row["url"] if "url" in row else f"https://doi.org/{row['doi']}"
    return Input(
        table=table,
        what=what,
        value=None if pd.isna(value) else float(value),
        unit=str(row["measure"] if "measure" in row else row["unit"]),
        evidence=Evidence(row["evidence"]),
        url="" if pd.isna(address) else str(address),
        live=str(row[LIVE]) if LIVE in row else "",
    )


def require_value(number: Input) -> float:
    """Value of an input that must have one.

    Raises
    ------
    SchemaError
        If the table prints words only.
    """
    if number.value is None:
        raise SchemaError(
            f"The ledger needs the value of {number.what!r} in table {number.table!r}, but the "
            "cell is empty. Give the value or use a statement without one."
        )
    return number.value


def weakest(levels: Iterable[str]) -> Evidence:
    """Weakest of several evidence levels."""
    order = list(Evidence)
    return max((Evidence(level) for level in levels), key=order.index)


def count_kind(kind: str) -> Input:
    """Number of rows of one kind in the structure of the letter."""
    return count_rows("letter_structure", f"rows of kind {kind}", kind=kind)


def count_rows(table: str, what: str, **where: object) -> Input:
    """Number of rows of a reference table that fit, with their weakest evidence."""
    frame = rows(table, **where)
    level = weakest(frame["evidence"]) if len(frame) else Evidence.UNVERIFIED
    return Input(table, what, float(len(frame)), "count", level, "")


def count_items(scale: Scale) -> Input:
    """Number of items of an instrument as the package defines it."""
    what = f"{scale.title}: {scale.source}"
    return Input("scales", what, float(len(scale.items)), "count", Evidence.PRIMARY, "")


def read_date(short_name: str) -> tuple[dt.date, Input]:
    """First possible day of a date in the structure of the letter, with its origin.

    A month stands for its first day and a year for the first of January.
    """
    frame = rows("letter_structure", kind="date", short_name_en=short_name)
    if len(frame) != 1:
        raise SchemaError(
            f"The ledger needs one date {short_name!r} in table 'letter_structure', but found "
            f"{len(frame)}. Restore the row."
        )
    row = frame.iloc[0]
    text = str(row["date"])
    year, month, day = (int(part) for part in (*text.split("-"), "1", "1")[:3])
    address = "" if pd.isna(row["url"]) else str(row["url"])
    origin = Input(
        "letter_structure",
        f"{short_name}: {text}",
        None,
        "date",
        Evidence(row["evidence"]),
        address,
    )
    return dt.date(year, month, day), origin


def people(edition: str, year: int, *, age_from: int = 0, age_to: int | None = None) -> Input:
    """Residents on 1 January in an age range, both sexes, with the weakest evidence of the cells.

    Parameters
    ----------
    edition : str
        Edition of the counts, such as ``cbs_observed``.
    year : int
        Year of 1 January.
    age_from : int, default 0
        Youngest age that counts.
    age_to : int, optional
        Oldest age that counts; by default everyone older counts too.

    Returns
    -------
    Input
        Persons.
    """
    count = tables.persons(edition, year, age_from=age_from, age_to=age_to)
    table = EDITIONS[edition].table
    cells = rows(table, edition=edition, year=year)
    ages = f"{age_from} and over" if age_to is None else f"{age_from}-{age_to}"
    addresses = [f"https://opendata.cbs.nl/#/CBS/nl/dataset/{name}" for name in _ids(cells)]
    return Input(
        table,
        f"residents of {ages} on 1 January {year}, {edition}",
        float(count),
        "persons",
        weakest(cells["evidence"]),
        "; ".join(addresses),
        live="; ".join(one for one in dict.fromkeys(cells[LIVE]) if one) if LIVE in cells else "",
    )


def _ids(cells: pd.DataFrame) -> list[str]:
    return sorted(set(cells["table_id"].dropna().astype(str)) - {""})


def survey_value(
    table: str,
    outcome: str,
    wave: str,
    *,
    group: str = "total",
    dimension: str = "total",
    **more: object,
) -> Input:
    """National figure of one survey wave, both sexes together unless named otherwise.

    The Gezondheidsmonitor is named as source, so that a model estimate for the same year in the
    same table is never taken for it.
    """
    where: dict[str, object] = {
        "outcome": outcome,
        "wave": wave,
        "dimension": dimension,
        "group": group,
        "sex": "total",
    }
    if table == "gezondheidsmonitor":
        where["source"] = GM
    of = "" if group == "total" else f", {group}"
    return figure(table, f"{outcome}{of}, {wave}", **{**where, **more})


def values(numbers: Sequence[Input]) -> list[float]:
    """Values of inputs that must all have one."""
    return [require_value(number) for number in numbers]
