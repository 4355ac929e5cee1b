"""Power of a planned series against the noncentral t distribution, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from eenzaam_stats.errors import OptionError
from eenzaam_stats.trend.series.power import PlannedSeries, find_power

# true standard error of the level change with independent errors of SD 1, equal segments, and the
# power of the t test for a change of 1, computed in R 4.2.2
KNOWN = {12: (1.179185, 0.116572), 24: (0.820768, 0.212884), 48: (0.578103, 0.394511)}


@pytest.mark.parametrize("n", KNOWN)
def test_least_squares_has_the_power_of_the_noncentral_t(n):
    plan = PlannedSeries(range(n), start=n // 2, level=1.0, slope=0.1)
    found = find_power(plan, rng=np.random.default_rng(n), replications=4_000, estimator="ols")
    level, slope = found.rows
    error, power = KNOWN[n]
    # the same by hand: the noncentrality is effect over true error
    limit = stats.t.ppf(0.975, n - 4)
    exact = stats.nct.sf(limit, n - 4, 1.0 / error) + stats.nct.cdf(-limit, n - 4, 1.0 / error)
    assert exact == pytest.approx(power, abs=2e-6)
    assert abs(level.power - power) < 4.0 * level.power_error
    assert level.power_error == pytest.approx(np.sqrt(level.power * (1 - level.power) / 4_000))
    for row in (level, slope):
        assert abs(row.false_positive - 0.05) < 4.0 * np.sqrt(0.05 * 0.95 / 4_000)
        assert row.false_positive + row.coverage == pytest.approx(1.0)
        assert row.mean_std_error == pytest.approx(row.sd_estimate, rel=0.05)
    assert level.sd_estimate == pytest.approx(error, rel=0.05)


def test_autocorrelation_makes_least_squares_find_what_is_not_there():
    plan = PlannedSeries(range(24), start=12.0, phi=0.6)
    options = {"rng": np.random.default_rng(2), "replications": 400}
    plain = find_power(plan, estimator="ols", **options).rows[0]
    default = find_power(plan, **options).rows[0]
    assert plain.power == pytest.approx(plain.false_positive)
    assert plain.power > 0.15
    assert default.false_positive < 0.10
    said = find_power(plan, rng=np.random.default_rng(1), replications=1).estimator
    assert "bounded small-sample errors" in said


def test_more_respondents_give_more_power():
    waves = np.arange(2008.0, 2026.0)
    error = [np.sqrt(1.5 * 0.1 * 0.9 / n) for n in (500, 5_000)]
    powers = [
        find_power(
            PlannedSeries(waves, start=2020.2, level=0.03, sd=0.004, phi=0.3, std_error=one),
            rng=np.random.default_rng(5),
            replications=150,
        ).rows[0]
        for one in error
    ]
    assert powers[0].power + 0.2 < powers[1].power
    assert powers[1].coverage > 0.88


def test_the_same_generator_gives_the_same_answer_and_order_plays_no_part():
    plan = PlannedSeries([3, 1, 2, 0, 4, 5, 6, 7], start=4.0, level=1.0)
    same = PlannedSeries(range(8), start=4.0, level=1.0)
    one, two = (
        find_power(p, rng=np.random.default_rng(9), replications=50, estimator="ols")
        for p in (plan, same)
    )
    assert one == two
    assert one.tidy()["effect"].tolist() == ["level change", "slope change"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": 2.0}, "three waves or more"),
        ({"waves": [0, 1, 1, 2, 3, 4, 5, 6]}, "each once"),
        ({"phi": 1.0}, "autocorrelation between"),
        ({"phi": -0.5, "waves": [0, 1, 2, 3.5, 5, 6, 7, 8]}, "whole distances"),
        ({"sd": -1.0}, "errors of at least 0"),
        ({"sd": 0.0}, "one of them above"),
    ],
)
def test_impossible_plans_are_refused(change, words):
    plan = PlannedSeries(**{"waves": range(10), "start": 4.0, **change})
    with pytest.raises(OptionError, match=words):
        find_power(plan, rng=np.random.default_rng(1))


def test_impossible_simulations_are_refused():
    plan = PlannedSeries(range(10), start=5.0)
    with pytest.raises(OptionError, match="at least 1 replication"):
        find_power(plan, rng=np.random.default_rng(1), replications=0)
    with pytest.raises(OptionError, match="level"):
        find_power(plan, rng=np.random.default_rng(1), level=1.0)
