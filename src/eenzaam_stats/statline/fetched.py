"""Packaged tables built anew from live ones, and what that changes.

A live row takes the place of the packaged row with the same key; packaged rows that no live table
tells stay as they are. Nothing packaged is ever written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from eenzaam_stats.age_bands import OPEN_AGE, parse_age_title
from eenzaam_stats.errors import ChangedTableError, OptionError
from eenzaam_stats.published.packaged import resources
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import reference, reference_folder
from eenzaam_stats.published.refreshed import LIVE
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.choice import contains
from eenzaam_stats.statline.description import Dimension
from eenzaam_stats.statline.live_labels import Words, live_words, require_dimension, require_members
from eenzaam_stats.statline.live_shares import LiveRows, Services, live_small_areas, live_ssw
from eenzaam_stats.statline.open_table import OpenTable, TableSource
from eenzaam_stats.statline.service import SERVICES
from eenzaam_stats.statline.statline import read_description, read_table

# Residents as live tables count and forecast them, summed to the age bands of the packaged table.
# Every sum is compared with the total that the table itself gives, where it gives one.

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
            "expected. Compare it with statline/fetched.py and repair that."
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
            "0 without a gap. Compare it with statline/fetched.py and repair that."
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


Build = Callable[[Access, Services], LiveRows]
BUILDERS: Mapping[str, tuple[Build, ...]] = {
    "loneliness": (live_ssw, live_small_areas),
    "population": (live_population,),
    "forecast": (live_forecast,),
}
FIGURES = ("value", "persons", "conf_low", "conf_high")
KINDS = ("changed", "sharper", "added", "same", "packaged_only")
SLACK = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class FetchedTable:
    """A packaged table with live rows in it.

    Attributes
    ----------
    name : str
        Packaged table.
    frame : pandas.DataFrame
        Its columns, and ``live``: where and when a row was read, empty for a packaged row.
    changes : pandas.DataFrame
        Per key ``change`` and each figure with ``_packaged`` and ``_live`` behind its name.
        ``sharper`` is a live figure that rounds to the packaged one, ``packaged_only`` a packaged
        row of a table that was read live, without a live row.
    sources : tuple of TableSource
        What was read.
    left_out : tuple of str
        Members of live tables that have no word here.
    missing : int
        Figures that a publisher does not give.
    """

    name: str
    frame: pd.DataFrame
    changes: pd.DataFrame
    sources: tuple[TableSource, ...]
    left_out: tuple[str, ...]
    missing: int

    def counts(self) -> dict[str, int]:
        """Number of rows per kind of change."""
        found = self.changes["change"].value_counts()
        return {kind: int(found.get(kind, 0)) for kind in KINDS}


def fetch(
    what: Sequence[str], access: Access | None = None, *, services: Services = SERVICES
) -> tuple[FetchedTable, ...]:
    """Build packaged tables anew from live ones.

    Parameters
    ----------
    what : sequence of {"loneliness", "population", "forecast"}
        Loneliness is 85766NED (into ``ssw``) and 50120NED (into ``gezondheidsmonitor``), population
        7461bev and forecast 85743NED (both into ``population``).
    access : Access, optional
        Patience, cache, with or without network.
    services : mapping of str to Service
        Addresses by name of the catalogue.

    Returns
    -------
    tuple of FetchedTable
        One per packaged table. Nothing is written but the cache.

    Raises
    ------
    OptionError
        If one of ``what`` is not known.
    ChangedTableError
        If a live table is not what ``live.toml`` says.
    SourceError
        As :func:`eenzaam_stats.statline.statline.read_table`.

    Notes
    -----
    **Unit.** As packaged: percentages as printed, persons.

    **Missing data.** A figure that the publisher does not give has no row and replaces none.

    **Validated against.** Tables made for the tests, on a server with the published shapes, in
    ``tests/statline/test_fetched.py``. No live table was read.
    """
    for one in what:
        if one not in BUILDERS:
            raise OptionError.among(one, BUILDERS, name="what to fetch")
    way = access or Access()
    read = [build(way, services) for one in dict.fromkeys(what) for build in BUILDERS[one]]
    names = dict.fromkeys(rows.name for rows in read)
    return tuple(_build_table(name, [rows for rows in read if rows.name == name]) for name in names)


def _build_table(name: str, read: Sequence[LiveRows]) -> FetchedTable:
    """One packaged table with the rows of one or more live ones."""
    packaged = reference(name).drop(columns=LIVE, errors="ignore")
    key: list[str] = resources(reference_folder())[name]["schema"]["uniqueKeys"][0]
    live = pd.concat([_type_rows(rows, packaged) for rows in read], ignore_index=True)
    stays = packaged[~_keys(packaged, key).isin(_keys(live, key))].assign(**{LIVE: ""})
    frame = pd.concat([stays, live], ignore_index=True).astype(packaged.dtypes.to_dict())
    frame.attrs = dict(reference(name).attrs)
    return FetchedTable(
        name=name,
        frame=frame,
        changes=_changes(packaged, live, key),
        sources=tuple(source for rows in read for source in rows.sources),
        left_out=tuple(one for rows in read for one in rows.left_out),
        missing=sum(rows.missing for rows in read),
    )


def _type_rows(rows: LiveRows, packaged: pd.DataFrame) -> pd.DataFrame:
    """Live rows in the columns and types of the packaged table, with where they were read."""
    frame = rows.rows.reindex(columns=packaged.columns).astype(packaged.dtypes.to_dict())
    source = rows.sources[0]
    told = f"StatLine {source.table} of {source.modified}, read {source.read_at}"
    return frame.assign(**{LIVE: told})


def _keys(frame: pd.DataFrame, key: Sequence[str]) -> pd.Series:
    """Key of each row as one text."""
    return frame[list(key)].astype(str).agg("\x1f".join, axis=1)


def _changes(packaged: pd.DataFrame, live: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Every live row beside the packaged one, and packaged rows of the same live tables."""
    ids = set(live["table_id"])
    figures = [name for name in FIGURES if name in packaged]
    columns = [*key, *figures]
    more = ["decimals"] if "decimals" in packaged else []
    old = packaged.assign(_key=_keys(packaged, key), _same_table=packaged["table_id"].isin(ids))
    new = live[columns].assign(_key=_keys(live, key))
    old = old[old["_same_table"] | old["_key"].isin(new["_key"])][[*columns, *more, "_key"]]
    both = old.merge(new, on="_key", how="outer", suffixes=("_packaged", "_live"), indicator=True)
    for name in key:
        live_key, old_key = both[f"{name}_live"], both[f"{name}_packaged"]
        both[name] = live_key.where(both["_merge"] != "left_only", old_key)
    both["change"] = _kinds(both, figures[0])
    shown = [f"{name}{side}" for name in figures for side in ("_packaged", "_live")]
    both["_order"] = pd.Categorical(both["change"], KINDS).codes
    ordered = both.sort_values(["_order", *key], ignore_index=True)
    return ordered[["change", *key, *shown]]


def _kinds(both: pd.DataFrame, figure: str) -> pd.Series:
    """Kind of change of each row, by its first figure."""
    gap = (both[f"{figure}_live"].astype("Float64") - both[f"{figure}_packaged"]).abs()
    kinds = pd.Series("changed", index=both.index)
    if "decimals" in both:
        inside = gap <= 0.5 * 10.0 ** -both["decimals"].astype("Float64") + SLACK
        kinds[inside.fillna(False).astype(bool)] = "sharper"
    kinds[(gap <= SLACK).fillna(False).astype(bool)] = "same"
    kinds[both["_merge"] == "right_only"] = "added"
    kinds[both["_merge"] == "left_only"] = "packaged_only"
    return kinds
