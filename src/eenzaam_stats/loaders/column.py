"""A column before and after harmonising: values as in the file, values with kinds of missing.

Nothing here knows a codebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.survey import ColumnReport
from eenzaam_stats.vocabulary import MissingKind

KINDS: tuple[MissingKind, ...] = tuple(MissingKind)
VALID = -1
BLANK = np.int8(KINDS.index(MissingKind.NO_ANSWER))

Kinds = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column as the file has it.

    Attributes
    ----------
    name : str
        Name in the file.
    values : pandas.Series of length n
        Values with user-missing codes as they stand.
    rows : array of int, shape (n,)
        Row numbers in the file, from 1.
    labels : mapping of code to str
        Value labels.
    declared : tuple of (low, high)
        Declared user-missing values.
    """

    name: str
    values: pd.Series[Any]
    rows: npt.NDArray[np.int64]
    labels: Mapping[Any, str]
    declared: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Harmonised:
    """A harmonised column.

    Attributes
    ----------
    name, source_name : str
        Harmonised name and name in the file.
    values : pandas.Series of length n
        Categories, integers or text; missing is NA.
    kinds : array of int8, shape (n,)
        -1 for a valid value, otherwise the place of its kind of missing in ``MissingKind``.
    recodes : tuple of str
        Recodes done, as ``code -> value``.
    notes : tuple of str
        What a reader must know about this column.
    """

    name: str
    source_name: str
    values: pd.Series[Any]
    kinds: Kinds
    recodes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def report(self) -> ColumnReport:
        """Counts of valid and missing values."""
        counts = np.bincount(self.kinds.astype(np.int64) + 1, minlength=len(KINDS) + 1)
        missing = tuple(
            (kind.value, int(n)) for kind, n in zip(KINDS, counts[1:], strict=True) if n
        )
        return ColumnReport(self.name, self.source_name, int(counts[0]), missing, self.recodes)

    def kept(self, keep: npt.NDArray[np.bool_]) -> Harmonised:
        """Return the same column with some of its rows."""
        values = self.values[keep].reset_index(drop=True)
        return Harmonised(
            self.name, self.source_name, values, self.kinds[keep], self.recodes, self.notes
        )

    def missing_series(self) -> pd.Series[Any]:
        """Kinds of missing as a categorical column; NA where the value is valid."""
        categories = pd.Index([kind.value for kind in KINDS])
        return pd.Series(pd.Categorical.from_codes(self.kinds.astype(np.int64), categories))
