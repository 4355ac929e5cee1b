"""Write ``docs/coverage.md``, what each source can answer, from the codebooks of the package.

It writes down the matrix of ``loaders/codebook/coverage.py`` and adds nothing to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from eenzaam_stats.loaders.codebook.coverage import MAPPED_WAVE, NOT_DOCUMENTED, coverage, titles
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, PUBLISHED_PREFIX, UCLA_ITEMS
from eenzaam_stats.scoring.de_jong_gierveld import DJG6

_Cell = tuple[str, str]
NOTHING = "-"
_ANSWERED = ("complete", "partial")
# What a reader looks for first, and the columns that it needs: all of them, or one of them.
_ALL_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "De Jong Gierveld, 11 items": DJG_ITEMS,
        "De Jong Gierveld, 6 items": tuple(item.column for item in DJG6.items),
        "UCLA, 3 items": UCLA_ITEMS,
        "direct question": ("direct",),
        "weight": ("weight",),
    }
)
_ONE_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"region or municipality": ("region", "municipality")}
)
_SCORES = "scores in the file"
_INTRODUCTION = """# What each source can answer

This page is made from the codebooks of the package by `docs/make_coverage.py`; do not edit it.

## At a glance

Waves in which a source has what is asked. A question mark: names or codes were not seen for these
waves; the loader compares the labels of the file and stops when they contradict the codebook. A
dash: the source does not have it, or no document says that it does.
"""
_DETAILS = """## How to read the tables

A cell gives the status of a harmonised variable and, in brackets, how well the layout of the source
is documented. Waves for which every cell is the same share a column.

- **complete**: the source has the variable, with known names and codes.
- **partial**: the source has it in part, for instance for some people or in coarser classes.
- **impossible**: the source is known not to have it.
- **undetermined**: names or codes were not seen for this wave.

