"""Every statistic against R ``survey`` 4.5: public school data, awkward designs, replicates."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.design import Calibration, Design, ReplicateWeights
from eenzaam_stats.errors import DesignError

pytestmark = pytest.mark.witness

# The reference tables have 15 digits. Observed: estimates 4e-16, standard errors 4e-14.
RTOL = 1e-11
# Closed-form limits on the proportion scale; observed 3e-14, beta 1e-13.
LIMIT_ATOL = 1e-11
# R fits its "logit" interval iteratively; observed 3e-8.
FITTED_ATOL = 1e-6

DESIGNS = {
    "apistrat_fpc": ("apistrat", {"stratum": "stype", "fpc": "fpc"}),
    "apistrat_nofpc": ("apistrat", {"stratum": "stype"}),
    "apistrat_clu": ("apistrat", {"stratum": "stype", "cluster": "dnum"}),
    "apiclus1_fpc": ("apiclus1", {"cluster": "dnum", "fpc": "fpc"}),
    "apiclus1_nofpc": ("apiclus1", {"cluster": "dnum"}),
}
FLAGS = {"sw": "sch.wide", "aw": "awards", "yr": "yr.rnd"}
METHODS = {"mean": "wald", "xlogit": "logit", "logit": "logit", "beta": "beta", "wilson": "wilson"}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "survey"


@pytest.fixture(scope="module")
def schools(folder, make_survey):
    def of(design: str, **changes: object):
        name, columns = DESIGNS[design]
        frame = pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        flags = {flag: (frame[column] == "Yes").astype("int8") for flag, column in FLAGS.items()}
        frame = frame.assign(**flags, hi=frame["api00"] > 700)
        return make_survey(frame, weight="pw", **(columns | changes))

    return of


def beside(ours: pd.DataFrame, theirs: pd.DataFrame, *, on: list[str], count: int) -> pd.DataFrame:
    both = ours.merge(theirs, on=on, suffixes=("", "_r"), validate="one_to_one")
    assert len(both) == len(theirs) == count
    return both


def with_everyone(verb, *arguments, by: str, **options) -> pd.DataFrame:
    """Rows for everyone and per group, under the names that the references use."""
    whole = verb(*arguments, **options).details().assign(level="all")
    parts = verb(*arguments, by=by, **options).details().rename(columns={by: "level"})
    return pd.concat([whole, parts], ignore_index=True)


def close(ours, theirs, rtol=RTOL) -> int:
    np.testing.assert_allclose(ours.to_numpy(float), theirs.to_numpy(float), rtol=rtol, atol=1e-14)
    return len(ours)


@pytest.mark.parametrize("variable", ["api00", "enroll"])
@pytest.mark.parametrize("design", DESIGNS)
def test_means_and_totals_with_errors_df_and_limits(folder, schools, design, variable):
    table = pd.read_csv(folder / "expected_means_totals.csv")
    compared = 0
    for statistic, verb in (("mean", es.mean), ("total", es.total)):
        options = {"of": "number"} if statistic == "total" else {}
        ours = with_everyone(verb, schools(design), variable, by="stype", **options)
        theirs = table.query(
            "design == @design and variable == @variable and statistic == @statistic"
        )
        both = beside(ours, theirs, on=["level"], count=4)
        compared += close(both["estimate"], both["estimate_r"])
        compared += close(both["std_error"], both["se"])
        compared += close(both["conf_low"], both["ci_l_t"]) + close(
            both["conf_high"], both["ci_u_t"]
        )
        assert both["df"].tolist() == both["df_r"].tolist()
        assert both["n_valid"].tolist() == both["n"].tolist()
    assert compared == 32


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("design", DESIGNS)
def test_proportions_with_every_interval(folder, schools, design, method):
    table = pd.read_csv(folder / "expected_proportions_ci.csv")
    compared = 0
    for flag in FLAGS:
        ours = with_everyone(
            es.prevalence, schools(design), flag, by="stype", interval=METHODS[method]
        )
        theirs = table.query(
            "design == @design and variable == @flag and method == @method and df_kind == 'domain'"
        )
        both = ours.merge(theirs, on="level", suffixes=("", "_r"), validate="one_to_one")
        inside = both[both["estimate"].between(1e-9, 1 - 1e-9) & both["lower"].notna()]
        assert len(inside) == theirs["lower"].where(theirs["se"] > 1e-12).notna().sum()
        close(inside["estimate"], inside["estimate_r"])
        close(inside["std_error"], inside["se"])
        assert inside["df"].tolist() == inside["df_r"].tolist()
        atol = FITTED_ATOL if method == "logit" else LIMIT_ATOL
        for side, name in (("conf_low", "lower"), ("conf_high", "upper")):
            np.testing.assert_allclose(inside[side], inside[name], rtol=0, atol=atol)
        compared += len(inside)
    # one of the three flags has a group where nobody has it, in both cluster designs
    assert compared == (10 if design.startswith("apiclus1") else 12)


def test_korn_graubard_has_limits_where_nobody_has_the_outcome(schools):
    # stype H of apiclus1 has n = 14, df 7 and no year-round school: 0.2707 with the df factor
    rows = es.prevalence(schools("apiclus1_nofpc"), "yr", by="stype", interval="korn_graubard")
    (high,) = [row for row in rows.rows if row.group == ("H",)]
    assert (high.n_valid, high.df, high.estimate, high.conf_low) == (14, 7, 0.0, 0.0)
    assert high.conf_high == pytest.approx(0.2707, abs=5e-5)
    assert high.flag == "uncertain"


def test_korn_graubard_with_truncation_equals_the_published_example_of_svy(schools):
    # svy 0.35.0 on apiclus1 without fpc, sch.wide: 0.8174026-0.9186325
    (row,) = es.prevalence(schools("apiclus1_nofpc"), "sw", interval="korn_graubard").rows
    assert row.conf_low == pytest.approx(0.8174026, abs=5e-8)
    assert row.conf_high == pytest.approx(0.9186325, abs=5e-8)


@pytest.mark.parametrize("variable", ["api00", "sw"])
@pytest.mark.parametrize(
    "design", ["apistrat_fpc", "apistrat_clu", "apiclus1_fpc", "apiclus1_nofpc"]
)
def test_both_design_effects(folder, schools, design, variable):
    table = pd.read_csv(folder / "expected_deff.csv").query(
        "design == @design and variable == @variable"
    )
    verb = es.mean if variable == "api00" else es.prevalence
    ours = verb(schools(design), variable, by="stype").details().rename(columns={"stype": "level"})
    compared = 0
    for kind, name in (("wr", "deff"), ("wor", "deff_wor")):
        both = beside(ours, table[table["kind"] == kind], on=["level"], count=3)
        assert name in both
        compared += close(both[name], both[f"{name}_r" if name == "deff" else "deff_r"])
    assert compared == 6


@pytest.mark.parametrize("measure", ["difference", "ratio"])
def test_contrasts_of_domains(folder, schools, measure):
    table = pd.read_csv(folder / "expected_contrasts.csv")
    table = table[table["variable"] == "hi"] if measure == "ratio" else table
    flags = table[table["variable"].isin(["sw", "hi"])]
    compared = 0
    for (design, variable, domain), theirs in flags.groupby(["design", "variable", "domain"]):
        how = es.Comparing(measure=measure)
        ours = es.compare(schools(design), variable, by=domain, how=how).tidy()
        ours["contrast"] = ours["reference"] + " - " + ours["group"]
        both = ours.merge(theirs, on="contrast", suffixes=("", "_r"))
        assert len(both) == len(theirs)
        if measure == "difference":
            close(-both["estimate"], both["estimate_r"])
            close(both["std_error"], both["se"])
        compared += len(both)
    assert compared == len(flags) == (2 if measure == "ratio" else 4)


def test_ratio_of_proportions_follows_from_the_covariance_of_domains(folder, schools):
    # log ratio: V1/p1^2 + V2/p2^2 - 2 C12/(p1 p2), with R's covariance
    table = pd.read_csv(folder / "expected_domain_covariance.csv").query("variable == 'hi'")
    compared = 0
    for (design, domain), theirs in table.groupby(["design", "domain"]):
        survey = schools(design)
        p = {row.group[0]: row.estimate for row in es.prevalence(survey, "hi", by=domain).rows}
        c = theirs.set_index(["level_1", "level_2"])["covariance"]
        how = es.Comparing(measure="ratio")
        for row in es.compare(survey, "hi", by=domain, how=how).rows:
            a, b = row.group, row.reference
            variance = c[a, a] / p[a] ** 2 + c[b, b] / p[b] ** 2 - 2 * c[a, b] / (p[a] * p[b])
            assert row.estimate == pytest.approx(p[a] / p[b], rel=RTOL)
            assert row.std_error / row.estimate == pytest.approx(np.sqrt(variance), rel=RTOL)
            compared += 1
    assert compared == 2


@pytest.mark.parametrize("design", ["apistrat_fpc", "apistrat_clu", "apiclus1_fpc"])
def test_ratios(folder, schools, design):
    theirs = pd.read_csv(folder / "expected_ratio.csv").query("design == @design")
    ours = with_everyone(es.ratio, schools(design), "api.stu", "enroll", by="stype")
    both = beside(ours, theirs, on=["level"], count=4)
    close(both["estimate"], both["ratio"])
    close(both["std_error"], both["se"])
    assert both["df"].tolist() == both["df_r"].tolist()


@pytest.mark.parametrize("variable", ["api00", "hi"])
@pytest.mark.parametrize(
    "design", ["apistrat_fpc", "apistrat_clu", "apiclus1_fpc", "apiclus1_nofpc"]
)
def test_standardised_estimates(folder, schools, design, variable):
    margins = pd.read_csv(folder / "apipop_margins.csv").query("margin == 'stype'")
    standard = es.Standard.of(
        dict(zip(margins["stype"], margins["value"], strict=True)), over="stype"
    )
    outcome = estimation.Outcome(variable, "number" if variable == "api00" else "binary")
    theirs = pd.read_csv(folder / "expected_standardised.csv").query(
        "design == @design and variable == @variable and level != 'No - Yes'"
    )
    ours = with_everyone(es.standardise, schools(design), outcome, standard=standard, by="sch.wide")
    both = beside(ours, theirs, on=["level"], count=3)
    close(both["estimate"], both["estimate_r"])
    close(both["std_error"], both["se"])


def test_rao_scott_corrections(folder, schools):
    table = pd.read_csv(folder / "expected_tests.csv").set_index("test")
    cases = {
        ("apiclus1_fpc", "sch.wide", "stype"): "apiclus1_fpc sch.wide~stype Rao-Scott F",
        ("apistrat_fpc", "sch.wide", "hi"): "apistrat_fpc sch.wide~hi Rao-Scott F",
    }
    for (design, rows, columns), name in cases.items():
        ours, theirs = estimation.rao_scott(schools(design), rows, columns), table.loc[name]
        for value, expected in (
            (ours.f_statistic, theirs["statistic"]),
            (ours.f_df1, theirs["df1"]),
            (ours.f_df2, theirs["df2"]),
            (ours.p_value, theirs["p"]),
        ):
            assert value == pytest.approx(expected, rel=1e-10)
    chisq = table.loc["apistrat_fpc sch.wide~hi Rao-Scott Chisq"]
    assert ours.pearson == pytest.approx(chisq["statistic"], rel=1e-10)
    assert ours.df == chisq["df1"]
    assert ours.p_chi_square == pytest.approx(chisq["p"], rel=1e-8)


RULES = {"remove": "certainty", "certainty": "certainty", "adjust": "centred", "average": "average"}


@pytest.mark.parametrize("option", RULES)
def test_lonely_strata_of_the_design(folder, make_survey, option):
    theirs = pd.read_csv(folder / "expected_lonely_psu.csv").query("option == @option")
    survey = make_survey(
        pd.read_csv(folder / "lonely_input.csv"),
        weight="w",
        stratum="st",
        cluster="id",
        single_psu=RULES[option],
    )
    compared = 0
    for _, row in theirs.iterrows():
        mean = es.mean(survey, row["variable"]).rows[0]
        total = es.total(survey, row["variable"], of="number").rows[0]
        assert (mean.estimate, mean.std_error, total.estimate, total.std_error) == pytest.approx(
            tuple(row[["mean", "se_mean", "total", "se_total"]]), rel=RTOL
        )
        assert mean.df == row["df"]
        compared += 1
    assert compared == 2


def test_lonely_strata_fail_by_default_and_are_named(folder, make_survey):
    survey = make_survey(
        pd.read_csv(folder / "lonely_input.csv"), weight="w", stratum="st", cluster="id"
    )
    with pytest.raises(DesignError, match=r"two clusters in every stratum.*\[3\].*'centred'"):
        es.mean(survey, "y")


@pytest.mark.parametrize("domain_rule", ["full_design", "as_single_psu"])
@pytest.mark.parametrize("option", ["remove", "adjust", "average"])
def test_everything_awkward_at_once(folder, make_survey, option, domain_rule):
    table = pd.read_csv(folder / "expected_small.csv")
    theirs = table[
        (table["option"] == option) & (table["adjust_domain"] == (domain_rule == "as_single_psu"))
    ]
    survey = make_survey(
        pd.read_csv(folder / "small_input.csv"),
        weight="w",
        stratum="st",
        cluster="psu",
        single_psu=RULES[option],
        single_psu_domain=domain_rule,
    )
    compared = 0
    for variable, answers in theirs.groupby("variable"):
        means = with_everyone(es.mean, survey, variable, by="g").rename(columns={"level": "g"})
        totals = with_everyone(es.total, survey, variable, by="g", of="number")
        both = beside(means, answers, on=["g"], count=3)
        compared += close(both["estimate"], both["mean"]) + close(
            both["std_error"], both["se_mean"]
        )
        assert both["df"].tolist() == both["df_answered"].tolist()
        assert both["n_valid"].tolist() == both["n_valid_r"].tolist()
        both = beside(totals.rename(columns={"level": "g"}), answers, on=["g"], count=3)
        compared += close(both["estimate"], both["total"])
        compared += close(both["std_error"], both["se_total"])
    assert compared == 24


@pytest.mark.parametrize("kind", ["BRR", "Fay", "JKn"])
def test_replicate_weights_in_columns(folder, make_survey, kind):
    (theirs,) = pd.read_csv(folder / "expected_replicate_scd.csv").query("type == @kind").iloc
    weights = pd.read_csv(folder / f"scd_repweights_{kind}.csv")
    frame = pd.read_csv(folder / "scd.csv").assign(w=1.0).join(weights)
    replicates = ReplicateWeights(
        columns=tuple(weights.columns),
        method=kind,
        rho=0.3 if kind == "Fay" else 0.0,
        rscales=(0.5,) * 6 if kind == "JKn" else (),
    )
    survey = make_survey(frame, weight="w", replicates=replicates)
    ratio = es.ratio(survey, "alive", "arrests").rows[0]
    total = es.total(survey, "alive", of="number").rows[0]
    mean = es.mean(survey, "alive").rows[0]
    ours = (
        ratio.estimate,
        ratio.std_error,
        total.std_error,
        mean.estimate,
        mean.std_error,
        mean.df,
    )
    names = ["ratio", "se_ratio", "se_total", "mean", "se_mean", "df"]
    assert ours == pytest.approx(tuple(theirs[names]), rel=1e-10)


def test_replicates_about_the_estimate_give_the_other_published_error(folder, make_survey):
    # BRR about the estimate: 0.0094266 instead of 0.0094184
    weights = pd.read_csv(folder / "scd_repweights_BRR.csv")
    frame = pd.read_csv(folder / "scd.csv").assign(w=1.0).join(weights)
    replicates = ReplicateWeights(tuple(weights.columns), "BRR", centre="estimate")
    survey = make_survey(frame, weight="w", replicates=replicates)
    assert es.ratio(survey, "alive", "arrests").rows[0].std_error == pytest.approx(
        0.0094266, abs=5e-8
    )


def test_stored_bootstrap_weights(folder, schools):
    (theirs,) = pd.read_csv(folder / "expected_apistrat_bootstrap200.csv").iloc
    weights = pd.read_csv(folder / "apistrat_bootstrap200_weights.csv")
    survey = schools("apistrat_nofpc")
    design = Design(
        weight="pw",
        stratum="stype",
        replicates=ReplicateWeights(tuple(weights.columns), "bootstrap", scale=theirs["scale"]),
    )
    survey = es.Survey(survey.respondents.join(weights), design, survey.report)
    mean, share = es.mean(survey, "api00").rows[0], es.prevalence(survey, "sw").rows[0]
    # the stored weights have ten decimals
    assert mean.std_error == pytest.approx(theirs["se_api00"], rel=1e-9)
    assert share.std_error == pytest.approx(theirs["se_schwide"], rel=1e-9)
    assert mean.df == theirs["df"]


def test_jackknife_of_clusters_from_cells(schools):
    # R as.svrepdesign(type = "JK1"): 26.594161 about the mean of the replicates
    row = es.mean(schools("apiclus1_nofpc"), "api00", replication=estimation.Jackknife()).rows[0]
    assert row.std_error == pytest.approx(26.594161, abs=5e-7)


def test_jackknife_of_strata_with_every_school_its_own_cluster(folder, schools):
    theirs = pd.read_csv(folder / "expected_means_totals.csv").query(
        "design == 'apistrat_jkn' and variable == 'api00' and statistic == 'mean'"
    )
    survey = schools("apistrat_nofpc", cluster="cds")
    ours = with_everyone(es.mean, survey, "api00", by="stype", replication=estimation.Jackknife())
    both = beside(ours, theirs, on=["level"], count=4)
    close(both["std_error"], both["se"])


def test_rao_wu_bootstrap_of_a_total_agrees_with_linearisation_within_its_own_noise(schools):
    survey = schools("apiclus1_nofpc")
    bootstrap = estimation.RaoWu(rng=np.random.default_rng(20221126), replicates=4000)
    linear = es.total(survey, "sw").rows[0].std_error
    found = es.total(survey, "sw", replication=bootstrap).rows[0].std_error
    # a total is linear, so both estimate the same; with 4,000 replicates the error is about 1.1%
    assert found == pytest.approx(linear, rel=0.04)


CALIBRATED = {
    "poststrat": Calibration("post_stratify", "pw", (("stype",),)),
    "rake_converged": Calibration("rake", "pw", (("stype",), ("sch.wide",))),
    "greg": Calibration("linear", "pw", (("stype",),), ("api99",)),
}


@pytest.mark.parametrize("name", CALIBRATED)
def test_calibrated_weights_count_in_the_error(folder, schools, name):
    weights = pd.read_csv(folder / "expected_apiclus1_calibrated_weights.csv")
    survey = schools("apiclus1_fpc")
    frame = survey.respondents.assign(new=weights[name].to_numpy())
    design = dataclasses.replace(survey.design, weight="new", calibration=CALIBRATED[name])
    survey = es.Survey(frame, design, survey.report)
    table = pd.read_csv(folder / "expected_means_totals.csv")
    table = table[table["design"] == f"apiclus1_{name}"]
    compared = 0
    for variable in ("api00", "enroll"):
        for statistic, verb in (("mean", es.mean), ("total", es.total)):
            options = {"of": "number"} if statistic == "total" else {}
            ours = with_everyone(verb, survey, variable, by="stype", **options)
            theirs = table.query("variable == @variable and statistic == @statistic")
            both = beside(ours, theirs, on=["level"], count=4)
            compared += close(both["estimate"], both["estimate_r"], rtol=1e-9)
            compared += close(both["std_error"], both["se"], rtol=1e-9)
            assert both["df"].tolist() == both["df_r"].tolist()
    assert compared == 32
