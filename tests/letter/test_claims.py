"""The statements as data: complete, in our own words, and refused when they have a fault."""

from __future__ import annotations

import csv
import re

import pytest

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.claims import parse_claims, read_claims
from eenzaam_stats.letter.ledger import Alternative, Basis, Claim, Kind, Theme, Unit, read_text
from eenzaam_stats.letter.wording import percent_range, quantity
from eenzaam_stats.vocabulary import label

# The list of facts has 57 statements; reading the letter from start to end added 23.
FACT_SHEET, ADDED = 57, 23
COPIED_WORDS = 6

VALID = {
    "id": '"one-in-three"',
    "theme": '"health"',
    "page": '"4"',
    "kind": '"ratio"',
    "statement_nl": '"Een op de drie."',
    "statement_en": '"One in three."',
    "printed": '"een op de drie"',
    "cited": '"note 1"',
    "unit": '"percent"',
    "decimals": "1",
    "low": "33.0",
    "high": "33.4",
    "bounds_nl": '"Een derde."',
    "bounds_en": '"One third."',
    "basis": '"same"',
    "method_nl": '"Lees."',
    "method_en": '"Read."',
    "inputs": '["ssw"]',
    "source_url": '""',
    "caveat_nl": '""',
    "caveat_en": '""',
}


def toml(changes: dict[str, str | None] | None = None) -> str:
    fields = {**VALID, **(changes or {})}
    lines = [f"{name} = {value}" for name, value in fields.items() if value is not None]
    return "\n".join(["[[claim]]", *lines, ""])


def test_ledger_when_read_then_it_has_every_statement_once_in_the_order_of_the_report():
    claims = read_claims()
    assert len(claims) == len({claim.id for claim in claims}) == FACT_SHEET + ADDED
    order = [list(Theme).index(claim.theme) for claim in claims]
    assert order == sorted(order)
    assert {claim.theme for claim in claims} == set(Theme)


@pytest.mark.witness
def test_ledger_when_compared_with_the_list_of_facts_then_none_is_absent(shared_data):
    with (shared_data / "published" / "letter_claims.csv").open(encoding="utf-8") as file:
        ids = {row["claim_id"] for row in csv.DictReader(file)}
    assert len(ids) == FACT_SHEET
    assert ids - {claim.id for claim in read_claims()} == set()


@pytest.mark.witness
def test_statement_when_compared_with_the_letter_then_no_six_words_are_copied(letter_text):
    def words(text: str) -> list[str]:
        return re.findall(r"\w+", text.lower())

    letter = words(letter_text)
    runs = {tuple(letter[i : i + COPIED_WORDS]) for i in range(len(letter))}
    compared, copied = 0, []
    for claim in read_claims():
        for name in ("statement_nl", "printed", "method_nl", "caveat_nl", "bounds_nl"):
            text = words(getattr(claim, name))
            compared += 1
            for i in range(len(text) - COPIED_WORDS + 1):
                run = tuple(text[i : i + COPIED_WORDS])
                copied += [(claim.id, name, run)] if run in runs else []
    assert copied == []
    assert compared == 5 * (FACT_SHEET + ADDED)


def test_judgement_when_read_then_it_has_nothing_to_test():
    judgements = [claim for claim in read_claims() if claim.basis is Basis.JUDGEMENT]
    assert {claim.kind for claim in judgements} == {Kind.JUDGEMENT}
    assert {claim.interval for claim in judgements} == {None}
    assert len(judgements) == 27


def test_interval_when_the_claim_is_tested_then_it_is_there_or_recomputed():
    without = {
        claim.id
        for claim in read_claims()
        if claim.basis not in (Basis.JUDGEMENT, Basis.NONE) and claim.interval is None
    }
    assert without == {"rivm-6.8-to-7.6-million"}


