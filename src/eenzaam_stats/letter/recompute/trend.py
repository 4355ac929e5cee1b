"""Whether loneliness rose or fell: changes between waves, read from public tables.

No trend is fitted here and no margin is invented: two printed percentages give one difference.
"""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Claim, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, figures, require_value, survey_value
from eenzaam_stats.letter.recompute.registry import (
    alternative,
    answer_claim,
    recomputes,
    unread,
    words,
)
from eenzaam_stats.letter.recompute.structure import count_rows

SPECTACULAR_RATIO = 1.5  # half as much again; our reading of a word without a number


def change(
    table: str,
    outcome: str,
    *,
    start: str,
    end: str,
    group: str = "total",
    dimension: str = "total",
) -> float:
    """Percentage points between two waves of one survey."""
    before = survey_value(table, outcome, start, group=group, dimension=dimension)
    after = survey_value(table, outcome, end, group=group, dimension=dimension)
    return require_value(after) - require_value(before)


@recomputes("panel-studies-2")
def _panels(claim: Claim) -> Recomputation:
    return count_rows(claim, "panel_study")


@recomputes("no-spectacular-rise")
def _most_age_groups(claim: Claim) -> Recomputation:
    before, after = (
        figures(
            "ssw",
            f"severely_lonely {wave}",
            by="group",
            outcome="severely_lonely",
            wave=wave,
            dimension="age",
            sex="total",
        )
        for wave in ("2019", "2022")
    )
    ratios = {group: require_value(after[group]) / require_value(before[group]) for group in before}
    calm = sum(ratio < SPECTACULAR_RATIO for ratio in ratios.values())
    rising = sum(ratio > 1 for ratio in ratios.values())
    return answer_claim(
        claim,
        calm,
        [*before.values(), *after.values()],
        alternatives=[
            alternative("age_groups_compared", float(len(ratios))),
            alternative("age_groups_with_any_rise", float(rising)),
        ],
        shown=words("finding.calm_age_groups", calm=calm, groups=len(ratios)),
    )


@recomputes("older-65-slight-decline")
def _older_people(claim: Claim) -> Recomputation:
    before, after = (
        figure("lasa_liss", f"LASA, lonely, {wave}", outcome="lonely", wave=wave, group="total")
        for wave in ("1992-2006", "2009-2018")
    )
    return answer_claim(
        claim,
        require_value(after) - require_value(before),
        [before, after],
        alternatives=[
            alternative(
                "strongly_lonely_at_65_74",
                change(
                    "ssw",
                    "severely_lonely",
                    start="2019",
                    end="2022",
                    group="65-74",
                    dimension="age",
                ),
            ),
            alternative(
                "strongly_lonely_at_75",
                change(
                    "ssw", "severely_lonely", start="2019", end="2022", group="75+", dimension="age"
                ),
            ),
            alternative(
                "lonely_at_75",
                change(
                    "gezondheidsmonitor",
                    "lonely",
                    start="2020",
                    end="2022",
                    group="75+",
                    dimension="age",
                ),
            ),
        ],
    )


@recomputes("young-slight-rise-since-2008")
def _young_since_2008(claim: Claim) -> Recomputation:
    rise = change(
        "ssw", "severely_lonely", start="2019", end="2022", group="15-24", dimension="age"
    )
    return unread(
        claim,
        alternatives=[alternative("other_survey_young", rise)],
    )


@recomputes("programme-no-reduction")
def _since_programme(claim: Claim) -> Recomputation:
    before = survey_value("gezondheidsmonitor", "lonely", "2016")
    after = survey_value("gezondheidsmonitor", "lonely", "2022")
    latest = survey_value("gezondheidsmonitor", "lonely", "2024")
    return answer_claim(
        claim,
        require_value(after) - require_value(before),
        [before, after],
        alternatives=[
            alternative("until_2024_not_verified", require_value(latest) - require_value(before)),
            alternative(
                "strongly_lonely_other_survey",
                change("ssw", "severely_lonely", start="2019", end="2022"),
            ),
            alternative(
                "the_same_until_2024", change("ssw", "severely_lonely", start="2019", end="2024")
            ),
        ],
    )


@recomputes("gradual-rise-young-adults")
def _young_adults(claim: Claim) -> Recomputation:
    before, after = (
        survey_value("ssw", "severely_lonely", wave, group="15-24", dimension="age")
        for wave in ("2019", "2022")
    )
    return answer_claim(
        claim,
        require_value(after) - require_value(before),
        [before, after],
        alternatives=[
            alternative(
                "emotional_scale",
                change(
                    "ssw",
                    "severely_emotionally_lonely",
                    start="2019",
                    end=wave,
                    group="15-24",
                    dimension="age",
                ),
                wave=wave,
            )
            for wave in ("2021", "2022", "2023")
        ]
        + [
            alternative(
                "young_adults_not_verified",
                change("youth", "severely_lonely", start="2022", end="2024"),
            )
        ],
    )
