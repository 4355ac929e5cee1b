"""What each source can answer: harmonised variable by source and wave, from the codebooks.

The matrix is made from the same rows that the loaders read by, so that neither can say more than
the other; ``docs/make_coverage.py`` writes it down. No survey file is opened here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.codebook.layout import (
    Codebook,
    EvidenceWord,
    Status,
    Variable,
    WaveCodebook,
    evidence_word,
)
from eenzaam_stats.loaders.codebook.template import mapping_template
from eenzaam_stats.respondents import COLUMNS

COVERAGE_COLUMNS = ("variable", "source", "wave", "status", "evidence")
NOT_DOCUMENTED = "none"
# Every row of every source has these.
_ALWAYS = ("source", "wave")
# From the best to the worst: several rows can fill one column.
_BEST_FIRST: tuple[Status, ...] = ("complete", "partial", "undetermined", "impossible")
# Surveys without a packaged codebook: their templates name the variables, users the columns.
_MAPPED = ("ssw", "gmj", "hbsc")
MAPPED_WAVE = "by mapping"
_OF_DESIGN = ("weight", "stratum", "cluster")


@dataclass(frozen=True, slots=True)
class _Cell:
    status: Status
    evidence: str


@in_words
def coverage() -> pd.DataFrame:
    """Matrix of what each source can answer.

    Returns
    -------
    pandas.DataFrame
        One row per harmonised variable, source and wave (``"by mapping"`` for a survey that is
        read with the mapping of its user), with columns ``variable``, ``source``,
        ``wave``, ``status`` (complete, partial, impossible or undetermined) and ``evidence``
        (confirmed, secondary, derived or unverified; ``"none"`` where no document says anything).

    Raises
    ------
    SchemaError
        If a codebook of the package is not sound.

    Notes
    -----
    Where several rows of a codebook can fill a variable, the best status counts. Without a stated
    status a row is complete when its evidence is confirmed, secondary or derived, and undetermined
    when it is unverified. What a mapping can fill is undetermined, for no layout was seen.

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
    rows += [
        (name, source, MAPPED_WAVE, "undetermined", "unverified" if name in own else NOT_DOCUMENTED)
        for source, own in list_mapped_sources().items()
        for name in names
    ]
    return pd.DataFrame(rows, columns=list(COVERAGE_COLUMNS), dtype="str")


def list_mapped_sources() -> dict[str, tuple[str, ...]]:
    """Columns that a mapping of each survey without a codebook fills, by short name.

    Returns
    -------
    dict of str to tuple of str
        Design columns come last.

    Examples
    --------
    >>> list_mapped_sources()["hbsc"]
    ('direct', 'sex', 'age', 'weight', 'cluster')
    """
    found = {}
    for template in _MAPPED:
        table = tomllib.loads(mapping_template(template))
        design = tuple(name for name in _OF_DESIGN if name in table["design"])
        variables = tuple(str(row["name"]) for row in table["variable"])
        found[str(table["source"]["name"])] = (*variables, *design)
    return found


def titles() -> dict[str, str]:
    """Name for readers of every source, by short name."""
    books = _books()
    found = {book.part_of: book.title for book in reversed(books)}
    found |= {book.name: book.title for book in books if book.name in found}
    sources = [tomllib.loads(mapping_template(template))["source"] for template in _MAPPED]
    return found | {str(source["name"]): str(source["title"]) for source in sources}


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
            cells.append(_word_evidence(evidence))
    return cells


def _word_evidence(evidence: str) -> _Cell:
    word = evidence_word(evidence)
    return _Cell("undetermined" if word == "unverified" else "complete", word)


def _weight_cell(wave: WaveCodebook) -> _Cell:
    if wave.delivers_weights:
        return _word_evidence(wave.weights_evidence)
    return _Cell("impossible", evidence_word(wave.weights_evidence))
