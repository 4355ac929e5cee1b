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
from eenzaam_stats.statline.wire import Ask, Rows, as_known, count_of, one_entry, path_of, text_of

__all__ = ["WORDING", "described", "info_of", "read_description", "read_info", "set_address"]

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


def info_of(row: Mapping[str, Any]) -> TableInfo:
    """Catalogue entry from the properties of a table; unknown keys are left alone.

    Examples
    --------
    >>> info_of({"Identifier": "1ABC", "ObservationCount": 12}).records
    12
    """
    return TableInfo(
        id=text_of(row, "Identifier"),
        title=text_of(row, "Title"),
        summary=text_of(row, "Summary") or text_of(row, "Description"),
        catalogue=text_of(row, "Catalog"),
        source=text_of(row, "Source") or text_of(row, "Catalog"),
        modified=text_of(row, "Modified"),
        period=text_of(row, "TemporalCoverage"),
        frequency=text_of(row, "Frequency"),
        status=text_of(row, "Status"),
        records=count_of(row, "ObservationCount"),
    )


def described(raw: Mapping[str, Any]) -> TableDescription:
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
            info=info_of(raw["info"]),
            dimensions=(
                *(_dimension(row, raw) for row in raw["dimensions"]),
                Dimension(MEASURE, MEASURE, "Dimension", members),
            ),
            topics=topics,
        )


def _dimension(row: Mapping[str, Any], raw: Mapping[str, Any]) -> Dimension:
    key = row["Identifier"]
    groups = {str(one["Id"]): text_of(one, "Title") for one in raw["groups"][key]}
    kind = row["Kind"] if row["Kind"] in get_args(DimensionKind) else "Dimension"
    codes = sorted(raw["codes"][key], key=lambda one: one["Index"])
    return Dimension(
        key=key,
        title=text_of(row, "Title"),
        kind=cast("DimensionKind", kind),
        members=tuple(
            Member(
                code=one["Identifier"].strip(),
                raw=one["Identifier"],
                title=text_of(one, "Title"),
                status=text_of(one, "Status"),
                group=groups.get(str(one.get("DimensionGroupId")), ""),
            )
            for one in codes
        ),
    )


def _topic(row: Mapping[str, Any], groups: Rows) -> Topic:
    above = {one["Id"]: (text_of(one, "Title"), one.get("ParentId")) for one in groups}
    title = text_of(row, "Title")
    return Topic(
        key=row["Identifier"],
        title=title,
        path=path_of(title, row.get("MeasureGroupId"), above),
        unit=text_of(row, "Unit"),
        decimals=int(row["Decimals"] or 0),
        is_text=row["DataType"] == "String",
    )
