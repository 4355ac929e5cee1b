"""Population-averaged models equal R ``geepack`` on the made-up panel."""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from trend.panel.panel_reference import COLUMNS, TERMS, expected, panel_input

OUTCOMES = {"linear": "y", "logistic": "lonely"}
# The same equations; observed 2e-14.
RTOL = 1e-11
# statsmodels divides by other numbers in the working correlation: observed 3.6e-5 in estimates
# (2e-3 standard errors), 6e-5 in errors, 2e-3 in the correlation.
EXCHANGEABLE_ATOL = 1e-4
EXCHANGEABLE_SE_RTOL = 2e-4
CORRELATION_RTOL = 5e-3


def _fit(kind, correlation):
    return panel_model(
        panel_input(),
        OUTCOMES[kind],
        interruptions=TERMS,
        family=kind,
        columns=COLUMNS,
        options=PanelOptions(model=f"gee_{correlation}"),
    )


@pytest.mark.parametrize("kind", OUTCOMES)
def test_independence_equals_geeglm(kind):
    r = expected(f"gee {kind} independence", "coefficient")
    ours = _fit(kind, "independence").tidy().set_index("term").loc[r.index]
    assert len(r) == 6
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=RTOL)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_exchangeable_equals_geeglm_but_for_the_working_correlation(kind):
    r = expected(f"gee {kind} exchangeable", "coefficient")
    fit = _fit(kind, "exchangeable")
    ours = fit.tidy().set_index("term").loc[r.index]
    assert len(r) == 6
    away = (ours["estimate"] - r["value"]).abs()
    assert 1e-6 < away.max() < EXCHANGEABLE_ATOL
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=EXCHANGEABLE_SE_RTOL)
    alpha = expected(f"gee {kind} exchangeable", "correlation")["value"].iloc[0]
    assert fit.correlation == pytest.approx(alpha, rel=CORRELATION_RTOL)


@pytest.mark.parametrize("kind", OUTCOMES)
def test_averaged_model_has_no_variances_and_says_what_it_asks(kind):
    fit = _fit(kind, "independence")
    assert fit.variances == ()
    assert np.isnan(fit.log_likelihood)
    assert "dropout does not depend on earlier answers" in fit.describe()
    assert len(fit.marginal) == 11
