"""Rank of replicate weights of groups of rows, from which their degrees of freedom follow.

Arrays only. Of each group only a basis of its rows is kept, so that many groups and unions of
groups cost little.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray, IntArray

# Singular values of the weights below this share of the largest are linear dependence.
RANK_TOLERANCE = 1e-7
_ENOUGH = 2
_DIGITS = 9


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateRanks:
    """Bases of the replicate weights of groups.

    Attributes
    ----------
    whole : int
        Rank of the weights of all rows; no group has more.
    bases : tuple of ndarray of float, shape (k, r)
        Per group, as many rows as the rank of its weights.
    """

    whole: int
    bases: tuple[FloatArray, ...]
    _known: dict[bytes, int] = field(default_factory=dict)

    def together(self, members: BoolArray) -> IntArray:
        """Rank of the weights of unions of groups.

        Parameters
        ----------
        members : ndarray of bool, shape (t, d)
            Which groups each union has.

        Returns
        -------
        ndarray of int, shape (t,)
        """
        return np.array([self._rank(one) for one in members], dtype=np.int64)

    def _rank(self, member: BoolArray) -> int:
        key = np.packbits(member).tobytes()
        if key not in self._known:
            found = [self.bases[at] for at in np.flatnonzero(member) if len(self.bases[at])]
            ranks = [len(one) for one in found]
            full = self.whole in ranks or len(found) < 2
            self._known[key] = max(ranks, default=0) if full else len(_row_basis(np.vstack(found)))
        return self._known[key]


def replicate_ranks(weights: FloatArray, domain: IntArray, count: int) -> ReplicateRanks:
    """Ranks of the replicate weights of all rows and of groups.

    Parameters
    ----------
    weights : ndarray of float, shape (n, r)
        Replicate weights, at least 0.
    domain : ndarray of int, shape (n,)
        Group of each row, -1 where it has none or gave no answer.
    count : int
        Number of groups.

    Returns
    -------
    ReplicateRanks

    Notes
    -----
    **Validated against.** ``degf(subset(design))`` of R ``survey``, in ``tests/estimation``.

    Examples
    --------
    >>> weights = np.array([[2.0, 0.0], [4.0, 0.0], [1.0, 1.0]])
    >>> found = replicate_ranks(weights, np.array([0, 0, 1]), 2)
    >>> found.whole, found.together(np.array([[True, False], [True, True]])).tolist()
    (2, [1, 2])
    """
    scaled = weights / np.maximum(np.sqrt((weights**2).sum(axis=0)), np.finfo(np.float64).tiny)
    largest = scaled.max(axis=1, initial=0.0, keepdims=True)
    scaled /= np.where(largest > 0.0, largest, 1.0)
    scaled, domain = _different(scaled, domain)
    whole = len(_basis(scaled, at_most=min(scaled.shape)))
    order = np.argsort(domain, kind="stable")
    ends = np.searchsorted(domain[order], np.arange(count + 1))
    bases = [
        _basis(scaled[order[start:end]], at_most=whole) for start, end in pairwise(ends.tolist())
    ]
    return ReplicateRanks(whole, tuple(bases))


def _different(rows: FloatArray, domain: IntArray) -> tuple[FloatArray, IntArray]:
    """Rows of each group without repeats: rows of one cluster are multiples of each other.

    Equal rows are found by two projections in a fixed direction, which costs less than sorting.
    """
    if not len(rows):
        return rows, domain
    angle = np.arange(1, rows.shape[1] + 1, dtype=np.float64)
    seen = np.column_stack([domain, rows @ np.sin(angle), rows @ np.cos(angle**2)])
    first = np.unique(seen.round(_DIGITS), axis=0, return_index=True)[1]
    first.sort()
    return rows[first], domain[first]


def _basis(rows: FloatArray, *, at_most: int) -> FloatArray:
    """Basis of the rows; a sample of them is enough where it has the rank that is possible."""
    enough = _ENOUGH * rows.shape[1]
    if len(rows) <= enough:
        return _row_basis(rows)
    sample = _row_basis(rows[np.linspace(0, len(rows) - 1, enough).astype(np.int64)])
    if len(sample) >= at_most:
        return sample
    return _row_basis(rows)


def _row_basis(rows: FloatArray) -> FloatArray:
    if not rows.size:
        return np.zeros((0, rows.shape[1]))
    if len(rows) < rows.shape[1]:
        _, size, vectors = np.linalg.svd(rows, full_matrices=False)
    else:
        values, columns = np.linalg.eigh(rows.T @ rows)
        size, vectors = np.sqrt(np.maximum(values, 0.0)), columns.T
    kept: FloatArray = vectors[size > RANK_TOLERANCE * size.max()]
    return kept
