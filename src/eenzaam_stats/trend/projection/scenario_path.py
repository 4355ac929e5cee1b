"""What a scenario starts from and gives back: the base wave, and the path of its prevalences."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
from scipy.special import logit

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.people.prevalence_paths import Paths, hold
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.trend.projection.cell_doubts import cell_doubts, posterior_sizes
from eenzaam_stats.trend.projection.population import People
from eenzaam_stats.trend.projection.prevalence_cells import PrevalenceCells


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """The base wave of a projection.

    Attributes
    ----------
    cells : PrevalenceCells
        All waves.
    at : int
        Place of the base wave.
    people : People
        Population per year.
    """

    cells: PrevalenceCells
    at: int
    people: People

    @property
    def year(self) -> int:
        """Base year."""
        return self.cells.waves[self.at]

    @property
    def estimate(self) -> FloatArray:
        """Proportions of the base wave, shape (cells,)."""
        return np.asarray(self.cells.estimate[self.at])

    @property
    def logit(self) -> FloatArray:
        """Log-odds of the base wave; infinite for 0 and 1."""
        return np.asarray(logit(self.estimate))

    @property
    def horizon(self) -> FloatArray:
        """Years since the base year."""
        return np.asarray(self.people.years, float) - self.year

    @property
    def error_known(self) -> bool:
        """Whether every cell of the base wave has a standard error."""
        return not np.isnan(self.cells.std_error[self.at]).any()

    def logit_errors(self) -> FloatArray:
        """Standard errors on the log-odds, shape (waves, cells); 0 for 0, 1 and unknown ones."""
        p = self.cells.estimate
        spread = p * (1.0 - p)
        with np.errstate(divide="ignore", invalid="ignore"):
            # By the delta method. At 0 and 1 the log-odds have no error, and a posterior takes its
            # place.
            error = np.where(spread > 0.0, self.cells.std_error / spread, 0.0)
        return np.nan_to_num(error)

    def hold(self) -> Paths:
        """Paths that stay at the base wave, with its sampling error."""
        made = hold(self.logit, self.logit_errors()[self.at], self.cells.df[self.at])
        return replace(made, level_size=posterior_sizes(self.cells, self.at))

    def doubts(self) -> tuple[tuple[str, Doubt], ...]:
        """Name and doubt of every cell of the base wave."""
        return cell_doubts(self.cells, self.at)


@dataclass(frozen=True, slots=True)
class ScenarioPath:
    """Path of the prevalences under a scenario.

    Attributes
    ----------
    paths : Paths
        Numbers.
    words : str
        What the scenario assumes, with its settings.
    notes : tuple of str
        What a reader must know beside it.
    doubts : tuple of (str, Doubt)
        Name and doubt of what it rests on besides the base wave.
    """

    paths: Paths
    words: str
    notes: tuple[str, ...] = field(default=())
    doubts: tuple[tuple[str, Doubt], ...] = field(default=())


class Scenario(Protocol):
    """Anything that turns a base wave into a path of prevalences."""

    @property
    def name(self) -> str:
        """Short name."""
        ...

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year."""
        ...
