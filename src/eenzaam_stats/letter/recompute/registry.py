"""Which function recomputes which claim, and the ways a function may answer.

Keeps the register and builds answers; no claim is recomputed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Protocol

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.ledger import Alternative, Claim, Input, Interval, Recomputation
from eenzaam_stats.letter.wording import quantity
from eenzaam_stats.vocabulary import Language, label

Recompute = Callable[[Claim], Recomputation]


class Shown(Protocol):
    """Words for readers, by language."""

    def __call__(self, *, language: Language) -> str:
        """Words in one language."""


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


def words(key: str, **fields: object) -> Shown:
    """Label of the catalogue with its fields filled in; a field may depend on the language.

    Examples
    --------
    >>> shown = words("finding.higher_in", higher=3, others=26)
    >>> shown(language="en"), shown(language="nl")
    ('higher in 3 of 26', 'hoger in 3 van 26')
    """

    def filled(*, language: Language) -> str:
        told = {
            name: value(language=language) if callable(value) else value
            for name, value in fields.items()
        }
        return label(key, language).format(**told)

    return filled


def alternative(key: str, value: float, **fields: object) -> Alternative:
    """Another outcome, named by a label of the group ``alternative``."""
    shown = words(f"alternative.{key}", **fields)
    return Alternative(shown(language="en"), shown(language="nl"), value)


def list_registered() -> Mapping[str, Recompute]:
    """Read-only view of the register, by claim id."""
    return MappingProxyType(_FUNCTIONS)


def answer_claim(
    claim: Claim,
    value: float,
    inputs: Iterable[Input],
    *,
    alternatives: Iterable[Alternative] = (),
    shown: Shown | None = None,
    interval: Interval | None = None,
) -> Recomputation:
    """Answer with a value to test; ``shown``, a function of the language, replaces the wording."""
    shown = shown or partial(quantity, float(value), unit=claim.unit, decimals=claim.decimals)
    return Recomputation(
        value=float(value),
        shown_en=shown(language="en"),
        shown_nl=shown(language="nl"),
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


def not_found(shown: Shown, *, inputs: Iterable[Input] = ()) -> Recomputation:
    """Answer without a value: the tables give no single one, and the words say why."""
    return Recomputation(
        value=None,
        shown_en=shown(language="en"),
        shown_nl=shown(language="nl"),
        inputs=tuple(inputs),
    )
