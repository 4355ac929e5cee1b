"""The tables of kinds of fault and places: every row names a test that is there and reaches it.

``tests/kinds/*.csv`` have the columns ``kind``, ``place`` and ``test``. A place that a kind cannot
reach has a row all the same, with the reason: ``not reachable: why`` in place of a test.
"""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import eenzaam_stats as es
from eenzaam_stats.loaders.formats.opened import SUFFIXES
from eenzaam_stats.loaders.sources.any_source import SOURCES

FOLDER = Path(__file__).parent
TESTS = FOLDER.parent
HEADER = ["kind", "place", "test"]
UNREACHABLE = re.compile(r"not reachable: \w.{9,}")
FILES = sorted(FOLDER.glob("*.csv"))
READERS = tuple(sorted(known.read.__name__ for known in SOURCES.values()))
# Words by which a test says that it goes over all readers or all formats at once.
ALL_OF = {READERS: ("SOURCES", "SYNTHETIC_FILES"), SUFFIXES: ("SUFFIXES",)}

Row = tuple[str, str, str]


@cache
def rows(path: Path) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        read = list(csv.reader(stream))
    assert read[0] == HEADER, f"{path.name}: the header is {read[0]}"
    uneven = [number for number, row in enumerate(read, start=1) if len(row) != len(HEADER)]
    assert not uneven, f"{path.name}: line(s) {uneven} do not have three cells; quote a comma"
    return tuple((kind, place, test) for kind, place, test in read[1:])


@cache
def functions(path: Path) -> frozenset[str]:
    """Names of the test functions of a module, methods as ``Class::method``."""
    body = ast.parse(path.read_text("utf-8")).body
    found = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    for own in (node for node in body if isinstance(node, ast.ClassDef)):
        found |= {f"{own.name}::{one.name}" for one in own.body if isinstance(one, ast.FunctionDef)}
    return frozenset(found)


@cache
def source(path: Path) -> str:
    """Text of a test module with that of the test modules it imports, one level deep."""
    text = path.read_text("utf-8")
    texts = [text]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module:
            beside = TESTS / (node.module.replace(".", "/") + ".py")
            if beside.is_file():
                texts.append(beside.read_text("utf-8"))
    return "\n".join(texts)


def every_row() -> list[Row]:
    return [row for path in FILES for row in rows(path)]


def rows_with_test() -> list[tuple[str, Path, str]]:
    """Place, module and function of every row with a test."""
    split = [(place, *test.partition("::")[::2]) for _, place, test in every_row() if "::" in test]
    return [(place, TESTS / module, name) for place, module, name in split]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_filled_and_name_a_test_that_exists_or_a_reason(path):
    assert rows(path)
    wrong = []
    for row in rows(path):
        module, _, name = row[2].partition("::")
        known = name.startswith("test_") or "::test_" in name
        found = known and (TESTS / module).is_file() and name in functions(TESTS / module)
        if not (all(cell == cell.strip() != "" for cell in row[:2]) and found):
            wrong.append(row)
    assert [row for row in wrong if not UNREACHABLE.fullmatch(row[2])] == []


def test_no_row_stands_twice_and_no_place_is_reached_and_not_reachable():
    seen = Counter(every_row())
    assert [row for row, count in seen.items() if count > 1] == []
    reached = {(kind, place) for kind, place, test in seen if "::" in test}
    assert [row for row in seen if "::" not in row[2] and row[:2] in reached] == []


@pytest.mark.parametrize("places", [READERS, SUFFIXES], ids=["readers", "formats"])
def test_a_kind_that_names_one_reader_or_format_has_a_row_for_every_other(places):
    named: dict[str, set[str]] = {}
    for kind, place, _ in every_row():
        if place in places:
            named.setdefault(kind, set()).add(place)
    assert named
    lacking = {kind: sorted(set(places) - own) for kind, own in named.items()}
    assert {kind: names for kind, names in lacking.items() if names} == {}, (
        f"add a row for each, with a test or with {UNREACHABLE.pattern!r}"
    )


def test_a_test_is_not_named_for_a_reader_or_format_that_it_does_not_mention():
    checked, wrong = 0, []
    for place, module, name in rows_with_test():
        for places, together in ALL_OF.items():
            if place in places:
                checked += 1
                text = source(module)
                if place not in text and not any(word in text for word in together):
                    wrong.append((place, module.name, name))
    assert wrong == []
    assert checked >= len(SUFFIXES)


def test_a_test_is_not_named_for_a_public_function_that_it_does_not_mention():
    public = {name for name in es.__all__ if name.islower() and callable(getattr(es, name))}
    wrong, checked = [], 0
    for place, module, name in rows_with_test():
        if place in public - set(READERS):
            checked += 1
            if not re.search(rf"\b{place}\b", source(module)):
                wrong.append((place, module.name, name))
    assert wrong == []
    assert checked >= 3
