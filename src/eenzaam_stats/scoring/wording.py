"""What the words of an answer say by themselves: agreement or not, how strongly, how often.

Words are a witness against a declared meaning, never its source. A phrase counts only when every
word of it is known here; any other phrase says nothing. Signs that carry meaning stay: "ja!" is
another answer than "ja".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping

from eenzaam_stats.vocabulary import Answer

QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\u0091\u0092", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u0093\u0094", '"')
    | {"\u00a0": " "}
)
# Signs of other alphabets and of typography that are written with plain ones.
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("\u2757\u203c\u2755\u01c3", "!"),
        **dict.fromkeys("\u2212\u2013\u2014\u2010\u2011", "-"),
        **{"\u2264": "<=", "\u2265": ">=", "\u00b1": "+-", "\u00df": "ss", "\u00f8": "o"},
    }
)
# A minus is one before a number that nothing stands against; elsewhere it joins words.
_TOKEN = re.compile(r"[a-z0-9]+|!(?!\s*!)|[<>]=?|\+-?|(?<![a-z0-9])-(?=\d)")
_LEADING_NUMBER = re.compile(r"(?:- )?\d+ (?=[a-z])")

_YES, _NO, _NEUTRAL = Answer.YES.value, Answer.NO.value, Answer.MORE_OR_LESS.value
_STRONG = {_YES: Answer.STRONG_YES.value, _NO: Answer.STRONG_NO.value}
_OPPOSITE = {_YES: _NO, _NO: _YES}

# Words that agree or disagree, in Dutch, English and German.
_CORES: Mapping[str, str] = {
    **dict.fromkeys(("ja", "yes", "eens", "meeeens", "klopt", "waar", "agree", "agreed"), _YES),
    **dict.fromkeys(("true", "correct", "juist", "stimmt", "zu", "richtig", "wahr"), _YES),
    **dict.fromkeys(("toepassing", "applies", "apply"), _YES),
    **dict.fromkeys(("nee", "neen", "no", "nein", "oneens", "disagree", "disagreed"), _NO),
    **dict.fromkeys(("onwaar", "untrue", "false", "incorrect", "onjuist", "falsch", "ab"), _NO),
}
_NEGATIONS = frozenset({"niet", "not", "nicht", "don", "dont"})
_STRENGTHS = frozenset(
    {
        *("helemaal", "volledig", "geheel", "zeer", "sterk", "heel", "erg", "absoluut", "totaal"),
        *("zeker", "beslist", "volkomen", "strongly", "completely", "totally", "fully", "very"),
        *("entirely", "absolutely", "definitely", "wholly", "certainly", "much", "precies"),
        *("voll", "ganz", "vollig", "vollkommen", "stark", "uberhaupt", "gar", "genau", "sehr"),
        *("vollstandig", "absolut", "at", "all", "exactly", "lot", "!"),
    }
)
# Words of strength that stay strong behind a negation: "not at all", and unlike "not completely".
_STRONG_AFTER_ALL = frozenset({"at", "all", "!"})
_WEAKENERS = frozenset(
    {
        *("enigszins", "beetje", "eerder", "deels", "gedeeltelijk", "grotendeels", "meestal"),
        *("somewhat", "slightly", "rather", "partly", "mostly", "tend", "bit", "little"),
        *("moderately", "mildly", "probably", "eher", "teilweise", "etwas", "uberwiegend"),
    }
)
_NEITHER = frozenset({"neither", "nor", "noch", "weder"})
# Answers by themselves, which a sentence may follow: "yes, that is true".
_INTERJECTIONS = frozenset({"ja", "nee", "neen", "nein", "yes", "no"})
_FILLERS = frozenset(
    {
        *("ik", "ben", "het", "er", "ermee", "hier", "hiermee", "daar", "mee", "dat", "dit", "een"),
        *("is", "i", "it", "this", "that", "the", "statement", "ich", "und", "with", "to", "a"),
        *("do", "t", "am", "stimme", "trifft", "lehne", "dem", "das", "wel", "en", "of", "or"),
        *("and", "stelling", "de", "van", "does", "me", "mij"),
    }
)
_NEUTRAL_PHRASES = frozenset(
    {
        *("min of meer", "min of meer van toepassing", "more or less", "mehr oder weniger"),
        *("neutraal", "neutral", "neither", "teils teils", "weder noch", "mehr oder minder", "+-"),
    }
)
# Words of a flag, which do not say what the flag is about.
FLAGS = frozenset({"true", "false", "waar", "onwaar", "wahr", "falsch"})
# They stand for a question that was not put as often as for an answer, so they say nothing.
_NOT_PUT = frozenset({"niet van toepassing", "does not apply", "do not apply"})
# Words that may stand alone only with a verb: "zu" is German for agreeing, "to" is not.
_WITH_VERB: Mapping[str, frozenset[str]] = {
    "zu": frozenset({"stimme", "trifft"}),
    "ab": frozenset({"lehne"}),
}

_KNOWN = _NEGATIONS.union(_STRENGTHS, _WEAKENERS, _NEITHER, _FILLERS, _CORES)

# Whole answers on how often, and the values that they can stand for in one question or another.
FREQUENCY_WORDS: Mapping[str, frozenset[str]] = {
    "never": frozenset({"never", "hardly_ever"}),
    "nooit": frozenset({"never", "hardly_ever"}),
    "none of the time": frozenset({"never"}),
    "none or almost none of the time": frozenset({"never"}),
    "hardly ever": frozenset({"hardly_ever", "rarely"}),
    "hardly ever or never": frozenset({"hardly_ever", "never"}),
    "bijna nooit": frozenset({"hardly_ever", "rarely"}),
    "rarely": frozenset({"rarely", "hardly_ever"}),
    "zelden": frozenset({"rarely", "hardly_ever"}),
    "a little of the time": frozenset({"rarely"}),
    "some of the time": frozenset({"sometimes"}),
    "sometimes": frozenset({"sometimes"}),
    "soms": frozenset({"sometimes"}),
    "often": frozenset({"often"}),
    "vaak": frozenset({"often"}),
    "most of the time": frozenset({"often"}),
    "always": frozenset({"always"}),
    "altijd": frozenset({"always"}),
    "all of the time": frozenset({"always"}),
    "all or almost all of the time": frozenset({"always"}),
    "nie": frozenset({"never", "hardly_ever"}),
    "selten": frozenset({"rarely", "hardly_ever"}),
    "manchmal": frozenset({"sometimes"}),
    "oft": frozenset({"often"}),
    "immer": frozenset({"always"}),
}


def plain(label: str) -> str:
    """Words of a label without accents, capitals and a leading number; only signs with a meaning.

    Examples
    --------
    >>> plain("1. Min-of-meer"), plain("Nee!"), plain("\N{LESS-THAN OR EQUAL TO} 18"), plain("-1")
    ('min of meer', 'nee !', '<= 18', '- 1')
    """
    text = label.translate(QUOTES).casefold().translate(_SIGNS).replace("+/-", "+-")
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return _LEADING_NUMBER.sub("", " ".join(_TOKEN.findall(letters)), count=1)


def answers_said(label: str, offered: Collection[str] = ()) -> frozenset[str]:
    """Answers to a statement that a label can stand for; none when its words do not say.

    Parameters
    ----------
    label : str
        Words of one answer, in Dutch, English or German.
    offered : collection of str, default ()
        Answers that the questionnaire offers; a strong word is the plain answer where no strong
        one is offered.

    Returns
    -------
    frozenset of str
        Values of ``Answer``.

    Examples
    --------
    >>> sorted(answers_said("Helemaal mee eens")), sorted(answers_said("klopt niet"))
    (['yes'], ['no'])
    >>> sorted(answers_said("ja!", offered=tuple(Answer))), answers_said("now and then")
    (['strong_yes'], frozenset())
    """
    words = plain(label)
    if words in _NEUTRAL_PHRASES:
        return frozenset({_NEUTRAL})
    tokens = words.split(" ")
    core = None if words in _NOT_PUT else _find_core(tokens)
    if core in (None, _NEUTRAL):
        return frozenset() if core is None else frozenset({_NEUTRAL})
    strong = _STRONG[str(core)]
    if _is_weak(tokens):
        return frozenset({str(core), _NEUTRAL})
    if strong not in offered:
        return frozenset({str(core)})
    return frozenset({strong} if _STRENGTHS.intersection(tokens) else {str(core), strong})


def is_compound(label: str) -> bool:
    """Whether a label answers more than once, as "yes, that is true" does.

    Examples
    --------
    >>> is_compound("Ja, dat klopt"), is_compound("Klopt helemaal")
    (True, False)
    """
    tokens = plain(label).split(" ")
    return sum(token in _CORES for token in tokens) > 1 and _find_core(tokens) != _NEUTRAL


def _find_core(tokens: list[str]) -> str | None:
    """Yes, no or the neutral answer; ``None`` when a word is unknown or the words disagree."""
    if not all(token in _KNOWN for token in tokens):
        return None
    first, rest = tokens[0], tokens[1:]
    if first in _INTERJECTIONS and (_NEGATIONS.union(_CORES).intersection(rest)):
        same = _find_core(rest) == _CORES[first]
        return _CORES[first] if same or (_CORES[first] == _NO and not _cores(rest)) else None
    if any(verb.isdisjoint(tokens) for word, verb in _WITH_VERB.items() if word in tokens):
        return None
    return _single_core(tokens)


def _single_core(tokens: list[str]) -> str | None:
    said = _cores(tokens)
    negations = sum(token in _NEGATIONS for token in tokens)
    if len(said) > 1:
        neither = negations > 1 or not _NEITHER.isdisjoint(tokens)
        return _NEUTRAL if neither else None
    if not said or not _NEITHER.isdisjoint(tokens):
        return None
    core = said.pop()
    if not negations:
        return core
    return _OPPOSITE[core] if core == _YES and negations == 1 else None


def _cores(tokens: list[str]) -> set[str]:
    return {_CORES[token] for token in tokens if token in _CORES}


def _is_weak(tokens: list[str]) -> bool:
    """Whether the words soften the answer: "somewhat", or "not completely"."""
    if _WEAKENERS.intersection(tokens):
        return True
    negated = [at for at, token in enumerate(tokens) if token in _NEGATIONS]
    after = tokens[negated[0] :] if negated else []
    return bool((_STRENGTHS - _STRONG_AFTER_ALL).intersection(after))


def normalise_label(label: str) -> str:
    """Label with plain quotation marks, single blanks and lower case: for comparing whole labels.

    Examples
    --------
    >>> normalise_label(" Don\N{RIGHT SINGLE QUOTATION MARK}t  know")
    "don't know"
    """
    return " ".join(unicodedata.normalize("NFC", label).translate(QUOTES).split()).casefold()
