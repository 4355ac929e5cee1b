"""An item that nobody answered was not asked: refused, or the shorter form that can do without."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsWarning, OptionError, ScaleError
from eenzaam_stats.scoring import DIRECT, DJG6, DJG11, UCLA3, score, score_polytomous
from eenzaam_stats.scoring.asked import LEAST_PEOPLE
from eenzaam_stats.scoring.for_outcome import score_for
from eenzaam_stats.survey import HarmonisationReport, Survey
from scoring.people import ALL_ITEMS, GM_ANSWERS, answers, coded, item_map, simulated

PEOPLE = simulated(40, seed=3, missing=0.02)
FRAMES = {
    "pandas": lambda frame: frame,
    "polars": lambda frame: pl.DataFrame({name: words(frame[name]) for name in frame}),
    "pyarrow": lambda frame: pa.table({name: words(frame[name]) for name in frame}),
}
DJG_CASES = [(scale, item.number) for scale in (DJG11, DJG6) for item in scale.items]
# The direction check has nothing to correlate where a subscale has no score.
pytestmark = pytest.mark.filterwarnings("ignore:.*direction check")


def words(column: pd.Series) -> list[object]:
    return [None if pd.isna(value) else value for value in column]


def without(patterns: list[str], *numbers: int) -> list[str]:
    """Patterns in which nobody answered some items."""
    drop = {number - 1 for number in numbers}
    return ["".join("." if at in drop else x for at, x in enumerate(row)) for row in patterns]


def ucla(n: int = 30) -> pd.DataFrame:
    often = np.resize(["often", "sometimes", "hardly_ever"], n)
    return pd.DataFrame({f"ucla_{number}": often for number in (1, 2, 3)})


def as_survey(frame: object, n: int) -> Survey:
    report = HarmonisationReport("made up", "2022", "a.csv", "synthetic", "nobody", n, n)
    return Survey(frame, Design(), report)


@pytest.mark.parametrize("route", ["frame", "survey"])
@pytest.mark.parametrize("build", FRAMES.values(), ids=FRAMES.keys())
@pytest.mark.parametrize(("scale", "number"), DJG_CASES, ids=lambda x: getattr(x, "name", str(x)))
def test_an_item_without_an_answer_is_refused_in_every_frame(scale, number, build, route):
    frame = build(answers(without(PEOPLE, number)))
    data = as_survey(frame, len(PEOPLE)) if route == "survey" else frame

    message = (
        rf"score\({scale.name}\) needs every item to be asked, and \['djg_{number}'\] have no "
        r"answer in the data \(40 people answered other items\): it was not asked, .* Correct the"
    )
    with pytest.raises(ScaleError, match=message):
        score(data, scale)


@pytest.mark.parametrize("missing", [9, None, "float", "text"])
@pytest.mark.parametrize("number", ALL_ITEMS)
def test_one_missing_code_for_all_is_an_item_without_an_answer(number, missing):
    frame = coded(PEOPLE, {"Y": 1, "M": 2, "N": 3, ".": 9})
    declared = dict(GM_ANSWERS)
    frame[f"q{number}"] = {9: 9, None: None, "float": np.nan, "text": 8}[missing]
    declared[8] = "refused"

    with pytest.raises(ScaleError, match=rf"\['q{number}'\] have no answer in the data"):
        score(frame, DJG11, items=item_map(), answers=declared)


@pytest.mark.parametrize("build", FRAMES.values(), ids=FRAMES.keys())
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_sum_of_steps_is_refused_too_and_has_no_shorter_form(number, build):
    frame = ucla()
    frame[f"ucla_{number}"] = pd.Series([None] * len(frame), dtype=object)

    message = rf"\['ucla_{number}'\] have no answer .* no shorter form can do without it"
    for how in ("refuse", "shorter"):
        with pytest.raises(ScaleError, match=message):
            score(build(frame), UCLA3, not_asked=how)


@pytest.mark.parametrize("categories", [3, 5])
def test_a_polytomous_sum_is_refused_too(categories):
    with pytest.raises(ScaleError, match=r"score_polytomous\(DJG6\) .* \['djg_9'\] have no answer"):
        score_polytomous(answers(without(PEOPLE, 9)), DJG6, categories=categories)


@pytest.mark.parametrize("column", ["wave", "source"])
@pytest.mark.parametrize("route", ["frame", "survey"])
@pytest.mark.parametrize("build", FRAMES.values(), ids=FRAMES.keys())
@pytest.mark.parametrize("number", ALL_ITEMS)
def test_a_wave_or_source_without_an_item_is_refused_by_its_name(number, build, route, column):
    frame = answers([*PEOPLE, *without(PEOPLE, number)])
    names = {"wave": [2020, 2022], "source": ["one", "two"]}[column]
    frame = build(frame.assign(**{column: np.repeat(names, len(PEOPLE))}))
    data = as_survey(frame, 80) if route == "survey" else frame

    message = rf"\['djg_{number}'\] have no answer in {column} {names[1]} \(40 people"
    with pytest.raises(ScaleError, match=message):
        score(data, DJG11)


def test_every_wave_that_lacks_an_item_is_named_once_and_at_most_three():
    frame = answers([*PEOPLE, *without(PEOPLE, 2), *without(PEOPLE, 3, 4)] + without(PEOPLE, 5) * 2)
    frame = frame.assign(wave=np.repeat([2016, 2018, 2020, 2022, 2024], len(PEOPLE)))

    with pytest.raises(ScaleError) as raised:
        score(frame, DJG11)

    said = str(raised.value)
    assert "['djg_2'] have no answer in wave 2018" in said
    assert "['djg_3', 'djg_4'] have no answer in wave 2020" in said
    assert "['djg_5'] have no answer in wave 2022" in said
    assert "and 1 more place(s)" in said
    assert "wave 2016" not in said


def test_rows_of_an_unknown_wave_are_a_wave_of_their_own():
    frame = answers([*PEOPLE, *without(PEOPLE, 7)])
    frame = frame.assign(wave=pd.array([2022] * 40 + [pd.NA] * 40, dtype="Int64"))

    with pytest.raises(ScaleError, match=r"\['djg_7'\] have no answer in wave unknown"):
        score(frame, DJG11)


def test_a_wave_that_asked_nothing_of_the_scale_has_no_scores_and_stops_nothing():
    frame = answers([*PEOPLE, *without(PEOPLE, *ALL_ITEMS)])
    frame = frame.assign(wave=np.repeat([2020, 2022], len(PEOPLE)))

    scored = score(frame, DJG11)

    assert scored["lonely"][40:].isna().all()
    assert scored["lonely"][:40].equals(score(answers(PEOPLE), DJG11)["lonely"])


@pytest.mark.parametrize("people", [1, 2, LEAST_PEOPLE])
def test_fewer_than_three_people_can_have_skipped_an_item_by_chance(people):
    frame = answers(without(PEOPLE[:people], 3))

    if people < LEAST_PEOPLE:
        assert score(frame, DJG11)["djg11_tolerated_item"].tolist() == [3] * people
    else:
        with pytest.raises(ScaleError, match=r"\(3 people answered other items\)"):
            score(frame, DJG11)


def test_people_who_answered_nothing_do_not_count_as_people_of_a_place():
    nobody = ["..........."] * 50

    assert score(answers([*without(PEOPLE[:2], 3), *nobody]), DJG11)["lonely"].notna().sum() == 2
    assert score(pd.DataFrame({"direct": pd.Series([None] * 9, dtype=object)}), DIRECT) is not None


@pytest.mark.parametrize(("answered", "asked"), [(0, False), (1, False), (2, True), (40, True)])
def test_an_item_that_almost_nobody_answered_was_not_asked_either(answered, asked):
    # one in forty is less than one in twenty, two in forty are not
    whole = simulated(40, seed=5)
    frame = answers([*whole[:answered], *without(whole[answered:], 3)])

    if asked:
        assert score(frame, DJG11)["djg11_total"].notna().all()
    else:
        said = "no answer" if not answered else r"at most 1 answer\(s\)"
        with pytest.raises(ScaleError, match=rf"\['djg_3'\] have {said} in the data \(40 people"):
            score(frame, DJG11)


def test_eleven_items_without_one_outside_the_six_become_the_six_and_say_so():
    frame = answers(without(PEOPLE, 2))
    alone = score(frame, DJG6)

    with pytest.warns(EenzaamStatsWarning, match=r"score\(DJG11\): Not DJG11, because \['djg_2'\]"):
        scored = score(as_survey(frame, 40), DJG11, not_asked="shorter")

    pd.testing.assert_frame_equal(scored.respondents, alone)
    (report,) = scored.scoring
    assert report.scale == "DJG6"
    assert report.note.endswith("in the data (40 people answered other items): DJG6.")
    assert report.note in str(report)


@pytest.mark.parametrize(
    ("scale", "number", "left", "cutoff", "flag"),
    [
        (DJG11, 3, "social", "rivm2016", "socially_lonely"),
        (DJG11, 8, "emotional", "vzinfo", "emotionally_lonely"),
        (DJG6, 9, "social", "manual6", "socially_lonely"),
        (DJG6, 4, "emotional", "cbs", "emotionally_lonely"),
    ],
)
def test_where_no_short_form_is_left_the_complete_subscale_is_given_without_a_total(
    scale, number, left, cutoff, flag
):
    frame = answers(without(PEOPLE, number))
    whole = score(answers(PEOPLE), scale, subscale_cutoff=cutoff)

    with pytest.warns(EenzaamStatsWarning, match=rf": {scale.name} {left}, without a total\.$"):
        scored = score(frame, scale, subscale_cutoff=cutoff, not_asked="shorter")

    column = f"{scale.prefix}_{left}"
    added = set(scored) - set(frame)
    assert {column, flag} <= added
    assert not added & {"lonely", "severely_lonely", f"{scale.prefix}_total"}
    assert not [
        name for name in added if ("social" if left == "emotional" else "emotional") in name
    ]
    assert scored[column].equals(whole[column])
    assert scored[flag].equals(whole[flag])


def test_a_scale_of_ones_own_without_the_items_of_the_short_form_has_none():
    own = replace(DJG11, items=tuple(item for item in DJG11.items if item.number != 10))

    with pytest.warns(EenzaamStatsWarning, match=r": DJG11 social, without a total\.$"):
        scored = score(answers(without(PEOPLE, 2)), own, not_asked="shorter")

    assert "djg11_social" in scored


@pytest.mark.parametrize("numbers", [(3, 4), (2, 1, 3, 7)])
def test_where_both_subscales_lack_an_item_there_is_no_shorter_form(numbers):
    with pytest.raises(ScaleError, match="no shorter form can do without it"):
        score(answers(without(PEOPLE, *numbers)), DJG11, not_asked="shorter")


def test_all_waves_get_the_same_shorter_form():
    frame = answers([*PEOPLE, *without(PEOPLE, 2), *without(PEOPLE, 5)])
    frame = frame.assign(wave=np.repeat([2016, 2020, 2022], len(PEOPLE)))

    with pytest.warns(EenzaamStatsWarning, match=r"wave 2020 .* wave 2022 .*: DJG6\."):
        scored = score(frame, DJG11, not_asked="shorter")

    assert scored["djg6_total"].tolist() == score(answers(PEOPLE * 3), DJG6)["djg6_total"].tolist()


def test_asking_for_a_shorter_form_changes_nothing_where_every_item_was_asked():
    frame = answers(PEOPLE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pd.testing.assert_frame_equal(score(frame, DJG11, not_asked="shorter"), score(frame, DJG11))


def test_an_unknown_way_of_handling_items_that_were_not_asked_is_refused():
    with pytest.raises(OptionError, match=r"not_asked is 'ignore', .* 'refuse', 'shorter'"):
        score(answers(PEOPLE), DJG11, not_asked="ignore")


def test_the_scale_that_an_outcome_needs_is_refused_as_well():
    with pytest.raises(ScaleError, match=r"\['djg_3'\] have no answer in the data"):
        score_for(as_survey(answers(without(PEOPLE, 3)), 40), ["lonely"])


def test_item_that_a_total_does_without_stands_beside_it():
    # 0: all answered; 5: one missing; two missing have no total and no number.
    scored = score(answers(["YNNYNNYYNNY", "YNNY.NYYNNY", "..NYNNYYNNY"]), DJG11)

    assert words(scored["djg11_tolerated_item"]) == [0, 5, None]
