"""Variance from sums against variance from rows, and the edges of both."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.numerics.variance import CellSums, domain_proportions, lonely_strata

# Sums in another order; observed 2e-15 for p, 2e-14 for the standard error.
P_RTOL, SE_RTOL = 1e-12, 1e-10


def sums_of_rows(domain, stratum, weight, y):
    """One cell per row: the function adds what belongs together. NaN in y is no answer."""
    there = ~np.isnan(y)
    domain, stratum, weight, y = (values[there] for values in (domain, stratum, weight, y))
    return CellSums(
        domain=domain.astype(np.int64),
        stratum=stratum.astype(np.int64),
        n=np.ones(len(y)),
        yes=y * 1.0,
        w=weight * 1.0,
        wy=weight * y,
        w2=weight**2,
        w2y=weight**2 * y,
    )


def by_rows(domain, stratum, weight, y, *, number):
    """Estimate, standard error and df of one domain, row by row, as the textbook writes it."""
    inside = (domain == number) & ~np.isnan(y)
    total = weight[inside].sum()
    p = (weight * np.nan_to_num(y))[inside].sum() / total
    u = np.where(inside, weight * (np.nan_to_num(y) - p) / total, 0.0)
    variance = 0.0
    for h in np.unique(stratum):
        rows = u[stratum == h]
        if len(rows) > 1:
            variance += len(rows) * rows.var(ddof=1)
    return p, np.sqrt(variance), inside.sum() - len(np.unique(stratum[inside]))


def drawn(seed, *, rows=300, strata=12, domains=5, missing=0.1):
    rng = np.random.default_rng(seed)
    stratum = np.concatenate([np.arange(strata), rng.integers(0, strata - 2, rows - strata)])
    y = (rng.random(rows) < 0.3).astype(float)
    y[rng.random(rows) < missing] = np.nan
    return rng.integers(0, domains, rows), stratum, rng.gamma(2.0, 1.0, rows) + 0.01, y


@pytest.mark.parametrize("seed", range(5))
def test_sums_give_what_rows_give_in_every_domain(seed):
    domain, stratum, weight, y = drawn(seed)
    result = domain_proportions(
        sums_of_rows(domain, stratum, weight, y), stratum_n=np.bincount(stratum), n_domains=5
    )
    for number in range(5):
        p, se, df = by_rows(domain, stratum, weight, y, number=number)
        assert result.estimate[number] == pytest.approx(p, rel=P_RTOL)
        assert result.std_error[number] == pytest.approx(se, rel=SE_RTOL)
        assert result.df[number] == df


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 60), st.integers(1, 6), st.floats(0.0, 0.9))
def test_sums_give_what_rows_give_for_thin_designs(seed, rows, domains, missing):
    domain, stratum, weight, y = drawn(seed, rows=rows, strata=8, domains=domains, missing=missing)
    result = domain_proportions(
        sums_of_rows(domain, stratum, weight, y), stratum_n=np.bincount(stratum), n_domains=domains
    )
    for number in range(domains):
        if result.n[number] == 0:
            assert np.isnan(result.estimate[number])
            assert np.isnan(result.std_error[number])
            continue
        p, se, df = by_rows(domain, stratum, weight, y, number=number)
        assert result.estimate[number] == pytest.approx(p, rel=P_RTOL)
        assert result.std_error[number] == pytest.approx(se, rel=1e-6, abs=1e-12)
        assert result.df[number] == df


def test_equal_weights_in_one_stratum_give_the_textbook_variance():
    y = np.array([1.0] * 3 + [0.0] * 7)
    zeros = np.zeros(10, dtype=np.int64)
    result = domain_proportions(
        sums_of_rows(zeros, zeros, np.full(10, 7.5), y), stratum_n=np.array([10]), n_domains=1
    )
    # 0.3 * 0.7 / 9
    assert result.std_error[0] ** 2 == pytest.approx(0.3 * 0.7 / 9, rel=1e-14)
    assert result.deff[0] == pytest.approx(1.0, rel=1e-14)


def test_rows_outside_the_domain_keep_their_place_in_the_stratum():
    # two rows of a stratum of three: u = (1/4, -1/4, 0), variance 3/2 * 1/8
    cells = sums_of_rows(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    result = domain_proportions(cells, stratum_n=np.array([3]), n_domains=1)
    assert result.std_error[0] ** 2 == pytest.approx(3 / 16, rel=1e-14)
    small = domain_proportions(cells, stratum_n=np.array([2]), n_domains=1)
    # the same two rows alone: 2/1 * 1/8
    assert small.std_error[0] ** 2 == pytest.approx(1 / 4, rel=1e-14)


def test_stratum_with_one_row_adds_no_variance_but_counts_in_the_estimate():
    cells = sums_of_rows(np.zeros(3), np.array([0, 0, 1]), np.ones(3), np.array([1.0, 0.0, 1.0]))
    result = domain_proportions(cells, stratum_n=np.array([2, 1]), n_domains=1)
    assert result.estimate[0] == pytest.approx(2 / 3, rel=1e-15)
    # u of the first stratum is (1/9, -2/9): 2 * (5/81 - 1/162)
    assert result.std_error[0] ** 2 == pytest.approx(2 * (5 / 81 - 1 / 162), rel=1e-13)
    assert result.df[0] == 1
    assert lonely_strata(cells, stratum_n=np.array([2, 1])).tolist() == [1]


def test_lonely_stratum_without_an_answered_row_is_not_reported():
    cells = sums_of_rows(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    assert lonely_strata(cells, stratum_n=np.array([2, 1])).tolist() == []


@pytest.mark.parametrize(("answer", "expected"), [(0.0, 0.0), (1.0, 1.0)])
def test_one_answer_for_everybody_gives_exactly_zero_variance(answer, expected):
    weight = np.array([0.1, 0.2, 0.3, 1 / 3])
    zeros = np.zeros(4, dtype=np.int64)
    result = domain_proportions(
        sums_of_rows(zeros, zeros, weight, np.full(4, answer)),
        stratum_n=np.array([4]),
        n_domains=1,
    )
    assert result.estimate[0] == expected
    assert result.std_error[0] == 0.0
    assert np.isnan(result.deff[0])


def test_everybody_is_exactly_one_when_two_sums_of_the_same_weights_round_apart():
    one = np.ones(1)
    cells = CellSums(
        domain=np.zeros(1, dtype=np.int64),
        stratum=np.zeros(1, dtype=np.int64),
        n=3 * one,
        yes=3 * one,
        w=np.nextafter(0.6, 1) * one,
        wy=0.6 * one,
        w2=0.14 * one,
        w2y=np.nextafter(0.14, 0) * one,
    )
    result = domain_proportions(cells, stratum_n=np.array([3]), n_domains=1)
    assert result.estimate[0] == 1.0
    assert result.std_error[0] == 0.0


def test_same_answer_within_each_stratum_gives_exactly_zero_variance_despite_rounding():
    # every stratum is one value and one weight, so nothing varies within it
    stratum = np.repeat(np.arange(3), 7)
    weight, y = np.repeat([0.1, 1 / 3, 0.7], 7), np.repeat([1.0, 0.0, 1.0], 7)
    result = domain_proportions(
        sums_of_rows(np.zeros(21), stratum, weight, y), stratum_n=np.full(3, 7), n_domains=1
    )
    assert 0 < result.estimate[0] < 1
    assert result.std_error[0] == 0.0


def test_parts_of_a_file_add_up_to_the_whole():
    domain, stratum, weight, y = drawn(11)
    whole = domain_proportions(
        sums_of_rows(domain, stratum, weight, y), stratum_n=np.bincount(stratum), n_domains=5
    )
    order = np.random.default_rng(3).permutation(len(y))
    again = domain_proportions(
        sums_of_rows(domain[order], stratum[order], weight[order], y[order]),
        stratum_n=np.bincount(stratum),
        n_domains=5,
    )
    for name in ("estimate", "std_error", "df", "n", "weight_sum", "deff"):
        np.testing.assert_allclose(getattr(again, name), getattr(whole, name), rtol=1e-12)


def test_domain_without_a_cell_has_no_estimate_and_zero_counts():
    cells = sums_of_rows(np.ones(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    result = domain_proportions(cells, stratum_n=np.array([2]), n_domains=3)
    assert result.n.tolist() == [0, 2, 0]
    assert result.df.tolist() == [0, 1, 0]
    assert result.weight_sum.tolist() == [0.0, 2.0, 0.0]
    assert np.isnan(result.estimate).tolist() == [True, False, True]
    assert np.isnan(result.std_error).tolist() == [True, False, True]


def test_no_cells_at_all_give_empty_domains():
    none = np.empty(0)
    cells = sums_of_rows(none, none, none, none)
    result = domain_proportions(cells, stratum_n=np.empty(0, dtype=np.int64), n_domains=1)
    assert result.n.tolist() == [0]
    assert np.isnan(result.estimate[0])


def test_results_cannot_be_changed():
    cells = sums_of_rows(np.zeros(2), np.zeros(2), np.ones(2), np.array([1.0, 0.0]))
    result = domain_proportions(cells, stratum_n=np.array([2]), n_domains=1)
    with pytest.raises(ValueError, match="read-only"):
        result.estimate[0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        cells.w[0] = 0.0
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.estimate = np.zeros(1)
