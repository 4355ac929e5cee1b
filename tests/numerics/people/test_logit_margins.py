"""Shares on margins: the margins themselves, another solver, and what cannot be met."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special

from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.people.logit_margins import shares_on_margins

# Newton stops at 1e-12; one more matrix product: observed 6e-17 to 4e-13.
MARGIN = 1e-11
# scipy's solver stops at 1e-13 on the margins, a little less sharp on the shares: observed 2e-13.
SOLVER = 1e-9


@pytest.fixture
def two_by_three():
    """Two sexes x three bands; margins: both sexes and the last band."""
    weights = np.array([3.0, 2.0, 1.0, 3.1, 2.2, 1.6])
    members = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], [0, 0, 1, 0, 0, 1]], dtype=float)
    pattern = np.array([0.1, 0.0, 0.4, -0.2, 0.3, 0.2])
    return pattern, weights, members, np.array([0.45, 0.5, 0.63])


def test_weighted_means_equal_the_margins(two_by_three):
    pattern, weights, members, margins = two_by_three
    shares = shares_on_margins(pattern, weights=weights, members=members, margins=margins)
    means = members @ (weights * shares) / (members @ weights)
    np.testing.assert_allclose(means, margins, rtol=0, atol=MARGIN)


def test_shares_equal_those_of_another_solver(two_by_three):
    pattern, weights, members, margins = two_by_three

    def gap(shift):
        p = special.expit(pattern + shift @ members)
        return members @ (weights * p) / (members @ weights) - margins

    shift = optimize.root(gap, np.zeros(3), tol=1e-13).x
    np.testing.assert_allclose(
        shares_on_margins(pattern, weights=weights, members=members, margins=margins),
        special.expit(pattern + shift @ members),
        rtol=0,
        atol=SOLVER,
    )


def test_pattern_is_kept_between_cells_of_the_same_margins(two_by_three):
    """Cells 0 and 1 share all margins, so their logit difference is the assumed one."""
    pattern, weights, members, margins = two_by_three
    shares = shares_on_margins(pattern, weights=weights, members=members, margins=margins)
    difference = special.logit(shares[0]) - special.logit(shares[1])
    assert difference == pytest.approx(pattern[0] - pattern[1], abs=MARGIN)


def test_multiplied_weights_change_nothing(two_by_three):
    pattern, weights, members, margins = two_by_three
    one, other = (
        shares_on_margins(pattern, weights=w, members=members, margins=margins)
        for w in (weights, weights * 1e6)
    )
    np.testing.assert_allclose(one, other, rtol=0, atol=MARGIN)


def test_a_far_margin_is_reached_from_a_bad_start():
    shares = shares_on_margins(
        np.array([9.0, -9.0]),
        weights=np.ones(2),
        members=np.eye(2),
        margins=np.array([0.001, 0.999]),
    )
    np.testing.assert_allclose(shares, [0.001, 0.999], rtol=0, atol=MARGIN)


def test_margins_that_contradict_each_other_are_an_error():
    with pytest.raises(
        ConvergenceError, match=r"shares that meet 2 margin\(s\); .* Drop a margin that contradicts"
    ):
        shares_on_margins(
            np.zeros(2), weights=np.ones(2), members=np.ones((2, 2)), margins=np.array([0.4, 0.6])
        )
