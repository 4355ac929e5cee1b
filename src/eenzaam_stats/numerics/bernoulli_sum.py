"""Distribution of a sum of independent, unlike yes-no answers.

Arrays only; what the answers mean is the caller's affair.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def bernoulli_sum(probabilities: FloatArray) -> FloatArray:
    r"""Distribution of a sum of independent, not identical, yes-or-no answers.

    Parameters
    ----------
    probabilities : ndarray of float, shape (..., k)
        Probability of a one per item, 0-1.

    Returns
    -------
    ndarray of float, shape (..., k + 1)
        Probability of each sum 0..k.

    Notes
    -----
    Recursion over items: :math:`f_j(s) = (1 - p_j) f_{j-1}(s) + p_j f_{j-1}(s - 1)`.

    **Unit.** Probability, 0-1.

    **Missing data.** None; every item is answered.

    **Validated against.** All 2^k patterns, in ``tests/numerics/test_item_response.py``.

    References
    ----------
    .. [1] Lord, F. M., & Wingersky, M. S. (1984). Comparison of IRT true-score and equipercentile
       observed-score "equatings". Applied Psychological Measurement, 8(4), 453-461.

    Examples
    --------
    >>> bernoulli_sum(np.array([0.5, 0.2])).round(3).tolist()
    [0.4, 0.5, 0.1]
    """
    sums: FloatArray = sums_with_gaps(probabilities, 0.0)[0]
    return sums


def sums_with_gaps(probabilities: FloatArray, missing: float) -> FloatArray:
    """Joint probability of sum 0..k and 0 or 1 missing answers, shape (2, ..., k + 1)."""
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
