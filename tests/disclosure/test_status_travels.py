"""Every result remembers whether it may leave: made of respondents, suppressed or published."""

from __future__ import annotations

import io
import pickle
import pkgutil
from dataclasses import fields, is_dataclass, replace
from importlib import import_module
from itertools import product

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
import eenzaam_stats.results
from doubt.small_tables import AGES, START, SmallTable, panel, population
from eenzaam_stats import estimation
from eenzaam_stats.errors import DisclosureError, SchemaError
from eenzaam_stats.output_check import STAYS, read_status, remembering, require_passed, worst
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.projection.hindcast import hindcast
from eenzaam_stats.trend.projection.projected_change import Moment, decompose_counts
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.trend.projection.published_prevalence import prevalence_by_age
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import controlled_series
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from eenzaam_stats.vocabulary import Disclosure

mpl.use("Agg")
PUBLIC, SAFE, UNSTATED, UNCHECKED = (
    Disclosure.PUBLIC,
    Disclosure.SAFE,
    Disclosure.UNSTATED,
    Disclosure.UNCHECKED,
)
LAW = es.Interruption("law", START)
HOW = Fitting(estimator="ols")
TABLE, OTHER = SmallTable("reliable", 4), SmallTable("reliable", 11)
STANDARD = es.Standard.of(dict.fromkeys(AGES, 1.0), over="age_group")


def _public(frame: pd.DataFrame) -> pd.DataFrame:
    return remembering(frame.copy(), PUBLIC)


def _by(name: str, table: SmallTable = TABLE) -> Estimates:
    return es.prevalence(getattr(table, f"by_{name.partition('_')[0]}"), "lonely", by=name)


OF_RESPONDENTS = {
    "prevalence": lambda: _by("region"),
    "mean": lambda: es.mean(TABLE.by_region, "score", by="region"),
    "total": lambda: es.total(TABLE.by_region, "lonely", by="region"),
    "ratio": lambda: es.ratio(TABLE.by_region, "lonely", "one", by="region"),
    "distribution": lambda: es.distribution(TABLE.by_region, "answer", by="region"),
    "cells": lambda: es.prevalence(es.cells(TABLE.by_region, "lonely", by=["region"]), "lonely"),
    "standardise": lambda: es.standardise(TABLE.by_age, "lonely", standard=STANDARD),
    "compare": lambda: es.compare(TABLE.by_region, "lonely", by="region"),
    "ratios": lambda: es.compare(
        TABLE.by_region, "lonely", by="region", how=es.Comparing(measure="ratio")
    ),
    "linear_trend": lambda: estimation.linear_trend(TABLE.by_wave, "lonely"),
    "rao_scott": lambda: estimation.rao_scott(TABLE.by_region, "region", "answer"),
    "panel_model": lambda: panel_model(panel("reliable", 4), "lonely"),
    "panel_model of a frame": lambda: panel_model(panel("reliable", 4).respondents, "lonely"),
    "survey": lambda: TABLE.by_region,
    "respondents": lambda: TABLE.by_region.respondents,
    "some respondents": lambda: TABLE.by_region.respondents.query("lonely == 1")[["region"]],
}


@pytest.mark.parametrize("name", OF_RESPONDENTS)
def test_what_is_made_of_respondents_is_unchecked(name):
    assert read_status(OF_RESPONDENTS[name]()) is UNCHECKED


MADE_OF_WAVES = {
    "interrupted": lambda data: es.interrupted_time_series(data, [LAW], estimator="ols"),
    "gap": lambda data: es.forecast_gap(data, start=START, estimator="ols"),
    "controlled": lambda data: controlled_series(
        _public(_by("wave", OTHER).tidy()), data, [LAW], estimator="ols"
    ),
    "with a control": lambda data: controlled_series(
        data, _public(_by("wave", OTHER).tidy()), [LAW], estimator="ols"
    ),
    "placebo in time": lambda data: placebo_in_time(data, LAW, HOW),
    "placebo in space": lambda data: placebo_in_space(
        data, {"other": _public(_by("wave", OTHER).tidy())}, LAW, HOW
    ),
    "placebo of controls": lambda data: placebo_in_space(
        _public(_by("wave", OTHER).tidy()), {"other": data}, LAW, HOW
    ),
    "without a wave": lambda data: leave_one_wave_out(data, LAW, HOW),
    "other starts": lambda data: alternative_starts(data, LAW, [START - 1.0], HOW),
}
FEW = ProjectionOptions(draws=200)


def _projected(data, **more):
    return es.project(
        data, population(), to=2030, rng=np.random.default_rng(1), options=FEW, **more
    )


MADE_OF_AGES = {
    "project": _projected,
    "cohorts": lambda data: _projected(data, scenario=es.scenarios.CohortShift()),
    "decompose": lambda data: es.decompose(_projected(data)),
    "hindcast": lambda data: hindcast(data, base_year=2022),
    "later hindcast": lambda data: hindcast(
        remembering(_by("age_group").tidy(), PUBLIC), base_year=2021, later={2022: data}
    ),
}


