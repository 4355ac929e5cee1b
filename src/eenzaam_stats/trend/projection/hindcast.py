"""How wrong an old projection was: its forecast, and its prevalences, against what came.

A population forecast is checked against counts, and a number of lonely people against later
prevalences times those counts. The two errors are kept apart: a forecaster of the population is not
to blame for a prevalence that moved.
"""

from __future__ import annotations

from collections.abc import Mapping

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.results.doubt import inherit_flag
from eenzaam_stats.results.hindcast import NAN, Hindcast, HindcastError, LonelyMiss, PeopleMiss
from eenzaam_stats.trend.projection.hindcast_counts import (
    CHECKED,
    SEXES,
    Band,
    Bands,
    CountedForecast,
    Prevalence,
    banded,
    checked_bands,
    first_age,
)
from eenzaam_stats.version import VERSION

OBSERVED = "cbs_observed"
GROUPS: Mapping[str, Band] = {
    "all": (0, None), "0-17": (0, 17), "18-34": (18, 34), "35-49": (35, 49), "50-64": (50, 64),
    "65-74": (65, 74), "75-84": (75, 84), "85+": (85, None), "18+": (18, None), "65+": (65, None),
    "75+": (75, None),
}  # fmt: skip
BASE_YEAR = 2022


@in_words
def hindcast(
    prevalence: Bands,
    *,
    base_year: int,
    edition: str = CHECKED,
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
    given, told = banded(prevalence, base_year)
    bands, doubts, known = checked_bands(given, counts), [*told], {}
    for year, one in (later or {}).items():
        found, more = banded(one, year)
        known[year] = checked_bands(found, counts)
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
        counts.summed(edition, year, GROUPS[group], sex)
        for edition in (counts.edition, counts.observed)
    )
    return PeopleMiss(
        year=year,
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
    largest = max(total.values(), key=lambda row: abs(row.error_percent))
    floor = first_age(prevalence)
    counts = CountedForecast.of(CHECKED, OBSERVED)
    forecast, observed = (counts.summed(one, last, (floor, None)) for one in (CHECKED, OBSERVED))
    return HindcastError(
        edition=CHECKED,
        same_edition=edition == CHECKED,
        year=last,
        horizon=total["all"].horizon,
        people_percent=100 * (forecast / observed - 1),
        lonely_percent=found.lonely[-1].population_percent,
        largest_group=largest.group,
        largest_percent=largest.error_percent,
    )
