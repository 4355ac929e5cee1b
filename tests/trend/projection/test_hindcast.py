"""Hindcast of the Kernprognose 2016: the independent table of its errors, identities, refusals."""

from __future__ import annotations

import math
import runpy
from pathlib import Path

import pytest

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.published.reference import persons
from eenzaam_stats.trend.projection.hindcast import GROUPS, hindcast, hindcast_error

BANDS = {(18, 74): 0.4784, (75, 84): 0.52, (85, None): 0.63}
# Per cent, both sexes, from an independent computation on single ages; one decimal is printed.
PRINTED = {
    2017: (0.0, 0.0, 0.2, 0.0, 0.0, 0.0, 0.0, 0.3, 0.1, 0.0, 0.1),
    2020: (-0.4, 0.5, -0.7, -1.3, -0.4, -0.2, 0.0, 1.7, -0.6, 0.1, 0.4),
    2022: (-0.7, 0.7, -1.8, -2.6, -0.8, 0.0, 0.9, 4.9, -1.1, 0.8, 1.9),
    2023: (-1.7, 0.2, -3.9, -4.2, -1.3, -0.1, 1.1, 6.1, -2.1, 1.0, 2.3),
    2025: (-2.4, 1.0, -5.9, -6.3, -2.0, 0.0, 1.5, 7.6, -3.2, 1.4, 2.9),
}
PRINTED_2025 = {("women", "85+"): 7.2, ("men", "85+"): 8.1, ("women", "18-34"): -5.5,
                ("men", "18-34"): -6.4}  # fmt: skip
HALF = 0.05 + 1e-9


@pytest.fixture(scope="module")
def found():
    return hindcast(BANDS, base_year=2022)


def test_people_when_compared_with_the_independent_table_then_every_error_agrees(found):
    errors = {(r.year, r.group): r.error_percent for r in found.people if r.sex == "total"}
    compared = 0
    for year, row in PRINTED.items():
        for group, printed in zip(GROUPS, row, strict=True):
            assert errors[year, group] == pytest.approx(printed, abs=HALF)
            compared += 1
    assert compared == 55
    assert len(found.people) == 9 * 11 * 3
    last = {(r.sex, r.group): r.error_percent for r in found.people if r.year == 2025}
    for key, printed in PRINTED_2025.items():
        assert last[key] == pytest.approx(printed, abs=HALF)


def test_people_when_summed_over_sexes_then_they_are_the_total(found):
    for year in (2017, 2025):
        rows = {r.sex: r for r in found.people if r.year == year and r.group == "75+"}
        assert rows["men"].forecast + rows["women"].forecast == rows["total"].forecast
        assert rows["total"].observed == persons("cbs_observed", year, age_from=75)
    assert [r.horizon for r in found.people if r.group == "all" and r.sex == "men"] == [*range(9)]


def test_lonely_when_2025_then_the_arithmetic_by_hand_is_met(found):
    last = found.lonely[-1]
    n = [persons("cbs_kernprognose_2016", 2025, age_from=18, age_to=74),
         persons("cbs_kernprognose_2016", 2025, age_from=75, age_to=84),
         persons("cbs_kernprognose_2016", 2025, age_from=85)]  # fmt: skip
    assert last.projected == pytest.approx(0.4784 * n[0] + 0.52 * n[1] + 0.63 * n[2], rel=1e-12)
    assert last.population_error == pytest.approx(last.projected - last.counted)
    assert math.isnan(last.observed)
    assert math.isnan(last.error)


def test_lonely_when_later_waves_are_given_then_the_two_errors_add_up():
    # 43 % of 19 and over in 2016; 48.6 % in 2022.
    found = hindcast({(19, None): 0.43}, base_year=2016, later={2022: {(19, None): 0.486}})
    row = next(one for one in found.lonely if one.year == 2022)
    observed = persons("cbs_observed", 2022, age_from=19)
    assert row.observed == pytest.approx(0.486 * observed)
    assert row.counted == pytest.approx(0.43 * observed)
    assert row.population_error + row.prevalence_error == pytest.approx(row.error)
    assert row.prevalence_error == pytest.approx(-0.056 * observed)
    assert row.horizon == 6
    assert round(row.error_percent, 1) == -12.4


def test_lonely_when_a_band_is_cut_in_two_with_one_prevalence_then_nothing_changes(found):
    finer = {(18, 64): 0.4784, (65, 74): 0.4784, (75, 84): 0.52, (85, None): 0.63}
    other = hindcast(finer, base_year=2022)
    assert [r.population_error for r in other.lonely] == pytest.approx(
        [r.population_error for r in found.lonely], rel=1e-9
    )


def test_error_when_the_edition_is_another_then_it_says_so():
    same = hindcast_error(BANDS, edition="cbs_kernprognose_2016")
    other = hindcast_error(BANDS, edition="derived_B")
    assert (same.same_edition, other.same_edition) == (True, False)
    assert (same.people_percent, same.lonely_percent) == pytest.approx((-3.2, -3.0), abs=0.06)
    assert (same.largest_group, round(same.largest_percent, 1)) == ("85+", 7.6)
    assert "no counted years yet" in other.describe()
    assert "no counted years yet" not in same.describe()


@pytest.mark.parametrize(
    ("bands", "match"),
    [
        ({(18, 73): 0.4, (74, None): 0.5}, r"18-73 cuts one\. Bands may start at \[0, 15, 18"),
        ({(18, 64): 0.4, (75, None): 0.5}, "without gap or overlap, but 18-64 is followed by 75"),
        ({(18, 74): 0.4, (65, None): 0.5}, "without gap or overlap, but 18-74 is followed by 65"),
        ({(18, 74): 0.4}, r"last band without upper end, but found \[\(18, 74\)\]"),
        ({(18, None): 48.6}, r"proportions, but the prevalence of \(18, None\) is 48\.6"),
        ({}, "last band without upper end"),
    ],
)
def test_hindcast_when_bands_are_wrong_then_it_is_refused(bands, match):
    with pytest.raises(SchemaError, match=match):
        hindcast(bands, base_year=2022)


def test_hindcast_when_age_floors_differ_then_it_is_refused():
    with pytest.raises(SchemaError, match="the bands start at 18 and those of 2020 at 19"):
        hindcast({(18, None): 0.4}, base_year=2022, later={2020: {(19, None): 0.4}})


def test_hindcast_when_the_edition_cannot_be_checked_then_it_is_refused():
    with pytest.raises(OptionError, match="'derived_A' starts in 2025 and counts end in 2025"):
        hindcast(BANDS, base_year=2022, edition="derived_A")
    with pytest.raises(OptionError, match="population edition is 'cbs_2030'"):
        hindcast(BANDS, base_year=2022, edition="cbs_2030")


def test_page_is_up_to_date(repository: Path):
    written = runpy.run_path(str(repository / "docs" / "make_hindcast.py"))["hindcast_page"]()
    assert written == (repository / "docs" / "hindcast.md").read_text("utf-8")
    assert written.count("\n| 20") == 9 + 1 + 3 + 9