Evidence is *confirmed* (a primary document), *secondary* (another public source), *derived* (from
stated facts) or *unverified*. A dash means that no document says anything about the variable: its
status is undetermined.
"""
_MAPPED_NOTE = (
    "No layout of a whole file is public. A mapping names the columns and codes of the file at "
    "hand; `eenzaam-stats codebook template` writes one to fill in, or an example to correct."
)
_LAST_NUMBER = re.compile(r"(.*_)(\d+)")


def coverage_page() -> str:
    """Page with an overview and one table per source: variables by waves.

    Returns
    -------
    str
        Markdown; variables that a source says nothing about are listed below its table.

    See Also
    --------
    eenzaam_stats.loaders.codebook.coverage.coverage : The same as a frame.

    Examples
    --------
    >>> print(coverage_page().splitlines()[0])
    # What each source can answer
    """
    table, named = coverage(), titles()
    sources = {str(source): own for source, own in table.groupby("source", sort=True)}
    mapped = [name for name, own in sources.items() if set(own["wave"]) == {MAPPED_WAVE}]
    order = [*(name for name in sources if name not in mapped), *mapped]
    overview = [
        *_row("source", [*_ALL_OF, *_ONE_OF, _SCORES]),
        f"|---|{'---|' * (len(_ALL_OF) + len(_ONE_OF) + 1)}",
        *(line for name in order for line in _row(named[name], _glance(sources[name]))),
        "",
        "Any other survey with these questions is read with a mapping of its user.",
        "",
    ]
    sections = [
        _section(named[name], name, sources[name], note=_MAPPED_NOTE if name in mapped else "")
        for name in order
    ]
    return "\n".join([_INTRODUCTION, *overview, _DETAILS, *sections])


def _row(first: str, cells: Iterable[str]) -> list[str]:
    return [f"| {first} | {' | '.join(cells)} |"]


def _glance(table: pd.DataFrame) -> list[str]:
    """Waves of one source that have what each column of the overview asks."""
    cells = _by_wave(table)
    scores = [name for name in table["variable"].unique() if name.startswith(PUBLISHED_PREFIX)]
    marks = [
        *([_mark_of_all(own, names) for own in cells.values()] for names in _ALL_OF.values()),
        *([_mark_of_one(own, names) for own in cells.values()] for names in _ONE_OF.values()),
        [_mark_of_one(own, scores) for own in cells.values()],
    ]
    return [_waves(list(cells), found) for found in marks]


def _by_wave(table: pd.DataFrame) -> dict[str, dict[str, _Cell]]:
    """Status and evidence by wave and variable, in the order of the matrix."""
    cells: dict[str, dict[str, _Cell]] = {}
    for row in table.itertuples(index=False):
        own = cells.setdefault(str(row.wave), {})
        own[str(row.variable)] = (str(row.status), str(row.evidence))
    return cells


def _mark(cell: _Cell) -> str | None:
    """Nothing where the variable is there, a question mark where it was not seen, or ``None``."""
    status, evidence = cell
    if status in _ANSWERED:
        return ""
    return "?" if status == "undetermined" and evidence != NOT_DOCUMENTED else None


def _mark_of_all(cells: Mapping[str, _Cell], names: Iterable[str]) -> str | None:
    marks = [_mark(cells[name]) for name in names]
    return None if None in marks else max(str(mark) for mark in marks)


def _mark_of_one(cells: Mapping[str, _Cell], names: Iterable[str]) -> str | None:
    return min((mark for name in names if (mark := _mark(cells[name])) is not None), default=None)


def _waves(waves: Sequence[str], marks: Sequence[str | None]) -> str:
    """Waves with their marks; those that follow each other with one mark become a range."""
    runs: list[tuple[str, list[str]]] = []
    last: str | None = None
    for wave, mark in zip(waves, marks, strict=True):
        if mark is not None and mark == last:
            runs[-1][1].append(wave)
        elif mark is not None:
            runs.append((mark, [wave]))
        last = mark
    said = [
        own[0] + mark if len(own) == 1 else f"{own[0]} to {own[-1]}{mark}" for mark, own in runs
    ]
    return ", ".join(said) or NOTHING


def _section(title: str, source: str, table: pd.DataFrame, *, note: str) -> str:
    cells = _by_wave(table)
    shown = {
        wave: {name: _shown(cell) for name, cell in own.items()} for wave, own in cells.items()
    }
    alike: dict[tuple[str, ...], list[str]] = {}
    for wave, own in shown.items():
        alike.setdefault(tuple(own.values()), []).append(wave)
    names = list(table["variable"].unique())
    known = [name for name in names if any(own[name] != NOTHING for own in shown.values())]
    lines = [
        f"## {title} (`{source}`)",
        "",
        *((note, "") if note else ()),
        *_row("variable", (", ".join(waves) for waves in alike.values())),
        f"|---|{'---|' * len(alike)}",
        *(
            line
            for name in known
            for line in _row(f"`{name}`", (shown[waves[0]][name] for waves in alike.values()))
        ),
    ]
    silent = [
        column.name for column in COLUMNS if column.name in names and column.name not in known
    ]
    if silent:
        lines += ["", f"No document says anything about: {', '.join(_ranges(silent))}."]
    return "\n".join([*lines, ""])


def _shown(cell: _Cell) -> str:
    status, evidence = cell
    return NOTHING if evidence == NOT_DOCUMENTED else f"{status} ({evidence})"


def _ranges(names: Sequence[str]) -> list[str]:
    """Names as code; numbers that follow each other become one range."""
    runs: list[list[str]] = []
    for name in names:
        if runs and name == _next(runs[-1][-1]):
            runs[-1].append(name)
        else:
            runs.append([name])
    return [f"`{own[0]}`" if len(own) == 1 else f"`{own[0]}` to `{own[-1]}`" for own in runs]


def _next(name: str) -> str | None:
    parts = _LAST_NUMBER.fullmatch(name)
    return None if parts is None else f"{parts[1]}{int(parts[2]) + 1}"


if __name__ == "__main__":
    Path(__file__).with_name("coverage.md").write_text(coverage_page(), encoding="utf-8")
