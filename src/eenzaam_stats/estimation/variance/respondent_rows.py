"""Respondents as arrays, for the few questions that sums cannot answer.

Replicate weights and calibrated weights need rows; everything else is answered by cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains, text
from eenzaam_stats.estimation.aggregates.products import answer
from eenzaam_stats.survey import Survey

_IN_CLASS = "in this class or not"


@dataclass(frozen=True, slots=True, eq=False)
class RespondentRows:
    """Respondents in the order of the file, as arrays.

    Attributes
    ----------
    domain : ndarray of int, shape (n,)
        Number of the group, -1 where the row has no group or no answer.
    one, two : ndarray of float, shape (n,)
        The two variables of the outcome, the second about the level of its domain; 0 where
        ``domain`` is -1.
    extra : ndarray of float, shape (n, k)
        Further columns as numbers, NaN where missing.
    labels : dict of str to pandas.Series
        Further columns as they are.
    """

    domain: IntArray
    one: FloatArray
    two: FloatArray
    extra: FloatArray
    labels: dict[str, pd.Series[Any]]


def respondent_rows(
    survey: Survey,
    outcome: Outcome,
    *,
    by: Sequence[str],
    domains: Domains,
    extra: Sequence[str] = (),
    labels: Sequence[str] = (),
) -> RespondentRows:
    """Arrays of one outcome with its groups.

    Parameters
    ----------
    survey : Survey
        Respondents in a frame of any engine; only the columns named here are collected.
    outcome : Outcome
        Outcome whose two variables are wanted.
    by : sequence of str
        Grouping columns.
    domains : Domains
        The same groups, numbered, with the level of each.
    extra, labels : sequence of str
        Further columns, as numbers and as they are.

    Returns
    -------
    RespondentRows

    Raises
    ------
    DesignError
        If a column of ``extra`` holds no numbers.
    """
    frame = engine_frame.open_frame(survey.respondents)
    names = list(dict.fromkeys([*outcome.names(), *by, *extra, *labels]))
    columns = CellColumns((outcome,), tuple(dict.fromkeys([*by, *extra, *labels])))
    engine_frame.require_columns(frame, columns)
    frame = engine_frame.with_found_types(frame, names)
    schema = frame.collect_schema()
    for name in extra:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise engine_frame.not_numbers(name, "weights", kind=str(schema[name]))
    wanted = [nw.col(name) for name in names]
    if outcome.kind == "category":
        # asked of the engine that named the classes: another writes a flag in another way
        wanted.append(answer(frame, outcome).alias(_IN_CLASS))
    eager = collect_frame(frame.select(*wanted))
    one, two, answered = _variables(eager, outcome)
    # Who gave no answer stays a row: the place in the stratum, and the residual of a calibration,
    # do not depend on an answer.
    domain = np.where(answered, _domains(eager, by, domains.groups), -1)
    inside = domain >= 0
    # About the level that the sums were made about, so that rows and sums give the same score.
    two = two - domains.origin[domain] * one if domains.origin.any() else two
    return RespondentRows(
        domain=domain,
        one=np.where(inside, one, 0.0),
        two=np.where(inside, two, 0.0),
        extra=_numbers(eager, extra),
        labels={name: pd.Series(eager.get_column(name).to_list()) for name in labels},
    )


def collect_frame(frame: engine_frame.Frame) -> engine_frame.Eager:
    """Eager frame, from whatever engine."""
    if isinstance(frame, nw.LazyFrame):
        return frame.collect("polars" if frame.implementation.is_polars() else "pandas")
    return frame


def _numbers(frame: engine_frame.Eager, names: Sequence[str]) -> FloatArray:
    """Columns as float64, NaN where missing; shape (n, number of names)."""
    if not names:
        return np.empty((len(frame), 0))
    found = frame.select(
        *(engine_frame.number(name).alias(f"value_{at}") for at, name in enumerate(names))
    )
    values = [found.get_column(name).to_numpy() for name in found.columns]
    return np.column_stack(values).astype(np.float64)


def _number(frame: engine_frame.Eager, name: str) -> FloatArray:
    return _numbers(frame, [name])[:, 0]


def _variables(
    frame: engine_frame.Eager, outcome: Outcome
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    if outcome.kind == "category":
        yes = frame.get_column(_IN_CLASS).to_numpy().astype(np.float64)
        return yes, 1.0 - yes, ~np.isnan(yes)
    y = _number(frame, outcome.name)
    if outcome.kind == "binary":
        return y, 1.0 - y, ~np.isnan(y)
    if outcome.kind == "number":
        return np.ones_like(y), y, ~np.isnan(y)
    x = _number(frame, outcome.other)
    return x, y, ~(np.isnan(x) | np.isnan(y))


def _domains(
    frame: engine_frame.Eager, by: Sequence[str], groups: Sequence[tuple[str, ...]]
) -> IntArray:
    """Number of the group of each row, -1 where a grouping column is missing."""
    number = {group: at for at, group in enumerate(groups)}
    if not by:
        return np.zeros(len(frame), dtype=np.int64)
    keys = frame.select(*(engine_frame.key(frame, name).alias(name) for name in by))
    codes, texts = [], []
    for name in by:
        code, found = pd.factorize(pd.Series(keys.get_column(name).to_list(), dtype="object"))
        codes.append(code)
        texts.append([text(value) for value in found])
    packed = np.column_stack(codes)
    present, at = np.unique(packed, axis=0, return_inverse=True)
    numbers = np.array(
        [
            -1
            if (row < 0).any()
            else number[tuple(words[code] for words, code in zip(texts, row, strict=True))]
            for row in present
        ],
        dtype=np.int64,
    )
    return numbers[at.reshape(-1)]
