"""Equal to R ``survey`` on public school data and on 500,000 synthetic rows with 300 domains."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.estimation.prevalence import prevalence

pytestmark = pytest.mark.witness

# The reference tables have 15 digits; observed 1e-14.
RTOL = 1e-12
LIMIT_ATOL = 1e-12
# Sums over 500,000 rows; observed 3e-14.
LARGE_RTOL = 1e-12

SCHOOLS = {"sw": "sch.wide", "aw": "awards", "yr": "yr.rnd"}


@pytest.fixture(scope="module")
def schools(shared_data: Path, make_survey):
    frame = pd.read_csv(shared_data / "survey" / "apistrat.csv", keep_default_na=False)
    outcomes = {name: frame[column] == "Yes" for name, column in SCHOOLS.items()}
    return make_survey(frame.assign(**outcomes), weight="pw", stratum="stype")


@pytest.mark.parametrize(("interval", "method"), [("logit", "xlogit"), ("wald", "mean")])
@pytest.mark.parametrize("outcome", SCHOOLS)
def test_schools_equal_r_overall_and_by_type(shared_data, schools, outcome, interval, method):
    table = pd.read_csv(shared_data / "survey" / "expected_proportions_ci.csv")
    answers = table[
        (table["design"] == "apistrat_nofpc")
        & (table["variable"] == outcome)
        & (table["method"] == method)
        & (table["df_kind"] == "domain")
    ]
    ours = pd.concat(
        [
            prevalence(schools, outcome, interval=interval).tidy().assign(level="all"),
            prevalence(schools, outcome, by="stype", interval=interval)
            .tidy()
            .rename(columns={"stype": "level"}),
        ]
    )
    both = ours.merge(answers, on="level", suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == 4
    for name, theirs in (("estimate", "estimate_r"), ("std_error", "se")):
        np.testing.assert_allclose(both[name], both[theirs], rtol=RTOL)
    assert both["df"].tolist() == both["df_r"].tolist()
    assert both["n_valid"].tolist() == both["n"].tolist()
    np.testing.assert_allclose(both["conf_low"], both["lower"], rtol=0, atol=LIMIT_ATOL)
    np.testing.assert_allclose(both["conf_high"], both["upper"], rtol=0, atol=LIMIT_ATOL)


def test_degrees_of_freedom_of_a_domain_are_its_own(schools):
    # 200 schools in 3 strata; 50 high schools are one stratum
    assert prevalence(schools, "sw").rows[0].df == 197
    df = {row.group: row.df for row in prevalence(schools, "sw", by="stype").rows}
    assert df == {("E",): 99, ("H",): 49, ("M",): 49}


@pytest.fixture(scope="module")
def synthetic(shared_data: Path, make_survey):
    maker = runpy.run_path(str(shared_data / "survey" / "make_synthetic.py"))
    frame = maker["synthetic"](500_000)
    assert maker["digest"](frame) == maker["DIGEST_500K"]
    return make_survey(frame, weight="w", stratum="stratum")


def test_300_domains_of_500000_rows_equal_r(shared_data, synthetic):
    text = dict.fromkeys(["region", "age", "sex"], "str")
    table = pd.read_csv(shared_data / "survey" / "expected_synthetic_300_domains.csv", dtype=text)
    answers = table[table["design"] == "strat"]
    ours = prevalence(synthetic, "y", by=["region", "age", "sex"]).tidy()
    both = ours.merge(answers, on=list(text), suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(ours) == 300
    np.testing.assert_allclose(both["estimate"], both["p"], rtol=LARGE_RTOL)
    np.testing.assert_allclose(both["std_error"], both["se"], rtol=LARGE_RTOL)
    assert both["df"].tolist() == both["df_r"].tolist()
    assert both["n_valid"].tolist() == both["n"].tolist()
    np.testing.assert_allclose(both["conf_low"], both["logit_l"], rtol=0, atol=LIMIT_ATOL)
    np.testing.assert_allclose(both["conf_high"], both["logit_u"], rtol=0, atol=LIMIT_ATOL)


@pytest.mark.parametrize("outcome", ["y", "y_na"])
@pytest.mark.parametrize("by", ["all", "year", "region"])
def test_rollups_of_500000_rows_equal_r(shared_data, synthetic, outcome, by):
    table = pd.read_csv(shared_data / "survey" / "expected_synthetic_rollups.csv")
    answers = table[
        (table["design"] == "strat") & (table["variable"] == outcome) & (table["by"] == by)
    ]
    ours = prevalence(synthetic, outcome, by=() if by == "all" else by).tidy()
    ours = ours.assign(level="all") if by == "all" else ours.rename(columns={by: "level"})
    both = ours.merge(answers, on="level", suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(ours) == {"all": 1, "year": 4, "region": 25}[by]
    np.testing.assert_allclose(both["estimate"], both["estimate_r"], rtol=LARGE_RTOL)
    np.testing.assert_allclose(both["std_error"], both["se"], rtol=LARGE_RTOL)
    # R's default effect has 1 - n/N in the denominator; N is the sum of the weights
    without = both["deff"] / (1 - both["n_valid"] / both["weight_sum"])
    np.testing.assert_allclose(without, both["deff_r"], rtol=LARGE_RTOL)
