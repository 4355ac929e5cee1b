"""One row of a codebook becomes a ``Variable``; overlaps and gaps are errors that name the row.

Rows are numbered from 1 in the order of the TOML; value rows are numbered within their list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, get_args

from eenzaam_stats.age_bands import OPEN_AGE, parse_band
from eenzaam_stats.errors import EenzaamStatsError, SchemaError, list_all
from eenzaam_stats.loaders.codebook.answer_labels import find_contradiction
from eenzaam_stats.loaders.codebook.layout import (
    Code,
    EvidenceWord,
    Role,
    Status,
    Storage,
    Value,
    Variable,
    VariableKind,
    evidence_word,
    list_answers,
    read_code,
)
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.scoring.wording import normalise_label
from eenzaam_stats.vocabulary import MissingKind, require_option

Table = Mapping[str, Any]
_WHOLE = re.compile(r"[+-]?\d+")
_FREE = ("integer", "number")
_SAID_STATUS: Mapping[EvidenceWord, Status] = MappingProxyType(
    {
        "confirmed": "complete",
        "secondary": "complete",
        "derived": "complete",
        "unverified": "undetermined",
    }
)
_KINDS = frozenset(kind.value for kind in MissingKind)


def read_variable(row: Table, *, number: int, wave: str, evidence: str) -> Variable:
    """One variable of one wave, checked.

    Parameters
    ----------
    row : mapping
        Table of the TOML, with its own list of codes.
    number : int
        Number of the row in the codebook, from 1.
    wave : str
        Name of the wave.
    evidence : str
        How well the row is documented for this wave.

    Returns
    -------
    Variable

    Raises
    ------
    SchemaError
        If the row lacks a field, a code occurs twice or is both valid and missing, or codes, bounds
        or bands leave a gap.
    OptionError
        If a word is not in its vocabulary.
    """
    try:
        variable = _variable(row, number=number, wave=wave, evidence=evidence)
        if variable.status != "impossible":
            _require_sound(variable, number=number)
    except KeyError as error:
        raise SchemaError(f"codebook, row {number}: {error} is missing.") from error
    except EenzaamStatsError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        raise SchemaError(
            f"codebook, row {number}: a field holds something of another kind ({error}). "
            "Write it as the other rows do."
        ) from error
    return variable


def require_evidence(text: str, *, place: str) -> str:
    """Return a sentence of evidence that starts with a status word; any other is an error."""
    if text.replace(";", " ").split(" ")[0] not in get_args(EvidenceWord):
        raise SchemaError(f"codebook: {place} has evidence {text!r}, which has no status word.")
    return text


def require_no_repeated_rows(rows: Sequence[tuple[int, Variable]], *, wave: str) -> None:
    """Raise when two rows of one wave read the same name into the same column."""
    seen: dict[tuple[str, str], int] = {}
    for number, variable in rows:
        for source in variable.source_names:
            first = seen.setdefault((variable.name, source.casefold()), number)
            if first != number:
                raise SchemaError(
                    f"codebook, rows {first} and {number}: both read {source} into "
                    f"{variable.name} for {wave}. Keep one of them."
                )


def _variable(row: Table, *, number: int, wave: str, evidence: str) -> Variable:
    place = _place(row)
    words = _words(row, number=number, place=place)
    said = require_evidence(evidence, place=f"row {number}, {place}")
    codes = _read_codes(row["codes"], number=number, place=place)
    missing = _read_codes(row.get("missing", {}), number=number, place=place)
    kinds = {code: _missing_kind(entry[0], number, place) for code, entry in missing.items()}
    return Variable(
        name=row["name"],
        source_names=_source_names(row, number=number),
        role=row["role"],
        kind=words["kind"],
        label_nl=row["label_nl"],
        codes=MappingProxyType({code: (entry[0], entry[1]) for code, entry in codes.items()}),
        missing=MappingProxyType(kinds),
        missing_labels=MappingProxyType({code: entry[1] for code, entry in missing.items()}),
        declared_missing=row.get("declared_missing", bool(missing)),
        bounds=tuple(row["range"]) if "range" in row else None,
        storage=words["storage"],
        format=row.get("format", "F1" if codes else ""),
        evidence=said,
        note=row.get("note", ""),
        required=row.get("required", row["role"] == "item"),
        status=_status(
            row.get("status"), said, wave=wave, place=f"codebook, row {number}: status of {place}"
        ),
        otherwise=_otherwise(row.get("else")),
    )


def _source_names(row: Table, *, number: int) -> tuple[str, ...]:
    said = row.get("source_names", ())
    if not isinstance(said, list | tuple) or not all(isinstance(name, str) for name in said):
        raise SchemaError(
            f"codebook, row {number}: source_names is {said!r}. Write a list of names."
        )
    return tuple(said)


def _place(row: Table) -> str:
    return str(next(iter(row.get("source_names", ())), row["name"]))


def _words(row: Table, *, number: int, place: str) -> dict[str, Any]:
    words = {"kind": row.get("kind", "category"), "storage": row.get("storage", "numeric")}
    for name, value, options in (
        ("kind", words["kind"], VariableKind),
        ("storage", words["storage"], Storage),
        ("role", row["role"], Role),
    ):
        require_option(value, options, name=f"codebook, row {number}: {name} of {place}")
    return words


def _status(said: str | Table | None, evidence: str, *, wave: str, place: str) -> Status:
    own: Any = said.get(wave) if isinstance(said, Mapping) else said
    if own is None:
        return _SAID_STATUS[evidence_word(evidence)]
    require_option(own, Status, name=place)
    status: Status = own
    return status


def _otherwise(said: Value | None) -> MissingKind | Value | None:
    return MissingKind(said) if said in _KINDS else said


def _missing_kind(word: str, number: int, place: str) -> MissingKind:
    if word not in _KINDS:
        raise SchemaError(
            f"codebook, row {number}: {word!r} of {place} is no kind of missing. "
            f"Choose one of {list_all(sorted(_KINDS))}."
        )
    return MissingKind(word)


def _read_codes(table: Table, *, number: int, place: str) -> dict[Code, Any]:
    """Codes as the file holds them: numbers as numbers, everything else as text."""
    places: dict[Code, int] = {}
    coded: dict[Code, Any] = {}
    for at, (key, entry) in enumerate(table.items(), start=1):
        code = read_code(str(key))
        if code in places:
            raise SchemaError(
                f"codebook, row {number}: value rows {places[code]} and {at} of {place} are "
                f"both about code {code!r}."
            )
        if not isinstance(entry, list | tuple) or len(entry) != 2 or not isinstance(entry[1], str):
            raise SchemaError(
                f"codebook, row {number}: value row {at} of {place} is {entry!r}. "
                "Write a value and a label."
            )
        places[code] = at
        coded[code] = entry
    return coded


def _require_sound(variable: Variable, *, number: int) -> None:
    place = f"codebook, row {number}"
    if not variable.source_names:
        raise SchemaError(f"{place}: {variable.name} has no source_names.")
    name = variable.source_names[0]
    both = [code for code in variable.codes if code in variable.missing]
    if both:
        raise SchemaError(f"{place}: code(s) {both} of {name} are both valid and missing.")
    _require_bounds(variable, place=place, name=name)
    _require_no_hole(variable, place=place, name=name)
    _require_own_labels(variable, place=place, name=name)
    require_own_meaning(variable, place=place, name=name)


def _require_bounds(variable: Variable, *, place: str, name: str) -> None:
    if variable.bounds is None:
        if variable.kind in _FREE and not variable.codes:
            raise SchemaError(f"{place}: {name} is a free number and needs codes or a range.")
        return
    low, high = variable.bounds
    if low > high:
        raise SchemaError(f"{place}: the range of {name} runs from {low} down to {high}.")
    for words, codes in (("missing", variable.missing), ("codes", variable.codes)):
        inside = [c for c in codes if isinstance(c, (int, float)) and low <= c <= high]
        if inside:
            raise SchemaError(
                f"{place}: code(s) {inside} of {name} are in {words} and inside its range "
                f"[{low}, {high}]. Let each number have one meaning."
            )


def _require_no_hole(variable: Variable, *, place: str, name: str) -> None:
    if variable.kind == "integer" and variable.otherwise is None:
        whole = sorted(code for code in variable.codes if isinstance(code, int))
        hole = sorted(set(range(whole[0], whole[-1])) - set(whole)) if whole else []
        if hole:
            raise SchemaError(f"{place}: the codes of {name} leave out {hole}.")
    if variable.name == "age_group":
        _require_bands(variable.values, place=place, name=name)


def _require_bands(values: Iterable[Value], *, place: str, name: str) -> None:
    """Raise when age bands overlap or leave out an age."""
    bands = [(band, str(value)) for value in values if (band := parse_band(str(value)))]
    edges = sorted((low, OPEN_AGE if high is None else high, word) for (low, high), word in bands)
    for low, high, word in edges:
        if high < low:
            raise SchemaError(
                f"{place}: the range of {word} of {name} runs from {low} down to {high}."
            )
    for (_, high, word), (low, _, following) in pairwise(edges):
        if low <= high:
            raise SchemaError(f"{place}: bands {word} and {following} of {name} overlap.")
        if low > high + 1:
            raise SchemaError(f"{place}: bands {word} and {following} of {name} leave a gap.")


def _require_own_labels(variable: Variable, *, place: str, name: str) -> None:
    """Raise when the label of one code is the number of another."""
    for code, label in variable.value_labels.items():
        text = normalise_label(label)
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is not None and number != code and number in variable.value_labels:
            raise SchemaError(
                f"{place}: code {code!r} of {name} has the label {label!r}, which is another code."
            )


# Whether the values of a codebook row are those of the harmonised column that it fills. A row can
# be whole and still say something else than its own labels: such a row would turn answers round
# without a word. Names, codes and gaps are checked in row.py.

_CATEGORIES: Mapping[str, tuple[str, ...]] = {column.name: column.categories for column in COLUMNS}
_ITEMS = (*DJG_ITEMS, *UCLA_ITEMS)
_ENDS = {
    **dict.fromkeys(DJG_ITEMS, ("yes", "no")),
    **dict.fromkeys(UCLA_ITEMS, ("hardly_ever", "often")),
}


def require_own_meaning(variable: Variable, *, place: str, name: str) -> None:
    """Raise when a value is none of its column, or its label says that it is another one.

    Parameters
    ----------
    variable : Variable
        Row of the codebook.
    place, name : str
        Row and name in the file, for messages.

    Raises
    ------
    SchemaError
        If the row is an item that no scale has, a value is not one of the harmonised column, an
        item lacks one of its ends, or a label plainly stands for another value.
    """
    if variable.role == "item" and variable.name not in _ITEMS:
        raise SchemaError(
            f"{place}: {name} is an item, and {variable.name!r} is none. "
            f"Choose one of [{list_all(_ITEMS)}]."
        )
    _require_known_values(variable, place=place, name=name)
    for code, (value, label) in variable.codes.items():
        meant = find_contradiction(variable.name, label, value, offered=list_answers(variable))
        if meant:
            raise SchemaError(
                f"{place}: code {code!r} of {name} has the label {label!r}, which stands for "
                f"{meant}, and the value {value!r}. Correct one of them."
            )


def _require_known_values(variable: Variable, *, place: str, name: str) -> None:
    known = _CATEGORIES.get(variable.name, ())
    values = {value for value, _ in variable.codes.values()}
    if variable.otherwise is not None and not isinstance(variable.otherwise, MissingKind):
        values.add(variable.otherwise)
    strange = sorted(str(value) for value in values if known and value not in known)
    if variable.kind == "boolean":
        strange = sorted(str(value) for value in values if not isinstance(value, bool))
        known = ("true", "false")
    if strange:
        raise SchemaError(
            f"{place}: value(s) [{list_all(strange)}] of {name} are none of {variable.name}. "
            f"Choose from [{list_all(known)}]."
        )
    absent = [end for end in _ENDS.get(variable.name, ()) if end not in values]
    if absent and variable.role == "item":
        raise SchemaError(f"{place}: the codes of {name} leave out [{list_all(absent)}].")
