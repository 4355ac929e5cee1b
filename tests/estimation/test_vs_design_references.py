"""Every row of the tables that R ``survey`` computed on our own clustered respondents.

One test per table of ``tests/reference`` (calibrated weights have their own). Each counts what it
compared: the rows of the file, minus exclusions that are counted and explained where they stand.
Cells are made once per design, so that every number here is also a roll-up of the finest cells.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.estimation.compare import adjust_p_values
from eenzaam_stats.estimation.variance.targets import targets
from eenzaam_stats.numerics.survey.covariance import score_covariance
from eenzaam_stats.results.comparisons import Comparison
from eenzaam_stats.survey import Survey
from estimation.design_reference import CLUSTERED, DESIGNS, KEYS, LEVELS, LONELY_DESIGNS

# Relative; estimates, errors, totals and design effects. Observed: estimates 4e-15, design effects
# 5e-15, ratios 3e-15, categories 4e-15, standardised 1e-15 (differences 2e-14), contrasts 9e-15
# (differences near 0: 2e-13), replicates 2e-14, jackknife of cells 1e-14.
RTOL = 1e-10
# R leaves rounding of 1e-17 to 1e-16 where an error is exactly 0.
ZERO_ATOL = 1e-14
# Relative; limits in closed form. Observed: xlogit 4e-15, mean 3e-14, wilson 5e-15.
LIMIT_RTOL = 1e-10
# Relative; both programs invert the beta distribution by iteration. Observed 1e-14.
BETA_RTOL = 1e-8
# Relative; R fits its "logit" iteratively. Observed 6e-8.
FITTED_RTOL = 1e-6
# Covariances, as a share of the product of the two standard errors. Observed 4e-15.
CORRELATION_ATOL = 1e-10
# Relative; statistics, degrees of freedom and p values of the Rao-Scott tests. Observed 3e-14.
TEST_RTOL = 1e-10

GROUPINGS = {
    "everyone": [],
    "wave": ["wave"],
    "region": ["region"],
    "region_sex": ["region", "sex"],
    "wave_region": ["wave", "region"],
    "age_group": ["age_group"],
    "sex": ["sex"],
    "corner": ["corner"],
}
WHOLE = ("everyone", "wave", "region", "region_sex", "age_group", "corner")
OUTCOMES = {
    "y": estimation.Outcome("y"),
    "y_rare": estimation.Outcome("y_rare"),
    "score": estimation.Outcome("score", "number"),
    "numerator/denominator": estimation.Outcome("numerator", "ratio", "denominator"),
    **{level: estimation.Outcome(f"is_{level}") for level in LEVELS},
}
WITH_WAVES_APART = [*DESIGNS, "waves_apart"]
RULES = {"certainty": "certainty", "adjust": "centred", "average": "average"}
DOMAIN_RULES = {"false": "full_design", "true": "as_single_psu"}


@pytest.fixture(scope="module")
def waves(respondents) -> list[Survey]:
    """The two waves as two files, each with its own report."""
    design = es.design.Design("weight", **CLUSTERED)
    surveys = []
    for year, part in respondents.groupby("wave"):
        report = es.survey.HarmonisationReport(
            "made_up", str(year), f"{year}.csv", "synthetic", "adults", len(part), len(part)
        )
        surveys.append(Survey(part, design, report))
    return surveys


@pytest.fixture(scope="module")
def summed(survey_of, waves):
    """Cells of a design, made in one pass for every outcome and grouping."""
    cells = partial(es.cells, outcomes=list(OUTCOMES.values()), by=[*KEYS, "age_number"])

    @cache
    def of(design: str, lonely: str = "fail", domain: str = "full_design") -> estimation.Cells:
        if design == "waves_apart":
            one, two = (cells(survey) for survey in waves)
            return one + two
        return cells(survey_of(design, single_psu=lonely, single_psu_domain=domain))

    return of


def per_group(verb, data, *columns: str, grouping: str, **options: object) -> pd.DataFrame:
    """Rows per group with the key columns of the references, empty where they play no part."""
    table = verb(data, *columns, by=GROUPINGS[grouping], **options).details()
    return table.assign(**{key: "" for key in KEYS if key not in table}, grouping=grouping)


def mean_and_total(data, outcome: str, grouping: str) -> pd.DataFrame:
    name, number = OUTCOMES[outcome].name, OUTCOMES[outcome].kind == "number"
    mean = per_group(es.mean if number else es.prevalence, data, name, grouping=grouping)
    total = per_group(
        es.total, data, name, grouping=grouping, of="number" if number else "people"
    ).rename(columns={"estimate": "total", "std_error": "total_se"})
    assert mean[KEYS].equals(total[KEYS])
    return mean.join(total[["total", "total_se"]]).assign(outcome=outcome)


def beside(ours: list[pd.DataFrame], theirs: pd.DataFrame, *, on: list[str]) -> pd.DataFrame:
    """Both answers in one row, matched by name; every row of R must be met, and none of ours left.

    Columns of R end in ``_r``.
    """
    renamed = theirs.rename(columns={name: f"{name}_r" for name in theirs if name not in on})
    both = pd.concat(ours).merge(renamed, on=on, how="outer", validate="one_to_one", indicator=True)
    assert both["_merge"].eq("both").all(), both.loc[both["_merge"] != "both", on]
    assert len(both) == len(theirs)
    return both


def compare(ours, theirs, *, rtol: float = RTOL, atol: float = ZERO_ATOL) -> int:
    """Compare two columns, missing where the other is; how many numbers were compared."""
    left, right = (np.asarray(values, dtype=float) for values in (ours, theirs))
    np.testing.assert_array_equal(np.isnan(left), np.isnan(right))
    there = ~np.isnan(right)
    np.testing.assert_allclose(left[there], right[there], rtol=rtol, atol=atol)
    return int(there.sum())


def identical(ours, theirs) -> int:
    assert ours.tolist() == theirs.tolist()
    return len(ours)


def test_estimates(summed, reference):
    theirs = reference("estimates")
    ours = [
        mean_and_total(summed(design), outcome, grouping).assign(
            design=design, lonely="", domain_lonely=""
        )
        for design in DESIGNS
        for outcome in ("y", "y_rare", "score")
        for grouping in WHOLE
    ]
    ours += [
        mean_and_total(summed(design, rule, domain), "y", grouping).assign(
            design=design, lonely=lonely, domain_lonely=domain_lonely
        )
        for design in LONELY_DESIGNS
        for lonely, rule in RULES.items()
        for domain_lonely, domain in DOMAIN_RULES.items()
        for grouping in ("everyone", "region_sex", "corner")
    ]
    on = ["design", "lonely", "domain_lonely", "outcome", "grouping", *KEYS]
    both = beside(ours, theirs, on=on)
    names = ("estimate", "std_error", "weight_sum", "total", "total_se")
    compared = {name: compare(both[name], both[f"{name}_r"]) for name in names}
    # where nothing varies R says that the design has no effect at all, 0; here it is not known
    varies = both["std_error_r"] > ZERO_ATOL
    compared["deff_wr"] = compare(both["deff"], both["deff_wr_r"].where(varies))
    compared["deff_wor"] = compare(both["deff_wor"], both["deff_wor_r"].where(varies))
    for name in ("n_valid", "n_missing"):
        compared[name] = identical(both[name], both[f"{name}_r"])
    answered = both[both["n_valid"] > 0]
    compared["df"] = identical(answered["df"], answered["df_r"])
    # 26 groups have no answer, of which R says nothing; in 4 more every stratum is lonely under
    # "average"; 84 more do not vary or are one person, so that there is no design effect; in 16
    # more nothing varies within the strata or the one cluster
    assert compared == {
        **dict.fromkeys(("n_valid", "n_missing", "weight_sum"), 570),
        **dict.fromkeys(("estimate", "total", "df"), 570 - 26),
        **dict.fromkeys(("std_error", "total_se"), 570 - 26 - 4),
        **dict.fromkeys(("deff_wr", "deff_wor"), 570 - 26 - 4 - 84 - 16),
    }


def test_total_of_a_single_psu_is_centred_unlike_survey_before_its_version_4_5(reference):
    # a deliberate difference: the two rules part by more than rounding where a lonely stratum has a
    # part in the total, and the one that is not centred is never the smaller by much
    table = reference("estimates").dropna(subset=["total_se_uncentred", "total_se"])
    ratio = (table["total_se"] / table["total_se_uncentred"])[table["total_se_uncentred"] > 0]
    assert len(table) == 84
    assert (abs(ratio - 1) > 1e-6).sum() > 20
    assert ratio.between(0.5, 1.5).all()


METHODS = {
    "xlogit": ("logit", LIMIT_RTOL),
    "logit": ("logit", FITTED_RTOL),
    "beta": ("beta", BETA_RTOL),
    "mean": ("wald", LIMIT_RTOL),
    "wilson": ("wilson", LIMIT_RTOL),
    "korn_graubard": ("korn_graubard", BETA_RTOL),
}


@pytest.mark.parametrize("method", METHODS)
def test_intervals(summed, reference, method):
    theirs = reference("intervals")
    interval, rtol = METHODS[method]
    ours = [
        per_group(es.prevalence, summed(design), outcome, grouping=grouping, interval=interval)
        .query("n_valid > 0")
        .assign(design=design, outcome=outcome)
        for design in DESIGNS
        for outcome in ("y", "y_rare")
        for grouping in WHOLE
    ]
    both = beside(ours, theirs, on=["design", "outcome", "grouping", *KEYS])
    identical(both["df"], both["df_r"])
    identical(both["n_valid"], both["n_valid_r"])
    at_edge = both["estimate"].isin([0.0, 1.0])
    if method != "korn_graubard":
        # where nobody or everybody has the outcome "mean" of R gives a point and "logit" 1e-12;
        # ours, as R's other methods, gives no limits
        assert both.loc[at_edge, ["conf_low", "conf_high"]].isna().all(axis=None)
        both = both[~at_edge]
    compared = [
        compare(both[f"conf_{side}"], both[f"{method}_{side}_r"], rtol=rtol)
        for side in ("low", "high")
    ]
    # 10 groups are one row, or one cluster in which somebody has the outcome: no degrees of freedom
    assert compared == [182, 182] if method == "korn_graubard" else [165, 165]


def test_ratios(summed, reference):
    ours = [
        per_group(es.ratio, summed(design), "numerator", "denominator", grouping=grouping).assign(
            design=design
        )
        for design in DESIGNS
        for grouping in WHOLE
    ]
    both = beside(ours, reference("ratios"), on=["design", "grouping", *KEYS])
    compared = [compare(both[name], both[f"{name}_r"]) for name in ("estimate", "std_error")]
    compared += [identical(both[name], both[f"{name}_r"]) for name in ("df", "n_valid")]
    compared.append(identical(both["n_missing"], both["n_missing_r"]))
    assert compared == [100] * 5


def test_categories(survey_of, summed, reference):
    ours = []
    for design in DESIGNS:
        for grouping in WHOLE:
            shares = per_group(
                estimation.distribution, survey_of(design), "category", grouping=grouping
            ).rename(columns={"category": "level"})
            totals = pd.concat(
                per_group(es.total, summed(design), f"is_{level}", grouping=grouping).assign(
                    level=level
                )
                for level in LEVELS
            ).rename(columns={"estimate": "total", "std_error": "total_se"})
            on = ["grouping", "level", *KEYS]
            table = shares.merge(totals[[*on, "total", "total_se"]], on=on, validate="one_to_one")
            assert len(table) == len(shares) == len(totals)
            ours.append(table.query("n_valid > 0").assign(design=design))
    both = beside(ours, reference("categories"), on=["design", "grouping", "level", *KEYS])
    names = ("estimate", "std_error", "total", "total_se")
    compared = [compare(both[name], both[f"{name}_r"]) for name in names]
    compared += [identical(both[name], both[f"{name}_r"]) for name in ("df", "n_valid")]
    assert compared == [384] * 6


class Joint:
    """Estimates of groups by name, with the covariance that every contrast is made of."""

    def __init__(self, cells, outcome: str, grouping: str, *, standard=None, everyone=False):
        one = OUTCOMES[outcome]
        statistic = "mean" if one.kind == "number" else "proportion"
        by = [*GROUPINGS[grouping], *(standard.over if standard else ())]
        domains = cells.domains(one, by=by)
        n_keys = len(GROUPINGS[grouping])
        found = [targets(domains, n_keys=n_keys, statistic=statistic, standard=standard)]
        if everyone:
            found.append(targets(domains, n_keys=0, statistic=statistic))
        score = tuple(np.vstack([part.score[j] for part in found]) for j in (0, 1))
        self.names = [".".join(group) or "all" for part in found for group in part.groups]
        self.estimate = np.concatenate([part.estimate for part in found])
        self.covariance = score_covariance(domains.moments, score, strata=domains.strata).covariance

    def contrast(self, kind: str, first: str, second: str) -> tuple[float, float]:
        one, two = self.names.index(first), self.names.index(second)
        p, q = self.estimate[one], self.estimate[two]
        gradient = np.zeros(len(self.names))
        if kind == "slope":
            away = np.arange(len(self.names)) - (len(self.names) - 1) / 2
            gradient, value = away / (away**2).sum(), 0.0
            value = float(gradient @ self.estimate)
        elif kind == "ratio":
            gradient[[one, two]], value = (1 / q, -p / q**2), p / q
        else:
            gradient[[one, two]], value = (1, -1), p - q
        return value, float(np.sqrt(gradient @ self.covariance @ gradient))


def test_covariances(summed, reference):
    table = reference("covariances")
    compared = 0
    for (design, outcome, grouping), theirs in table.groupby(["design", "outcome", "grouping"]):
        if outcome == "category":
            names, covariance = list(LEVELS), covariance_of_levels(summed(design))
        else:
            joint = Joint(summed(design), outcome, grouping)
            names, covariance = joint.names, joint.covariance
        first, second = (
            [names.index(name) for name in theirs[side]] for side in ("first", "second")
        )
        se = np.sqrt(np.diag(covariance))
        product = se[first] * se[second]
        ours = covariance[first, second] / product
        compared += compare(ours, theirs["covariance"] / product, rtol=0, atol=CORRELATION_ATOL)
        assert len(theirs) == len(names) * (len(names) + 1) // 2
    assert compared == len(table) == 1020


def covariance_of_levels(cells: estimation.Cells) -> np.ndarray:
    """Covariance of shares, from 4 variances and 6 variances of sums of two shares."""
    shares = [cells.domains(OUTCOMES[level], by=[]) for level in LEVELS]
    total = shares[0].first.sum()
    moments = shares[0].moments
    stacked = [domains.moments for domains in shares]
    # each level is a domain of its own: rows with the level are its first variable
    together = type(moments)(
        domain=np.repeat(np.arange(4), [len(one.n) for one in stacked]),
        stratum=np.concatenate([one.stratum for one in stacked]),
        cluster=None
        if moments.cluster is None
        else np.concatenate([one.cluster for one in stacked]),
        n=np.concatenate([one.n for one in stacked]),
        first=np.concatenate([one.first for one in stacked]),
        second=np.concatenate([one.second for one in stacked]),
    )
    p = np.array([domains.first[0, 0] / total for domains in shares])
    score = (np.eye(4) - p[:, None]) / total
    nothing = np.zeros((4, 4))
    return score_covariance(together, (score, nothing), strata=shares[0].strata).covariance


def named(group: str) -> str:
    return group.replace(", ", ".")


def contrasts_of_y(cells, grouping: str, theirs: pd.DataFrame) -> list[tuple]:
    """The public verb, once per reference group: (kind, first, second, estimate, error)."""
    rows = []
    for (kind, second), _ in theirs.groupby(["kind", "second"]):
        if kind in ("slope", "logit_slope"):
            scale = "identity" if kind == "slope" else "logit"
            (row,) = estimation.linear_trend(cells, "y", wave="age_number", link=scale).rows
            rows.append((kind, "18-34", "65+", row.estimate, row.std_error))
            continue
        within, by = ((), GROUPINGS[grouping])
        against = tuple(second.split("."))
        if grouping == "wave_region":
            within, by, against = ("region",), ["wave"], "2020"
        how = estimation.Comparing(against=against, within=within, measure=kind)
        for row in es.compare(cells, "y", by=by, how=how).rows:
            inside = f".{row.within[0]}" if within else ""
            first = named(row.group) + inside
            rows.append((kind, first, named(row.reference) + inside, row.estimate, row.std_error))
    return list(dict.fromkeys(rows))


def test_contrasts(summed, reference):
    table = reference("contrasts")
    columns = ["kind", "first", "second", "estimate", "std_error"]
    compared = {"verbs": 0, "scores": 0}
    for (design, outcome, grouping), theirs in table.groupby(["design", "outcome", "grouping"]):
        cells = summed(design)
        if outcome == "y" and grouping != "region_everyone":
            rows, how = contrasts_of_y(cells, grouping, theirs), "verbs"
        else:
            # no verb compares means, or a group with the country that it is a part of; the scores
            # of the groups and their covariance do
            parts = {"grouping": grouping.removesuffix("_everyone"), "everyone": "_e" in grouping}
            joint, how = Joint(cells, outcome, **parts), "scores"
            asked = theirs[columns[:3]].itertuples(index=False, name=None)
            rows = [(*one, *joint.contrast(*one)) for one in asked]
        ours = pd.DataFrame(rows, columns=columns)
        both = theirs.merge(ours, on=columns[:3], suffixes=("_r", ""), validate="one_to_one")
        assert len(both) == len(theirs)
        compare(both["estimate"], both["estimate_r"])
        compared[how] += compare(both["std_error"], both["std_error_r"])
    assert compared == {"verbs": 200, "scores": 275}
    assert sum(compared.values()) == len(table) == 475


def test_waves_that_are_combined_equal_waves_whose_cells_are_added(summed, waves):
    both = es.combine(waves)
    added = summed("waves_apart")
    for by in (["wave"], ["region"], ["wave", "sex"]):
        pd.testing.assert_frame_equal(
            es.prevalence(both, "y", by=by).details(),
            es.prevalence(added, "y", by=by).details(),
            rtol=RTOL,
        )
        one, two = (es.compare(data, "y", by=by).tidy() for data in (both, added))
        pd.testing.assert_frame_equal(one, two, rtol=RTOL)
    assert added.report.wave == "2020, 2022"


def test_standardised(summed, reference, reference_folder):
    table = reference("standardised")
    population = pd.read_csv(reference_folder / "design_population.csv")
    counts = population[population["margin"] == "standard"].set_index("age_group")["value"]
    standard = es.Standard.of(counts.to_dict(), over="age_group")
    compared = {"verb": 0, "scores": 0}
    for (design, outcome, grouping), theirs in table.groupby(["design", "outcome", "grouping"]):
        by = GROUPINGS[grouping]
        cells = summed(design)
        found = es.standardise(cells, OUTCOMES[outcome], standard=standard, by=by).details()
        found["first"] = found[by[0]] if by else "all"
        of_groups = theirs[theirs["kind"] == "estimate"]
        both = found.merge(of_groups, on="first", suffixes=("", "_r"), validate="one_to_one")
        assert len(both) == len(found) == len(of_groups)
        compare(both["estimate"], both["estimate_r"])
        compared["verb"] += compare(both["std_error"], both["std_error_r"])
        # no verb compares standardised groups; their scores do
        joint = Joint(cells, outcome, grouping, standard=standard)
        others = theirs[theirs["kind"] != "estimate"]
        asked = others[["kind", "first", "second"]].itertuples(index=False, name=None)
        ours = np.array([joint.contrast(*one) for one in asked]).reshape(-1, 2)
        compare(ours[:, 0], others["estimate"])
        compared["scores"] += compare(ours[:, 1], others["std_error"])
    assert compared == {"verb": 72, "scores": 80}
    assert sum(compared.values()) == len(table) == 152


def with_p(p_value: float) -> Comparison:
    """A comparison of which only the p value matters."""
    return Comparison((), "a", "b", 0.1, 0.1, 0.0, 0.2, 9, 1.0, p_value, p_value, 9, 9)


def test_rao_scott_tests(survey_of, reference):
    table = reference("tests").sort_values(["design", "rows", "columns", "method"])
    compared = dict.fromkeys(
        ["pearson", "statistic", "df1", "df2", "p_value", "n_valid", "holm", "benjamini_hochberg"],
        0,
    )
    close = partial(compare, rtol=TEST_RTOL, atol=0)
    for (design, method), theirs in table.groupby(["design", "method"]):
        asked = theirs[["rows", "columns"]].itertuples(index=False, name=None)
        found = [estimation.rao_scott(survey_of(design), *one) for one in asked]
        first_order = method == "Chisq"
        ours = pd.DataFrame(
            {
                "pearson": [one.pearson for one in found],
                "statistic": [one.pearson if first_order else one.f_statistic for one in found],
                "df1": [one.df if first_order else one.f_df1 for one in found],
                "df2": [np.nan if first_order else one.f_df2 for one in found],
                "p_value": [one.p_chi_square if first_order else one.p_value for one in found],
                "n_valid": [one.n_valid for one in found],
            }
        )
        rows = [with_p(p) for p in ours["p_value"]]
        for adjustment in ("holm", "benjamini_hochberg"):
            ours[adjustment] = [row.p_adjusted for row in adjust_p_values(rows, adjustment)]
        for name in compared:
            compared[name] += close(ours[name], theirs[name])
    # the first-order test has one number of degrees of freedom
    assert compared == {**dict.fromkeys(compared, 56), "df2": 28}


def replicated(survey, grouping: str, **options) -> list[pd.DataFrame]:
    """The five statistics of the reference table."""
    shared = {"grouping": grouping, **options}
    calls = {
        ("y", "mean"): partial(per_group, es.prevalence, survey, "y"),
        ("y", "total"): partial(per_group, es.total, survey, "y"),
        ("score", "mean"): partial(per_group, es.mean, survey, "score"),
        ("score", "total"): partial(per_group, es.total, survey, "score", of="number"),
        ("numerator/denominator", "ratio"): partial(
            per_group, es.ratio, survey, "numerator", "denominator"
        ),
    }
    return [
        call(**shared).assign(outcome=outcome, statistic=statistic)
        for (outcome, statistic), call in calls.items()
    ]


STATISTIC = ["type", "mse", "outcome", "statistic", "grouping", *KEYS]


@pytest.mark.parametrize(("mse", "centre"), [("false", "replicates"), ("true", "estimate")])
def test_replicates(with_replicates, reference, mse, centre):
    table = reference("replicates").query("mse == @mse")
    ours = [
        one.assign(type=kind, mse=mse)
        for kind in table["type"].unique()
        for grouping in ("everyone", "region_sex")
        for one in replicated(with_replicates(kind, centre), grouping)
    ]
    both = beside(ours, table, on=STATISTIC)
    compared = [compare(both[name], both[f"{name}_r"]) for name in ("estimate", "std_error")]
    compared += [identical(both["n_valid"], both["n_valid_r"])]
    # degf() of the answered rows of the group, not of the file
    compared += [identical(both["df"], both["df_domain_r"])]
    # half of the 540 rows of the file, the other half is about the other centre
    assert compared == [270] * 4


def test_jackknife_of_cells_needs_no_weights_in_columns(survey_of, respondents, reference):
    table = reference("replicates").query("mse == 'false' and type in ('JKn', 'JK1')")
    surveys = {
        "JKn": survey_of("clustered"),
        "JK1": survey_of("clusters_only", respondents[respondents["paired"] == 1]),
    }
    ours = [
        one.assign(type=kind, mse="false")
        for kind, survey in surveys.items()
        for grouping in ("everyone", "region_sex")
        for one in replicated(survey, grouping, replication=estimation.Jackknife())
    ]
    both = beside(ours, table, on=STATISTIC)
    compared = [compare(both[name], both[f"{name}_r"]) for name in ("estimate", "std_error")]
    # here the degrees of freedom are those of the group, its clusters with an answer minus their
    # strata; nobody in one cluster has `y`
    whole = both[both["grouping"] == "everyone"]
    without = (whole["outcome"] == "y").astype(int)
    assert identical(whole["df"] + without, whole["df_r"]) == 10
    assert (both["df"] <= both["df_r"]).all()
    assert compared == [90, 90]
