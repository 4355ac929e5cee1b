"""Jobs and people in public administration, from the labour accounts of Statistics Netherlands."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, value_of
from eenzaam_stats.letter.recompute.registry import alternative, found, recomputes

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
    return found(
        claim,
        100 * value_of(jobs) / value_of(all_jobs),
        [jobs, all_jobs],
        alternatives=[
            alternative("of_all_working_people", 100 * value_of(people) / value_of(all_people)),
            alternative("jobs_of_uwv_over_all_jobs", 100 * value_of(agency) / value_of(next_year)),
        ],
    )


@recomputes("government-people-600-thousand")
def _people(claim: Claim) -> Recomputation:
    people, jobs = labour("persons", PUBLIC), labour("jobs", PUBLIC)
    earlier = labour("persons", PUBLIC, "2022")
    return found(
        claim,
        value_of(people),
        [people],
        alternatives=[
            alternative("jobs", value_of(jobs)),
            alternative("people_before_the_revision", value_of(earlier)),
        ],
    )
