"""The door through which Parquet files enter; needs PyArrow, which comes with an extra."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.survey_file import (
    SurveyFile,
    damaged,
    disguised,
    first_bytes,
    require_whole,
)

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

SIGNATURE = b"PAR1"


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
        raise disguised(path, start, kind="a Parquet file", remedy=remedy)
    if find_spec("pyarrow") is None:
        raise SourceError(
            f"{path.name} is a Parquet file, and PyArrow, which reads it, is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]'."
        )
    with _opened(path) as stored:
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
    import pyarrow as pa  # noqa: PLC0415

    names = [name for name in file.columns if name in set(columns)]
    with _opened(file.path) as stored:
        try:
            table = stored.read(columns=names)
        except (pa.ArrowException, OSError) as error:
            raise damaged(file.path, error) from error
    frame = pd.DataFrame({name: _plain(table[name].to_pandas()) for name in names})
    require_whole(file, frame)
    return frame, None


def _opened(path: Path) -> ParquetFile:
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    try:
        return ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        raise damaged(path, error) from error


def _is_text(kind: Any) -> bool:
    return str(kind).startswith(("string", "large_string", "dictionary"))


def _plain(values: pd.Series[Any]) -> pd.Series[Any]:
    """Categories and truth values as text, as a CSV file would hold them; the rest as it is."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.cat.categories.dtype)
    if pd.api.types.is_bool_dtype(values) or values.map(type).isin({bool}).any():
        return values.map({True: "TRUE", False: "FALSE"}).astype("str")
    return values
