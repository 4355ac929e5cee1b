"""Fences of a guide in Markdown, run in order as a reader would.

Python in one namespace, lines of the shell through the command line of the package. A ``text``
fence that follows is what was printed.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eenzaam_stats.cli.main import run

NOT_RUN = "<!-- not run: needs a network -->"
FENCE = re.compile(
    rf"(?P<mark>{re.escape(NOT_RUN)}\n)?^```(?P<kind>\w+)\n(?P<body>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Block:
    """One fence: its kind, its text, and whether it is run."""

    kind: str
    body: str
    is_run: bool


def blocks(text: str) -> list[Block]:
    """Fences of a page in order; directives with braces are none."""
    found = FENCE.finditer(text)
    return [Block(one["kind"], one["body"], one["mark"] is None) for one in found]


def printed(block: Block, names: dict[str, Any]) -> str:
    """What a fence prints; a command of the package must end well."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        if block.kind == "python":
            exec(compile(block.body, "guide", "exec"), names)
        else:
            for line in block.body.replace("\\\n", " ").splitlines():
                program, *words = shlex.split(line)
                assert program == "eenzaam-stats", line
                assert run(words) == 0, line
    return "\n".join(line.rstrip() for line in told.getvalue().splitlines())


def played(page: Path) -> list[tuple[str, str]]:
    """Run a page; each pair is what it shows and what was printed."""
    names: dict[str, Any] = {}
    pairs: list[tuple[str, str]] = []
    last = None
    for block in blocks(page.read_text("utf-8")):
        if block.kind == "text":
            assert last is not None, f"{page.name}: output without code"
            pairs.append((block.body.rstrip("\n"), last))
            last = None
        elif block.is_run:
            last = printed(block, names)
        else:
            compile(block.body if block.kind == "python" else "", page.name, "exec")
    return pairs
