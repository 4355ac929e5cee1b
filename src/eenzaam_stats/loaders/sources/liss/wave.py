"""One file of the core study of the LISS panel becomes harmonised columns of one wave.

Only the names of this wave count, the labels must be those of the items, and a person may occur
once. Background variables are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import SchemaError, UnknownColumnError, list_all
from eenzaam_stats.loaders.codebook.layout import Codebook, Variable, WaveCodebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.column import VALID, Harmonised, RawColumn
from eenzaam_stats.loaders.harmonise.file_labels import require_file_labels
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column
from eenzaam_stats.loaders.harmonise.matching import Match, NameIndex, match_variables
from eenzaam_stats.loaders.harmonise.selection import ORIGIN_COLUMNS
from eenzaam_stats.loaders.sources.liss.labels import require_core_study, require_items
from eenzaam_stats.vocabulary import Origin

PERSON, MONTH = "person_id", "month"
KEYS = (PERSON, MONTH)
# Fieldwork may run past New Year, no further.
_YEARS_OFF = 1
_SYNTHETIC = Origin.SYNTHETIC.value


@dataclass(frozen=True, slots=True, eq=False)
class WaveReading:
    """What one file of the core study holds.

    Attributes
    ----------
    code, file : str
        Wave, such as ``cs08a``, and name of its file.
    year : int
        Year of the wave.
    columns : mapping of str to Harmonised
        Person, month as YYYYMM, items and satisfaction, each of length n.
    origin : Origin
        Synthetic when the file says so.
    notes : tuple of str
        What a reader must know about this file.
    """

    code: str
    file: str
    year: int
    columns: Mapping[str, Harmonised]
    origin: Origin
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.columns[PERSON].kinds)


def wave_codes(codebook: Codebook) -> dict[str, int]:
    """Year of each wave code, in order of time, as the names of the month variable give them.

    Examples
    --------
    >>> from eenzaam_stats.loaders.codebook.codebook import load_codebook
    >>> codes = wave_codes(load_codebook("liss"))
    >>> codes["cs08a"], codes["cs25r"], len(codes)
    (2008, 2025, 18)
    """
    return {
        name.removesuffix("_m"): year
        for year, name in zip(
            codebook.years, codebook.waves[0].candidates(MONTH)[0].source_names, strict=True
        )
    }


def read_wave(
    path: Path,
    code: str,
    *,
    wave: WaveCodebook,
    leave_out: Sequence[str] = (),
    **file_words: Unpack[FileWords],
) -> WaveReading:
    """Read and harmonise one wave.

    Parameters
    ----------
    path : Path
        File of the core study.
    code : str
        Wave, such as ``cs08a``; names of variables start with it.
    wave : WaveCodebook
        Rows of the codebook.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read.
    **file_words
        How the file is written.

    Returns
    -------
    WaveReading
        One row per person.

    Raises
    ------
    SourceError
        If the file cannot be read, is no file of this wave, or is about the coronavirus.
    UnknownColumnError
        If an item, the person or the month is absent.
    ScaleError, SchemaError
        If labels are not those of the items, a person is blank or occurs twice, or a month is far
        from the year of the wave.
    UnknownCodeError
        If a value is neither valid nor missing in this wave.
    """
    file = open_file(path, **file_words)
    place = f"{wave.title} {code} ({path.name})"
    require_core_study(file)
    own = _own_variables(wave, code)
    index = NameIndex(file.columns, ())
    matches, absent = match_variables(own, index, file=path.name, leave_out=leave_out)
    _require_keys(absent, own, file, place=place)
    for match in matches:
        if match.variable.role == "item":
            require_items(match, file, place=place)
        else:
            require_file_labels(match.variable, file, match.column)
    columns, origin, encoding = _harmonise_matches(file, matches, place=place)
    _require_persons(columns[PERSON], place=place)
    _require_months(columns[MONTH], wave.year, place=place)
    notes = _notes(file, matches, absent, columns, encoding=encoding, code=code)
    return WaveReading(code, path.name, wave.year, columns, origin, notes)


def _own_variables(wave: WaveCodebook, code: str) -> WaveCodebook:
    """Variables of the core study, with the names of this wave only."""
    own: list[Variable] = []
    for variable in wave.variables:
        if variable.name == PERSON:
            own.append(variable)
        names = tuple(name for name in variable.source_names if name.startswith(code))
        if names:
            own.append(replace(variable, source_names=names))
    return replace(wave, variables=tuple(own))


def _require_keys(
    absent: Sequence[str], own: WaveCodebook, file: SurveyFile, *, place: str
) -> None:
    names = [own.candidates(name)[0].source_names[0] for name in KEYS if name in absent]
    if names:
        raise UnknownColumnError.among(names, file.columns, needed_for=place)


def _harmonise_matches(
    file: SurveyFile, matches: Sequence[Match], *, place: str
) -> tuple[dict[str, Harmonised], Origin, str | None]:
    said = origin_columns(file)
    frame, encoding = read_columns(file, [*(match.column for match in matches), *said])
    rows = np.arange(1, len(frame) + 1)
    columns = {
        match.variable.name: harmonise_column(
            match.variable, raw_column(file, match.column, frame, rows), place=place
        )
        for match in matches
    }
    return columns, read_origin(file, frame, said), encoding


def raw_column(
    file: SurveyFile, column: str, frame: pd.DataFrame, rows: npt.NDArray[np.int64]
) -> RawColumn:
    """One column with its labels and missing declarations."""
    return RawColumn(
        column,
        frame[column],
        rows,
        file.value_labels.get(column, {}),
        file.missing_ranges.get(column, ()),
        file.options,
    )


def origin_columns(file: SurveyFile) -> tuple[str, ...]:
    """Text columns that can say that rows are synthetic."""
    return tuple(
        own for own in file.columns if own.casefold() in ORIGIN_COLUMNS and own in file.text_columns
    )


def read_origin(file: SurveyFile, frame: pd.DataFrame, columns: Sequence[str]) -> Origin:
    """Synthetic when the file label or any row says so, microdata otherwise."""
    said = [file.label, *(text for name in columns for text in frame[name].unique())]
    synthetic = any(_SYNTHETIC in str(text).casefold() for text in said)
    return Origin.SYNTHETIC if synthetic else Origin.MICRODATA


def _require_persons(person: Harmonised, *, place: str) -> None:
    blank = person.kinds != VALID
    if blank.any():
        raise SchemaError(
            f"{place}: {person.source_name} is blank in {int(blank.sum())} row(s), first in row "
            f"{int(blank.argmax()) + 1}. Every row needs its person; export the file again."
        )
    again = person.values.duplicated().to_numpy(dtype=np.bool_)
    if again.any():
        raise SchemaError(
            f"{place}: {int(again.sum())} row(s) repeat a {person.source_name}, first in row "
            f"{int(again.argmax()) + 1}. A wave holds each person once; keep one row per person."
        )


def _require_months(month: Harmonised, year: int, *, place: str) -> None:
    values = month.values.to_numpy(dtype=np.float64, na_value=np.nan)
    no_month = ~np.isin(values % 100, np.arange(1, 13)) & ~np.isnan(values)
    far = no_month | (np.abs(values // 100 - year) > _YEARS_OFF)
    if far.any():
        first = int(far.argmax())
        raise SchemaError(
            f"{place}: {month.source_name} is {values[first]:.0f} in row {first + 1}, which is no "
            f"month of the fieldwork of {year} ({int(far.sum())} row(s)). "
            "Check that the file is the wave that its name says."
        )


def _notes(
    file: SurveyFile,
    matches: Sequence[Match],
    absent: Sequence[str],
    columns: Mapping[str, Harmonised],
    *,
    encoding: str | None,
    code: str,
) -> tuple[str, ...]:
    items = [match for match in matches if match.variable.role == "item"]
    bare = [match.column for match in items if not file.value_labels.get(match.column)]
    unnamed = [match.column for match in items if not file.column_labels.get(match.column)]
    doubtful = [m.column for m in items if m.variable.evidence_word != "confirmed"]
    months = columns[MONTH]
    blank = int((months.kinds != VALID).sum())
    notes = [note for column in columns.values() for note in column.notes]
    if encoding is not None:
        notes.append(f"read as {encoding}, for its bytes do not fit its stated encoding")
    if doubtful and not bare and not unnamed:
        notes.append(f"{len(doubtful)} item(s) not confirmed in public; the labels agree")
    if bare:
        notes.append(f"no value labels: the direction of {', '.join(bare)} rests on the codebook")
    if unnamed:
        notes.append(f"no label that names the item: {', '.join(unnamed)}")
    if blank:
        notes.append(f"{months.source_name} is blank in {blank:,} row(s)")
    missing = [name for name in absent if name not in KEYS]
    if missing:
        notes.append(f"not in the file: {list_all(missing)}")
    return tuple(f"{code}: {note}" for note in notes)
