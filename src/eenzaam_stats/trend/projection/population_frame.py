"""A user's population as a frame, checked before people are counted in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eenzaam_stats.age_bands import OPEN_AGE
from eenzaam_stats.cell_text import UNSAID, NumberFormat, says_nothing
from eenzaam_stats.errors import AmbiguousNumberError, SchemaError, UnknownColumnError, verb
from eenzaam_stats.number_columns import numbers_or_nan

_NEEDED = ("year", "persons")
YEARS = (1900, 2300)
_POPULATION = "project(), population"
_THOUSAND = 1000


def read_population(frame: pd.DataFrame, *, numbers: NumberFormat = UNSAID) -> pd.DataFrame:
    """Rows with ``year, sex, age_low, age_high, persons, edition, status``, each cell once.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``year, persons`` and either ``age`` (single years, the last one may be written ``95+``) or
        ``age_low, age_high`` (empty for no upper end). Optional: ``sex``, ``edition``, ``status``
        (``observed`` for counted years), ``households``.
    numbers : NumberFormat
        How numbers are written where they stand as text.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    UnknownColumnError
        If a column is not there.
    SchemaError
        If editions are mixed, people are missing or negative, or a cell is there twice.
    AmbiguousNumberError
        If numbers can be read in two ways, as 1.234 beside 987.

    Examples
    --------
    >>> made = pd.DataFrame({"year": 2022, "age": ["18", "19+"], "persons": [10, 90]})
    >>> read_population(made)[["age_low", "age_high", "sex"]].to_dict("list")
    {'age_low': [18.0, 19.0], 'age_high': [18.0, 999.0], 'sex': ['total', 'total']}
    """
    missing = [name for name in _NEEDED if name not in frame]
    if "age" not in frame:
        missing += [name for name in ("age_low", "age_high") if name not in frame]
    if missing:
        raise UnknownColumnError.among(
            missing, [str(one) for one in frame], needed_for=f"{_POPULATION},"
        )
    low, high = _ages(frame, numbers)
    rows = pd.DataFrame(
        {
            "year": _whole_years(frame["year"], numbers),
            "sex": frame["sex"].astype(str) if "sex" in frame else "total",
            "age_low": low,
            "age_high": high,
            "persons": _persons(frame["persons"], numbers),
            "edition": frame["edition"].astype(str) if "edition" in frame else "user population",
            "status": frame["status"].astype(str) if "status" in frame else "forecast",
        }
    )
    _one_edition(rows)
    _people(rows)
    _once(rows)
    return rows


def _ages(frame: pd.DataFrame, numbers: NumberFormat) -> tuple[pd.Series, pd.Series]:
    if "age" in frame:
        words = frame["age"].astype(str).str.strip()
        low = numbers_or_nan(words.str.rstrip("+"), numbers, place=_POPULATION)
        high = low.where(~words.str.endswith("+"), OPEN_AGE)
    else:
        low = numbers_or_nan(frame["age_low"], numbers, place=_POPULATION)
        top = frame["age_high"]
        high = numbers_or_nan(top, numbers, place=_POPULATION)
        unread = high.isna() & top.notna() & ~top.map(lambda one: says_nothing(str(one)))
        # An end that could not be read is no open end: the oldest would take everyone.
        low = low.mask(unread)
        high = high.fillna(OPEN_AGE)
    wrong = low.isna() | (low < 0) | (high < low)
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs ages as whole years, but {int(wrong.sum())} row(s) of the population "
            f"have none, first row {_first(wrong)}. Write 18, or 95+ for an open end."
        )
    return low, high


def _whole_years(years: pd.Series, numbers: NumberFormat) -> pd.Series:
    found = numbers_or_nan(years, numbers, place=_POPULATION)
    wrong = ~(found.between(*YEARS) & (found % 1 == 0))
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs whole years in the population, but {int(wrong.sum())} row(s) have "
            f"none, first row {_first(wrong)}. Write for instance 2050."
        )
    return found.astype(int)


def _persons(persons: pd.Series, numbers: NumberFormat) -> pd.Series:
    """People as numbers; thousands that another program took for decimals are refused."""
    found = numbers_or_nan(persons, numbers, place=_POPULATION)
    known = found[np.isfinite(found)]
    parts = known[known % 1 != 0]
    # a sign for thousands says nothing about numbers that were read without it
    settled = numbers.is_stated and numbers.thousands is None
    if pd.api.types.is_numeric_dtype(persons) and not settled and _has_lost_thousands(known, parts):
        raise AmbiguousNumberError.in_rows(
            _POPULATION,
            column="persons",
            doubt="all numbers are below 1,000 and some have decimals, as when thousands "
            "were read as decimals, or people are counted in thousands; read such a file with "
            "dtype=str",
            count=len(parts),
            first_row=_first(found.isin(parts)),
        )
    return found


def _has_lost_thousands(known: pd.Series, parts: pd.Series) -> bool:
    """Whether numbers look like 1.234 beside 987, as a program that knows no thousands reads them.

    All are below 1,000 and none has more than three decimals; whole numbers stand beside the
    others, or several numbers of which some need all three decimals.
    """
    if parts.empty or known.max() >= _THOUSAND or parts.min() <= 1:
        return False
    thousandths = (parts * 1000).round(6)
    if (thousandths % 1 != 0).any():
        return False
    several = parts.min() < parts.max()
    return len(parts) < len(known) or bool(several and (thousandths % 10 != 0).any())


def _one_edition(rows: pd.DataFrame) -> None:
    names = list(dict.fromkeys(rows["edition"]))
    if len(names) > 1:
        raise SchemaError(
            f"{verb()} needs one edition of a forecast, but the population has {len(names)}: "
            f"{names[:5]}. Keep one; project each and compare the results."
        )


def _people(rows: pd.DataFrame) -> None:
    for wrong, found in (
        (~np.isfinite(rows["persons"]), "have no number of people"),
        (rows["persons"] < 0, "have fewer than 0 people"),
    ):
        if wrong.any():
            raise SchemaError(
                f"{verb()} needs people of 0 or more, but {int(wrong.sum())} row(s) of the "
                f"population {found}, first row {_first(wrong)}. Repair the population."
            )


def _once(rows: pd.DataFrame) -> None:
    if rows["sex"].eq("total").any() and rows["sex"].ne("total").any():
        raise SchemaError(
            f"{verb()} would count people twice: the population has rows for 'total' and for the "
            "sexes. Keep one of the two."
        )
    again = rows.duplicated(["year", "sex", "age_low"])
    if again.any():
        raise SchemaError(
            f"{verb()} needs every age once per year and sex, but {int(again.sum())} row(s) of the "
            f"population repeat or overlap one, first row {_first(again)}. Keep one."
        )


def _first(wrong: pd.Series) -> int:
    return int(np.flatnonzero(wrong.to_numpy())[0]) + 1
