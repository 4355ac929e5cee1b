"""What the value labels in a file say: which codes mean missing, and whether they contradict us.

The direction of an answer comes from the codebook. Labels in the file are a witness: where they
say the opposite, reading stops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from eenzaam_stats.errors import ScaleError, SchemaError
from eenzaam_stats.loaders.codebook.answer_labels import construe, find_contradiction
from eenzaam_stats.loaders.codebook.layout import Code, Value, Variable, list_answers
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.harmonise.mapping_line import line_for_label
from eenzaam_stats.messages import show_label
from eenzaam_stats.scoring.wording import FREQUENCY_WORDS, is_compound, normalise_label, plain

# First words of a flag.
FLAG_WORDS = {"ja": True, "yes": True, "wel": True, "nee": False, "no": False, "niet": False}


_UNCERTAIN = "The direction of the answers is not certain; check the file and the wave."


def require_agreement(
    variable: Variable,
    labels: Mapping[Any, str],
    *,
    column: str,
    declares: Callable[[Any], bool] = lambda _: False,
) -> None:
    """Stop when a value label of the file contradicts the codebook.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    labels : mapping of code to str
        Value labels of the file by the code that a cell has; an empty mapping cannot contradict
        anything.
    column : str
        Name in the file, for messages.
    declares : callable, optional
        Whether the file declares a code to be missing. Such a code is missing whatever its label
        says, unless the codebook lists it as valid.

    Raises
    ------
    ScaleError
        If a label of an item names another answer than the codebook, or an answer outside it; or a
        label of another question on loneliness names another frequency.
    SchemaError
        If a label of another variable names the value of another code.
    """
    for code, label in labels.items():
        # What a declared missing code is called has no direction.
        if code not in variable.codes and declares(code):
            continue
        # A label that repeats its code says nothing, and cannot contradict.
        if label.strip() == format_code(code):
            continue
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


def codes_by_label(variable: Variable) -> dict[str, Code]:
    """Codes by their printed label; a label of two codes with different values stands for none.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.

    Returns
    -------
    dict of str to code
        Keys are labels as ``normalise_label`` gives them.
    """
    found: dict[str, Code] = {}
    unclear = set()
    for code, label in variable.value_labels.items():
        first = found.setdefault(normalise_label(label), code)
        if _meaning(variable, first) != _meaning(variable, code):
            unclear.add(normalise_label(label))
    return {label: code for label, code in found.items() if label and label not in unclear}


def _meaning(variable: Variable, code: Code) -> object:
    return variable.codes[code][0] if code in variable.codes else variable.missing[code]


def format_code(code: Any) -> str:
    """Code as it is written in messages: whole numbers without decimals."""
    return code if isinstance(code, str) else f"{code:g}"


def unknown_answer(variable: Variable, code: Code, label: str) -> bool:
    """Whether a label of an item is neither the one of the codebook nor a known answer.

    A label that is the code itself, or none at all, says nothing and is no unknown answer.
    """
    if variable.role != "item" or label.strip() == format_code(code):
        return False
    if normalise_label(label) == normalise_label(variable.codes[code][1]):
        return False
    return is_compound(label) or not construe(variable.name, label, offered=list_answers(variable))


def _require_answer(variable: Variable, code: Any, label: str, *, column: str) -> None:
    expected = variable.codes[code][0] if code in variable.codes else None
    if expected and normalise_label(label) == normalise_label(variable.codes[code][1]):
        return
    said = construe(variable.name, label, offered=list_answers(variable))
    if expected is None and not said and (code in variable.missing or missing_kind(label)):
        return
    if expected not in said or is_compound(label):
        meaning = f"{expected!r} in the codebook" if expected else "not an answer in the codebook"
        raise ScaleError(
            f"Column {column!r}: code "
            f"{format_code(code)} is labelled {show_label(label)} in the file and is "
            f"{meaning}. {_UNCERTAIN}{_line(code, label, expected if said is None else None)}"
        )


def _line(code: Any, label: str, expected: Value | None) -> str:
    """Sentence with the line of a mapping that accepts a label which means nothing known."""
    line = line_for_label(format_code(code), label, expected)
    return f" {line}" if line else ""


def _require_frequency(variable: Variable, code: Any, label: str, *, column: str) -> None:
    """Raise when a label is the word for another frequency; other wordings are only reported."""
    expected = variable.codes[code][0] if code in variable.codes else None
    words = FREQUENCY_WORDS.get(plain(label), frozenset())
    labelled = codes_by_label(variable).get(normalise_label(label))
    named = None if labelled is None else variable.codes.get(labelled)
    other = named is not None and named[0] != expected
    if expected is None and not words and not other:
        return
    same = expected is not None and normalise_label(label) == normalise_label(
        variable.codes[code][1]
    )
    if not same and (other or (words and expected not in words) or missing_kind(label)):
        meaning = f"{expected!r} in the codebook" if expected else "no answer in the codebook"
        raise ScaleError(
            f"Column {column!r}: code "
            f"{format_code(code)} is labelled {show_label(label)} in the file and is "
            f"{meaning}. {_UNCERTAIN}"
        )


def _require_value(variable: Variable, code: Code, label: str, *, column: str) -> None:
    own = variable.value_labels[code]
    value = variable.codes[code][0] if code in variable.codes else None
    said = {_core(text): other for other, text in variable.codes.values()}
    flipped = variable.kind == "boolean" and _flag(label) not in (None, value)
    unknown = missing_kind(label) is not None and missing_kind(own) is None
    other = find_contradiction(variable.name, label, value) is not None if value else False
    if flipped or unknown or other or said.get(_core(label), value) != value:
        raise SchemaError(
            f"Column {column!r}: code "
            f"{format_code(code)} is labelled {show_label(label)} in the file and "
            f"{own!r} in the codebook. Check the file and the wave, or leave out column "
            f"{variable.name!r}."
        )


def _flag(label: str) -> Value | None:
    return FLAG_WORDS.get(plain(label).split(" ")[0])


def _core(label: str) -> str:
    """Label without brackets at its end; both Dutch words for severe count as one."""
    words = plain(re.sub(r"(?<=\S)\s*\(.*", "", label))
    # The same class is "ernstig" in 2016 and in one list of 2022, "sterk" in the other.
    return words.removeprefix("is ").replace("sterk", "ernstig")
