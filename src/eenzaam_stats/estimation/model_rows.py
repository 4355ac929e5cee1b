"""What a regression is fitted to: the complete rows of a survey, as a formula says."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import formulaic
import numpy as np
import pandas as pd
from formulaic.errors import FactorEvaluationError

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.errors import OptionError, SchemaError, verb
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT
from eenzaam_stats.estimation.variance.respondent_rows import collect_frame
from eenzaam_stats.messages import show_label
from eenzaam_stats.numerics.survey.regression import (
    RegressionFamily,
    SampleRegression,
    prediction_influence,
)
from eenzaam_stats.survey import Survey

_RANK = 1e-9  # of the largest singular value
_PAIR, MOST_CLASSES = 2, 60
_STEP = 1e-4  # of the standard deviation of a number, on both sides of each value


@dataclass(frozen=True, slots=True, eq=False)
class ModelRows:
    """Rows of a survey as the model needs them; arrays hold the complete ones alone."""

    outcome: str
    outcome_variables: frozenset[str]
    design: pd.DataFrame  # what the design names, every row
    frame: pd.DataFrame  # the variables, every row
    data: pd.DataFrame
    complete: BoolArray
    missing: tuple[tuple[str, int], ...]
    matrix: Any
    y: FloatArray
    x: FloatArray
    given: FloatArray
    weight: FloatArray  # the same divided by the mean of all rows

    @property
    def predictors(self) -> list[str]:
        """Variables that are not the outcome."""
        return [name for name in self.data.columns if name not in self.outcome_variables]

    @property
    def names(self) -> list[str]:
        """Columns of the model."""
        return list(self.matrix.columns)

    def at(self, **values: Any) -> FloatArray:
        """Columns of the model with variables at other values."""
        made = self.matrix.model_spec.get_model_matrix(self.data.assign(**values), context={})
        return np.asarray(made, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Figure:
    """An average of predictions, or a combination of two, at other values of one variable."""

    variable: str
    value: str
    difference: bool
    parts: tuple[tuple[float, int], ...]  # factor, and place among the averages

    def combine(self, averages: Sequence[Any]) -> Any:
        """The same combination of anything that every average has."""
        return sum(factor * averages[at] for factor, at in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Rows at which is predicted, each set once, and the figures made of their averages."""

    sets: list[FloatArray] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    def estimate(self, fit: SampleRegression, weight: FloatArray) -> list[float]:
        """Every figure, in order."""
        averages = [weight @ fit.mean(x) / weight.sum() for x in self.sets]
        return [float(one.combine(averages)) for one in self.figures]

    def influence(self, fit: SampleRegression, weight: FloatArray) -> list[FloatArray]:
        """What each row adds to every figure."""
        averages = [prediction_influence(fit, x, weight) for x in self.sets]
        return [one.combine(averages) for one in self.figures]


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
    outcome = str(read.lhs)
    frame = engine_frame.open_frame(survey.respondents)
    present = frame.collect_schema().names()
    variables = sorted(_variables(read.lhs, present) | _variables(read.rhs, present))
    weight = survey.design.weight if weights == DESIGN_WEIGHT else weights
    needed = list(dict.fromkeys([*variables, *([weight] if weight else [])]))
    engine_frame.require_names(frame, needed)
    data = collect_frame(frame.select(*needed)).to_pandas().reset_index(drop=True)
    used = np.ones(len(data)) if weight is None else _weights(data[weight], weight)
    data = pd.DataFrame({name: _as_variable(data[name]) for name in variables})
    complete = data.notna().all(axis=1).to_numpy()
    if not complete.any():
        raise SchemaError(
            f"{verb()} needs rows with every variable of {formula!r}, and there is none. "
            "Leave out the variable that is missing in most rows: "
            f"{', '.join(f'{name} {int(n)}' for name, n in data.isna().sum().items())} missing."
        )
    # a class of incomplete rows alone would be a column of zeros
    kept = pd.DataFrame({name: _without_empty(data.loc[complete, name]) for name in variables})
    _require_classes(kept)
    matrix = _matrix(read, kept)
    _require_numbers(matrix.rhs, len(kept))
    y = _outcome(matrix.lhs, outcome, family=family)
    x: FloatArray = matrix.rhs.to_numpy(dtype=np.float64)
    _require_rank(x, list(matrix.rhs.columns))
    missing = tuple((str(name), int(n)) for name, n in data.isna().sum().items())
    # sums of weights of millions would make the stop of the fit absolute; R divides by it too
    return ModelRows(
        outcome,
        frozenset(_variables(read.lhs, present)),
        _design_frame(survey, frame, len(data)),
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


def _design_frame(survey: Survey, frame: engine_frame.Frame, n: int) -> pd.DataFrame:
    """Every column that the design names, as pandas."""
    design, calibration = survey.design, survey.design.calibration
    names = [
        *(name for name in (design.weight, design.stratum) if name),
        *design.clusters,
        *design.sizes,
        *(design.replicates.columns if design.replicates else ()),
        *(name for margin in (calibration.margins if calibration else ()) for name in margin),
        *((calibration.base_weight, *calibration.numeric) if calibration else ()),
    ]
    wanted = list(dict.fromkeys(names))
    engine_frame.require_names(frame, wanted)
    if not wanted:
        return pd.DataFrame(index=range(n))
    return collect_frame(frame.select(*wanted)).to_pandas().reset_index(drop=True)


def _variables(terms: Any, present: Collection[str]) -> set[str]:
    """Names that terms need, also those in ``poly()`` and the like, which formulaic 1.2 forgets."""
    found = set(map(str, terms.required_variables))
    for factor in {factor for term in terms for factor in term.factors}:
        try:
            tree = ast.parse(str(factor.expr), mode="eval")
        except SyntaxError:  # a name in backticks, which the list above has
            continue
        found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & set(present)
    return found


def _weights(values: pd.Series[Any], name: str) -> FloatArray:
    """Weights of all rows, every one a finite number above 0."""
    if not pd.api.types.is_numeric_dtype(values):
        raise engine_frame.not_numbers(name, "weights", kind=str(values.dtype))
    found: FloatArray = values.to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(np.isfinite(found) & (found > 0.0))
    if wrong.any():
        first = int(wrong.argmax())
        raise engine_frame.bad_weights(name, count=int(wrong.sum()), first=first)
    return found


def _require_classes(data: pd.DataFrame) -> None:
    """Stop at a column of one class, and at one with nearly as many classes as people."""
    for name in data.columns[data.dtypes == "category"]:
        n = len(data[name].cat.categories)
        if n < _PAIR or n > MOST_CLASSES:
            raise SchemaError(
                f"{verb()} needs {_PAIR} to {MOST_CLASSES} classes in column {name!r}, and it has "
                f"{n} among complete rows. "
                f"{'Leave it out' if n < _PAIR else 'Group them, or give it as a number'}."
            )


def _require_numbers(columns: pd.DataFrame, rows: int) -> None:
    """Stop at a column of the model that is infinite or missing where its variables are not."""
    if len(columns) < rows:
        raise SchemaError(
            f"{verb()} cannot use a function that gives no number in {rows - len(columns)} "
            "complete row(s), such as the logarithm of 0. Make the column first."
        )
    wrong = ~np.isfinite(columns.to_numpy(dtype=np.float64))
    if wrong.any():
        at = int(wrong.any(axis=0).argmax())
        raise SchemaError(
            f"{verb()} needs finite numbers, and column {show_label(columns.columns[at])} has "
            f"{int(wrong[:, at].sum())} row(s) without. Correct the column."
        )


def _without_empty(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.remove_unused_categories()
    return values


def _as_variable(values: pd.Series[Any]) -> pd.Series[Any]:
    """Flags as numbers, text as categories in the order of the alphabet."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values
    flags = values.dtype == object and values.dropna().map(type).isin([bool, np.bool_]).all()
    if flags:
        return values.map({True: 1.0, False: 0.0}).astype("float64")
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
    if isinstance(sides[1], tuple) or not list(sides[1]):
        raise OptionError(
            f"{verb()} needs one list of terms after ~, and cannot use {formula!r}. Write terms "
            "with + between them, or 1 for none."
        )
    if len(list(sides[0])) != 1:
        raise OptionError(
            f"{verb()} needs one outcome before ~, and {formula!r} has {len(list(sides[0]))}."
            " Fit a model for each."
        )
    return read


def _matrix(read: formulaic.Formula, data: pd.DataFrame) -> Any:
    try:
        return read.get_model_matrix(data, output="pandas", context={})
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


def figures_in(rows: ModelRows) -> Figures:
    """Adjusted figures of every class, differences with the first, and slopes of numbers."""
    made = Figures()
    for name in rows.predictors:
        values = rows.data[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            _add_classes(made, rows, name, list(values.cat.categories))
        elif values.isin([0.0, 1.0]).all():
            _add_classes(made, rows, name, [0.0, 1.0])
        else:
            _add_slope(made, rows, name)
    return made


def _add_classes(made: Figures, rows: ModelRows, name: str, classes: Sequence[Any]) -> None:
    dtype, first = rows.data[name].dtype, len(made.sets)
    words = [f"{value:g}" if isinstance(value, float) else str(value) for value in classes]
    for value, word in zip(classes, words, strict=True):
        everybody = pd.Series([value] * len(rows.data), index=rows.data.index, dtype=dtype)
        at = len(made.sets)
        made.sets.append(rows.at(**{name: everybody}))
        made.figures.append(Figure(name, word, False, ((1.0, at),)))
        if at > first:
            less = f"{word} less {words[0]}"
            made.figures.append(Figure(name, less, True, ((1.0, at), (-1.0, first))))


def _add_slope(made: Figures, rows: ModelRows, name: str) -> None:
    values, at = rows.data[name], len(made.sets)
    step = _STEP * (float(values.std()) or 1.0)
    half = 1.0 / (2.0 * step)
    try:
        around = [rows.at(**{name: values + side * step}) for side in (1.0, -1.0)]
    except FactorEvaluationError:  # a spline has no value beyond its ends
        return
    made.sets.extend(around)
    made.figures.append(Figure(name, "slope", True, ((half, at), (-half, at + 1))))
