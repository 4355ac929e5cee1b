"""Version 3 of the protocol, as CBS serves StatLine: addresses, and what its documents say.

The feed is used for everything: it has no limit of rows. Nothing is kept or repeated here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, get_args
from urllib.parse import quote

from eenzaam_stats.errors import ChangedTableError, listed
from eenzaam_stats.opendata.description import (
    Dimension,
    DimensionKind,
    Member,
    TableDescription,
    TableInfo,
    Topic,
)
from eenzaam_stats.opendata.paging import V3 as WORDING
from eenzaam_stats.opendata.service import Service

__all__ = ["WORDING", "data_address", "described", "info_of", "read_description", "read_info"]

Rows = list[dict[str, Any]]
Ask = Callable[[str], Rows]
SAFE = "'(),"  # characters of an option that stay as they are; a blank never does


def _set_address(service: Service, table: str, entity: str) -> str:
    return f"{service.address}/ODataFeed/odata/{quote(table)}/{entity}?$format=json"


def catalogue_address(service: Service) -> str:
    """Address of the list of tables."""
    return f"{service.address}/ODataCatalog/Tables?$format=json"


def data_address(
    service: Service, table: str, entity: str, options: Sequence[tuple[str, str]]
) -> str:
    """Address of the first page of rows.

    Examples
    --------
    >>> from eenzaam_stats.opendata.service import CBS
    >>> address = data_address(CBS, "85766NED", "TypedDataSet", [("$filter", "A eq 'B  '")])
    >>> address.partition("TypedDataSet")[2]
    "?$format=json&$filter=A%20eq%20'B%20%20'"
    """
    more = "".join(f"&{name}={quote(value, safe=SAFE)}" for name, value in options)
    return _set_address(service, table, entity) + more


def read_info(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Catalogue entry of a table as the service writes it."""
    rows = ask(_set_address(service, table, "TableInfos"))
    if len(rows) != 1 or not rows[0].get("Modified"):
        raise ChangedTableError(
            f"{service.host}, table {table!r}, gives {len(rows)} entries in TableInfos, or one "
            "without 'Modified'. The service has changed; report it."
        )
    return rows[0]


def read_description(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Everything but rows, as the service writes it."""
    info = read_info(ask, service, table)
    sets = [str(one.get("name")) for one in ask(_set_address(service, table, ""))]
    properties = ask(_set_address(service, table, "DataProperties"))
    named = [str(p["Key"]) for p in properties if p.get("Type") in get_args(DimensionKind)]
    absent = [key for key in named if key not in sets]
    if absent or not named:
        raise ChangedTableError(
            f"{service.host}, table {table!r}, describes the dimensions [{listed(named)}], but has "
            f"no list of members for [{listed(absent)}]. The table has changed; report it."
        )
    groups = ask(_set_address(service, table, "CategoryGroups")) if "CategoryGroups" in sets else []
    members = {key: ask(_set_address(service, table, quote(key))) for key in named}
    return {"info": info, "properties": properties, "groups": groups, "members": members}


def info_of(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from its row; unknown keys are left alone.

    Examples
    --------
    >>> info_of({"Identifier": "1ABC", "Modified": "2099-01-02T02:00:00"}).id
    '1ABC'
    """
    count = row.get("RecordCount")
    return TableInfo(
        id=_text(row, "Identifier"),
        title=_text(row, "Title"),
        summary=_text(row, "Summary") or _text(row, "ShortDescription"),
        catalogue=_text(row, "Catalog"),
        source=_text(row, "Source"),
        modified=_text(row, "Modified"),
        period=_text(row, "Period"),
        frequency=_text(row, "Frequency"),
        status=_text(row, "OutputStatus"),
        records=count if type(count) is int else None,
    )


def described(raw: Mapping[str, Any]) -> TableDescription:
    """Description from the documents of :func:`read_description`.

    Raises
    ------
    ChangedTableError
        If a document lacks what every table has.
    """
    try:
        properties = sorted(raw["properties"], key=lambda row: (row["Position"] or 0, row["ID"]))
        kinds = get_args(DimensionKind)
        return TableDescription(
            info=info_of(raw["info"]),
            dimensions=tuple(_dimension(row, raw) for row in properties if row["Type"] in kinds),
            topics=tuple(_topic(row, properties) for row in properties if row["Type"] == "Topic"),
        )
    except (KeyError, TypeError) as problem:
        raise ChangedTableError(
            f"Table {raw['info'].get('Identifier')!r} describes itself in another way than before: "
            f"{problem!r}. The service has changed; report it."
        ) from problem


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Key"]
    groups = {g["ID"]: str(g["Title"]).strip() for g in raw["groups"] if g["DimensionKey"] == key}
    return Dimension(
        key=key,
        title=_text(row, "Title"),
        kind=cast("DimensionKind", row["Type"]),
        members=tuple(
            Member(
                code=one["Key"].strip(),
                raw=one["Key"],
                title=_text(one, "Title"),
                status=_text(one, "Status"),
                group=groups.get(one.get("CategoryGroupID"), ""),
            )
            for one in raw["members"][key]
        ),
    )


def _topic(row: Mapping[str, Any], properties: Rows) -> Topic:
    above = {one["ID"]: one for one in properties if one["Type"] == "TopicGroup"}
    path, parent = [_text(row, "Title")], row["ParentID"]
    while parent in above and len(path) <= len(above):
        path.insert(0, _text(above[parent], "Title"))
        parent = above[parent]["ParentID"]
    return Topic(
        key=row["Key"],
        title=path[-1],
        path=" / ".join(path),
        unit=_text(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["Datatype"] == "String",
        default=_text(row, "Default"),
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    """Words under a key, without blanks around them; empty when absent or ``null``."""
    return str(row.get(key) or "").strip()
