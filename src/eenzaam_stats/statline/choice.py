"""What a reader asks of a table: topics by their stem, codes without padding, words to look for.

Whatever is not in the table is an error with what is there instead, never an empty result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from eenzaam_stats.errors import ChangedTableError, OptionError, UnknownCodeError, list_all
from eenzaam_stats.statline.description import Dimension, Member, TableDescription, Topic
from eenzaam_stats.statline.service import Version

MOST_CODES = 50  # more of them make an address too long: the dimension is read whole instead
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Words:
    """Codes by a part of them; made by :func:`starts_with` and :func:`contains`."""

    how: Literal["starts_with", "contains"]
    text: str

    def fits(self, code: str) -> bool:
        """Whether a code has the part."""
        return code.startswith(self.text) if self.how == "starts_with" else self.text in code


Where = Mapping[str, str | Sequence[str] | Words]


def starts_with(text: str) -> Words:
    """All codes that begin with a text, for instance ``GM`` for municipalities.

    Examples
    --------
    >>> starts_with("GM").fits("GM0363")
    True
    """
    return Words("starts_with", text)


def contains(text: str) -> Words:
    """All codes that hold a text, for instance ``JJ`` for years.

    Examples
    --------
    >>> contains("JJ").fits("2023KW01")
    False
    """
    return Words("contains", text)


@dataclass(frozen=True, slots=True)
class Filter:
    """What the server filters, and what is left to do with the rows that arrive.

    Attributes
    ----------
    text : str
        Value of ``$filter``; empty for all rows.
    here : mapping of str to frozenset of str
        Codes to keep per dimension, where they are too many for an address.
    """

    text: str
    here: Mapping[str, frozenset[str]]


def choose_topics(description: TableDescription, asked: Sequence[str] | None) -> tuple[Topic, ...]:
    """Topics that were asked for by stem or key; all of them for ``None``.

    Parameters
    ----------
    description : TableDescription
        The table.
    asked : sequence of str, or None
        Stems such as ``Eenzaam``, which outlast the editions, or whole keys.

    Returns
    -------
    tuple of Topic

    Raises
    ------
    ChangedTableError
        If one is not there, or a stem stands for several topics.
    OptionError
        If none is asked for, or the table has measures in its rows.
    """
    if asked is None:
        return description.topics
    if description.is_long:
        raise OptionError(
            "topics is for tables with a column per topic. In version 4 choose them by their code: "
            "where={'Measure': [...]}."
        )
    if not asked or isinstance(asked, str):
        raise OptionError("topics is empty or one word. Give a list of stems, or None for all.")
    return tuple(dict.fromkeys(_topic(description, one) for one in asked))


def _topic(description: TableDescription, asked: str) -> Topic:
    stem = re.compile(rf"(?:k_)?{re.escape(asked)}_\d+")
    exact = [topic for topic in description.topics if topic.key == asked]
    found = exact or [topic for topic in description.topics if stem.fullmatch(topic.key)]
    if len(found) == 1:
        return found[0]
    if found:
        told = "; ".join(f"{topic.key!r} ({topic.path})" for topic in found)
        raise ChangedTableError(
            f"Table {description.info.id!r} has {len(found)} topics with the stem {asked!r}: "
            f"{told}. Give the whole key of one."
        )
    keys = [topic.key for topic in description.topics]
    near = get_close_matches(asked, keys, n=SHOWN, cutoff=0.4) or keys[:SHOWN]
    raise ChangedTableError(
        f"Table {description.info.id!r} (of {description.info.modified}) has no topic with the "
        f"stem {asked!r}. Candidates are [{list_all(near)}]; choose one, or look whether the table "
        "changed."
    )


def build_filter(description: TableDescription, where: Where | None, *, version: Version) -> Filter:
    """Filter for the server, with the padding of the table's own member lists.

    Parameters
    ----------
    description : TableDescription
        The table.
    where : mapping or None
        Per dimension one code, several, or words made by :func:`starts_with` or :func:`contains`.
    version : {3, 4}
        Version of the protocol, which have another word for "contains".

    Returns
    -------
    Filter

    Raises
    ------
    OptionError
        If the table has no such dimension, or no code is given.
    UnknownCodeError
        If a code is not in the member list, or no code has the words.
    """
    parts: list[str] = []
    here: dict[str, frozenset[str]] = {}
    for key, asked in (where or {}).items():
        dimension = _dimension(description, key)
        chosen = _members(description, dimension, asked)
        if isinstance(asked, Words):
            parts.append(_word_condition(key, asked, version))
        elif len(chosen) <= MOST_CODES:
            equal = " or ".join(f"{key} eq '{_quote(member.raw)}'" for member in chosen)
            parts.append(f"({equal})")
        else:
            here[key] = frozenset(member.code for member in chosen)
    return Filter(" and ".join(parts), here)


def _dimension(description: TableDescription, key: str) -> Dimension:
    known = {dimension.key: dimension for dimension in description.dimensions}
    if key not in known:
        raise OptionError.among(key, known, name=f"dimension of table {description.info.id!r}")
    return known[key]


def _members(
    description: TableDescription, dimension: Dimension, asked: str | Sequence[str] | Words
) -> list[Member]:
    if isinstance(asked, Words):
        return _find_members(description, dimension, [asked.text], asked.fits)
    codes = [asked] if isinstance(asked, str) else list(asked)
    if not codes:
        raise OptionError(f"where[{dimension.key!r}] is empty. Give codes, or leave it out.")
    stripped = {code.strip() for code in codes}
    unknown = sorted(stripped - set(dimension.codes))
    return _find_members(
        description, dimension, unknown or codes, stripped.__contains__, lost=unknown
    )


def _find_members(
    description: TableDescription,
    dimension: Dimension,
    asked: Sequence[str],
    fits: Callable[[str], bool],
    *,
    lost: Sequence[str] = (),
) -> list[Member]:
    """Members that fit; none, or a code that is nowhere, is an error."""
    found = [member for member in dimension.members if fits(member.code)]
    if found and not lost:
        return found
    near = get_close_matches(asked[0], dimension.codes, n=SHOWN, cutoff=0.5)
    known = near or list(dimension.codes[:SHOWN])
    raise UnknownCodeError(
        f"Table {description.info.id!r}, dimension {dimension.key!r}: {asked[0]!r} "
        f"({len(asked)} asked for) is not in its list of {len(dimension.members)} codes. "
        f"Choose among [{list_all(known)}], or look whether the table changed."
    )


def _word_condition(key: str, words: Words, version: Version) -> str:
    text = _quote(words.text)
    if words.how == "starts_with":
        return f"startswith({key},'{text}')"
    return f"substringof('{text}',{key})" if version == 3 else f"contains({key},'{text}')"


def _quote(text: str) -> str:
    return text.replace("'", "''")
