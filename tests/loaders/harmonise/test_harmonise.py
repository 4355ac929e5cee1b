"""One column: valid codes, kinds of missing, and codes that stop the reading."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import UnknownCodeError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.harmonise.age_band import band_ages
from eenzaam_stats.loaders.harmonise.column import Harmonised, RawColumn
from eenzaam_stats.loaders.harmonise.harmonise import harmonise_column

BOOK = load_codebook("gezondheidsmonitor")
NAN = float("nan")


def column(
    name: str,
    values: list[Any],
    *,
    labels: dict[Any, str] | None = None,
    declared: tuple[tuple[Any, Any], ...] = (),
    wave: int = 2016,
    first_row: int = 1,
) -> Harmonised:
    rows = np.arange(first_row, first_row + len(values))
    raw = RawColumn(name, pd.Series(values), rows, labels or {}, declared)
    variable = BOOK.wave(wave).variable(name)
    return harmonise_column(variable, raw, place=f"Gezondheidsmonitor {wave}")


def found(column: Harmonised) -> list[Any]:
    return [None if pd.isna(value) else value for value in column.values]


def missing(column: Harmonised) -> dict[str, int]:
    return dict(column.report().missing)


def test_item_becomes_ordered_answers_and_9_and_blank_are_no_answer():
    item = column("GGEEB201", [1.0, 2.0, 3.0, 9.0, NAN])
    assert found(item) == ["yes", "more_or_less", "no", None, None]
    assert list(item.values.cat.categories) == ["no", "more_or_less", "yes"]
    assert item.values.cat.ordered
    assert missing(item) == {"no_answer": 2}
    assert item.recodes == ("1 -> yes", "2 -> more_or_less", "3 -> no", "9 -> no_answer")


def test_kind_of_missing_comes_from_the_label_before_the_codebook():
    labels = {7.0: "Weigert", 8.0: "Weet niet", 9.0: "n.v.t."}
    item = column("GGEEB201", [1.0, 7.0, 8.0, 9.0, NAN], labels=labels)
    assert missing(item) == {"refused": 1, "dont_know": 1, "not_asked": 1, "no_answer": 1}
    assert item.missing_series().tolist()[1:] == ["refused", "dont_know", "not_asked", "no_answer"]


def test_declared_code_and_declared_range_are_missing_without_a_label():
    item = column("GGEEB201", [1.0, 7.0, 95.0], declared=((7.0, 7.0), (90.0, 99.0)))
    assert missing(item) == {"no_answer": 2}


def test_unknown_code_stops_with_column_code_count_and_first_row():
    sentence = (
        r"Gezondheidsmonitor 2016, column 'GGEEB201': code 7 \(2 row\(s\), first in row 12\) "
        r"is not in the codebook\. Correct the file or its missing declarations\."
    )
    with pytest.raises(UnknownCodeError, match=sentence):
        column("GGEEB201", [1.0, 3.0, 7.0, 7.0], first_row=10)


@pytest.mark.parametrize("code", [1.5, 0.0, -1.0, float("inf")])
def test_no_other_number_is_taken_for_an_answer(code):
    with pytest.raises(UnknownCodeError, match="is not in the codebook"):
        column("GGEEB201", [1.0, code])


def test_unknown_code_of_an_optional_column_names_the_way_out():
    with pytest.raises(UnknownCodeError, match="or leave out column 'education'"):
        column("MMOWA201", [1.0, 5.0])


def test_8_in_the_severe_flag_is_a_no_and_stays_in_the_base():
    severe = column("GGEES209", [0.0, 1.0, 8.0, 9.0], labels={8.0: "nvt"})
    assert found(severe) == [False, True, False, None]
    assert severe.values.mean() == pytest.approx(1 / 3)
    assert "8 -> no" in severe.recodes


def test_8_in_the_severe_flag_stays_a_no_when_the_file_declares_it_missing():
    severe = column("GGEES209", [1.0, 8.0], declared=((8.0, 9.0),))
    assert found(severe) == [True, False]
    assert severe.notes == (
        "GGEES209: the file declares 8 (nvt (niet eenzaam (score 0-2))) missing; "
        "the codebook lists it as valid.",
    )


def test_9_is_a_score_and_99_is_missing_in_the_total():
    total = column("GGEES203", [0.0, 9.0, 11.0, 99.0], declared=((99.0, 99.0),))
    assert found(total) == [0, 9, 11, None]


def test_9_is_a_region_even_when_the_file_declares_it_missing():
    region = column("MIREB201", [9.0, 25.0], declared=((9.0, 9.0),))
    assert found(region) == ["GGD regio Utrecht", "GGD Flevoland"]
    assert "9 (GGD regio Utrecht) missing" in region.notes[0]


def test_8_and_9_are_origins_in_one_variable_and_9_is_unknown_in_another():
    assert found(column("Etniciteit", [8.0, 9.0])) == ["turkey", "morocco"]
    assert found(column("herkomst", [8.0, 9.0])) == ["cape_verde", None]
    assert found(column("generatie", [0.0, 9.0])) == ["dutch", None]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([34.0, 363.0, NAN], ["0034", "0363", None]),
        (["0034", "0363", ""], ["0034", "0363", None]),
        (["34", " 363 ", "GM0034"], ["0034", "0363", "0034"]),
    ],
)
def test_municipality_is_four_digits_from_numbers_and_text(values, expected):
    assert found(column("Gemeentecode", values, wave=2022)) == expected


@pytest.mark.parametrize("value", ["Aa en Hunze", "0", "12345", "-34"])
def test_municipality_that_is_no_code_stops(value):
    with pytest.raises(UnknownCodeError, match="column 'Gemeentecode'"):
        column("Gemeentecode", ["0034", value], wave=2022)


def test_codes_that_the_file_stores_as_text_are_read_as_codes():
    assert found(column("GGEEB201", ["1", "3", "9", ""])) == ["yes", "no", None, None]


def test_person_key_loses_leading_zeros_and_decimals():
    assert found(column("RINPERSOON", ["000123", " 7 ", ""])) == ["123", "7", None]
    assert found(column("volgnummer", [1.0, 2.0, NAN])) == ["1", "2", None]


def test_key_that_is_declared_missing_is_missing():
    key = column("volgnummer", [1.0, 99.0], declared=((99.0, 99.0),))
    assert found(key) == ["1", None]
    assert missing(key) == {"no_answer": 1}


def test_age_outside_its_bounds_stops():
    assert found(column("LFT0109", [19.0, 104.0])) == [19, 104]
    with pytest.raises(UnknownCodeError, match="column 'LFT0109': code 999"):
        column("LFT0109", [19.0, 999.0])


def test_ages_fall_in_bands_with_both_bounds_included():
    ages = column("LFT0109", [17.0, 18.0, 24.0, 25.0, 84.0, 85.0, 103.0, NAN])
    bands = band_ages(ages, BOOK.wave(2022).variable("LeeftijdSub"))
    assert found(bands) == [None, "18-24", "18-24", "25-39", "75-84", "85+", "85+", None]
    assert missing(bands) == {"invalid": 1, "no_answer": 1}
    assert bands.values.cat.categories[0] == "18-24"


def test_column_with_nothing_but_blanks_is_all_missing():
    item = column("GGEEB201", [NAN, NAN])
    assert item.report().n_valid == 0
    assert missing(item) == {"no_answer": 2}


def test_many_labels_are_one_recode_in_the_report():
    assert column("MIREB201", [1.0, 2.0, 3.0]).recodes == ("3 code(s) -> their labels",)


def test_missing_answer_of_one_row_never_changes_another_row():
    whole = column("GGEEB201", [1.0, 2.0, 3.0, 1.0])
    holed = column("GGEEB201", [1.0, 9.0, 3.0, 1.0])
    assert [found(whole)[place] for place in (0, 2, 3)] == ["yes", "no", "yes"]
    assert [found(holed)[place] for place in (0, 2, 3)] == ["yes", "no", "yes"]
