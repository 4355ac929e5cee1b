"""Likelihood of a logistic mixed model by adaptive quadrature, with its exact derivative.

The points move with the parameters, so their movement is part of the derivative. All persons and
points at once; arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray, IntArray

_MODE_STEPS, _MODE_DONE = 50, 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class PersonRows:
    """Rows sorted by person, with the first row of each.

    Attributes
    ----------
    y : ndarray of float, shape (n,)
        0 or 1.
    x : ndarray of float, shape (n, p)
    person : ndarray of int, shape (n,)
        Ascending, 0 to m - 1.
    starts : ndarray of int, shape (m,)
    """

    y: FloatArray
    x: FloatArray
    person: IntArray
    starts: IntArray

    def by_person(self, values: FloatArray) -> FloatArray:
        """Sums over the rows of each person."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The likelihood at one place.

    Attributes
    ----------
    value : float
        Log-likelihood.
    score : ndarray of float, shape (p + 1,)
        Its derivative.
    information : ndarray of float, shape (p + 1, p + 1)
        Minus its second derivative, up to the error of the quadrature.
    modes : ndarray of float, shape (m,)
        Mode of u per person.
    """

    value: float
    score: FloatArray
    information: FloatArray
    modes: FloatArray


def quadrature(points: int) -> tuple[FloatArray, FloatArray]:
    """Gauss-Hermite nodes and log weights for an integral of a function times exp(-z^2/2)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, np.log(weights)


def likelihood(
    rows: PersonRows, at: FloatArray, modes: FloatArray, nodes: tuple[FloatArray, FloatArray]
) -> Place:
    r"""Log-likelihood, its derivative and an approximate information.

    Parameters
    ----------
    rows : PersonRows
        Answers.
    at : ndarray of float, shape (p + 1,)
        Coefficients and then the standard deviation of persons, above 0.
    modes : ndarray of float, shape (m,)
        Where to start looking for the mode of each person.
    nodes : tuple of ndarray
        Of :func:`quadrature`.

    Returns
    -------
    Place

    Notes
    -----
    Per person :math:`\log \sum_k w_k s \exp\{f(m + s z_k) + z_k^2/2\}` with f the joint log density
    of answers and u, m its mode and :math:`s = \{-f''(m)\}^{-1/2}`; m and s depend on the
    parameters
    through :math:`f'(m) = 0`.
    """
    sd = float(at[-1])
    eta = rows.x @ at[:-1]
    mode = _modes(rows, eta, sd, modes)
    z, log_weight = nodes
    # Points around the mode of each person: fixed ones miss a person with many answers of one kind,
    # whose density lies far out and is narrow.
    u = mode.u[:, None] + mode.scale[:, None] * z
    everywhere = eta[:, None] + sd * u[rows.person]
    p = special.expit(everywhere)
    answers = rows.by_person(rows.y[:, None] * everywhere - np.logaddexp(0.0, everywhere))
    parts = answers - 0.5 * u**2 + (0.5 * z**2 + log_weight)
    value = special.logsumexp(parts, axis=1)
    weight = np.exp(parts - value[:, None])
    value = value + np.log(mode.scale) - 0.5 * np.log(2.0 * np.pi)
    scores = _scores(rows, p, u)
    mean = (scores * weight).sum(axis=2)
    density_slope = sd * rows.by_person(rows.y[:, None] - p) - u
    by_mode = (weight * density_slope).sum(axis=1)
    by_scale = (weight * density_slope * z).sum(axis=1) * mode.scale + 1.0
    score = mean.sum(axis=1) + mode.slope @ by_mode + mode.scale_slope @ by_scale
    return Place(
        float(value.sum()),
        score,
        _information(rows, p, u, weight, scores=scores, mean=mean),
        mode.u,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Modes:
    """Mode of u per person, scale from the curvature there, and how both move.

    ``slope`` has shape (p + 1, m) and holds the derivatives of the mode, ``scale_slope`` those of
    the logarithm of the scale.
    """

    u: FloatArray
    scale: FloatArray
    slope: FloatArray
    scale_slope: FloatArray


def _modes(rows: PersonRows, eta: FloatArray, sd: float, start: FloatArray) -> _Modes:
    u = start
    for _ in range(_MODE_STEPS):
        p = special.expit(eta + sd * u[rows.person])
        curvature = 1.0 + sd**2 * rows.by_person(p * (1.0 - p))
        step = (sd * rows.by_person(rows.y - p) - u) / curvature
        # The density is log-concave, so Newton comes home; capped, because far out its curvature is
        # that of the normal alone and steps overshoot.
        u = u + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < _MODE_DONE:
            break
    p = special.expit(eta + sd * u[rows.person])
    spread = p * (1.0 - p)
    third = spread * (1.0 - 2.0 * p)
    q1, q2 = rows.by_person(spread), rows.by_person(third)
    q1x = rows.by_person(spread[:, None] * rows.x).T
    q2x = rows.by_person(third[:, None] * rows.x).T
    curvature = 1.0 + sd**2 * q1
    slope = np.vstack([-sd * q1x, rows.by_person(rows.y - p) - sd * u * q1]) / curvature
    by_parameter = np.vstack([q2x, u * q2])
    curvature_slope = sd**2 * (by_parameter + sd * q2 * slope)
    curvature_slope[-1] += 2.0 * sd * q1
    return _Modes(u, 1.0 / np.sqrt(curvature), slope, -0.5 * curvature_slope / curvature)


def _scores(rows: PersonRows, p: FloatArray, u: FloatArray) -> FloatArray:
    """Derivative of the joint log density at fixed u, shape (p + 1, m, points)."""
    residual = rows.y[:, None] - p
    columns = [rows.by_person(column[:, None] * residual) for column in rows.x.T]
    return np.stack([*columns, u * rows.by_person(residual)])


def _information(
    rows: PersonRows,
    p: FloatArray,
    u: FloatArray,
    weight: FloatArray,
    *,
    scores: FloatArray,
    mean: FloatArray,
) -> FloatArray:
    """Information as Louis wrote it: mean of the complete one minus the spread of the scores."""
    spread = p * (1.0 - p) * weight[rows.person]
    of_row = u[rows.person]
    k = len(scores)
    information = np.empty((k, k))
    information[:-1, :-1] = (rows.x * spread.sum(axis=1)[:, None]).T @ rows.x
    information[-1, :-1] = information[:-1, -1] = rows.x.T @ (spread * of_row).sum(axis=1)
    information[-1, -1] = (spread * of_row**2).sum()
    flat = scores.reshape(k, -1)
    information -= (flat * weight.reshape(-1)) @ flat.T - mean @ mean.T
    return information
