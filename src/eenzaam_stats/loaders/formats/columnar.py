"""Parquet files, opened; needs PyArrow, which comes with an extra."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.survey_file import (
    SurveyFile,
    damage_error,
    disguise_error,
    first_bytes,
    require_whole,
)

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

SIGNATURE = b"PAR1"
_ROWS_AT_A_TIME = 2_048  # a text may have a megabyte


def open_parquet(path: Path) -> SurveyFile:
    """Names of a Parquet file, after checks that it is one.

    Raises
    ------
    SourceError
        If the file is absent, a folder, empty, of another kind or damaged, or PyArrow is not
        installed.
    """
    start = first_bytes(path, len(SIGNATURE), one_of="file")
    if start != SIGNATURE:
        remedy = "Write the data as Parquet again."
        raise disguise_error(path, start, kind="a Parquet file", remedy=remedy)
    if find_spec("pyarrow") is None:
        raise SourceError(
            f"{path.name} is a Parquet file, and PyArrow, which reads it, is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]'."
        )
    with _open_parquet(path) as stored:
        schema = stored.schema_arrow
        n_rows = stored.metadata.num_rows
        text = frozenset(field.name for field in schema if _is_text(field.type))
    return SurveyFile(
        path=path,
        columns=tuple(schema.names),
        text_columns=text,
        value_labels=MappingProxyType({}),
        missing_ranges=MappingProxyType({}),
        label="",
        n_rows=n_rows,
        encoding=None,
        format="parquet",
    )


def read_parquet(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns: numbers, or text; a category is its label.

    Raises
    ------
    SourceError
        If the file is damaged.
    """
    names = [name for name in file.columns if name in set(columns)]
    with _open_parquet(file.path) as stored:
        n_rows = stored.metadata.num_rows
        file.options.require("cells", n_rows * max(len(names), 1), of=file.path.name)
        file.options.require("text", _count_bytes(stored, names), of=file.path.name)
        table = _read(stored, names, file)
        values = {name: table[name].to_pandas() for name in names}
    frame = pd.DataFrame({name: _plain(own, file, name) for name, own in values.items()})
    require_whole(file, frame)
    return frame, None


def _count_bytes(stored: ParquetFile, names: Sequence[str]) -> int:
    """Bytes of the columns once unpacked, as the file states them."""
    groups = (stored.metadata.row_group(at) for at in range(stored.metadata.num_row_groups))
    parts = (group.column(at) for group in groups for at in range(group.num_columns))
    wanted = set(names)
    return sum(part.total_uncompressed_size for part in parts if part.path_in_schema in wanted)


def _read(stored: ParquetFile, names: list[str], file: SurveyFile) -> Any:
    """Columns in parts, so that one text in every row is seen to be large before all are there."""
    import pyarrow as pa  # noqa: PLC0415

    parts, size = [], 0
    for part in stored.iter_batches(batch_size=_ROWS_AT_A_TIME, columns=names):
        parts.append(part)
        size += sum(_size(column) for column in part.columns)
        file.options.require("text", size, of=file.path.name)
    schema = pa.schema([stored.schema_arrow.field(name) for name in names])
    return pa.Table.from_batches(parts) if parts else schema.empty_table()


def _size(column: Any) -> int:
    """Bytes of a column once every category is written out."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.compute as pc  # noqa: PLC0415

    kind = column.type
    if not pa.types.is_dictionary(kind) or pa.types.is_primitive(kind.value_type):
        return int(column.nbytes)
    lengths = pc.binary_length(column.dictionary).cast(pa.int64())
    return int(pc.sum(lengths.take(column.indices)).as_py() or 0)


@contextmanager
def _open_parquet(path: Path) -> Iterator[ParquetFile]:
    """File that is open; whatever goes wrong while it is read is damage."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    # ValueError covers text that is none, and names that are not in the file after all
    faults = (pa.ArrowException, OSError, ValueError, ArithmeticError, LookupError)
    try:
        with ParquetFile(path, page_checksum_verification=True) as stored:
            yield stored
    except SourceError:
        raise
    except faults as error:
        raise damage_error(path, error) from error


def _is_text(kind: Any) -> bool:
    return str(kind).startswith(("string", "large_string", "dictionary"))


def _plain(values: pd.Series[Any], file: SurveyFile, name: str) -> pd.Series[Any]:
    """Categories, truth values, dates and decimals as a CSV file would hold them.

    Raises
    ------
    SourceError
        If a cell holds several values or bytes.
    """
    if isinstance(values.dtype, pd.CategoricalDtype):
        return _plain(values.astype(values.cat.categories.dtype), file, name)
    kinds = set(values.dropna().map(type)) if values.dtype == object else set()
    if kinds & {list, dict, tuple, set, bytes, np.ndarray}:
        raise SourceError(
            f"{file.path.name}: the cells of column {name!r} hold lists or bytes, not one number "
            "or text. Write one value per cell."
        )
    if pd.api.types.is_bool_dtype(values) or bool in kinds:
        return values.map({True: "TRUE", False: "FALSE"}).astype("str")
    if Decimal in kinds:
        return values.astype(np.float64)
    if pd.api.types.is_datetime64_any_dtype(values) or kinds & {date, time}:
        return values.map(lambda cell: cell.isoformat(), na_action="ignore").astype("str")
    return values
