"""The most that one file or document may ask of a machine; every limit of the package stands here.

A small file can say that it is a large one. What goes beyond a limit is refused in one sentence,
before memory or time is spent, and whoever means it raises the limit by its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from eenzaam_stats.errors import OptionError, SourceError

_KIB, _MIB, _GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit.

    Attributes
    ----------
    most : int
        What is still read.
    what : str
        What is counted, after a number.
    """

    most: int
    what: str


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "cells": Limit(200_000_000, "cells (rows times columns that are read)"),
        "columns": Limit(100_000, "columns in a file with a delimiter"),
        "line": Limit(4 * _MIB, "characters in one line"),
        "unpacked": Limit(16 * _GIB, "bytes of data once unpacked"),
        "text": Limit(2 * _GIB, "bytes of the columns that are read, once unpacked"),
        "workbook_cells": Limit(50_000_000, "cells in a sheet, with the blank ones between"),
        "workbook_parts": Limit(1_000, "parts in a workbook"),
        "workbook_part": Limit(4 * _MIB, "bytes in a part of a workbook that is no sheet or text"),
        "workbook_text": Limit(64 * _MIB, "bytes in the texts of a workbook that cells share"),
        "workbook_row": Limit(32 * _MIB, "bytes in one row of a sheet"),
        "seconds": Limit(900, "seconds for the rows of a workbook or a file with a delimiter"),
        "document": Limit(1 * _MIB, "bytes in a mapping or codebook"),
        "keys": Limit(20_000, "lines in a mapping or codebook"),
        "depth": Limit(50, "lists, tables or dots within each other"),
        "digits": Limit(100, "digits in one number"),
        "record": Limit(256 * _MIB, "bytes in a record that was kept (JSON)"),
    }
)


def limit(name: str, raised: Mapping[str, int] = MappingProxyType({})) -> int:
    """Limit of a name, as the user raised it or as it stands.

    Examples
    --------
    >>> limit("columns"), limit("columns", {"columns": 250_000})
    (100000, 250000)
    """
    return raised.get(name, LIMITS[name].most)


def require_within(
    name: str, found: float, *, of: str, raised: Mapping[str, int] = MappingProxyType({})
) -> None:
    """Raise when something is more than its limit.

    Parameters
    ----------
    name : str
        Name of the limit.
    found : float
        What there is, or what there is so far.
    of : str
        Name of the file, for the message.
    raised : mapping of str to int
        Limits as the user raised them.

    Raises
    ------
    SourceError
        With the limit, and how to raise it.

    Examples
    --------
    >>> require_within("columns", 10, of="a.csv")
    >>> require_within("columns", 2_000_000, of="a.csv")
    Traceback (most recent call last):
    eenzaam_stats.errors.SourceError: a.csv has more than 100,000 columns in a file ...
    """
    most = limit(name, raised)
    if found > most:
        raise SourceError(
            f"{of} has more than {most:,} {LIMITS[name].what}, which is more than is read without "
            f"a word from you. If it should be so large, say limits={{{name!r}: N}} "
            f"(--limit {name}:N on the command line)."
        )


def require_limits(said: object) -> Mapping[str, int]:
    """Limits that a user gives, after the check that they are whole numbers of known names.

    Raises
    ------
    OptionError
        If one is unknown, or no whole number above 0.

    Examples
    --------
    >>> require_limits({"rows": 3})
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: limit is 'rows', which is not an option. Choose one of ...
    """
    if not isinstance(said, Mapping):
        raise OptionError(f"limits is {said!r}. Give numbers by name, such as {{'cells': 10**9}}.")
    for name, most in said.items():
        if name not in LIMITS:
            raise OptionError.among(name, LIMITS, name="limit")
        if isinstance(most, bool) or not isinstance(most, int) or most < 1:
            raise OptionError(f"limit {name} is {most!r}. Give a whole number above 0.")
    return MappingProxyType(dict(said))
