"""The one rule that turns a recomputation into a verdict.

A verdict is never stored. It follows from the interval that the printed words allow, the value that
was recomputed, how the two quantities are related, and the weakest evidence among the inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.ledger import Basis, Claim, Interval, LedgerRow, Recomputation
from eenzaam_stats.vocabulary import Evidence, Verdict

EARNED: Mapping[Basis, Verdict] = {
    Basis.SAME: Verdict.REPRODUCED,
    Basis.CONDITIONAL: Verdict.REPRODUCED_WITH_CAVEAT,
    Basis.RELATED: Verdict.CONSISTENT,
}
CAP: Mapping[Evidence, Verdict] = {
    Evidence.THIRD_PARTY: Verdict.REPRODUCED_WITH_CAVEAT,
    Evidence.PRESS: Verdict.REPRODUCED_WITH_CAVEAT,
    Evidence.UNVERIFIED: Verdict.CONSISTENT,
}
STRENGTH = list(Verdict)
NEEDS_CAVEAT = frozenset(
    {Verdict.REPRODUCED_WITH_CAVEAT, Verdict.CONSISTENT, Verdict.NOT_REPRODUCIBLE}
)


def fault(claim_id: object, name: str, found: str, remedy: str) -> NoReturn:
    """Raise the one sentence for a fault in the list of claims.

    Raises
    ------
    SchemaError
        Always, naming the claim and the field.
    """
    raise SchemaError(f"claims.toml, claim {claim_id!r}, field {name!r} {found}. {remedy}")


def verdict(claim: Claim, recomputation: Recomputation) -> Verdict:
    """Verdict that a recomputation earns; nothing else decides it.

    Parameters
    ----------
    claim : Claim
        The statement, with the interval that its wording allows.
    recomputation : Recomputation
        The value found and the evidence it rests on.

    Returns
    -------
    Verdict
        ``qualitative`` for a judgement; ``not_reproducible`` without a value or with one outside
        the interval; else what the basis earns, at most what the weakest evidence allows.

    Raises
    ------
    SchemaError
        If there is a value to test and no interval to test it with.

    Examples
    --------
    >>> from eenzaam_stats.letter.claims import read_claims
    >>> claim = next(c for c in read_claims() if c.id == "gm-2022-strongly-lonely")
    >>> verdict(claim, Recomputation(14.2, "14.2%", "14,2%"))
    <Verdict.REPRODUCED: 'reproduced'>
    >>> verdict(claim, Recomputation(13.2, "13.2%", "13,2%"))
    <Verdict.NOT_REPRODUCIBLE: 'not_reproducible'>
    """
    if claim.basis is Basis.JUDGEMENT:
        return Verdict.QUALITATIVE
    if claim.basis is Basis.NONE or recomputation.value is None:
        return Verdict.NOT_REPRODUCIBLE
    low, high = _yardstick(claim, recomputation)
    if not low <= recomputation.value <= high:
        return Verdict.NOT_REPRODUCIBLE
    evidence = recomputation.evidence
    cap = CAP.get(evidence, Verdict.REPRODUCED) if evidence else Verdict.REPRODUCED
    return max(EARNED[claim.basis], cap, key=STRENGTH.index)


def _yardstick(claim: Claim, recomputation: Recomputation) -> Interval:
    interval = recomputation.interval or claim.interval
    if interval is None:
        fault(claim.id, "low", "is empty while there is a value to test", "Give low and high.")
    return interval


def ledger_row(claim: Claim, recomputation: Recomputation) -> LedgerRow:
    """Put a statement, its recomputation and the verdict together.

    Raises
    ------
    SchemaError
        If the verdict needs a caveat and the claim has none.
    """
    outcome = verdict(claim, recomputation)
    if outcome in NEEDS_CAVEAT and not (claim.caveat_nl and claim.caveat_en):
        fault(claim.id, "caveat_en", f"is empty while the verdict is {outcome.value!r}", "Say why.")
    return LedgerRow(claim, recomputation, outcome, recomputation.evidence)
