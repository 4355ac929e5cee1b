"""Projection of a number of people: prevalence by age times a population forecast, with its errors.

The arithmetic is in ``numerics``; how prevalence moves is a scenario, how unsure the population is
stands in ``population_error``. Here they meet, and the result gets its words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.numerics.people.forecast_error import Bounds
from eenzaam_stats.numerics.people.projection import (
    SOURCES,
    Quantiles,
    Simulation,
    expect,
    quantiles,
    simulate,
    source_variances,
)
from eenzaam_stats.published.population_editions import KERNPROGNOSE
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.hindcast import HindcastError
from eenzaam_stats.results.projection import (
    ALL,
    NAN,
    TOTAL,
    ProjectedRow,
    Projection,
    ProjectionModel,
    SourceShare,
)
from eenzaam_stats.trend.projection.cell_doubts import posterior_sizes, require_cell_errors
from eenzaam_stats.trend.projection.hindcast import hindcast_error
from eenzaam_stats.trend.projection.population import People, Span, people_in_cells
from eenzaam_stats.trend.projection.prevalence_cells import PrevalenceCells, prevalence_cells
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.trend.projection.published_prevalence import prevalence_by_age
from eenzaam_stats.trend.projection.scenario_path import Scenario, ScenarioPath, Start
from eenzaam_stats.trend.projection.scenarios import ConstantPrevalence
from eenzaam_stats.version import VERSION

PUBLISHED = "gezondheidsmonitor"


@in_words
def project(
    prevalence: Estimates | pd.DataFrame | str = PUBLISHED,
    population: str | pd.DataFrame = KERNPROGNOSE,
    *,
    to: int = 2050,
    scenario: Scenario | None = None,
    rng: np.random.Generator | None = None,
    options: ProjectionOptions | None = None,
    level: float = 0.95,
) -> Projection:
    r"""Project a number of people from prevalence by age and a population forecast.

    Parameters
    ----------
    prevalence : Estimates, pandas.DataFrame or str
        By age band, and perhaps sex and wave; ``"gezondheidsmonitor"`` for the published figures of
        2022 (lonely, 18 and over, three age bands). A frame has ``age_group`` (or ``age_band``),
        ``estimate`` and perhaps ``sex, wave, std_error, df, n_valid, flag, reason``.
    population : str or pandas.DataFrame
        Packaged edition (``cbs_kernprognose_2016``, ``derived_A``, ``derived_B``; the last two are
        derived and not official), or a frame with ``year, age`` (or ``age_low, age_high``),
        ``persons`` and perhaps ``sex, edition, status, households``.
    to : int, default 2050
        Last year.
    scenario : Scenario, optional
        ``ConstantPrevalence()`` by default, or a ``TrendScenario``, ``CohortShift``,
        ``UserScenario`` of :mod:`eenzaam_stats.trend.projection.scenarios`.
    rng : numpy.random.Generator, optional
        Source of chance; without one there are no intervals and no variance shares.
    options : ProjectionOptions, optional
        Base year, whom to count, what to draw.
    level : float, default 0.95
        Coverage of the intervals.

    Returns
    -------
    Projection
        Every year from the base year on, for everyone, age bands and sexes, with the
        constant-prevalence projection from the same draws and the error of the forecast that can be
        checked.

    Raises
    ------
    OptionError
        If an edition, year, level or number of draws is not possible.
    SchemaError
        If prevalences are outside 0-1, bands overlap, an age is missing in the population, people
        are negative, editions are mixed, or age floor or household base differ from what was asked.

    See Also
    --------
    eenzaam_stats.decompose : Why the number changes.
    eenzaam_stats.trend.projection.hindcast.hindcast : An old forecast against the counts.

    Notes
    -----
    :math:`L_t = \sum_c N_{tc}\,p_{tc}` over cells of age and sex. Each draw takes a logit-normal
    (Student's t with the degrees of freedom of the design) prevalence per cell, a slope where the
    scenario has one, and a population between published bounds. Intervals are percentiles. Shares
    compare the variance when one source is drawn alone with that of all.

    **Unit.** Persons; proportions 0-1.

    **Missing data.** A cell without a prevalence or without people stops the projection. Unknown
    standard errors are no zero: the source ``sampling`` is then not drawn, and the notes say so. A
    cell without degrees of freedom or without a variance stops it; a cell in which nobody or
    everybody has the outcome is drawn from a posterior on the people who answered.

    **Validated against.** The delta method, published counts times published percentages and an
    independent simulation in R, in ``tests/trend/projection/test_projection_known.py``.

    Examples
    --------
    >>> future = project("gezondheidsmonitor", "cbs_kernprognose_2016", to=2050)
    >>> round(future.row(2050).persons / 1e6, 2)
    7.29
    """
    asked, how = options or ProjectionOptions(), scenario or ConstantPrevalence()
    if not 0 < level < 1:
        raise OptionError(f"level is {level!r}, but coverage lies between 0 and 1. Try 0.95.")
    if rng is not None:
        asked.enough_draws()
    table = _table(prevalence, asked)
    cells = prevalence_cells(table, base_year=asked.base_year, numbers=asked.numbers)
    _floor(cells, asked.age_floor)
    base_year = cells.waves[-1] if asked.base_year is None else asked.base_year
    at = cells.wave(base_year)
    require_cell_errors(cells, [at])
    span = Span(base_year, to, asked.base_population, asked.households, asked.numbers)
    start = Start(cells, at, people_in_cells(population, cells, span))
    run = _Run(start, asked, level, rng)
    # One seed for the scenario and for constant prevalence: they share base wave and population, so
    # that their difference is the scenario.
    seed = None if rng is None else int(rng.integers(2**63))
    constant = run.draw(ConstantPrevalence(), seed, None)
    return constant if isinstance(how, ConstantPrevalence) else run.draw(how, seed, constant)


def _table(
    prevalence: Estimates | pd.DataFrame | str, asked: ProjectionOptions
) -> Estimates | pd.DataFrame:
    if not isinstance(prevalence, str):
        return prevalence
    if prevalence != PUBLISHED:
        raise OptionError.among(prevalence, [PUBLISHED], name="prevalence (published table)")
    return prevalence_by_age(asked.base_year)


def _floor(cells: PrevalenceCells, floor: int | None) -> None:
    first, last = cells.edges[0][0], cells.edges[-1][1]
    if floor is not None and floor != first:
        raise SchemaError(
            f"project() was asked to count people of {floor} and over, but the prevalence starts "
            f"at {first}. Estimate it for {floor} and over, or ask for {first}."
        )
    if last is not None:
        raise SchemaError(
            f"project() needs a last age band without upper end, but found {cells.bands[-1]!r}: "
            "the oldest would be lost silently. Name it as in '75+'."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    """One base wave and population, for a scenario and its synthetic file."""

    start: Start
    asked: ProjectionOptions
    level: float
    rng: np.random.Generator | None

    def draw(self, scenario: Scenario, seed: int | None, constant: Projection | None) -> Projection:
        """Projection of one scenario; the same seed gives projections the same population."""
        path = self._path(scenario)
        start, people = self.start, self.start.people
        bounds, words = (None, "") if seed is None else self._bounds(people)
        simulation = (
            None
            if seed is None
            else simulate(
                people.persons,
                start.cells.band_numbers,
                path.paths,
                bounds=bounds,
                draws=self.asked.draws,
                rng=np.random.default_rng(seed),
            )
        )
        uncertain = () if simulation is None else self._uncertain(path)
        points = expect(people.persons, path.paths)
        doubts = RowDoubts(start.doubts(), path.doubts, shared=path.paths.mixing is not None)
        return Projection(
            rows=project_rows(start, points, simulation, doubts=doubts, level=self.level),
            shares=()
            if simulation is None
            else source_shares(simulation, people.years, drawn=uncertain),
            model=self._model(scenario, path, words, uncertain, doubt=doubts.together),
            hindcast=_find_hindcast_error(start) if constant is None else constant.hindcast,
            constant=constant,
            simulated=simulation,
        )

    def _path(self, scenario: Scenario) -> ScenarioPath:
        path = scenario.path(self.start)
        paths = path.paths
        if not self.asked.sampling:
            nothing = np.zeros_like(paths.level_sd)
            paths = replace(paths, level_sd=nothing, level_size=None)
        if not self.asked.trend:
            paths = replace(paths, trend_sd=np.zeros_like(paths.trend_sd))
        return replace(path, paths=paths)

    def _bounds(self, people: People) -> tuple[Bounds | None, str]:
        if self.asked.population is None:
            return None, "The population is taken as certain."
        return self.asked.population.of(people)

    def _uncertain(self, path: ScenarioPath) -> tuple[str, ...]:
        """Sources of error that are drawn."""
        sources = {
            "sampling": self.asked.sampling and self.start.error_known,
            "trend": self.asked.trend and bool(path.paths.trend_sd.any()),
            "population": self.asked.population is not None,
        }
        return tuple(name for name, on in sources.items() if on)

    def _model(
        self,
        scenario: Scenario,
        path: ScenarioPath,
        population_words: str,
        uncertain: tuple[str, ...],
        *,
        doubt: Doubt,
    ) -> ProjectionModel:
        start, asked = self.start, self.asked
        cells, people = start.cells, start.people
        notes = [*path.notes]
        if self.rng is not None:
            notes.append(population_words)
            if not start.error_known:
                notes.append(
                    "The base wave has no standard errors: sampling is not drawn, not zero."
                )
            notes += _note_posterior(start, drawn="sampling" in uncertain)
        if asked.households == "residents":
            notes.append("People in institutions get the prevalence of private households.")
        return ProjectionModel(
            outcome=cells.outcome,
            source=cells.source,
            scenario=scenario.name,
            scenario_words=path.words,
            population=people.edition,
            official=people.official,
            base_population=asked.base_population or "",
            people=f"{people.households.replace('_', ' ')} of {cells.edges[0][0]} and over",
            base_year=start.year,
            to=people.years[-1],
            level=self.level,
            draws=0 if self.rng is None else asked.draws,
            synthetic=cells.synthetic,
            uncertain=uncertain,
            notes=tuple(notes),
            version=VERSION,
            flag=doubt.flag,
            reason=doubt.reason,
            disclosure=doubt.disclosure,
        )


def _note_posterior(start: Start, *, drawn: bool) -> list[str]:
    """What stands behind cells in which nobody or everybody has the outcome."""
    sizes = posterior_sizes(start.cells, start.at)
    named = [
        f"{start.cells.name(int(cell))} (m = {sizes[cell]:.3g})"
        for cell in np.flatnonzero(sizes > 0.0)
    ]
    if not named or not drawn:
        return []
    return [
        f"Nobody or everybody has the outcome in {', '.join(named)}: drawn from the posterior "
        "under the prior of Jeffreys, a beta distribution with 1/2 and m + 1/2, m being the people "
        "who answered, fewer where degrees of freedom are few; the limits hold the estimate."
    ]


def _find_hindcast_error(start: Start) -> HindcastError | None:
    """Error of the forecast that can be checked; none where the age bands do not fit it."""
    cells = start.cells
    n_sexes = len(cells.sexes)
    base = start.people.persons[0].reshape(-1, n_sexes)
    lonely = (start.people.persons[0] * start.estimate).reshape(-1, n_sexes)
    # Sexes are joined: the hindcast is by age, and of the prevalences here weighted with the people
    # of the base year.
    whole = base.sum(axis=1)
    shares = np.divide(lonely.sum(axis=1), whole, out=np.zeros_like(whole), where=whole > 0)
    bands = dict(zip(cells.edges, (float(share) for share in shares), strict=True))
    try:
        return hindcast_error(bands, edition=start.people.edition)
    except SchemaError:
        return None


# Rows of a projection and the variance by source, from points and draws.

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


def project_rows(
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
    group_of = cells.band_numbers
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
        # Sources multiply, so their variances alone do not add up to the whole. What is left is
        # shown and not shared out.
        rest = 1.0 - sum(alone[one] for one in drawn) / whole if whole > 0.0 else NAN
        rows.append(SourceShare(year, TOGETHER, NAN, rest))
    return tuple(rows)
