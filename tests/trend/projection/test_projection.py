"""The verb ``project``: invariants, words, projections, sources, and every refusal."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eenzaam_stats as es
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.trend.projection.projection_options import PopulationError, ProjectionOptions
from trend.projection.projection_made import people, waves

RNG = 20261126
FAST = ProjectionOptions(draws=200)
BANDS = ("18-39", "40-64", "65-79", "80+")


def flat(p: float = 0.4, n: float = 100.0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same prevalence in all bands, the same people in all years."""
    prevalence = pd.DataFrame({"wave": 2022, "age_group": BANDS, "estimate": p})
    crowd = people().assign(persons=n)
    return prevalence, crowd


def trend(**given) -> es.scenarios.TrendScenario:
    return es.scenarios.TrendScenario(**given)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(p=st.floats(0, 1), n=st.floats(1, 1e6))
def test_constant_rate_and_constant_population_stay_constant(p, n):
    found = es.project(*flat(p, n))
    numbers = {row.persons for row in found.rows if row.age_group == "all"}
    assert max(numbers) - min(numbers) <= 1e-9 * max(numbers)
    assert found.row(2050).persons == pytest.approx(8 * n * p)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(p=st.lists(st.floats(0.01, 0.99), min_size=3, max_size=3))
def test_merging_bands_of_one_prevalence_changes_nothing(p):
    fine = pd.DataFrame({"wave": 2022, "age_group": BANDS, "estimate": [p[0], p[0], p[1], p[2]]})
    merged = pd.DataFrame({"wave": 2022, "age_group": ["18-64", *BANDS[2:]], "estimate": p})
    one, two = (es.project(table, people()) for table in (fine, merged))
    for year in (2022, 2030, 2050):
        assert one.row(year).persons == pytest.approx(two.row(year).persons, rel=1e-12)


@settings(derandomize=True, max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), to=st.integers(2023, 2050))
def test_groups_add_up_and_effects_add_up_and_order_only_flips_signs(seed, to):
    rng = np.random.default_rng(seed)
    table = waves()
    table["estimate"] = rng.uniform(0.05, 0.95, len(table))
    found = es.project(table, people(), to=to, scenario=trend(), rng=rng, options=FAST)
    for year in (2022, to):
        rows = [row for row in found.rows if row.year == year]
        whole = found.row(year)
        for sexes in (("total",), ("men", "women")):
            part = [row for row in rows if row.sex in sexes and row.age_group != "all"]
            assert sum(row.persons for row in part) == pytest.approx(whole.persons, rel=1e-12)
            assert sum(row.population for row in part) == pytest.approx(whole.population)
    forth = es.decompose(found)
    back = es.decompose(found, from_year=to, to_year=2022)
    change = found.row(to).persons - found.row(2022).persons
    assert sum(one.persons for one in forth.effects) == pytest.approx(change, abs=1e-6)
    assert sum(one.persons for one in forth.booked) == pytest.approx(change, abs=1e-6)
    for a, b in zip(forth.effects, back.effects, strict=True):
        assert a.persons == pytest.approx(-b.persons, abs=1e-6)
    assert all(math.isfinite(one.conf_low) for one in forth.effects)


def test_every_scenario_has_its_constant_twin_from_the_same_draws():
    for scenario in (trend(), es.scenarios.CohortShift()):
        rng = np.random.default_rng(RNG)
        found = es.project(waves(), people(), scenario=scenario, rng=rng, options=FAST)
        rng = np.random.default_rng(RNG)
        alone = es.project(waves(), people(), rng=rng, options=FAST)
        assert found.constant_prevalence == alone
        assert alone.constant_prevalence is alone
        assert found.tidy()["persons_constant"].tolist() == [row.persons for row in alone.rows]
        assert found.row(2022).conf_low == alone.row(2022).conf_low


def test_same_seed_same_result_and_without_chance_no_interval():
    one, two = (
        es.project(waves(), people(), rng=np.random.default_rng(1), options=FAST) for _ in range(2)
    )
    assert one == two
    three = es.project(waves(), people(), rng=np.random.default_rng(2), options=FAST)
    assert one != three
    still = es.project(waves(), people())
    assert still.shares == ()
    assert still.model.draws == 0
    assert all(math.isnan(row.conf_low) for row in still.rows)
    assert [row.persons for row in still.rows] == [row.persons for row in one.rows]


