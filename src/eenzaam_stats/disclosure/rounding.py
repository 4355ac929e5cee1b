"""Numbers as they leave: no more digits than a reader needs, and no sum of weights.

A weighted share with sixteen digits, the number of people and the sum of their weights are an
equation with one whole-number solution; with three decimals and without the sum it has many.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from eenzaam_stats.results.comparisons import Comparison
from eenzaam_stats.results.estimates import Estimate

_SHARES = ("proportion", "standardised proportion", "difference", "trend")
_EFFECT = 1  # decimals of design effects, significant digits of degrees of freedom
_TEST = 2  # decimals of test statistics, significant digits of the effective number
_P = 4
_HUNDRED = 100
_NUMBER = re.compile(r"\d+\.\d+(e-?\d+)?")  # an error in words is an error with more digits


def rounded(row: Estimate, statistic: str, decimals: int) -> Estimate:
    """Row of a release.

    Parameters
    ----------
    row : Estimate
        Row that may be shown.
    statistic : str
        As in the footnote.
    decimals : int
        Decimals of a share; of other numbers, significant digits.

    Returns
    -------
    Estimate
        Without the sum of weights and the largest weight; degrees of freedom, design effects and
        numbers in the reason so coarse that strata and clusters are not counted by them.

    Examples
    --------
    >>> row = Estimate(("a",), 0.123456, 0.0123456, 0.1, 0.15, 99, 100, 0, 12345.6, 1.23456)
    >>> safe = rounded(row, "proportion", 3)
    >>> safe.estimate, safe.std_error, safe.deff, safe.weight_sum
    (0.123, 0.012, 1.2, nan)
    """
    return replace(
        row,
        estimate=_near(row.estimate, statistic, decimals),
        std_error=_near(row.std_error, statistic, decimals),
        conf_low=_near(row.conf_low, statistic, decimals),
        conf_high=_near(row.conf_high, statistic, decimals),
        weight_sum=math.nan,
        deff=_decimal(row.deff, _EFFECT),
        deff_wor=_decimal(row.deff_wor, _EFFECT),
        n_effective=_significant(row.n_effective, _TEST),
        df=None
        if row.df is None
        else int(_significant(float(row.df), _EFFECT if row.df < _HUNDRED else _TEST)),
        reason=_NUMBER.sub("…", row.reason),
        largest_weight_share=math.nan,
        largest_share=math.nan,
        two_largest_share=math.nan,
    )


def rounded_comparison(row: Comparison, statistic: str, decimals: int) -> Comparison:
    """Row of a released comparison, its test with two and its p values with four decimals."""
    return replace(
        row,
        estimate=_near(row.estimate, statistic, decimals),
        std_error=_near(row.std_error, statistic, decimals),
        conf_low=_near(row.conf_low, statistic, decimals),
        conf_high=_near(row.conf_high, statistic, decimals),
        statistic=_decimal(row.statistic, _TEST),
        p_value=_decimal(row.p_value, _P),
        p_adjusted=_decimal(row.p_adjusted, _P),
    )


def _degrees(df: int | None) -> int | None:
    """Degrees of freedom without the strata and clusters that they count."""
    if df is None:
        return None
    return int(_significant(float(df), _EFFECT if df < _HUNDRED else _TEST))


def _near(value: float, statistic: str, decimals: int) -> float:
    if statistic in _SHARES:
        return _decimal(value, decimals)
    return _significant(value, decimals)


def _decimal(value: float, decimals: int) -> float:
    return round(value, decimals) if math.isfinite(value) else value


def _significant(value: float, digits: int) -> float:
    if not math.isfinite(value) or value == 0.0:
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))
