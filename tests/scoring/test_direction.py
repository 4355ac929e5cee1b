"""A wrong direction passes every range check; these tests plant one and see it found."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import EenzaamStatsWarning, ScaleError
from eenzaam_stats.numerics.scales.correlation import pearson
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from scoring.people import GM_ANSWERS, SOCIAL, answers, coded, item_map, simulated

PEOPLE = simulated(600, seed=5)
CODES = coded(PEOPLE, {"Y": 1, "M": 2, "N": 3})
BACKWARDS = {3: "yes", 2: "more_or_less", 1: "no"}
FREQUENCIES = np.array(["never", "rarely", "sometimes", "often", "always"])


def with_direct(frame: pd.DataFrame, *, reverse: bool = False) -> pd.DataFrame:
    """Frame with a direct question that follows the right totals of the same people."""
    totals = score(answers(PEOPLE), DJG11)["djg11_total"].to_numpy(dtype=np.int64)
    level = np.digitize(totals, [1, 3, 6, 9])
    return frame.assign(direct=FREQUENCIES[4 - level if reverse else level])


def one_block_reversed() -> pd.DataFrame:
    columns = [f"q{number}" for number in SOCIAL]
    return CODES.assign(**{column: 4 - CODES[column] for column in columns})


def test_right_direction_passes_and_names_what_it_found():
    check = check_direction(with_direct(answers(PEOPLE)), DJG11)

    assert check.name == "direction"
    assert check.passed is True
    for pair in ("emotional with social", "emotional with direct question", "social with direct"):
        assert pair in check.message
    assert check.rows == ()


def test_correlation_in_the_message_is_that_of_the_subscales():
    scored = score(answers(PEOPLE), DJG11)
    r = scored[["djg11_emotional", "djg11_social"]].astype(float).corr().iloc[0, 1]

    message = check_direction(answers(PEOPLE), DJG11).message

    assert f"emotional with social r = {r:.2f} (n = 600)" in message
    assert r > 0.3


def test_share_in_the_message_is_that_of_the_lonely_answers():
    scored = score(answers(PEOPLE), DJG11)
    share = scored["djg11_total"].sum() / (600 * 11)

    message = check_direction(answers(PEOPLE), DJG11).message

    assert f"mean item score {share:.0%} of its maximum" in message


@pytest.mark.parametrize("scale", [DJG11, DJG6], ids=["11", "6"])
def test_one_reversed_block_fails_and_warns(scale):
    frame = one_block_reversed()

    with pytest.warns(EenzaamStatsWarning, match=r"the direction check failed\. .*r = -0\.\d\d"):
        score(frame, scale, items=item_map(), answers=GM_ANSWERS)


def test_one_reversed_block_is_an_error_when_strict():
    message = r"score\(DJG11\): the direction check failed.*check what each code means in answers="
    with pytest.raises(ScaleError, match=message):
        score(one_block_reversed(), DJG11, items=item_map(), answers=GM_ANSWERS, strict=True)


def test_everything_reversed_fails_on_the_direct_question():
    check = check_direction(with_direct(CODES), DJG11, items=item_map(), answers=BACKWARDS)

    assert check.passed is False
    assert re.search(r"emotional with social r = 0", check.message)
    assert re.search(r"emotional with direct question r = -0", check.message)
    assert re.search(r"social with direct question r = -0", check.message)


def test_everything_reversed_fails_on_the_mean_score_without_a_direct_question():
    check = check_direction(CODES, DJG11, items=item_map(), answers=BACKWARDS)

    assert check.passed is False
    share = int(re.search(r"mean item score (\d+)% of its maximum", check.message)[1])
    assert share > 80


def test_a_reversed_direct_question_fails():
    check = check_direction(with_direct(answers(PEOPLE), reverse=True), DJG6)

    assert check.passed is False


def test_a_warning_points_at_the_line_that_scored():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        score(one_block_reversed(), DJG11, items=item_map(), answers=GM_ANSWERS)

    assert [warning.filename for warning in caught] == [__file__]


def test_the_scores_are_the_same_whether_or_not_the_check_passes():
    with pytest.warns(EenzaamStatsWarning):
        scored = score(one_block_reversed(), DJG11, items=item_map(), answers=GM_ANSWERS)

    right = score(CODES, DJG11, items=item_map(), answers=GM_ANSWERS)
    assert scored["djg11_emotional"].equals(right["djg11_emotional"])


def test_the_check_is_undefined_below_fifty_people():
    forty_nine, fifty = answers(PEOPLE[:49]), answers(PEOPLE[:50])

    check = check_direction(forty_nine, DJG11)

    assert check.passed is None
    assert check.message.startswith("Nothing to correlate: no two measures vary among at least 50")
    assert check_direction(fifty, DJG11).passed is not None


def test_the_check_is_undefined_for_identical_people_and_strict_lets_it_pass():
    identical = answers(["YNMMNNYYNNY"] * 80)

    assert check_direction(identical, DJG11).passed is None
    assert len(score(identical, DJG11, strict=True)) == 80


def test_people_with_a_gap_in_either_subscale_are_left_out_of_the_correlation():
    gaps = [pattern[:2] + "." + pattern[3:] for pattern in PEOPLE[:100]]

    message = check_direction(answers([*gaps, *PEOPLE[100:]]), DJG11).message

    assert "(n = 500)" in message


def test_a_direct_column_in_other_words_or_codes_is_left_out():
    coded_direct = answers(PEOPLE).assign(direct=1)
    other_words = answers(PEOPLE).assign(direct="soms")

    for frame in (coded_direct, other_words):
        check = check_direction(frame, DJG11)
        assert check.passed is True
        assert "direct" not in check.message


def test_a_scale_without_subscales_is_checked_against_the_direct_question():
    rng = np.random.default_rng(3)
    level = rng.integers(0, 3, size=200)
    words = np.array(["hardly_ever", "sometimes", "often"])[level]
    frame = pd.DataFrame({f"ucla_{number}": words for number in (1, 2, 3)})

    right = check_direction(frame.assign(direct=FREQUENCIES[level + 1]), UCLA3)
    wrong = check_direction(frame.assign(direct=FREQUENCIES[3 - level]), UCLA3)
    alone = check_direction(frame, UCLA3)

    assert (right.passed, wrong.passed, alone.passed) == (True, False, None)
    assert right.message == "total with direct question r = 1.00 (n = 200)."


def test_the_direct_question_is_not_checked_against_itself():
    assert check_direction(with_direct(answers(PEOPLE)), DIRECT).passed is None


def test_pearson_equals_numpy(rng):
    x, y = rng.normal(size=(2, 500))

    # Observed difference below 1e-16.
    assert pearson(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-14)


@pytest.mark.parametrize(("x", "y"), [([], []), ([1], [2]), ([1, 1], [1, 2]), ([1, 2], [3, 3])])
def test_pearson_without_variation_is_not_a_number(x, y):
    assert np.isnan(pearson(np.array(x), np.array(y)))


def test_pearson_of_a_straight_line_is_one():
    x = np.arange(10)

    assert pearson(x, 3 * x + 1) == pytest.approx(1.0, abs=1e-15)
    assert pearson(x, -x) == pytest.approx(-1.0, abs=1e-15)