def test_intervals_hold_the_point_and_widen_with_the_level():
    narrow, wide = (
        es.project(waves(), people(), rng=np.random.default_rng(1), level=level, scenario=trend())
        for level in (0.8, 0.99)
    )
    for one, two in zip(narrow.rows, wide.rows, strict=True):
        assert two.conf_low <= one.conf_low <= one.persons <= one.conf_high <= two.conf_high
        assert two.prevalence_low <= one.prevalence <= two.prevalence_high
        assert one.inner_low == two.inner_low


def test_floor_and_ceiling_hold_in_every_draw_after_the_base_year():
    scenario = trend(damping=(1.0,), floor=0.3, ceiling=0.5)
    found = es.project(
        waves(), people(), scenario=scenario, rng=np.random.default_rng(1), options=FAST
    )
    for row in found.rows:
        if row.year > 2022:
            assert 0.3 <= row.prevalence_low <= row.prevalence_high <= 0.5 + 1e-12
    assert any("between 0.3 and 0.5" in note for note in found.model.notes)


@pytest.mark.parametrize("keys", [("2020", "2022"), (2020.0, "2022.0")])
def test_trend_scenario_when_the_wave_is_text_then_weighs_the_same_wave(keys):
    weights = dict(zip(keys, (0.2, 0.5), strict=True))
    text = es.project(waves(), people(), scenario=trend(wave_weight=weights))
    year = es.project(waves(), people(), scenario=trend(wave_weight={2020: 0.2, 2022: 0.5}))
    assert text.model.scenario_words == year.model.scenario_words
    assert [row.persons for row in text.rows] == [row.persons for row in year.rows]


def test_pandemic_waves_are_named_and_never_weighted_silently():
    full = es.project(waves(), people(), scenario=trend())
    assert any("2020, 2022 fell in the pandemic" in note for note in full.model.notes)
    less = es.project(waves(), people(), scenario=trend(wave_weight={2020: 0.2, 2022: 0.5}))
    assert "2020 (weight 0.2)" in less.model.scenario_words
    assert not any("pandemic" in note for note in less.model.notes)
    assert less.row(2050).persons != full.row(2050).persons
    out = es.project(waves(), people(), scenario=trend(wave_weight={2020: 0.0, 2022: 0.0}))
    dropped = waves().query("wave not in (2020, 2022)")
    kept = es.project(
        dropped, people().assign(year=lambda f: f["year"] - 6), to=2044, scenario=trend()
    )
    rises = [r.row(y).prevalence for r, y in ((out, 2022), (kept, 2016))]
    assert rises[0] != rises[1]  # one starts from 2022, the other from 2016


def test_estimates_of_microdata_go_straight_in(tmp_path):
    path = tmp_path / "synthetic.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=3000, seed=4)
    survey = es.score(es.read_gezondheidsmonitor(path, wave=2022), es.DJG11)
    table = es.prevalence(survey, "lonely", by=["age_group", "sex"])
    found = es.project(table, "cbs_kernprognose_2016", rng=np.random.default_rng(1), options=FAST)
    assert found.model.base_year == 2022
    assert found.model.synthetic
    assert "synthetic" in found.describe()
    first = found.row(2022)
    rows = {tuple(row.group): row for row in table.rows}
    by_hand = sum(
        rows[row.age_group, row.sex].estimate * row.population
        for row in found.rows
        if row.year == 2022 and row.sex != "total"
    )
    assert first.persons == pytest.approx(by_hand, rel=1e-12)
    assert found.variance().query("year == 2022").set_index("source")["share"]["sampling"] > 0


