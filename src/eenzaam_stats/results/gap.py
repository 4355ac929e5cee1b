"""Frozen result of a forecast gap: later waves against the trend before an interruption.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from eenzaam_stats.results.series import Coefficient, SeriesModel, SeriesPoint


@dataclass(frozen=True, slots=True)
class Gap:
    """A later wave against the trend before it.

    Attributes
    ----------
    time : float
        Date of the wave.
    value, expected : float
        Observed and extrapolated, on the scale of the model.
    gap, std_error, conf_low, conf_high, p_value : float
        Observed minus expected with its prediction interval.
    """

    time: float
    value: float
    expected: float
    gap: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ForecastGap:
    """Later waves against the trend of the waves before an interruption.

    Attributes
    ----------
    gaps : tuple of Gap
        One per later wave.
    mean_gap, mean_std_error, mean_low, mean_high, mean_p_value : float
        Mean of all gaps, their common trend counted.
    joint_statistic, joint_p_value : float
        F test of all gaps together.
    verdict : str
        ``above``, ``below`` or ``not distinguishable from`` the trend, for the last wave.
    equivalence : str
        Statement about the margin, for the last wave; empty without a margin.
    df : float
        Degrees of freedom.
    trend : tuple of Coefficient
        The fit of the pre-period.
    points : tuple of SeriesPoint
        Every wave; the counterfactual is the extrapolated trend with its prediction error.
    start : float
        Date from which waves are compared.
    model : SeriesModel
        How the pre-period was fitted.
    """

    gaps: tuple[Gap, ...]
    mean_gap: float
    mean_std_error: float
    mean_low: float
    mean_high: float
    mean_p_value: float
    joint_statistic: float
    joint_p_value: float
    verdict: str
    equivalence: str
    df: float
    trend: tuple[Coefficient, ...]
    points: tuple[SeriesPoint, ...]
    start: float
    model: SeriesModel

    def tidy(self) -> pd.DataFrame:
        """Fresh frame, one row per later wave, with the flag and the reason of the fit."""
        return self.model.mark_rows(self.gaps)

    def describe(self) -> str:
        """The verdict on the last wave, in sentences."""
        last, model = self.gaps[-1], self.model
        unit = "" if model.link == "identity" else f" on the {model.link} scale"
        words = (
            f"{model.outcome} ({model.source}){unit}: the last wave, {last.time:g}, is "
            f"{self.verdict} the trend of the {model.n_before} waves before {self.start:g} "
            f"(gap {last.gap:.4g}, "
            f"{model.level:.0%} prediction interval {last.conf_low:.4g} to {last.conf_high:.4g}); "
            f"mean gap {self.mean_gap:.4g} ({self.mean_low:.4g} to {self.mean_high:.4g}). "
            f"{model.estimator}; {model.correlation}. {model.convention}"
        )
        told = (*filter(None, [self.equivalence]), *model.doubts(), *model.notes)
        return "\n".join([words, *told])
