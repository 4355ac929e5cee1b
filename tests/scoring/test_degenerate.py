"""Data at the edge: nobody, one person, nothing answered, everybody alike."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from scoring.people import ALL_ITEMS, GM_ANSWERS, answers, coded, item_map, listed

EMPTY = {
    "pandas": answers([]),
    "polars": pl.DataFrame({f"djg_{n}": pl.Series([], dtype=pl.String) for n in ALL_ITEMS}),
    "arrow": pa.table({f"djg_{n}": pa.array([], pa.string()) for n in ALL_ITEMS}),
}
NOTHING = {
    "pandas categorical": answers(["..........."] * 3),
    "pandas object": pd.DataFrame({f"djg_{n}": [None] * 3 for n in ALL_ITEMS}, dtype=object),
    "pandas float": pd.DataFrame({f"djg_{n}": [float("nan")] * 3 for n in ALL_ITEMS}),
    "polars null": pl.DataFrame({f"djg_{n}": [None] * 3 for n in ALL_ITEMS}),
    "polars NaN": pl.DataFrame({f"djg_{n}": [float("nan")] * 3 for n in ALL_ITEMS}),
    "arrow null": pa.table({f"djg_{n}": pa.array([None] * 3) for n in ALL_ITEMS}),
}
ADDED = [
    "djg11_emotional",
    "djg11_social",
    "djg11_total",
    "djg11_n_missing",
    "djg11_category",
    "lonely",
    "severely_lonely",
    "djg11_tolerated_item",
]


def as_pandas(frame) -> pd.DataFrame:
    if isinstance(frame, pl.DataFrame):
        return pd.DataFrame(frame.to_dict(as_series=False))
    return frame if isinstance(frame, pd.DataFrame) else pd.DataFrame(frame.to_pydict())


@pytest.mark.parametrize("frame", EMPTY.values(), ids=EMPTY.keys())
def test_no_people_give_the_columns_and_no_rows(frame):
    scored = as_pandas(score(frame, DJG11))

    assert list(scored.columns)[11:] == ADDED
    assert len(scored) == 0
    assert check_direction(frame, DJG11).passed is None


@pytest.mark.parametrize("frame", NOTHING.values(), ids=NOTHING.keys())
def test_people_without_any_answer_have_no_score_and_no_flag(frame):
    scored = as_pandas(score(frame, DJG11))

    for column in ADDED:
        expected = [11] * 3 if column == "djg11_n_missing" else [None] * 3
        assert listed(scored, column) == expected


def test_people_without_any_answer_in_declared_codes_have_no_flag():
    frame = coded(["..........."] * 3, {".": 9})

    scored = score(frame, DJG11, items=item_map(), answers=GM_ANSWERS)

    assert listed(scored, "lonely") == [None] * 3


def test_one_person_is_scored_without_a_verdict_on_direction():
    frame = answers(["NYYNYYNNYYN"])

    assert score(frame, DJG11, strict=True)["djg11_total"].tolist() == [11]
    assert check_direction(frame, DJG11).passed is None


def test_everybody_alike_has_the_same_score():
    scored = score(answers(["MMMMMMMMMMM"] * 200), DJG6)

    assert scored["djg6_total"].tolist() == [6] * 200
    assert scored["lonely"].all()


def test_a_sum_of_steps_needs_every_item():
    words = {"ucla_1": ["often", None], "ucla_2": ["often", "often"], "ucla_3": ["often", "often"]}

    scored = score(pd.DataFrame(words), UCLA3)

    assert listed(scored, "ucla3_total") == [9, None]
    assert listed(scored, "ucla3_n_missing") == [0, 1]


def test_a_direct_question_without_an_answer_is_never_a_no():
    frame = pd.DataFrame({"direct": ["always", "never", None]})

    assert listed(score(frame, DIRECT), "often_or_always_lonely") == [True, False, None]


def test_a_polytomous_sum_of_nobody_is_empty():
    assert score_polytomous(answers([]), DJG11)["djg11_polytomous_sum"].tolist() == []
