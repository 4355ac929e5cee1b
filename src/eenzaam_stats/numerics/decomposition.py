"""Symmetric decomposition of a change into the effects of its factors.

Answers "how much of the rise in lonely people is population size, how much is age structure, how
much is prevalence". Arrays in, numbers out; which cells form the structure is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eenzaam_stats.errors import SchemaError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CountDecomposition:
    """Change in a number of people, split into three effects.

    Attributes
    ----------
    start, end : float
        Number of people with the condition before and after.
    size : float
        People added by growth of the population as a whole.
    structure : float
        People added by the shift of the population between the cells.
    prevalence : float
        People added by the change of the prevalence within the cells; 0 when it is held constant.
    """

    start: float
    end: float
    size: float
    structure: float
    prevalence: float

    @property
    def change(self) -> float:
        """Difference between end and start, the sum of the three effects."""
        return self.end - self.start


def _coalition_weight(n_factors: int, n_others: int) -> float:
    return 1.0 / (n_factors * comb(n_factors - 1, n_others))


def symmetric_effects(
    total: Callable[..., float], start: Sequence[ArrayLike], end: Sequence[ArrayLike]
) -> FloatArray:
    r"""Effect of each factor on a total, averaged over every order of replacement.

    Parameters
    ----------
    total : callable
        Function of the K factors, in the order given, that returns one number.
    start, end : sequence of array_like
        The K factors before and after; a factor is a number or an array of any shape.

    Returns
    -------
    numpy.ndarray
        Shape (K,). The effects sum to ``total(*end) - total(*start)``.

    Raises
    ------
    SchemaError
        If ``start`` and ``end`` do not have the same number of factors.

    Notes
    -----
    For factor :math:`i` and every set :math:`S` of other factors that already moved,

    .. math:: \Delta_i = \sum_{S} \frac{|S|!\,(K-|S|-1)!}{K!}
              \{T(S \cup \{i\}) - T(S)\}

    which is Das Gupta's standardisation. Swapping start and end flips signs only.

    **Unit.** That of ``total``.

    **Missing data.** None reaches this floor.

    **Validated against.** Six printed examples of Das Gupta (1993), in
    ``tests/numerics/test_decomposition.py``.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US Census P23-186.

    Examples
    --------
    Earnings times share of earners, Das Gupta's example 2.1:

    >>> effects = symmetric_effects(lambda a, b: a * b, [10930, 0.717892], [16591, 0.825974])
    >>> effects.round(3).tolist()
    [4369.913, 1487.262]
    """
    if len(start) != len(end):
        raise SchemaError(
            f"symmetric_effects() needs pairs of factors, but start has {len(start)} and end has "
            f"{len(end)}. Give both in the same order."
        )
    n = len(start)

    def total_when(moved: frozenset[int]) -> float:
        return float(total(*(end[k] if k in moved else start[k] for k in range(n))))

    effects = np.zeros(n)
    for i in range(n):
        others = [k for k in range(n) if k != i]
        for size in range(n):
            weight = _coalition_weight(n, size)
            for chosen in combinations(others, size):
                before = frozenset(chosen)
                effects[i] += weight * (total_when(before | {i}) - total_when(before))
    return effects


def count_decomposition(
    persons_start: ArrayLike,
    persons_end: ArrayLike,
    *,
    prevalence_start: ArrayLike,
    prevalence_end: ArrayLike | None = None,
) -> CountDecomposition:
    """Split the change in a number of people into size, structure and prevalence.

    Parameters
    ----------
    persons_start, persons_end : array_like of float
        Shape (cells,). People per cell before and after, at least 0, not all 0.
    prevalence_start : array_like of float
        Shape (cells,). Proportion with the condition per cell before, 0-1.
    prevalence_end : array_like of float, optional
        The same after; by default the prevalence is held constant.

    Returns
    -------
    CountDecomposition
        Start, end and the three effects, in persons.

    Raises
    ------
    SchemaError
        If the arrays differ in shape or a population is empty.

    Notes
    -----
    The factors are the total number of people, the vector of shares per cell as a whole and the
    vector of prevalences as a whole. With constant prevalence the size effect is the growth of the
    population times the mean of the two crude prevalences, and the structure effect is the change
    of the crude prevalence times the mean of the two totals.

    **Unit.** Persons.

    **Missing data.** None reaches this floor.

    **Validated against.** An independent three-factor computation on the Dutch population of 2017
    and 2050, in ``tests/numerics/test_decomposition.py``.

    Examples
    --------
    Ten people join the older half, where twice as many are lonely:

    >>> parts = count_decomposition([50, 50], [50, 60], prevalence_start=[0.1, 0.2])
    >>> round(parts.size, 3), round(parts.structure, 3), parts.prevalence
    (1.523, 0.477, 0.0)
    """
    before, after = np.asarray(persons_start, float), np.asarray(persons_end, float)
    p_before = np.asarray(prevalence_start, float)
    p_after = p_before if prevalence_end is None else np.asarray(prevalence_end, float)
    shapes = {before.shape, after.shape, p_before.shape, p_after.shape}
    if len(shapes) > 1:
        raise SchemaError(
            f"count_decomposition() needs one shape for people and prevalences, but found "
            f"{sorted(shapes)}. Use the same cells in the same order."
        )
    if before.sum() <= 0 or after.sum() <= 0:
        raise SchemaError(
            f"count_decomposition() needs people in both populations, but the totals are "
            f"{before.sum():g} and {after.sum():g}. Check the rows that were selected."
        )

    def lonely(size: float, share: FloatArray, prevalence: FloatArray) -> float:
        return float(size * (share * prevalence).sum())

    size, structure, prevalence = symmetric_effects(
        lonely,
        [before.sum(), before / before.sum(), p_before],
        [after.sum(), after / after.sum(), p_after],
    )
    return CountDecomposition(
        start=float((before * p_before).sum()),
        end=float((after * p_after).sum()),
        size=float(size),
        structure=float(structure),
        prevalence=float(prevalence),
    )
