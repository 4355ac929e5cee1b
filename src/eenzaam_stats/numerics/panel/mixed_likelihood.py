"""Profiled likelihood of a linear mixed model with its slope, from sums per person.

Fixed effects and residual variance have a closed form given the ratios of the random variances to
the residual variance, so the search is over one to four numbers. Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.panel.mixed_sums import MixedSums


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """The likelihood at one place.

    Attributes
    ----------
    deviance : float
        Minus twice the profiled log-likelihood, in the scaled columns, without constants.
    slope : ndarray of float, shape (k,)
        Its derivative to the parameters.
    shift : ndarray of float, shape (p,)
        Coefficients of the orthonormal columns, as an addition to least squares.
    inverse : ndarray of float, shape (p, p)
        Inverse of Q'V^-1 Q, V relative to the residual variance.
    squares : float
        Weighted residual sum of squares, scaled.
    squares_slope : ndarray of float, shape (k,)
        Its derivative to the parameters.
    """

    deviance: float
    slope: FloatArray
    shift: FloatArray
    inverse: FloatArray
    squares: float
    squares_slope: FloatArray


def triangle(parameters: FloatArray, q: int) -> FloatArray:
    """Lower triangle of the relative covariance of a person's effects, row by row."""
    out = np.zeros((q, q))
    out[np.tril_indices(q)] = parameters[: q * (q + 1) // 2]
    return out


def profile(sums: MixedSums, parameters: FloatArray, *, restricted: bool) -> Profile:
    r"""Minus twice the profiled log-likelihood and its derivative.

    Parameters
    ----------
    sums : MixedSums
        Sums per person.
    parameters : ndarray of float, shape (k,)
        Lower triangle of the relative standard deviations of a person, row by row, then, with
        households, that of the household.
    restricted : bool
        REML or ML.

    Returns
    -------
    Profile

    Notes
    -----
    With :math:`V_i = I + Z_i D Z_i'`, :math:`D = \Lambda \Lambda'` and C the columns,

    .. math:: Z'V^{-1}C = (I + Z'Z D)^{-1} Z'C, \quad
       C'V^{-1}C = C'C - \sum_i (Z_i'C)' D\, Z_i'V_i^{-1}C_i,

    and a household with variance ratio :math:`\kappa` takes off another
    :math:`\kappa k k' / (1 + \kappa a)` with :math:`k = 1'V^{-1}C` and :math:`a = 1'V^{-1}1`. No
    inverse of D is taken, so a variance of 0 is an ordinary place.

    Examples
    --------
    Without random variance the residual sum of squares is that of least squares, n when scaled:

    >>> from eenzaam_stats.numerics.panel.mixed_sums import mixed_sums
    >>> sums = mixed_sums(np.array([1.0, 2.0, 4.0]), np.ones((3, 1)), np.array([0, 0, 1]))
    >>> round(profile(sums, np.zeros(1), restricted=True).squares, 6)
    3.0
    """
    p = sums.p
    parts = _parts(sums, parameters)
    products = parts.products
    xx: FloatArray = np.linalg.inv(products[:p, :p]).astype(np.float64)
    shift = xx @ products[:p, p]
    squares = float(products[p, p] - products[:p, p] @ shift)
    freedom = sums.n - p if restricted else sums.n
    a = np.append(-shift, 1.0)
    squares_slope = -_slope(parts, np.outer(a, a))
    deviance = parts.log_determinant + freedom * np.log(squares)
    slope = _trace_slope(parts, sums.count) + freedom * squares_slope / squares
    if restricted:
        information = np.zeros((p + 1, p + 1))
        information[:p, :p] = xx
        deviance -= float(np.linalg.slogdet(xx)[1])
        slope = slope - _slope(parts, information)
    return Profile(float(deviance), slope, shift, xx, squares, squares_slope)


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """What V^-1 makes of the sums, with households where there are.

    ``t`` is Z'V^-1 C and ``inner`` Z'V^-1 Z per person, ``products`` C'V^-1 C over everyone.
    """

    lower: FloatArray
    t: FloatArray
    inner: FloatArray
    products: FloatArray
    log_determinant: float
    house: _Households | None


def _parts(sums: MixedSums, parameters: FloatArray) -> _Parts:
    lower = triangle(parameters, sums.q)
    d = lower @ lower.T
    inverse, determinant = _inverse(np.eye(sums.q) + sums.zz @ d)
    t, inner = inverse @ sums.zc, inverse @ sums.zz
    columns = sums.p + 1
    # Woodbury per person: only matrices of the size of the random effects are inverted, and the
    # cost does not depend on how many waves a person has.
    products = sums.total - (d @ sums.zc).reshape(-1, columns).T @ t.reshape(-1, columns)
    log_determinant = float(sums.count @ np.log(determinant))
    house = None
    if sums.household is not None:
        house = _households(sums.household, t, inner, tau=float(parameters[-1]))
        # A household adds one direction to all its persons (Sherman and Morrison), on top of what
        # the persons have.
        products -= (house.k * house.rho[:, None]).T @ house.k
        log_determinant += float(np.log(house.growth).sum())
        t = t - inner[:, :, :1] * (house.rho[:, None] * house.k)[sums.household][:, None, :]
        g = inner[:, :, 0]
        inner = inner - house.rho[sums.household][:, None, None] * g[:, :, None] * g[:, None, :]
    return _Parts(lower, t, inner, (products + products.T) / 2.0, log_determinant, house)


@dataclass(frozen=True, slots=True, eq=False)
class _Households:
    """Sums per household: k = 1'V^-1 C and a = 1'V^-1 1 over its persons."""

    tau: float
    k: FloatArray
    a: FloatArray

    @property
    def growth(self) -> FloatArray:
        return np.asarray(1.0 + self.tau**2 * self.a, dtype=np.float64)

    @property
    def rho(self) -> FloatArray:
        return np.asarray(self.tau**2 / self.growth, dtype=np.float64)


def _households(
    household: NDArray[np.int64], t: FloatArray, inner: FloatArray, *, tau: float
) -> _Households:
    count = int(household.max()) + 1
    first = t[:, 0, :]
    k = np.zeros((count, first.shape[1]))
    for at, column in enumerate(first.T):
        k[:, at] = np.bincount(household, weights=column, minlength=count)
    a = np.bincount(household, weights=inner[:, 0, 0], minlength=count).astype(np.float64)
    return _Households(tau, k, a)


def _slope(parts: _Parts, weight: FloatArray) -> FloatArray:
    """Minus the derivative of the weighted sum of C'V^-1 C to the parameters."""
    weighted = parts.t @ weight
    by_d = np.tensordot(weighted, parts.t, axes=([0, 2], [0, 2]))
    out = (2.0 * by_d @ parts.lower)[np.tril_indices(len(parts.lower))]
    house = parts.house
    if house is None:
        return np.asarray(out, dtype=np.float64)
    seen = house.k / house.growth[:, None]
    by_ratio = float(((seen @ weight) * seen).sum())
    return np.append(out, 2.0 * house.tau * by_ratio)


def _trace_slope(parts: _Parts, count: FloatArray) -> FloatArray:
    """Derivative of log det V to the parameters."""
    by_d = np.tensordot(count, parts.inner, axes=1)
    out = (2.0 * by_d @ parts.lower)[np.tril_indices(len(parts.lower))]
    house = parts.house
    if house is None:
        return np.asarray(out, dtype=np.float64)
    return np.append(out, 2.0 * house.tau * float((house.a / house.growth).sum()))


def _inverse(matrices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Inverse and determinant of many 1 x 1 or 2 x 2 matrices."""
    if matrices.shape[1] == 1:
        return 1.0 / matrices, matrices[:, 0, 0]
    a, b, c, d = (matrices[:, i, j] for i in (0, 1) for j in (0, 1))
    determinant = a * d - b * c
    out = np.empty_like(matrices)
    out[:, 0, 0], out[:, 0, 1], out[:, 1, 0], out[:, 1, 1] = d, -b, -c, a
    return out / determinant[:, None, None], determinant
