"""A label on a number: the number itself, a missing answer, or words that are never passed over."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import DesignError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column
from eenzaam_stats.loaders.harmonise.weighting import sound_weights
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey
from loaders.sources.monitor_files import monitor_file

# Every row of every codebook that is a free number, once per name and range.
NUMBERS: dict[str, Variable] = {
    f"{name} {variable.source_names[0]} {variable.bounds}": variable
    for name in ("gezondheidsmonitor", "eu_loneliness_survey", "liss", "ess", "lasa")
    for wave in load_codebook(name).waves
    for variable in wave.variables
    if variable.bounds is not None
}
KNOWN = {
    **{"geen opgave": "no_answer", "Onbekend": "no_answer", "niet beantwoord": "no_answer"},
    **{"keine Angabe": "no_answer", "k.A.": "no_answer", "unknown": "no_answer"},
    **{"Leeftijd onbekend": "no_answer", "Missing": "no_answer", "Overgeslagen": "no_answer"},
    **{"DK": "dont_know", "Don't know": "dont_know", "Dat weet ik niet": "dont_know"},
    **{"weiß nicht": "dont_know", "99 = weet niet": "dont_know", "geen mening": "dont_know"},
    **{"Refused": "refused", "verweigert": "refused", "wil niet zeggen": "refused"},
    **{"n.v.t.": "not_asked", "Question not asked": "not_asked", "nicht gefragt": "not_asked"},
    **{"ungültig": "invalid", "onleesbaar": "invalid"},
}


def inside(variable: Variable) -> list[int]:
    """Two numbers inside the range, the last of them with a label."""
    low, high = variable.bounds
    return [int(low), int(low) + 1 if high - low < 12 else int(low) + 9]


def read(variable, labels, *, values=None, as_text=False, declared=()):
    own = values or inside(variable)
    cells = [str(one) for one in own] if as_text else [float(one) for one in own]
    said = {str(code) if as_text else float(code): label for code, label in labels.items()}
    raw = RawColumn("x", pd.Series(cells), np.arange(1, len(own) + 1), said, declared)
    return harmonise_column(variable, raw, place="wave")


@pytest.mark.parametrize(("label", "kind"), KNOWN.items())
def test_known_word_means_its_kind_of_missing(label, kind):
    assert missing_kind(label).value == kind


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
@pytest.mark.parametrize("name", NUMBERS)
def test_known_word_on_a_number_inside_the_range_is_missing_for_every_variable(name, as_text):
    variable = NUMBERS[name]
    low, code = inside(variable)
    for label, kind in KNOWN.items():
        column = read(variable, {code: label}, as_text=as_text)
        assert column.values.isna().tolist() == [False, True], label
        assert dict(column.report().missing) == {kind: 1}
    assert read(variable, {code: f"{code}"}, as_text=as_text).values.tolist() == [low, code]


@pytest.mark.parametrize("as_text", [False, True], ids=["number", "text"])
@pytest.mark.parametrize("label", ["xyz", "?", "-", "kapot", "trifft nicht zu", "18-24", "tot 33"])
@pytest.mark.parametrize("name", NUMBERS)
def test_unknown_word_on_a_number_stops_or_is_reported_with_code_label_and_count(
    name, label, as_text
):
    variable = NUMBERS[name]
    low, code = inside(variable)
    values = [low, code, code]
    if variable.bounds[1] - variable.bounds[0] < 12 and label != "18-24":
        column = read(variable, {code: label}, values=values, as_text=as_text)
        note = f"x: read as the number although the file labels it: {code} {label!r} (2 row(s))"
        assert column.notes == (note,)
    else:
        sentence = re.escape(f"column 'x': code {code} (2 row(s), first in row 2) is labelled ")
        with pytest.raises(SchemaError, match=sentence):
            read(variable, {code: label}, values=values, as_text=as_text)


AGE = next(variable for name, variable in NUMBERS.items() if "LFT0109" in name)


@pytest.mark.parametrize(
    "label", ["99", "99 jaar", "99 years old", "99,0", "Leeftijd: 99", "099", "99 %"]
)
def test_label_that_is_the_number_itself_says_nothing(label):
    column = read(AGE, {99: label}, values=[40, 99])
    assert (column.values.tolist(), column.notes) == ([40, 99], ())


@pytest.mark.parametrize("label", ["99 jaar of ouder", "99+", "99 or older", "age 99 and over"])
def test_open_end_at_its_own_number_is_read_and_reported(label):
    column = read(AGE, {99: label}, values=[99, 40, 99])
    assert column.values.tolist() == [99, 40, 99]
    assert column.notes == (
        f"x: read as the number although the file labels it: 99 {label!r} (2 row(s))",
    )


@pytest.mark.parametrize(
    ("code", "label"),
    [(1, "18-24"), (18, "18 t/m 24 jaar"), (2, "25"), (3, "45 jaar"), (20, "20/24")],
)
def test_bands_and_other_numbers_are_no_ages(code, label):
    with pytest.raises(SchemaError, match=rf"code {code} \(1 row\(s\), first in row 1\)"):
        read(AGE, {code: label}, values=[code, 40])


def test_label_of_a_code_that_nobody_has_stops_nothing():
    assert read(AGE, {55: "kapot", 56: "18-24"}, values=[40, 41]).notes == ()


def test_declared_number_is_missing_with_any_label():
    column = read(AGE, {55: "kapot"}, values=[40, 55], declared=((55.0, 55.0),))
    assert dict(column.report().missing) == {"no_answer": 1}


def test_error_names_the_way_out_of_an_optional_column():
    with pytest.raises(SchemaError, match=r"labelled 'xyz' .* or leave out column 'age'\."):
        read(AGE, {99: "xyz"}, values=[99])


def test_age_of_the_monitor_with_words_is_missing_in_the_survey(tmp_path):
    file = monitor_file(2016).change("LFT0109", 3, 98.0).change("LFT0109", 4, 97.0)
    file.labels["LFT0109"] = {98: "geen opgave", 97: "DK"}
    survey = read_gezondheidsmonitor(file.write(tmp_path / "x.sav"), wave=2016)
    assert survey.respondents["age"].isna().sum() == 2
    (age,) = [column for column in survey.report.columns if column.name == "age"]
    assert dict(age.missing) == {"dont_know": 1, "no_answer": 1}


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta"])
def test_age_by_mapping_is_missing_or_refused_in_every_format_with_labels(tmp_path, suffix):
    frame = people()
    frame.loc[[2, 5], "lft"] = 99.0
    frame.loc[frame["lft"] == 98, "lft"] = 50.0
    path, toml = tmp_path / f"x{suffix}", write_mapping(mapping(), tmp_path / "m.toml")
    write_survey(frame.astype({"lft": "int32"}), path, {"lft": {99: "keine Angabe"}})
    assert read_mapped(path, toml).respondents["age"].isna().sum() == 2
    write_survey(frame.astype({"lft": "int32"}), path, {"lft": {99: "kwijt"}})
    with pytest.raises(SchemaError, match=r"'lft': code 99 \(2 row.* row 3\) is labelled 'kwijt'"):
        read_mapped(path, toml)


# ---------------------------------------------------------------- design


def weights(values, labels):
    rows = np.arange(1, len(values) + 1)
    return sound_weights(RawColumn("w", pd.Series(values), rows, labels, ()), place="wave")


def test_weight_whose_label_means_missing_is_refused_as_blank():
    with pytest.raises(DesignError, match=r"'w' is blank, zero.* 1 row\(s\), first in row 2"):
        weights([1.5, 99.0], {99.0: "onbekend"})


def test_weight_with_other_words_is_refused_with_label_and_count():
    with pytest.raises(DesignError, match=r"is 99 in 2 row\(s\), first in row 2.*'niet gebruiken'"):
        weights([1.5, 99.0, 99.0], {99.0: "niet gebruiken"})
    assert weights([1.5, 2.0], {2.0: "2", 99.0: "niet gebruiken"}).tolist() == [1.5, 2.0]


@pytest.mark.parametrize("text", [False, True], ids=["number", "text"])
@pytest.mark.parametrize("what", ["stratum", "cluster"])
def test_stratum_and_cluster_labelled_unknown_are_refused_as_blank(tmp_path, what, text):
    frame = people()
    label = {9: "Onbekend"}
    frame.loc[3, "s"] = 9
    if text:
        frame["s"], label = frame["s"].map(str).astype(object), {"9": "Onbekend"}
    raw = mapping()
    raw["design"] = {"weight": "w", what: "s"}
    path = tmp_path / "x.sav"
    pyreadstat.write_sav(frame, path, variable_value_labels={"s": label})
    with pytest.raises(
        DesignError, match=rf"the {what} 's' is blank in 1 row\(s\), first in row 4"
    ):
        read_mapped(path, write_mapping(raw, tmp_path / "m.toml"))


@pytest.mark.parametrize("name", ["GGEES203", "GGEES204", "GGEES205"])
def test_words_on_a_published_score_are_missing_refused_or_reported_with_their_count(
    tmp_path, name
):
    file = monitor_file(2016)
    counted = file.columns[name].count(3.0)
    file.labels[name] = {3: "xyz"}
    survey = read_gezondheidsmonitor(file.write(tmp_path / "x.sav"), wave=2016)
    note = f"{name}: read as the number although the file labels it: 3 'xyz' ({counted} row(s))"
    assert note in survey.report.notes
    file.labels[name] = {3: "geen opgave"}
    with pytest.raises(SchemaError, match=f"'{name}': code 3 is labelled 'geen opgave'"):
        read_gezondheidsmonitor(file.write(tmp_path / "y.sav"), wave=2016)
