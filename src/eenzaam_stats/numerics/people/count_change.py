"""Change in a number of people, split into population size, structure and prevalence.

Answers "how much of the rise in lonely people is population size, how much is age structure, how
much is prevalence". Arrays in, numbers out; which cells form the structure is the caller's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import SchemaError

# Symmetric decomposition of a change into the effects of its factors, any number of them. Arrays
# in, numbers out, for one pair of populations or for many draws of them at once.


def standardise_totals(
    total: Callable[..., ArrayLike], start: Sequence[ArrayLike], end: Sequence[ArrayLike]
) -> FloatArray:
    r"""Total of both populations when they differ in one factor only, for each factor.

    Parameters
    ----------
    total : callable
        Function of the K factors, in the order given, that returns one number, or an array of them:
        one per draw, per year or both.
    start, end : sequence of array_like
        The K factors before and after; a factor is a number or an array of any shape.

    Returns
    -------
    numpy.ndarray
        Shape (2, K, ...), with the shape of ``total`` behind: row 0 keeps the factor at the start
        and row 1 at the end, both averaged over the other factors. The difference of the rows is
        the effect of the factor.

    Raises
    ------
    SchemaError
        If ``start`` and ``end`` do not have the same number of factors.

    Notes
    -----
    For factor :math:`i` and every set :math:`S` of other factors that already moved, with
    :math:`w_S = |S|!\,(K-|S|-1)!/K!`,

    .. math:: A_i = \sum_S w_S\, T(S), \qquad B_i = \sum_S w_S\, T(S \cup \{i\})

    The :math:`2^K` totals are computed once, whatever the number of factors.

    **Unit.** That of ``total``.

    **Missing data.** None reaches these arrays.

    **Validated against.** The standardised values of six printed examples of Das Gupta (1993), in
    ``tests/numerics/people/test_decomposition_examples.py``.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US Census P23-186.

    Examples
    --------
    Earnings times share of earners, Das Gupta's example 2.1:

    >>> values = standardise_totals(lambda a, b: a * b, [10930, 0.717892], [16591, 0.825974])
    >>> values[:, 0].round(3).tolist()
    [8437.228, 12807.14]
    """
    if len(start) != len(end):
        raise SchemaError(
            f"The decomposition needs pairs of factors, but start has {len(start)} and end has "
            f"{len(end)}. Give both in the same order."
        )
    n = len(start)
    pairs = [(np.asarray(a, float), np.asarray(b, float)) for a, b in zip(start, end, strict=True)]
    totals = [
        np.asarray(total(*(pairs[k][moved >> k & 1] for k in range(n))), float)
        for moved in range(2**n)
    ]
    shape = np.broadcast_shapes(*(one.shape for one in totals))
    values = np.zeros((2, n, *shape))
    # Das Gupta's formulas are averages over the orders in which factors can be replaced. Counted by
    # subsets they need no list for every number of factors, and effects add up exactly.
    for moved, one in enumerate(totals):
        already = moved.bit_count()
        for i in range(n):
            after = moved >> i & 1
            values[after, i] += _order_weight(n, already - after) * one
    return values


def _order_weight(n_factors: int, n_moved: int) -> float:
    """Share of all orders in which exactly these other factors moved first."""
    return 1.0 / (n_factors * comb(n_factors - 1, n_moved))


def symmetric_effects(
    total: Callable[..., ArrayLike], start: Sequence[ArrayLike], end: Sequence[ArrayLike]
) -> FloatArray:
    r"""Effect of each factor on a total, averaged over every order of replacement.

    Parameters
    ----------
    total : callable
        Function of the K factors, in the order given, that returns one number, or an array of them:
        one per draw, per year or both.
    start, end : sequence of array_like
        The K factors before and after; a factor is a number or an array of any shape.

    Returns
    -------
    numpy.ndarray
        Shape (K, ...), with the shape of ``total`` behind. The effects sum to
        ``total(*end) - total(*start)``.

    Raises
    ------
    SchemaError
        If ``start`` and ``end`` do not have the same number of factors.

    See Also
    --------
    standardise_totals : The two values whose difference is the effect.

    Notes
    -----
    For factor :math:`i` and every set :math:`S` of other factors that already moved,

    .. math:: \Delta_i = \sum_{S} \frac{|S|!\,(K-|S|-1)!}{K!}
              \{T(S \cup \{i\}) - T(S)\}

    which is Das Gupta's standardisation. Swapping start and end flips signs only.

    **Unit.** That of ``total``.

    **Missing data.** None reaches these arrays.

    **Validated against.** The printed examples of Das Gupta (1993) and an average over all orders
    written out, in ``tests/numerics/people/test_decomposition_examples.py``.

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
    values = standardise_totals(total, start, end)
    return np.asarray(values[1] - values[0], float)


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


