"""Calibrated weights: equal to R, on their margins, and unmoved by what should not move them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from eenzaam_stats.errors import OptionError
from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
from eenzaam_stats.numerics.survey.calibration import TOLERANCE, margin_errors, rake, trim
from eenzaam_stats.numerics.survey.distance_calibration import calibrate_by_distance
from numerics.survey.calibrated_files import METHODS, calibrated, design_files, schools_with_margins

# Observed 1e-14; R stops raking at one unit in 1e9, and there 8e-11 was observed.
EXACT = 1e-12
WEIGHT = 1e-9
MET = 1e-9


@pytest.fixture(scope="module")
def files(repository: Path):
    return design_files(repository / "tests" / "reference")


@pytest.mark.parametrize("name", METHODS)
def test_factors_equal_r(files, repository: Path, name: str) -> None:
    people, margins = files
    expected = pd.read_csv(repository / "tests" / "reference" / "design_calibration_factors.csv")
    keys = ["age_group", "sex", "region", "household"]
    base = people["weight"].to_numpy()
    result = calibrated(base, margins[name], name)
    found = people[keys].assign(g=result.factors(base)).merge(expected, on=keys, how="left")
    assert len(found) == 1_500
    np.testing.assert_allclose(found["g"], found[name], rtol=WEIGHT if name == "rake" else EXACT)
    assert result.has_converged


@pytest.mark.witness
def test_weights_of_schools_equal_r(shared_data: Path) -> None:
    folder = shared_data / "survey"
    expected = pd.read_csv(folder / "expected_apiclus1_calibrated_weights.csv", dtype={"cds": str})
    schools, margins = schools_with_margins(folder)
    assert (schools["cds"] == expected["cds"]).all()
    base = schools["pw"].to_numpy()
    for column, name in (
        ("poststrat", "post_stratify"),
        ("rake_converged", "rake"),
        ("greg", "linear"),
    ):
        weights = calibrated(base, margins[column], name).weights
        np.testing.assert_allclose(weights, expected[column], rtol=1e-8)


@pytest.mark.parametrize("name", METHODS)
def test_margins_are_met(files, name: str) -> None:
    people, margins = files
    result = calibrated(people["weight"].to_numpy(), margins[name], name)
    found = margins[name].columns.totals(result.weights)
    np.testing.assert_allclose(found, margins[name].totals, rtol=MET)
    assert result.largest_error <= TOLERANCE


@pytest.mark.parametrize("name", METHODS)
def test_calibrating_twice_is_the_identity(files, name: str) -> None:
    people, margins = files
    once = calibrated(people["weight"].to_numpy(), margins[name], name)
    twice = calibrated(once.weights, margins[name], name)
    assert twice.rounds == 0
    np.testing.assert_array_equal(twice.weights, once.weights)


@pytest.mark.parametrize("name", ["post_stratify", "rake", "linear", "linear_household"])
def test_scale_of_the_base_weights_does_not_matter_without_bounds(files, name: str) -> None:
    people, margins = files
    base = people["weight"].to_numpy()
    one = calibrated(base, margins[name], name).weights
    other = calibrated(base / 5_000.0, margins[name], name).weights
    np.testing.assert_allclose(other, one, rtol=WEIGHT)


@pytest.mark.parametrize("name", METHODS)
def test_order_of_the_rows_does_not_matter(files, rng, name: str) -> None:
    people, margins = files
    base = people["weight"].to_numpy()
    order = rng.permutation(len(base))
    one = calibrated(base, margins[name], name).weights
    columns = type(margins[name].columns)(
        margins[name].columns.matrix[order], margins[name].columns.margin
    )
    other = calibrated(base[order], type(margins[name])(columns, margins[name].totals), name)
    np.testing.assert_allclose(other.weights, one[order], rtol=WEIGHT)


def test_raking_does_not_depend_on_the_order_of_the_margins(files) -> None:
    people, margins = files
    base = people["weight"].to_numpy()
    columns = margins["rake"].columns
    turned = type(columns)(columns.matrix, columns.margin.max() - columns.margin)
    other = rake(base, turned, margins["rake"].totals)
    np.testing.assert_allclose(
        other.weights, rake(base, columns, margins["rake"].totals).weights, rtol=WEIGHT
    )


@pytest.mark.parametrize("name", ["linear_bounded", "logit", "logit_household"])
def test_factors_stay_within_their_bounds(files, name: str) -> None:
    people, margins = files
    base = people["weight"].to_numpy()
    low, high = METHODS[name][1]
    g = calibrated(base, margins[name], name).factors(base)
    assert g.min() >= low - 1e-12
    assert g.max() <= high + 1e-12


def test_wide_bounds_change_nothing_of_the_linear_method(files) -> None:
    people, margins = files
    base = people["weight"].to_numpy()
    one = calibrated(base, margins["linear"], "linear").weights
    wide = calibrate_by_distance(
        base, margins["linear"].columns, margins["linear"].totals, bounds=(0.0, 50.0)
    )
    np.testing.assert_allclose(wide.weights, one, rtol=1e-12)


def test_one_category_multiplies_every_weight() -> None:
    columns = auxiliaries([np.zeros(3, dtype=np.int64)], [1])
    base, total = np.array([1.0, 2.0, 5.0]), np.array([80.0])
    for weights in (
        rake(base, columns, total).weights,
        calibrate_by_distance(base, columns, total).weights,
    ):
        np.testing.assert_allclose(weights, base * 10.0, rtol=1e-14)


def test_respondents_outside_get_no_weight() -> None:
    columns = auxiliaries([np.array([0, 1, -1])], [2])
    result = rake(np.ones(3), columns, np.array([30.0, 70.0]))
    assert result.weights.tolist() == [30.0, 70.0, 0.0]
    assert calibrate_by_distance(np.ones(3), columns, np.array([30.0, 70.0])).weights.round(
        9
    ).tolist() == [30.0, 70.0, 0.0]


def test_impossible_bounds_end_with_the_column_that_is_missed() -> None:
    # category 1 has weight 10 of 100 and must become 40: no factor up to 2 does that
    columns = auxiliaries([np.repeat([0, 1], [90, 10])], [2])
    for distance in ("linear", "logit"):
        result = calibrate_by_distance(
            np.ones(100), columns, np.array([60.0, 40.0]), distance=distance, bounds=(0.5, 2.0)
        )
        assert not result.has_converged
        assert result.worst == 1
        assert result.largest_error == pytest.approx(0.5, abs=1e-6)


def test_margins_that_exclude_each_other_do_not_converge() -> None:
    # everyone of a is x and everyone of b is y, but a and x differ in the population
    codes = np.array([0, 0, 1, 1])
    columns = auxiliaries([codes, codes], [2, 2])
    totals = np.array([60.0, 40.0, 50.0, 50.0])
    assert not rake(np.ones(4), columns, totals, max_rounds=50).has_converged
    assert not calibrate_by_distance(np.ones(4), columns, totals).has_converged


def test_a_category_without_respondents_is_not_met() -> None:
    columns = auxiliaries([np.array([0, 0])], [2])
    result = rake(np.ones(2), columns, np.array([6.0, 4.0]), max_rounds=3)
    assert result.worst == 1
    assert result.largest_error == 1.0


@pytest.mark.parametrize("bounds", [(1.0, 2.0), (0.5, 1.0), (-0.1, 2.0), (0.5, np.inf)])
def test_bounds_that_are_not_around_one_are_refused(bounds) -> None:
    columns = auxiliaries([np.array([0, 0])], [1])
    with pytest.raises(OptionError, match=r"which do not lie around 1\. Give the smallest factor"):
        calibrate_by_distance(np.ones(2), columns, np.array([3.0]), bounds=bounds)


def test_logit_without_bounds_is_refused() -> None:
    columns = auxiliaries([np.array([0, 0])], [1])
    with pytest.raises(OptionError, match="logit distance needs bounds"):
        calibrate_by_distance(np.ones(2), columns, np.array([3.0]), distance="logit")


def test_trimming_keeps_limits_and_margins(files) -> None:
    people, margins = files
    base, made = people["weight"].to_numpy(), margins["rake"]
    start = rake(base, made.columns, made.totals)
    mean = start.weights.mean()
    result = trim(
        start,
        lambda weights: rake(weights, made.columns, made.totals),
        low=0.3 * mean,
        high=2.5 * mean,
        difference=lambda weights: margin_errors(weights, made.columns, made.totals),
    )
    weights = result.calibrated.weights
    assert result.within
    assert weights.max() <= 2.5 * mean * (1 + 2e-6)
    assert weights.min() >= 0.3 * mean * (1 - 2e-6)
    np.testing.assert_allclose(made.columns.totals(weights), made.totals, rtol=MET)
    assert 0 < result.trimmed.sum() < len(base) / 2


def test_trimming_to_impossible_limits_says_so() -> None:
    columns, totals = auxiliaries([np.repeat([0, 1], [90, 10])], [2]), np.array([60.0, 40.0])
    result = trim(
        rake(np.ones(100), columns, totals),
        lambda weights: rake(weights, columns, totals),
        low=0.2,
        high=2.0,
        difference=lambda weights: margin_errors(weights, columns, totals),
    )
    assert not result.within
    assert int(np.argmax(result.errors)) == 1


def test_bounded_calibration_converges_exactly_where_weights_exist(rng) -> None:
    """A linear program says whether any weights within the bounds meet the totals."""
    possible = 0
    for _ in range(60):
        n, sizes = int(rng.integers(20, 120)), [int(size) for size in rng.integers(2, 5, 2)]
        codes = [np.concatenate([np.arange(s), rng.integers(0, s, n - s)]) for s in sizes]
        columns = auxiliaries(codes, sizes, numeric=np.round(rng.gamma(2.0, 3.0, (n, 1)), 1))
        base, low, high = rng.uniform(1.0, 10.0, n), rng.uniform(0.3, 0.9), rng.uniform(1.05, 2.0)
        if rng.random() < 0.5:
            totals = columns.totals(base * np.clip(rng.normal(1.0, 0.5, n), low, high))
        else:
            totals = columns.totals(base) * rng.uniform(0.6, 1.5, sum(sizes) + 1)
            for margin in (0, 1):
                own = columns.margin == margin
                totals[own] *= base.sum() / totals[own].sum()
        program = optimize.linprog(
            np.zeros(n),
            A_eq=(columns.matrix.toarray() * base[:, None]).T / totals[:, None],
            b_eq=np.ones(len(totals)),
            bounds=(low, high),
        )
        possible += program.success
        for distance in ("linear", "logit"):
            found = calibrate_by_distance(
                base, columns, totals, distance=distance, bounds=(low, high)
            )
            assert found.has_converged == program.success
    assert 20 < possible < 50
