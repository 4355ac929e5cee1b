"""Equal to R ``survey`` for five designs and outcomes, 66 domains each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.estimation.prevalence import prevalence

# Promised: 1e-10, relative. Observed: estimate 6e-16, standard error 7e-15.
ESTIMATE_RTOL = 1e-10
# R leaves up to 1e-16 where nobody or everybody has the outcome; ours is exactly 0.
ZERO_ATOL = 1e-15
# Observed 1.4e-14.
DEFF_RTOL = 1e-10
# Closed form in both programs, absolute on the proportion scale; observed 5e-15.
LIMIT_ATOL = 1e-9
# R's "logit" is fitted iteratively; observed 2.4e-9 on the proportion scale.
FITTED_LIMIT_ATOL = 1e-6

DESIGNS = {
    "stratified": {"weight": "weight", "stratum": "stratum"},
    "lonely": {"weight": "weight", "stratum": "thin", "single_psu": "certainty"},
    "weighted": {"weight": "weight"},
    "equal": {"weight": "one"},
}
GROUPINGS = {
    "everyone": [],
    "region": ["region"],
    "region_sex": ["region", "sex"],
    "team": ["team"],
}
CASES = [
    ("stratified", "y"),
    ("stratified", "y_rare"),
    ("lonely", "y_na"),
    ("weighted", "y_na"),
    ("equal", "y_na"),
]
KEYS = ["region", "sex", "team"]
# Counted in R's table: 0 < p < 1 and df > 0, of 330 domains; teams where that fails, of 145.
WITH_LIMITS = 267
# R's iterative fit has no upper limit in four teams with one degree of freedom.
WITH_FITTED_LIMITS = 263
TEAMS_WITHOUT_LIMITS = 52
DOMAINS = {"everyone": 1, "region": 12, "region_sex": 24, "team": 29}


@pytest.fixture(scope="module")
def expected(reference_folder: Path) -> pd.DataFrame:
    text = dict.fromkeys(KEYS, "str")
    table = pd.read_csv(reference_folder / "prevalence_expected.csv", dtype=text)
    return table.fillna(dict.fromkeys(KEYS, ""))


def ours(people, make_survey, *, design, outcome, grouping, interval="logit"):
    survey = make_survey(people.assign(one=1), **DESIGNS[design])
    table = prevalence(survey, outcome, by=GROUPINGS[grouping], interval=interval).tidy()
    return table.assign(**{key: "" for key in KEYS if key not in table})


def beside_reference(expected, table, *, design, outcome, grouping):
    """Both answers in one row per domain, matched by name; every domain of R must be met."""
    answers = expected[
        (expected["design"] == design)
        & (expected["outcome"] == outcome)
        & (expected["grouping"] == grouping)
    ]
    both = table.merge(answers, on=KEYS, suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(answers) == len(table) == DOMAINS[grouping]
    return both


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize(("design", "outcome"), CASES)
def test_estimate_error_and_counts_equal_those_of_r(
    people, make_survey, expected, design, outcome, grouping
):
    table = ours(people, make_survey, design=design, outcome=outcome, grouping=grouping)
    both = beside_reference(expected, table, design=design, outcome=outcome, grouping=grouping)
    for name in ("estimate", "std_error"):
        np.testing.assert_allclose(
            both[name], both[f"{name}_r"], rtol=ESTIMATE_RTOL, atol=ZERO_ATOL, err_msg=name
        )
    np.testing.assert_allclose(both["weight_sum"], both["weight_sum_r"], rtol=ESTIMATE_RTOL)
    for name in ("df", "n_valid", "n_missing"):
        assert both[name].tolist() == both[f"{name}_r"].tolist()


@pytest.mark.parametrize("grouping", GROUPINGS)
@pytest.mark.parametrize(("design", "outcome"), CASES)
def test_design_effect_equals_that_of_r_where_the_outcome_varies(
    people, make_survey, expected, design, outcome, grouping
):
    table = ours(people, make_survey, design=design, outcome=outcome, grouping=grouping)
    both = beside_reference(expected, table, design=design, outcome=outcome, grouping=grouping)
    varies = both["std_error"] > 0
    np.testing.assert_allclose(both.loc[varies, "deff"], both.loc[varies, "deff_r"], rtol=DEFF_RTOL)
    assert both.loc[both["estimate"].isin([0.0, 1.0]), "deff"].isna().all()
    assert varies.sum() == both["estimate_r"].between(ZERO_ATOL, 1 - ZERO_ATOL).sum() > 0


@pytest.mark.parametrize(
    ("interval", "method", "tolerance", "with_limits"),
    [
        ("logit", "xlogit", LIMIT_ATOL, WITH_LIMITS),
        ("logit", "logit", FITTED_LIMIT_ATOL, WITH_FITTED_LIMITS),
        ("wald", "wald", LIMIT_ATOL, WITH_LIMITS),
    ],
)
def test_limits_equal_those_of_r_wherever_ours_exist(
    people, make_survey, expected, interval, method, tolerance, with_limits
):
    compared = 0
    for design, outcome in CASES:
        for grouping in GROUPINGS:
            case = {"design": design, "outcome": outcome, "grouping": grouping}
            both = beside_reference(
                expected, ours(people, make_survey, **case, interval=interval), **case
            )
            there = both["conf_low"].notna() & both[f"{method}_high"].notna()
            for side in ("low", "high"):
                np.testing.assert_allclose(
                    both.loc[there, f"conf_{side}"],
                    both.loc[there, f"{method}_{side}"],
                    rtol=0,
                    atol=tolerance,
                )
            compared += int(there.sum())
    assert compared == with_limits


def test_limits_are_missing_exactly_where_the_estimate_is_flagged(people, make_survey, expected):
    flagged = 0
    for design, outcome in CASES:
        case = {"design": design, "outcome": outcome, "grouping": "team"}
        both = beside_reference(expected, ours(people, make_survey, **case), **case)
        none = both["conf_low"].isna()
        assert none.equals(both["conf_high"].isna())
        assert none.equals(both["flag"] == "uncertain")
        # R's closed form has none there either: p is 0 or 1, or df is 0
        assert both.loc[none, ["xlogit_low", "xlogit_high"]].isna().all(axis=None)
        flagged += int(none.sum())
    assert flagged == TEAMS_WITHOUT_LIMITS
