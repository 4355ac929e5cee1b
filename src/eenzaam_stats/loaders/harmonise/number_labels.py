"""Labels on the numbers of a variable that is a number: an age of 99 with the label "no answer".

A label that is the number itself says nothing. Words that are known mean a missing answer (those
are handled before); any other label is never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.labels import format_code
from eenzaam_stats.messages import show_label
from eenzaam_stats.scoring.wording import normalise_label
from eenzaam_stats.vocabulary import MissingKind

Finding = Literal["number", "words", "contradiction"]
# A variable with at most this many numbers is a rating or a month: its steps may have names.
MOST_NAMED = 12
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_UNIT = re.compile(
    r"(?:leeftijd|age|alter|score|cijfer)?[ :=]*"
    r"(?:jaar|jr\.?|years?|yrs?|jahre?|euro|maanden?|months?|punten?|points?|%)?(?: old| oud| alt)?"
)
_BAND = re.compile(r"\D*\d+\s*(?:-|\u2013|\u2014|/|t/m|tot|to|bis|tm)\s*\d+\D*")


def compare_label(code: Any, label: str) -> Finding:
    """What a label says about a number: the same number, words, or another number.

    Examples
    --------
    >>> compare_label(99, "99 jaar"), compare_label(99, "99 or older"), compare_label(1, "18-24")
    ('number', 'words', 'contradiction')
    """
    words = " ".join(label.casefold().split())
    # A code with a range as its label is a class, and would pass as the age 3.
    if _BAND.fullmatch(words):
        return "contradiction"
    numbers = [float(own.replace(",", ".")) for own in _NUMBER.findall(words)]
    if not numbers:
        return "words"
    if _UNIT.fullmatch(_NUMBER.sub("", words, count=1).strip()):
        return "number" if float(code) in numbers else "contradiction"
    return "words"


def find_worded_numbers(variable: Variable, labels: Mapping[Any, str]) -> dict[Any, Finding]:
    """Codes inside the range of a numeric variable whose label is not that number.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    labels : mapping of code to str
        Labels by code, those that mean a missing answer left out.

    Returns
    -------
    dict of code to {"words", "contradiction"}
        What the label says. Words at the number itself ("99 or older") and names of the steps of a
        short range are words; a band, another number, or any other word on a long range is a
        contradiction.
    """
    if variable.bounds is None:
        return _find_reworded(variable, labels)
    low, high = variable.bounds
    short = high - low < MOST_NAMED
    found: dict[Any, Finding] = {}
    for code, label in labels.items():
        if isinstance(code, str) or not low <= code <= high:
            continue
        said = compare_label(code, label)
        if said == "words" and not (short or _names(code, label)):
            said = "contradiction"
        if said != "number":
            found[code] = said
    return found


def _find_reworded(variable: Variable, labels: Mapping[Any, str]) -> dict[Any, Finding]:
    """Numbers that the codebook lists one by one, with other words than its own and no number."""
    if variable.kind not in ("integer", "number"):
        return {}
    own = {
        code: normalise_label(variable.codes[code][1]) for code in labels if code in variable.codes
    }
    return {
        code: "words"
        for code, words in own.items()
        if normalise_label(labels[code]) != words and not _names(code, labels[code])
    }


def _names(code: Any, label: str) -> bool:
    return float(code) in [float(own.replace(",", ".")) for own in _NUMBER.findall(label)]


def notes_on_numbers(
    variable: Variable,
    raw: RawColumn,
    codes: Sequence[Any],
    kinds: Sequence[MissingKind | None],
    *,
    places: npt.NDArray[np.intp],
    place: str,
) -> tuple[str, ...]:
    """Sentences on numbers with a label, of the codes that occur.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    raw : RawColumn
        Column with its labels by code.
    codes, kinds : sequence
        Distinct codes of the column, and the kind of missing of each.
    places : ndarray of int, shape (n,)
        Place of every row in these.
    place : str
        Source and wave, for messages.

    Returns
    -------
    tuple of str
        One note with code, label and count, or none.

    Raises
    ------
    SchemaError
        If a label says that its code is not the number that it is read as.
    """
    said = {
        code: raw.labels[code]
        for code, kind in zip(codes, kinds, strict=True)
        if kind is None and code in raw.labels
    }
    worded = find_worded_numbers(variable, said)
    if not worded:
        return ()
    at = {
        code: np.isin(places, [place for place, own in enumerate(codes) if own == code])
        for code in worded
    }
    for code, finding in worded.items():
        if finding == "contradiction":
            raise _contradiction(variable, raw, code, at[code], place=place)
    shown = [
        f"{format_code(code)} {show_label(said[code])} ({int(at[code].sum()):,} row(s))"
        for code in worded
    ]
    more = f" and {len(shown) - MOST_NAMED} more" if len(shown) > MOST_NAMED else ""
    listing = ", ".join(shown[:MOST_NAMED]) + more
    return (f"{raw.name}: read as the number although the file labels it: {listing}",)


def _contradiction(
    variable: Variable, raw: RawColumn, code: Any, at: npt.NDArray[np.bool_], *, place: str
) -> SchemaError:
    way = "" if variable.required else f", or leave out column {variable.name!r}"
    return SchemaError(
        f"{place}, column {raw.name!r}: code {format_code(code)} ({int(at.sum()):,} row(s), first "
        f"in row {int(raw.rows[int(at.argmax())])}) is labelled "
        f"{show_label(raw.labels[code])} in the file "
        "and would be read as that number. Declare it missing in the file, or remove the label "
        f"where it is the number; in a mapping, let min and max leave it out{way}."
    )
