"""Reading the LISS panel: cells that are known, months, missing codes by wave, the design."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import DesignError, EenzaamStatsWarning, ScaleError, UnknownCodeError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.sources.liss.read import read_liss
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.liss import synthesise_liss
from loaders.sources.liss_folder import (
    ITEMS,
    background_frame,
    simple_folder,
    wave_frame,
    write_background,
    write_wave,
)

SIX = list(ITEMS.values())


@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """Eighteen waves of the synthetic file."""
    folder = tmp_path_factory.mktemp("synthetic") / "liss"
    synthesise_liss(folder, n=800)
    return folder


@pytest.fixture(scope="module")
def survey(panel):
    return read_liss(panel)


def test_answers_become_the_items_of_the_manual(tmp_path):
    frame = wave_frame("cs10c", month=201010)
    frame["cs10c284"] = [1.0, 2.0, 3.0]
    frame["cs10c289"] = [3.0, np.nan, 1.0]
    simple_folder(tmp_path)
    write_wave(tmp_path / "cs10c_2p_EN.sav", frame)
    people = read_liss(tmp_path).respondents
    assert people["djg_3"].tolist() == ["yes", "more_or_less", "no"]
    assert people["djg_10"].isna().tolist() == [False, True, False]
    assert people["djg_10_missing"].tolist()[1] == "no_answer"
    assert people["djg_4"].tolist() == ["yes"] * 3
    assert people["djg_3"].cat.ordered
    assert list(people["djg_3"].cat.categories) == ["no", "more_or_less", "yes"]
    assert people["person_id"].tolist() == ["11", "12", "13"]
    assert people["household_id"].tolist() == ["1", "1", "2"]
    assert people["sex"].tolist() == ["men", "women", "women"]
    assert people["age"].tolist() == [40, 41, 70]
    assert people["education"].tolist() == ["wo", "basisonderwijs", "mbo"]
    assert people["month"].tolist() == [10, 10, 10]
    assert people["wave"].tolist() == [2010, 2010, 2010]
    assert people["source"].tolist() == ["liss"] * 3


def test_only_the_six_items_are_made(survey):
    made = [name for name in survey.respondents if name.startswith("djg_")]
    assert {name.removesuffix("_missing") for name in made} == set(SIX)


def test_score_by_hand(tmp_path):
    # Yes to everything: 3 emotional items keyed, 0 social ones.
    simple_folder(tmp_path)
    scored = score(read_liss(tmp_path), DJG6).respondents
    assert scored["djg6_total"].tolist() == [3, 3, 3]
    assert scored["djg6_emotional"].tolist() == [3, 3, 3]
    assert scored["djg6_social"].tolist() == [0, 0, 0]
    assert scored["lonely"].tolist() == [True] * 3
    assert scored["severely_lonely"].tolist() == [False] * 3


@pytest.mark.parametrize(("code", "month"), [("cs20m", 202010), ("cs25r", 202510)])
def test_minus_nine_is_dont_know_from_2020_on(tmp_path, code, month):
    frame = wave_frame(code, month=month)
    frame[f"{code}286"] = [1.0, -9.0, np.nan]
    frame[f"{code}283"] = [-9.0, 0.0, 10.0]
    people = read_liss(write_wave(tmp_path / f"{code}_1p.sav", frame)).respondents
    assert people["djg_7_missing"].tolist()[1:] == ["dont_know", "no_answer"]
    assert people["djg_7"].isna().tolist() == [False, True, True]
    assert people["satisfaction_contacts"].isna().tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("code", "month", "column", "value", "shown"),
    [
        ("cs19l", 201910, 286, -9.0, -9),
        ("cs19l", 201910, 283, -9.0, -9),
        ("cs08a", 200810, 284, 999.0, 999),
        ("cs20m", 202010, 284, 999.0, 999),
        ("cs20m", 202010, 283, 999.0, 999),
        ("cs12e", 201210, 289, 4.0, 4),
    ],
)
def test_missing_code_of_another_wave_or_variable_stops(
    tmp_path, code, month, column, value, shown
):
    frame = wave_frame(code, month=month)
    frame.loc[1, f"{code}{column}"] = value
    write_wave(tmp_path / f"{code}_1p.sav", frame)
    with pytest.raises(UnknownCodeError, match=rf"'{code}{column}': code {shown} .*first in row 2"):
        read_liss(tmp_path)


def test_999_is_dont_know_for_the_satisfaction_up_to_2019(tmp_path):
    frame = wave_frame("cs19l", month=201910)
    frame["cs19l283"] = [999.0, 10.0, np.nan]
    survey = read_liss(write_wave(tmp_path / "cs19l_1p.sav", frame))
    column = {column.name: column for column in survey.report.columns}["satisfaction_contacts"]
    assert dict(column.missing) == {"dont_know": 1, "no_answer": 1}
    assert column.n_valid == 1


def test_background_comes_from_the_month_of_the_fieldwork(tmp_path):
    frame = wave_frame("cs10c", month=[201010, 201011, 201011])
    write_wave(tmp_path / "cs10c_2p_EN.sav", frame)
    for month, ages in ((201009, 30.0), (201010, 40.0), (201011, 50.0), (201012, 60.0)):
        own = background_frame(month, households=(month, month, month + 1000))
        own["leeftijd"] = ages
        write_background(tmp_path / f"avars_{month}_EN_1.0p.sav", own)
    people = read_liss(tmp_path).respondents
    assert people["age"].tolist() == [40, 50, 50]
    assert people["household_id"].tolist() == ["201010", "201011", "202011"]
    assert people["month"].tolist() == [10, 11, 11]


def test_rows_keep_their_order_when_months_alternate(tmp_path):
    frame = wave_frame("cs10c", month=[201011, 201010, 201011])
    write_wave(tmp_path / "cs10c_2p_EN.sav", frame)
    for month in (201010, 201011):
        write_background(tmp_path / f"avars_{month}.sav", background_frame(month))
    people = read_liss(tmp_path).respondents
    assert people["person_id"].tolist() == ["11", "12", "13"]
    assert people["age"].tolist() == [40, 41, 70]


def test_household_is_no_key_and_order_of_the_file_does_not_matter(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010, people=(13, 99, 11), households=(5, 5, 6))
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", own)
    survey = read_liss(tmp_path)
    people = survey.respondents
    assert people["household_id"].tolist()[0] == "6"
    assert people["household_id"].isna().tolist() == [False, True, False]
    assert people["age"].astype("float").fillna(-1).tolist() == [70, -1, 40]
    assert any("1 person(s) are not in the background file" in n for n in survey.report.notes)
    assert any("household_id is missing in 1 row(s)" in n for n in survey.report.notes)


def test_children_in_the_background_do_not_count(tmp_path):
    simple_folder(tmp_path)
    own = background_frame(201010)
    child = own.iloc[[0]].assign(nomem_encr=77, geslacht=8.0, leeftijd=0.0)
    write_background(tmp_path / "avars_201010_EN_1.0p.sav", pd.concat([own, child]))
    assert len(read_liss(tmp_path).respondents) == 3


def test_month_without_a_file_is_said_and_never_filled_from_another(tmp_path):
    frame = wave_frame("cs10c", month=[201010, 201011, 201011])
    write_wave(tmp_path / "cs10c_2p_EN.sav", frame)
    write_background(tmp_path / "avars_201010.sav", background_frame(201010))
    survey = read_liss(tmp_path)
    assert survey.respondents["age"].isna().tolist() == [False, True, True]
    assert any(
        "no background file avars_YYYYMM for 201011 (2 row(s))" in note
        for note in survey.report.notes
    )
    age = {column.name: column for column in survey.report.columns}["age"]
    assert dict(age.missing) == {"not_asked": 2}


def test_without_any_background_the_columns_are_absent_and_said(tmp_path):
    survey = read_liss(write_wave(tmp_path / "cs10c.sav", wave_frame("cs10c", month=201010)))
    assert "household_id" not in survey.respondents
    assert "age" not in survey.respondents
    assert survey.design.cluster is None
    assert any("people of one household cannot be told apart" in n for n in survey.report.notes)


def test_background_elsewhere_can_be_named(tmp_path):
    (tmp_path / "waves").mkdir()
    (tmp_path / "avars").mkdir()
    write_wave(tmp_path / "waves" / "cs10c.sav", wave_frame("cs10c", month=201010))
    write_background(tmp_path / "avars" / "avars_201010.sav", background_frame(201010))
    survey = read_liss(tmp_path / "waves", background=tmp_path / "avars")
    assert survey.respondents["age"].tolist() == [40, 41, 70]


def test_persons_in_several_waves_have_several_rows(tmp_path):
    simple_folder(tmp_path)
    frame = wave_frame("cs11d", month=201110, people=(12, 13, 14))
    write_wave(tmp_path / "cs11d_EN_3.0p.sav", frame)
    own = background_frame(201110, people=(12, 13, 14), households=(1, 2, 3))
    write_background(tmp_path / "avars_201110_EN_1.0p.sav", own)
    people = read_liss(tmp_path).respondents
    assert people.groupby("person_id")["wave"].agg(list).to_dict() == {
        "11": [2010],
        "12": [2010, 2011],
        "13": [2010, 2011],
        "14": [2011],
    }
    assert not people.duplicated(["person_id", "wave"]).any()


def test_a_folder_is_one_call_and_its_other_files_are_listed(tmp_path):
    simple_folder(tmp_path)
    (tmp_path / "codebook.pdf").write_text("x")
    (tmp_path / "L_Corona_wave2.sav").write_text("x")
    write_wave(tmp_path / "cs10c_1p_EN.sav", wave_frame("cs10c", month=201010, people=(1, 2, 3)))
    survey = read_liss(tmp_path)
    assert survey.respondents["person_id"].tolist() == ["11", "12", "13"]
    said = "\n".join(survey.report.notes)
    assert "not read, a higher version is there: cs10c_1p_EN.sav" in said
    assert "no wave or background file: L_Corona_wave2.sav, codebook.pdf" in said
    assert "L_Corona_wave2.sav left aside on purpose" in said


def test_names_of_variables_may_have_any_case(tmp_path):
    frame = wave_frame("cs10c", month=201010)
    frame.columns = [name.upper() for name in frame.columns]
    people = read_liss(write_wave(tmp_path / "CS10C_EN.SAV", frame)).respondents
    assert people["djg_3"].tolist() == ["yes"] * 3


def test_stata_files_are_read_alike(tmp_path):
    simple_folder(tmp_path)
    expected = read_liss(tmp_path).respondents
    for path in sorted(tmp_path.glob("*.sav")):
        frame, meta = pyreadstat.read_sav(path)
        pyreadstat.write_dta(
            frame,
            path.with_suffix(".dta"),
            column_labels=meta.column_names_to_labels,
            variable_value_labels={
                name: {int(code): label for code, label in labels.items()}
                for name, labels in meta.variable_value_labels.items()
            },
        )
        path.unlink()
    pd.testing.assert_frame_equal(read_liss(tmp_path).respondents, expected)


def test_background_as_csv_gives_what_needs_no_labels(tmp_path):
    simple_folder(tmp_path)
    (tmp_path / "avars_201010_EN_1.0p.sav").unlink()
    background_frame(201010).to_csv(tmp_path / "avars_201010_EN_1.0p.csv", index=False)
    survey = read_liss(tmp_path)
    people = survey.respondents
    assert people["household_id"].tolist() == ["1", "1", "2"]
    assert people["age"].tolist() == [40, 41, 70]
    assert people["sex"].tolist() == ["men", "women", "women"]
    assert "education" not in people


def test_columns_can_be_left_out(tmp_path):
    simple_folder(tmp_path)
    survey = read_liss(tmp_path, leave_out=["education", "satisfaction_contacts"])
    assert "education" not in survey.respondents
    assert "satisfaction_contacts" not in survey.respondents
    assert any("left out by the user: education" in note for note in survey.report.notes)


def test_background_without_value_labels_is_not_given_values(tmp_path):
    simple_folder(tmp_path)
    path = tmp_path / "avars_201010_EN_1.0p.sav"
    write_background(path, background_frame(201010), labels={"oplcat": None})
    survey = read_liss(tmp_path)
    assert "education" not in survey.respondents
    assert any("oplcat has no value labels and was not read" in n for n in survey.report.notes)


def test_third_sex_counts_from_2022_on(tmp_path):
    def with_sex(code, month):
        write_wave(tmp_path / f"{code}.sav", wave_frame(code, month=month))
        own = background_frame(month).assign(geslacht=[1.0, 2.0, 3.0])
        labels = {"geslacht": {1: "male", 2: "female", 3: "other"}}
        return write_background(tmp_path / f"avars_{month}.sav", own, labels=labels)

    with_sex("cs22o", 202210)
    assert read_liss(tmp_path).respondents["sex"].tolist() == ["men", "women", "other"]
    with_sex("cs21n", 202110)
    with pytest.raises(UnknownCodeError, match="'geslacht': code 3 "):
        read_liss(tmp_path)


def test_synthetic_file_gives_one_long_frame_of_all_waves(survey):
    people = survey.respondents
    assert people["wave"].value_counts().to_dict() == dict.fromkeys(range(2008, 2026), 800)
    assert people["wave"].is_monotonic_increasing
    assert set(people["source"]) == {"liss (synthetic)"}
    assert survey.report.wave == "2008-2025"
    assert survey.report.origin == "synthetic"
    assert survey.report.n_read == survey.report.n_kept == 18 * 800
    assert all(check.passed for check in survey.report.checks)
    assert sum(check.name == "direction" for check in survey.report.checks) == 18


def test_report_counts_every_wave(survey):
    lines = [note for note in survey.report.notes if "with all six items" in note]
    assert [line[:5] for line in lines] == [
        f"cs{8 + i:02d}{letter}" for i, letter in enumerate("abcdefghijklmnopqr")
    ]
    own = survey.respondents[survey.respondents["wave"] == 2020]
    complete = int(own[SIX].notna().all(axis=1).sum())
    kinds = pd.concat([own[f"{name}_missing"] for name in SIX]).value_counts()
    assert (
        f"cs20m (2020, cs20m_EN_1.1p.sav): 800 rows, {complete} with all six items; "
        f"missing answers: dont_know {kinds['dont_know']}, no_answer {kinds['no_answer']}"
    ) in lines


def test_survey_is_unweighted_and_says_so(survey):
    assert survey.design.weight is None
    assert survey.design.stratum is None
    assert survey.design.cluster == "household_id"
    assert any(note.startswith("unweighted: ") for note in survey.report.notes)
    with pytest.raises(DesignError, match=r"needs a weight.*write weights=None"):
        prevalence(score(survey, DJG6), "lonely")


def test_repeated_reading_gives_the_same_frame(survey, panel):
    pd.testing.assert_frame_equal(survey.respondents, read_liss(str(panel)).respondents)


def test_list_of_files_equals_the_folder(survey, panel):
    again = read_liss(sorted(panel.iterdir(), reverse=True))
    pd.testing.assert_frame_equal(survey.respondents, again.respondents)


@pytest.mark.parametrize(
    ("suffixes", "passes"),
    [((285, 286, 287), False), ((284, 288, 289), False), (tuple(ITEMS), False), ((), True)],
)
def test_direction_check_catches_a_reversed_coding_of_one_wave(
    panel, tmp_path, recwarn, suffixes, passes
):
    """Without value labels nothing contradicts the file but the people in it."""
    for code, name in (("cs12e", "cs12e_1.0p_EN.sav"), ("cs13f", "cs13f_EN_1.0p.sav")):
        frame, _ = pyreadstat.read_sav(panel / name)
        if code == "cs13f":
            for suffix in suffixes:
                frame[f"{code}{suffix}"] = 4 - frame[f"{code}{suffix}"]
        pyreadstat.write_sav(frame, tmp_path / name, file_label="SYNTHETIC")
    survey = read_liss(tmp_path)
    checks = [check for check in survey.report.checks if check.name == "direction"]
    assert [check.passed for check in checks] == [True, passes]
    warned = [w for w in recwarn if issubclass(w.category, EenzaamStatsWarning)]
    assert len(warned) == (not passes)
    assert all("wave cs13f" in str(w.message) for w in warned)


def test_reversed_labels_in_the_synthetic_file_stop_the_reading(panel, tmp_path):
    frame, meta = pyreadstat.read_sav(panel / "cs13f_EN_1.0p.sav")
    labels = {f"cs13f{suffix}": {1: "no", 2: "more or less", 3: "yes"} for suffix in ITEMS}
    pyreadstat.write_sav(
        frame,
        tmp_path / "cs13f_EN_1.0p.sav",
        column_labels=meta.column_names_to_labels,
        variable_value_labels=labels,
    )
    with pytest.raises(ScaleError, match="code 1 is labelled 'no' in the file and is 'yes'"):
        read_liss(tmp_path)


def test_eighteen_waves_of_6000_are_read_in_seconds(tmp_path):
    # Observed 1.6 s; the bound leaves space for a slow, shared machine.
    synthesise_liss(tmp_path / "liss", n=6_000)
    start = time.perf_counter()
    survey = read_liss(tmp_path / "liss")
    assert time.perf_counter() - start < 30
    assert len(survey.respondents) == 108_000
