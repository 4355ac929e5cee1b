"""A reversed coding of the answers is caught in the synthetic file of every source.

What only this file sees: one rule over all sources. Codes that are turned round under labels that
stay must fail the direction check; codes and labels that are turned round together are the other
coding, and the labels refuse it. The unchanged file passes.
"""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import ScaleError, SchemaError
from eenzaam_stats.loaders.sources.lasa import read_lasa
from eenzaam_stats.synthetic.sources import SYNTHESISERS, synthesise
from synthetic.synthetic_files import LISS_YEARS, SYNTHETIC_FILES, read_quietly, reversed_file

# Its scores are categories and flags: what is turned round consistently contradicts the flags only.
WITHOUT_ITEMS = "gmjv"
WITH_ITEMS = [name for name in SYNTHETIC_FILES if name != WITHOUT_ITEMS]
BLOCKS = [
    (name, block)
    for name, synthetic_file in SYNTHETIC_FILES.items()
    for block in synthetic_file.blocks
]
LABELLED = [name for name, synthetic_file in SYNTHETIC_FILES.items() if synthetic_file.labelled]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Path of each synthetic file, written once."""
    paths = {}

    def path_of(name):
        if name not in paths:
            paths[name] = tmp_path_factory.mktemp("synthetic") / SYNTHETIC_FILES[name].file
            SYNTHETIC_FILES[name].make(paths[name])
        return paths[name]

    return path_of


def directions(survey):
    return [check for check in survey.report.checks if check.name == "direction"]


def test_every_source_with_a_twin_is_here_when_a_source_is_added_then_so_is_its_twin():
    assert {synthetic_file.source for synthetic_file in SYNTHETIC_FILES.values()} == {
        *SYNTHESISERS,
        "mapped",
    }
    assert len(SYNTHETIC_FILES) == 14


@pytest.mark.parametrize("name", SYNTHETIC_FILES)
def test_direction_when_the_twin_is_unchanged_then_passes(written, name):
    found = directions(SYNTHETIC_FILES[name].read(written(name)))
    assert len(found) == {"liss": len(LISS_YEARS), "share": 2}.get(
        name, 2 if name.startswith(("eu", "mapped UCLA3")) else 1
    )
    expected = [None, True] if name == "mapped UCLA3" else [True] * len(found)
    assert [check.passed for check in found] == expected


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_direction_when_the_codes_of_one_block_are_reversed_then_fails(
    written, tmp_path, name, block
):
    synthetic_file = SYNTHETIC_FILES[name]
    survey = read_quietly(
        synthetic_file, reversed_file(written(name), tmp_path, synthetic_file.blocks[block])
    )
    failed = [check for check in directions(survey) if check.passed is False]
    assert failed
    assert "wrong direction" in failed[0].message


@pytest.mark.parametrize("name", WITH_ITEMS)
def test_direction_when_the_codes_of_every_question_are_reversed_then_fails(
    written, tmp_path, name
):
    synthetic_file = SYNTHETIC_FILES[name]
    survey = read_quietly(
        synthetic_file, reversed_file(written(name), tmp_path, synthetic_file.questions)
    )
    failed = [check for check in directions(survey) if check.passed is False]
    assert len(failed) == (len(LISS_YEARS) if name == "liss" else 1)


def test_direction_when_there_are_no_items_then_reversed_categories_contradict_the_flags(
    written, tmp_path
):
    synthetic_file = SYNTHETIC_FILES[WITHOUT_ITEMS]
    survey = read_quietly(
        synthetic_file, reversed_file(written(WITHOUT_ITEMS), tmp_path, synthetic_file.questions)
    )
    (direction,) = directions(survey)
    assert direction.passed is True
    agreement = [check.passed for check in survey.report.checks if check.name == "agreement"]
    assert agreement == [False, False]


@pytest.mark.parametrize(("flag", "fails"), [("LVEES403", [0]), ("LVEES404", [1])])
def test_agreement_when_the_codes_of_a_flag_are_reversed_then_fails(written, tmp_path, flag, fails):
    synthetic_file = SYNTHETIC_FILES[WITHOUT_ITEMS]
    survey = read_quietly(
        synthetic_file, reversed_file(written(WITHOUT_ITEMS), tmp_path, {flag: (0, 1)})
    )
    agreement = [check.passed for check in survey.report.checks if check.name == "agreement"]
    assert [place for place, passed in enumerate(agreement) if passed is False] == fails


@pytest.mark.parametrize("name", LABELLED)
def test_labels_when_codes_and_labels_are_reversed_together_then_reading_is_refused(
    written, tmp_path, name
):
    synthetic_file = SYNTHETIC_FILES[name]
    path = reversed_file(written(name), tmp_path, synthetic_file.questions, labels=True)
    with pytest.raises((ScaleError, SchemaError), match=r"code [0-5] is labelled '.*in the file"):
        read_quietly(synthetic_file, path)


@pytest.mark.parametrize("wave", ["2B", "J"])
def test_direction_when_a_file_has_scores_only_then_no_check_claims_to_have_passed(tmp_path, wave):
    """Delivered scores of LASA without statements: there is nothing to compare them with."""
    synthesise("lasa", tmp_path / "x.sav", wave=wave)
    survey = read_lasa(tmp_path / "x.sav", wave=wave)
    assert directions(survey) == []
    assert any("nothing can be scored" in note for note in survey.report.notes)
