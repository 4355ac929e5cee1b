"""Equal to R on a simulated panel whose truth is known, and nearer to it than means of waves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.trend.panel.dropout import check_dropout
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.panel.terms import PanelTerm

pytestmark = pytest.mark.witness

# The references have 12 digits; observed 1e-8.
RTOL = 1e-6
# glmer: observed 3.8e-5; statsmodels and geepack: 2.6e-5 absolute.
LOGISTIC_RTOL = 1e-4
AVERAGED_ATOL = 1e-4
TERMS = (PanelTerm("peri", 11.3, 12.7), PanelTerm("post", 12.7))
COLUMNS = PanelColumns(person="id", time="t", covariates=("age",))
NAMES = {"(Intercept)": "(Intercept)", "trend": "t", "peri": "peri", "post": "post", "age": "age"}
COUNTED = 5


@pytest.fixture(scope="module")
def panel(shared_data: Path) -> pd.DataFrame:
    return pd.read_csv(shared_data / "its" / "panel" / "panel_its_sim.csv")


@pytest.fixture(scope="module")
def answers(shared_data: Path) -> dict:
    text = (shared_data / "its" / "reference_values.json").read_text("utf-8")
    return json.loads(text)["panel"]


def _compared(fit, r, se_name):
    """Our and R's estimates and errors, term by term."""
    ours = fit.tidy().set_index("term")
    rows = [(ours.loc[name, "estimate"], r[theirs]["Estimate"]) for name, theirs in NAMES.items()]
    errors = [(ours.loc[name, "std_error"], r[theirs][se_name]) for name, theirs in NAMES.items()]
    assert len(rows) == len(ours) == COUNTED
    return np.array(rows), np.array(errors)


@pytest.mark.parametrize("likelihood", ["REML", "ML"])
def test_linear_mixed_model(panel, answers, likelihood):
    r = answers[f"lmer_{likelihood}"]
    options = PanelOptions(likelihood=likelihood)
    fit = panel_model(panel, "y", interruptions=TERMS, columns=COLUMNS, options=options)
    estimates, errors = _compared(fit, r["coef"], "Std. Error")
    np.testing.assert_allclose(estimates[:, 0], estimates[:, 1], rtol=RTOL)
    np.testing.assert_allclose(errors[:, 0], errors[:, 1], rtol=RTOL)
    person, residual = fit.variances
    assert person.variance == pytest.approx(r["var_id"], rel=RTOL)
    assert residual.variance == pytest.approx(r["var_resid"], rel=RTOL)
    assert fit.log_likelihood == pytest.approx(r["logLik"], abs=1e-6)
    assert (fit.n_rows, fit.n_persons) == (answers["rows"], answers["persons"]) == (6519, 600)


def test_logistic_mixed_model(panel, answers):
    r = answers["glmer_logit_nAGQ15"]
    fit = panel_model(panel, "lonely", interruptions=TERMS, family="logistic", columns=COLUMNS)
    estimates, errors = _compared(fit, r["coef"], "Std. Error")
    np.testing.assert_allclose(estimates[:, 0], estimates[:, 1], rtol=LOGISTIC_RTOL)
    np.testing.assert_allclose(errors[:, 0], errors[:, 1], rtol=LOGISTIC_RTOL)
    assert np.sqrt(fit.variances[0].variance) == pytest.approx(r["sd_id"], rel=LOGISTIC_RTOL)


@pytest.mark.parametrize(
    ("key", "outcome", "kind", "model"),
    [
        ("gee_exchangeable", "y", "linear", "gee_exchangeable"),
        ("gee_independence", "y", "linear", "gee_independence"),
        ("gee_logit_exchangeable", "lonely", "logistic", "gee_exchangeable"),
    ],
)
def test_population_averaged_model(panel, answers, key, outcome, kind, model):
    fit = panel_model(
        panel,
        outcome,
        interruptions=TERMS,
        family=kind,
        columns=COLUMNS,
        options=PanelOptions(model=model),
    )
    estimates, errors = _compared(fit, answers[key]["coef"], "Std.err")
    np.testing.assert_allclose(estimates[:, 0], estimates[:, 1], atol=AVERAGED_ATOL)
    np.testing.assert_allclose(errors[:, 0], errors[:, 1], atol=AVERAGED_ATOL)


def test_mixed_model_holds_the_truth_that_means_of_waves_miss(panel, answers):
    fit = panel_model(panel, "y", interruptions=TERMS, columns=COLUMNS)
    means = answers["wave_mean_ols"]["coef"]
    for ours, theirs in (("trend", "t"), ("peri", "peri"), ("post", "post")):
        one, truth = fit.coefficient(ours), answers["truth"][theirs]
        assert one.conf_low < truth < one.conf_high
        assert abs(one.estimate - truth) < abs(means[theirs]["Estimate"] - truth)


def test_dropout_of_the_simulation_is_found(panel):
    # leaving: expit(-3.2 + 0.45 (y - 2.4)), that is an odds ratio of exp(0.45) = 1.568
    result = check_dropout(panel, "y", columns=COLUMNS)
    assert result.passed is False
    assert "people with a higher 'y' are more often absent in the next wave" in result.message
    low, high = result.message.split("interval ")[1].split(",")[0].split(" to ")
    assert float(low) < 1.568 < float(high)
