"""What both versions of the protocol have in common in their documents and addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from eenzaam_stats.errors import ChangedTableError
from eenzaam_stats.statline.service import Service

Rows = list[dict[str, Any]]
Ask = Callable[[str], Rows]
SAFE = "'(),"  # characters of an option that stay as they are; a blank never does


def with_options(address: str, options: Sequence[tuple[str, str]]) -> str:
    """Address with options behind it, encoded.

    Examples
    --------
    >>> with_options("x?$format=json", [("$filter", "A eq 'B  '")])
    "x?$format=json&$filter=A%20eq%20'B%20%20'"
    """
    return address + "".join(f"&{name}={quote(value, safe=SAFE)}" for name, value in options)


def read_text(row: Mapping[str, Any], key: str) -> str:
    """Words under a key, without blanks around them; empty when absent or ``null``.

    Examples
    --------
    >>> read_text({"Title": "2022 ", "Summary": None}, "Title")
    '2022'
    """
    return str(row.get(key) or "").strip()


def read_count(row: Mapping[str, Any], key: str) -> int | None:
    """Whole number under a key; ``None`` when there is none.

    Examples
    --------
    >>> read_count({"RecordCount": 24}, "RecordCount"), read_count({}, "RecordCount")
    (24, None)
    """
    count = row.get(key)
    return count if type(count) is int else None


def join_titles(title: str, parent: Any, above: Mapping[Any, tuple[str, Any]]) -> str:
    """Titles of all groups above a topic and its own, which together are unique.

    Parameters
    ----------
    title : str
        Of the topic.
    parent : object
        Id of its group, or of none.
    above : mapping
        Title and parent of each group.

    Examples
    --------
    >>> join_titles("Totaal", 2, {1: ("Mannen", None), 2: ("Jong", 1)})
    'Mannen / Jong / Totaal'
    """
    path = [title]
    while parent in above and len(path) <= len(above):
        name, parent = above[parent]
        path.insert(0, name)
    return " / ".join(path)


def one_entry(rows: Rows, service: Service, table: str, entity: str) -> dict[str, Any]:
    """The single entry that describes a table.

    Raises
    ------
    ChangedTableError
        If there is not exactly one, or it does not say when the table changed.
    """
    if len(rows) != 1 or not rows[0].get("Modified"):
        raise ChangedTableError(
            f"{service.host}, table {table!r}, gives {len(rows)} entries in {entity}, or one "
            "without 'Modified'. The service has changed; report it."
        )
    return rows[0]


@contextmanager
def as_known(table: object) -> Iterator[None]:
    """Name a document that lacks what every table has."""
    try:
        yield
    except (KeyError, TypeError) as problem:
        raise ChangedTableError(
            f"Table {table!r} describes itself in another way than before: {problem!r}. "
            "The service has changed; report it."
        ) from problem
