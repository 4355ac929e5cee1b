"""Words that say plainly which value a code stands for, by harmonised column.

They are a witness against a mapping, never its source: where a word and the mapping say different
things, reading stops. A word that is not listed says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from eenzaam_stats.loaders.labels import ANSWER_WORDS, FREQUENCY_WORDS, plain
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, UCLA_ITEMS

_SEX = {
    **dict.fromkeys(("man", "mannen", "male", "males", "men"), "men"),
    **dict.fromkeys(("vrouw", "vrouwen", "female", "females", "woman", "women"), "women"),
}
Words = Mapping[str, frozenset[str]]


def _single(words: Mapping[str, str]) -> Words:
    return {word: frozenset({value}) for word, value in words.items()}


def _within(values: Collection[str]) -> Words:
    """Words of frequency with those of their values that a question can have."""
    return {word: meant & frozenset(values) for word, meant in FREQUENCY_WORDS.items()}


_UCLA, _DIRECT = (
    next(column.categories for column in COLUMNS if column.name == name)
    for name in (UCLA_ITEMS[0], "direct")
)
WORDS: Mapping[str, Words] = MappingProxyType(
    {
        **dict.fromkeys(DJG_ITEMS, _single(ANSWER_WORDS)),
        **dict.fromkeys(UCLA_ITEMS, _within(_UCLA)),
        "direct": _within(_DIRECT),
        "sex": _single(_SEX),
    }
)


def contradicted(name: str, words: object, value: object) -> str | None:
    """Value that some words plainly stand for, when it is another one than ``value``.

    Examples
    --------
    >>> contradicted("direct", "Most of the time", "never")
    'often'
    >>> contradicted("direct", "Most of the time", "often") is None
    True
    >>> contradicted("direct", "now and then", "never") is None
    True
    """
    meant = WORDS.get(name, {}).get(plain(str(words)), frozenset())
    return None if not meant or value in meant else " or ".join(sorted(meant))
