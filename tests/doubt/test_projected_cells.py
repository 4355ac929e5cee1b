"""Cells of a projection without an error: refused in words, or drawn from a stated posterior."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from doubt.small_tables import AGES, KINDS, SmallTable, population
from eenzaam_stats.errors import SchemaError
from eenzaam_stats.numerics.people.projection import total
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions

CERTAIN = ProjectionOptions(population=None, draws=40_000)
# qbeta(0.975, 0.5, 8.5) and qbeta(0.975, 0.5, 20.5) of R 4.2.2
UPPER = {8: 0.262217248717, 20: 0.116638982905}
REFUSED = ("one person", "one cluster", "alike clusters", "one per stratum", "no answer")


def cells(edge: float, n: float, **more: object) -> pd.DataFrame:
    """Two bands, in the older of which nobody or everybody has the outcome."""
    frame = pd.DataFrame(
        {
            "wave": 2022,
            "age_group": ["18-64", "65+"],
            "estimate": [0.4, edge],
            "std_error": [0.02, 0.0],
            "df": [300.0, n - 1.0],
            "n_valid": [301.0, n],
        }
    )
    return frame.assign(**more)


def drawn(frame: pd.DataFrame, **options: object) -> es.trend.projection.project.Projection:
    rng = np.random.default_rng(20220901)
    return es.project(frame, population(), to=2024, rng=rng, options=CERTAIN, **options)


@pytest.mark.parametrize("n", UPPER)
@pytest.mark.parametrize("edge", [0.0, 1.0])
@pytest.mark.parametrize("scenario", [None, es.scenarios.CohortShift()])
def test_nobody_and_everybody_are_drawn_from_the_posterior_of_jeffreys(edge, n, scenario) -> None:
    found = drawn(cells(edge, float(n)), scenario=scenario)
    row = found.row(2022, "65+")
    assert row.prevalence == edge  # the estimate stays what was seen
    far = row.prevalence_high if edge == 0.0 else 1.0 - row.prevalence_low
    near = row.prevalence_low if edge == 0.0 else 1.0 - row.prevalence_high
    assert far == pytest.approx(UPPER[n], rel=0.03)
    assert near == 0.0
    assert row.conf_low <= row.persons <= row.conf_high
    assert (row.flag, row.reason) == ("uncertain", f"rests on 65+ total ({_words(edge)})")
    assert found.row(2022, "18-64").flag == ("reliable" if scenario is None else "uncertain")
    (note,) = (note for note in found.model.notes if "Jeffreys" in note)
    assert f"65+ total (m = {n})" in note


def _words(edge: float) -> str:
    return "no variance" if edge in (0.0, 1.0) else ""


def test_draws_of_other_cells_stay_what_they_were() -> None:
    with_edge = drawn(cells(0.0, 8.0))
    without = drawn(cells(0.5, 8.0, std_error=[0.02, 0.1]))
    for name in ("conf_low", "conf_high", "persons"):
        one, two = (getattr(found.row(2023, "18-64"), name) for found in (with_edge, without))
        assert one == two


def test_few_degrees_of_freedom_make_the_posterior_wider() -> None:
    many, few = (drawn(cells(0.0, 30.0, df=[300.0, df])) for df in (29.0, 3.0))
    assert few.row(2022, "65+").conf_high > 1.3 * many.row(2022, "65+").conf_high
    # by hand: 30 (t29 / t3)^2 = 30 (2.0452 / 3.1824)^2 = 12.39
    (note,) = (note for note in few.model.notes if "Jeffreys" in note)
    assert "(m = 12.4)" in note


def test_posterior_is_part_of_the_sampling_error_and_of_the_whole() -> None:
    found = drawn(cells(0.0, 8.0))
    assert found.model.uncertain == ("sampling",)
    people = total(found.simulated)[0]
    row = found.row(2022)
    assert row.conf_low <= row.persons <= row.conf_high
    older = found.row(2022, "65+").population
    # mean of the posterior: 0.5 / 9 of the older
    assert people.mean() - row.persons == pytest.approx(older * 0.5 / 9, rel=0.05)
    off = ProjectionOptions(population=None, sampling=False)
    still = es.project(
        cells(0.0, 8.0), population(), to=2024, rng=np.random.default_rng(1), options=off
    )
    assert still.row(2022, "65+").conf_high == 0.0
    assert not any("Jeffreys" in note for note in still.model.notes)


@pytest.mark.parametrize("rng", [None, 1])
@pytest.mark.parametrize("kind", REFUSED)
def test_cell_without_an_error_is_refused_by_name(kind: str, rng: int | None) -> None:
    table = SmallTable(kind, 1)
    made = table.estimates(table.by_age, "age_group")
    chance = None if rng is None else np.random.default_rng(rng)
    with pytest.raises(SchemaError, match=r"85\+ total.*Join (age )?bands"):
        es.project(made, population(), to=2030, rng=chance)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - set(REFUSED)))
def test_estimates_of_nobody_and_everybody_are_drawn(kind: str) -> None:
    table = SmallTable(kind, 1)
    made = table.estimates(table.by_age, "age_group")
    found = es.project(made, population(), to=2030, rng=np.random.default_rng(1))
    row = found.row(2030, AGES[2])
    assert row.conf_high - row.conf_low > 0.05 * row.population
    assert found.model.flag == "uncertain"
    assert f"Uncertain: rests on 85+ total ({kind}" in found.describe()
    assert set(found.tidy().query("age_group == '18-64'")["flag"]) == {"reliable"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"n_valid": [301.0, math.nan]}, r"65\+ total in 2022 \(no variance\).*a column n_valid"),
        ({"df": [300.0, 0.0]}, r"65\+ total in 2022 \(no degrees of freedom\)"),
        ({"estimate": [0.4, 0.5]}, r"65\+ total in 2022 \(no variance\)"),
        ({"std_error": [0.02, 3e-17], "estimate": [0.4, 0.5]}, r"65\+ total in 2022 \(no varia"),
    ],
)
def test_cell_of_a_frame_is_refused_by_name(change, words) -> None:
    with pytest.raises(SchemaError, match=words):
        drawn(cells(0.0, 8.0, **change))


def test_error_that_nobody_gave_is_unknown_and_the_edge_is_marked() -> None:
    frame = cells(0.0, 8.0)[["wave", "age_group", "estimate"]]
    found = drawn(frame)
    assert found.row(2022, "65+").reason == "rests on 65+ total (nobody has the outcome)"
    assert "not drawn, not zero" in " ".join(found.model.notes)


def test_trend_over_waves_refuses_a_cell_without_an_error() -> None:
    waves = pd.concat(
        [
            cells(0.3 + 0.02 * at, 80.0, wave=2016 + 2 * at, std_error=[0.02, 0.04])
            for at in range(4)
        ],
        ignore_index=True,
    )
    waves.loc[3, ["df", "std_error"]] = (0.0, 0.0)
    with pytest.raises(SchemaError, match=r"TrendScenario .*: 65\+ total in 2018 \(no degrees"):
        drawn(waves, scenario=es.scenarios.TrendScenario())
    left = es.scenarios.TrendScenario(wave_weight={2018: 0.0})
    assert drawn(waves, scenario=left).model.flag == "reliable"
