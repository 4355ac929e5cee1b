"""Which function recomputes which claim, and the ways a function may answer.

Keeps the register and builds answers; no claim is recomputed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.ledger import Alternative, Claim, Input, Interval, Recomputation
from eenzaam_stats.letter.wording import quantity

Recompute = Callable[[Claim], Recomputation]

_FUNCTIONS: dict[str, Recompute] = {}


def recomputes(claim_id: str) -> Callable[[Recompute], Recompute]:
    """Register the decorated function as the one that recomputes a claim.

    Parameters
    ----------
    claim_id : str
        Id of the claim in ``claims.toml``.

    Returns
    -------
    callable
        Decorator that gives the function back unchanged.

    Raises
    ------
    SchemaError
        If the claim has a function already.
    """

    def register(function: Recompute) -> Recompute:
        if claim_id in _FUNCTIONS:
            raise SchemaError(
                f"recomputes() needs one function per claim, but {claim_id!r} has two: "
                f"{_FUNCTIONS[claim_id].__name__!r} and {function.__name__!r}. Keep one."
            )
        _FUNCTIONS[claim_id] = function
        return function

    return register


def registered() -> Mapping[str, Recompute]:
    """Read-only view of the register, by claim id."""
    return MappingProxyType(_FUNCTIONS)


def found(
    claim: Claim,
    value: float,
    inputs: Iterable[Input],
    *,
    alternatives: Iterable[Alternative] = (),
    shown: tuple[str, str] | None = None,
    interval: Interval | None = None,
) -> Recomputation:
    """Answer with a value to test; ``shown`` (English, Dutch) replaces the plain wording."""
    if shown is None:
        english = quantity(value, unit=claim.unit, decimals=claim.decimals, language="en")
        dutch = quantity(value, unit=claim.unit, decimals=claim.decimals, language="nl")
        shown = (english, dutch)
    return Recomputation(
        value=float(value),
        shown_en=shown[0],
        shown_nl=shown[1],
        inputs=tuple(inputs),
        alternatives=tuple(alternatives),
        interval=interval,
    )


def unread(claim: Claim, *, alternatives: Iterable[Alternative] = ()) -> Recomputation:
    """Answer of a claim whose source was not read in public; its method says what is missing."""
    return Recomputation(
        value=None,
        shown_en=claim.method_en,
        shown_nl=claim.method_nl,
        alternatives=tuple(alternatives),
    )


def not_found(english: str, dutch: str, *, inputs: Iterable[Input] = ()) -> Recomputation:
    """Answer without a value: the tables give no single one, and the words say why."""
    return Recomputation(
        value=None,
        shown_en=english,
        shown_nl=dutch,
        inputs=tuple(inputs),
    )
