"""Equal to R ``lme4`` and ``lmerTest`` on the made-up panel: estimates, errors, variances, df.

The numbers are in tests/reference/panel_expected.csv, with the script that made them.
"""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from trend.panel.panel_reference import (
    COLUMNS,
    TERMS,
    WITH_HOUSEHOLD,
    expected,
    panel_input,
)

# lme4 stops when the deviance is flat; observed: estimates 8e-7, errors 1e-7, variances 1.4e-6.
RTOL = 1e-5
# observed 3e-7
DF_RTOL = 1e-5
LIKELIHOOD_ATOL = 1e-8
# glmer searches without derivatives; observed 4e-5 (a coefficient of -0.06 with error 0.23)
LOGISTIC_RTOL = 1e-4
# R differentiates the deviance by finite differences; observed 1.1e-5
LOGISTIC_SE_RTOL = 5e-5

LINEAR = {
    "intercept": (COLUMNS, "intercept"),
    "slope": (COLUMNS, "slope"),
    "household": (WITH_HOUSEHOLD, "intercept"),
    "household_slope": (WITH_HOUSEHOLD, "slope"),
}
R_VARIANCES = {
    ("person", "intercept"): "person_id (Intercept)",
    ("person", "slope"): "person_id trend",
    ("person", "intercept and slope"): "person_id (Intercept) trend",
    ("household", "intercept"): "household_id (Intercept)",
    ("residual", ""): "Residual",
}


@pytest.fixture(scope="module")
def panel():
    return panel_input()


@pytest.mark.parametrize("likelihood", ["REML", "ML"])
@pytest.mark.parametrize("name", LINEAR)
def test_linear_mixed_model_equals_lmer(panel, name, likelihood):
    columns, random = LINEAR[name]
    options = PanelOptions(random=random, likelihood=likelihood)
    fit = panel_model(panel, "y", interruptions=TERMS, columns=columns, options=options)
    model = f"{name} {likelihood}"

    r = expected(model, "coefficient")
    ours = fit.tidy().set_index("term").loc[r.index]
    assert len(r) == len(fit.coefficients) == 6
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=RTOL)
    np.testing.assert_allclose(ours["df"], r["df"], rtol=DF_RTOL)

    variances = expected(model, "variance")["value"]
    assert len(variances) == len(fit.variances)
    for one in fit.variances:
        assert one.variance == pytest.approx(variances[R_VARIANCES[one.group, one.term]], rel=RTOL)
    likelihood_of_r = expected(model, "log_likelihood")["value"].iloc[0]
    assert fit.log_likelihood == pytest.approx(likelihood_of_r, abs=LIKELIHOOD_ATOL)
    counts = expected(model, "count")["value"]
    assert (fit.n_rows, fit.n_persons) == (counts["rows"], counts["persons"]) == (2808, 420)
    assert not fit.boundary


def test_means_per_wave_equal_contrasts_of_lmer(panel):
    fit = panel_model(panel, "y", interruptions=TERMS, columns=COLUMNS)
    r = expected("intercept REML", "marginal")
    ours = fit.waves().set_index("wave").loc[r.index]
    assert len(r) == len(fit.marginal) == 11
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=RTOL)
    np.testing.assert_allclose(ours["df"], r["df"], rtol=DF_RTOL)


@pytest.mark.parametrize("points", [15, 25])
def test_logistic_mixed_model_equals_glmer(panel, points):
    options = PanelOptions(points=points)
    fit = panel_model(
        panel, "lonely", interruptions=TERMS, family="logistic", columns=COLUMNS, options=options
    )
    model = f"logistic {points}"
    r = expected(model, "coefficient")
    ours = fit.tidy().set_index("term").loc[r.index]
    assert len(r) == 6
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=LOGISTIC_RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=LOGISTIC_SE_RTOL)
    variance = expected(model, "variance")["value"].iloc[0]
    assert fit.variances[0].variance == pytest.approx(variance, rel=LOGISTIC_RTOL)
    likelihood = expected(model, "log_likelihood")["value"].iloc[0]
    # the search of R may end a little below the top
    assert -1e-9 < fit.log_likelihood - likelihood + 1e-7 < 2e-7


def test_prevalence_per_wave_equals_integration_in_r(panel):
    fit = panel_model(
        panel,
        "lonely",
        interruptions=TERMS,
        family="logistic",
        columns=COLUMNS,
        options=PanelOptions(points=25),
    )
    r = expected("logistic 25", "marginal")
    ours = fit.waves().set_index("wave").loc[r.index]
    assert len(r) == 11
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=LOGISTIC_SE_RTOL)
    assert ((ours["conf_low"] > 0) & (ours["conf_high"] < 1)).all()
