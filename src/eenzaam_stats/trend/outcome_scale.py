"""An effect on the scale that readers know: absolute and relative to the counterfactual."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.numerics.intervals import t_quantile
from eenzaam_stats.trend.contrast import Contrast, Fitted

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
    scale : {"identity", "logit"}
    level : float
        Coverage.

    Returns
    -------
    tuple of float
        Relative effect with limits, absolute effect with limits. By the delta method; for logits
        the ratio of shares by its logarithm. NaN where the counterfactual is not defined.
    """
    absolute = (shown.estimate, shown.low, shown.high) if scale == "identity" else _NOTHING
    if fit.boundary or not shown.df > 0:
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
    with_it, without = (1.0 / (1.0 + math.exp(-value)) for value in (c0 + e, c0))
    ratio, around = with_it / without, half((1.0 - with_it, without - with_it))
    relative = (ratio - 1.0, ratio * math.exp(-around) - 1.0, ratio * math.exp(around) - 1.0)
    slope, slope_without = with_it * (1.0 - with_it), without * (1.0 - without)
    around = half((slope, slope - slope_without))
    difference = with_it - without
    return (*relative, difference, difference - around, difference + around)
