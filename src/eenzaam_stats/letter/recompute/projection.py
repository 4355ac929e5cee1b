"""From 2022 to 2050 with the prevalence of each age group held constant, per population forecast.

A constant-prevalence run is not a copy of the trend scenario that the letter quotes: it shows what
population alone does. Derived forecasts are named as such and never as those of an institute.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd

from eenzaam_stats.age_bands import PUBLISHED_BANDS, band_edges
from eenzaam_stats.letter.ledger import Claim, Input, Recomputation
from eenzaam_stats.letter.recompute.lookup import (
    figure,
    people,
    require_value,
    survey_value,
    values,
)
from eenzaam_stats.letter.recompute.registry import alternative, answer_claim, recomputes, words
from eenzaam_stats.letter.wording import percent_range
from eenzaam_stats.numerics.people.count_change import CountDecomposition, count_decomposition
from eenzaam_stats.published.population_editions import FORECASTS, OBSERVED, Edition
from eenzaam_stats.vocabulary import Language, label

BASE_YEAR, END_YEAR = 2022, 2050
BANDS = band_edges(PUBLISHED_BANDS)
OLDER = slice(1, None)  # the bands from 75


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth of the number of lonely adults under one forecast.

    Attributes
    ----------
    edition : Edition
        The forecast.
    parts : CountDecomposition
        Start, end and the effects of size and structure, in persons.
    older : float
        Part of the growth that is booked among people of 75 and over, in persons.
    adults_end : float
        Adults in the last year.
    inputs : tuple of Input
        The counts of the forecast.
    """

    edition: Edition
    parts: CountDecomposition
    older: float
    adults_end: float
    inputs: tuple[Input, ...]

    @property
    def percent(self) -> float:
        """Growth in per cent of the start."""
        return 100 * self.parts.change / self.parts.start

    @property
    def older_percent(self) -> float:
        """Growth booked among people of 75 and over, in per cent of all growth."""
        return 100 * self.older / self.parts.change

    @property
    def structure_percent(self) -> float:
        """Effect of the age structure, in per cent of all growth."""
        return 100 * self.parts.structure / self.parts.change


def _name(grown: Growth, *, language: Language) -> str:
    return label(f"edition.{grown.edition.name}", language)


def _by_band(edition: str, year: int) -> tuple[Input, ...]:
    return tuple(people(edition, year, age_from=low, age_to=high) for low, high in BANDS)


def _prevalence_inputs() -> tuple[Input, ...]:
    """Lonely in all, at 75-84 and at 85 and over, Gezondheidsmonitor 2022."""
    wave = str(BASE_YEAR)
    return (
        survey_value("gezondheidsmonitor", "lonely", wave),
        *(
            survey_value("gezondheidsmonitor", "lonely", wave, group=group, dimension="age")
            for group in PUBLISHED_BANDS[OLDER]
        ),
    )


def base_prevalence() -> tuple[tuple[float, ...], tuple[Input, ...]]:
    """Proportion lonely per band in the base year, and where it comes from.

    Only the total and the two oldest bands are published; the youngest band takes the value that
    makes the three add up to the published total of all adults.

    Returns
    -------
    prevalence : tuple of float
        For 18-74, 75-84 and 85 and over, 0-1.
    inputs : tuple of Input
        The percentages and the people of the base year.

    Examples
    --------
    >>> prevalence, _ = base_prevalence()
    >>> [round(100 * p, 2) for p in prevalence]
    [47.84, 52.0, 63.0]
    """
    percent, base = _prevalence_inputs(), _by_band(OBSERVED, BASE_YEAR)
    total, *older = (value / 100 for value in values(percent))
    n = values(base)
    lonely_older = sum(p * persons for p, persons in zip(older, n[OLDER], strict=True))
    youngest = (total * sum(n) - lonely_older) / n[0]
    return (youngest, *older), (*percent, *base)


def growth_by_edition() -> tuple[Growth, ...]:
    """Growth of the number of lonely adults under every forecast, prevalence held constant.

    Returns
    -------
    tuple of Growth
        In the order of ``FORECASTS``.
    """
    prevalence, base_inputs = base_prevalence()
    start = values(base_inputs[-len(BANDS) :])
    grown = []
    for edition in FORECASTS:
        inputs = _by_band(edition.name, END_YEAR)
        end = values(inputs)
        parts = count_decomposition(start, end, prevalence_start=prevalence)
        older = sum(
            p * (e - s) for p, e, s in zip(prevalence[OLDER], end[OLDER], start[OLDER], strict=True)
        )
        grown.append(Growth(edition, parts, older, sum(end), inputs))
    return tuple(grown)


def projection_table() -> pd.DataFrame:
    """Outcome per forecast as a frame, for figures and tables.

    Returns
    -------
    pandas.DataFrame
        One row per forecast: ``edition, name_en, name_nl, official, start, end, growth_percent,
        crude_percent_end, size, structure, older, older_percent, structure_percent``. Counts are
        persons.
    """
    return pd.DataFrame(
        {
            "edition": grown.edition.name,
            "name_en": _name(grown, language="en"),
            "name_nl": _name(grown, language="nl"),
            "official": grown.edition.official,
            "start": grown.parts.start,
            "end": grown.parts.end,
            "growth_percent": grown.percent,
            "crude_percent_end": 100 * grown.parts.end / grown.adults_end,
            "size": grown.parts.size,
            "structure": grown.parts.structure,
            "older": grown.older,
            "older_percent": grown.older_percent,
            "structure_percent": grown.structure_percent,
        }
        for grown in growth_by_edition()
    )


def read_quoted() -> tuple[Input, Input]:
    """The two numbers of the trend scenario as the letter quotes them."""
    source = "RIVM VTV-2024 trend scenario"
    start = figure("projections", "lonely people, base year", source=source, wave="not stated")
    end = figure("projections", "lonely people, 2050", source=source, wave=str(END_YEAR))
    return start, end


@recomputes("rivm-6.8-to-7.6-million")
def _growth_in_letter(claim: Claim) -> Recomputation:
    start, end = read_quoted()
    printed = 100 * (require_value(end) / require_value(start) - 1)
    grown = growth_by_edition()
    _, base_inputs = base_prevalence()
    interval = (min(g.percent for g in grown), max(g.percent for g in grown))
    return answer_claim(
        claim,
        printed,
        [start, end, *base_inputs, *(one for g in grown for one in g.inputs)],
        alternatives=[alternative("growth", g.percent, edition=partial(_name, g)) for g in grown],
        interval=interval,
        shown=words(
            "finding.growth_by_forecast",
            range=partial(percent_range, *interval),
            printed=partial(percent_range, printed),
        ),
    )


@recomputes("growth-through-75plus")
def _through_older_people(claim: Claim) -> Recomputation:
    grown = growth_by_edition()
    _, base_inputs = base_prevalence()
    booked = [g.older_percent for g in grown]
    structure = [g.structure_percent for g in grown]
    return answer_claim(
        claim,
        min(booked),
        [*base_inputs, *(one for g in grown for one in g.inputs)],
        alternatives=[
            *(
                alternative("booked_at_75", g.older_percent, edition=partial(_name, g))
                for g in grown
            ),
            *(
                alternative("structure_effect", g.structure_percent, edition=partial(_name, g))
                for g in grown
            ),
        ],
        shown=words(
            "finding.booked_and_structure",
            booked=partial(percent_range, min(booked), max(booked), decimals=0),
            structure=partial(percent_range, min(structure), max(structure), decimals=0),
        ),
    )
