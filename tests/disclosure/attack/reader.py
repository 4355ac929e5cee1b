"""A reader of released tables who knows nothing of the package and works out what is hidden.

The unknowns are numbers of persons in the finest cells: every combination of all columns and all
joint answers that can occur. Every number that is printed is an equation or an interval on them,
and so is every total. One linear programme per release bounds what each hidden row counted; where
it is asked for, the bounds are those of whole numbers.
"""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

NEAR = 1e-5


class Reader:
    """What somebody knows of the numbers of persons in the finest cells.

    Parameters
    ----------
    size : int
        How many finest cells there are.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._lines: list[np.ndarray] = []
        self._low: list[float] = []
        self._high: list[float] = []

    def knows(self, counted: np.ndarray, low: float, high: float | None = None) -> None:
        """A sum over finest cells, exactly or between two numbers."""
        self._lines.append(np.asarray(counted, dtype=float))
        self._low.append(float(low))
        self._high.append(float(low if high is None else high))

    def believes(self, count: np.ndarray) -> list[int]:
        """Lines that a count of persons contradicts; none for what really was counted."""
        sums = np.array(self._lines) @ count
        slack = 1e-6 * (1 + np.abs(sums))
        wrong = (sums < np.array(self._low) - slack) | (sums > np.array(self._high) + slack)
        return np.flatnonzero(wrong).tolist()

    def bounds(
        self, asked: Sequence[np.ndarray], *, whole: bool = False
    ) -> list[tuple[float, float]]:
        """Least and largest sum over finest cells, for each that is asked for."""
        if not asked:
            return []
        goals = np.array(asked, dtype=float)
        # finest cells that every line and every goal counts alike are one unknown
        both = np.vstack([*self._lines, goals])
        merged = np.unique(both, axis=1)
        matrix, goals = merged[: len(self._lines)], merged[len(self._lines) :]
        # a sum that is printed twice is one line
        matrix, low, high = _distinct(matrix, np.array(self._low), np.array(self._high))
        if whole:
            return [_whole(matrix, low, high, goal) for goal in goals]
        return _relaxed(matrix, low, high, goals)


def _distinct(matrix, low, high):
    lines, at = np.unique(matrix, axis=0, return_inverse=True)
    least, most = np.full(len(lines), -np.inf), np.full(len(lines), np.inf)
    np.maximum.at(least, at.ravel(), low)
    np.minimum.at(most, at.ravel(), high)
    return lines, least, np.maximum(most, least)


def _relaxed(matrix, low, high, goals):
    """Bounds by one model whose objective changes: each question starts where the last ended."""
    solver = _model(matrix, low, high)
    columns = np.arange(matrix.shape[1], dtype=np.int32)
    found = []
    for goal in goals:
        solver.changeColsCost(len(columns), columns, goal)
        ends = []
        for sense in (highspy.ObjSense.kMinimize, highspy.ObjSense.kMaximize):
            solver.changeObjectiveSense(sense)
            solver.run()
            status = solver.getModelStatus()
            if status == highspy.HighsModelStatus.kUnbounded:
                ends.append(np.inf)
                continue
            assert status == highspy.HighsModelStatus.kOptimal, status
            ends.append(solver.getInfo().objective_function_value)
        found.append((ends[0], ends[1]))
    return found


def _model(matrix, low, high) -> highspy.Highs:
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("simplex_strategy", 4)
    model = highspy.HighsLp()
    rows, width = matrix.shape
    model.num_row_, model.num_col_ = rows, width
    model.col_cost_ = np.zeros(width)
    model.col_lower_, model.col_upper_ = np.zeros(width), np.full(width, highspy.kHighsInf)
    model.row_lower_, model.row_upper_ = low, high
    line, column = np.nonzero(matrix)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.searchsorted(line, np.arange(rows + 1)).astype(np.int32)
    model.a_matrix_.index_ = column.astype(np.int32)
    model.a_matrix_.value_ = matrix[line, column]
    solver.passModel(model)
    return solver


def _whole(matrix, low, high, goal):
    """Bounds by whole numbers of persons."""
    ends = []
    for sign in (1.0, -1.0):
        answer = milp(
            sign * goal,
            constraints=LinearConstraint(matrix, low, high),
            integrality=np.ones(len(goal)),
            bounds=Bounds(0, np.inf),
        )
        if answer.status == 3:  # without an end
            ends.append(sign * -np.inf)
            continue
        assert answer.status == 0, answer.message
        ends.append(sign * answer.fun)
    return ends[0], ends[1]
