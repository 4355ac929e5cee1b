"""Who is lonely more often: origin and age, in the social cohesion survey.

Always the total scale. The press printed the emotional percentages of 2022 as if they were total
ones; the outcome is therefore named in every lookup.
"""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import require_value, survey_value, values
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, unread

TOTAL_SCALE = "severely_lonely"
YOUNG, MIDDLE_AGED, OLDER = "15-24", "35-44", ("65-74", "75+")
ALMOST = 1.5  # "almost 20" may be 18.5, which rounds to 19, and is not more than 20
ROUNDING = 0.5  # half a unit of a percentage printed whole


def by_origin(group: str) -> Input:
    """Severely lonely in 2023 among people of one origin, as the press printed it."""
    return survey_value("ssw", TOTAL_SCALE, "2023", group=group, dimension="origin")


def by_age(group: str) -> Input:
    """Severely lonely in 2022 in one age group, on the total scale."""
    return survey_value("ssw", TOTAL_SCALE, "2022", group=group, dimension="age")


@recomputes("foreign-born-ratio")
def _foreign_born_ratio(claim: Claim) -> Recomputation:
    abroad, here = by_origin("born outside NL"), by_origin("born in NL")
    high, low = require_value(abroad), require_value(here)
    return answer_claim(
        claim,
        high / low,
        [abroad, here],
        alternatives=[
            alternative("lowest_by_rounding", (high - ALMOST) / (low + ROUNDING)),
            alternative("highest_by_rounding", high / (low - ROUNDING)),
        ],
    )


@recomputes("migration-background-risk")
def _migration_background(claim: Claim) -> Recomputation:
    here = by_origin("born in NL")
    europe = by_origin("born in NL, parent born in Europe")
    elsewhere = by_origin("born in NL, parent born outside Europe")
    abroad = by_origin("born outside NL")
    ratios = [value / require_value(here) for value in values([europe, elsewhere, abroad])]
    keys = ("parent_born_elsewhere_in_europe", "parent_born_outside_europe", "born_abroad")
    return answer_claim(
        claim,
        min(ratios),
        [here, europe, elsewhere, abroad],
        alternatives=[alternative(key, ratio) for key, ratio in zip(keys, ratios, strict=True)],
    )


@recomputes("young-and-middle-age-visible")
def _young_and_middle_aged(claim: Claim) -> Recomputation:
    younger = [by_age(YOUNG), by_age(MIDDLE_AGED)]
    older = [by_age(group) for group in OLDER]
    others = [by_age("45-54"), by_age("55-64")]
    floor = max(values(older))
    return answer_claim(
        claim,
        min(values(younger)) - floor,
        [*younger, *older],
        alternatives=[
            alternative("ages_against_the_same", value - floor, group=group)
            for group, value in zip(("45-54", "55-64"), values(others), strict=True)
        ],
    )


@recomputes("trust-gap-education-dates")
def _trust_gap(claim: Claim) -> Recomputation:
    return unread(claim)
