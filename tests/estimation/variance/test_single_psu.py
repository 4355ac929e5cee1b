"""Strata with one sampling unit: rules, R's names for them, the flag of groups that rest on them.

Standard errors of the small file are by R ``survey`` (``make_single_psu_references.R``).
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design, ReplicateWeights
from eenzaam_stats.errors import OptionError
from eenzaam_stats.estimation.distribution import distribution
from eenzaam_stats.estimation.quantities import ratio
from eenzaam_stats.estimation.variance.single_psu import LARGE_SHARE
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.numerics.survey.moments import Strata, collapse_strata, neighbours
from eenzaam_stats.vocabulary import Flag
from estimation.conftest import SurveyMaker

RULES = ("certainty", "centred", "average", "collapsed")


@pytest.fixture(scope="module")
def thin(reference_folder: Path) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "single_psu_input.csv")


@pytest.fixture(scope="module")
def expected(reference_folder: Path) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "single_psu_expected.csv", dtype={"group": str})


DESIGNS: dict[str, dict[str, Any]] = {
    "rows": {"weight": "weight", "stratum": "stratum"},
    "rows_fpc": {"weight": "weight", "stratum": "stratum", "fpc": "size"},
    "clusters": {"weight": "weight", "stratum": "stratum", "cluster": "cluster"},
}
R_RULES = ("certainty", "remove", "adjust", "average", "collapsed")


@pytest.mark.parametrize("rule", R_RULES)
@pytest.mark.parametrize("design", list(DESIGNS))
def test_every_rule_equals_r_under_its_own_name(
    design: str, rule: str, thin: pd.DataFrame, expected: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    survey = make_survey(thin, **DESIGNS[design]).with_single_psu(rule)
    rows = expected[(expected["design"] == design) & (expected["rule"] == rule)]
    assert len(rows) == 10
    tables = {
        ("y", True): es.prevalence(survey, "y"),
        ("y", False): es.prevalence(survey, "y", by="g"),
        ("score", True): es.mean(survey, "score"),
        ("score", False): es.mean(survey, "score", by="g"),
    }
    ratios = {True: ratio(survey, "score", "size"), False: ratio(survey, "score", "size", by="g")}
    for row in rows.itertuples():
        whole = row.group == "everyone"
        table = ratios[whole] if row.outcome == "ratio" else tables.get((row.outcome, whole))
        if table is None:
            continue
        found = next(one for one in table.rows if whole or one.group == (row.group,))
        assert found.estimate == pytest.approx(row.estimate, rel=1e-12)
        assert found.std_error == pytest.approx(row.std_error, rel=1e-10)
        assert found.df == row.df


@pytest.mark.parametrize("rule", ["skip", "centered", "", "CERTAINTY"])
def test_an_unknown_rule_is_no_design(rule: str) -> None:
    with pytest.raises(OptionError, match=f"single_psu is '{rule}'"):
        Design(stratum="s", single_psu=rule)  # type: ignore[arg-type]


def frame_with(share: float, n: int = 200) -> pd.DataFrame:
    """Two groups; in the first a share of the weight is in strata with one respondent."""
    alone = round(share * n)
    stratum = [f"alone {at}" for at in range(alone)] + ["rest"] * (n - alone)
    part = pd.DataFrame({"g": "thin", "stratum": stratum})
    people = pd.concat([part, pd.DataFrame({"g": ["thick"] * 50, "stratum": ["rest"] * 50})])
    rng = np.random.default_rng(3)
    return people.assign(
        y=rng.integers(0, 2, len(people)),
        score=rng.normal(5, 2, len(people)),
        place=rng.integers(1, 9, len(people)),
        weight=1.0,
    ).reset_index(drop=True)


VERBS: dict[str, Any] = {
    "prevalence": lambda data: es.prevalence(data, "y", by="g"),
    "mean": lambda data: es.mean(data, "score", by="g"),
    "total of people": lambda data: es.total(data, "y", by="g"),
    "total of a number": lambda data: es.total(data, "score", by="g", of="number"),
    "ratio": lambda data: ratio(data, "score", "place", by="g"),
    "distribution": lambda data: distribution(data, "y", by="g"),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("verb", list(VERBS))
def test_a_large_share_is_flagged_by_every_verb_under_every_rule(
    verb: str, rule: str, make_survey: SurveyMaker
) -> None:
    survey = make_survey(frame_with(0.3), weight="weight", stratum="stratum", single_psu=rule)
    rows = VERBS[verb](survey).rows
    thin_rows = [row for row in rows if row.group[0] == "thin"]
    assert thin_rows
    for row in thin_rows:
        assert row.flag is Flag.UNCERTAIN
        assert row.reason.startswith("30% of the ")
        assert "in strata with one respondent" in row.reason
        # the rule that was used is among those printed, with its own number
        printed = {
            name: float(number.replace(",", ""))
            for number, name in re.findall(r"(\d[\d.,e+-]*) (\w+)(?:,|$)", row.reason)
        }
        assert set(printed) == set(RULES)
        assert printed[rule] == pytest.approx(row.std_error, rel=6e-3)
        assert row.conf_low < row.estimate < row.conf_high
    assert all(row.flag is Flag.RELIABLE for row in rows if row.group[0] == "thick")


@pytest.mark.parametrize(("share", "flagged"), [(0.09, False), (0.1, True), (0.5, True)])
def test_the_flag_begins_at_a_stated_share(
    share: float, flagged: bool, make_survey: SurveyMaker
) -> None:
    survey = make_survey(
        frame_with(share), weight="weight", stratum="stratum", single_psu="centred"
    )
    row = next(row for row in es.prevalence(survey, "y", by="g").rows if row.group == ("thin",))
    assert LARGE_SHARE == 0.1
    assert (row.flag is Flag.UNCERTAIN) is flagged
    assert bool(row.reason) is flagged


def test_the_share_is_that_of_the_weight_and_not_of_the_people(make_survey: SurveyMaker) -> None:
    frame = frame_with(0.05)
    heavy = frame["stratum"].str.startswith("alone")
    frame["weight"] = np.where(heavy, 10.0, 1.0)
    survey = make_survey(frame, weight="weight", stratum="stratum", single_psu="centred")
    row = next(row for row in es.prevalence(survey, "y", by="g").rows if row.group == ("thin",))
    # 10 people of weight 10 beside 190 of weight 1: 100 / 290
    assert row.reason.startswith("34% of the weight is in strata with one respondent")


def test_a_stratum_that_was_drawn_completely_is_not_counted(make_survey: SurveyMaker) -> None:
    frame = frame_with(0.3)
    alone = frame["stratum"].str.startswith("alone")
    frame["size"] = np.where(alone, 1.0, 10_000.0)
    survey = make_survey(frame, weight="weight", stratum="stratum", fpc="size")
    assert all(row.flag is Flag.RELIABLE for row in es.prevalence(survey, "y", by="g").rows)


def test_clusters_calibrated_weights_cells_and_replicates(make_survey: SurveyMaker) -> None:
    frame = frame_with(0.3).assign(cluster=lambda f: f["stratum"] + (f.index % 7).astype("str"))
    frame.loc[frame["stratum"].str.startswith("alone"), "cluster"] = "only"
    design = {"weight": "weight", "stratum": "stratum", "single_psu": "centred"}
    clustered = es.prevalence(make_survey(frame, **design, cluster="cluster"), "y", by="g")
    assert "strata with one cluster" in clustered.rows[1].reason
    moved = es.calibrate(make_survey(frame, **design), {"y": {0: 60.0, 1: 40.0}})
    assert "strata with one respondent" in es.mean(moved, "score", by="g").rows[1].reason
    parts = (frame[::2], frame[1::2])
    halves = [es.cells(make_survey(part, **design), "y", by="g") for part in parts]
    added = es.prevalence(halves[0] + halves[1], "y", by="g")
    whole = es.prevalence(make_survey(frame, **design), "y", by="g")
    assert [row.reason for row in added.rows] == [row.reason for row in whole.rows]
    # replicate weights of the owner do not ask the strata
    rng = np.random.default_rng(8)
    names = tuple(f"r{at}" for at in range(40))
    weights = {name: rng.poisson(1, len(frame)).astype(float) for name in names}
    replicated = make_survey(
        frame.assign(**weights), **design, replicates=ReplicateWeights(names, "bootstrap")
    )
    assert all(row.flag is Flag.RELIABLE for row in es.prevalence(replicated, "y", by="g").rows)
    assert "30%" in es.prevalence(replicated, "y", by="g", weights=None).rows[1].reason


def test_merging_is_within_a_sample_and_in_the_order_of_the_names() -> None:
    single = np.array([True, True, True, False, True, False])
    part = np.array([0, 0, 0, 0, 1, 1])
    merged = neighbours(single, rank=np.array([2, 0, 1, 3, 0, 1]), part=part)
    # three in the first sample make one stratum; the one of the second joins its neighbour
    assert len(set(merged[:3].tolist())) == 1
    assert merged[3] == 3
    assert merged[4] == merged[5] == 5
    alone = neighbours(np.array([True]), rank=np.array([0]), part=np.array([0]))
    assert alone.tolist() == [0]
    one = np.zeros(2, dtype=np.int64)
    strata = Strata(np.array([1.0, 1.0]), np.array([1.0, 0.5]), "collapsed", merged=one)
    home, fewer = collapse_strata(strata)
    assert home.tolist() == [0, 0]
    assert (fewer.n.tolist(), fewer.fraction.tolist()) == ([2.0], [1.0])


def test_merged_strata_do_not_depend_on_order_of_rows_or_other_waves(
    thin: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    design = DESIGNS["rows"] | {"single_psu": "collapsed"}
    row = es.prevalence(make_survey(thin, **design), "y").rows[0]
    mixed = thin.sample(frac=1, random_state=1).reset_index(drop=True)
    assert es.prevalence(make_survey(mixed, **design), "y").rows[0].std_error == pytest.approx(
        row.std_error, rel=1e-12
    )
    waves = [make_survey(thin.assign(wave=wave), **design) for wave in (2020, 2022)]
    both = es.combine(waves, allow=("same_file",))
    for one in es.prevalence(both, "y", by="wave").rows:
        assert (one.std_error, one.df) == (pytest.approx(row.std_error, rel=1e-12), row.df)


def test_the_health_monitors_centre_such_strata() -> None:
    for name in ("gezondheidsmonitor", "gmjv"):
        assert {wave.single_psu for wave in load_codebook(name).waves} == {"centred"}


def study(repository: Path) -> tuple[ModuleType, pd.DataFrame]:
    path = repository / "benchmarks" / "single_psu_coverage.py"
    spec = importlib.util.spec_from_file_location("single_psu_coverage", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["single_psu_coverage"] = module
    spec.loader.exec_module(module)
    return module, pd.read_csv(repository / "benchmarks" / "single_psu_coverage.csv")


def test_the_default_covers_what_it_promises_and_the_page_says_so(repository: Path) -> None:
    module, table = study(repository)
    own = table[(table["rule"] == module.DEFAULT) & (table["n"] >= module.FROM)]
    assert len(own) == 2 * (len(module.SIZES) - 1)
    assert own["coverage"].min() >= module.PROMISED
    assert load_codebook("gezondheidsmonitor").wave(2022).single_psu == module.DEFAULT
    page = (repository / "docs" / "single_psu_coverage.md").read_text("utf-8")
    assert page == module.page(table)


def test_one_size_of_the_study_is_made_again(repository: Path, make_survey: SurveyMaker) -> None:
    module, _ = study(repository)
    frame = frame_with(0.0, n=400).assign(
        lonely=lambda f: f["y"], severely_lonely=lambda f: f["score"] > 6
    )
    frame["stratum"] = np.arange(len(frame)) % 90
    survey = make_survey(frame, weight="weight", stratum="stratum", single_psu="centred")
    truth = {one: es.prevalence(survey, one).rows[0].estimate for one in module.OUTCOMES}
    rows = pd.DataFrame(module.one_size(survey, truth, 60, 40)).set_index(["outcome", "rule"])
    certainty, centred = (rows.loc[("lonely", rule)] for rule in ("certainty", "centred"))
    assert 0.4 < certainty["share"] < 0.7
    assert certainty["coverage"] < centred["coverage"]
    assert certainty["error_ratio"] < 0.9 < centred["error_ratio"]
