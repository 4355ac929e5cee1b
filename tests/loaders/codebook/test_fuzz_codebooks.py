"""Broken codebooks: each is an error that names the row, or the same codebook as before.

What only this file sees: the packaged codebooks themselves with one thing changed. Hypothesis draws
the codebook, the row and the mistake, the same draws each time. A codebook in which the codes *and*
the labels of a row are exchanged together is whole: the labels of the file and the direction check
refuse it (``test_direction_of_synthetic``).
"""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.loaders.codebook import row as codebook_row
from eenzaam_stats.loaders.codebook.codebook import build_codebook, codebook_names, codebook_text

BOOKS = {name: tomllib.loads(codebook_text(name)) for name in codebook_names()}
Row = dict[str, Any]
Draw = Callable[..., Any]
FUZZ = settings(derandomize=True, deadline=None, max_examples=60)


def unshared(row: Row, book: Row) -> Row:
    """Row with its own list of codes and its own evidence instead of the names of shared ones."""
    for key in ("codes", "evidence"):
        if isinstance(row.get(key), str):
            row[key] = copy.deepcopy(book[key][row[key]])
    return row


def swapped_values(row: Row, _draw: Draw | None) -> None:
    """Two values exchange places, their labels stay."""
    codes = list(row["codes"])
    one, other = codes[0], codes[-1]
    (a, said), (b, words) = row["codes"][one], row["codes"][other]
    row["codes"][one], row["codes"][other] = [b, said], [a, words]


def valid_and_missing(row: Row, draw: Draw) -> None:
    code = draw(st.sampled_from(list(row["codes"])))
    row.setdefault("missing", {})[code] = ["no_answer", "onbekend"]


def same_code_twice(row: Row, draw: Draw) -> None:
    code = draw(st.sampled_from([code for code in row["codes"] if code.isdigit()]))
    row["codes"][draw(st.sampled_from([f"0{code}", f"+{code}"]))] = ["other", "iets anders"]


def unknown_target(row: Row, draw: Draw) -> None:
    code = draw(st.sampled_from(list(row["codes"])))
    row["codes"][code] = [draw(st.sampled_from(["ja", "Yes", "", "lonely", 1, None])), "x"]


def left_out_end(row: Row, draw: Draw) -> None:
    ends = [code for code, (value, _) in row["codes"].items() if value in ("yes", "no", "often")]
    del row["codes"][draw(st.sampled_from(ends))]


def unknown_kind_of_missing(row: Row, draw: Draw) -> None:
    row["missing"] = {"9": [draw(st.sampled_from(["unknown", "NA", "", None, 9])), "onbekend"]}


def unknown_else(row: Row, draw: Draw) -> None:
    row["else"] = draw(st.sampled_from(["missing", "ja", "NA", 0]))


def field_of_another_kind(row: Row, draw: Draw) -> None:
    field = draw(st.sampled_from(["codes", "missing", "codes.entry"]))
    wrong = draw(st.sampled_from([5, ["a"], [["a"]], True, 1.5]))
    if field == "codes.entry":
        row["codes"][next(iter(row["codes"]))] = wrong
    else:
        row[field] = wrong


def unknown_word(row: Row, draw: Draw) -> None:
    row[draw(st.sampled_from(["role", "kind", "storage", "status"]))] = "strange"


def lost_field(row: Row, draw: Draw) -> None:
    del row[draw(st.sampled_from(["name", "role", "label_nl"]))]


def unsaid_evidence(row: Row, draw: Draw) -> None:
    wave = draw(st.sampled_from(list(row["evidence"])))
    row["evidence"][wave] = draw(st.sampled_from(["", "sure; page 1", "[X]", "Confirmed"]))


def evidence_of_no_wave(row: Row, draw: Draw) -> None:
    row["evidence"][draw(st.sampled_from(["1999", "Z9", ""]))] = "confirmed; page 1"


def wrong_item(row: Row, draw: Draw) -> None:
    row["name"] = draw(st.sampled_from(["djg_0", "djg_12", "ucla_4", "sex", "item"]))


def lost_names(row: Row, _draw: Draw) -> None:
    row["source_names"] = []


# Mistakes of any row with answers, and of items alone.
ITEMS_ONLY = (swapped_values, unknown_target, left_out_end, unknown_else, wrong_item)
MISTAKES = (
    *ITEMS_ONLY,
    valid_and_missing,
    same_code_twice,
    unknown_kind_of_missing,
    field_of_another_kind,
    unknown_word,
    lost_field,
    unsaid_evidence,
    evidence_of_no_wave,
    lost_names,
)


def is_answer(row: Row, book: Row) -> bool:
    own = unshared(copy.deepcopy(row), book)
    return row["role"] == "item" and len(own.get("codes", {})) > 1


