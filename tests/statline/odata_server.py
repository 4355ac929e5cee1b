"""A StatLine of our own on this machine: the exact shapes of versions 3 and 4, and faults at will.

Shapes follow the public descriptions of the service; a client of others, cbsodata, reads them too.
Every figure that is served is SYNTHETIC. Nothing here knows the code that is tested.
"""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from statline.odata_filter import rule_of
from statline.odata_tables import ServedDimension, ServedTable

JSON = "application/json;odata=minimalmetadata;charset=utf-8"
HTML = b"<!DOCTYPE html><html><body>Er is een storing</body></html>"
STALL = 0.6  # seconds that a stalling answer keeps its connection open

CONNECTION_FAULTS = ("reset", "closed", "stall", "truncated", "short", "half_gzip", "html", "nan")
STATUS_FAULTS = ("500", "503", "503_later", "429")
PAGE_FAULTS = (
    "duplicate_page", "lost_link", "lost_rows", "twice_in_page", "self_link", "foreign_link",
    "back_link", "doubled_link", "empty_value", "no_value",
)  # fmt: skip
TABLE_FAULTS = ("modified",)
FAULTS = CONNECTION_FAULTS + STATUS_FAULTS + PAGE_FAULTS + TABLE_FAULTS


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    options: dict[str, str]
    headers: dict[str, str]
    time: float

    @property
    def is_data(self) -> bool:
        return self.path.endswith(("DataSet", "/Observations"))


@dataclass
class Site:
    """What is served, what goes wrong, and what was asked."""

    tables: dict[str, ServedTable]
    page_size: int = 3
    faults: Callable[[int, Asked], str | None] = lambda _number, _asked: None
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    edition: int = 0
    pages: dict[str, bytes] = field(default_factory=dict)
    keep_pages: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)
    address: str = ""

    def table(self, name: str) -> ServedTable | None:
        found = self.tables.get(name)
        return found.in_edition(self.edition) if found else None

    def data_requests(self) -> list[Asked]:
        return [one for one in self.asked if one.is_data]


