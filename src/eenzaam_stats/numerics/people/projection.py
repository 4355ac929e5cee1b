"""A number of people over the years of a projection: point, draws, quantiles, variance by source.

Cells are the finest groups (age by sex), groups of ages are made of cells. Draws are the last axis,
and one group is in memory at a time, so that a hundred thousand draws fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.people.forecast_error import (
    Bounds,
    draw_scores,
    factors,
    stretching,
    whole_correction,
)
from eenzaam_stats.numerics.people.prevalence_paths import (
    PathDraws,
    Paths,
    draw_paths,
    point,
    sample,
)

SOURCES = ("sampling", "trend", "population")


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """Everything that is drawn for a projection.

    Attributes
    ----------
    persons : ndarray of float, shape (years, cells)
        Forecast people.
    group_of : ndarray of int, shape (cells,)
        Group of ages of each cell, from 0.
    paths : Paths
        Prevalence over the years.
    path_draws : PathDraws
        Errors of the prevalence.
    bounds : Bounds or None
        Published bounds of the forecast; ``None`` without any.
    scores : ndarray of float, shape (groups or 1, years or 1, draws or 1)
        Errors of the population.
    draws : int
        How many draws.
    correction : ndarray of float, shape (years, draws), or None
        What every group gets on top so that the whole keeps its bounds; ``None`` where all groups
        share their error.
    """

    persons: FloatArray
    group_of: NDArray[np.intp]
    paths: Paths
    path_draws: PathDraws
    bounds: Bounds | None
    scores: FloatArray
    draws: int
    correction: FloatArray | None = None

    @property
    def n_groups(self) -> int:
        """Groups of ages."""
        return int(self.group_of.max()) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Quantiles:
    """Quantiles of the groups: the whole, the groups of ages, the cells, in this order.

    Attributes
    ----------
    persons, prevalence : ndarray of float, shape (groups, quantiles, years)
        People with the condition, and their share of the people of the group.
    """

    persons: FloatArray
    prevalence: FloatArray


def simulate(
    persons: FloatArray,
    group_of: NDArray[np.intp],
    paths: Paths,
    *,
    bounds: Bounds | None,
    draws: int,
    rng: np.random.Generator,
) -> Simulation:
    """Draw every error of a projection.

    Parameters
    ----------
    persons : ndarray of float, shape (years, cells)
        Forecast people, at least 0.
    group_of : ndarray of int, shape (cells,)
        Group of ages of each cell.
    paths : Paths
        Prevalence over the years.
    bounds : Bounds or None
        Published bounds of the forecast.
    draws : int
        How many.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Simulation

    Examples
    --------
    >>> from eenzaam_stats.numerics.people.prevalence_paths import hold
    >>> paths = hold(np.zeros(1), np.zeros(1), np.full(1, np.inf))
    >>> made = simulate(
    ...     np.array([[100.0]]), np.zeros(1, int), paths,
    ...     bounds=None, draws=3, rng=np.random.default_rng(1),
    ... )
    >>> total(made).tolist()
    [[50.0, 50.0, 50.0]]
    """
    for_paths, for_people = rng.spawn(2)
    path_draws = draw_paths(paths, draws=draws, rng=for_paths)
    scores, correction = np.zeros((1, 1, 1)), None
    if bounds is not None:
        scores = draw_scores(bounds, groups=int(group_of.max()) + 1, draws=draws, rng=for_people)
        if len(scores) > 1:
            correction = whole_correction(bounds, scores, _shares(persons, group_of))
    return Simulation(persons, group_of, paths, path_draws, bounds, scores, draws, correction)


def _shares(persons: FloatArray, group_of: NDArray[np.intp]) -> FloatArray:
    """Shares of the groups of ages in the people of each year, shape (years, groups)."""
    groups = range(int(group_of.max()) + 1)
    people = np.stack([persons[:, group_of == one].sum(axis=1) for one in groups], axis=1)
    return np.asarray(people / people.sum(axis=1, keepdims=True))


def expect(persons: FloatArray, paths: Paths) -> FloatArray:
    """People with the condition per year and cell, without any error.

    Parameters
    ----------
    persons : ndarray of float, shape (years, cells)
        People.
    paths : Paths
        Prevalence over the years.

    Returns
    -------
    ndarray of float, shape (years, cells)

    Examples
    --------
    >>> from eenzaam_stats.numerics.people.prevalence_paths import hold
    >>> expect(np.array([[100.0], [120.0]]), hold(np.zeros(1), np.ones(1), np.ones(1))).tolist()
    [[50.0], [60.0]]
    """
    columns = [persons[:, cell] * point(paths, cell=cell) for cell in range(persons.shape[1])]
    return np.stack(columns, axis=1)


def total(made: Simulation, only: Sequence[str] = SOURCES) -> FloatArray:
    """People with the condition per year and draw, with some sources of error switched off.

    Parameters
    ----------
    made : Simulation
        What was drawn.
    only : sequence of str
        Sources that stay on.

    Returns
    -------
    ndarray of float, shape (years, draws)
    """
    # The same draws with some sources at 0: variances of sources can be compared, and what is left
    # is what they do together.
    draws = made.path_draws.only(level="sampling" in only, trend="trend" in only)
    found = np.zeros((len(made.persons), made.draws))
    for group in range(made.n_groups):
        part = np.zeros((len(made.persons), 1))
        for cell in np.flatnonzero(made.group_of == group):
            part = part + made.persons[:, cell, None] * sample(made.paths, draws, cell=int(cell))
        if "population" in only and made.bounds is not None:
            part = part * group_factors(made, group)
        found += part
    return found


def group_factors(made: Simulation, group: int) -> FloatArray:
    """Drawn over forecast people of a group of ages, shape (years, draws or 1)."""
    bounds = made.bounds
    if bounds is None:
        return np.ones((len(made.persons), 1))
    if made.correction is None:
        return factors(bounds, made.scores[0])
    stretch = stretching(_shares(made.persons, made.group_of), bounds.between_ages)
    own = factors(bounds, made.scores[group], stretch=stretch)
    return np.maximum(own + made.correction, 0.0)


def source_variances(made: Simulation) -> dict[str, FloatArray]:
    """Variance of the number of people per year: with all sources, and with each one alone.

    Parameters
    ----------
    made : Simulation
        What was drawn.

    Returns
    -------
    dict of str to ndarray of float, shape (years,)
        Keys ``all``, ``sampling``, ``trend``, ``population``. The parts need not add up to the
        whole: what two sources do together is in the whole only.
    """
    return {
        "all": total(made).var(axis=1, ddof=1),
        **{one: total(made, (one,)).var(axis=1, ddof=1) for one in SOURCES},
    }


def quantiles(made: Simulation, at: Sequence[float]) -> Quantiles:
    """Quantiles of the whole, of every group of ages and of every cell.

    Parameters
    ----------
    made : Simulation
        What was drawn.
    at : sequence of float
        Probabilities.

    Returns
    -------
    Quantiles
    """
    n_years = len(made.persons)
    whole = np.zeros((n_years, made.draws))
    people = np.zeros((n_years, 1))
    groups, cells = [], []
    for group in range(made.n_groups):
        members = np.flatnonzero(made.group_of == group)
        factor = group_factors(made, group)
        part = np.zeros((n_years, 1))
        for cell in members:
            prevalence = sample(made.paths, made.path_draws, cell=int(cell))
            lonely = made.persons[:, cell, None] * prevalence
            cells.append(
                (_at(lonely * factor, at), _at(np.broadcast_to(prevalence, lonely.shape), at))
            )
            part = part + lonely
        n = made.persons[:, members].sum(axis=1)[:, None]
        with np.errstate(invalid="ignore"):
            groups.append((_at(part * factor, at), _at(part / n, at)))
        whole += part * factor
        people = people + n * factor
    # The prevalence of the whole moves with its ages even where that of every age stays: people of
    # an age who are more than forecast weigh more.
    found = [(_at(whole, at), _at(whole / people, at)), *groups, *cells]
    return Quantiles(*(np.stack([one[side] for one in found]) for side in (0, 1)))


def _at(values: FloatArray, probabilities: Sequence[float]) -> FloatArray:
    return np.asarray(np.quantile(values, probabilities, axis=1))


def moment(made: Simulation, year: int) -> tuple[FloatArray, FloatArray]:
    """Drawn people and prevalences of one year.

    Parameters
    ----------
    made : Simulation
        What was drawn.
    year : int
        Place of the year.

    Returns
    -------
    persons, prevalence : ndarray of float, shape (draws, cells)
    """
    n_cells = made.persons.shape[1]
    persons, prevalence = np.empty((2, made.draws, n_cells))
    for cell in range(n_cells):
        path = sample(made.paths, made.path_draws, cell=cell)
        prevalence[:, cell] = path[year if len(path) > 1 else 0]
        factor = group_factors(made, int(made.group_of[cell]))
        persons[:, cell] = made.persons[year, cell] * factor[year]
    return persons, prevalence
