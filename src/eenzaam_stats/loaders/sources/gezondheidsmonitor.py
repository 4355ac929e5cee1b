"""``read_gezondheidsmonitor``: a file of the health monitor becomes a ``Survey``.

The order of the steps is all that stands here; names, codes and weights are in the codebook.
"""

from __future__ import annotations

from collections.abc import Sequence
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
from eenzaam_stats.loaders.formats.opened import with_options
from eenzaam_stats.loaders.formats.spss import open_spss
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.age_band import band_ages
from eenzaam_stats.loaders.harmonise.agreement import PublishedScores, agreement_checks
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.column import VALID
from eenzaam_stats.loaders.harmonise.duplicates import Duplicates, select_rows
from eenzaam_stats.loaders.harmonise.one_file import Reading, respondents
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file
from eenzaam_stats.loaders.pooling.waves import Waves, read_waves
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

NAME = "gezondheidsmonitor"


@in_words
def read_gezondheidsmonitor(
    path: str | Path | SurveyFile,
    *,
    wave: Waves,
    weight: str | None = None,
    duplicates: Duplicates = "report",
    max_disagreement: float = 0.01,
    leave_out: Sequence[str] = (),
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise a file of the Gezondheidsmonitor Volwassenen en Ouderen.

    Parameters
    ----------
    path : str, Path or SurveyFile
        File that ends in ``.sav`` or ``.zsav``, or one that ``open_file`` opened, for instance with
        ``reader="fast"``.
    wave : int, str or sequence of these
        Year of the wave: 2012, 2016, 2020, 2022 or 2024; or several years of a file that holds
        them, such as ``[2020, 2022]``: each is read with its own weight and strata, and rows of
        other years are left out and counted.
    weight : str, optional
        Name of the weight. Without it the weight for loneliness of the codebook is taken; for 2024
        none is documented and it must be named.
    duplicates : {"report", "first", "most_complete"}, default "report"
        What to do with respondents who occur more than once: count them, keep the first row, or
        keep the row with the fewest missing items.
    max_disagreement : float, default 0.01
        Share (0-1) of complete cases in which a score in the file may differ from the score from
        the items before the check fails.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read, for instance because their codes are not
        those of the codebook.
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
        One row per respondent of the GGD with the items, demographics and scores of the file, the
        design that is right for loneliness, and the report of the reading.

    Raises
    ------
    SourceError
        If the file is absent, empty, damaged, no SPSS file, or of another survey.
    UnknownColumnError
        If items are absent; all are named.
    UnknownCodeError
        If a value is neither valid nor missing in the codebook.
    SchemaError
        If a name matches twice, labels contradict the codebook, or the year is another one.
    ScaleError
        If labels of the items contradict the direction of the codebook.
    DesignError
        If the weight is wrong, absent, unnamed or not above zero, or a stratum is blank.
    OptionError
        If the wave or an option is unknown.

    Warns
    -----
    EenzaamStatsWarning
        If the weight that is asked for is doubtful for loneliness.

    See Also
    --------
    eenzaam_stats.loaders.codebook.codebook.load_codebook : Names, codes, weights, evidence.
    eenzaam_stats.scoring.scale.score : Scores from the items.

    Notes
    -----
    **Unit.** ``published_*`` scores are points and flags; weights are as in the file.

    **Missing data.** Per variable: codes that the file declares, the codebook lists or a label
    names, minus the codes that the codebook lists as valid. A missing item keeps its kind in a
    column such as ``djg_3_missing``. Respondents of CBS were not asked; they are dropped and
    counted where the wave has a variable that tells them apart.

    **Validated against.** The scores that the file itself carries, on every reading.

    Examples
    --------
    >>> read_gezondheidsmonitor("gm2022.sav", wave=2021)
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: wave is 2021, which is not an option. Choose one of 2012, ...
    """
    require_option(duplicates, Duplicates, name="duplicates")
    if not 0 <= max_disagreement <= 1:
        raise OptionError(f"max_disagreement is {max_disagreement}. Choose a share from 0 to 1.")
    options = {
        "weight": weight,
        "duplicates": duplicates,
        "max_disagreement": max_disagreement,
        "leave_out": list(leave_out),
        **file_words,
    }
    place = path.path if isinstance(path, SurveyFile) else Path(path)

    def read(codebook: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            file = path if isinstance(path, SurveyFile) else open_spss(path)
            file = with_options(file, file_words)
            reading = harmonise_file(file, codebook, weight=weight, leave_out=leave_out)
            reading = _without_duplicates(_with_age_groups(reading), duplicates)
            frame = respondents(reading, source=NAME)
            checks = _agreement(reading, frame, max_disagreement=max_disagreement)
            return as_survey(reading, source=NAME, checks=checks)

        return cache_survey(cache, CacheKey(NAME, (place,), repr(codebook), options), from_file)

    return read_waves(wave, load_codebook(NAME).wave, read)


def _with_age_groups(reading: Reading) -> Reading:
    """Bands from ages, unless the file has the bands of the codebook's first choice."""
    selection, columns = reading.selection, reading.columns
    preferred = selection.wave.candidates("age_group")[0]
    read = [match.variable for match in selection.matches if match.variable.name == "age_group"]
    if "age" not in columns or "age_group" in reading.leave_out or preferred in read:
        return reading
    return replace(reading, columns=columns | {"age_group": band_ages(columns["age"], preferred)})


def _without_duplicates(reading: Reading, duplicates: Duplicates) -> Reading:
    if duplicates == "report" or "person_id" not in reading.columns:
        return reading
    gaps = np.sum([reading.columns[name].kinds != VALID for name in DJG_ITEMS], axis=0)
    keep = select_rows(reading.columns["person_id"].values, gaps, duplicates=duplicates)
    return reading.keep_rows(keep, reason=f"respondent occurs more than once (kept: {duplicates})")


def _agreement(
    reading: Reading, frame: pd.DataFrame, *, max_disagreement: float
) -> tuple[CheckResult, ...]:
    names = {name: column.source_name for name, column in reading.columns.items()}
    return agreement_checks(PublishedScores(frame, reading.rows, names, max_disagreement))
