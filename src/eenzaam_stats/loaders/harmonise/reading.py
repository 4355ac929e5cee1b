"""The pipeline that every source goes through: a file and a wave of a codebook become a ``Survey``.

Names are matched, contradictions refused, values recoded, kinds of missing kept, design columns
taken and everything reported. No source is known by name here; a reader with more to do takes
``harmonise_file`` and ``as_survey`` apart.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import numpy as np

from eenzaam_stats.design import Design
from eenzaam_stats.errors import OptionError, SourceError, list_all
from eenzaam_stats.keys import key_text, normal_word
from eenzaam_stats.loaders.codebook.layout import Value, WaveCodebook
from eenzaam_stats.loaders.formats.opened import read_columns
from eenzaam_stats.loaders.formats.progress import tell
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.checks import direction_checks, file_checks
from eenzaam_stats.loaders.harmonise.design_columns import (
    CLUSTERS,
    SIZES,
    design_columns,
    require_year,
    rows_of_year,
    rows_with_weight,
    without_blank_design,
)
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column
from eenzaam_stats.loaders.harmonise.one_file import Reading, respondents
from eenzaam_stats.loaders.harmonise.selection import file_origin, own_rows, select_columns
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import HarmonisationReport, Survey

__all__ = ["Keep", "as_survey", "harmonise_file", "read_survey"]

Keep = Mapping[str, Collection[Value]]

_YEAR = "survey_year"


def read_survey(
    file: SurveyFile,
    wave: WaveCodebook,
    *,
    source: str,
    weight: str | None = None,
    leave_out: Sequence[str] = (),
    keep: Keep | None = None,
    cache: str | Path | None = None,
) -> Survey:
    """Harmonise one file by one wave of a codebook.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    wave : WaveCodebook
        Rows of the codebook.
    source : str
        Short name of the source; it stands in every row, with "(synthetic)" when the file says so.
    weight : str, optional
        Name of the weight; without it the one of the codebook is taken.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read.
    keep : mapping of str to collection of values, optional
        Harmonised columns and the values that a row must have to stay; other rows are counted.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, codebook,
        options and package are the same. It then holds answers of persons, as the file does.

    Returns
    -------
    Survey
        One row per respondent, with the design and the report of the reading.

    Raises
    ------
    SourceError
        If the file is of another survey or damaged, or no row is left.
    UnknownColumnError
        If required columns are absent; all are named.
    UnknownCodeError
        If a value is neither valid nor missing in the codebook.
    SchemaError
        If a name matches twice, labels contradict the codebook, or the year is another one.
    ScaleError
        If labels contradict the direction of the codebook.
    DesignError
        If the weight is wrong, absent, unnamed or not above zero, or a stratum or cluster is blank.
    OptionError
        If a column to leave out or to keep rows by is unknown.

    See Also
    --------
    harmonise_file : The first half, for a source with levels or with more to do.
    eenzaam_stats.loaders.formats.opened.open_file : Opens a file of any format.

    Notes
    -----
    **Unit.** Weights as in the file.

    **Missing data.** Per variable: codes that the file declares, the codebook lists or a label
    names, minus the codes that the codebook lists as valid. A missing answer keeps its kind in a
    column such as ``direct_missing``.
    """

    def read() -> Survey:
        reading = harmonise_file(file, wave, weight=weight, leave_out=leave_out)
        return as_survey(reading if keep is None else _rows_to_keep(reading, keep), source=source)

    options = {"weight": weight, "leave_out": list(leave_out), "keep": _list_values(keep)}
    return cache_survey(cache, CacheKey(source, (file.path,), repr(wave), options), read)


def harmonise_file(
    file: SurveyFile,
    wave: WaveCodebook,
    *,
    weight: str | None = None,
    weights_for: str | None = None,
    leave_out: Sequence[str] = (),
) -> Reading:
    """Read the columns of a file that a wave knows, and recode them; as ``read_survey``.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    wave : WaveCodebook
        Rows of the codebook.
    weight : str, optional
        Name of the weight; without it the one of the level or of the codebook is taken.
    weights_for : str, optional
        Level of the estimates, where the source has a weight or a stratum for each.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read.

    Returns
    -------
    Reading
        Harmonised columns, for ``as_survey``.

    Raises
    ------
    OptionError
        If the level is unknown; all other errors as for ``read_survey``.
    """
    selection = select_columns(
        file, wave, weight=weight, leave_out=leave_out, weights_for=weights_for
    )
    values, encoding = read_columns(file, selection.columns)
    tell(f"harmonising {len(values):,} rows of {file.path.name}")
    origin = file_origin(selection, values)
    keep, dropped = own_rows(selection, values)
    keep, other_years = rows_of_year(selection, values, keep)
    weighted, unweighted = rows_with_weight(selection, values, keep)
    rows = np.flatnonzero(weighted) + 1
    own = values[weighted].reset_index(drop=True)
    columns = {
        match.variable.name: harmonise_column(
            match.variable, selection.raw(match.column, own, rows), place=selection.place
        )
        for match in selection.matches
    }
    require_year(columns.pop(_YEAR, None), selection, rows)
    selection = without_blank_design(selection, own)
    columns |= design_columns(selection, own, rows)
    return Reading(
        selection,
        columns,
        rows,
        origin,
        len(values),
        (*dropped, *other_years, *unweighted),
        encoding,
        tuple(leave_out),
    )


def as_survey(
    reading: Reading,
    *,
    source: str,
    checks: Sequence[CheckResult] | None = None,
    notes: Sequence[str] = (),
) -> Survey:
    """Survey of a reading.

    Parameters
    ----------
    reading : Reading
        Harmonised columns.
    source : str
        Short name of the source.
    checks : sequence of CheckResult, optional
        Checks that take the place of the direction of every scale whose items are there.
    notes : sequence of str, default ()
        Further notes for the report.

    Returns
    -------
    Survey
        One row per row of the reading.
    """
    wave, columns = reading.selection.wave, reading.columns
    frame = respondents(reading, source=source)
    return Survey(
        respondents=frame,
        design=Design(
            weight="weight" if "weight" in columns else None,
            stratum="stratum" if "stratum" in columns else None,
            cluster=tuple(name for name in CLUSTERS if name in columns) or None,
            fpc=tuple(name for name in SIZES if name in columns) or None,
            single_psu=wave.single_psu,
        ),
        report=HarmonisationReport(
            source=source,
            wave=wave.name,
            file=reading.selection.file.path.name,
            origin=reading.origin,
            population=wave.population,
            n_read=reading.n_read,
            n_kept=len(frame),
            dropped=reading.dropped,
            columns=tuple(columns[name].report() for name in reading.names),
            checks=(
                *file_checks(reading),
                *(direction_checks(frame) if checks is None else checks),
            ),
            notes=(*reading.notes(), *notes),
            age_floor=wave.age_floor,
        ),
    )


def _list_values(keep: Keep | None) -> dict[str, list[str]] | None:
    if keep is None:
        return None
    return {name: sorted(map(repr, wanted)) for name, wanted in keep.items()}


def _rows_to_keep(reading: Reading, keep: Keep) -> Reading:
    for name, wanted in keep.items():
        if name not in reading.columns:
            raise OptionError.among(name, sorted(reading.columns), name="keep")
        words = key_text(reading.columns[name].values).map(normal_word, na_action="ignore")
        at = words.isin([normal_word(str(one)) for one in wanted]).to_numpy(dtype=np.bool_)
        if not at.any():
            raise SourceError(
                f"{reading.selection.file.path.name} holds no row whose {name} is one of "
                f"[{list_all(wanted)}]. Check the file and the values."
            )
        reading = reading.keep_rows(at, reason=f"{name} is none of [{list_all(wanted)}]")
    return reading
