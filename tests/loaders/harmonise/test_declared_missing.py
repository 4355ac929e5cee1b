"""A code that a file declares missing is missing with any label; the label gives the kind."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import ScaleError, UnknownCodeError
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from loaders.formats.changed_sav import changed_sav
from loaders.mapping.mapped_files import mapping, people, write_mapping
from loaders.sources.monitor_files import monitor_file
from synthetic.synthetic_files import SYNTHETIC_FILES, read_quietly

LABELS = {
    **{"Weet niet": "dont_know", "Dont know": "dont_know", "Dat weet ik niet": "dont_know"},
    **{"Geen opgave": "no_answer", "Niet beantwoord": "no_answer", "Overgeslagen": "no_answer"},
    **{"Question not asked": "not_asked", "trifft nicht zu": "no_answer", "xyz": "no_answer"},
    **{"Nee": "no_answer", "Ja": "no_answer", "Man": "no_answer", "Nooit": "no_answer"},
    **{"": "no_answer", "?": "no_answer", "8": "no_answer", "helemaal mee eens": "no_answer"},
}
# Forms of a declaration, each about the code 8: discrete, with others, as ranges.
DECLARED = {
    "discrete": [8],
    "three": [7, 8, 9],
    "range": [{"lo": 8, "hi": 9}],
    "range and one": [{"lo": 8, "hi": 9}, 99],
    "to the highest": [{"lo": 7.5, "hi": float("inf")}],
}
COLUMNS = ("GGEEB203", "geslacht", "GGEES217", "GGEES203", "MMOWA201", "LFT0109")


def missing_of(survey, column):
    own = [one for one in survey.report.columns if one.source_name == column]
    return dict(own[0].missing)


def declared_file(folder, column, label, ranges, suffix=".sav", code=8.0):
    file = monitor_file(2016).change(column, 2, code)
    values = file.columns[column]
    file.columns[column] = [value if value != 9.0 else 9.0 for value in values]
    file.labels[column] = {**file.labels.get(column, {}), code: label}
    file.missing[column] = ranges
    return file.write(folder / f"x{suffix}")


@pytest.mark.parametrize(("label", "kind"), LABELS.items())
def test_declared_code_of_an_item_is_missing_with_any_label(tmp_path, label, kind):
    path = declared_file(tmp_path, "GGEEB203", label, [8, 9])
    survey = read_gezondheidsmonitor(path, wave=2016)
    assert survey.respondents["djg_3_missing"].tolist()[1] == kind
    assert pd.isna(survey.respondents["djg_3"].iloc[1])


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
@pytest.mark.parametrize("form", DECLARED)
def test_every_form_of_a_declaration_counts(tmp_path, form, suffix):
    path = declared_file(tmp_path, "GGEEB203", "Nee", DECLARED[form], suffix)
    survey = read_gezondheidsmonitor(path, wave=2016)
    assert survey.respondents["djg_3_missing"].tolist()[1] == "no_answer"


def test_range_from_the_lowest_counts(tmp_path):
    ranges = [{"lo": float("-inf"), "hi": -1}]
    path = declared_file(tmp_path, "GGEEB203", "Ja", ranges, code=-3.0)
    survey = read_gezondheidsmonitor(path, wave=2016)
    assert survey.respondents["djg_3_missing"].tolist()[1] == "no_answer"


@pytest.mark.parametrize("column", ["geslacht", "MMOWA201", "GGEES215", "LFT0109"])
@pytest.mark.parametrize("label", ["Geen opgave", "xyz", "Vrouw", "Nee"])
def test_declared_code_of_every_kind_of_variable_is_missing(tmp_path, column, label):
    path = declared_file(tmp_path, column, label, [8, 9])
    before = missing_of(read_gezondheidsmonitor(_sound(tmp_path), wave=2016), column)
    after = missing_of(read_gezondheidsmonitor(path, wave=2016), column)
    assert sum(after.values()) == sum(before.values()) + 1


def _sound(folder):
    return monitor_file(2016).write(folder / "sound.sav")


def test_code_that_the_codebook_lists_as_valid_stays_valid_and_is_reported(tmp_path):
    path = declared_file(tmp_path, "MIREB201", "GGD regio Utrecht", [9], code=9.0)
    survey = read_gezondheidsmonitor(path, wave=2016)
    assert survey.respondents["region"].tolist()[1] == "GGD regio Utrecht"
    assert any("the codebook lists it as valid" in note for note in survey.report.notes)


def test_code_with_an_answer_as_label_that_is_not_declared_still_stops(tmp_path):
    path = declared_file(tmp_path, "GGEEB203", "Nee", [9])
    with pytest.raises(ScaleError, match="code 8 is labelled 'Nee'"):
        read_gezondheidsmonitor(path, wave=2016)


# ---------------------------------------------------------------- text, Stata, mapping


@pytest.mark.parametrize("form", ["8", "08", " 8", "8.0", "WN"])
@pytest.mark.parametrize("label", ["Weet niet", "Nee", "xyz"])
def test_declared_text_is_missing_in_the_form_of_the_value(tmp_path, form, label):
    frame = people()
    codes = {1.0: "1", 2.0: "2", 3.0: "3", 9.0: form}
    frame["q3"] = frame["q3"].map(codes).astype(object)
    path = tmp_path / "x.sav"
    labels = {"q3": {"1": "Ja", "2": "Min of meer", "3": "Nee", form: label}}
    missing = {"q3": [form]}
    pyreadstat.write_sav(frame, path, variable_value_labels=labels, missing_ranges=missing)
    raw = mapping()
    raw["variable"][0]["missing"] = {}
    own = read_mapped(path, write_mapping(raw, tmp_path / "m.toml")).respondents
    kind = "dont_know" if label == "Weet niet" else "no_answer"
    assert own["djg_3_missing"].tolist()[3] == kind


@pytest.mark.parametrize("letter", ["a", "h", "z"])
@pytest.mark.parametrize(("label", "kind"), [("Weigert", "refused"), ("Nee", "no_answer")])
def test_extended_missing_value_of_stata_is_missing_with_any_label(tmp_path, letter, label, kind):
    frame = people()
    frame["q3"] = frame["q3"].map({1.0: 1, 2.0: 2, 3.0: 3, 9.0: letter}).astype(object)
    path = tmp_path / "x.dta"
    labels = {"q3": {1: "Ja", 2: "Min of meer", 3: "Nee", letter: label}}
    pyreadstat.write_dta(
        frame, path, variable_value_labels=labels, missing_user_values={"q3": [letter]}
    )
    own = read_mapped(path, write_mapping(mapping(), tmp_path / "m.toml")).respondents
    assert own["djg_3_missing"].tolist()[3] == kind
    assert own["djg_3"].isna().to_numpy().nonzero()[0].tolist() == [3]


@pytest.mark.parametrize("label", LABELS)
def test_declared_code_by_mapping_is_missing_with_any_label(tmp_path, label):
    frame = people()
    frame["d"] = np.where(np.arange(len(frame)) == 5, 8.0, 1.0 + np.arange(len(frame)) % 3)
    raw = mapping(instrument=["DJG6", "DIRECT"])
    codes = {"1": "never", "2": "sometimes", "3": "often"}
    raw["variable"].append({"name": "direct", "column": "d", "codes": codes})
    frame.loc[5, "q4"] = 8.0
    frame.loc[5, "sx"] = 8.0
    names = ("q4", "d", "sx")
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(
        frame,
        path,
        variable_value_labels={name: {8: label} for name in names},
        missing_ranges={name: [8] for name in names},
    )
    own = read_mapped(path, write_mapping(raw, tmp_path / "m.toml")).respondents
    assert own.loc[5, ["djg_4", "direct", "sex"]].isna().all()
    assert own.loc[5, "direct_missing"] == LABELS[label]


def test_declared_sub_survey_counts_as_blank_and_is_not_kept(tmp_path):
    file = monitor_file(2016).change("MIDGV201", 2, 9.0)
    file.missing["MIDGV201"] = [9]
    survey = read_gezondheidsmonitor(file.write(tmp_path / "x.sav"), wave=2016)
    assert (("sub-survey of the respondent is blank (MIDGV201)", 1)) in survey.report.dropped
    file.missing["MIDGV201"] = []
    with pytest.raises(UnknownCodeError, match="'MIDGV201': code '9'"):
        read_gezondheidsmonitor(file.write(tmp_path / "y.sav"), wave=2016)


# ---------------------------------------------------------------- every source in SPSS

SPSS = [
    name
    for name, synthetic_file in SYNTHETIC_FILES.items()
    if synthetic_file.labelled and not synthetic_file.file.endswith(".dta")
]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Path and survey of each synthetic file, written and read once."""
    kept = {}

    def of(name):
        if name not in kept:
            path = tmp_path_factory.mktemp("source") / SYNTHETIC_FILES[name].file
            SYNTHETIC_FILES[name].make(path)
            kept[name] = path, read_quietly(SYNTHETIC_FILES[name], path)
        return kept[name]

    return of


