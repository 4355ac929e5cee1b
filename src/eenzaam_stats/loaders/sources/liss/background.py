"""Background variables of the LISS panel, looked up per person in the month of the fieldwork.

Persons are the only key: households change. A month without a file leaves its rows without
background, counted; it is never filled from another month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import SchemaError, UnknownColumnError
from eenzaam_stats.keys import key_form
from eenzaam_stats.loaders.codebook.layout import Variable, WaveCodebook
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.column import BLANK, VALID, Harmonised
from eenzaam_stats.loaders.harmonise.file_labels import file_labels, require_file_labels
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column, text_values
from eenzaam_stats.loaders.harmonise.matching import Match, NameIndex
from eenzaam_stats.loaders.sources.liss.labels import require_sexes
from eenzaam_stats.loaders.sources.liss.stack import without_values
from eenzaam_stats.loaders.sources.liss.wave import (
    PERSON,
    origin_columns,
    raw_column,
    read_origin,
)
from eenzaam_stats.vocabulary import MissingKind, Origin

HOUSEHOLD = "household_id"
_MONTH_COLUMN = "wave"


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """Background of some people in one month.

    Attributes
    ----------
    columns : mapping of str to Harmonised
        Harmonised columns, in the order of the people asked for.
    found : ndarray of bool, shape (n,)
        Whether the file has the person.
    origin : Origin
        Synthetic when the file says so.
    notes : tuple of str
        What a reader must know about this file.
    form : str
        How the keys of persons in the file look.
    """

    columns: Mapping[str, Harmonised]
    found: npt.NDArray[np.bool_]
    origin: Origin
    notes: tuple[str, ...]
    form: str = ""


def background_variables(wave: WaveCodebook, *, leave_out: Sequence[str]) -> tuple[Variable, ...]:
    """Rows of the codebook that stand in the background file."""
    return tuple(
        variable
        for variable in wave.variables
        if (variable.role == "demographic" or variable.name == HOUSEHOLD)
        and not variable.source_names[0].startswith("cs")
        and variable.name not in leave_out
    )


def read_background(
    path: Path,
    month: int,
    *,
    people: pd.Series[str],
    wave: WaveCodebook,
    leave_out: Sequence[str],
    **file_words: Unpack[FileWords],
) -> Background:
    """Background of the people of one wave who were interviewed in one month.

    Parameters
    ----------
    path : Path
        Background file of the month.
    month : int
        YYYYMM, as in the name of the file.
    people : pandas.Series of str, length n
        Persons to look up.
    wave : WaveCodebook
        Rows of the codebook for the year of the month.
    leave_out : sequence of str
        Harmonised columns that must not be read.
    **file_words
        How the file is written.

    Returns
    -------
    Background
        One row per person asked for; a person who is not in the file has no answer.

    Raises
    ------
    UnknownColumnError
        If the person or the household is not in the file.
    SchemaError
        If a person is blank or occurs twice, the file is of another month, or labels contradict
        the codebook.
    SourceError, UnknownCodeError
        If the file cannot be read, or a value is not in the codebook.
    """
    file = open_file(path, **file_words)
    place = f"{wave.title} background {month} ({path.name})"
    index = NameIndex(file.columns, ())
    keys = [wave.candidates(name)[0].source_names[0] for name in (PERSON, HOUSEHOLD)]
    absent = [name for name in keys if index.find(name) is None]
    if absent:
        raise UnknownColumnError.among(absent, file.columns, needed_for=place)
    matches, notes = _matches(wave, index, file, leave_out=leave_out)
    person, own_month = str(index.find(keys[0])), index.find(_MONTH_COLUMN)
    said = origin_columns(file)
    single = [person, *([own_month] if own_month else []), *said]
    frame, encoding = read_columns(file, [*(match.column for match in matches), *single])
    rows = np.arange(1, len(frame) + 1)
    known, kinds = text_values(raw_column(file, person, frame, rows), place=place)
    _require_unique(known, kinds == VALID, name=person, place=place)
    if own_month:
        months = raw_column(file, own_month, frame, rows).as_numbers(place=place).values
        _require_month(months, month, name=own_month, place=place)
    places = pd.Index(known).get_indexer(pd.Index(people))
    columns = _look_up(file, frame, matches, places, place=place)
    if encoding is not None:
        notes = (*notes, f"{path.name}: read as {encoding}; accented letters can be wrong")
    return Background(columns, places >= 0, read_origin(file, frame, said), notes, key_form(known))


def _matches(
    wave: WaveCodebook, index: NameIndex, file: SurveyFile, *, leave_out: Sequence[str]
) -> tuple[list[Match], tuple[str, ...]]:
    matches, unlabelled = [], []
    for variable in background_variables(wave, leave_out=leave_out):
        column = index.find(variable.source_names[0])
        if column is None:
            continue
        labels = file_labels(variable, file, column)
        own = _with_labels(variable, labels) if _lacks_codes(variable) else variable
        if _lacks_codes(own):
            unlabelled.append(column)
            continue
        require_file_labels(own, file, column)
        if own.name == "sex":
            require_sexes(own, labels, column=column)
        matches.append(Match(own, column))
    if not unlabelled:
        return matches, ()
    names = ", ".join(unlabelled)
    return matches, (f"{file.path.name}: {names} has no value labels and was not read",)


def _lacks_codes(variable: Variable) -> bool:
    return variable.kind == "category" and not variable.codes


def _with_labels(variable: Variable, labels: Mapping[Any, str]) -> Variable:
    """Give a variable whose value list was not seen the values that the file itself labels."""
    kinds = {code: missing_kind(label) for code, label in labels.items()}
    return replace(
        variable,
        codes={code: (said.strip(), said) for code, said in labels.items() if kinds[code] is None},
        missing={code: kind for code, kind in kinds.items() if kind is not None},
    )


def _look_up(
    file: SurveyFile,
    frame: pd.DataFrame,
    matches: Sequence[Match],
    places: npt.NDArray[np.intp],
    *,
    place: str,
) -> dict[str, Harmonised]:
    """Harmonise the rows of the people asked for only: children and others are not looked at."""
    found = places >= 0
    own = frame.iloc[places[found]].reset_index(drop=True)
    rows = places[found].astype(np.int64) + 1
    into = np.full(len(places), -1, dtype=np.intp)
    into[found] = np.arange(int(found.sum()))
    columns = {}
    for match in matches:
        column = harmonise_column(
            match.variable, raw_column(file, match.column, own, rows), place=place
        )
        columns[match.variable.name] = take_rows(column, into)
    return columns


def take_rows(column: Harmonised, places: npt.NDArray[np.intp]) -> Harmonised:
    """Rows of a column by place; a place of -1 is a person without an answer."""
    blank = without_values(column, 1, kind=MissingKind.NO_ANSWER)
    values = pd.concat([column.values, blank.values], ignore_index=True)
    kinds = np.append(column.kinds, BLANK)
    return replace(column, values=values.take(places).reset_index(drop=True), kinds=kinds[places])


def _require_unique(
    known: pd.Series[str], valid: npt.NDArray[np.bool_], *, name: str, place: str
) -> None:
    again = (known.duplicated() & known.notna()).to_numpy(dtype=np.bool_)
    for bad, what in ((~valid, "are blank in"), (again, "repeat a person in")):
        if bad.any():
            raise SchemaError(
                f"{place}: values of {name} {what} {int(bad.sum())} row(s), first in row "
                f"{int(bad.argmax()) + 1}. Nobody can be looked up in it; copy the file again."
            )


def _require_month(own: pd.Series[float], month: int, *, name: str, place: str) -> None:
    months = pd.to_numeric(own, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    other = months != month
    if other.any():
        first = int(other.argmax())
        raise SchemaError(
            f"{place}: {name} is {months[first]:.0f} in row {first + 1} and another month than "
            f"the name of the file says in {int(other.sum())} row(s). "
            "Give the file of one month the name it had in the archive."
        )
