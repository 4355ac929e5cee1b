"""Version 3 of the protocol, as CBS serves StatLine: addresses, and what its documents say.

The feed is used for everything: it has no limit of rows. Nothing is kept or repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import quote

from eenzaam_stats.errors import ChangedTableError, list_all
from eenzaam_stats.statline.description import (
    Dimension,
    DimensionKind,
    Member,
    TableDescription,
    TableInfo,
    Topic,
)
from eenzaam_stats.statline.paging import V3
from eenzaam_stats.statline.service import Service
from eenzaam_stats.statline.wire import (
    Ask,
    Rows,
    as_known,
    join_titles,
    one_entry,
    read_count,
    read_text,
)

__all__ = [
    "WORDING",
    "parse_description",
    "parse_info",
    "read_description",
    "read_info",
    "set_address",
]

WORDING = V3  # of the protocol: what its pages call things


def set_address(service: Service, table: str, entity: str) -> str:
    """Address of one set of a table."""
    return f"{service.address}/ODataFeed/odata/{quote(table)}/{entity}?$format=json"


def catalogue_address(service: Service) -> str:
    """Address of the list of tables."""
    return f"{service.address}/ODataCatalog/Tables?$format=json"


def read_info(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Catalogue entry of a table as the service writes it."""
    return one_entry(ask(set_address(service, table, "TableInfos")), service, table, "TableInfos")


def read_description(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Everything but rows, as the service writes it."""
    info = read_info(ask, service, table)
    sets = [str(one.get("name")) for one in ask(set_address(service, table, ""))]
    properties = ask(set_address(service, table, "DataProperties"))
    named = [str(p["Key"]) for p in properties if p.get("Type") in get_args(DimensionKind)]
    absent = [key for key in named if key not in sets]
    if absent or not named:
        raise ChangedTableError(
            f"{service.host}, table {table!r}, describes the dimensions "
            f"[{list_all(named)}], but has "
            f"no list of members for [{list_all(absent)}]. The table has changed; report it."
        )
    groups = ask(set_address(service, table, "CategoryGroups")) if "CategoryGroups" in sets else []
    members = {key: ask(set_address(service, table, quote(key))) for key in named}
    return {"info": info, "properties": properties, "groups": groups, "members": members}


def parse_info(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from its row; unknown keys are left alone.

    Examples
    --------
    >>> parse_info({"Identifier": "1ABC", "Modified": "2099-01-02T02:00:00"}).id
    '1ABC'
    """
    return TableInfo(
        id=read_text(row, "Identifier"),
        title=read_text(row, "Title"),
        summary=read_text(row, "Summary") or read_text(row, "ShortDescription"),
        catalogue=read_text(row, "Catalog"),
        source=read_text(row, "Source"),
        modified=read_text(row, "Modified"),
        period=read_text(row, "Period"),
        frequency=read_text(row, "Frequency"),
        status=read_text(row, "OutputStatus"),
        records=read_count(row, "RecordCount"),
    )


def parse_description(raw: Mapping[str, Any]) -> TableDescription:
    """Description from the documents of :func:`read_description`.

    Raises
    ------
    ChangedTableError
        If a document lacks what every table has.
    """
    with as_known(raw["info"].get("Identifier")):
        properties = sorted(raw["properties"], key=lambda row: (row["Position"] or 0, row["ID"]))
        kinds = get_args(DimensionKind)
        return TableDescription(
            info=parse_info(raw["info"]),
            dimensions=tuple(_dimension(row, raw) for row in properties if row["Type"] in kinds),
            topics=tuple(_topic(row, properties) for row in properties if row["Type"] == "Topic"),
        )


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Key"]
    groups = {g["ID"]: str(g["Title"]).strip() for g in raw["groups"] if g["DimensionKey"] == key}
    return Dimension(
        key=key,
        title=read_text(row, "Title"),
        kind=cast("DimensionKind", row["Type"]),
        members=tuple(
            Member(
                code=one["Key"].strip(),
                raw=one["Key"],
                title=read_text(one, "Title"),
                status=read_text(one, "Status"),
                group=groups.get(one.get("CategoryGroupID"), ""),
            )
            for one in raw["members"][key]
        ),
    )


def _topic(row: Mapping[str, Any], properties: Rows) -> Topic:
    groups = [one for one in properties if one["Type"] == "TopicGroup"]
    above = {one["ID"]: (read_text(one, "Title"), one["ParentID"]) for one in groups}
    title = read_text(row, "Title")
    return Topic(
        key=row["Key"],
        title=title,
        path=join_titles(title, row["ParentID"], above),
        unit=read_text(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["Datatype"] == "String",
        default=read_text(row, "Default"),
    )