def count_effects(
    persons_start: ArrayLike,
    persons_end: ArrayLike,
    *,
    prevalence_start: ArrayLike,
    prevalence_end: ArrayLike,
) -> FloatArray:
    """Size, structure and prevalence effect on a number of people, for any number of draws at once.

    Parameters
    ----------
    persons_start, persons_end : array_like of float
        Shape (..., cells). People per cell before and after, at least 0, not all 0.
    prevalence_start, prevalence_end : array_like of float
        Shape (..., cells). Proportion with the condition per cell, 0-1. Leading axes (draws, years)
        broadcast over the four arrays.

    Returns
    -------
    numpy.ndarray
        Shape (3, ...): effect of population size, of structure and of prevalence.

    Raises
    ------
    SchemaError
        If the arrays differ in their cells or a population is empty.

    See Also
    --------
    count_decomposition : One decomposition, with its two totals.

    Notes
    -----
    The factors are the total number of people, the vector of shares per cell as a whole and the
    vector of prevalences as a whole.

    **Unit.** Persons.

    **Missing data.** None reaches these arrays.

    **Validated against.** An independent three-factor computation on the Dutch population of 2017
    and 2050, in ``tests/numerics/people/test_decomposition.py``.

    Examples
    --------
    Two draws of the prevalence of two halves, of which the older grows by ten people:

    >>> draws = [[0.1, 0.2], [0.2, 0.2]]
    >>> parts = count_effects([50, 50], [50, 60], prevalence_start=draws, prevalence_end=draws)
    >>> parts.round(3).tolist()
    [[1.523, 2.0], [0.477, 0.0], [0.0, 0.0]]
    """
    before, after = np.asarray(persons_start, float), np.asarray(persons_end, float)
    p_before, p_after = np.asarray(prevalence_start, float), np.asarray(prevalence_end, float)
    cells = {one.shape[-1:] for one in (before, after, p_before, p_after)}
    if len(cells) > 1:
        raise SchemaError(
            f"The decomposition needs one set of cells for people and prevalences, but found "
            f"{sorted(cells)}. Use the same cells in the same order."
        )
    # All cells of age and sex are one factor, their shares. Crossed factors give another answer
    # when averaged flat (Wang 2000), so they are never split here.
    n_before, n_after = before.sum(axis=-1), after.sum(axis=-1)
    if np.any(n_before <= 0) or np.any(n_after <= 0):
        raise SchemaError(
            f"The decomposition needs people in both populations, but the totals are "
            f"{n_before.min():g} and {n_after.min():g}. Check the rows that were selected."
        )

    def with_condition(size: FloatArray, share: FloatArray, prevalence: FloatArray) -> FloatArray:
        return np.asarray(size * np.einsum("...c,...c->...", share, prevalence), float)

    return symmetric_effects(
        with_condition,
        [n_before, before / n_before[..., None], p_before],
        [n_after, after / n_after[..., None], p_after],
    )


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

    **Missing data.** None reaches these arrays.

    **Validated against.** An independent three-factor computation on the Dutch population of 2017
    and 2050, in ``tests/numerics/people/test_decomposition.py``.

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
    size, structure, prevalence = count_effects(
        before, after, prevalence_start=p_before, prevalence_end=p_after
    )
    return CountDecomposition(
        start=float((before * p_before).sum()),
        end=float((after * p_after).sum()),
        size=float(size),
        structure=float(structure),
        prevalence=float(prevalence),
    )
