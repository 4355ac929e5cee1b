"""Overlaps and gaps of a codebook are errors that name the row; nothing is left to be implied."""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook, parse_codebook
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.vocabulary import MissingKind

HEAD = """
name = "x"
title = "X"
[sources]
[[wave]]
year = 2022
population = "everyone"
population_evidence = "confirmed; page 1"
age_floor = 18
weights_evidence = "confirmed; none is delivered"
layout_evidence = "confirmed; page 1"
[[variable]]
name = "person_id"
source_names = ["ID"]
role = "key"
kind = "text"
label_nl = "Sleutel"
evidence = { 2022 = "confirmed; page 2" }
"""
ROW = """
[[variable]]
name = "{name}"
source_names = ["S"]
role = "demographic"
label_nl = "Iets"
evidence = {{ 2022 = "{evidence}" }}
"""


def book(*lines: str, name: str = "sex", evidence: str = "confirmed; page 2") -> Variable:
    text = HEAD + ROW.format(name=name, evidence=evidence) + "\n".join(lines)
    return parse_codebook(text).wave(2022).variable("S")


def refused(message: str, *lines: str, name: str = "sex") -> None:
    with pytest.raises(SchemaError, match=message):
        book(*lines, name=name)


def test_codes_are_whole_numbers_or_words():
    variable = book(
        'codes = { 1 = ["men", "Man"], -2 = ["women", "Vrouw"], NL = ["other", "X"] }',
        'missing = { ".a" = ["dont_know", "Weet niet"] }',
    )
    assert list(variable.codes) == [1, -2, "NL"]
    assert dict(variable.missing) == {".a": MissingKind.DONT_KNOW}


def test_same_code_twice_names_the_row_and_both_value_rows():
    refused(
        r"row 2: value rows 1 and 3 of S are both about code 1\.$",
        'codes = { 1 = ["men", "Man"], 2 = ["women", "Vrouw"], 01 = ["other", "Anders"] }',
    )


def test_same_key_twice_names_the_row_of_the_variable():
    lines = ["[variable.codes]", '1 = ["men", "Man"]', '1 = ["women", "Vrouw"]']
    refused(r"codebook: Cannot overwrite a value .*, in variable row 2\.$", *lines)
    refused(
        r"codebook: Cannot overwrite .*, in variable row 2\.$",
        *lines,
        ROW.format(name="age", evidence="confirmed; page 2"),
    )


def test_code_that_is_valid_and_missing_names_the_row():
    refused(
        r"row 2: code\(s\) \[9\] of S are both valid and missing",
        'codes = { 1 = ["men", "Man"], 9 = ["women", "Vrouw"] }',
        'missing = { 9 = ["no_answer", "onbekend"] }',
    )


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (r"row 2: S is a free number and needs codes or a range", ['kind = "integer"']),
        (r"row 2: S is a free number and needs codes or a range", ['kind = "number"']),
        (r"runs from 99 down to 18", ['kind = "integer"', "range = [99, 18]"]),
        (
            r"row 2: code\(s\) \[99\] of S are in missing and inside its range \[18, 120\]",
            [
                'kind = "integer"',
                "range = [18, 120]",
                'missing = { 99 = ["no_answer", "onbekend"] }',
            ],
        ),
        (
            r"row 2: code\(s\) \[50\] of S are in codes and inside its range",
            ['kind = "integer"', "range = [18, 120]", 'codes = { 50 = [50, "vijftig"] }'],
        ),
        (
            r"row 2: the codes of S leave out \[2, 3\]",
            ['kind = "integer"', 'codes = { 0 = [0, "0"], 1 = [1, "1"], 4 = [4, "4"] }'],
        ),
        (
            r"row 2: code 1 of S has the label ' 2 ', which is another code",
            ['codes = { 1 = ["a", " 2 "], 2 = ["b", "1"] }'],
        ),
        (
            r"row 2: 'unknown' of S is no kind of missing\. Choose one of 'dont_know'",
            ['codes = { 1 = ["men", "Man"] }', 'missing = { 9 = ["unknown", "onbekend"] }'],
        ),
        (r"row 2: no shared list \[codes\.answers\]", ['codes = "answers"']),
    ],
)
def test_overlap_or_gap_within_a_row_is_refused(message, lines):
    refused(message, *lines)


