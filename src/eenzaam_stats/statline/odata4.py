"""Version 4 of the protocol, as CBS serves its data sets: addresses, and what its documents say.

A row is one observation; the measure is treated as one more dimension, so that everything that is
done with codes is done with it too. Nothing is kept or repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args
from urllib.parse import quote

from eenzaam_stats.statline.description import (
    MEASURE,
    Dimension,
    DimensionKind,
    Member,
    TableDescription,
    TableInfo,
    Topic,
)
from eenzaam_stats.statline.paging import V4
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

WORDING = V4  # of the protocol: what its pages call things


def set_address(service: Service, table: str, entity: str) -> str:
    """Address of one set of a table."""
    return f"{service.address}/{service.catalogue}/{quote(table)}/{entity}?$format=json"


def catalogue_address(service: Service) -> str:
    """Address of the list of tables."""
    return f"{service.address}/Datasets?$format=json"


def read_info(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Properties of a table as the service writes them."""
    return one_entry(ask(set_address(service, table, "Properties")), service, table, "Properties")


def read_description(ask: Ask, service: Service, table: str) -> dict[str, Any]:
    """Everything but observations, as the service writes it."""
    info = read_info(ask, service, table)
    dimensions = ask(set_address(service, table, "Dimensions"))
    with as_known(table):
        keys = [str(row["Identifier"]) for row in dimensions]
    return {
        "info": info,
        "dimensions": dimensions,
        "measures": ask(set_address(service, table, "MeasureCodes")),
        "measure_groups": ask(set_address(service, table, "MeasureGroups")),
        "codes": {key: ask(set_address(service, table, f"{quote(key)}Codes")) for key in keys},
        "groups": {key: ask(set_address(service, table, f"{quote(key)}Groups")) for key in keys},
    }


def parse_info(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from the properties of a table; unknown keys are left alone.

    Examples
    --------
    >>> parse_info({"Identifier": "1ABC", "ObservationCount": 12}).records
    12
    """
    return TableInfo(
        id=read_text(row, "Identifier"),
        title=read_text(row, "Title"),
        summary=read_text(row, "Summary") or read_text(row, "Description"),
        catalogue=read_text(row, "Catalog"),
        source=read_text(row, "Source") or read_text(row, "Catalog"),
        modified=read_text(row, "Modified"),
        period=read_text(row, "TemporalCoverage"),
        frequency=read_text(row, "Frequency"),
        status=read_text(row, "Status"),
        records=read_count(row, "ObservationCount"),
    )


def parse_description(raw: Mapping[str, Any]) -> TableDescription:
    """Description from the documents of :func:`read_description`.

    Raises
    ------
    ChangedTableError
        If a document lacks what every table has.
    """
    with as_known(raw["info"].get("Identifier")):
        measures = sorted(raw["measures"], key=lambda row: row["Index"])
        topics = tuple(_topic(row, raw["measure_groups"]) for row in measures)
        members = tuple(Member(topic.key, topic.key, topic.title) for topic in topics)
        return TableDescription(
            info=parse_info(raw["info"]),
            dimensions=(
                *(_dimension(row, raw) for row in raw["dimensions"]),
                Dimension(MEASURE, MEASURE, "Dimension", members),
            ),
            topics=topics,
        )


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Identifier"]
    groups = {str(one["Id"]): read_text(one, "Title") for one in raw["groups"][key]}
    kind = row["Kind"] if row["Kind"] in get_args(DimensionKind) else "Dimension"
    codes = sorted(raw["codes"][key], key=lambda one: one["Index"])
    return Dimension(
        key=key,
        title=read_text(row, "Title"),
        kind=cast("DimensionKind", kind),
        members=tuple(
            Member(
                code=one["Identifier"].strip(),
                raw=one["Identifier"],
                title=read_text(one, "Title"),
                status=read_text(one, "Status"),
                group=groups.get(str(one.get("DimensionGroupId")), ""),
            )
            for one in codes
        ),
    )


def _topic(row: Mapping[str, Any], groups: Rows) -> Topic:
    above = {one["Id"]: (read_text(one, "Title"), one.get("ParentId")) for one in groups}
    title = read_text(row, "Title")
    return Topic(
        key=row["Identifier"],
        title=title,
        path=join_titles(title, row.get("MeasureGroupId"), above),
        unit=read_text(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["DataType"] == "String",
    )
