"""Jobs and people in public administration, from the labour accounts of Statistics Netherlands."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Alternative, Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, value_of
from eenzaam_stats.letter.recompute.registry import found, recomputes

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
            Alternative(
                "of all working people",
                "van alle werkenden",
                100 * value_of(people) / value_of(all_people),
            ),
            Alternative(
                "jobs of UWV 2022 over all jobs 2023, mixed sources",
                "banen van UWV 2022 op alle banen 2023, bronnen gemengd",
                100 * value_of(agency) / value_of(next_year),
            ),
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
            Alternative("jobs", "banen", value_of(jobs)),
            Alternative(
                "people in 2022, before the revision",
                "mensen in 2022, voor de revisie",
                value_of(earlier),
            ),
        ],
    )
