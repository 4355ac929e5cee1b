"""The rule for verdicts, over every basis and every level of evidence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.ledger import Basis, Claim, Input, Kind, Recomputation
from eenzaam_stats.letter.verdict import ledger_row, verdict
from eenzaam_stats.vocabulary import Evidence, Verdict

REPRODUCED, CAVEAT = Verdict.REPRODUCED, Verdict.REPRODUCED_WITH_CAVEAT
CONSISTENT, NOT = Verdict.CONSISTENT, Verdict.NOT_REPRODUCIBLE

# Rows: basis. Columns: weakest evidence, from primary to unverified; value inside the interval.
INSIDE = {
    Basis.SAME: (REPRODUCED, REPRODUCED, CAVEAT, CAVEAT, CONSISTENT),
    Basis.CONDITIONAL: (CAVEAT, CAVEAT, CAVEAT, CAVEAT, CONSISTENT),
    Basis.RELATED: (CONSISTENT, CONSISTENT, CONSISTENT, CONSISTENT, CONSISTENT),
    Basis.NONE: (NOT, NOT, NOT, NOT, NOT),
}


def claim_on(basis: Basis) -> Claim:
    """A claim that allows 14 up to 14.99 per cent."""
    found = next(claim for claim in read_claims() if claim.id == "gm-2022-strongly-lonely")
    kind = Kind.JUDGEMENT if basis is Basis.JUDGEMENT else found.kind
    return replace(found, basis=basis, kind=kind)


def outcome(value: float | None, *levels: Evidence) -> Recomputation:
    inputs = tuple(Input("ssw", "row", value, "percent", level, "") for level in levels)
    return Recomputation(value, "", "", inputs)


@pytest.mark.parametrize("basis", INSIDE)
@pytest.mark.parametrize("column", range(len(Evidence)))
def test_verdict_when_value_is_inside_then_basis_earns_and_evidence_caps(basis, column):
    evidence = list(Evidence)[column]
    assert verdict(claim_on(basis), outcome(14.2, evidence)) is INSIDE[basis][column]


@pytest.mark.parametrize("basis", INSIDE)
@pytest.mark.parametrize("value", [None, 13.999, 15.0, float("nan")])
def test_verdict_when_value_is_absent_or_outside_then_nothing_is_reproduced(basis, value):
    assert verdict(claim_on(basis), outcome(value, Evidence.PRIMARY)) is NOT


def test_verdict_when_the_bound_itself_is_found_then_it_counts():
    assert verdict(claim_on(Basis.SAME), outcome(14.0)) is REPRODUCED


def test_verdict_when_it_is_a_judgement_then_no_value_changes_it():
    for value in (None, 14.2, 99.0):
        assert verdict(claim_on(Basis.JUDGEMENT), outcome(value)) is Verdict.QUALITATIVE


def test_verdict_when_inputs_differ_in_evidence_then_the_weakest_decides():
    mixed = outcome(14.2, Evidence.PRIMARY, Evidence.UNVERIFIED, Evidence.PRESS)
    assert mixed.evidence is Evidence.UNVERIFIED
    assert verdict(claim_on(Basis.SAME), mixed) is CONSISTENT


def test_verdict_when_the_yardstick_is_recomputed_then_it_replaces_the_stored_one():
    claim = claim_on(Basis.RELATED)
    assert verdict(claim, replace(outcome(11.8), interval=(4.9, 15.8))) is CONSISTENT
    assert verdict(claim, replace(outcome(11.8), interval=(12.0, 15.8))) is NOT
    assert ledger_row(claim, replace(outcome(11.8), interval=(4.9, 15.8))).interval == (4.9, 15.8)


def test_verdict_when_there_is_a_value_and_no_interval_then_it_is_refused():
    claim = replace(claim_on(Basis.SAME), low=None, high=None)
    with pytest.raises(SchemaError, match="field 'low' is empty while there is a value to test"):
        verdict(claim, outcome(14.2))


def test_row_when_the_verdict_needs_a_caveat_then_the_claim_must_have_one():
    silent = replace(claim_on(Basis.SAME), caveat_nl="", caveat_en="")
    assert ledger_row(silent, outcome(14.2, Evidence.PRIMARY)).verdict is REPRODUCED
    with pytest.raises(SchemaError, match="'caveat_en' is empty while the verdict is 'repro"):
        ledger_row(silent, outcome(14.2, Evidence.PRESS))
    with pytest.raises(SchemaError, match="while the verdict is 'not_reproducible'"):
        ledger_row(silent, outcome(13.2, Evidence.PRIMARY))
