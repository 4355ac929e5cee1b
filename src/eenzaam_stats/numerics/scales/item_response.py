"""Item responses from two correlated latent dimensions, and the exact distribution of their total.

Used to make synthetic answers whose prevalences are known beforehand. Arrays only: no frame, no
file, no codebook, and no opinion on which cut-off or prevalence is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from eenzaam_stats.arrays import FloatArray, KindArray
from eenzaam_stats.errors import ConvergenceError

# Trapezoidal rule on the normal density: the error falls as exp(-2 pi d / STEP), with d the
# distance of the nearest pole of the logistic curves, pi / (discrimination x spread). With
# discrimination x spread up to 8 that is below 1e-18; the tail left out is below 1e-16.
STEP = 0.05
REACH = 8.5
# Allowed distance between a solved probability and its target.
TOLERANCE = 1e-10
# Reach of the last few bits: the solver stops here, well inside TOLERANCE.
_SOLVER_TOLERANCE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class ItemModel:
    """Parameters of a logistic item model with two latent dimensions.

    Attributes
    ----------
    discrimination : ndarray of float, shape (k,)
        Slope of each item, above 0.
    difficulty : ndarray of float, shape (k,)
        Latent value at which half of the people give a keyed answer.
    extreme : ndarray of float, shape (k,)
        Latent value at which half give the extreme keyed answer; above ``difficulty``.
    dimension : ndarray of int, shape (k,)
        Latent dimension of each item, 0 or 1.
    correlation : float
        Correlation between the two dimensions, strictly between -1 and 1.
    """

    discrimination: FloatArray
    difficulty: FloatArray
    extreme: FloatArray
    dimension: npt.NDArray[np.int64]
    correlation: float

    def __post_init__(self) -> None:
        for values in (self.discrimination, self.difficulty, self.extreme, self.dimension):
            values.setflags(write=False)


def total_distribution(
    model: ItemModel, *, mean: float, spread: float, missing: float = 0.0
) -> FloatArray:
    r"""Exact distribution of the number of keyed answers in a population.

    Parameters
    ----------
    model : ItemModel
        Items and correlation of the dimensions.
    mean, spread : float
        Mean and standard deviation of both latent dimensions; the spread is above 0.
    missing : float, default 0
        Probability that an answer is missing, independent of everything, in [0, 1).

    Returns
    -------
    ndarray of float, shape (k + 1,)
        Probability of each total 0..k among people with at most one missing answer, whose missing
        answer counts 0.

    See Also
    --------
    solve_cell : The mean and spread that give two wanted tail probabilities.

    Notes
    -----
    Given both latent values the items are independent, so each block follows
    ``sums_with_gaps``; the blocks are mixed over the bivariate normal density with the trapezoidal
    rule, which converges exponentially for such integrands [1]_.

    **Unit.** Probability, 0-1.

    **Missing data.** Answers go missing completely at random at rate ``missing``; the total follows
    the rule that tolerates one missing answer and counts it 0.

    **Validated against.** A Gauss-Hermite rule, brute force over all patterns and simulation, in
    ``tests/numerics/scales/test_item_response.py``.

    References
    ----------
    .. [1] Trefethen, L. N., & Weideman, J. A. C. (2014). The exponentially convergent trapezoidal
       rule. SIAM Review, 56(3), 385-458. doi:10.1137/130932132

    Examples
    --------
    Two items that split the population in half on perfectly shared ground would always agree; with
    correlation 0 and equal items the total is symmetric.

    >>> half = ItemModel(
    ...     np.ones(2), np.zeros(2), np.ones(2), np.array([0, 1]), correlation=0.0
    ... )
    >>> total_distribution(half, mean=0.0, spread=1.0).round(6).tolist()
    [0.25, 0.5, 0.25]
    """
    nodes, weights = _normal_grid(model.correlation)
    probabilities = keyed_probability(model, mean + spread * nodes[:, np.newaxis])
    first, second = (
        sums_with_gaps(probabilities[:, model.dimension == block], missing) for block in (0, 1)
    )
    joint = first[0].T @ weights @ second[0]
    if missing > 0.0:
        joint += first[1].T @ weights @ second[0] + first[0].T @ weights @ second[1]
    total = np.add.outer(np.arange(joint.shape[0]), np.arange(joint.shape[1]))
    sums = np.bincount(total.ravel(), weights=joint.ravel()).astype(np.float64)
    # Two missing items leave no total. Shares are among people who have one, as a survey reports
    # them.
    return sums / float(sums.sum())


def keyed_probability(model: ItemModel, latent: FloatArray) -> FloatArray:
    """Probability of a keyed answer, for latent values that broadcast to shape (..., k)."""
    return _logistic(model.discrimination * (latent - model.difficulty))


def _logistic(values: FloatArray) -> FloatArray:
    curve: FloatArray = special.expit(values)
    return curve


def _normal_grid(correlation: float) -> tuple[FloatArray, FloatArray]:
    """Nodes in standard units, shape (q,), and bivariate normal weights, shape (q, q)."""
    nodes = np.arange(-REACH, REACH + STEP / 2, STEP)
    x, y = nodes[:, np.newaxis], nodes
    exponent = (x * x - 2.0 * correlation * x * y + y * y) / (2.0 * (1.0 - correlation**2))
    weights = np.exp(-exponent)
    return nodes, weights / weights.sum()


def solve_cell(
    model: ItemModel,
    *,
    targets: tuple[float, float],
    thresholds: tuple[int, int],
    missing: float = 0.0,
) -> tuple[float, float]:
    """Mean and spread that give two wanted tail probabilities of the total.

    Parameters
    ----------
    model : ItemModel
        Items and correlation of the dimensions.
    targets : tuple of float
        Wanted P(total >= threshold), as shares in (0, 1), in the order of ``thresholds``.
    thresholds : tuple of int
        Lower and higher total, 1..k.
    missing : float, default 0
        As in :func:`total_distribution`.

    Returns
    -------
    mean, spread : float
        Of both latent dimensions.

    Raises
    ------
    ConvergenceError
        If the two probabilities are not met to 1e-10, for instance because the higher threshold
        was to be reached more often than the lower.

    Examples
    --------
    >>> model = ItemModel(
    ...     np.full(4, 2.0), np.zeros(4), np.ones(4), np.array([0, 0, 1, 1]), correlation=0.7
    ... )
    >>> mean, spread = solve_cell(model, targets=(0.4, 0.1), thresholds=(1, 3))
    >>> total = total_distribution(model, mean=mean, spread=spread)
    >>> round(float(total[1:].sum()), 9), round(float(total[3:].sum()), 9)
    (0.4, 0.1)
    """
    wanted = np.asarray(targets, dtype=np.float64)

    def tails(unknowns: FloatArray) -> FloatArray:
        mean, spread = float(unknowns[0]), float(np.exp(unknowns[1]))
        total = total_distribution(model, mean=mean, spread=spread, missing=missing)
        return np.array([total[threshold:].sum() for threshold in thresholds])

    # On the logit scale both equations are close to linear in mean and log spread.
    def distance(unknowns: FloatArray) -> FloatArray:
        gap: FloatArray = special.logit(tails(unknowns)) - special.logit(wanted)
        return gap

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        found: Any = optimize.root(distance, np.array([-0.5, 0.0]), tol=_SOLVER_TOLERANCE)
        worst = float(np.abs(tails(found.x) - wanted).max())
    if not worst <= TOLERANCE:
        low, high = (float(target) for target in targets)
        raise ConvergenceError(
            f"solve_cell() needs P(total >= {thresholds[0]}) = {low:.6g} and "
            f"P(total >= {thresholds[1]}) = {high:.6g}; the nearest solution misses one by "
            f"{worst:.3g}. Ask for a pair that the items can give."
        )
    return float(found.x[0]), float(np.exp(found.x[1]))


def draw_answers(
    model: ItemModel, *, mean: FloatArray, spread: FloatArray, rng: np.random.Generator
) -> KindArray:
    """Answers of people drawn from the model.

    Parameters
    ----------
    model : ItemModel
        Items and correlation of the dimensions.
    mean, spread : ndarray of float, shape (n,)
        Latent mean and spread of the group of each person.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of int8, shape (n, k)
        0 for the answer that is not keyed, 1 for the neutral and 2 for the extreme keyed answer.

    Examples
    --------
    >>> model = ItemModel(
    ...     np.full(2, 2.0), np.zeros(2), np.ones(2), np.array([0, 1]), correlation=0.7
    ... )
    >>> rng = np.random.default_rng(1)
    >>> answers = draw_answers(model, mean=np.zeros(3), spread=np.ones(3), rng=rng)
    >>> answers.shape, int(answers.min()) >= 0, int(answers.max()) <= 2
    ((3, 2), True, True)
    """
    return answers_given(model, draw_latent(model, mean=mean, spread=spread, rng=rng), rng=rng)


def draw_latent(
    model: ItemModel, *, mean: FloatArray, spread: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Values of people on both latent dimensions, for when another answer depends on them too.

    Parameters
    ----------
    model : ItemModel
        Correlation of the dimensions.
    mean, spread : ndarray of float, shape (n,)
        Latent mean and spread of the group of each person.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray of float, shape (2, n)
        One row per dimension.

    Examples
    --------
    >>> half = ItemModel(np.ones(2), np.zeros(2), np.ones(2), np.array([0, 1]), correlation=0.0)
    >>> rng = np.random.default_rng(1)
    >>> draw_latent(half, mean=np.full(3, 2.0), spread=np.zeros(3), rng=rng).tolist()
    [[2.0, 2.0, 2.0], [2.0, 2.0, 2.0]]
    """
    shared, own = rng.standard_normal((2, mean.shape[0]))
    second = model.correlation * shared + np.sqrt(1.0 - model.correlation**2) * own
    latent: FloatArray = mean + spread * np.stack([shared, second])
    return latent


