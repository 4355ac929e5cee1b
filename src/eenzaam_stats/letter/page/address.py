"""Names inside the page: every part has one address per language, every statement its classes."""

from __future__ import annotations

from eenzaam_stats.letter.ledger import LedgerRow
from eenzaam_stats.vocabulary import Language

NO_TABLE = "none"
FAMILY = {
    "population_derived": "population",
    "population_totals": "population",
    "forecast_milestones": "population",
    "institutional_population": "population",
}


def address(name: str, language: Language) -> str:
    """Id of a part of the page in one language.

    Examples
    --------
    >>> address("gm-2022-strongly-lonely", "nl")
    'nl-gm-2022-strongly-lonely'
    """
    return f"{language}-{name}"


def sources(row: LedgerRow) -> tuple[str, ...]:
    """Sources that a statement rests on: its tables, related tables under one name.

    Returns
    -------
    tuple of str
        In the order of the ledger; ``("none",)`` for a statement that needs no table.
    """
    names = (FAMILY.get(name, name) for name in row.claim.inputs)
    return tuple(dict.fromkeys(names)) or (NO_TABLE,)


def classes(row: LedgerRow) -> str:
    """Classes by which the filters find a statement: its verdict and its sources."""
    return " ".join(["claim", f"edge-{row.verdict}", *(f"src-{name}" for name in sources(row))])
