"""Regression design of a series: trend, season, covariates and the terms of interruptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError
from eenzaam_stats.trend.interruption import Term

FloatArray = NDArray[np.float64]


def require_season(season: int, period: float, times: FloatArray, *, where: str) -> None:
    """Raise an ``OptionError`` where a seasonal term is impossible for the waves."""
    if season < 0 or not period > 0.0:
        raise OptionError(
            f"{where} needs a season of 0 or more pairs and a period above 0, and got {season} and "
            f"{period:g}."
        )
    if season and np.ptp(times) < 2.0 * period:
        raise OptionError(
            f"{where} needs two full seasons of {period:g} for a seasonal term, and the series "
            f"spans {np.ptp(times):g}. Leave the season out."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Regression design of a series, at its own dates or at others."""

    start: float
    season: int
    period: float
    covariates: tuple[str, ...]
    terms: tuple[Term, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        waves = [f"{name} {k}" for k in range(1, self.season + 1) for name in ("sin", "cos")]
        terms = [term.name for term in self.terms]
        return ("intercept", "trend", *waves, *self.covariates, *terms)

    def matrix(self, times: FloatArray, covariates: FloatArray) -> FloatArray:
        """Columns at given dates, shape (n, p)."""
        columns = [np.ones(len(times)), times - self.start]
        for k in range(1, self.season + 1):
            angle = 2.0 * np.pi * k * times / self.period
            columns += [np.sin(angle), np.cos(angle)]
        columns += list(covariates.T)
        columns += [term.column(times) for term in self.terms]
        return np.column_stack(columns)

    @property
    def without(self) -> FloatArray:
        """1 for the columns of the counterfactual, 0 for those of interruptions."""
        p = len(self.names)
        return np.concatenate([np.ones(p - len(self.terms)), np.zeros(len(self.terms))])
