"""Functions of arrays against R on public series, on R's own regression matrix, every coefficient.

The answers lie beside the repository (nlme 3.1-162, sandwich 3.0-2, lmtest 0.9-40, and programs in
R of published formulas). Not compared, because there is no such estimator here: maximum likelihood
(`gls` ML, `arima`), Cochrane-Orcutt, `vcovHAC` with an automatic bandwidth, the p-value of
Durbin-Watson, weighted least squares with rescaled errors.
"""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.numerics.series.ar_reml import fit_reml, profile
from eenzaam_stats.numerics.series.autocorrelation import breusch_godfrey, durbin_watson, ljung_box
from eenzaam_stats.numerics.series.satterthwaite import satterthwaite
from eenzaam_stats.numerics.series.series_regression import newey_west, ordinary, prais_winsten
from trend.series.series_known import CASES, answer, answers

pytestmark = pytest.mark.witness

# The answers have 12 digits; observed 5e-12, Prais-Winsten (which R iterates to 1e-10) 4e-10.
RTOL = 1e-6
# R searches phi to about 1e-8; observed 2e-7 on errors, 8e-7 where phi is hardly determined.
PHI_RTOL = 1e-5
# Both differentiate; observed 2e-6.
DF_RTOL = 1e-4
SUITES = (
    "cigsales_california",
    "cigsales_difference_series",
    "sicily_rate_level_slope",
    "sicily_rate_level_slope_harmonics",
    "sicily_rate_level",
    "sicily_rate_convention_trend_starts_at_1",
    "itsx_nh_multiple",
)
RHO_TYPES = ("regress", "freg", "tscorr", "dw", "theil")


def _table(fit, terms):
    """Estimates and errors by term."""
    errors = np.sqrt(np.diag(fit.covariance))
    return {
        name: (float(b), float(se))
        for name, b, se in zip(terms, fit.coefficients, errors, strict=True)
    }


def _compare(ours, theirs, *, estimate="coef", error="se", rtol=RTOL):
    """Every term of R; gives how many numbers were compared."""
    assert list(ours) == list(theirs)
    for name, row in theirs.items():
        assert ours[name][0] == pytest.approx(row[estimate], rel=rtol), name
        assert ours[name][1] == pytest.approx(row[error], rel=rtol), name
    return 2 * len(theirs)


def test_least_squares_of_every_series():
    compared = 0
    for key, make in CASES.items():
        if "ols" in answers()[key]:
            case, r = make(), answer(key, "ols")
            compared += _compare(_table(ordinary(case.y, case.x), case.terms), r.get("coef", r))
    # 13 of the 14 series; 4 to 8 terms each
    assert compared == 2 * (4 + 4 + 4 + 8 + 3 + 4 + 4 + 7 + 6 + 7 + 4 + 6 + 4)


def test_newey_west_of_every_series_and_lag():
    compared, lags = 0, 0
    for key, make in CASES.items():
        case = make()
        for name, r in answer(key).items():
            if name.startswith("newey_west_lag"):
                lag = int(name.removeprefix("newey_west_lag"))
                compared += _compare(_table(newey_west(case.y, case.x, lag=lag), case.terms), r)
                lags += 1
    r = answer("cigsales_california_newey_west_lag1_no_small_sample_factor")
    case = CASES["cigsales_california"]()
    plain = newey_west(case.y, case.x, lag=1, correction=False)
    compared += _compare(_table(plain, case.terms), r)
    assert lags == 4 + 1 + 1 + 3 + 3 + 3 + 1 + 3
    assert compared == 2 * (5 * 4 + 4 + 6 + 3 * 4 + 3 * 8 + 3 * 3 + 4 + 3 * 7)


@pytest.mark.parametrize("key", SUITES)
def test_prais_winsten_by_five_formulas(key):
    case, compared = CASES[key](), 0
    for rho_type in RHO_TYPES:
        r = answer(key, f"prais_winsten_{rho_type}")
        fit = prais_winsten(case.y, case.x, rho_type=rho_type)
        assert fit.rho == pytest.approx(r["rho"], rel=RTOL)
        assert np.sqrt(fit.sigma2) == pytest.approx(r["rmse"], rel=RTOL)
        compared += 2 + _compare(_table(fit, case.terms), r["coef"])
        robust = prais_winsten(case.y, case.x, rho_type=rho_type, robust=True)
        for name, (_, error) in _table(robust, case.terms).items():
            assert error == pytest.approx(r["coef"][name]["se_robust"], rel=RTOL)
            compared += 1
    r = answer(key, "prais_winsten_regress_twostep")
    fit = prais_winsten(case.y, case.x, iterate=False)
    assert fit.rho == pytest.approx(r["rho"], rel=RTOL)
    compared += 1 + _compare(_table(fit, case.terms), r["coef"])
    p = len(case.terms)
    assert compared == 5 * (2 + 3 * p) + 1 + 2 * p


