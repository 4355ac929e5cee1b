"""Respondents compared with population margins: who belongs to which category, and who to none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import SchemaError, UnknownCodeError
from eenzaam_stats.estimation.aggregates import frame as door
from eenzaam_stats.estimation.aggregates.domains import text
from eenzaam_stats.estimation.calibration.margins import Margin, Wanted
from eenzaam_stats.estimation.class_names import same_classes
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, auxiliaries

Outside = Literal["error", "leave_out"]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
_WHERE = "calibrate()"


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Respondents with their categories.

    Attributes
    ----------
    codes : tuple of ndarray of int, each of shape (n,)
        Category per margin, -1 where there is none.
    numeric : ndarray of float, shape (n, q)
        Numeric columns, NaN where missing.
    left_out : tuple of (str, int)
        Reasons to leave respondents out, and how many; each respondent is counted once.
    """

    codes: tuple[IntArray, ...]
    numeric: FloatArray
    left_out: tuple[tuple[str, int], ...]

    @property
    def inside(self) -> BoolArray:
        """Respondents with a category in every margin and every number, shape (n,)."""
        found = np.isfinite(self.numeric).all(axis=1)
        for code in self.codes:
            found &= code >= 0
        return np.asarray(found)

    def auxiliaries(self, wanted: Wanted) -> Auxiliaries:
        """Auxiliary variables of the respondents inside."""
        inside = self.inside
        return auxiliaries(
            [code[inside] for code in self.codes],
            [len(margin.classes) for margin in wanted.margins],
            numeric=self.numeric[inside],
        )


def placed(frame: door.Eager, wanted: Wanted, *, outside: Outside) -> Placed:
    """Respondents in the categories of the margins.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents.
    wanted : Wanted
        Margins.
    outside : {"error", "leave_out"}
        What a respondent does who lacks a variable or whose category no margin counts.

    Returns
    -------
    Placed

    Raises
    ------
    SchemaError
        If a variable is missing and that is an error, or a population category has no respondents.
    UnknownCodeError
        If respondents have a category that the margin does not count.
    """
    n = len(frame)
    free = np.ones(n, dtype=np.bool_)
    reasons: list[tuple[str, int]] = []
    words = {name: _words(frame, name) for name in wanted.columns}
    numeric = np.column_stack(
        [_number(frame, name) for name, _ in wanted.numeric] or [np.empty((n, 0))]
    )
    for name in wanted.columns:
        _leave_out(free, reasons, words[name] == "", f"{name} is missing", outside=outside)
    for (name, _), column in zip(wanted.numeric, numeric.T, strict=True):
        _leave_out(free, reasons, ~np.isfinite(column), f"{name} is missing", outside=outside)
    codes = []
    for margin in wanted.margins:
        code = _codes(margin, [words[name] for name in margin.columns])
        _place_unknown(margin, words, code, (free, reasons), outside=outside)
        codes.append(code)
    found = Placed(tuple(codes), numeric, tuple(reasons))
    _require_respondents(found, wanted)
    return found


def _words(frame: door.Eager, name: str) -> NDArray[np.object_]:
    """Values as text, empty where missing."""
    keys = frame.select(door.key(frame, name).alias(name)).get_column(name)
    code, values = pd.factorize(pd.Series(keys.to_list(), dtype="object"))
    words = np.array([*(text(value) for value in values), ""], dtype="object")
    return words[code]


def _number(frame: door.Eager, name: str) -> FloatArray:
    door.require_numeric(frame, name, where=_WHERE, flag=False)
    column = frame.select(door.number(name).alias(name)).get_column(name)
    return np.asarray(column.to_numpy(), dtype=np.float64)


def _codes(margin: Margin, words: Sequence[NDArray[np.object_]]) -> IntArray:
    rows, present = pd.factorize(pd.MultiIndex.from_arrays(words))
    classes = [tuple(map(str, one)) for one in present]
    known = same_classes([one for one in classes if "" not in one], margin.classes)
    number = {one: at for at, one in enumerate(margin.classes)}
    table = np.array([number[known[one]] if one in known else -1 for one in classes], np.int64)
    return table[rows]


def _leave_out(
    free: BoolArray, reasons: list[tuple[str, int]], rows: BoolArray, why: str, *, outside: Outside
) -> None:
    """Count respondents that leave for a reason, or stop."""
    rows = rows & free
    count = int(rows.sum())
    if not count:
        return
    if outside == "error":
        raise SchemaError(
            f"{_WHERE} needs every margin variable in every row, and {why} in {count} row(s) "
            f"(first in row {int(rows.argmax()) + 1}). Complete it, or leave those rows out with "
            "outside='leave_out'."
        )
    free &= ~rows
    reasons.append((f"not calibrated: {why}", count))


def _place_unknown(
    margin: Margin,
    words: dict[str, NDArray[np.object_]],
    code: IntArray,
    found: tuple[BoolArray, list[tuple[str, int]]],
    *,
    outside: Outside,
) -> None:
    """Respondents whose category the margin does not count leave, or stop the run."""
    free, reasons = found
    strangers = (code < 0) & free
    if not strangers.any():
        return
    first = int(strangers.argmax())
    one = tuple(str(words[name][first]) for name in margin.columns)
    same = strangers.copy()
    for name, value in zip(margin.columns, one, strict=True):
        same &= words[name] == value
    if outside == "error":
        what = "gives 0 people" if one in margin.empty else "lacks"
        raise UnknownCodeError(
            f"{_WHERE}: {int(same.sum())} respondent(s) have {margin.named(one)} (first in row "
            f"{first + 1}), which the margin {what}. Add it, merge it, or leave those rows out "
            "with outside='leave_out'."
        )
    free &= ~strangers
    reasons.append(
        (f"not calibrated: {margin.name} is a category without population", int(strangers.sum()))
    )


def _require_respondents(found: Placed, wanted: Wanted) -> None:
    inside = found.inside
    for margin, code in zip(wanted.margins, found.codes, strict=True):
        counts = np.bincount(code[inside], minlength=len(margin.classes))
        nobody = [margin.named(margin.classes[at]) for at in np.flatnonzero(counts == 0)]
        if nobody:
            raise SchemaError(
                f"{_WHERE} needs respondents in every category of the population, and there are "
                f"none with {'; '.join(nobody)}. Merge categories, in the margin and in the data."
            )
