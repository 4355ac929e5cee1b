"""Every problem of a mapping, found in one go: row, field, what is wrong, what would be right.

Only the mapping is looked at here, never a survey file. Nothing is guessed or repaired.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, get_args

from eenzaam_stats.design import RULES_OF_R
from eenzaam_stats.errors import OptionError, list_all
from eenzaam_stats.loaders.codebook.layout import read_code
from eenzaam_stats.loaders.formats.file_options import FileOptions
from eenzaam_stats.loaders.mapping import ssw
from eenzaam_stats.loaders.mapping.labels import (
    DESIGN_FIELDS,
    INSTRUMENTS,
    LONELINESS_ITEMS,
    NO_COLUMN,
    RESPONDENT_FIELDS,
    SOURCE_FIELDS,
    SOURCE_NAME,
    SOURCE_REQUIRED,
    STAGED_FIELDS,
    TABLES,
    Households,
    MappedEvidence,
    Table,
    instruments_in,
    is_placeholder,
    nearest,
    read_entry,
    years_in,
)
from eenzaam_stats.loaders.mapping.layout import list_stage_columns
from eenzaam_stats.loaders.mapping.row import row_problems
from eenzaam_stats.loaders.mapping.stored_items import harmonise_value
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.scoring.dichotomised import KEYED
from eenzaam_stats.vocabulary import SinglePsu

# Stands for the name of a row, in problems that several rows share.
_OWN = "\0"
_UNFILLED = "not filled in"
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a mapping.

    Attributes
    ----------
    part : str
        Table that it is in: source, design, respondents, instrument or variable.
    message : str
        Row, field, what is missing or wrong, and the options.
    """

    part: str
    message: str


def mapping_problems(raw: Table) -> tuple[Problem, ...]:
    """Everything that is wrong with a mapping, in the order of its tables.

    Parameters
    ----------
    raw : mapping
        Tables of the TOML file.

    Returns
    -------
    tuple of Problem
        Empty when the mapping can be used.
    """
    found: list[Problem] = [
        Problem("source", message) for message in unknown_fields(raw, TABLES, place="the mapping")
    ]
    tables: tuple[tuple[str, Callable[[Table], Iterator[str]]], ...] = (
        ("source", _source),
        ("file", _file),
        ("design", _design),
        ("respondents", _respondents),
    )
    for name, check in tables:
        table = raw.get(name, {})
        said = check(table) if isinstance(table, dict) else [f"[{name}] is no table"]
        found += [Problem(name, message) for message in said]
    rows = raw.get("variable", [])
    if not isinstance(rows, list) or not rows:
        return (*found, Problem("variable", "there is no [[variable]] row"))
    found += [Problem("variable", message) for message in _rows(rows)]
    source = raw.get("source", {})
    if isinstance(source, dict):
        found += [Problem("instrument", message) for message in _instrument(source, rows)]
    return tuple(found)


def unknown_fields(table: Table, known: Sequence[str], *, place: str) -> Iterator[str]:
    """Fields that a table does not have, with the nearest one that it has."""
    for field in table:
        if field not in known:
            yield f"{place} has no field {field!r}; {nearest(field, known)}"


def _source(table: Table) -> Iterator[str]:
    yield from unknown_fields(table, SOURCE_FIELDS, place="[source]")
    for field in SOURCE_REQUIRED:
        if field not in table:
            yield f"[source] lacks {field}"
    for field, value in table.items():
        if is_placeholder(value):
            yield f"[source] {field} is not filled in: {value!r}"
        elif field in _SOURCE_RULES:
            rule, wanted = _SOURCE_RULES[field]
            if not rule(value):
                yield f"[source] {field} is {value!r}; {wanted}"
    yield from _several_years(table)
    if table.get("name") == ssw.NAME:
        yield from ssw.ssw_demands(table)


def _several_years(table: Table) -> Iterator[str]:
    if len(years_in(table)) > 1 and "wave_column" not in table:
        yield "[source] wave lists several years; wave_column, the column with the year, is needed"


def _whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _words(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_known_instrument(value: Any) -> bool:
    said = [value] if isinstance(value, str) else value
    return (
        isinstance(said, list)
        and bool(said)
        and all(isinstance(word, str) and word in INSTRUMENTS for word in said)
        and (NO_COLUMN not in said or len(said) == 1)
    )


_SOURCE_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": (
        lambda value: _words(value) and SOURCE_NAME.fullmatch(value) is not None,
        "a short name of lower-case letters, digits and underscores is needed",
    ),
    "title": (_words, "words are needed"),
    "population": (_words, "words are needed"),
    "wave": (
        lambda value: bool(years_in({"wave": value})),
        "a year in four digits is needed, or a list of different years",
    ),
    "wave_column": (_words, "the name of the column with the year is needed"),
    "age_floor": (
        lambda value: _whole(value, 0, OLDEST),
        "the youngest age, a whole number without quotes, is needed",
    ),
    "instrument": (
        _is_known_instrument,
        f"options, one or a list: {list_all(INSTRUMENTS)}",
    ),
    "evidence": (
        lambda value: value in get_args(MappedEvidence),
        f"options: {list_all(get_args(MappedEvidence))}",
    ),
    "households": (
        lambda value: value in get_args(Households),
        f"options: {list_all(get_args(Households))}",
    ),
}


