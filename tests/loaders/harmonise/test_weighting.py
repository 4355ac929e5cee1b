"""The weight that is right for loneliness, wave by wave, and weights that cannot be used."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import DesignError, EenzaamStatsWarning
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.weighting import (
    complete_strata,
    sound_weights,
    weight_column,
    weight_total,
)

BOOK = load_codebook("gezondheidsmonitor")


def chosen(wave: int, *names: str, weight: str | None = None) -> tuple[str, tuple[str, ...]]:
    book = BOOK.wave(wave)
    index = NameIndex(names, book.prefixes)
    return weight_column(book, index, weight=weight, file="gm.sav")


def raw(values: list[object], declared: tuple[tuple[float, float], ...] = ()) -> RawColumn:
    return RawColumn("ewGGD", pd.Series(values), np.arange(11, 11 + len(values)), {}, declared)


@pytest.mark.parametrize(
    ("wave", "names", "expected"),
    [
        (2012, ("weegfactor1", "weegfactor2", "weegfactor3"), "weegfactor3"),
        (2016, ("ewCBSGGD", "ewGGD"), "ewGGD"),
        (2016, ("weegfactor3",), "weegfactor3"),
        (2020, ("ewGGDlang", "ewCBSGGD", "ewGGDkern"), "ewGGDkern"),
        (2022, ("ewCBSGGD", "EWGGD"), "EWGGD"),
        (2022, ("VO_ewCBSGGD", "VO_ewGGD"), "VO_ewGGD"),
    ],
)
def test_documented_weight_is_taken_without_being_named(wave, names, expected):
    assert chosen(wave, *names) == (expected, ())


def test_second_name_of_the_same_weight_is_noted_when_both_are_there():
    assert chosen(2016, "weegfactor3", "ewGGD") == (
        "ewGGD",
        ("weight ewGGD; weegfactor3 is in the file too and was not used",),
    )


@pytest.mark.parametrize(
    ("wave", "weight"),
    [
        (2012, "weegfactor1"),
        (2012, "weegfactor2"),
        (2016, "ewCBSGGD"),
        (2020, "EWCBSGGD"),
        (2022, "VO_ewCBSGGD"),
    ],
)
def test_weight_of_other_topics_is_refused_with_the_reason(wave, weight):
    with pytest.raises(
        DesignError, match="wrong weight for loneliness: it weights topics"
    ) as error:
        chosen(wave, weight, "ewGGD", weight=weight)
    assert error.value.exit_code == 3
    assert f"Use [{', '.join(repr(name) for name in BOOK.wave(wave).weights)}]" in str(error.value)


def test_absent_weight_lists_what_looks_like_a_weight():
    with pytest.raises(
        DesignError, match=r"\['ewGGDkern'\], which is not.*\['ewGGDlang', 'gewicht'\]"
    ):
        chosen(2020, "ewGGDlang", "gewicht", "GGEEB201")


def test_weight_of_2024_must_be_named():
    with pytest.raises(DesignError, match=r"2024 \(gm.sav\) needs weight=: no weight.*'VO_ewX'"):
        chosen(2024, "VO_ewX")


def test_weight_of_2024_that_is_named_is_used_and_noted():
    assert chosen(2024, "VO_ewX", weight="ewx") == (
        "VO_ewX",
        ("weight VO_ewX was chosen by the user; for loneliness none is documented",),
    )


@pytest.mark.parametrize(("wave", "weight"), [(2020, "ewGGDlang"), (2024, "VO_ewCBSGGD")])
def test_doubtful_weight_is_used_with_a_warning_and_a_note(wave, weight):
    with pytest.warns(EenzaamStatsWarning, match="is doubtful for loneliness"):
        column, notes = chosen(wave, weight, "ewGGDkern", weight=weight)
    assert column == weight
    assert "chosen by the user, is doubtful for loneliness" in notes[0]


def test_named_weight_that_is_the_documented_one_needs_no_note():
    assert chosen(2022, "ewGGD", weight="ewggd") == ("ewGGD", ())


def test_other_weight_that_is_named_is_noted_beside_the_documented_one():
    _, notes = chosen(2022, "mijn_gewicht", "ewGGD", weight="mijn_gewicht")
    assert notes == (
        "weight mijn_gewicht was chosen by the user; for loneliness the codebook has ['ewGGD']",
    )


def test_named_weight_that_is_absent_lists_what_looks_like_a_weight():
    with pytest.raises(DesignError, match=r"has no column 'gewicht'.*\['ewGGD'\]"):
        chosen(2022, "ewGGD", "GGEEB201", weight="gewicht")


@pytest.mark.parametrize("bad", [float("nan"), 0.0, -1.0, float("inf")])
def test_weight_that_is_not_above_zero_stops_with_count_and_first_row(bad):
    with pytest.raises(
        DesignError, match=r"'ewGGD' is blank, zero.* in 2 row\(s\), first in row 12"
    ):
        sound_weights(raw([1.0, bad, bad, 2.0]), place="Gezondheidsmonitor 2022")


def test_weight_that_is_declared_missing_stops():
    with pytest.raises(DesignError, match=r"in 1 row\(s\), first in row 13"):
        sound_weights(raw([1.0, 1.0, 999.0], ((999.0, 999.0),)), place="x")


def test_weight_that_is_text_stops():
    with pytest.raises(DesignError, match="holds text instead of numbers"):
        sound_weights(raw(["1.0"]), place="x")


@pytest.mark.parametrize(
    ("weights", "looks"),
    [
        ([0.5, 1.5], "standardised to the respondents"),
        ([700.0, 650.0], "a number of people"),
        ([2.0, 2.0], "neither the respondents nor plainly a number of people"),
    ],
)
def test_sum_of_weights_is_said_and_not_assumed(weights, looks):
    check = weight_total("ewGGD", np.array(weights))
    assert check.passed is None
    assert looks in check.message


def test_row_without_stratum_stops():
    strata = pd.Series(["1", None, None], dtype="str")
    with pytest.raises(DesignError, match=r"'PE' is blank in 2 row\(s\), first in row 6"):
        complete_strata(strata, np.array([5, 6, 7]), name="PE", place="x")
