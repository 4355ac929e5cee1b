"""One fit of many: what the checks of an interrupted series have in common."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import EenzaamStatsError, OptionError, UnknownColumnError, verb_named
from eenzaam_stats.output_check import read_status
from eenzaam_stats.results.checks import CheckedEffect, SeriesCheck
from eenzaam_stats.results.estimates import CheckResult, Estimates
from eenzaam_stats.results.series import InterruptedFit
from eenzaam_stats.trend.series.fitting import Estimator
from eenzaam_stats.trend.series.interrupted import Link, interrupted_time_series
from eenzaam_stats.trend.series.interruption import Dated, Interruption, date_interruptions
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.trend.series.series import WAVE, series_frame, wave_times, waves_alone
from eenzaam_stats.vocabulary import Flag


@dataclass(frozen=True, slots=True)
class Fitting:
    """How the series is fitted in every check.

    Attributes
    ----------
    effect : str
        Effect that is looked at: ``level change``, ``slope change`` or ``whole slope change``.
    estimator, scale, options, level
        As in :func:`eenzaam_stats.interrupted_time_series`.
    """

    effect: str = "level change"
    estimator: Estimator = "auto"
    link: Link = "identity"
    options: SeriesOptions | None = None
    level: float = 0.95

    def fit(self, series: pd.DataFrame, one: Interruption) -> InterruptedFit:
        """The series with one interruption."""
        return interrupted_time_series(
            series,
            [one],
            estimator=self.estimator,
            link=self.link,
            options=self.options,
            level=self.level,
        )


@verb_named("a check of a series")
def read_series(
    series: Estimates | pd.DataFrame, interruption: Interruption
) -> tuple[pd.DataFrame, FloatArray, Dated]:
    """Frame of a series with its dates as numbers, and the interruption on their axis.

    Every fit of a check works on these numbers: some of the waves alone could have another axis.
    """
    frame, _, _ = series_frame(series)
    if WAVE not in frame:
        raise UnknownColumnError.among([WAVE], list(frame.columns))
    times, calendar = wave_times(frame[WAVE])
    (one,) = date_interruptions([interruption], waves_alone(times, calendar))
    return frame.assign(**{WAVE: times}), times, one


def fit_row(
    how: Fitting,
    series: pd.DataFrame,
    one: Interruption,
    *,
    label: str,
    date: float,
    real: bool = False,
) -> CheckedEffect:
    """One fit as a row; what is refused elsewhere is a row with the reason, never the real one."""
    try:
        fit = how.fit(series, one)
        found = fit.effect(one.name, how.effect)
    except KeyError as error:
        raise OptionError(
            f"A check needs effect {how.effect!r}, and the interruption has {one.effects}. "
            "Choose one that it has."
        ) from error
    except EenzaamStatsError as error:
        # The real fit is what is checked: its error is the reader's. A refused placebo is a row
        # with its reason.
        if real:
            raise
        nothing = math.nan
        return CheckedEffect(
            label,
            date,
            real,
            *(nothing, nothing, nothing, nothing),
            *(nothing, nothing, nothing),
            note=str(error),
            flag=Flag.UNCERTAIN,
            reason="the fit was refused",
            disclosure=read_status(series),
        )
    return CheckedEffect(
        label,
        date,
        real,
        *(found.estimate, found.std_error, found.conf_low, found.conf_high),
        *(found.df, found.statistic, found.p_value),
        flag=fit.model.flag,
        reason=fit.model.reason,
        disclosure=fit.model.disclosure,
    )


def conclude_check(
    name: str, how: Fitting, rows: Sequence[CheckedEffect], *, passed: bool | None, words: str
) -> SeriesCheck:
    """A check with its verdict."""
    return SeriesCheck(name, how.effect, tuple(rows), CheckResult(name, passed, words))
