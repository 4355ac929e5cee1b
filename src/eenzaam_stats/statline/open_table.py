"""What a reading of an open table gives: its rows, with where they came from beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.statline.decode import Layout
from eenzaam_stats.statline.description import TableDescription
from eenzaam_stats.statline.reading import Read
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Disclosure


@dataclass(frozen=True, slots=True)
class TableSource:
    """Where a table came from; travels beside its figures.

    Attributes
    ----------
    table, title, catalogue, address : str
        Id and words of the publisher, and who served it.
    modified, read_at : str
        Last change as the service writes it, and date of reading in ISO form.
    sha256 : str
        Checksum of what is kept of the reading; empty when nothing could be kept.
    rows : int
        Rows that were read.
    owner, licence : str
        Who must be named, and under which licence the figures may be used.
    topics : tuple of (str, str)
        Column and key of each topic in this edition.
    from_cache : bool
        Whether the rows were kept before and the service was asked for none of them.
    """

    table: str
    title: str
    catalogue: str
    address: str
    modified: str
    read_at: str
    sha256: str
    rows: int
    owner: str
    licence: str
    topics: tuple[tuple[str, str], ...]
    from_cache: bool

    def attribution(self) -> str:
        """Line to put under a figure or table, in Dutch as its owner asks for it.

        Examples
        --------
        >>> source = TableSource("1ABC", "", "CBS", "", "", "2099-01-31", "", 0, "CBS StatLine",
        ...     "CC BY 4.0", (), False)
        >>> source.attribution().rpartition(" ")[0]
        'Bron: CBS StatLine 1ABC, geraadpleegd 2099-01-31, CC BY 4.0; bewerking eenzaam_stats'
        """
        return (
            f"Bron: {self.owner} {self.table}, geraadpleegd {self.read_at}, {self.licence}; "
            f"bewerking eenzaam_stats {VERSION}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class OpenTable:
    """Rows of an open table with its description and source.

    Attributes
    ----------
    source : TableSource
        Where it came from.
    description : TableDescription
        Dimensions with members, and topics.
    layout : Layout
        What was asked for.
    frame : pandas.DataFrame
        The rows; :meth:`tidy` gives a copy to work on.
    """

    source: TableSource
    description: TableDescription
    layout: Layout
    frame: pd.DataFrame

    def __post_init__(self) -> None:
        remembering(self.frame, Disclosure.PUBLIC)

    def tidy(self) -> pd.DataFrame:
        """A fresh frame."""
        return self.frame.copy()


def record_source(read: Read) -> TableSource:
    """Source record of a reading."""
    about: Mapping[str, Any] = read.about
    description = read.layout.description
    return TableSource(
        table=description.info.id,
        title=description.info.title,
        catalogue=str(about["catalogue"]),
        address=str(about["address"]),
        modified=str(about["modified"]),
        read_at=str(about["read_at"]),
        sha256=str(about.get("sha256", "")),
        rows=int(about["rows"]),
        owner=str(about["owner"]),
        licence=str(about["licence"]),
        topics=tuple((description.names[t.key], t.key) for t in read.layout.topics),
        from_cache=read.from_cache,
    )