class Refused(Exception):
    """A status that is no fault: 404 or 400."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece
    disable_nagle_algorithm = True
    site: Site

    def log_message(self, *_: object) -> None:
        """Keep the tests quiet."""

    def do_GET(self) -> None:
        site = self.site
        parts = urlsplit(self.path)
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(unquote(parts.path), options, dict(self.headers), time.monotonic())
        with site.lock:
            number = len(site.asked)
            site.asked.append(asked)
            site.at_once += 1
            site.most_at_once = max(site.most_at_once, site.at_once)
        self.answering = True
        try:
            fault = site.faults(number, asked)
            if fault == "modified":
                site.edition += 1
                site.pages.clear()
            self._answer(asked, fault)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self._answered()

    def _answered(self) -> None:
        """Count this request as answered, once, before the client can know it."""
        with self.site.lock:
            self.site.at_once -= self.answering
            self.answering = False

    def _answer(self, asked: Asked, fault: str | None) -> None:
        if fault in STATUS_FAULTS:
            wait = {"503_later": "2", "429": "1"}.get(fault)
            return self._send(int(fault[:3]), HTML, "text/html", {"Retry-After": wait})
        if fault in CONNECTION_FAULTS:
            return self._broken(self._body(asked, None), fault)
        if "$format" not in asked.options and "/ODataFeed/" in asked.path:
            return self._send(
                200, b"<feed xmlns='http://www.w3.org/2005/Atom'/>", "application/atom+xml"
            )
        try:
            body = self._body(asked, fault)
        except Refused as refused:
            status, message = refused.args
            error = {"odata.error": {"code": "", "message": {"lang": "nl", "value": message}}}
            return self._send(status, json.dumps(error).encode(), JSON)
        return self._send(200, body, JSON)

    def _send(
        self, status: int, body: bytes, kind: str, more: dict[str, str | None] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        for name, value in (more or {}).items():
            if value is not None:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _broken(self, body: bytes, fault: str) -> None:
        half = body[: max(1, len(body) // 2)]
        self.close_connection = True
        self._answered()
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
        elif fault == "closed":
            self.connection.shutdown(socket.SHUT_RDWR)
        elif fault == "stall":
            time.sleep(STALL)
        elif fault == "truncated":  # its length is said to be right
            self._send(200, half, JSON)
        elif fault == "html":
            self._send(200, HTML, "text/html; charset=utf-8")
        elif fault == "nan":
            self._send(200, b'{"value": [{"ID": 0, "Eenzaamheid_1": NaN}]}', JSON)
        elif fault == "half_gzip":
            packed = gzip.compress(body)
            self._send(200, packed[: len(packed) // 2], JSON, {"Content-Encoding": "gzip"})
        else:  # short: fewer bytes than were announced
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(half)
            self.wfile.flush()

    def _body(self, asked: Asked, fault: str | None) -> bytes:
        keep = self.site.keep_pages and fault is None
        if keep and self.path in self.site.pages:
            return self.site.pages[self.path]
        document = document_for(self.site, asked)
        if fault in PAGE_FAULTS and asked.is_data:
            document = spoiled(self.site, asked, document, fault)
        body = json.dumps(document, ensure_ascii=False).encode("utf-8")
        if keep:
            self.site.pages[self.path] = body
        return body


def document_for(site: Site, asked: Asked) -> dict[str, Any]:
    """JSON of one address, without faults."""
    words = [word for word in asked.path.split("/") if word]
    if words[:1] == ["ODataCatalog"]:
        rows = [_info(table, 0) for table in map(site.table, site.tables) if table]
        return {"odata.metadata": f"{site.address}/ODataCatalog/$metadata#Cbs.OData", "value": rows}
    if len(words) >= 3 and words[0] in {"ODataFeed", "ODataApi"} and words[1].casefold() == "odata":
        return _v3(site, asked, words[2], words[3] if len(words) > 3 else "")
    if words[:2] == ["odata", "v1"] and len(words) >= 4:
        return _v4(site, asked, words[3], words[4] if len(words) > 4 else "")
    raise Refused(404, "Resource not found for the segment.")


def _known(site: Site, name: str) -> ServedTable:
    table = site.table(name)
    if table is None:
        raise Refused(404, "Table not found.")
    return table


# ---------------------------------------------------------------- version 3


def _v3(site: Site, asked: Asked, name: str, entity: str) -> dict[str, Any]:
    table = _known(site, name)
    root = f"{site.address}/ODataFeed/odata/{name}"
    sets: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "TableInfos": lambda: [{**_info(table, 0), "Description": "SYNTHETIC"}],
        "UntypedDataSet": list,
        "TypedDataSet": list,
        "DataProperties": lambda: _properties(table),
    }
    if table.groups:
        sets["CategoryGroups"] = lambda: [
            {"ID": n, "DimensionKey": d, "Title": t, "Description": "", "ParentID": None}
            for n, d, t in table.groups
        ]
    for dimension in table.dimensions:
        sets[dimension.key] = _listing(dimension)
    if not entity:
        rows = [{"name": key, "url": f"{root}/{key}"} for key in sets]
        return {"odata.metadata": f"{root}/$metadata", "value": rows}
    if entity not in sets:
        raise Refused(404, f"Resource not found for the segment '{entity}'.")
    about = f"{root}/$metadata#Cbs.OData.WebAPI.{entity}"
    if entity in {"TypedDataSet", "UntypedDataSet"}:
        return {"odata.metadata": about, **_v3_page(site, asked, table, entity)}
    return {"odata.metadata": about, "value": sets[entity]()}


def _info(table: ServedTable, number: int) -> dict[str, Any]:
    count = table.size if table.record_count is None else table.record_count
    return {
        "Updated": table.modified, "ID": number, "Identifier": table.id, "Title": table.title,
        "ShortTitle": table.title[:30], "ShortDescription": "", "Summary": "SYNTHETIC",
        "Modified": table.modified, "MetaDataModified": table.modified, "ReasonDelivery": "",
        "ExplanatoryText": "", "OutputStatus": "Regulier", "Source": table.catalogue,
        "Language": "nl",
        "Catalog": table.catalogue, "Frequency": "Perjaar", "Period": "2098-2099",
        "SummaryAndLinks": "", "ApiUrl": "", "FeedUrl": "", "DefaultPresentation": "",
        "DefaultSelection": "", "GraphTypes": "", "RecordCount": count,
        "ColumnCount": len(table.dimensions) + len(table.topics), "SearchPriority": "2",
    }  # fmt: skip


def _listing(dimension: ServedDimension) -> Callable[[], list[dict[str, Any]]]:
    def rows() -> list[dict[str, Any]]:
        found = []
        for member in dimension.members:
            row: dict[str, Any] = {"Key": dimension.raw(member.key), "Title": member.title}
            row["Description"] = member.description
            if dimension.kind == "TimeDimension":
                row["Status"] = member.status
            elif dimension.kind == "GeoDetail":
                row |= {"Municipality": member.key, "DetailRegionCode": member.key}
            else:
                row["CategoryGroupID"] = member.group
            found.append(row)
        return found

    return rows


def _properties(table: ServedTable) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for place, d in enumerate(table.dimensions):
        row: dict[str, Any] = {
            "odata.type": f"Cbs.OData.{d.kind}",
            "ID": len(rows),
            "Position": place,
        }
        row |= {"ParentID": None, "Type": d.kind, "Key": d.key, "Title": d.title or d.key}
        row["Description"] = ""
        row |= {"ReleasePolicy": False} if d.kind == "TimeDimension" else {}
        row |= {"MapYear": 2022} if d.kind.startswith("Geo") else {}
        rows.append(row)
    first_group = len(rows)
    for title in table.topic_groups:
        row = {"odata.type": "Cbs.OData.TopicGroup", "ID": len(rows), "Position": None}
        row |= {
            "ParentID": None,
            "Type": "TopicGroup",
            "Key": "",
            "Title": title,
            "Description": "",
        }
        rows.append(row)
    for place, t in enumerate(table.topics, len(table.dimensions)):
        parent = None if t.group is None else first_group + t.group
        row = {"odata.type": "Cbs.OData.Topic", "ID": len(rows), "Position": place}
        row |= {
            "ParentID": parent,
            "Type": "Topic",
            "Key": t.key,
            "Title": t.title,
            "Description": "",
        }
        row |= {"Datatype": t.datatype, "Unit": t.unit, "Decimals": t.decimals}
        row |= {"Default": t.default, "PresentationType": "Relative" if t.unit == "%" else ""}
        rows.append(row)
    return rows


def _chosen(table: ServedTable, asked: Asked) -> list[int]:
    """Numbers of the rows that pass the filter."""
    text = asked.options.get("$filter")
    if text is None:
        return list(range(table.size))
    try:
        rule = rule_of(text)
        return [n for n in range(table.size) if rule(table.raw(n))]
    except (ValueError, KeyError) as problem:
        raise Refused(400, f"Syntax error in $filter: {problem}") from problem


def _v3_page(site: Site, asked: Asked, table: ServedTable, entity: str) -> dict[str, Any]:
    numbers = _chosen(table, asked)
    skip = int(asked.options.get("$skip", 0))
    top = int(asked.options.get("$top", len(numbers)))
    wanted = numbers[skip : skip + min(top, site.page_size)]
    rows = [table.row(n, typed=entity == "TypedDataSet") for n in wanted]
    if "$select" in asked.options:
        names = [name.strip() for name in asked.options["$select"].split(",")]
        unknown = (
            set(names) - {"ID"} - {d.key for d in table.dimensions} - {t.key for t in table.topics}
        )
        if unknown:
            raise Refused(400, f"Could not find a property named {sorted(unknown)[0]!r}")
        rows = [{name: row[name] for name in names} for row in rows]
    page: dict[str, Any] = {"value": rows}
    if skip + len(wanted) < min(len(numbers), skip + top):
        page["odata.nextLink"] = _link(site, asked, skip + len(wanted))
    return page


def _link(site: Site, asked: Asked, skip: int) -> str:
    options = {**asked.options, "$skip": str(skip)}
    query = "&".join(
        f"{name}={quote(value, safe=chr(39) + '(),')}" for name, value in options.items()
    )
    return f"{site.address}{quote(asked.path)}?{query}"


# ---------------------------------------------------------------- version 4


def _v4(site: Site, asked: Asked, name: str, entity: str) -> dict[str, Any]:
    table = _known(site, name)
    about = {"@odata.context": f"{site.address}/odata/v1/CBS/{name}/$metadata#{entity}"}
    if entity == "Properties":
        return {**about, **_v4_properties(table)}
    if entity == "Observations":
        return {**about, **_v4_page(site, asked, table)}
    sets: dict[str, list[dict[str, Any]]] = {
        "MeasureGroups": [],
        "MeasureCodes": [_v4_measure(n, table) for n in range(len(table.topics))],
        "Dimensions": [_v4_dimension(d) for d in table.dimensions],
    }
    for d in table.dimensions:
        sets[f"{d.key}Groups"] = []
        sets[f"{d.key}Codes"] = [_v4_code(n, d) for n in range(len(d.members))]
    if not entity:
        index = [{"name": key, "kind": "EntitySet", "url": key} for key in (*sets, "Observations")]
        return {
            **about,
            "value": [*index, {"name": "Properties", "kind": "Singleton", "url": "Properties"}],
        }
    if entity not in sets:
        raise Refused(404, f"Resource not found for the segment '{entity}'.")
    return {**about, "value": sets[entity]}


def _v4_properties(table: ServedTable) -> dict[str, Any]:
    count = table.size * len(table.topics) if table.record_count is None else table.record_count
    return {
        "Identifier": table.id, "Title": table.title, "Description": "SYNTHETIC", "Language": "nl",
        "Catalog": table.catalogue, "Version": "1", "VersionReason": "Actualisering",
        "Status": "Regulier", "Modified": f"{table.modified}+01:00", "ObservationCount": count,
        "License": "https://creativecommons.org/licenses/by/4.0/", "Source": table.catalogue,
    }  # fmt: skip


def _v4_measure(n: int, table: ServedTable) -> dict[str, Any]:
    topic = table.topics[n]
    return {
        "Identifier": f"M{990_000 + n}", "Index": n, "Title": topic.title, "Description": "",
        "MeasureGroupId": None, "DataType": topic.datatype, "Unit": topic.unit, "Format": None,
        "Decimals": topic.decimals, "PresentationType": "Relative",
    }  # fmt: skip


def _v4_dimension(d: ServedDimension) -> dict[str, Any]:
    return {
        "@odata.type": f"#Cbs.Ccb.Models.{d.kind}", "Identifier": d.key, "Title": d.title or d.key,
        "Description": "", "MapYear": None, "ReleasePolicy": False, "Kind": d.kind,
        "ContainsGroups": True, "ContainsCodes": True,
    }  # fmt: skip


def _v4_code(n: int, d: ServedDimension) -> dict[str, Any]:
    member = d.members[n]
    row = {"Identifier": member.key, "Index": n, "Title": member.title, "Description": ""}
    row["DimensionGroupId"] = None if member.group is None else str(member.group)
    return row | ({"Status": member.status} if d.kind == "TimeDimension" else {})


def _v4_page(site: Site, asked: Asked, table: ServedTable) -> dict[str, Any]:
    each = len(table.topics)
    skip = int(asked.options.get("$skip", 0))
    count = table.size * each
    top = int(asked.options.get("$top", count))
    last = min(count, skip + min(top, site.page_size))
    rows = [_v4_cell(table, number, *divmod(number, each)) for number in range(skip, last)]
    page: dict[str, Any] = {"value": rows}
    if last < min(count, skip + top):
        page["@odata.nextLink"] = _link(site, asked, last)
    return page


def _v4_cell(table: ServedTable, number: int, row: int, place: int) -> dict[str, Any]:
    topic, codes = table.topics[place], table.codes(row)
    text = table.value(codes, topic.key)
    words = topic.datatype == "String"
    missing = text in {"", "."}
    return {
        "Id": number, "Measure": f"M{990_000 + place}",
        "ValueAttribute": {"": "Impossible", ".": "Missing"}.get(text, "None"),
        "Value": None if missing or words else float(text),
        "StringValue": text if words and not missing else None, **codes,
    }  # fmt: skip


# ---------------------------------------------------------------- pages that are wrong


def spoiled(site: Site, asked: Asked, page: dict[str, Any], fault: str) -> dict[str, Any]:
    """A page with one thing wrong that no connection notices."""
    key = "@odata.nextLink" if asked.path.startswith("/odata/v1") else "odata.nextLink"
    rows, link = page["value"], page.get(key)
    skip = int(asked.options.get("$skip", 0))
    if fault == "duplicate_page":
        before = {**asked.options, "$skip": str(max(0, skip - site.page_size))}
        page["value"] = document_for(site, replace(asked, options=before))["value"]
    elif fault == "lost_link":
        page.pop(key, None)
    elif fault == "lost_rows":
        page["value"] = rows[:-1]
    elif fault == "twice_in_page":
        page["value"] = [*rows[:-1], rows[0]] if len(rows) > 1 else rows * 2
    elif fault == "empty_value":
        page["value"] = []
    elif fault == "no_value":
        del page["value"]
    elif link:
        page[key] = {
            "self_link": f"{site.address}{asked.path}?$format=json&$skip={skip}",
            "foreign_link": link.replace("127.0.0.1", "example.org"),
            "back_link": link.replace(f"$skip={skip + len(rows)}", "$skip=0"),
            "doubled_link": f"{link}&$format=json",
        }[fault]
    return page


# ---------------------------------------------------------------- running it


@contextmanager
def serving(*tables: ServedTable, **options: Any) -> Iterator[Site]:
    """Serve tables on a free port of this machine until the block ends."""
    site = Site({table.id: table for table in tables}, **options)
    handler = type("SiteHandler", (Handler,), {"site": site})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    site.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
