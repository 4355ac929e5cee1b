"""What must hold for any two populations: drawn by hypothesis, the same draws each time."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from eenzaam_stats.numerics.people.count_change import count_effects

CELLS = 5
PEOPLE = st.floats(1.0, 1e6)
SHARE = st.floats(0.0, 1.0)
ATOL = 1e-6  # persons, of at most five million; observed below 1e-8

people = arrays(float, CELLS, elements=PEOPLE)
shares = arrays(float, CELLS, elements=SHARE)
drawn = settings(derandomize=True, max_examples=200, deadline=None)


def effects(before, after, p, q):
    return count_effects(before, after, prevalence_start=p, prevalence_end=q)


@drawn
@given(people, people, shares, shares)
def test_parts_when_summed_then_they_are_the_change(before, after, p, q):
    change = (after * q).sum() - (before * p).sum()
    np.testing.assert_allclose(effects(before, after, p, q).sum(), change, rtol=1e-9, atol=ATOL)


@drawn
@given(people, people, shares, shares)
def test_parts_when_time_runs_back_then_only_signs_flip(before, after, p, q):
    forth, back = effects(before, after, p, q), effects(after, before, q, p)
    np.testing.assert_allclose(forth, -back, rtol=1e-9, atol=ATOL)


@drawn
@given(people, shares)
def test_parts_when_nothing_changes_then_they_are_zero(before, p):
    np.testing.assert_allclose(effects(before, before, p, p), 0.0, atol=ATOL)


@drawn
@given(people, people, shares, shares, st.integers(1, CELLS - 1))
def test_parts_when_bands_with_equal_prevalence_are_merged_then_nothing_changes(
    before, after, p, q, first
):
    p[first:], q[first:] = p[first], q[first]
    fine = effects(before, after, p, q)

    def merged(values):
        return np.append(values[:first], values[first:].sum())

    cut = first + 1
    coarse = effects(merged(before), merged(after), p[:cut], q[:cut])
    np.testing.assert_allclose(fine, coarse, rtol=1e-9, atol=ATOL)


@drawn
@given(people, people, shares, shares, st.permutations(range(CELLS)))
def test_parts_when_cells_are_in_another_order_then_nothing_changes(before, after, p, q, order):
    order = list(order)
    np.testing.assert_allclose(
        effects(before, after, p, q),
        effects(before[order], after[order], p[order], q[order]),
        rtol=1e-9,
        atol=ATOL,
    )


@drawn
@given(people, shares, st.floats(0.5, 2.0))
def test_parts_when_the_population_only_grows_then_all_is_size(before, p, factor):
    size, structure, prevalence = effects(before, factor * before, p, p)
    np.testing.assert_allclose(size, (factor - 1) * (before * p).sum(), rtol=1e-9, atol=ATOL)
    np.testing.assert_allclose([structure, prevalence], 0.0, atol=ATOL)