@pytest.mark.parametrize(
    ("claim_id", "low", "high"),
    [
        # "ruim N": from N up to the next unit of its last digit that is not zero
        ("gm-2022-strongly-lonely", 14, 15),
        ("persons-854-thousand", 854_000, 855_000),
        ("foreign-born-ratio", 2, 3),
        ("government-people-600-thousand", 600, 700),
        # "ongeveer N" or "rond N": a quarter of N either side
        ("government-jobs-five-percent", 0.75 * 5, 1.25 * 5),
        ("children-9-16-around-ten", 0.75 * 10, 1.25 * 10),
        # "bijna N": from half a unit below N to N
        ("ssw-2023-strongly-lonely", 10.5, 11),
        # a plain number: half a unit either side
        ("gm-fourteen-restated", 13.5, 14.5),
        ("six-years-on", 5.5, 6.5),
    ],
)
def test_interval_when_the_wording_has_a_rule_then_the_bounds_follow_it(claim_id, low, high):
    claim = next(claim for claim in read_claims() if claim.id == claim_id)
    # An upper bound that is itself excluded stands at most 1 % of the unit or one person below it.
    assert claim.low == low
    assert high - max(1, 0.01 * high) <= claim.high <= high


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"theme": '"weather"'}, r"claim 'one-in-three', field 'theme' is 'weather'.*'policy'"),
        ({"basis": '"vague"'}, r"field 'basis' is 'vague'. Choose one of 'same', 'conditional'"),
        ({"unit": '"furlong"'}, r"field 'unit' is 'furlong'"),
        ({"statement_en": '""'}, r"field 'statement_en' is empty. Write it in both languages"),
        ({"statement_nl": None}, r"field 'statement_nl' is missing. Add it"),
        ({"caveat_nl": '"Let op."'}, r"field 'caveat_en' is empty. Write it in both"),
        ({"low": "40.0"}, r"field 'low' is 40, above high 33.4. Swap the bounds"),
        ({"high": None}, r"field 'high' is missing while the other bound is there"),
        ({"low": '"many"'}, r"field 'low' is 'many'. Write a number"),
        ({"decimals": "1.5"}, r"field 'decimals' is 1.5. Write a whole number"),
        ({"decimals": "true"}, r"field 'decimals' is True. Write a whole number"),
        ({"printed": "3"}, r"field 'printed' is 3. Write text"),
        ({"inputs": '"ssw"'}, r"field 'inputs' is 'ssw'. Write a list"),
        ({"bounds_nl": '""', "bounds_en": '""'}, r"field 'bounds_en' is empty. Say why"),
        ({"colour": '"red"'}, r"field 'colour' is not a field of a claim. Choose among 'id'"),
        ({"id": '"One In Three"'}, r"field 'id' is not in kebab case"),
        ({"kind": '"judgement"'}, r"field 'basis' is 'same' with kind 'judgement'"),
        ({"basis": '"conditional"'}, r"field 'caveat_en' is empty with basis 'conditional'"),
        ({"statement_en": f'"{"word " * 31}"'}, r"'statement_en' has 31 words. Use at most 30"),
    ],
)
def test_claim_when_it_has_a_fault_then_the_message_names_claim_and_field(changes, message):
    assert len(parse_claims(toml())) == 1
    with pytest.raises(SchemaError, match=message):
        parse_claims(toml(changes))


def test_claims_when_an_id_occurs_twice_then_it_is_refused():
    with pytest.raises(SchemaError, match="'one-in-three', field 'id' occurs more than once"):
        parse_claims(toml() + toml())


def test_claim_when_parsed_then_words_become_their_own_types():
    claim = parse_claims(toml())[0]
    assert isinstance(claim, Claim)
    assert (claim.theme, claim.unit, claim.basis) == (Theme.HEALTH, Unit.PERCENT, Basis.SAME)
    assert (claim.interval, claim.inputs, claim.decimals) == ((33.0, 33.4), ("ssw",), 1)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_words_when_asked_in_either_language_then_every_theme_and_unit_has_one(language):
    assert len({label(f"theme.{theme}", language) for theme in Theme}) == len(Theme)
    for unit in Unit:
        value = 202107 if unit is Unit.MONTH else 12
        assert quantity(value, unit=unit, decimals=0, language=language)
    assert read_text(Alternative("adults", "volwassenen", 1.0), "label", language)


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "nl", "en"),
    [
        (854_084.4, Unit.PERSONS, 0, "854.084 mensen", "854,084 people"),
        (3.5, Unit.PERCENTAGE_POINTS, 1, "3,5 punt", "3.5 points"),
        (202312, Unit.MONTH, 0, "december 2023", "December 2023"),
        (2008, Unit.YEAR, 0, "2008", "2008"),
        (6.09, Unit.YEARS, 1, "6,1 jaar", "6.1 years"),
    ],
)
def test_quantity_when_written_then_unit_and_number_follow_the_language(
    value, unit, decimals, nl, en
):
    written = {
        lang: quantity(value, unit=unit, decimals=decimals, language=lang) for lang in ("nl", "en")
    }
    assert written == {"nl": nl, "en": en}
    assert percent_range(4.898, 15.79, language="en") == "4.9–15.8%"
