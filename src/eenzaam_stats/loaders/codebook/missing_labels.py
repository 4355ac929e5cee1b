"""Words on a code that stand for a missing answer, in Dutch, English and German.

A phrase counts at the begin of a label, and at its end where no number stands before it ("age
unknown"); a short word only as the whole label. What is not listed here is no missing answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from eenzaam_stats.scoring.wording import plain
from eenzaam_stats.vocabulary import MissingKind

# Phrases as ``plain`` writes them, apart by a bar; a star stands for the rest of a word.
_PHRASES: Mapping[MissingKind, str] = {
    MissingKind.DONT_KNOW: (
        "weet ik niet|weet niet|weet het niet|weet ik het niet|weet het ik niet|kan niet zeggen|"
        "kan ik niet zeggen|don t know|dont know|do not know|doesn t know|does not know|"
        "didn t know|not sure|unsure|can t say|cannot say|can t choose|no opinion|geen mening|"
        "geen idee|weiss nicht|weiss ich nicht|weiss es nicht|kann nicht sagen|"
        "kann ich nicht sagen|keine meinung"
    ),
    MissingKind.REFUSED: (
        "weiger*|geweigerd|wil niet zeggen|wil ik niet zeggen|wil het niet zeggen|"
        "wil dat niet zeggen|wil ik liever niet zeggen|wil geen antwoord|liever niet|"
        "zeg ik liever niet|zeg ik niet|wens niet te antwoorden|wenst niet te antwoorden|refus*|"
        "prefer not|prefers not|preferred not|rather not|would rather not|declined to|"
        "decline to|verweiger*|mochte nicht antworten|mochte ich nicht sagen|will nicht sagen"
    ),
    MissingKind.NOT_ASKED: (
        "not applicable|not asked|nvt|n v t|niet van toepassing|niet gevraagd|niet gesteld|"
        "niet voorgelegd|not in universe|inapplicable|not administered|not presented|"
        "not in sample|nicht gefragt|nicht gestellt|nicht erhoben|nicht anwendbar|"
        "nicht zutreffend|entfallt"
    ),
    MissingKind.NO_ANSWER: (
        "onbekend|onbekende|niet bekend|unknown|not known|unbekannt|nicht bekannt|geen antwoord|"
        "geen opgave|geen opgaaf|geen gegevens|geen informatie|geen respons|niet ingevuld|"
        "niet beantwoord|niet geantwoord|niet opgegeven|niet vermeld|niet beschikbaar|"
        "overgeslagen|ontbreekt|ontbrekend*|missing|missings|no answer|not answered|unanswered|"
        "no response|no reply|not stated|not available|not reported|not provided|not recorded|"
        "not specified|not given|not completed|unspecified|no data|no information|nonresponse|"
        "non response|skipped|sysmis|left blank|keine angabe*|keine antwort|ohne angabe|fehlt|"
        "fehlend*|nicht beantwortet|nicht angegeben|nicht ausgefullt|nicht verfugbar|undisclosed"
    ),
    MissingKind.INVALID: (
        "ongeldig*|invalid|ungultig*|onleesbaar|unreadable|illegible|unleserlich|out of range|"
        "meer dan een antwoord|meerdere antwoorden|more than one answer|multiple answers|"
        "niet codeerbaar|not codable|uncodable|mehrfachantwort*"
    ),
}
# Whole labels only: each of them also begins words of other meanings.
_WHOLE: Mapping[str, MissingKind] = {
    **dict.fromkeys(("dk", "d k", "wn", "w n", "dk na", "dk ref", "dk rf"), MissingKind.DONT_KNOW),
    **dict.fromkeys(("rf", "ref", "privacy"), MissingKind.REFUSED),
    **dict.fromkeys(("n a", "nap", "inap", "iap", "niu", "filter"), MissingKind.NOT_ASKED),
    **dict.fromkeys(("na", "n b", "k a", "ka", "leeg", "blanco", "blank"), MissingKind.NO_ANSWER),
    **dict.fromkeys(
        ("empty", "nan", "sysmiss", "vermist", "onb", "onbek", "no ans"), MissingKind.NO_ANSWER
    ),
    **dict.fromkeys(("error", "fout", "fehler"), MissingKind.INVALID),
}
# Words that may stand before the phrase itself.
_OPENING = (
    "(?:(?:ik|dat|dit|het|de|die|i|r|ich|das|respondent|deelnemer|vraag|question|frage|item|user|"
    "system|systeem|answer|antwoord|antwort|wert|value|waarde|code) )*"
)


def _patterns(form: str) -> dict[MissingKind, re.Pattern[str]]:
    found = {}
    for kind, phrases in _PHRASES.items():
        own = phrases.replace("*", "[a-z]*")
        found[kind] = re.compile(form.format(opening=_OPENING, own=f"(?:{own})"))
    return found


_AT_BEGIN = _patterns("{opening}{own}(?![a-z0-9])")
_AT_END = _patterns("[^0-9]* {own}$")


def missing_kind(label: str) -> MissingKind | None:
    """Kind of missing that a value label stands for, or ``None``.

    Examples
    --------
    >>> missing_kind("Weet niet"), missing_kind("GGD regio Utrecht")
    (<MissingKind.DONT_KNOW: 'dont_know'>, None)
    >>> missing_kind("99 = Leeftijd onbekend").value, missing_kind("Vraag niet gesteld").value
    ('no_answer', 'not_asked')
    """
    words = plain(label)
    if words in _WHOLE:
        return _WHOLE[words]
    found = (
        kind for form in (_AT_BEGIN, _AT_END) for kind, own in form.items() if own.match(words)
    )
    return next(found, None)
