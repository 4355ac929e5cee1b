"""How prevalence may move until the last year of a projection: held, trend, cohort, or your own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logit

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.trend.projection.cell_doubts import cell_doubts
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.trend.projection.scenario_path import Scenario, ScenarioPath, Start
from eenzaam_stats.trend.projection.trend_scenario import TrendScenario

FloatArray = NDArray[np.float64]
OPEN_AGES = 5  # single ages that an open last band of the population is spread over

__all__ = ["CohortShift", "ConstantPrevalence", "Scenario", "TrendScenario", "UserScenario"]


@dataclass(frozen=True, slots=True)
class ConstantPrevalence:
    """Prevalence by age and sex stays what it was in the base wave; only the population moves.

    Attributes
    ----------
    name : str
        Short name.

    Examples
    --------
    >>> ConstantPrevalence().name
    'constant prevalence'
    """

    name: str = "constant prevalence"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of the base wave in every year.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath
        """
        return ScenarioPath(start.held(), f"prevalence of {start.year} held constant by age")


@dataclass(frozen=True, slots=True)
class CohortShift:
    """People keep the prevalence of the age that they had in the base year.

    Attributes
    ----------
    name : str
        Short name.

    Notes
    -----
    Someone of age :math:`a` in year :math:`t` has the prevalence of age :math:`a - (t - t_0)` in
    the base year. Who was too young for the survey then has that of its youngest band. Within a
    band of the population table single ages weigh alike; its open last band is spread over five
    ages. Age itself then has no effect at all, so this is one end of what may happen, with
    :class:`ConstantPrevalence` as the other.

    Examples
    --------
    >>> CohortShift().name
    'cohort shift'
    """

    name: str = "cohort shift"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year as a mixture of the cells of the base year.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath
        """
        paths = replace(start.held(), mixing=_mixing(start))
        floor = start.cells.edges[0][0]
        return ScenarioPath(
            paths,
            f"every birth cohort keeps its prevalence of {start.year}",
            (f"People younger than {floor} in {start.year} get the prevalence of the youngest.",),
        )


def _mixing(start: Start) -> FloatArray:
    """Weights of the base cells per year and cell, shape (years, cells, cells)."""
    cells, people = start.cells, start.people
    n_sexes, n_bands = len(cells.sexes), len(cells.bands)
    lows = np.array([low for low, _ in cells.edges], float)
    weights = np.zeros((len(people.years), n_bands, n_sexes, n_bands))
    for fine, (low, high) in enumerate(zip(people.lows, people.highs, strict=True)):
        if low < lows[0]:
            continue
        last = low + OPEN_AGES - 1 if np.isinf(high) else high
        ages = np.arange(low, last + 1)
        band = int(np.searchsorted(lows, low, side="right")) - 1
        then = ages[None, :] - start.horizon[:, None]
        source = np.clip(np.searchsorted(lows, then, side="right") - 1, 0, None)
        for one in range(n_bands):
            share = (source == one).mean(axis=1)
            weights[:, band, :, one] += share[:, None] * people.fine[:, fine, :]
    whole = weights.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        weights = np.where(whole > 0.0, weights / whole, np.eye(n_bands)[None, :, None, :])
    full = np.zeros((len(people.years), n_bands, n_sexes, n_bands, n_sexes))
    for sex in range(n_sexes):
        full[:, :, sex, :, sex] = weights[:, :, sex, :]
    n = n_bands * n_sexes
    return full.reshape(len(people.years), n, n)


@dataclass(frozen=True, slots=True, eq=False)
class UserScenario:
    """Prevalences of your own for some later years.

    Attributes
    ----------
    prevalence : pandas.DataFrame
        ``wave`` (year), ``age_group`` or ``age_band``, perhaps ``sex``, and ``estimate`` 0-1, in
        the bands of the base wave. Years between are on a straight line of the log-odds; after the
        last given year nothing changes.
    name : str
        Short name.

    Examples
    --------
    >>> UserScenario(pd.DataFrame(), name="half of it").name
    'half of it'
    """

    prevalence: pd.DataFrame
    name: str = "user scenario"

    def path(self, start: Start) -> ScenarioPath:
        """Prevalence of every cell in every year; the error of the base wave stays with it.

        Parameters
        ----------
        start : Start
            Base wave and population.

        Returns
        -------
        ScenarioPath

        Raises
        ------
        SchemaError
            If bands or sexes differ from those of the base wave, a year is not after the base year
            or a prevalence is 0 or 1.
        """
        given = prevalence_cells(self.prevalence)
        cells = start.cells
        if (given.bands, given.sexes) != (cells.bands, cells.sexes):
            raise SchemaError(
                f"UserScenario needs the cells of the base wave, {list(cells.bands)} by "
                f"{list(cells.sexes)}, but found {list(given.bands)} by {list(given.sexes)}. Use "
                "the same bands and sexes."
            )
        if given.waves[0] <= start.year:
            raise SchemaError(
                f"UserScenario needs years after the base year {start.year}, but the first is "
                f"{given.waves[0]}. Leave the others out."
            )
        logits = np.vstack([start.logit[None, :], logit(given.estimate)])
        if not np.isfinite(logits).all():
            raise SchemaError(
                "UserScenario needs a prevalence between 0 and 1 in every cell of every year, "
                "because it moves on the log-odds. Complete it, or write 0.001 for hardly anybody."
            )
        years = [start.year, *given.waves]
        moved = [np.interp(start.people.years, years, column) for column in logits.T]
        paths = replace(start.held(), logit=np.stack(moved, axis=1))
        doubts = tuple(
            (f"{name} in {year}", doubt)
            for at, year in enumerate(given.waves)
            for name, doubt in cell_doubts(given, at)
        )
        words = f"prevalences of the user for {list(given.waves)}"
        return ScenarioPath(paths, words, doubts=doubts)
