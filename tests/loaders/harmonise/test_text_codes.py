"""Codes stored as text carry labels too: the same answers, and the same refusals, as numbers."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import eenzaam_stats
from eenzaam_stats.errors import EenzaamStatsError, ScaleError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column
from eenzaam_stats.loaders.harmonise.reading import read_survey
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.synthetic.sources import synthesise
from loaders.formats.text_sav import plain_word, text_copy, text_sav
from loaders.mapping.mapped_files import mapping, people, write_mapping
from synthetic.synthetic_files import SYNTHETIC_FILES, read_quietly

# Sources that are delivered in SPSS; Stata has no labels on text.
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


@pytest.mark.parametrize(
    "word",
    [plain_word, lambda code: f"{code:.1f}", lambda code: f" {code:g}"],
    ids=["1", "1.0", "blank before"],
)
@pytest.mark.parametrize("name", SPSS)
def test_text_codes_with_right_labels_give_the_same_respondents(written, tmp_path, name, word):
    path, sound = written(name)
    survey = read_quietly(SYNTHETIC_FILES[name], text_copy(path, tmp_path, word=word))
    pd.testing.assert_frame_equal(survey.respondents, sound.respondents)


@pytest.mark.parametrize("name", SPSS)
def test_text_codes_with_turned_labels_stop_as_numbers_do(written, tmp_path, name):
    path, _ = written(name)
    column, (low, high) = next(iter(SYNTHETIC_FILES[name].questions.items()))
    file = next(path.glob(f"{column[:5]}*.sav")) if path.is_dir() else path
    labels = pyreadstat.read_sav(file, metadataonly=True)[1].variable_value_labels[column]
    turned = {**labels, low: labels[high], high: labels[low]}
    changed = text_copy(path, tmp_path, labels={column: turned})
    with pytest.raises(EenzaamStatsError, match=re.escape(column)) as stop:
        read_quietly(SYNTHETIC_FILES[name], changed)
    assert isinstance(stop.value, ScaleError | SchemaError)
    assert re.search(rf"code ({low}|{high}) is labelled", str(stop.value))


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
@pytest.mark.parametrize(
    ("column", "labels"),
    [
        ("AGGSA202", {1: "vrouw", 2: "man"}),
        ("AGGSA202", {1: "Female", 2: "Male"}),
        ("GGEES217", {0: "ja", 1: "nee"}),
        ("GGEES208", {0: "Is zeer ernstig eenzaam", 3: "Is niet eenzaam"}),
        ("MIREB201", {9: "GGD Flevoland"}),
    ],
)
def test_turned_labels_of_any_variable_stop_for_text_and_numbers(tmp_path, suffix, column, labels):
    path = tmp_path / "gm.sav"
    synthesise("gezondheidsmonitor", path, wave=2022, n=1000)
    said = []
    for target, make in (("number", None), ("text", text_sav)):
        file = tmp_path / f"{target}{suffix}"
        if make:
            make(path, file, labels={column: labels})
        else:
            frame, meta = pyreadstat.read_sav(path, user_missing=True)
            own = {**meta.variable_value_labels, column: labels}
            pyreadstat.write_sav(
                frame, file, variable_value_labels=own, missing_ranges=meta.missing_ranges
            )
        with pytest.raises(SchemaError, match=f"'{column}': code . is labelled") as stop:
            read_gezondheidsmonitor(file, wave=2022)
        said.append(str(stop.value))
    assert said[0] == said[1]


def test_fast_reader_hears_labels_of_text_codes(tmp_path):
    pytest.importorskip("polars_readstat")
    wave = load_codebook("gezondheidsmonitor").wave(2022)

    def fast(path):
        return read_survey(open_file(path, reader="fast"), wave, source="gezondheidsmonitor")

    path = tmp_path / "gm.sav"
    synthesise("gezondheidsmonitor", path, wave=2022, n=1000)
    text = text_sav(path, tmp_path / "text.sav")
    pd.testing.assert_frame_equal(fast(text).respondents, fast(path).respondents)
    labels = {"AGGSA202": {1: "vrouw", 2: "man"}}
    turned = text_sav(path, tmp_path / "turned.sav", labels=labels)
    with pytest.raises(SchemaError, match="'AGGSA202': code 1 is labelled 'vrouw'"):
        fast(turned)


# ---------------------------------------------------------------- codes that are no numbers

LETTERS = {1.0: "A1", 2.0: "A2", 3.0: "A3", 9.0: "X"}


def lettered(folder: Path, labels: dict[str, str], **meta) -> Path:
    """Six items with the codes A1, A2, A3 and X."""
    frame = people()
    names = [name for name in frame if name.startswith("q")]
    for name in names:
        frame[name] = frame[name].map(LETTERS).astype(object)
    path = folder / "letters.sav"
    said = dict.fromkeys(names, labels)
    pyreadstat.write_sav(frame, path, variable_value_labels=said, **meta)
    return path


def letter_mapping(folder: Path, missing: dict[str, str] | None = None) -> Path:
    raw = mapping()
    for row in raw["variable"][:6]:
        row["codes"] = {"A1": "yes", "A2": "more_or_less", "A3": "no"}
        row["missing"] = missing or {}
    return write_mapping(raw, folder / "mine.toml")


def test_letters_with_right_labels_are_read_and_with_turned_ones_refused(tmp_path):
    right = lettered(tmp_path, {"A1": "Ja", "A2": "Min of meer", "A3": "Nee", "X": "Weet niet"})
    own = read_mapped(right, letter_mapping(tmp_path)).respondents
    assert own["djg_3"].tolist()[:3] == ["yes", "more_or_less", "no"]
    assert own["djg_3_missing"].tolist()[3] == "dont_know"
    turned = lettered(tmp_path, {"A1": "Nee", "A2": "Min of meer", "A3": "Ja", "X": "Weet niet"})
    with pytest.raises(ScaleError, match=r"'q3': code A1 is labelled 'Nee'.* mapped to 'yes'"):
        read_mapped(turned, letter_mapping(tmp_path))


def test_label_of_a_missing_letter_gives_its_kind_over_the_mapping(tmp_path):
    path = lettered(tmp_path, {"X": "Weigert"})
    own = read_mapped(path, letter_mapping(tmp_path, {"X": "no_answer"})).respondents
    assert own["djg_3_missing"].tolist()[3] == "refused"


def test_nine_as_text_labelled_unknown_is_missing_in_every_kind_of_variable(tmp_path):
    frame = people().assign(sx=lambda own: own["sx"].map(plain_word).astype(object))
    frame["lft"] = frame["lft"].map(plain_word).astype(object)
    frame.loc[2, ["sx", "lft"]] = ["9", "99"]
    frame.loc[4, "lft"] = "099"
    path = tmp_path / "x.sav"
    labels = {"sx": {"1": "Man", "2": "Vrouw", "9": "weet niet"}, "lft": {"99": "geen opgave"}}
    pyreadstat.write_sav(frame, path, variable_value_labels=labels)
    survey = read_mapped(path, write_mapping(mapping(), tmp_path / "m.toml"))
    missing = {column.name: column.missing for column in survey.report.columns}
    assert missing["sex"] == (("dont_know", 1),)
    assert missing["age"] == (("no_answer", 2),)
    assert survey.respondents["age"].isna().to_numpy().nonzero()[0].tolist() == [2, 4]


def test_two_labels_of_one_text_code_that_differ_stop_the_reading():
    variable = load_codebook("gezondheidsmonitor").wave(2016).variable("GGEEB201")
    values, rows = pd.Series(["1", "01"]), np.array([1, 2])
    raw = RawColumn("GGEEB201", values, rows, {"1": "Ja", "01": "Nee"}, ())
    with pytest.raises(SchemaError, match=r"code 1 has two labels in the file, 'Ja' and 'Nee'"):
        harmonise_column(variable, raw, place="wave")
    same = RawColumn("GGEEB201", values, rows, {"1": "Ja", "01": "ja"}, ())
    assert harmonise_column(variable, same, place="wave").values.tolist() == ["yes", "yes"]


# ---------------------------------------------------------------- one place


def test_labels_of_a_file_are_looked_up_in_one_place():
    """Whoever reads labels by a code of its own would miss those of text codes."""
    folder = Path(eenzaam_stats.__file__).parent
    found = {
        path.stem for path in folder.rglob("*.py") if "value_labels.get(" in path.read_text("utf-8")
    }
    # two make a raw column of it, which is keyed when it is harmonised; findings asks for any label
    assert found == {"file_labels", "selection", "wave", "findings"}
