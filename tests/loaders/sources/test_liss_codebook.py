"""The codebook of the LISS panel: names, codes and missing codes of every wave, and its witness."""

from __future__ import annotations

import csv

import pytest

from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.sources.liss.labels import SUBJECTS
from eenzaam_stats.loaders.sources.liss.wave import wave_codes
from eenzaam_stats.scoring.de_jong_gierveld import DJG6

CODEBOOK = load_codebook("liss")
CODES = wave_codes(CODEBOOK)
# Suffix in the file and number in the manual, as printed in the layout of 2012.
NUMBERS = {284: 3, 285: 4, 286: 7, 287: 8, 288: 9, 289: 10}


@pytest.mark.parametrize(("code", "year"), CODES.items())
def test_every_wave_has_the_six_items_under_its_own_names(code, year):
    wave = CODEBOOK.wave(year)
    assert [item.name for item in wave.items] == [f"djg_{n}" for n in NUMBERS.values()]
    for (suffix, number), item in zip(NUMBERS.items(), wave.items, strict=True):
        assert item.name == f"djg_{number}"
        assert f"{code}{suffix}" in item.source_names
        assert {key: value for key, (value, _) in item.codes.items()} == {
            1: "yes",
            2: "more_or_less",
            3: "no",
        }
        assert dict(item.missing) == ({-9: "dont_know"} if year >= 2020 else {})
    (satisfaction,) = wave.candidates("satisfaction_contacts")
    assert dict(satisfaction.missing) == {-9 if year >= 2020 else 999: "dont_know"}


def test_no_other_variable_has_999_as_a_missing_code():
    with_code = {
        variable.name
        for wave in CODEBOOK.waves
        for variable in wave.variables
        if 999 in variable.missing
    }
    assert with_code == {"satisfaction_contacts"}


def test_no_wave_delivers_weights_or_strata_and_the_household_is_the_cluster():
    assert len(CODEBOOK.waves) == 18
    for wave in CODEBOOK.waves:
        assert wave.weights == ()
        assert not wave.delivers_weights
        assert wave.stratum is None
        assert wave.cluster == "nohouse_encr"


def test_waves_that_were_not_seen_are_unverified():
    for year in range(2021, 2026):
        assert {item.evidence_word for item in CODEBOOK.wave(year).items} == {"unverified"}
    assert {item.evidence_word for item in CODEBOOK.wave(2012).items} == {"confirmed"}
    words = {item.name: item.evidence_word for item in CODEBOOK.wave(2020).items}
    assert words == {
        "djg_3": "unverified",
        "djg_4": "secondary",
        "djg_7": "secondary",
        "djg_8": "secondary",
        "djg_9": "unverified",
        "djg_10": "unverified",
    }


def test_every_item_has_words_of_its_subject():
    assert set(SUBJECTS) == {item.column for item in DJG6.items}
    assert all(SUBJECTS.values())


@pytest.mark.witness
def test_codebook_agrees_with_the_collected_facts(shared_data):
    path = shared_data.parent / "facts" / "codebooks" / "liss.csv"
    compared = 0
    for row in csv.DictReader(path.read_text("utf-8").splitlines()):
        if not row["waves"].startswith("cs"):
            continue
        wave = CODEBOOK.wave(CODES[row["waves"]])
        variable = wave.variable(row["variable"])
        assert variable.evidence_word == row["evidence"].split(";")[0], row["variable"]
        missing = [part.split("=") for part in row["missing_codes"].split("|") if "=" in part]
        assert set(variable.missing) == {int(code) for code, _ in missing}, row["variable"]
        if row["concept"].startswith("djg_item"):
            assert variable.name == f"djg_{row['item_number']}"
            printed = "|".join(f"{code}={label}" for code, (_, label) in variable.codes.items())
            assert printed == row["codes"]
        compared += 1
    assert compared == 18 * 8
