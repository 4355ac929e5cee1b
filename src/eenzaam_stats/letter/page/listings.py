"""Tables of the report: ledger, numbers behind a figure, computed figures, search grid."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.figures import LetterFigure, evidence_text
from eenzaam_stats.letter.ledger import LedgerRow, read_text
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.address import address, classes
from eenzaam_stats.letter.page.download import data_columns
from eenzaam_stats.letter.recompute import search_grid
from eenzaam_stats.output_check import remembering, worst
from eenzaam_stats.tables import TableLook, html_table
from eenzaam_stats.vocabulary import Language, label

# the report has refused what may not leave; where it stays, the note of a table says so
STAYING = TableLook(unchecked=True)


def _headers(*names: str, language: Language) -> dict[str, str]:
    return {name: name if name == "n" else label(f"word.{name}", language) for name in names}


def ledger_frame(rows: Sequence[LedgerRow], language: Language) -> pd.DataFrame:
    """Ledger as a frame: one row per statement, for ``claims.csv``.

    A column ``live`` names live tables, where any took the place of a packaged one.
    """
    records = [
        {
            "id": row.claim.id,
            "page": row.claim.page,
            "theme": row.claim.theme,
            "statement": read_text(row.claim, "statement", language),
            "printed": row.claim.printed,
            "cited": row.claim.cited,
            "low": row.interval[0] if row.interval else None,
            "high": row.interval[1] if row.interval else None,
            "value": row.recomputation.value,
            "unit": row.claim.unit,
            "recomputed": read_text(row.recomputation, "shown", language),
            "verdict": row.verdict.value,
            "evidence": row.evidence.value if row.evidence else "",
            "method": read_text(row.claim, "method", language),
            "inputs": " ".join(row.claim.inputs),
            "caveat": read_text(row.claim, "caveat", language),
            "source_url": row.claim.source_url,
        }
        for row in rows
    ]
    frame = pd.DataFrame(records)
    live = ["; ".join(row.recomputation.live) for row in rows]
    if any(live):
        frame.insert(list(frame.columns).index("evidence") + 1, "live", live)
    return frame


def ledger_table(rows: Sequence[LedgerRow], language: Language) -> str:
    """All statements on one line each."""
    frame = pd.DataFrame(
        {
            "page": [row.claim.page for row in rows],
            "statement": [read_text(row.claim, "statement", language) for row in rows],
            "printed": [row.claim.printed for row in rows],
            "recomputed": [read_text(row.recomputation, "shown", language) for row in rows],
            "verdict": [label(f"verdict.{row.verdict}", language) for row in rows],
        }
    )
    return html_table(
        frame,
        caption=label("report.all_claims", language),
        headers=_headers(*frame.columns, language=language),
        decimals={},
        language=language,
        look=TableLook(
            rows=[classes(row) for row in rows],
            links={"statement": [f"#{address(row.claim.id, language)}" for row in rows]},
        ),
    )


def figure_table(figure: LetterFigure) -> str:
    """The numbers that a figure draws."""
    language = figure.language
    data = figure.data.copy()
    if "evidence" in data:
        data["evidence"] = [
            evidence_text(level, language) if level else "" for level in data["evidence"]
        ]
    names = data_columns(figure)
    places = [figure.places(row) for row in figure.data.to_dict("records")]
    numeric: dict[str, int | Sequence[int]] = {"value": places, "n": 0}
    numeric |= dict.fromkeys(("low", "high"), figure.decimals)
    if "year" in names:
        data["year"] = data["year"].astype(int).astype(str)
    return html_table(
        data,
        caption=f"{figure.title} ({figure.unit})",
        headers=_headers(*names, language=language),
        decimals=numeric,
        language=language,
        note=figure.note,
        look=STAYING,
    )


def tabulate_computed(computed: Sequence[ComputedFigure], language: Language) -> str:
    """Figures computed from files of respondents beside the published ones."""
    answers = {
        True: label("report.yes", language),
        False: label("report.no", language),
        None: "–",
    }
    frame = pd.DataFrame(
        {
            "file": [one.file for one in computed],
            "origin": [label(f"origin.{one.origin}", language) for one in computed],
            "outcome": [
                f"{label(f'outcome.{one.outcome}', language)} {one.wave}" for one in computed
            ],
            "value": [100 * one.estimate.estimate for one in computed],
            "low": [100 * one.estimate.conf_low for one in computed],
            "high": [100 * one.estimate.conf_high for one in computed],
            "n": [one.estimate.n_valid for one in computed],
            "missing": [one.estimate.n_missing for one in computed],
            "published": [
                None if one.published is None else 100 * one.published for one in computed
            ],
            "inside": [answers[one.contains_published] for one in computed],
        }
    )
    remembering(frame, worst(one.disclosure for one in computed))
    hidden = label("disclosure.suppressed", language)
    doubts = [hidden if one.is_hidden else one.estimate.reason for one in computed]
    if any(doubts):
        frame["doubt"] = doubts
    headers = {
        "file": label("report.file", language),
        "origin": label("word.origin", language),
        "outcome": label("word.label", language),
        **_headers("value", "low", "high", language=language),
        "n": "n",
        "missing": label("word.missing", language),
        "published": label("word.published", language),
        "inside": label("report.inside", language),
        **({"doubt": label("report.doubt", language)} if any(doubts) else {}),
    }
    places: dict[str, int | Sequence[int]] = {"n": 0, "missing": 0, "published": 1}
    decimals = [one.decimals for one in computed]
    places |= {"value": decimals, "low": decimals, "high": decimals}
    return html_table(
        frame,
        caption=label("report.survey", language),
        headers=headers,
        decimals=places,
        language=language,
        look=STAYING,
    )


def search_table(language: Language) -> str:
    """Persons times prevalence, divided by three; counts that fit the letter stand out."""
    claim = next(claim for claim in read_claims() if claim.id == "persons-854-thousand")
    low, high = claim.interval or (float("nan"), float("nan"))
    grid = search_grid(language)
    places = {name: 0 for name in grid.columns if name != "base"}
    return html_table(
        grid,
        caption=label("report.search", language),
        headers={"base": label("report.base", language), **{n: n for n in places}},
        decimals=places,
        language=language,
        look=TableLook(marked={n: list(grid[n].between(low, high)) for n in places}),
    )
