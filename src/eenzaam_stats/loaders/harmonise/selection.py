"""Which columns of a file are read and which rows belong: decided from metadata and markers.

Everything that can be refused before the values are read is refused here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import (
    AmbiguousNumberError,
    DesignError,
    OptionError,
    SourceError,
    UnknownCodeError,
)
from eenzaam_stats.keys import key_text, normal_word
from eenzaam_stats.loaders.codebook.layout import RespondentFilter, WaveCodebook
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.file_labels import require_file_labels
from eenzaam_stats.loaders.harmonise.matching import Match, NameIndex, match_variables
from eenzaam_stats.loaders.harmonise.weighting import level_column, weight_column
from eenzaam_stats.vocabulary import Origin

# Text columns in which a file can say that its rows are synthetic.
ORIGIN_COLUMNS = ("herkomst_bestand", "bron", "source")
_SYNTHETIC = Origin.SYNTHETIC.value


@dataclass(frozen=True, slots=True)
class Selection:
    """Columns of one file that are read.

    Attributes
    ----------
    file : SurveyFile
        Opened file.
    wave : WaveCodebook
        Rows of the codebook.
    matches : tuple of Match
        Variables and their columns.
    absent : tuple of str
        Harmonised columns that the file cannot fill.
    weight : str or None
        Column with the weight; ``None`` when the source delivers none.
    stratum, cluster, marker : str or None
        Columns with the stratum, the cluster and the sub-survey of the respondent.
    origin : tuple of str
        Text columns that can say that rows are synthetic.
    notes : tuple of str
        What a reader must know about the choice of the weight.
    year : str or None
        Column with the year or number of the wave, where no variable holds it.
    inner_cluster : str or None
        Column with the second-stage unit.
    fpc : tuple of str
        Columns with the number of sampling units in the population, per stage.
    """

    file: SurveyFile
    wave: WaveCodebook
    matches: tuple[Match, ...]
    absent: tuple[str, ...]
    weight: str | None
    stratum: str | None
    cluster: str | None
    marker: str | None
    origin: tuple[str, ...]
    notes: tuple[str, ...]
    year: str | None = None
    inner_cluster: str | None = None
    fpc: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Source and wave, for messages."""
        return f"{self.wave.title} {self.wave.name}"

    @property
    def columns(self) -> list[str]:
        """Names in the file, each once."""
        single = [self.weight, self.stratum, self.cluster, self.inner_cluster, *self.fpc]
        single += [self.marker, self.year]
        names = [*(match.column for match in self.matches), *single, *self.origin]
        return [name for name in dict.fromkeys(names) if name is not None]

    def raw(self, column: str, frame: pd.DataFrame, rows: npt.NDArray[np.int64]) -> RawColumn:
        """One column with its labels and missing declarations."""
        return RawColumn(
            column,
            frame[column],
            rows,
            self.file.value_labels.get(column, {}),
            self.file.missing_ranges.get(column, ()),
            self.file.options,
        )

    def raw_numbers(
        self,
        column: str,
        frame: pd.DataFrame,
        rows: npt.NDArray[np.int64],
        *,
        what: str = "weight",
    ) -> RawColumn:
        """The weight or a population size, as numbers where text can be read in one way only."""
        try:
            return self.raw(column, frame, rows).as_numbers(place=self.place)
        except AmbiguousNumberError as error:
            raise DesignError(
                f"{self.place}: the {what} {column!r} holds text instead of numbers: {error.doubt}"
            ) from error


def select_columns(
    file: SurveyFile,
    wave: WaveCodebook,
    *,
    weight: str | None,
    leave_out: Sequence[str],
    weights_for: str | None = None,
) -> Selection:
    """Match the columns of a file to the codebook and check labels and weight.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    wave : WaveCodebook
        Rows of the codebook.
    weight : str or None
        Weight that the user asks for.
    leave_out : sequence of str
        Harmonised columns that must not be read.
    weights_for : str, optional
        Level of the estimates, where the source has a weight or a stratum for each.

    Returns
    -------
    Selection
        Columns to read.

    Raises
    ------
    SourceError, UnknownColumnError, SchemaError
        If the required columns are not all in the file, or a name matches twice.
    ScaleError, SchemaError
        If value labels of the file contradict the codebook.
    DesignError
        If the weight is wrong, absent or must be named.
    OptionError
        If a column to leave out is no optional column of the wave, or the level is unknown.
    """
    _require_optional(wave, leave_out)
    index = NameIndex(file.columns, wave.prefixes)
    name = file.path.name
    matches, absent = match_variables(wave, index, file=name, leave_out=leave_out)
    for match in matches:
        require_file_labels(match.variable, file, match.column)
    if weights_for is not None and weight is None:
        weight = level_column(wave.weight_levels, weights_for)
    chosen, notes = weight_column(wave, index, weight=weight, file=name)
    stratum = wave.stratum
    if weights_for is not None and wave.stratum_levels:
        stratum = level_column(wave.stratum_levels, weights_for)
    marker = wave.respondents.source_name if wave.respondents else None
    return Selection(
        file=file,
        wave=wave,
        matches=matches,
        absent=absent,
        weight=chosen,
        stratum=index.find(stratum) if stratum else None,
        cluster=index.find(wave.cluster) if wave.cluster else None,
        marker=index.find(marker) if marker else None,
        origin=tuple(
            own
            for own in file.columns
            if own.casefold() in ORIGIN_COLUMNS and own in file.text_columns
        ),
        notes=notes,
        year=index.find(wave.wave_column) if wave.wave_column else None,
        inner_cluster=index.find(wave.inner_cluster) if wave.inner_cluster else None,
        fpc=tuple(found for name in wave.fpc if (found := index.find(name)) is not None),
    )


