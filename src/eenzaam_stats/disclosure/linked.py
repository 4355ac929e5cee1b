"""Estimates as linked tables of counts: which rows add up to which, and what that gives away.

A released margin minus the released cells gives the suppressed rest. The bounds that anyone can
compute for a suppressed row are linear programmes; this module computes them as an attacker would.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from eenzaam_stats.results import Estimates

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Linked:
    """Rows of tables that are shown together, and the sums that tie them.

    Attributes
    ----------
    position : tuple of (int, int)
        Table and row of each linked row.
    counts : ndarray of float, shape (q, r)
        Counts of q quantities that must not be found out (people, with and without the outcome).
    matrix : scipy.sparse.csr_array, shape (c, r)
        One constraint per row: a margin (-1) and the rows that add up to it (1); the total of a
        table is known to everyone and has no margin.
    known : ndarray of float, shape (q, c)
        Right-hand sides.
    """

    position: tuple[tuple[int, int], ...]
    counts: FloatArray
    matrix: sparse.csr_array
    known: FloatArray


def linked(tables: Sequence[Estimates]) -> Linked:
    """Linked rows of tables of one outcome.

    Parameters
    ----------
    tables : sequence of Estimates
        Estimates of one outcome for one source by different columns, unsuppressed.

    Returns
    -------
    Linked

    Notes
    -----
    The total of every table counts as known, also when it is not shown: the size of a sample
    usually is. People without a group stand in a margin and in no cell; their number is taken as
    known too, which can only make the protection stronger.
    """
    position = tuple((t, r) for t, table in enumerate(tables) for r in range(len(table.rows)))
    index = {place: at for at, place in enumerate(position)}
    counts = np.array([_counts(tables[t], r) for t, r in position], dtype=np.float64).T
    rows = list(_constraints(tables, index))
    matrix = sparse.lil_array((len(rows), len(position)))
    known = np.zeros((len(counts), len(rows)))
    for at, (children, parent) in enumerate(rows):
        matrix[at, children] = 1.0
        total = counts[:, children].sum(axis=1)
        if parent >= 0:
            matrix[at, [parent]] = -1.0
            total = total - counts[:, parent]
        known[:, at] = total
    return Linked(position, counts, matrix.tocsr(), known)


def _counts(table: Estimates, row: int) -> tuple[float, float, float]:
    """People, with and without the outcome; of a mean the people three times."""
    one = table.rows[row]
    n = float(one.n_valid or 0)
    if one.n_outcome is None:
        return (n, n, n)
    return (n, float(one.n_outcome), n - float(one.n_outcome))


def _constraints(
    tables: Sequence[Estimates], index: dict[tuple[int, int], int]
) -> Iterator[tuple[list[int], int]]:
    """Rows that add up, with the margin they add up to; -1 for the total that everyone knows."""
    for t, table in enumerate(tables):
        if table.rows:
            yield [index[t, r] for r in range(len(table.rows))], -1
    for a, margin in enumerate(tables):
        for b, finer in enumerate(tables):
            if a != b and set(margin.by) < set(finer.by):
                places = [finer.by.index(name) for name in margin.by]
                for r, row in enumerate(margin.rows):
                    children = [
                        index[b, s]
                        for s, other in enumerate(finer.rows)
                        if tuple(other.group[at] for at in places) == row.group
                    ]
                    if children:
                        yield children, index[a, r]


def bounds(found: Linked, hidden: BoolArray, *, row: int, quantity: int) -> tuple[float, float]:
    """Least and largest count of a hidden row that agree with everything shown.

    Parameters
    ----------
    found : Linked
        Linked rows.
    hidden : ndarray of bool, shape (r,)
        Rows that are not shown.
    row, quantity : int
        The row and the quantity that somebody wants to know.

    Returns
    -------
    low, high : float
        Equal when the row is given away.
    """
    keep = _component(found, hidden, row)
    columns = np.flatnonzero(keep)
    matrix = found.matrix[:, columns]
    lines = np.flatnonzero(abs(matrix).sum(axis=1) > 0)
    shown = found.matrix[:, np.flatnonzero(~hidden)] @ found.counts[quantity, ~hidden]
    right = (found.known[quantity] - shown)[lines]
    dense = matrix[lines].toarray()
    if len(lines) == 1 and (dense >= 0).all():
        # one sum and nothing else: each part is anything from nothing to all of it
        total = float(right[0])
        return (total, total) if len(columns) == 1 else (0.0, total)
    target = np.zeros(len(columns))
    target[int(np.searchsorted(columns, row))] = 1.0
    ends = [
        linprog(sign * target, A_eq=dense, b_eq=right, bounds=(0, None), method="highs")
        for sign in (1.0, -1.0)
    ]
    low = float(ends[0].fun or 0.0) if ends[0].status == 0 else 0.0
    high = -float(ends[1].fun or 0.0) if ends[1].status == 0 else float("inf")
    return low, high


def _component(found: Linked, hidden: BoolArray, row: int) -> BoolArray:
    """Hidden rows that a chain of sums ties to the row."""
    ties = abs(found.matrix)
    inside = np.zeros(len(hidden), dtype=np.bool_)
    inside[row] = True
    while True:
        lines = ties @ inside.astype(np.float64) > 0
        wider = (ties.T @ lines.astype(np.float64) > 0) & hidden
        wider[row] = True
        if (wider == inside).all():
            return inside
        inside = wider


def ties_of(found: Linked, row: int) -> IntArray:
    """Rows that stand in a sum with the row, itself left out."""
    ties = abs(found.matrix)
    lines = np.flatnonzero(ties[:, [row]].toarray()[:, 0])
    others: IntArray = np.flatnonzero(ties[lines].sum(axis=0)).astype(np.int64)
    rest: IntArray = others[others != row]
    return rest
