"""The statements of the advisory letter, read from ``claims.toml`` and checked one by one.

A statement is data: paraphrase, page, printed number and the interval that its words allow. The
first fault stops the reading, with the claim and the field. Nothing is recomputed here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from eenzaam_stats.errors import list_all
from eenzaam_stats.letter.ledger import (
    Basis,
    Claim,
    Kind,
    Theme,
    Unit,
)
from eenzaam_stats.letter.verdict import fault

__all__ = ["parse_claims", "read_claims"]

STATEMENT_WORDS = 30


@cache
def read_claims() -> tuple[Claim, ...]:
    """Statements of the letter in the order of the report: by theme, then as they stand in it.

    Returns
    -------
    tuple of Claim

    Raises
    ------
    SchemaError
        If the packaged list has a fault.

    Examples
    --------
    >>> len({claim.id for claim in read_claims()}) == len(read_claims())
    True
    """
    text = files("eenzaam_stats.letter").joinpath("claims.toml").read_text("utf-8")
    return parse_claims(text)


def parse_claims(text: str) -> tuple[Claim, ...]:
    """Statements from TOML text with one ``[[claim]]`` table each; see :class:`Claim`.

    Raises
    ------
    SchemaError
        On the first fault, naming the claim and the field.
    """
    rows = tomllib.loads(text).get("claim", [])
    claims = [_claim(row) for row in rows]
    seen: set[str] = set()
    for claim in claims:
        if claim.id in seen:
            fault(claim.id, "id", "occurs more than once", "Give every claim its own id.")
        seen.add(claim.id)
    order = list(Theme)
    return tuple(sorted(claims, key=lambda claim: order.index(claim.theme)))


TEXTS = frozenset(
    {"id", "page", "printed", "cited", "source_url"}
    | {
        f"{name}_{lang}"
        for name in ("statement", "method", "caveat", "bounds")
        for lang in ("nl", "en")
    }
)
ENUMS: Mapping[str, type[StrEnum]] = {"theme": Theme, "kind": Kind, "basis": Basis, "unit": Unit}
OPTIONAL = frozenset({"low", "high", "bounds_nl", "bounds_en"})
KEBAB = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


def _claim(row: Mapping[str, Any]) -> Claim:
    claim_id = row.get("id", "")
    known = [f.name for f in fields(Claim)]
    for name in row:
        if name not in known:
            fault(claim_id, name, "is not a field of a claim", f"Choose among {list_all(known)}.")
    for name in known:
        if name not in row and name not in OPTIONAL:
            fault(claim_id, name, "is missing", "Add it.")
    claim = Claim(**{name: _read_field(claim_id, name, value) for name, value in row.items()})
    _require_languages(claim)
    _require_interval(claim)
    _require_consistency(claim)
    return claim


def _read_field(claim_id: object, name: str, value: Any) -> Any:
    """Value of one field in its own type."""
    if name in ENUMS:
        options = [member.value for member in ENUMS[name]]
        if value not in options:
            fault(claim_id, name, f"is {value!r}", f"Choose one of {list_all(options)}.")
        return ENUMS[name](value)
    if name == "inputs":
        return tuple(_strings(claim_id, value))
    if name in TEXTS:
        if not isinstance(value, str):
            fault(claim_id, name, f"is {value!r}", "Write text.")
        return value.strip()
    return _number(claim_id, name, value)


def _number(claim_id: object, name: str, value: Any) -> float | int:
    whole = name == "decimals"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        fault(claim_id, name, f"is {value!r}", f"Write a {'whole ' if whole else ''}number.")
    return int(value) if whole else float(value)


def _strings(claim_id: object, value: Any) -> Iterable[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        fault(claim_id, "inputs", f"is {value!r}", "Write a list of reference table names.")
    return value


def _require_languages(claim: Claim) -> None:
    for name in ("statement", "method", "caveat", "bounds"):
        texts = {lang: getattr(claim, f"{name}_{lang}") for lang in ("nl", "en")}
        required = name in ("statement", "method") or any(texts.values())
        for lang, text in texts.items():
            if required and not text:
                fault(claim.id, f"{name}_{lang}", "is empty", "Write it in both languages.")
    for lang in ("nl", "en"):
        n_words = len(getattr(claim, f"statement_{lang}").split())
        if n_words > STATEMENT_WORDS:
            fault(claim.id, f"statement_{lang}", f"has {n_words} words", "Use at most 30.")


def _require_interval(claim: Claim) -> None:
    if (claim.low is None) != (claim.high is None):
        absent = "low" if claim.low is None else "high"
        fault(claim.id, absent, "is missing while the other bound is there", "Give both bounds.")
    if claim.low is not None and claim.high is not None and claim.low > claim.high:
        fault(claim.id, "low", f"is {claim.low:g}, above high {claim.high:g}", "Swap the bounds.")
    tested = claim.basis not in (Basis.JUDGEMENT, Basis.NONE)
    if tested and not claim.bounds_en:
        fault(claim.id, "bounds_en", "is empty", "Say why these values fit the wording.")


def _require_consistency(claim: Claim) -> None:
    if not KEBAB.fullmatch(claim.id):
        fault(claim.id, "id", "is not in kebab case", "Write it as in 'gm-2022-strongly-lonely'.")
    if (claim.kind is Kind.JUDGEMENT) != (claim.basis is Basis.JUDGEMENT):
        fault(
            claim.id,
            "basis",
            f"is {claim.basis.value!r} with kind {claim.kind.value!r}",
            "A judgement has both.",
        )
    needs = claim.basis in (Basis.CONDITIONAL, Basis.RELATED, Basis.NONE)
    if needs and not claim.caveat_en:
        fault(claim.id, "caveat_en", f"is empty with basis {claim.basis.value!r}", "Say why.")