def _require_optional(wave: WaveCodebook, leave_out: Sequence[str]) -> None:
    needed = set(wave.mandatory_columns)
    optional = sorted({variable.name for variable in wave.variables} - needed)
    for name in leave_out:
        if name not in optional:
            raise OptionError.among(name, optional, name="leave_out")


def file_origin(selection: Selection, frame: pd.DataFrame) -> Origin:
    """Synthetic when the file label or any row says so, microdata otherwise."""
    said = [
        selection.file.label,
        *(text for name in selection.origin for text in frame[name].unique()),
    ]
    synthetic = any(_SYNTHETIC in str(text).casefold() for text in said)
    return Origin.SYNTHETIC if synthetic else Origin.MICRODATA


def own_rows(
    selection: Selection, frame: pd.DataFrame
) -> tuple[npt.NDArray[np.bool_], tuple[tuple[str, int], ...]]:
    """Rows of people who got the loneliness questions.

    Parameters
    ----------
    selection : Selection
        With the column that tells the sub-surveys apart, if the file has it.
    frame : pandas.DataFrame
        Values of the file.

    Returns
    -------
    keep : ndarray of bool, shape (rows,)
    dropped : tuple of (str, int)
        Reason and number of rows.

    Raises
    ------
    UnknownCodeError
        If the sub-survey of a row is not in the codebook.
    SourceError
        If no row is left.
    """
    rule, marker = selection.wave.respondents, selection.marker
    if rule is None or marker is None:
        return np.ones(len(frame), dtype=np.bool_), ()
    raw = selection.raw(marker, frame, np.arange(1, len(frame) + 1))
    # CBS respondents of a combined file never got the loneliness questions: kept, they would be
    # missing answers of people who were not asked.
    code = _marker_codes(raw, rule)
    blank = code.isna().to_numpy(dtype=np.bool_)
    keep = code.isin(rule.keep).to_numpy(dtype=np.bool_)
    _require_known(code, keep | blank, rule, place=selection.place, column=marker)
    if not keep.any():
        raise SourceError(
            f"{selection.file.path.name} holds no {rule.own}: {marker} is never "
            f"{' or '.join(str(code) for code in rule.keep)}. Check the file and the wave."
        )
    counts = (
        (f"{rule.others}, {rule.reason} ({marker})", int((~keep & ~blank).sum())),
        (f"sub-survey of the respondent is blank ({marker})", int(blank.sum())),
    )
    return keep, tuple((why, n) for why, n in counts if n)


def _marker_codes(raw: RawColumn, rule: RespondentFilter) -> pd.Series[Any]:
    """Sub-survey of every row as the codebook writes it; a blank is NA, another word stays."""
    known = {normal_word(str(code)): code for code in (*rule.keep, *rule.drop)}
    blank = [word for word in raw.blank_words() if word.strip() not in known]
    values = raw.without_declared()
    words = key_text(values.mask(values.isin(blank))).map(normal_word, na_action="ignore")
    return words.astype(object).map(lambda word: known.get(word, word), na_action="ignore")


def _require_known(
    code: pd.Series[Any],
    known: npt.NDArray[np.bool_],
    rule: RespondentFilter,
    *,
    place: str,
    column: str,
) -> None:
    strange = ~known & ~code.isin(rule.drop).to_numpy(dtype=np.bool_)
    if rule.drop and strange.any():
        first = int(strange.argmax())
        raise UnknownCodeError.in_rows(
            place,
            column=column,
            code=code.iloc[first],
            count=int((code == code.iloc[first]).sum()),
            first_row=first + 1,
            remedy="Correct the file: it decides whose answers count.",
        )
