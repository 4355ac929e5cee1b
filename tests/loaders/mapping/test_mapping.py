"""A mapping is checked as a whole, with every problem at once, and then read like any codebook."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.errors import (
    DesignError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.mapping.check import mapping_problems
from eenzaam_stats.loaders.mapping.labels import (
    DESIGN_FIELDS,
    INSTRUMENTS,
    SOURCE_FIELDS,
    VARIABLE_FIELDS,
)
from eenzaam_stats.loaders.mapping.layout import build_wave
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapped, read_mapping
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.scale import score
from loaders.mapping.mapped_files import SHORT, item, mapping, people, write_mapping, write_survey

# ---------------------------------------------------------------- problems, one at a time


def problems(raw):
    return [problem.message for problem in mapping_problems(raw)]


def changed(path, value):
    """Sound mapping with one field changed, or removed when the value is None."""
    raw = copy.deepcopy(mapping())
    *parents, last = path
    table = raw
    for key in parents:
        table = table[key]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return raw


def test_sound_mapping_has_no_problem():
    assert problems(mapping()) == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("extra",), {}, "the mapping has no field 'extra'; options: 'source'"),
        (("source", "names"), "x", "[source] has no field 'names'; did you mean 'name'?"),
        (("source", "title"), None, "[source] lacks title"),
        (("source", "name"), "My Survey", "name is 'My Survey'; a short name of lower-case"),
        (("source", "name"), "<short_name>", "[source] name is not filled in: '<short_name>'"),
        (("source", "wave"), "22", "wave is '22'; a year in four digits is needed"),
        (("source", "wave"), True, "wave is True; a year"),
        (("source", "age_floor"), 200, "age_floor is 200; the youngest age"),
        (("source", "evidence"), "me", "evidence is 'me'; options: 'user', 'confirmed'"),
        (("source", "households"), "some", "options: 'private', 'all', 'unstated'"),
        (("source", "instrument"), "DJG7", "instrument is 'DJG7'; options, one or a list: 'DJG6'"),
        (("source", "instrument"), ["DJG6", "none"], "options, one or a list"),
        (("source", "population"), "", "population is ''; words are needed"),
        (
            ("design", "weight"),
            None,
            '[design] lacks weight; name its column, or write weight = "n',
        ),
        (("design", "weight"), 3, "weight is 3; the name of a column"),
        (("design", "stratum"), "<column>", "[design] stratum is not filled in: '<column>'"),
        (("design", "weights"), "w", "[design] has no field 'weights'; did you mean 'weight'?"),
        (("design", "single_psu"), "skip", "options: 'certainty', "),
        (("design",), "w", "[design] is no table"),
        (("respondents",), {"keep": [1]}, "[respondents] column is None"),
        (
            ("respondents",),
            {"column": "c", "keep": ["one"]},
            "keep is ['one']; a list of whole numbers",
        ),
        (("respondents",), {"column": "c", "keep": [1], "x": 1}, "[respondents] has no field 'x'"),
        (("variable",), [], "there is no [[variable]] row"),
        (("variable", 1), 3, "row 2 is no [[variable]] table"),
        (("variable", 0, "name"), None, "row 1: name is missing"),
        (("variable", 0, "name"), "<name>", "row 1 (<name>): name is not filled in"),
        (("variable", 6, "name"), "sxe", "row 7 (sxe): 'sxe' is no harmonised column; did you mea"),
        (("variable", 6, "name"), "weight", "weight is filled from [source] and [design]"),
        (("variable", 6, "column"), "", "row 7 (sex): column, the name in the file, is missing"),
        (
            ("variable", 6, "columns"),
            "x",
            "row 7 (sex) has no field 'columns'; did you mean 'column'?",
        ),
        (("variable", 6, "codes"), None, "nothing says what the values are; codes is needed"),
        (("variable", 6, "number"), True, "codes and number says what the values are"),
        (("variable", 7, "number"), None, "number = true with min and max is needed"),
        (("variable", 7, "number"), False, "number is False; write number = true or remove it"),
        (("variable", 7, "min"), None, "row 8 (age): min is None; a whole number is needed"),
        (("variable", 7, "max"), 3, "row 8 (age): min 18 is above max 3"),
        (
            ("variable", 7, "missing"),
            {"99": "no_answer"},
            "missing code(s) '99' lie between min an",
        ),
        (("variable", 8, "codes"), {"1": "a"}, "codes and text says what the values are"),
        (("variable", 6, "codes"), {}, "row 7 (sex): codes are empty"),
        (
            ("variable", 6, "codes", "2"),
            "woman",
            "code '2': 'woman' is not a value of sex; options",
        ),
        (("variable", 6, "codes", "02"), "women", "row 7 (sex): code 2 occurs 2 times"),
        (
            ("variable", 6, "codes"),
            {"man": "women"},
            "'man' plainly means 'men' and is mapped to 'w",
        ),
        (
            ("variable", 6, "codes", "2"),
            ["women", "Man"],
            "code '2': 'Man' plainly means 'men' and is mapped to 'women'",
        ),
        (
            ("variable", 0, "codes"),
            {"1": "yes", "2": "no"},
            "the answers are ['no', 'yes']; the co",
        ),
        (("variable", 0, "codes", "1"), "<yes>", "code '1' is not filled in: '<yes>'"),
        (("variable", 0, "missing"), 9, "missing is no table of code = kind"),
        (
            ("variable", 0, "missing", "9"),
            "blank",
            "'blank' is no kind of missing; options: 'refuse",
        ),
        (("variable", 0, "missing", "3"), "refused", "code(s) '3' are both valid and missing"),
        (("variable", 0, "else"), "other", "row 1 (djg_3): else is 'other'; options: 'refused'"),
        (("variable", 0, "column"), "q4", "rows 1, 2 have the same column 'q4'"),
        (("variable", 0, "name"), "djg_4", "rows 1, 2 have the same name 'djg_4'"),
        (
            ("variable", 0, "name"),
            "djg_4",
            "instrument DJG6 needs a row for each of its items; abs",
        ),
        (("source", "instrument"), "none", "row 1 (djg_3) is an item of no declared instrument"),
        (("source", "instrument"), "DJG11", "absent: 'djg_1', 'djg_2', 'djg_5', 'djg_6', 'djg_11'"),
    ],
)
def test_problem_names_row_field_and_remedy(path, value, message):
    found = problems(changed(path, value))
    assert any(message in said for said in found), found


def test_direct_question_against_its_own_words_is_a_problem():
    row = {"name": "direct", "column": "d", "codes": {"Always": "never", "Never": "always"}}
    raw = {**mapping(instrument="DIRECT"), "variable": [row]}
    assert problems(raw) == [
        "row 1 (direct): code 'Always': 'Always' plainly means 'always' and is mapped to 'never'",
        "row 1 (direct): code 'Never': 'Never' plainly means 'never' and is mapped to 'always'",
    ]


def test_two_instruments_can_be_declared_together():
    raw = mapping(instrument=["DJG6", "DIRECT"])
    assert problems(raw) == [
        "instrument DIRECT needs a row for each of its items; absent: 'direct'"
    ]
    codes = {"1": "never", "2": "sometimes", "3": "often"}
    raw["variable"].append({"name": "direct", "column": "d", "codes": codes})
    assert problems(raw) == []


def test_published_scores_take_flags_numbers_or_words():
    raw = mapping()
    raw["variable"] += [
        {"name": "published_lonely", "column": "f", "codes": {"0": False, "1": True}},
        {"name": "published_total", "column": "t", "number": True, "min": 0, "max": 6},
        {"name": "published_category", "column": "c", "codes": {"1": "not", "2": "severe"}},
    ]
    assert problems(raw) == []


def test_all_problems_come_in_one_error(tmp_path):
    raw = mapping()
    del raw["design"]["weight"]
    raw["source"]["wave"] = "soon"
    raw["variable"] = [row for row in raw["variable"] if row["name"] != "djg_10"]
    raw["variable"][0]["codes"]["1"] = "ja"
    path = write_mapping(raw, tmp_path / "mine.toml")
    with pytest.raises(
        SchemaError,
        match=r"mine.toml: the mapping has 4 problem\(s\): \(1\) .*wave is 'soon'.*\(2\) .*weight"
        r".*\(3\) row 1 \(djg_3\): code '1': 'ja' is not a value.*\(4\) .*absent: 'djg_10'",
    ):
        read_mapping(path)


def test_check_gives_one_result_per_problem_and_part(tmp_path):
    raw = mapping()
    sound = check_mapping(write_mapping(raw, tmp_path / "a.toml"))
    assert [(check.name, check.passed) for check in sound] == [
        ("source", True),
        ("design", True),
        ("respondents", None),
        ("instrument", True),
        ("variable", True),
    ]
    del raw["design"]["weight"]
    checks = check_mapping(write_mapping(raw, tmp_path / "b.toml"))
    (failed,) = [check for check in checks if check.passed is False]
    assert (failed.name, failed.message[:21]) == ("design", "[design] lacks weight")


def test_every_scale_with_items_can_be_declared():
    assert set(INSTRUMENTS) == {"DJG6", "DJG11", "UCLA3", "DIRECT", "none"}
    assert [row["name"] for row in mapping()["variable"][:6]] == [f"djg_{n}" for n in SHORT]
    assert item(3)["column"] == "q3"


# ---------------------------------------------------------------- files that are no mapping


def test_absent_mapping_is_named(tmp_path):
    with pytest.raises(SourceError, match=r"The mapping no.toml does not exist"):
        check_mapping(tmp_path / "no.toml")


def test_folder_is_no_mapping(tmp_path):
    with pytest.raises(SourceError, match=r"is a folder. Give the path of one mapping"):
        check_mapping(tmp_path)


def test_broken_toml_is_named_with_its_line(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("[source]\nname = mine\n", "utf-8")
    with pytest.raises(SchemaError, match=r"mine.toml is no valid TOML: .*line 2"):
        check_mapping(path)


def test_mapping_in_another_encoding_is_named(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes('[source]\ntitle = "Enquête"\n'.encode("latin1"))
    with pytest.raises(SourceError, match=r"mine.toml is no text in UTF-8"):
        check_mapping(path)


# ---------------------------------------------------------------- reading, every format

SUFFIXES = (".sav", ".zsav", ".dta", ".csv", ".parquet", ".xlsx")


def read(folder, frame=None, *, raw=None, suffix=".sav", labels=None):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    if suffix == ".xlsx":
        pytest.importorskip("openpyxl")
    path = write_survey(people() if frame is None else frame, folder / f"my{suffix}", labels)
    return read_mapped(path, write_mapping(raw or mapping(), folder / "mine.toml"))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_respondents(tmp_path, suffix):
    own = read(tmp_path, suffix=suffix).respondents
    first = read(tmp_path, suffix=".sav").respondents
    pd.testing.assert_frame_equal(own, first)
    # by hand: codes 1 2 3 are yes, more or less, no; row 4 says don't know
    assert own["djg_3"].tolist()[:3] == ["yes", "more_or_less", "no"]
    assert own["djg_4"].tolist()[:3] == ["no", "more_or_less", "yes"]
    assert (own["djg_3"].isna().to_numpy() == (own.index == 3)).all()
    assert own["djg_3_missing"].tolist()[3] == "dont_know"
    assert own["sex"].tolist()[:2] == ["men", "women"]
    assert own["age"].tolist()[:2] == [18, 19]
    assert own["person_id"].tolist()[:2] == ["1", "2"]
    assert own["source"].unique().tolist() == ["mine"]
    assert own["wave"].unique().tolist() == [2022]
    assert "unused" not in own


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_scores_and_estimates_the_same(tmp_path, suffix):
    survey = score(read(tmp_path, suffix=suffix), DJG6, subscale_cutoff="cbs")
    # answers repeat every five people: the first two are lonely on all six items
    (row,) = prevalence(survey, "lonely").rows
    weights = people()["w"].to_numpy()
    lonely = np.arange(60) % 5 < 2
    assert row.estimate == pytest.approx(weights[lonely].sum() / weights.sum(), rel=1e-12)


def test_design_and_report_come_from_the_mapping(tmp_path):
    raw = mapping(note="one school only", population="pupils of 18 and older")
    raw["design"] = {"weight": "w", "stratum": "s", "cluster": "id", "single_psu": "certainty"}
    survey = read(tmp_path, raw=raw)
    design = survey.design
    assert (design.weight, design.stratum, design.cluster) == ("weight", "stratum", "cluster")
    assert design.single_psu == "certainty"
    report = survey.report
    assert (report.source, report.wave, report.age_floor) == ("mine", "2022", 18)
    assert report.population == "pupils of 18 and older"
    assert report.notes[0] == "names and codes come from the mapping mine.toml of the user"
    assert "one school only" in report.notes
    (column,) = [c for c in report.columns if c.name == "djg_3"]
    assert (column.source_name, column.n_valid) == ("q3", 59)
    assert column.missing == (("dont_know", 1),)


def test_weight_none_gives_a_design_without_weight(tmp_path):
    raw = mapping()
    raw["design"] = {"weight": "none"}
    survey = read(tmp_path, raw=raw)
    assert survey.design.weight is None
    assert survey.design.stratum is None
    assert "weight" not in survey.respondents


def test_words_as_cells_are_codes_of_the_mapping(tmp_path):
    frame = people()
    words = {1.0: "Ja", 2.0: "Min of meer", 3.0: "Nee", 9.0: "Weet niet"}
    raw = mapping()
    for row in raw["variable"][:6]:
        frame[row["column"]] = frame[row["column"]].map(words)
        row["codes"] = {"Ja": "yes", "Min of meer": "more_or_less", "Nee": "no"}
        row["missing"] = {"Weet niet": "dont_know"}
    own = read(tmp_path, frame, raw=raw, suffix=".csv").respondents
    assert own["djg_3"].tolist()[:3] == ["yes", "more_or_less", "no"]
    assert own["djg_3_missing"].tolist()[3] == "dont_know"


def test_other_rows_are_left_out_by_a_filter_and_counted(tmp_path):
    frame = people()
    frame["part"] = [1.0, 2.0] * 30
    raw = mapping()
    raw["respondents"] = {"column": "part", "keep": [1]}
    survey = read(tmp_path, frame, raw=raw)
    assert (survey.report.n_read, survey.report.n_kept) == (60, 30)
    assert sum(n for _, n in survey.report.dropped) == 30


def test_names_in_another_case_are_found(tmp_path):
    frame = people().rename(columns=str.upper)
    assert len(read(tmp_path, frame).respondents) == 60


# ---------------------------------------------------------------- what stops the reading


def test_reversed_labels_in_the_file_stop_the_reading(tmp_path):
    labels = {"q3": {1: "Nee", 2: "Min of meer", 3: "Ja"}}
    with pytest.raises(ScaleError, match=r"'q3': code 1 is labelled 'Nee' in the file"):
        read(tmp_path, labels=labels)


@pytest.mark.parametrize("suffix", [".sav", ".dta"])
def test_direct_question_against_its_labels_stops_the_reading(tmp_path, suffix):
    frame = people()
    frame["d"] = 1.0 + np.arange(60) % 3
    codes = {"1": "never", "2": "sometimes", "3": "often"}
    raw = mapping(instrument=["DJG6", "DIRECT"])
    raw["variable"].append({"name": "direct", "column": "d", "codes": codes})
    right = {"d": {1: "Nooit", 2: "Soms", 3: "Vaak"}}
    own = read(tmp_path, frame, raw=raw, suffix=suffix, labels=right).respondents
    assert own["direct"].tolist()[:3] == ["never", "sometimes", "often"]
    wrong = {"d": {1: "Vaak", 2: "Soms", 3: "Nooit"}}
    with pytest.raises(
        ScaleError, match=r"'d': code 1 is labelled 'Vaak' in the file, which means 'often', and is"
    ):
        read(tmp_path, frame, raw=raw, suffix=suffix, labels=wrong)


def test_swapped_sexes_stop_the_reading(tmp_path):
    with pytest.raises(ScaleError, match=r"'sx': code 1 is labelled 'Vrouw'.* mapped to 'men'"):
        read(tmp_path, labels={"sx": {1: "Vrouw", 2: "Man"}})


def test_code_outside_the_mapping_stops_the_reading_with_its_row(tmp_path):
    frame = people()
    frame.loc[6, "q4"] = 4.0
    with pytest.raises(UnknownCodeError, match=r"'q4': code 4 \(1 row\(s\), first in row 7\)"):
        read(tmp_path, frame)


def test_explicit_else_takes_the_other_codes_and_nothing_else_does(tmp_path):
    frame = people()
    frame.loc[6, "q4"] = 4.0
    raw = mapping()
    raw["variable"][1]["else"] = "invalid"
    own = read(tmp_path, frame, raw=raw).respondents
    assert own["djg_4_missing"].tolist()[6] == "invalid"
    assert own["djg_4"].isna().sum() == 1


def test_age_outside_its_bounds_stops_the_reading(tmp_path):
    frame = people()
    frame.loc[0, "lft"] = 999.0
    with pytest.raises(UnknownCodeError, match=r"'lft': code 999"):
        read(tmp_path, frame)


def test_absent_columns_are_all_named(tmp_path):
    frame = people().drop(columns=["q8", "s"])
    with pytest.raises(
        UnknownColumnError, match=r"mapping of my.sav needs column\(s\) \['q8', 's'"
    ):
        read(tmp_path, frame)


def test_weight_of_zero_is_refused(tmp_path):
    frame = people()
    frame.loc[1, "w"] = 0.0
    with pytest.raises(DesignError, match=r"'w' is blank, zero, negative.*first in row 2"):
        read(tmp_path, frame)


def test_mapping_is_checked_before_the_file_is_opened(tmp_path):
    raw = mapping()
    del raw["design"]["weight"]
    with pytest.raises(SchemaError, match=r"the mapping has 1 problem"):
        read_mapped(tmp_path / "absent.sav", write_mapping(raw, tmp_path / "mine.toml"))


def test_reversed_codes_are_caught_by_the_direction_check(tmp_path):
    raw = mapping()
    for row in raw["variable"][:6]:
        if row["name"] in ("djg_4", "djg_7", "djg_8"):
            row["codes"] = {"1": "no", "2": "more_or_less", "3": "yes"}
    survey = read(tmp_path, raw=raw)
    with pytest.raises(ScaleError, match="direction check failed"):
        score(survey, DJG6, strict=True)


def test_five_answers_are_read_and_scored_as_the_manual_says(tmp_path):
    frame = people(5)
    raw = mapping()
    words = ("strong_yes", "yes", "more_or_less", "no", "strong_no")
    for row in raw["variable"][:6]:
        row["codes"] = {str(code): word for code, word in enumerate(words, start=1)}
        frame[row["column"]] = [1.0, 2.0, 3.0, 4.0, 5.0]
    survey = score(read(tmp_path, frame, raw=raw), DJG6)
    # emotional 3, 9, 10 count from more or less up, social 4, 7, 8 from more or less down
    assert survey.respondents["djg6_emotional"].tolist() == [3, 3, 3, 0, 0]
    assert survey.respondents["djg6_social"].tolist() == [0, 0, 3, 3, 3]


def test_report_says_how_each_code_was_read(tmp_path):
    report = read(tmp_path).report
    (column,) = [c for c in report.columns if c.name == "djg_3"]
    assert column.recodes == ("1 -> yes", "2 -> more_or_less", "3 -> no", "9 -> dont_know")


# ---------------------------------------------------------------- anything at all as a mapping

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 3000) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=4,
)
PATHS = [
    *[("source", field) for field in SOURCE_FIELDS],
    *[("design", field) for field in DESIGN_FIELDS],
    *[("variable", row, field) for row in (0, 6, 7, 8) for field in VARIABLE_FIELDS],
    *[("variable", 0, "codes", "1"), ("variable", 0, "missing", "9"), ("variable", 6)],
    *[("source",), ("design",), ("respondents",), ("variable",), ("respondents", "keep")],
]


@settings(max_examples=400, deadline=None)
@given(path=st.sampled_from(PATHS), value=ANYTHING)
def test_any_value_in_any_field_is_a_problem_or_a_codebook_but_never_a_crash(path, value):
    raw = copy.deepcopy(mapping())
    raw["respondents"] = {"column": "part", "keep": [1]}
    *parents, last = path
    table = raw
    for key in parents:
        table = table[key]
    table[last] = value
    if not mapping_problems(raw):
        wave = build_wave(raw)
        assert len(wave.variables) == len(raw["variable"])
        assert all(v.codes or v.bounds or v.kind == "text" for v in wave.variables)
