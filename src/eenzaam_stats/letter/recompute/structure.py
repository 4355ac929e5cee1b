"""Counts within the letter itself: forms, levels, sub-goals, elements, actions, areas, advice."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Recomputation
from eenzaam_stats.letter.recompute.lookup import count_kind, require_value, rows
from eenzaam_stats.letter.recompute.registry import (
    alternative,
    answer_claim,
    not_found,
    recomputes,
    words,
)


def count_rows(claim: Claim, kind: str) -> Recomputation:
    """Answer with the number of rows of one kind in the structure of the letter."""
    number = count_kind(kind)
    return answer_claim(claim, require_value(number), [number])


@recomputes("policy-areas-3")
def _policy_areas(claim: Claim) -> Recomputation:
    return count_rows(claim, "policy_area")


@recomputes("recommendations-3")
def _recommendations(claim: Claim) -> Recomputation:
    return count_rows(claim, "recommendation")


@recomputes("forms-of-loneliness-3")
def _forms(claim: Claim) -> Recomputation:
    return count_rows(claim, "form_of_loneliness")


@recomputes("three-levels")
def _levels(claim: Claim) -> Recomputation:
    return count_rows(claim, "level")


@recomputes("four-subgoals")
def _subgoals(claim: Claim) -> Recomputation:
    return count_rows(claim, "subgoal")


@recomputes("eleven-elements")
def _elements(claim: Claim) -> Recomputation:
    return count_rows(claim, "working_element")


@recomputes("three-actions-each")
def _actions_per_element(claim: Claim) -> Recomputation:
    elements, actions = count_kind("working_element"), count_kind("government_action")
    numbers = rows("letter_structure", kind="working_element")["number"]
    parents = rows("letter_structure", kind="government_action")["parent"]
    per_element = [int((parents == number).sum()) for number in numbers]
    total = alternative("actions_altogether", float(sum(per_element)))
    if len(set(per_element)) != 1:
        counts = ", ".join(map(str, per_element))
        return not_found(
            words("finding.not_the_same", counts=counts),
            inputs=[elements, actions],
        )
    return answer_claim(claim, per_element[0], [elements, actions], alternatives=[total])
