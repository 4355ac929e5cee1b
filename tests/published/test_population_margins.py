"""Margins of age band and sex add up to the residents of the packaged table."""

from __future__ import annotations

import pytest

from eenzaam_stats.age_bands import ADULT_BANDS, band_edges
from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.population_margins import population_margins
from eenzaam_stats.published.reference import persons


@pytest.mark.parametrize("year", [2008, 2022, 2025])
def test_margin_adds_up_to_the_adults_of_the_table(year: int) -> None:
    (margin,) = population_margins(year)
    assert margin["population"].sum() == persons("cbs_observed", year, age_from=18)
    men = margin.loc[margin["sex"] == "men", "population"].sum()
    assert men == persons("cbs_observed", year, age_from=18, sex="men")
    assert len(margin) == 2 * len(ADULT_BANDS)


def test_columns_carry_the_names_of_the_respondents() -> None:
    (margin,) = population_margins(
        2022, bands=("19+",), age_column="age_group", sex_column="gender"
    )
    assert list(margin.columns) == ["age_group", "gender", "population"]
    assert "not private households" in margin.attrs["population"]


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        (["18 - 24"], "age band is '18 - 24', which is no band"),
        (["24-18"], "age band is '24-18', which is no band"),
        (["18-24", "26+"], "'26\\+' does not begin after the one before it"),
        (["18+", "65+"], "'65\\+' does not begin after"),
        ([], "bands is empty"),
    ],
)
def test_bands_that_leave_someone_out_are_refused(bands, words) -> None:
    with pytest.raises(OptionError, match=words):
        band_edges(bands)


def test_a_band_that_cuts_a_band_of_the_table_is_refused() -> None:
    with pytest.raises(OptionError, match="first age of a band"):
        population_margins(2022, bands=("22+",))
