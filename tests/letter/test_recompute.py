"""Recomputed values against hand arithmetic, the letter itself, and deliberate faults."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from math import log

import pandas as pd
import pytest

from eenzaam_stats.errors import SchemaError, UnknownColumnError
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.ledger import Basis, LedgerRow
from eenzaam_stats.letter.recompute import (
    arithmetic_search,
    lookup,
    projection_table,
    recompute_all,
    registry,
    require_complete,
    search_grid,
)
from eenzaam_stats.letter.recompute.projection import base_prevalence
from eenzaam_stats.letter.verdict import ledger_row
from eenzaam_stats.published import reference as tables
from eenzaam_stats.vocabulary import Verdict

# Sums and quotients of decimals with few digits: rounding stays below 1e-12.
RTOL = 1e-12
PERSON = 0.5  # persons are printed whole

COUNTS = {
    Verdict.REPRODUCED: 18,
    Verdict.REPRODUCED_WITH_CAVEAT: 11,
    Verdict.CONSISTENT: 18,
    Verdict.NOT_REPRODUCIBLE: 6,
    Verdict.QUALITATIVE: 27,
}

Edit = Callable[[pd.DataFrame], pd.DataFrame]


@pytest.fixture(scope="module")
def ledger() -> dict[str, LedgerRow]:
    return {row.claim.id: row for row in recompute_all(read_claims())}


def row_of(claim_id: str) -> LedgerRow:
    claim = next(claim for claim in read_claims() if claim.id == claim_id)
    return ledger_row(claim, registry.list_registered()[claim_id](claim))


@pytest.fixture
def edit_table(monkeypatch) -> Callable[[str, Edit], None]:
    """Change one reference table for the duration of a test."""

    def edit(table: str, change: Edit) -> None:
        original = tables.reference
        monkeypatch.setattr(
            tables,
            "reference",
            lambda name, **more: (
                change(original(name, **more)) if name == table else original(name, **more)
            ),
        )

    return edit


def set_value(column: str, new: object, /, **where: object) -> Edit:
    def change(frame: pd.DataFrame) -> pd.DataFrame:
        chosen = pd.Series(True, index=frame.index)
        for name, wanted in where.items():
            chosen &= frame[name].astype(str) == str(wanted)
        assert chosen.any()
        frame = frame.copy()
        frame.loc[chosen, column] = new
        return frame

    return change


def alternatives(row: LedgerRow) -> dict[str, float]:
    return {other.label_en: other.value for other in row.recomputation.alternatives}


def test_ledger_when_recomputed_then_every_claim_has_a_row_and_a_verdict(ledger):
    assert list(ledger) == [claim.id for claim in read_claims()]
    assert Counter(row.verdict for row in ledger.values()) == COUNTS


def test_ledger_when_recomputed_then_a_value_rests_on_declared_inputs(ledger):
    tested = [row for row in ledger.values() if row.recomputation.value is not None]
    assert len(tested) == 47
    for row in tested:
        assert row.recomputation.inputs, row.claim.id
        assert {one.table for one in row.recomputation.inputs} <= set(row.claim.inputs)
        assert row.recomputation.shown_en, row.claim.id
        assert row.recomputation.shown_nl, row.claim.id
        assert row.evidence is row.recomputation.evidence


def test_tables_when_a_claim_names_them_then_they_exist():
    known = {*tables.reference_names(), "scales"}
    assert {name for claim in read_claims() for name in claim.inputs} <= known


# ---- the letter itself


def count(pattern: str, text: str) -> int:
    return len(re.findall(pattern, text, flags=re.M))


@pytest.mark.witness
def test_structure_when_counted_in_the_letter_then_the_table_agrees(ledger, letter_text):
    start = letter_text.index("Elf werkzame elementen")
    end = letter_text.index("Social connection in all policies")
    after = letter_text.index("Sociaal-emotionele ontwikkeling van kinderen")
    elements = letter_text[start:end]
    headings = [found.start() for found in re.finditer(r"^\d+\. [a-z]", elements, flags=re.M)]
    actions = [
        count(r"^ ?• ", elements[first:last])
        for first, last in zip(headings, [*headings[1:], len(elements)], strict=True)
    ]
    counted = {
        "eleven-elements": len(headings),
        "recommendations-3": count(
            r"^\d\. [A-Z]", letter_text[letter_text.index("formuleren wij tot slot") :]
        ),
        "four-subgoals": count(r"^[a-d]\. v", letter_text),
        "three-levels": count(r"^Oorzaken op \w+niveau", letter_text),
        "forms-of-loneliness-3": count(r"^- \w+ eenzaamheid:", letter_text),
        "policy-areas-3": count(r"^ ?• ", letter_text[end:after]),
    }
    assert counted == {name: ledger[name].recomputation.value for name in counted}
    assert actions == [3] * 11
    assert ledger["three-actions-each"].recomputation.value == 3


def test_actions_when_one_is_removed_then_three_each_no_longer_holds(edit_table):
    edit_table(
        "letter_structure", lambda f: f[~((f["kind"] == "government_action") & (f["number"] == 7))]
    )
    row = row_of("three-actions-each")
    assert row.verdict is Verdict.NOT_REPRODUCIBLE
    assert "3, 3, 2, 3" in row.recomputation.shown_en


# ---- headline numbers, with the pencil line above each


HEADLINES = [
    ("gm-2022-strongly-lonely", 14.2),
    ("instruments-differ", 14.2 - 10.7),
    ("eu-ls-2022-netherlands", 10.26),  # 99 of 965 who answered
    ("no-spectacular-rise", 7),  # largest ratio: 55-64, 11.6 / 8.0 = 1.45
    ("older-65-slight-decline", 23 - 27),
    ("programme-no-reduction", 48.6 - 43),
    ("gradual-rise-young-adults", 12.1 - 9.0),
    ("rivm-6.8-to-7.6-million", 100 * (7.6 / 6.8 - 1)),
    ("health-fifteen-cigarettes", log(1.26) / log(1.5)),
    ("foreign-born-ratio", 20 / 9),
    ("migration-background-risk", 10 / 9),
    ("young-and-middle-age-visible", 12.1 - 9.4),
    ("eu-27-countries", 27),
    ("nl-below-many-eu", 24),  # Croatia 9.10 and Spain 9.64 are lower
    ("children-9-16-around-ten", 12.4),
    ("child-estimates-closer", (12.4 - 10) / (14.2 - 10.26)),
    ("government-jobs-five-percent", 100 * 690 / 11684),
    ("government-people-600-thousand", 659),
    ("interventions-14-57-32", 14 + 57 + 32),
    ("interventions-loneliness-3-8-15", 3 + 8 + 15),
    ("loneliness-interventions-mostly-described", 100 * 15 / 26),
    ("six-years-on", (6 * 365 + 2 + 34) / 365.2425),  # leap days 2020 and 2024, 7 March to 10 April
    ("programme-seven-years", (7 * 365 + 2 + 40) / 365.2425),  # 1 March to 10 April
]


@pytest.mark.parametrize(("claim_id", "pencil"), HEADLINES)
def test_value_when_recomputed_then_it_is_the_hand_arithmetic(ledger, claim_id, pencil):
    assert ledger[claim_id].recomputation.value == pytest.approx(pencil, rel=RTOL)


def test_854_thousand_when_both_bases_are_tried_then_only_all_ages_fit(ledger):
    row = ledger["persons-854-thousand"]
    low, high = row.interval
    # 0.142 x 18,044,027 / 3 = 854,083.9
    assert row.recomputation.value == pytest.approx(854_083.9, abs=PERSON)
    # 0.142 x 14,289,828 / 3 = 676,385.2 and 0.142 x 14,750,822 / 3 = 698,205.6
    adults = alternatives(row)["adults, 2022: the people surveyed"]
    assert adults == pytest.approx(676_385.2, abs=PERSON)
    assert alternatives(row)["adults, 2025"] == pytest.approx(698_205.6, abs=PERSON)
    # 6.8 million x 14.2 / 48.6 / 3 = 662,277
    assert alternatives(row)["from the 6.8 million of the same page"] == pytest.approx(
        662_277, abs=PERSON
    )
    assert low <= row.recomputation.value <= high
    assert not any(low <= value <= high for value in alternatives(row).values())
    assert row.verdict is Verdict.REPRODUCED_WITH_CAVEAT


def test_search_when_every_base_is_tried_then_two_cells_fit_and_both_have_all_ages():
    search = arithmetic_search()
    assert len(search) == 2 * 5 * 8  # two age floors, 2021-2025, 13.8 to 14.5 per cent
    fits = search[search["fits"]]
    assert fits[["age_floor", "year", "percent"]].values.tolist() == [
        [0, 2023, 14.4],
        [0, 2025, 14.2],
    ]
    grid = search_grid("nl")
    assert list(grid.columns)[:2] == ["base", "13,8%"]
    # 18+ 2021 at 13.8 per cent: 14,164,193 x 0.138 / 3 = 651,553
    assert grid.loc[0, "base"] == "18 en ouder 2021"
    assert grid.loc[0, "13,8%"] == pytest.approx(651_552.9, abs=PERSON)
    assert list(search_grid("en")["base"])[-1] == "all ages 2025"


def test_youngest_prevalence_when_solved_then_the_three_bands_give_the_published_total():
    (youngest, middle, oldest), inputs = base_prevalence()
    persons = [one.value for one in inputs[-3:]]
    # 48.6 % of 14,289,828 adults = 6,944,856
    total = youngest * persons[0] + middle * persons[1] + oldest * persons[2]
    assert total == pytest.approx(0.486 * 14_289_828, rel=RTOL)
    assert round(100 * youngest, 2) == 47.84
    assert (middle, oldest) == (0.52, 0.63)


def test_projection_when_prevalence_is_constant_then_the_three_forecasts_give_their_growth():
    table = projection_table().set_index("edition")
    expected = pd.DataFrame(
        {
            "end": [7_285_024, 7_722_288, 8_041_442],
            "size": [206_352, 658_394, 983_736],
            "structure": [133_816, 119_038, 112_850],
            "older": [810_847, 820_733, 829_004],
        },
        index=["cbs_kernprognose_2016", "derived_A", "derived_B"],
    )
    difference = (table[expected.columns] - expected).abs()
    assert difference.to_numpy().max() <= PERSON
    assert table["growth_percent"].round(1).tolist() == [4.9, 11.2, 15.8]
    assert table["crude_percent_end"].round(1).tolist() == [49.5, 49.4, 49.3]
    assert table["official"].tolist() == [True, False, False]


def test_growth_when_split_then_size_and_structure_make_up_all_of_it():
    table = projection_table()
    parts = table["size"] + table["structure"]
    assert parts.to_numpy() == pytest.approx((table["end"] - table["start"]).to_numpy(), rel=RTOL)


def test_projection_when_compared_with_the_letter_then_it_is_consistent_and_no_more(ledger):
    row = ledger["rivm-6.8-to-7.6-million"]
    assert row.interval == pytest.approx((4.898, 15.790), abs=5e-4)
    assert row.verdict is Verdict.CONSISTENT
    names = [other.label_en for other in row.recomputation.alternatives]
    assert [name for name in names if "not official" in name] == names[1:]


def test_75plus_when_booked_or_decomposed_then_the_two_answers_differ(ledger):
    row = ledger["growth-through-75plus"]
    # 829,004 of 1,096,585 = 75.6 % booked; 112,850 of 1,096,585 = 10.3 % by structure
    assert row.recomputation.value == pytest.approx(100 * 829_004.23 / 1_096_585.405, rel=1e-6)
    structure = [v for k, v in alternatives(row).items() if k.startswith("structure")]
    assert [round(value) for value in structure] == [39, 15, 10]
    assert row.verdict is Verdict.REPRODUCED_WITH_CAVEAT


def test_foreign_born_when_rounding_is_undone_then_the_ratio_lies_between_the_bounds(ledger):
    bounds = alternatives(ledger["foreign-born-ratio"])
    # 18.5 / 9.5 = 1.947 and 20 / 8.5 = 2.353
    assert bounds["lowest by rounding"] == pytest.approx(18.5 / 9.5, rel=RTOL)
    assert bounds["highest by rounding"] == pytest.approx(20 / 8.5, rel=RTOL)


def test_young_people_when_ranked_then_the_total_scale_is_used_and_not_the_emotional_one(ledger):
    values = [one.value for one in ledger["young-and-middle-age-visible"].recomputation.inputs]
    assert values[:2] == [12.1, 14.1]
    emotional = tables.reference("ssw")
    emotional = emotional[
        (emotional["outcome"] == "severely_emotionally_lonely")
        & (emotional["wave"] == "2022")
        & emotional["group"].isin(["15-24", "35-44"])
    ]
    assert emotional["value"].tolist() == [13.6, 13.1]
    assert not set(values) & set(emotional["value"])


def test_interventions_when_the_26_are_part_of_the_103_then_the_others_are_rated_higher(ledger):
    row = ledger["loneliness-interventions-mostly-described"]
    # (32 - 15) of (103 - 26) = 17 of 77
    others = alternatives(row)["among the others, if the 26 are part of the 103"]
    assert others == pytest.approx(100 * 17 / 77, rel=RTOL)


# ---- deliberate faults: a changed table must change the verdict


GM_2022 = {
    "source": lookup.GM,
    "outcome": "severely_lonely",
    "wave": "2022",
    "dimension": "total",
    "sex": "total",
}
FAULTS = [
    ("gm-2022-strongly-lonely", "gezondheidsmonitor", set_value("value", 13.2, **GM_2022)),
    ("persons-854-thousand", "gezondheidsmonitor", set_value("value", 14.0, **GM_2022)),
    ("persons-854-thousand", "population", set_value("persons", 0, year=2025, age_band="0-14")),
    ("foreign-born-ratio", "ssw", set_value("value", 11, group="born in NL")),
    ("ssw-2023-strongly-lonely", "ssw", set_value("value", 12, wave="2023", group="total")),
    ("nl-below-many-eu", "eu_loneliness_survey", set_value("value", 18, group="Netherlands")),
    ("eu-27-countries", "eu_loneliness_survey", lambda f: f[f["group"] != "Malta"]),
    ("rivm-6.8-to-7.6-million", "projections", set_value("value", 8.6, value=7.6)),
    ("government-jobs-five-percent", "government_jobs", set_value("value", 790, value=690.0)),
    ("interventions-14-57-32", "interventions", set_value("value", 15, value=14.0)),
    ("programme-seven-years", "letter_structure", set_value("date", "2016-03", date="2018-03")),
    ("children-9-16-around-ten", "youth", set_value("value", 14.4, value=12.4)),
    ("health-fifteen-cigarettes", "health_effects", set_value("effect", 1.02, effect=1.26)),
]


@pytest.mark.parametrize(("claim_id", "table", "change"), FAULTS)
def test_verdict_when_a_table_is_changed_then_it_is_no_longer_earned(
    ledger, edit_table, claim_id, table, change
):
    assert ledger[claim_id].verdict is not Verdict.NOT_REPRODUCIBLE
    edit_table(table, change)
    assert row_of(claim_id).verdict is Verdict.NOT_REPRODUCIBLE


def test_verdict_when_the_evidence_of_a_row_weakens_then_it_is_capped(ledger, edit_table):
    assert ledger["gm-2022-strongly-lonely"].verdict is Verdict.REPRODUCED
    edit_table("gezondheidsmonitor", set_value("evidence", "press", **GM_2022))
    assert row_of("gm-2022-strongly-lonely").verdict is Verdict.REPRODUCED_WITH_CAVEAT
    edit_table("gezondheidsmonitor", set_value("evidence", "unverified", **GM_2022))
    assert row_of("gm-2022-strongly-lonely").verdict is Verdict.CONSISTENT


def test_row_when_a_change_takes_a_verdict_without_caveat_away_then_a_caveat_is_asked(edit_table):
    edit_table("letter_structure", set_value("date", "2017-03-07", date="2019-03-07"))
    with pytest.raises(SchemaError, match="'six-years-on', field 'caveat_en' is empty while"):
        row_of("six-years-on")


# ---- faults of the machinery itself


def test_lookup_when_a_row_is_absent_or_doubled_then_the_message_counts(edit_table):
    with pytest.raises(SchemaError, match=r"one row of table 'ssw' with .*'1999'.* found 0"):
        lookup.survey_value("ssw", "severely_lonely", "1999")
    edit_table("ssw", lambda frame: pd.concat([frame, frame]))
    with pytest.raises(SchemaError, match=r"one row of table 'ssw' .* but found 2. Name a column"):
        lookup.survey_value("ssw", "severely_lonely", "2022")
    with pytest.raises(SchemaError, match=r"one per 'group', but found 14 row\(s\) for 7 value"):
        lookup.figures(
            "ssw", "x", by="group", outcome="severely_lonely", wave="2022", dimension="age"
        )


def test_lookup_when_a_column_does_not_exist_then_the_message_names_it():
    with pytest.raises(UnknownColumnError, match=r"The ledger, table 'ssw', needs .*'sexe'"):
        lookup.rows("ssw", sexe="total")


def test_lookup_when_only_words_are_printed_then_there_is_no_value_to_use():
    bound = lookup.figure(
        "eu_loneliness_survey", "bound", group="Netherlands", threshold="most or all of the time"
    )
    assert bound.value is None
    with pytest.raises(SchemaError, match=r"needs the value of 'bound' .* the cell is empty"):
        lookup.require_value(bound)


def test_lookup_when_a_date_is_absent_then_the_message_names_it():
    with pytest.raises(SchemaError, match=r"one date 'moon landing' .* found 0"):
        lookup.read_date("moon landing")


def test_register_when_a_claim_gets_a_second_function_then_it_is_refused():
    with pytest.raises(SchemaError, match="'eu-27-countries' has two: '_countries' and 'other'"):

        @registry.recomputes("eu-27-countries")
        def other(claim):
            return registry.unread(claim)


def test_ledger_when_a_function_or_a_claim_is_absent_then_the_message_lists_it(monkeypatch):
    claims = read_claims()
    without = [claim for claim in claims if claim.id != "eu-27-countries"]
    with pytest.raises(SchemaError, match=r"function\(s\) without a claim.*'eu-27-countries'"):
        require_complete(without)
    monkeypatch.delitem(registry._FUNCTIONS, "eu-27-countries")
    with pytest.raises(SchemaError, match=r"claim\(s\) without a function: 'eu-27-countries'"):
        require_complete(claims)


def test_ledger_when_a_recomputation_reads_an_undeclared_table_then_it_is_refused(monkeypatch):
    borrowed = registry.list_registered()["gm-2022-strongly-lonely"]
    monkeypatch.setitem(registry._FUNCTIONS, "eu-27-countries", borrowed)
    with pytest.raises(SchemaError, match="'inputs' does not name 'gezondheidsmonitor'"):
        recompute_all(read_claims())


def test_register_when_read_then_it_holds_every_claim_but_the_judgements():
    tested = {claim.id for claim in read_claims() if claim.basis is not Basis.JUDGEMENT}
    assert set(registry.list_registered()) == tested
