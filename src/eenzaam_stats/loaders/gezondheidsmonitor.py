"""``read_gezondheidsmonitor``: a file of the health monitor becomes a ``Survey``.

The order of the steps is all that stands here; names, codes and weights are in the codebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.age_band import banded_ages
from eenzaam_stats.loaders.agreement import PublishedScores, agreement_checks
from eenzaam_stats.loaders.codebook import load_codebook
from eenzaam_stats.loaders.column import VALID, Harmonised
from eenzaam_stats.loaders.duplicates import Duplicates, check_duplicates, kept_rows
from eenzaam_stats.loaders.findings import header_check, report_notes
from eenzaam_stats.loaders.harmonise import harmonised_column, text_values
from eenzaam_stats.loaders.selection import Selection, file_origin, own_rows, selected_columns
from eenzaam_stats.loaders.spss import open_spss, read_columns
from eenzaam_stats.loaders.weighting import complete_strata, sound_weights, weight_total
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, MISSING_SUFFIX
from eenzaam_stats.results import CheckResult
from eenzaam_stats.survey import Design, HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin, require_option

NAME = "gezondheidsmonitor"
_YEAR = "survey_year"


@dataclass(frozen=True, slots=True, eq=False)
class _Reading:
    """Harmonised columns of one file, with the row numbers they came from."""

    columns: dict[str, Harmonised]
    rows: npt.NDArray[np.int64]
    origin: Origin
    n_read: int
    dropped: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]


def read_gezondheidsmonitor(
    path: str | Path,
    *,
    wave: int,
    weight: str | None = None,
    duplicates: Duplicates = "report",
    max_disagreement: float = 0.01,
    leave_out: Sequence[str] = (),
) -> Survey:
    """Read and harmonise a file of the Gezondheidsmonitor Volwassenen en Ouderen.

    Parameters
    ----------
    path : str or Path
        File that ends in ``.sav`` or ``.zsav``.
    wave : int
        Year of the wave: 2012, 2016, 2020, 2022 or 2024.
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
    eenzaam_stats.loaders.codebook.load_codebook : Names, codes, weights and their evidence.
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
    codebook = load_codebook(NAME).wave(wave)
    file = open_spss(path)
    selection = selected_columns(file, codebook, weight=weight, leave_out=leave_out)
    reading = _without_duplicates(_read(selection, leave_out), duplicates)
    frame = _respondents(selection, reading)
    return Survey(
        respondents=frame,
        design=Design(
            weight="weight",
            stratum="stratum" if "stratum" in reading.columns else None,
            lonely_stratum="certainty",
        ),
        report=HarmonisationReport(
            source=NAME,
            wave=str(wave),
            file=file.path.name,
            origin=reading.origin,
            population=codebook.population,
            n_read=reading.n_read,
            n_kept=len(frame),
            dropped=reading.dropped,
            columns=tuple(reading.columns[name].report() for name in _order(reading)),
            checks=_checks(selection, reading, frame, max_disagreement=max_disagreement),
            notes=reading.notes,
        ),
    )


def _read(selection: Selection, leave_out: Sequence[str]) -> _Reading:
    values, encoding = read_columns(selection.file, selection.columns)
    origin = file_origin(selection, values)
    keep, dropped = own_rows(selection, values)
    rows = np.flatnonzero(keep) + 1
    own = values[keep].reset_index(drop=True)
    columns = {
        match.variable.name: harmonised_column(
            match.variable, selection.raw(match.column, own, rows), where=selection.where
        )
        for match in selection.matches
    }
    _require_year(columns.pop(_YEAR, None), selection, rows)
    columns |= _age_groups(selection, columns, leave_out)
    columns |= _design_columns(selection, own, rows)
    notes = report_notes(selection, columns, origin=origin, encoding=encoding, leave_out=leave_out)
    return _Reading(columns, rows, origin, len(values), dropped, notes)