def rows_for(mistake: Callable[[Row, Draw], None]) -> list[tuple[str, int]]:
    """Codebooks and rows, counted from 0, in which a mistake can be made."""
    return [
        (name, at)
        for name, book in BOOKS.items()
        for at, row in enumerate(book["variable"])
        if (is_answer(row, book) if mistake in ITEMS_ONLY else whole_row(row, book))
    ]


def whole_row(row: Row, book: Row) -> bool:
    """Whether a row can be read in some wave and lists a numbered code."""
    own = unshared(copy.deepcopy(row), book)
    status = own.get("status", "")
    readable = "impossible" not in (status.values() if isinstance(status, dict) else [status])
    return readable and any(code.isdigit() for code in own.get("codes", {}))


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.__name__)
def test_broken_row_is_a_load_error_with_its_number(mistake):
    places = rows_for(mistake)
    assert len(places) >= 20
    tried = []

    @FUZZ
    @given(data=st.data())
    def broken(data):
        name, at = data.draw(st.sampled_from(places))
        book = copy.deepcopy(BOOKS[name])
        row = unshared(book["variable"][at], book)
        mistake(row, data.draw)
        with pytest.raises((SchemaError, OptionError), match=rf"\brow {at + 1}\b"):
            build_codebook(book)
        tried.append(name)

    broken()
    assert len(tried) >= min(50, len(places) // 2)


@FUZZ
@given(data=st.data())
def test_row_that_stands_twice_is_a_load_error_with_both_numbers(data):
    name = data.draw(st.sampled_from(sorted(BOOKS)))
    book = copy.deepcopy(BOOKS[name])
    at = data.draw(st.integers(0, len(book["variable"]) - 1))
    book["variable"].append(copy.deepcopy(book["variable"][at]))
    with pytest.raises(SchemaError, match=rf"rows {at + 1} and {len(book['variable'])}: both read"):
        build_codebook(book)


def bands(low: int, widths: list[int]) -> list[str]:
    """Age bands that follow each other, the last one open."""
    edges = [low]
    for width in widths:
        edges.append(edges[-1] + width)
    closed = [f"{a}-{b - 1}" for a, b in pairwise(edges)]
    return [*closed, f"{edges[-1]}+"]


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    low=st.integers(0, 30),
    widths=st.lists(st.integers(1, 20), min_size=2, max_size=6),
    moved=st.sampled_from([-1, 1]),
    data=st.data(),
)
def test_age_bands_that_overlap_or_leave_a_gap_are_errors_with_the_row(low, widths, moved, data):
    book = copy.deepcopy(BOOKS["gezondheidsmonitor"])
    at = next(i for i, row in enumerate(book["variable"]) if row["name"] == "age_group")
    row = unshared(book["variable"][at], book)

    def with_bands(words: list[str]) -> dict[str, Any]:
        row["codes"] = {str(code): [word, word] for code, word in enumerate(words, start=1)}
        return book

    words = bands(low, widths)
    assert build_codebook(with_bands(words)).name == "gezondheidsmonitor"
    place = data.draw(st.integers(1, len(words) - 1))
    first = int(words[place].split("-")[0].rstrip("+"))
    words[place] = words[place].replace(str(first), str(first + moved), 1)
    with pytest.raises(SchemaError, match=rf"row {at + 1}: .*(overlap|leave a gap|range)"):
        build_codebook(with_bands(words))


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(allow_nan=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(data=st.data())
def test_anything_in_any_field_is_an_error_of_ours_or_a_codebook(data):
    name = data.draw(st.sampled_from(sorted(BOOKS)))
    book = copy.deepcopy(BOOKS[name])
    at = data.draw(st.integers(0, len(book["variable"]) - 1))
    row = unshared(book["variable"][at], book)
    field = data.draw(st.sampled_from(sorted(row)))
    row[field] = data.draw(JSON)
    assert loaded(book) in (name, "refused")


def loaded(book: dict[str, Any]) -> str:
    try:
        return build_codebook(book).name
    except (SchemaError, OptionError) as error:
        return "refused" if str(error).endswith(".") else str(error)


def test_swapped_answers_when_the_guard_is_opened_then_load_without_a_word(monkeypatch):
    """The check can fail: without the guard every 'Ja' of the monitor is read as no."""
    book = copy.deepcopy(BOOKS["gezondheidsmonitor"])
    at = next(i for i, row in enumerate(book["variable"]) if row["name"] == "djg_1")
    swapped_values(unshared(book["variable"][at], book), None)
    with pytest.raises(SchemaError, match="which stands for yes, and the value 'no'"):
        build_codebook(book)
    monkeypatch.setattr(codebook_row, "require_own_meaning", lambda *_, **__: None)
    assert build_codebook(book).wave(2022).variable("GGEEB201").codes[1] == ("no", "Ja")
