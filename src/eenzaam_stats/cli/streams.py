"""Standard output and error of any machine: every character is written or replaced."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO
from unicodedata import normalize

from eenzaam_stats.errors import SourceError

REPLACED = "eenzaam_stats.replaced"
_LIKE = {
    "–": "-",
    "—": "-",
    "−": "-",
    "‑": "-",
    "‐": "-",
    "…": "...",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "≥": ">=",
    "≤": "<=",
    "×": "x",
    "·": ".",
    "•": "*",
    "→": "->",
    "€": "EUR",
}


def replace_characters(problem: UnicodeError) -> tuple[str, int]:
    """Characters that an encoding lacks, as the nearest ones that every encoding has.

    Examples
    --------
    >>> prepare_streams()
    >>> "18–34: ≥ 3, é, \N{GRINNING FACE}".encode("ascii", REPLACED)
    b'18-34: >= 3, e, ?'
    """
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    found = problem.object[problem.start : problem.end]
    return "".join(map(_nearest, found)), problem.end


def _nearest(sign: str) -> str:
    if sign in _LIKE:
        return _LIKE[sign]
    return normalize("NFKD", sign).encode("ascii", "ignore").decode("ascii") or "?"


def prepare_streams() -> None:
    """Let standard output and error replace what they lack; a closed one takes nothing."""
    codecs.register_error(REPLACED, replace_characters)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # closed by who started the program
            setattr(sys, name, io.StringIO())
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=REPLACED)


def speaks_unicode(stream: TextIO) -> bool:
    """Whether every character can be written as it is."""
    return (getattr(stream, "encoding", None) or "utf-8").casefold().startswith("utf")


@contextmanager
def flush_output() -> Iterator[None]:
    """Write out at once what the block prints, and say in words what standard output refuses.

    Raises
    ------
    SourceError
        If it does not take all of it; not where its reader has seen enough and left.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _silence()
    except OSError as problem:
        _silence()
        raise SourceError(
            f"standard output cannot be written: {problem.strerror}. "
            "Write to a place that has space, or name a file with --out."
        ) from problem


def _silence() -> None:
    """Let what is left go nowhere, so that the end of the program does not fail on it again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = io.StringIO()
