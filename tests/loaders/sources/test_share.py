"""SHARE as read and as made: direction by label, country, weights, kinds of missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import (
    DesignError,
    OptionError,
    ScaleError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.sources.share import read_share
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from eenzaam_stats.synthetic.share import synthesise_share
from eenzaam_stats.vocabulary import Origin
from loaders.formats.changed_sav import changed_sav, read, without_labels
from loaders.mapping.mapped_files import write_survey

UCLA = {"mh034_": "ucla_1", "mh035_": "ucla_2", "mh036_": "ucla_3"}
QUESTIONS = [*UCLA, "mh037_"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("share") / "w9.sav"
    synthesise_share(path, wave=9)
    return path


@pytest.fixture(scope="module")
def raw(path):
    return read(path)


@pytest.fixture(scope="module")
def survey(path):
    return read_share(path, wave=9)


def dutch(raw):
    return raw[raw["country"] == 14].reset_index(drop=True)


def directions(survey):
    return [check for check in survey.report.checks if check.name == "direction"]


def reversed_codes(raw, names):
    turned = raw.copy()
    turned[names] = raw[names].where(raw[names] < 0, 4 - raw[names])
    return turned


def test_1_is_often_and_3_is_hardly_ever(survey, raw):
    own = dutch(raw)
    for name, column in UCLA.items():
        wanted = own[name].map({1: "often", 2: "sometimes", 3: "hardly_ever"})
        assert survey.respondents[column].astype(object).equals(wanted.astype(object))
    wanted = own["mh037_"].map({1: "often", 2: "sometimes", 3: "never"})
    assert survey.respondents["direct"].astype(object).equals(wanted.astype(object))
    assert any("cannot tell them apart" in note for note in survey.report.notes)


def test_sum_of_the_items_is_the_one_counted_by_hand(survey, raw):
    own = dutch(raw)[list(UCLA)]
    by_hand = (4 - own).sum(axis=1)[(own > 0).all(axis=1)]
    found = score(survey, UCLA3).respondents["ucla3_total"]
    assert found.dropna().tolist() == by_hand.tolist()


def test_missing_answers_keep_their_kind(path, raw, tmp_path):
    raw = raw.assign(mh034_=raw["mh034_"].where(raw.index % 9 != 0, -2))
    survey = read_share(changed_sav(path, tmp_path / "x.sav", frame=raw), wave=9)
    kinds = survey.respondents["ucla_1_missing"].astype(object)
    wanted = dutch(raw)["mh034_"].map({-1: "dont_know", -2: "refused"}).astype(object)
    assert kinds.equals(wanted)


def test_only_country_14_is_kept_and_the_others_are_counted(survey, raw):
    others = int((raw["country"] != 14).sum())
    assert others > 0
    assert survey.report.dropped == (
        ("respondents of other countries, left out (country)", others),
    )
    assert set(survey.respondents["country"]) == {"Netherlands"}


def test_weight_of_another_country_cannot_stop_the_reading(path, raw, tmp_path):
    blank = raw.assign(cciw_w9=raw["cciw_w9"].where(raw["country"] == 14))
    survey = read_share(changed_sav(path, tmp_path / "x.sav", frame=blank), wave=9)
    assert len(survey.respondents) == (raw["country"] == 14).sum()


def test_file_without_dutch_respondents_is_refused(path, raw, tmp_path):
    other = changed_sav(path, tmp_path / "x.sav", frame=raw.assign(country=12.0))
    with pytest.raises(SourceError, match="no Dutch respondents: country is never 14"):
        read_share(other, wave=9)


def test_file_without_the_country_is_refused(path, raw, tmp_path):
    other = changed_sav(path, tmp_path / "x.sav", frame=raw.drop(columns="country"))
    with pytest.raises(UnknownColumnError, match="country"):
        read_share(other, wave=9)


def test_stata_file_gives_the_same(path, raw, survey, tmp_path):
    _, meta = pyreadstat.read_sav(path, metadataonly=True)
    words = {name: meta.variable_value_labels[name] for name in QUESTIONS}
    pyreadstat.write_dta(
        raw,
        tmp_path / "x.dta",
        file_label="SYNTHETIC",
        variable_value_labels={
            name: {int(code): said for code, said in own.items()} for name, own in words.items()
        },
    )
    other = read_share(tmp_path / "x.dta", wave=9).respondents
    columns = ["ucla_1", "direct", "weight", "stratum", "cluster", "person_id"]
    pd.testing.assert_frame_equal(other[columns], survey.respondents[columns])


# ---------------------------------------------------------------- design


def test_weight_is_the_individual_one_of_the_wave(tmp_path):
    for wave in (5, 9):
        synthesise_share(tmp_path / f"{wave}.sav", wave=wave, n=1000)
        survey = read_share(tmp_path / f"{wave}.sav", wave=wave)
        raw = dutch(read(tmp_path / f"{wave}.sav"))
        np.testing.assert_array_equal(survey.respondents["weight"], raw[f"cciw_w{wave}"])
        assert (survey.design.stratum, survey.design.cluster) == ("stratum", "cluster")
    with pytest.raises(DesignError, match=r"\['cciw_w9'\], which is not in.*'cciw_w5', 'cchw_w5'"):
        read_share(tmp_path / "5.sav", wave=9)


def test_household_weight_is_refused(path):
    with pytest.raises(DesignError, match="it weights households, not persons"):
        read_share(path, wave=9, weight="cchw_w9")


def test_share_of_the_direct_question_is_the_one_counted_by_hand(survey, raw):
    # A point estimate, which clusters do not change.
    design = replace(survey.design, cluster=None)
    scored = score(replace(survey, design=design), DIRECT)
    (estimate,) = prevalence(scored, "often_or_always_lonely").tidy()["estimate"]
    own = dutch(raw)[lambda frame: frame["mh037_"] > 0]
    by_hand = float(own.loc[own["mh037_"] == 1, "cciw_w9"].sum() / own["cciw_w9"].sum())
    assert estimate == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize(
    ("wave", "weight"),
    [("8 Corona", "cciw_w8_ca"), ("8 Corona", "cciw_w9ca_ca"), ("9 corona", "cciw_w9ca_ca")],
)
def test_questionnaire_of_the_pandemic_has_the_direct_question_and_its_weight(
    path, raw, tmp_path, wave, weight
):
    frame = raw.rename(columns={"mh037_": "camh037_", "cciw_w9": weight}).drop(columns=list(UCLA))
    other = changed_sav(path, tmp_path / "x.sav", frame=frame)
    survey = read_share(other, wave=wave)
    np.testing.assert_array_equal(survey.respondents["weight"], dutch(frame)[weight])
    assert "ucla_1" not in survey.respondents
    assert any("cciw_w9ca_ca of the second (2021)" in note for note in survey.report.notes)
    assert not any("none is documented" in note for note in survey.report.notes)


def test_questionnaire_of_the_pandemic_without_a_known_weight_needs_one(path, raw, tmp_path):
    frame = raw.rename(columns={"mh037_": "camh037_", "cciw_w9": "w"}).drop(columns=list(UCLA))
    other = changed_sav(path, tmp_path / "x.sav", frame=frame)
    with pytest.raises(DesignError, match=r"\['cciw_w8_ca', 'cciw_w9ca_ca'\], which is not in"):
        read_share(other, wave="8 Corona")
    survey = read_share(other, wave="8 Corona", weight="w")
    assert survey.report.columns[-1].source_name == "camh037_"


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("wave", [5, 6, 7, 8, 9])
def test_respondents_with_a_blank_calibrated_weight_are_left_out_and_counted(
    raw, tmp_path, wave, suffix
):
    frame = dutch(raw).rename(columns={"cciw_w9": f"cciw_w{wave}"}).drop(columns="cchw_w9")
    frame[f"cciw_w{wave}"] = frame[f"cciw_w{wave}"].where(frame.index >= 5)
    survey = read_share(write_survey(frame, tmp_path / f"x{suffix}"), wave=wave)
    assert len(survey.respondents) == len(frame) - 5
    why = "respondents without a calibrated weight, such as partners under 50"
    assert survey.report.dropped == ((f"{why} (cciw_w{wave} is blank)", 5),)


def test_weight_that_is_blank_for_everybody_is_refused(raw, tmp_path):
    frame = dutch(raw).assign(cciw_w9=np.nan)
    with pytest.raises(DesignError, match=r"'cciw_w9' is 0 or blank in all .* nobody is in its"):
        read_share(write_survey(frame, tmp_path / "x.csv"), wave=9)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0.0, r"zero, negative or infinite in 1 row\(s\)"),
        (-1.0, r"zero, negative or infinite in 1 row\(s\)"),
        (np.inf, "holds text instead of numbers"),  # the word inf in a CSV
    ],
)
def test_weight_of_0_or_less_is_still_refused(raw, tmp_path, value, message):
    frame = dutch(raw)
    frame.loc[2, "cciw_w9"] = value
    with pytest.raises(DesignError, match=message):
        read_share(write_survey(frame, tmp_path / "x.csv"), wave=9)


# ---------------------------------------------------------------- direction


def test_direction_of_the_synthetic_file_passes(survey):
    assert [check.passed for check in directions(survey)] == [True, True]


def test_labels_in_the_opposite_order_are_refused(path, tmp_path):
    words = {1: "Hardly ever or never", 2: "Some of the time", 3: "Often"}
    other = changed_sav(path, tmp_path / "x.sav", labels={"mh035_": words})
    with pytest.raises(ScaleError, match="code 1 is labelled 'Hardly ever or never'"):
        read_share(other, wave=9)


def test_reversed_items_fail_against_the_direct_question(path, raw, tmp_path):
    other = changed_sav(
        path,
        tmp_path / "x.sav",
        frame=reversed_codes(raw, list(UCLA)),
        labels=without_labels(raw),
    )
    assert [check.passed for check in directions(read_share(other, wave=9))] == [False, False]


def test_everything_reversed_fails_because_most_would_be_often_lonely(path, raw, tmp_path):
    other = changed_sav(
        path, tmp_path / "x.sav", frame=reversed_codes(raw, QUESTIONS), labels=without_labels(raw)
    )
    survey = read_share(other, wave=9)
    together, often = directions(survey)
    assert together.passed is True
    assert often.passed is False
    assert "More than half in direct" in often.message
    assert any("rests on the codebook alone" in note for note in survey.report.notes)


# ---------------------------------------------------------------- refusals and synthetic file


def test_code_outside_the_codebook_stops_the_reading(path, raw, tmp_path):
    odd = raw.assign(mh036_=raw["mh036_"].replace(2, 4))
    with pytest.raises(UnknownCodeError, match="'mh036_': code 4"):
        read_share(changed_sav(path, tmp_path / "x.sav", frame=odd), wave=9)


def test_wave_that_does_not_exist_is_refused(path):
    with pytest.raises(OptionError, match="wave is 4"):
        read_share(path, wave=4)


def test_synthetic_file_meets_its_assumed_share_to_the_nearest_person(tmp_path):
    report = synthesise_share(tmp_path / "x.sav", n=2000)
    own = dutch(read(tmp_path / "x.sav"))["mh037_"]
    answered = own[own > 0]
    (margin,) = report.margins
    assert abs((answered == 1).sum() - 0.06 * len(answered)) <= 0.5
    assert margin.expected == (answered == 1).mean()
    assert margin.evidence.startswith("assumption")


def test_synthetic_file_says_that_it_is_synthetic(raw, survey):
    assert set(raw["source"]) == {"synthetic"}
    assert survey.report.origin is Origin.SYNTHETIC
    assert set(survey.respondents["source"]) == {"share (synthetic)"}


@pytest.mark.parametrize(
    ("options", "match"), [({"wave": 4}, "wave is 4"), ({"n": 10}, "1,000 or more")]
)
def test_synthetic_file_that_cannot_be_made_leaves_nothing(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_share(tmp_path / "x.sav", **options)
    assert list(tmp_path.iterdir()) == []
