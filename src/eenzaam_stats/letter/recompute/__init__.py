"""One small function per claim, and the ledger that they make together."""

from __future__ import annotations

from collections.abc import Sequence

from eenzaam_stats.errors import SchemaError, list_all
from eenzaam_stats.letter.ledger import Basis, Claim, LedgerRow, Recomputation
from eenzaam_stats.letter.recompute import (
    europe,
    government,
    groups,
    health,
    interventions,
    people,
    policy,
    prevalence,
    projection,
    structure,
    trend,
    youth,
)
from eenzaam_stats.letter.recompute.people import arithmetic_search, search_grid
from eenzaam_stats.letter.recompute.projection import projection_table
from eenzaam_stats.letter.recompute.registry import list_registered
from eenzaam_stats.letter.verdict import ledger_row

__all__ = ["arithmetic_search", "projection_table", "recompute_all", "search_grid"]

THEMES = (
    structure, prevalence, trend, people, projection, health,
    groups, europe, youth, government, interventions, policy,
)  # fmt: skip
NOTHING_TO_TEST = Recomputation(value=None, shown_en="", shown_nl="")


def recompute_all(claims: Sequence[Claim]) -> tuple[LedgerRow, ...]:
    """Recompute every claim that can be tested and give each its verdict.

    Parameters
    ----------
    claims : sequence of Claim
        All claims of the ledger.

    Returns
    -------
    tuple of LedgerRow
        In the order of ``claims``.

    Raises
    ------
    SchemaError
        If a claim that is no judgement has no function, if a function has no such claim, or if a
        recomputation reads a table that its claim does not name.

    Examples
    --------
    >>> from eenzaam_stats.letter.claims import read_claims
    >>> rows = {row.claim.id: row for row in recompute_all(read_claims())}
    >>> row = rows["persons-854-thousand"]
    >>> row.recomputation.shown_en, row.verdict.value
    ('854,084 people', 'reproduced_with_caveat')
    """
    require_complete(claims)
    return tuple(ledger_row(claim, _recompute(claim)) for claim in claims)


def require_complete(claims: Sequence[Claim]) -> None:
    """Raise unless every claim that can be tested has exactly one function, and vice versa.

    Raises
    ------
    SchemaError
        With the ids that have no counterpart.
    """
    tested = {claim.id for claim in claims if claim.basis is not Basis.JUDGEMENT}
    known = set(list_registered())
    for ids, what in (
        (tested - known, "claim(s) without a function"),
        (known - tested, "function(s) without a claim to test"),
    ):
        if ids:
            raise SchemaError(
                f"The ledger has {what}: {list_all(sorted(ids))}. "
                "Give every claim that is no judgement one function in letter/recompute."
            )


def _recompute(claim: Claim) -> Recomputation:
    if claim.basis is Basis.JUDGEMENT:
        return NOTHING_TO_TEST
    outcome = list_registered()[claim.id](claim)
    undeclared = {one.table for one in outcome.inputs} - set(claim.inputs)
    if undeclared:
        raise SchemaError(
            f"claims.toml, claim {claim.id!r}, field 'inputs' does not name "
            f"{list_all(undeclared)}, "
            "which its recomputation reads. Add the table(s)."
        )
    return outcome
