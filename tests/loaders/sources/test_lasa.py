"""LASA as read and as made: letters of the waves, the opposite codes, delivered scores, traps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import (
    OptionError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.sources.lasa import read_lasa
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.lasa import synthesise_lasa
from eenzaam_stats.vocabulary import Origin
from loaders.formats.changed_sav import changed_sav, read, without_labels
from loaders.sources.monitor_files import VECTORS

LETTERS = {
    **{"B": "b", "C": "c", "D": "d", "E": "e", "2B": "b", "F": "f", "G": "g", "H": "h"},
    **{"3B": "b", "MB": "b", "I": "i", "J": "j"},
}
SCORES_ONLY = ("2B", "J")
TWO_MEANINGS = ("B", "C", "D", "E", "F")
# Codes of LASA, against 1 yes and 3 no of the other Dutch sources.
CODES = {"N": 1.0, "M": 2.0, "Y": 3.0, ".": -1.0}
ANSWERS = {1: "no", 2: "more_or_less", 3: "yes"}
ITEMS = range(1, 12)
# Five standard errors of 23 % among 20,000 people: 5 * sqrt(.23 * .77 / 20000).
FIVE_SE = 0.015


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("lasa")
    for wave in LETTERS:
        synthesise_lasa(folder / f"{wave}.sav", wave=wave, n=1500)
    return folder


@pytest.fixture(scope="module")
def raw(folder):
    return read(folder / "H.sav")


@pytest.fixture(scope="module")
def survey(folder):
    return read_lasa(folder / "H.sav", wave="H")


def column(survey, name):
    return next(c for c in survey.report.columns if c.name == name)


def checks(survey, name):
    return [check for check in survey.report.checks if check.name.startswith(name)]


def statements(letter="h"):
    return [f"{letter}lo{number}" for number in ITEMS]


# ---------------------------------------------------------------- what is read


def test_file_with_hand_counted_vectors_scores_as_counted(tmp_path):
    rows = [[CODES[answer] for answer in answers] for answers, *_ in VECTORS]
    frame = pd.DataFrame(rows, columns=statements())
    pyreadstat.write_sav(frame, tmp_path / "hand.sav")
    survey = score(read_lasa(tmp_path / "hand.sav", wave="H"), DJG11)
    wanted = pd.DataFrame([row[1:] for row in VECTORS])
    for place, name in enumerate(("djg11_emotional", "djg11_social", "djg11_total")):
        found = survey.respondents[name]
        assert found.isna().equals(wanted[place].isna())
        assert found.dropna().tolist() == wanted[place].dropna().tolist()


def test_1_is_no_and_3_is_yes_the_opposite_of_the_other_sources(survey, raw):
    for number in ITEMS:
        found = survey.respondents[f"djg_{number}"].astype(object)
        assert found.equals(raw[f"hlo{number}"].map(ANSWERS).astype(object))
    monitor = load_codebook("gezondheidsmonitor").wave(2022).items[0]
    lasa = load_codebook("lasa").wave("H").items[0]
    assert [lasa.codes[code][0] for code in (1, 2, 3)] == ["no", "more_or_less", "yes"]
    assert [monitor.codes[code][0] for code in (1, 2, 3)] == ["yes", "more_or_less", "no"]


def test_missing_answers_keep_their_kind(folder, raw, tmp_path):
    codes = {-1: "no_answer", -3: "not_asked", -4: "refused"}
    raw = raw.assign(hlo1=raw["hlo1"].where(raw.index >= 7, -3))
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", frame=raw)
    survey = read_lasa(path, wave="H")
    kinds = survey.respondents["djg_1_missing"].astype(object)
    assert kinds.equals(raw["hlo1"].map(codes).astype(object))
    assert dict(column(survey, "djg_1").missing)["not_asked"] == 7


@pytest.mark.parametrize("wave", LETTERS)
def test_every_wave_is_read_by_its_own_letter(folder, wave):
    survey = read_lasa(folder / f"{wave}.sav", wave=wave)
    assert survey.report.wave == wave
    assert set(survey.respondents["wave"]) == {load_codebook("lasa").wave(wave).year}
    assert column(survey, "published_total").source_name == f"{LETTERS[wave]}lo"
    assert ("djg_1" in survey.respondents) == (wave not in SCORES_ONLY)
    assert all(check.passed for check in checks(survey, "direction"))
    assert all(check.passed for check in checks(survey, "agreement"))


def test_file_of_another_letter_is_refused(folder):
    with pytest.raises(SourceError, match="does not look like the LASA of C: none of its"):
        read_lasa(folder / "B.sav", wave="C")


@pytest.mark.parametrize("wave", ["B", "3B", "MB", "2B"])
def test_waves_with_the_same_letter_are_said_to_be_indistinguishable(folder, wave):
    survey = read_lasa(folder / f"{wave}.sav", wave=wave)
    assert any("does not show which of them" in note for note in survey.report.notes)


def test_file_with_two_waves_gives_the_one_asked_for(folder, tmp_path):
    both = pd.concat([read(folder / "B.sav"), read(folder / "C.sav")[statements("c")]], axis=1)
    path = changed_sav(folder / "B.sav", tmp_path / "x.sav", frame=both)
    survey = read_lasa(path, wave="C")
    assert column(survey, "djg_5").source_name == "clo5"


def test_survey_has_no_weight_and_says_so(survey):
    assert survey.design.weight is None
    assert "weight" not in survey.respondents
    assert any("every figure is unweighted" in note for note in survey.report.notes)


def test_some_absent_statements_are_named(folder, raw, tmp_path):
    path = changed_sav(
        folder / "H.sav", tmp_path / "x.sav", frame=raw.drop(columns=["hlo3", "hlo11"])
    )
    with pytest.raises(UnknownColumnError, match="'lo3', 'lo11'"):
        read_lasa(path, wave="H")


def test_code_outside_the_codebook_stops_the_reading(folder, raw, tmp_path):
    path = changed_sav(
        folder / "H.sav", tmp_path / "x.sav", frame=raw.assign(hlo2=raw["hlo2"].replace(2, 4))
    )
    with pytest.raises(UnknownCodeError, match=r"column 'hlo2': code 4"):
        read_lasa(path, wave="H")


# ---------------------------------------------------------------- direction


def test_labels_in_the_order_of_the_other_sources_are_refused(folder, tmp_path):
    words = {name: {1: "yes", 2: "more or less", 3: "no"} for name in statements()}
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", labels=words)
    with pytest.raises(ScaleError, match=r"'hlo1': code 1 is labelled 'yes'.*is 'no' in the codeb"):
        read_lasa(path, wave="H")


def test_dutch_labels_in_the_right_order_are_accepted(folder, survey, tmp_path):
    words = {name: {1: "nee", 2: "min of meer", 3: "ja"} for name in statements()}
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", labels=words)
    other = read_lasa(path, wave="H")
    assert other.respondents.equals(survey.respondents)


def test_reversed_codes_without_labels_fail_the_direction_check(folder, raw, tmp_path):
    turned = raw.copy()
    turned[statements()] = raw[statements()].where(raw[statements()] < 0, 4 - raw[statements()])
    path = changed_sav(
        folder / "H.sav", tmp_path / "x.sav", frame=turned, labels=without_labels(raw)
    )
    survey = read_lasa(path, wave="H")
    (direction,) = checks(survey, "direction")
    assert direction.passed is False
    # Turned round, every answer earns its point except the one that was the most lonely.
    loneliest = {item.number: 1 if item.subscale == "social" else 3 for item in DJG11.items}
    most_lonely = sum((raw[f"hlo{number}"] == code).sum() for number, code in loneliest.items())
    share = 1 - most_lonely / (raw[statements()] > 0).to_numpy().sum()
    assert share > 0.5
    assert f"mean item score {share:.0%} of its maximum" in direction.message
    assert not any(check.passed for check in checks(survey, "agreement"))


def test_one_reversed_block_fails_the_direction_check(folder, raw, tmp_path):
    social = [f"hlo{item.number}" for item in DJG11.items if item.subscale == "social"]
    turned = raw.copy()
    turned[social] = raw[social].where(raw[social] < 0, 4 - raw[social])
    path = changed_sav(
        folder / "H.sav", tmp_path / "x.sav", frame=turned, labels=without_labels(raw)
    )
    (direction,) = checks(read_lasa(path, wave="H"), "direction")
    assert direction.passed is False
    assert "r = -" in direction.message


# ---------------------------------------------------------------- delivered scores


@pytest.mark.parametrize("wave", TWO_MEANINGS)
def test_code_6_with_two_meanings_is_counted_and_never_a_score(folder, wave):
    letter = LETTERS[wave]
    raw = read(folder / f"{wave}.sav")
    six = raw[f"{letter}loemo"] == 6
    survey = read_lasa(folder / f"{wave}.sav", wave=wave)
    away = (raw[statements(letter)] == -4).all(axis=1)
    assert (six & away).sum() > 0
    assert (six & ~away).sum() > 0
    assert survey.respondents["published_emotional"].max() == 5
    assert survey.respondents.loc[six.to_numpy(), "published_emotional"].isna().all()
    assert dict(column(survey, "published_emotional").missing)["invalid"] == six.sum()
    (finding,) = checks(survey, f"code 6 of {letter}loemo")
    assert finding.passed is None
    assert finding.message.startswith(f"{six.sum()} row(s) have 6")
    assert finding.rows == tuple(int(row) + 1 for row in np.flatnonzero(six)[:10])


@pytest.mark.parametrize("wave", ["2B", "G", "H", "3B", "MB", "I", "J"])
def test_code_6_is_a_score_in_the_other_waves(folder, wave):
    survey = read_lasa(folder / f"{wave}.sav", wave=wave)
    raw = read(folder / f"{wave}.sav")[f"{LETTERS[wave]}loemo"]
    assert (survey.respondents["published_emotional"] == 6).sum() == (raw == 6).sum() > 0
    assert checks(survey, "code 6") == []


@pytest.mark.parametrize(
    ("wave", "code", "kind"),
    [
        *[("B", 7, "not_asked"), ("E", 8, "not_asked"), ("D", 9, "not_asked")],
        *[("F", -9, "not_asked"), ("C", -1, "no_answer"), ("B", -5, "not_asked")],
        # The social score ends at 5, so that 6 has one meaning there.
        *[("B", 6, "no_answer"), ("F", 6, "no_answer")],
    ],
)
def test_kinds_of_missing_scores_are_those_of_the_wave(folder, tmp_path, wave, code, kind):
    name = f"{LETTERS[wave]}losoc"
    raw = read(folder / f"{wave}.sav")
    odd = raw.assign(**{name: raw[name].where(raw.index != 4, code)})
    path = changed_sav(folder / f"{wave}.sav", tmp_path / "x.sav", frame=odd)
    survey = read_lasa(path, wave=wave)
    assert pd.isna(survey.respondents["published_social"].iloc[4])
    assert kind in dict(column(survey, "published_social").missing)


@pytest.mark.parametrize(("wave", "code"), [("F", 7), ("H", 8), ("B", -9), ("H", -2)])
def test_missing_code_of_another_wave_is_refused(folder, tmp_path, wave, code):
    name = f"{LETTERS[wave]}losoc"
    raw = read(folder / f"{wave}.sav")
    odd = raw.assign(**{name: raw[name].where(raw.index != 4, code)})
    path = changed_sav(folder / f"{wave}.sav", tmp_path / "x.sav", frame=odd)
    with pytest.raises(UnknownCodeError, match=rf"column '{name}': code {code} \(1 row"):
        read_lasa(path, wave=wave)


def test_laxer_delivered_score_stays_published_and_is_not_the_score(folder, raw):
    survey = score(read_lasa(folder / "H.sav", wave="H"), DJG11)
    people = survey.respondents
    gaps = (raw[statements()] == -1).sum(axis=1)
    lax = (gaps == 2).to_numpy()
    assert lax.sum() > 0
    assert people.loc[lax, "published_total"].notna().all()
    assert people.loc[lax, "djg11_total"].isna().all()
    (first, *_) = checks(survey, "agreement")
    complete = int((gaps + (raw[statements()] == -4).sum(axis=1) == 0).sum())
    assert first.message == (
        f"hlo against the items: 0 of {complete:,} complete cases differ, "
        f"{lax.sum()} of {len(raw) - complete:,} incomplete cases differ"
    )


def test_delivered_score_that_contradicts_the_statements_fails(folder, raw, tmp_path):
    wrong = raw.assign(hlo=raw["hlo"].where(raw["hlo"] < 0, 11 - raw["hlo"]))
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", frame=wrong)
    (total, emotional, social) = checks(read_lasa(path, wave="H"), "agreement")
    assert (total.passed, emotional.passed, social.passed) == (False, True, True)
    (total, *_) = checks(read_lasa(path, wave="H", max_disagreement=1.0), "agreement")
    assert total.passed is True


def test_file_with_scores_only_is_read_and_cannot_be_scored(folder, raw, tmp_path):
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", frame=raw.drop(columns=statements()))
    survey = read_lasa(path, wave="H")
    assert column(survey, "published_total").n_valid == (raw["hlo"] >= 0).sum()
    assert any("nothing can be scored" in note for note in survey.report.notes)
    with pytest.raises(UnknownColumnError, match="djg_1"):
        score(survey, DJG11)


def test_file_with_statements_only_is_read(folder, raw, tmp_path):
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", frame=raw[["respnr", *statements()]])
    survey = read_lasa(path, wave="H")
    assert not [name for name in survey.respondents if name.startswith("published")]
    assert checks(survey, "agreement") == []


def test_file_with_neither_is_refused(folder, raw, tmp_path):
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", frame=raw[["respnr"]])
    with pytest.raises(SourceError, match="none of its"):
        read_lasa(path, wave="H")
    with pytest.raises(SourceError, match="none of its"):
        read_lasa(path, wave="J")


def test_statements_without_documented_codes_are_named_and_not_read(folder, tmp_path):
    raw = read(folder / "J.sav").assign(jlo1=1.0, jlo2=3.0)
    path = changed_sav(folder / "J.sav", tmp_path / "x.sav", frame=raw)
    survey = read_lasa(path, wave="J")
    assert "djg_1" not in survey.respondents
    assert any(note.startswith("jlo1, jlo2 are in the file") for note in survey.report.notes)


def test_label_that_makes_a_score_missing_is_refused(folder, tmp_path):
    path = changed_sav(folder / "H.sav", tmp_path / "x.sav", labels={"hlo": {3: "refusal"}})
    with pytest.raises(SchemaError, match="code 3 is labelled 'refusal'"):
        read_lasa(path, wave="H")


@pytest.mark.parametrize(
    ("options", "match"),
    [({"wave": "K"}, "wave is 'K'"), ({"wave": "H", "max_disagreement": 2}, "max_disagreement")],
)
def test_options_that_do_not_exist_are_refused(folder, options, match):
    with pytest.raises(OptionError, match=match):
        read_lasa(folder / "H.sav", **options)


# ---------------------------------------------------------------- the synthetic file


def test_synthetic_file_meets_the_assumed_prevalences_and_says_that_they_are_assumed(tmp_path):
    report = synthesise_lasa(tmp_path / "x.sav", wave="H", n=20_000)
    people = score(read_lasa(tmp_path / "x.sav", wave="H"), DJG11).respondents
    for margin, target in zip(report.margins, (0.23, 0.06), strict=True):
        assert margin.target == target
        assert margin.expected == pytest.approx(target, abs=1e-9)
        assert margin.evidence.startswith("assumption")
        assert float(people[margin.outcome].mean()) == pytest.approx(target, abs=FIVE_SE)
    assert any("ASSUMED for every wave" in said for said in report.assumptions)


def test_synthetic_file_says_that_it_is_synthetic(survey, raw):
    assert set(raw["source"]) == {"synthetic"}
    assert survey.report.origin is Origin.SYNTHETIC
    assert set(survey.respondents["source"]) == {"lasa (synthetic)"}


@pytest.mark.parametrize("wave", SCORES_ONLY)
def test_synthetic_file_has_statements_only_where_their_codes_are_documented(folder, wave):
    assert not set(statements(LETTERS[wave])) & set(read(folder / f"{wave}.sav"))


@pytest.mark.parametrize(
    ("options", "match"), [({"wave": "A"}, "wave is 'A'"), ({"n": 10}, "1,000 or more")]
)
def test_synthetic_file_that_cannot_be_made_leaves_nothing(tmp_path, options, match):
    with pytest.raises(OptionError, match=match):
        synthesise_lasa(tmp_path / "x.sav", **options)
    assert list(tmp_path.iterdir()) == []
