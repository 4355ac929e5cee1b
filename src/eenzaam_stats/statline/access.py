"""How to get at open tables: which service, how patiently, what is kept, with network or without.

The description of a table is read here and kept; rows are the affair of ``reading``.
"""

from __future__ import annotations

import datetime as dt
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from eenzaam_stats.errors import (
    EenzaamStatsWarning,
    IncompleteTableError,
    UnavailableError,
)
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.statline import odata3, odata4
from eenzaam_stats.statline.cache import Kept, Writer, find, hash_key, readings_folder
from eenzaam_stats.statline.description import TableDescription
from eenzaam_stats.statline.paging import MOST_PAGES, read_rows
from eenzaam_stats.statline.service import CBS, Service
from eenzaam_stats.statline.transport import Transport, UnfitAnswer
from eenzaam_stats.version import VERSION

RecordCount = Literal["require", "warn"]
PROTOCOLS: Mapping[int, ModuleType] = {3: odata3, 4: odata4}
READINGS = 3  # of a table that changes while it is read
STACK = 4


@dataclass(frozen=True, slots=True)
class Access:
    """How to get at open tables.

    Attributes
    ----------
    service : Service
        Catalogue that is asked; by default StatLine of CBS.
    transport : Transport
        Time limits and attempts.
    folder : pathlib.Path
        Where readings are kept; by default below the user's cache folder.
    offline : bool
        Only what is kept is used; the network is never touched.
    record_count : {"require", "warn"}
        What to do when a table has another number of rows than its service announces, although all
        pages are there: the meaning of that number was never confirmed for every table.
    today : datetime.date or None
        Date of reading; ``None`` takes it from the clock.

    Examples
    --------
    >>> Access(offline=True).service.catalogue
    'CBS'
    """

    service: Service = CBS
    transport: Transport = field(default_factory=Transport)
    folder: Path = field(default_factory=readings_folder)
    offline: bool = False
    record_count: RecordCount = "require"
    today: dt.date | None = None

    @property
    def protocol(self) -> ModuleType:
        """Module of the version that the service speaks."""
        return PROTOCOLS[self.service.version]

    @property
    def read_at(self) -> str:
        """Date of reading, in ISO form."""
        return (self.today or dt.datetime.now(dt.UTC).date()).isoformat()

    def ask(self, address: str) -> list[dict[str, Any]]:
        """All rows of a short list, such as the members of a dimension."""
        found: list[dict[str, Any]] = []
        following: str | None = address
        for _ in range(MOST_PAGES):
            if following is None:
                return found
            page = following
            rows, following = self.transport.answer(
                page, lambda document, _: _list_rows(document, address, len(found))
            )
            found.extend(rows)
        raise IncompleteTableError(f"A list of {self.service.host} has no end. Report it.")

    def key(self, table: str, **parts: object) -> str:
        """Name of a reading in the cache."""
        return hash_key(table, service=self.service.address, version=self.service.version, **parts)

    def about(self, table: str, modified: str, rows: int, **more: object) -> dict[str, object]:
        """Description that stands beside a reading."""
        return {
            "table": table,
            "catalogue": self.service.catalogue,
            "address": self.service.address,
            "owner": self.service.owner,
            "licence": self.service.licence,
            "client": f"eenzaam_stats {VERSION}",
            "modified": modified,
            "read_at": self.read_at,
            "rows": rows,
            **more,
        }

    def writer(self, key: str) -> Writer | None:
        """Writer of a reading; a cache that cannot be written is told and done without."""
        try:
            return Writer(self.folder, key)
        except OSError as problem:
            not_kept(problem)
            return None


def not_kept(problem: OSError) -> None:
    """Warn that a reading could not be kept; it is used all the same."""
    reason = getattr(problem.__cause__, "strerror", None) or problem.strerror or problem
    warnings.warn(
        f"what was read could not be kept in the cache ({reason}); it was used without",
        EenzaamStatsWarning,
        stacklevel=STACK,
    )


def _list_rows(document: Any, first: str, so_far: int) -> tuple[list[dict[str, Any]], str | None]:
    """Rows of a list and the address of its next page; one document alone is a row too."""
    if isinstance(document, dict) and "value" not in document and "Modified" in document:
        return [document], None
    rows = read_rows(document)
    following = document.get(odata3.WORDING.next_page, document.get(odata4.WORDING.next_page))
    if following is None:
        return rows, None
    here, there = urlsplit(first), urlsplit(str(following))
    skip = parse_qs(there.query).get("$skip", [""])
    if here[:3] != there[:3] or skip != [str(so_far + len(rows))] or not rows:
        raise UnfitAnswer("a list says that it goes on where it cannot")
    return rows, str(following)


def description(table: str, access: Access) -> TableDescription:
    """Description of a table: kept when the table did not change since, else read anew.

    Parameters
    ----------
    table : str
        Id of the table; capitals count.
    access : Access
        How to get at it.

    Returns
    -------
    TableDescription

    Raises
    ------
    UnavailableError
        If the service gives no answer, or nothing is kept and ``offline`` is set.
    UnknownTableError
        If there is no such table.
    IncompleteTableError
        If the table changes again and again while it is read.
    ChangedTableError
        If the service describes its tables in another way than before.
    """
    key = access.key(table, entity="description")
    kept = find(access.folder, key)
    protocol = access.protocol
    if access.offline:
        return _from(require_kept(kept, table), protocol)
    for _ in range(READINGS):
        now = protocol.parse_info(protocol.read_info(access.ask, access.service, table)).modified
        if kept is not None and kept.modification_date == now:
            return _from(kept, protocol)
        raw = protocol.read_description(access.ask, access.service, table)
        after = protocol.parse_info(protocol.read_info(access.ask, access.service, table)).modified
        if now == protocol.parse_info(raw["info"]).modified == after:
            found: TableDescription = protocol.parse_description(raw)
            _keep(access, key, raw, found)
            return found
    raise IncompleteTableError(
        f"Table {table!r} changed {READINGS} times while it was read. Try again later."
    )


def require_kept(kept: Kept | None, table: str) -> Kept:
    """Raise when something is not kept and may not be asked for.

    Raises
    ------
    UnavailableError
        With what to do.
    """
    if kept is None:
        raise UnavailableError(
            f"Table {table!r} is to be read offline, and what is asked of it is not kept here. "
            "Read it once with a network (without --offline), with the same choice of rows."
        )
    return kept


def _from(kept: Kept, protocol: ModuleType) -> TableDescription:
    lines: Iterator[bytes] = kept.bodies()
    found: TableDescription = protocol.parse_description(parse_json(next(lines), of="a kept table"))
    return found


def _keep(access: Access, key: str, raw: Mapping[str, Any], found: TableDescription) -> None:
    writer = access.writer(key)
    if writer is None:
        return
    try:
        writer.add(json.dumps(raw, ensure_ascii=False).encode("utf-8"))
        about = access.about(found.info.id, found.info.modified, 0, entity="description")
        writer.commit(about)
    except OSError as problem:
        writer.discard()
        not_kept(problem)
    except BaseException:
        writer.discard()
        raise
