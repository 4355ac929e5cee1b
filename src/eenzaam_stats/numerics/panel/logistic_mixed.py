"""Logistic mixed model with a random intercept per person, by adaptive Gauss-Hermite quadrature.

Everything is done for all persons and points at once. Arrays only: who is a person and what a term
means belong to the verbs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.panel.logistic import logistic_regression
from eenzaam_stats.numerics.panel.logistic_quadrature import (
    PersonRows,
    Place,
    likelihood,
    quadrature,
)

POINTS = 15
_STEPS = 100
_DONE = 1e-12
_SMALLEST, _LARGEST = 1e-3, 30.0
_ROUNDING = 1e-9
_LONGEST = 1.0
_DIFFERENCE = 1e-3
_START = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class LogisticMixedFit:
    """Logistic mixed model.

    Attributes
    ----------
    coefficients : ndarray of float, shape (p,)
        Log odds for a person with a random intercept of 0 (person-specific).
    sd : float
        Standard deviation of the random intercept, 0 at the boundary.
    covariance : ndarray of float, shape (p + 1, p + 1)
        Of the coefficients and then ``sd``; NaN for ``sd`` at the boundary.
    log_likelihood : float
    boundary : bool
        Whether ``sd`` is estimated as 0.
    """

    coefficients: FloatArray
    sd: float
    covariance: FloatArray
    log_likelihood: float
    boundary: bool


def fit_logistic_mixed(
    y: FloatArray, x: FloatArray, person: IntArray, *, points: int = POINTS
) -> LogisticMixedFit:
    r"""Fit a logistic mixed model with a random intercept per person by maximum likelihood.

    Parameters
    ----------
    y : ndarray of float, shape (n,)
        0 or 1.
    x : ndarray of float, shape (n, p)
        Design of full rank.
    person : ndarray of int, shape (n,)
        Number of the person, 0 to m - 1, each of which occurs.
    points : int, default 15
        Quadrature points per person.

    Returns
    -------
    LogisticMixedFit

    Raises
    ------
    ConvergenceError
        If the columns separate the ones from the zeros, or nobody changes so that the variance
        between persons has no bound.

    See Also
    --------
    eenzaam_stats.numerics.panel.mixed_model : The same for a number.

    Notes
    -----
    :math:`\mathrm{logit}\,P(y_{ij} = 1 \mid u_i) = x_{ij}'\beta + \sigma u_i`, u standard normal.
    The integral over u is taken at points around the mode of each person, scaled by the curvature
    there. Newton's method on :math:`(\beta, \sigma)` with the exact score of the quadrature and the
    information as posterior means (Louis). Where the score test at :math:`\sigma = 0` finds no
    variance the fit is that of ordinary logistic regression, and flagged.

    **Unit.** Log odds, person-specific: larger than those of the population as a whole.

    **Missing data.** None reaches these arrays. Dropout that depends on what was observed is no
    problem.

    **Validated against.** R ``lme4::glmer(nAGQ = 15)``, in ``tests/trend/panel/test_vs_lme4.py``.

    References
    ----------
    .. [1] Pinheiro, J. C. & Chao, E. C. (2006). Efficient Laplacian and adaptive Gaussian
       quadrature algorithms for multilevel generalized linear mixed models. Journal of
       Computational and Graphical Statistics, 15(1), 58-81. doi:10.1198/106186006X96962

    Examples
    --------
    Ten people of whom four always, four never and two once in three waves answer yes:

    >>> y = np.array([1.0] * 12 + [0.0] * 12 + [1.0, 0, 0, 0, 1, 0])
    >>> fit = fit_logistic_mixed(y, np.ones((30, 1)), np.repeat(np.arange(10), 3))
    >>> fit.boundary, fit.sd > 2.0
    (False, True)
    """
    order = np.argsort(person, kind="stable")
    sorted_person = person[order]
    starts = np.flatnonzero(np.r_[True, np.diff(sorted_person) > 0])
    orthogonal, r = np.linalg.qr(x[order])
    size = np.sqrt(len(y))
    rows = PersonRows(y[order], orthogonal * size, sorted_person, starts)
    plain = logistic_regression(rows.y, rows.x, np.arange(len(y)))
    back = np.linalg.inv(r) * size
    if _no_variance(rows, plain.coefficients):
        return _at_boundary(rows, plain.coefficients, plain.log_likelihood, back)
    start = np.append(plain.coefficients, _START)
    found, place = _newton(rows, start, quadrature(points))
    if found is None:
        return _at_boundary(rows, plain.coefficients, plain.log_likelihood, back)
    change = np.eye(len(found))
    change[:-1, :-1] = back
    information = _information(rows, found, place, quadrature(points))
    covariance = change @ np.linalg.inv(information) @ change.T
    return LogisticMixedFit(back @ found[:-1], float(found[-1]), covariance, place.value, False)


def _no_variance(rows: PersonRows, coefficients: FloatArray) -> bool:
    """Whether the score for the variance at 0 points below 0."""
    p = special.expit(rows.x @ coefficients)
    together = rows.by_person(rows.y - p)
    # What the answers of a person have in common against what independent answers would: not above
    # it, the likelihood falls from a variance of 0 on, and 0 is the answer.
    return bool((together**2).sum() <= (p * (1.0 - p)).sum() * (1.0 + _ROUNDING))


def _at_boundary(
    rows: PersonRows, coefficients: FloatArray, value: float, back: FloatArray
) -> LogisticMixedFit:
    p = special.expit(rows.x @ coefficients)
    information = (rows.x * (p * (1.0 - p))[:, None]).T @ rows.x
    covariance = np.full((len(back) + 1, len(back) + 1), np.nan)
    covariance[:-1, :-1] = back @ np.linalg.inv(information) @ back.T
    return LogisticMixedFit(back @ coefficients, 0.0, covariance, value, True)


def _newton(
    rows: PersonRows, found: FloatArray, nodes: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray | None, Place]:
    """Maximum over coefficients and standard deviation; ``None`` when the latter runs to 0."""
    place = likelihood(rows, found, np.zeros(len(rows.starts)), nodes)
    for _ in range(_STEPS):
        step = _ascent(place)
        if float(place.score @ step) < _DONE:
            return found, place
        found, place = _improve(rows, found, step, place, nodes=nodes)
        if found[-1] < _SMALLEST:
            return None, place
        if found[-1] > _LARGEST:
            break
    raise ConvergenceError(
        "the variance between persons has no bound: hardly anyone gives different answers in "
        "different waves, so a mixed model of yes and no cannot be fitted. Use a "
        "population-averaged model, or an outcome with more values."
    )


def _ascent(place: Place) -> FloatArray:
    """Newton step where the information is positive definite, else along its positive part."""
    values, vectors = np.linalg.eigh(place.information)
    values = np.maximum(np.abs(values), 1e-8 * np.abs(values).max())
    step: FloatArray = vectors @ ((vectors.T @ place.score) / values)
    return step * min(1.0, _LONGEST / float(np.abs(step).max()))


def _improve(
    rows: PersonRows,
    found: FloatArray,
    step: FloatArray,
    place: Place,
    *,
    nodes: tuple[FloatArray, FloatArray],
) -> tuple[FloatArray, Place]:
    """First of ever smaller steps that raises the likelihood."""
    size = 1.0
    while True:
        tried = found + size * step
        # The sign of a standard deviation says nothing: a step through 0 would climb the same hill
        # from behind.
        tried[-1] = max(tried[-1], 0.1 * found[-1])
        there = likelihood(rows, tried, place.modes, nodes)
        if there.value > place.value - 1e-9 or size < 1e-4:
            return tried, there
        size /= 2.0


def _information(
    rows: PersonRows, found: FloatArray, place: Place, nodes: tuple[FloatArray, FloatArray]
) -> FloatArray:
    """Minus the second derivative of the log-likelihood, by differences of the first."""
    second = np.empty((len(found), len(found)))
    # Louis' information holds for fixed points, and adaptive points move with the parameters. The
    # score counts that, so its differences are the curvature of what was maximised.
    for at, error in enumerate(1.0 / np.sqrt(np.abs(np.diag(place.information)))):
        h = _DIFFERENCE * float(error)
        low, high = found.copy(), found.copy()
        low[at] -= h
        high[at] += h
        below, above = (likelihood(rows, side, place.modes, nodes) for side in (low, high))
        second[at] = (below.score - above.score) / (2.0 * h)
    return (second + second.T) / 2.0