def _inputs(made: Estimates):
    """The same numbers, and the status that each form of them has."""
    released = es.suppress(made)
    assert all(row.disclosure is SAFE for row in released.rows)
    bare = [*made.by, "estimate", "std_error"]
    return {
        "unchecked": (made, UNCHECKED),
        "tidy": (made.tidy(), UNCHECKED),
        "chosen columns": (made.tidy()[bare], UNCHECKED),
        "chosen rows": (made.tidy().iloc[:], UNCHECKED),
        "sliced rows": (replace(made, rows=made.rows[:]), UNCHECKED),
        "pickled": (pickle.loads(pickle.dumps(made)), UNCHECKED),
        "csv": (_round(made.tidy()), UNCHECKED),
        "csv of details": (_round(made.details()), UNCHECKED),
        "suppressed": (released, SAFE),
        "suppressed tidy": (released.tidy(), SAFE),
        "suppressed csv": (_round(released.details()), SAFE),
        "suppressed pickled": (pickle.loads(pickle.dumps(released)), SAFE),
        "one row unchecked": (
            replace(released, rows=(made.rows[0], *released.rows[1:])),
            UNCHECKED,
        ),
        "concatenated": (
            pd.concat([made.tidy().iloc[:1], released.tidy().iloc[1:]]),
            UNCHECKED,
        ),
        "numbers alone": (pd.DataFrame(made.tidy()[bare].to_dict("list")), UNSTATED),
        "published": (_public(made.tidy()[bare]), PUBLIC),
    }


def _round(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(frame.to_csv(index=False)))


FORMS = (
    *("unchecked", "tidy", "chosen columns", "chosen rows", "sliced rows", "pickled", "csv"),
    *("csv of details", "suppressed", "suppressed tidy", "suppressed csv", "suppressed pickled"),
    *("one row unchecked", "concatenated", "numbers alone", "published"),
)


def test_the_forms_are_those_that_are_made():
    assert tuple(_inputs(_by("wave"))) == FORMS


@pytest.mark.parametrize(("name", "form"), list(product(MADE_OF_WAVES, FORMS)))
def test_what_is_made_of_waves_inherits_their_status(name, form):
    data, status = _inputs(_by("wave"))[form]
    made = MADE_OF_WAVES[name](data)
    assert read_status(made) is status
    frames = [
        getattr(made, one)() for one in ("tidy", "terms", "series", "report") if hasattr(made, one)
    ]
    assert frames
    assert {read_status(frame) for frame in frames} == {status}


@pytest.mark.parametrize(("name", "form"), list(product(MADE_OF_AGES, FORMS)))
def test_what_is_made_of_ages_inherits_their_status(name, form):
    data, status = _inputs(_by("age_group"))[form]
    if isinstance(data, pd.DataFrame):
        data["wave"] = 2022
    made = MADE_OF_AGES[name](data)
    assert read_status(made) is status
    assert read_status(made.tidy_lonely() if "hindcast" in name else made.tidy()) is status
    assert read_status(pickle.loads(pickle.dumps(made))) is status


def test_a_scenario_of_respondents_makes_a_projection_unchecked():
    base = _public(_by("age_group").tidy().assign(wave=2022))
    later = _by("age_group", OTHER).tidy().assign(wave=2030)
    scenario = es.scenarios.UserScenario(later)
    assert read_status(_projected(base)) is PUBLIC
    assert read_status(_projected(base, scenario=scenario)) is UNCHECKED


def test_packaged_tables_are_published_and_so_is_what_is_made_of_them():
    assert read_status(es.reference("gezondheidsmonitor")) is PUBLIC
    assert read_status(prevalence_by_age()) is PUBLIC
    future = es.project("gezondheidsmonitor", "cbs_kernprognose_2016", to=2030)
    assert {read_status(one) for one in (future, future.tidy(), es.decompose(future))} == {PUBLIC}
    assert read_status(hindcast({(18, 74): 0.48, (75, None): 0.55}, base_year=2022)) is UNSTATED
    two = [Moment(year, [50, 50], [0.1, 0.2]) for year in (2022, 2050)]
    assert read_status(decompose_counts(*two, groups=["18-74", "75+"])) is UNSTATED


def test_a_test_and_a_model_cannot_be_suppressed():
    for name in ("rao_scott", "panel_model"):
        with pytest.raises(SchemaError, match="is released on the estim"):
            es.suppress([OF_RESPONDENTS[name]()])


