"""Autocorrelated errors of one series: correlations, whitening, covariance and its derivatives.

AR(1) on a regular grid (gaps allowed) and continuous-time AR(1) on real dates are one formula,
correlation phi to the power of the distance in time. Arrays only; fitting lives in ``ar_reml``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class ErrorModel:
    r"""Errors :math:`u + e`: a process u, and sampling errors e of known variance.

    Attributes
    ----------
    times : ndarray of float, shape (n,)
        Dates in ascending order, in units of time; on a regular grid whole steps.
    known : ndarray of float, shape (n,)
        Known sampling variance of each value; 0 without one.
    differenced : bool
        The limit of phi towards 1: the process is a random walk and the series is differenced.
    """

    times: FloatArray
    known: FloatArray
    differenced: bool = False

    @property
    def parameters(self) -> int:
        """Unknown parameters: log variance and phi, or log variance per unit of time alone."""
        return 1 if self.differenced else 2

    def covariance(self, theta: FloatArray) -> FloatArray:
        """Covariance of the values (or of their differences), shape (n, n) or (n - 1, n - 1)."""
        s2 = float(np.exp(theta[0]))
        if self.differenced:
            return s2 * np.diag(np.diff(self.times)) + self._difference_known()
        return s2 * correlation(self.times, float(theta[1])) + np.diag(self.known)

    def derivatives(self, theta: FloatArray) -> tuple[FloatArray, ...]:
        """First derivative of the covariance to each parameter."""
        if self.differenced:
            return (float(np.exp(theta[0])) * np.diag(np.diff(self.times)),)
        s2, phi = float(np.exp(theta[0])), float(theta[1])
        return s2 * correlation(self.times, phi), s2 * correlation_slope(self.times, phi)

    def second_derivative(self, theta: FloatArray, i: int, j: int) -> FloatArray:
        """Second derivative of the covariance to two parameters; the variance in logarithms."""
        if min(i, j) == 0:
            return self.derivatives(theta)[max(i, j)]
        return float(np.exp(theta[0])) * correlation_curvature(self.times, float(theta[1]))

    def _difference_known(self) -> FloatArray:
        d = np.diff(np.eye(len(self.times)), axis=0)
        return np.asarray((d * self.known) @ d.T)


def correlation(times: FloatArray, phi: float) -> FloatArray:
    r"""Correlation matrix :math:`\phi^{|t_i - t_j|}`, shape (n, n).

    Examples
    --------
    >>> correlation(np.array([0.0, 1.0, 3.0]), 0.5).tolist()
    [[1.0, 0.5, 0.125], [0.5, 1.0, 0.25], [0.125, 0.25, 1.0]]
    """
    distance = np.abs(np.subtract.outer(times, times))
    result: FloatArray = np.power(phi, distance)
    return result


def correlation_slope(times: FloatArray, phi: float) -> FloatArray:
    r"""Derivative of the correlation matrix to phi, :math:`d \phi^{d - 1}`.

    Examples
    --------
    >>> correlation_slope(np.array([0.0, 1.0, 3.0]), 0.5)[0].tolist()
    [0.0, 1.0, 0.75]
    """
    distance = np.abs(np.subtract.outer(times, times))
    if phi != 0.0:
        return np.asarray(distance * np.power(phi, distance) / phi)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = distance * np.power(phi, distance - 1.0)
    return np.where(distance > 0.0, slope, 0.0)


def correlation_curvature(times: FloatArray, phi: float) -> FloatArray:
    r"""Second derivative of the correlation matrix to phi, :math:`d (d - 1) \phi^{d - 2}`.

    Examples
    --------
    >>> correlation_curvature(np.array([0.0, 1.0, 3.0]), 0.5)[:2, 2].tolist()
    [3.0, 2.0]
    """
    distance = np.abs(np.subtract.outer(times, times))
    factor = distance * (distance - 1.0)
    if phi != 0.0:
        return np.asarray(factor * np.power(phi, distance) / phi**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        curvature = factor * np.power(phi, distance - 2.0)
    return np.where(factor != 0.0, curvature, 0.0)


def whiten(values: FloatArray, times: FloatArray, phi: FloatArray) -> FloatArray:
    r"""Rows made independent with equal variance, for several values of phi at once.

    Parameters
    ----------
    values : ndarray of float, shape (n, k)
        Series and design side by side.
    times : ndarray of float, shape (n,)
        Dates.
    phi : ndarray of float, shape (g,)
        Correlations over one unit of time, below 1.

    Returns
    -------
    ndarray of float, shape (g, n, k)
        First row as it is, row t :math:`(z_t - r z_{t-1}) / \sqrt{1 - r^2}` with r the correlation
        over the gap: the exact likelihood keeps the first observation.

    Examples
    --------
    >>> z = whiten(np.array([[1.0], [2.0]]), np.array([0.0, 1.0]), np.array([0.6]))
    >>> z[0].round(6).tolist()
    [[1.0], [1.75]]
    """
    r = np.power(phi[:, None], np.diff(times)[None, :])
    scale = np.sqrt(1.0 - r**2)
    later = (values[None, 1:] - r[:, :, None] * values[None, :-1]) / scale[:, :, None]
    # The first wave stays, with its own variance. Dropping it, as Cochrane and Orcutt do, costs a
    # short series more than a degree of freedom: California moves from -6.1 to -3.8.
    first = np.broadcast_to(values[None, :1], (len(phi), 1, values.shape[1]))
    return np.concatenate([first, later], axis=1)


def log_determinant(times: FloatArray, phi: FloatArray) -> FloatArray:
    r"""Log determinant of the correlation matrix, :math:`\sum \log(1 - \phi^{2 \Delta t})`.

    Examples
    --------
    >>> log_determinant(np.array([0.0, 1.0]), np.array([0.6])).round(6).tolist()
    [-0.446287]
    """
    r = np.power(phi[:, None], np.diff(times)[None, :])
    result: FloatArray = np.log1p(-(r**2)).sum(axis=1)
    return result
