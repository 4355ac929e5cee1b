"""Words that say plainly which value a code stands for, by harmonised column.

They are a witness against a mapping, never its source: where a word and the mapping say different
things, reading stops. A word that is not listed says nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.scoring.dichotomised import KEYED, read_side
from eenzaam_stats.scoring.wording import FLAGS, FREQUENCY_WORDS, answers_said, plain

_SEX = {
    **dict.fromkeys(("man", "mannen", "mannelijk", "male", "males", "men"), "men"),
    **dict.fromkeys(("jongen", "jongens", "boy", "boys", "mann", "mannlich"), "men"),
    **dict.fromkeys(("vrouw", "vrouwen", "vrouwelijk", "female", "females"), "women"),
    **dict.fromkeys(("woman", "women", "meisje", "meisjes", "girl", "girls"), "women"),
    **dict.fromkeys(("frau", "weiblich"), "women"),
    **{"m": "men", "v": "women", "f": "women", "w": "women"},
}
# Words for the two sides of an item that was dichotomised.
_SIDES = {
    **dict.fromkeys(("eenzaam", "wel eenzaam", "lonely", "einsam"), KEYED[1]),
    **dict.fromkeys(("niet eenzaam", "not lonely", "nicht einsam"), KEYED[0]),
}
Words = Mapping[str, frozenset[str]]


def _single(words: Mapping[str, str]) -> Words:
    return {word: frozenset({value}) for word, value in words.items()}


def _within(values: Collection[str]) -> Words:
    """Words of frequency with those of their values that a question can have."""
    return {word: values_of & frozenset(values) for word, values_of in FREQUENCY_WORDS.items()}


_UCLA, _DIRECT = (
    next(column.categories for column in COLUMNS if column.name == name)
    for name in (UCLA_ITEMS[0], "direct")
)
WORDS: Mapping[str, Words] = MappingProxyType(
    {
        **dict.fromkeys(UCLA_ITEMS, _within(_UCLA)),
        "direct": _within(_DIRECT),
        "sex": _single(_SEX),
    }
)


def construe(name: str, words: object, *, offered: Collection[str] = ()) -> frozenset[str]:
    """Values of a harmonised column that some words plainly stand for; none when they do not say.

    Parameters
    ----------
    name : str
        Harmonised column.
    words : object
        Label, or a code that is a word.
    offered : collection of str, default ()
        Values that the question offers.

    Returns
    -------
    frozenset of str

    Examples
    --------
    >>> sorted(construe("djg_4", "mee eens")), sorted(construe("djg_4", "mee eens", offered=KEYED))
    (['yes'], ['not_lonely'])
    """
    label = str(words)
    if name not in DJG_ITEMS:
        return WORDS.get(name, {}).get(plain(label), frozenset())
    if not offered or not set(offered) <= set(KEYED):
        return answers_said(label, offered)
    if plain(label) in _SIDES:
        return frozenset({_SIDES[plain(label)]})
    if plain(label) in FLAGS:
        return frozenset()
    return frozenset(read_side(name, answer) for answer in answers_said(label))


def find_contradiction(
    name: str, words: object, value: object, *, offered: Collection[str] = ()
) -> str | None:
    """Value that some words plainly stand for, when it is another one than ``value``.

    Examples
    --------
    >>> find_contradiction("direct", "Most of the time", "never")
    'often'
    >>> find_contradiction("direct", "Most of the time", "often") is None
    True
    >>> find_contradiction("djg_3", "Helemaal mee eens", "no")
    'yes'
    """
    said = construe(name, words, offered=offered)
    # a mapping may hold anything, also what has no hash
    named = any(value == one for one in said)
    return None if not said or named else " or ".join(sorted(said))