def _require_year(
    year: Harmonised | None, selection: Selection, rows: npt.NDArray[np.int64]
) -> None:
    if year is None:
        return
    other = (year.values != selection.wave.year).fillna(False).to_numpy(dtype=np.bool_)
    if other.any():
        first = int(other.argmax())
        raise SchemaError(
            f"{selection.where}: {year.source_name} is {year.values.iloc[first]} in row "
            f"{rows[first]}, and another year than {selection.wave.year} in {int(other.sum()):,} "
            "row(s). Read the file as that wave, or keep one wave in it."
        )


def _age_groups(
    selection: Selection, columns: dict[str, Harmonised], leave_out: Sequence[str]
) -> dict[str, Harmonised]:
    """Bands from ages, unless the file has the bands of the codebook's first choice."""
    preferred = selection.wave.candidates("age_group")[0]
    read = [match.variable for match in selection.matches if match.variable.name == "age_group"]
    if "age" not in columns or "age_group" in leave_out or preferred in read:
        return {}
    return {"age_group": banded_ages(columns["age"], preferred)}


def _design_columns(
    selection: Selection, frame: pd.DataFrame, rows: npt.NDArray[np.int64]
) -> dict[str, Harmonised]:
    valid = np.full(len(rows), VALID, dtype=np.int8)
    raw = selection.raw(selection.weight, frame, rows)
    weights = pd.Series(sound_weights(raw, where=selection.where))
    columns = {"weight": Harmonised("weight", selection.weight, weights, valid)}
    if selection.stratum is not None:
        text, _ = text_values(selection.raw(selection.stratum, frame, rows))
        strata = complete_strata(text, rows, name=selection.stratum, where=selection.where)
        columns["stratum"] = Harmonised("stratum", selection.stratum, strata, valid)
    return columns


def _without_duplicates(reading: _Reading, duplicates: Duplicates) -> _Reading:
    if duplicates == "report" or "person_id" not in reading.columns:
        return reading
    gaps = np.sum([reading.columns[name].kinds != VALID for name in DJG_ITEMS], axis=0)
    keep = kept_rows(reading.columns["person_id"].values, gaps, duplicates=duplicates)
    if keep.all():
        return reading
    reason = f"respondent occurs more than once (kept: {duplicates})"
    return _Reading(
        {name: column.kept(keep) for name, column in reading.columns.items()},
        reading.rows[keep],
        reading.origin,
        reading.n_read,
        (*reading.dropped, (reason, int((~keep).sum()))),
        reading.notes,
    )


def _order(reading: _Reading) -> list[str]:
    schema = [column.name for column in COLUMNS if column.name in reading.columns]
    return [*schema, *(name for name in reading.columns if name not in schema)]


def _respondents(selection: Selection, reading: _Reading) -> pd.DataFrame:
    n = len(reading.rows)
    source = f"{NAME} (synthetic)" if reading.origin is Origin.SYNTHETIC else NAME
    series: dict[str, pd.Series[Any]] = {
        "source": pd.Series([source], dtype="str").repeat(n).reset_index(drop=True),
        "wave": pd.Series(np.full(n, selection.wave.year, dtype=np.int64)),
    }
    series |= {name: reading.columns[name].values for name in _order(reading)}
    for item in DJG_ITEMS:
        if (reading.columns[item].kinds != VALID).any():
            series[item + MISSING_SUFFIX] = reading.columns[item].missing_series()
    return pd.DataFrame(series)


def _checks(
    selection: Selection, reading: _Reading, frame: pd.DataFrame, *, max_disagreement: float
) -> tuple[CheckResult, ...]:
    columns = reading.columns
    names = {name: column.source_name for name, column in columns.items()}
    published = PublishedScores(frame, reading.rows, names, max_disagreement)
    again = (
        [check_duplicates(frame["person_id"], reading.rows, name=names["person_id"])]
        if "person_id" in columns
        else [CheckResult("duplicates", None, "the file has no key of the respondent")]
    )
    return (
        *header_check(selection),
        *again,
        weight_total(selection.weight, frame["weight"].to_numpy(np.float64)),
        *agreement_checks(published),
    )
