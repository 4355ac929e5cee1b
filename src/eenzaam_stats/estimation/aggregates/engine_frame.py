"""Where frames enter estimation: a frame of any engine, opened, checked, with its columns typed.

What stands here knows engines and nothing of statistics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import narwhals.stable.v2 as nw
import pandas as pd

from eenzaam_stats.errors import DesignError, SchemaError, UnknownColumnError, verb
from eenzaam_stats.estimation.aggregates.columns import CellColumns
from eenzaam_stats.messages import show_value

Eager: TypeAlias = "nw.DataFrame[Any]"
Frame: TypeAlias = "nw.DataFrame[Any] | nw.LazyFrame[Any]"
Series: TypeAlias = "nw.Series[Any]"

# Columns that scoring adds; asked for on a survey that was not scored.
SCORED_OUTCOMES = ("lonely", "severely_lonely", "emotionally_lonely", "socially_lonely")
ENGINES = "pandas, Polars (eager or lazy), PyArrow, DuckDB or PySpark"
_SHOWN_VALUES = 5


def open_frame(data: object) -> Frame:
    """Frame behind ``data``, through narwhals; nothing is copied.

    Parameters
    ----------
    data : frame
        Frame of pandas, Polars (eager or lazy), PyArrow, a DuckDB relation or a PySpark frame.

    Returns
    -------
    narwhals.DataFrame or narwhals.LazyFrame

    Raises
    ------
    SchemaError
        If it is another kind of object, or two columns have the same name.
    """
    try:
        frame = cast("Frame", nw.from_native(cast("Any", data)))
    except TypeError:
        kind = type(data)
        raise SchemaError(
            f"{verb()} needs respondents in a frame of {ENGINES}; "
            f"it got {kind.__module__.partition('.')[0]}.{kind.__qualname__}. Convert it first."
        ) from None
    except nw.exceptions.DuplicateError as error:
        raise SchemaError(
            f"{verb()} needs columns with different names, and some occur twice. "
            "Rename them, so that every column is found by its name."
        ) from error
    return frame


def with_found_types(frame: Frame, names: Iterable[str]) -> Frame:
    """Frame in which values that pandas keeps as objects have their own type."""
    if not isinstance(frame, nw.DataFrame) or not frame.implementation.is_pandas():
        return frame
    schema = frame.schema  # asked once: narwhals looks at every column
    objects = [name for name in names if schema[name] == nw.Object]
    if not objects:
        return frame
    native = frame.to_native()
    # Flags with gaps come as objects of True, False and None, which no engine can sum.
    typed = {name: native[name].convert_dtypes() for name in objects}
    return cast("Frame", nw.from_native(native.assign(**typed)))


def require_columns(frame: Frame, columns: CellColumns) -> None:
    """Raise when a column is absent; an outcome that scoring makes gets its own hint."""
    require_names(frame, columns.names())


def require_names(frame: Frame, names: Iterable[str]) -> None:
    """The same for columns by their names."""
    present = frame.collect_schema().names()
    missing = [name for name in dict.fromkeys(names) if name not in present]
    if missing:
        unscored = [name for name in missing if name in SCORED_OUTCOMES]
        hint = f"Run es.score first: it adds {unscored[0]!r}." if unscored else ""
        raise UnknownColumnError.among(missing, present, hint=hint)


def number(name: str) -> nw.Expr:
    """Column as float64, NaN as null."""
    # First to float64: products of Int8 weights overflow on some engines. NaN is no number on
    # others, so it becomes missing here.
    return nw.col(name).cast(nw.Float64).fill_nan(None)


def key(frame: Frame, name: str) -> nw.Expr:
    """Column to group by, NaN as null."""
    dtype = frame.collect_schema()[name]
    if dtype.is_float():
        return nw.col(name).fill_nan(None)
    if frame.implementation.is_pyarrow() and isinstance(dtype, nw.Categorical):
        # Arrow does not group by a dictionary whose chunks differ
        return nw.col(name).cast(nw.String)
    return nw.col(name)


def levels(frame: Frame, name: str) -> tuple[object, ...] | None:
    """Categories in the order that the data give them, ordered or not; ``None`` without one.

    A pandas Categorical and an Arrow dictionary have an order, an Enum of Polars or DuckDB too; a
    Polars Categorical sorts as text, and so do Arrow chunks with different dictionaries.
    """
    dtype = frame.collect_schema()[name]
    if isinstance(dtype, nw.Enum):
        return tuple(cast("Iterable[object]", dtype.categories))
    if not isinstance(frame, nw.DataFrame) or not isinstance(dtype, nw.Categorical):
        return None
    native = frame.get_column(name).to_native()
    if isinstance(getattr(native, "dtype", None), pd.CategoricalDtype):
        return tuple(native.cat.categories.tolist())
    arrow = _arrow(native)
    return None if arrow is None else _in_dictionary(arrow)


def has_fixed_classes(frame: Frame, name: str) -> bool:
    """Whether the categories are ordered, so that one without anybody is a class all the same."""
    dtype = frame.collect_schema()[name]
    if isinstance(dtype, nw.Enum) or not isinstance(frame, nw.DataFrame):
        return isinstance(dtype, nw.Enum)
    arrow = _arrow(frame.get_column(name).to_native())
    return isinstance(dtype, nw.Categorical) and arrow is not None and bool(arrow.type.ordered)


def _arrow(native: Any) -> Any:
    """Arrow column, also where pandas holds it; ``None`` for columns of other engines."""
    if isinstance(getattr(native, "dtype", None), pd.ArrowDtype):
        return native.array.__arrow_array__()
    return native if hasattr(native, "chunks") else None


def _in_dictionary(column: Any) -> tuple[object, ...] | None:
    """Categories of an Arrow column; none where its chunks number them differently."""
    if column.type.ordered:
        column = column.unify_dictionaries()
    found = [chunk.dictionary for chunk in column.chunks]
    same = bool(found) and all(one.equals(found[0]) for one in found)
    return tuple(found[0].to_pylist()) if same else None


def require_numeric(frame: Frame, name: str, *, flag: bool) -> None:
    """Raise when an outcome can hold no number (or flag) at all."""
    dtype = frame.collect_schema()[name]
    if dtype == nw.Boolean or dtype.is_numeric():
        return
    if isinstance(frame, nw.DataFrame):
        values = frame.get_column(name)
        if values.null_count() == len(values):
            return
        count, first = count_and_first(~values.is_null())
        shown = values.drop_nulls().to_list()
        raise not_an_outcome(name, count, first, values=shown, flag=flag)
    raise SchemaError(
        f"{verb()} needs an outcome that is {_value_kind(flag)}, and column {name!r} holds "
        f"{dtype}. "
        f"{_remedy(flag)}"
    )


def not_an_outcome(
    name: str, count: int, first: int | None, *, values: list[object] | None, flag: bool
) -> SchemaError:
    """Error about values that are no outcome: some of them, how many and where."""
    shown = "" if values is None else f": {_few_values(values)}"
    at = "" if first is None else f", first in row {first}"
    return SchemaError(
        f"{verb()} needs an outcome that is {_value_kind(flag)}, and column {name!r} holds other "
        f"values{shown} ({count} row(s){at}). {_remedy(flag)}"
    )


def _few_values(values: list[object]) -> str:
    """Some of the values, each shown or described by how many rows have it."""
    counts = Counter(values)
    said = dict.fromkeys(show_value(one, counts[one]) for one in counts)
    return ", ".join(list(said)[:_SHOWN_VALUES])


def _value_kind(flag: bool) -> str:
    return "boolean or 0/1" if flag else "a number"


def _remedy(flag: bool) -> str:
    if flag:
        return "Name a flag such as 'lonely', or make one that is missing where the answer is."
    return "Name a score such as 'djg11_total', or make the column numeric."


def not_numbers(name: str, what: str, *, kind: str) -> DesignError:
    """Error about a column of the design that holds no numbers."""
    return DesignError(
        f"{verb()} needs numbers as {what}, and column {name!r} holds {kind}. "
        "Convert it, or name another column."
    )


def bad_weights(name: str, *, count: int, first: int | None) -> DesignError:
    """Error about weights that are missing, infinite or not above 0."""
    return DesignError(
        f"{verb()} needs a finite weight above 0 in every row, and column {name!r} has "
        f"{count} row(s) where it is missing, infinite or not above 0{_at(first)}. "
        "Leave those rows out on purpose, or name another weight."
    )


def missing_unit(name: str, what: str, *, count: int, first: int | None) -> DesignError:
    """Error about rows without a stratum, a cluster or a population size."""
    return DesignError(
        f"{verb()} needs a {what} in every row, and column {name!r} is missing in {count} "
        f"row(s){_at(first)}. Complete it, or take the {what} out of the design."
    )


def _at(first: int | None) -> str:
    return "" if first is None else f" (first in row {first})"


def first_null(frame: Frame, name: str) -> int | None:
    """Row number (from 1) of the first missing value, where the engine has rows in order."""
    if not isinstance(frame, nw.DataFrame):
        return None
    values = frame.get_column(name)
    missing = values.is_null() | values.is_nan() if values.dtype.is_float() else values.is_null()
    return count_and_first(missing)[1]


def count_and_first(rows: Series) -> tuple[int, int]:
    """How many rows are true, and the number (from 1) of the first."""
    positions = rows.arg_true().to_list()
    return len(positions), positions[0] + 1
