"""How many people a percentage stands for, and which population makes the printed number.

A count is prevalence times people times the share that stays lonely. The age floor of the people is
always named, because the whole question of the 854 thousand is which people were counted.
"""

from __future__ import annotations

import pandas as pd

from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, people, require_value, survey_value
from eenzaam_stats.letter.recompute.prevalence import severely_lonely_2022
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.vocabulary import Language, add_percent, format_number, label

STAYS_LONELY = 1 / 3  # assumption of the letter, claim one-third-assumption
LETTER_YEAR = 2025
SURVEY_YEAR = 2022
ADULT = 18
SEARCH_YEARS = range(2021, LETTER_YEAR + 1)
STEP = 0.1  # per cent, the smallest printed step


def lonely_people(percent: float, persons: float) -> float:
    """People who stay lonely: a percentage of some people, times the share that stays so.

    Examples
    --------
    14.2 per cent of 18,044,027 residents, divided by three:

    >>> round(lonely_people(14.2, 18_044_027))
    854084
    """
    return percent / 100 * persons * STAYS_LONELY


def search_percents() -> tuple[float, ...]:
    """Prevalences to try: every printed step from the percentage of men to that of women."""
    men, women = (
        require_value(survey_value("gezondheidsmonitor", "severely_lonely", "2022", sex=sex))
        for sex in ("men", "women")
    )
    low, high = sorted((men, women))
    return tuple(round(low + step * STEP, 1) for step in range(round((high - low) / STEP) + 1))


def arithmetic_search() -> pd.DataFrame:
    """Which prevalence and which population give the printed count.

    Returns
    -------
    pandas.DataFrame
        One row per base and prevalence: ``age_floor, year, persons, percent, count, fits``.
        ``fits`` says whether the count lies in the interval of the printed number.
    """
    claim = next(claim for claim in read_claims() if claim.id == "persons-854-thousand")
    low, high = claim.interval or (float("nan"), float("nan"))
    percents = search_percents()
    records = []
    for age_floor in (ADULT, 0):
        for year in SEARCH_YEARS:
            persons = require_value(people(OBSERVED, year, age_from=age_floor))
            for percent in percents:
                count = lonely_people(percent, persons)
                records.append((age_floor, year, persons, percent, count, low <= count <= high))
    names = ["age_floor", "year", "persons", "percent", "count", "fits"]
    return pd.DataFrame(records, columns=names)


def search_grid(language: Language) -> pd.DataFrame:
    """The same search as a table for readers: a base per row, a prevalence per column.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of the row and column names.

    Returns
    -------
    pandas.DataFrame
        Column ``base`` and one column of counts per prevalence.
    """
    everyone, adults = label("search.all_ages", language), label("search.adults", language)
    found_counts = arithmetic_search()
    grid = found_counts.pivot_table(
        index=["age_floor", "year"], columns="percent", values="count", sort=False
    )
    bases = [f"{adults if floor else everyone} {year}" for floor, year in grid.index]
    grid.columns = pd.Index(
        [
            add_percent(format_number(percent, decimals=1, language=language), language)
            for percent in search_percents()
        ]
    )
    table = grid.reset_index(drop=True)
    table.insert(0, "base", bases)
    return table


@recomputes("persons-854-thousand")
def _persons(claim: Claim) -> Recomputation:
    percent = severely_lonely_2022()
    everyone = people(OBSERVED, LETTER_YEAR)
    adults = people(OBSERVED, SURVEY_YEAR, age_from=ADULT)
    adults_now = people(OBSERVED, LETTER_YEAR, age_from=ADULT)
    share = require_value(percent)
    return answer_claim(
        claim,
        lonely_people(share, require_value(everyone)),
        [percent, everyone],
        alternatives=[
            alternative(
                "adults_surveyed",
                lonely_people(share, require_value(adults)),
                survey_year=SURVEY_YEAR,
            ),
            alternative(
                "adults_now",
                lonely_people(share, require_value(adults_now)),
                letter_year=LETTER_YEAR,
            ),
            alternative(
                "all_ages_as_printed", lonely_people(round(share), require_value(everyone))
            ),
            alternative("from_the_printed_millions", _from_printed_millions(percent)),
        ],
    )


def _from_printed_millions(percent: Input) -> float:
    """Count that the letter's own number of lonely people implies."""
    millions = figure(
        "projections",
        "lonely people, base year, as quoted",
        source="RIVM VTV-2024 trend scenario",
        wave="not stated",
    )
    lonely = survey_value("gezondheidsmonitor", "lonely", "2022")
    return (
        require_value(millions)
        * 1e6
        * require_value(percent)
        / require_value(lonely)
        * STAYS_LONELY
    )
