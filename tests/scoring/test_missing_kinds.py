"""A missing score has the kind that most of its missing items share."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import eenzaam_stats as es
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.survey import HarmonisationReport

KINDS = {
    # one item missing, two of one kind and one of another, a tie, and nothing missing
    0: ["dont_know"],
    1: ["refused", "no_answer", "no_answer"],
    2: ["no_answer", "refused"],
    3: [],
}
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
}


@pytest.fixture
def people() -> pd.DataFrame:
    frame = pd.DataFrame({item: ["no"] * 4 for item in DJG_ITEMS}, dtype="object")
    for item in DJG_ITEMS:
        frame[f"{item}_missing"] = pd.Series([None] * 4, dtype="object")
    for row, kinds in KINDS.items():
        for item, kind in zip(DJG_ITEMS, kinds, strict=False):
            frame.loc[row, item] = None
            frame.loc[row, f"{item}_missing"] = kind
    return frame


@pytest.mark.filterwarnings("ignore::eenzaam_stats.errors.EenzaamStatsWarning")
@pytest.mark.parametrize("engine", ENGINES)
def test_kind_is_that_of_most_missing_items_and_the_first_of_a_tie(people, engine):
    answers = ["no", "more_or_less", "yes"]
    scored = es.score(ENGINES[engine](people), es.DJG11, answers=answers)
    kinds = scored["djg11_missing"]
    found = kinds.to_pylist() if engine == "pyarrow" else list(kinds)
    expected = ["dont_know", "no_answer", "refused", None]
    assert [None if pd.isna(kind) else kind for kind in found] == expected


@pytest.mark.filterwarnings("ignore::eenzaam_stats.errors.EenzaamStatsWarning")
def test_kinds_stand_beside_the_estimate_and_add_up_to_the_missing(people):
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "adults", 4, 4)
    survey = es.Survey(people, es.Design(), report)
    scored = es.score(survey, es.DJG11, answers=["no", "more_or_less", "yes"])
    assert scored.scoring[0].missing_column == "djg11_missing"
    (row,) = es.prevalence(scored, "lonely", weights=None).rows
    # one missing item is tolerated; the other two people have no total
    assert (row.n_valid, row.n_missing) == (2, 2)
    assert row.missing == (("refused", 1), ("no_answer", 1))


@pytest.mark.filterwarnings("ignore::eenzaam_stats.errors.EenzaamStatsWarning")
def test_file_without_kinds_gets_no_column_and_says_unknown(people):
    plain = people[list(DJG_ITEMS)]
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "adults", 4, 4)
    scored = es.score(
        es.Survey(plain, es.Design(), report), es.DJG11, answers=["no", "more_or_less", "yes"]
    )
    assert "djg11_missing" not in scored.respondents
    assert es.prevalence(scored, "lonely", weights=None).rows[0].missing == (("unknown", 2),)
