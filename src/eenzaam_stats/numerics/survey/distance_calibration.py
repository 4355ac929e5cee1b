"""Weights moved to population totals by the least distance: linear, bounded linear and logit.

Arrays only. Newton's method on a convex function of as many unknowns as there are totals; not
reaching the totals is a finding in the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, crossproduct, solve_normal
from eenzaam_stats.numerics.survey.calibration import TOLERANCE, CalibratedWeights, margin_errors

Distance = Literal["linear", "logit"]
_Problem = tuple[FloatArray, Auxiliaries, FloatArray]

MAX_STEPS = 200
_HALVINGS = 40
# Factors between bounds are at a bound long before u has moved this far.
_FARTHEST = 1e3


@dataclass(frozen=True, slots=True, eq=False)
class _Factor:
    """Factor g of a weight as a function of u, its slope, and its integral from 0."""

    g: Callable[[FloatArray], FloatArray]
    slope: Callable[[FloatArray], FloatArray]
    integral: Callable[[FloatArray], FloatArray]


def calibrate_by_distance(
    base: FloatArray,
    auxiliaries: Auxiliaries,
    totals: FloatArray,
    *,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
    tolerance: float = TOLERANCE,
) -> CalibratedWeights:
    r"""Weights that meet the totals at the least distance from the base weights.

    Parameters
    ----------
    base : ndarray of float, shape (n,)
        Weights before, at least 0.
    auxiliaries : Auxiliaries
        Categories and numbers.
    totals : ndarray of float, shape (k,)
        Population total of each column.
    distance : {"linear", "logit"}
        Squared distance, or the logit distance, which needs bounds.
    bounds : tuple of float, optional
        Smallest and largest factor g; the first below 1, the second above. The linear distance
        without bounds may give weights below 0.
    tolerance : float, default 1e-11
        Largest relative difference from a total that counts as met.

    Returns
    -------
    CalibratedWeights
        Look at ``converged``: bounds and totals may exclude each other.

    Raises
    ------
    OptionError
        If the bounds do not lie around 1, or the logit distance has none.

    See Also
    --------
    eenzaam_stats.numerics.survey.calibration.rake : Weights by factors per category.

    Notes
    -----
    Weights are :math:`w_i = d_i g(x_i' \lambda)` with :math:`\sum_i w_i x_i = t`, and

    =========  =====================================================================
    distance   g(u)
    =========  =====================================================================
    linear     1 + u; with bounds, cut off at L and U
    logit      :math:`L + (U - L)\,\mathrm{expit}\{A u + \log\frac{1-L}{U-1}\}`,
               :math:`A = \frac{U - L}{(1 - L)(U - 1)}`
    =========  =====================================================================

    :math:`\lambda` minimises :math:`\sum_i d_i G(x_i'\lambda) - t'\lambda`, G the integral of g:
    Newton steps, halved until that falls or the totals come nearer.

    **Unit.** That of the totals.

    **Missing data.** A respondent with an empty row of auxiliaries gets weight 0.

    **Validated against.** ``calibrate`` of R ``survey`` (linear, linear with bounds, logit), in
    ``tests/numerics/survey/test_calibration.py``.

    References
    ----------
    .. [1] Deville, J.-C. and Sarndal, C.-E. (1992). Calibration estimators in survey sampling.
       Journal of the American Statistical Association, 87(418), 376-382.
       doi:10.1080/01621459.1992.10475217

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made = auxiliaries([np.array([0, 0, 1])], [2], numeric=np.array([[1.0], [3.0], [2.0]]))
    >>> result = calibrate_by_distance(np.ones(3), made, np.array([2.0, 2.0, 8.4]))
    >>> result.weights.round(6).tolist(), result.has_converged
    ([0.8, 1.2, 2.0], True)
    """
    shape = _factor(distance, bounds)
    weights = np.where(np.diff(auxiliaries.matrix.indptr) > 0, base, 0.0)
    problem, unknown, rounds = (weights, auxiliaries, totals), np.zeros(len(totals)), 0
    now = _state(unknown, shape, problem)
    while now.errors.max(initial=0.0) > tolerance and rounds < MAX_STEPS:
        gram = crossproduct(auxiliaries.matrix, weights * shape.slope(now.u))
        step = solve_normal(gram, totals - auxiliaries.totals(now.weights))
        if bounds is not None:
            step = _cap_step(step, auxiliaries)
        nearer = _line_search(now, step, shape, problem)
        if nearer is None:
            break
        now, rounds = nearer, rounds + 1
    return CalibratedWeights(now.weights, now.errors, rounds, tolerance)


def _cap_step(step: FloatArray, auxiliaries: Auxiliaries) -> FloatArray:
    """Step that moves no u too far: with impossible totals it would grow without end."""
    farthest = float(np.abs(auxiliaries.matrix @ step).max(initial=0.0))
    return step * (_FARTHEST / farthest) if farthest > _FARTHEST else step


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """Where the search stands: unknowns, their u per row, weights, errors, and the function."""

    unknown: FloatArray
    u: FloatArray
    weights: FloatArray
    errors: FloatArray
    value: float


def _state(
    unknown: FloatArray,
    shape: _Factor,
    problem: _Problem,
) -> _State:
    base, auxiliaries, totals = problem
    u = np.asarray(auxiliaries.matrix @ unknown)
    weights = base * shape.g(u)
    return _State(
        unknown,
        u,
        weights,
        margin_errors(weights, auxiliaries, totals),
        float(base @ shape.integral(u) - totals @ unknown),
    )


def _line_search(
    now: _State,
    step: FloatArray,
    shape: _Factor,
    problem: _Problem,
) -> _State | None:
    """Next state along a step, halved until it is better; none when no part of it is."""
    _, auxiliaries, totals = problem
    downhill = float((auxiliaries.totals(now.weights) - totals) @ step)
    for halving in range(_HALVINGS):
        part = 0.5**halving
        found = _state(now.unknown + part * step, shape, problem)
        # A step counts when it lowers the function or the worst margin. The function alone is flat
        # in its last digits before the margins are met to 1e-11.
        lower = found.value < now.value + 1e-4 * part * min(downhill, 0.0)
        if lower or found.errors.max() < now.errors.max():
            return found
    return None


def _factor(distance: Distance, bounds: tuple[float, float] | None) -> _Factor:
    if bounds is None:
        if distance == "logit":
            raise OptionError("The logit distance needs bounds. Give two, for instance (0.3, 3).")
        return _Factor(lambda u: 1.0 + u, np.ones_like, lambda u: u + u**2 / 2.0)
    low, high = bounds
    if not 0.0 <= low < 1.0 < high < np.inf:
        raise OptionError(
            f"bounds are {bounds!r}, which do not lie around 1. Give the smallest factor, from 0 "
            "up to 1, and the largest, above 1; for instance (0.3, 3)."
        )
    return _BOUNDED[distance](low, high)


def _cut_off(low: float, high: float) -> _Factor:
    def integral(u: FloatArray) -> FloatArray:
        inside = np.clip(u, low - 1.0, high - 1.0)
        return inside + inside**2 / 2.0 + np.where(u < inside, low, high) * (u - inside)

    return _Factor(
        g=lambda u: np.clip(1.0 + u, low, high),
        slope=lambda u: ((1.0 + u > low) & (1.0 + u < high)).astype(np.float64),
        integral=integral,
    )


def _logit(low: float, high: float) -> _Factor:
    steep = (high - low) / ((1.0 - low) * (high - 1.0))
    shift = np.log((1.0 - low) / (high - 1.0))

    def share(u: FloatArray) -> FloatArray:
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(steep * u + shift, -700.0, 700.0))))

    return _Factor(
        g=lambda u: low + (high - low) * share(u),
        slope=lambda u: (high - low) * steep * share(u) * (1.0 - share(u)),
        integral=lambda u: (
            low * u
            + (high - low)
            / steep
            * (np.logaddexp(0.0, steep * u + shift) - np.logaddexp(0.0, shift))
        ),
    )


_BOUNDED: Mapping[Distance, Callable[[float, float], _Factor]] = MappingProxyType(
    {"linear": _cut_off, "logit": _logit}
)
