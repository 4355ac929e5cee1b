"""The item model against brute force, other quadrature rules and simulation."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import integrate, special, stats

from eenzaam_stats.errors import ConvergenceError, EenzaamStatsError
from eenzaam_stats.numerics.scales.item_response import (
    TOLERANCE,
    ItemModel,
    draw_answers,
    solve_cell,
    sums_with_gaps,
    total_distribution,
)

# Sums of at most 2^11 products of doubles: observed 4e-16.
EXACT = 1e-14
# Gauss-Hermite with 90 x 90 nodes on gentle curves: observed 3e-15.
HERMITE = 1e-12
# Adaptive quadrature asked for 1e-11: observed 2e-13.
ADAPTIVE = 1e-10
# Simulated shares: five standard errors, over some 50 comparisons in this file.
STANDARD_ERRORS = 5.0


def gentle_model() -> ItemModel:
    return ItemModel(
        np.array([1.0, 0.8, 1.3, 1.1, 0.9]),
        np.array([-0.4, 0.1, 0.6, 0.3, -0.2]),
        np.array([0.4, 1.0, 1.2, 1.5, 0.9]),
        np.array([0, 1, 0, 0, 1]),
        correlation=0.6,
    )


def eleven_items() -> ItemModel:
    difficulty = np.linspace(-0.5, 0.5, 11)
    return ItemModel(
        np.linspace(1.6, 2.4, 11),
        difficulty,
        difficulty + 1.2,
        np.array([1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1]),
        correlation=0.7,
    )


@pytest.mark.parametrize("k", [1, 2, 5, 11])
def test_bernoulli_sum_equals_enumeration_of_all_patterns(k):
    p = np.random.default_rng(k).random(k)
    expected = np.zeros(k + 1)
    patterns = list(product((0, 1), repeat=k))
    for pattern in patterns:
        expected[sum(pattern)] += np.prod(np.where(pattern, p, 1 - p))
    assert len(patterns) == 2**k
    np.testing.assert_allclose(sums_with_gaps(p, 0.0)[0], expected, rtol=0, atol=EXACT)


def test_bernoulli_sum_of_equal_items_is_binomial():
    np.testing.assert_allclose(
        sums_with_gaps(np.full(6, 0.3), 0.0)[0],
        stats.binom.pmf(np.arange(7), 6, 0.3),
        rtol=0,
        atol=EXACT,
    )


def test_bernoulli_sum_works_along_the_last_axis():
    p = np.random.default_rng(3).random((4, 2, 5))
    table = sums_with_gaps(p, 0.0)[0]
    assert table.shape == (4, 2, 6)
    np.testing.assert_allclose(table[2, 1], sums_with_gaps(p[2, 1], 0.0)[0], rtol=0, atol=EXACT)


def enumerated_total(model: ItemModel, mean: float, spread: float, missing: float) -> np.ndarray:
    """Plain version: Gauss-Hermite nodes and all 3^k patterns of no, keyed and missing."""
    x, w = np.polynomial.hermite_e.hermegauss(90)
    w = w / w.sum()
    first, other = np.meshgrid(x, x, indexing="ij")
    second = model.correlation * first + np.sqrt(1 - model.correlation**2) * other
    latent = np.where(
        model.dimension == 0,
        mean + spread * first[..., np.newaxis],
        mean + spread * second[..., np.newaxis],
    )
    p = special.expit(model.discrimination * (latent - model.difficulty))
    shares = {"no": (1 - p) * (1 - missing), "keyed": p * (1 - missing)}
    k = p.shape[-1]
    total = np.zeros(k + 1)
    for pattern in product(("no", "keyed", "missing"), repeat=k):
        if pattern.count("missing") > 1:
            continue
        chance = np.ones_like(first)
        for item, answer in enumerate(pattern):
            chance = chance * (missing if answer == "missing" else shares[answer][..., item])
        total[pattern.count("keyed")] += w @ chance @ w
    return total / total.sum()


@pytest.mark.parametrize("missing", [0.0, 0.02, 0.3])
def test_total_distribution_equals_enumeration_with_gauss_hermite(missing):
    model = gentle_model()
    found = total_distribution(model, mean=-0.3, spread=0.9, missing=missing)
    np.testing.assert_allclose(
        found, enumerated_total(model, -0.3, 0.9, missing), rtol=0, atol=HERMITE
    )


@pytest.mark.parametrize("spread", [0.3, 1.5, 4.0])
def test_total_distribution_with_steep_curves_equals_adaptive_quadrature(spread):
    """P(both of two items) as a double integral, with discrimination x spread up to 8."""
    model = ItemModel(
        np.array([2.0, 1.7]), np.array([0.2, 0.5]), np.array([1.0, 1.5]), np.array([0, 1]), 0.7
    )
    mean, r = -0.6, 0.7

    def inner(x: float) -> float:
        def integrand(e: float) -> float:
            y = r * x + np.sqrt(1 - r * r) * e
            return stats.norm.pdf(e) * special.expit(1.7 * (mean + spread * y - 0.5))

        return integrate.quad(integrand, -9, 9, epsabs=1e-11, epsrel=1e-11, limit=200)[0]

    def outer(x: float) -> float:
        return stats.norm.pdf(x) * special.expit(2.0 * (mean + spread * x - 0.2)) * inner(x)

    both = integrate.quad(outer, -9, 9, epsabs=1e-11, epsrel=1e-11, limit=200)[0]
    found = total_distribution(model, mean=mean, spread=spread)
    assert found[2] == pytest.approx(both, abs=ADAPTIVE)


def test_total_distribution_does_not_depend_on_the_order_of_items():
    model = eleven_items()
    order = np.random.default_rng(5).permutation(11)
    shuffled = ItemModel(
        model.discrimination[order],
        model.difficulty[order],
        model.extreme[order],
        model.dimension[order],
        model.correlation,
    )
    one, other = (
        total_distribution(m, mean=-0.8, spread=1.4, missing=0.02) for m in (model, shuffled)
    )
    np.testing.assert_allclose(one, other, rtol=0, atol=EXACT)


def test_a_tolerated_missing_answer_lowers_the_total():
    """It counts 0, so P(total >= 9) must fall; solving against it undoes that."""
    model = eleven_items()
    whole, gaps = (
        total_distribution(model, mean=-0.8, spread=1.4, missing=m)[9:].sum() for m in (0.0, 0.02)
    )
    assert gaps < whole - 0.001


@pytest.mark.parametrize(
    "targets", [(0.486, 0.142), (0.39, 0.08), (0.63, 0.18), (0.45, 0.16), (0.9, 0.05)]
)
@pytest.mark.parametrize("missing", [0.0, 0.02])
def test_solve_cell_meets_both_targets(targets, missing):
    model = eleven_items()
    mean, spread = solve_cell(model, targets=targets, thresholds=(3, 9), missing=missing)
    total = total_distribution(model, mean=mean, spread=spread, missing=missing)
    assert spread > 0
    assert total.sum() == pytest.approx(1.0, abs=EXACT)
    assert total[3:].sum() == pytest.approx(targets[0], abs=TOLERANCE)
    assert total[9:].sum() == pytest.approx(targets[1], abs=TOLERANCE)


def test_solve_cell_refuses_what_no_distribution_can_give():
    with pytest.raises(
        ConvergenceError,
        match=r"solve_cell\(\) needs P\(total >= 3\) = 0\.1 and P\(total >= 9\) = 0\.4; .*Ask for",
    ):
        solve_cell(eleven_items(), targets=(0.1, 0.4), thresholds=(3, 9))
    assert issubclass(ConvergenceError, EenzaamStatsError)
    assert issubclass(ConvergenceError, ArithmeticError)
    assert ConvergenceError.exit_code == 3


def test_draws_follow_the_exact_distribution_of_the_total():
    model, n = eleven_items(), 200_000
    answers = draw_answers(
        model, mean=np.full(n, -0.8), spread=np.full(n, 1.4), rng=np.random.default_rng(11)
    )
    share = np.bincount((answers > 0).sum(axis=1), minlength=12) / n
    exact = total_distribution(model, mean=-0.8, spread=1.4)
    error = np.sqrt(exact * (1 - exact) / n)
    assert np.all(np.abs(share - exact) < STANDARD_ERRORS * error)


def test_draws_have_three_answers_in_the_shares_of_the_two_curves():
    model, n = eleven_items(), 200_000
    answers = draw_answers(
        model, mean=np.full(n, -0.5), spread=np.full(n, 1.2), rng=np.random.default_rng(12)
    )
    checked = 0
    for item, code in product((0, 3, 10), (1, 2)):
        cut = (model.difficulty if code == 1 else model.extreme)[item]
        slope = model.discrimination[item]
        exact = integrate.quad(
            lambda z, slope=slope, cut=cut: (
                stats.norm.pdf(z) * special.expit(slope * (-0.5 + 1.2 * z - cut))
            ),
            -9,
            9,
        )[0]
        share = (answers[:, item] >= code).mean()
        assert abs(share - exact) < STANDARD_ERRORS * np.sqrt(exact * (1 - exact) / n)
        checked += 1
    assert checked == 6
    assert set(np.unique(answers)) == {0, 1, 2}


def test_draws_correlate_more_within_a_dimension_than_between():
    model, n = eleven_items(), 100_000
    answers = draw_answers(
        model, mean=np.zeros(n), spread=np.ones(n), rng=np.random.default_rng(13)
    )
    table = np.corrcoef((answers > 0).T)
    same = model.dimension[:, np.newaxis] == model.dimension
    off = ~np.eye(11, dtype=bool)
    assert table[same & off].mean() > table[~same].mean() + 0.05
    assert table.min() > 0.1


def test_draws_with_the_same_seed_are_equal():
    first, second = (
        draw_answers(
            gentle_model(), mean=np.zeros(50), spread=np.ones(50), rng=np.random.default_rng(7)
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(first, second)


def test_the_parameters_of_a_model_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        gentle_model().difficulty[0] = 1.0
