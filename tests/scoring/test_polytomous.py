"""The undichotomised sum, by hand arithmetic: apart from the scores, without classes or flags."""

from __future__ import annotations

import pandas as pd
import pytest

from eenzaam_stats.errors import EenzaamStatsWarning, UnknownCodeError
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.polytomous import score_polytomous
from scoring.people import GM_ANSWERS, SOCIAL, answers, coded, item_map, listed, simulated

FIVE = {1: "strong_no", 2: "no", 3: "more_or_less", 4: "yes", 5: "strong_yes"}


@pytest.mark.parametrize(
    ("pattern", "eleven", "six"),
    [
        ("YNNYNNYYNNY", 0, 0),
        ("NYYNYYNNYYN", 22, 12),
        ("MMMMMMMMMMM", 11, 6),
        ("YYYYYYYYYYY", 12, 6),  # six emotional items of 2; three of 2
        ("NNNNNNNNNNN", 10, 6),  # five social items of 2; three of 2
        ("YNMMNNYYNNY", 2, 2),
        ("YN.YNNYYNNY", None, None),
        (".NNYNNYYNNY", None, 0),
    ],
)
def test_sum_of_three_categories_is_the_hand_sum(pattern, eleven, six):
    frame = answers([pattern])

    assert listed(score_polytomous(frame, DJG11), "djg11_polytomous_sum") == [eleven]
    assert listed(score_polytomous(frame, DJG6), "djg6_polytomous_sum") == [six]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ([1, 5, 5, 1, 5, 5, 1, 1, 5, 5, 1], 44),
        ([5, 1, 1, 5, 1, 1, 5, 5, 1, 1, 5], 0),
        ([3] * 11, 22),
        ([5] * 11, 24),  # six emotional items of 4
        ([2] * 11, 6 * 1 + 5 * 3),
    ],
)
def test_sum_of_five_categories_is_the_hand_sum(codes, expected):
    frame = coded([codes], {code: code for code in FIVE})

    scored = score_polytomous(frame, DJG11, categories=5, items=item_map(), answers=FIVE)

    assert scored["djg11_polytomous_sum"].tolist() == [expected]


def test_sum_comes_without_classes_and_flags():
    frame = answers(["MMMMMMMMMMM"])

    scored = score_polytomous(frame, DJG11)

    assert list(scored.columns) == [*frame.columns, "djg11_polytomous_sum"]


def test_a_strong_answer_is_unknown_to_three_categories():
    # a word that one row has alone is described; one that several have is a code
    frame = answers(["MMMMMMMMMMM"] * 2).astype("str").assign(djg_5="strong_yes")

    with pytest.raises(
        UnknownCodeError, match=r"score_polytomous\(DJG11\), column 'djg_5': code 'strong_yes'"
    ):
        score_polytomous(frame, DJG11)


def test_a_reversed_block_is_found_here_too():
    frame = coded(simulated(300, seed=4), {"Y": 1, "M": 2, "N": 3})
    frame = frame.assign(**{f"q{n}": 4 - frame[f"q{n}"] for n in SOCIAL})

    with pytest.warns(EenzaamStatsWarning, match=r"score_polytomous\(DJG11\): the direction check"):
        score_polytomous(frame, DJG11, items=item_map(), answers=GM_ANSWERS)


def test_other_columns_are_kept():
    frame = answers(["MMMMMMMMMMM"]).assign(weight=2.0)

    pd.testing.assert_frame_equal(score_polytomous(frame, DJG6)[frame.columns], frame)
