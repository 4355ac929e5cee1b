"""Product-moment correlation of two arrays, with an honest answer where none exists.

Arrays only; missing pairs are dropped by the caller.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def pearson(x: NDArray[np.number], y: NDArray[np.number]) -> float:
    r"""Product-moment correlation.

    Parameters
    ----------
    x, y : (rows,) array
        Paired values without missing.

    Returns
    -------
    float
        Correlation in [-1, 1]; NaN with fewer than two pairs or when one side is constant.

    Notes
    -----
    :math:`r = \sum (x - \bar x)(y - \bar y) / \sqrt{\sum (x - \bar x)^2 \sum (y - \bar y)^2}`.

    Examples
    --------
    >>> round(pearson(np.array([1, 2, 3, 4]), np.array([1, 3, 2, 4])), 10)
    0.8
    >>> pearson(np.array([1, 1, 1]), np.array([1, 2, 3]))
    nan
    """
    if len(x) < 2 or np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    dx = np.subtract(x, np.mean(x), dtype=np.float64)
    dy = np.subtract(y, np.mean(y), dtype=np.float64)
    r = float(np.dot(dx, dy) / math.sqrt(np.dot(dx, dx) * np.dot(dy, dy)))
    # Rounding may pass 1, and 1.0000000000000002 is no correlation.
    return max(-1.0, min(1.0, r))
