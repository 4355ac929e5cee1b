"""What comes back: names, order and types of columns, flags per convention, report of a survey."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsWarning
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3, ucla3_with_threshold
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin
from scoring.people import GM_ANSWERS, SOCIAL, answers, coded, item_map, listed, simulated

PEOPLE = simulated(300, seed=8, missing=0.03)
SUBSCALES = [0, 1, 2, 3]
# Emotional 0, 1, 2, 3 of the three short items, social the same; other items never lonely.
STEPS = ["YNNYNNYYNNY", "YNYNNNYYNNY", "YNYNNNNYYNY", "YNYNNNNNYYY"]


def added(scored: pd.DataFrame, before: pd.DataFrame) -> list[str]:
    return [column for column in scored.columns if column not in before.columns]


def survey(respondents: object) -> Survey:
    report = HarmonisationReport(
        source="made up",
        wave="2022",
        file="made_up.sav",
        origin=Origin.SYNTHETIC,
        population="nobody",
        n_read=300,
        n_kept=300,
    )
    return Survey(respondents, Design(weight="weight"), report)


def test_eleven_items_add_these_columns_in_this_order():
    frame = answers(PEOPLE)

    assert added(score(frame, DJG11), frame) == [
        "djg11_emotional",
        "djg11_social",
        "djg11_total",
        "djg11_n_missing",
        "djg11_category",
        "lonely",
        "severely_lonely",
        "djg11_tolerated_item",
    ]


def test_both_scales_stand_side_by_side_with_prefixed_flags():
    frame = answers(PEOPLE)

    scored = score(score(frame, DJG11), DJG6, flags="prefixed", subscale_cutoff="manual6")

    assert added(scored, frame)[8:] == [
        "djg6_emotional",
        "djg6_social",
        "djg6_total",
        "djg6_n_missing",
        "djg6_category",
        "djg6_lonely",
        "djg6_severely_lonely",
        "djg6_emotionally_lonely",
        "djg6_socially_lonely",
        "djg6_tolerated_item",
    ]
    alone = score(frame, DJG6)
    assert scored["djg6_lonely"].tolist() == alone["lonely"].tolist()


@pytest.mark.parametrize("scale", [DJG11, DJG6], ids=["11", "6"])
def test_no_subscale_is_dichotomised_unless_asked(scale):
    scored = score(answers(PEOPLE), scale)

    assert not {"emotionally_lonely", "socially_lonely"} & set(scored.columns)


@pytest.mark.parametrize(
    ("scale", "cutoff", "lonely"),
    [
        (DJG6, "manual6", [False, True, True, True]),
        (DJG6, "cbs", [False, True, True, True]),
        (DJG11, "rivm2016", [False, False, True, True]),
        (DJG11, "vzinfo", [False, False, False, True]),
    ],
)
def test_subscale_flags_follow_the_convention_that_was_asked_for(scale, cutoff, lonely):
    scored = score(answers(STEPS), scale, subscale_cutoff=cutoff)

    assert scored[f"{scale.prefix}_emotional"].tolist() == SUBSCALES
    assert scored[f"{scale.prefix}_social"].tolist() == SUBSCALES
    assert scored["emotionally_lonely"].tolist() == lonely
    assert scored["socially_lonely"].tolist() == lonely


def test_three_subscale_classes_come_with_the_cbs_convention_only():
    frame = answers(STEPS)

    scored = score(frame, DJG6, subscale_cutoff="cbs")

    classes = ["not", "moderate", "moderate", "severe"]
    assert scored["djg6_emotional_category"].tolist() == classes
    assert scored["djg6_social_category"].tolist() == classes
    assert scored["severely_emotionally_lonely"].tolist() == [False, False, False, True]
    assert scored["severely_socially_lonely"].tolist() == [False, False, False, True]
    other = score(frame, DJG6, subscale_cutoff="manual6")
    assert not [column for column in other if "emotional_category" in column]
    assert "severely_emotionally_lonely" not in other


def test_a_missing_subscale_has_missing_flags_while_the_total_is_there():
    scored = score(answers(["NY.NYYNNYYN"]), DJG6, subscale_cutoff="cbs")

    assert listed(scored, "emotionally_lonely") == [None]
    assert listed(scored, "djg6_emotional_category") == [None]
    assert listed(scored, "socially_lonely") == [True]
    assert listed(scored, "djg6_total") == [5]


def test_three_items_add_a_sum_and_a_flag_only_when_a_threshold_is_given():
    frame = pd.DataFrame({f"ucla_{n}": ["sometimes", "hardly_ever"] for n in (1, 2, 3)})

    bare = score(frame, UCLA3)
    flagged = score(frame, ucla3_with_threshold(lonely_from=6), flags="prefixed")

    assert added(bare, frame) == ["ucla3_total", "ucla3_n_missing"]
    assert bare["ucla3_total"].tolist() == [6, 3]
    assert added(flagged, frame) == ["ucla3_total", "ucla3_n_missing", "ucla3_lonely"]
    assert flagged["ucla3_lonely"].tolist() == [True, False]


def test_the_direct_question_adds_its_flag_only():
    frame = pd.DataFrame({"direct": ["never", "rarely", "sometimes", "often", "always"]})

    scored = score(frame, DIRECT)

    assert added(scored, frame) == ["often_or_always_lonely"]
    assert scored["often_or_always_lonely"].tolist() == [False, False, False, True, True]


def test_the_direct_question_takes_a_shorter_list_of_answers():
    frame = pd.DataFrame({"q": [1, 2, 3, 9]})
    declared = {1: "never", 2: "sometimes", 3: "often", 9: None}

    scored = score(frame, DIRECT, items={1: "q"}, answers=declared)

    assert listed(scored, "often_or_always_lonely") == [False, False, True, None]


@pytest.mark.parametrize("index", [[7, 7, 3], ["c", "a", "b"], pd.RangeIndex(10, 13)])
def test_the_index_of_a_pandas_frame_is_kept(index):
    frame = answers(["YNNYNNYYNNY", "MMMMMMMMMMM", "NYYNYYNNYYN"]).set_axis(index)

    scored = score(frame, DJG11)

    assert scored.index.equals(frame.index)
    assert scored["djg11_total"].tolist() == [0, 11, 11]


def test_other_columns_and_their_order_are_kept():
    frame = answers(STEPS).assign(weight=[1.5, 2.5, 0.5, 1.0], region="x")

    scored = score(frame, DJG11)

    pd.testing.assert_frame_equal(scored[frame.columns], frame)


def test_the_input_is_not_changed():
    pandas_frame = answers(PEOPLE)
    words = {column: listed(pandas_frame, column) for column in pandas_frame}
    frames = [pandas_frame, pl.DataFrame(words), pa.table(words)]
    before = [pandas_frame.copy(deep=True), frames[1].clone(), pa.table(words)]

    for frame in frames:
        score(frame, DJG11, subscale_cutoff="vzinfo")

    pd.testing.assert_frame_equal(frames[0], before[0])
    assert frames[1].equals(before[1])
    assert frames[2].equals(before[2])


def test_added_columns_can_be_changed_by_their_owner():
    scored = score(answers(STEPS), DJG11)

    scored["djg11_total"].array[0] = 11
    scored["djg11_n_missing"].array[1] = 4

    assert scored["djg11_total"].tolist() == [11, 2, 4, 6]
    assert scored["djg11_n_missing"].tolist() == [0, 4, 0, 0]


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_a_survey_comes_back_as_a_survey_with_a_report(kind):
    frame = answers(PEOPLE)
    words = {column: listed(frame, column) for column in frame}
    before = survey(frame if kind == "pandas" else pl.DataFrame(words))

    after = score(before, DJG11, subscale_cutoff="rivm2016")

    gaps = [pattern.count(".") for pattern in PEOPLE]
    (report,) = after.scoring
    assert report == ScoringReport(
        scale="DJG11",
        outcomes=("lonely", "severely_lonely", "emotionally_lonely", "socially_lonely"),
        n_rows=300,
        n_valid=sum(gap <= 1 for gap in gaps),
        n_one_missing=gaps.count(1),
        subscale_cutoff="rivm2016",
        direction=report.direction,
        tolerated_column="djg11_tolerated_item",
        from_total=("djg11_total", "djg11_category", "lonely", "severely_lonely"),
    )
    assert report.direction.passed is True
    assert type(after.respondents) is type(before.respondents)
    assert (after.design, after.report) == (before.design, before.report)
    assert before.scoring == ()
    assert "djg11_total" not in before.respondents.columns


def test_reports_of_several_scorings_are_kept_in_order():
    twice = score(score(survey(answers(PEOPLE)), DJG11), DJG6, flags="prefixed")
    thrice = score_polytomous(twice, DJG11)

    assert [report.scale for report in thrice.scoring] == ["DJG11", "DJG6", "DJG11 polytomous"]
    assert thrice.scoring[1].outcomes == ("djg6_lonely", "djg6_severely_lonely")
    assert thrice.scoring[2].outcomes == ()


def test_a_failed_check_stands_in_the_report_of_a_survey_and_warns():
    frame = coded(simulated(300, seed=8), {"Y": 1, "M": 2, "N": 3})
    frame = frame.assign(**{f"q{n}": 4 - frame[f"q{n}"] for n in SOCIAL})

    with pytest.warns(EenzaamStatsWarning, match="direction check failed"):
        scored = score(survey(frame), DJG11, items=item_map(), answers=GM_ANSWERS)

    assert scored.scoring[0].direction.passed is False


def test_a_scoring_report_prints_as_one_line():
    report = ScoringReport(
        scale="DJG11",
        outcomes=("lonely",),
        n_rows=1200,
        n_valid=1100,
        n_one_missing=40,
        subscale_cutoff=None,
        direction=CheckResult("direction", None, "Nothing to correlate."),
    )

    assert str(report) == (
        "DJG11: 1,100 of 1,200 people have a total, 40 of them with one missing item counted 0. "
        "[--] direction: Nothing to correlate."
    )
