"""Jobs and people in public administration, from the labour accounts of Statistics Netherlands."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, require_value
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes

VINTAGE = "2024-Q2"
PUBLIC, EVERYWHERE = "public administration (SBI O)", "all activities"


def labour(outcome: str, group: str, wave: str = VINTAGE) -> Input:
    """Thousands of jobs or persons in one sector; both parts of a share use one vintage."""
    return figure(
        "government_jobs", f"{outcome}, {group}, {wave}", outcome=outcome, group=group, wave=wave
    )


@recomputes("government-jobs-five-percent")
def _share_of_jobs(claim: Claim) -> Recomputation:
    jobs, all_jobs = labour("jobs", PUBLIC), labour("jobs", EVERYWHERE)
    people, all_people = labour("persons", PUBLIC), labour("persons", EVERYWHERE)
    agency, next_year = labour("jobs", "UWV government", "2022"), labour("jobs", EVERYWHERE, "2023")
    return answer_claim(
        claim,
        100 * require_value(jobs) / require_value(all_jobs),
        [jobs, all_jobs],
        alternatives=[
            alternative(
                "of_all_working_people", 100 * require_value(people) / require_value(all_people)
            ),
            alternative(
                "jobs_of_uwv_over_all_jobs", 100 * require_value(agency) / require_value(next_year)
            ),
        ],
    )


@recomputes("government-people-600-thousand")
def _people(claim: Claim) -> Recomputation:
    people, jobs = labour("persons", PUBLIC), labour("jobs", PUBLIC)
    earlier = labour("persons", PUBLIC, "2022")
    return answer_claim(
        claim,
        require_value(people),
        [people],
        alternatives=[
            alternative("jobs", require_value(jobs)),
            alternative("people_before_the_revision", require_value(earlier)),
        ],
    )