def _design(table: Table) -> Iterator[str]:
    yield from unknown_fields(table, DESIGN_FIELDS, place="[design]")
    if "weight" not in table:
        yield f'[design] lacks weight; name its column, or write weight = "{NO_COLUMN}"'
    for field, value in table.items():
        if is_placeholder(value):
            yield f"[design] {field} is not filled in: {value!r}"
        elif isinstance(value, list) and field in STAGED_FIELDS:
            yield from _stages(field, value)
        elif field in DESIGN_FIELDS and not _words(value):
            yield f'[design] {field} is {value!r}; the name of a column or "{NO_COLUMN}" is needed'
    clusters, sizes = (len(list_stage_columns({"design": table}, field)) for field in STAGED_FIELDS)
    if sizes and sizes != max(clusters, 1):
        yield (
            f"[design] fpc names {sizes} column(s) and cluster {clusters}; one population size per "
            "stage of sampling is needed"
        )
    rule = table.get("single_psu")
    options = (*get_args(SinglePsu), *RULES_OF_R)
    if _words(rule) and not is_placeholder(rule) and rule not in options:
        yield f"[design] single_psu is {rule!r}; options: {list_all(options)}"


def _stages(field: str, names: Sequence[Any]) -> Iterator[str]:
    sound = all(_words(name) and name != NO_COLUMN and not is_placeholder(name) for name in names)
    if not sound or len(names) > 2 or len(set(map(str, names))) != max(len(names), 1):
        yield (
            f"[design] {field} is {list(names)!r}; one column, or a list of two different ones for "
            "two stages of sampling, is needed"
        )


def _file(table: Table) -> Iterator[str]:
    known = [one.name for one in fields(FileOptions)]
    yield from unknown_fields(table, known, place="[file]")
    for field, value in table.items():
        if is_placeholder(value):
            yield f"[file] {field} is not filled in: {value!r}"
    own = {field: value for field, value in table.items() if field in known}
    try:
        FileOptions.of(own)
    except OptionError as error:
        yield f"[file] {error}"


def _respondents(table: Table) -> Iterator[str]:
    if not table:
        return
    yield from unknown_fields(table, RESPONDENT_FIELDS, place="[respondents]")
    column, keep = table.get("column"), table.get("keep")
    if not _words(column) or is_placeholder(column):
        yield f"[respondents] column is {column!r}; the name of a column is needed"
    codes = [read_code(str(one)) for one in keep] if isinstance(keep, list) else []
    if not codes or not all(isinstance(code, int) for code in codes):
        yield f"[respondents] keep is {keep!r}; a list of whole numbers is needed"


def _rows(rows: Sequence[Any]) -> Iterator[str]:
    found: dict[str, list[tuple[int, str]]] = {}
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            yield f"row {number} is no [[variable]] table"
            continue
        name = row["name"] if isinstance(row.get("name"), str) else ""
        for problem in row_problems(row):
            found.setdefault(_generalise_problem(problem, number, name), []).append((number, name))
    yield from (_on_rows(problem, at) for problem, at in found.items())
    tables = [row if isinstance(row, dict) else {} for row in rows]
    for field in ("name", "column"):
        said = [row.get(field) for row in tables]
        counts = Counter(
            value for value in said if isinstance(value, str) and not is_placeholder(value)
        )
        for value, times in counts.items():
            if times > 1:
                numbers = [str(at) for at, other in enumerate(said, start=1) if other == value]
                yield f"rows {', '.join(numbers)} have the same {field} {value!r}"


def _generalise_problem(problem: str, number: int, name: str) -> str:
    """Problem in words that other rows with it have too; what is to be filled in is of one row."""
    if _UNFILLED in problem:
        return f"{problem}{_OWN}{number}"
    return problem.replace(f" of {name};", f" of {_OWN};") if name else problem


def _on_rows(problem: str, at: Sequence[tuple[int, str]]) -> str:
    """One sentence for a problem, however many rows have it."""
    names = [name for _, name in at if name]
    place = f"row{'s' * (len(at) > 1)} {', '.join(str(number) for number, _ in at)}"
    place += f" ({', '.join(names)})" if names else ""
    own = names[0] if len(at) == 1 and names else "these columns"
    said = problem.partition(_OWN)[0] if _UNFILLED in problem else problem.replace(_OWN, own)
    return f"{place} {said}" if said.startswith("has no field") else f"{place}: {said}"


def _instrument(source: Table, rows: Sequence[Any]) -> Iterator[str]:
    declared = source.get("instrument")
    if is_placeholder(declared) or not _is_known_instrument(declared):
        return
    names = [row.get("name") for row in rows if isinstance(row, dict)]
    belong: set[str] = set()
    for word in instruments_in(source):
        scale = INSTRUMENTS[word]
        items = [item.column for item in scale.items] if scale else []
        belong.update(items)
        absent = [name for name in items if name not in names]
        if absent:
            yield f"instrument {word} needs a row for each of its items; absent: {list_all(absent)}"
    yield from _refuse_two_forms(rows)
    for number, name in enumerate(names, start=1):
        if name in LONELINESS_ITEMS and name not in belong:
            yield (
                f"row {number} ({name}) is an item of no declared instrument; add the instrument "
                "or remove the row"
            )


def _refuse_two_forms(rows: Sequence[Any]) -> Iterator[str]:
    """Refuse items of which some are dichotomised and others are not: one scale scores neither."""
    tables = [row for row in rows if isinstance(row, dict) and row.get("name") in DJG_ITEMS]
    two: list[str] = []
    more: list[str] = []
    for row in tables:
        codes = row.get("codes")
        entries = codes.values() if isinstance(codes, dict) else ()
        said = {str(harmonise_value(row["name"], read_entry(entry)[0])) for entry in entries}
        (more if said.isdisjoint(KEYED) else two).append(row["name"])
    if two and more:
        yield (
            f"the items [{list_all(two)}] are dichotomised and [{list_all(more)}] are not; "
            "store all items of a scale in one way"
        )
