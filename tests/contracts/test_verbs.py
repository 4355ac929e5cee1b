"""An error begins with the name of the public function that was called, which none passes on."""

from __future__ import annotations

import ast
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.arguments import in_words
from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsError, OptionError, verb, verb_named
from eenzaam_stats.estimation import linear_trend, rao_scott, with_age_bands
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.number_columns import numbers_in
from eenzaam_stats.scoring import DJG6, check_direction, score, score_polytomous
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.trend.panel.dropout import check_dropout, warn_of_dropout
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import controlled_series
from eenzaam_stats.trend.series.counts import interrupted_counts
from eenzaam_stats.trend.series.forecast import forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time

FILES_AUDITED = "disclosure"  # there it is the file that a table came from
LAW = Interruption("law", 2015)
TWO_WAVES = pd.DataFrame({"wave": [2012, 2016], "estimate": [0.3, 0.4], "std_error": 0.01})


def people(rows: object = None) -> Survey:
    frame = pd.DataFrame({"lonely": [1, 0], "sex": ["m", "f"]}) if rows is None else rows
    report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 2, 2)
    return Survey(frame, Design(), report)  # type: ignore[arg-type]


RESPONDENTS: dict[str, Callable[[], object]] = {
    "prevalence()": lambda: es.prevalence(people(), "gone", weights=None),
    "mean()": lambda: es.mean(people(), "gone", weights=None),
    "total()": lambda: es.total(people(), "gone", weights=None),
    "ratio()": lambda: es.ratio(people(), "lonely", "gone", weights=None),
    "cells()": lambda: es.cells(people(), "gone", weights=None),
    "compare()": lambda: es.compare(people(), "gone", by="sex", weights=None),
    "distribution()": lambda: es.distribution(people(), "gone", weights=None),
    "linear_trend()": lambda: linear_trend(people(), "gone", weights=None),
    "rao_scott()": lambda: rao_scott(people(), "sex", "gone", weights=None),
    "with_age_bands()": lambda: with_age_bands(people(), ["18-34", "35+"], age="gone"),
    "calibrate()": lambda: es.calibrate(people(), {"gone": {"a": 1.0}}),
    "standardise()": lambda: es.standardise(
        people(), "gone", standard=es.Standard.of({"m": 1}, over="sex"), weights=None
    ),
}
SERIES: dict[str, Callable[[], object]] = {
    "interrupted_time_series()": lambda: interrupted_time_series(TWO_WAVES, [LAW]),
    "controlled_series()": lambda: controlled_series(TWO_WAVES, TWO_WAVES, [LAW]),
    "forecast_gap()": lambda: forecast_gap(TWO_WAVES, start=2015),
    "interrupted_counts()": lambda: interrupted_counts(TWO_WAVES, [LAW]),
    "panel_model()": lambda: panel_model(people().respondents, "lonely"),
    "check_dropout()": lambda: check_dropout(people().respondents, "lonely"),
}
SCORING: dict[str, Callable[[], object]] = {
    "score(DJG6)": lambda: score(people(), DJG6),
    "check_direction(DJG6)": lambda: check_direction(people(), DJG6),
    "score_polytomous(DJG6)": lambda: score_polytomous(people(), DJG6),
}
CALLS = {**RESPONDENTS, **SERIES, **SCORING}


@pytest.mark.parametrize("name", CALLS)
def test_an_error_begins_with_the_function_that_was_called(name: str) -> None:
    with pytest.raises(EenzaamStatsError) as caught:
        CALLS[name]()
    assert str(caught.value).startswith(f"{name} needs ")
    assert verb() == "eenzaam_stats"


def test_a_function_that_calls_another_is_not_named_for_it() -> None:
    """What the inner one needs is said in its name, and afterwards the outer one has its own."""

    @in_words
    def outer() -> str:
        with pytest.raises(EenzaamStatsError, match=r"^prevalence\(\) needs column"):
            RESPONDENTS["prevalence()"]()
        return verb()

    assert outer() == "outer()"


@pytest.mark.parametrize(
    "call",
    [
        lambda: placebo_in_time(TWO_WAVES.drop(columns="wave"), LAW),
        lambda: placebo_in_space(TWO_WAVES.drop(columns="wave"), {"there": TWO_WAVES}, LAW),
        lambda: leave_one_wave_out(TWO_WAVES.drop(columns="wave"), LAW),
        lambda: alternative_starts(TWO_WAVES.drop(columns="wave"), LAW, [2014]),
    ],
)
def test_checks_of_a_series_share_a_name(call: Callable[[], Any]) -> None:
    with pytest.raises(EenzaamStatsError, match=r"^a check of a series needs column"):
        call()


def test_a_function_without_needs_of_its_own_names_the_one_that_has_them() -> None:
    with pytest.raises(EenzaamStatsError) as caught:
        warn_of_dropout(people().respondents, "lonely")
    assert str(caught.value).startswith("check_dropout() needs ")


def test_threads_do_not_take_the_name_of_one_another() -> None:
    def said(name: str) -> str:
        with pytest.raises(EenzaamStatsError) as caught:
            RESPONDENTS[name]()
        return str(caught.value).partition(" needs ")[0]

    names = [*RESPONDENTS] * 4
    with verb_named("here()"), ThreadPoolExecutor(4) as threads:
        assert list(threads.map(said, names)) == names
        assert verb() == "here()"


def test_an_error_keeps_its_words_in_a_pickle() -> None:
    with pytest.raises(EenzaamStatsError) as caught:
        RESPONDENTS["prevalence()"]()
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))


def test_what_is_called_outside_a_public_function_names_the_package() -> None:
    summed = es.cells(people(), "lonely", weights=None)
    assert isinstance(summed, Cells)
    with pytest.raises(OptionError, match=r"^eenzaam_stats needs groups by"):
        summed.domains(summed.table.columns.outcomes[0], by=["gone"])
    with pytest.raises(EenzaamStatsError, match=r"^eenzaam_stats, column 'n'"):
        numbers_in(pd.Series(["1.000", "2.000"], name="n"))


def test_no_function_takes_the_name_of_the_one_that_failed(repository: Path) -> None:
    source = repository / "src" / "eenzaam_stats"
    found = [
        f"{path.relative_to(source)}: {function.name}"
        for path in sorted(source.rglob("*.py"))
        if path.relative_to(source).parts[0] != FILES_AUDITED
        for function in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(function, ast.FunctionDef)
        for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        if one.arg == "where" and ast.unparse(one.annotation or ast.Constant(None)) == "str"
    ]
    assert found == []
