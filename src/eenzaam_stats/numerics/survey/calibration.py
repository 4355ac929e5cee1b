"""Weights moved to population totals by factors per category: post-stratification and raking.

Arrays only. Not reaching the totals is a finding in the result; what a verb then says, and which
category a column stands for, is the verb's affair. Calibration by distances is in
``distance_calibration``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import BoolArray, FloatArray
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, crossproduct, solve_normal

# Sums of 500,000 weights carry a relative rounding of 1e-13; R stops raking at one unit.
TOLERANCE = 1e-11
MAX_ROUNDS = 1_000
MAX_STEPS = 200
# A weight this little outside its limit, as a share of it, is within: margins come first.
TRIM_TOLERANCE = 1e-6
MAX_TRIMS = 200


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedWeights:
    """Weights after calibration, and how near they are to the totals.

    Attributes
    ----------
    weights : ndarray of float, shape (n,)
        0 for a respondent outside the calibration.
    errors : ndarray of float, shape (k,)
        Relative difference from each total.
    rounds : int
        Rounds or steps taken; 0 when the totals were met already.
    tolerance : float
        Largest relative difference that counts as met.
    """

    weights: FloatArray
    errors: FloatArray
    rounds: int
    tolerance: float = TOLERANCE

    def __post_init__(self) -> None:
        self.weights.setflags(write=False)
        self.errors.setflags(write=False)

    @property
    def largest_error(self) -> float:
        """Largest relative difference from a total."""
        return float(self.errors.max(initial=0.0))

    @property
    def worst(self) -> int:
        """Column with the largest difference."""
        return int(np.argmax(self.errors))

    @property
    def has_converged(self) -> bool:
        """Whether every total is met."""
        return self.largest_error <= self.tolerance

    def factors(self, base: FloatArray) -> FloatArray:
        """New over old weight (g), shape (n,); 1 where both are 0."""
        return np.divide(self.weights, base, out=np.ones_like(self.weights), where=base > 0.0)


def margin_errors(weights: FloatArray, auxiliaries: Auxiliaries, totals: FloatArray) -> FloatArray:
    """Relative difference from each total, shape (k,); a total of 0 is compared with its parts.

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made = auxiliaries([np.array([0, 1])], [2])
    >>> margin_errors(np.array([11.0, 20.0]), made, np.array([10.0, 20.0])).round(6).tolist()
    [0.1, 0.0]
    """
    parts = np.asarray(abs(auxiliaries.matrix).T @ np.abs(weights))
    size = np.where(totals != 0.0, np.abs(totals), parts)
    away = np.abs(auxiliaries.totals(weights) - totals)
    return np.divide(away, size, out=np.zeros_like(away), where=size > 0.0)


def rake(
    base: FloatArray,
    auxiliaries: Auxiliaries,
    totals: FloatArray,
    *,
    tolerance: float = TOLERANCE,
    max_rounds: int = MAX_ROUNDS,
) -> CalibratedWeights:
    r"""Weights by raking: each margin in turn is brought to its totals, until all are met.

    Parameters
    ----------
    base : ndarray of float, shape (n,)
        Weights before, at least 0.
    auxiliaries : Auxiliaries
        Categories only. With one margin this is post-stratification.
    totals : ndarray of float, shape (k,)
        Population of each category, at least 0.
    tolerance : float, default 1e-11
        Largest relative difference from a total that counts as met.
    max_rounds : int, default 1000
        Rounds over all margins after which it stops, met or not.

    Returns
    -------
    CalibratedWeights
        Look at ``converged``.

    See Also
    --------
    eenzaam_stats.numerics.survey.distance_calibration.calibrate_by_distance : With bounds.

    Notes
    -----
    One step multiplies the weights of category c by :math:`t_c / \sum_{i \in c} w_i`. Where totals
    and base weights admit a solution it is the one nearest to the base weights in Kullback-Leibler
    distance, and does not depend on the order of the margins.

    **Unit.** That of the totals.

    **Missing data.** A respondent with an empty row of auxiliaries gets weight 0.

    **Validated against.** ``postStratify`` and ``rake`` of R ``survey``, run to convergence, in
    ``tests/numerics/survey/test_calibration.py``.

    References
    ----------
    .. [1] Deming, W. E. and Stephan, F. F. (1940). On a least squares adjustment of a sampled
       frequency table when the expected marginal totals are known. Annals of Mathematical
       Statistics, 11(4), 427-444. doi:10.1214/aoms/1177731829

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made = auxiliaries([np.array([0, 0, 1]), np.array([0, 1, 1])], [2, 2])
    >>> result = rake(np.ones(3), made, np.array([6.0, 4.0, 2.0, 8.0]))
    >>> result.weights.round(6).tolist(), result.has_converged
    ([2.0, 4.0, 4.0], True)
    """
    columns = [np.flatnonzero(auxiliaries.margin == m) for m in np.unique(auxiliaries.margin)]
    parts = [auxiliaries.matrix[:, column] for column in columns]
    # Who is in no category cannot be weighed to one; the verb has counted and named them.
    weights = np.where(np.diff(auxiliaries.matrix.indptr) > 0, base, 0.0)
    errors = margin_errors(weights, auxiliaries, totals)
    rounds = 0
    while errors.max(initial=0.0) > tolerance and rounds < max_rounds:
        for column, part in zip(columns, parts, strict=True):
            found = np.asarray(part.T @ weights)
            wanted = totals[column]
            factor = np.divide(wanted, found, out=np.ones_like(wanted), where=found > 0.0)
            weights = weights * np.asarray(part @ factor)
        errors = margin_errors(weights, auxiliaries, totals)
        rounds += 1
    return CalibratedWeights(weights, errors, rounds, tolerance)


def refine(
    start: CalibratedWeights, auxiliaries: Auxiliaries, totals: FloatArray
) -> CalibratedWeights:
    r"""Raking brought to its end by Newton steps, where rounds come nearer too slowly.

    Parameters
    ----------
    start : CalibratedWeights
        Weights of :func:`rake` that are not yet there.
    auxiliaries, totals
        As in :func:`rake`.

    Returns
    -------
    CalibratedWeights
        :math:`w_i e^{x_i' \lambda}`, the same solution; look at ``converged``.

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made = auxiliaries([np.array([0, 1, 1]), np.array([1, 0, 1])], [2, 2])
    >>> totals = np.array([4.999, 5.001, 5.0, 5.0])
    >>> slow = rake(np.ones(3), made, totals)
    >>> slow.has_converged, refine(slow, made, totals).weights.round(6).tolist()
    (False, [4.999, 5.0, 0.001])
    """
    weights, errors, steps = start.weights, start.errors, 0
    while errors.max(initial=0.0) > start.tolerance and steps < MAX_STEPS:
        gap = totals - auxiliaries.totals(weights)
        move = auxiliaries.matrix @ solve_normal(crossproduct(auxiliaries.matrix, weights), gap)
        # a step that multiplies a weight by more than e is shortened: far steps overshoot
        weights = weights * np.exp(move / max(1.0, float(np.abs(move).max(initial=0.0))))
        errors = margin_errors(weights, auxiliaries, totals)
        steps += 1
    return CalibratedWeights(weights, errors, start.rounds + steps, start.tolerance)


@dataclass(frozen=True, slots=True, eq=False)
class TrimmedWeights:
    """Weights brought within limits and calibrated again.

    Attributes
    ----------
    calibrated : CalibratedWeights
        The last calibration.
    trimmed : ndarray of bool, shape (n,)
        Respondents whose weight was brought to a limit in some round.
    rounds : int
        Times that weights were trimmed and calibrated again.
    within : bool
        Whether the limits hold, but for rounding.
    errors : ndarray of float, shape (k,)
        Relative difference from each total of the weights within their limits, before the last
        calibration: where the limits hold the margins back.
    """

    calibrated: CalibratedWeights
    trimmed: BoolArray
    rounds: int
    within: bool
    errors: FloatArray


def trim(
    start: CalibratedWeights,
    recalibrate: Callable[[FloatArray], CalibratedWeights],
    *,
    low: float,
    high: float,
    difference: Callable[[FloatArray], FloatArray],
) -> TrimmedWeights:
    """Weights within limits that still meet the totals, by trimming and calibrating in turn.

    Parameters
    ----------
    start : CalibratedWeights
        Weights to trim.
    recalibrate : callable
        Calibration of given weights to the same totals.
    low, high : float
        Smallest and largest weight allowed; respondents outside the calibration keep 0.
    difference : callable
        Relative difference of given weights from each total, as :func:`margin_errors`.

    Returns
    -------
    TrimmedWeights
        Look at ``within``: limits and totals may exclude each other.

    Examples
    --------
    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made, totals = auxiliaries([np.array([0, 0, 0, 0])], [1]), np.array([8.0])
    >>> again = lambda weights: rake(weights, made, totals)
    >>> result = trim(again(np.array([1.0, 1.0, 1.0, 5.0])), again, low=0.5, high=3.0,
    ...                  difference=lambda weights: margin_errors(weights, made, totals))
    >>> result.calibrated.weights.round(4).tolist(), int(result.trimmed.sum()), result.within
    ([1.6667, 1.6667, 1.6667, 3.0], 1, True)
    """
    now, rounds = start, 0
    touched = np.zeros(len(now.weights), dtype=np.bool_)
    clipped = now.weights
    while rounds < MAX_TRIMS and now.has_converged:
        counts = now.weights != 0.0
        outside = counts & _outside(now.weights, low, high)
        if not outside.any():
            break
        touched |= outside
        # Trimming moves the margins, and calibrating moves weights past the limits again: in turn
        # both come to rest, or the result says that they did not.
        clipped = np.where(counts, np.clip(now.weights, low, high), 0.0)
        now = recalibrate(clipped)
        rounds += 1
    counted = now.weights[now.weights != 0.0]
    within = now.has_converged and not _outside(counted, low, high).any()
    return TrimmedWeights(now, touched, rounds, within, difference(clipped))


def _outside(weights: FloatArray, low: float, high: float) -> BoolArray:
    """Where a weight is outside the limits by more than the tolerance."""
    return np.asarray(
        (weights < low * (1.0 - TRIM_TOLERANCE)) | (weights > high * (1.0 + TRIM_TOLERANCE))
    )
