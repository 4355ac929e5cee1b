"""How wrong an old projection was: its forecast, and its prevalences, against what came.

A population forecast is checked against counts, and a number of lonely people against later
prevalences times those counts. The two errors are kept apart: a forecaster of the population is not
to blame for a prevalence that moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from eenzaam_stats.age_bands import EVERY_AGE, HINDCAST_GROUPS, Band, edges_by_group
from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.published.population_editions import KERNPROGNOSE, OBSERVED
from eenzaam_stats.published.reference import edition_rows
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.hindcast import NAN, Hindcast, HindcastError, LonelyMiss, PeopleMiss
from eenzaam_stats.trend.projection.cell_doubts import cell_doubts, require_cell_errors
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Disclosure, Sex

# A forecast beside the counts of the same years, and the age bands that fit both.

SEXES = ("total", Sex.MEN.value, Sex.WOMEN.value)
LEAST_YEARS = 2  # a forecast that starts from a count equals it in that year
Prevalence = Mapping[Band, float]
Bands = Prevalence | Estimates | pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class CountedForecast:
    """People by edition, year, sex and first age of a band.

    Attributes
    ----------
    edition, observed : str
        Forecast and counts.
    people : mapping
        Persons per first age, by edition, year and sex.
    years : tuple of int
        Years that both have.
    """

    edition: str
    observed: str
    people: Mapping[tuple[str, int, str], Mapping[int, int]]
    years: tuple[int, ...]

    @classmethod
    def of(cls, edition: str, observed: str) -> CountedForecast:
        """Read both from the packaged tables.

        Raises
        ------
        OptionError
            If one is unknown, or they share fewer than two years.
        """
        tables = [edition_rows(name) for name in dict.fromkeys((edition, observed))]
        table = pd.concat(tables, ignore_index=True)
        years = [set(table.loc[table["edition"] == name, "year"]) for name in (edition, observed)]
        both = tuple(sorted(int(year) for year in years[0] & years[1]))
        if len(both) < LEAST_YEARS:
            raise OptionError(
                f"hindcast() needs an edition with counted years, but {edition!r} starts in "
                f"{min(years[0])} and counts end in {max(years[1])}. Use {KERNPROGNOSE!r}."
            )
        people: dict[tuple[str, int, str], dict[int, int]] = {}
        names = ["edition", "year", "sex", "age_low", "persons"]
        for name, year, sex, age, persons in zip(*(table[n].tolist() for n in names), strict=True):
            people.setdefault((name, year, sex), {})[age] = persons
        return cls(edition, observed, people, both)

    def edges(self) -> list[int]:
        """First ages of the bands."""
        return sorted(self.people[self.observed, self.years[0], SEXES[1]])

    def sum_people(self, edition: str, year: int, band: Band, sex: str = "total") -> int:
        """People of a band, both sexes or one."""
        low, high = band
        chosen = SEXES[1:] if sex == "total" else (sex,)
        return sum(
            persons
            for one in chosen
            for age, persons in self.people[edition, year, one].items()
            if age >= low and (high is None or age <= high)
        )

    def lonely(self, edition: str, year: int, prevalence: Prevalence) -> float:
        """Lonely people at a given prevalence."""
        return sum(p * self.sum_people(edition, year, band) for band, p in prevalence.items())


def band_prevalence(
    prevalence: Bands, year: int
) -> tuple[Prevalence, tuple[tuple[str, Doubt], ...]]:
    """Prevalence per age band, and name and doubt of each; a mapping knows no doubt.

    Raises
    ------
    SchemaError
        If estimates are by sex, have several waves, or a band has no sampling error.
    """
    if not isinstance(prevalence, Estimates | pd.DataFrame):
        return prevalence, ((f"bands of {year}", Doubt(disclosure=Disclosure.UNSTATED)),)
    cells = prevalence_cells(prevalence, base_year=year)
    if len(cells.sexes) > 1 or cells.waves != (year,):
        raise SchemaError(
            f"hindcast() needs one prevalence per age band in {year}, but found the waves "
            f"{list(cells.waves)} by {list(cells.sexes)}. Estimate by age band alone."
        )
    require_cell_errors(cells, [0])
    values = (float(value) for value in cells.estimate[cells.wave(year)])
    doubts = tuple((f"{name} in {year}", doubt) for name, doubt in cell_doubts(cells, 0))
    return dict(zip(cells.edges, values, strict=True)), doubts


def first_age(prevalence: Prevalence) -> int:
    """Youngest age of the bands."""
    return min(low for low, _ in prevalence)


def order_bands(prevalence: Prevalence, counts: CountedForecast) -> Prevalence:
    """Bands in order, each one whole bands of the population, without gap or overlap."""
    bands = sorted(prevalence)
    edges = counts.edges()
    for low, high in bands:
        if low not in edges or (high is not None and high + 1 not in edges):
            raise SchemaError(
                f"hindcast() needs whole bands of the population, but {low}-{high} cuts one. "
                f"Bands may start at {edges}."
            )
    for (low, high), (after, _) in pairwise(bands):
        if high is None or after != high + 1:
            raise SchemaError(
                f"hindcast() needs bands without gap or overlap, but {low}-{high} is followed by "
                f"{after}. Repair the bands."
            )
    if not bands or bands[-1][1] is not None:
        raise SchemaError(
            f"hindcast() needs a last band without upper end, but found {bands[-1:]}. Use None."
        )
    for band, p in prevalence.items():
        if not 0 <= p <= 1:
            raise SchemaError(
                f"hindcast() needs proportions, but the prevalence of {band} is {p}. "
                "Divide percentages by 100."
            )
    return {band: float(prevalence[band]) for band in bands}


GROUPS: Mapping[str, Band] = edges_by_group(HINDCAST_GROUPS)
BASE_YEAR = 2022


@in_words
def hindcast(
    prevalence: Bands,
    *,
    base_year: int,
    edition: str = KERNPROGNOSE,
    observed: str = OBSERVED,
    later: Mapping[int, Bands] | None = None,
) -> Hindcast:
    r"""Check an old forecast, and a projection with it, against the counts since.

    Parameters
    ----------
    prevalence : mapping of (int, int or None) to float, Estimates or pandas.DataFrame
        Proportion lonely per age band, 0-1; first and last age of the band, ``None`` without upper
        end. Bands follow each other without gap or overlap. Estimates by age band, or a frame of
        them, bring their flags along.
    base_year : int
        Year of these prevalences.
    edition : str, default "cbs_kernprognose_2016"
        Forecast to check, one that has counted years.
    observed : str, default "cbs_observed"
        Counts to check it against.
    later : mapping of int to such a mapping, optional
        Prevalences of later years, in the same bands or in coarser ones over the same ages.

    Returns
    -------
    Hindcast
        People per group, sex and year, and lonely people per year.

    Raises
    ------
    OptionError
        If the edition is unknown or has no counted year.
    SchemaError
        If bands overlap, leave a gap or cut a band of the population, if a prevalence is outside
        0-1, or if later bands start at another age.

    Notes
    -----
    With forecast :math:`F`, count :math:`N`, old prevalences :math:`p` and later ones :math:`q`,

    .. math:: \sum Fp - \sum Nq = \left(\sum Fp - \sum Np\right) + \left(\sum Np - \sum Nq\right)

    the error of the population and the error of the prevalence. Errors are forecast minus observed.

    **Unit.** Persons, and per cent of what was observed.

    **Missing data.** Years without later prevalences have no whole error; nothing is interpolated.

    **Validated against.** An independent table of errors of the Kernprognose 2016, in
    ``tests/trend/projection/test_hindcast.py``.

    Examples
    --------
    >>> found = hindcast({(18, 74): 0.48, (75, None): 0.55}, base_year=2022)
    >>> last = found.lonely[-1]
    >>> last.year, round(last.population_percent, 1)
    (2025, -3.1)
    """
    counts = CountedForecast.of(edition, observed)
    given, told = band_prevalence(prevalence, base_year)
    bands, doubts, known = order_bands(given, counts), [*told], {}
    for year, one in (later or {}).items():
        found, more = band_prevalence(one, year)
        known[year] = order_bands(found, counts)
        doubts += more
    for year, one in known.items():
        if first_age(one) != first_age(bands):
            raise SchemaError(
                f"hindcast() needs the same people in every year, but the bands start at "
                f"{first_age(bands)} and those of {year} at {first_age(one)}. Use one age floor."
            )
    doubt = inherit_flag(doubts, errors_from="model")
    return Hindcast(
        edition=edition,
        observed=observed,
        population=f"residents of {first_age(bands)} and over",
        base_year=base_year,
        people=tuple(
            _people(counts, year, group, sex)
            for year in counts.years
            for group in GROUPS
            for sex in SEXES
        ),
        lonely=tuple(
            _lonely(counts, year, bands, known.get(year), base_year=base_year)
            for year in counts.years
        ),
        notes=(
            "Residents of every household; a survey of private households covers fewer.",
            "Years before the base year test the population only.",
        ),
        version=VERSION,
        flag=doubt.flag,
        reason=doubt.reason,
        disclosure=doubt.disclosure,
    )


def _people(counts: CountedForecast, year: int, group: str, sex: str) -> PeopleMiss:
    forecast, observed = (
        counts.sum_people(edition, year, GROUPS[group], sex)
        for edition in (counts.edition, counts.observed)
    )
    return PeopleMiss(
        year=year,
        # From the first year of the forecast and not from the year of the survey: that is how long
        # it had to go wrong.
        horizon=year - counts.years[0],
        group=group,
        sex=sex,
        forecast=forecast,
        observed=observed,
        error_percent=100 * (forecast / observed - 1),
    )


def _lonely(
    counts: CountedForecast,
    year: int,
    bands: Prevalence,
    later: Prevalence | None,
    *,
    base_year: int,
) -> LonelyMiss:
    projected = counts.lonely(counts.edition, year, bands)
    counted = counts.lonely(counts.observed, year, bands)
    # The same prevalences on both sides: the difference is the forecaster's. What prevalence did is
    # the other term, and they add up.
    population = projected - counted
    observed = NAN if later is None else counts.lonely(counts.observed, year, later)
    return LonelyMiss(
        year=year,
        horizon=year - base_year,
        projected=projected,
        counted=counted,
        observed=observed,
        population_error=population,
        prevalence_error=counted - observed,
        error=projected - observed,
        population_percent=100 * population / counted if counted else NAN,
        error_percent=100 * (projected / observed - 1) if observed else NAN,
    )


@in_words
def hindcast_error(prevalence: Prevalence, *, edition: str) -> HindcastError:
    """Error to print beside a figure for a far year, from the forecast that can be checked.

    Parameters
    ----------
    prevalence : mapping of (int, int or None) to float
        Proportion lonely per age band of the projection, 0-1.
    edition : str
        Population that the projection uses. An edition without counted years gets the error of
        ``cbs_kernprognose_2016``, and says so.

    Returns
    -------
    HindcastError

    Raises
    ------
    SchemaError
        If the bands do not fit the population.

    See Also
    --------
    hindcast : Every year and group behind it.

    Notes
    -----
    **Unit.** Per cent of what was counted.

    **Missing data.** None reaches it.

    **Validated against.** The table of ``docs/hindcast.md``, in
    ``tests/trend/projection/test_hindcast.py``.

    Examples
    --------
    >>> found = hindcast_error({(18, 74): 0.48, (75, None): 0.55}, edition="derived_A")
    >>> found.same_edition, found.year, round(found.people_percent, 1), found.largest_group
    (False, 2025, -3.2, '85+')
    """
    found = hindcast(prevalence, base_year=BASE_YEAR)
    last = max(row.year for row in found.people)
    total = {row.group: row for row in found.people if row.year == last and row.sex == SEXES[0]}
    # By age the errors of a forecast cancel: a total that is 3 per cent too low hid 7.6 per cent
    # too many of the oldest, who are the loneliest.
    largest = max(total.values(), key=lambda row: abs(row.error_percent))
    floor = first_age(prevalence)
    counts = CountedForecast.of(KERNPROGNOSE, OBSERVED)
    forecast, observed = (
        counts.sum_people(one, last, (floor, None)) for one in (KERNPROGNOSE, OBSERVED)
    )
    return HindcastError(
        edition=KERNPROGNOSE,
        same_edition=edition == KERNPROGNOSE,
        year=last,
        horizon=total[EVERY_AGE].horizon,
        people_percent=100 * (forecast / observed - 1),
        lonely_percent=found.lonely[-1].population_percent,
        largest_group=largest.group,
        largest_percent=largest.error_percent,
    )
