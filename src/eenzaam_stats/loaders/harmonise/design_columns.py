"""Columns of the design, and rows and years that do not belong: what a file must have right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import BoolArray
from eenzaam_stats.errors import DesignError, SchemaError, SourceError, list_all
from eenzaam_stats.keys import key_text, normal_word
from eenzaam_stats.loaders.harmonise.column import VALID, Harmonised, RawColumn
from eenzaam_stats.loaders.harmonise.harmonise import text_values
from eenzaam_stats.loaders.harmonise.selection import Selection
from eenzaam_stats.loaders.harmonise.weighting import complete_strata, sound_weights

_SEVERAL = "Read the file as that wave, or write wave=[...] with the waves to keep."
Dropped = tuple[tuple[str, int], ...]


def rows_of_year(
    selection: Selection, values: pd.DataFrame, keep: BoolArray
) -> tuple[BoolArray, Dropped]:
    """Leave out rows of other waves, where that is asked for.

    Raises
    ------
    SchemaError
        If rows are of another wave and one wave was asked for; or several waves were, and the file
        has no column that tells them apart.
    SourceError
        If no row is left.
    """
    wave = selection.wave
    column = selection.year or _year_variable(selection)
    if column is None or (selection.year is None and not wave.own_rows_only):
        if wave.shares_file:
            _require_told_apart(selection)
        return keep, ()
    # 2022, 2022.0 and "2022" are one year, whatever program wrote the file.
    years = key_text(values[column]).map(normal_word, na_action="ignore")
    blank = years.isna().to_numpy(dtype=np.bool_)
    own = (years == str(wave.year)).to_numpy(dtype=np.bool_, na_value=False)
    if not wave.own_rows_only:
        _require_one_year(years, keep & ~own & ~blank, selection, column)
        return keep, ()
    if not (keep & own).any():
        raise SourceError(
            f"{selection.file.path.name} holds no row of {selection.place}: {column} is never "
            f"{wave.year}. Check the file and the wave."
        )
    counts = (
        (f"rows of another wave than {wave.year} ({column})", keep & ~own & ~blank),
        (f"wave of the row is blank ({column})", keep & blank),
    )
    return keep & own, tuple((why, int(at.sum())) for why, at in counts if at.any())


def _year_variable(selection: Selection) -> str | None:
    found = [match.column for match in selection.matches if match.variable.role == "survey_year"]
    return found[0] if found else None


def _require_told_apart(selection: Selection) -> None:
    """Raise when the source can tell waves apart and the file lacks the column for it."""
    wave, rule = selection.wave, selection.wave.respondents
    names = [v.source_names[0] for v in wave.variables if v.role == "survey_year"]
    if rule is not None and rule.keep == (wave.year,):
        names = [] if selection.marker else [rule.source_name]
    elif wave.wave_column:
        names = [wave.wave_column]
    if names and not _own_weight(selection):
        raise SchemaError(
            f"{selection.place}: several waves of one file are asked for, and it has no column "
            f"[{list_all(names)}] that tells their rows apart. Add it, or read one wave."
        )


def _own_weight(selection: Selection) -> bool:
    """Whether a weight of this wave alone says which rows are in its sample."""
    return bool(selection.wave.blank_weight) and selection.weight is not None


def _require_one_year(
    years: pd.Series[str], other: BoolArray, selection: Selection, column: str
) -> None:
    if other.any():
        first = int(other.argmax())
        raise SchemaError(
            f"{selection.place}: {column} is {years.iloc[first]} in row {first + 1}, and another "
            f"wave than {selection.wave.year} in {int(other.sum()):,} row(s). {_SEVERAL}"
        )


# harmonised names per stage of sampling
CLUSTERS, SIZES = ("cluster", "cluster_2"), ("fpc", "fpc_2")


def rows_with_weight(
    selection: Selection, values: pd.DataFrame, keep: BoolArray
) -> tuple[BoolArray, Dropped]:
    """Leave out rows whose weight is 0 or blank, where the codebook says what that means.

    Raises
    ------
    DesignError
        If no row is left.
    """
    wave = selection.wave
    if not (wave.zero_weight or wave.blank_weight) or selection.weight is None:
        return keep, ()
    raw = selection.raw_numbers(selection.weight, values, np.arange(1, len(values) + 1))
    weights = raw.without_declared()
    text = None if pd.api.types.is_numeric_dtype(weights) else weights.astype("str").str.strip()
    blank = weights.isna() if text is None else weights.isna() | (text == "")
    counts: list[tuple[str, int]] = []
    # A weight of 0 says that the person is in another sample of the file. It is counted under its
    # reason, and is no missing answer.
    left = keep.copy()
    for meaning, what, found in (
        (wave.zero_weight, "0", weights == 0),
        (wave.blank_weight, "blank", blank),
    ):
        at = found.to_numpy(dtype=np.bool_, na_value=False) & keep
        if meaning and at.any():
            left &= ~at
            counts.append((f"{meaning} ({selection.weight} is {what})", int(at.sum())))
    if keep.any() and not left.any():
        raise DesignError(
            f"{selection.place}: the weight {selection.weight!r} is 0 or blank in all "
            f"{int(keep.sum()):,} row(s), so nobody is in its sample. Name another weight with "
            "weight=, or check the wave."
        )
    return left, tuple(counts)


def require_year(
    year: Harmonised | None, selection: Selection, rows: npt.NDArray[np.int64]
) -> None:
    """Raise when the file says that a row is of another year than the wave."""
    if year is None:
        return
    other = (year.values != selection.wave.year).fillna(False).to_numpy(dtype=np.bool_)
    if other.any():
        first = int(other.argmax())
        raise SchemaError(
            f"{selection.place}: {year.source_name} is {year.values.iloc[first]} in row "
            f"{rows[first]}, and another year than {selection.wave.year} in {int(other.sum()):,} "
            f"row(s). {_SEVERAL}"
        )


def without_blank_design(selection: Selection, frame: pd.DataFrame) -> Selection:
    """Take out a stratum or cluster that no row of this wave has, in a file of several waves.

    A file of several waves has the columns of all of them. In a file of one wave a blank column is
    an error.
    """
    if not selection.wave.own_rows_only:
        return selection
    named = {"stratum": selection.stratum, "cluster": selection.cluster}
    blank = {
        what: name
        for what, name in named.items()
        if name is not None and key_text(frame[name]).isna().all()
    }
    notes = (
        f"the {what} {name} is blank in every row of {selection.wave.name}: it has none"
        for what, name in blank.items()
    )
    return replace(
        selection,
        stratum=None if "stratum" in blank else selection.stratum,
        cluster=None if "cluster" in blank else selection.cluster,
        notes=(*selection.notes, *notes),
    )


def design_columns(
    selection: Selection, frame: pd.DataFrame, rows: npt.NDArray[np.int64]
) -> dict[str, Harmonised]:
    """Weight, stratum, clusters and population sizes of every row, complete and sound."""
    valid = np.full(len(rows), VALID, dtype=np.int8)
    columns: dict[str, Harmonised] = {}
    if selection.weight is not None:
        raw = selection.raw_numbers(selection.weight, frame, rows)
        weights = pd.Series(sound_weights(raw, place=selection.place))
        columns["weight"] = Harmonised("weight", selection.weight, weights, valid)
    for what, name in (
        ("stratum", selection.stratum),
        (CLUSTERS[0], selection.cluster),
        (CLUSTERS[1], selection.inner_cluster),
    ):
        if name is not None:
            raw = selection.raw(name, frame, rows)
            text, _ = text_values(raw, place=selection.place)
            unit = "second-stage unit" if what == CLUSTERS[1] else what
            whole = complete_strata(
                text, rows, name=name, place=selection.place, what=unit, words=raw.blank_words()
            )
            columns[what] = Harmonised(what, name, whole, valid)
    for what, name in zip(SIZES, selection.fpc, strict=False):
        raw = selection.raw_numbers(name, frame, rows, what="population size")
        size = _sizes(raw, place=selection.place)
        columns[what] = Harmonised(what, name, size, valid)
    return columns


def _sizes(raw: RawColumn, *, place: str) -> pd.Series[float]:
    """Numbers of sampling units in the population, after the check that each is one."""
    values = pd.Series(pd.to_numeric(raw.without_declared(), errors="coerce"), dtype="Float64")
    sizes = values.to_numpy(np.float64, na_value=np.nan)
    # A missing size would make the fraction 0 or the whole: neither was said.
    bad = ~(np.isfinite(sizes) & (sizes > 0))
    if bad.any():
        raise DesignError(
            f"{place}: the population size {raw.name!r} is blank, text or not above zero in "
            f"{int(bad.sum()):,} row(s), first in row {raw.rows[int(bad.argmax())]}. Complete it "
            "in the file, or take fpc out of the design."
        )
    return pd.Series(sizes)
