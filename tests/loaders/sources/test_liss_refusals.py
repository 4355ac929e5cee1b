"""Files that must not be read as the LISS panel: wrong labels, months, persons, questionnaires."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import (
    OptionError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.synthetic.liss import synthesise_liss
from loaders.sources.liss_folder import (
    ANSWERS,
    WORDS,
    background_frame,
    simple_folder,
    wave_frame,
    write_background,
    write_wave,
)

UNVERIFIED = [("cs21n", 202110), ("cs22o", 202210), ("cs23p", 202310), ("cs25r", 202510)]


def test_value_labels_in_the_other_direction_are_refused(tmp_path):
    frame = wave_frame("cs10c", month=201010)
    write_wave(tmp_path / "cs10c.sav", frame, answers={1: "nee", 2: "min of meer", 3: "ja"})
    with pytest.raises(ScaleError, match="code 1 is labelled 'nee' in the file and is 'yes'"):
        read_liss(tmp_path)


@pytest.mark.parametrize(
    "answers", [{1: "always", 2: "often", 3: "never"}, {0: "yes", 1: "more or less", 2: "no"}]
)
def test_value_labels_of_another_question_are_refused(tmp_path, answers):
    write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=201010), answers=answers)
    with pytest.raises(ScaleError, match="direction of the answers is not certain"):
        read_liss(tmp_path)


@pytest.mark.parametrize(("code", "month"), [("cs10c", 201010), ("cs12e", 201210), *UNVERIFIED])
def test_label_of_another_subject_is_refused_in_every_wave(tmp_path, code, month):
    words = WORDS | {288: "Aantal bezoeken aan een museum"}
    write_wave(tmp_path / f"{code}.sav", wave_frame(code, month=month), words=words)
    with pytest.raises(SchemaError, match=rf"'{code}288' is labelled 'Aantal bezoeken.* 'mis'"):
        read_liss(tmp_path)


def test_items_in_another_order_are_refused(tmp_path):
    words = WORDS | {285: WORDS[284], 284: WORDS[285]}
    write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=201010), words=words)
    with pytest.raises(SchemaError, match=r"'cs10c284' is labelled 'Steun .* 'leeg'"):
        read_liss(tmp_path)


@pytest.mark.parametrize(("code", "month"), UNVERIFIED)
def test_unverified_wave_without_value_labels_is_refused(tmp_path, code, month):
    write_wave(tmp_path / f"{code}.sav", wave_frame(code, month=month), answers=None)
    with pytest.raises(ScaleError, match=r"was not verified .* no value label for code\(s\) 1, 2"):
        read_liss(tmp_path)


def test_unverified_wave_with_one_answer_unlabelled_is_refused(tmp_path):
    answers = {code: label for code, label in ANSWERS.items() if code != 2}
    write_wave(tmp_path / "cs22o.sav", wave_frame("cs22o", month=202210), answers=answers)
    with pytest.raises(ScaleError, match=r"no value label for code\(s\) 2, so"):
        read_liss(tmp_path)


@pytest.mark.parametrize(("code", "month"), UNVERIFIED)
def test_unverified_wave_without_labels_of_the_items_is_refused(tmp_path, code, month):
    write_wave(tmp_path / f"{code}.sav", wave_frame(code, month=month), words={})
    with pytest.raises(SchemaError, match="has no label and should be 'DJG-item 3"):
        read_liss(tmp_path)


def test_unverified_csv_is_refused_for_it_has_no_labels(tmp_path):
    wave_frame("cs22o", month=202210).to_csv(tmp_path / "cs22o_EN_1.0p.csv", index=False)
    with pytest.raises(ScaleError, match=r"cs22o_EN_1\.0p\.csv.*layout of this wave was not verif"):
        read_liss(tmp_path)


def test_verified_csv_is_read_on_the_codebook_alone_and_says_so(tmp_path):
    wave_frame("cs12e", month=201210).to_csv(tmp_path / "cs12e_1.0p_EN.csv", index=False)
    survey = read_liss(tmp_path)
    assert survey.respondents["djg_3"].tolist() == ["yes"] * 3
    assert any("rests on the codebook" in note for note in survey.report.notes)
    assert any("no label that names the item" in note for note in survey.report.notes)


def test_file_of_another_wave_under_this_name_is_refused(tmp_path):
    write_wave(tmp_path / "cs11d.sav", wave_frame("cs10c", month=201110))
    with pytest.raises(SourceError, match=r"cs11d\.sav does not look like .*none of its"):
        read_liss(tmp_path)


def test_absent_items_are_all_named(tmp_path):
    frame = wave_frame("cs10c", month=201010).drop(columns=["cs10c285", "cs10c289"])
    write_wave(tmp_path / "cs10c.sav", frame)
    with pytest.raises(UnknownColumnError, match="'cs10c285', 'cs10c289'"):
        read_liss(tmp_path)


@pytest.mark.parametrize("name", ["nomem_encr", "cs10c_m"])
def test_absent_person_or_month_is_named(tmp_path, name):
    frame = wave_frame("cs10c", month=201010).drop(columns=name)
    write_wave(tmp_path / "cs10c.sav", frame)
    with pytest.raises(UnknownColumnError, match=f"needs column.*'{name}'"):
        read_liss(tmp_path)


@pytest.mark.parametrize(
    ("people", "match"),
    [
        ([11, 11, 12], "1 row.s. repeat a nomem_encr, first in row 2"),
        ([11, np.nan, 12], "nomem_encr is blank in 1 row.s., first in row 2"),
    ],
)
def test_persons_are_there_once_in_a_wave(tmp_path, people, match):
    write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=201010, people=people))
    with pytest.raises(SchemaError, match=match):
        read_liss(tmp_path)


@pytest.mark.parametrize("month", [201310, 200710, 201013, 201000])
def test_month_far_from_the_wave_is_refused(tmp_path, month):
    write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=[201010, month, 201010]))
    with pytest.raises(SchemaError, match=f"cs10c_m is {month} in row 2, which is no month"):
        read_liss(tmp_path)


def test_month_in_the_year_after_is_read_and_counted(tmp_path):
    write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=[201012, 201101, 201101]))
    survey = read_liss(tmp_path)
    assert survey.respondents["month"].tolist() == [12, 1, 1]
    assert any("2 row(s) were interviewed in another year" in n for n in survey.report.notes)


def test_blank_month_gets_no_background_and_is_counted(tmp_path):
    simple_folder(tmp_path)
    frame = wave_frame("cs10c", month=[201010, np.nan, 201010])
    write_wave(tmp_path / "cs10c_2p_EN.sav", frame)
    survey = read_liss(tmp_path)
    assert survey.respondents["age"].isna().tolist() == [False, True, False]
    assert any("cs10c_m is blank in 1 row(s)" in note for note in survey.report.notes)


@pytest.mark.parametrize(
    "said", [{"label": "Effects of the Corona epidemic"}, {"extra_labels": {"cs12e284": "corona"}}]
)
def test_corona_questionnaire_is_refused_with_the_reason(tmp_path, said):
    path = write_wave(tmp_path / "cs12e_1.0p.sav", wave_frame("cs12e", month=201210), **said)
    with pytest.raises(SourceError, match="another reference period, how people feel now"):
        read_liss(path)


def test_person_twice_in_the_background_is_refused(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010)
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", pd.concat([own, own.iloc[[1]]]))
    with pytest.raises(SchemaError, match=r"nomem_encr repeat a person in 1 row.*row 4"):
        read_liss(tmp_path)


def test_blank_person_in_the_background_is_refused(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010, people=(11, np.nan, 13))
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", own)
    with pytest.raises(SchemaError, match=r"nomem_encr are blank in 1 row.*row 2"):
        read_liss(tmp_path)


def test_background_of_another_month_under_this_name_is_refused(tmp_path):
    simple_folder(tmp_path)
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", background_frame(201011))
    with pytest.raises(SchemaError, match="wave is 201011 in row 1 and another month"):
        read_liss(tmp_path)


@pytest.mark.parametrize("name", ["nomem_encr", "nohouse_encr"])
def test_background_without_person_or_household_is_refused(tmp_path, name):
    simple_folder(tmp_path)
    own = background_frame(201010).drop(columns=name)
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", own)
    with pytest.raises(UnknownColumnError, match=f"background 201010 .*needs column.*'{name}'"):
        read_liss(tmp_path)


def test_named_background_without_the_month_is_refused(tmp_path):
    path = write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=201010))
    other = write_background(tmp_path / "avars_201009.sav", background_frame(201009))
    with pytest.raises(SourceError, match=r"needs the background of 201010 \(3 row\(s\)\)"):
        read_liss(path, background=other)


@pytest.mark.parametrize("labels", [{1: "vrouw", 2: "man"}, {1: "Female", 2: "Male"}])
def test_sexes_the_other_way_round_are_refused(tmp_path, labels):
    simple_folder(tmp_path)
    path = tmp_path / "avars_201010_EN_1.0p.sav"
    write_background(path, background_frame(201010), labels={"geslacht": labels})
    with pytest.raises(SchemaError, match="'geslacht': code 1 is labelled"):
        read_liss(tmp_path)


def test_age_out_of_range_is_refused(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010).assign(leeftijd=[40.0, 999.0, 70.0])
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", own)
    with pytest.raises(UnknownCodeError, match=r"'leeftijd': code 999 .*first in row 2"):
        read_liss(tmp_path)


def test_code_without_a_label_is_refused_where_labels_are_the_values(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010).assign(oplcat=[6.0, 7.0, 4.0])
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", own)
    with pytest.raises(UnknownCodeError, match=r"'oplcat': code 7 .*leave out column 'education'"):
        read_liss(tmp_path)


def test_synthetic_and_other_files_are_never_mixed(tmp_path):
    synthesise_liss(tmp_path / "liss", wave=2011, n=100)
    simple_folder(tmp_path / "liss")
    with pytest.raises(SchemaError, match=r"Synthetic waves: cs11d_EN_3\.0p\.sav"):
        read_liss(tmp_path / "liss")


def test_column_that_cannot_be_left_out_is_explained(tmp_path):
    simple_folder(tmp_path)
    with pytest.raises(OptionError, match=r"leave_out is 'djg_3'.*'age', 'age_group'"):
        read_liss(tmp_path, leave_out=["djg_3"])


def test_damaged_file_is_named(tmp_path):
    simple_folder(tmp_path)
    path = tmp_path / "cs10c_2p_EN.sav"
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(SourceError, match=r"cs10c_2p_EN\.sav"):
        read_liss(tmp_path)
