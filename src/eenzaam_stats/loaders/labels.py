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
from eenzaam_stats.loaders.layout import Value, Variable
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
# First words of a flag.
FLAG_WORDS = {"ja": True, "yes": True, "wel": True, "nee": False, "no": False, "niet": False}


def plain(label: str) -> str:
    """Label without accents, signs, capitals and a leading number.

    Examples
    --------
    >>> plain("1. Min-of-meer")
    'min of meer'
    """
    letters = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
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
        If a label of an item names another answer than the codebook, or an answer outside it.
    SchemaError
        If a label of another variable names the value of another code.
    """
    for code, label in labels.items():
        if variable.role == "item":
            _require_answer(variable, code, label, column=column)
        elif code in variable.value_labels:
            _require_value(variable, code, label, column=column)


def differing_labels(variable: Variable, labels: Mapping[Any, str]) -> tuple[int, ...]:
    """Codes whose label in the file is worded otherwise than in the codebook."""
    own = {code: _core(said) for code, said in variable.value_labels.items()}
    return tuple(
        int(code)
        for code, said in labels.items()
        if code in own and _core(said) != own[code] and missing_kind(said) is None
    )


def _require_answer(variable: Variable, code: Any, label: str, *, column: str) -> None:
    expected = variable.codes[code][0] if code in variable.codes else None
    said = ANSWER_WORDS.get(plain(label))
    if expected is None and said is None and (code in variable.missing or missing_kind(label)):
        return
    if said is None or said != expected:
        meaning = f"{expected!r} in the codebook" if expected else "not an answer in the codebook"
        raise ScaleError(
            f"Column {column!r}: code {code:g} is labelled {label!r} in the file and is {meaning}. "
            "The direction of the answers is not certain; check the file and the wave."
        )


def _require_value(variable: Variable, code: int, label: str, *, column: str) -> None:
    own = variable.value_labels[code]
    value = variable.codes[code][0] if code in variable.codes else None
    said = {_core(text): other for other, text in variable.codes.values()}
    flipped = variable.kind == "boolean" and _flag(label) not in (None, value)
    unknown = missing_kind(label) is not None and missing_kind(own) is None
    if flipped or unknown or said.get(_core(label), value) != value:
        raise SchemaError(
            f"Column {column!r}: code {code:g} is labelled {label!r} in the file and {own!r} in "
            f"the codebook. Check the file and the wave, or leave out column {variable.name!r}."
        )


def _flag(label: str) -> Value | None:
    return FLAG_WORDS.get(plain(label).split(" ")[0])


def _core(label: str) -> str:
    """Label without brackets at its end; both Dutch words for severe count as one."""
    words = plain(re.sub(r"(?<=\S)\s*\(.*", "", label))
    return words.removeprefix("is ").replace("sterk", "ernstig")
