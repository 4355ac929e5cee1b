"""The verb that decomposes a number of people: known answers, intervals, percentages, errors."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.trend.projection.projected_change import About, Moment, decompose_counts

GROUPS = ("18-74", "75-84", "85+")
N_2022, N_2050 = np.array([12.8e6, 1.1e6, 0.4e6]), np.array([12.6e6, 1.9e6, 1.1e6])
P = np.array([0.478, 0.52, 0.63])


@pytest.mark.witness
def test_decompose_when_the_dutch_example_then_effects_and_percentages_are_printed(
    shared_data: Path,
):
    folder = shared_data / "decomposition"
    cells = pd.read_csv(folder / "nl_count_decomp_inputs.csv").sort_values(["sex", "band"])
    printed = pd.read_csv(folder / "nl_count_decomp_expected.csv").set_index("component")
    moments = [
        Moment(year, rows["persons"], rows["prevalence"]) for year, rows in cells.groupby("year")
    ]
    bands = cells.loc[cells["year"] == 2017, "band"].tolist()
    found = decompose_counts(*moments, groups=bands)
    names = ["size", "structure", "prevalence"]
    rows = found.tidy().set_index("part")
    assert len(found.booked) == 6
    np.testing.assert_allclose(
        rows.loc[names, "persons"], printed.loc[names, "difference"], rtol=1e-10
    )
    np.testing.assert_allclose(
        rows.loc[names, "percent"], printed.loc[names, "percent_of_total"], atol=0.05
    )
    assert (found.start.persons, found.end.persons) == pytest.approx((5_898_914.49, 7_119_804.98))
    booked = sum(one.persons for one in found.booked)
    assert booked == pytest.approx(found.change.persons, rel=1e-12)


def test_intervals_when_only_the_size_is_drawn_then_they_are_the_formula(rng):
    # Two equal cells and constant prevalence p: the size effect is p times the growth, which is
    # normal, so its 95 % limits are p (mean + 1.96 sd); structure and prevalence do not move.
    growth = rng.normal(100.0, 10.0, 40_000)
    drawn = 500 + growth[:, None] / 2 * np.ones(2)
    start = Moment(2022, [500.0, 500.0], [0.3, 0.3])
    found = decompose_counts(
        start,
        Moment(2050, [550.0, 550.0], [0.3, 0.3]),
        groups=["a", "b"],
        draws=(start, Moment(2050, drawn, [0.3, 0.3])),
    )
    size, structure, prevalence = found.effects
    # Monte Carlo error of a 2.5 % limit: 10 * 0.3 * sqrt(0.025 * 0.975 / 40000) / 0.0584 = 0.04.
    assert (size.conf_low, size.conf_high) == pytest.approx((24.12, 35.88), abs=0.16)
    assert size.persons == pytest.approx(30.0)
    assert (structure.conf_low, structure.conf_high) == pytest.approx((0, 0), abs=1e-9)
    assert (prevalence.conf_low, prevalence.conf_high) == (0.0, 0.0)
    assert found.draws == 40_000


def test_intervals_when_drawn_then_each_draw_adds_up(rng):
    p = np.clip(P + rng.normal(0, 0.01, (500, 3)), 0, 1)
    q = np.clip(P + rng.normal(0.02, 0.01, (500, 3)), 0, 1)
    found = decompose_counts(
        Moment(2022, N_2022, P),
        Moment(2050, N_2050, P + 0.02),
        groups=GROUPS,
        draws=(Moment(2022, N_2022, p), Moment(2050, N_2050, q)),
    )
    assert all(one.conf_low <= one.persons <= one.conf_high for one in found.effects)
    assert sum(one.persons for one in found.effects) == pytest.approx(found.change.persons)
    assert found.change.conf_high - found.change.conf_low > 1e4


def test_percentages_when_the_change_is_small_or_uncertain_then_there_are_none(rng):
    start = Moment(2022, N_2022, P)
    small = decompose_counts(start, Moment(2050, 1.009 * N_2022, P), groups=GROUPS)
    large = decompose_counts(start, Moment(2050, 1.011 * N_2022, P), groups=GROUPS)
    assert all(math.isnan(one.percent) for one in (*small.effects, *small.booked, small.change))
    assert [round(one.percent, 6) for one in large.effects] == [100.0, 0.0, 0.0]
    assert small.effects[0].persons > 0
    assert "here they are not" in small.describe()
    wide = 1 + rng.normal(0.02, 0.05, (1000, 1))
    unsure = decompose_counts(
        start,
        Moment(2050, 1.02 * N_2022, P),
        groups=GROUPS,
        draws=(start, Moment(2050, wide * N_2022, P)),
    )
    assert unsure.change.conf_low < 0 < unsure.change.conf_high
    assert all(math.isnan(one.percent) for one in unsure.effects)


def test_decompose_when_time_runs_back_then_only_signs_flip():
    one, two = Moment(2022, N_2022, P), Moment(2050, N_2050, P + 0.01)
    forth, back = (
        decompose_counts(one, two, groups=GROUPS),
        decompose_counts(two, one, groups=GROUPS),
    )
    for a, b in zip((*forth.effects, *forth.booked), (*back.effects, *back.booked), strict=True):
        assert a.persons == pytest.approx(-b.persons, rel=1e-9)


def test_describe_when_percentages_are_allowed_then_it_says_what_is_counted_where():
    about = About(population="Kernprognose 2016, residents of 18 and over")
    told = decompose_counts(
        Moment(2022, N_2022, P), Moment(2050, N_2050, P), groups=GROUPS, about=about
    ).describe()
    assert told.startswith("lonely, Kernprognose 2016, residents of 18 and over, constant")
    assert "structure +" in told
    assert "at least 1% of the first number" in told


@pytest.mark.parametrize(
    ("moment", "match"),
    [
        (Moment(2050, [1.0, -2.0, 3.0], P), r"persons between 0 and inf in 2050, .* found -2 in 1"),
        (Moment(2050, N_2050, [0.1, 1.2, 0.3]), r"prevalence between 0 and 1 in 2050, .*1\.2 in 1"),
        (Moment(2050, N_2050, [0.1, math.nan, 0.3]), r"prevalence between 0 and 1 .* found nan"),
        (Moment(2050, N_2050[:2], P), r"persons of 3 cell\(s\) in 2050, .* shape \(2,\)"),
        (Moment(2050, np.zeros(3), P), "people in both populations"),
    ],
)
def test_decompose_when_a_year_is_wrong_then_it_is_refused(moment, match):
    with pytest.raises(SchemaError, match=match):
        decompose_counts(Moment(2022, N_2022, P), moment, groups=GROUPS)


def test_decompose_when_level_or_draws_are_wrong_then_it_is_refused():
    one, two = Moment(2022, N_2022, P), Moment(2050, N_2050, P)
    with pytest.raises(OptionError, match=r"level is 95, but coverage lies between 0 and 1"):
        decompose_counts(one, two, groups=GROUPS, level=95)
    with pytest.raises(OptionError, match="at least 100 draws for an interval, but found 1"):
        decompose_counts(one, two, groups=GROUPS, draws=(one, two))
