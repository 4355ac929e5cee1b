"""Tables of the chapter on projections: which combination makes the printed numbers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from eenzaam_stats.letter.recompute.combinations import combinations, study_denominators
from eenzaam_stats.letter.recompute.projection import BANDS, base_prevalence
from eenzaam_stats.plots.projectionplot import hindcast_words
from eenzaam_stats.published.population_editions import FORECASTS, KERNPROGNOSE
from eenzaam_stats.tables import TableLook, html_table
from eenzaam_stats.trend.projection.hindcast import hindcast_error
from eenzaam_stats.vocabulary import Language, label

DECIMALS = 3  # so that nobody rounds a rounded number


def combination_table(language: Language) -> str:
    """Lonely people in the base year and in 2050: one row per base, one column per forecast.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of words and numbers.

    Returns
    -------
    str
        HTML table; numbers that round to a printed one stand out.
    """
    found = combinations()
    names = _edition_names(language)
    rows, marks = [], []
    for _, group in found.groupby(["wave", "floor", "households"], sort=False):
        first = group.to_dict("records")[0]
        ends = dict(zip(group["edition"], group["end"], strict=True))
        rows.append({**_base(first, language), "start": first["start"], **ends})
        fits = dict(zip(group["edition"], group["end_fits"], strict=True))
        marks.append({"start": first["start_fits"], **fits})
    places = dict.fromkeys(("start", *names), DECIMALS)
    headers = {
        **{name: label(f"report.{name}", language) for name in ("wave", "floor", "households")},
        "start": label("report.in_base_year", language),
        **{
            name: label("report.in_2050", language).format(edition=words.partition(",")[0])
            for name, words in names.items()
        },
    }
    return html_table(
        pd.DataFrame(rows),
        caption=label("report.combinations", language),
        headers=headers,
        decimals=places,
        language=language,
        note=combination_note(language),
        look=TableLook(marked={name: [mark[name] for mark in marks] for name in places}),
    )


def combination_note(language: Language) -> str:
    """What the table of combinations assumes, and which of them give both printed numbers."""
    found = combinations()
    both = found[found["start_fits"] & found["end_fits"]].to_dict("records")
    names = _edition_names(language)
    named = "; ".join(
        ", ".join([*_base(row, language).values(), names[str(row["edition"])]]) for row in both
    )
    words = label("report.combinations_note", language)
    return words.format(both=len(both), all=len(found), named=named or "–")


def _edition_names(language: Language) -> Mapping[str, str]:
    return {one.name: label(f"edition.{one.name}", language) for one in FORECASTS}


def _base(row: Mapping[Hashable, Any], language: Language) -> dict[str, str]:
    return {
        "wave": str(row["wave"]),
        "floor": label("report.floor_base", language).format(floor=row["floor"]),
        "households": label(f"report.{row['households']}", language),
    }


def hindcast_sentence(language: Language) -> str:
    """How far the forecast that can be checked was off, for the note of a figure that ends in 2050.

    Examples
    --------
    >>> hindcast_sentence("en")[:66]
    'Hindcast: the Kernprognose 2016 after 8 years (2025): −3.2% adults'
    """
    bands = zip(BANDS, base_prevalence()[0], strict=True)
    found = hindcast_error(dict(bands), edition=KERNPROGNOSE)
    return hindcast_words(found, language)


def study_table(language: Language) -> str:
    """Printed numbers of the study of 2018 in their denominators.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of words and numbers.

    Returns
    -------
    str
        HTML table; the percentage that rounds to the printed one stands out.
    """
    found = study_denominators()
    floor = label("report.floor_base", language)
    shown = found.assign(
        year=found["year"].astype(str),
        base=[floor.format(floor=value) for value in found["floor"]],
    )
    keys = {
        "year": "year",
        "base": "base",
        "lonely": "lonely_millions",
        "persons": "people",
        "percent": "recomputed_percent",
        "printed": "printed_percent",
    }
    return html_table(
        shown,
        caption=label("report.study_2018", language),
        headers={name: label(f"report.{key}", language) for name, key in keys.items()},
        decimals={"lonely": 1, "persons": 0, "percent": 1, "printed": 0},
        language=language,
        note=label("report.study_2018_note", language),
        look=TableLook(marked={"percent": list(found["fits"])}),
    )
