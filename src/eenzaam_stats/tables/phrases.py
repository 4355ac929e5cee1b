"""Sentences of results in the language of the reader, made of the parts that the labels hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from eenzaam_stats.vocabulary import Language, labels

_PHRASE = "phrase."
_QUOTED = r"'[^']*'"  # a name of a column stays as the file has it


@cache
def _parts(language: Language) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Parts in English with those of a language, the longest first."""
    said = labels(language)
    words = {english: said[key] for key, english in labels("en").items() if key.startswith(_PHRASE)}
    longest = sorted(words, key=len, reverse=True)
    bordered = (rf"(?<!\w){re.escape(one)}(?!\w)" for one in longest)
    return re.compile("|".join([_QUOTED, *bordered])), words


def in_language(text: str, language: Language) -> str:
    """Method, population, disclosure or reason of a result in the words of a language.

    Parameters
    ----------
    text : str
        As the result has it, in English.
    language : {"nl", "en"}
        Language of the reader.

    Returns
    -------
    str
        The parts that the labels know in that language; names and numbers as they are.

    Examples
    --------
    >>> in_language("adults of 18 and older in private households", "nl")
    'volwassenen van 18 jaar en ouder in particuliere huishoudens'
    """
    if language == "en":
        return text
    pattern, words = _parts(language)
    return pattern.sub(lambda found: words.get(found[0], found[0]), text)


def named_column(name: str, language: Language) -> str:
    """Name of a grouping column for readers; that of a file stays as it is.

    Examples
    --------
    >>> named_column("age_group", "nl"), named_column("Q12", "nl")
    ('leeftijdsgroep', 'Q12')
    """
    return labels(language).get(f"column.{name}", name)


def named_group(column: str, value: str, language: Language) -> str:
    """Group for readers; one that the labels do not know stays as it is.

    Examples
    --------
    >>> named_group("sex", "women", "nl"), named_group("age_group", "18-34", "nl")
    ('vrouwen', '18-34')
    """
    known = labels(language)
    group = "descent" if column == "origin" else column
    return known.get(f"{group}.{value}", value)
