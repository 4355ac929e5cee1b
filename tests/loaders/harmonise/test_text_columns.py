"""Words and numbers that stand as text, in every format and every role of a column."""

from __future__ import annotations

import inspect
import json

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import (
    AmbiguousNumberError,
    DesignError,
    OptionError,
    SchemaError,
    UnknownCodeError,
)
from eenzaam_stats.loaders.mapping.mapping import check_mapping
from eenzaam_stats.loaders.sources.any_source import SOURCES
from loaders.formats.text_files import FORMATS, as_text, persons, read_text
from loaders.mapping.mapped_files import mapping, people, write_mapping


def grouped(frame: pd.DataFrame, name: str, sign: str) -> pd.DataFrame:
    """A column of whole numbers as Excel prints it, with a sign between thousands."""
    return frame.assign(**{name: [f"{int(v):,}".replace(",", sign) for v in frame[name]]})


# ---------------------------------------------------------------- A1: separators


@pytest.mark.parametrize("sign", [".", ",", " ", "'"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_weight_with_thousands_is_refused_and_read_when_the_sign_is_said(tmp_path, suffix, sign):
    frame = persons()
    path = tmp_path / f"survey{suffix}"
    truth = read_text(frame, path).respondents["weight"]
    text = grouped(frame, "w", sign)
    with pytest.raises(DesignError, match=r"weight 'w' holds text .* decimal=.* thousands="):
        read_text(text, path)
    assert read_text(text, path, thousands=sign).respondents["weight"].tolist() == truth.tolist()
    told = mapping() | {"file": {"thousands": sign}}
    assert read_text(text, path, told).respondents["weight"].tolist() == truth.tolist()


@pytest.mark.parametrize("suffix", FORMATS)
def test_weight_of_three_decimals_is_read_when_a_decimal_sign_is_said(tmp_path, suffix):
    frame = people().assign(w=["1.234", "2", "1.500"] * 20)
    with pytest.raises(DesignError, match="may stand before decimals or thousands"):
        read_text(frame, tmp_path / f"survey{suffix}")
    survey = read_text(frame, tmp_path / f"survey{suffix}", decimal=".")
    assert survey.respondents["weight"].tolist() == [1.234, 2.0, 1.5] * 20


@pytest.mark.parametrize("suffix", FORMATS)
def test_free_number_with_thousands_is_refused_and_read_when_the_sign_is_said(tmp_path, suffix):
    """An income: 1.000 euro is no 1 euro."""
    raw = mapping()
    income = {"name": "published_income", "column": "ink", "number": True, "min": 1, "max": 99999}
    raw["variable"].append(income)
    frame = people().assign(ink=["1.000", "987", "2.000"] * 20)
    with pytest.raises(AmbiguousNumberError, match=r"My survey 2022, column 'ink': .*40 cell"):
        read_text(frame, tmp_path / f"survey{suffix}", raw)
    survey = read_text(frame, tmp_path / f"survey{suffix}", raw, thousands=".")
    assert survey.respondents["published_income"].tolist() == [1000, 987, 2000] * 20


def test_code_that_could_be_another_code_is_refused(tmp_path):
    raw = mapping()
    raw["variable"].append(
        {"name": "region", "column": "reg", "codes": {"1": "Noord", "1000": "Zuid"}}
    )
    frame = people().assign(reg=["1", "1.000"] * 30)
    with pytest.raises(AmbiguousNumberError, match="column 'reg'"):
        read_text(frame, tmp_path / "survey.csv", raw)
    found = read_text(frame, tmp_path / "survey.csv", raw, decimal=".").respondents["region"]
    assert set(found) == {"Noord"}
    found = read_text(frame, tmp_path / "survey.csv", raw, thousands=".").respondents["region"]
    assert found.value_counts().to_dict() == {"Noord": 30, "Zuid": 30}


def test_every_reader_takes_what_can_be_said_about_a_file_and_refuses_other_words():
    """By introspection, so that a new reader cannot forget it."""
    readers = {source.read for source in SOURCES.values()}
    assert len(readers) >= 9
    for read in readers:
        parameter = inspect.signature(read).parameters["file_words"]
        assert parameter.kind is inspect.Parameter.VAR_KEYWORD, read.__name__


def test_argument_comes_before_the_mapping_and_problems_of_its_table_are_listed(tmp_path):
    told = mapping() | {"file": {"thousands": "."}}
    frame = people().assign(w=["1.234", "2", "1.500"] * 20)
    with pytest.raises(OptionError, match=r"are both '\.'"):
        read_text(frame, tmp_path / "survey.csv", told, decimal=".")
    survey = read_text(frame, tmp_path / "survey.csv", told, thousands=None, decimal=".")
    assert survey.respondents["weight"].max() == 2.0
    wrong = mapping() | {"file": {"decimal": ";", "sheeet": "x"}}
    messages = [c.message for c in check_mapping(write_mapping(wrong, tmp_path / "wrong.toml"))]
    assert any("[file] has no field 'sheeet'" in one for one in messages)
    assert any("[file] decimal is ';'" in one for one in messages)


# ---------------------------------------------------------------- A4: words for nothing

WORDS = ["NA", "#N/A", "#N/B", "#NULL!", "NULL", ".", "nan", "<NA>", " NA ", "N/A"]


def with_word(frame: pd.DataFrame, name: str, word: str) -> pd.DataFrame:
    """The column as text, with a word in rows 6 and 7."""
    text = as_text(frame, name)
    text.loc[[5, 6], name] = word
    return text


def cluster_mapping() -> dict[str, object]:
    raw = mapping()
    raw["design"]["cluster"] = "psu"
    return raw


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("role", ["s", "psu"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_design_column_with_a_word_for_nothing_is_refused_as_blank(tmp_path, suffix, role, word):
    frame = with_word(people().assign(psu=np.arange(60) // 3 + 1.0), role, word)
    what = {"s": "stratum", "psu": "cluster"}[role]
    with pytest.raises(
        DesignError, match=rf"the {what} '{role}' is blank in 2 row\(s\), first .* 6"
    ):
        read_text(frame, tmp_path / f"survey{suffix}", cluster_mapping())


@pytest.mark.parametrize("suffix", FORMATS)
def test_real_stratum_na_is_kept_when_that_is_said(tmp_path, suffix):
    frame = with_word(people(), "s", "NA")
    with pytest.raises(DesignError, match=r"\['NA'\] mean.*keep_words=\{'s': \['NA'\]\}"):
        read_text(frame, tmp_path / f"survey{suffix}")
    kept = {"s": ["NA"]}
    survey = read_text(frame, tmp_path / f"survey{suffix}", keep_words=kept)
    assert survey.respondents["stratum"].tolist().count("NA") == 2
    with pytest.raises(DesignError, match="is blank in 2"):
        read_text(with_word(people(), "s", "nan"), tmp_path / f"b{suffix}", keep_words=kept)


@pytest.mark.parametrize("suffix", FORMATS)
def test_weight_with_a_word_for_nothing_is_refused_as_blank(tmp_path, suffix):
    with pytest.raises(DesignError, match=r"weight 'w' is blank, .* in 2 row\(s\), first in row 6"):
        read_text(with_word(people(), "w", "NA"), tmp_path / f"survey{suffix}")


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("suffix", FORMATS)
def test_answers_keys_ages_and_groups_that_say_nothing_are_missing(tmp_path, suffix, word):
    raw = mapping()
    raw["variable"] += [
        {"name": "household_id", "column": "hh", "text": True},
        {"name": "municipality", "column": "gem", "text": True},
        {"name": "region", "column": "reg", "codes": {"1": "Noord", "2": "Zuid"}},
        {"name": "published_group", "column": "grp", "text": True},
    ]
    frame = people()
    frame = frame.assign(hh=frame["id"], gem=363, reg=1.0 + frame["id"] % 2, grp=frame["s"])
    truth = read_text(frame, tmp_path / f"sound{suffix}", raw).respondents
    for name in ("q3", "lft", "sx", "id", "hh", "gem", "reg", "grp"):
        frame = with_word(frame, name, word)
    survey = read_text(frame, tmp_path / f"survey{suffix}", raw)
    found = survey.respondents
    names = ["djg_3", "age", "sex", "person_id", "household_id", "municipality", "region"]
    for name in (*names, "published_group"):
        assert found[name].isna().to_numpy().nonzero()[0].tolist() == (
            [3, 5, 6] if name == "djg_3" else [5, 6]
        )
        assert found[name].drop([3, 5, 6]).tolist() == truth[name].drop([3, 5, 6]).tolist()
        report = next(one for one in survey.report.columns if one.name == name)
        assert dict(report.missing)["no_answer"] == 2
        assert f"{word.strip()} -> no_answer" in report.recodes


@pytest.mark.parametrize("suffix", FORMATS)
def test_namibia_is_kept_as_a_group_and_as_a_code(tmp_path, suffix):
    raw = mapping()
    raw["variable"] += [
        {"name": "published_country", "column": "land", "text": True},
        {"name": "country", "column": "cc", "codes": {"NL": "Netherlands", "NA": "Namibia"}},
    ]
    frame = people().assign(land=["NA", "NL"] * 30, cc=["NA", "NL"] * 30)
    survey = read_text(frame, tmp_path / f"s{suffix}", raw, keep_words={"land": ["NA"]})
    assert survey.respondents["published_country"].tolist() == ["NA", "NL"] * 30
    assert survey.respondents["country"].tolist() == ["Namibia", "Netherlands"] * 30
    told = raw | {"file": {"keep_words": {"land": ["NA"]}}}
    path = write_mapping(told, tmp_path / "told.toml")
    path.write_text(path.read_text("utf-8").replace("{'land': ['NA']}", '{ land = ["NA"] }'))
    again = es.read_mapped(tmp_path / f"s{suffix}", path)
    assert again.respondents["published_country"].tolist() == ["NA", "NL"] * 30


def test_kept_words_of_an_absent_column_or_of_another_shape_are_refused(tmp_path):
    with pytest.raises(OptionError, match=r"keep_words names column\(s\) \['land'\]"):
        read_text(people(), tmp_path / "survey.csv", keep_words={"land": ["NA"]})
    for wrong in (["NA"], {"s": "NA"}, {"s": [1]}):
        with pytest.raises(OptionError, match="Give per column a list of words"):
            read_text(people(), tmp_path / "survey.csv", keep_words=wrong)


@pytest.mark.parametrize("word", ["#REF!", "#DIV/0!", "None"])
def test_fault_of_a_workbook_is_no_group_and_stops_an_answer(tmp_path, word):
    with pytest.raises(DesignError, match="'s' is blank in 2"):
        read_text(with_word(people(), "s", word), tmp_path / "survey.xlsx")
    with pytest.raises(UnknownCodeError, match=rf"column 'q4': code '{word}' \(2 row"):
        read_text(with_word(people(), "q4", word), tmp_path / "survey.xlsx")


def test_respondents_are_told_apart_by_codes_in_text(tmp_path):
    raw = mapping() | {"respondents": {"column": "wie", "keep": [1]}}
    frame = people().assign(wie=["1", "1,0", "2", "NA", "x", " 1"] * 10)
    survey = read_text(frame, tmp_path / "survey.csv", raw)
    assert len(survey.respondents) == 30
    assert [n for _, n in survey.report.dropped] == [20, 10]
    raw["respondents"]["keep"] = [0]
    survey = read_text(people().assign(wie=["0", "0.0", "7"] * 20), tmp_path / "b.csv", raw)
    assert len(survey.respondents) == 40


def test_missing_words_of_a_text_column_have_the_kind_of_the_mapping(tmp_path):
    raw = mapping()
    told = {"99": "refused", "NA": "not_asked"}
    group = {"name": "published_group", "column": "grp", "text": True, "missing": told}
    raw["variable"].append(group)
    frame = people().assign(grp=["99", "NA", "a", "b"] * 15)
    survey = read_text(frame, tmp_path / "survey.csv", raw)
    report = next(one for one in survey.report.columns if one.name == "published_group")
    assert dict(report.missing) == {"refused": 15, "not_asked": 15}
    assert set(report.recodes) == {"99 -> refused", "NA -> not_asked"}


# ---------------------------------------------------------------- A11: decimals, names, words


@pytest.mark.parametrize("code", ["9.9", "9,9", " 9.90 "])
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("text", [True, False])
def test_decimal_code_of_a_mapping_means_the_same_in_every_format(tmp_path, suffix, code, text):
    raw = mapping()
    raw["variable"][0]["missing"] = {code: "refused"}
    frame = people()
    frame.loc[3, "q3"] = 9.9
    frame = as_text(frame, "q3") if text else frame
    survey = read_text(frame, tmp_path / f"survey{suffix}", raw)
    assert survey.respondents["djg_3_missing"].dropna().tolist() == ["refused"]


def test_decimal_code_in_four_bytes_is_the_code_that_was_typed(tmp_path):
    raw = mapping()
    raw["variable"][0]["missing"] = {"9.9": "refused"}
    frame = people()
    frame.loc[3, "q3"] = 9.9
    small = frame.assign(q3=frame["q3"].astype("float32"))
    survey = read_text(small, tmp_path / "survey.parquet", raw)
    assert survey.respondents["djg_3_missing"].dropna().tolist() == ["refused"]


@pytest.mark.parametrize("suffix", FORMATS)
def test_whole_code_with_decimals_is_the_whole_code(tmp_path, suffix):
    raw = mapping()
    raw["variable"][0]["codes"] = {"1.0": "yes", "2,0": "more_or_less", "3.00": "no"}
    frame = people()
    truth = read_text(frame, tmp_path / f"sound{suffix}").respondents["djg_3"]
    text = frame.assign(q3=[f"{value:.1f}" for value in frame["q3"]])
    assert read_text(text, tmp_path / f"a{suffix}", raw).respondents["djg_3"].equals(truth)
    assert read_text(frame, tmp_path / f"b{suffix}", raw).respondents["djg_3"].equals(truth)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("text", [True, False])
def test_age_with_a_part_of_a_year_is_the_completed_years_and_said(tmp_path, suffix, text):
    frame = people()
    frame["lft"] += 0.5
    survey = read_text(as_text(frame, "lft") if text else frame, tmp_path / f"survey{suffix}")
    assert survey.respondents["age"].tolist() == [18 + at % 60 for at in range(60)]
    assert "lft: 60 age(s) with parts of a year; completed years count" in survey.report.notes
    frame.loc[0, "lft"] = 17.9
    with pytest.raises(UnknownCodeError, match=r"'lft': code 17\.9"):
        read_text(frame, tmp_path / f"survey{suffix}")


@pytest.mark.parametrize("suffix", [one for one in FORMATS if one != ".sav"])
def test_name_in_the_case_of_the_mapping_wins_over_one_that_differs_in_case(tmp_path, suffix):
    frame = people().assign(W=99.0, S=5, Q3=1.0, ID=7)
    survey = read_text(frame, tmp_path / f"survey{suffix}").respondents
    assert survey.equals(read_text(people(), tmp_path / f"sound{suffix}").respondents)
    raw = mapping()
    raw["design"] = {"weight": "wEIGHT"}
    twice = people().rename(columns={"w": "WEIGHT"}).assign(Weight=1.0)
    with pytest.raises(SchemaError, match=r"matches \['WEIGHT', 'Weight'\]"):
        read_text(twice, tmp_path / f"twice{suffix}", raw)


@pytest.mark.parametrize("word", ["Somewhat", "Soms", "Ja, dat klopt", 'Zeg "ja"'])
@pytest.mark.parametrize("suffix", FORMATS)
def test_unknown_word_names_the_line_of_the_mapping_that_settles_it(tmp_path, suffix, word):
    frame = as_text(people(), "q4")
    frame.loc[[5, 6], "q4"] = word
    with pytest.raises(UnknownCodeError) as caught:
        read_text(frame, tmp_path / f"survey{suffix}")
    line = f"{json.dumps(word)} = "
    assert f'{line}"more_or_less"' in str(caught.value)
    assert f'{line}"no_answer"' in str(caught.value)
    assert "[variable.codes] of djg_4" in str(caught.value)
    raw = mapping()
    # words that plainly agree settle nothing else than a yes
    meant = "yes" if word == "Ja, dat klopt" else "more_or_less"
    raw["variable"][1]["codes"][word] = meant
    survey = read_text(frame, tmp_path / f"survey{suffix}", raw)
    assert survey.respondents["djg_4"][5] == meant


def test_long_text_of_a_respondent_is_not_made_a_line(tmp_path):
    frame = as_text(people(), "q4")
    frame.loc[[5], "q4"] = (
        "ik vind dat heel moeilijk te zeggen want mijn zus woont ver weg, en toch"
    )
    with pytest.raises(UnknownCodeError) as caught:
        read_text(frame, tmp_path / "survey.csv")
    assert "[variable.codes]" not in str(caught.value)
