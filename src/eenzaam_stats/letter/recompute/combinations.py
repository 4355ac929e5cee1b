"""Which population makes the printed numbers of a projection: every combination, side by side.

The letter prints 6.8 and 7.6 million without age floor, household base, base year or forecast; an
earlier study of the same institute prints numbers of people and a percentage. Each table here puts
what can be computed beside what is printed. That the authors computed it so is an inference.
"""

from __future__ import annotations

from functools import partial
from itertools import product

import pandas as pd

from eenzaam_stats.age_bands import PUBLISHED_BANDS, band_edges, from_age
from eenzaam_stats.letter.ledger import Input
from eenzaam_stats.letter.recompute.lookup import (
    figure,
    people,
    require_value,
    rows,
    survey_value,
    values,
)
from eenzaam_stats.letter.recompute.projection import END_YEAR, read_quoted
from eenzaam_stats.published.population_editions import FORECASTS, KERNPROGNOSE, OBSERVED

FLOORS = (18, 19)
HOUSEHOLDS = ("residents", "private")
WAVES = (2020, 2022, 2024)
_, OLD, OLDEST = PUBLISHED_BANDS
ADULT = 18
STUDY = "RIVM VTV-2018 trend scenario"
STUDY_YEARS = (2015, 2040)
MILLION = 1e6
RELEASED, FARTHEST = 2022, 2070  # the two points of one release on institutions
HALF = 0.05  # half of the last printed digit of a number in millions, with one decimal


def wave_prevalence(year: int) -> tuple[float, float, float]:
    """Proportion lonely at 18-74, 75-84 and 85 and over, from the three published percentages.

    The percentages of all adults, of 85 and over, and of 75 and over or 75-84, whichever the wave
    has, are turned into bands with the residents of that year.

    Parameters
    ----------
    year : int
        Wave of the Gezondheidsmonitor.

    Returns
    -------
    tuple of float
        Proportions, 0-1.

    Examples
    --------
    >>> [round(100 * p, 2) for p in wave_prevalence(2022)]
    [47.84, 52.0, 63.0]
    """
    everyone = _percent(year)
    oldest = _percent(year, OLDEST)
    n_young, n_old, n_oldest = values(_bands(OBSERVED, year, ADULT))
    if year == 2024:  # the wave without a figure for 75-84
        older = _percent(year, "75+") * (n_old + n_oldest)
        old = (older - oldest * n_oldest) / n_old
    else:
        old = _percent(year, OLD)
    lonely = everyone * (n_young + n_old + n_oldest)
    return (lonely - old * n_old - oldest * n_oldest) / n_young, old, oldest


def _percent(year: int, group: str = "total") -> float:
    dimension = "total" if group == "total" else "age"
    chosen = survey_value(
        "gezondheidsmonitor", "lonely", str(year), group=group, dimension=dimension
    )
    return require_value(chosen) / 100


def _bands(edition: str, year: int, floor: int) -> tuple[Input, ...]:
    edges = from_age(band_edges(PUBLISHED_BANDS), floor)
    return tuple(people(edition, year, age_from=low, age_to=high) for low, high in edges)


def in_institutions(year: int) -> float:
    """Residents in institutions, on a straight line between the years that are published.

    Examples
    --------
    >>> in_institutions(2022), round(in_institutions(2050))
    (267000.0, 353333)
    """
    table = rows("institutional_population")
    known = dict(zip(table["year"], table["persons"].astype(float), strict=True))
    if year in known:
        return float(known[year])
    share = (year - RELEASED) / (FARTHEST - RELEASED)
    return float(known[RELEASED] + share * (known[FARTHEST] - known[RELEASED]))


def lonely_millions(
    prevalence: tuple[float, ...], edition: str, year: int, *, floor: int, households: str
) -> float:
    """Lonely people of a population at a given prevalence, in millions.

    Parameters
    ----------
    prevalence : tuple of float
        Proportions of the three bands, 0-1.
    edition : str
        Count or forecast.
    year : int
        1 January of that year.
    floor : int
        Youngest age that counts.
    households : {"residents", "private"}
        Everyone, or without the people in institutions. Those are known for all ages together: all
        of them are taken off, with the prevalence of the whole.

    Returns
    -------
    float
    """
    n = values(_bands(edition, year, floor))
    lonely = sum(p * persons for p, persons in zip(prevalence, n, strict=True))
    if households == "private":
        lonely *= 1 - in_institutions(year) / sum(n)
    return lonely / MILLION


def combinations() -> pd.DataFrame:
    """Lonely people in the base year and in 2050 for every base, base year and forecast.

    Returns
    -------
    pandas.DataFrame
        One row per base year, age floor, household base and forecast: ``wave, floor, households,
        edition, start, end, start_fits, end_fits``. Numbers are millions; a number fits when it
        rounds to the printed one.
    """
    first, last = (require_value(one) for one in read_quoted())
    records = []
    for wave, floor, households in product(WAVES, FLOORS, HOUSEHOLDS):
        prevalence = wave_prevalence(wave)
        counted = partial(lonely_millions, prevalence, floor=floor, households=households)
        start = counted(OBSERVED, wave)
        for edition in FORECASTS:
            end = counted(edition.name, END_YEAR)
            fits = abs(start - first) < HALF, abs(end - last) < HALF
            records.append((wave, floor, households, edition.name, start, end, *fits))
    names = ["wave", "floor", "households", "edition", "start", "end", "start_fits", "end_fits"]
    return pd.DataFrame(records, columns=names)


def study_denominators() -> pd.DataFrame:
    """Printed numbers of people of the study of 2018 as a percentage of two age bases.

    Returns
    -------
    pandas.DataFrame
        One row per year and age floor: ``year, floor, edition, lonely, persons, percent, printed,
        fits``. ``lonely`` is in millions; ``printed`` is the published percentage, missing where
        none is printed; ``fits`` says whether the percentage rounds to it.
    """
    records = []
    printed = require_value(_study(STUDY_YEARS[1], "lonely"))
    for year in STUDY_YEARS:
        edition = OBSERVED if year == STUDY_YEARS[0] else KERNPROGNOSE
        lonely = require_value(_study(year, "lonely_persons"))
        told = printed if year == STUDY_YEARS[1] else None
        for floor in FLOORS:
            persons = require_value(people(edition, year, age_from=floor))
            percent = 100 * lonely * MILLION / persons
            fits = told is not None and abs(percent - told) < 10 * HALF
            records.append((year, floor, edition, lonely, persons, percent, told, fits))
    names = ["year", "floor", "edition", "lonely", "persons", "percent", "printed", "fits"]
    return pd.DataFrame(records, columns=names)


def _study(year: int, outcome: str) -> Input:
    return figure(
        "projections", f"{outcome}, {year}", source=STUDY, wave=str(year), outcome=outcome
    )
