"""What ``live.toml`` says of live tables, and the check that a member is what it is taken for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from eenzaam_stats.errors import ChangedTableError
from eenzaam_stats.statline.description import Dimension, TableDescription

Words = Mapping[str, Any]


@cache
def live_words() -> Words:
    """All of ``live.toml``.

    Examples
    --------
    >>> live_words()["people"]["population"]["table"]
    '7461bev'
    """
    path = files("eenzaam_stats.statline") / "live.toml"
    return tomllib.loads(path.read_text("utf-8"))


def require_dimension(description: TableDescription, key: str) -> Dimension:
    """A dimension that a live table must have.

    Raises
    ------
    ChangedTableError
        If it has not.
    """
    for dimension in description.dimensions:
        if dimension.key == key:
            return dimension
    raise ChangedTableError(
        f"Table {description.info.id!r} has no dimension {key!r} any more. Compare it with "
        "statline/live.toml and repair that."
    )


def require_members(
    dimension: Dimension, words: Mapping[str, Words], table: str
) -> dict[str, Words]:
    """Members that stand in ``live.toml``, by code; each one with the title that it must have.

    Parameters
    ----------
    dimension : Dimension
        Of the live table.
    words : mapping of str to mapping
        Per code what it means, with ``words`` that its title must hold.
    table : str
        Id of the table, for messages.

    Returns
    -------
    dict of str to mapping

    Raises
    ------
    ChangedTableError
        If a code has another title, or none of the codes is there.
    """
    titles = {member.code: member.title for member in dimension.members}
    found = {code: meant for code, meant in words.items() if code in titles}
    for code, meant in found.items():
        if meant["words"] not in titles[code].casefold():
            raise ChangedTableError(
                f"Table {table!r}, dimension {dimension.key!r}: code {code!r} is called "
                f"{titles[code]!r}, where {meant['words']!r} was expected. Compare it with "
                "statline/live.toml and repair that."
            )
    if not found:
        raise ChangedTableError(
            f"Table {table!r}, dimension {dimension.key!r}, has none of the {len(words)} codes of "
            f"statline/live.toml among its {len(titles)}. Compare and repair."
        )
    return found


def unknown_members(dimension: Dimension, known: Mapping[str, object]) -> tuple[str, ...]:
    """Members that no word of ours stands for, as code and title."""
    return tuple(
        f"{dimension.key} {member.code} ({member.title})"
        for member in dimension.members
        if member.code not in known
    )
