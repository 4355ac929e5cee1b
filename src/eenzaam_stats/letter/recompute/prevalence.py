"""How common loneliness is: the percentages that the letter takes from three surveys."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import count_items, figure, require_value, survey_value
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes
from eenzaam_stats.scoring import DJG6, DJG11

ANSWERED = "most or all of the time; missing excluded"
ALL_ASKED = "most or all of the time; missing counted as not lonely"


def severely_lonely_2022() -> Input:
    """Score 9-11 on the eleven-item scale, adults, Gezondheidsmonitor 2022."""
    return survey_value("gezondheidsmonitor", "severely_lonely", "2022")


def mostly_lonely_netherlands(threshold: str = ANSWERED) -> Input:
    """Unweighted Dutch share lonely most or all of the time in the European survey."""
    return figure(
        "eu_loneliness_survey",
        f"Netherlands, {threshold}",
        outcome="mostly_or_always_lonely",
        dimension="country",
        group="Netherlands",
        sex="total",
        threshold=threshold,
    )


@recomputes("instruments-differ")
def _instruments(claim: Claim) -> Recomputation:
    monitor = severely_lonely_2022()
    cohesion = survey_value("ssw", "severely_lonely", "2022")
    europe = mostly_lonely_netherlands()
    by_size = sorted((require_value(monitor), require_value(cohesion)))
    return answer_claim(
        claim,
        by_size[1] - by_size[0],
        [monitor, cohesion],
        alternatives=[
            alternative("health_monitor", require_value(monitor)),
            alternative("social_cohesion", require_value(cohesion)),
            alternative("european_survey", require_value(europe)),
        ],
    )


@recomputes("gm-2022-strongly-lonely")
def _monitor_2022(claim: Claim) -> Recomputation:
    number = severely_lonely_2022()
    return answer_claim(claim, require_value(number), [number])


@recomputes("gm-fourteen-restated")
def _monitor_rounded(claim: Claim) -> Recomputation:
    number = severely_lonely_2022()
    return answer_claim(claim, require_value(number), [number])


@recomputes("ssw-2023-strongly-lonely")
def _cohesion_2023(claim: Claim) -> Recomputation:
    number = survey_value("ssw", "severely_lonely", "2023")
    earlier = survey_value("ssw", "severely_lonely", "2022")
    return answer_claim(
        claim,
        require_value(number),
        [number],
        alternatives=[alternative("with_a_decimal", require_value(earlier))],
    )


@recomputes("ssw-title-one-in-ten")
def _one_in_ten(claim: Claim) -> Recomputation:
    number = survey_value("ssw", "severely_lonely", "2023")
    share = require_value(number)
    return answer_claim(
        claim,
        share,
        [number],
        alternatives=[alternative("one_in_so_many_people", 100 / share)],
    )


@recomputes("eu-ls-2022-netherlands")
def _european_survey(claim: Claim) -> Recomputation:
    answered, asked = mostly_lonely_netherlands(), mostly_lonely_netherlands(ALL_ASKED)
    return answer_claim(
        claim,
        require_value(answered),
        [answered],
        alternatives=[alternative("no_answer_is_no", require_value(asked))],
    )


@recomputes("djg-eleven-and-six-items")
def _long_scale(claim: Claim) -> Recomputation:
    number = count_items(DJG11)
    return answer_claim(claim, require_value(number), [number])


@recomputes("djg-short-form-six-items")
def _short_scale(claim: Claim) -> Recomputation:
    number = count_items(DJG6)
    return answer_claim(claim, require_value(number), [number])
