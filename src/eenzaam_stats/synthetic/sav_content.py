"""Columns of a synthetic SPSS file with the labels of a codebook, for any source.

Names may carry the prefix of a wave. No number is made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.loaders.codebook.layout import Variable, WaveCodebook
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.synthetic.columns import FileContent
from eenzaam_stats.vocabulary import MissingKind, Origin

ORIGIN_COLUMN = "source"
MIN_ROWS = 1_000
# Place of a missing answer among the answers of a variable.
MISSING = -1


def require_size(n: int, seed: int) -> None:
    """Raise when a file of that size or seed cannot be made."""
    if n < MIN_ROWS:
        raise OptionError(
            f"n is {n}, too few for people in every group. Ask for {MIN_ROWS:,} or more."
        )
    if seed < 0:
        raise OptionError(f"seed is {seed}, which is below 0. Choose a whole number from 0 up.")


def find_code(variable: Variable, kind: MissingKind) -> int:
    """First code of a variable that stands for one kind of missing."""
    return next(int(code) for code, own in variable.missing.items() if own is kind)


def code_places(places: IntArray, variable: Variable, kind: MissingKind) -> FloatArray:
    """Codes by their place in the codebook; a missing answer gets the code of its kind."""
    codes: FloatArray = np.array([*variable.codes, find_code(variable, kind)], dtype=np.float64)
    return np.take(codes, places)


def origin_rows(n: int) -> npt.NDArray[np.object_]:
    """Text column that says of every row that it is synthetic."""
    return np.full(n, Origin.SYNTHETIC.value, dtype=object)


def sav_content(
    wave: WaveCodebook, columns: Mapping[str, Any], *, own: Mapping[str, str]
) -> FileContent:
    """Columns with the labels and missing declarations of the codebook.

    Parameters
    ----------
    wave : WaveCodebook
        Variables with their labels.
    columns : mapping of str to array of length n
        By name in the file.
    own : mapping of str to str
        Labels of columns that are no variables of the codebook.

    Returns
    -------
    FileContent
        What the writer needs.
    """
    known = _find_known(wave, tuple(columns))
    value_labels: dict[str, dict[int | float, str]] = {
        name: {code: said for code, said in v.value_labels.items() if isinstance(code, int)}
        for name, v in known.items()
    }
    value_labels = {name: said for name, said in value_labels.items() if said}
    return FileContent(
        frame=pd.DataFrame(dict(columns)),
        labels={name: own[name] if name in own else known[name].label_nl for name in columns},
        value_labels=value_labels,
        missing={
            name: list(v.missing) for name, v in known.items() if v.missing and v.declared_missing
        },
        measures={name: "nominal" if name in value_labels else "scale" for name in columns},
        formats={
            name: f"{v.format}.0" for name, v in known.items() if v.format and v.kind != "text"
        },
    )


def _find_known(wave: WaveCodebook, names: tuple[str, ...]) -> dict[str, Variable]:
    index = NameIndex(names, wave.prefixes)
    found = {}
    for variable in wave.variables:
        for source_name in variable.source_names:
            column = index.find(source_name)
            if column is not None:
                found[column] = variable
    return found
