"""Residents as live tables count and forecast them, summed to the age bands of the packaged table.

Every sum is compared with the total that the table itself gives, where it gives one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from eenzaam_stats.age_bands import OPEN_AGE, parse_age_title
from eenzaam_stats.errors import ChangedTableError
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import reference
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.choice import contains
from eenzaam_stats.statline.description import Dimension
from eenzaam_stats.statline.live_labels import Words, live_words, require_dimension, require_members
from eenzaam_stats.statline.live_shares import LiveRows, Services
from eenzaam_stats.statline.open_table import OpenTable
from eenzaam_stats.statline.service import SERVICES
from eenzaam_stats.statline.statline import read_description, read_table

POPULATION = "population"
ALL_AGES = "10000"
FACTORS = {"aantal": 1, "x 1 000": 1_000}
_REGULAR = re.compile(r"10010|1\d\d00")  # 10010 for 0 years, then steps of 100


def live_population(access: Access, services: Services = SERVICES) -> LiveRows:
    """Residents on 1 January by age band and sex, from 7461bev, since the first packaged year.

    Parameters
    ----------
    access : Access
        How to get at it; its service is replaced by that of CBS.
    services : mapping of str to Service
        Addresses by name of the catalogue.

    Returns
    -------
    LiveRows
        For the packaged table ``population``, edition ``cbs_observed``.

    Raises
    ------
    ChangedTableError
        If ages, sexes or units are not what they were, or a sum is not the table's own total.
    SourceError
        As :func:`eenzaam_stats.statline.statline.read_table`.
    """
    first = int(reference(POPULATION).query(f"edition == {OBSERVED!r}")["year"].min())
    return _live("population", access, services, first_year=first)


def live_forecast(access: Access, services: Services = SERVICES) -> LiveRows:
    """Forecast of residents by age band and sex, from 85743NED.

    Parameters
    ----------
    access, services
        As :func:`live_population`.

    Returns
    -------
    LiveRows
        For the packaged table ``population``, edition ``cbs_prognose_2023``, which is new there.

    Raises
    ------
    ChangedTableError, SourceError
        As :func:`live_population`.
    """
    return _live("forecast", access, services, first_year=0)


def _live(kind: str, access: Access, services: Services, *, first_year: int) -> LiveRows:
    words = live_words()["people"][kind]
    own = replace(access, service=services["CBS"])
    description = read_description(words["table"], access=own)
    sexes = require_members(
        require_dimension(description, "Geslacht"), live_words()["people"]["sexes"], words["table"]
    )
    where = {key: [code] for key, code in words["totals"].items()}
    years = contains("JJ")
    table = read_table(
        words["table"],
        {**where, "Geslacht": list(sexes), "Perioden": years},
        topics=[words["topic"]],
        access=own,
    )
    frame = table.tidy()
    frame["year"] = frame["date"].dt.year
    frame["sex"] = frame["Geslacht"].astype(str).map({c: m["sex"] for c, m in sexes.items()})
    frame["persons"] = frame[words["topic"]] * _factor(table, words)
    frame = frame[frame["year"] >= first_year]
    rows = _bands(frame, require_dimension(table.description, "Leeftijd"), words["table"])
    about = {name: words[name] for name in ("edition", "status")}
    rows = rows.assign(**about, table_id=words["table"], evidence="primary")
    return LiveRows(POPULATION, rows, (table.source,))


def _factor(table: OpenTable, words: Words) -> int:
    """Persons that one unit of the table stands for."""
    unit = table.layout.topics[0].unit
    if unit not in FACTORS:
        raise ChangedTableError(
            f"Table {words['table']!r} counts in {unit!r}, where one of {sorted(FACTORS)} was "
            "expected. Compare it with statline/live_people.py and repair that."
        )
    return FACTORS[unit]


def read_ages(dimension: Dimension, table: str) -> Mapping[str, int]:
    """Age of each member that stands for one year of age, or for the last one and over.

    Parameters
    ----------
    dimension : Dimension
        Of ages; groups of ages and totals among its members are left out.
    table : str
        Id of the table, for messages.

    Returns
    -------
    mapping of str to int
        Ages from 0 without a gap; the last one is open.

    Raises
    ------
    ChangedTableError
        If an age is absent or occurs twice, no open age follows, or a code and its title disagree.

    Notes
    -----
    Titles decide; codes such as 10100 for 1 year must agree where they have that form.

    Examples
    --------
    >>> from eenzaam_stats.statline.description import Member
    >>> titles = {"10010": "0 jaar", "10100": "1 jaar", "22300": "2 jaar of ouder"}
    >>> members = tuple(Member(code, code, title) for code, title in titles.items())
    >>> read_ages(Dimension("Leeftijd", "Leeftijd", "Dimension", members), "1ABC")
    {'10010': 0, '10100': 1, '22300': 2}
    """
    read = {m.code: age for m in dimension.members if (age := parse_age_title(m.title))}
    single = {code: low for code, (low, high) in read.items() if high is not None}
    ends = {code: low for code, (low, high) in read.items() if high is None}
    last = {code: age for code, age in ends.items() if age == len(single)}
    regular = {code: age for code, age in single.items() if _REGULAR.fullmatch(code)}
    wrong = [code for code, age in regular.items() if round((int(code) - 10_000) / 100) != age]
    if sorted(single.values()) != list(range(len(single))) or len(last) != 1 or wrong:
        raise ChangedTableError(
            f"Table {table!r} has {len(single)} members for one year of age and {len(last)} for "
            f"{len(single)} and over, {len(wrong)} with a code of another age. Ages must run from "
            "0 without a gap. Compare it with statline/live_people.py and repair that."
        )
    return {**single, **last}


def _bands(frame: pd.DataFrame, dimension: Dimension, table: str) -> pd.DataFrame:
    """Sums per year, sex and packaged age band."""
    ages = read_ages(dimension, table)
    codes = frame["Leeftijd"].astype(str)
    cells = frame.assign(age=codes.map(ages))[codes.isin(list(ages))]
    whole = frame[["year", "sex"]].drop_duplicates()
    if cells["persons"].isna().any() or len(cells) != len(whole) * len(ages):
        raise ChangedTableError(
            f"Table {table!r} lacks persons for some ages: {len(cells)} cells with "
            f"{int(cells['persons'].isna().sum())} gaps, where {len(whole) * len(ages)} were "
            "expected. Nothing was summed; report it."
        )
    _require_totals(frame[codes == ALL_AGES], cells, table)
    names = _read_packaged_bands()
    if max(ages.values()) < int(names["age_low"].max()):
        raise ChangedTableError(
            f"Table {table!r} ends at {max(ages.values())} and over, before the last packaged "
            "band. Nothing was summed."
        )
    edges = [*names["age_low"].astype(int), OPEN_AGE + 1]
    lows = pd.cut(cells["age"], edges, right=False, labels=edges[:-1]).astype(int)
    summed = cells.assign(age_low=lows).groupby(["year", "sex", "age_low"], as_index=False)
    rows = summed["persons"].sum().merge(names, on="age_low", how="left", validate="many_to_one")
    return pd.DataFrame(rows).assign(persons=rows["persons"].round().astype("int64"))


def _read_packaged_bands() -> pd.DataFrame:
    packaged = reference(POPULATION)[["age_low", "age_band", "age_high"]]
    return packaged.drop_duplicates().sort_values("age_low").reset_index(drop=True)


def _require_totals(totals: pd.DataFrame, cells: pd.DataFrame, table: str) -> None:
    """Compare sums over ages with the table's own total, where it is among the rows."""
    if totals.empty:
        return
    own = totals.groupby(["year", "sex"])["persons"].sum()
    summed = cells.groupby(["year", "sex"])["persons"].sum()
    wrong = int((own != summed.reindex(own.index)).sum())
    if wrong:
        raise ChangedTableError(
            f"Table {table!r}: {wrong} of {len(own)} sums over ages differ from the total that the "
            "table gives. Its ages are not what they were; nothing was kept."
        )
