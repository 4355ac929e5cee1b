"""What later waves say together about a trend: rows, mean gap, joint test, verdict, equivalence."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.series.forecast_gap import Gaps
from eenzaam_stats.numerics.survey.intervals import t_quantile
from eenzaam_stats.results.gap import Gap
from eenzaam_stats.trend.series.series import Series


@dataclass(frozen=True, slots=True)
class Summary:
    """Mean gap and joint test."""

    mean: float
    std_error: float
    low: float
    high: float
    p_value: float
    joint: float
    joint_p_value: float


def gap_summary(gaps: Gaps, *, df: float, level: float) -> Summary:
    """Mean gap and the F test of all gaps together, with their whole covariance."""
    m = len(gaps.gap)
    mean, error = float(gaps.gap.mean()), math.sqrt(float(gaps.covariance.sum())) / m
    half = float(t_quantile(level, df)) * error
    f = float(gaps.gap @ np.linalg.solve(gaps.covariance, gaps.gap)) / m
    p_value = float(2.0 * special.stdtr(df, -abs(mean / error)))
    return Summary(
        mean, error, mean - half, mean + half, p_value, f, float(special.fdtrc(m, df, f))
    )


def gap_rows(gaps: Gaps, later: Series, *, df: float, level: float) -> tuple[Gap, ...]:
    """Every later wave with its gap, interval and test."""
    errors = np.sqrt(np.diag(gaps.covariance))
    half = float(t_quantile(level, df)) * errors
    p_values = 2.0 * special.stdtr(df, -np.abs(gaps.gap / errors))
    return tuple(
        Gap(
            time=float(later.times[at]),
            value=float(later.values[at]),
            expected=float(gaps.expected[at]),
            gap=float(gap),
            std_error=float(errors[at]),
            conf_low=float(gap - half[at]),
            conf_high=float(gap + half[at]),
            p_value=float(p_values[at]),
        )
        for at, gap in enumerate(gaps.gap)
    )


def verdict(last: Gap) -> str:
    """Whether the interval of the last wave lies above or below the trend, or holds it."""
    if last.conf_low > 0.0:
        return "above"
    return "below" if last.conf_high < 0.0 else "not distinguishable from"


def equivalence(last: Gap, margin: float, *, df: float, level: float, where: str) -> str:
    """Two one-sided tests at the stated level: is the last wave within the margin of the trend."""
    if math.isnan(margin):
        return ""
    if not margin > 0.0:
        raise OptionError(
            f"{where} needs a margin above 0, and got {margin:g}. Give a distance on the scale of "
            "the model that would not matter."
        )
    half = float(t_quantile(2.0 * level - 1.0, df)) * last.std_error
    inside = -margin < last.gap - half and last.gap + half < margin
    return (
        f"The last wave is {'within' if inside else 'not shown to be within'} {margin:g} of the "
        f"trend (two one-sided tests at {1.0 - level:.0%}, interval {last.gap - half:.4g} to "
        f"{last.gap + half:.4g})."
    )