def answers_given(model: ItemModel, latent: FloatArray, *, rng: np.random.Generator) -> KindArray:
    """Answers of people whose latent values, shape (2, n), are known, as in ``draw_answers``."""
    n = latent.shape[1]
    answers = np.empty((n, model.difficulty.shape[0]), dtype=np.int8)
    for item, dimension in enumerate(model.dimension):
        # One draw for both steps of an item keeps the steps in order.
        chance = rng.random(n)
        slope, value = model.discrimination[item], latent[int(dimension)]
        keyed = chance < _logistic(slope * (value - model.difficulty[item]))
        utmost = chance < _logistic(slope * (value - model.extreme[item]))
        answers[:, item] = keyed.astype(np.int8) + utmost.astype(np.int8)
    return answers


def sums_with_gaps(probabilities: FloatArray, missing: float) -> FloatArray:
    r"""Joint probability of sum 0..k and 0 or 1 missing answers, shape (2, ..., k + 1).

    Recursion over items [1]_: :math:`f_j(s) = (1 - p_j) f_{j-1}(s) + p_j f_{j-1}(s - 1)`; without
    missing answers the first row is the distribution of a sum of unlike yes-no answers.

    References
    ----------
    .. [1] Lord, F. M., & Wingersky, M. S. (1984). Comparison of IRT true-score and equipercentile
       observed-score "equatings". Applied Psychological Measurement, 8(4), 453-461.
    """
    k = probabilities.shape[-1]
    state = np.zeros((2, *probabilities.shape[:-1], k + 1))
    state[0, ..., 0] = 1.0
    for item in range(k):
        p = probabilities[..., item, np.newaxis] * (1.0 - missing)
        following = state * (1.0 - missing - p)
        following[..., 1:] += state[..., :-1] * p
        following[1] += state[0] * missing
        state = following
    return state
