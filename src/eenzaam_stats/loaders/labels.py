"""What the value labels in a file say: which codes mean missing, and whether they contradict us.

The direction of an answer comes from the codebook. Labels in the file are a witness: where they
say the opposite, reading stops.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from eenzaam_stats.errors import ScaleError, SchemaError
from eenzaam_stats.loaders.layout import Code, Value, Variable
from eenzaam_stats.loaders.mapping_line import line_for_label
from eenzaam_stats.vocabulary import MissingKind

# Beginnings of Dutch and English labels of codes that stand for a missing answer.
MISSING_WORDS: tuple[tuple[str, MissingKind], ...] = (
    ("weet ik niet", MissingKind.DONT_KNOW),
    ("weet niet", MissingKind.DONT_KNOW),
    ("weet het niet", MissingKind.DONT_KNOW),
    ("don t know", MissingKind.DONT_KNOW),
    ("weiger", MissingKind.REFUSED),
    ("geweigerd", MissingKind.REFUSED),
    ("wil niet zeggen", MissingKind.REFUSED),
    ("wil ik niet zeggen", MissingKind.REFUSED),
    ("zeg ik liever niet", MissingKind.REFUSED),
    ("refus", MissingKind.REFUSED),
    ("prefer not to", MissingKind.REFUSED),
    ("not applicable", MissingKind.NOT_ASKED),
    ("not asked", MissingKind.NOT_ASKED),
    ("nvt", MissingKind.NOT_ASKED),
    ("n v t", MissingKind.NOT_ASKED),
    ("niet van toepassing", MissingKind.NOT_ASKED),
    ("niet gevraagd", MissingKind.NOT_ASKED),
    ("niet gesteld", MissingKind.NOT_ASKED),
    ("onbekend", MissingKind.NO_ANSWER),
    ("geen antwoord", MissingKind.NO_ANSWER),
    ("niet ingevuld", MissingKind.NO_ANSWER),
    ("ontbreekt", MissingKind.NO_ANSWER),
    ("missing", MissingKind.NO_ANSWER),
    ("unknown", MissingKind.NO_ANSWER),
    ("no answer", MissingKind.NO_ANSWER),
    ("ongeldig", MissingKind.INVALID),
    ("invalid", MissingKind.INVALID),
)
# Whole answers to an item; a five-category set is not one of this source.
ANSWER_WORDS = {
    "ja": "yes",
    "yes": "yes",
    "min of meer": "more_or_less",
    "min of meer van toepassing": "more_or_less",
    "more or less": "more_or_less",
    "nee": "no",
    "no": "no",
}
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
}
# First words of a flag.
FLAG_WORDS = {"ja": True, "yes": True, "wel": True, "nee": False, "no": False, "niet": False}


_UNCERTAIN = "The direction of the answers is not certain; check the file and the wave."
_QUOTES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\u0091\u0092", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u0093\u0094", '"')
    | {"\u00a0": " "}
)


def normalised(label: str) -> str:
    """Label with plain quotation marks, single blanks and lower case: for comparing whole labels.

    Examples
    --------
    >>> normalised(" Don\N{RIGHT SINGLE QUOTATION MARK}t  know")
    "don't know"
    """
    return " ".join(unicodedata.normalize("NFC", label).translate(_QUOTES).split()).casefold()


def plain(label: str) -> str:
    """Label without accents, signs, capitals and a leading number.

    Examples
    --------
    >>> plain("1. Min-of-meer")
    'min of meer'
    """
    letters = (
        unicodedata.normalize("NFKD", label.translate(_QUOTES)).encode("ascii", "ignore").decode()
    )
    words = re.sub(r"[^a-z0-9]+", " ", letters.casefold()).strip()
    return re.sub(r"^\d+ (?=[a-z])", "", words)


def missing_kind(label: str) -> MissingKind | None:
    """Kind of missing that a value label stands for, or ``None``.

    Examples
    --------
    >>> missing_kind("Weet niet"), missing_kind("GGD regio Utrecht")
    (<MissingKind.DONT_KNOW: 'dont_know'>, None)
    """
    words = plain(label)
    for start, kind in MISSING_WORDS:
        if words.startswith(start):
            return kind
    return None


def require_agreement(variable: Variable, labels: Mapping[Any, str], *, column: str) -> None:
    """Stop when a value label of the file contradicts the codebook.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    labels : mapping of code to str
        Value labels of the file; an empty mapping cannot contradict anything.
    column : str
        Name in the file, for messages.

    Raises
    ------
    ScaleError
        If a label of an item names another answer than the codebook, or an answer outside it; or a
        label of another question on loneliness names another frequency.
    SchemaError
        If a label of another variable names the value of another code.
    """
    for code, label in labels.items():
        if variable.role == "item":
            _require_answer(variable, code, label, column=column)
        elif variable.role == "loneliness":
            _require_frequency(variable, code, label, column=column)
        elif code in variable.value_labels:
            _require_value(variable, code, label, column=column)


def differing_labels(variable: Variable, labels: Mapping[Any, str]) -> tuple[Code, ...]:
    """Codes whose label in the file is worded otherwise than in the codebook."""
    own = {code: _core(said) for code, said in variable.value_labels.items()}
    return tuple(
        code if isinstance(code, str) or code % 1 else int(code)
        for code, said in labels.items()
        if code in own and _core(said) != own[code] and missing_kind(said) is None
    )


def coded_labels(variable: Variable) -> dict[str, Code]:
    """Codes by their printed label; a label of two codes with different values stands for none.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.

    Returns
    -------
    dict of str to code
        Keys are labels as ``normalised`` gives them.
    """
    found: dict[str, Code] = {}
    unclear = set()
    for code, label in variable.value_labels.items():
        first = found.setdefault(normalised(label), code)
        if _meaning(variable, first) != _meaning(variable, code):
            unclear.add(normalised(label))
    return {label: code for label, code in found.items() if label and label not in unclear}


def _meaning(variable: Variable, code: Code) -> object:
    return variable.codes[code][0] if code in variable.codes else variable.missing[code]


def shown_code(code: Any) -> str:
    """Code as it is written in messages: whole numbers without decimals."""
    return code if isinstance(code, str) else f"{code:g}"


def _require_answer(variable: Variable, code: Any, label: str, *, column: str) -> None:
    expected = variable.codes[code][0] if code in variable.codes else None
    if expected and normalised(label) == normalised(variable.codes[code][1]):
        return
    said = ANSWER_WORDS.get(plain(label))
    if expected is None and said is None and (code in variable.missing or missing_kind(label)):
        return
    if said is None or said != expected:
        meaning = f"{expected!r} in the codebook" if expected else "not an answer in the codebook"
        raise ScaleError(
            f"Column {column!r}: code {shown_code(code)} is labelled {label!r} in the file and is "
            f"{meaning}. {_UNCERTAIN}{_line(code, label, expected if said is None else None)}"
        )


def _line(code: Any, label: str, expected: Value | None) -> str:
    """Sentence with the line of a mapping that accepts a label which means nothing known."""
    line = line_for_label(shown_code(code), label, expected)
    return f" {line}" if line else ""


def _require_frequency(variable: Variable, code: Any, label: str, *, column: str) -> None:
    """Raise when a label is the word for another frequency; other wordings are only reported."""
    expected = variable.codes[code][0] if code in variable.codes else None
    words = FREQUENCY_WORDS.get(plain(label), frozenset())
    labelled = coded_labels(variable).get(normalised(label))
    named = None if labelled is None else variable.codes.get(labelled)
    other = named is not None and named[0] != expected
    if expected is None and not words and not other:
        return
    same = expected is not None and normalised(label) == normalised(variable.codes[code][1])
    if not same and (other or (words and expected not in words) or missing_kind(label)):
        meaning = f"{expected!r} in the codebook" if expected else "no answer in the codebook"
        raise ScaleError(
            f"Column {column!r}: code {shown_code(code)} is labelled {label!r} in the file and is "
            f"{meaning}. {_UNCERTAIN}"
        )


def _require_value(variable: Variable, code: Code, label: str, *, column: str) -> None:
    own = variable.value_labels[code]
    value = variable.codes[code][0] if code in variable.codes else None
    said = {_core(text): other for other, text in variable.codes.values()}
    flipped = variable.kind == "boolean" and _flag(label) not in (None, value)
    unknown = missing_kind(label) is not None and missing_kind(own) is None
    if flipped or unknown or said.get(_core(label), value) != value:
        raise SchemaError(
            f"Column {column!r}: code {shown_code(code)} is labelled {label!r} in the file and "
            f"{own!r} in the codebook. Check the file and the wave, or leave out column "
            f"{variable.name!r}."
        )


def _flag(label: str) -> Value | None:
    return FLAG_WORDS.get(plain(label).split(" ")[0])


def _core(label: str) -> str:
    """Label without brackets at its end; both Dutch words for severe count as one."""
    words = plain(re.sub(r"(?<=\S)\s*\(.*", "", label))
    return words.removeprefix("is ").replace("sterk", "ernstig")
