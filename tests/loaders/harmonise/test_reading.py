"""The pipeline of every source: codes, labels, designs, rows that stay, and contradictions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import (
    DesignError,
    OptionError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.loaders.codebook.codebook import parse_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.opened import SUFFIXES, open_file
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file, read_survey
from eenzaam_stats.survey import Survey

CODEBOOK = """
name = "demo"
title = "Demo survey"
[sources]
[[wave]]
year = 2022
population = "people of 16 and older"
population_evidence = "confirmed; page 1"
age_floor = 16
weights = ["w_one"]
weights_evidence = "confirmed; page 1"
stratum = "area"
cluster = "house"
layout_evidence = "confirmed; page 1"
design_note = "a quota sample"
zero_weight = "no weight at this level"
[wave.weight_levels]
country = "w_one"
union = "w_all"
[wave.stratum_levels]
country = "area"
union = "area_all"
[codes.direct]
1 = ["always", "All of the time"]
2 = ["often", "Most of the time"]
3 = ["sometimes", "Some of the time"]
4 = ["rarely", "A little of the time"]
5 = ["never", "None of the time"]
[[variable]]
name = "direct"
source_names = ["lonely"]
role = "loneliness"
required = true
label_nl = "Directe vraag"
codes = "direct"
missing = { 998 = ["dont_know", "Don't know"], 999 = ["refused", "Prefer not to say"] }
evidence = { 2022 = "confirmed; page 2" }
[[variable]]
name = "country"
source_names = ["cntry"]
role = "demographic"
label_nl = "Land"
codes = { NL = ["Netherlands", "The Netherlands"], BE = ["Belgium", "Belgium"] }
evidence = { 2022 = "confirmed; page 2" }
[[variable]]
name = "age"
source_names = ["age"]
role = "demographic"
kind = "integer"
label_nl = "Leeftijd"
range = [16, 110]
else = "invalid"
missing = { 999 = ["refused", "Prefer not to say"] }
evidence = { 2022 = "confirmed; page 2" }
"""
ROWS = {
    "lonely": [1, 3, 5, 998, 999, 4],
    "cntry": ["NL", "NL", "BE", "BE", "NL", "BE"],
    "age": [16, 45, 15, 999, 110, 80],
    "w_one": [0.5, 1.5, 1.0, 2.0, 0.25, 0.75],
    "w_all": [1.0, 1.0, 0.0, 1.0, 1.0, 1.0],
    "area": ["n", "n", "s", "s", "n", "s"],
    "area_all": ["a", "a", "a", "b", "b", "b"],
    "house": [11, 11, 12, 13, 14, 15],
}
ANSWERS = ["always", "sometimes", "never", None, None, "rarely"]


@pytest.fixture
def wave() -> WaveCodebook:
    return parse_codebook(CODEBOOK).wave(2022)


def written(path: Path, **changed: list[object]) -> Path:
    frame = pd.DataFrame(ROWS | changed)
    match path.suffix:
        case ".sav" | ".zsav":
            pyreadstat.write_sav(frame, path)
        case ".dta":
            pyreadstat.write_dta(frame, path)
        case ".csv" | ".txt" | ".tsv":
            frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")
        case ".parquet":
            frame.to_parquet(path)
        case ".xlsx":
            frame.to_excel(path, index=False)
    return path


def read(path: Path, wave: WaveCodebook, **options: object) -> Survey:
    return read_survey(open_file(path), wave, source="demo", **options)


def at_level(path: Path, wave: WaveCodebook, level: str) -> Survey:
    return as_survey(harmonise_file(open_file(path), wave, weights_for=level), source="demo")


def values(survey: Survey, name: str) -> list[object]:
    return [None if pd.isna(value) else value for value in survey.respondents[name]]


def column(survey: Survey, name: str) -> dict[str, int]:
    return dict(next(c for c in survey.report.columns if c.name == name).missing)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_same_survey(tmp_path, wave, suffix):
    survey = read(written(tmp_path / f"demo{suffix}"), wave)
    assert values(survey, "direct") == ANSWERS
    assert values(survey, "direct_missing")[3:5] == ["dont_know", "refused"]
    assert values(survey, "country") == ["Netherlands"] * 2 + ["Belgium"] * 2 + [
        "Netherlands",
        "Belgium",
    ]
    assert values(survey, "age") == [16, 45, None, None, 110, 80]
    assert column(survey, "age") == {"refused": 1, "invalid": 1}
    assert values(survey, "weight") == ROWS["w_one"]
    assert values(survey, "stratum") == ROWS["area"]
    assert values(survey, "cluster") == [str(house) for house in ROWS["house"]]
    assert survey.respondents["direct"].cat.ordered
    assert str(survey.respondents["age"].dtype) == "Int64"
    design = survey.design
    assert (design.weight, design.stratum, design.cluster) == ("weight", "stratum", "cluster")
    assert design.single_psu == "fail"
    assert (survey.report.source, survey.report.wave, survey.report.age_floor) == (
        "demo",
        "2022",
        16,
    )
    assert "a quota sample" in survey.report.notes


@pytest.mark.parametrize("apostrophe", ["'", "\N{RIGHT SINGLE QUOTATION MARK}", "´"])
def test_printed_labels_count_as_their_codes(tmp_path, wave, apostrophe):
    words = ["All of the time", " some of the TIME", "None of the time"]
    words += [f"Don{apostrophe}t know", "Prefer not to say", "A little of the time"]
    country = ["The Netherlands", "NL", "Belgium", "BE", "the netherlands ", "Belgium"]
    age = ["16", "45", "15", "Prefer not to say", "110", "80.0"]
    path = written(tmp_path / "demo.csv", lonely=words, cntry=country, age=age)
    survey = read(path, wave)
    assert values(survey, "direct") == ANSWERS
    assert column(survey, "direct") == {"refused": 1, "dont_know": 1}
    assert values(survey, "country")[:3] == ["Netherlands", "Netherlands", "Belgium"]
    assert values(survey, "age") == [16, 45, None, None, 110, 80]


@pytest.mark.parametrize("word", ["Sometimes maybe", "None", "6", "1.5", "1 always"])
def test_word_that_is_no_label_of_the_codebook_stops_the_reading(tmp_path, wave, word):
    path = written(tmp_path / "demo.csv", lonely=[1, 3, word, 1, word, 1])
    with pytest.raises(UnknownCodeError, match=r"Demo survey 2022, column 'lonely'.*2 row.* row 3"):
        read(path, wave)


def test_extended_missing_values_of_stata_are_missing_with_the_kind_of_their_label(tmp_path, wave):
    lonely = pd.Series([1.0, 3.0, 5.0, "a", "b", 4.0], dtype=object)
    weights = pd.Series([1.0, "c", 1.0, 1.0, 1.0, 1.0], dtype=object)
    pyreadstat.write_dta(
        pd.DataFrame(ROWS | {"lonely": lonely}),
        tmp_path / "demo.dta",
        missing_user_values={"lonely": ["a", "b"]},
        variable_value_labels={"lonely": {"a": "Don't know", 1: "All of the time"}},
    )
    survey = read(tmp_path / "demo.dta", wave)
    assert values(survey, "direct") == ANSWERS
    assert column(survey, "direct") == {"dont_know": 1, "no_answer": 1}
    pyreadstat.write_dta(
        pd.DataFrame(ROWS | {"w_one": weights}),
        tmp_path / "weights.dta",
        missing_user_values={"w_one": ["c"]},
    )
    with pytest.raises(DesignError, match=r"'w_one' is blank, .* in 1 row\(s\), first in row 2"):
        read(tmp_path / "weights.dta", wave)


def test_decimal_comma_of_a_weight_is_read_and_a_mixture_is_refused(tmp_path, wave):
    comma = ["0,5", "1,5", "1", "2", "0,25", "0,75"]
    survey = read(written(tmp_path / "demo.csv", w_one=comma), wave)
    assert values(survey, "weight") == ROWS["w_one"]
    mixed = ["0,5", "1.500,5", "1", "2", "0,25", "0,75"]
    with pytest.raises(DesignError, match="'w_one' holds text instead of numbers"):
        read(written(tmp_path / "demo.csv", w_one=mixed), wave)
    with pytest.raises(DesignError, match=r"'w_one' is blank.* first in row 2"):
        read(written(tmp_path / "demo.csv", w_one=["1", "", "1", "1", "1", "1"]), wave)


def test_level_decides_weight_and_stratum_and_rows_without_weight_are_counted(tmp_path, wave):
    survey = at_level(written(tmp_path / "demo.csv"), wave, "union")
    assert values(survey, "weight") == [1.0] * 5
    assert values(survey, "stratum") == ["a", "a", "b", "b", "b"]
    assert survey.report.dropped == (("no weight at this level (w_all is 0)", 1),)
    assert (survey.report.n_read, survey.report.n_kept) == (6, 5)
    with pytest.raises(OptionError, match=r"weights_for is 'world'.*'country', 'union'"):
        at_level(written(tmp_path / "demo.csv"), wave, "world")


def test_weight_of_0_without_a_meaning_stops_the_reading(tmp_path):
    wave = parse_codebook(CODEBOOK.replace('zero_weight = "no weight at this level"', "")).wave(
        2022
    )
    with pytest.raises(DesignError, match=r"'w_all' is blank, zero.* first in row 3"):
        at_level(written(tmp_path / "demo.csv"), wave, "union")


def test_source_without_weights_has_a_design_without_weight_and_says_so(tmp_path):
    text = CODEBOOK.replace('weights = ["w_one"]', "weights = []")
    wave = parse_codebook(text).wave(2022)
    survey = read(written(tmp_path / "demo.csv"), wave)
    assert survey.design.weight is None
    assert "weight" not in survey.respondents
    assert "the source delivers no weights: every figure is unweighted" in survey.report.notes
    named = read(written(tmp_path / "demo.csv"), wave, weight="w_one")
    assert values(named, "weight") == ROWS["w_one"]


def test_blank_cluster_stops_the_reading(tmp_path, wave):
    path = written(tmp_path / "demo.csv", house=[1, None, 2, 3, 4, 5])
    with pytest.raises(DesignError, match=r"the cluster 'house' is blank in 1 row\(s\).* row 2"):
        read(path, wave)


def test_design_columns_that_are_absent_are_said(tmp_path, wave):
    path = tmp_path / "demo.csv"
    pd.DataFrame(ROWS).drop(columns=["area", "house"]).to_csv(path, index=False)
    survey = read(path, wave)
    assert (survey.design.stratum, survey.design.cluster) == (None, None)
    assert "no column area: the design has no strata" in survey.report.notes
    assert "no column house: the design has no clusters" in survey.report.notes


def test_rows_to_keep_are_kept_and_the_others_counted(tmp_path, wave):
    path = written(tmp_path / "demo.csv")
    survey = read(path, wave, keep={"country": ["Belgium"]})
    assert values(survey, "direct") == ["never", None, "rarely"]
    assert survey.report.dropped == (("country is none of ['Belgium']", 3),)
    with pytest.raises(OptionError, match="keep is 'region'"):
        read(path, wave, keep={"region": ["x"]})
    with pytest.raises(SourceError, match=r"holds no row whose country is one of \['France'\]"):
        read(path, wave, keep={"country": ["France"]})


def test_required_column_that_is_absent_is_named(tmp_path, wave):
    path = tmp_path / "demo.csv"
    frame = pd.DataFrame(ROWS)
    frame.drop(columns=["lonely"]).to_csv(path, index=False)
    with pytest.raises(
        SourceError, match=r"none of its 7 .* is one of the columns it needs, lonely"
    ):
        read(path, wave)
    both = parse_codebook(CODEBOOK.replace('label_nl = "Land"', 'label_nl = "L"\nrequired = true'))
    with pytest.raises(UnknownColumnError, match=r"Demo survey 2022 .* \['lonely'\]"):
        read(path, both.wave(2022))


def test_required_column_cannot_be_left_out_and_an_optional_one_can(tmp_path, wave):
    path = written(tmp_path / "demo.csv")
    assert "age" not in read(path, wave, leave_out=["age"]).respondents
    with pytest.raises(OptionError, match="leave_out is 'direct'"):
        read(path, wave, leave_out=["direct"])


@pytest.mark.parametrize(
    "labels",
    [
        {1: "None of the time", 5: "All of the time"},
        {1: "Never"},
        {1: "Altijd", 5: "altijd"},
        {998: "Some of the time"},
        {2: "Don't know"},
    ],
)
def test_labels_of_the_direct_question_that_contradict_its_direction_stop_the_reading(
    tmp_path, wave, labels
):
    path = tmp_path / "demo.sav"
    pyreadstat.write_sav(pd.DataFrame(ROWS), path, variable_value_labels={"lonely": labels})
    with pytest.raises(ScaleError, match=r"'lonely': code .* direction of the answers is not cert"):
        read(path, wave)


@pytest.mark.parametrize(
    "labels",
    [{1: "Altijd", 5: "Nooit"}, {1: "All of the time", 998: "Weet niet"}, {1: "Zeer vaak"}],
)
def test_labels_of_the_direct_question_in_another_wording_pass(tmp_path, wave, labels):
    path = tmp_path / "demo.sav"
    pyreadstat.write_sav(pd.DataFrame(ROWS), path, variable_value_labels={"lonely": labels})
    assert values(read(path, wave), "direct") == ANSWERS


def test_every_other_code_can_become_a_value_and_many_are_counted_together(tmp_path):
    line = 'codes = { NL = ["Netherlands", "The Netherlands"], BE = ["Belgium", "Belgium"] }'
    wave = parse_codebook(CODEBOOK.replace(line, f'{line}\nelse = "abroad"')).wave(2022)
    survey = read(written(tmp_path / "a.csv", cntry=["NL", "BE", "FR", "DE", "NL", "X"]), wave)
    assert values(survey, "country")[2:4] == ["abroad", "abroad"]
    ages = [str(-n) for n in range(1, 21)]
    frame = pd.concat([pd.DataFrame(ROWS).head(1)] * 20).assign(age=ages)
    frame.to_csv(tmp_path / "b.csv", index=False)
    report = next(c for c in read(tmp_path / "b.csv", wave).report.columns if c.name == "age")
    assert report.recodes == ("20 other code(s) -> invalid",)
    assert dict(report.missing) == {"invalid": 20}


def test_year_of_another_wave_is_refused(tmp_path):
    row = """
