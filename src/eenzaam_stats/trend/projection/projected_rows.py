"""Rows of a projection and the variance by source, from points and draws."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.numerics.people.projection import (
    SOURCES,
    Quantiles,
    Simulation,
    quantiles,
    source_variances,
)
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.projection import ALL, NAN, TOTAL, ProjectedRow, SourceShare
from eenzaam_stats.trend.projection.cell_doubts import posterior_sizes
from eenzaam_stats.trend.projection.scenario_path import Start

FloatArray = NDArray[np.float64]
INNER = 0.67
TOGETHER = "together"


@dataclass(frozen=True, slots=True)
class RowDoubts:
    """What the rows of a projection inherit.

    Attributes
    ----------
    cells : tuple of (str, Doubt)
        Name and doubt of every cell of the base wave.
    beside : tuple of (str, Doubt)
        The same of what every row rests on besides.
    shared : bool
        Whether every row rests on every cell, as where people take their prevalence to another age.
    """

    cells: tuple[tuple[str, Doubt], ...]
    beside: tuple[tuple[str, Doubt], ...] = ()
    shared: bool = False

    def of(self, members: Iterable[int]) -> Doubt:
        """Doubt of a row made of some cells."""
        used = self.cells if self.shared else [self.cells[cell] for cell in members]
        return inherit_flag([*used, *self.beside], errors_from="model")

    @property
    def together(self) -> Doubt:
        """Doubt of the whole."""
        return self.of(range(len(self.cells)))


def projected_rows(
    start: Start,
    points: FloatArray,
    simulation: Simulation | None,
    *,
    doubts: RowDoubts,
    level: float,
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
    doubts : RowDoubts
        Doubt of every cell.
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
    posterior = np.isfinite(posterior_sizes(start.cells, start.at))
    groups = [(*one, doubts.of(one[2]), bool(posterior[one[2]].any())) for one in _groups(start)]
    rows = []
    for t, year in enumerate(people.years):
        for place, (band, sex, members, doubt, at_edge) in enumerate(groups):
            n, lonely = (float(one[t, members].sum()) for one in (people.persons, points))
            share = lonely / n if n > 0.0 else NAN
            # a posterior leaves out the 0 or 1 that was seen
            hold = (lonely, share) if at_edge else (NAN, NAN)
            rows.append(
                ProjectedRow(
                    year,
                    band,
                    sex,
                    n,
                    lonely,
                    *_limits(found, place, t, hold[0]),
                    share,
                    *_shares(found, place, t, hold[1]),
                    counted=people.counted[t],
                    flag=doubt.flag,
                    reason=doubt.reason,
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


def _limits(
    found: Quantiles | None, place: int, t: int, hold: float
) -> tuple[float, float, float, float]:
    """Limits of the people of a group, and a value that they hold; NaN for none."""
    if found is None:
        return NAN, NAN, NAN, NAN
    low, high, inner_low, inner_high = (float(value) for value in found.persons[place, :, t])
    lows, highs = np.fmin((low, inner_low), hold), np.fmax((high, inner_high), hold)
    return float(lows[0]), float(highs[0]), float(lows[1]), float(highs[1])


def _shares(found: Quantiles | None, place: int, t: int, hold: float) -> tuple[float, float]:
    if found is None:
        return NAN, NAN
    low, high = (float(value) for value in found.prevalence[place, :2, t])
    return float(np.fmin(low, hold)), float(np.fmax(high, hold))


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
