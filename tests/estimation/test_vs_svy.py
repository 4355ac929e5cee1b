"""Equal to ``svy``, a survey package for Python, where it is installed.

A second opinion beside R: written by others, in another language, with other defaults. It is no
dependency; without it these tests are skipped, and those against R still run.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.estimation.quantities import mean, ratio, total

pytestmark = pytest.mark.skipif(
    find_spec("svy") is None or find_spec("polars") is None,
    reason="svy, a second program to compare with, is not installed: pip install svy",
)

# Relative; holds at 1e-13.
RTOL = 1e-11
# Where everybody answers the same, or one cluster holds the group, svy leaves rounding.
ZERO_ATOL = 1e-14
# Absolute on the proportion scale; holds at 1e-13.
LIMIT_ATOL = 1e-11

STRATIFIED = {"weight": "weight", "stratum": "stratum"}
DESIGNS = {"stratified": STRATIFIED, "clustered": {**STRATIFIED, "cluster": "cluster"}}
GROUPINGS = {
    "everyone": [],
    "wave": ["wave"],
    "region": ["region"],
    "region_sex": ["region", "sex"],
    "age_group": ["age_group"],
    "corner": ["corner"],
}
# Groups with an answer. In `corner` nobody of no_answer has y or score, and svy has no row for it.
ALL_GROUPS = 1 + 2 + 4 + 8 + 4
ANSWERED = {"y": ALL_GROUPS + 5, "score": ALL_GROUPS + 5, "y_rare": ALL_GROUPS + 6}
# Of those with y and of those with y_rare: 0 < p < 1 and df > 0, counted in the limits of R.
WITH_LIMITS = {"stratified": 42, "clustered": 41}
QUANTITIES = {
    "mean": lambda survey, by: mean(survey, "score", by=by),
    "total": lambda survey, by: total(survey, "score", by=by, of="number"),
    "ratio": lambda survey, by: ratio(survey, "numerator", "denominator", by=by),
}


@pytest.fixture(scope="module")
def clustered_people(reference_folder: Path) -> pd.DataFrame:
    return pd.read_csv(reference_folder / "design_input.csv")


@pytest.fixture(scope="module")
def samples(reference_folder: Path) -> dict:
    """The same file as svy reads it, one sample per design."""
    import polars as pl
    import svy

    frame = pl.read_csv(reference_folder / "design_input.csv")
    return {
        "stratified": svy.Sample(frame, svy.Design(stratum="stratum", wgt="weight")),
        "clustered": svy.Sample(frame, svy.Design(stratum="stratum", psu="cluster", wgt="weight")),
    }


def theirs(sample, kind: str, outcome, *, by: list[str], **options) -> pd.DataFrame:
    """Answer of svy with our names; of a proportion the row of those who have the outcome."""
    said = getattr(sample.estimation, kind)(*outcome, by=by or None, drop_nulls=True, **options)
    table = pd.DataFrame(said.to_polars().to_dict(as_series=False))
    if kind == "prop":
        table = table[table[outcome[0]] == 1]
    names = {"est": "estimate", "se": "std_error", "lci": "conf_low", "uci": "conf_high"}
    return table.rename(columns=names)


def both(table: pd.DataFrame, other: pd.DataFrame, *, by: list[str]) -> pd.DataFrame:
    """Both answers in one row per group with an answer, matched by the values of the group."""
    answered = table[table["n_valid"] > 0]
    if not by:
        answered, other, by = answered.assign(all="all"), other.assign(all="all"), ["all"]
    other = other.dropna(subset=by).astype(dict.fromkeys(by, "str"))
    joined = answered.merge(other, on=by, suffixes=("", "_svy"), validate="one_to_one")
    assert len(joined) == len(answered) == len(other)
    return joined


def require_equal(joined: pd.DataFrame, *names: str) -> None:
    for name in names:
        np.testing.assert_allclose(
            joined[name], joined[f"{name}_svy"], rtol=RTOL, atol=ZERO_ATOL, err_msg=name
        )
    assert joined["df"].tolist() == joined["df_svy"].tolist()
    assert joined["n_valid"].tolist() == joined["n"].tolist()


@pytest.mark.parametrize("outcome", ["y", "y_rare"])
@pytest.mark.parametrize("design", DESIGNS)
def test_proportions_errors_df_and_counts_equal_those_of_svy(
    clustered_people, make_survey, samples, design, outcome
):
    survey = make_survey(clustered_people, **DESIGNS[design])
    compared = 0
    for by in GROUPINGS.values():
        table = prevalence(survey, outcome, by=by).tidy()
        joined = both(table, theirs(samples[design], "prop", [outcome], by=by), by=by)
        require_equal(joined, "estimate", "std_error")
        compared += len(joined)
    assert compared == ANSWERED[outcome]


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("design", DESIGNS)
def test_means_totals_and_ratios_equal_those_of_svy(
    clustered_people, make_survey, samples, design, quantity
):
    survey = make_survey(clustered_people, **DESIGNS[design])
    columns = ["numerator", "denominator"] if quantity == "ratio" else ["score"]
    compared = 0
    for by in GROUPINGS.values():
        table = QUANTITIES[quantity](survey, by).tidy()
        joined = both(table, theirs(samples[design], quantity, columns, by=by), by=by)
        require_equal(joined, "estimate", "std_error")
        compared += len(joined)
    assert compared == ALL_GROUPS + (6 if quantity == "ratio" else 5)


@pytest.mark.parametrize(
    ("interval", "ci_method"),
    [("logit", "logit"), ("beta", "beta"), ("korn_graubard", "korn-graubard")],
)
@pytest.mark.parametrize("design", DESIGNS)
def test_limits_equal_those_of_svy_wherever_ours_exist_inside(
    clustered_people, make_survey, samples, design, interval, ci_method
):
    survey = make_survey(clustered_people, **DESIGNS[design])
    compared = 0
    for outcome in ("y", "y_rare"):
        for by in GROUPINGS.values():
            table = prevalence(survey, outcome, by=by, interval=interval).tidy()
            other = theirs(samples[design], "prop", [outcome], by=by, ci_method=ci_method)
            joined = both(table, other, by=by)
            inside = joined["estimate"].between(0, 1, inclusive="neither") & (joined["df"] > 0)
            for side in ("conf_low", "conf_high"):
                np.testing.assert_allclose(
                    joined.loc[inside, side],
                    joined.loc[inside, f"{side}_svy"],
                    rtol=0,
                    atol=LIMIT_ATOL,
                )
            compared += int(inside.sum())
    assert compared == WITH_LIMITS[design]


@pytest.mark.parametrize(("column", "kind"), [("deff", "wr"), ("deff_wor", "wor")])
@pytest.mark.parametrize("design", DESIGNS)
def test_design_effects_of_a_mean_equal_those_of_svy(
    clustered_people, make_survey, samples, design, column, kind
):
    survey = make_survey(clustered_people, **DESIGNS[design])
    by = GROUPINGS["region_sex"]
    table = mean(survey, "score", by=by).details().rename(columns={column: "effect"})
    other = theirs(samples[design], "mean", ["score"], by=by, deff=kind)
    joined = both(table, other.rename(columns={"deff": "effect"}), by=by)
    np.testing.assert_allclose(joined["effect"], joined["effect_svy"], rtol=RTOL)
    assert len(joined) == 8


@pytest.mark.parametrize("design", DESIGNS)
def test_limits_at_nobody_and_everybody_equal_those_of_svy_with_korn_graubard(
    clustered_people, make_survey, samples, design
):
    survey = make_survey(clustered_people, **DESIGNS[design])
    by = GROUPINGS["corner"]
    table = prevalence(survey, "y", by=by, interval="korn_graubard").tidy()
    other = theirs(samples[design], "prop", ["y"], by=by, ci_method="korn-graubard")
    joined = both(table, other, by=by).set_index("corner").loc[["nobody", "everybody"]]
    for side in ("conf_low", "conf_high"):
        np.testing.assert_allclose(joined[side], joined[f"{side}_svy"], rtol=0, atol=LIMIT_ATOL)
    assert joined["conf_high"]["nobody"] > 0.1
    assert joined["conf_low"]["everybody"] < 0.9


def test_wilson_differs_from_that_of_svy_which_corrects_the_sample_size_for_df_too(
    clustered_people, make_survey, samples
):
    survey = make_survey(clustered_people, **DESIGNS["clustered"])
    by = GROUPINGS["region_sex"]
    table = prevalence(survey, "y", by=by, interval="wilson").tidy()
    joined = both(
        table, theirs(samples["clustered"], "prop", ["y"], by=by, ci_method="wilson"), by=by
    )
    for side in ("conf_low", "conf_high"):
        difference = (joined[side] - joined[f"{side}_svy"]).abs()
        assert difference.min() > 1e-4
        assert difference.max() < 1e-2
