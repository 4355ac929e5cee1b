"""An effect on the scale that readers know: absolute, and relative to the counterfactual.

Arrays only. Limits are by the delta method: the gradient of what is shown, with the covariance of
effect and counterfactual on the scale of the model.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray


@dataclass(frozen=True, slots=True)
class ScaledEffect:
    """Effect over counterfactual, and effect in the unit of the series, each with limits.

    Attributes
    ----------
    relative, relative_low, relative_high : float
        Effect over counterfactual, 0 without effect.
    absolute, absolute_low, absolute_high : float
        Effect in the unit of the series. NaN where there is none.
    """

    relative: float = math.nan
    relative_low: float = math.nan
    relative_high: float = math.nan
    absolute: float = math.nan
    absolute_low: float = math.nan
    absolute_high: float = math.nan


def scale_effect(
    effect: float,
    counterfactual: float,
    covariance: FloatArray,
    *,
    link: str,
    t: float,
) -> ScaledEffect:
    r"""Relative and absolute effect with limits by the delta method.

    Parameters
    ----------
    effect, counterfactual : float
        Both on the scale of the model.
    covariance : ndarray of float, shape (2, 2)
        Of the two, in this order.
    link : {"identity", "logit", "log"}
        Scale of the model.
    t : float
        Quantile for the limits.

    Returns
    -------
    ScaledEffect
        On the identity scale without the absolute effect, which is ``effect`` itself and has an
        interval of its own.

    Notes
    -----
    With :math:`e` the effect, :math:`c` the counterfactual and :math:`V` their covariance, the
    relative effect on the identity scale is :math:`e/c` with gradient :math:`(1/c, -e/c^2)`. With a
    link :math:`g`, :math:`p = g^{-1}(c + e)` and :math:`q = g^{-1}(c)`, it is :math:`p/q - 1`, its
    limits those of :math:`\log(p/q)`, and the absolute effect is :math:`p - q`. The derivative of
    :math:`\log p` is :math:`1 - p` for the logit and 1 for the logarithm.

    **Unit.** That of the scale of the model, and that of the series.

    **Missing data.** NaN gives NaN.

    **Validated against.** Arithmetic by hand and numerical derivatives, in
    ``tests/numerics/series/test_scaled_effect.py``.

    Examples
    --------
    >>> found = scale_effect(2.0, 10.0, np.diag([1.0, 0.0]), link="identity", t=2.0)
    >>> found.relative, found.relative_low, found.relative_high
    (0.2, 0.0, 0.4)
    """

    def half(of_effect: float, of_counterfactual: float) -> float:
        g = np.array((of_effect, of_counterfactual))
        return t * math.sqrt(float(g @ covariance @ g))

    if link == "identity":
        ratio = effect / counterfactual
        around = half(1.0 / counterfactual, -effect / counterfactual**2)
        return ScaledEffect(ratio, ratio - around, ratio + around)
    p, q = _from_scale(counterfactual + effect, link), _from_scale(counterfactual, link)
    rest_p, rest_q = (1.0 - one if link == "logit" else 1.0 for one in (p, q))
    # The ratio is skewed and cannot be below 0, so its limits are taken on the logarithm. The
    # counterfactual stands in both p and q: its gradient is the difference of the two.
    ratio, around = p / q, half(rest_p, rest_p - rest_q)
    slope_p, slope_q = p * rest_p, q * rest_q
    wide = half(slope_p, slope_p - slope_q)
    return ScaledEffect(
        relative=ratio - 1.0,
        relative_low=ratio * math.exp(-around) - 1.0,
        relative_high=ratio * math.exp(around) - 1.0,
        absolute=p - q,
        absolute_low=p - q - wide,
        absolute_high=p - q + wide,
    )


def _from_scale(value: float, link: str) -> float:
    return math.exp(value) if link == "log" else 1.0 / (1.0 + math.exp(-value))
