"""Columns of the design, and rows and years that do not belong: what a file must have right."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.loaders.column import VALID, Harmonised
from eenzaam_stats.loaders.harmonise import text_values
from eenzaam_stats.loaders.selection import Selection
from eenzaam_stats.loaders.weighting import complete_strata, sound_weights


def rows_with_weight(
    selection: Selection, values: pd.DataFrame, keep: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.bool_], tuple[tuple[str, int], ...]]:
    """Leave out rows whose weight is 0, where the codebook says what that means."""
    meaning = selection.wave.zero_weight
    if not meaning or selection.weight is None:
        return keep, ()
    raw = selection.raw_numbers(selection.weight, values, np.arange(1, len(values) + 1))
    zero = (raw.values == 0).to_numpy(dtype=np.bool_, na_value=False) & keep
    if not zero.any():
        return keep, ()
    return keep & ~zero, ((f"{meaning} ({selection.weight} is 0)", int(zero.sum())),)


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
            f"{selection.where}: {year.source_name} is {year.values.iloc[first]} in row "
            f"{rows[first]}, and another year than {selection.wave.year} in {int(other.sum()):,} "
            "row(s). Read the file as that wave, or keep one wave in it."
        )


def design_columns(
    selection: Selection, frame: pd.DataFrame, rows: npt.NDArray[np.int64]
) -> dict[str, Harmonised]:
    """Weight, stratum and cluster of every row, complete and sound."""
    valid = np.full(len(rows), VALID, dtype=np.int8)
    columns: dict[str, Harmonised] = {}
    if selection.weight is not None:
        raw = selection.raw_numbers(selection.weight, frame, rows)
        weights = pd.Series(sound_weights(raw, where=selection.where))
        columns["weight"] = Harmonised("weight", selection.weight, weights, valid)
    for what, name in (("stratum", selection.stratum), ("cluster", selection.cluster)):
        if name is not None:
            raw = selection.raw(name, frame, rows)
            text, _ = text_values(raw)
            words = raw.blank_words()
            whole = complete_strata(
                text, rows, name=name, where=selection.where, what=what, words=words
            )
            columns[what] = Harmonised(what, name, whole, valid)
    return columns
