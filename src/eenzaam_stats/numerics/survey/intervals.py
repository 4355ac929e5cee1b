"""Confidence limits for proportions, from an estimate, its standard error and degrees of freedom.

Arrays only. Where a method does not exist (p of 0 or 1 on the logit scale, no degrees of freedom)
the limits are NaN; deciding what to tell the reader is left to the verbs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.t_distribution import t_quantile


def logit_interval(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    r"""Confidence limits for proportions on the logit scale.

    Parameters
    ----------
    estimate : array_like of float, any shape
        Proportions, 0-1.
    std_error : array_like of float, same shape
        Their design-based standard errors, on the proportion scale.
    df : array_like of float, same shape
        Degrees of freedom: sampling units minus strata.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.

    Returns
    -------
    low : ndarray of float, same shape
        Lower limits, on the proportion scale, above 0.
    high : ndarray of float, same shape
        Upper limits, on the proportion scale, below 1. Both are NaN where the estimate is 0, 1 or
        NaN, where the logit does not exist, and where ``df`` is not above 0.

    See Also
    --------
    wald_interval : Symmetric limits on the proportion scale.
    eenzaam_stats.estimation.prevalence.prevalence : The verb that calls this.

    Notes
    -----
    With :math:`\eta = \log\{p/(1-p)\}` and the delta method
    :math:`\mathrm{se}(\eta) = \mathrm{se}(p)/\{p(1-p)\}`, the limits are
    :math:`\mathrm{expit}\{\eta \pm t_{df}\,\mathrm{se}(\eta)\}`.

    **Unit.** Proportion, never a percentage.

    **Missing data.** None reaches these arrays; the verbs count and drop it. NaN gives NaN.

    **Validated against.** ``survey::svyciprop(method = "xlogit")``, in
    ``tests/estimation/test_vs_survey.py``.

    References
    ----------
    .. [1] Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small
       expected number of positive counts estimated from survey data. Survey Methodology, 24(2),
       193-201.

    Examples
    --------
    >>> low, high = logit_interval(0.1, 0.02, df=40)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0662, 0.1483)
    """
    p = np.asarray(estimate, dtype=np.float64)
    se = np.asarray(std_error, dtype=np.float64)
    inside = np.where((p > 0.0) & (p < 1.0), p, np.nan)
    # At 0 and 1 the variance is 0 as well. R's logit gives an interval of 1e-12 there and its mean
    # a point; both would say that the share is known exactly.
    centre = special.logit(inside)
    half = t_quantile(level, df) * se / (inside * (1.0 - inside))
    low: FloatArray = special.expit(centre - half)
    high: FloatArray = special.expit(centre + half)
    return low, high


def wald_interval(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    r"""Symmetric confidence limits for proportions; they may leave the range 0-1.

    Parameters
    ----------
    estimate : array_like of float, any shape
        Proportions, 0-1.
    std_error : array_like of float, same shape
        Their design-based standard errors, on the proportion scale.
    df : array_like of float, same shape
        Degrees of freedom: sampling units minus strata.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, same shape
        Limits on the proportion scale. NaN where the estimate is 0, 1 or NaN, since a standard
        error of 0 says nothing there, and where ``df`` is not above 0.

    See Also
    --------
    logit_interval : Limits that stay between 0 and 1; the default of the verbs.

    Notes
    -----
    :math:`p \pm t_{df}\,\mathrm{se}(p)`.

    **Unit.** Proportion, never a percentage.

    **Missing data.** None reaches these arrays; the verbs count and drop it. NaN gives NaN.

    **Validated against.** ``survey::svyciprop(method = "mean")``, in
    ``tests/estimation/test_vs_survey.py``.

    Examples
    --------
    >>> low, high = wald_interval([0.1, 0.0], [0.02, 0.0], df=[40, 40])
    >>> low.round(4).tolist(), high.round(4).tolist()
    ([0.0596, nan], [0.1404, nan])
    """
    p = np.asarray(estimate, dtype=np.float64)
    inside = np.where((p > 0.0) & (p < 1.0), p, np.nan)
    half = t_quantile(level, df) * np.asarray(std_error, dtype=np.float64)
    return inside - half, inside + half


def wilson_interval(
    estimate: ArrayLike, std_error: ArrayLike, *, df: ArrayLike, level: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    r"""Score limits for proportions after Wilson, with the t quantile and the effective size.

    Parameters
    ----------
    estimate, std_error : array_like of float, same shape
        Proportions, 0-1, and their design-based standard errors.
    df : array_like of float, same shape
        Degrees of freedom: sampling units minus strata.
    level : float, default 0.95
        Coverage of the interval, strictly between 0 and 1.

    Returns
    -------
    low, high : ndarray of float, same shape
        Limits on the proportion scale; NaN at 0 and 1, where the effective size is unknown, and
        without degrees of freedom.

    See Also
    --------
    logit_interval : The default of the verbs.

    Notes
    -----
    With :math:`m = p (1 - p) / V` and t on df degrees of freedom, the limits are
    :math:`\{p + t^2/2m \pm t \sqrt{p(1-p)/m + t^2/4m^2}\} / (1 + t^2/m)`. This is the variant of R
    ``survey``, without a factor for few degrees of freedom on m; the package svy multiplies m by
    :math:`(t_{n-1}/t_{df})^2` as well.

    **Unit.** Proportion, never a percentage.

    **Missing data.** None reaches these arrays; the verbs count and drop it. NaN gives NaN.

    **Validated against.** ``survey::svyciprop(method = "wilson")`` of survey 4.5, in
    ``tests/estimation/test_vs_reference_data.py``.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> low, high = wilson_interval(0.1, 0.02, df=40)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0664, 0.1478)
    """
    p = np.asarray(estimate, dtype=np.float64)
    inside = np.where((p > 0.0) & (p < 1.0), p, np.nan)
    t = t_quantile(level, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        m = inside * (1.0 - inside) / np.asarray(std_error, dtype=np.float64) ** 2
        centre = (inside + t**2 / (2.0 * m)) / (1.0 + t**2 / m)
        half = t / (1.0 + t**2 / m) * np.sqrt(inside * (1.0 - inside) / m + t**2 / (4.0 * m**2))
    return centre - half, centre + half
