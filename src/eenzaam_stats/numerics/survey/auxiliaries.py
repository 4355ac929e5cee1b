"""Auxiliary variables of a calibration: one column per category of each margin, and numbers.

Arrays only: which category a code stands for belongs to the verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import linalg, sparse

from eenzaam_stats.arrays import FloatArray, IntArray

# Directions below this share of the largest are those that one margin repeats of another: the
# categories of each margin add up to the same 1. A year of birth beside a constant leaves 5e-5.
SAME = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliaries:
    """What the margins are sums of.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (n, k)
        One row per respondent. A respondent outside the calibration has an empty row.
    margin : ndarray of int, shape (k,)
        Number of the margin of each column; -1 for a numeric column.
    """

    matrix: sparse.csr_array
    margin: IntArray

    def totals(self, weights: FloatArray) -> FloatArray:
        """Weighted totals of the columns, shape (k,)."""
        return np.asarray(self.matrix.T @ weights, dtype=np.float64)


def auxiliaries(
    codes: Sequence[IntArray], sizes: Sequence[int], *, numeric: FloatArray | None = None
) -> Auxiliaries:
    """Auxiliary variables of respondents.

    Parameters
    ----------
    codes : sequence of ndarray of int, each of shape (n,)
        Category of each respondent in each margin, from 0; -1 in any margin leaves the respondent
        out of all of them.
    sizes : sequence of int
        Categories of each margin.
    numeric : ndarray of float, shape (n, q), optional
        Numeric columns, put behind the categories; not finite leaves the respondent out.

    Returns
    -------
    Auxiliaries
        With ``sum(sizes) + q`` columns.

    Examples
    --------
    >>> made = auxiliaries([np.array([0, 1, -1]), np.array([1, 1, 0])], [2, 2])
    >>> made.matrix.toarray().tolist(), made.margin.tolist()
    ([[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]], [0, 0, 1, 1])
    """
    n = len(codes[0]) if codes else len(_numbers(numeric, 0))
    numbers = _numbers(numeric, n)
    inside = np.isfinite(numbers).all(axis=1)
    for code in codes:
        inside &= code >= 0
    kept = np.flatnonzero(inside)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    columns = [code[kept] + offset for code, offset in zip(codes, offsets, strict=False)]
    columns += [np.full(len(kept), offsets[-1] + j) for j in range(numbers.shape[1])]
    values = [np.ones(len(kept))] * len(codes) + list(numbers[kept].T)
    matrix = sparse.csr_array(
        (
            np.column_stack(values).ravel() if values else np.empty(0),
            (np.repeat(kept, len(values)), np.column_stack(columns).ravel() if columns else kept),
        ),
        shape=(n, int(offsets[-1]) + numbers.shape[1]),
    )
    margin = np.concatenate(
        [np.repeat(np.arange(len(sizes)), sizes), np.full(numbers.shape[1], -1)]
    )
    return Auxiliaries(matrix, margin.astype(np.int64))


def _numbers(numeric: FloatArray | None, n: int) -> FloatArray:
    return np.empty((n, 0)) if numeric is None else numeric


def scale_rows(matrix: sparse.csr_array, factor: FloatArray) -> sparse.csr_array:
    """Matrix with each row multiplied by a factor, shape (n, k).

    Examples
    --------
    >>> scale_rows(sparse.csr_array(np.eye(2)), np.array([2.0, 3.0])).toarray().tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    """
    data = matrix.data * np.repeat(factor, np.diff(matrix.indptr))
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def crossproduct(matrix: sparse.csr_array, weight: FloatArray) -> FloatArray:
    """Weighted cross-product of the columns, shape (k, k).

    Examples
    --------
    >>> crossproduct(sparse.csr_array(np.array([[1.0, 2.0]])), np.array([3.0])).tolist()
    [[3.0, 6.0], [6.0, 12.0]]
    """
    product: Any = matrix.T @ scale_rows(matrix, weight)
    return np.asarray(product.toarray(), dtype=np.float64)


def solve_normal(gram: FloatArray, right: FloatArray) -> FloatArray:
    """Smallest solution of the normal equations, whose columns may depend on each other.

    Parameters
    ----------
    gram : ndarray of float, shape (k, k)
        Cross-product of the columns.
    right : ndarray of float, shape (k,) or (k, d)
        Right-hand side.

    Returns
    -------
    ndarray of float, shape of ``right``
        0 for an empty column.

    Examples
    --------
    >>> solve_normal(np.array([[2.0, 2.0], [2.0, 2.0]]), np.array([1.0, 1.0])).round(6).tolist()
    [0.25, 0.25]
    """
    # To a diagonal of 1 first: what counts as a repetition may not depend on the unit of a number.
    size = np.sqrt(np.diag(gram))
    shrink = np.divide(1.0, size, out=np.zeros_like(size), where=size > 0.0)
    values, vectors = linalg.eigh(gram * shrink[:, None] * shrink)
    real = values > SAME * values.max(initial=0.0)
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=real)
    scaled = (right.T * shrink).T
    return np.asarray(((vectors @ ((vectors.T @ scaled).T * inverse).T).T * shrink).T)