@pytest.mark.parametrize(
    ("second", "message"),
    [
        ("25-39", r"row 2: bands 18-25 and 25-39 of S overlap"),
        ("27-39", r"row 2: bands 18-25 and 27-39 of S leave a gap"),
        ("20-21", r"row 2: bands 18-25 and 20-21 of S overlap"),
    ],
)
def test_age_bands_that_overlap_or_leave_a_gap_are_refused(second, message):
    codes = f'codes = {{ 1 = ["18-25", "a"], 2 = ["{second}", "b"], 3 = ["40+", "c"] }}'
    refused(message, codes, name="age_group")


def test_age_bands_without_hole_are_accepted_in_any_order():
    lines = 'codes = { 1 = ["40+", "a"], 2 = ["18-25", "b"], 3 = ["26-39", "c"] }'
    assert book(lines, name="age_group").values == ("40+", "18-25", "26-39")


def test_two_rows_that_read_one_name_into_one_column_are_refused():
    row = ROW.format(name="sex", evidence="confirmed; page 2").replace('"S"', '"s"')
    refused(r"rows 2 and 3: both read s into sex for 2022", row)


def test_row_without_a_field_or_a_name_in_the_file_is_refused_with_its_number():
    with pytest.raises(SchemaError, match=r"row 3: 'label_nl' is missing"):
        book("[[variable]]", 'name = "age"', 'role = "key"', 'evidence = { 2022 = "derived; x" }')
    text = HEAD + ROW.format(name="sex", evidence="confirmed; x").replace('["S"]', "[]")
    with pytest.raises(SchemaError, match=r"row 2: sex has no source_names"):
        parse_codebook(text)


def test_evidence_for_a_wave_that_is_not_there_is_refused():
    text = HEAD + ROW.format(name="sex", evidence="confirmed; x").replace("2022", "2021")
    with pytest.raises(SchemaError, match=r"row 2: evidence for wave\(s\) \['2021'\]"):
        parse_codebook(text)


def test_wave_without_a_field_is_refused():
    with pytest.raises(SchemaError, match=r"codebook x: 'age_floor' is missing"):
        parse_codebook(HEAD.replace("age_floor = 18\n", ""))


@pytest.mark.parametrize(
    ("evidence", "lines", "status"),
    [
        ("confirmed; p", [], "complete"),
        ("secondary; p", [], "complete"),
        ("derived; p", [], "complete"),
        ("unverified; p", [], "undetermined"),
        ("confirmed; p", ['status = "partial"'], "partial"),
        ("confirmed; p", ['status = { 2022 = "partial" }'], "partial"),
    ],
)
def test_status_is_stated_or_follows_from_the_evidence(evidence, lines, status):
    assert book('codes = { 1 = ["men", "Man"] }', *lines, evidence=evidence).status == status


def test_status_that_is_no_status_is_refused():
    with pytest.raises(OptionError, match="status of S is 'maybe'"):
        book('status = "maybe"')


def test_items_are_required_unless_the_row_says_otherwise():
    monitor = load_codebook("gezondheidsmonitor").wave(2022)
    assert monitor.mandatory_columns == tuple(f"djg_{number}" for number in range(1, 12))
    assert book("required = true").required
    assert not book().required


@pytest.mark.parametrize(
    ("line", "expected"),
    [("", None), ('else = "invalid"', MissingKind.INVALID), ('else = "rest"', "rest")],
)
def test_what_becomes_of_every_other_code_is_said_or_it_stops_the_reading(line, expected):
    variable = book('codes = { 1 = ["men", "Man"] }', line, name="origin")
    assert variable.otherwise == expected
    assert variable.values == (("men", "rest") if expected == "rest" else ("men",))


def test_wave_is_found_by_its_year_or_its_name():
    codebook = parse_codebook(
        HEAD.replace("year = 2022", 'year = 2022\nname = "B"').replace("2022 = ", "B = ")
    )
    assert codebook.wave("B") is codebook.wave(2022)
    with pytest.raises(
        OptionError, match=r"wave is 'C', which is not an option. Choose one of 'B'"
    ):
        codebook.wave("C")


@pytest.mark.parametrize("name", codebook_names())
def test_every_packaged_codebook_is_sound_and_every_key_in_its_evidence_is_a_source(name):
    codebook = load_codebook(name)
    texts = [row.evidence for wave in codebook.waves for row in wave.variables]
    texts += [wave.weights_evidence + wave.layout_evidence for wave in codebook.waves]
    keys = {part.split("]")[0] for text in texts for part in text.split("[")[1:]}
    assert texts
    assert keys <= set(codebook.sources)
