"""Where the pages of a reading go: one frame in memory, or a Parquet file page by page."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.opendata.decode import Layout, frame_of


@dataclass(slots=True)
class FrameSink:
    """All pages as one frame."""

    layout: Layout
    frames: list[pd.DataFrame] = field(default_factory=list)

    def add(self, frame: pd.DataFrame) -> None:
        """Take the frame of one page."""
        if len(frame):
            self.frames.append(frame)

    def close(self) -> pd.DataFrame:
        """One frame; with its columns and without rows when nothing came."""
        if not self.frames:
            return frame_of([], self.layout)
        return pd.concat(self.frames, ignore_index=True)

    def discard(self) -> None:
        """Forget the pages."""
        self.frames.clear()


@dataclass(slots=True)
class ParquetSink:
    """All pages in one file, which appears when the last one is written."""

    layout: Layout
    path: Path
    _part: Path = field(init=False)
    _writer: Any = field(init=False, default=None)
    _rows: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
        os.close(handle)
        self._part = Path(name)

    def add(self, frame: pd.DataFrame) -> None:
        """Write one page."""
        import pyarrow as pa  # noqa: PLC0415  (an extra)
        import pyarrow.parquet as pq  # noqa: PLC0415

        table = pa.Table.from_pandas(frame, preserve_index=False)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._part, table.schema, compression="zstd")
        self._writer.write_table(table)
        self._rows += len(frame)

    def close(self) -> int:
        """Put the file in its place; gives the number of rows."""
        if self._writer is None:
            self.add(frame_of([], self.layout))
        self._writer.close()
        self._part.replace(self.path)
        return self._rows

    def discard(self) -> None:
        """Remove what was written."""
        if self._writer is not None:
            with contextlib.suppress(OSError):
                self._writer.close()
        self._part.unlink(missing_ok=True)


def require_parquet(path: Path) -> None:
    """Raise unless a Parquet file can be written here.

    Raises
    ------
    SourceError
        If PyArrow is not installed or the folder is absent.
    """
    if find_spec("pyarrow") is None:
        raise SourceError(
            "save_table() needs PyArrow, which is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]', or use read_table()."
        )
    if not path.parent.is_dir():
        raise SourceError(f"The folder of {path.name} is not there. Make it, or name another.")
