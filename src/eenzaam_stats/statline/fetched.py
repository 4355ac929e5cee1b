"""Packaged tables built anew from live ones, and what that changes.

A live row takes the place of the packaged row with the same key; packaged rows that no live table
tells stay as they are. Nothing packaged is ever written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.packaged import resources
from eenzaam_stats.published.reference import reference, reference_folder
from eenzaam_stats.published.refreshed import LIVE
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.live_people import live_forecast, live_population
from eenzaam_stats.statline.live_shares import LiveRows, Services, live_small_areas, live_ssw
from eenzaam_stats.statline.open_table import TableSource
from eenzaam_stats.statline.service import SERVICES

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
