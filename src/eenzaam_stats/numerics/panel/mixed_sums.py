"""Sums per person from which a linear mixed model is fitted: rows are passed over once.

Columns are made orthonormal first, so that no digit is lost when squares are subtracted. Arrays
only; the likelihood lives in ``mixed_likelihood``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray

# A column of which less than this share is not explained by the columns before it adds nothing.
COLLINEAR = 1e-9
# Persons with the same waves are put together when sums of their dates agree to this share.
_SAME = 1e10
# Putting persons together pays when there are fewer kinds of persons than this share of them.
_FEW_KINDS = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class MixedSums:
    """Sums of a panel in orthonormal columns C = [Q, r], with r the scaled residual.

    Attributes
    ----------
    total : ndarray of float, shape (p + 1, p + 1)
        C'C over all rows.
    zz : ndarray of float, shape (m, q, q)
        Z'Z of each person, Z = (1) or (1, standardised time).
    zc : ndarray of float, shape (m, q, p + 1)
        Z'C of each person.
    count : ndarray of float, shape (m,)
        Persons that a row of ``zz`` stands for: persons with the same Z'Z are replaced by as many
        rows as their products need.
    household : ndarray of int, shape (m,) or None
        Household of each person, 0 to h - 1; ``None`` without one.
    n, p, q : int
        Rows, columns of the design, random effects per person.
    r : ndarray of float, shape (p, p)
        Triangle with X = Q r.
    least_squares : ndarray of float, shape (p,)
        Coefficients by least squares.
    scale : float
        Root mean square of the residual of least squares.
    centre, spread : float
        Time was standardised as (t - centre) / spread.
    """

    total: FloatArray
    zz: FloatArray
    zc: FloatArray
    count: FloatArray
    household: IntArray | None
    n: int
    p: int
    q: int
    r: FloatArray
    least_squares: FloatArray
    scale: float
    centre: float
    spread: float


def mixed_sums(
    y: FloatArray,
    x: FloatArray,
    person: IntArray,
    *,
    time: FloatArray | None = None,
    household: IntArray | None = None,
) -> MixedSums:
    """Sums per person of one pass over the rows.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
    x : ndarray of float, shape (n, p)
        Of full rank (see :func:`collinear`).
    person : ndarray of int, shape (n,)
        Number of the person, 0 to m - 1, each of which occurs.
    time : ndarray of float, shape (n,), optional
        Time of the random slope; without it a random intercept only.
    household : ndarray of int, shape (m,), optional
        Number of the household of each person, 0 to h - 1.

    Returns
    -------
    MixedSums

    Examples
    --------
    >>> sums = mixed_sums(np.array([1.0, 2.0, 4.0]), np.ones((3, 1)), np.array([0, 0, 1]))
    >>> sums.zz.ravel().tolist(), sums.least_squares.round(4).tolist()
    ([2.0, 1.0], [2.3333])
    """
    q_matrix, r = np.linalg.qr(x)
    coordinates = q_matrix.T @ y
    residual = y - q_matrix @ coordinates
    # Once more: after one projection rounding of the size of y is left in the columns, and it is
    # squared below.
    residual -= q_matrix @ (q_matrix.T @ residual)
    n, p = x.shape
    scale = float(np.sqrt(residual @ residual / n)) or 1.0
    c = np.column_stack([q_matrix, residual / scale])
    z, centre, spread = _random_columns(n, time)
    m = int(person.max()) + 1
    zz = _products(z, z, person, m)
    zc = _products(z, c, person, m)
    count = np.ones(m)
    if household is None:
        zz, zc, count = _together(zz, zc)
    return MixedSums(
        total=c.T @ c,
        zz=zz,
        zc=zc,
        count=count,
        household=household,
        n=n,
        p=p,
        q=z.shape[1],
        r=r,
        least_squares=np.linalg.solve(r, coordinates),
        scale=scale,
        centre=centre,
        spread=spread,
    )


def collinear(x: FloatArray) -> IntArray:
    """Columns that the columns before them explain.

    Examples
    --------
    >>> collinear(np.array([[1.0, 0.0, 2.0], [1.0, 1.0, 2.0], [1.0, 2.0, 2.0]])).tolist()
    [2]
    """
    size = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(size > 0.0, size, 1.0)
    left = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    found: IntArray = np.flatnonzero(left < COLLINEAR)
    return found


def _random_columns(n: int, time: FloatArray | None) -> tuple[FloatArray, float, float]:
    """Columns 1 and standardised time, with the centre and the spread of time."""
    ones = np.ones((n, 1))
    if time is None:
        return ones, 0.0, 1.0
    centre = float(time.mean())
    spread = float(time.std()) or 1.0
    return np.column_stack([ones, (time - centre) / spread]), centre, spread


def _products(left: FloatArray, right: FloatArray, person: IntArray, m: int) -> FloatArray:
    """Products left'right per person, shape (m, columns of left, columns of right)."""
    out = np.empty((m, left.shape[1], right.shape[1]))
    for i, one in enumerate(left.T):
        for j, other in enumerate(right.T):
            out[:, i, j] = np.bincount(person, weights=one * other, minlength=m)
    return out


def _together(zz: FloatArray, zc: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Persons with the same Z'Z as the few rows that have the same products Z'C.

    The likelihood needs sums over these persons of products of entries of Z'C only; the triangle of
    a QR decomposition has the same ones.
    """
    m, q, columns = zc.shape
    flat = zz.reshape(m, q * q)
    size = np.abs(flat).max(axis=0)
    keys = np.rint(flat / np.where(size > 0.0, size, 1.0) * _SAME)
    kinds, at = np.unique(keys, axis=0, return_inverse=True)
    width = q * columns
    if len(kinds) * width > _FEW_KINDS * m:
        return zz, zc, np.ones(m)
    order = np.argsort(at.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(at.reshape(-1), minlength=len(kinds)))
    blocks, first, numbers, people = [], [], [], []
    for start, end in zip(np.r_[0, ends[:-1]], ends, strict=True):
        block = zc[order[start:end]].reshape(end - start, width)
        if len(block) > width:
            block = np.asarray(np.linalg.qr(block, mode="r"))
        blocks.append(block)
        first.append(order[start])
        numbers.append(len(block))
        people.append((end - start) / len(block))
    return (
        np.repeat(zz[first], numbers, axis=0),
        np.concatenate(blocks).reshape(-1, q, columns),
        np.repeat(people, numbers),
    )
