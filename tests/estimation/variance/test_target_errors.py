"""Errors of comparisons, slopes, standardised shares and tests where weights are no constants.

Designs with replicate weights and with calibrated weights, against R ``survey`` on our own
clustered respondents (``tests/reference/design_targets.csv``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.errors import DesignError
from eenzaam_stats.estimation.variance.target_errors import estimate_covariances
from estimation.design_reference import CALIBRATIONS, margins_of

# Relative. Observed: replicates 3e-13, calibrations 2e-13 but for raking, which R stops at 1e-11 of
# the margins, and the bounded ones, where both programs stop at their own tolerance.
RTOL = 1e-9
KINDS = ("JKn", "JK1", "BRR", "Fay", "bootstrap", "subbootstrap")


@pytest.fixture(scope="module")
def population(reference_folder) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "design_population.csv")


@pytest.fixture(scope="module")
def standard(population) -> es.Standard:
    counts = population[population["margin"] == "standard"].set_index("age_group")["value"]
    return es.Standard.of(counts.to_dict(), over="age_group")


@pytest.fixture(scope="module")
def calibrated(respondents, reference_folder, survey_of, population):
    factors = pd.read_csv(reference_folder / "design_calibration_factors.csv")

    def make(design: str, name: str) -> es.Survey:
        # one file of two waves: the margins are those of both together
        people = respondents.rename(columns={"wave": "year"})
        moved = es.calibrate(
            survey_of(design, people), margins_of(name, population), **CALIBRATIONS[name]
        )
        if "bounds" not in CALIBRATIONS[name]:
            return moved
        # bounds of R are about the weights as they are, ours about weights that add up to the
        # population; the errors are of the weights that R found
        of_cell = people.merge(factors, on=["age_group", "sex", "region", "household"], how="left")
        frame = moved.respondents.with_columns(
            pl.Series("weight_calibrated", (of_cell["weight"] * of_cell[name]).to_numpy())
        )
        return replace(moved, respondents=frame)

    return make


def compared(survey, theirs: pd.DataFrame, standard, *, wave: str) -> int:
    """Every target of one design through the public verbs, beside the rows of R."""
    found = {}
    for by in ("region", "age_group", "wave"):
        one, column = theirs[theirs["grouping"] == by], wave if by == "wave" else by
        for kind in ("difference", "ratio"):
            for second in one.loc[one["kind"] == kind, "second"].unique():
                how = estimation.Comparing(against=second, measure=kind)
                for row in es.compare(survey, "y", by=column, how=how).rows:
                    found[by, kind, row.group, row.reference] = (row.estimate, row.std_error)
    (row,) = es.standardise(survey, "y", standard=standard).rows
    found["age_group", "standardised", "", ""] = (row.estimate, row.std_error)
    (slope,) = estimation.linear_trend(survey, "y", wave="age_number").rows
    found["age_group", "slope", "18-34", "65+"] = (slope.estimate, slope.std_error)
    keys = theirs[["grouping", "kind", "first", "second"]].itertuples(index=False, name=None)
    ours = np.array([found[key] for key in keys])
    np.testing.assert_allclose(ours, theirs[["estimate", "std_error"]], rtol=RTOL)
    return ours.size


@pytest.mark.parametrize("design", ["stratified", "clustered"])
@pytest.mark.parametrize("name", CALIBRATIONS)
def test_targets_of_calibrated_designs(calibrated, reference, standard, design, name):
    table = reference("targets").query("weights == 'calibrated'")
    theirs = table[table["design"] == f"{design} {name}"]
    # 7 pairs, as difference and as ratio, a standardised share and a slope; estimate and error
    assert compared(calibrated(design, name), theirs, standard, wave="year") == 2 * (2 * 7 + 2)


@pytest.mark.parametrize("kind", KINDS)
def test_targets_of_replicate_weights(with_replicates, reference, standard, kind):
    table = reference("targets").query("weights == 'replicate'")
    theirs = table[table["design"] == kind]
    survey = with_replicates(kind, "replicates")
    assert compared(survey, theirs, standard, wave="wave") == 2 * (2 * 7 + 2)


def test_no_row_of_the_reference_is_left(reference):
    table = reference("targets")
    named = {f"{design} {name}" for design in ("stratified", "clustered") for name in CALIBRATIONS}
    assert set(table["design"]) == named | set(KINDS)
    assert len(table) == 16 * (2 * 7 + 6)


VERBS = {
    "compare": lambda data, _: es.compare(data, "y", by="region"),
    "standardise": lambda data, standard: es.standardise(data, "y", standard=standard),
    "linear_trend": lambda data, _: estimation.linear_trend(data, "y", wave="age_number"),
    "rao_scott": lambda data, _: estimation.rao_scott(data, "sex", "region"),
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_footnote_says_how_the_weights_were_counted(
    calibrated, with_replicates, survey_of, standard, verb
):
    words = {
        "linearisation of residuals": calibrated("clustered", "rake"),
        "replicate weights (BRR)": with_replicates("BRR", "estimate"),
        "weights of the design taken as fixed": survey_of("clustered"),
    }
    for expected, survey in words.items():
        assert expected in VERBS[verb](survey, standard).footnote.method


@pytest.mark.parametrize("verb", ["compare", "standardise", "linear_trend"])
def test_cells_are_refused_where_rows_are_needed(calibrated, with_replicates, standard, verb):
    outcome = estimation.Outcome("y")
    by = ["region", "age_group", "age_number"]
    for survey in (calibrated("clustered", "rake"), with_replicates("JKn", "replicates")):
        with pytest.raises(DesignError, match="cells"):
            VERBS[verb](es.cells(survey, [outcome], by=by), standard)


def test_a_test_of_independence_counts_replicates(with_replicates, survey_of):
    # delete-one replicates of a linear statistic are its linearisation, and shares are nearly that
    linear = estimation.rao_scott(survey_of("clustered"), "sex", "region")
    replicated = estimation.rao_scott(with_replicates("JKn", "replicates"), "sex", "region")
    assert replicated.pearson == pytest.approx(linear.pearson, rel=1e-12)
    assert replicated.f_statistic != linear.f_statistic
    assert replicated.f_statistic == pytest.approx(linear.f_statistic, rel=0.02)


def test_a_table_that_the_weights_were_calibrated_to_is_not_tested(calibrated):
    # post-stratified to age by sex: every share of that table is known, and rounding is no error
    survey = calibrated("clustered", "post_stratify")
    with pytest.raises(DesignError, match="calibrated to this very table"):
        estimation.rao_scott(survey, "sex", "age_group")
    assert 0.0 < estimation.rao_scott(survey, "sex", "region").p_value < 1.0


def test_covariances_of_two_targets_are_those_of_their_sum(with_replicates, calibrated):
    # var(a + b) = var(a) + var(b) + 2 cov(a, b), for every way of finding them
    for survey in (calibrated("stratified", "linear"), with_replicates("Fay", "estimate")):
        outcome = estimation.Outcome("y")
        source = es.cells(survey, [outcome], by=["region"])
        domains = source.domains(outcome, by=["region"])
        ways = estimate_covariances(survey, source, domains, outcome, by=["region"])
        n = len(domains.groups)
        each = np.eye(n)[:2]
        both = each.sum(axis=0, keepdims=True)

        def value(first, weight):
            return weight @ first[:, 0]

        def found(weight, ways=ways):
            nothing = np.zeros_like(weight)
            return ways.of((weight, nothing), lambda first: value(first, weight)).covariance

        apart = found(each)
        assert apart.sum() == pytest.approx(found(both)[0, 0], rel=1e-12)
        assert apart[0, 1] != 0.0
