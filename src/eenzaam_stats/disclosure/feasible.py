"""What sums leave open: values that follow one by one, bounds of the others, and by which sums.

Sums with one unknown are solved first, until none is left. What remains falls apart into
components; each is asked with linear programmes, and with whole numbers where it is small.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy import sparse
from scipy.optimize import Bounds as Box
from scipy.optimize import LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.disclosure.system import Terms
from eenzaam_stats.errors import SchemaError

MOST_WHOLE = 200  # unknowns of a component up to which whole numbers are asked
_NEAR = 1e-6
_SECONDS = 20.0
_INFEASIBLE = 2  # status of SciPy


@dataclass(frozen=True, slots=True)
class Line:
    """A sum of unknowns, with its bounds.

    Attributes
    ----------
    terms : tuple of (int, float)
        Unknowns with their factors.
    low, high : float
        Bounds of the sum; equal for an equation.
    words : str
        What it says, where the terms alone do not.
    """

    terms: Terms
    low: float = 0.0
    high: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """Bounds of one unknown.

    Attributes
    ----------
    low, high : float
        Infinite where nothing bounds it.
    whole : bool
        Whether both are reached by whole numbers; otherwise they are bounds of the relaxation,
        and those of whole numbers can be nearer.
    lines : tuple of int
        Lines that they follow from.
    """

    low: float
    high: float
    whole: bool
    lines: tuple[int, ...]


@dataclass(slots=True)
class Solved:
    """Values that follow one by one.

    Attributes
    ----------
    value : list of float
        Per unknown, NaN where it is open.
    by : dict of int to tuple of int
        Lines that each solved unknown follows from, in the order in which they are used.
    """

    value: list[float]
    by: dict[int, tuple[int, ...]] = field(default_factory=dict)


class ContradictionError(SchemaError):
    """Sums that cannot hold together."""

    line: int = -1


def contradiction_error(line: int) -> ContradictionError:
    """Error that keeps the number of the line, for words about it."""
    error = ContradictionError("sums that cannot hold together")
    error.line = line
    return error


def solve(lines: Sequence[Line], value: Sequence[float], numbers: set[int]) -> Solved:
    """Solve lines with one unknown until none is left.

    Parameters
    ----------
    lines : sequence of Line
        What is known.
    value : sequence of float
        Known values, NaN for the unknowns; none is negative.
    numbers : set of int
        Unknowns that need not be whole.

    Returns
    -------
    Solved

    Raises
    ------
    ContradictionError
        If a line cannot hold.

    Examples
    --------
    >>> found = solve([Line(((0, 1.0), (1, 1.0)), 9.0, 9.0)], [4.0, float("nan")], set())
    >>> found.value, found.by
    ([4.0, 5.0], {1: (0,)})
    """
    found = _Elimination(lines, value, numbers)
    of: dict[int, list[int]] = {}
    for number, line in enumerate(lines):
        for at, _ in line.terms:
            of.setdefault(at, []).append(number)
    todo = deque(range(len(lines)))  # first come, first served: chains stay short
    while todo:
        for at in found.follow(todo.popleft()):
            todo.extend(of[at])
    return found.solved


class _Elimination:
    """Values and single bounds found so far."""

    def __init__(self, lines: Sequence[Line], value: Sequence[float], numbers: set[int]) -> None:
        self.lines, self.numbers = lines, numbers
        self.solved = Solved(list(value))
        self.ends: dict[int, tuple[float, float, tuple[int, ...]]] = {}

    def follow(self, number: int) -> list[int]:
        """Unknowns that a line settles: the only one of it, or all of a sum that is nobody."""
        line, value = self.lines[number], self.solved.value
        free = [(at, factor) for at, factor in line.terms if math.isnan(value[at])]
        known = sum(f * value[at] for at, f in line.terms if not math.isnan(value[at]))
        low, high = line.low - known, line.high - known
        near = _NEAR * max(1.0, abs(known))
        before = [one for at, _ in line.terms for one in self.solved.by.get(at, ())]
        if not free and (low > near or high < -near):
            raise contradiction_error(number)
        if len(free) == 1:
            return self._alone(*free[0], (low, high), (*before, number))
        nobody = abs(low) < near and abs(high) < near and len({f > 0.0 for _, f in free}) == 1
        return [self._settle(at, 0.0, (*before, number)) for at, _ in free if nobody]

    def _alone(
        self, at: int, factor: float, ends: tuple[float, float], by: tuple[int, ...]
    ) -> list[int]:
        """Bounds of the only unknown of a line, and its value where they meet."""
        low, high = sorted((ends[0] / factor, ends[1] / factor))
        least, most, before = self.ends.get(at, (0.0, math.inf, ()))
        exact = low == high
        if at not in self.numbers:
            low, high = _up(low - _NEAR), _down(high + _NEAR)
        if exact or low > least or high < most:
            before = (*before, *by) if not exact else by
        least, most = max(least, low), min(most, high)
        if least > most + _NEAR:
            raise contradiction_error(by[-1])
        self.ends[at] = (least, most, before)
        if exact or most - least < _NEAR:
            return [self._settle(at, least, before)]
        return []

    def _settle(self, at: int, exact: float, by: tuple[int, ...]) -> int:
        self.solved.value[at] = exact
        self.solved.by[at] = tuple(dict.fromkeys(by))
        return at


def _up(value: float) -> float:
    """Least whole number that is not below."""
    return float(math.ceil(value)) if math.isfinite(value) else value


def _down(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


@dataclass(slots=True)
class Part:
    """Unknowns that a chain of lines ties to each other.

    Attributes
    ----------
    unknowns : tuple of int
    lines : tuple of int
        Numbers of the lines.
    """

    unknowns: tuple[int, ...]
    lines: tuple[int, ...]


def parts(lines: Sequence[Line], value: Sequence[float]) -> Iterator[Part]:
    """Components of what is open.

    Parameters
    ----------
    lines : sequence of Line
    value : sequence of float
        NaN where a value is open.

    Yields
    ------
    Part
    """
    open_ones = [at for at, one in enumerate(value) if math.isnan(one)]
    place = {at: number for number, at in enumerate(open_ones)}
    used = [
        (number, [place[at] for at, _ in line.terms if at in place])
        for number, line in enumerate(lines)
    ]
    used = [(number, inside) for number, inside in used if inside]
    count = len(open_ones)
    row = np.repeat(np.arange(len(used)) + count, [len(inside) for _, inside in used])
    column = np.array([at for _, inside in used for at in inside], dtype=np.int64)
    size = count + len(used)
    ties = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(size, size))
    _, label = connected_components(ties, directed=False)
    unknowns: dict[int, list[int]] = {}
    inside_of: dict[int, list[int]] = {}
    for number, at in enumerate(open_ones):
        unknowns.setdefault(int(label[number]), []).append(at)
    for number, (line, _) in enumerate(used):
        inside_of.setdefault(int(label[number + count]), []).append(line)
    for one, ids in unknowns.items():
        yield Part(tuple(ids), tuple(inside_of.get(one, ())))


class Question:
    """One component, asked for the ends of its unknowns."""

    def __init__(
        self, part: Part, lines: Sequence[Line], solved: Solved, numbers: set[int]
    ) -> None:
        self.part, self.solved, self.lines = part, solved, lines
        self.place = {at: number for number, at in enumerate(part.unknowns)}
        self.whole = np.array([at not in numbers for at in part.unknowns])
        entries = [
            [(self.place[at], factor) for at, factor in lines[one].terms if at in self.place]
            for one in part.lines
        ]
        known = np.array(
            [
                sum(f * solved.value[at] for at, f in lines[one].terms if at not in self.place)
                for one in part.lines
            ]
        )
        self.low = np.array([lines[one].low for one in part.lines]) - known
        self.high = np.array([lines[one].high for one in part.lines]) - known
        starts = np.cumsum([0, *map(len, entries)], dtype=np.int32)
        index = np.array([at for row in entries for at, _ in row], dtype=np.int32)
        factor = np.array([one for row in entries for _, one in row])
        count = len(part.unknowns)
        self.matrix = sparse.csr_array((factor, index, starts), shape=(len(entries), count))
        self.model = _model(self.matrix, self.low, self.high)
        # what solutions of whole numbers reached so far, and the most that one sum allows
        self.least, self.most = np.full(count, np.inf), np.full(count, -np.inf)
        self.allowed = np.full(count, np.inf)
        for terms, most in zip(entries, self.high, strict=True):
            if all(times > 0.0 for _, times in terms):
                for at, times in terms:
                    self.allowed[at] = min(self.allowed[at], most / times)

    def find_range(self, unknown: int, wide: float) -> Range:
        """Least and largest value of one unknown; without its lines when they lie far apart.

        Raises
        ------
        ContradictionError
            If the lines cannot hold together.
        """
        at = self.place[unknown]
        small = len(self.part.unknowns) <= MOST_WHOLE
        ends, used, whole = [], set[int](), True
        if self.least[at] < _NEAR and self.most[at] >= max(self.allowed[at] - _NEAR, wide):
            return Range(0.0, float(self.most[at]), True, ())
        for sign in (1.0, -1.0):
            end, reached, rows = self._end(at, sign)
            if not reached and small:
                end = self._whole_end(at, sign)
                reached = True
            ends.append(end)
            whole &= reached
            used.update(rows)
        lines = sorted({self.part.lines[row] for row in used})
        before = [
            one
            for line in lines
            for at, _ in self._terms(line)
            for one in self.solved.by.get(at, ())
        ]
        return Range(ends[0], ends[1], whole, tuple(dict.fromkeys([*before, *lines])))

    def _terms(self, line: int) -> Terms:
        return self.lines[line].terms

    def _end(self, at: int, sign: float) -> tuple[float, bool, list[int]]:
        """One end by a linear programme, whether whole numbers reach it, and the rows it needs."""
        if sign > 0.0 and self.least[at] < _NEAR:
            return 0.0, True, []  # no count is less
        self.model.changeColCost(at, sign)
        self.model.run()
        status = self.model.getModelStatus()
        found = self.model.getSolution()
        self.model.changeColCost(at, 0.0)
        if status == highspy.HighsModelStatus.kInfeasible:
            raise contradiction_error(self.part.lines[0] if self.part.lines else -1)
        if status != highspy.HighsModelStatus.kOptimal:
            return sign * -math.inf, True, []
        values = np.array(found.col_value)
        reached = bool(np.all(np.abs(values - np.round(values))[self.whole] < _NEAR))
        if reached:
            np.minimum(self.least, values, out=self.least)
            np.maximum(self.most, values, out=self.most)
        rows = np.flatnonzero(np.abs(np.array(found.row_dual)) > _NEAR).tolist()
        end = float(values[at])
        if self.whole[at]:
            end = _up(end - _NEAR) if sign > 0 else _down(end + _NEAR)
        return end + 0.0, reached, rows

    def _whole_end(self, at: int, sign: float) -> float:
        """One end over whole numbers."""
        cost = np.zeros(len(self.part.unknowns))
        cost[at] = sign
        found = milp(
            cost,
            constraints=LinearConstraint(self.matrix, self.low, self.high),
            integrality=self.whole.astype(int),
            bounds=Box(0.0, np.inf),
            options={"time_limit": _SECONDS},
        )
        if found.status == _INFEASIBLE:
            raise contradiction_error(self.part.lines[0])
        # the bound of the search holds when its time was over before the end was reached
        bound = found.mip_dual_bound
        end = sign * (-math.inf if bound is None else float(bound))
        if self.whole[at]:
            end = _up(end - _NEAR) if sign > 0 else _down(end + _NEAR)
        return end + 0.0


def _model(matrix: sparse.csr_array, low: FloatArray, high: FloatArray) -> highspy.Highs:
    rows, columns = matrix.shape
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = columns, rows
    programme.col_cost_ = np.zeros(columns)
    programme.col_lower_ = np.zeros(columns)
    programme.col_upper_ = np.full(columns, np.inf)
    programme.row_lower_, programme.row_upper_ = low, high
    entries = programme.a_matrix_
    entries.format_ = highspy.MatrixFormat.kRowwise
    entries.num_col_, entries.num_row_ = columns, rows
    entries.start_ = matrix.indptr.astype(np.int32)
    entries.index_ = matrix.indices.astype(np.int32)
    entries.value_ = matrix.data.astype(np.float64)
    model = highspy.Highs()
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("simplex_strategy", 4)
    model.passModel(programme)
    return model


def ranges(
    lines: Sequence[Line],
    value: Sequence[float],
    *,
    asked: Sequence[int],
    numbers: set[int],
    wide: float = math.inf,
) -> Mapping[int, Range]:
    """Bounds of the unknowns that are asked.

    Parameters
    ----------
    lines : sequence of Line
        What is known.
    value : sequence of float
        Known values; NaN for the unknowns.
    asked : sequence of int
        Unknowns.
    numbers : set of int
        Unknowns that need not be whole.
    wide : float, default infinity
        Distance of the bounds from which on nobody asks for their lines.

    Returns
    -------
    mapping of int to Range

    Raises
    ------
    ContradictionError
        If the lines cannot hold together.

    Examples
    --------
    >>> nothing = float("nan")
    >>> line = Line(((0, 1.0), (1, 2.0)), 9.0, 9.0)
    >>> ranges([line], [nothing, nothing], asked=[0], numbers=set())[0]
    Range(low=1.0, high=9.0, whole=True, lines=(0,))
    """
    solved = solve(lines, value, numbers)
    wanted = set(asked)
    found = {
        at: Range(solved.value[at], solved.value[at], True, solved.by.get(at, ()))
        for at in asked
        if not math.isnan(solved.value[at])
    }
    for part in parts(lines, solved.value):
        inside = [at for at in part.unknowns if at in wanted]
        if inside:
            question = Question(part, lines, solved, numbers)
            found.update({at: question.find_range(at, wide) for at in inside})
    return found
