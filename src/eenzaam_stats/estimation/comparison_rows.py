"""From an estimated contrast and its error to a row of a result: limits, t test, flag in words."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from eenzaam_stats.numerics.t_distribution import t_quantile, two_sided_p
from eenzaam_stats.results.comparisons import Comparison
from eenzaam_stats.results.doubt import Doubt


@dataclass(frozen=True, slots=True)
class Tested:
    """A contrast with its limits and its t test; NaN where it has none."""

    value: float
    std_error: float
    low: float
    high: float
    df: int
    t: float
    p_value: float
    reason: str

    def exponentiate(self) -> Tested:
        """The same of a contrast of logarithms, back on the scale of the ratio."""
        value = math.exp(self.value) if math.isfinite(self.value) else math.nan
        return replace(
            self,
            value=value,
            # The error of the ratio by the delta method, for those who want one; limits come from
            # the logarithm and are not symmetric about the ratio.
            std_error=value * self.std_error,
            low=math.exp(self.low),
            high=math.exp(self.high),
        )

    def withhold_test(self) -> Tested:
        """The same without limits and test; the error stays as R gives it."""
        return _without_test(self.value, self.std_error, self.df, self.reason)


@dataclass(frozen=True, slots=True)
class Names:
    """What is compared with what, and within which groups."""

    within: tuple[str, ...]
    group: str
    reference: str


def evaluate_contrast(value: float, std_error: float, *, df: int, level: float) -> Tested:
    """Limits and two-sided t test of a contrast.

    Examples
    --------
    >>> result = evaluate_contrast(2.0, 1.0, df=10, level=0.95)
    >>> round(result.low, 4), round(result.p_value, 4)
    (-0.2281, 0.0734)
    """
    if not math.isfinite(value):
        return _without_test(math.nan, math.nan, df, "no estimate")
    if df <= 0:
        return _without_test(value, std_error, df, "no degrees of freedom")
    # An error of 0 is one that could not be estimated. Its t would be infinite and every difference
    # proven.
    if not std_error > 0:
        return _without_test(value, std_error, df, "no variance within the strata")
    half = float(t_quantile(level, df)) * std_error
    t = value / std_error
    p_value = float(two_sided_p(t, df))
    return Tested(value, std_error, value - half, value + half, df, t, p_value, "")


def _without_test(value: float, std_error: float, df: int, reason: str) -> Tested:
    nothing = math.nan
    return Tested(value, std_error, nothing, nothing, df, nothing, nothing, reason)


def comparison(names: Names, test: Tested, *, counts: tuple[int, int], doubt: Doubt) -> Comparison:
    """Row of a result with its doubt; an error that lacks a part gives no limits and no test."""
    # One side without an error leaves a difference that looks as sure as the other side. The error
    # stays as R prints it; a test would make something of it.
    test = test.withhold_test() if doubt.no_error else test
    return Comparison(
        within=names.within,
        group=names.group,
        reference=names.reference,
        estimate=test.value,
        std_error=test.std_error,
        conf_low=test.low,
        conf_high=test.high,
        df=test.df,
        statistic=test.t,
        p_value=test.p_value,
        p_adjusted=test.p_value,
        n_valid=counts[0],
        n_reference=counts[1],
        flag=doubt.flag,
        reason=doubt.reason,
    )