def with_declared(path, folder, column, code, label):
    """Write a file, or one wave of a panel, with 55 for a code, declared missing and labelled."""
    target = folder / path.name
    if path.is_dir():
        shutil.copytree(path, target)
    else:
        for own in path.parent.glob(f"{path.stem}*"):
            shutil.copy(own, folder / own.name)
    file = next(target.glob(f"{column[:5]}*.sav")) if path.is_dir() else target
    frame, meta = pyreadstat.read_sav(file, user_missing=True)
    frame[column] = frame[column].replace({code: 55.0})
    labels = {**meta.variable_value_labels.get(column, {}), 55.0: label}
    changed_sav(file, file, frame=frame, labels={column: labels}, missing={column: [55.0]})
    return target


@pytest.mark.parametrize("label", ["Nee", "Geen opgave", "often", "xyz"])
@pytest.mark.parametrize("name", SPSS)
def test_declared_code_of_every_source_is_missing_and_nothing_else_moves(
    written, tmp_path, name, label
):
    path, sound = written(name)
    column, (low, _) = next(iter(SYNTHETIC_FILES[name].questions.items()))
    survey = read_quietly(SYNTHETIC_FILES[name], with_declared(path, tmp_path, column, low, label))
    before, after = sound.respondents, survey.respondents
    moved = [own for own in before if not before[own].equals(after[own])]
    answers = [own for own in moved if not own.endswith("_missing")]
    assert len(answers) == 1
    gone = after[answers[0]].isna() & before[answers[0]].notna()
    assert gone.any()
    assert len(set(before[answers[0]][gone])) == 1
    assert (after[answers[0]].isna() | (after[answers[0]] == before[answers[0]])).all()
