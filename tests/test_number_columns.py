"""Text becomes a number only where it can be read in one way; the witness is the number it was."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.cell_text import NumberFormat, is_no_value, says_nothing
from eenzaam_stats.errors import AmbiguousNumberError, OptionError
from eenzaam_stats.number_columns import numbers_in, numbers_or_nan

UNCERTAIN = {
    "point": ["1.234", "987", "12"],
    "comma": ["1,234", "987", "12"],
    "point only": ["1.234", "2.345"],
    "negative": ["-1.234", "987"],
    "both signs": ["1.5", "2,5", "3"],
    "both in one": ["1.234,50", "987"],
    "English both in one": ["1,234.50", "987"],
    "repeated": ["1.234.567", "987"],
    "blank between": ["1 234", "987"],
    "hard blank": ["1\u00a0234", "987"],
    "narrow blank": ["1\u202f234", "987"],
    "apostrophe": ["1'234", "987"],
    "curly apostrophe": ["1\u2019234", "987"],
    "beside a blank cell": ["1.234", "", "NA", "987"],
    "beside numbers of a workbook": ["1.234", 987.0],
}


@pytest.mark.parametrize("cells", UNCERTAIN.values(), ids=UNCERTAIN)
def test_numbers_that_can_be_read_in_two_ways_are_refused_and_the_options_named(cells):
    column = pd.Series(cells, dtype=object, name="w")
    said = r"mine, column 'w': .*\(\d+ cell\(s\), first in row 1\).*decimal=.*thousands="
    with pytest.raises(AmbiguousNumberError, match=said):
        numbers_in(column, place="mine")
    with pytest.raises(AmbiguousNumberError):
        numbers_or_nan(column, place="mine")


CERTAIN = {
    "no sign": (["1234", "987"], [1234, 987]),
    "one decimal tells": (["1.234", "0.5", "987"], [1.234, 0.5, 987]),
    "a zero before tells": (["0.234", "1.234", "987"], [0.234, 1.234, 987]),
    "four digits before tell": (["1234.567", "987"], [1234.567, 987]),
    "decimal comma": (["1,5", "0,25", "2"], [1.5, 0.25, 2]),
    "exponent": (["1e3", "2.5E-1", "3"], [1000, 0.25, 3]),
    "no digit on one side": ([".5", "1."], [0.5, 1]),
    "blanks around": ([" 1.5 ", "\u00a02\u200b"], [1.5, 2]),
}


@pytest.mark.parametrize(("cells", "numbers"), CERTAIN.values(), ids=CERTAIN)
def test_numbers_that_can_be_read_in_one_way_are_read(cells, numbers):
    assert numbers_in(pd.Series(cells, dtype=object), place="mine").tolist() == numbers


@pytest.mark.parametrize("cells", [["1", "een"], ["01.02.2020"], ["12-34"], ["1.2.3"], ["€ 5"]])
def test_column_with_a_word_stays_what_it_is(cells):
    assert numbers_in(pd.Series(cells, dtype=object), place="mine").tolist() == cells
    assert numbers_or_nan(pd.Series(cells, dtype=object), place="mine").isna().any()


FORMS = [
    NumberFormat(d, t) for d, t in [(".", ","), (",", "."), (",", " "), (".", "'"), (",", None)]
]


def printed(number: float, form: NumberFormat) -> str:
    """Print a number as the format has it, by the standard library."""
    text = f"{number:,.2f}" if form.thousands else f"{number:.2f}"
    signs = {",": form.thousands or "", ".": form.decimal or "."}
    return "".join(signs.get(sign, sign) for sign in text)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(
    numbers=st.lists(st.integers(-(10**10), 10**10).map(lambda cents: cents / 100), min_size=1),
    form=st.sampled_from(FORMS),
)
def test_printed_number_comes_back_when_its_signs_are_said(numbers, form):
    cells = pd.Series([printed(number, form) for number in numbers], dtype=object)
    assert numbers_in(cells, form, place="mine").tolist() == pytest.approx(numbers)


@settings(derandomize=True, deadline=None, max_examples=120)
@given(
    numbers=st.lists(st.integers(0, 10**7), min_size=1), sign=st.sampled_from([".", ",", " ", "'"])
)
def test_whole_numbers_with_groups_are_never_read_as_other_numbers(numbers, sign):
    """Without a word about the signs: the numbers that were printed, or a refusal."""
    cells = pd.Series([f"{number:,}".replace(",", sign) for number in numbers], dtype=object)
    try:
        assert numbers_in(cells, place="mine").tolist() == numbers
    except AmbiguousNumberError:
        assert max(numbers) >= 1000


@pytest.mark.parametrize(
    ("form", "cells"),
    [
        (NumberFormat(decimal=","), ["1.234", "18.5"]),
        (NumberFormat(thousands="."), ["1.234", "0.123"]),
        (NumberFormat(thousands="."), ["1.234", "18.5"]),
        (NumberFormat(thousands="."), ["1.234", "1234.567"]),
        (NumberFormat(decimal=",", thousands="."), ["1,234.5", "7"]),
        (NumberFormat(decimal="."), ["1,234", "7,5"]),
    ],
)
def test_numbers_that_are_not_written_as_was_said_are_refused(form, cells):
    with pytest.raises(AmbiguousNumberError, match="not written with"):
        numbers_in(pd.Series(cells, dtype=object), form, place="mine")


@pytest.mark.parametrize(
    ("decimal", "cells"),
    [(",", ["1.234", "987"]), (".", ["1,234", "987"]), (",", ["1 234", "987"])],
)
def test_sign_before_decimals_settles_the_other_sign(decimal, cells):
    form = NumberFormat(decimal=decimal)
    assert numbers_in(pd.Series(cells, dtype=object), form, place="mine").tolist() == [1234, 987]


@pytest.mark.parametrize("form", [NumberFormat(thousands="."), NumberFormat(decimal=",")])
def test_column_that_can_only_be_read_in_one_way_needs_no_word(form):
    """Ages as 18.0 beside weights with points between thousands."""
    cells = pd.Series(["18.0", "19.5", "7"], dtype=object)
    assert numbers_in(cells, form, place="mine").tolist() == [18, 19.5, 7]


def test_signs_that_are_none_or_the_same_are_refused():
    with pytest.raises(OptionError, match=r"decimal is ';', which is not an option"):
        NumberFormat(decimal=";")
    with pytest.raises(OptionError, match=r"thousands is '_', which is not an option"):
        NumberFormat(thousands="_")
    with pytest.raises(OptionError, match="are both ','"):
        NumberFormat(decimal=",", thousands=",")


NOTHING = ["", " ", "NA", "na", "N/A", "#N/A", "#N/B", "#NV", "#NULL!", "#LEEG!", "NULL", "(null)"]
NOTHING += ["nan", "NaN", "-nan", "<NA>", "NaT", ".", ".a", ".z", "._", "1.#IND", "\\N"]


@pytest.mark.parametrize("word", NOTHING)
def test_words_for_nothing_are_nothing_in_every_column(word):
    assert says_nothing(word)
    assert is_no_value(word)
    assert numbers_in(pd.Series([word, "2"], dtype=object), place="mine").isna().tolist() == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    "word", ["#REF!", "#DIV/0!", "#WAARDE!", "#¡VALOR!", "None", "-", "--", "?", "..", "–"]
)
def test_faults_of_a_workbook_are_no_value_and_no_blank_answer(word):
    assert is_no_value(word)
    assert not says_nothing(word)


@pytest.mark.parametrize("word", ["Noord", "Nadorst", "0", "N", "A", "-1", "nee", ".1", "A-B"])
def test_other_words_are_values(word):
    assert not is_no_value(word)
