"""A mapping of items stored as 0 and 1: keyed and raw, in every format, each fault said once."""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.errors import ScaleError, SchemaError, UnknownCodeError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.mapping.check import mapping_problems
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapped
from eenzaam_stats.loaders.pooling.combine import combine
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from loaders.mapping.mapped_files import SHORT, item, mapping, people, write_mapping, write_survey

SUFFIXES = (".sav", ".zsav", ".dta", ".csv", ".parquet", ".xlsx")
EMOTIONAL = (3, 9, 10)
KEYED = {"words": {"0": "not_lonely", "1": "lonely"}, "points": {"0": "0", "1": "1"}}
KEYED["numbers"] = {"0": 0, "1": 1}
RAW = {"0": "dichotomised_no", "1": "dichotomised_yes"}


def zero_one(*, keyed, n=60):
    """Who is lonely is 1 on every keyed item; raw social items are the other way round."""
    frame = people(n)
    lonely = (np.arange(n) % 3 == 0).astype(float)
    for number in SHORT:
        frame[f"q{number}"] = lonely if keyed or number in EMOTIONAL else 1 - lonely
    frame.loc[1, "q3"] = np.nan
    return frame


def two_mapping(codes, **source):
    raw = mapping(**source)
    for row in raw["variable"][:6]:
        row["codes"], row["missing"] = dict(codes), {}
    return raw


def survey_of(folder, raw, frame, suffix=".sav", labels=None):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    path = write_survey(frame, folder / f"x{suffix}", labels)
    return read_mapped(path, write_mapping(raw, folder / "m.toml"))


def truth(n=60):
    return [6 if at % 3 == 0 else 0 for at in range(n)]


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("codes", [*KEYED.values(), RAW], ids=[*KEYED, "raw"])
def test_every_format_and_way_of_saying_it_gives_the_same_scores(tmp_path, suffix, codes):
    frame = zero_one(keyed=codes is not RAW)
    survey = survey_of(tmp_path, two_mapping(codes), frame, suffix)
    assert survey.respondents["djg_4"].tolist()[:3] == ["lonely", "not_lonely", "not_lonely"]
    scored = score(survey, DJG6)
    assert scored.respondents["djg6_total"].tolist() == truth()
    assert scored.scoring[-1].direction.passed is True
    (row,) = prevalence(scored, "lonely").rows
    weights = frame["w"].to_numpy()
    assert row.estimate == pytest.approx(weights[::3].sum() / weights.sum(), rel=1e-12)


def test_report_says_how_each_value_was_read(tmp_path):
    survey = survey_of(tmp_path, two_mapping(RAW), zero_one(keyed=False))
    recodes = {column.name: column.recodes for column in survey.report.columns}
    assert recodes["djg_3"] == ("0 -> not_lonely", "1 -> lonely")
    assert recodes["djg_4"] == ("0 -> lonely", "1 -> not_lonely")


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xlsx"])
def test_truth_values_are_text_in_a_file_and_can_be_mapped(tmp_path, suffix):
    frame = zero_one(keyed=True).dropna()
    for number in SHORT:
        frame[f"q{number}"] = frame[f"q{number}"].astype(bool)
    if suffix == ".csv":
        frame = frame.replace({True: "TRUE", False: "FALSE"})
    raw = two_mapping({"TRUE": "lonely", "FALSE": "not_lonely"})
    own = score(survey_of(tmp_path, raw, frame, suffix), DJG6).respondents["djg6_total"]
    assert own.tolist() == [total for at, total in enumerate(truth()) if at != 1]


def test_eleven_items_are_read_too(tmp_path):
    frame, raw = zero_one(keyed=True), two_mapping(KEYED["words"], instrument="DJG11")
    for number in (1, 2, 5, 6, 11):
        frame[f"q{number}"] = frame["q4"]
        raw["variable"].append(item(number, codes=KEYED["words"], missing={}))
    own = score(survey_of(tmp_path, raw, frame), DJG11).respondents["djg11_total"]
    assert own.tolist() == [11 * (at % 3 == 0) for at in range(60)]


