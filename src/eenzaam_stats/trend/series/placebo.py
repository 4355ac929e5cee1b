"""Placebo checks of an interrupted series: dates and series at which nothing happened."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.results.checks import CheckedEffect, SeriesCheck
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.series.check_fits import Fitting, conclude_check, fit_row, read_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.vocabulary import require_option

Alternative = Literal["two-sided", "less", "greater"]
Statistic = Literal["estimate", "t"]
# waves on either side of a placebo date: a level, a trend, and two more
LEAST_ON_A_SIDE = 4
_SIGNIFICANT = 0.05


@in_words
def placebo_in_time(
    series: Estimates | pd.DataFrame, interruption: Interruption, how: Fitting | None = None
) -> SeriesCheck:
    """Move the interruption to every earlier date at which nothing is known to have happened.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        As for :func:`eenzaam_stats.interrupted_time_series`.
    interruption : Interruption
        The real one; only waves before its start enter the placebo fits.
    how : Fitting, optional
        Effect, estimator and scale.

    Returns
    -------
    SeriesCheck
        The real effect, and that at every wave before with four waves on either side. Passed when
        no placebo date has a t statistic as large; not applicable without such dates.

    Notes
    -----
    Dates share waves, so placebo effects are no independent draws and their share gives no p value.
    Large ones say that the trend before was no line.

    **Validated against.** R on cigarette sales, in ``tests/trend/series/test_series_checks.py``.

    Examples
    --------
    >>> values = np.tile([1.0, 1.2, 0.9], 6)[:16]
    >>> frame = pd.DataFrame({"wave": np.arange(16.0), "estimate": values})
    >>> found = placebo_in_time(frame, Interruption("law", start=12.0), Fitting(estimator="ols"))
    >>> [row.date for row in found.rows]
    [12.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """
    how = how or Fitting()
    frame, times, one = read_series(series, interruption)
    rows = [fit_row(how, frame, one, label=f"{one.start:g}", date=one.start, real=True)]
    # The series before alone: with the real change in it every placebo would find a part of that.
    before = frame[times < one.start]
    waves = np.sort(times[times < one.start])
    # a placebo has no end, and what happened during an episode is a lasting change there
    lasting = replace(how, effect=how.effect.replace("during", "change"))
    for date in waves[LEAST_ON_A_SIDE : len(waves) - LEAST_ON_A_SIDE + 1].tolist():
        moved = Interruption(interruption.name, start=date, effects=interruption.effects)
        rows.append(fit_row(lasting, before, moved, label=f"{date:g}", date=date))
    placebo = [abs(row.statistic) for row in rows[1:] if not row.note]
    name = "placebo in time"
    if not placebo:
        words = f"no date before {one.start:g} has {LEAST_ON_A_SIDE} waves on either side"
        return conclude_check(name, how, rows, passed=None, words=words)
    larger = sum(one >= abs(rows[0].statistic) for one in placebo)
    significant = sum(row.p_value < _SIGNIFICANT for row in rows[1:] if not row.note)
    words = (
        f"{len(placebo)} placebo dates; |t| is as large as the real one at {larger}, and p is "
        f"below {_SIGNIFICANT} at {significant}"
    )
    return conclude_check(name, how, rows, passed=larger == 0, words=words)


@in_words
def placebo_in_space(
    series: Estimates | pd.DataFrame,
    controls: Mapping[str, Estimates | pd.DataFrame],
    interruption: Interruption,
    how: Fitting | None = None,
    *,
    statistic: Statistic = "estimate",
    alternative: Alternative = "two-sided",
) -> SeriesCheck:
    """Give every control series the interruption, and rank the real effect among theirs.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
        The treated series.
    controls : mapping of str to Estimates or pandas.DataFrame
        Series that the interruption passed by, by name.
    interruption : Interruption
    how : Fitting, optional
    statistic : {"estimate", "t"}, default "estimate"
        What is ranked.
    alternative : {"two-sided", "less", "greater"}, default "two-sided"
        Whether effects as large, as low or as high as the real one count.

    Returns
    -------
    SeriesCheck
        Passed when the exact p value, rank over number of series, is at most 0.05; not applicable
        where so few controls could never give that.

    Raises
    ------
    OptionError
        If there is no control.

    Notes
    -----
    A control whose fit is refused is a row with the reason, and is not counted.

    **Validated against.** R on cigarette sales of 39 states, in
    ``tests/trend/series/test_series_checks.py``.

    References
    ----------
    .. [1] Linden, A. (2018). Using permutation tests to enhance causal inference in interrupted
       time series analysis. Journal of Evaluation in Clinical Practice, 24(3), 496-501.
       doi:10.1111/jep.12899

    Examples
    --------
    >>> t = np.arange(14.0)
    >>> def frame(jump):
    ...     return pd.DataFrame({"wave": t, "estimate": jump * (t > 6) + np.cos(3 * t) / 9})
    >>> found = placebo_in_space(frame(5.0), {"a": frame(0.0), "b": frame(1.0)},
    ...     Interruption("law", start=7.0), Fitting(estimator="ols"))
    >>> found.check.passed, found.check.message.split(";")[0]
    (None, 'rank 1 of 3 series, exact p 0.333')
    """
    require_option(statistic, Statistic, name="statistic")
    require_option(alternative, Alternative, name="alternative")
    if not controls:
        raise OptionError(
            "placebo_in_space() needs at least one control series by name, and got none. Give "
            "series that the interruption passed by."
        )
    how = how or Fitting()
    frame, _, here = read_series(series, interruption)
    rows = [fit_row(how, frame, here, label="treated", date=here.start, real=True)]
    for name, control in controls.items():
        frame, _, there = read_series(control, interruption)
        rows.append(fit_row(how, frame, there, label=name, date=math.nan))
    used = [row for row in rows if not row.note]
    sizes = [_size(row, statistic, alternative) for row in used]
    rank = sum(one >= sizes[0] for one in sizes)
    # The treated series is one of those that are ranked, so that p is never 0.
    p = rank / len(used)
    words = f"rank {rank} of {len(used)} series, exact p {p:.3g}; {alternative}, by {statistic}"
    # Nineteen series cannot reach .05 whatever they show: neither passed nor failed.
    possible = 1.0 / len(used) <= _SIGNIFICANT
    if not possible:
        words += f"; p cannot fall below {1.0 / len(used):.3g} with so few"
    passed = p <= _SIGNIFICANT if possible else None
    return conclude_check("placebo in space", how, rows, passed=passed, words=words)


def _size(row: CheckedEffect, statistic: Statistic, alternative: Alternative) -> float:
    """How far an effect lies in the direction that counts."""
    value = row.estimate if statistic == "estimate" else row.statistic
    direction: dict[str, Callable[[float], float]] = {"two-sided": abs, "less": lambda x: -x}
    return direction.get(alternative, float)(value)
