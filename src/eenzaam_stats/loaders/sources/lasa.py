"""``read_lasa``: statements and delivered scores of the Longitudinal Aging Study Amsterdam.

Names and codes are in the codebook. What stands here is which of the two files is read, what the
code with two meanings becomes, and how the delivered scores compare with the statements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.agreement import PublishedScores, agreement_checks
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.checks import direction_checks
from eenzaam_stats.loaders.harmonise.column import KINDS
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.one_file import Reading, respondents
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file
from eenzaam_stats.loaders.pooling.waves import Waves, read_waves
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import MissingKind

NAME = "lasa"
EMOTIONAL = "published_emotional"
TWO_MEANINGS = 6
ROWS_SHOWN = 10
_INVALID = KINDS.index(MissingKind.INVALID)
_SCORES_ONLY = (
    "the file holds the delivered scores only: without statements nothing can be scored, and their "
    "rule for missing answers is laxer than the manual's"
)


@in_words
def read_lasa(
    path: str | Path,
    *,
    wave: Waves,
    max_disagreement: float = 0.01,
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise a LASA file of one wave.

    Parameters
    ----------
    path : str or Path
        LASA073 with the eleven statements, LASA273 with the delivered scores, or both merged into
        one file, one row per person.
    wave : str, int or sequence of these
        Wave: B, C, D, E, 2B, F, G, H, 3B, MB, I or J, or the year in which it began. 2B and J have
        delivered scores only. Several in one list are read from one file with a column per wave;
        persons are the same people.
    max_disagreement : float, default 0.01
        Share (0-1) of complete cases in which a delivered score may differ from the score from the
        statements before the check fails.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, codebook,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per person with the statements and the delivered scores as ``published_*``; a design
        without weights, strata and clusters.

    Raises
    ------
    OptionError
        If the wave or ``max_disagreement`` is not possible.
    SourceError
        If the file is absent, damaged, or of another wave or survey.
    UnknownColumnError
        If some of the statements are absent; all are named.
    UnknownCodeError
        If a value is neither valid nor missing in the codebook.
    SchemaError
        If a name matches twice, or labels of a delivered score contradict the codebook.
    ScaleError
        If labels of the statements contradict the direction of the codebook.

    See Also
    --------
    eenzaam_stats.synthetic.lasa.synthesise_lasa : A file to try it on.
    eenzaam_stats.scoring.scale.score : Scores by the manual's rule.

    Notes
    -----
    Statements are coded 1 no, 2 more or less, 3 yes, the opposite of the other Dutch sources.
    Delivered scores tolerate more missing answers than the manual; they are compared with the
    statements and never stand in for them. In the waves B to F the code 6 of the emotional score is
    both the score 6 and a unit nonresponse: it is counted, reported and invalid.

    **Unit.** Scores are points. The wave in the respondents is the year in which it began.

    **Missing data.** -1 no answer, -3 not asked, -4 refused or skipped; the kind stands in a column
    such as ``djg_3_missing``.

    **Validated against.** Delivered scores of the file itself on every reading; planted reversals
    in ``tests/loaders/sources/test_lasa.py``. No real file is public.

    Examples
    --------
    >>> read_lasa("LASAk073.sav", wave="K")
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: wave is 'K', which is not an option. Choose one of 'B', 'C'...
    """
    if not 0 <= max_disagreement <= 1:
        raise OptionError(f"max_disagreement is {max_disagreement}. Choose a share from 0 to 1.")
    options = {"max_disagreement": max_disagreement} | file_words

    def read(codebook: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            return _survey(
                open_file(path, **file_words), codebook, max_disagreement=max_disagreement
            )

        key = CacheKey(NAME, (Path(path),), repr(codebook), options)
        return cache_survey(cache, key, from_file)

    return read_waves(wave, load_codebook(NAME).wave, read, persons="shared")


def _survey(file: SurveyFile, codebook: WaveCodebook, *, max_disagreement: float) -> Survey:
    reading = harmonise_file(file, _part(codebook, file))
    frame = respondents(reading, source=NAME)
    checks = [*_ambiguous(reading), *direction_checks(frame)]
    scored = all(name in frame for name in DJG_ITEMS)
    if scored:
        checks += _agreement(reading, frame, max_disagreement=max_disagreement)
    notes = () if scored else (_SCORES_ONLY, *_unread_statements(codebook, file))
    return as_survey(reading, source=NAME, checks=checks, notes=notes)


def _part(codebook: WaveCodebook, file: SurveyFile) -> WaveCodebook:
    """The wave as it is, or with its scores required where the file has no statement at all."""
    index = NameIndex(file.columns, codebook.prefixes)
    scores = tuple(v for v in codebook.variables if v.role != "item")
    if any(index.find(item.source_names[0]) for item in codebook.items):
        return codebook
    if codebook.items and not any(index.find(v.source_names[0]) for v in scores):
        return codebook
    needed = tuple(replace(v, required=v.role == "published") for v in scores)
    return replace(codebook, variables=needed)


def _unread_statements(codebook: WaveCodebook, file: SurveyFile) -> Iterator[str]:
    """Say that statements are in the file of a wave for which no codes were seen."""
    index = NameIndex(file.columns, codebook.prefixes)
    names = [index.find(f"lo{name.removeprefix('djg_')}") for name in DJG_ITEMS]
    found = [name for name in names if name is not None]
    if found:
        yield (
            f"{', '.join(found)} are in the file and were not read: no codes of wave "
            f"{codebook.name} are documented; read them with a mapping"
        )


def _two_meanings(reading: Reading) -> bool:
    rows = reading.selection.wave.candidates(EMOTIONAL)
    return EMOTIONAL in reading.columns and any(
        row.missing.get(TWO_MEANINGS) is MissingKind.INVALID for row in rows
    )


def _ambiguous(reading: Reading) -> Iterator[CheckResult]:
    """Report rows with the code that is both a score and a unit nonresponse."""
    if not _two_meanings(reading):
        return
    column = reading.columns[EMOTIONAL]
    at = column.kinds == _INVALID
    rows = tuple(int(row) for row in reading.rows[at][:ROWS_SHOWN])
    name = f"code {TWO_MEANINGS} of {column.source_name}"
    message = (
        f"{int(at.sum()):,} row(s) have {TWO_MEANINGS}, which in this wave is both the score "
        f"{TWO_MEANINGS} and a unit nonresponse: invalid, never used as a score, and left out of "
        "the comparison with the statements"
    )
    yield CheckResult(name, None if at.any() else True, message, rows)


def _agreement(
    reading: Reading, frame: pd.DataFrame, *, max_disagreement: float
) -> tuple[CheckResult, ...]:
    """Delivered scores against the statements, without the rows whose score has two meanings."""
    plain = np.ones(len(frame), dtype=np.bool_)
    if _two_meanings(reading):
        plain = reading.columns[EMOTIONAL].kinds != _INVALID
    names = {name: column.source_name for name, column in reading.columns.items()}
    published = PublishedScores(
        frame[plain].reset_index(drop=True), reading.rows[plain], names, max_disagreement
    )
    return tuple(check for check in agreement_checks(published) if check.name == "agreement")