def test_raw_values_declared_as_keyed_fail_the_direction_check_of_the_reading(tmp_path):
    survey = survey_of(tmp_path, two_mapping(KEYED["words"]), zero_one(keyed=False, n=200))
    (check,) = [own for own in survey.report.checks if own.name == "direction"]
    assert check.passed is False


def test_one_item_keyed_the_other_way_fails_the_direction_check_of_the_reading(tmp_path):
    frame = zero_one(keyed=True, n=600)
    frame["q9"] = 1 - frame["q9"]
    survey = survey_of(tmp_path, two_mapping(KEYED["words"]), frame)
    (check,) = [own for own in survey.report.checks if own.name == "direction"]
    assert check.passed is False


# ---------------------------------------------------------------- labels as witnesses


def labels_of(zero, one, numbers=SHORT):
    return {f"q{number}": {0: zero, 1: one} for number in numbers}


@pytest.mark.parametrize("words", [("0", "1"), ("niet eenzaam", "eenzaam"), ("FALSE", "TRUE")])
def test_labels_that_agree_with_keyed_items_pass(tmp_path, words):
    raw = two_mapping({"0": ["not_lonely", words[0]], "1": ["lonely", words[1]]})
    frame = zero_one(keyed=True)
    assert survey_of(tmp_path, raw, frame, labels=labels_of(*words)) is not None
    if words[0] != "FALSE":
        plain = two_mapping(KEYED["words"])
        assert survey_of(tmp_path, plain, frame, labels=labels_of(*words)) is not None


@pytest.mark.parametrize("words", [("Nee", "Ja"), ("oneens", "eens"), ("disagree", "agree")])
def test_raw_labels_contradict_keyed_social_items_and_fit_raw_ones(tmp_path, words):
    with pytest.raises(ScaleError, match=r"'q4': code 0 is labelled .* which means 'lonely'"):
        survey_of(tmp_path, two_mapping(KEYED["words"]), zero_one(keyed=True), ".sav",
                  labels_of(*words))  # fmt: skip
    raw = survey_of(tmp_path, two_mapping(RAW), zero_one(keyed=False), ".sav", labels_of(*words))
    assert score(raw, DJG6).respondents["djg6_total"].tolist() == truth()
    turned = labels_of(*words[::-1])
    with pytest.raises(ScaleError, match=r"'q3': code 0 is labelled"):
        survey_of(tmp_path, two_mapping(RAW), zero_one(keyed=False), ".sav", turned)


def test_label_printed_in_the_mapping_settles_what_keyed_labels_mean(tmp_path):
    raw = two_mapping({"0": ["not_lonely", "Nee"], "1": ["lonely", "Ja"]})
    survey = survey_of(tmp_path, raw, zero_one(keyed=True), labels=labels_of("Nee", "Ja"))
    assert score(survey, DJG6).respondents["djg6_total"].tolist() == truth()


def test_printed_labels_that_turn_points_or_agreement_round_are_refused():
    (one, other) = said(two_mapping({"0": ["not_lonely", "Ja"], "1": ["lonely", "Nee"]}))
    assert one.startswith("rows 1, 5, 6 (djg_3, djg_9, djg_10): code '0': 'Ja' plainly means")
    assert other.startswith("rows 1, 5, 6 (djg_3, djg_9, djg_10): code '1': 'Nee' plainly means")
    raw = {"0": ["dichotomised_no", "Ja"], "1": ["dichotomised_yes", "Nee"]}
    assert {problem.split(":")[0][:22] for problem in said(two_mapping(raw))} == {
        "rows 1, 5, 6 (djg_3, d",
        "rows 2, 3, 4 (djg_4, d",
    }


def test_turned_labels_of_keyed_items_stop(tmp_path):
    with pytest.raises(ScaleError, match=r"'q3': code 0 is labelled 'eenzaam'"):
        survey_of(
            tmp_path,
            two_mapping(KEYED["words"]),
            zero_one(keyed=True),
            labels=labels_of("eenzaam", "niet eenzaam"),
        )


