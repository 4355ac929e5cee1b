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
    """Regression design of a series, at its own dates or at others.

    With ``treated`` it is that of a series beside a control: intercept, trend and terms of both,
    then what the treated series adds to each. The last columns are the effects either way.
    """

    start: float
    season: int
    period: float
    covariates: tuple[str, ...]
    terms: tuple[Term, ...]
    treated: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        waves = [f"{name} {k}" for k in range(1, self.season + 1) for name in ("sin", "cos")]
        terms = [term.name for term in self.terms]
        added = ["treated", "treated: trend", *(f"treated: {name}" for name in terms)]
        names = ("intercept", "trend", *waves, *self.covariates, *terms)
        return (*names, *added) if self.treated else names

    def matrix(self, times: FloatArray, covariates: FloatArray) -> FloatArray:
        """Columns at given dates, shape (n, p)."""
        columns = [np.ones(len(times)), times - self.start]
        for k in range(1, self.season + 1):
            angle = 2.0 * np.pi * k * times / self.period
            columns += [np.sin(angle), np.cos(angle)]
        columns += list(covariates.T)
        effects = [term.column(times) for term in self.terms]
        added = [*columns[:2], *effects] if self.treated else []
        return np.column_stack([*columns, *effects, *added])

    @property
    def trend_at(self) -> int:
        """Place of the trend that the effects change."""
        return len(self.names) - len(self.terms) - 1 if self.treated else 1

    @property
    def shared(self) -> FloatArray:
        """1 for the columns of a control series, 0 for what the treated series adds."""
        added = 2 + len(self.terms) if self.treated else 0
        return np.concatenate([np.ones(len(self.names) - added), np.zeros(added)])

    @property
    def without(self) -> FloatArray:
        """1 for the columns of the counterfactual, 0 for those of interruptions."""
        p = len(self.names)
        return np.concatenate([np.ones(p - len(self.terms)), np.zeros(len(self.terms))])
