"""What a regression is fitted to: the complete rows of a survey, as a formula says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import formulaic
import numpy as np
import pandas as pd

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError, verb
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT
from eenzaam_stats.estimation.variance.respondent_rows import collect_frame
from eenzaam_stats.messages import show_label
from eenzaam_stats.numerics.survey.regression import (
    RegressionFamily,
    SampleRegression,
    average_prediction,
)
from eenzaam_stats.survey import Survey

_RANK = 1e-9  # of the largest singular value
_STEP = 1e-4  # of the standard deviation of a number, on both sides of each value


@dataclass(frozen=True, slots=True, eq=False)
class ModelRows:
    """Rows of a survey as the model needs them; arrays hold the complete ones alone."""

    outcome: str
    frame: pd.DataFrame  # every row
    data: pd.DataFrame
    complete: BoolArray
    missing: tuple[tuple[str, int], ...]
    matrix: Any
    y: FloatArray
    x: FloatArray
    given: FloatArray
    weight: FloatArray  # the same divided by the mean of all rows

    @property
    def names(self) -> list[str]:
        """Columns of the model."""
        return list(self.matrix.columns)

    def at(self, **values: Any) -> FloatArray:
        """Columns of the model with variables at other values."""
        made = self.matrix.model_spec.get_model_matrix(self.data.assign(**values))
        return np.asarray(made, dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """An average of predictions, or a combination of two, at other values of one variable."""

    variable: str
    value: str
    difference: bool
    parts: tuple[tuple[float, FloatArray], ...]

    def estimate(self, fit: SampleRegression, weight: FloatArray) -> float:
        """The combination of averages."""
        return sum(factor * average_prediction(fit, x, weight)[0] for factor, x in self.parts)

    def influence(self, fit: SampleRegression, weight: FloatArray) -> FloatArray:
        """What each row adds to it."""
        made = [factor * average_prediction(fit, x, weight)[1] for factor, x in self.parts]
        total: FloatArray = np.sum(made, axis=0)
        return total


def model_rows(
    survey: Survey, formula: str, *, family: RegressionFamily, weights: str | None
) -> ModelRows:
    """Read a formula, and the rows of a survey that have all it needs.

    Raises
    ------
    OptionError, SchemaError, UnknownColumnError
        As in :func:`eenzaam_stats.model`.
    """
    read = _formula(formula)
    outcome, variables = str(read.lhs), sorted(read.required_variables)
    frame = engine_frame.open_frame(survey.respondents)
    present = frame.collect_schema().names()
    absent = [name for name in variables if name not in present]
    if absent:
        unscored = [name for name in absent if name in engine_frame.SCORED_OUTCOMES]
        hint = f"Run es.score first: it adds {unscored[0]!r}." if unscored else ""
        raise UnknownColumnError.among(absent, present, hint=hint)
    weight = survey.design.weight if weights == DESIGN_WEIGHT else weights
    wanted = list(dict.fromkeys([*variables, *([weight] if weight else [])]))
    data = collect_frame(frame.select(*wanted)).to_pandas().reset_index(drop=True)
    used = np.ones(len(data))
    if weight is not None:
        used = data[weight].to_numpy(dtype=np.float64)
    data = pd.DataFrame({name: _as_variable(data[name]) for name in variables})
    complete = (data.notna().all(axis=1) & (used > 0.0)).to_numpy()
    if not complete.any():
        raise SchemaError(
            f"{verb()} needs rows with every variable of {formula!r} and a weight above 0, and "
            "there is none. Leave out the variable that is missing in most rows: "
            f"{', '.join(f'{name} {int(n)}' for name, n in data.isna().sum().items())} missing."
        )
    # a class of incomplete rows alone would be a column of zeros
    kept = pd.DataFrame({name: _without_empty(data.loc[complete, name]) for name in variables})
    matrix = _matrix(read, kept)
    y = _outcome(matrix.lhs, outcome, family=family)
    x: FloatArray = matrix.rhs.to_numpy(dtype=np.float64)
    _require_rank(x, list(matrix.rhs.columns))
    missing = tuple((str(name), int(n)) for name, n in data.isna().sum().items())
    # sums of weights of millions would make the stop of the fit absolute; R divides by it too
    return ModelRows(
        str(outcome),
        data,
        kept,
        complete,
        missing,
        matrix.rhs,
        y,
        x,
        used[complete],
        (used / used.mean())[complete],
    )


def _without_empty(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.remove_unused_categories()
    return values


def _as_variable(values: pd.Series[Any]) -> pd.Series[Any]:
    """Flags as numbers, text as categories in the order of the alphabet."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.astype("float64")
    return values.astype("category")


