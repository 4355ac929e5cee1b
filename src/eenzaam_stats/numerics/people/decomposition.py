"""Symmetric decomposition of a change into the effects of its factors, any number of them.

Arrays in, numbers out, for one pair of populations or for many draws of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eenzaam_stats.errors import SchemaError

FloatArray = NDArray[np.float64]


def standardised_values(
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

    **Missing data.** None reaches this floor.

    **Validated against.** The standardised values of six printed examples of Das Gupta (1993), in
    ``tests/numerics/people/test_decomposition_examples.py``.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US Census P23-186.

    Examples
    --------
    Earnings times share of earners, Das Gupta's example 2.1:

    >>> values = standardised_values(lambda a, b: a * b, [10930, 0.717892], [16591, 0.825974])
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
    standardised_values : The two values whose difference is the effect.

    Notes
    -----
    For factor :math:`i` and every set :math:`S` of other factors that already moved,

    .. math:: \Delta_i = \sum_{S} \frac{|S|!\,(K-|S|-1)!}{K!}
              \{T(S \cup \{i\}) - T(S)\}

    which is Das Gupta's standardisation. Swapping start and end flips signs only.

    **Unit.** That of ``total``.

    **Missing data.** None reaches this floor.

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
    values = standardised_values(total, start, end)
    return np.asarray(values[1] - values[0], float)