def test_words_name_everything_a_reader_must_know():
    found = es.project(
        "gezondheidsmonitor", "derived_A", rng=np.random.default_rng(1),
        options=ProjectionOptions(base_population="cbs_observed", draws=200),
    )  # fmt: skip
    told = found.describe()
    for words in (
        "residents of 18 and over", "derived_A (not official)", "cbs_observed before",
        "held constant by age", "Hindcast: cbs_kernprognose_2016", "no counted years yet",
        "borrowed for derived_A", "sampling not drawn", "private households", "95% interval",
    ):  # fmt: skip
        assert words in told
    assert found.hindcast is not None
    assert found.hindcast.people_percent == pytest.approx(-3.2, abs=0.05)
    assert es.project("gezondheidsmonitor", "cbs_kernprognose_2016").hindcast.same_edition


def test_bands_that_do_not_fit_the_checked_forecast_have_no_hindcast():
    assert es.project(waves(), people()).hindcast is not None
    odd = pd.DataFrame({"wave": 2022, "age_group": ["18-21", "22+"], "estimate": 0.3})
    crowd = pd.DataFrame(
        [(year, age, 10.0) for year in (2022, 2023) for age in ("18", "19", "20", "21", "22+")],
        columns=["year", "age", "persons"],
    )
    assert es.project(odd, crowd, to=2023).hindcast is None


def test_people_of_private_households_are_counted_when_asked():
    private = people().assign(households="private_households")
    options = ProjectionOptions(households="private_households")
    found = es.project(waves(), private, options=options)
    assert found.model.people == "private households of 18 and over"
    assert not any("institutions" in note for note in found.model.notes)
    for population, asked in ((private, "residents"), (people(), "private_households")):
        with pytest.raises(SchemaError, match="was asked to count"):
            es.project(waves(), population, options=ProjectionOptions(households=asked))


def changed(frame: pd.DataFrame, row: int, **values) -> pd.DataFrame:
    made = frame.copy()
    for name, value in values.items():
        made.loc[made.index[row], name] = value
    return made


P = waves().query("wave == 2022").reset_index(drop=True)


@pytest.mark.parametrize(
    ("prevalence", "population", "error", "match"),
    [
        (P, people().query("age_low < 80"), SchemaError, "people of every age of 80"),
        (P, people().query("year != 2030"), OptionError, "1 year.s. are not in it, first 2030"),
        (P, people().drop(index=5), SchemaError, "every age in every year.*1 are missing"),
        (P, changed(people(), 3, persons=-1), SchemaError, "fewer than 0 people, first row 4"),
        (P, changed(people(), 3, persons=None), SchemaError, "no number of people, first row 4"),
        (P, changed(people(), 3, edition="other"), SchemaError, "one edition.*has 2"),
        (P, pd.concat([people(), people().iloc[:1]]), SchemaError, "every age once"),
        (P, changed(people(), 0, age_high=45), SchemaError, "overlap"),
        (P, people().assign(sex="total").drop_duplicates(["year", "age_low"]), SchemaError,
         "men and women in the population"),
        (P, changed(people(), 0, sex="total"), SchemaError, "count people twice"),
        (P, people().drop(columns="persons"), UnknownColumnError, "persons"),
        (P, people().assign(age_low="x"), SchemaError, "ages as whole years"),
        (P, people().assign(year=20500), SchemaError, "whole years"),
        (P, people().assign(households="both"), SchemaError, "one household base"),
        (P, "cbs_2016", OptionError, "population is 'cbs_2016'"),
        (P, "derived_A", OptionError, "Name base_population='cbs_observed'"),
        (changed(P, 0, estimate=40.0), people(), SchemaError, "first 40. Divide percentages"),
        (changed(P, 0, estimate=-0.1), people(), SchemaError, "proportions of 0-1"),
        (changed(P, 0, estimate=None), people(), SchemaError, "1 of 8 have none.*18-39 men"),
        (changed(P, 0, age_group="18-45"), people(), SchemaError, "follow each other"),
        (P.query("age_group != '40-64'"), people(), SchemaError, "follow each other"),
        (P.query("age_group != '80+'"), people(), SchemaError, "without upper end.*65-79"),
        (P.query("sex == 'men'"), people(), SchemaError, "men and women, but found"),
        (P.assign(sex="other"), people(), OptionError, "knows the sexes"),
        (pd.concat([P, P.iloc[:1]]), people(), SchemaError, "is there twice, again in row 9"),
        (P.drop(columns="estimate"), people(), UnknownColumnError, "estimate"),
        (P.drop(columns="age_group"), people(), UnknownColumnError, "age_group"),
        (P.drop(columns="wave"), people(), OptionError, "needs the year of the prevalences"),
        (P.assign(wave="last year"), people(), SchemaError, "waves that are years"),
        ("ssw", people(), OptionError, "published table"),
        (pd.DataFrame({"wave": 2022, "age_group": ["16+"], "estimate": 0.4}),
         "cbs_kernprognose_2016", SchemaError, "16. cuts 15-17"),
    ],
)  # fmt: skip
def test_wrong_tables_are_refused_with_what_was_found(prevalence, population, error, match):
    with pytest.raises(error, match=match):
        es.project(prevalence, population)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        ({"level": 95}, OptionError, "level is 95"),
        ({"to": 2022}, OptionError, "projects forward"),
        ({"options": ProjectionOptions(base_year=2021)}, OptionError, "base_year is 2021"),
        ({"options": ProjectionOptions(age_floor=19)}, SchemaError, "19 and over, but.*at 18"),
        ({"options": ProjectionOptions(draws=10), "rng": np.random.default_rng(1)}, OptionError,
         "at least 100 draws"),
        ({"options": ProjectionOptions(households="all")}, OptionError, "households is 'all'"),
        ({"scenario": trend(recent=3), "options": ProjectionOptions(base_year=2012)}, OptionError,
         "year"),
        ({"scenario": trend(wave_weight={2019: 0.5})}, OptionError, "wave_weight is 2019"),
        ({"scenario": trend(wave_weight={2008: 0.0, 2012: 0, 2016: 0})}, SchemaError,
         "at least 3 waves"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(call, error, match):
    with pytest.raises(error, match=match):
        es.project(waves(), people(), **call)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"damping": ()}, "damping"),
        ({"damping": (1.2,)}, "damping"),
        ({"recent": 2}, "recent is 2"),
        ({"floor": 0.6, "ceiling": 0.5}, "floor and ceiling"),
        ({"start": "last"}, "start is 'last'"),
        ({"wave_weight": {2020: 2}}, "wave_weight of 2020"),
    ],
)
def test_a_trend_that_cannot_be_is_refused_at_once(options, match):
    with pytest.raises(OptionError, match=match):
        trend(**options)


