"""Means and prevalences averaged over people and, in a mixed model, over their random effect.

Arrays only; over whom to average and at which dates is the caller's affair.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray

# The normal density beyond this is nothing; steps of 1 / sd, so that the error is exp(-2 pi^2).
_WIDTH, _LEAST = 9.0, 4.0


def mean_probability(
    x: FloatArray, weight: FloatArray, coefficients: FloatArray, *, sd: float = 0.0
) -> tuple[float, FloatArray]:
    r"""Probability averaged over rows and a normal random effect, with its derivative.

    Parameters
    ----------
    x : ndarray of float, shape (n, p)
        Design of the rows to average over.
    weight : ndarray of float, shape (n,)
        Their weights, which add up to 1.
    coefficients : ndarray of float, shape (p,)
        Log odds for a person with a random effect of 0.
    sd : float, default 0
        Standard deviation of the random effect.

    Returns
    -------
    probability : float
        0-1.
    slope : ndarray of float, shape (p + 1,)
        Derivative to the coefficients and then to ``sd``.

    Notes
    -----
    :math:`\sum_r w_r \int \mathrm{expit}(x_r'\beta + \sigma u) \phi(u) du`, by the trapezium
    rule, whose error falls exponentially with the number of points.

    **Unit.** Proportion.

    **Missing data.** None reaches these arrays.

    **Validated against.** ``integrate`` of R, in ``tests/trend/panel/test_vs_lme4.py``.

    Examples
    --------
    Between people at 0 log odds the average is one half, however much they differ:

    >>> p, slope = mean_probability(np.ones((1, 1)), np.ones(1), np.zeros(1), sd=2.0)
    >>> round(p, 6), round(float(slope[0]), 4) < 0.25
    (0.5, True)
    """
    eta = x @ coefficients
    nodes, masses = _points(sd)
    probability = 0.0
    spread, by_sd = np.zeros(len(eta)), 0.0
    for node, mass in zip(nodes, masses, strict=True):
        p = special.expit(eta + sd * node)
        probability += float(mass * (weight @ p))
        part = mass * weight * p * (1.0 - p)
        spread += part
        by_sd += float(node * part.sum())
    return probability, np.append(spread @ x, by_sd)


def _points(sd: float) -> tuple[FloatArray, FloatArray]:
    """Points of a standard normal variable with their probabilities."""
    if sd == 0.0:
        return np.zeros(1), np.ones(1)
    per_unit = max(sd, _LEAST)
    nodes = np.arange(-np.ceil(_WIDTH * per_unit), np.ceil(_WIDTH * per_unit) + 1.0) / per_unit
    masses = np.exp(-0.5 * nodes**2)
    return nodes, masses / masses.sum()
