"""Version 4 of the protocol, as CBS serves its data sets: addresses, and what its documents say.

A row is one observation; the measure is treated as one more dimension, so that everything that is
done with codes is done with it too. Nothing is kept or repeated here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast, get_args
from urllib.parse import quote

from eenzaam_stats.errors import ChangedTableError
from eenzaam_stats.opendata.description import (
    MEASURE,
    Dimension,
    DimensionKind,
    Member,
    TableDescription,
    TableInfo,
    Topic,
)
from eenzaam_stats.opendata.odata3 import SAFE, Rows
from eenzaam_stats.opendata.paging import V4 as WORDING
from eenzaam_stats.opendata.service import Service

__all__ = ["WORDING", "data_address", "described", "info_of", "read_description", "read_info"]

Ask = Callable[[str], Rows]


def _set_address(service: Service, table: str, entity: str) -> str:
    return f"{service.address}/{service.catalogue}/{quote(table)}/{entity}?$format=json"


def catalogue_address(service: Service) -> str:
    """Address of the list of tables."""
    return f"{service.address}/Datasets?$format=json"


def data_address(
    service: Service, table: str, entity: str, options: Sequence[tuple[str, str]]
) -> str:
    """Address of the first page of observations.

    Examples
    --------
    >>> from eenzaam_stats.opendata.service import CBS_V4
    >>> data_address(CBS_V4, "85766NED", "Observations", []).partition("/odata/")[2]
    'v1/CBS/85766NED/Observations?$format=json'
    """
    more = "".join(f"&{name}={quote(value, safe=SAFE)}" for name, value in options)
    return _set_address(service, table, entity) + more


def read_info(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Properties of a table as the service writes them."""
    rows = ask(_set_address(service, table, "Properties"))
    if len(rows) != 1 or not rows[0].get("Modified"):
        raise ChangedTableError(
            f"{service.host}, table {table!r}, gives {len(rows)} entries in Properties, or one "
            "without 'Modified'. The service has changed; report it."
        )
    return rows[0]


def read_description(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Everything but observations, as the service writes it."""
    info = read_info(ask, service, table)
    dimensions = ask(_set_address(service, table, "Dimensions"))
    try:
        keys = [str(row["Identifier"]) for row in dimensions]
    except KeyError as problem:
        raise ChangedTableError(
            f"{service.host}, table {table!r}, has a dimension without {problem}. "
            "The service has changed; report it."
        ) from problem
    return {
        "info": info,
        "dimensions": dimensions,
        "measures": ask(_set_address(service, table, "MeasureCodes")),
        "measure_groups": ask(_set_address(service, table, "MeasureGroups")),
        "codes": {key: ask(_set_address(service, table, f"{quote(key)}Codes")) for key in keys},
        "groups": {key: ask(_set_address(service, table, f"{quote(key)}Groups")) for key in keys},
    }


def info_of(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from the properties of a table; unknown keys are left alone.

    Examples
    --------
    >>> info_of({"Identifier": "1ABC", "ObservationCount": 12}).records
    12
    """
    count = row.get("ObservationCount")
    return TableInfo(
        id=_text(row, "Identifier"),
        title=_text(row, "Title"),
        summary=_text(row, "Summary") or _text(row, "Description"),
        catalogue=_text(row, "Catalog"),
        source=_text(row, "Source") or _text(row, "Catalog"),
        modified=_text(row, "Modified"),
        period=_text(row, "TemporalCoverage"),
        frequency=_text(row, "Frequency"),
        status=_text(row, "Status"),
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
        measures = sorted(raw["measures"], key=lambda row: row["Index"])
        topics = tuple(_topic(row, raw["measure_groups"]) for row in measures)
        members = tuple(Member(topic.key, topic.key, topic.title) for topic in topics)
        return TableDescription(
            info=info_of(raw["info"]),
            dimensions=(
                *(_dimension(row, raw) for row in raw["dimensions"]),
                Dimension(MEASURE, MEASURE, "Dimension", members),
            ),
            topics=topics,
        )
    except (KeyError, TypeError) as problem:
        raise ChangedTableError(
            f"Table {raw['info'].get('Identifier')!r} describes itself in another way than before: "
            f"{problem!r}. The service has changed; report it."
        ) from problem


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Identifier"]
    groups = {str(one["Id"]): _text(one, "Title") for one in raw["groups"][key]}
    kind = row["Kind"] if row["Kind"] in get_args(DimensionKind) else "Dimension"
    codes = sorted(raw["codes"][key], key=lambda one: one["Index"])
    return Dimension(
        key=key,
        title=_text(row, "Title"),
        kind=cast("DimensionKind", kind),
        members=tuple(
            Member(
                code=one["Identifier"].strip(),
                raw=one["Identifier"],
                title=_text(one, "Title"),
                status=_text(one, "Status"),
                group=groups.get(str(one.get("DimensionGroupId")), ""),
            )
            for one in codes
        ),
    )


def _topic(row: Mapping[str, Any], groups: Rows) -> Topic:
    above = {one["Id"]: one for one in groups}
    path, parent = [_text(row, "Title")], row.get("MeasureGroupId")
    while parent in above and len(path) <= len(above):
        path.insert(0, _text(above[parent], "Title"))
        parent = above[parent].get("ParentId")
    return Topic(
        key=row["Identifier"],
        title=path[-1],
        path=" / ".join(path),
        unit=_text(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["DataType"] == "String",
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    """Words under a key, without blanks around them; empty when absent or ``null``."""
    return str(row.get(key) or "").strip()
