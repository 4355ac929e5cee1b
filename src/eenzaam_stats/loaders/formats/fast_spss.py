"""Numbers of an SPSS file through polars-readstat, an extra: the same values in less time.

Only numbers are read this way. It drops bytes of text that do not fit the encoding without a word,
and gives no rows when the header does not count them; text and such files go through pyreadstat.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import OptionError
from eenzaam_stats.loaders.formats import spss
from eenzaam_stats.loaders.formats.sav_dictionary import require_sound_dictionary
from eenzaam_stats.loaders.formats.sav_rows import require_promised_rows
from eenzaam_stats.loaders.formats.survey_file import SurveyFile, damage_error, require_whole

# polars-readstat keeps the missing codes of X under this name, and refuses a file that has X_null.
_SUFFIX = "_null"


def require_fast() -> None:
    """Raise unless polars-readstat is installed."""
    if find_spec("polars_readstat") is None:
        raise OptionError(
            "reader='fast' needs polars-readstat, which is not installed. "
            "Install it with: pip install 'eenzaam-stats[fast]', or use reader='pyreadstat'."
        )


def read_fast(file: SurveyFile, columns: Sequence[str]) -> tuple[pd.DataFrame, str | None]:
    """Values of some columns, exactly as ``spss.read_columns`` gives them.

    Parameters
    ----------
    file : SurveyFile
        Opened SPSS file.
    columns : sequence of str
        Names exactly as the file has them.

    Returns
    -------
    frame : pandas.DataFrame
        One row per case, columns in file order, user-missing codes as they stand.
    encoding : str or None
        Encoding used instead of the one that the file states.

    Raises
    ------
    SourceError
        If the file is damaged or holds other rows than its header promises.
    """
    wanted = set(columns)
    names = [name for name in file.columns if name in wanted]
    layout = require_sound_dictionary(file.path)
    if not layout.rows_in_header or file.encoding is not None:
        return spss.read_columns(file, names)
    n_rows = require_promised_rows(file.path, layout, file.options.limits)
    file.options.require("cells", n_rows * max(len(names), 1), of=file.path.name)
    apart = file.text_columns | {name for name in names if name + _SUFFIX in file.columns}
    numbers = _numbers(file, [name for name in names if name not in apart])
    others = [name for name in names if name not in numbers]
    rest, encoding = spss.read_columns(file, others) if others else (pd.DataFrame(), None)
    frame = pd.DataFrame({name: numbers[name] if name in numbers else rest[name] for name in names})
    require_whole(file, frame)
    return frame, encoding


def _numbers(file: SurveyFile, names: list[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Columns of plain numbers; dates and times are left to pyreadstat."""
    import polars as pl  # noqa: PLC0415

    if not names:
        return {}
    try:
        table = _table(file, names)
        columns = {name: _restore_codes(table[name]) for name in names}
    except (RuntimeError, pl.exceptions.PolarsError) as error:
        raise damage_error(file.path, error) from error
    return {
        name: column.to_numpy() for name, column in columns.items() if column.dtype == pl.Float64
    }


def _table(file: SurveyFile, names: list[str]) -> Any:
    from polars_readstat import read_readstat  # noqa: PLC0415

    declared = [name for name in names if name in file.missing_ranges]
    kept = {"columns": declared, "mode": "struct", "use_value_labels": False}
    return read_readstat(
        str(file.path),
        columns=names,
        preserve_order=True,
        informative_nulls=kept if declared else None,
    )


def _restore_codes(column: Any) -> Any:
    """Put the user-missing codes, which come beside the values as text, back in their places."""
    import polars as pl  # noqa: PLC0415

    if not isinstance(column.dtype, pl.Struct):
        return column
    value, code = (column.struct.field(name) for name in column.struct.fields)
    if value.dtype != pl.Float64:
        return value
    return pl.select(pl.coalesce(value, code.cast(pl.Float64))).to_series()
