"""Children: the estimates that were read, of the three that the letter cites."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, survey_value, values
from eenzaam_stats.letter.recompute.prevalence import (
    mostly_lonely_netherlands,
    severely_lonely_2022,
)
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes
from eenzaam_stats.letter.recompute.structure import count_rows


def children() -> tuple[Input, Input]:
    """Estimates of the two studies that were read: secondary pupils, and children of 10-15."""
    pupils = figure("youth", "HBSC-NL 2021, mostly or always", source="HBSC-NL")
    campaign = figure("youth", "Kinderpostzegels 2024, daily", source="Kinderpostzegels 2024")
    return pupils, campaign


def spread(numbers: list[float]) -> float:
    """Highest minus lowest."""
    return max(numbers) - min(numbers)


@recomputes("child-studies-3")
def _studies(claim: Claim) -> Recomputation:
    return count_rows(claim, "child_study")


@recomputes("children-9-16-around-ten")
def _around_ten(claim: Claim) -> Recomputation:
    numbers = children()
    low, high = claim.interval or (0.0, 0.0)
    printed = (low + high) / 2  # the round number stands in the middle of what it allows
    nearest, *_, farthest = sorted(values(numbers), key=lambda value: abs(value - printed))
    return answer_claim(
        claim,
        farthest,
        numbers,
        alternatives=[alternative("nearest_to_ten", nearest)],
    )


@recomputes("child-estimates-closer")
def _closer(claim: Claim) -> Recomputation:
    young = children()
    adults = (
        severely_lonely_2022(),
        survey_value("ssw", "severely_lonely", "2023"),
        mostly_lonely_netherlands(),
    )
    inner, outer = spread(values(young)), spread(values(adults))
    return answer_claim(
        claim,
        inner / outer,
        [*young, *adults],
        alternatives=[
            alternative("range_of_children", inner),
            alternative("range_of_adults", outer),
        ],
    )
