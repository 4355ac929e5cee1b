"""Loneliness as live tables give it, in the rows of the packaged tables.

Two tables that must never be one series: direct estimates of a survey with six items, and estimates
of a small-area model with eleven. Figures stay percentages, as printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from eenzaam_stats.errors import ChangedTableError, IncompleteTableError, list_all
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.choice import starts_with
from eenzaam_stats.statline.live_labels import (
    Words,
    live_words,
    require_dimension,
    require_members,
    unknown_members,
)
from eenzaam_stats.statline.open_table import OpenTable, TableSource
from eenzaam_stats.statline.service import SERVICES, Service
from eenzaam_stats.statline.statline import read_table

PERCENT = "%"
Services = Mapping[str, Service]


@dataclass(frozen=True, slots=True, eq=False)
class LiveRows:
    """Rows in the columns of a packaged table, as live tables give them.

    Attributes
    ----------
    name : str
        Packaged table that they belong to.
    rows : pandas.DataFrame
        Columns of the packaged table that the live table tells.
    sources : tuple of TableSource
        Where they were read.
    left_out : tuple of str
        Members of the live table that have no word here.
    missing : int
        Figures that the publisher does not give; they have no row.
    """

    name: str
    rows: pd.DataFrame
    sources: tuple[TableSource, ...]
    left_out: tuple[str, ...] = ()
    missing: int = 0


def live_ssw(access: Access, services: Services = SERVICES) -> LiveRows:
    """Loneliness by characteristic from 85766NED, all years, with margins.

    Parameters
    ----------
    access : Access
        How to get at it; its service is replaced by the one of the table.
    services : mapping of str to Service
        Addresses by name of the catalogue.

    Returns
    -------
    LiveRows
        For the packaged table ``ssw``.

    Raises
    ------
    ChangedTableError
        If members, topics or units are not those of ``live.toml``.
    SourceError
        As :func:`eenzaam_stats.statline.statline.read_table`.
    """
    words = live_words()["loneliness"]["ssw"]
    table = _table(words, access, services, where=None)
    kenmerken = require_dimension(table.description, "Kenmerken")
    groups = require_members(kenmerken, words["groups"], words["table"])
    degrees = _degrees(table, words)
    frame = table.tidy()
    chosen = frame[frame["Kenmerken"].isin(list(groups))]
    records = []
    for row in chosen.to_dict("records"):
        group, degree = groups[row["Kenmerken"]], degrees[row["MateVanEenzaamheid"]]
        for topic, meant in words["topics"].items():
            about = {
                "population": words["population"],
                "age_floor": words["age_floor"],
                "threshold": meant[degree],
                "outcome": f"{degree}_{meant['outcome']}",
                **{name: group[name] for name in ("dimension", "group", "sex")},
            }
            records.append(about | _figure(row, topic))
    left = unknown_members(kenmerken, groups)
    return replace(_rows("ssw", words, records, [table]), left_out=left)


def live_small_areas(access: Access, services: Services = SERVICES) -> LiveRows:
    """Loneliness by the small-area model from 50120NED: the Netherlands and municipalities.

    Parameters
    ----------
    access : Access
        How to get at it; its service is replaced by the one of the table.
    services : mapping of str to Service
        Addresses by name of the catalogue.

    Returns
    -------
    LiveRows
        For the packaged table ``gezondheidsmonitor``, where the source tells them from the survey.

    Raises
    ------
    ChangedTableError, SourceError
        As :func:`live_ssw`.
    """
    words = live_words()["loneliness"]["gezondheidsmonitor"]
    country = _table(words, access, services, where={"WijkenEnBuurten": "NL01"})
    places = _table(words, access, services, where={"WijkenEnBuurten": starts_with("GM")})
    if country.source.modified != places.source.modified:
        raise IncompleteTableError(
            f"Table {words['table']!r} changed between two readings. Nothing was made of it; "
            "run it again."
        )
    leeftijd = require_dimension(country.description, "Leeftijd")
    ages = require_members(leeftijd, words["ages"], words["table"])
    records = []
    for frame, dimension in ((country.tidy(), "total"), (places.tidy(), "municipality")):
        for row in frame[frame["Leeftijd"].isin(list(ages))].to_dict("records"):
            age = ages[row["Leeftijd"]]
            group = "total" if dimension == "total" else row["WijkenEnBuurten"]
            for topic, meant in words["topics"].items():
                about = {
                    "population": age["population"],
                    "age_floor": age["age_floor"],
                    "threshold": meant["threshold"],
                    "outcome": meant["outcome"],
                    "dimension": dimension,
                    "group": group,
                    "sex": "total",
                }
                records.append(about | _figure(row, topic))
    left = unknown_members(leeftijd, ages)
    made = _rows("gezondheidsmonitor", words, records, [country, places])
    return replace(made, left_out=left)


def _table(words: Words, access: Access, services: Services, *, where: Any) -> OpenTable:
    """The live table with its topics, all of them percentages."""
    own = replace(access, service=services[words["service"]])
    table = read_table(words["table"], where, topics=list(words["topics"]), access=own)
    units = {topic.unit for topic in table.layout.topics}
    if units != {PERCENT}:
        raise ChangedTableError(
            f"Table {words['table']!r} has topics in [{list_all(sorted(units))}], where "
            f"{PERCENT!r} "
            "was expected. Compare it with statline/live.toml and repair that."
        )
    return table


def _degrees(table: OpenTable, words: Words) -> dict[str, str]:
    """Degree of loneliness of each member, by its code or its whole title."""
    dimension = require_dimension(table.description, "MateVanEenzaamheid")
    known: Words = words["degrees"]
    found = {m.code: known.get(m.code, known.get(m.title, "")) for m in dimension.members}
    if "" in found.values() or len(set(found.values())) != len(found):
        told = [f"{member.code} {member.title}" for member in dimension.members]
        raise ChangedTableError(
            f"Table {words['table']!r} has the degrees [{list_all(told)}], which are not "
            "one by one "
            "those of statline/live.toml. Compare and repair."
        )
    return found


def _figure(row: Mapping[Any, Any], topic: str) -> dict[str, Any]:
    return {
        "wave": str(row["Perioden"])[:4],
        "topic": topic,
        "value": row[topic],
        "conf_low": row[f"{topic}_conf_low"],
        "conf_high": row[f"{topic}_conf_high"],
        "frequency": row["frequency"],
    }


def _rows(
    name: str, words: Words, records: Sequence[Mapping[str, Any]], tables: Sequence[OpenTable]
) -> LiveRows:
    """Records as rows, without those that have no figure."""
    frame = pd.DataFrame(list(records))
    _require_years(frame, words["table"])
    given = frame[frame["value"].notna()].reset_index(drop=True)
    decimals = dict(_decimals(tables[0]))
    same = {key: words[key] for key in ("source", "household_base", "instrument", "url")}
    made = given.assign(
        **same,
        decimals=given["topic"].map(decimals),
        unit="percent",
        table_id=words["table"],
        evidence="primary",
        printed="",
        note=f"Read by a program; table of {tables[0].source.modified}.",
    )
    rows = made.drop(columns=["topic", "frequency"])
    missing = len(frame) - len(given)
    return LiveRows(name, rows, tuple(one.source for one in tables), (), missing)


def _decimals(table: OpenTable) -> Iterator[tuple[str, int]]:
    for topic in table.layout.topics:
        yield table.description.names[topic.key], topic.decimals


def _require_years(frame: pd.DataFrame, table: str) -> None:
    kinds = set(frame["frequency"])
    if kinds != {"year"}:
        raise ChangedTableError(
            f"Table {table!r} has periods of the kinds "
            f"[{list_all(sorted(map(str, kinds)))}], where "
            "years were expected. Compare and repair."
        )
