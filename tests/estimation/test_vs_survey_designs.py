"""Every estimate of a design against R ``survey``, on made-up clustered respondents of our own.

The same questions as ``test_vs_survey_package``, with references that lie in this repository, so
that they are asked on every machine. ``tests/reference/README.md`` says what each file holds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.survey import ReplicateWeights

# Relative; holds at 1e-12.
RTOL = 1e-10
# R leaves rounding where nobody or everybody has the outcome, or one cluster holds the group.
ZERO_ATOL = 1e-14
# Absolute on the proportion scale, closed form in both programs; holds at 1e-12.
LIMIT_ATOL = 1e-10
# R's "logit" is fitted iteratively.
FITTED_LIMIT_ATOL = 1e-6

KEYS = ["wave", "region", "sex", "age_group", "corner"]
STRATIFIED, LONELY = {"stratum": "stratum"}, {"stratum": "stratum_lonely"}
CLUSTERED, CLUSTERED_LONELY = {**STRATIFIED, "cluster": "cluster"}, {**LONELY, "cluster": "cluster"}
DESIGNS = {
    "stratified": STRATIFIED,
    "clustered": CLUSTERED,
    "clustered_fpc": {**CLUSTERED, "fpc": "fpc"},
    "clusters_only": {"cluster": "all_clusters"},
}
LONELY_DESIGNS = {
    "stratified_lonely": LONELY,
    "clustered_lonely": CLUSTERED_LONELY,
    "clustered_lonely_fpc": {**CLUSTERED_LONELY, "fpc": "fpc_lonely"},
}
WITH_WAVES_APART = {**DESIGNS, "waves_apart": {**CLUSTERED, "stratum": "wave_stratum"}}
RULES = {"certainty": "certainty", "adjust": "centred", "average": "average"}
GROUPINGS = {
    "everyone": [],
    "wave": ["wave"],
    "region": ["region"],
    "region_sex": ["region", "sex"],
    "age_group": ["age_group"],
    "corner": ["corner"],
}
KINDS = {"y": "binary", "y_rare": "binary", "score": "number"}
GROUPS = 1 + 2 + 4 + 8 + 4 + 6


@pytest.fixture(scope="module")
def respondents(reference_folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(reference_folder / "design_input.csv")
    number = {age: n for n, age in enumerate(sorted(frame["age_group"].unique()), start=1)}
    return frame.assign(
        all_clusters=100 * frame["stratum"] + frame["cluster"],
        wave_stratum=100 * frame["wave"] + frame["stratum"],
        age_number=frame["age_group"].map(number),
    )


@pytest.fixture(scope="module")
def survey_of(respondents, make_survey):
    def survey(design: str, frame: pd.DataFrame | None = None, **changes: object):
        columns = (WITH_WAVES_APART | LONELY_DESIGNS)[design]
        frame = respondents if frame is None else frame
        return make_survey(frame, **({"weight": "weight"} | columns | changes))

    return survey


@pytest.fixture(scope="module")
def expected(reference_folder: Path):
    """Rows of one reference table, keys as text and empty where they play no part."""
    text = dict.fromkeys([*KEYS, "first", "second", "lonely", "domain_lonely", "mse"], "str")

    @cache
    def read(file: str) -> pd.DataFrame:
        table = pd.read_csv(reference_folder / f"design_{file}.csv", dtype=text)
        return table.fillna({name: "" for name in text if name in table})

    def rows(file: str, **where: str) -> pd.DataFrame:
        table = read(file)
        for name, value in where.items():
            table = table[table[name] == value]
        assert len(table) > 0
        return table

    return rows


def ours(verb, survey, *columns: object, grouping: str, **options: object) -> pd.DataFrame:
    table = verb(survey, *columns, by=GROUPINGS[grouping], **options).details()
    return table.assign(**{key: "" for key in KEYS if key not in table})


def beside(table: pd.DataFrame, theirs: pd.DataFrame, *, on: list[str] = KEYS) -> pd.DataFrame:
    """Both answers in one row per group, matched by name; every group of R must be met."""
    both = table.merge(theirs, on=on, suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(theirs)
    return both


def close(ours_: pd.Series, theirs: pd.Series, *, rtol: float = RTOL) -> int:
    """Compare two columns, missing included; how many numbers were compared."""
    np.testing.assert_allclose(
        ours_.to_numpy(float), theirs.to_numpy(float), rtol=rtol, atol=ZERO_ATOL
    )
    return int(theirs.notna().sum())


def mean_of(outcome: str):
    return es.mean if KINDS[outcome] == "number" else es.prevalence


def total_options(outcome: str) -> dict[str, str]:
    return {"of": "number" if KINDS[outcome] == "number" else "people"}


@pytest.mark.parametrize("outcome", KINDS)
@pytest.mark.parametrize("design", DESIGNS)
def test_means_totals_df_and_design_effects(survey_of, expected, design, outcome):
    survey, compared = survey_of(design), 0
    for grouping in GROUPINGS:
        theirs = expected("estimates", design=design, outcome=outcome, grouping=grouping)
        both = beside(ours(mean_of(outcome), survey, outcome, grouping=grouping), theirs)
        for name in ("estimate", "std_error", "weight_sum"):
            compared += close(both[name], both[f"{name}_r"])
        answered = both[both["n_valid"] > 0]
        for name in ("df", "n_valid", "n_missing"):
            assert answered[name].tolist() == answered[f"{name}_r"].tolist()
        varies = both[both["std_error"] > ZERO_ATOL]
        compared += close(varies["deff"], varies["deff_wr"])
        compared += close(varies["deff_wor"], varies["deff_wor_r"])
        table = ours(es.total, survey, outcome, grouping=grouping, **total_options(outcome))
        both = beside(table, theirs)
        compared += close(both["estimate"], both["total"])
        compared += close(both["std_error"], both["total_se"])
    # estimate, error, sum of weights, total and its error per group; two design effects per group
    # in which the outcome varies
    assert 5 * GROUPS - 4 + 2 * 18 <= compared <= 7 * GROUPS


@pytest.mark.parametrize("domain_lonely", ["false", "true"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("design", LONELY_DESIGNS)
def test_strata_with_one_unit(survey_of, expected, design, rule, domain_lonely):
    how = {
        "lonely_stratum": RULES[rule],
        "lonely_domain": "as_lonely" if domain_lonely == "true" else "full_design",
    }
    survey, compared = survey_of(design, **how), 0
    for grouping in ("everyone", "region_sex", "corner"):
        theirs = expected(
            "estimates", design=design, lonely=rule, domain_lonely=domain_lonely, grouping=grouping
        )
        both = beside(ours(es.prevalence, survey, "y", grouping=grouping), theirs)
        totals = beside(ours(es.total, survey, "y", grouping=grouping), theirs)
        compared += close(both["estimate"], both["estimate_r"])
        compared += close(both["std_error"], both["std_error_r"])
        compared += close(totals["std_error"], totals["total_se"])
    # 15 groups, no_answer has none; under "average" a group may have no stratum that counts
    assert 3 * 14 - 6 <= compared <= 3 * 14


# R fits its "logit" and has a closed form as well, "xlogit", which is ours.
METHODS = {
    "logit": {"xlogit": LIMIT_ATOL, "logit": FITTED_LIMIT_ATOL},
    "beta": {"beta": LIMIT_ATOL},
    "wald": {"mean": LIMIT_ATOL},
    "wilson": {"wilson": LIMIT_ATOL},
    "korn_graubard": {"korn_graubard": LIMIT_ATOL},
}
# Groups with y and groups with y_rare in which 0 < p < 1 and df > 0, and those with df > 0.
INSIDE = {"stratified": 42, "clustered": 41, "clustered_fpc": 41, "clusters_only": 41}
WITH_DF = {"stratified": 47, "clustered": 45, "clustered_fpc": 45, "clusters_only": 45}


@pytest.mark.parametrize("interval", METHODS)
@pytest.mark.parametrize("design", DESIGNS)
def test_limits_of_proportions(survey_of, expected, design, interval):
    survey, compared = survey_of(design), 0
    for outcome in ("y", "y_rare"):
        for grouping in GROUPINGS:
            table = ours(es.prevalence, survey, outcome, grouping=grouping, interval=interval)
            theirs = expected("intervals", design=design, outcome=outcome, grouping=grouping)
            both = beside(table, theirs)
            inside = both["estimate"].between(0, 1, inclusive="neither")
            # at 0 and 1 only Korn-Graubard says something
            there = both[inside | (interval == "korn_graubard")]
            for method, atol in METHODS[interval].items():
                for side in ("low", "high"):
                    limits = there[f"conf_{side}"], there[f"{method}_{side}"]
                    np.testing.assert_allclose(*limits, rtol=0, atol=atol)
            compared += int(there["conf_low"].notna().sum())
    assert compared == (WITH_DF if interval == "korn_graubard" else INSIDE)[design]


@pytest.mark.parametrize("design", DESIGNS)
def test_ratios(survey_of, expected, design):
    survey, compared = survey_of(design), 0
    for grouping in GROUPINGS:
        theirs = expected("ratios", design=design, grouping=grouping)
        table = ours(es.ratio, survey, "numerator", "denominator", grouping=grouping)
        both = beside(table, theirs)
        for name in ("estimate", "std_error"):
            compared += close(both[name], both[f"{name}_r"])
        for name in ("df", "n_valid", "n_missing"):
            assert both[name].tolist() == both[f"{name}_r"].tolist()
    assert compared == 2 * GROUPS


@pytest.mark.parametrize("design", DESIGNS)
def test_distributions_of_a_category(survey_of, expected, design):
    survey, compared = survey_of(design), 0
    for grouping in GROUPINGS:
        theirs = expected("categories", design=design, grouping=grouping)
        table = ours(estimation.distribution, survey, "category", grouping=grouping)
        both = beside(table.rename(columns={"category": "level"}), theirs, on=[*KEYS, "level"])
        for name in ("estimate", "std_error"):
            compared += close(both[name], both[f"{name}_r"])
    assert compared == 2 * 4 * (GROUPS - 1)


@pytest.mark.parametrize("measure", ["difference", "ratio"])
@pytest.mark.parametrize("design", WITH_WAVES_APART)
def test_differences_and_ratios_of_groups_and_waves(survey_of, expected, design, measure):
    survey, compared = survey_of(design), 0
    how = estimation.Comparing(measure=measure)
    for grouping in ("wave", "region", "age_group", "sex"):
        theirs = expected(
            "contrasts", design=design, outcome="y", grouping=grouping, kind=measure
        ).assign(count=1)
        table = es.compare(survey, "y", by=[grouping], how=how).tidy()
        # R: first against second; ours: group against reference, whichever way round
        turned = table.assign(
            first=table["reference"],
            second=table["group"],
            estimate=-table["estimate"] if measure == "difference" else 1 / table["estimate"],
            std_error=table["std_error"]
            / (1 if measure == "difference" else table["estimate"] ** 2),
        )
        straight = table.assign(first=table["group"], second=table["reference"])
        both = beside(pd.concat([straight, turned]), theirs, on=["first", "second"])
        for name in ("estimate", "std_error"):
            compared += close(both[name], both[f"{name}_r"])
    assert compared == 2 * (1 + 3 + 3 + 1)


@pytest.mark.parametrize(("scale", "kind"), [("identity", "slope"), ("logit", "logit_slope")])
@pytest.mark.parametrize("design", WITH_WAVES_APART)
def test_slope_over_ordered_groups(survey_of, expected, design, scale, kind):
    (theirs,) = expected("contrasts", design=design, outcome="y", kind=kind).itertuples()
    (row,) = estimation.linear_trend(survey_of(design), "y", wave="age_number", scale=scale).rows
    assert row.estimate == pytest.approx(theirs.estimate, rel=RTOL)
    assert row.std_error == pytest.approx(theirs.std_error, rel=RTOL)


@pytest.mark.parametrize("outcome", ["y", "score"])
@pytest.mark.parametrize("design", DESIGNS)
def test_standardised_estimates(survey_of, expected, reference_folder, design, outcome):
    population = pd.read_csv(reference_folder / "design_population.csv")
    counts = population[population["margin"] == "standard"].set_index("age_group")["value"]
    standard = es.Standard.of(counts.to_dict(), over="age_group")
    what, compared = estimation.Outcome(outcome, KINDS[outcome]), 0
    for grouping in ("everyone", "wave", "region", "sex"):
        theirs = expected(
            "standardised", design=design, outcome=outcome, grouping=grouping, kind="estimate"
        )
        by = [] if grouping == "everyone" else [grouping]
        table = es.standardise(survey_of(design), what, standard=standard, by=by).details()
        table["first"] = table[grouping] if by else "all"
        both = beside(table, theirs, on=["first"])
        for name in ("estimate", "std_error"):
            compared += close(both[name], both[f"{name}_r"])
    assert compared == 2 * (1 + 2 + 4 + 2)


@pytest.mark.parametrize("design", DESIGNS)
def test_tests_of_independence(survey_of, expected, design):
    f_tests = expected("tests", design=design, method="F").set_index(["rows", "columns"])
    first_order = expected("tests", design=design, method="Chisq").set_index(["rows", "columns"])
    for (rows, columns), theirs in f_tests.iterrows():
        found = estimation.rao_scott(survey_of(design), rows, columns)
        values = (found.pearson, found.f_statistic, found.f_df1, found.f_df2, found.p_value)
        names = ["pearson", "statistic", "df1", "df2", "p_value"]
        assert values == pytest.approx(tuple(theirs[names]), rel=1e-9)
        chi_square = first_order.loc[(rows, columns)]
        assert found.df == chi_square["df1"]
        assert found.p_chi_square == pytest.approx(chi_square["p_value"], rel=1e-8)
        assert found.n_valid == theirs["n_valid"]
    assert len(f_tests) == 7


@pytest.fixture(scope="module")
def with_replicates(respondents, reference_folder):
    """Respondents with complete replicate weights, and the noun that describes them."""
    factors = pd.read_csv(reference_folder / "design_replicate_factors.csv")
    scales = pd.read_csv(reference_folder / "design_replicate_scales.csv")

    def make(kind: str, *, centre: str) -> tuple[pd.DataFrame, ReplicateWeights]:
        mine = factors[factors["type"] == kind].dropna(axis="columns", how="all")
        scale = scales[scales["type"] == kind]
        names = [name for name in mine if name.startswith("factor_")]
        assert len(names) == len(scale)
        frame = respondents.merge(mine, on=["stratum", "cluster"], how="inner")
        frame[names] = frame[names].mul(frame["weight"], axis="index")
        replicates = ReplicateWeights(
            columns=tuple(names),
            method="bootstrap" if kind == "subbootstrap" else kind,
            rho=0.3 if kind == "Fay" else 0.0,
            scale=float(scale["scale"].iloc[0]),
            rscales=tuple(scale["rscale"]),
            centre=centre,
        )
        return frame, replicates

    return make


@pytest.mark.parametrize(("mse", "centre"), [("false", "replicates"), ("true", "estimate")])
@pytest.mark.parametrize("kind", ["JKn", "JK1", "BRR", "Fay", "bootstrap", "subbootstrap"])
def test_replicate_weights(survey_of, expected, with_replicates, kind, mse, centre):
    frame, replicates = with_replicates(kind, centre=centre)
    survey, compared = survey_of("clustered", frame, replicates=replicates), 0
    groupings = ("everyone", "region_sex") if centre == "replicates" else ("everyone",)
    calls = {
        ("y", "mean"): lambda by: ours(es.prevalence, survey, "y", grouping=by),
        ("y", "total"): lambda by: ours(es.total, survey, "y", grouping=by),
        ("score", "mean"): lambda by: ours(es.mean, survey, "score", grouping=by),
        ("score", "total"): lambda by: ours(es.total, survey, "score", grouping=by, of="number"),
        ("numerator/denominator", "ratio"): lambda by: ours(
            es.ratio, survey, "numerator", "denominator", grouping=by
        ),
    }
    for (outcome, statistic), call in calls.items():
        for grouping in groupings:
            theirs = expected(
                "replicates",
                **{"type": kind, "mse": mse, "outcome": outcome},
                **{"statistic": statistic, "grouping": grouping},
            )
            both = beside(call(grouping), theirs)
            for name in ("estimate", "std_error"):
                compared += close(both[name], both[f"{name}_r"])
    assert compared == 2 * 5 * (9 if len(groupings) > 1 else 1)
