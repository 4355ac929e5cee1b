"""From a file to a survey: values, design, checks and notes, on files with hand-counted scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eenzaam_stats.design import Design
from eenzaam_stats.errors import (
    EenzaamStatsWarning,
    OptionError,
    SchemaError,
    SourceError,
    UnknownCodeError,
)
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Origin
from loaders.sources.monitor_files import ITEMS, N_COMPLETE, N_VECTORS, MonitorFile, monitor_file


def read(content: MonitorFile, folder: Path, *, wave: int = 2016, **options) -> Survey:
    return read_gezondheidsmonitor(content.write(folder / "gm.sav"), wave=wave, **options)


def checks(survey: Survey, name: str) -> dict[str, CheckResult]:
    """Checks of one kind by the first word of their message."""
    return {c.message.split()[0]: c for c in survey.report.checks if c.name == name}


def note(survey: Survey, part: str) -> str:
    (found,) = [text for text in survey.report.notes if part in text]
    return found


@pytest.mark.parametrize("wave", [2016, 2022])
@pytest.mark.parametrize("name", ["gm.sav", "gm.zsav"])
def test_scores_in_the_file_agree_with_the_items(tmp_path, wave, name):
    path = monitor_file(wave).write(tmp_path / name)
    survey = read_gezondheidsmonitor(path, wave=wave)
    found = checks(survey, "agreement")
    assert set(found) == {f"GGEES20{n}" for n in (3, 4, 5, 8, 9)} | {"GGEES217"}
    for check in found.values():
        assert check.passed, check.message
        assert f"0 of {N_COMPLETE} complete cases differ" in check.message
        assert f"0 of {N_VECTORS - N_COMPLETE} incomplete cases differ" in check.message


def test_survey_of_2016_has_the_harmonised_columns(tmp_path):
    frame = read(monitor_file(2016), tmp_path).respondents
    assert frame["source"].unique().tolist() == ["gezondheidsmonitor"]
    assert frame["wave"].unique().tolist() == [2016]
    assert frame["sex"].tolist()[:2] == ["men", "women"]
    assert frame["municipality"].tolist()[:2] == ["0363", "0034"]
    assert frame["age_group"].tolist()[:7] == ["18-24"] * 6 + ["25-39"]
    assert frame["region"].tolist()[8] == "GGD regio Utrecht"
    assert frame["djg_1"].tolist()[3] == "yes"
    assert frame["djg_3_missing"].tolist()[5] == "no_answer"
    assert frame["djg_3_missing"].isna().tolist()[0]
    assert "djg_7_missing" not in frame
    assert frame["published_severely_lonely"].tolist()[3] is False


def test_survey_of_2022_has_bands_of_the_file_and_text_municipalities(tmp_path):
    frame = read(monitor_file(2022), tmp_path, wave=2022).respondents
    assert frame["age_group"].tolist()[:7] == [
        *("18-24", "25-39", "40-54", "55-64", "65-74", "75-84", "85+"),
    ]
    assert frame["municipality"].tolist()[:2] == ["0363", "0034"]
    assert set(frame["sex"]) == {"men", "women"}


def test_design_has_the_right_weight_and_the_stratum(tmp_path):
    survey = read(monitor_file(2022), tmp_path, wave=2022)
    assert survey.design == Design("weight", "stratum", single_psu="centred")
    assert survey.respondents["weight"].unique().tolist() == [700.0]
    assert survey.respondents["stratum"].tolist()[:5] == ["100", "101", "102", "103", "100"]


def test_file_without_stratum_gives_a_design_without_and_a_note(tmp_path):
    survey = read(monitor_file(2016).drop("PrimaireEenheid"), tmp_path)
    assert survey.design.stratum is None
    assert "stratum" not in survey.respondents
    assert note(survey, "no column PrimaireEenheid") == (
        "no column PrimaireEenheid: the design has no strata"
    )


def test_single_respondent_stratum_is_left_to_the_estimation(tmp_path):
    survey = read(monitor_file(2016).change("PrimaireEenheid", 3, 999.0), tmp_path)
    assert (survey.respondents["stratum"] == "999").sum() == 1


def test_survey_can_be_scored_and_severe_prevalence_has_everybody_in_its_base(tmp_path):
    scored = score(read(monitor_file(2016, repeats=5), tmp_path), DJG11).respondents
    own, file = scored["severely_lonely"], scored["published_severely_lonely"]
    assert own.isna().sum() == file.isna().sum() == 15
    assert own.mean() == pytest.approx(file.mean())
    assert file.mean() == pytest.approx(9 / 17)


@pytest.mark.parametrize("prefix", ["VO_", "vo_", "JV_", "KM_"])
def test_prefixed_names_in_another_case_give_the_same_respondents(tmp_path, prefix):
    plain = read(monitor_file(2022), tmp_path, wave=2022).respondents
    other = monitor_file(2022).rename(lambda name: prefix + name.lower())
    assert plain.equals(read(other, tmp_path, wave=2022).respondents)


def test_blank_items_are_no_answer_like_declared_ones(tmp_path):
    content = monitor_file(2016)
    for name in ITEMS:
        content.columns[name] = [None if v == 9 else v for v in content.columns[name]]
    with_codes = read(monitor_file(2016), tmp_path).respondents
    assert with_codes.equals(read(content, tmp_path).respondents)


def test_respondents_of_cbs_are_dropped_and_counted(tmp_path):
    content = monitor_file(2016)
    for row, code in ((2, 3.0), (4, 4.0), (5, None)):
        content.change("MIDGV201", row, code)
    for row in (2, 4):
        content.change("ewGGD", row, None)
        for name in ITEMS:
            content.change(name, row, None)
    survey = read(content, tmp_path)
    assert (survey.report.n_read, survey.report.n_kept) == (20, 17)
    assert survey.report.dropped == (
        ("respondents of CBS, not asked about loneliness (MIDGV201)", 2),
        ("sub-survey of the respondent is blank (MIDGV201)", 1),
    )
    assert "2" not in survey.respondents["person_id"].tolist()


def test_rows_in_messages_are_rows_of_the_file_after_rows_were_dropped(tmp_path):
    content = monitor_file(2016).change("MIDGV201", 1, 3.0).change("GGEEB205", 6, 7.0)
    with pytest.raises(UnknownCodeError, match=r"code 7 \(1 row\(s\), first in row 6\)"):
        read(content, tmp_path)


def test_unknown_sub_survey_stops(tmp_path):
    content = monitor_file(2016).change("MIDGV201", 7, 5.0)
    with pytest.raises(
        UnknownCodeError, match=r"'MIDGV201': code '5' \(1 row\(s\), first in row 7"
    ):
        read(content, tmp_path)


def test_every_other_survey_number_of_2020_is_cbs(tmp_path):
    content = monitor_file(2016).drop("MIDGV201", "AGOJB201")
    content.columns["ewGGDkern"] = content.columns["ewGGD"]
    content.columns["Surveynummer"] = [1.0] * 18 + [2.0, 7.0]
    survey = read(content, tmp_path, wave=2020)
    assert survey.report.dropped == (
        ("respondents of CBS, not asked about loneliness (Surveynummer)", 2),
    )


def test_doubtful_weight_warns_at_the_line_of_the_user(tmp_path):
    content = monitor_file(2016).drop("AGOJB201", "MIDGV201")
    content.columns["ewGGDlang"] = content.columns["ewGGD"]
    path = content.write(tmp_path / "gm.sav")
    with pytest.warns(EenzaamStatsWarning, match="ewGGDlang.* is doubtful") as caught:
        read_gezondheidsmonitor(path, wave=2020, weight="ewGGDlang")
    assert caught[0].filename == __file__


def test_file_with_nobody_of_the_ggd_is_refused(tmp_path):
    content = monitor_file(2016)
    content.columns["MIDGV201"] = [3.0] * 20
    with pytest.raises(SourceError, match=r"holds no respondents of the GGD: MIDGV201 is never 1"):
        read(content, tmp_path)


def test_file_without_the_marker_says_that_cbs_cannot_be_told_apart(tmp_path):
    survey = read(monitor_file(2016).drop("MIDGV201"), tmp_path)
    assert note(survey, "no column MIDGV201")
    assert survey.report.dropped == ()


def test_file_of_another_year_is_refused(tmp_path):
    content = monitor_file(2016).change("AGOJB201", 3, 2012.0)
    with pytest.raises(
        SchemaError, match=r"AGOJB201 is 2012 in row 3, and another year.* in 1 row"
    ):
        read(content, tmp_path)


def test_duplicates_are_reported_and_kept(tmp_path):
    survey = read(monitor_file(2016).change("volgnummer", 8, 5.0), tmp_path)
    check = checks(survey, "duplicates")["volgnummer:"]
    assert (check.passed, check.rows) == (False, (8,))
    assert survey.report.n_kept == 20


@pytest.mark.parametrize(("duplicates", "dropped_row"), [("first", 4), ("most_complete", 1)])
def test_duplicates_are_dropped_when_asked(tmp_path, duplicates, dropped_row):
    content = monitor_file(2016).change("volgnummer", 4, 1.0).change("GGEEB201", 1, 9.0)
    content.columns["LFT0109"] = 20.0 + np.arange(20)
    survey = read(content, tmp_path, duplicates=duplicates)
    assert survey.report.dropped == ((f"respondent occurs more than once (kept: {duplicates})", 1),)
    assert set(20 + np.arange(20)) - set(survey.respondents["age"]) == {19 + dropped_row}
    assert checks(survey, "duplicates")["volgnummer:"].passed
    assert all(c.n_valid + sum(n for _, n in c.missing) == 19 for c in survey.report.columns)


def test_file_without_a_key_cannot_be_checked_for_duplicates(tmp_path):
    survey = read(monitor_file(2016).drop("volgnummer"), tmp_path)
    assert checks(survey, "duplicates")["the"].passed is None


def test_disagreement_above_the_stated_share_names_rows(tmp_path):
    content = monitor_file(2016).change("GGEES203", 4, 5.0).change("GGEES203", 6, 3.0)
    check = checks(read(content, tmp_path), "agreement")["GGEES203"]
    assert (check.passed, check.rows) == (False, (4,))
    assert check.message == (
        f"GGEES203 against the items: 1 of {N_COMPLETE} complete cases differ, "
        f"1 of {N_VECTORS - N_COMPLETE} incomplete cases differ; 9.1% is more than the 1.0% allowed"
    )


def test_disagreement_below_the_stated_share_passes(tmp_path):
    content = monitor_file(2016).change("GGEES203", 4, 5.0)
    assert checks(read(content, tmp_path, max_disagreement=0.1), "agreement")["GGEES203"].passed


def test_score_that_is_missing_in_the_file_of_a_complete_case_is_a_difference(tmp_path):
    content = monitor_file(2016).change("GGEES217", 1, 9.0)
    assert checks(read(content, tmp_path), "agreement")["GGEES217"].rows == (1,)


def test_8_in_the_severe_flag_agrees_with_the_items(tmp_path):
    content = monitor_file(2016).change("GGEES209", 4, 1.0)
    check = checks(read(content, tmp_path), "agreement")["GGEES209"]
    assert (check.passed, check.rows) == (False, (4,))


def test_documented_cutoff_of_2016_is_confirmed_in_the_file(tmp_path):
    found = checks(read(monitor_file(2016), tmp_path), "cut-off")
    assert set(found) == {"GGEES215", "GGEES216"}
    assert all(check.passed for check in found.values())
    # Thirteen vectors have an emotional score; one of these is 2.
    assert "cut-off >= 2 found in 13 rows (with >= 2 0 rows differ, with >= 3 1 rows differ)" in (
        found["GGEES215"].message
    )


def test_undocumented_cutoff_of_2022_is_found_in_the_file(tmp_path):
    found = checks(read(monitor_file(2022), tmp_path, wave=2022), "cut-off")
    assert set(found) == {"GGEES218", "GGEES219"}
    for name, score_name in (("GGEES218", "GGEES204"), ("GGEES219", "GGEES205")):
        assert found[name].passed
        assert f"{name} against {score_name}: cut-off >= 3 found" in found[name].message


def test_cutoff_is_found_from_the_items_when_the_file_has_no_subscale_scores(tmp_path):
    content = monitor_file(2022).drop("GGEES204", "GGEES205")
    check = checks(read(content, tmp_path, wave=2022), "cut-off")["GGEES218"]
    assert "GGEES218 against djg11_emotional from the items: cut-off >= 3 found" in check.message


def test_flag_that_follows_no_cutoff_fails(tmp_path):
    content = monitor_file(2022)
    content.columns["GGEES218"] = [float(place % 2) for place in range(N_VECTORS)]
    check = checks(read(content, tmp_path, wave=2022), "cut-off")["GGEES218"]
    assert check.passed is False
    assert "no cut-off fits" in check.message


def test_cutoff_that_nobody_tells_apart_stays_open(tmp_path):
    content = monitor_file(2022)
    content.columns["GGEES204"] = [5.0 if v == 2 else v for v in content.columns["GGEES204"]]
    content.columns["GGEES218"] = [
        v if v == 9 else float(v >= 3) for v in content.columns["GGEES204"]
    ]
    check = checks(read(content, tmp_path, wave=2022), "cut-off")["GGEES218"]
    assert check.passed is None
    assert "both cut-offs fit" in check.message


def test_sum_of_weights_is_in_the_report(tmp_path):
    (check,) = checks(read(monitor_file(2022), tmp_path, wave=2022), "sum of weights").values()
    assert check.message == (
        "ewGGD adds up to 14,000.0 over 20 rows, mean 700.000: it looks like a number of people"
    )


@pytest.mark.parametrize("how", ["label", "herkomst_bestand", "bron", "Source"])
def test_synthetic_file_is_called_synthetic_in_every_row(tmp_path, how):
    content = monitor_file(2016)
    if how == "label":
        content.file_label = "SYNTHETIC file, no real people"
    else:
        content.columns[how] = ["Synthetic"] * 20
    survey = read(content, tmp_path)
    assert survey.report.origin is Origin.SYNTHETIC
    assert survey.respondents["source"].unique().tolist() == ["gezondheidsmonitor (synthetic)"]
    assert note(survey, "the file says that it is synthetic")


def test_other_file_is_microdata(tmp_path):
    content = monitor_file(2016)
    content.columns["bron"] = ["GGD"] * 20
    assert read(content, tmp_path).report.origin is Origin.MICRODATA


def test_waves_without_evidence_say_so(tmp_path):
    carried = note(read(monitor_file(2022), tmp_path, wave=2022), "not confirmed for 2022")
    assert all(name in carried for name in ITEMS)
    assert "no label contradicts the codebook" in carried


def test_items_without_labels_are_named_because_nothing_confirms_their_direction(tmp_path):
    content = monitor_file(2016)
    del content.labels["GGEEB207"]
    survey = read(content, tmp_path)
    assert note(survey, "no value labels").startswith("GGEEB207 have no value labels")


def test_absent_optional_columns_are_listed_in_one_note(tmp_path):
    survey = read(monitor_file(2016).drop("geslacht", "GGEES203"), tmp_path)
    absent = note(survey, "not in the file")
    assert "sex (geslacht)" in absent
    assert "published_total (GGEES203)" in absent
    assert "age_group" not in absent


def test_column_with_strange_codes_can_be_left_out(tmp_path):
    content = monitor_file(2016).change("MMOWA201", 2, 7.0)
    with pytest.raises(UnknownCodeError, match="leave out column 'education'"):
        read(content, tmp_path)
    survey = read(content, tmp_path, leave_out=["education"])
    assert "education" not in survey.respondents
    assert note(survey, "left out") == "left out by the user: education"


def test_age_group_can_be_left_out_with_ages_in_the_file(tmp_path):
    frame = read(monitor_file(2016), tmp_path, leave_out=["age_group"]).respondents
    assert "age" in frame
    assert "age_group" not in frame


def test_five_bands_of_the_file_serve_when_there_is_nothing_finer(tmp_path):
    content = monitor_file(2022).drop("LeeftijdSub")
    content.columns["Lftcat5"] = [1.0 + place % 5 for place in range(20)]
    frame = read(content, tmp_path, wave=2022).respondents
    assert frame["age_group"].tolist()[:5] == ["18-34", "35-49", "50-64", "65-74", "75+"]


def test_people_below_the_age_floor_are_noted(tmp_path):
    survey = read(monitor_file(2016).change("LFT0109", 1, 18.0), tmp_path)
    assert (
        note(survey, "younger than")
        == "1 row(s) are younger than 19, the youngest age of this wave"
    )


def test_region_9_declared_missing_stays_a_region_and_is_noted(tmp_path):
    content = monitor_file(2016)
    content.missing["MIREB201"] = [9]
    survey = read(content, tmp_path)
    assert survey.respondents["region"].notna().all()
    assert note(survey, "9 (GGD regio Utrecht) missing")


def test_latin_1_file_is_noted(tmp_path):
    content = monitor_file(2016)
    content.labels["MIREB201"] = {2: "GGD FryslQQn"}
    path = content.write(tmp_path / "gm.sav")
    path.write_bytes(path.read_bytes().replace(b"QQ", b"\xe2\xe2"))
    survey = read_gezondheidsmonitor(path, wave=2016)
    assert "was read as latin1" in note(survey, "stated encoding")


def test_reading_twice_gives_the_same_and_permuting_rows_permutes_respondents(tmp_path):
    first = read(monitor_file(2016), tmp_path)
    assert first.report == read(monitor_file(2016), tmp_path).report
    content = monitor_file(2016)
    content.columns = {name: list(values)[::-1] for name, values in content.columns.items()}
    turned = read(content, tmp_path).respondents
    assert turned.iloc[::-1].reset_index(drop=True).equals(first.respondents)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"wave": 2021}, "wave is 2021"),
        ({"duplicates": "last"}, r"duplicates is 'last'.*'report', 'first', 'most_complete'"),
        ({"max_disagreement": 1.5}, "max_disagreement is 1.5"),
        ({"leave_out": ["djg_1"]}, "leave_out is 'djg_1', which is not an option"),
    ],
)
def test_unknown_option_is_refused_with_exit_code_2(tmp_path, options, message):
    with pytest.raises(OptionError, match=message) as error:
        read(monitor_file(2016), tmp_path, **{"wave": 2016, **options})
    assert error.value.exit_code == 2


def test_report_prints_as_text_html_and_json(tmp_path):
    survey = read(monitor_file(2016).change("MIDGV201", 1, 3.0), tmp_path)
    report = survey.report
    text = str(report)
    assert text.startswith(
        "gezondheidsmonitor 2016 (microdata), file gm.sav: 20 rows read, 19 kept."
    )
    assert "published_severely_lonely" in text
    assert "8 -> no" in text
    assert str(tmp_path) not in text
    html = report._repr_html_()
    assert html.count("<tr>") == len(report.columns) + 1
    assert "9 -&gt; no_answer" in html
    stored = json.loads(report.to_json())
    assert stored["n_kept"] == 19
    names = {column["name"]: column for column in stored["columns"]}
    assert names["djg_3"]["source_name"] == "GGEEB203"
    assert names["djg_3"]["missing"] == [["no_answer", 6]]
    assert names["weight"]["source_name"] == "ewGGD"


def test_report_has_a_row_for_every_column_and_every_row_is_valid_or_missing(tmp_path):
    survey = read(monitor_file(2022), tmp_path, wave=2022)
    names = [c.name for c in survey.report.columns]
    shown = [c for c in survey.respondents if not c.endswith("_missing")]
    assert names == [c for c in shown if c not in ("source", "wave")]
    for column in survey.report.columns:
        assert column.n_valid == survey.respondents[column.name].notna().sum()
        assert column.n_valid + sum(n for _, n in column.missing) == N_VECTORS
