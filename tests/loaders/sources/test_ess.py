"""The European Social Survey as read and as made: direction, country, weights, ages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import (
    DesignError,
    EenzaamStatsWarning,
    OptionError,
    ScaleError,
    SourceError,
    UnknownCodeError,
)
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.harmonise.checks import often_lonely
from eenzaam_stats.loaders.sources.ess import read_ess
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.ess import synthesise_ess
from eenzaam_stats.vocabulary import Origin
from loaders.formats.changed_sav import changed_sav, read, without_labels

FREQUENCY = {1: "never", 2: "sometimes", 3: "often", 4: "always"}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("ess") / "ess11.sav"
    synthesise_ess(path)
    return path


@pytest.fixture(scope="module")
def raw(path):
    return read(path)


@pytest.fixture(scope="module")
def survey(path):
    return read_ess(path, wave=11)


def dutch(raw):
    return raw[raw["cntry"] == "NL"].reset_index(drop=True)


def without_clusters(survey):
    """Survey for a point estimate, which clusters do not change."""
    return replace(survey, design=replace(survey.design, cluster=None))


def direction(survey):
    return next(check for check in survey.report.checks if check.name == "direction")


def test_1_is_never_and_4_is_always(survey, raw):
    wanted = dutch(raw)["fltlnl"].map(FREQUENCY).astype(object)
    assert survey.respondents["direct"].astype(object).equals(wanted)


@pytest.mark.parametrize(("code", "kind"), [(7, "refused"), (8, "dont_know"), (9, "no_answer")])
def test_missing_answers_keep_their_kind(path, raw, tmp_path, code, kind):
    odd = raw.assign(fltlnl=raw["fltlnl"].where(raw["fltlnl"] < 7, code))
    survey = read_ess(changed_sav(path, tmp_path / "x.sav", frame=odd), wave=11)
    kinds = survey.respondents["direct_missing"].astype(object)
    wanted = dutch(odd)["fltlnl"].map({code: kind}).astype(object)
    assert kinds.equals(wanted)
    assert wanted.notna().sum() > 0


def test_age_999_is_missing_and_never_a_very_old_person(path, raw, tmp_path):
    odd = raw.assign(agea=raw["agea"].where(raw.index % 7 != 0, 999))
    survey = read_ess(changed_sav(path, tmp_path / "x.sav", frame=odd), wave=11)
    unknown = dutch(odd)["agea"] == 999
    assert survey.respondents["age"].isna().equals(unknown)
    ages = next(c for c in survey.report.columns if c.name == "age")
    assert dict(ages.missing) == {"no_answer": unknown.sum()}


def test_age_out_of_range_is_invalid(path, raw, tmp_path):
    odd = raw.assign(agea=raw["agea"].where(raw["cntry"] != "NL", 12))
    survey = read_ess(changed_sav(path, tmp_path / "x.sav", frame=odd), wave=11)
    ages = next(c for c in survey.report.columns if c.name == "age")
    assert dict(ages.missing) == {"invalid": len(dutch(raw))}


def test_only_the_netherlands_is_kept_and_the_others_are_counted(survey, raw):
    others = int((raw["cntry"] != "NL").sum())
    assert survey.report.dropped == (("respondents of other countries, left out (cntry)", others),)
    assert set(survey.respondents["country"]) == {"Netherlands"}


def test_file_without_the_netherlands_is_refused(path, raw, tmp_path):
    other = changed_sav(path, tmp_path / "x.sav", frame=raw.assign(cntry="BE"))
    with pytest.raises(SourceError, match="no Dutch respondents: cntry is never NL"):
        read_ess(other, wave=11)


def test_blank_countries_are_counted_apart(path, raw, tmp_path):
    blank = raw.assign(cntry=raw["cntry"].where(raw.index >= 5, ""))
    survey = read_ess(changed_sav(path, tmp_path / "x.sav", frame=blank), wave=11)
    assert ("sub-survey of the respondent is blank (cntry)", 5) in survey.report.dropped


def test_csv_file_gives_the_same(raw, survey, tmp_path):
    raw.convert_dtypes().to_csv(tmp_path / "ess.csv", index=False)
    other = read_ess(tmp_path / "ess.csv", wave=11)
    columns = ["direct", "age", "sex", "weight", "stratum", "cluster"]
    pd.testing.assert_frame_equal(
        other.respondents[columns], survey.respondents[columns], rtol=1e-12
    )


# ---------------------------------------------------------------- design


def test_weight_is_the_poststratification_weight(survey, raw):
    np.testing.assert_array_equal(survey.respondents["weight"], dutch(raw)["pspwght"])
    assert (survey.design.stratum, survey.design.cluster) == ("stratum", "cluster")


def test_share_is_the_one_counted_by_hand(survey, raw):
    scored = score(without_clusters(survey), DIRECT)
    (estimate,) = prevalence(scored, "often_or_always_lonely").tidy()["estimate"]
    own = dutch(raw)[lambda frame: frame["fltlnl"] < 7]
    by_hand = float(own.loc[own["fltlnl"] >= 3, "pspwght"].sum() / own["pspwght"].sum())
    assert estimate == pytest.approx(by_hand, rel=1e-12)


def test_design_weight_stands_in_and_the_report_says_what_it_lacks(path, raw, tmp_path):
    other = changed_sav(path, tmp_path / "x.sav", frame=raw.drop(columns="pspwght"))
    survey = read_ess(other, wave=11)
    assert set(survey.respondents["weight"]) == {1.0}
    assert any("not for who took part" in note for note in survey.report.notes)


def test_design_weight_is_not_noted_where_it_is_not_used(survey):
    assert not any("not for who took part" in note for note in survey.report.notes)


def test_population_weight_is_refused_and_an_unseen_one_warned_about(path, raw, tmp_path):
    with pytest.raises(DesignError, match="it scales countries"):
        read_ess(path, wave=11, weight="pweight")
    other = changed_sav(path, tmp_path / "x.sav", frame=raw.assign(anweight=raw["pspwght"]))
    with pytest.warns(EenzaamStatsWarning, match="its definition was not seen"):
        read_ess(other, wave=11, weight="anweight")


def test_round_7_has_its_design_in_another_file(tmp_path):
    synthesise_ess(tmp_path / "ess7.sav", wave=7, n=1000)
    survey = read_ess(tmp_path / "ess7.sav", wave=7)
    assert (survey.design.stratum, survey.design.cluster) == (None, None)
    assert "no column psu: the design has no clusters" in survey.report.notes


@pytest.mark.parametrize("wave", [3, 6])
def test_rounds_that_were_not_seen_say_so(path, wave):
    survey = read_ess(path, wave=wave)
    assert any(f"not confirmed for {wave}" in note for note in survey.report.notes)


# ---------------------------------------------------------------- direction


def test_direction_of_the_synthetic_file_passes(survey):
    assert direction(survey).passed is True


def test_reversed_labels_are_refused(path, tmp_path):
    words = {1: "All or almost all of the time", 4: "None or almost none of the time"}
    other = changed_sav(path, tmp_path / "x.sav", labels={"fltlnl": words})
    with pytest.raises(ScaleError, match="code 1 is labelled 'All or almost all of the time'"):
        read_ess(other, wave=11)


def test_reversed_codes_fail_because_most_would_be_often_lonely(path, raw, tmp_path):
    turned = raw.assign(fltlnl=raw["fltlnl"].where(raw["fltlnl"] > 4, 5 - raw["fltlnl"]))
    other = changed_sav(path, tmp_path / "x.sav", frame=turned, labels=without_labels(raw))
    check = direction(read_ess(other, wave=11))
    assert check.passed is False
    assert "wrong direction" in check.message


def test_too_few_answers_say_nothing_about_the_direction():
    few = pd.DataFrame({"direct": ["always"] * 49})
    assert often_lonely(few).passed is None
    assert often_lonely(pd.DataFrame({"direct": ["always"] * 50})).passed is False
    half = pd.DataFrame({"direct": ["always"] * 25 + ["never"] * 25})
    assert often_lonely(half).passed is True


# ---------------------------------------------------------------- refusals and synthetic file


def test_code_outside_the_codebook_stops_the_reading(path, raw, tmp_path):
    odd = raw.assign(fltlnl=raw["fltlnl"].replace(2, 5))
    with pytest.raises(UnknownCodeError, match="'fltlnl': code 5"):
        read_ess(changed_sav(path, tmp_path / "x.sav", frame=odd), wave=11)


def test_round_that_does_not_ask_is_refused(path):
    with pytest.raises(OptionError, match="wave is 10"):
        read_ess(path, wave=10)


def test_synthetic_file_meets_its_assumed_share_to_the_nearest_person(raw):
    own = dutch(raw)["fltlnl"]
    answered = own[own < 7]
    assert abs((answered >= 3).sum() - 0.06 * len(answered)) <= 0.5


def test_synthetic_file_says_that_it_is_synthetic(raw, survey):
    assert set(raw["source"]) == {"synthetic"}
    assert survey.report.origin is Origin.SYNTHETIC
    assert set(survey.respondents["source"]) == {"ess (synthetic)"}


@pytest.mark.parametrize(
    ("options", "match"), [({"wave": 10}, "wave is 10"), ({"n": 10}, "1,000 or more")]
)
def test_synthetic_file_that_cannot_be_made_leaves_nothing(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_ess(tmp_path / "x.sav", **options)
    assert list(tmp_path.iterdir()) == []
