"""Where the pages of a reading go: one frame in memory, or a Parquet file page by page."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.writing import PendingFile, require_place
from eenzaam_stats.statline.coder import Coded
from eenzaam_stats.statline.decode import Columns, Layout, columns_of, frame_of

VERB = "save_table()"


@dataclass(slots=True)
class FrameSink:
    """All pages as one frame."""

    layout: Layout
    frames: list[pd.DataFrame] = field(default_factory=list)

    def add(self, columns: Columns) -> None:
        """Take the columns of one page."""
        frame = frame_of(columns)
        if len(frame):
            self.frames.append(frame)

    def close(self) -> pd.DataFrame:
        """One frame; with its columns and without rows when nothing came."""
        if not self.frames:
            return frame_of(columns_of([], self.layout))
        return pd.concat(self.frames, ignore_index=True)

    def discard(self) -> None:
        """Forget the pages."""
        self.frames.clear()


@dataclass(slots=True)
class ParquetSink:
    """All pages in one file, which appears when the last one is written."""

    layout: Layout
    path: Path
    overwrite: bool
    _pending: PendingFile = field(init=False)
    _writer: Any = field(init=False, default=None)
    _words: dict[str, Any] = field(init=False, default_factory=dict)
    _rows: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self._pending = PendingFile(self.path, VERB, overwrite=self.overwrite)

    def add(self, columns: Columns) -> None:
        """Write one page."""
        import pyarrow as pa  # noqa: PLC0415  (an extra)
        import pyarrow.parquet as pq  # noqa: PLC0415

        table = pa.table({name: self._array(name, one) for name, one in columns.items()})
        with self._pending.writing() as part:
            if self._writer is None:
                self._writer = pq.ParquetWriter(part, table.schema, compression="zstd")
            self._writer.write_table(table)
        self._rows += table.num_rows

    def _array(self, name: str, column: Any) -> Any:
        """Arrow array of a column; coded ones with the words that the page has."""
        import pyarrow as pa  # noqa: PLC0415

        if not isinstance(column, Coded):
            kind = pa.string() if isinstance(column, list) else None
            return pa.array(column, type=kind, from_pandas=kind is None)
        if name not in self._words:
            self._words[name] = pa.array(list(column.coder.dtype.categories), type=pa.string())
        used, codes = np.unique(column.codes, return_inverse=True)
        words = self._words[name].take(pa.array(used))
        return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), words)

    def close(self) -> int:
        """Put the file in its place; gives the number of rows."""
        if self._writer is None:
            self.add(columns_of([], self.layout))
        with self._pending.writing():
            self._writer.close()
        self._pending.place()
        return self._rows

    def discard(self) -> None:
        """Remove what was written."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._pending.discard()


def require_parquet(path: Path, *, overwrite: bool) -> None:
    """Raise unless a Parquet file can be written here.

    Raises
    ------
    SourceError
        If PyArrow is not installed, or as ``require_place``.
    """
    if find_spec("pyarrow") is None:
        raise SourceError(
            f"{VERB} needs PyArrow, which is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]', or use read_table()."
        )
    require_place(path, needed_by=VERB, overwrite=overwrite)
