"""The problems of one ``[[variable]]`` row of a mapping, each with its field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from eenzaam_stats.errors import list_all
from eenzaam_stats.loaders.codebook.answer_labels import find_contradiction
from eenzaam_stats.loaders.codebook.layout import read_code
from eenzaam_stats.loaders.mapping.labels import (
    CONTENT,
    FROM_OTHER_TABLES,
    INSTRUMENTS,
    MAPPED_COLUMNS,
    VARIABLE_FIELDS,
    Table,
    is_placeholder,
    is_published,
    nearest,
    read_entry,
)
from eenzaam_stats.loaders.mapping.stored_items import (
    TWO_ANSWERS,
    answer_set_problem,
    harmonise_value,
)
from eenzaam_stats.respondents import DJG_ITEMS, Column
from eenzaam_stats.scoring.dichotomised import KEYED, RAW
from eenzaam_stats.vocabulary import MissingKind

KINDS = tuple(kind.value for kind in MissingKind)
# An item on which yes is the answer that counts as lonely.
_WHERE_YES_COUNTS = "djg_3"
_NEEDED = {
    "category": "codes",
    "integer": "number = true with min and max",
    "text": "text = true",
}
_FIELD_OF = {"category": "codes", "integer": "number", "text": "text"}


def row_problems(row: Table) -> Iterator[str]:
    """Everything that is wrong with one row.

    Parameters
    ----------
    row : mapping
        The ``[[variable]]`` table.

    Yields
    ------
    str
        Field, what is wrong and the options; the caller says which row.
    """
    name = row.get("name")
    for field in row:
        if field not in VARIABLE_FIELDS:
            yield f"has no field {field!r}; {nearest(field, VARIABLE_FIELDS)}"
    yield from _name(name)
    yield from _column(row.get("column"))
    known = isinstance(name, str) and (name in MAPPED_COLUMNS or is_published(name))
    yield from _content(row, str(name), known=known)
    yield from _missing(row)


def _name(name: Any) -> Iterator[str]:
    if not isinstance(name, str):
        yield "name is missing"
    elif is_placeholder(name):
        yield f"name is not filled in: {name!r}"
    elif name in FROM_OTHER_TABLES:
        yield f"{name} is filled from [source] and [design]; remove the row"
    elif name not in MAPPED_COLUMNS and not is_published(name):
        yield f"{name!r} is no harmonised column; {nearest(name, MAPPED_COLUMNS)}"


def _column(column: Any) -> Iterator[str]:
    if is_placeholder(column):
        yield f"column is not filled in: {column!r}"
    elif not isinstance(column, str) or not column.strip():
        yield "column, the name in the file, is missing"


def _content(row: Table, name: str, *, known: bool) -> Iterator[str]:
    """Problems with what the values are: codes, numbers or text, and one of them only."""
    said = [field for field in CONTENT if field in row]
    column = MAPPED_COLUMNS.get(name)
    if len(said) != 1:
        wanted = _NEEDED[column.kind] if column else "one of codes, number = true, text = true"
        yield f"{' and '.join(said) or 'nothing'} says what the values are; {wanted} is needed"
        return
    if column and _FIELD_OF[column.kind] != said[0]:
        yield f"{said[0]} does not fit this column; {_NEEDED[column.kind]} is needed"
        return
    if said[0] == "codes":
        yield from _codes(row["codes"], name, column=column, known=known)
    elif row[said[0]] is not True:
        yield f"{said[0]} is {row[said[0]]!r}; write {said[0]} = true or remove it"
    if said[0] == "number":
        yield from _bounds(row)


def _bounds(row: Table) -> Iterator[str]:
    low, high = row.get("min"), row.get("max")
    for field, value in (("min", low), ("max", high)):
        if is_placeholder(value):
            yield f"{field} is not filled in: {value!r}"
        elif not isinstance(value, int) or isinstance(value, bool):
            yield f"{field} is {value!r}; a whole number is needed"
    if isinstance(low, int) and isinstance(high, int) and low > high:
        yield f"min {low} is above max {high}"


def _codes(codes: Any, name: str, *, column: Column | None, known: bool) -> Iterator[str]:
    if not isinstance(codes, dict) or not codes:
        yield 'codes are empty; one line per code is needed, for instance 1 = "yes"'
        return
    open_keys = [key for key in codes if is_placeholder(key)]
    if open_keys:
        yield f"codes are not filled in: {list_all(open_keys)}"
    stated = {key: harmonise_value(name, read_entry(entry)[0]) for key, entry in codes.items()}
    unfilled = [key for key, value in stated.items() if is_placeholder(value)]
    yield from (f"code {key!r} is not filled in: {stated[key]!r}" for key in unfilled)
    strange = {key: value for key, value in stated.items() if key not in unfilled and known}
    strange = {key: value for key, value in strange.items() if not _is_value(value, column)}
    if strange:
        yield _no_value(strange, column)
    values = [value for key, value in stated.items() if key not in unfilled]
    for key, entry in codes.items():
        problem = _contradiction(name, key, entry, values)
        if problem and key not in unfilled and key not in strange:
            yield f"code {key!r}: {problem}"
    yield from _find_repeated(codes)
    yield from _answer_set(name, values)


def _is_value(value: Any, column: Column | None) -> bool:
    if column is None:
        return isinstance(value, (str, int))
    if not isinstance(value, str) or not value.strip():
        return False
    stored = column.name in DJG_ITEMS and value in KEYED
    return stored or not column.categories or value in column.categories


def _no_value(strange: Table, column: Column | None) -> str:
    """Sentence on values that the column cannot have, with all their codes at once."""
    codes = f"code{'s' * (len(strange) > 1)} {list_all(strange)}: {list_all(strange.values())}"
    are = "is" if len(strange) == 1 else "are"
    if column is None:
        return f"{codes} {are} no word or whole number"
    if not column.categories:
        return f"{codes} {are} no word; write it in quotes"
    a_value = "not a value" if len(strange) == 1 else "no values"
    return f"{codes} {are} {a_value} of {column.name}; {_options(column)}"


def _contradiction(name: str, key: str, entry: Any, values: Sequence[Any]) -> str | None:
    """Say when the words of a code or its printed label plainly mean another value.

    The label of a point may also say that the point counts: "yes" beside ``"lonely"``, on any item.
    """
    written, label = read_entry(entry)
    value, offered = harmonise_value(name, written), [str(own) for own in values]
    for words in (key, label):
        plainly = find_contradiction(name, words, value, offered=offered)
        counts = words is label and value in KEYED and written not in RAW
        if counts and find_contradiction(_WHERE_YES_COUNTS, label, value, offered=offered) is None:
            continue
        if plainly is not None:
            return f"{words!r} plainly means {plainly!r} and is mapped to {value!r}"
    return None


def _options(column: Column) -> str:
    words = f"options: {list_all(column.categories)}"
    return f"{words}; {TWO_ANSWERS}" if column.name in DJG_ITEMS else words


def _find_repeated(codes: Table) -> Iterator[str]:
    counts = Counter(read_code(key) for key in codes)
    for code, times in counts.items():
        if times > 1:
            yield f"code {code!r} occurs {times} times"


def _answer_set(name: str, values: list[Any]) -> Iterator[str]:
    """Refuse a set of answers that its scale cannot score, such as one without a neutral answer."""
    problem = answer_set_problem(name, [value for value in values if isinstance(value, str)])
    if problem:
        yield problem
    scale = next((s for s in INSTRUMENTS.values() if s and name in _items(s)), None)
    if scale is None or not scale.answer_sets or not all(v in scale.answers for v in values):
        return
    said = tuple(answer for answer in scale.answers if answer in values)
    if said not in scale.answer_sets:
        sets = " or ".join(f"[{list_all(answers)}]" for answers in scale.answer_sets)
        two = f"; {TWO_ANSWERS}" if name in DJG_ITEMS and len(said) == len(KEYED) else ""
        yield f"the answers are [{list_all(said)}]; the complete set {sets} is needed{two}"


def _items(scale: Any) -> list[str]:
    return [item.column for item in scale.items]


def _missing(row: Table) -> Iterator[str]:
    missing = row.get("missing", {})
    if not isinstance(missing, dict):
        yield "missing is no table of code = kind"
        return
    open_keys = [key for key in missing if is_placeholder(key)]
    if open_keys:
        yield f"missing is not filled in: {list_all(open_keys)}; remove the lines that do not apply"
    for key, entry in missing.items():
        kind, _ = read_entry(entry)
        if kind not in KINDS:
            yield f"missing {key!r}: {kind!r} is no kind of missing; options: {list_all(KINDS)}"
    codes = row.get("codes")
    valid = {read_code(key) for key in codes} if isinstance(codes, dict) else set()
    both = [key for key in missing if not is_placeholder(key) and read_code(key) in valid]
    if both:
        yield f"code(s) {list_all(both)} are both valid and missing"
    inside = [key for key in missing if _between(read_code(key), row.get("min"), row.get("max"))]
    if inside:
        yield f"missing code(s) {list_all(inside)} lie between min and max"
    if "else" in row and row["else"] not in KINDS:
        yield f"else is {row['else']!r}; options: {list_all(KINDS)}"


def _between(code: int | float | str, low: Any, high: Any) -> bool:
    if not all(isinstance(value, (int, float)) for value in (code, low, high)):
        return False
    return bool(low <= code <= high)
