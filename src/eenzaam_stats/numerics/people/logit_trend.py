"""Slope of the log-odds over a few waves, per group of cells, with the scatter around the line."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class LogitTrend:
    """Slopes with their variance, and what is needed to start from the fit or from a wave.

    Attributes
    ----------
    slope : ndarray of float, shape (groups,)
        Change of the log-odds per year.
    variance : ndarray of float, shape (groups,)
        Of the slope, the scatter around the lines included.
    influence : ndarray of float, shape (waves, cells)
        Derivative of the slope of the cell's group to the log-odds of a wave.
    centre, mean, mean_variance : ndarray of float, shape (cells,)
        Weighted mean year, mean log-odds at it, and its variance; independent of the slope.
    scatter : float
        Squared distance from the lines per degree of freedom; in units of the sampling variance
        where that is known (at least 1 is used), else of the log-odds.
    df : float
        Degrees of freedom of the scatter.
    """

    slope: FloatArray
    variance: FloatArray
    influence: FloatArray
    centre: FloatArray
    mean: FloatArray
    mean_variance: FloatArray
    scatter: float
    df: float


def fit_logit_trend(
    years: FloatArray,
    logits: FloatArray,
    variances: FloatArray,
    *,
    group_of: NDArray[np.intp],
    wave_weight: FloatArray,
    known: bool,
) -> LogitTrend:
    r"""Fit one slope per group and one level per cell by weighted least squares.

    Parameters
    ----------
    years : ndarray of float, shape (waves,)
        Years since the base year.
    logits : ndarray of float, shape (waves, cells)
        Log-odds; all finite.
    variances : ndarray of float, shape (waves, cells)
        Sampling variances; all 1 where unknown.
    group_of : ndarray of int, shape (cells,)
        Group of each cell; its cells share a slope.
    wave_weight : ndarray of float, shape (waves,)
        Factor on the weight of a wave, 0-1: its variance counts as that much larger.
    known : bool
        Whether the variances are sampling variances. Then the scatter only ever widens them.

    Returns
    -------
    LogitTrend

    Notes
    -----
    Weights are :math:`\omega = u_w / v_{wc}`: a wave of weight :math:`u` has the variance
    :math:`v / u`. The variance of a slope is :math:`\phi / \sum \omega (x - \bar x_c)^2`, where
    :math:`\phi` is the weighted residual sum of squares over its degrees of freedom, pooled over
    the groups because a few waves say little about each.

    Examples
    --------
    >>> years = np.array([-4.0, -2.0, 0.0])
    >>> fit = fit_logit_trend(
    ...     years, 0.1 * years[:, None], np.ones((3, 1)),
    ...     group_of=np.zeros(1, int), wave_weight=np.ones(3), known=True,
    ... )
    >>> fit.slope.round(3).tolist(), fit.variance.round(3).tolist(), fit.df
    ([0.1], [0.125], 1.0)
    """
    weight = wave_weight[:, None] / variances
    whole = weight.sum(axis=0)
    centre = (weight * years[:, None]).sum(axis=0) / whole
    mean = (weight * logits).sum(axis=0) / whole
    away = years[:, None] - centre
    n_groups = int(group_of.max()) + 1
    spread = np.bincount(group_of, (weight * away**2).sum(axis=0), n_groups)
    slope = np.bincount(group_of, (weight * away * logits).sum(axis=0), n_groups) / spread
    residual = logits - mean - slope[group_of] * away
    # A wave of weight 0 is not there, one of weight 0.1 is: its variance is ten times as large.
    used = float(np.count_nonzero(wave_weight > 0.0))
    df = used * len(group_of) - len(group_of) - n_groups
    scatter = float((weight * residual**2).sum() / df)
    # Scatter only widens: three or four waves that lie closer to a line than their sampling errors
    # allow do so by luck.
    wider = max(1.0, scatter) if known else scatter
    return LogitTrend(
        slope=slope,
        variance=wider / spread,
        influence=weight * away / spread[group_of],
        centre=centre,
        mean=mean,
        mean_variance=wider / whole,
        scatter=scatter,
        df=df,
    )
