"""The columns that the pass adds before it sums: typed variables, then their weighted products.

One function per kind of outcome; expressions only, so that any engine can run them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

import narwhals.stable.v2 as nw

from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.estimation.aggregates.unanswered import (
    ITEM_HIGH,
    ITEM_LOW,
    find_tolerated_column,
)
from eenzaam_stats.respondents import MISSING_SUFFIX
from eenzaam_stats.vocabulary import MissingKind

ROWS, BAD, WEIGHT = "rows", "bad", "weight"
# lowest and highest number of a cell; its level, and the mean of its first weighted variable
LOW, HIGH, ORIGIN, CENTRE = "low", "high", "origin", "centre"
# lowest and highest population size of the first and the second stage
FPC, INNER_FPC = ("fpc_low", "fpc_high"), ("inner_fpc_low", "inner_fpc_high")


@dataclass(frozen=True, slots=True)
class Plan:
    """Columns to make in steps, and what to take of each.

    Attributes
    ----------
    typed : dict of str to expression
        Columns of the frame as numbers; the first step.
    weighted : dict of str to expression
        The weighted variables, made of those; the second step.
    levels : dict of str to expression
        Level of each cell, for outcomes that are centred; then ``centred`` puts their second
        variable on it.
    centred : dict of str to expression
        Weighted variables less the level of their cell.
    products : dict of str to expression
        Products of the weighted variables; the last step.
    aggregates : list of expression
        Elementary aggregates of all.
    """

    typed: dict[str, nw.Expr] = field(default_factory=dict)
    weighted: dict[str, nw.Expr] = field(default_factory=dict)
    levels: dict[str, nw.Expr] = field(default_factory=dict)
    centred: dict[str, nw.Expr] = field(default_factory=dict)
    products: dict[str, nw.Expr] = field(default_factory=dict)
    aggregates: list[nw.Expr] = field(default_factory=list)

    def sum(self, products: Mapping[str, nw.Expr]) -> None:
        """Add products of which the sum is wanted."""
        self.products.update(products)
        self.aggregates.extend(nw.col(name).sum() for name in products)


def plan(
    frame: engine_frame.Frame,
    columns: CellColumns,
    *,
    keys: Sequence[str] = (),
    far: Collection[int] = (),
) -> Plan:
    """Everything that the pass over ``frame`` has to make and sum.

    Outcomes whose numbers are in ``far`` are summed about the level of their cell, which ``keys``
    name: sums of squares of numbers far from 0 hold no digit of their spread.
    """
    result = Plan(typed={WEIGHT: _weight(columns)}, aggregates=[nw.len().alias(ROWS)])
    for name, (low, high) in ((columns.fpc, FPC), (columns.inner_fpc, INNER_FPC)):
        if name is not None:
            result.typed[low] = engine_frame.number(name)
            result.products[high] = nw.col(low)
            result.aggregates.extend([nw.col(low).min(), nw.col(high).max()])
    present = set(frame.collect_schema().names())
    for number, outcome in enumerate(columns.outcomes):
        result.typed[f"y_{number}"] = answer(frame, outcome)
        if number in far:
            _add_levels(result, outcome, number, keys)
        _add_outcome(result, outcome, number, squares=columns.cluster is None)
        kinds = dict(columns.kinds).get(outcome.name, outcome.name + MISSING_SUFFIX)
        if kinds in present:
            _add_missing_kinds(result, kinds, number)
        item = find_tolerated_column(outcome, columns, present)
        if item is not None:
            _add_tolerated_items(result, item, number)
    result.sum({BAD: _is_bad(columns)})
    return result


def _weight(columns: CellColumns) -> nw.Expr:
    return engine_frame.number(columns.weight) if columns.weight else nw.lit(1.0)


def _add_outcome(result: Plan, outcome: Outcome, number: int, *, squares: bool) -> None:
    """Two weighted variables of an outcome, null where the row has no answer, and their sums.

    Every further product is made of these two, so that an engine multiplies as little as it can.
    """
    w, y, x = nw.col(WEIGHT), nw.col(f"y_{number}"), nw.col(f"x_{number}")
    a, b = nw.col(f"a_{number}"), nw.col(f"b_{number}")
    if outcome.kind == "ratio":
        result.typed[f"x_{number}"] = engine_frame.number(outcome.other)
        # 0 times the other side carries its missing value over: a ratio needs both, and sums skip
        # what is missing on one side only.
        pair, weight = (w * (x + 0.0 * y), w * (y + 0.0 * x)), w + 0.0 * (a + b)
    elif outcome.kind == "number":
        pair, weight = (w + 0.0 * y, w * y), a
        result.products.update({f"{LOW}_{number}": y, f"{HIGH}_{number}": y})
        result.aggregates.append(nw.col(f"{LOW}_{number}").min())
        result.aggregates.append(nw.col(f"{HIGH}_{number}").max())
    else:
        # Yes and no apart: their squares give both errors to the last digit, and neither is a
        # difference of large sums.
        pair, weight = (w * y, w * (1.0 - y)), a + b
        result.aggregates.append(nw.col(f"y_{number}").sum().alias(f"yes_{number}"))
    result.weighted.update({f"a_{number}": pair[0], f"b_{number}": pair[1]})
    result.aggregates.extend([a.sum(), b.sum()])
    result.products[f"w_{number}"] = weight
    result.aggregates.append(nw.col(f"w_{number}").count().alias(f"n_{number}"))
    result.aggregates.append(nw.col(f"w_{number}").max().alias(f"largest_{number}"))
    away = a
    if f"{ORIGIN}_{number}" in result.levels:
        y, away = y - nw.col(f"{ORIGIN}_{number}"), a - nw.col(f"{CENTRE}_{number}")
    if outcome.kind == "number":
        result.sum({f"ss_{number}": b * y})
        result.products[f"top_{number}"] = b.abs()
        result.aggregates.append(nw.col(f"top_{number}").max())
    if squares:
        result.sum({f"aa_{number}": away * away, f"bb_{number}": b * b})
        if outcome.kind in ("number", "ratio"):
            result.sum({f"ab_{number}": away * b})


def _add_levels(result: Plan, outcome: Outcome, number: int, keys: Sequence[str]) -> None:
    """Level of the outcome in each cell, and its second variable less that level."""
    w, y, x = nw.col(WEIGHT), nw.col(f"y_{number}"), nw.col(f"x_{number}")
    a, b = nw.col(f"a_{number}"), nw.col(f"b_{number}")
    origin, centre = f"{ORIGIN}_{number}", f"{CENTRE}_{number}"
    one, two = a.sum().over(*keys), b.sum().over(*keys)
    result.levels[origin] = nw.when(one != 0.0).then(two / one).otherwise(nw.lit(0.0))
    result.levels[centre] = a.mean().over(*keys)
    level = nw.col(origin) * x if outcome.kind == "ratio" else nw.col(origin)
    result.centred[f"b_{number}"] = w * (y - level) + 0.0 * a
    result.aggregates.extend([nw.col(origin).max(), nw.col(centre).max()])


def answer(frame: engine_frame.Frame, outcome: Outcome) -> nw.Expr:
    """First variable of an outcome as a number, null where the row has no answer."""
    if outcome.kind == "category":
        found = engine_frame.key(frame, outcome.name)
        same = (found.cast(nw.String) == outcome.other).cast(nw.Float64)
        return nw.when(~found.is_null()).then(same)  # in pandas a missing class compares as false
    return engine_frame.number(outcome.name)


def _add_missing_kinds(result: Plan, column: str, number: int) -> None:
    """Rows without an answer per kind of missing, from the column that holds the kind."""
    kind = f"kind_{number}"
    result.typed[kind] = nw.col(column).cast(nw.String)
    missing = nw.col(f"y_{number}").is_null()
    result.sum(
        {
            f"missing_{word.value}_{number}": (
                (missing & (nw.col(kind) == word.value)).fill_null(False).cast(nw.Int64)
            )
            for word in MissingKind
        }
    )


def _add_tolerated_items(result: Plan, column: str, number: int) -> None:
    """Lowest and highest item that the total of an answered row does without; 0 for none."""
    low, high, item = f"{ITEM_LOW}_{number}", f"{ITEM_HIGH}_{number}", f"item_{number}"
    result.typed[item] = engine_frame.number(column).fill_null(0.0)
    answered = nw.when(~nw.col(f"y_{number}").is_null()).then(nw.col(item))
    result.products.update({low: answered, high: answered})
    result.aggregates.extend([nw.col(low).min(), nw.col(high).max()])


def _is_bad(columns: CellColumns) -> nw.Expr:
    """1 where a weight or an outcome cannot be used."""
    found = [unusable_weight(nw.col(WEIGHT))]
    for number, outcome in enumerate(columns.outcomes):
        if outcome.kind != "category":
            found += [
                unusable_answer(nw.col(name), outcome)
                for name in (f"y_{number}", f"x_{number}")[: len(outcome.names())]
            ]
    return reduce(or_, found).cast(nw.Int64)


def unusable_weight(weight: nw.Expr) -> nw.Expr:
    """Whether a weight is missing, infinite or not above 0."""
    # A weight of 0 takes a person out without a word, and a missing one makes every sum missing or
    # skips the row, by engine. Both stop the run.
    return ~(weight.is_finite() & (weight > 0.0)).fill_null(False)


def unusable_answer(answer: nw.Expr, outcome: Outcome) -> nw.Expr:
    """Whether an answer that is there is no flag, or no finite number."""
    usable = (answer == 0.0) | (answer == 1.0) if outcome.kind == "binary" else answer.is_finite()
    return ~answer.is_null() & ~usable.fill_null(False)
