"""Projections against what is known: published counts, hand arithmetic, the delta method, R."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

import eenzaam_stats as es
from eenzaam_stats.letter.recompute.projection import base_prevalence, projection_table
from eenzaam_stats.numerics.people.projection import total
from eenzaam_stats.published.reference import persons
from eenzaam_stats.trend.projection.population import Span, people_in_cells
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.trend.projection.projection_options import PopulationError, ProjectionOptions
from eenzaam_stats.trend.projection.published_prevalence import prevalence_by_age
from eenzaam_stats.trend.projection.scenario_path import Start
from trend.projection.projection_made import REFERENCE, bounds, people, waves

CERTAIN = ProjectionOptions(population=None)
COUNTED = ProjectionOptions(base_population="cbs_observed")
DRAWS = 60_000


def start(kind: str = "calm") -> Start:
    cells = prevalence_cells(waves(kind))
    return Start(cells, cells.wave(2022), people_in_cells(people(), cells, Span(2022, 2050)))


@pytest.mark.parametrize(
    ("edition", "millions", "growth"),
    [("cbs_kernprognose_2016", 7.29, 4.9), ("derived_A", 7.72, 11.2), ("derived_B", 8.04, 15.8)],
)
def test_published_prevalence_held_constant_gives_the_known_numbers(edition, millions, growth):
    found = es.project("gezondheidsmonitor", edition, options=COUNTED)
    first, last = found.row(2022).persons, found.row(2050).persons
    assert last / 1e6 == pytest.approx(millions, abs=0.005)
    assert 100 * (last / first - 1) == pytest.approx(growth, abs=0.05)
    table = projection_table().set_index("edition")
    assert first == pytest.approx(table.loc[edition, "start"], rel=1e-12)
    assert last == pytest.approx(table.loc[edition, "end"], rel=1e-12)


def test_published_bands_are_those_of_the_ledger():
    ours = prevalence_by_age(2022)
    assert ours["estimate"].tolist() == pytest.approx(base_prevalence()[0], rel=1e-14)
    whole = es.project("gezondheidsmonitor", "cbs_observed", to=2023).row(2022)
    assert whole.prevalence == pytest.approx(0.486, abs=1e-12)
    assert prevalence_by_age(2020)["estimate"].tolist()[1:] == [0.54, 0.66]


def test_people_of_every_year_are_those_of_the_packaged_table():
    bands = pd.DataFrame({"age_band": ["19-24", "25-74", "75+"], "estimate": [0.1, 0.2, 0.3]})
    found = es.project(
        bands.assign(wave=2017), "cbs_kernprognose_2016", to=2060, options=ProjectionOptions()
    )
    compared = 0
    for year in range(2017, 2061):
        for band, (low, high) in zip(
            bands["age_band"], ((19, 24), (25, 74), (75, None)), strict=True
        ):
            count = persons("cbs_kernprognose_2016", year, age_from=low, age_to=high)
            assert found.row(year, band).population == count
            compared += 1
    assert compared == 132
    assert found.row(2040).population == 14_395_183


def test_study_of_2018_comes_out_in_its_denominator():
    bands = pd.DataFrame({"age_band": ["19+"], "estimate": [5.2e6 / 13_273_872], "wave": [2015]})
    options = ProjectionOptions(base_population="cbs_observed", age_floor=19)
    found = es.project(bands, "cbs_kernprognose_2016", to=2040, options=options)
    assert found.row(2015).persons == pytest.approx(5.2e6)
    assert 100 * 5.9e6 / found.row(2040).population == pytest.approx(41.0, abs=0.05)


def test_simulation_agrees_with_the_delta_method_in_the_linear_case():
    small = waves().query("wave == 2022").reset_index(drop=True)
    small["std_error"] /= 10
    options = ProjectionOptions(population=None, draws=DRAWS)
    found = es.project(small, people(), rng=np.random.default_rng(1), options=options)
    counts = people().query("year == 2050")["persons"].to_numpy(float)
    error = float(np.sqrt(((counts * small["std_error"].to_numpy()) ** 2).sum()))
    drawn = total(found.simulated)[-1]
    row = found.row(2050)
    point = float((counts * small["estimate"].to_numpy()).sum())
    assert row.persons == pytest.approx(point, rel=1e-12)
    assert drawn.mean() == pytest.approx(point, abs=5 * error / np.sqrt(DRAWS))
    assert drawn.std() == pytest.approx(error, rel=0.01)
    assert row.conf_low == pytest.approx(point - norm.ppf(0.975) * error, abs=0.04 * error)
    assert row.conf_high == pytest.approx(point + norm.ppf(0.975) * error, abs=0.04 * error)


def test_sampling_errors_are_students_t_with_the_degrees_of_freedom_of_the_design():
    one = pd.DataFrame(
        {"wave": 2022, "age_group": ["18+"], "estimate": [0.3], "std_error": [0.01], "df": [5]}
    )
    options = ProjectionOptions(population=None, draws=DRAWS)
    crowd = pd.DataFrame({"year": [2022, 2023], "age": "18+", "persons": 1000.0})
    found = es.project(one, crowd, to=2023, rng=np.random.default_rng(2), options=options)
    errors = (logit(total(found.simulated)[0] / 1000) - logit(0.3)) / (0.01 / 0.21)
    assert np.quantile(errors, 0.975) == pytest.approx(2.5706, abs=0.03)
    assert errors.var() == pytest.approx(5 / 3, rel=0.03)


def test_slopes_levels_and_their_errors_agree_with_r():
    expected = pd.read_csv(REFERENCE / "projection_trends.csv")
    variants = {
        "all": {},
        "recent": {"recent": 3},
        "weighted": {"wave_weight": {2020: 0.25, 2022: 0.5}},
        "left_out": {"wave_weight": {2020: 0.0}},
        "pooled": {"pooled": True},
        "unknown": {},
    }
    compared = 0
    for (variant, kind), rows in expected.groupby(["variant", "kind"]):
        table = waves(kind)
        if variant == "unknown":
            table = table.drop(columns="std_error")
        cells = prevalence_cells(table)
        at = cells.wave(2022)
        base = Start(cells, at, people_in_cells(people(), cells, Span(2022, 2050)))
        scenario = es.scenarios.TrendScenario(
            start="fitted", damping=(1.0,), **variants[str(variant)]
        )
        paths = scenario.path(base).paths
        slopes, levels = (rows[rows["what"] == what] for what in ("slope", "level"))
        slope = (paths.logit[1] - paths.logit[0])[:: 2 if len(slopes) > 1 else 8]
        assert slope.tolist() == pytest.approx(slopes["value"].tolist(), rel=1e-9, abs=1e-12)
        assert paths.trend_sd.tolist() == pytest.approx(slopes["std_error"].tolist(), rel=1e-9)
        assert paths.logit[0].tolist() == pytest.approx(levels["value"].tolist(), rel=1e-9)
        own = np.sqrt(
            paths.level_sd**2 + (paths.trend_years[0] * paths.trend_sd[paths.trend_of]) ** 2
        )
        assert own.tolist() == pytest.approx(levels["std_error"].tolist(), rel=1e-9)
        assert paths.trend_df == rows["df"].iloc[0]
        compared += 2 * (len(slopes) + len(levels))
        # from the observed wave: what the base wave carries and what remains make the whole
        seen = es.scenarios.TrendScenario(**variants[str(variant)]).path(base).paths
        carried = np.bincount(seen.trend_of, (seen.carried * seen.level_sd) ** 2)
        whole = np.sqrt(seen.trend_sd**2 + carried)
        assert whole.tolist() == pytest.approx(slopes["std_error"].tolist(), rel=1e-9)
    assert compared == 162


def test_trend_simulation_agrees_with_waves_drawn_anew_in_r():
    expected = pd.read_csv(REFERENCE / "projection_simulated.csv").set_index("year")
    options = ProjectionOptions(population=None, draws=DRAWS)
    damping = (1.0, 0.75, 0.5, 0.25)
    found = es.project(
        waves(), people(), rng=np.random.default_rng(3), options=options,
        scenario=es.scenarios.TrendScenario(damping=damping),
    )  # fmt: skip
    made = found.simulated
    # R draws normal errors; the slopes here have 28 degrees of freedom: their variance is 28 / 26
    made.path_draws.trend[:] *= np.sqrt(26 / 28)
    drawn = total(made)
    for year, row in expected.iterrows():
        values = drawn[int(year) - 2022]
        assert values.mean() == pytest.approx(row["mean"], abs=5 * row["sd"] / np.sqrt(DRAWS))
        assert values.std() == pytest.approx(row["sd"], rel=0.01)
        low, high = np.quantile(values, [0.025, 0.975])
        assert low == pytest.approx(row["q025"], abs=0.05 * row["sd"])
        assert high == pytest.approx(row["q975"], abs=0.05 * row["sd"])
    assert len(expected) == 3


def test_damped_years_are_those_of_the_hand():
    scenario = es.scenarios.TrendScenario(damping=(1.0, 0.5, 0.0))
    assert scenario.years(12).tolist() == [1, 2, 3, 4, 5, 5.5, 6, 6.5, 7, 7.5, 7.5, 7.5]
    path = scenario.path(start()).paths
    slope = (path.logit[1] - path.logit[0]).tolist()
    assert (path.logit[-1] - path.logit[0]).tolist() == pytest.approx([7.5 * b for b in slope])


def test_cohorts_keep_their_prevalence_as_counted_by_hand():
    bands = pd.DataFrame(
        {"wave": 2022, "age_group": ["18-19", "20-21", "22+"], "estimate": [0.1, 0.2, 0.4]}
    )
    ages = ["18", "19", "20", "21", "22+"]
    crowd = pd.DataFrame(
        [(year, age, 100.0) for year in (2022, 2023, 2024) for age in ages],
        columns=["year", "age", "persons"],
    )
    found = es.project(bands, crowd, to=2024, scenario=es.scenarios.CohortShift())
    # 2023: age 20 was 19 (0.1), age 21 was 20 (0.2); 22+ are five ages, of which 22 was 21 (0.2)
    assert found.row(2022).persons == pytest.approx(100.0)
    assert found.row(2023, "18-19").persons == pytest.approx(20.0)
    assert found.row(2023, "20-21").persons == pytest.approx(30.0)
    assert found.row(2023, "22+").persons == pytest.approx(20 * 0.2 + 80 * 0.4)
    # 2024: all of 20-21 were 18-19; 22 and 23 were 20 and 21
    assert found.row(2024, "20-21").persons == pytest.approx(20.0)
    assert found.row(2024, "22+").persons == pytest.approx(40 * 0.2 + 60 * 0.4)
    assert found.constant_prevalence.row(2024).persons == pytest.approx(100.0)


def test_a_scenario_of_the_user_runs_straight_on_the_log_odds_and_then_stays():
    bands = pd.DataFrame({"wave": 2022, "age_group": ["18+"], "estimate": [0.2]})
    goal = pd.DataFrame({"wave": [2032], "age_group": ["18+"], "estimate": [0.5]})
    crowd = pd.DataFrame({"year": range(2022, 2041), "age": "18+", "persons": 100.0})
    scenario = es.scenarios.UserScenario(goal, name="half")
    found = es.project(bands, crowd, to=2040, scenario=scenario)
    assert found.row(2027).prevalence == pytest.approx(float(expit(logit(0.2) / 2)))
    assert found.row(2032).persons == pytest.approx(50.0)
    assert found.row(2040).persons == pytest.approx(50.0)
    assert found.constant_prevalence.row(2040).persons == pytest.approx(20.0)
    assert found.model.scenario == "half"


@pytest.mark.parametrize("between_ages", [1.0, 0.5, 0.0])
def test_the_whole_population_keeps_its_published_bounds(between_ages):
    options = ProjectionOptions(
        draws=DRAWS,
        sampling=False,
        population=PopulationError(bounds(), between_years=0.9, between_ages=between_ages),
    )
    half = waves().query("wave == 2022").assign(estimate=0.5)
    found = es.project(half, people(), rng=np.random.default_rng(4), options=options)
    row = found.row(2050)
    assert row.inner_low / row.persons == pytest.approx(0.95, abs=0.002)
    assert row.inner_high / row.persons == pytest.approx(1.10, abs=0.003)
    assert row.conf_low / row.persons == pytest.approx(0.90, abs=0.004)
    assert row.conf_high / row.persons == pytest.approx(1.20, abs=0.008)
    band = found.row(2050, "80+")
    wider = (band.inner_high - band.inner_low) / band.persons
    assert (wider > 0.16) == (between_ages < 1.0)  # a band alone is less sure than the whole
    first = found.row(2022)
    assert first.conf_low == pytest.approx(first.persons)


def test_published_bounds_of_the_edition_come_out_of_the_draws():
    official = es.reference("forecast_milestones").query(
        "edition == 'cbs_prognose_2023' and quantity == 'population' and age_low == 0"
    )
    whole = official[official["age_high"].isna()].set_index(["year", "bound"])["value"]
    crowd = pd.DataFrame(
        [
            (y, "0+", float(whole[y, "point"]), "cbs_prognose_2023")
            for y in (2024, 2030, 2040, 2050)
        ],
        columns=["year", "age", "persons", "edition"],
    )
    years = pd.DataFrame({"year": range(2024, 2051)})
    filled = years.merge(crowd, how="left").assign(age="0+", edition="cbs_prognose_2023")
    filled["persons"] = filled["persons"].interpolate()
    everyone = pd.DataFrame({"wave": [2024], "age_group": ["0+"], "estimate": [0.5]})
    options = ProjectionOptions(draws=DRAWS)
    found = es.project(everyone, filled, rng=np.random.default_rng(5), options=options)
    for year in (2030, 2040, 2050):
        row = found.row(year)
        assert 2 * row.inner_low == pytest.approx(whole[year, "lower"], rel=2e-3)
        assert 2 * row.inner_high == pytest.approx(whole[year, "upper"], rel=2e-3)
    assert "borrowed" not in " ".join(found.model.notes)


def test_years_correlate_as_asked():
    options = ProjectionOptions(
        draws=DRAWS, sampling=False, population=PopulationError(bounds(0.1, 0.1), between_years=0.8)
    )
    half = waves().query("wave == 2022").assign(estimate=0.5)
    made = es.project(half, people(), rng=np.random.default_rng(6), options=options).simulated
    drawn = total(made)
    assert np.corrcoef(drawn[20], drawn[21])[0, 1] == pytest.approx(0.8, abs=0.01)
    assert np.corrcoef(drawn[20], drawn[22])[0, 1] == pytest.approx(0.64, abs=0.01)


def test_shares_of_the_variance_are_those_of_the_formulas():
    options = ProjectionOptions(draws=DRAWS, population=PopulationError(bounds(0.02, 0.02)))
    base = waves().query("wave == 2022").reset_index(drop=True)
    found = es.project(base, people(), rng=np.random.default_rng(7), options=options)
    counts = people().query("year == 2050")["persons"].to_numpy(float)
    point = float(counts @ base["estimate"])
    sampling = float(((counts * base["std_error"]) ** 2).sum())
    population = (point * 0.02 / norm.ppf(0.835)) ** 2
    shares = found.variance().query("year == 2050").set_index("source")["share"]
    errors = found.variance().query("year == 2050").set_index("source")["std_error"]
    # beyond 67% the made-up bounds go to 4% at 95%, 0.6% further out than a straight line
    assert errors["sampling"] == pytest.approx(np.sqrt(sampling), rel=0.01)
    assert errors["population"] == pytest.approx(np.sqrt(population), rel=0.02)
    both = errors["sampling"] ** 2 + errors["population"] ** 2
    assert shares["sampling"] == pytest.approx(errors["sampling"] ** 2 / both, abs=0.01)
    assert np.isnan(shares["trend"])
    assert shares.dropna().sum() == pytest.approx(1.0)


def test_a_source_that_is_switched_off_has_no_share_and_moves_nothing():
    def spread(**off) -> dict[str, float]:
        options = ProjectionOptions(draws=5000, **off)
        found = es.project(
            waves(), people(), rng=np.random.default_rng(8), options=options,
            scenario=es.scenarios.TrendScenario(),
        )  # fmt: skip
        shares = found.variance().query("year == 2050").set_index("source")["share"].dropna()
        return {"width": found.row(2050).conf_high - found.row(2050).conf_low, **shares.to_dict()}

    every = spread()
    assert {"sampling", "trend", "population"} < set(every)
    for name, off in (
        ("sampling", {"sampling": False}),
        ("trend", {"trend": False}),
        ("population", {"population": None}),
    ):
        without = spread(**off)
        assert name not in without
        assert without["width"] < every["width"]
