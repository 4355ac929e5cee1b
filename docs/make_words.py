"""Markdown that the written pages share: a table, and text that fits into one of its cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def cell(text: str) -> str:
    """Text on one line, with the marks of Markdown made harmless."""
    for mark in "\\|*_[]<>$":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
