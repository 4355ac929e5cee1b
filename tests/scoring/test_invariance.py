"""Properties that hold for any answers: what no list of examples can show."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from scoring.people import (
    ALL_ITEMS,
    EMOTIONAL,
    GM_ANSWERS,
    SHORT_ITEMS,
    answers,
    coded,
    item_map,
    listed,
)

# Fewer than fifty rows everywhere, so the direction check has nothing to say.
PATTERN = st.text("YMN.", min_size=11, max_size=11)
COMPLETE = st.text("YMN", min_size=11, max_size=11)
# The last person answered everything: an item that nobody answered is refused.
PATTERNS = st.lists(PATTERN, min_size=1, max_size=12).map(lambda rows: [*rows, "YNNYNNYYNNY"])
SCALES = [DJG11, DJG6]
GM_CODES = {"Y": 1, "M": 2, "N": 3, ".": 9}
REVERSED_CODES = {"Y": 3, "M": 2, "N": 1, ".": 9}
REVERSED_ANSWERS = {3: "yes", 2: "more_or_less", 1: "no", 9: None}

both_scales = pytest.mark.parametrize("scale", SCALES, ids=[scale.name for scale in SCALES])
few = settings(max_examples=60, deadline=None)


def added(scored: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    return scored.drop(columns=before.columns)


@both_scales
@few
@given(patterns=PATTERNS, data=st.data())
def test_permuting_people_permutes_their_scores(scale, patterns, data):
    order = data.draw(st.permutations(range(len(patterns))))
    frame = answers(patterns)

    permuted = score(frame.iloc[order], scale)

    pd.testing.assert_frame_equal(permuted, score(frame, scale).iloc[order])


@both_scales
@few
@given(patterns=PATTERNS, order=st.permutations([f"djg_{n}" for n in ALL_ITEMS]))
def test_permuting_item_columns_changes_no_score(scale, patterns, order):
    frame = answers(patterns)

    shuffled = score(frame[order], scale)

    pd.testing.assert_frame_equal(added(shuffled, frame), added(score(frame, scale), frame))


@both_scales
@few
@given(patterns=PATTERNS)
def test_reversing_codes_together_with_their_meaning_changes_no_score(scale, patterns):
    straight, turned = coded(patterns, GM_CODES), coded(patterns, REVERSED_CODES)

    one = score(straight, scale, items=item_map(), answers=GM_ANSWERS)
    other = score(turned, scale, items=item_map(), answers=REVERSED_ANSWERS)

    pd.testing.assert_frame_equal(added(one, straight), added(other, turned))


@both_scales
@few
@given(patterns=PATTERNS)
def test_reversing_codes_twice_is_the_identity(scale, patterns):
    frame = coded(patterns, GM_CODES)
    turn = {1: 3, 2: 2, 3: 1, 9: 9}
    twice = frame.replace(turn).replace(turn)

    one = score(frame, scale, items=item_map(), answers=GM_ANSWERS)
    other = score(twice, scale, items=item_map(), answers=GM_ANSWERS)

    pd.testing.assert_frame_equal(one, other)


@both_scales
@few
@given(pattern=COMPLETE)
def test_right_and_reversed_scores_add_up_to_items_plus_neutral_answers(scale, pattern):
    frame = coded([pattern], GM_CODES)
    numbers = ALL_ITEMS if scale is DJG11 else SHORT_ITEMS
    neutral = sum(pattern[number - 1] == "M" for number in numbers)

    right = score(frame, scale, items=item_map(), answers=GM_ANSWERS)
    wrong = score(frame, scale, items=item_map(), answers=REVERSED_ANSWERS)

    total = f"{scale.prefix}_total"
    assert right[total].item() + wrong[total].item() == len(numbers) + neutral


@both_scales
@few
@given(pattern=PATTERN, number=st.sampled_from(SHORT_ITEMS))
def test_one_more_lonely_answer_never_lowers_a_score(scale, pattern, number):
    at = number - 1
    least, most = ("N", "Y") if number in EMOTIONAL else ("Y", "N")
    before = pattern[:at] + least + pattern[at + 1 :]
    after = pattern[:at] + most + pattern[at + 1 :]

    scored = score(answers([before, after]), scale)

    for column in ("emotional", "social", "total"):
        low, high = listed(scored, f"{scale.prefix}_{column}")
        assert (low is None) == (high is None)
        assert low is None or high - low in (0, 1)
    low, high = listed(scored, f"{scale.prefix}_total")
    assert low is None or high - low == 1


@both_scales
@few
@given(patterns=PATTERNS, data=st.data())
def test_a_missing_item_never_changes_another_persons_score(scale, patterns, data):
    person = data.draw(st.integers(0, len(patterns) - 2))
    at = data.draw(st.integers(0, 10))
    changed = list(patterns)
    changed[person] = patterns[person][:at] + "." + patterns[person][at + 1 :]

    before = score(answers(patterns), scale).drop(index=person)
    after = score(answers(changed), scale).drop(index=person)

    pd.testing.assert_frame_equal(before, after)


@both_scales
@few
@given(pattern=COMPLETE, data=st.data())
def test_a_tolerated_missing_item_lowers_the_total_by_at_most_one(scale, pattern, data):
    numbers = ALL_ITEMS if scale is DJG11 else SHORT_ITEMS
    at = data.draw(st.sampled_from(numbers)) - 1

    scored = score(answers([pattern, pattern[:at] + "." + pattern[at + 1 :]]), scale)

    full, gap = listed(scored, f"{scale.prefix}_total")
    assert full - gap in (0, 1)
    assert gap < len(numbers)


@few
@given(patterns=PATTERNS)
def test_complete_totals_are_the_sum_of_their_subscales(patterns):
    scored = score(answers(patterns), DJG11)
    complete = scored[scored["djg11_n_missing"] == 0]

    sums = complete["djg11_emotional"] + complete["djg11_social"]
    assert sums.tolist() == complete["djg11_total"].tolist()
