"""What each source can answer: harmonised variable by source and wave, from the codebooks.

The matrix and its page are made from the same rows that the loaders read by, so that neither can
say more than the other. No survey file is opened here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from eenzaam_stats.loaders.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.layout import (
    Codebook,
    EvidenceWord,
    Status,
    Variable,
    WaveCodebook,
    evidence_word,
)
from eenzaam_stats.respondents import COLUMNS

COVERAGE_COLUMNS = ("variable", "source", "wave", "status", "evidence")
NOT_DOCUMENTED = "none"
# Every row of every source has these.
_ALWAYS = ("source", "wave")
# From the best to the worst: several rows can fill one column.
_BEST_FIRST: tuple[Status, ...] = ("complete", "partial", "undetermined", "impossible")
_INTRODUCTION = """# What each source can answer

This page is made from the codebooks of the package by `docs/make_coverage.py`; do not edit it.

A cell gives the status of a harmonised variable in one wave and, in brackets, how well the layout
of the source is documented.

- **complete**: the source has the variable, with known names and codes.
- **partial**: the source has it in part, for instance for some people or in coarser classes.
- **impossible**: the source is known not to have it.
- **undetermined**: names or codes were not seen for this wave; the loader compares the labels of
  the file and stops when they contradict the codebook.

Evidence is *confirmed* (a primary document), *secondary* (another public source), *derived* (from
stated facts) or *unverified*. A dash means that no document says anything about the variable: its
status is undetermined.
"""


@dataclass(frozen=True, slots=True)
class _Cell:
    status: Status
    evidence: str


def coverage() -> pd.DataFrame:
    """Matrix of what each source can answer.

    Returns
    -------
    pandas.DataFrame
        One row per harmonised variable, source and wave, with columns ``variable``, ``source``,
        ``wave``, ``status`` (complete, partial, impossible or undetermined) and ``evidence``
        (confirmed, secondary, derived or unverified; ``"none"`` where no document says anything).

    Raises
    ------
    SchemaError
        If a codebook of the package is not sound.

    See Also
    --------
    coverage_page : The same as a page to read.

    Notes
    -----
    Where several rows of a codebook can fill a variable, the best status counts. Without a stated
    status a row is complete when its evidence is confirmed, secondary or derived, and undetermined
    when it is unverified.

    **Missing data.** A variable that no codebook row mentions for a wave is undetermined.

    Examples
    --------
    >>> table = coverage()
    >>> own = table[(table["source"] == "gezondheidsmonitor") & (table["wave"] == "2016")]
    >>> own[own["variable"].isin(["djg_1", "direct", "weight"])].to_dict("split")["data"]
    ... # doctest: +NORMALIZE_WHITESPACE
    [['weight', 'gezondheidsmonitor', '2016', 'complete', 'confirmed'],
     ['djg_1', 'gezondheidsmonitor', '2016', 'complete', 'confirmed'],
     ['direct', 'gezondheidsmonitor', '2016', 'undetermined', 'none']]
    """
    books = _books()
    names = _names(books)
    rows = [
        (name, source, wave, cell.status, cell.evidence)
        for source, waves in _sources(books).items()
        for name in names
        for wave, parts in waves.items()
        for cell in [_cell(name, parts)]
    ]
    return pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS), dtype="str")


def coverage_page() -> str:
    """Page with one table per source: variables by waves.

    Returns
    -------
    str
        Markdown; variables that a source says nothing about are listed below its table.

    Examples
    --------
    >>> print(coverage_page().splitlines()[0])
    # What each source can answer
    """
    table = coverage()
    titles = {book.part_of: book.title for book in reversed(_books())}
    titles |= {book.name: book.title for book in _books()}
    sections = [
        _section(titles[str(source)], str(source), own)
        for source, own in table.groupby("source", sort=True)
    ]
    return "\n".join([_INTRODUCTION, *sections])


def _books() -> list[Codebook]:
    return [load_codebook(name) for name in codebook_names()]


def _names(books: Iterable[Codebook]) -> list[str]:
    schema = [column.name for column in COLUMNS if column.name not in _ALWAYS]
    own = [
        variable.name
        for book in books
        for wave in book.waves
        for variable in (*wave.variables, *wave.impossible)
        if variable.role != "survey_year"
    ]
    return list(dict.fromkeys([*schema, *own]))


def _sources(books: Iterable[Codebook]) -> dict[str, dict[str, list[WaveCodebook]]]:
    """Waves by source and name; a codebook that completes another adds to the same waves."""
    sources: dict[str, dict[str, list[WaveCodebook]]] = {}
    for book in books:
        waves = sources.setdefault(book.part_of, {})
        for wave in book.waves:
            waves.setdefault(wave.name, []).append(wave)
    return sources


def _cell(name: str, parts: Sequence[WaveCodebook]) -> _Cell:
    found = [cell for wave in parts for cell in _cells(name, wave)]
    return min(found, key=_rank, default=_Cell("undetermined", NOT_DOCUMENTED))


def _rank(cell: _Cell) -> tuple[int, int]:
    return _BEST_FIRST.index(cell.status), get_args(EvidenceWord).index(cell.evidence)


def _cells(name: str, wave: WaveCodebook) -> list[_Cell]:
    rows: list[Variable] = [*wave.variables, *wave.impossible]
    cells = [_Cell(row.status, row.evidence_word) for row in rows if row.name == name]
    if name == "weight":
        cells.append(_weight_cell(wave))
    for what, column, evidence in (
        ("stratum", wave.stratum, wave.stratum_evidence),
        ("cluster", wave.cluster, wave.cluster_evidence),
    ):
        if name == what and column is not None:
            cells.append(_said(evidence))
    return cells


def _said(evidence: str) -> _Cell:
    word = evidence_word(evidence)
    return _Cell("undetermined" if word == "unverified" else "complete", word)


def _weight_cell(wave: WaveCodebook) -> _Cell:
    if wave.delivers_weights:
        return _said(wave.weights_evidence)
    return _Cell("impossible", evidence_word(wave.weights_evidence))


def _section(title: str, source: str, table: pd.DataFrame) -> str:
    waves = list(dict.fromkeys(table["wave"]))
    cells = {
        (row.variable, row.wave): _shown(str(row.status), str(row.evidence))
        for row in table.itertuples(index=False)
    }
    names = list(dict.fromkeys(table["variable"]))
    known = [name for name in names if any(cells[name, wave] != "-" for wave in waves)]
    lines = [
        f"## {title} (`{source}`)",
        "",
        f"| variable | {' | '.join(waves)} |",
        f"|---|{'---|' * len(waves)}",
        *(f"| `{name}` | {' | '.join(cells[name, wave] for wave in waves)} |" for name in known),
    ]
    silent = [f"`{name}`" for name in names if name not in known]
    if silent:
        lines += ["", f"No document says anything about: {', '.join(silent)}."]
    return "\n".join([*lines, ""])


def _shown(status: str, evidence: str) -> str:
    return "-" if evidence == NOT_DOCUMENTED else f"{status} ({evidence})"
