"""Structure that is crossed by several classifications, split into one effect per classification.

Answers "how much of the age-sex structure is age and how much is sex". A flat decomposition with
the parts beside the rate gives another answer; the two stages here are those of the literature.
"""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.numerics.decomposition import standardised_values

FloatArray = NDArray[np.float64]


def structure_parts(sizes: ArrayLike) -> FloatArray:
    r"""One part per classification whose product is the share of every cell.

    Parameters
    ----------
    sizes : array_like of float
        One axis per classification. People per cell, at least 0, not all 0.

    Returns
    -------
    numpy.ndarray
        Shape (classifications, *sizes.shape). The product over the first axis is
        ``sizes / sizes.sum()``.

    Raises
    ------
    SchemaError
        If nobody is there.

    Notes
    -----
    With :math:`n_S` the people of a cell summed over all classifications outside :math:`S`,

    .. math:: a_i = \prod_{S \not\ni i} \left(\frac{n_{S \cup \{i\}}}{n_S}\right)^{w_S},
              \qquad w_S = \frac{|S|!\,(K-|S|-1)!}{K!}

    For two classifications: :math:`a_i = \{(n_{ij}/n_{\cdot j})\,(n_{i\cdot}/n)\}^{1/2}`.

    **Unit.** None: the product is a share.

    **Missing data.** None reaches this floor. An empty cell has parts of 0.

    **Validated against.** The example of Wang (2000), in
    ``tests/numerics/test_decomposition_examples.py``.

    References
    ----------
    .. [1] Das Gupta P (1993). Standardization and decomposition of rates. US Census P23-186.

    Examples
    --------
    >>> parts = structure_parts([[10, 30], [20, 40]])
    >>> parts.prod(axis=0).round(12).tolist()
    [[0.1, 0.3], [0.2, 0.4]]
    """
    n = np.asarray(sizes, float)
    if n.sum() <= 0:
        raise SchemaError(
            f"The structure needs people, but the total of {n.size} cell(s) is {n.sum():g}. "
            "Check the rows that were selected."
        )
    dimensions = range(n.ndim)

    def summed(kept: frozenset[int]) -> FloatArray:
        others = tuple(d for d in dimensions if d not in kept)
        return np.asarray(n.sum(axis=others, keepdims=True), float)

    parts = np.ones((n.ndim, *n.shape))
    for i in dimensions:
        others = [d for d in dimensions if d != i]
        for size in range(n.ndim):
            weight = 1.0 / (n.ndim * comb(n.ndim - 1, size))
            for chosen in combinations(others, size):
                kept = frozenset(chosen)
                above, below = np.broadcast_arrays(summed(kept | {i}), summed(kept))
                ratio = np.divide(above, below, out=np.zeros(above.shape), where=below > 0)
                parts[i] *= ratio**weight
    return np.where(n > 0, parts, 0.0)


def cross_classified_values(
    sizes_start: ArrayLike, sizes_end: ArrayLike, *, rates_start: ArrayLike, rates_end: ArrayLike
) -> FloatArray:
    """Standardised rates per classification and for the rate, in two stages.

    Parameters
    ----------
    sizes_start, sizes_end : array_like of float
        One axis per classification. People per cell in both populations, at least 0.
    rates_start, rates_end : array_like of float
        The same shape. Rate per cell in any unit.

    Returns
    -------
    numpy.ndarray
        Shape (2, classifications + 1): one column per classification, in the order of the axes, and
        the rate last. The difference of the rows is the effect; the effects sum to the difference
        of the crude rates.

    Raises
    ------
    SchemaError
        If the shapes differ or a population is empty.

    See Also
    --------
    eenzaam_stats.numerics.decomposition.standardised_values : All factors at one stage.

    Notes
    -----
    First the rate against the structure as a whole; then, with the mean of the two rates, the
    structure into its parts.

    **Unit.** That of the rates.

    **Missing data.** None reaches this floor. The rate of an empty cell is not used.

    **Validated against.** The example of Wang (2000), in
    ``tests/numerics/test_decomposition_examples.py``.

    References
    ----------
    .. [1] Wang J, Rahman A, Siegal HA, Fisher JH (2000). Standardization and decomposition of
       rates. Behavior Research Methods 32:357-366, doi 10.3758/BF03207806.

    Examples
    --------
    Only the second classification moves, so the first has no effect:

    >>> rates = [[1.0, 3.0], [1.0, 3.0]]
    >>> values = cross_classified_values(
    ...     [[10, 10], [20, 20]], [[5, 15], [10, 30]], rates_start=rates, rates_end=rates
    ... )
    >>> (values[1] - values[0]).round(12).tolist()
    [0.0, 0.5, 0.0]
    """
    arrays = [np.asarray(a, float) for a in (sizes_start, sizes_end, rates_start, rates_end)]
    if len({one.shape for one in arrays}) > 1:
        raise SchemaError(
            f"The decomposition needs one shape for sizes and rates, but found "
            f"{sorted({one.shape for one in arrays})}. Use the same cells in the same order."
        )
    before, after, r_before, r_after = arrays
    shares = [structure_parts(before), structure_parts(after)]
    rate = standardised_values(
        lambda share, rates: (share * rates).sum(),
        [shares[0].prod(axis=0), r_before],
        [shares[1].prod(axis=0), r_after],
    )[:, -1:]
    mean_rate = (r_before + r_after) / 2
    structure = standardised_values(
        lambda *parts: (np.prod(parts, axis=0) * mean_rate).sum(), list(shares[0]), list(shares[1])
    )
    return np.concatenate([structure, rate], axis=1)
