"""Series beside their controls: R ``gls``, cigarette sales of 39 states, identities, refusals."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.trend.series.controlled import ControlOptions, controlled_series
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions
from trend.series.series_known import ITS

STARTS = {"pair24": 12.0, "gaps": 10.0, "uneven": 2014.0, "three": 8.0}
TERMS = {
    "intercept": "intercept",
    "trend": "trend",
    "level": "law: level change",
    "ramp": "law: slope change",
    "treated": "treated",
    "treated: trend": "treated: trend",
    "treated: level": "treated: law: level change",
    "treated: ramp": "treated: law: slope change",
}
# Relative. Observed: least squares 4e-12; REML 3e-7, where R's search ends.
CLOSED, SEARCHED = 1e-9, 1e-5


@pytest.fixture(scope="module")
def sets(repository) -> dict[str, list[pd.DataFrame]]:
    table = pd.read_csv(repository / "tests" / "reference" / "controlled_input.csv")
    return {
        name: [
            part[part["group"] == group][["wave", "estimate"]]
            for group in sorted(part["group"].unique(), key=lambda group: group != 1)
        ]
        for name, part in table.groupby("set")
    }


def fitted(sets, name: str, estimator: str, **options):
    treated, *controls = sets[name]
    lag = int(estimator.rpartition(" ")[2]) if " " in estimator else 1
    series = SeriesOptions(fit=FitOptions(lag=lag, small_sample="none"))
    return controlled_series(
        treated,
        controls,
        [Interruption("law", start=STARTS[name])],
        estimator=estimator.partition(" ")[0],
        options=ControlOptions(series=series, **options),
    )


def test_every_number_of_r(sets, repository):
    expected = pd.read_csv(repository / "tests" / "reference" / "controlled_expected.csv")
    compared = 0
    for (name, estimator), theirs in expected.groupby(["set", "fit"]):
        fit = fitted(sets, name, estimator)
        rows = {one.term: one for one in fit.coefficients}
        assert list(rows) == list(TERMS.values())
        tolerance = SEARCHED if estimator == "reml" else CLOSED
        model = {
            "phi": fit.model.phi,
            "variance": fit.model.variance,
            "log_likelihood": fit.model.log_likelihood,
        }
        for row in theirs.itertuples():
            if row.term in model:
                found, there = (model[row.term],), (row.value,)
            else:
                one = rows[TERMS[row.term]]
                found, there = (one.estimate, one.std_error), (row.value, row.std_error)
            np.testing.assert_allclose(found, there, rtol=tolerance, atol=1e-9)
            compared += len(found)
    # 12 fits of 8 coefficients with their errors, and 3 parameters of 4 fits by REML
    assert compared == 12 * 16 + 4 * 3


def test_default_is_reml_where_every_series_is_long(sets):
    fit = fitted(sets, "pair24", "auto")
    assert fit.model.method == "reml"
    change = fit.effect("law", "level change")
    own = next(one for one in fit.coefficients if one.term == TERMS["treated: level"])
    assert (change.estimate, change.std_error) == (own.estimate, own.std_error)
    short = [part.head(10) for part in sets["pair24"]]
    law = [Interruption("law", start=5.0)]
    other = controlled_series(*short, law)
    assert other.model.method == "ols"
    assert "10 waves in a series are too few" in other.model.notes[-1]


def test_order_of_controls_and_of_rows_plays_no_part(sets):
    treated, one, two = sets["three"]
    law = [Interruption("law", start=8.0)]
    first = controlled_series(treated, [one, two], law)
    second = controlled_series(treated.iloc[::-1], [two, one.sample(frac=1, random_state=1)], law)
    pd.testing.assert_frame_equal(first.tidy(), second.tidy(), rtol=1e-6)


def test_least_squares_of_both_forms_give_one_estimate(sets):
    stacked = fitted(sets, "pair24", "ols")
    apart = fitted(sets, "pair24", "ols", form="difference")
    treated, control = sets["pair24"]
    difference = treated.assign(
        estimate=treated["estimate"].to_numpy() - control["estimate"].to_numpy()
    )
    alone = interrupted_time_series(difference, [Interruption("law", start=12.0)], estimator="ols")
    for effect in ("level change", "slope change", "whole slope change"):
        one, two, three = (fit.effect("law", effect) for fit in (stacked, apart, alone))
        assert one.estimate == pytest.approx(two.estimate, rel=1e-9)
        assert two == three
    assert "treated minus control" in apart.describe()


def test_counterfactual_changes_as_the_control_did(sets):
    fit = fitted(sets, "pair24", "ols")
    rows = {one.term: one.estimate for one in fit.coefficients}
    for point in fit.points:
        without = (
            rows["intercept"]
            + rows["treated"]
            + (rows["trend"] + rows["treated: trend"]) * point.time
        )
        if point.time >= 12.0:
            without += rows[TERMS["level"]] + rows[TERMS["ramp"]] * (point.time - 12.0)
        assert point.counterfactual == pytest.approx(without, rel=1e-9)
    last = fit.effects[-1]
    gap = fit.points[-1].fitted - fit.points[-1].counterfactual
    assert last.estimate == pytest.approx(gap, rel=1e-9)


def test_adding_the_same_to_both_series_changes_no_effect(sets):
    treated, control = sets["gaps"]
    law = [Interruption("law", start=10.0)]
    plain = controlled_series(treated, control, law).tidy()

    def bumped(part):
        after = part["wave"] >= 10.0
        return part.assign(estimate=part["estimate"] + 3.0 + 0.5 * part["wave"] + 4.0 * after)

    moved = controlled_series(bumped(treated), bumped(control), law).tidy()
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(moved[column], plain[column], rtol=1e-5, atol=1e-6)


def test_known_errors_enter_and_partly_known_ones_do_not(sets):
    treated, control = (part.assign(std_error=0.3) for part in sets["pair24"])
    law = [Interruption("law", start=12.0)]
    known = controlled_series(treated, control, law)
    assert known.model.known
    half = controlled_series(treated, control.drop(columns="std_error"), law)
    plain = controlled_series(*sets["pair24"], law)
    assert not half.model.known
    assert "only 1 of 2 series" in half.model.notes[-1]
    assert half.effect("law", "level change") == plain.effect("law", "level change")
    apart = controlled_series(treated, control, law, options=ControlOptions(form="difference"))
    assert apart.points[0].std_error == pytest.approx(math.sqrt(2) * 0.3, rel=1e-12)


def test_a_walk_is_differenced_and_keeps_its_effects():
    rng = np.random.default_rng(5)
    waves = np.arange(30.0)
    walks = [np.cumsum(rng.normal(size=30)) for _ in range(2)]
    walks[0] += 6.0 * (waves >= 15)
    parts = [pd.DataFrame({"wave": waves, "estimate": walk}) for walk in walks]
    law = [Interruption("law", start=15.0, effects=("level",))]
    fit = controlled_series(*parts, law)
    assert fit.model.boundary
    # least squares on differences: each series has its own drift, jumps stand alone
    steps = [np.diff(walk) for walk in walks]
    jump = [step[14] - np.delete(step, 14).mean() for step in steps]
    change = fit.effect("law", "level change")
    assert change.estimate == pytest.approx(jump[0] - jump[1], rel=1e-4)
    # 58 differences of which 2 drifts and 2 jumps are estimated; the jumps have one value each
    rest = sum(((np.delete(step, 14) - np.delete(step, 14).mean()) ** 2).sum() for step in steps)
    variance = rest / (58 - 4) * 2 * (1 + 1 / 28)
    assert change.std_error == pytest.approx(math.sqrt(variance), rel=1e-4)


@pytest.fixture(scope="module")
def states() -> dict[str, pd.DataFrame]:
    """Cigarette sales per state; the law of California is of 1989."""
    data = pd.read_csv(
        ITS / "cigsales" / "california_prop99_synthdid.csv", sep=None, engine="python"
    )
    data.columns = [name.lower() for name in data.columns]
    frame = data.rename(columns={"year": "wave", "packspercapita": "estimate"})
    return dict(tuple(frame.groupby("state")))


@pytest.fixture(scope="module")
def answers():
    return json.loads((ITS / "reference_values.json").read_text())


LAW = [Interruption("Proposition 99", start=1989.0)]
public = pytest.mark.skipif(
    not ITS.exists(), reason="the public series are not beside the repository"
)


@pytest.mark.witness
@public
def test_california_against_other_states_as_in_r(states, answers):
    controls_of = {name: part for name, part in states.items() if name != "California"}
    names = {"z:x": "treated: Proposition 99: level change"}
    names |= {"z:xt": "treated: Proposition 99: slope change", "t:z": "treated: trend"}
    names |= {"x": "Proposition 99: level change", "xt": "Proposition 99: slope change"}
    groups = {
        "all_38_controls": list(controls_of.values()),
        "controls_Colorado_Idaho_Montana": [
            controls_of[name] for name in ("Colorado", "Idaho", "Montana")
        ],
    }
    fits = {"ols": "ols", "panel_newey_west_lag1": "newey_west"}
    compared = 0
    for group, controls in groups.items():
        for answer, estimator in fits.items():
            if answer not in answers["cigsales_multiple_group"][group]:
                continue
            theirs = answers["cigsales_multiple_group"][group][answer]
            fit = controlled_series(states["California"], controls, LAW, estimator=estimator)
            rows = {one.term: one for one in fit.coefficients}
            for term, name in names.items():
                found = (rows[name].estimate, rows[name].std_error)
                there = (theirs[term]["coef"], theirs[term]["se"])
                np.testing.assert_allclose(found, there, rtol=1e-6)
                compared += 2
            if (group, answer) == ("all_38_controls", "panel_newey_west_lag1"):
                # printed in the help of Stata's power itsa, cut off after three decimals
                printed = [rows[names[term]].p_value for term in ("z:x", "z:xt")]
                assert [math.floor(1000 * p) for p in printed] == [631, 136]
                compared += 2
    assert compared == 42


@pytest.mark.witness
@public
def test_california_minus_other_states_as_in_r(states, answers):
    others = pd.concat([part for name, part in states.items() if name != "California"])
    average = others.groupby("wave", as_index=False)["estimate"].mean()
    theirs = answers["cigsales_difference_series"]
    cases = {
        "ols": theirs["ols"]["coef"],
        "newey_west": theirs["newey_west_lag1"],
        "prais_winsten": theirs["prais_winsten_regress"]["coef"],
    }
    compared = 0
    for estimator, expected in cases.items():
        fit = controlled_series(
            states["California"],
            average,
            LAW,
            estimator=estimator,
            options=ControlOptions(form="difference"),
        )
        for term, name in {"x": "level change", "xt": "slope change"}.items():
            one = fit.effect("Proposition 99", name)
            there = (expected[term]["coef"], expected[term]["se"])
            np.testing.assert_allclose((one.estimate, one.std_error), there, rtol=1e-6)
            compared += 2
    walk = controlled_series(
        states["California"], average, LAW, options=ControlOptions(form="difference")
    )
    assert walk.model.boundary
    for name, printed in (
        ("level change", (-2.059501, 2.0176)),
        ("slope change", (-0.6356, 0.7516)),
    ):
        one = walk.effect("Proposition 99", name)
        assert one.estimate == pytest.approx(printed[0], abs=5e-5)
        assert one.std_error == pytest.approx(printed[1], abs=5e-5)
        compared += 2
    assert compared == 16


def test_what_cannot_be_compared_is_refused(sets):
    treated, control = sets["gaps"]
    law = [Interruption("law", start=10.0)]
    with pytest.raises(SchemaError, match="same waves"):
        controlled_series(treated, control, law, options=ControlOptions("difference"))
    with pytest.raises(OptionError, match="one control series"):
        controlled_series(treated, [treated, treated], law, options=ControlOptions("difference"))
    with pytest.raises(OptionError, match="at least one control"):
        controlled_series(treated, [], law)
    with pytest.raises(OptionError, match="prais_winsten"):
        controlled_series(treated, control, law, estimator="prais_winsten")
    with pytest.raises(OptionError, match="3 waves before"):
        controlled_series(treated, control[control["wave"] > 8], law)
    with pytest.raises(SchemaError, match="more than once"):
        controlled_series(treated, pd.concat([control, control]), law)
    with pytest.raises(OptionError, match="newey_west"):
        controlled_series(treated, control, law, estimator="newey_west")
