"""Regression design of a series: trend, season, covariates and the terms of interruptions."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.trend.series.interruption_terms import Term

Wave = tuple[str, int]
# A sine is told from other columns when this share of its size is its own.
_OWN = 1e-8


@dataclass(frozen=True, slots=True)
class Season:
    """Pairs of sine and cosine, without those that the waves cannot show.

    Attributes
    ----------
    waves : tuple of (str, int)
        Kind (``sin`` or ``cos``) and number of full turns per period.
    period : float
        Length of a season in the unit of the waves.
    note : str
        What was left out and why; empty without it.
    """

    waves: tuple[Wave, ...] = ()
    period: float = 1.0
    note: str = ""

    def columns(self, times: FloatArray) -> list[FloatArray]:
        """One column per wave of the season."""
        form = {"sin": np.sin, "cos": np.cos}
        return [form[kind](2.0 * np.pi * k * times / self.period) for kind, k in self.waves]


def choose_season(pairs: int, period: float, times: FloatArray) -> Season:
    """Season that the waves can show.

    Parameters
    ----------
    pairs : int
        Pairs of sine and cosine; 0 for none.
    period : float
        Length of a season in the unit of the waves.
    times : ndarray of float, shape (n,)
        Waves of the fit.

    Returns
    -------
    Season
        Without a sine or cosine that is 0 at every wave, or a sum of the ones before it, as the
        sine of two waves a year is. When nothing is left everything stays, for the error that
        names it.

    Raises
    ------
    OptionError
        If the number or the length is impossible, or the waves span less than two seasons.
    """
    if not isinstance(pairs, Integral) or pairs < 0 or not period > 0.0:
        raise OptionError(
            f"{verb()} needs a season of 0 or more pairs and a period above 0, and got {pairs} and "
            f"{period:g}."
        )
    # One season alone is told from a trend by chance only.
    if pairs and np.ptp(times) < 2.0 * period * (1.0 - _OWN):
        raise OptionError(
            f"{verb()} needs two full seasons of {period:g} for a seasonal term, and the series "
            f"spans {np.ptp(times):g}. Leave the season out."
        )
    asked = Season(tuple((kind, k) for k in range(1, pairs + 1) for kind in ("sin", "cos")), period)
    away = times - times.mean()
    columns = [np.ones(len(times)), away / max(float(np.abs(away).max()), _OWN)]
    kept: list[Wave] = []
    for wave, column in zip(asked.waves, asked.columns(times), strict=True):
        # Two waves a year show one of sine and cosine, and rounding makes a column of the other:
        # what is its own beside the columns before decides.
        basis, _ = np.linalg.qr(np.column_stack(columns))
        if np.linalg.norm(column - basis @ (basis.T @ column)) > _OWN * np.sqrt(len(times)):
            columns.append(column)
            kept.append(wave)
    out = [f"{kind} {k}" for kind, k in asked.waves if (kind, k) not in kept]
    if not out or not kept:
        return asked
    note = (
        f"of the season [{', '.join(out)}] is left out: at these waves it is 0 or says what the "
        "other terms say."
    )
    return Season(tuple(kept), period, note)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesDesign:
    """Regression design of a series, at its own dates or at others.

    With ``treated`` it is that of a series beside a control: intercept, trend and terms of both,
    then what the treated series adds to each. The last columns are the effects either way.
    """

    start: float
    season: Season
    covariates: tuple[str, ...]
    terms: tuple[Term, ...]
    treated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        waves = [f"{kind} {k}" for kind, k in self.season.waves]
        terms = [term.name for term in self.terms]
        added = ["treated", "treated: trend", *(f"treated: {name}" for name in terms)]
        names = ("intercept", "trend", *waves, *self.covariates, *terms)
        return (*names, *added) if self.treated else names

    def matrix(self, times: FloatArray, covariates: FloatArray) -> FloatArray:
        """Columns at given dates, shape (n, p)."""
        columns = [np.ones(len(times)), times - self.start, *self.season.columns(times)]
        columns += list(covariates.T)
        effects = [term.column(times) for term in self.terms]
        added = [*columns[:2], *effects] if self.treated else []
        return np.column_stack([*columns, *effects, *added])

    @property
    def trend_at(self) -> int:
        """Place of the trend that the effects change."""
        return len(self.names) - len(self.terms) - 1 if self.treated else 1

    @property
    def common_columns(self) -> FloatArray:
        """1 for the columns of a control series, 0 for what the treated series adds."""
        added = 2 + len(self.terms) if self.treated else 0
        return np.concatenate([np.ones(len(self.names) - added), np.zeros(added)])

    @property
    def without(self) -> FloatArray:
        """1 for the columns of the counterfactual, 0 for those of interruptions."""
        p = len(self.names)
        return np.concatenate([np.ones(p - len(self.terms)), np.zeros(len(self.terms))])
