"""Linear programmes by HiGHS: one model that is asked many questions keeps its basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray

INFINITE = float("inf")
_WHOLE = 1e-6
_SMALL = 2_000  # columns
_NODES = 2_000  # of a search in whole numbers; a limit in seconds would differ by machine


@dataclass(frozen=True, slots=True)
class Equations:
    """Linear equations in sparse form.

    Attributes
    ----------
    row, column : ndarray of int, shape (k,)
        Place of each factor, row by row.
    factor : ndarray of float, shape (k,)
    """

    row: IntArray
    column: IntArray
    factor: FloatArray

    @classmethod
    def of(cls, rows: Sequence[Sequence[tuple[int, float]]]) -> Equations:
        """Equations from their terms."""
        terms = [(at, column, factor) for at, row in enumerate(rows) for column, factor in row]
        row, column, factor = zip(*terms, strict=True) if terms else ((), (), ())
        return cls(
            np.array(row, dtype=np.int64),
            np.array(column, dtype=np.int64),
            np.array(factor, dtype=np.float64),
        )

    def among(self, kept: NDArray[np.bool_]) -> Equations:
        """The same equations on some of the columns, which are numbered anew."""
        own = kept[self.column]
        number = np.cumsum(kept) - 1
        _, row = np.unique(self.row[own], return_inverse=True)
        return Equations(row, number[self.column[own]], self.factor[own])

    def of_changes(self, columns: int, entry: int) -> Equations:
        """Each column as a rise less a fall, and a last row for one of these alone."""
        row = np.concatenate([np.column_stack([self.row, self.row]).ravel(), [self.rows]])
        column = np.column_stack([self.column, self.column + columns]).ravel()
        factor = np.column_stack([self.factor, -self.factor]).ravel()
        return Equations(row, np.append(column, entry), np.append(factor, 1.0))

    def moving(self, start: int, free: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Columns in ``free`` that a change of one of them can change; none where it is fixed."""
        free = free.copy()
        while True:
            inside = free[self.column]
            row, column = self.row[inside], self.column[inside]
            alone = np.bincount(row, minlength=self.rows)[row] == 1
            if not alone.any():
                break
            free[column[alone]] = False  # nothing else in its equation can change
        reached = np.zeros(len(free), dtype=bool)
        reached[start] = free[start]
        before = 0
        while before < (now := int(np.count_nonzero(reached))):
            before = now
            rows = np.zeros(self.rows, dtype=bool)
            rows[row[reached[column]]] = True
            reached[column[rows[row]]] = True
        return reached

    def slack(self, column: int, value: FloatArray) -> tuple[float, float]:
        """How far one column can fall and rise at most, by each of its equations alone."""
        own = np.zeros(self.rows)
        mine = self.column == column
        own[self.row[mine]] = self.factor[mine]
        others = (own[self.row] != 0.0) & ~mine
        row = self.row[others]
        ratio, most = self.factor[others] / own[row], value[self.column[others]]
        # what falls with a rise of the column falls to 0 at most; what rises has no end
        by_sign = (np.where(sign * ratio > 0.0, np.abs(ratio) * most, np.inf) for sign in (-1, 1))
        ends = [np.bincount(row, weights, minlength=self.rows)[own != 0.0] for weights in by_sign]
        fall, rise = (float(min(end, default=np.inf)) for end in ends)
        return min(fall, float(value[column])), rise

    @property
    def rows(self) -> int:
        """Number of equations."""
        return int(self.row[-1]) + 1 if len(self.row) else 0

    def times(self, values: FloatArray) -> FloatArray:
        """Left-hand side of each."""
        products = self.factor * values[self.column]
        return np.bincount(self.row, weights=products, minlength=self.rows).astype(np.float64)


class Programme:
    """A linear programme in sparse form.

    Parameters
    ----------
    equations : Equations
        Left-hand sides.
    right : sequence of float
        Right-hand sides.
    upper : ndarray of float, shape (c,)
        Upper bounds; lower bounds are 0.
    whole : bool, default False
        Whether only whole numbers are a solution.
    model : highspy.Highs, optional
        Solver that forgets what it was asked before; a new one without.
    """

    def __init__(
        self,
        equations: Equations,
        right: Sequence[float] | FloatArray,
        upper: FloatArray,
        *,
        whole: bool = False,
        model: highspy.Highs | None = None,
    ) -> None:
        self.columns, self.whole = len(upper), whole
        rows = equations.rows
        programme = highspy.HighsLp()
        programme.num_col_ = self.columns
        programme.num_row_ = rows
        programme.col_cost_ = np.zeros(self.columns)
        programme.col_lower_ = np.zeros(self.columns)
        programme.col_upper_ = np.asarray(upper, dtype=np.float64)
        programme.row_lower_ = programme.row_upper_ = np.asarray(right, dtype=np.float64)
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = self.columns, rows
        matrix.start_ = np.searchsorted(equations.row, np.arange(rows + 1)).astype(np.int32)
        matrix.index_ = equations.column.astype(np.int32)
        matrix.value_ = equations.factor
        self.model = highspy.Highs() if model is None else model
        self.model.silent()
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("mip_max_nodes", _NODES)
        small = self.columns < _SMALL  # it costs more than it saves
        self.model.setOptionValue("presolve", "off" if small else "choose")
        self.model.passModel(programme)

    def least(self, cost: FloatArray) -> FloatArray | None:
        """Solution of least cost; ``None`` where there is none."""
        columns = np.arange(self.columns, dtype=np.int32)
        self.model.changeColsCost(self.columns, columns, np.asarray(cost, dtype=np.float64))
        return self._solution()

    def find_end(self, column: int, sign: float) -> FloatArray | None:
        """Solution with the least of one column, or with the largest with ``sign=-1``."""
        self.model.changeColCost(column, sign)
        found = self._solution()
        self.model.changeColCost(column, 0.0)
        return found

    def _solution(self) -> FloatArray | None:
        """Where the model has its optimum; most have one in whole numbers without being asked."""
        found = self._run()
        if not self.whole or found is None or np.abs(found - found.round()).max() < _WHOLE:
            return found
        self._restrict(highspy.HighsVarType.kInteger)
        found = self._run()
        self._restrict(highspy.HighsVarType.kContinuous)
        return found

    def _run(self) -> FloatArray | None:
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self.model.getSolution().col_value)

    def _restrict(self, kind: highspy.HighsVarType) -> None:
        columns = np.arange(self.columns, dtype=np.int32)
        kinds = np.full(self.columns, int(kind), dtype=np.uint8)
        self.model.changeColsIntegrality(self.columns, columns, kinds)
