"""Linear programmes by HiGHS: one model that is asked many questions keeps its basis."""

from __future__ import annotations

from collections.abc import Sequence

import highspy
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
INFINITE = float("inf")
_WHOLE = 1e-6
_NODES = 2_000  # of a search in whole numbers; a limit in seconds would differ by machine


class Programme:
    """A linear programme in sparse form.

    Parameters
    ----------
    rows : sequence of sequence of (int, float)
        Terms of each equation.
    right : sequence of float
        Right-hand sides.
    upper : ndarray of float, shape (c,)
        Upper bounds; lower bounds are 0.
    whole : bool, default False
        Whether only whole numbers are a solution.
    """

    def __init__(
        self,
        rows: Sequence[Sequence[tuple[int, float]]],
        right: Sequence[float],
        upper: FloatArray,
        *,
        whole: bool = False,
    ) -> None:
        self.columns, self.whole = len(upper), whole
        starts = np.cumsum([0, *(len(row) for row in rows)], dtype=np.int32)
        programme = highspy.HighsLp()
        programme.num_col_ = self.columns
        programme.num_row_ = len(rows)
        programme.col_cost_ = np.zeros(self.columns)
        programme.col_lower_ = np.zeros(self.columns)
        programme.col_upper_ = np.asarray(upper, dtype=np.float64)
        programme.row_lower_ = programme.row_upper_ = np.asarray(right, dtype=np.float64)
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kRowwise
        matrix.num_col_, matrix.num_row_ = self.columns, len(rows)
        matrix.start_ = starts
        matrix.index_ = np.array([at for row in rows for at, _ in row], dtype=np.int32)
        matrix.value_ = np.array([factor for row in rows for _, factor in row], dtype=np.float64)
        self.model = highspy.Highs()
        self.model.silent()
        self.model.setOptionValue("threads", 1)
        self.model.setOptionValue("mip_max_nodes", _NODES)
        self.model.passModel(programme)

    def least(self, cost: FloatArray) -> FloatArray | None:
        """Solution of least cost; ``None`` where there is none."""
        columns = np.arange(self.columns, dtype=np.int32)
        self.model.changeColsCost(self.columns, columns, np.asarray(cost, dtype=np.float64))
        return self._solution()

    def range_of(self, column: int) -> tuple[float, float]:
        """Least and largest value of one column; infinite where nothing bounds it."""
        ends = []
        for sign, sense in ((1.0, 0.0), (-1.0, INFINITE)):
            self.model.changeColCost(column, sign)
            found = self._solution()
            ends.append(sense if found is None else float(found[column]))
        self.model.changeColCost(column, 0.0)
        return ends[0], ends[1]

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
