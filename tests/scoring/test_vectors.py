"""Twenty patterns with scores worked out by hand from the rule: what a reader can check himself."""

from __future__ import annotations

import pytest

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from scoring.people import (
    GM_ANSWERS,
    MANUAL_ANSWERS,
    answers,
    coded,
    item_map,
    listed,
)

NA = None
# name, answers to items 1..11, (emotional, social, total, category) of 11 items and of 6 items
VECTORS = [
    ("all neutral", "MMMMMMMMMMM", (6, 5, 11, "very_severe"), (3, 3, 6, "severe")),
    ("all no", "NNNNNNNNNNN", (0, 5, 5, "moderate"), (0, 3, 3, "moderate")),
    ("all yes", "YYYYYYYYYYY", (6, 0, 6, "moderate"), (3, 0, 3, "moderate")),
    ("least lonely", "YNNYNNYYNNY", (0, 0, 0, "not"), (0, 0, 0, "not")),
    ("most lonely", "NYYNYYNNYYN", (6, 5, 11, "very_severe"), (3, 3, 6, "severe")),
    ("least, 3 missing", "YN.YNNYYNNY", (NA, 0, 0, "not"), (NA, 0, 0, "not")),
    ("most, 3 missing", "NY.NYYNNYYN", (NA, 5, 10, "severe"), (NA, 3, 5, "severe")),
    ("most, 4 missing", "NYY.YYNNYYN", (6, NA, 10, "severe"), (3, NA, 5, "severe")),
    ("least, 3 and 9 missing", "YN.YNNYY.NY", (NA, 0, NA, NA), (NA, 0, NA, NA)),
    ("least, 3 and 4 missing", "YN..NNYYNNY", (NA, NA, NA, NA), (NA, NA, NA, NA)),
    ("most, 1 missing", ".YYNYYNNYYN", (6, NA, 10, "severe"), (3, 3, 6, "severe")),
    ("most, 1 and 2 missing", "..YNYYNNYYN", (NA, NA, NA, NA), (3, 3, 6, "severe")),
    ("two neutral emotional", "YMMYNNYYNNY", (2, 0, 2, "not"), (1, 0, 1, "not")),
    ("three neutral emotional", "YMMYMNYYNNY", (3, 0, 3, "moderate"), (1, 0, 1, "not")),
    ("one neutral each", "YNMMNNYYNNY", (1, 1, 2, "not"), (1, 1, 2, "moderate")),
    ("boundary 8", "YYYYYYYNYYN", (6, 2, 8, "moderate"), (3, 1, 4, "moderate")),
    ("boundary 9", "YYYYYYNNYYN", (6, 3, 9, "severe"), (3, 2, 5, "severe")),
    ("boundary 10", "YYYNYYNNYYN", (6, 4, 10, "severe"), (3, 3, 6, "severe")),
    ("boundary 10, 3 missing", "YY.NYYNNYYN", (NA, 4, 9, "severe"), (NA, 3, 5, "severe")),
    ("neutral, 3 missing", "MM.MMMMMMMM", (NA, 5, 10, "severe"), (NA, 3, 5, "severe")),
]
LONELY = {"not": False, "moderate": True, "severe": True, "very_severe": True, None: None}
SEVERE = {"not": False, "moderate": False, "severe": True, "very_severe": True, None: None}
COLUMNS = ("emotional", "social", "total", "category")


def values(frame, prefix):
    return tuple(listed(frame, f"{prefix}_{column}")[0] for column in COLUMNS)


@pytest.mark.parametrize(("pattern", "eleven", "six"), [v[1:] for v in VECTORS], ids=str)
def test_score_of_a_hand_worked_pattern_is_the_hand_worked_score(pattern, eleven, six):
    frame = answers([pattern])
    long, short = score(frame, DJG11), score(frame, DJG6)

    assert values(long, "djg11") == eleven
    assert values(short, "djg6") == six
    assert listed(long, "lonely") == [LONELY[eleven[3]]]
    assert listed(long, "severely_lonely") == [SEVERE[eleven[3]]]
    assert listed(short, "lonely") == [LONELY[six[3]]]
    assert listed(short, "severely_lonely") == [SEVERE[six[3]]]
    assert listed(long, "djg11_n_missing") == [pattern.count(".")]


def test_score_of_all_patterns_together_equals_the_scores_one_by_one():
    together = score(answers(v[1] for v in VECTORS), DJG11)

    rows = list(zip(*(listed(together, f"djg11_{c}") for c in COLUMNS), strict=True))
    assert rows == [v[2] for v in VECTORS]
    assert len(rows) == 20


# The pattern "one neutral each" in the codes of four sources: scores 1, 1, 2 in each.
@pytest.mark.parametrize(
    ("codes", "declared"),
    [
        ([3, 1, 2, 2, 1, 1, 3, 3, 1, 1, 3], MANUAL_ANSWERS),
        ([1, 3, 2, 2, 3, 3, 1, 1, 3, 3, 1], GM_ANSWERS),
        (
            [5, 2, 3, 3, 1, 1, 4, 5, 2, 1, 5],
            {5: "strong_yes", 4: "yes", 3: "more_or_less", 2: "no", 1: "strong_no"},
        ),
        (
            [1, 4, 3, 3, 5, 5, 2, 1, 4, 5, 1],
            {1: "strong_yes", 2: "yes", 3: "more_or_less", 4: "no", 5: "strong_no"},
        ),
    ],
    ids=["manual", "gezondheidsmonitor", "five, 5 is yes", "five, 1 is yes"],
)
def test_score_of_one_pattern_is_the_same_in_every_coding(codes, declared):
    frame = coded([codes], {code: code for code in range(1, 6)})
    long = score(frame, DJG11, items=item_map(), answers=declared)
    short = score(frame, DJG6, items=item_map(), answers=declared)

    assert values(long, "djg11") == (1, 1, 2, "not")
    assert values(short, "djg6") == (1, 1, 2, "moderate")


def test_score_with_a_declared_missing_code_counts_it_as_missing_and_never_as_no():
    # Most lonely with item 3 unknown: NA, 5, 10. Reading 9 as an answer would give 5, 5, 10.
    codes = {"Y": 1, "M": 2, "N": 3, ".": 9}
    frame = coded(["NY.NYYNNYYN"], codes)

    scored = score(frame, DJG11, items=item_map(), answers=GM_ANSWERS)

    assert values(scored, "djg11") == (None, 5, 10, "severe")
    assert listed(scored, "djg11_n_missing") == [1]


def test_score_with_a_kind_of_missing_as_meaning_counts_it_as_missing():
    frame = coded(["NY.NYYNNYYN"], {"Y": 1, "M": 2, "N": 3, ".": 9})

    scored = score(frame, DJG11, items=item_map(), answers=GM_ANSWERS | {9: "dont_know"})

    assert values(scored, "djg11") == (None, 5, 10, "severe")


def test_score_of_six_items_ignores_gaps_outside_the_six():
    scored = score(answers(["..YN..NNYY."]), DJG6)

    assert values(scored, "djg6") == (3, 3, 6, "severe")


def test_score_finds_items_by_harmonised_name_in_the_mapping():
    frame = coded(["YNMMNNYYNNY"], {"Y": 1, "M": 2, "N": 3})
    by_name = {f"djg_{number}": column for number, column in item_map().items()}

    scored = score(frame, DJG11, items=by_name, answers=GM_ANSWERS)

    assert values(scored, "djg11") == (1, 1, 2, "not")
