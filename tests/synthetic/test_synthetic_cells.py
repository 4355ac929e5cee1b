"""Cells of the synthetic survey: people, published figures, and shares that meet them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from eenzaam_stats.errors import SourceError
from eenzaam_stats.published.reference import persons, reference
from eenzaam_stats.synthetic.cells import (
    ASSUMED_BY_AGE,
    CELLS,
    EVERYONE,
    Margin,
    cell_population,
    cell_shares,
    membership,
    read_margins,
    reconcile_margins,
)

WAVES = {2012: 19, 2016: 19, 2020: 18, 2022: 18}
# The solver stops at 1e-12; one more weighted mean: observed 4e-13.
MARGIN = 1e-11

# Figures of the publisher, of the press and of third parties, in percent, as printed.
PUBLISHED = {
    2012: {
        ("lonely", "total", "total"): 39,
        ("severely_lonely", "total", "total"): 8.4,
        ("severely_lonely", "total", "men"): 8,
        ("severely_lonely", "total", "women"): 9,
    },
    2016: {
        ("lonely", "total", "total"): 43,
        ("severely_lonely", "total", "total"): 10,
        ("severely_lonely", "65-74", "total"): 8.4,
        ("severely_lonely", "85+", "total"): 14.8,
    },
    2020: {
        ("lonely", "total", "total"): 46.6,
        ("lonely", "total", "men"): 47.6,
        ("lonely", "total", "women"): 45.6,
        ("lonely", "75-84", "total"): 54,
        ("lonely", "85+", "total"): 66,
        ("lonely", "85+", "men"): 63,
        ("lonely", "85+", "women"): 68,
        ("severely_lonely", "total", "total"): 11.0,
        ("severely_lonely", "total", "men"): 10.7,
        ("severely_lonely", "total", "women"): 11.2,
        ("severely_lonely", "75-84", "total"): 11,
        ("severely_lonely", "85+", "total"): 14,
    },
    2022: {
        ("lonely", "total", "total"): 48.6,
        ("lonely", "75-84", "total"): 52,
        ("lonely", "85+", "total"): 63,
        ("lonely", "85+", "men"): 62,
        ("lonely", "85+", "women"): 63,
        ("severely_lonely", "total", "total"): 14.2,
        ("severely_lonely", "total", "men"): 13.8,
        ("severely_lonely", "total", "women"): 14.5,
    },
}


@pytest.fixture(scope="module")
def table():
    return reference("gezondheidsmonitor")


def wave_of(table, wave):
    population = cell_population(wave, age_floor=WAVES[wave])
    return population, reconcile_margins(read_margins(table, wave=wave), population=population)


@pytest.mark.parametrize("wave", WAVES)
def test_cells_hold_all_residents_from_the_age_floor(wave):
    population = cell_population(wave, age_floor=WAVES[wave])
    assert population.sum() == persons("cbs_observed", wave, age_from=WAVES[wave])
    assert CELLS[-1] == ("85+", "women")
    assert population[-1] == persons("cbs_observed", wave, age_from=85, sex="women")


def test_age_floor_only_touches_the_youngest_cells():
    from_18, from_19 = (cell_population(2022, age_floor=floor) for floor in (18, 19))
    assert np.all(from_18[:2] > from_19[:2])
    np.testing.assert_array_equal(from_18[2:], from_19[2:])


@pytest.mark.parametrize("wave", WAVES)
def test_published_figures_are_those_of_the_wave(table, wave):
    found = {(m.outcome, m.group, m.sex): m.printed for m in read_margins(table, wave=wave)}
    assert found == PUBLISHED[wave]


def test_figures_without_a_page_and_of_models_are_not_used(table):
    used = read_margins(table, wave=2022)
    assert {m.evidence for m in used} == {"primary", "press", "third_party"}
    assert 49.2 in set(table["value"])
    assert 49.2 not in {m.printed for m in used}


@pytest.mark.parametrize("wave", WAVES)
def test_reconciled_figures_still_print_as_published(table, wave):
    _, margins = wave_of(table, wave)
    for margin in margins:
        half_a_digit = 0.5 * 10.0**-margin.decimals
        assert abs(100 * margin.share - margin.printed) < half_a_digit
        if margin.sex == EVERYONE:
            assert margin.share == margin.printed / 100
    assert len(margins) == len(PUBLISHED[wave])


@pytest.mark.parametrize("wave", [2012, 2020, 2022])
def test_reconciled_sexes_give_the_total(table, wave):
    population, margins = wave_of(table, wave)
    share = {(m.outcome, m.group, m.sex): m.share for m in margins}
    men, women = (population[i::2].sum() for i in (0, 1))
    both = (
        men * share["severely_lonely", "total", "men"]
        + women * share["severely_lonely", "total", "women"]
    ) / (men + women)
    assert both == pytest.approx(share["severely_lonely", "total", "total"], abs=MARGIN)


@pytest.mark.parametrize("wave", WAVES)
def test_cell_shares_meet_every_margin(table, wave):
    population, margins = wave_of(table, wave)
    shares = cell_shares(margins, population=population, wave=wave)
    for margin in margins:
        weight = population * membership(margin.group, margin.sex)
        mean = weight @ shares[margin.outcome] / weight.sum()
        assert mean == pytest.approx(margin.share, abs=MARGIN)
    assert np.all(shares["severely_lonely"] < shares["lonely"])


def test_cells_without_a_figure_keep_the_assumed_pattern(table):
    """18-24 and 25-39 are in the same margins, so their logits differ as assumed."""
    population, margins = wave_of(table, 2022)
    shares = cell_shares(margins, population=population, wave=2022)
    for outcome in ("lonely", "severely_lonely"):
        logits = special.logit(shares[outcome])
        assumed = ASSUMED_BY_AGE[outcome][0] - ASSUMED_BY_AGE[outcome][1]
        assert logits[0] - logits[2] == pytest.approx(assumed, abs=1e-9)
        assert logits[1] - logits[3] == pytest.approx(assumed, abs=1e-9)


def test_a_wave_without_a_published_total_is_an_error():
    men = Margin("lonely", "total", "men", 40.0, 0, 0.4, "press")
    with pytest.raises(
        SourceError, match=r"needs a published total of 'lonely' for 2031, .* Choose another wave"
    ):
        cell_shares((men,), population=np.ones(len(CELLS)), wave=2031)


def test_membership_marks_the_cells_of_a_group():
    assert membership("total", "total").sum() == 14
    assert membership("85+", "women").tolist() == [0.0] * 13 + [1.0]
    assert membership("total", "men").tolist() == [1.0, 0.0] * 7
