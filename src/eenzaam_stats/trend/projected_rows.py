"""Rows of a projection and the variance by source, from points and draws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.numerics.projection import (
    SOURCES,
    Quantiles,
    Simulation,
    quantiles,
    source_variances,
)
from eenzaam_stats.projection_results import ALL, NAN, TOTAL, ProjectedRow, SourceShare
from eenzaam_stats.trend.scenario_path import Start

FloatArray = NDArray[np.float64]
INNER = 0.67
TOGETHER = "together"


def projected_rows(
    start: Start, points: FloatArray, simulation: Simulation | None, *, level: float
) -> tuple[ProjectedRow, ...]:
    """Rows per year for everyone, the age bands, and the bands by sex where sexes are apart.

    Parameters
    ----------
    start : Start
        Cells and population.
    points : ndarray of float, shape (years, cells)
        People with the outcome.
    simulation : Simulation or None
        Draws; ``None`` gives no intervals.
    level : float
        Coverage.

    Returns
    -------
    tuple of ProjectedRow
    """
    people = start.people
    tails = [(1.0 - level) / 2, (1.0 - INNER) / 2]
    at = [tails[0], 1.0 - tails[0], tails[1], 1.0 - tails[1]]
    found = None if simulation is None else quantiles(simulation, at)
    groups = list(_groups(start))
    rows = []
    for t, year in enumerate(people.years):
        for place, (band, sex, members) in enumerate(groups):
            n, lonely = (float(one[t, members].sum()) for one in (people.persons, points))
            rows.append(
                ProjectedRow(
                    year,
                    band,
                    sex,
                    n,
                    lonely,
                    *_limits(found, place, t),
                    lonely / n if n > 0.0 else NAN,
                    *_shares(found, place, t),
                    counted=people.counted[t],
                )
            )
    return tuple(rows)


def _groups(start: Start) -> Iterator[tuple[str, str, NDArray[np.intp]]]:
    """Groups in the order of the quantiles: everyone, bands, cells."""
    cells = start.cells
    group_of = cells.group_of
    yield ALL, TOTAL, np.arange(len(group_of))
    for at, band in enumerate(cells.bands):
        yield band, TOTAL, np.flatnonzero(group_of == at)
    if cells.sexes == (TOTAL,):
        return
    for cell in range(len(group_of)):
        at, which = divmod(cell, len(cells.sexes))
        yield cells.bands[at], cells.sexes[which], np.array([cell])


def _limits(found: Quantiles | None, place: int, t: int) -> tuple[float, float, float, float]:
    if found is None:
        return NAN, NAN, NAN, NAN
    low, high, inner_low, inner_high = (float(value) for value in found.persons[place, :, t])
    return low, high, inner_low, inner_high


def _shares(found: Quantiles | None, place: int, t: int) -> tuple[float, float]:
    if found is None:
        return NAN, NAN
    return float(found.prevalence[place, 0, t]), float(found.prevalence[place, 1, t])


def source_shares(
    simulation: Simulation, years: Sequence[int], *, drawn: Sequence[str]
) -> tuple[SourceShare, ...]:
    """Share of every source in the variance of the whole number, per year.

    Parameters
    ----------
    simulation : Simulation
        Draws.
    years : sequence of int
        Years of its rows.
    drawn : sequence of str
        Sources that were drawn; the others have no share, which is not a share of 0.

    Returns
    -------
    tuple of SourceShare
        ``together`` is the variance that no source makes alone; negative where errors of two
        sources weaken each other.
    """
    variances = source_variances(simulation)
    rows = []
    for t, year in enumerate(years):
        whole = float(variances["all"][t])
        alone = {one: float(variances[one][t]) for one in SOURCES}
        for one, value in alone.items():
            share = value / whole if whole > 0.0 and one in drawn else NAN
            error = float(np.sqrt(value)) if one in drawn else NAN
            rows.append(SourceShare(year, one, error, share))
        rest = 1.0 - sum(alone[one] for one in drawn) / whole if whole > 0.0 else NAN
        rows.append(SourceShare(year, TOGETHER, NAN, rest))
    return tuple(rows)
