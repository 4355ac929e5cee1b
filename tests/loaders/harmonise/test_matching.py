"""Names of a file against names of the codebook."""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import SchemaError, SourceError, UnknownColumnError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.harmonise.matching import NameIndex, match_variables

WAVE = load_codebook("gezondheidsmonitor").wave(2016)
ITEMS = tuple(item.source_names[0] for item in WAVE.items)


def index(*names: str) -> NameIndex:
    return NameIndex(names, WAVE.prefixes)


def columns(*names: str) -> dict[str, str]:
    matches, _ = match_variables(WAVE, index(*names), file="gm.sav")
    return {match.variable.name: match.column for match in matches}


@pytest.mark.parametrize("prefix", ["", "VO_", "JV_", "J_", "KM_", "vo_"])
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
def test_items_are_found_with_any_prefix_in_any_case(prefix, case):
    names = [case(prefix + name) for name in ITEMS]
    assert list(columns(*names).values()) == names


def test_name_that_matches_twice_is_refused():
    with pytest.raises(SchemaError, match=r"GGEEB201 .* matches \['GGEEB201', 'VO_GGEEB201'\]"):
        columns(*ITEMS, "VO_GGEEB201")


def test_name_is_not_matched_as_a_part_of_another():
    assert index("GGEEB2010", "XGGEEB201", "GGEEB20").find("GGEEB201") is None


def test_first_choice_of_the_codebook_wins_and_absent_columns_are_listed():
    matches, absent = match_variables(WAVE, index(*ITEMS, "herkomst", "etnicat"), file="gm.sav")
    assert {match.variable.name: match.column for match in matches}["origin"] == "etnicat"
    assert {"sex", "region", "published_total"} <= set(absent)
    assert "origin" not in absent


def test_absent_items_are_all_named():
    with pytest.raises(UnknownColumnError, match=r"\['GGEEB205', 'GGEEB211'\]") as caught:
        columns(*(name for name in ITEMS if name not in ("GGEEB205", "GGEEB211")))
    assert caught.value.exit_code == 3
    assert "Gezondheidsmonitor 2016 (gm.sav)" in str(caught.value)


def test_misspelt_item_is_suggested_and_a_present_item_is_not():
    names = (*ITEMS[:-1], "GGEEB21l")
    with pytest.raises(UnknownColumnError, match=r"Did you mean \['GGEEB21l'\]\?"):
        columns(*names)


def test_file_of_another_survey_gets_one_sentence():
    with pytest.raises(SourceError, match="does not look like the Gezondheidsmonitor of 2016"):
        columns("cs08a284", "cs08a285", "nomem_encr")


def test_columns_that_look_like_weights_are_listed():
    assert index("ewGGD", "VO_ewCBSGGD", "weegfactor1", "GGEEB201").weights() == (
        "ewGGD",
        "VO_ewCBSGGD",
        "weegfactor1",
    )
