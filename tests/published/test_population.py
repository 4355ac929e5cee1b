"""Population bands against published totals, known answers and each other."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.reference import persons, reference
from eenzaam_stats.vocabulary import Sex

YEARS = {
    "cbs_observed": range(2008, 2026),
    "cbs_kernprognose_2016": range(2017, 2061),
    "derived_A": range(2025, 2051),
    "derived_B": range(2025, 2051),
}
NO_PAGE_READ = {2012, 2013, 2014, 2017}
# CBS rounds cells and totals of the forecast apart: lowest and highest difference over 44 years.
FORECAST_ROUNDING = {None: (-11, 12), "men": (-5, 8), "women": (-8, 9)}


@pytest.fixture(scope="module")
def both() -> pd.DataFrame:
    return pd.concat([reference("population"), reference("population_derived")])


@pytest.fixture(scope="module")
def totals() -> pd.DataFrame:
    frame = reference("population_totals")
    return frame[frame["status"] != "provisional"]


def differences(totals: pd.DataFrame, edition: str, sex: str | None) -> dict[int, int]:
    rows = totals[(totals["edition"] == edition) & (totals["sex"] == (sex or "total"))]
    return {
        int(row.year): persons(edition, int(row.year), sex=sex) - int(row.persons)
        for row in rows.itertuples()
    }


@pytest.mark.parametrize("edition", YEARS)
def test_every_edition_has_all_years_sexes_and_bands(both: pd.DataFrame, edition: str) -> None:
    rows = both[both["edition"] == edition]
    assert len(rows) == len(YEARS[edition]) * 2 * 20
    assert not rows.duplicated(["year", "sex", "age_low"]).any()
    assert set(rows["year"]) == set(YEARS[edition])
    assert set(rows["sex"]) == {"men", "women"}
    assert (rows["persons"] > 0).all()


def test_bands_cover_all_ages_without_gap_or_overlap(both: pd.DataFrame) -> None:
    bands = both.drop_duplicates("age_low").sort_values("age_low")
    edges = list(bands[["age_low", "age_high"]].itertuples(index=False))
    assert edges[0].age_low == 0
    assert edges[-1].age_low == 95
    assert pd.isna(edges[-1].age_high)
    assert all(after.age_low == before.age_high + 1 for before, after in pairwise(edges))
    assert {15, 18, 19, 20, 65, 75, 85} <= set(bands["age_low"])
    assert list(bands["age_band"])[:5] == ["0-14", "15-17", "18-18", "19-19", "20-24"]
    assert list(bands["age_band"])[-1] == "95+"
    assert both.groupby("age_low")["age_band"].nunique().max() == 1


def test_official_and_derived_populations_live_apart() -> None:
    official, derived = reference("population"), reference("population_derived")
    assert set(official["edition"]) == {"cbs_observed", "cbs_kernprognose_2016"}
    assert set(official["status"]) == {"observed", "official_forecast"}
    assert set(derived["edition"]) == {"derived_A", "derived_B"}
    assert set(derived["status"]) == {"derived_not_official"}
    assert set(derived["evidence"]) == {"derived"}


def test_observed_counts_equal_every_published_total(totals: pd.DataFrame) -> None:
    found = differences(totals, "cbs_observed", None)
    assert set(found) == set(YEARS["cbs_observed"]) - NO_PAGE_READ
    assert set(found.values()) == {0}


@pytest.mark.parametrize("sex", ["men", "women"])
def test_observed_counts_equal_published_totals_by_sex(totals: pd.DataFrame, sex: str) -> None:
    assert differences(totals, "cbs_observed", sex) == dict.fromkeys(range(2020, 2025), 0)


@pytest.mark.parametrize("sex", [None, "men", "women"])
def test_forecast_equals_its_totals_but_for_rounding(totals: pd.DataFrame, sex: str | None) -> None:
    found = differences(totals, "cbs_kernprognose_2016", sex)
    assert len(found) == 44
    assert (min(found.values()), max(found.values())) == FORECAST_ROUNDING[sex]


def test_published_men_and_women_add_up(totals: pd.DataFrame) -> None:
    wide = totals.pivot_table(
        index=["edition", "year"], columns="sex", values="persons", aggfunc="first"
    ).dropna()
    assert len(wide) == 44 + 5
    assert (wide["total"] - wide["men"] - wide["women"]).abs().max() <= 1


def test_provisional_totals_are_kept_apart() -> None:
    frame = reference("population_totals").query("status == 'provisional'")
    found = dict(zip(frame["year"], frame["persons"], strict=True))
    assert found == {2021: 17_474_693, 2024: 17_947_684, 2025: 18_045_532}


@pytest.mark.parametrize(
    ("year", "count"),
    [
        (2012, 13_243_578),
        (2016, 13_562_539),
        (2020, 14_070_340),
        (2021, 14_164_193),
        (2022, 14_289_828),
        (2023, 14_498_189),
        (2024, 14_639_597),
        (2025, 14_750_822),
    ],
)
def test_adults_are_counted_from_eighteen(year: int, count: int) -> None:
    # StatLine 7461bev, single ages 18 and over.
    assert persons("cbs_observed", year, age_from=18) == count


@pytest.mark.parametrize(
    ("edition", "year", "age_from", "count"),
    [
        ("cbs_observed", 2015, 19, 13_273_872),  # 5.2 million of these are 39.2 %
        ("cbs_observed", 2016, 19, 13_362_538),
        ("cbs_observed", 2025, 0, 18_044_027),
        ("cbs_observed", 2023, 65, 3_601_167),
        ("cbs_kernprognose_2016", 2040, 19, 14_395_183),  # 5.9 million of these are 41.0 %
        ("cbs_kernprognose_2016", 2050, 18, 14_710_427),
        ("cbs_kernprognose_2016", 2050, 0, 18_134_707),
        ("derived_A", 2050, 0, 18_831_374),
        ("derived_B", 2050, 0, 19_696_474),
        ("derived_A", 2050, 18, 15_633_549),
        ("derived_B", 2050, 18, 16_298_726),
    ],
)
def test_known_counts(edition: str, year: int, age_from: int, count: int) -> None:
    assert persons(edition, year, age_from=age_from) == count


@pytest.mark.parametrize(
    ("edition", "age_from", "millions"),
    [
        ("derived_A", 65, 4.98),
        ("derived_B", 65, 5.01),
        ("derived_A", 75, 3.00),
        ("derived_B", 75, 3.02),
        ("derived_A", 80, 2.00),
        ("derived_B", 80, 2.01),
    ],
)
def test_derived_older_people_in_2050(edition: str, age_from: int, millions: float) -> None:
    assert round(persons(edition, 2050, age_from=age_from) / 1e6, 2) == millions


@pytest.mark.parametrize("edition", ["derived_A", "derived_B"])
def test_derived_runs_start_at_the_observed_count(both: pd.DataFrame, edition: str) -> None:
    key = ["sex", "age_low"]
    start = both[both["year"] == 2025].set_index(key)
    observed = start[start["edition"] == "cbs_observed"]["persons"]
    assert len(observed) == 40
    pd.testing.assert_series_equal(
        start[start["edition"] == edition]["persons"].sort_index(), observed.sort_index()
    )


@pytest.mark.parametrize(
    ("year", "age_from", "percent"),
    # Kernprognose 2016 over the count, minus one: 2020 and 2025 at four age floors.
    [
        (2020, 0, -0.4),
        (2020, 18, -0.6),
        (2020, 75, 0.4),
        (2020, 85, 1.7),
        (2025, 0, -2.4),
        (2025, 18, -3.2),
        (2025, 75, 2.9),
        (2025, 85, 7.6),
    ],
)
def test_hindcast_of_the_forecast(year: int, age_from: int, percent: float) -> None:
    forecast = persons("cbs_kernprognose_2016", year, age_from=age_from)
    counted = persons("cbs_observed", year, age_from=age_from)
    assert round(100 * (forecast / counted - 1), 1) == percent


def test_parts_add_up_to_everyone() -> None:
    young = persons("cbs_observed", 2024, age_to=17)
    grown = persons("cbs_observed", 2024, age_from=18, age_to=74)
    older = persons("cbs_observed", 2024, age_from=75)
    assert young + grown + older == persons("cbs_observed", 2024) == 17_942_942
    by_sex = [persons("cbs_observed", 2024, sex=sex) for sex in (Sex.MEN, "women")]
    assert by_sex == [8_920_768, 9_022_174]


def test_one_single_year_of_age_is_a_band() -> None:
    eighteen = persons("cbs_observed", 2022, age_from=18, age_to=18)
    assert eighteen == persons("cbs_observed", 2022, age_from=18) - persons(
        "cbs_observed", 2022, age_from=19
    )


def test_count_is_a_plain_integer() -> None:
    assert type(persons("cbs_observed", 2022)) is int


def test_unknown_edition_lists_official_editions_first() -> None:
    with pytest.raises(
        OptionError,
        match=r"population edition is 'cbs_2023'.*"
        r"'cbs_observed', 'cbs_kernprognose_2016', 'derived_A', 'derived_B'",
    ):
        persons("cbs_2023", 2022)


def test_absent_year_names_the_years_there_are() -> None:
    with pytest.raises(
        OptionError, match=r"year is 2026.*edition 'cbs_observed' does not have.*2008-2025"
    ):
        persons("cbs_observed", 2026)


@pytest.mark.parametrize("age", [16, 21, 96, -1])
def test_age_that_cuts_a_band_is_refused(age: int) -> None:
    with pytest.raises(OptionError, match=rf"age_from \(first age of a band\) is {age}.*0, 15, 18"):
        persons("cbs_observed", 2022, age_from=age)


@pytest.mark.parametrize("age", [16, 95, 130])
def test_last_age_that_cuts_a_band_is_refused(age: int) -> None:
    with pytest.raises(OptionError, match=rf"age_to \(last age of a band\) is {age}.*14, 17, 18"):
        persons("cbs_observed", 2022, age_to=age)


def test_last_age_before_the_first_is_refused() -> None:
    with pytest.raises(OptionError, match=r"age_to \(last age of a band\) is 17.*one of 69, 74"):
        persons("cbs_observed", 2022, age_from=65, age_to=17)


@pytest.mark.parametrize("sex", ["total", "other", "female"])
def test_sex_that_is_not_counted_is_refused(sex: str) -> None:
    with pytest.raises(OptionError, match=rf"sex is '{sex}'.*'men', 'women'"):
        persons("cbs_observed", 2022, sex=sex)