def test_a_row_that_was_hidden_stays_without_numbers_whatever_is_replaced():
    hidden = _by("region").rows[0].hide()
    again = replace(hidden, flag="reliable", estimate=0.4, n_valid=7)
    (kept,) = replace(_by("region"), rows=(again,)).rows
    assert kept == hidden


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((), PUBLIC),
        ((PUBLIC, SAFE), SAFE),
        ((SAFE, Disclosure.SUPPRESSED), SAFE),
        ((SAFE, UNSTATED), UNSTATED),
        ((UNSTATED, UNCHECKED, PUBLIC), UNCHECKED),
    ],
)
def test_of_a_mixture_the_worst_counts(parts, whole):
    assert worst(parts) is whole


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["safe", "suppressed"], SAFE),
        (["public"], PUBLIC),
        (["safe", "unchecked"], UNCHECKED),
        ([STAYS], UNCHECKED),
        (["safe", None], UNSTATED),
        (["whatever"], UNSTATED),
    ],
)
def test_a_column_says_the_status_of_a_table(words, status):
    frame = pd.DataFrame({"estimate": 0.1, "disclosure": words})
    assert read_status(frame) is status
    assert read_status(_round(frame)) is status


def test_the_refusal_says_what_to_do():
    with pytest.raises(DisclosureError, match=r"es\.suppress first"):
        require_passed(_by("region"), "example")
    assert require_passed(_by("region"), "example", unchecked=True)
    assert not require_passed(es.suppress(_by("region")), "example")


RESULTS = tuple(
    info.name
    for info in pkgutil.iter_modules(eenzaam_stats.results.__path__)
    if info.name != "doubt"
)
# what has no status of its own, and why
PARTS = {
    "AdjustedRow": "RegressionFit",
    "Coefficient": "InterruptedFit",
    "CheckResult": "a verdict in words",
    "Effect": "InterruptedFit",
    "EffectPower": "simulated",
    "Footnote": "Estimates",
    "ForecastGap": "SeriesModel",
    "Gap": "ForecastGap",
    "ChangePart": "CountChange",
    "Comparisons": "Comparison",
    "Estimates": "Estimate",
    "HindcastError": "ProjectionModel",
    "InterruptedFit": "SeriesModel",
    "LonelyMiss": "Hindcast",
    "PeopleMiss": "counts of the whole population, published",
    "PowerResult": "simulated",
    "ProjectedRow": "ProjectionModel",
    "Projection": "ProjectionModel",
    "SeriesCheck": "CheckedEffect",
    "SeriesPoint": "InterruptedFit",
    "SourceShare": "ProjectionModel",
    "TermTest": "RegressionFit",
    "VarianceComponent": "PanelFit",
    "WaveCount": "PanelFit",
    "WaveMean": "PanelFit",
}


def test_every_kind_of_result_has_a_status_or_a_result_that_has_it():
    found, without = set(), set()
    for name in RESULTS:
        module = import_module(f"eenzaam_stats.results.{name}")
        for one in vars(module).values():
            if is_dataclass(one) and isinstance(one, type) and one.__module__ == module.__name__:
                found.add(one.__name__)
                if "disclosure" not in {field.name for field in fields(one)}:
                    without.add(one.__name__)
    assert without | {"Footnote"} == set(PARTS)  # a footnote tells the profile in words
    assert len(found) > 25
    assert len(RESULTS) >= 9


@pytest.mark.parametrize("column", ["flag", "disclosure"])
@pytest.mark.parametrize("kind", ["waves", "ages"])
def test_a_number_in_a_row_that_says_suppressed_is_not_used(column, kind):
    made = _by("wave" if kind == "waves" else "age_group").details()
    told = made.assign(**{column: ["suppressed", *made[column].iloc[1:]]})
    other = told.assign(estimate=[0.9, *made["estimate"].iloc[1:]])
    words = set()
    for frame in (told, other):
        run = MADE_OF_WAVES["interrupted"] if kind == "waves" else _projected
        with pytest.raises(SchemaError) as refusal:
            run(frame if kind == "waves" else frame.assign(wave=2022))
        words.add(str(refusal.value))
    assert len(words) == 1


WORKED_ON = {
    "merge": lambda released, made: released.merge(made, on="region"),
    "turned": lambda released, made: made.merge(released, on="region"),
    "join": lambda released, made: released.set_index("region").join(
        made.set_index("region").add_suffix("_r")
    ),
    "beside": lambda released, made: pd.concat([released, made], axis=1),
    "below": lambda released, made: pd.concat([released, made]),
    "long": lambda _, made: made.melt("region"),
    "means": lambda _, made: made.groupby("region")["estimate"].mean().reset_index(),
    "sorted": lambda _, made: made.sort_values("estimate").reset_index(drop=True),
    "named": lambda _, made: made.rename(columns=str.upper),
    "in per cent": lambda _, made: 100 * made[["estimate"]],
    "text": lambda _, made: made.astype(str),
}


@pytest.mark.parametrize("detailed", [False, True])
@pytest.mark.parametrize("name", WORKED_ON)
def test_a_frame_that_was_worked_on_is_still_unchecked(name, detailed):
    made, released = _by("region"), es.suppress(_by("region"))
    frames = [one.details() if detailed else one.tidy() for one in (released, made)]
    assert read_status(WORKED_ON[name](*frames)) is UNCHECKED
    assert read_status(WORKED_ON[name](frames[0], frames[0])) is SAFE
