"""Whether loneliness rose or fell: changes between waves, read from public tables.

No trend is fitted here and no margin is invented: two printed percentages give one difference.
"""

from __future__ import annotations

from eenzaam_stats.letter.ledger import Alternative, Claim, Recomputation
from eenzaam_stats.letter.recompute.lookup import figure, figures, survey_value, value_of
from eenzaam_stats.letter.recompute.registry import found, recomputes, unread
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
    return value_of(after) - value_of(before)


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
    ratios = {group: value_of(after[group]) / value_of(before[group]) for group in before}
    calm = sum(ratio < SPECTACULAR_RATIO for ratio in ratios.values())
    rising = sum(ratio > 1 for ratio in ratios.values())
    return found(
        claim,
        calm,
        [*before.values(), *after.values()],
        alternatives=[
            Alternative("age groups compared", "vergeleken leeftijdsgroepen", float(len(ratios))),
            Alternative(
                "age groups with any rise", "leeftijdsgroepen met enige stijging", float(rising)
            ),
        ],
        shown=(f"{calm} of {len(ratios)} age groups", f"{calm} van {len(ratios)} leeftijdsgroepen"),
    )


@recomputes("older-65-slight-decline")
def _older_people(claim: Claim) -> Recomputation:
    before, after = (
        figure("lasa_liss", f"LASA, lonely, {wave}", outcome="lonely", wave=wave, group="total")
        for wave in ("1992-2006", "2009-2018")
    )
    return found(
        claim,
        value_of(after) - value_of(before),
        [before, after],
        alternatives=[
            Alternative(
                "strongly lonely at 65-74, 2019-2022",
                "sterk eenzaam, 65-74 jaar, 2019-2022",
                change(
                    "ssw",
                    "severely_lonely",
                    start="2019",
                    end="2022",
                    group="65-74",
                    dimension="age",
                ),
            ),
            Alternative(
                "strongly lonely at 75 and over, 2019-2022",
                "sterk eenzaam, 75-plus, 2019-2022",
                change(
                    "ssw", "severely_lonely", start="2019", end="2022", group="75+", dimension="age"
                ),
            ),
            Alternative(
                "lonely at 75 and over, health monitor 2020-2022",
                "eenzaam, 75-plus, Gezondheidsmonitor 2020-2022",
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
        alternatives=[
            Alternative(
                "other survey, ages 15-24, 2019-2022",
                "ander onderzoek, 15-24 jaar, 2019-2022",
                rise,
            )
        ],
    )


@recomputes("programme-no-reduction")
def _since_programme(claim: Claim) -> Recomputation:
    before = survey_value("gezondheidsmonitor", "lonely", "2016")
    after = survey_value("gezondheidsmonitor", "lonely", "2022")
    latest = survey_value("gezondheidsmonitor", "lonely", "2024")
    return found(
        claim,
        value_of(after) - value_of(before),
        [before, after],
        alternatives=[
            Alternative(
                "until 2024, not verified",
                "tot 2024, niet geverifieerd",
                value_of(latest) - value_of(before),
            ),
            Alternative(
                "strongly lonely, other survey, 2019-2022",
                "sterk eenzaam, ander onderzoek, 2019-2022",
                change("ssw", "severely_lonely", start="2019", end="2022"),
            ),
            Alternative(
                "the same until 2024",
                "hetzelfde tot 2024",
                change("ssw", "severely_lonely", start="2019", end="2024"),
            ),
        ],
    )


@recomputes("gradual-rise-young-adults")
def _young_adults(claim: Claim) -> Recomputation:
    before, after = (
        survey_value("ssw", "severely_lonely", wave, group="15-24", dimension="age")
        for wave in ("2019", "2022")
    )
    return found(
        claim,
        value_of(after) - value_of(before),
        [before, after],
        alternatives=[
            Alternative(
                f"emotional scale, 2019-{wave}",
                f"emotionele schaal, 2019-{wave}",
                change(
                    "ssw",
                    "severely_emotionally_lonely",
                    start="2019",
                    end=wave,
                    group="15-24",
                    dimension="age",
                ),
            )
            for wave in ("2021", "2022", "2023")
        ]
        + [
            Alternative(
                "monitor of young adults, 2022-2024, not verified",
                "monitor onder jongvolwassenen, 2022-2024, niet geverifieerd",
                change("youth", "severely_lonely", start="2022", end="2024"),
            )
        ],
    )
