"""Sample, places, strata and weights of the synthetic people."""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.synthetic.cells import BANDS, CELLS
from eenzaam_stats.synthetic.people import (
    OVERSAMPLING,
    SINGLE_PERSON_STRATA,
    allocate_rows,
    draw_people,
)

# Sums of 20,000 doubles: observed 3e-16 relative.
WEIGHT_SUM = 1e-12
POPULATION = np.linspace(2_000_000, 150_000, len(CELLS))


@pytest.fixture(scope="module")
def people():
    return draw_people(
        POPULATION, rows=20_000, age_floor=19, with_cbs=True, rng=np.random.default_rng(4)
    )


@pytest.mark.parametrize("rows", [1000, 1001, 50_000])
def test_allocation_gives_all_rows_and_oversamples_older_people(rows):
    allocated = allocate_rows(POPULATION, rows=rows)
    assert allocated.sum() == rows
    assert allocated.min() >= 1
    fraction = (allocated - 1) / POPULATION
    older, younger = fraction[8:].mean(), fraction[:8].mean()
    assert older / younger == pytest.approx(OVERSAMPLING, rel=0.05)


def test_allocation_keeps_a_row_for_an_almost_empty_cell():
    population = POPULATION.copy()
    population[3] = 1.0
    assert allocate_rows(population, rows=1000)[3] == 1


def test_weights_add_up_to_the_population_in_every_cell(people):
    asked = ~people.cbs
    sums = np.bincount(people.cell[asked], weights=people.weight[asked])
    np.testing.assert_allclose(sums, POPULATION, rtol=WEIGHT_SUM)
    assert people.weight[asked].min() > 0


def test_respondents_of_cbs_have_no_weight_for_loneliness(people):
    assert people.cbs.sum() == 300
    assert np.isnan(people.weight[people.cbs]).all()
    assert np.isfinite(people.crude_weight).all()


def test_wrong_weights_add_up_but_keep_older_people_oversampled(people):
    assert people.crude_weight.sum() == pytest.approx(POPULATION.sum(), rel=WEIGHT_SUM)
    truth = POPULATION[8:].sum() / POPULATION.sum()
    assert people.crude_weight[people.older].sum() / POPULATION.sum() > truth + 0.2


def test_ages_lie_in_their_band_and_above_the_floor(people):
    for index, (band, _) in enumerate(CELLS):
        first, last = BANDS[band]
        ages = people.age[people.cell == index]
        assert ages.min() >= max(first, 19)
        assert ages.max() <= (last or 104)
        if last is not None:
            assert set(ages) == set(range(max(first, 19), last + 1))


def test_places_are_nested(people):
    assert set(people.region) == set(range(1, 26))
    np.testing.assert_array_equal(people.municipality // 100, people.region)
    np.testing.assert_array_equal(people.stratum // 10, people.municipality)
    assert len(set(people.municipality)) == 350


def test_some_strata_have_one_respondent(people):
    strata, sizes = np.unique(people.stratum, return_counts=True)
    alone = strata[sizes == 1]
    assert len(strata) >= 350
    assert (alone % 10 >= 3).sum() == SINGLE_PERSON_STRATA
    assert not people.cbs[np.isin(people.stratum, alone[alone % 10 >= 3])].any()


def test_rows_are_in_random_order(people):
    assert abs(np.corrcoef(people.cell, np.arange(20_000))[0, 1]) < 0.05


def test_a_sample_without_cbs_has_weights_for_everyone():
    people = draw_people(
        POPULATION, rows=2000, age_floor=18, with_cbs=False, rng=np.random.default_rng(4)
    )
    assert not people.cbs.any()
    assert people.weight.sum() == pytest.approx(POPULATION.sum(), rel=WEIGHT_SUM)
