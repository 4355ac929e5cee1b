"""``Reading``: the harmonised columns of one file, before they become a ``Survey``.

Nothing is read or decided here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.loaders.harmonise.column import VALID, Harmonised
from eenzaam_stats.loaders.harmonise.findings import report_notes
from eenzaam_stats.loaders.harmonise.selection import Selection
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, MISSING_SUFFIX, UCLA_ITEMS
from eenzaam_stats.vocabulary import Origin

_ANSWERS = (*DJG_ITEMS, *UCLA_ITEMS, "direct")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """Harmonised columns of one file, before they become a ``Survey``.

    Attributes
    ----------
    selection : Selection
        File, wave and matched columns.
    columns : dict of str to Harmonised
        By harmonised name, each of length n; design columns are ``weight``, ``stratum`` and
        ``cluster``.
    rows : ndarray of int, shape (n,)
        Row numbers in the file, from 1.
    origin : Origin
        Microdata, or synthetic when the file says so.
    n_read : int
        Rows of the file.
    dropped : tuple of (str, int)
        Reason and number of rows left out.
    encoding : str or None
        Encoding used instead of the expected one.
    leave_out : tuple of str
        Harmonised columns that the user left out.
    """

    selection: Selection
    columns: dict[str, Harmonised]
    rows: npt.NDArray[np.int64]
    origin: Origin
    n_read: int
    dropped: tuple[tuple[str, int], ...]
    encoding: str | None
    leave_out: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """Harmonised names, those of the schema first and in its order."""
        schema = [column.name for column in COLUMNS if column.name in self.columns]
        return [*schema, *(name for name in self.columns if name not in schema)]

    def keep_rows(self, keep: npt.NDArray[np.bool_], *, reason: str) -> Reading:
        """Return the reading with some of its rows; the others are counted under the reason."""
        if keep.all():
            return self
        return replace(
            self,
            columns={name: column.keep_rows(keep) for name, column in self.columns.items()},
            rows=self.rows[keep],
            dropped=(*self.dropped, (reason, int((~keep).sum()))),
        )

    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader of the report."""
        return report_notes(
            self.selection,
            self.columns,
            origin=self.origin,
            encoding=self.encoding,
            leave_out=self.leave_out,
        )


def respondents(reading: Reading, *, source: str) -> pd.DataFrame:
    """Frame of a reading, columns in the order of the schema, kinds of missing beside answers."""
    n = len(reading.rows)
    title = f"{source} (synthetic)" if reading.origin is Origin.SYNTHETIC else source
    series: dict[str, pd.Series[Any]] = {
        "source": pd.Series([title], dtype="str").repeat(n).reset_index(drop=True),
        "wave": pd.Series(np.full(n, reading.selection.wave.year, dtype=np.int64)),
    }
    series |= {name: reading.columns[name].values for name in reading.names}
    for name in _ANSWERS:
        if name in reading.columns and (reading.columns[name].kinds != VALID).any():
            series[name + MISSING_SUFFIX] = reading.columns[name].missing_series()
    return pd.DataFrame(series)
