"""The example mappings of the young people's surveys: sound, readable and marked as unverified."""

from __future__ import annotations

import tomllib

import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import OptionError, ScaleError, SchemaError, UnknownColumnError
from eenzaam_stats.loaders.codebook.template import (
    EXAMPLES,
    TEMPLATES,
    UNVERIFIED,
    mapping_template,
    write_template,
)
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapped
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from loaders.mapping.mapped_files import write_survey


@pytest.fixture
def written(tmp_path):
    """Write an example mapping and a file of ten pupils in its layout."""

    def write(name, labels=None, **changes):
        text = mapping_template(name)
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
        columns = {row["name"]: row["column"] for row in tomllib.loads(text)["variable"]}
        pupils = pd.DataFrame(
            {
                "direct": [1.0, 1, 1, 1, 2, 2, 3, 3, 4, 5],
                "sex": [1.0, 2] * 5,
                "age": [12.0, 13, 14, 15, 16] * 2,
            }
        ).assign(**changes)
        frame = pupils[list(columns)].rename(columns=columns)
        path = write_survey(frame, tmp_path / "pupils.sav", labels)
        return path, tmp_path / f"{name}.toml"

    return write


def test_mapping_of_the_youth_monitor_has_the_standard_of_june_2025(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(mapping_template("gmj"), "utf-8")
    assert all(check.passed is not False for check in check_mapping(path))
    (row,) = tomllib.loads(mapping_template("gmj"))["variable"]
    # Standard Eenzaamheid-1219-vragenlijst-kind, version 2, 21 July 2025.
    assert row["column"] == "SBEZK301"
    assert [label for _, label in row["codes"].values()] == [
        *("Nooit", "Bijna nooit", "Soms", "Vaak", "(Bijna) altijd"),
    ]
    assert row["missing"] == {"9": ["no_answer", "Onbekend"]}


def test_file_in_the_standard_of_june_2025_is_read_with_its_labels_and_declared_missing(tmp_path):
    words = {1: "Nooit", 2: "Bijna nooit", 3: "Soms", 4: "Vaak", 5: "(Bijna) altijd", 9: "Onbekend"}
    answers = [1.0] * 40 + [2.0] * 30 + [3.0] * 20 + [4.0] * 6 + [5.0] * 3 + [9.0]
    pyreadstat.write_sav(
        pd.DataFrame({"SBEZK301": answers}),
        tmp_path / "gmj.sav",
        variable_value_labels={"SBEZK301": words},
        missing_ranges={"SBEZK301": [9]},
    )
    mapping = write_template("gmj", tmp_path / "gmj.toml")
    survey = score(read_mapped(tmp_path / "gmj.sav", mapping), DIRECT)
    # Nine of the 99 who answered say often or (almost) always.
    flag = survey.respondents["often_or_always_lonely"]
    assert (flag.sum(), flag.notna().sum()) == (9, 99)
    assert survey.respondents["direct_missing"].dropna().tolist() == ["no_answer"]


@pytest.mark.parametrize("name", UNVERIFIED)
def test_example_has_no_problem_and_says_that_its_layout_is_unverified(name, tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(mapping_template(name), "utf-8")
    assert all(check.passed is not False for check in check_mapping(path))
    assert mapping_template(name).startswith("# UNVERIFIED LAYOUT.")
    source = tomllib.loads(mapping_template(name))["source"]
    assert source["evidence"] == "unverified"
    assert source["note"].startswith("unverified layout")


@pytest.mark.parametrize("name", EXAMPLES)
def test_file_in_the_layout_is_read_onto_the_direct_question(name, written):
    survey = score(read_mapped(*written(name)), DIRECT)
    assert survey.respondents["direct"].value_counts().to_dict() == {
        **{"never": 4, "rarely": 2, "sometimes": 2, "often": 1, "always": 1},
    }
    # Two of ten answer 4 or 5.
    assert survey.respondents["often_or_always_lonely"].sum() == 2
    said = any("unverified layout" in note for note in survey.report.notes)
    assert said == (name in UNVERIFIED)
    assert any("every figure is unweighted" in note for note in survey.report.notes)


@pytest.mark.parametrize("name", EXAMPLES)
def test_file_with_labels_in_the_opposite_order_is_refused(name, written):
    column = tomllib.loads(mapping_template(name))["variable"][0]["column"]
    labels = {column: {1: "Altijd", 2: "Vaak", 3: "Soms", 4: "Zelden", 5: "Nooit"}}
    with pytest.raises((ScaleError, SchemaError), match="code 1 is labelled 'Altijd'"):
        read_mapped(*written(name, labels))


@pytest.mark.parametrize("name", EXAMPLES)
def test_file_with_other_names_is_refused(name, written, tmp_path):
    _, mapping = written(name)
    other = write_survey(pd.DataFrame({"V1": [1.0, 2.0]}), tmp_path / "other.sav")
    with pytest.raises(UnknownColumnError, match="needs column"):
        read_mapped(other, mapping)


def test_examples_are_written_like_templates_and_are_no_templates_to_fill_in(tmp_path):
    assert set(EXAMPLES).isdisjoint(TEMPLATES)
    for name in EXAMPLES:
        written = write_template(name, tmp_path / f"{name}.toml")
        assert written.read_text("utf-8") == mapping_template(name)


def test_example_that_does_not_exist_is_refused():
    with pytest.raises(OptionError, match=r"template is 'peil'.*'gmj', 'hbsc'"):
        mapping_template("peil")
