"""Version 3 of the protocol, as CBS serves StatLine: addresses, and what its documents say.

The feed is used for everything: it has no limit of rows. Nothing is kept or repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import quote

from eenzaam_stats.errors import ChangedTableError, listed
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
from eenzaam_stats.statline.wire import Ask, Rows, as_known, count_of, one_entry, path_of, text_of

__all__ = ["WORDING", "described", "info_of", "read_description", "read_info", "set_address"]

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
            f"{service.host}, table {table!r}, describes the dimensions [{listed(named)}], but has "
            f"no list of members for [{listed(absent)}]. The table has changed; report it."
        )
    groups = ask(set_address(service, table, "CategoryGroups")) if "CategoryGroups" in sets else []
    members = {key: ask(set_address(service, table, quote(key))) for key in named}
    return {"info": info, "properties": properties, "groups": groups, "members": members}


def info_of(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from its row; unknown keys are left alone.

    Examples
    --------
    >>> info_of({"Identifier": "1ABC", "Modified": "2099-01-02T02:00:00"}).id
    '1ABC'
    """
    return TableInfo(
        id=text_of(row, "Identifier"),
        title=text_of(row, "Title"),
        summary=text_of(row, "Summary") or text_of(row, "ShortDescription"),
        catalogue=text_of(row, "Catalog"),
        source=text_of(row, "Source"),
        modified=text_of(row, "Modified"),
        period=text_of(row, "Period"),
        frequency=text_of(row, "Frequency"),
        status=text_of(row, "OutputStatus"),
        records=count_of(row, "RecordCount"),
    )


def described(raw: Mapping[str, Any]) -> TableDescription:
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
            info=info_of(raw["info"]),
            dimensions=tuple(_dimension(row, raw) for row in properties if row["Type"] in kinds),
            topics=tuple(_topic(row, properties) for row in properties if row["Type"] == "Topic"),
        )


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Key"]
    groups = {g["ID"]: str(g["Title"]).strip() for g in raw["groups"] if g["DimensionKey"] == key}
    return Dimension(
        key=key,
        title=text_of(row, "Title"),
        kind=cast("DimensionKind", row["Type"]),
        members=tuple(
            Member(
                code=one["Key"].strip(),
                raw=one["Key"],
                title=text_of(one, "Title"),
                status=text_of(one, "Status"),
                group=groups.get(one.get("CategoryGroupID"), ""),
            )
            for one in raw["members"][key]
        ),
    )


def _topic(row: Mapping[str, Any], properties: Rows) -> Topic:
    groups = [one for one in properties if one["Type"] == "TopicGroup"]
    above = {one["ID"]: (text_of(one, "Title"), one["ParentID"]) for one in groups}
    title = text_of(row, "Title")
    return Topic(
        key=row["Key"],
        title=title,
        path=path_of(title, row["ParentID"], above),
        unit=text_of(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["Datatype"] == "String",
        default=text_of(row, "Default"),
    )
