"""Numbers as they leave: no more digits than a reader needs, and no sum of weights.

A weighted share with sixteen digits, the number of people and the sum of their weights are an
equation with one whole-number solution; with three decimals and without the sum it has many.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from eenzaam_stats.disclosure.overlap import FINE, MOST_HIDDEN
from eenzaam_stats.results.comparisons import Comparison
from eenzaam_stats.results.estimates import Estimate

_SHARES = ("proportion", "standardised proportion", "difference", "trend")
_EFFECT = 1  # decimals of design effects, significant digits of degrees of freedom
_TEST = 2  # decimals of test statistics, significant digits of the effective number
_P = 4
_HUNDRED = 100
_ABOVE = 1.0 + 1e-9  # 0.1 is a little less or more than a power of ten
_ONE = 1  # significant digits of an error that is one of hidden people too
_NUMBER = re.compile(r"\d+\.\d+(e-?\d+)?")  # an error in words is an error with more digits


def round_estimate(row: Estimate, statistic: str, decimals: int, hidden: float = FINE) -> Estimate:
    """Row of a release.

    Parameters
    ----------
    row : Estimate
        Row that may be shown.
    statistic : str
        As in the footnote.
    decimals : int
        Decimals of a share; of other numbers, significant digits.
    hidden : float, default 0
        Part of its people who are in groups that the release hides.

    Returns
    -------
    Estimate
        Without the sum of weights and the largest weight; degrees of freedom, design effects and
        numbers in the reason so coarse that strata and clusters are not counted by them. Where
        hidden people are part of it, the error has one digit, the limits are those of that error
        at its last digit, and design effects and the effective number are left out; where they
        are more than a quarter, the error and the limits are left out too.

    Examples
    --------
    >>> row = Estimate(("a",), 0.123456, 0.0123456, 0.1, 0.15, 99, 100, 0, 12345.6, 1.23456)
    >>> safe = round_estimate(row, "proportion", 3)
    >>> safe.estimate, safe.std_error, safe.deff, safe.weight_sum
    (0.123, 0.012, 1.2, nan)
    >>> margin = round_estimate(row, "proportion", 3, hidden=0.2)
    >>> margin.estimate, margin.std_error, margin.conf_low, margin.conf_high, margin.deff
    (0.123, 0.01, 0.1, 0.14, nan)
    """
    if hidden > FINE:
        error, low, high = _coarse(row, hidden)
        row = replace(row, std_error=error, conf_low=low, conf_high=high)
        row = replace(row, deff=math.nan, deff_wor=math.nan, n_effective=math.nan)
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
        df=_degrees(row.df),
        reason=_NUMBER.sub("…", row.reason),
        largest_weight_share=math.nan,
        largest_share=math.nan,
        two_largest_share=math.nan,
    )


def round_comparison(
    row: Comparison, statistic: str, decimals: int, hidden: float = FINE
) -> Comparison:
    """Row of a released comparison, its test with two and its p values with four decimals.

    A test and its p value are the error in other words, so they go where the error is coarse.
    """
    if hidden > FINE:
        error, low, high = _coarse(row, hidden)
        row = replace(row, std_error=error, conf_low=low, conf_high=high)
        row = replace(row, statistic=math.nan, p_value=math.nan, p_adjusted=math.nan)
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


def _coarse(row: Estimate | Comparison, hidden: float) -> tuple[float, float, float]:
    """Error of one digit and its limits, which tell nothing more; nothing beyond a quarter.

    The limits lie as many errors away as before, so that those of a logit or beta interval stay on
    their own scale, and are rounded to the step of the error, which hides how many.
    """
    error = row.std_error
    if hidden > MOST_HIDDEN or not (math.isfinite(error) and error > 0.0):
        return (math.nan, math.nan, math.nan)
    coarse = _significant(error, _ONE)
    places = -math.floor(math.log10(coarse * _ABOVE))
    low, high = (
        _decimal(row.estimate + (limit - row.estimate) * coarse / error, places)
        for limit in (row.conf_low, row.conf_high)
    )
    return (coarse, low, high)


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
