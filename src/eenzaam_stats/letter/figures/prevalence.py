"""Figures on how common loneliness is, by source and over time."""

from __future__ import annotations

from collections.abc import Sequence
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
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.output_check import remembering, worst
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.plots.lineplot import lines
from eenzaam_stats.vocabulary import Flag, Language, label

SOLID = frozenset({"primary", "derived"})


def by_source(language: Language, computed: Sequence[ComputedFigure]) -> LetterFigure:
    """Severe loneliness in 2022 as three sources measure it, each with what it measures."""
    name = "prevalence-by-source"
    published = [
        _source_row("gezondheidsmonitor", "Gezondheidsmonitor", "2022", language),
        _source_row("ssw", "CBS SSW", "2022", language),
        _source_row("ssw", "CBS SSW", "2023", language),
        _eu_row("EU Loneliness Survey 2022", language),
    ]
    shown = [one for one in computed if one.outcome == "severely_lonely" and not one.is_hidden]
    data = pd.DataFrame(published + [_build_computed_row(one, language) for one in shown])
    data["series"] = [label(f"origin.{origin}", language) for origin in data["origin"]]
    remembering(data, worst(one.disclosure for one in shown))
    return compose_dots(name, data, language, size=(8.2, 1.5 + 0.66 * len(data)))


def _source_row(table: str, title: str, wave: str, language: Language) -> dict[str, object]:
    rows = select(table, wave=wave, outcome="severely_lonely", dimension="total", sex="total")
    row = rows.iloc[0]
    threshold = str(row["threshold"]).replace(" of ", label("measure.of", language))
    words_below = f"{row['age_floor']}+, {row['instrument']}, {threshold}"
    return _build_published_row(f"{title} {wave}\n{words_below}", row, "published")


def _eu_row(title: str, language: Language) -> dict[str, object]:
    rows = select(
        "eu_loneliness_survey",
        dimension="country",
        group="Netherlands",
        sex="total",
        outcome="mostly_or_always_lonely",
        evidence="derived",
    )
    row = rows[rows["threshold"].str.endswith("missing excluded")].iloc[0]
    return _build_published_row(f"{title}\n{label('measure.eu_direct', language)}", row, "derived")


def _build_published_row(words_beside: str, row: pd.Series[Any], origin: str) -> dict[str, object]:
    return {
        "label": words_beside,
        "value": row["value"],
        "low": row["conf_low"],
        "high": row["conf_high"],
        "n": None if pd.isna(row["n"]) else int(row["n"]),
        "origin": origin,
        "evidence": row["evidence"],
        "decimals": min(row["decimals"], 1),
        "solid": row["evidence"] in SOLID,
        "computed": False,
    }


def _build_computed_row(one: ComputedFigure, language: Language) -> dict[str, object]:
    return {
        "label": f"Gezondheidsmonitor {one.wave}\n{_origin(one, language)}: {one.file}",
        "value": 100 * one.estimate.estimate,
        "low": 100 * one.estimate.conf_low,
        "high": 100 * one.estimate.conf_high,
        "n": one.estimate.n_valid,
        "origin": one.origin.value,
        "evidence": "",
        "decimals": one.decimals,
        "solid": one.estimate.flag is Flag.RELIABLE,
        "computed": True,
    }


def _origin(one: ComputedFigure, language: Language) -> str:
    """Origin of a computed figure, and whether it is in doubt."""
    doubted = one.estimate.flag is not Flag.RELIABLE
    words = [f"origin.{one.origin}", *(["word.uncertain"] if doubted else [])]
    return ", ".join(label(key, language) for key in words)


def gezondheidsmonitor_trend(
    language: Language, computed: Sequence[ComputedFigure]
) -> LetterFigure:
    """Lonely and severely lonely adults, with the change of base marked."""
    name = "gezondheidsmonitor-trend"
    parts = []
    for outcome in ("lonely", "severely_lonely"):
        rows = _best_per_wave("gezondheidsmonitor", outcome)
        rows["series"] = label(f"outcome.{outcome}", language)
        rows["joined"] = rows["age_floor"].astype(str)
        parts.append(rows)
    shown = [one for one in computed if not one.is_hidden]
    own = pd.DataFrame(
        [
            {
                "year": int(one.wave),
                "value": 100 * one.estimate.estimate,
                "series": (
                    f"{label(f'outcome.{one.outcome}', language)} ({_origin(one, language)})"
                ),
                "joined": one.file,
                "n": one.estimate.n_valid,
                "evidence": "",
                "decimals": 1,
                "computed": True,
                "doubted": one.estimate.flag is not Flag.RELIABLE,
            }
            for one in shown
        ]
    )
    data = pd.concat([*parts, own], ignore_index=True)
    remembering(data, worst(one.disclosure for one in shown))
    return _trend(name, data, language, breaks=((2018, "19+ | 18+"),))


def ssw_trend(language: Language) -> LetterFigure:
    """Somewhat and severely lonely people of 15 and over since 2019, with the missing year."""
    name = "ssw-trend"
    parts = []
    for outcome in ("somewhat_lonely", "severely_lonely"):
        rows = _best_per_wave("ssw", outcome)
        rows = rows[rows["year"] >= 2019]
        parts.append(
            rows.assign(
                series=label(f"outcome.{outcome}", language),
                joined=(rows["year"] > 2020).map({True: "after", False: "before"}),
            )
        )
    data = pd.concat(parts, ignore_index=True)
    return _trend(name, data, language, breaks=())


def _best_per_wave(table: str, outcome: str) -> pd.DataFrame:
    rows = select(table, outcome=outcome, dimension="total", sex="total")
    rows = rows[(rows["household_base"] == "private") & rows["value"].notna()].copy()
    order = ["primary", "derived", "third_party", "press", "unverified"]
    rows["rank"] = rows["evidence"].map(order.index)
    rows = rows.sort_values(["wave", "rank", "decimals"], ascending=[True, True, False])
    rows = rows.drop_duplicates("wave").reset_index(drop=True)
    return rows.assign(year=rows["wave"].astype(int), computed=False)


def _trend(
    name: str, data: pd.DataFrame, language: Language, *, breaks: Sequence[tuple[float, str]]
) -> LetterFigure:
    names = ["year", "value", "series", "joined", "n", "evidence", "decimals", "computed"]
    kept = data[names].copy()
    doubted = data["doubted"].eq(True) if "doubted" in data else False
    kept["solid"] = (kept["evidence"].isin(SOLID) | kept["computed"].astype(bool)) & ~doubted
    draw = partial(
        lines,
        frame=kept,
        text=NumberText(language, decimals=1),
        ylabel=words(name, "axis", language),
        breaks=breaks,
    )
    return compose_figure(name, kept, draw, language, size=(7.6, 4.6))
