"""How large the effect of loneliness on health is, from published reviews.

Effects are compared on the log scale, where a ratio of 1.5 for survival and of 1/1.5 for death are
equally far from no effect.
"""

from __future__ import annotations

from math import log

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, require_value
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, unread


def _effect(exposure: str, measure: str, outcome: str = "death") -> Input:
    return figure(
        "health_effects",
        f"{exposure}, {outcome}",
        exposure=exposure,
        measure=measure,
        outcome=outcome,
    )


def _relationships() -> Input:
    return _effect("stronger social relationships", "odds_ratio", "survival")


def relative_effect(effect: Input, standard: Input) -> float:
    """Size of an effect as a share of another, both as distances from 1 on the log scale."""
    return abs(log(require_value(effect))) / abs(log(require_value(standard)))


@recomputes("health-fifteen-cigarettes")
def _same_order(claim: Claim) -> Recomputation:
    standard, loneliness = _relationships(), _effect("loneliness", "odds_ratio")
    hazard = _effect("loneliness", "hazard_ratio")
    older = _effect("loneliness at older age", "hazard_ratio")
    return answer_claim(
        claim,
        relative_effect(loneliness, standard),
        [standard, loneliness],
        alternatives=[
            alternative("other_review_hazard_ratio", relative_effect(hazard, standard)),
            alternative("review_of_older_people", relative_effect(older, standard)),
        ],
    )


@recomputes("health-more-than-overweight")
def _larger_effect(claim: Claim) -> Recomputation:
    return unread(claim)


@recomputes("relations-as-important-as-lifestyle")
def _as_important(claim: Claim) -> Recomputation:
    return unread(claim)