# ---------------------------------------------------------------- each fault is said once


def said(raw):
    return [problem.message for problem in mapping_problems(raw)]


def test_two_answers_are_one_problem_that_names_both_ways():
    (problem,) = said(two_mapping({"0": "no", "1": "yes"}))
    assert problem.startswith("rows 1, 2, 3, 4, 5, 6 (djg_3, djg_4, djg_7, djg_8, djg_9, djg_10): ")
    assert "the answers are ['no', 'yes']; the complete set" in problem
    assert "['not_lonely', 'lonely'] where 1 counts as lonely (keyed)" in problem
    assert "['dichotomised_no', 'dichotomised_yes'] where 1 agrees" in problem


def test_values_that_no_item_has_are_one_problem():
    (problem,) = said(two_mapping({"0": "nein", "1": "doch"}))
    assert "codes '0', '1': 'nein', 'doch' are no values of these columns; options" in problem


@pytest.mark.parametrize("field", ["codez", "max_value"])
def test_field_that_every_row_has_is_one_problem(field):
    raw = mapping()
    for row in raw["variable"][:6]:
        row[field] = 3
    assert len([own for own in said(raw) if field in own]) == 1


def test_different_problems_stay_apart_and_keep_their_rows():
    raw = mapping()
    raw["variable"][1]["codes"]["1"] = "oui"
    raw["variable"][3]["missing"] = {"9": "gone"}
    one, other = said(raw)
    assert one.startswith("row 2 (djg_4): code '1': 'oui' is not a value of djg_4; options")
    assert other.startswith("row 4 (djg_8): missing '9': 'gone' is no kind of missing")


@pytest.mark.parametrize(
    "codes",
    [{"0": "not_lonely"}, {"0": "lonely", "1": "lonely"}, {"0": "no", "1": "lonely"}],
)
def test_half_or_mixed_declarations_are_one_problem(codes):
    (problem,) = said(two_mapping(codes))
    assert "items stored as 0 and 1 have the words" in problem


def test_some_items_with_two_answers_and_others_with_three_are_one_problem():
    raw = two_mapping(KEYED["words"])
    raw["variable"][0] = item(3)
    (problem,) = said(raw)
    assert problem.startswith("the items ['djg_4', 'djg_7', 'djg_8', 'djg_9', 'djg_10'] are dichot")


def test_words_of_agreement_that_turn_round_are_refused():
    codes = {"Ja": "lonely", "Nee": "not_lonely"}
    problems = said(two_mapping(codes))
    assert len(problems) == 2
    assert (
        "rows 2, 3, 4 (djg_4, djg_7, djg_8): code 'Ja': 'Ja' plainly means 'not_lonely'"
        in (problems[0])
    )


def test_check_mapping_lists_the_same_problem_once(tmp_path):
    path = write_mapping(two_mapping({"0": "no", "1": "yes"}), tmp_path / "m.toml")
    failed = [check for check in check_mapping(path) if check.passed is False]
    assert len(failed) == 1
    with pytest.raises(SchemaError, match=r"the mapping has 1 problem\(s\)"):
        read_mapped(tmp_path / "absent.sav", path)


def test_third_value_stops_the_reading(tmp_path):
    frame = zero_one(keyed=True)
    frame.loc[4, "q8"] = 2.0
    with pytest.raises(UnknownCodeError, match=r"'q8': code 2 \(1 row\(s\), first in row 5\)"):
        survey_of(tmp_path, two_mapping(KEYED["words"]), frame)


def test_surveys_with_two_and_with_three_answers_combine_once_scored(tmp_path):
    (tmp_path / "two").mkdir()
    two = survey_of(tmp_path / "two", two_mapping(KEYED["words"]), zero_one(keyed=True))
    three = survey_of(tmp_path, mapping(name="other"), people())
    both = combine([score(two, DJG6), score(three, DJG6)])
    assert both.respondents["djg6_total"].tolist()[:60] == truth()
    with pytest.raises(ScaleError, match="all stored in one way"):
        score(combine([two, three]), DJG6)
