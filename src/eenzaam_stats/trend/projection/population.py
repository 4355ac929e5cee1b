"""Population per year in the cells of a projection, from a packaged edition or a user's frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.age_bands import OPEN_AGE
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.cell_text import UNSAID, NumberFormat, says_nothing
from eenzaam_stats.errors import (
    AmbiguousNumberError,
    OptionError,
    SchemaError,
    UnknownColumnError,
    verb,
)
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import edition_rows
from eenzaam_stats.trend.projection.prevalence_cells import TOTAL, PrevalenceCells

Households = Literal["residents", "private_households"]
HOUSEHOLDS = ("residents", "private_households")
COUNTED = "observed"  # status of a year


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """People per year and cell, and per year and band of the population table.

    Attributes
    ----------
    years : tuple of int
        From the base year on.
    persons : ndarray of float, shape (years, cells)
        People in the cells of the prevalence.
    edition, households : str
        Which population, and whom it counts.
    official, counted : bool, tuple of bool
        Whether the forecast is official, and which years were counted, not forecast.
    first_forecast : int
        First year of the edition that was not counted, perhaps long before the base year.
    lows, highs : ndarray of float, shape (bands of the table,)
        First and last age of each band of the table; the last may be infinite.
    fine : ndarray of float, shape (years, bands of the table, sexes)
        People in the bands of the table.
    """

    years: tuple[int, ...]
    persons: FloatArray
    edition: str
    households: str
    official: bool
    counted: tuple[bool, ...]
    first_forecast: int
    lows: FloatArray
    highs: FloatArray
    fine: FloatArray


@dataclass(frozen=True, slots=True)
class Span:
    """Years of a projection, and whom it counts.

    Attributes
    ----------
    base_year, to : int
        First and last year, 1 January.
    base_population : str or None
        Packaged edition of the years before the forecast starts, and of the base year.
    households : {"residents", "private_households"}
        Whom the numbers count.
    numbers : NumberFormat
        How numbers of a frame are written where they stand as text.
    """

    base_year: int
    to: int
    base_population: str | None = None
    households: Households = "residents"
    numbers: NumberFormat = UNSAID


def people_in_cells(population: str | pd.DataFrame, cells: PrevalenceCells, span: Span) -> People:
    """People of every year in the cells of the prevalence.

    Parameters
    ----------
    population : str or pandas.DataFrame
        Name of a packaged edition, or a frame with ``year, age`` (or ``age_low, age_high``),
        ``persons`` and perhaps ``sex, edition, status``.
    cells : PrevalenceCells
        Age bands and sexes.
    span : Span
        Years, and whom to count.

    Returns
    -------
    People

    Raises
    ------
    OptionError
        If an edition is unknown or lacks a year.
    SchemaError
        If ages are missing, overlap or are cut by a survey band, people are negative, or editions
        or household bases are mixed.

    Examples
    --------
    >>> from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
    >>> bands = pd.DataFrame({"age_band": ["18-74", "75+"], "estimate": [0.48, 0.55]})
    >>> cells = prevalence_cells(bands, base_year=2022)
    >>> people = people_in_cells("cbs_kernprognose_2016", cells, Span(2022, 2050))
    >>> len(people.years), people.persons[-1].round().tolist()
    (29, [11739242.0, 2971185.0])
    """
    if span.to <= span.base_year:
        raise OptionError(
            f"{verb()} projects forward, but to is {span.to} and the base year {span.base_year}. "
            "Give a later year."
        )
    rows = _rows(population, span)
    years = tuple(range(span.base_year, span.to + 1))
    _every_year(rows, years, span)
    lows, highs = _table_bands(rows)
    fine = _fine(rows, years, (lows, highs), cells.sexes)
    inside = _inside(cells, lows, highs)
    persons = np.einsum("bf,tfs->tbs", inside, fine).reshape(len(years), -1)
    status = rows.groupby("year")["status"].first()
    return People(
        years=years,
        persons=persons,
        edition=str(rows.loc[rows["year"] == span.to, "edition"].iloc[0]),
        households=_households(population, span),
        official=isinstance(population, str) and not rows["status"].str.contains("derived").any(),
        counted=tuple(str(status[year]) == COUNTED for year in years),
        first_forecast=_first_forecast(rows, population, span),
        lows=lows,
        highs=np.where(highs == OPEN_AGE, np.inf, highs),
        fine=fine,
    )


def _rows(population: str | pd.DataFrame, span: Span) -> pd.DataFrame:
    """Rows of the forecast, and of the years before it from the base population."""
    if isinstance(population, pd.DataFrame):
        later = read_population(population, numbers=span.numbers)
    else:
        later = _edition(population, "population")
    if span.base_population is None:
        return later
    before = _edition(span.base_population, "base_population")
    # The base year is always of the base population: a forecast of a year that was counted is an
    # error that need not be there.
    first = max(int(later["year"].min()), span.base_year + 1)
    joined = [before[before["year"] < first], later[later["year"] >= first]]
    return pd.concat(joined, ignore_index=True)


def _first_forecast(rows: pd.DataFrame, population: str | pd.DataFrame, span: Span) -> int:
    """First forecast year of the edition itself, not of the rows that are used."""
    # Bounds are by years since the forecast was made, and rows that are not used were made too.
    whole = _edition(population, "population") if isinstance(population, str) else rows
    ahead = whole.loc[whole["status"] != COUNTED, "year"]
    return int(ahead.min()) if len(ahead) else span.to + 1


def _edition(name: str, option: str) -> pd.DataFrame:
    chosen = edition_rows(name, option=option)
    names = ["year", "sex", "age_low", "age_high", "persons", "edition", "status"]
    return chosen[names].assign(
        age_high=chosen["age_high"].astype("Float64").fillna(OPEN_AGE).astype(float),
        persons=chosen["persons"].astype(float),
    )


def _households(population: str | pd.DataFrame, span: Span) -> str:
    """Whom the population counts, which must be whom the caller wants counted."""
    if span.households not in HOUSEHOLDS:
        raise OptionError.among(span.households, HOUSEHOLDS, name="households")
    counts = HOUSEHOLDS[0]
    if isinstance(population, pd.DataFrame) and "households" in population:
        found = sorted(set(population["households"].astype(str)))
        if len(found) > 1 or found[0] not in HOUSEHOLDS:
            raise SchemaError(
                f"{verb()} needs one household base per population, one of {list(HOUSEHOLDS)}, but "
                f"the column 'households' has {found}. Keep one."
            )
        counts = found[0]
    if counts != span.households:
        raise SchemaError(
            f"{verb()} was asked to count {span.households}, but the population counts {counts}. "
            "Give a population with the same base (a column 'households'), or ask for its base."
        )
    return counts


def _every_year(rows: pd.DataFrame, years: Sequence[int], span: Span) -> None:
    lacking = sorted(set(years) - set(rows["year"].astype(int)))
    if lacking:
        hint = (
            f"Name base_population={OBSERVED!r} for counted years before a forecast starts"
            if span.base_population is None
            else "Choose another edition"
        )
        raise OptionError(
            f"{verb()} needs the population of every year from {years[0]} to {years[-1]}, but "
            f"{len(lacking)} year(s) are not in it, first {lacking[0]}; it has "
            f"{rows['year'].min()}-{rows['year'].max()}. {hint}, or other years."
        )


def _table_bands(rows: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    pairs = rows[["age_low", "age_high"]].drop_duplicates().sort_values("age_low")
    lows, highs = (pairs[name].to_numpy(float) for name in ("age_low", "age_high"))
    wrong = np.flatnonzero(lows[1:] != highs[:-1] + 1)
    if len(wrong):
        at = int(wrong[0])
        kind = "overlap" if lows[at + 1] <= highs[at] else "leave a gap"
        raise SchemaError(
            f"{verb()} needs a population in ages that follow each other, but the bands {kind}: "
            f"{lows[at]:g}-{highs[at]:g} is followed by {lows[at + 1]:g}. Repair the bands."
        )
    return lows, highs


def _fine(
    rows: pd.DataFrame,
    years: Sequence[int],
    bands: tuple[FloatArray, FloatArray],
    sexes: Sequence[str],
) -> FloatArray:
    """People per year, band of the table and sex."""
    found = set(rows["sex"])
    if sexes != (TOTAL,) and not set(sexes) <= found:
        raise SchemaError(
            f"{verb()} needs men and women in the population, as in the prevalence, but it has "
            f"{sorted(found)}. Estimate the prevalence without sex, or give both."
        )
    wide = rows.pivot_table(index=["year", "age_low"], columns="sex", values="persons", sort=True)
    grid = pd.MultiIndex.from_product([years, bands[0]], names=["year", "age_low"])
    full = wide.reindex(grid)
    lacking = np.flatnonzero(full.isna().any(axis=1).to_numpy())
    if len(lacking):
        year, low = grid[int(lacking[0])]
        raise SchemaError(
            f"{verb()} needs every age in every year, but {len(lacking)} are missing, first age "
            f"{low:g} in {year}. Complete the population."
        )
    parts = [full.sum(axis=1)] if sexes == (TOTAL,) else [full[sex] for sex in sexes]
    return np.stack([part.to_numpy(float).reshape(len(years), -1) for part in parts], axis=-1)


def _inside(cells: PrevalenceCells, lows: FloatArray, highs: FloatArray) -> FloatArray:
    """Which bands of the table make up each survey band, shape (survey bands, table bands)."""
    member = np.zeros((len(cells.bands), len(lows)))
    for row, (band, (low, high)) in enumerate(zip(cells.bands, cells.edges, strict=True)):
        top = OPEN_AGE if high is None else high
        inside = (lows >= low) & (highs <= top)
        touching = (lows <= top) & (highs >= low)
        if (inside != touching).any():
            cut = int(np.flatnonzero(inside != touching)[0])
            raise SchemaError(
                f"{verb()} needs survey bands made of whole bands of the population, but {band} "
                f"cuts {lows[cut]:g}-{_format_end(highs[cut])}. Bands may start at "
                f"{[int(one) for one in lows]}."
            )
        if not inside.any() or lows[inside].min() != low or highs[inside].max() != top:
            raise SchemaError(
                f"{verb()} needs people of every age of {band}, but the population has ages "
                f"{lows[0]:g}-{_format_end(highs[-1])}. Give a population with these ages."
            )
        member[row] = inside
    return member


def _format_end(high: float) -> str:
    return "" if high == OPEN_AGE else f"{high:g}"


# A user's population as a frame, checked before people are counted in it.

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
