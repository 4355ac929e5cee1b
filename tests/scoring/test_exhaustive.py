"""Every pattern against the rule written a second time: no corner of the answer space is unseen."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from scoring import plain_rule
from scoring.people import ALL_ITEMS, KIND, SHORT_ITEMS, answers, listed

# A full factorial has no correlation between its blocks, which the direction check reports.
pytestmark = pytest.mark.filterwarnings("ignore::eenzaam_stats.errors.EenzaamStatsWarning")

COLUMNS = ("emotional", "social", "total", "n_missing", "category")


def assert_equal_to_plain_rule(frame, scale, patterns, numbers):
    scored = score(frame, scale)
    found = zip(*(listed(scored, f"{scale.prefix}_{c}") for c in COLUMNS), strict=True)
    compared = 0
    for pattern, row in zip(patterns, found, strict=True):
        by_number = dict(zip(numbers, pattern, strict=True))
        expected = plain_rule.scored(by_number, items=len(scale.items))
        assert dict(zip(COLUMNS, row, strict=True)) == expected, pattern
        compared += 1
    return compared


def test_six_items_equal_the_plain_rule_on_every_answer_and_missing_pattern():
    patterns = ["".join(letters) for letters in product("YMN.", repeat=6)]

    compared = assert_equal_to_plain_rule(
        answers(patterns, SHORT_ITEMS), DJG6, patterns, SHORT_ITEMS
    )

    assert compared == 4096


def test_eleven_items_equal_the_plain_rule_on_random_patterns_with_gaps(rng):
    drawn = rng.choice(list("YMN."), size=(20_000, 11), p=[0.31, 0.31, 0.31, 0.07])
    patterns = ["".join(row) for row in drawn]

    compared = assert_equal_to_plain_rule(answers(patterns), DJG11, patterns, ALL_ITEMS)

    assert compared == 20_000
    assert {pattern.count(".") for pattern in patterns} >= {0, 1, 2, 3}


def test_six_items_have_the_counted_distribution_over_complete_patterns():
    patterns = ["".join(letters) for letters in product("YMN", repeat=6)]

    totals = score(answers(patterns, SHORT_ITEMS), DJG6)["djg6_total"].value_counts().sort_index()

    # C(6, k) 2^k patterns have k items that count.
    assert totals.tolist() == [1, 12, 60, 160, 240, 192, 64]


@pytest.fixture(scope="module")
def all_eleven() -> pd.DataFrame:
    digits = np.indices((3,) * 11, dtype=np.int8).reshape(11, -1)
    return pd.DataFrame(
        {
            f"djg_{number}": pd.Categorical.from_codes(digits[i], dtype=KIND)
            for i, number in enumerate(ALL_ITEMS)
        }
    )


def test_eleven_items_have_the_counted_categories_over_complete_patterns(all_eleven):
    scored = score(all_eleven, DJG11)

    assert len(scored) == 177_147
    assert scored["djg11_category"].value_counts().to_dict() == {
        "not": 243,
        "moderate": 135_432,
        "severe": 39_424,
        "very_severe": 2_048,
    }
    assert int(scored["lonely"].sum()) == 177_147 - 243
    assert int(scored["severely_lonely"].sum()) == 39_424 + 2_048


def test_eleven_items_have_the_counted_totals_over_complete_patterns(all_eleven):
    totals = score(all_eleven, DJG11)["djg11_total"].value_counts().sort_index()

    assert totals.tolist() == [comb(11, k) * 2**k for k in range(12)]
