"""What an open table is, whatever version of the protocol told it: dimensions, members, topics.

Values only. Reading them is the affair of ``odata3`` and ``odata4``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

DimensionKind = Literal["Dimension", "TimeDimension", "GeoDimension", "GeoDetail"]
# members that hold the sum of others; never told by their letter, see data of the tables themselves
TOTALS = frozenset(
    {"T009002", "T001038", "T001019", "T001040", "T001638", "NL01", "20300", "10000"}
)
MEASURE = "Measure"  # column of version 4 whose members are the topics
_NUMBERED = re.compile(r"(.+)_\d+")


@dataclass(frozen=True, slots=True)
class TableInfo:
    """Catalogue entry of a table.

    Attributes
    ----------
    id, title, summary : str
        As its publisher gives them; capitals of the id count.
    catalogue, source : str
        Catalogue that holds it, and who made it.
    modified : str
        Moment of the last change, as written by the service: without zone in version 3.
    period, frequency, status : str
        Free text of the publisher.
    records : int or None
        Number of rows that the service announces.
    """

    id: str
    title: str
    summary: str
    catalogue: str
    source: str
    modified: str
    period: str
    frequency: str
    status: str
    records: int | None


@dataclass(frozen=True, slots=True)
class Member:
    """One code of a dimension.

    Attributes
    ----------
    code, raw : str
        Code without its padding, and as the table writes it.
    title : str
        Words of the publisher, without blanks around them.
    status : str
        For a period, how final its figures are; else empty.
    group : str
        Group within the dimension; empty without one.
    """

    code: str
    raw: str
    title: str
    status: str = ""
    group: str = ""

    @property
    def is_total(self) -> bool:
        """Whether the code is known to hold the sum of others."""
        return self.code in TOTALS


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension with its members, in the order of the publisher.

    Attributes
    ----------
    key, title : str
        Name of the column and words for it.
    kind : {"Dimension", "TimeDimension", "GeoDimension", "GeoDetail"}
        What its members are.
    members : tuple of Member
        All codes that a row may have.
    """

    key: str
    title: str
    kind: DimensionKind
    members: tuple[Member, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the members, without padding."""
        return tuple(member.code for member in self.members)


@dataclass(frozen=True, slots=True)
class Topic:
    """One column of figures.

    Attributes
    ----------
    key : str
        Name of the column in this edition of the table.
    title, path : str
        Words of the publisher; the path holds those of the groups above it, and is unique.
    unit : str
        Unit as printed, ``%`` for percentages.
    decimals : int
        Decimals with which it is published.
    is_text : bool
        Whether the cells are words.
    default : str
        What an empty cell means: ``Impossible``, ``Missing`` or ``Zero``.
    """

    key: str
    title: str
    path: str
    unit: str
    decimals: int
    is_text: bool = False
    default: str = ""

    @property
    def stem(self) -> str:
        """Key without the number at its end, which changes between editions.

        Examples
        --------
        >>> Topic("ErnstigEenzaam_28", "", "", "%", 1).stem
        'ErnstigEenzaam'
        """
        found = _NUMBERED.fullmatch(self.key)
        return found[1] if found else self.key


@dataclass(frozen=True)
class TableDescription:
    """A table without its rows.

    Attributes
    ----------
    info : TableInfo
        Catalogue entry.
    dimensions : tuple of Dimension
        Columns of codes, in order; in version 4 the measure is the last.
    topics : tuple of Topic
        Columns of figures; in version 4 the members of the measure.
    """

    info: TableInfo
    dimensions: tuple[Dimension, ...]
    topics: tuple[Topic, ...]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Column name of each topic key: its stem where that is unique, else the key itself."""
        stems = [topic.stem for topic in self.topics]
        taken = {dimension.key for dimension in self.dimensions}
        return {
            t.key: t.stem if stems.count(t.stem) == 1 and t.stem not in taken else t.key
            for t in self.topics
        }

    @property
    def time(self) -> Dimension | None:
        """The dimension of time; ``None`` where a table has none."""
        return next((d for d in self.dimensions if d.kind == "TimeDimension"), None)

    @property
    def is_long(self) -> bool:
        """Whether a row holds one figure, as in version 4."""
        return any(dimension.key == MEASURE for dimension in self.dimensions)
