"""Frozen results of checks of an interrupted series, and of the power of a planned one.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from eenzaam_stats.output_check import read_status, remembering
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.vocabulary import Disclosure, Flag


@dataclass(frozen=True, slots=True)
class CheckedEffect:
    """The effect of an interruption in one of many fits.

    Attributes
    ----------
    label : str
        Which fit: a date, a series, the wave left out.
    date : float
        Date it belongs to; NaN for a series.
    real : bool
        Whether it is the fit that is checked.
    estimate, std_error, conf_low, conf_high, df, statistic, p_value : float
        On the scale of the model; NaN where the fit was refused.
    note : str
        Why there is no estimate; empty where there is one.
    flag : Flag
        Whether the fit can be used as it stands.
    reason : str
        Why not; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    label: str
    date: float
    real: bool
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    df: float
    statistic: float
    p_value: float
    note: str = ""
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED


@dataclass(frozen=True, slots=True)
class SeriesCheck:
    """One check of an interrupted series.

    Attributes
    ----------
    name : str
        Which check.
    effect : str
        Which effect was looked at.
    rows : tuple of CheckedEffect
        The effect that is checked, then those it is compared with.
    check : CheckResult
        Verdict in a sentence; ``passed`` is ``None`` where the series allows none.
    """

    name: str
    effect: str
    rows: tuple[CheckedEffect, ...]
    check: CheckResult

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per fit."""
        frame = pd.DataFrame([asdict(row) for row in self.rows]).astype({"flag": "str"})
        return remembering(frame.drop(columns="disclosure"), read_status(self))

    @property
    def real(self) -> CheckedEffect:
        """The effect that is checked."""
        return next(row for row in self.rows if row.real)


@dataclass(frozen=True, slots=True)
class EffectPower:
    """What a planned series can show of one effect.

    Attributes
    ----------
    effect : str
        ``level change`` or ``slope change``.
    truth : float
        Effect that was planted.
    power, power_error : float
        Share of series in which the interval leaves out 0, and its Monte Carlo standard error.
    false_positive : float
        Share in which the truth would have been rejected: what is found without any effect.
    coverage : float
        Share of intervals that hold the truth.
    mean_std_error, sd_estimate : float
        Mean of the standard errors that were reported, and the spread of the estimates.
    """

    effect: str
    truth: float
    power: float
    power_error: float
    false_positive: float
    coverage: float
    mean_std_error: float
    sd_estimate: float


@dataclass(frozen=True, slots=True)
class PowerResult:
    """Power of a planned series, by simulation.

    Attributes
    ----------
    rows : tuple of EffectPower
    replications : int
        Simulated series.
    estimator : str
        That they were fitted by, in words.
    level : float
        Coverage of the intervals.
    """

    rows: tuple[EffectPower, ...]
    replications: int
    estimator: str
    level: float

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per effect."""
        return pd.DataFrame([asdict(row) for row in self.rows])
