"""What may not change an estimate, and what must change it in a known way."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.estimation.prevalence import prevalence

# Sums in another order; observed 1e-14.
RTOL = 1e-12
NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "deff"]
COUNTS = ["df", "n_valid", "n_missing", "flag"]
STRATIFIED = {"weight": "weight", "stratum": "thin", "single_psu": "certainty"}
GROUPINGS = [(), ("region",), ("region", "sex"), ("team",)]


def same(left: pd.DataFrame, right: pd.DataFrame, *, by=()):
    assert len(left) == len(right) > 0
    where = {"on": list(by)} if by else {"left_index": True, "right_index": True}
    both = left.merge(right, suffixes=("", "_"), validate="one_to_one", **where)
    assert len(both) == len(left)
    for name in NUMBERS:
        np.testing.assert_allclose(both[name], both[f"{name}_"], rtol=RTOL, err_msg=name)
    for name in COUNTS:
        assert both[name].tolist() == both[f"{name}_"].tolist(), name


@pytest.mark.parametrize("by", GROUPINGS)
def test_order_of_the_rows_changes_nothing(people, make_survey, rng, by):
    table = prevalence(make_survey(people, **STRATIFIED), "y_na", by=by).tidy()
    shuffled = people.iloc[rng.permutation(len(people))]
    again = prevalence(make_survey(shuffled, **STRATIFIED), "y_na", by=by).tidy()
    same(table, again, by=by)
    assert table[list(by)].equals(again[list(by)])


@pytest.mark.parametrize("by", GROUPINGS)
@pytest.mark.parametrize("factor", [1e-6, 0.37, 1e6])
def test_weights_in_another_unit_change_only_their_sum(people, make_survey, by, factor):
    table = prevalence(make_survey(people, **STRATIFIED), "y_na", by=by).tidy()
    scaled = people.assign(weight=people["weight"] * factor)
    again = prevalence(make_survey(scaled, **STRATIFIED), "y_na", by=by).tidy()
    same(table, again, by=by)
    np.testing.assert_allclose(again["weight_sum"], factor * table["weight_sum"], rtol=RTOL)


@pytest.mark.parametrize("interval", ["logit", "wald"])
@pytest.mark.parametrize("by", GROUPINGS)
def test_yes_and_no_add_up_to_one_with_the_same_error(people, make_survey, by, interval):
    both = people.assign(n_na=1 - people["y_na"])
    survey = make_survey(both, **STRATIFIED)
    yes = prevalence(survey, "y_na", by=by, interval=interval).tidy()
    no = prevalence(survey, "n_na", by=by, interval=interval).tidy()
    np.testing.assert_allclose(yes["estimate"] + no["estimate"], 1.0, rtol=RTOL)
    np.testing.assert_allclose(yes["std_error"], no["std_error"], rtol=RTOL)
    np.testing.assert_allclose(yes["deff"], no["deff"], rtol=RTOL)
    np.testing.assert_allclose(yes["conf_low"], 1 - no["conf_high"], rtol=1e-9)
    np.testing.assert_allclose(yes["conf_high"], 1 - no["conf_low"], rtol=1e-9)


@pytest.mark.parametrize("by", GROUPINGS[1:])
def test_groups_weighted_by_people_give_the_total(people, make_survey, by):
    survey = make_survey(people, **STRATIFIED)
    groups = prevalence(survey, "y_na", by=by).tidy()
    total = prevalence(survey, "y_na").tidy().iloc[0]
    rolled = np.average(groups["estimate"], weights=groups["weight_sum"])
    assert rolled == pytest.approx(total["estimate"], rel=RTOL)
    assert groups["weight_sum"].sum() == pytest.approx(total["weight_sum"], rel=RTOL)
    assert groups["n_valid"].sum() == total["n_valid"]
    assert groups["n_missing"].sum() == total["n_missing"]


def test_group_estimated_alone_keeps_the_strata_of_the_whole_file(people, make_survey):
    # the domain is a variable that is missing elsewhere, not a smaller file
    inside = people["region"] == 4
    marked = people.assign(in_four=np.where(inside, "yes", None))
    alone = prevalence(make_survey(marked, **STRATIFIED), "y_na", by="in_four")
    among = prevalence(make_survey(people, **STRATIFIED), "y_na", by="region").tidy()
    same(alone.tidy(), among[among["region"] == "4"].reset_index(drop=True))
    assert alone.footnote.n_without_group == int((~inside).sum())
    cut = prevalence(make_survey(people[inside], **STRATIFIED), "y_na").tidy()
    assert cut["estimate"][0] == pytest.approx(alone.rows[0].estimate, rel=RTOL)
    assert abs(cut["std_error"][0] / alone.rows[0].std_error - 1) > 1e-3


def test_equal_weights_without_strata_give_the_textbook_formula(people, make_survey):
    table = prevalence(make_survey(people), "y_na", by="region", weights=None).tidy()
    answered = people.dropna(subset="y_na").groupby("region")["y_na"].agg(["mean", "size"])
    answered.index = answered.index.astype(str)
    both = table.set_index("region").join(answered, validate="one_to_one")
    assert len(both) == 12
    # with several groups in one stratum the factor n_h / (n_h - 1) is that of the whole file
    n = len(people)
    textbook = both["mean"] * (1 - both["mean"]) / both["size"] * n / (n - 1)
    np.testing.assert_allclose(both["estimate"], both["mean"], rtol=RTOL)
    np.testing.assert_allclose(both["std_error"] ** 2, textbook, rtol=RTOL)
    whole = prevalence(make_survey(people), "y", weights=None).rows[0]
    p = people["y"].mean()
    assert whole.std_error**2 == pytest.approx(p * (1 - p) / (n - 1), rel=RTOL)
    assert whole.deff == pytest.approx(1.0, rel=RTOL)


def test_constant_weights_and_no_weights_differ_in_the_sum_of_weights_only(people, make_survey):
    constant = people.assign(weight=2.5)
    weighted = prevalence(make_survey(constant, weight="weight", stratum="stratum"), "y_na")
    plain = prevalence(make_survey(constant, stratum="stratum"), "y_na", weights=None)
    same(weighted.tidy(), plain.tidy())
    assert plain.rows[0].weight_sum == plain.rows[0].n_valid


def test_repeated_rows_keep_the_estimate_and_not_the_error(people, make_survey):
    # a person who counts twice is not two people
    twice = people.assign(weight=2.0)
    repeated = pd.concat([people.assign(weight=1.0)] * 2)
    one = prevalence(make_survey(twice, weight="weight"), "y").rows[0]
    two = prevalence(make_survey(repeated, weight="weight"), "y").rows[0]
    assert two.estimate == pytest.approx(one.estimate, rel=RTOL)
    assert two.std_error == pytest.approx(one.std_error / np.sqrt(2), rel=1e-3)


def test_the_order_of_grouping_changes_the_columns_only(people, make_survey):
    survey = make_survey(people, **STRATIFIED)
    first = prevalence(survey, "y_na", by=["region", "sex"]).tidy()
    second = prevalence(survey, "y_na", by=["sex", "region"]).tidy()
    same(first, second, by=("region", "sex"))
    assert list(second.columns[:2]) == ["sex", "region"]


def test_the_survey_and_its_frame_are_left_alone(people, make_survey):
    frame = people.copy()
    survey = make_survey(frame, **STRATIFIED)
    prevalence(survey, "y_na", by=["region", "sex"])
    assert survey.respondents is frame
    pd.testing.assert_frame_equal(frame, people)


def test_interval_covers_the_share_of_the_population_about_as_often_as_it_says(make_survey, rng):
    # 600 stratified samples from a known population; 95 % plus or minus four simulation errors
    shares, sizes = np.array([0.05, 0.2, 0.6]), np.array([0.5, 0.3, 0.2])
    truth, n, samples = float(shares @ sizes), 60, 600
    stratum = np.repeat(np.arange(3), n)
    frame = pd.DataFrame({"stratum": stratum, "weight": (sizes / n)[stratum]})
    covered = 0
    for _ in range(samples):
        answers = rng.random(3 * n) < shares[stratum]
        survey = make_survey(frame.assign(y=answers), weight="weight", stratum="stratum")
        row = prevalence(survey, "y").rows[0]
        covered += row.conf_low <= truth <= row.conf_high
    assert abs(covered / samples - 0.95) < 4 * np.sqrt(0.95 * 0.05 / samples)
