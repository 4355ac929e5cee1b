"""Variance from sums against variance from rows, and the edges of both."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.numerics.survey.covariance import score_covariance
from eenzaam_stats.numerics.survey.linearise import linearise
from eenzaam_stats.numerics.survey.moments import Moments, Strata
from eenzaam_stats.numerics.survey.variance import domain_variance, single_psu_strata

# Sums in another order; observed 2e-15 for p, 2e-14 for the standard error.
P_RTOL, SE_RTOL = 1e-12, 1e-10


def moments_of_rows(domain, stratum, weight, one, two, *, cluster=None):
    """One cell per row: the function adds what belongs together. NaN in one or two is no answer."""
    there = ~np.isnan(one + two)
    w, a, b = weight[there], one[there], two[there]
    return Moments(
        domain=np.asarray(domain)[there].astype(np.int64),
        stratum=np.asarray(stratum)[there].astype(np.int64),
        cluster=None if cluster is None else np.asarray(cluster)[there].astype(np.int64),
        n=np.ones(there.sum()),
        first=np.column_stack([w * a, w * b]),
        second=np.column_stack([w * w * a * a, w * w * a * b, w * w * b * b]),
    )


def flags(domain, stratum, weight, y, *, cluster=None):
    return moments_of_rows(domain, stratum, weight, y, 1.0 - y, cluster=cluster)


def estimated(moments, *, strata, n_domains, statistic="proportion"):
    """Estimate and variance of every domain, from the sums alone."""
    first = np.zeros((n_domains, 2))
    np.add.at(first, moments.domain, moments.first)
    found = linearise(first, statistic)
    return found.estimate, domain_variance(moments, found.score, strata=strata)


def full(stratum, **rules):
    n = np.bincount(np.asarray(stratum).astype(np.int64)).astype(float)
    return Strata(n, np.ones(len(n)), **rules)


def by_rows(domain, stratum, weight, y, *, number, unit=None, fraction=None):
    """Estimate, standard error and df of one domain, row by row, as the textbook writes it."""
    unit = np.arange(len(y)) if unit is None else unit
    inside = (domain == number) & ~np.isnan(y)
    total = weight[inside].sum()
    p = (weight * np.nan_to_num(y))[inside].sum() / total
    u = np.where(inside, weight * (np.nan_to_num(y) - p) / total, 0.0)
    variance = 0.0
    for h in np.unique(stratum):
        units = np.unique(unit[stratum == h])
        totals = np.array([u[(unit == c) & (stratum == h)].sum() for c in units])
        if len(units) > 1:
            f = 1.0 if fraction is None else fraction[int(h)]
            variance += f * len(units) * totals.var(ddof=1)
    pairs = {(h, c) for h, c in zip(stratum[inside], unit[inside], strict=True)}
    return p, np.sqrt(variance), len(pairs) - len(np.unique(stratum[inside]))


def drawn(seed, *, rows=300, strata=12, domains=5, missing=0.1):
    rng = np.random.default_rng(seed)
    stratum = np.concatenate([np.arange(strata), rng.integers(0, strata - 2, rows - strata)])
    y = (rng.random(rows) < 0.3).astype(float)
    y[rng.random(rows) < missing] = np.nan
    return rng.integers(0, domains, rows), stratum, rng.gamma(2.0, 1.0, rows) + 0.01, y


@pytest.mark.parametrize("seed", range(5))
def test_sums_give_what_rows_give_in_every_domain(seed):
    domain, stratum, weight, y = drawn(seed)
    p, result = estimated(flags(domain, stratum, weight, y), strata=full(stratum), n_domains=5)
    for number in range(5):
        expected = by_rows(domain, stratum, weight, y, number=number)
        assert p[number] == pytest.approx(expected[0], rel=P_RTOL)
        assert result.variance[number] ** 0.5 == pytest.approx(expected[1], rel=SE_RTOL)
        assert result.df[number] == expected[2]


@pytest.mark.parametrize("seed", range(5))
def test_clusters_and_a_finite_population_give_what_rows_give(seed):
    domain, stratum, weight, y = drawn(seed, strata=6)
    local = np.random.default_rng(seed).integers(0, 7, len(y))
    pairs, cluster = np.unique(stratum * 100 + local, return_inverse=True)
    n = np.bincount(pairs // 100, minlength=6).astype(float)
    fraction = np.linspace(0.3, 1.0, 6)
    p, result = estimated(
        flags(domain, stratum, weight, y, cluster=cluster),
        strata=Strata(n, fraction),
        n_domains=5,
    )
    for number in range(5):
        expected = by_rows(
            domain, stratum, weight, y, number=number, unit=cluster, fraction=fraction
        )
        assert p[number] == pytest.approx(expected[0], rel=P_RTOL)
        assert result.variance[number] ** 0.5 == pytest.approx(expected[1], rel=SE_RTOL)
        assert result.df[number] == expected[2]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 60), st.integers(1, 6), st.floats(0.0, 0.9))
def test_sums_give_what_rows_give_for_thin_designs(seed, rows, domains, missing):
    domain, stratum, weight, y = drawn(seed, rows=rows, strata=8, domains=domains, missing=missing)
    moments = flags(domain, stratum, weight, y)
    p, result = estimated(moments, strata=full(stratum), n_domains=domains)
    answered = np.bincount(moments.domain, minlength=domains)
    for number in range(domains):
        if answered[number] == 0:
            assert np.isnan(p[number])
            assert np.isnan(result.variance[number])
            continue
        expected = by_rows(domain, stratum, weight, y, number=number)
        assert p[number] == pytest.approx(expected[0], rel=P_RTOL)
        assert result.variance[number] ** 0.5 == pytest.approx(expected[1], rel=1e-6, abs=1e-12)
        assert result.df[number] == expected[2]


@pytest.mark.parametrize("clustered", [False, True])
def test_covariance_of_domains_has_their_variances_on_its_diagonal(clustered):
    domain, stratum, weight, y = drawn(3)
    cluster = stratum * 3 + np.arange(len(y)) % 3 if clustered else None
    moments = flags(domain, stratum, weight, y, cluster=cluster)
    n = np.bincount(stratum).astype(float)
    if clustered:
        n = np.array([len(np.unique(cluster[stratum == h])) for h in range(12)], dtype=float)
    strata = Strata(n, np.ones(12))
    first = np.zeros((5, 2))
    np.add.at(first, moments.domain, moments.first)
    score = linearise(first, "proportion").score
    own = domain_variance(moments, score, strata=strata)
    matrix = score_covariance(moments, (np.diag(score[:, 0]), np.diag(score[:, 1])), strata=strata)
    np.testing.assert_allclose(np.diag(matrix.covariance), own.variance, rtol=SE_RTOL)
    np.testing.assert_allclose(matrix.covariance, matrix.covariance.T, rtol=0)
    assert matrix.df.tolist() == own.df.tolist()
    assert (np.linalg.eigvalsh(matrix.covariance) > -1e-18).all()


def test_domains_of_a_mean_combine_with_their_covariance_to_the_whole():
    # the score of the whole is the sum of the scores of its parts, weighted by their shares
    domain, stratum, weight, y = drawn(7, missing=0.0)
    moments = flags(domain, stratum, weight, y)
    first = np.zeros((5, 2))
    np.add.at(first, moments.domain, moments.first)
    whole = linearise(first.sum(axis=0, keepdims=True), "proportion")
    ones = np.ones((1, 5))
    strata = full(stratum)
    rolled = score_covariance(
        moments, (ones * whole.score[0, 0], ones * whole.score[0, 1]), strata=strata
    )
    single = flags(np.zeros_like(domain), stratum, weight, y)
    _, direct = estimated(single, strata=strata, n_domains=1)
    assert rolled.covariance[0, 0] == pytest.approx(direct.variance[0], rel=SE_RTOL)
    assert rolled.df[0] == direct.df[0]


def test_equal_weights_in_one_stratum_give_the_textbook_variance():
    y = np.array([1.0] * 3 + [0.0] * 7)
    zeros = np.zeros(10)
    moments = flags(zeros, zeros, np.full(10, 7.5), y)
    _, result = estimated(moments, strata=full(zeros), n_domains=1)
    assert result.variance[0] == pytest.approx(0.3 * 0.7 / 9, rel=1e-14)


def test_rows_outside_the_domain_keep_their_place_in_the_stratum():
    # two rows of a stratum of three: u = (1/4, -1/4, 0), variance 3/2 * 1/8
    moments = flags(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    _, large = estimated(moments, strata=Strata(np.array([3.0]), np.ones(1)), n_domains=1)
    assert large.variance[0] == pytest.approx(3 / 16, rel=1e-14)
    # the same two rows alone: 2/1 * 1/8
    _, small = estimated(moments, strata=Strata(np.array([2.0]), np.ones(1)), n_domains=1)
    assert small.variance[0] == pytest.approx(1 / 4, rel=1e-14)


def test_stratum_with_one_row_adds_no_variance_but_counts_in_the_estimate():
    moments = flags(np.zeros(3), np.array([0, 0, 1]), np.ones(3), np.array([1.0, 0.0, 1.0]))
    strata = Strata(np.array([2.0, 1.0]), np.ones(2))
    p, result = estimated(moments, strata=strata, n_domains=1)
    assert p[0] == pytest.approx(2 / 3, rel=1e-15)
    # u of the first stratum is (1/9, -2/9): 2 * (5/81 - 1/162)
    assert result.variance[0] == pytest.approx(2 * (5 / 81 - 1 / 162), rel=1e-13)
    assert result.df[0] == 1
    assert single_psu_strata(moments, strata).tolist() == [1]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # strata: u = (1/9, -2/9) and (1/9); the sum of all u is 0
        ("certainty", 2 * (5 / 81 - 1 / 162)),
        ("centred", 2 * (5 / 81 - 1 / 162) + 1 / 81),
        ("average", 2 * 2 * (5 / 81 - 1 / 162)),
    ],
)
def test_rules_for_a_stratum_with_one_row_by_hand(rule, expected):
    moments = flags(np.zeros(3), np.array([0, 0, 1]), np.ones(3), np.array([1.0, 0.0, 1.0]))
    strata = Strata(np.array([2.0, 1.0]), np.ones(2), single_psu=rule)
    _, result = estimated(moments, strata=strata, n_domains=1)
    assert result.variance[0] == pytest.approx(expected, rel=1e-13)


def test_stratum_drawn_completely_adds_nothing_and_is_never_lonely():
    moments = flags(np.zeros(3), np.array([0, 0, 1]), np.ones(3), np.array([1.0, 0.0, 1.0]))
    strata = Strata(np.array([2.0, 1.0]), np.array([0.0, 0.0]), single_psu="centred")
    _, result = estimated(moments, strata=strata, n_domains=1)
    assert result.variance[0] == 0.0
    assert single_psu_strata(moments, strata).tolist() == []


def test_only_single_psu_strata_have_no_average():
    moments = flags(np.zeros(2), np.array([0, 1]), np.ones(2), np.array([1.0, 0.0]))
    strata = Strata(np.ones(2), np.ones(2), single_psu="average")
    _, result = estimated(moments, strata=strata, n_domains=1)
    assert np.isnan(result.variance[0])


def test_single_psu_without_an_answered_row_is_not_reported():
    moments = flags(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    assert single_psu_strata(moments, Strata(np.array([2.0, 1.0]), np.ones(2))).tolist() == []


@pytest.mark.parametrize(("answer", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_one_answer_for_everybody_gives_exactly_zero_variance(answer, expected):
    weight = np.array([0.1, 0.2, 0.3, 1 / 3])
    zeros = np.zeros(4)
    moments = flags(zeros, zeros, weight, np.full(4, answer))
    p, result = estimated(moments, strata=full(zeros), n_domains=1)
    assert p[0] == expected
    assert result.variance[0] == 0.0


@pytest.mark.parametrize("value", [0.1, 3.0, 1970.0])
def test_one_number_for_everybody_gives_exactly_zero_variance(value):
    weight = np.array([0.1, 0.2, 0.3, 1 / 3])
    zeros = np.zeros(4)
    moments = moments_of_rows(zeros, zeros, weight, np.ones(4), np.full(4, value))
    mean, result = estimated(moments, strata=full(zeros), n_domains=1, statistic="mean")
    assert mean[0] == pytest.approx(value, rel=1e-15)
    assert result.variance[0] == 0.0


def test_same_answer_within_each_stratum_gives_exactly_zero_variance_despite_rounding():
    # every stratum is one value and one weight, so nothing varies within it
    stratum = np.repeat(np.arange(3), 7)
    weight, y = np.repeat([0.1, 1 / 3, 0.7], 7), np.repeat([1.0, 0.0, 1.0], 7)
    moments = flags(np.zeros(21), stratum, weight, y)
    p, result = estimated(moments, strata=full(stratum), n_domains=1)
    assert 0 < p[0] < 1
    assert result.variance[0] == 0.0


def test_order_of_the_cells_changes_nothing():
    domain, stratum, weight, y = drawn(11)
    order = np.random.default_rng(3).permutation(len(y))
    strata = full(stratum)
    p, whole = estimated(flags(domain, stratum, weight, y), strata=strata, n_domains=5)
    shuffled = flags(domain[order], stratum[order], weight[order], y[order])
    again, result = estimated(shuffled, strata=strata, n_domains=5)
    np.testing.assert_allclose(again, p, rtol=1e-12)
    np.testing.assert_allclose(result.variance, whole.variance, rtol=1e-12)
    assert result.df.tolist() == whole.df.tolist()


def test_domain_without_a_cell_has_no_estimate_and_zero_counts():
    moments = flags(np.ones(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    p, result = estimated(moments, strata=Strata(np.array([2.0]), np.ones(1)), n_domains=3)
    assert result.units.tolist() == [0, 2, 0]
    assert result.df.tolist() == [0, 1, 0]
    assert np.isnan(p).tolist() == [True, False, True]
    assert np.isnan(result.variance).tolist() == [True, False, True]


def test_no_cells_at_all_give_empty_domains():
    none = np.empty(0)
    moments = flags(none, none, none, none)
    p, result = estimated(moments, strata=Strata(np.empty(0), np.empty(0)), n_domains=1)
    assert result.units.tolist() == [0]
    assert np.isnan(p[0])


def test_sums_cannot_be_changed():
    moments = flags(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    with pytest.raises(ValueError, match="read-only"):
        moments.first[0] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        moments.first = np.zeros(1)
