"""Checks of an interrupted series: waves left out, and other start dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.dates.waves import DateLike
from eenzaam_stats.errors import OptionError
from eenzaam_stats.results.checks import CheckedEffect, SeriesCheck
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.series.check_fits import Fitting, conclude_check, fit_row, read_series
from eenzaam_stats.trend.series.interruption import Interruption


@in_words
def leave_one_wave_out(
    series: Estimates | pd.DataFrame, interruption: Interruption, how: Fitting | None = None
) -> SeriesCheck:
    """Fit the series again without each of its waves.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
    interruption : Interruption
    how : Fitting, optional

    Returns
    -------
    SeriesCheck
        Passed when sign and significance (p below 1 - level) stay; the message names the wave that
        moves the effect most. A fit that is refused is a row with the reason, and fails the check:
        the effect hangs on that wave.

    Examples
    --------
    >>> t = np.arange(14.0)
    >>> frame = pd.DataFrame({"wave": t, "estimate": 5.0 * (t > 6) + np.cos(3 * t) / 9})
    >>> law = Interruption("law", start=7.0, effects=("level",))
    >>> leave_one_wave_out(frame, law, Fitting(estimator="ols")).check.passed
    True
    """
    how = how or Fitting()
    frame, times, one = read_series(series, interruption)
    rows = [fit_row(how, frame, one, label="all waves", real=True, date=math.nan)]
    for at in np.argsort(times):
        without = frame.drop(frame.index[at])
        date = float(times[at])
        rows.append(fit_row(how, without, one, label=f"without {date:g}", date=date))
    used, alpha = [row for row in rows[1:] if not row.note], 1.0 - how.level
    # Sign and significance both: an effect that a single wave makes significant is that wave's.
    same = all(_verdict(row, alpha) == _verdict(rows[0], alpha) for row in used)
    words = f"{len(used)} waves left out in turn"
    if used:
        moved = max(used, key=lambda row: abs(row.estimate - rows[0].estimate))
        low, high = (pick(row.estimate for row in used) for pick in (min, max))
        words += f"; from {low:.4g} to {high:.4g}, most moved by {moved.date:g}"
    refused = len(rows) - 1 - len(used)
    if refused:
        words += f"; {refused} of the fits are not possible"
    return conclude_check(
        "leave one wave out", how, rows, passed=same and not refused if used else None, words=words
    )


@in_words
def alternative_starts(
    series: Estimates | pd.DataFrame,
    interruption: Interruption,
    starts: Sequence[DateLike],
    how: Fitting | None = None,
) -> SeriesCheck:
    """Fit the series with other dates of the interruption.

    Parameters
    ----------
    series : Estimates or pandas.DataFrame
    interruption : Interruption
        The real one; its end and its effects stay.
    starts : sequence of float or date
        Other dates, of any kind.
    how : Fitting, optional

    Returns
    -------
    SeriesCheck
        Passed when the sign of the effect is the same at every date.

    Raises
    ------
    OptionError
        If no date is given.

    Examples
    --------
    >>> t = np.arange(14.0)
    >>> frame = pd.DataFrame({"wave": t, "estimate": 5.0 * (t > 6) + np.cos(3 * t) / 9})
    >>> found = alternative_starts(
    ...     frame, Interruption("law", start=7.0), [6.0, 8.0], Fitting(estimator="ols"))
    >>> len(found.rows), found.check.passed
    (3, True)
    """
    if not len(starts):
        raise OptionError("alternative_starts() needs at least one other date, and got none.")
    how = how or Fitting()
    rows: list[CheckedEffect] = []
    for start in (interruption.start, *starts):
        # the date is put on the axis of the waves, which a frame of numbers no longer knows
        frame, _, one = read_series(series, replace(interruption, start=start))
        label = f"{one.start:g}"
        rows.append(fit_row(how, frame, one, label=label, date=one.start, real=not rows))
    used = [row for row in rows[1:] if not row.note]
    if not used:
        return conclude_check("other starts", how, rows, passed=None, words="no fit is possible")
    # The sign alone, since other dates are expected to give smaller effects.
    same = all(row.estimate * rows[0].estimate > 0.0 for row in used)
    low, high = (pick(row.estimate for row in used) for pick in (min, max))
    words = f"{len(used)} other dates; effect from {low:.4g} to {high:.4g}"
    return conclude_check("other starts", how, rows, passed=same, words=words)


def _verdict(row: CheckedEffect, alpha: float) -> tuple[bool, bool]:
    return row.estimate > 0.0, row.p_value < alpha
