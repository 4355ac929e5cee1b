"""Every public function given the wrong kind of thing ends in words, not in an error of Python."""

from __future__ import annotations

import dataclasses
import inspect
import re
from importlib import import_module

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation, plots, scoring
from eenzaam_stats.arguments import in_words
from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsError, OptionError
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.trend.panel.dropout import check_dropout, warn_of_dropout
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.projection.projected_change import Moment, decompose_counts
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import ControlOptions, controlled_series
from eenzaam_stats.trend.series.counts import CountOptions, interrupted_counts
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.trend.series.power import PlannedSeries, find_power

mpl.use("Agg")
PACKAGES = ("estimation", "scoring", "trend", "loaders", "plots", "tables", "published.reference")
# the engine of open tables warns at the line of its caller and has messages of its own; the
# functions of disclosure answer for themselves in their tests
ELSEWHERE = {
    *(
        "suppress",
        "audit",
        "export_to_argus",
        "round_release",
        "check_disclosure",
        "require_checked",
        "open_file",
    ),
    *("dots", "bars", "stack", "lines", "canvas", "svg", "pdf", "png"),
}
WRONG = [
    *(None, 0, -1, 2.5, float("nan"), True, "", "no such word", b"bytes", [], [3], ["a", 1], ()),
    *({}, {"a": "b"}, {1, 2}, object(), int, len, lambda: None, complex(1, 2)),
    *(np.array([1.0, 2.0]), np.zeros((2, 2)), pd.DataFrame({"a": [1]}), pd.Series([1, 2])),
    *(pd.DataFrame(),),
    *(pd.NaT, pd.NA, pd.Timestamp("2020-01-01"), range(3), ["wave", "wave"], [None], [[]]),
    *(SeriesOptions(), FitOptions(), Interruption("x", 2012.0), es.Comparing(), Design()),
]  # fmt: skip


def people() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    made = pd.DataFrame(
        {
            "person_id": np.repeat(np.arange(40), 8),
            "wave": np.tile(np.arange(2008, 2016), 40),
            "sex": np.repeat(["men", "women"], 160),
            "age_group": np.tile(["18-34", "35-49", "50-64", "65+"], 80),
            "weight": 1.0 + rng.random(320),
        }
    )
    made["lonely"] = rng.random(320) < 0.4
    return made.assign(score=rng.integers(0, 11, 320))


def survey() -> Survey:
    report = HarmonisationReport("example", "2008", "a.sav", "synthetic", "adults", 320, 320)
    return Survey(people(), Design(weight="weight"), report)


