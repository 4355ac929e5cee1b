"""Every population behind the printed numbers of a projection, against counts done by hand."""

from __future__ import annotations

import pytest

from eenzaam_stats.letter.figures.people import increase_to_2050, projection_2050
from eenzaam_stats.letter.recompute.combinations import (
    combinations,
    in_institutions,
    lonely_millions,
    study_denominators,
    wave_prevalence,
)
from eenzaam_stats.letter.recompute.projection import base_prevalence, growth_by_edition
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import persons

RTOL = 1e-12


def test_study_of_2018_when_people_are_19_and_over_then_41_percent_comes_out():
    table = study_denominators().set_index(["year", "floor"])
    # 5.2 / 13.273872 = 39.17, 5.9 / 14.395183 = 40.99; with 18 and over 38.60 and 40.44.
    assert table["persons"].loc[[(2015, 19), (2040, 19)]].tolist() == [13_273_872, 14_395_183]
    assert table["percent"].round(2).to_dict() == {
        (2015, 18): 38.60, (2015, 19): 39.17, (2040, 18): 40.44, (2040, 19): 40.99,
    }  # fmt: skip
    assert table["fits"].to_dict() == {
        (2015, 18): False, (2015, 19): False, (2040, 18): False, (2040, 19): True,
    }  # fmt: skip


@pytest.mark.parametrize(("wave", "percent"), [(2020, 46.6), (2022, 48.6), (2024, 46.0)])
def test_wave_when_its_bands_are_weighted_by_residents_then_the_printed_total_is_back(
    wave, percent
):
    edges = ((18, 74), (75, 84), (85, None))
    n = [persons(OBSERVED, wave, age_from=low, age_to=high) for low, high in edges]
    p = wave_prevalence(wave)
    assert sum(a * b for a, b in zip(p, n, strict=True)) / sum(n) == pytest.approx(percent / 100)
    assert all(0.4 < one < 0.7 for one in p)


def test_wave_when_2022_then_it_is_the_base_of_the_claim():
    assert wave_prevalence(2022) == pytest.approx(base_prevalence()[0], rel=RTOL)


def test_wave_when_2024_has_no_figure_for_75_to_84_then_75_and_over_is_met():
    _, old, oldest = wave_prevalence(2024)
    n = persons(OBSERVED, 2024, age_from=75, age_to=84), persons(OBSERVED, 2024, age_from=85)
    assert (old * n[0] + oldest * n[1]) / sum(n) == pytest.approx(0.51, rel=RTOL)


def test_institutions_when_a_year_is_published_then_it_is_that_number():
    assert [in_institutions(year) for year in (2020, 2022, 2024)] == [258_863, 267_000, 289_176]
    # 267 + 148 * 28 / 48 thousand
    assert in_institutions(2050) == pytest.approx(353_333.33, abs=0.01)


def test_private_households_when_2022_then_the_crude_prevalence_of_fewer_people():
    # 48.6 % of 14,289,828 - 267,000 = 6.815 million, of all residents 6.945 million.
    p = wave_prevalence(2022)
    private = lonely_millions(p, OBSERVED, 2022, floor=18, households="private")
    everyone = lonely_millions(p, OBSERVED, 2022, floor=18, households="residents")
    assert private == pytest.approx(0.486 * 14.022828, rel=1e-9)
    assert everyone == pytest.approx(0.486 * 14.289828, rel=1e-9)


def test_combinations_when_counted_then_one_of_36_gives_both_numbers():
    table = combinations()
    assert len(table) == 3 * 2 * 2 * 3
    assert not table.duplicated(["wave", "floor", "households", "edition"]).any()
    both = table[table["start_fits"] & table["end_fits"]]
    names = ["wave", "floor", "households", "edition"]
    assert both[names].values.tolist() == [[2022, 19, "residents", "derived_A"]]
    # 6.944856 million less 47.84 % of 214,061 people of 18
    assert both[["start", "end"]].round(3).values.tolist() == [[6.842, 7.629]]
    starts = table.drop_duplicates(["wave", "floor", "households"])
    assert int(starts["start_fits"].sum()) == 2
    assert int(table["end_fits"].sum()) == 3


def test_combinations_when_all_residents_of_18_then_they_are_the_growth_of_the_claim():
    table = combinations().query("wave == 2022 and floor == 18 and households == 'residents'")
    grown = {one.edition.name: one.parts.end / 1e6 for one in growth_by_edition()}
    assert len(grown) == 3
    for row in table.itertuples():
        assert row.end == pytest.approx(grown[row.edition], rel=1e-9)


@pytest.mark.parametrize(
    ("language", "numbers"),
    [("nl", ("−3,2%", "−3,0%", "+7,6%")), ("en", ("−3.2%", "−3.0%", "+7.6%"))],
)
def test_figures_that_end_in_2050_when_made_then_their_note_has_the_hindcast(language, numbers):
    for figure in (projection_2050(language), increase_to_2050(language)):
        assert all(number in figure.note for number in numbers)
        assert "2025" in figure.note
        assert figure.note in figure.alternative
