"""Comparisons, trends, test of independence: which rows, in which direction, with what words.

Their numbers are compared with R in ``test_vs_design_references``; here pencil and paper decide.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.errors import OptionError
from eenzaam_stats.estimation.compare import adjust_p_values
from eenzaam_stats.results.comparisons import Comparison
from eenzaam_stats.vocabulary import Flag

# Four people per region; nobody in b is lonely, nobody in d answered.
PEOPLE = pd.DataFrame(
    {
        "region": ["a"] * 4 + ["b"] * 4 + ["c"] * 4 + ["d"] * 2,
        "sex": ["men", "women"] * 7,
        "lonely": [1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, None, None],
        "weight": 1.0,
    }
)
SHARE = {"a": 0.5, "b": 0.0, "c": 0.75}


@pytest.fixture
def survey(make_survey):
    return make_survey(PEOPLE, weight="weight")


def by_name(result) -> dict[tuple[str, ...], Comparison]:
    rows = {(*row.within, row.group, row.reference): row for row in result.rows}
    assert len(rows) == len(result.rows)
    return rows


def compared(survey, by="region", **how):
    return es.compare(survey, "lonely", by=by, how=estimation.Comparing(**how))


def test_every_pair_once_the_later_group_minus_the_earlier(survey):
    rows = by_name(compared(survey))
    assert set(rows) == {(two, one) for one, two in combinations("abcd", 2)}
    for (group, reference), row in rows.items():
        if "d" not in (group, reference):
            assert row.estimate == SHARE[group] - SHARE[reference]


def test_rest_is_everyone_else_with_an_answer(survey):
    rows = by_name(compared(survey, against="rest"))
    assert set(rows) == {(name, "rest") for name in "abcd"}
    # 2 of 4 against 3 of 8, and 3 of 4 against 2 of 8
    assert rows["a", "rest"].estimate == 0.125
    assert rows["c", "rest"].estimate == 0.5
    assert (rows["c", "rest"].n_valid, rows["c", "rest"].n_reference) == (4, 8)
    # by hand: 14 rows, u^2 sums p(1-p)/n on both sides, times 14/13
    expected = math.sqrt(14 / 13 * (0.75 * 0.25 / 4 + 0.25 * 0.75 / 8))
    assert rows["c", "rest"].std_error == pytest.approx(expected, rel=1e-13)


def test_reference_group_is_subtracted_from_all_others(survey):
    rows = by_name(compared(survey, against="c"))
    assert set(rows) == {("a", "c"), ("b", "c"), ("d", "c")}
    assert rows["a", "c"].estimate == -0.25


def test_reference_group_of_two_columns_is_a_tuple(survey):
    rows = by_name(compared(survey, by=["region", "sex"], against=("a", "men")))
    assert ("c, men", "a, men") in rows
    assert len(rows) == 7


def test_within_compares_inside_each_block_only(survey):
    rows = by_name(compared(survey, by="sex", within=("region",)))
    assert set(rows) == {(name, "women", "men") for name in "abcd"}
    # men of c: 1, 1; women: 1, 0
    assert rows["c", "women", "men"].estimate == -0.5
    assert rows["b", "women", "men"].reason.startswith("no variance within the strata; rests on")
    rest = by_name(compared(survey, by="sex", within=("region",), against="rest"))
    assert rest["c", "women", "rest"].estimate == -0.5


def test_block_without_the_reference_group_has_no_comparison(make_survey):
    frame = PEOPLE[(PEOPLE["region"] != "a") | (PEOPLE["sex"] == "men")]
    how = {"within": ("region",), "against": "women"}
    rows = by_name(compared(make_survey(frame, weight="weight"), by="sex", **how))
    assert {name[0] for name in rows} == {"b", "c", "d"}


@pytest.mark.parametrize("against", ["pairs", "rest", "a"])
def test_one_group_has_nothing_to_be_compared_with(make_survey, against):
    survey = make_survey(PEOPLE[:4], weight="weight")
    assert compared(survey, against=against).rows == ()


@pytest.mark.parametrize("reference", ["a", "c"])
def test_ratio_does_not_exist_where_nobody_has_the_outcome(survey, reference):
    rows = by_name(compared(survey, measure="ratio", against=reference))
    row = rows["b", reference]
    for value in (row.estimate, row.std_error, row.conf_low, row.p_value, row.p_adjusted):
        assert math.isnan(value)
    assert row.flag is Flag.UNCERTAIN
    assert "nobody in one of the groups has the outcome, so the ratio" in row.reason
    assert rows["d", reference].reason == "nobody in one of the groups has an answer"


def test_ratio_with_nobody_in_the_reference_group_does_not_exist_either(survey):
    rows = by_name(compared(survey, measure="ratio", against="b"))
    assert all(math.isnan(row.estimate) for row in rows.values())


def test_ratio_has_its_limits_from_the_log_scale(survey):
    row = by_name(compared(survey, measure="ratio", against="a"))["c", "a"]
    assert row.estimate == pytest.approx(1.5)
    assert row.conf_low * row.conf_high == pytest.approx(row.estimate**2)
    log_error = math.sqrt(14 / 13 * (0.5 / 0.5 + 0.25 / 0.75) / 4)
    assert row.std_error == pytest.approx(1.5 * log_error, rel=1e-13)
    assert row.statistic == pytest.approx(math.log(1.5) / log_error, rel=1e-13)


def test_both_directions_mirror(survey):
    there = by_name(compared(survey, against="a"))["c", "a"]
    back = by_name(compared(survey, against="c"))["a", "c"]
    assert back.estimate == -there.estimate
    assert back.conf_low == pytest.approx(-there.conf_high)
    assert (back.std_error, back.p_value, back.df) == (there.std_error, there.p_value, there.df)


def with_p(p_value: float) -> Comparison:
    return Comparison((), "a", "b", 0.1, 0.1, 0.0, 0.2, 9, 1.0, p_value, p_value, 9, 9)


@pytest.mark.parametrize(
    ("adjustment", "expected"),
    [
        # three p values that exist: times 3, 2, 1 from the smallest up; never below the one before
        ("holm", [0.03, math.nan, 0.06, 0.06]),
        # times 3, 3/2, 1; never above the next
        ("benjamini_hochberg", [0.03, math.nan, 0.04, 0.04]),
        ("none", [0.01, math.nan, 0.04, 0.03]),
    ],
)
def test_adjustment_leaves_out_rows_without_a_p_value(adjustment, expected):
    rows = adjust_p_values([with_p(p) for p in (0.01, math.nan, 0.04, 0.03)], adjustment)
    assert [row.p_adjusted for row in rows] == pytest.approx(expected, nan_ok=True)
    assert [row.p_value for row in rows] == pytest.approx([0.01, math.nan, 0.04, 0.03], nan_ok=True)


@pytest.mark.parametrize("adjustment", ["holm", "benjamini_hochberg"])
def test_adjustment_of_nothing_is_nothing(adjustment):
    (row,) = adjust_p_values([with_p(math.nan)], adjustment)
    assert math.isnan(row.p_adjusted)


def test_adjusted_result_says_so_and_keeps_its_intervals(survey):
    plain, holm = compared(survey), compared(survey, adjustment="holm")
    assert (plain.adjustment, holm.adjustment) == ("", "holm")
    assert "p values adjusted (holm)" in holm.describe()
    for one, two in zip(plain.rows, holm.rows, strict=True):
        assert (one.conf_low, one.conf_high) == pytest.approx(
            (two.conf_low, two.conf_high), nan_ok=True
        )
        assert math.isnan(two.p_value) or two.p_adjusted >= two.p_value


def test_which_pairs_are_asked_together_changes_no_error(make_survey, reference_folder):
    # R survey 4.1.1: svyby(covmat = TRUE) of the men in every eleventh row, svycontrast; the same
    # with survey.adjust.domain.lonely
    frame = pd.read_csv(reference_folder / "design_input.csv").iloc[::11]
    frame = frame.assign(men=frame["region"].where(frame["sex"] == "men"))
    expected = {
        "average": {("north", "east"): 0.226881542957761, ("west", "south"): 0.163013678386003},
        "centred": {("north", "east"): 0.220573788604115, ("west", "south"): 0.163289820312591},
    }
    compared_ = 0
    for rule, pairs in expected.items():
        for domain in ("full_design", "as_single_psu"):
            survey = make_survey(
                frame,
                **{"weight": "weight", "stratum": "stratum_lonely", "cluster": "cluster"},
                single_psu=rule,
                single_psu_domain=domain,
            )
            for (group, reference), error in pairs.items():
                for against in ("pairs", reference):
                    how = estimation.Comparing(against=against)
                    rows = by_name(es.compare(survey, "y", by="men", how=how))
                    assert rows[group, reference].std_error == pytest.approx(error, rel=1e-13)
                    compared_ += 1
    assert compared_ == 16


def test_many_pairs_are_done_in_batches_that_leave_no_trace(make_survey, rng):
    # 30 groups are 435 pairs, more than one batch
    frame = pd.DataFrame({"group": np.arange(900) % 30, "lonely": rng.random(900) < 0.4})
    survey = make_survey(frame.assign(weight=1.0), weight="weight")
    pairs = by_name(es.compare(survey, "lonely", by="group"))
    assert len(pairs) == 435
    how = estimation.Comparing(against="28")
    alone = by_name(es.compare(survey, "lonely", by="group", how=how))
    assert pairs["29", "28"].std_error == pytest.approx(alone["29", "28"].std_error, rel=1e-13)


def test_impossible_questions_are_refused_in_words(survey):
    with pytest.raises(
        OptionError,
        match=r"compares with 'z', which is no group: \['a', 'b', 'c', 'd'\]\. Name one .*'rest'",
    ):
        compared(survey, against="z")
    with pytest.raises(OptionError, match=r"measure is 'odds', .* one of 'difference', 'ratio'"):
        compared(survey, measure="odds")
    with pytest.raises(OptionError, match=r"adjustment is 'bonferroni', .* 'none', 'holm', 'benj"):
        compared(survey, adjustment="bonferroni")
    with pytest.raises(OptionError, match=r"by and within names column\(s\) \['region'\] more"):
        compared(survey, within=("region",))
    with pytest.raises(OptionError, match=r"compare\(\) needs a column in by=, .* Name one\."):
        compared(survey, by=())


# Waves four and two years apart: least squares over 2016, 2020, 2022.
WAVES = pd.DataFrame(
    {
        "wave": [2016] * 4 + [2020] * 4 + [2022] * 4,
        "lonely": [1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0],
    }
)


def trend(survey, **options):
    return estimation.linear_trend(survey, "lonely", weights=None, **options).rows


def test_slope_is_least_squares_over_the_waves(make_survey):
    (row,) = trend(make_survey(WAVES))
    slope = np.polyfit([2016, 2020, 2022], [0.25, 0.5, 0.75], 1)[0]
    assert row.estimate == pytest.approx(slope, rel=1e-12)
    assert (row.reference, row.group, row.flag) == ("2016", "2022", Flag.RELIABLE)


def test_slope_on_the_logit_scale(make_survey):
    (row,) = trend(make_survey(WAVES), link="logit")
    logits = [math.log(1 / 3), 0.0, math.log(3)]
    assert row.estimate == pytest.approx(np.polyfit([2016, 2020, 2022], logits, 1)[0], rel=1e-12)


@pytest.mark.parametrize("absent", ["answers", "rows"])
@pytest.mark.parametrize(
    ("gap", "first", "last", "shares"),
    [
        (2020, "2016", "2022", ([2016, 2022], [0.25, 0.75])),
        (2022, "2016", "2020", ([2016, 2020], [0.25, 0.5])),
        (2016, "2020", "2022", ([2020, 2022], [0.5, 0.75])),
    ],
)
def test_group_that_lacks_a_wave_has_the_slope_over_the_others_and_a_flag(
    make_survey, absent, gap, first, last, shares
):
    one, two = WAVES.assign(region="a"), WAVES.assign(region="b")
    if absent == "rows":
        two = two[two["wave"] != gap]
    else:
        two["lonely"] = two["lonely"].where(two["wave"] != gap)
    whole, part = trend(make_survey(pd.concat([one, two])), by="region")
    assert (whole.flag, part.flag) == (Flag.RELIABLE, Flag.UNCERTAIN)
    assert part.reason == "1 wave(s) without an estimate"
    assert part.estimate == pytest.approx(np.polyfit(*shares, 1)[0], rel=1e-10)
    assert (part.reference, part.group) == (first, last)
    assert part.n_valid == part.n_reference == 4


@pytest.mark.parametrize("scale", ["identity", "logit"])
def test_group_with_one_wave_has_no_slope(make_survey, scale):
    # on the logit scale a wave in which nobody is lonely cannot be used
    two = WAVES.assign(region="b")
    two = two[two["wave"] == 2016] if scale == "identity" else two.assign(lonely=[1] + [0] * 11)
    rows = trend(make_survey(pd.concat([WAVES.assign(region="a"), two])), by="region", link=scale)
    assert math.isnan(rows[1].estimate)
    assert math.isnan(rows[1].std_error)
    assert rows[1].reason == "fewer than two waves with an estimate"


@pytest.mark.parametrize("word", ["first", "nan", "inf"])
def test_wave_that_is_no_number_is_refused(make_survey, word):
    frame = WAVES.assign(wave=WAVES["wave"].astype(str).replace("2020", word))
    with pytest.raises(
        OptionError, match=rf"numbers in column 'wave', .* found '{word}' .*another column in wave="
    ):
        trend(make_survey(frame))


@pytest.mark.parametrize(("rows", "found"), [(4, 1), (0, 0)])
def test_one_wave_is_no_trend(make_survey, rows, found):
    with pytest.raises(
        OptionError, match=rf"at least two waves, and column 'wave' has {found}\. Combine more"
    ):
        trend(make_survey(WAVES[:rows]))


def test_unknown_scale_and_a_wave_that_is_also_a_group_are_refused(make_survey):
    with pytest.raises(OptionError, match=r"link is 'log', .* one of 'identity', 'logit'"):
        trend(make_survey(WAVES), link="log")
    with pytest.raises(OptionError, match=r"by and wave names column\(s\) \['wave'\] more than"):
        trend(make_survey(WAVES), by="wave")


def test_table_of_independent_columns_and_those_who_lack_an_answer(make_survey):
    survey = make_survey(PEOPLE, weight="weight")
    test = estimation.rao_scott(survey, "sex", "lonely")
    assert (test.rows, test.columns) == (("men", "women"), ("0", "1"))
    # men 1 0, 0 0, 1 1 and women 0 1, 0 0, 1 0
    assert test.proportions == ((3 / 12, 3 / 12), (4 / 12, 2 / 12))
    assert (test.n_valid, test.n_missing, test.df) == (12, 2, 1)
    # by hand: n (ad - bc)^2 / (the four margins), with counts 3, 3, 4, 2
    assert test.pearson == pytest.approx(12 * (3 * 2 - 3 * 4) ** 2 / (6 * 6 * 7 * 5), rel=1e-12)


def test_table_turned_over_gives_the_same_test(make_survey):
    survey = make_survey(PEOPLE[:12], weight="weight")
    one, two = (
        estimation.rao_scott(survey, *pair) for pair in (("region", "sex"), ("sex", "region"))
    )
    for name in ("pearson", "f_statistic", "f_df1", "f_df2", "p_value", "p_chi_square"):
        assert getattr(one, name) == pytest.approx(getattr(two, name), abs=1e-12)


def test_table_with_one_class_or_one_column_is_refused(make_survey):
    survey = make_survey(PEOPLE.assign(same="x", none=np.nan), weight="weight")
    with pytest.raises(OptionError, match=r"two classes or more in column 'same', and found 1 am"):
        estimation.rao_scott(survey, "sex", "same")
    with pytest.raises(OptionError, match=r"two classes or more in column 'sex', and found 0 am"):
        estimation.rao_scott(survey, "sex", "none")
    with pytest.raises(OptionError, match=r"two different columns, and got 'sex' twice"):
        estimation.rao_scott(survey, "sex", "sex")
