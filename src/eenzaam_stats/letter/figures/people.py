"""Figures on numbers of people: the 854 thousand and the projection to 2050."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd

from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.figures.figure import LetterFigure, compose_figure, words
from eenzaam_stats.letter.ledger import Input
from eenzaam_stats.letter.page.projected import hindcast_sentence
from eenzaam_stats.letter.recompute import projection_table
from eenzaam_stats.letter.recompute.lookup import figure, people, require_value
from eenzaam_stats.letter.recompute.people import (
    ADULT,
    LETTER_YEAR,
    SURVEY_YEAR,
    lonely_people,
)
from eenzaam_stats.letter.recompute.prevalence import severely_lonely_2022
from eenzaam_stats.letter.recompute.projection import (
    BANDS,
    BASE_YEAR,
    END_YEAR,
    base_prevalence,
)
from eenzaam_stats.plots.barplot import bars
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.plots.lineplot import lines
from eenzaam_stats.published.population_editions import FORECASTS, OBSERVED
from eenzaam_stats.vocabulary import Language, label

PROJECTED_YEARS = (2030, 2040, END_YEAR)
AXIS_FROM = 6.4  # million; the axis of the projection does not start at zero


def persons_854_thousand(language: Language) -> LetterFigure:
    """One third of 14.2 per cent as two bars: of all residents and of the people surveyed."""
    name = "persons-854-thousand"
    percent = severely_lonely_2022()
    bases = (
        ("all_ages", people(OBSERVED, LETTER_YEAR), LETTER_YEAR),
        ("adults", people(OBSERVED, SURVEY_YEAR, age_from=ADULT), SURVEY_YEAR),
    )
    data = pd.DataFrame(
        [
            {
                "label": f"{label(f'base.{base}', language)}\n1-1-{year}",
                "series": label("report.one_third", language),
                "value": lonely_people(require_value(percent), require_value(persons)) / 1000,
                "evidence": max(percent.evidence, persons.evidence, key=_strength),
            }
            for base, persons, year in bases
        ]
    )
    claim = next(one for one in read_claims() if one.id == name)
    target = (claim.interval or (float("nan"),))[0] / 1000
    draw = partial(
        bars,
        frame=data,
        text=NumberText(language, decimals=1),
        ylabel=words(name, "axis", language),
        target=(target, label("report.letter_says", language)),
    )
    return compose_figure(name, data, draw, language, size=(6.6, 4.2))


def _strength(evidence: object) -> int:
    return ["primary", "derived", "third_party", "press", "unverified"].index(str(evidence))


def projection_2050(language: Language) -> LetterFigure:
    """Lonely adults per forecast with constant prevalence, and the two numbers of the letter."""
    name = "projection-2050"
    prevalence, base = base_prevalence()
    start = sum(p * require_value(n) for p, n in zip(prevalence, base[-len(BANDS) :], strict=True))
    records = []
    for edition in FORECASTS:
        series = label(f"edition.{edition.name}", language)
        records.append(_point(BASE_YEAR, start, series, "derived", solid=edition.official))
        for year in PROJECTED_YEARS:
            counts = [people(edition.name, year, age_from=low, age_to=high) for low, high in BANDS]
            lonely = sum(p * require_value(n) for p, n in zip(prevalence, counts, strict=True))
            records.append(_point(year, lonely, series, "derived", solid=edition.official))
    for year, quoted in zip((BASE_YEAR, END_YEAR), _read_quoted(), strict=True):
        said = label("report.letter_says", language)
        records.append(
            _point(year, 1e6 * require_value(quoted), said, quoted.evidence, solid=False)
        )
    data = pd.DataFrame(records)
    draw = partial(
        lines,
        frame=data,
        text=NumberText(language, decimals=2),
        ylabel=words(name, "axis", language),
        bottom=AXIS_FROM,
    )
    return _add_forecast_error(
        compose_figure(name, data, draw, language, size=(7.8, 4.8), decimals=2)
    )


def _add_forecast_error(figure: LetterFigure) -> LetterFigure:
    """Figure that ends in 2050, with the error of the forecast that can be checked in its note."""
    return replace(figure, note=f"{figure.note} {hindcast_sentence(figure.language)}")


def _point(
    year: int, persons: float, series: str, evidence: str, *, solid: bool = True
) -> dict[str, object]:
    return {
        "year": year,
        "value": persons / 1e6,
        "series": series,
        "joined": series,
        "solid": solid,
        "labelled": year == END_YEAR,
        "evidence": str(evidence),
    }


def _read_quoted() -> tuple[Input, Input]:
    source = "RIVM VTV-2024 trend scenario"
    first = figure("projections", "base year", source=source, wave="not stated")
    return first, figure("projections", str(END_YEAR), source=source, wave=str(END_YEAR))


def increase_to_2050(language: Language) -> LetterFigure:
    """Growth per forecast, booked by age group and split into size and structure."""
    name = "increase-to-2050"
    table = projection_table()
    change = table["end"] - table["start"]
    parts = {
        "booked_75plus": table["older"],
        "booked_younger": change - table["older"],
        "size": table["size"],
        "structure": table["structure"],
    }
    data = pd.concat(
        [
            pd.DataFrame(
                {
                    "label": [text.replace(", ", "\n") for text in table[f"name_{language}"]],
                    "series": label(f"growth.{part}", language),
                    "value": counts / 1000,
                    "evidence": "derived",
                }
            )
            for part, counts in parts.items()
        ],
        ignore_index=True,
    )
    draw = partial(
        bars,
        frame=data,
        text=NumberText(language),
        ylabel=words(name, "axis", language),
    )
    return _add_forecast_error(
        compose_figure(name, data, draw, language, size=(8.2, 4.6), decimals=0)
    )
