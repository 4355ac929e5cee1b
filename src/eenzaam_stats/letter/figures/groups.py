"""Figures on groups: age, young people, origin, countries, and the tally of verdicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any

import pandas as pd

from eenzaam_stats.letter.figures.figure import (
    LetterFigure,
    compose_dots,
    compose_figure,
    select,
    words,
)
from eenzaam_stats.letter.ledger import LedgerRow, Theme
from eenzaam_stats.plots.barplot import bars, stack
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.plots.theme import VERDICTS
from eenzaam_stats.vocabulary import Language, Verdict, label

YOUTH = (
    "mostly_or_always_lonely",
    "often_or_always_lonely",
    "daily_lonely",
    "severely_lonely",
)
YOUTH_GROUPS = ("total", "Netherlands")
YOUTH_PEOPLE = {
    "pupils of 12-16 in secondary schools, Netherlands": "pupils_12_16",
    "pupils of 11, 13 and 15, Netherlands": "pupils_11_13_15",
    "children of 10-15, Netherlands": "children_10_15",
    "16-25, Netherlands, open online sample": "open_16_25",
}
ORIGINS = {
    "born outside NL": "born_outside_nl",
    "born in NL, parent born outside Europe": "parent_outside_europe",
    "born in NL, parent born in Europe": "parent_in_europe",
    "born in NL": "born_in_nl",
}


def ssw_age(language: Language) -> LetterFigure:
    """Severely lonely by age in 2019 and 2022; the overall score, not a subscale."""
    name = "ssw-age"
    rows = select("ssw", outcome="severely_lonely", dimension="age", sex="total")
    rows = rows[rows["wave"].isin(["2019", "2022"])]
    data = pd.DataFrame(
        {
            "label": rows["group"],
            "series": rows["wave"],
            "value": rows["value"],
            "n": rows["n"],
            "evidence": rows["evidence"],
        }
    ).reset_index(drop=True)
    draw = partial(
        bars,
        frame=data,
        text=NumberText(language, decimals=1),
        ylabel=words(name, "axis", language),
    )
    return compose_figure(name, data, draw, language, size=(8.0, 4.2))


def young_people(language: Language) -> LetterFigure:
    """Children and young people: one row per published figure, with what it measures."""
    name = "young-people"
    rows = select("youth", unit="percent")
    rows = rows[rows["outcome"].isin(YOUTH) & rows["group"].isin(YOUTH_GROUPS)]
    rows = rows[rows["value"].notna()]
    data = pd.DataFrame(
        {
            "label": [_youth_label(row, language) for row in rows.to_dict("records")],
            "value": rows["value"],
            "low": rows["conf_low"],
            "high": rows["conf_high"],
            "n": rows["n"],
            "series": [label(f"evidence.{level}", language) for level in rows["evidence"]],
            "evidence": rows["evidence"],
            "decimals": rows["decimals"],
            "solid": rows["evidence"].isin(["primary", "derived"]),
        }
    ).reset_index(drop=True)
    return compose_dots(name, data, language, size=(8.4, 1.6 + 0.6 * len(data)))


def _youth_label(row: dict[Hashable, Any], language: Language) -> str:
    source = str(row["source"])
    year = "" if str(row["wave"]) in source else f" {row['wave']}"
    people = label(f"youth.{YOUTH_PEOPLE[str(row['population'])]}", language)
    outcome = label(f"outcome.{row['outcome']}", language)
    sex = "" if row["sex"] == "total" else ", " + label(f"sex.{row['sex']}", language)
    return f"{source}{year}: {outcome}{sex}\n{people}"


def foreign_born(language: Language) -> LetterFigure:
    """Severely lonely by origin in 2023, with the range that rounding leaves."""
    name = "foreign-born"
    rows = select("ssw", wave="2023", outcome="severely_lonely", dimension="origin")
    rows = rows.set_index("group").loc[list(ORIGINS)].reset_index()
    half = 0.5 * 10.0 ** -rows["decimals"].astype(float)
    data = pd.DataFrame(
        {
            "label": [label(f"origin_group.{ORIGINS[g]}", language) for g in rows["group"]],
            "value": rows["value"],
            "low": rows["value"] - half,
            "high": rows["value"] + half,
            "n": rows["n"],
            "series": "CBS SSW 2023",
            "evidence": rows["evidence"],
        }
    ).reset_index(drop=True)
    return compose_dots(name, data, language, size=(8.0, 3.2), decimals=0)


def eu_countries(language: Language) -> LetterFigure:
    """Lonely most or all of the time in 27 countries, unweighted, from high to low."""
    name = "eu-countries"
    rows = select(
        "eu_loneliness_survey",
        dimension="country",
        sex="total",
        outcome="mostly_or_always_lonely",
        evidence="derived",
    )
    rows = rows[rows["threshold"].str.endswith("missing excluded") & rows["value"].notna()]
    rows = rows[rows["group"] != "EU27"].sort_values("value", ascending=False)
    dutch = rows["group"] == "Netherlands"
    data = pd.DataFrame(
        {
            "label": [label(f"country.{country}", language) for country in rows["group"]],
            "value": rows["value"],
            "low": rows["conf_low"],
            "high": rows["conf_high"],
            "n": rows["n"],
            "series": dutch.map(
                {
                    True: label("report.netherlands", language),
                    False: label("report.other_countries", language),
                }
            ),
            "evidence": rows["evidence"],
        }
    ).reset_index(drop=True)
    return compose_dots(name, data, language, size=(7.6, 8.6))


def verdicts(language: Language, rows: Sequence[LedgerRow]) -> LetterFigure:
    """How many statements got which verdict, by chapter."""
    name = "verdicts"
    counts = Counter((row.claim.theme, row.verdict) for row in rows)
    data = pd.DataFrame(
        [
            {
                "label": label(f"theme.{theme}", language),
                "series": label(f"verdict.{verdict}", language),
                "value": float(counts[theme, verdict]),
            }
            for verdict in Verdict
            for theme in Theme
            if counts[theme, verdict]
        ]
    )
    order = [label(f"theme.{theme}", language) for theme in Theme]
    data = data.sort_values("label", key=lambda names: names.map(order.index), kind="stable")
    draw = partial(
        stack,
        frame=data,
        text=NumberText(language),
        xlabel=words(name, "axis", language),
        colours={label(f"verdict.{verdict}", language): VERDICTS[verdict] for verdict in Verdict},
    )
    return compose_figure(name, data, draw, language, size=(8.4, 5.6), decimals=0)