REML = {
    "sicily_rate_level_slope": "gls_ar1_REML",
    "sicily_rate_level_slope_harmonics": "gls_ar1_REML",
    "sicily_rate_level": "gls_ar1_REML",
    "sicily_rate_convention_trend_starts_at_1": "gls_ar1_REML",
    "sicily_irregular24_corCAR1": "REML",
    "itsx_nh_multiple": "gls_ar1_REML",
    "itsx_nh_multiple_convention_trend_starts_at_1": "gls_ar1_REML",
    "itsx_antidep_washout": "corCAR1_REML",
    "itsx_antidep_own_segment": "gls_ar1_REML",
    "itsx_antidep_linear_ramp": "gls_ar1_REML",
}


def _reml(key):
    case = CASES[key]()
    continuous = key == "sicily_irregular24_corCAR1"
    dates = case.times - case.times[0]
    known = np.zeros(len(dates))
    return case, fit_reml(case.y, case.x, dates, known=known, negative=not continuous)


@pytest.mark.parametrize("key", REML)
def test_reml_with_autocorrelated_errors(key):
    r = answer(key, REML[key])
    case, fit = _reml(key)
    assert fit.phi == pytest.approx(r["phi"], rel=PHI_RTOL)
    assert np.sqrt(fit.sigma2) == pytest.approx(r["sigma"], rel=RTOL)
    # nlme leaves out half the log determinant of X'X
    constant = np.linalg.slogdet(case.x.T @ case.x)[1] / 2
    assert fit.log_likelihood - constant == pytest.approx(r["logLik"], abs=1e-7)
    assert _compare(_table(fit, case.terms), r["coef"], estimate="est") == 2 * len(case.terms)


@pytest.mark.parametrize(
    "key",
    [
        "sicily_rate_level_slope",
        "sicily_rate_level_slope_harmonics",
        "sicily_rate_level",
        "sicily_rate_convention_trend_starts_at_1",
        "sicily_irregular24_corCAR1",
        "itsx_nh_multiple",
        "itsx_antidep_washout",
    ],
)
def test_satterthwaite_degrees_of_freedom_of_every_coefficient(key):
    r = answer(key, "reml_satterthwaite")
    case, fit = _reml(key)
    assert list(r) == list(case.terms)
    for at, name in enumerate(case.terms):
        df, clipped = satterthwaite(fit, np.eye(len(case.terms))[at])
        assert df == pytest.approx(r[name]["df"], rel=DF_RTOL), name
        assert not clipped


def test_standard_error_of_phi_and_likelihood_profile():
    compared = 0
    for key, make in CASES.items():
        if "reml_own" not in answers()[key]:
            continue
        case, r = make(), answer(key, "reml_own")
        dates = case.times - case.times[0]
        phi = np.array([row["phi"] for row in r["profile"]])
        likelihood = [row["ll"] for row in r["profile"]]
        np.testing.assert_allclose(profile(case.y, case.x, dates, phi), likelihood, atol=1e-6)
        compared += len(likelihood)
        if "se_phi" in r and r["se_phi"] is not None:
            _, fit = _reml(key)
            assert fit.phi_std_error == pytest.approx(r["se_phi"], rel=PHI_RTOL)
            assert fit.log_likelihood == pytest.approx(r["reml_loglik_full"], abs=1e-7)
            compared += 2
    # 7 series with 10 points and the irregular one with 9; six of them inside the limits of phi
    assert compared == 7 * 10 + 9 + 6 * 2


@pytest.mark.parametrize("key", SUITES)
def test_residual_checks(key):
    case, r = CASES[key](), answer(key, "tests")
    residual = case.y - case.x @ ordinary(case.y, case.x).coefficients
    assert durbin_watson(residual) == pytest.approx(r["dw"], rel=RTOL)
    statistic, p_value = breusch_godfrey(residual, case.x, order=1)
    assert statistic == pytest.approx(r["bg1"], rel=RTOL)
    assert p_value == pytest.approx(r["bg1_p"], rel=RTOL)
    assert ljung_box(residual, order=1)[1] == pytest.approx(r["lb1_p"], rel=RTOL)
    long = len(case.y) >= 40
    assert (r["bg12_p"] is not None) == long
    if long:
        twelve = breusch_godfrey(residual, case.x, order=12)[1]
        assert twelve == pytest.approx(r["bg12_p"], rel=RTOL)
