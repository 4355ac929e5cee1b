"""The database of recognised interventions: sums, shares, and two effects on pupils."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import count_rows, figure, require_value, values
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, unread

RATINGS = ("effective", "well_founded", "well_described")
LETTER = "Advisory letter of 10 April 2025"
LAST_OWN_COUNT = "2024-06"


def count_rated(rating: str, group: str) -> Input:
    """Number of interventions with a rating, as the letter prints it."""
    return figure("interventions", f"{group}, {rating}", source=LETTER, outcome=rating, group=group)


def _sum_and_shares(claim: Claim, group: str) -> Recomputation:
    counts = [count_rated(rating, group) for rating in RATINGS]
    total = sum(values(counts))
    return answer_claim(
        claim,
        total,
        counts,
        alternatives=[
            alternative(f"rating_{rating}", 100 * require_value(count) / total)
            for rating, count in zip(RATINGS, counts, strict=True)
        ],
    )


@recomputes("interventions-14-57-32")
def _all_ratings(claim: Claim) -> Recomputation:
    return _sum_and_shares(claim, "all")


@recomputes("interventions-loneliness-3-8-15")
def _loneliness_ratings(claim: Claim) -> Recomputation:
    return _sum_and_shares(claim, "loneliness")


@recomputes("interventions-103")
def _number_of_interventions(claim: Claim) -> Recomputation:
    own = figure(
        "interventions",
        f"count by the keeper, {LAST_OWN_COUNT}",
        source="Movisie",
        wave=LAST_OWN_COUNT,
        outcome="all",
    )
    earlier = figure(
        "interventions",
        "count by the keeper, 2020-08",
        source="Movisie",
        wave="2020-08",
        outcome="all",
    )
    return answer_claim(
        claim,
        require_value(own),
        [own],
        alternatives=[
            alternative("in_2020", require_value(earlier)),
            alternative("in_the_letter", require_value(count_rated("all", "all"))),
        ],
    )


@recomputes("loneliness-interventions-mostly-described")
def _mostly_described(claim: Claim) -> Recomputation:
    counts = [count_rated(rating, "loneliness") for rating in RATINGS]
    overall = [count_rated(rating, "all") for rating in RATINGS]
    described, everything = values([counts[-1], overall[-1]])
    total, total_overall = sum(values(counts)), sum(values(overall))
    return answer_claim(
        claim,
        100 * described / total,
        counts,
        alternatives=[
            alternative(
                "among_the_others", 100 * (everything - described) / (total_overall - total)
            )
        ],
    )


@recomputes("vangnetwerken-well-founded")
def _vangnetwerken(claim: Claim) -> Recomputation:
    return unread(claim)


@recomputes("sel-interventions-effect")
def _social_emotional_learning(claim: Claim) -> Recomputation:
    gain = figure(
        "health_effects",
        "school programmes, gain in achievement",
        measure="percentile_points",
        outcome="school achievement",
    )
    return answer_claim(claim, require_value(gain), [gain])


@recomputes("paths-trial-loneliness")
def _paths(claim: Claim) -> Recomputation:
    trials = count_rows(
        "health_effects",
        "trials of PATHS with less loneliness",
        measure="direction",
        outcome="loneliness of pupils",
    )
    return answer_claim(claim, require_value(trials), [trials])
