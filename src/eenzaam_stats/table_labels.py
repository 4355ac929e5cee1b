"""Words of tables that others made: of a hidden cell, and of the group that is everyone."""

from __future__ import annotations

import re

HIDDEN_WORDS = (
    *("", ".", "..", "-", "–", "—", "*", "x", "xx", "c", "nb", "n.b.", "geheim", "secret"),
    *("suppressed", "onderdrukt", "confidential", "vertrouwelijk"),
)
TOTAL_WORDS = (
    *("", "total", "totaal", "all", "alle", "allen", "alles", "everyone", "iedereen", "both"),
    *("beide", "all ages", "alle leeftijden"),
)
# everyone where they have as many people as all other groups: a country among countries is a group
COUNTRY_WORDS = ("nederland", "heel nederland", "netherlands", "the netherlands", "nl", "land")
_TOTAL_OF = re.compile(r"(?:totaal|total)\b.*|.*\s(?:totaal|total)")
# letters of τ-ARGUS: safe and protected, also by hand; unsafe by a rule or by hand, and secondary
_SHOWN_STATUS = ("s", "sm", "p", "pm", "v", "z", "e")
_HIDDEN_STATUS = (*("u", "um", "ur", "uf", "m", "mh", "a", "b", "c", "d", "f", "x", "xm"),)
HIDDEN_SAID = "an empty cell and " + " ".join(HIDDEN_WORDS[1:])
TOTALS_SAID = "an empty cell, " + ", ".join((*TOTAL_WORDS[1:], "total ...", "nederland"))


def means_total(text: str) -> bool:
    """Whether a group is everyone by its name alone.

    Examples
    --------
    >>> [means_total(text) for text in ("Totaal", "Totaal mannen en vrouwen", "Nederland")]
    [True, True, False]
    """
    word = text.strip().casefold()
    return word in TOTAL_WORDS or _TOTAL_OF.fullmatch(word) is not None


def may_be_country(text: str) -> bool:
    """Whether a group is the country, which is everyone where no other country stands beside it.

    Examples
    --------
    >>> may_be_country("Nederland"), may_be_country("Noord-Nederland")
    (True, False)
    """
    return text.strip().casefold() in COUNTRY_WORDS


def is_status(text: str) -> bool:
    """Whether a text is a status of τ-ARGUS."""
    return text.strip().casefold() in (*_SHOWN_STATUS, *_HIDDEN_STATUS)


def is_shown_status(text: str) -> bool:
    """Whether a status of τ-ARGUS says that the number of the cell is shown.

    Examples
    --------
    >>> is_shown_status("S"), is_shown_status("U"), is_shown_status("M")
    (True, False, False)
    """
    return text.strip().casefold() in _SHOWN_STATUS
