"""The codebook is complete, consistent and documented; its codes are those of the printed one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook, parse_codebook
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS
from eenzaam_stats.vocabulary import Answer, Category, MissingKind, Sex

CODEBOOK = load_codebook("gezondheidsmonitor")
YEARS = [2012, 2016, 2020, 2022, 2024]
ROWS = [(wave.year, variable) for wave in CODEBOOK.waves for variable in wave.variables]
# 11 items, 8 scores, 3 keys and region, 10 demographics.
N_ROWS_2016_IN_PRINTED_CODEBOOK = 32

MINIMAL = """
name = "x"
title = "X"
prefixes = []
[sources]
[[wave]]
year = 2022
population = "everyone"
population_evidence = "confirmed; page 1"
age_floor = 18
weights = ["w"]
weights_evidence = "confirmed; page 1"
stratum = "s"
stratum_evidence = "confirmed; page 1"
layout_evidence = "confirmed; page 1"
[[variable]]
name = "sex"
source_names = ["S"]
role = "demographic"
label_nl = "Geslacht"
codes = { 1 = ["men", "Man"], 9 = ["women", "Vrouw"] }
missing = { 8 = ["no_answer", "onbekend"] }
evidence = { 2022 = "confirmed; page 2" }
"""


def test_codebook_has_every_wave():
    assert CODEBOOK.years == tuple(YEARS)


@pytest.mark.parametrize("year", YEARS)
def test_every_wave_has_the_eleven_items_by_name_and_not_by_place(year):
    items = CODEBOOK.wave(year).items
    assert [item.name for item in items] == list(DJG_ITEMS)
    assert [item.source_names for item in items] == [(f"GGEEB2{n:02d}",) for n in range(1, 12)]


@pytest.mark.parametrize("year", YEARS)
def test_code_1_of_every_item_is_yes_and_code_3_is_no(year):
    for item in CODEBOOK.wave(year).items:
        values = {code: value for code, (value, _) in item.codes.items()}
        assert values == {1: Answer.YES, 2: Answer.MORE_OR_LESS, 3: Answer.NO}
        assert dict(item.missing) == {9: MissingKind.NO_ANSWER}


def test_no_code_is_both_valid_and_missing():
    assert len(ROWS) > 150
    assert [v.source_names for _, v in ROWS if v.codes.keys() & v.missing.keys()] == []


def test_every_row_says_how_well_it_is_documented():
    words = {variable.evidence_word for _, variable in ROWS}
    assert words == {"confirmed", "secondary", "unverified"}
    assert all(";" in variable.evidence for _, variable in ROWS)


def test_every_key_in_the_evidence_is_a_listed_source():
    texts = [variable.evidence for _, variable in ROWS]
    texts += [wave.weights_evidence + wave.stratum_evidence for wave in CODEBOOK.waves]
    texts += [wave.population_evidence + wave.layout_evidence for wave in CODEBOOK.waves]
    keys = {part.split("]")[0] for text in texts for part in text.split("[")[1:]}
    assert keys == set(CODEBOOK.sources)


def test_values_are_words_of_the_vocabulary():
    schema = {"sex": set(Sex), "published_category": set(Category)}
    checked = [variable for _, variable in ROWS if variable.name in schema]
    assert len(checked) >= 10
    for variable in checked:
        assert set(variable.values) <= schema[variable.name]


def test_every_harmonised_name_is_in_the_schema_or_a_score_of_the_file():
    names = {variable.name for _, variable in ROWS} - {"survey_year"}
    known = {column.name for column in COLUMNS}
    assert {name for name in names if not name.startswith("published_")} <= known


@pytest.mark.parametrize(
    ("year", "weights"),
    [
        (2012, ("weegfactor3",)),
        (2016, ("ewGGD", "weegfactor3")),
        (2020, ("ewGGDkern",)),
        (2022, ("ewGGD",)),
        (2024, ()),
    ],
)
def test_weight_for_loneliness_differs_by_wave(year, weights):
    wave = CODEBOOK.wave(year)
    assert wave.weights == weights
    assert not set(weights) & (wave.wrong_weights.keys() | wave.discouraged_weights.keys())


def test_9_is_a_region_and_8_is_not_lonely_and_99_is_the_unknown_total():
    wave = CODEBOOK.wave(2016)
    assert wave.variable("MIREB201").codes[9][0] == "GGD regio Utrecht"
    assert wave.variable("GGEES209").codes[8][0] is False
    assert wave.variable("GGEES203").codes[9][0] == 9
    assert dict(wave.variable("GGEES203").missing) == {99: MissingKind.NO_ANSWER}


@pytest.mark.parametrize("name", ["herkomst", "generatie"])
def test_unknown_that_the_file_does_not_declare_is_missing_all_the_same(name):
    variable = CODEBOOK.wave(2016).variable(name)
    assert variable.missing == {9: MissingKind.NO_ANSWER}
    assert not variable.declared_missing


def test_variable_is_found_in_any_case_and_unknown_names_are_listed():
    wave = CODEBOOK.wave(2022)
    assert wave.variable("ggeeb201") is wave.variable("GGEEB201")
    with pytest.raises(OptionError, match="source_name is 'GESLACHT2', which is not an option"):
        wave.variable("GESLACHT2")


def test_unknown_wave_lists_the_waves():
    with pytest.raises(OptionError, match=r"wave is 2018.*2012, 2016, 2020, 2022, 2024"):
        CODEBOOK.wave(2018)


def test_unknown_codebook_lists_the_codebooks():
    with pytest.raises(OptionError, match=r"codebook is 'lisa'.*'gezondheidsmonitor'"):
        load_codebook("lisa")


def test_overlap_of_valid_and_missing_codes_is_refused():
    with pytest.raises(SchemaError, match=r"code\(s\) \[9\] of S are both valid and missing"):
        parse_codebook(MINIMAL.replace("{ 8 =", "{ 9 ="))


def test_row_without_status_word_is_refused():
    with pytest.raises(SchemaError, match="S has evidence 'page 2', which has no status word"):
        parse_codebook(MINIMAL.replace("confirmed; page 2", "page 2"))


def test_unknown_role_is_refused():
    with pytest.raises(OptionError, match="role of S is 'person'"):
        parse_codebook(MINIMAL.replace('"demographic"', '"person"'))


def printed(cell: str) -> dict[int, str]:
    pairs = (pair.split("=", 1) for pair in cell.split("|") if pair)
    return {int(code): label for code, label in pairs}


def printed_rows(shared_data: Path) -> list[dict[str, str]]:
    path = shared_data.parent / "facts" / "codebooks" / "gezondheidsmonitor.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    return [row for row in csv.DictReader(text) if row["waves"] == "2016"]


@pytest.mark.witness
def test_codes_of_2016_are_those_of_the_printed_codebook(shared_data: Path):
    known = {name: v for v in CODEBOOK.wave(2016).variables for name in v.source_names}
    compared = 0
    for row in printed_rows(shared_data):
        if row["variable"] in known:
            own: Variable = known[row["variable"]]
            assert {code: said for code, (_, said) in own.codes.items()} == printed(row["codes"])
            assert set(own.missing) == set(printed(row["missing_codes"])), row["variable"]
            compared += 1
    assert compared == N_ROWS_2016_IN_PRINTED_CODEBOOK


@pytest.mark.witness
def test_missing_codes_are_declared_where_the_printed_codebook_says_so(shared_data: Path):
    notes = {row["variable"]: row["note"] for row in printed_rows(shared_data)}
    compared = 0
    for variable in CODEBOOK.wave(2016).variables:
        note = notes.get(variable.source_names[0], "")
        if variable.missing and note:
            # In the row of GGEES209 the words are about code 8; 9 is declared.
            declared = "NOT declared" not in note or variable.source_names[0] == "GGEES209"
            assert variable.declared_missing == declared, variable.source_names
            compared += 1
    assert compared > 20