def _formula(formula: str) -> formulaic.Formula:
    try:
        read = formulaic.Formula(formula)
        sides = (read.lhs, read.rhs)
    except Exception as error:  # its parser raises classes of its own, and of Python
        raise OptionError(
            f"{verb()} needs a formula such as 'lonely ~ sex + age_group', and cannot read "
            f"{formula!r}. Write the outcome, ~, and terms with + between them."
        ) from error
    if len(list(sides[0])) != 1:
        raise OptionError(
            f"{verb()} needs one outcome before ~, and {formula!r} has {len(list(sides[0]))}."
            " Fit a model for each."
        )
    return read


def _matrix(read: formulaic.Formula, data: pd.DataFrame) -> Any:
    try:
        return read.get_model_matrix(data, output="pandas")
    except Exception as error:  # an unknown function, a factor that cannot be made
        raise OptionError(
            f"{verb()} cannot make the columns of {str(read.rhs)!r}. Use columns of the survey and "
            "functions that formulaic knows, such as C(), log(), poly() and bs()."
        ) from error


def _outcome(left: pd.DataFrame, name: str, *, family: RegressionFamily) -> FloatArray:
    if left.shape[1] != 1:
        raise SchemaError(
            f"{verb()} needs a column of numbers or of 0 and 1 as its outcome, and {name!r} holds "
            f"text ({left.shape[1]} classes). Make a 0/1 column of the class that is meant."
        )
    y = left.iloc[:, 0].to_numpy(dtype=np.float64)
    wrong = {
        "logit": ~np.isin(y, (0.0, 1.0)),
        "linear": ~np.isfinite(y),
        "poisson": ~(np.isfinite(y) & (y >= 0.0)),
    }[family]
    if wrong.any():
        needs = {"logit": "0 or 1", "linear": "finite numbers", "poisson": "numbers of at least 0"}
        raise SchemaError(
            f"{verb()} with family={family!r} needs {needs[family]} in {name!r}, and "
            f"{int(wrong.sum())} row(s) hold something else. Choose another family, or make the "
            "column."
        )
    if (y == y[0]).all():
        raise SchemaError(
            f"{verb()} needs an outcome that differs between rows, and {name!r} is the same in all "
            f"{len(y)}. There is nothing to model."
        )
    return y


def _require_rank(x: FloatArray, names: Sequence[str]) -> None:
    """Stop at a column that the columns before it make, and name it."""
    scaled = x / np.maximum(np.abs(x).max(axis=0), np.finfo(np.float64).tiny)
    upper = np.linalg.qr(scaled, mode="r")
    size = np.abs(np.diag(upper))
    short = size <= _RANK * size.max() * max(len(x), 1) ** 0.5
    if x.shape[0] < x.shape[1] or short.any():
        first = names[int(short.argmax())] if short.any() else names[-1]
        raise SchemaError(
            f"{verb()} has {len(x)} complete row(s) and {len(names)} columns, and column "
            f"{show_label(first)} is made by those before it. Leave out a term, or join classes."
        )


def figures_in(rows: ModelRows) -> Iterator[Figure]:
    """Adjusted figures of every class, differences with the first, and slopes of numbers."""
    for name in sorted(set(map(str, rows.matrix.model_spec.required_variables))):
        values = rows.data[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            yield from _classes(rows, name, list(values.cat.categories))
        elif values.isin([0.0, 1.0]).all():
            yield from _classes(rows, name, [0.0, 1.0])
        else:
            step = _STEP * (float(values.std()) or 1.0)
            half = 1.0 / (2.0 * step)
            above, below = (rows.at(**{name: values + side * step}) for side in (1.0, -1.0))
            yield Figure(name, "slope", True, ((half, above), (-half, below)))


def _classes(rows: ModelRows, name: str, classes: Sequence[Any]) -> Iterator[Figure]:
    dtype = rows.data[name].dtype
    first: tuple[str, FloatArray] | None = None
    for value in classes:
        everybody = pd.Series([value] * len(rows.data), index=rows.data.index, dtype=dtype)
        word = f"{value:g}" if isinstance(value, float) else str(value)
        x = rows.at(**{name: everybody})
        yield Figure(name, word, False, ((1.0, x),))
        if first is None:
            first = word, x
        else:
            yield Figure(name, f"{word} less {first[0]}", True, ((1.0, x), (-1.0, first[1])))