def frame(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    made = pd.DataFrame({"wave": np.arange(2000.0, 2020.0), "estimate": 10 + rng.normal(size=20)})
    made["covariate"] = rng.normal(size=20)
    return made.assign(count=np.arange(20) + 90, denominator=1_000)


LAW = Interruption("law", 2010.0, effects=("level",))
PLAN = PlannedSeries(range(12), 6)
STANDARD = es.Standard.of({"18-34": 1, "35-49": 2, "50-64": 3, "65+": 4}, over="age_group")
CALLS = {
    es.prevalence: {"survey": survey(), "outcome": "lonely", "by": "sex", "interval": "logit"},
    es.mean: {"survey": survey(), "outcome": "score", "by": "sex"},
    es.total: {"survey": survey(), "outcome": "lonely", "by": "sex"},
    es.ratio: {"survey": survey(), "numerator": "lonely", "denominator": "score"},
    es.distribution: {"survey": survey(), "outcome": "age_group", "by": "sex"},
    es.cells: {"survey": survey(), "outcomes": ["lonely"], "by": ["sex"]},
    es.compare: {"survey": survey(), "outcome": "lonely", "by": "sex", "how": es.Comparing()},
    es.standardise: {
        "survey": survey(), "outcome": "lonely", "by": "sex", "standard": STANDARD,
    },
    estimation.linear_trend: {"survey": survey(), "outcome": "lonely", "wave": "wave", "by": ()},
    estimation.rao_scott: {"survey": survey(), "rows": "sex", "columns": "lonely"},
    es.combine: {"surveys": [survey(), survey()]},
    interrupted_time_series: {
        "series": frame(), "interruptions": [LAW], "covariates": ["covariate"], "estimator": "ols",
        "link": "identity", "options": SeriesOptions(), "level": 0.95,
    },
    forecast_gap: {
        "series": frame(), "start": 2012.0, "covariates": ["covariate"], "estimator": "ols",
        "options": GapOptions(),
    },
    interrupted_counts: {
        "series": frame(), "interruptions": [LAW], "counts": CountOptions(),
        "covariates": ["covariate"], "options": SeriesOptions(),
    },
    controlled_series: {
        "series": frame(), "controls": [frame(1)], "interruptions": [LAW], "estimator": "ols",
        "options": ControlOptions(),
    },
    placebo_in_time: {"series": frame(), "interruption": LAW, "how": Fitting(estimator="ols")},
    placebo_in_space: {
        "series": frame(), "controls": {"a": frame(1)}, "interruption": LAW,
        "how": Fitting(estimator="ols"), "statistic": "t", "alternative": "less",
    },
    leave_one_wave_out: {"series": frame(), "interruption": LAW, "how": Fitting(estimator="ols")},
    alternative_starts: {
        "series": frame(), "interruption": LAW, "starts": [2011.0], "how": Fitting(estimator="ols"),
    },
    find_power: {
        "planned": PLAN, "rng": np.random.default_rng(1), "replications": 3, "estimator": "ols",
        "options": FitOptions(), "level": 0.95,
    },
    panel_model: {
        "data": people(), "outcome": "score", "interruptions": [Interruption("x", 2012.0)],
        "columns": PanelColumns(covariates=("sex",)), "options": PanelOptions(), "family": "linear",
    },
    check_dropout: {"data": people(), "outcome": "score", "columns": PanelColumns()},
    warn_of_dropout: {"data": people(), "outcome": "score", "columns": PanelColumns()},
    decompose_counts: {
        "start": Moment(2022, [50, 50], [0.1, 0.2]), "end": Moment(2050, [50, 60], [0.1, 0.2]),
        "groups": ["18-74", "75+"], "level": 0.9,
    },
    plots.interruption: {"result": interrupted_time_series(frame(), [LAW]), "language": "en"},
    plots.interruption_text: {"result": interrupted_time_series(frame(), [LAW]), "language": "en"},
    plots.prevalence: {
        "estimates": es.prevalence(survey(), "lonely", by="sex"), "language": "en", "axes": None
    },
    es.reference: {"name": "published_prevalence"},
    es.read_mapped: {"path": "none.csv", "mapping": "none.toml"},
    es.read_gezondheidsmonitor: {"path": "none.sav", "wave": 2022},
    es.read_liss: {"path": "none", "leave_out": ["wave"]},
    es.score: {"data": survey(), "scale": es.DJG11},
}  # fmt: skip
OPTIONS = [SeriesOptions(), FitOptions(), GapOptions(), ControlOptions(), CountOptions()]
OPTIONS += [
    PanelOptions(),
    PanelColumns(),
    Fitting(estimator="ols"),
    PLAN,
    es.Comparing(),
    LAW,
    STANDARD,
]


def public_functions() -> dict[str, object]:
    """Functions of the top level and of the reference pages."""
    found = {name: getattr(es, name) for name in es.__all__}
    text = (plots_page() / "docs" / "reference" / "api.md").read_text("utf-8")
    for word in re.findall(r"^   ([a-z_.]+\.[A-Za-z_0-9]+)$", text, re.MULTILINE):
        package, _, name = word.rpartition(".")
        if package.startswith(PACKAGES):
            found[word] = getattr(import_module(f"eenzaam_stats.{package}"), name)
    return {name: one for name, one in found.items() if inspect.isfunction(one)}


def plots_page():
    from pathlib import Path

    return Path(__file__).parents[2]


def test_every_public_function_names_an_argument_of_the_wrong_kind():
    functions = public_functions()
    assert len(functions) > 50
    bare = {
        name
        for name, one in functions.items()
        if not hasattr(one, "__wrapped__") and name.rpartition(".")[2] not in ELSEWHERE
    }
    assert bare == set()


def tried(function, arguments) -> str:
    """Empty where a call works or ends in words, else the error of Python."""
    try:
        function(**arguments)
    except EenzaamStatsError as error:
        return "" if 0 < len(str(error).strip()) < 1_500 else f"{len(str(error))} characters"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:150]
    finally:
        mpl.pyplot.close("all")
    return ""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("function", CALLS, ids=lambda one: f"{one.__module__}.{one.__name__}")
def test_any_argument_may_be_any_kind_of_thing(function):
    base = CALLS[function]
    found = {
        (name, type(value).__name__, str(value)[:30]): said
        for name in inspect.signature(function).parameters
        for value in WRONG
        if (said := tried(function, {**base, name: value}))
    }
    assert found == {}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("options", OPTIONS, ids=lambda one: type(one).__name__)
def test_any_field_of_options_may_be_any_kind_of_thing(options):
    uses = [
        (function, name)
        for function, base in CALLS.items()
        for name, value in base.items()
        if type(value[0] if isinstance(value, list) and value else value) is type(options)
    ]
    assert uses or isinstance(options, FitOptions)
    found = {}
    for function, name in uses:
        for field in dataclasses.fields(options):
            for value in WRONG:
                other = dataclasses.replace(options, **{field.name: value})
                given = [other] if isinstance(CALLS[function][name], list) else other
                said = tried(function, {**CALLS[function], name: given})
                if said:
                    key = (function.__name__, field.name, type(value).__name__, str(value)[:30])
                    found[key] = said
    assert found == {}


def test_the_words_name_function_argument_kind_and_value():
    with pytest.raises(OptionError, match=r"^compare\(\) needs how as Comparing or None, and got "):
        es.compare(survey(), "lonely", by="sex", how="pairs")
    plan = dataclasses.replace(PLAN, sd="one")
    with pytest.raises(OptionError, match=r"needs planned\.sd as float, and got str 'one'\."):
        find_power(plan, rng=np.random.default_rng(1))


def test_a_fault_of_the_package_stays_a_fault():
    @in_words
    def broken(number: float) -> float:
        raise TypeError(f"a fault of ours with {number}")

    with pytest.raises(TypeError, match="a fault of ours"):
        broken(1.0)
    with pytest.raises(OptionError, match="broken\\(\\) needs number as float, and got list"):
        broken([1.0])
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        broken(count=1.0)


def test_no_record_of_a_respondent_is_shown():
    made = people().assign(name="A. Person")
    with pytest.raises(OptionError) as caught:
        es.compare(survey(), "lonely", by="sex", how=made)
    assert "A. Person" not in str(caught.value)
    assert "DataFrame" in str(caught.value)
    assert scoring.score is es.score