[[variable]]
name = "survey_year"
source_names = ["year"]
role = "survey_year"
kind = "integer"
label_nl = "Jaar"
range = [2000, 2100]
evidence = { 2022 = "confirmed; page 2" }
"""
    wave = parse_codebook(CODEBOOK + row).wave(2022)
    path = written(tmp_path / "demo.csv", year=[2022, 2022, 2020, 2020, 2022, 2022])
    with pytest.raises(SchemaError, match=r"year is 2020 in row 3, .* than 2022 in 2 row\(s\)"):
        read(path, wave)


def test_file_that_says_it_is_synthetic_says_so_in_every_row(tmp_path, wave):
    path = written(tmp_path / "demo.csv", source=["synthetic"] * 6)
    survey = read(path, wave)
    assert set(survey.respondents["source"]) == {"demo (synthetic)"}
    assert survey.report.origin == "synthetic"


def test_reversed_ucla_items_fail_the_direction_check_of_the_report(tmp_path):
    rows = "".join(
        f"""
[[variable]]
name = "ucla_{number}"
source_names = ["u{number}"]
role = "loneliness"
label_nl = "UCLA"
codes = {{ 1 = ["hardly_ever", "Hardly"], 2 = ["sometimes", "Some"], 3 = ["often", "Often"] }}
evidence = {{ 2022 = "confirmed; page 2" }}
"""
        for number in (1, 2, 3)
    )
    wave = parse_codebook(CODEBOOK + rows).wave(2022)
    often = np.tile([1, 2, 3], 40)
    frame = pd.concat([pd.DataFrame(ROWS).head(1)] * 120, ignore_index=True)
    for reverse in (False, True):
        answers = 4 - often if reverse else often
        own = frame.assign(lonely=7 - 2 * often, u1=answers, u2=answers, u3=answers)
        own["lonely"] = own["lonely"].clip(1, 5)
        own.to_csv(tmp_path / "demo.csv", index=False)
        checks = read(tmp_path / "demo.csv", wave).report.checks
        found = [check.passed for check in checks if check.name == "direction"]
        # Against the direct question; the share of often is one third either way.
        assert found == [not reverse, True]
