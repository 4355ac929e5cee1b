"""Shares per cell that follow an assumed pattern and meet given margins exactly.

Arrays only. Which pattern is assumed and where the margins come from is the caller's affair.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import ConvergenceError

TOLERANCE = 1e-12
_STEPS = 50


def shares_on_margins(
    pattern: FloatArray, *, weights: FloatArray, members: FloatArray, margins: FloatArray
) -> FloatArray:
    r"""Move an assumed pattern on the logit scale until its weighted means meet the margins.

    Parameters
    ----------
    pattern : ndarray of float, shape (c,)
        Assumed logit per cell; only differences between cells matter where a margin covers them.
    weights : ndarray of float, shape (c,)
        People per cell, above 0.
    members : ndarray of float, shape (g, c)
        1 where a cell belongs to a margin, else 0; no margin may follow from the others.
    margins : ndarray of float, shape (g,)
        Wanted weighted mean share per margin, in (0, 1).

    Returns
    -------
    ndarray of float, shape (c,)
        Share per cell, in (0, 1).

    Raises
    ------
    ConvergenceError
        If the margins are not met to 1e-12, for instance because they contradict each other.

    Notes
    -----
    The shares are :math:`p_c = \mathrm{expit}(\mathrm{pattern}_c + \sum_g s_g m_{gc})`, with the
    shifts :math:`s` found by Newton's method; this is calibration on the logit scale, and its
    solution is unique when no margin follows from the others.

    **Unit.** Share, 0-1.

    **Missing data.** None reaches these arrays.

    **Validated against.** Its own margins and ``scipy.optimize.root``, in
    ``tests/numerics/people/test_logit_margins.py``.

    Examples
    --------
    Two equal groups that differ by one logit, moved to a mean of one half:

    >>> shares = shares_on_margins(
    ...     np.array([0.0, 1.0]),
    ...     weights=np.ones(2),
    ...     members=np.ones((1, 2)),
    ...     margins=np.array([0.5]),
    ... )
    >>> shares.round(4).tolist()
    [0.3775, 0.6225]
    """
    groups = members * weights
    groups = groups / groups.sum(axis=1, keepdims=True)
    shift = np.zeros(margins.shape[0])
    shares: FloatArray = special.expit(pattern)
    for _ in range(_STEPS):
        gap = margins - groups @ shares
        if np.abs(gap).max() <= TOLERANCE:
            return shares
        slope = (groups * (shares * (1.0 - shares))) @ members.T
        # A step of more than two logits means the start was far off; walk there.
        step = np.linalg.lstsq(slope, gap, rcond=None)[0]
        shift = shift + np.clip(step, -2.0, 2.0)
        shares = special.expit(pattern + shift @ members)
    worst = float(np.abs(margins - groups @ shares).max())
    raise ConvergenceError(
        f"shares_on_margins() needs shares that meet {margins.shape[0]} margin(s); the nearest "
        f"misses one by {worst:.3g} after {_STEPS} steps. "
        "Drop a margin that contradicts the others."
    )