def test_a_trend_needs_every_cell_and_no_zero():
    with pytest.raises(SchemaError, match="every cell in every wave, but 1 are missing"):
        es.project(waves().drop(index=0), people(), scenario=trend())
    with pytest.raises(SchemaError, match="are 0 or 1"):
        es.project(changed(waves(), 0, estimate=0.0), people(), scenario=trend())
    held = es.project(changed(P, 0, estimate=0.0), people(), rng=np.random.default_rng(1))
    assert held.row(2050, "18-39", "men").conf_high == 0.0


@pytest.mark.parametrize(
    ("goal", "match"),
    [
        (P.query("sex == 'men'").drop(columns="sex").assign(wave=2030), "cells of the base wave"),
        (P, "years after the base year 2022"),
        (changed(P.assign(wave=2030), 0, estimate=1.0), "between 0 and 1"),
    ],
)
def test_a_scenario_of_the_user_must_fit_the_base_wave(goal, match):
    with pytest.raises(SchemaError, match=match):
        es.project(P, people(), scenario=es.scenarios.UserScenario(goal))


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"between_years": 1.5}, OptionError, "between_years is 1.5"),
        ({"bounds": "cbs_prognose_2010"}, OptionError, "several years"),
        ({"bounds": pd.DataFrame({"year": [2022]})}, UnknownColumnError, "bound"),
    ],
)
def test_bounds_that_are_not_there_are_refused(given, error, match):
    with pytest.raises(error, match=match):
        es.project(P, people(), rng=np.random.default_rng(1),
                   options=ProjectionOptions(population=PopulationError(**given)))  # fmt: skip


def test_rows_that_do_not_exist_are_refused_by_name():
    found = es.project(P, people())
    with pytest.raises(OptionError, match="no row of 2051"):
        found.row(2051)
    with pytest.raises(OptionError, match="years of the projection, but found 1999"):
        es.decompose(found, from_year=1999)
