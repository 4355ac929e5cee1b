"""An effect on the scale that readers know: absolute and relative to the counterfactual."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.numerics.survey.intervals import t_quantile
from eenzaam_stats.trend.series.contrast import Contrast, Fitted

FloatArray = NDArray[np.float64]
Six = tuple[float, float, float, float, float, float]
_NOTHING = (math.nan, math.nan, math.nan)


def relative_and_absolute(
    fit: Fitted,
    effect: FloatArray,
    base: FloatArray,
    *,
    shown: Contrast,
    scale: str,
    level: float,
) -> Six:
    """Effect over counterfactual, and effect in the unit of the series, each with limits.

    Parameters
    ----------
    fit : Fitted
        Coefficients and covariance.
    effect, base : ndarray of float, shape (p,)
        Contrasts of the effect and of the counterfactual, on the scale of the model.
    shown : Contrast
        The effect on the scale of the model.
    scale : {"identity", "logit", "log"}
    level : float
        Coverage.

    Returns
    -------
    tuple of float
        Relative effect with limits, absolute effect with limits. By the delta method; the ratio of
        shares or rates by its logarithm. NaN where the counterfactual is not defined.
    """
    absolute = (shown.estimate, shown.low, shown.high) if scale == "identity" else _NOTHING
    if fit.boundary or not (shown.df > 0 or fit.exact):
        return (*_NOTHING, *absolute)
    rows = np.stack([effect, base])
    e, c0 = (float(value) for value in rows @ fit.coefficients)
    covariance = np.asarray(rows @ fit.covariance @ rows.T)
    t = float(t_quantile(level, min(shown.df, 1e9)))

    def half(gradient: tuple[float, float]) -> float:
        g = np.array(gradient)
        return t * math.sqrt(float(g @ covariance @ g))

    if scale == "identity":
        around = half((1.0 / c0, -e / c0**2))
        return (e / c0, e / c0 - around, e / c0 + around, *absolute)
    with_it, without = (_from_scale(value, scale) for value in (c0 + e, c0))
    # derivative of log share or log rate, 1 - p or 1
    rest, rest_without = (1.0 - p if scale == "logit" else 1.0 for p in (with_it, without))
    ratio, around = with_it / without, half((rest, rest - rest_without))
    relative = (ratio - 1.0, ratio * math.exp(-around) - 1.0, ratio * math.exp(around) - 1.0)
    slope, slope_without = with_it * rest, without * rest_without
    around = half((slope, slope - slope_without))
    difference = with_it - without
    return (*relative, difference, difference - around, difference + around)


def _from_scale(value: float, scale: str) -> float:
    return math.exp(value) if scale == "log" else 1.0 / (1.0 + math.exp(-value))
