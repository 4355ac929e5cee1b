"""The verbs against R and against published values, on public series beside the repository.

A term is compared by name; intercepts only where both count the trend from the first wave. Not
compared here: counts (`sicily_glm`), control series and placebos (tests of their own), the panel
(``test_vs_simulated_panel``), exact power (``design_exact``), and what no estimator here covers:
maximum likelihood, ARIMA, Cochrane-Orcutt, an automatic bandwidth, inverse-variance weights with
rescaled errors, CausalImpact and synthetic control.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.numerics.series.series_regression import random_effects
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions
from trend.series.series_known import (
    CASES,
    ITS,
    answer,
    answers,
    california,
    sicily,
    sicily_harmonics,
    sicily_irregular,
)

pytestmark = pytest.mark.witness

# The answers have 12 digits; observed 5e-12, Prais-Winsten 1e-8 (p-values and limits near 0).
RTOL = 1e-6
# R stops its search of phi near 1e-7: observed 4e-7 on estimates and errors.
PHI_RTOL = 1e-5
# Degrees of freedom by derivatives in both programs: 2e-6; p-values and limits follow them: 8e-6.
DF_RTOL = 1e-4
# metafor stops its search of the irregular series at 8e-6 of rho; our likelihood is higher.
METAFOR_RTOL = 1e-5
COLUMNS = {
    "coef": "estimate",
    "est": "estimate",
    "se": "std_error",
    "t": "statistic",
    "p": "p_value",
    "lo": "conf_low",
    "hi": "conf_high",
    "df": "df",
}


def _fit(case, estimator, **choices):
    options = replace(case.options, fit=FitOptions(**{"small_sample": "none", **choices}))
    return interrupted_time_series(
        case.frame,
        case.interruptions,
        estimator=estimator,
        covariates=case.covariates,
        options=options,
    )


def _compare(fit, case, table, *, rtol, only=tuple(COLUMNS)):
    """Every column of every comparable term; gives how many numbers were compared."""
    ours = fit.terms().set_index("term")
    compared = 0
    for theirs, name in case.comparable.items():
        for column in set(table[theirs]) & set(only):
            found = ours.loc[name, COLUMNS[column]]
            assert found == pytest.approx(table[theirs][column], rel=rtol), (theirs, column)
            compared += 1
    return compared


# ---- every estimator on every series ------------------------------------------------------------


def test_least_squares_and_newey_west():
    compared = fits = 0
    for key, make in CASES.items():
        case = make()
        for name, table in answer(key).items():
            if name == "ols" or name.startswith("newey_west_lag"):
                lag = int(name.removeprefix("newey_west_lag")) if name != "ols" else 1
                fit = _fit(case, "ols" if name == "ols" else "newey_west", lag=lag)
                compared += _compare(fit, case, table.get("coef", table), rtol=RTOL)
                fits += 1
    # 13 by least squares and 19 by Newey-West; estimate, error, t, p and two limits of every term
    least_squares = 4 + 4 + 3 + 7 + 2 + 3 + 3 + 6 + 5 + 6 + 3 + 5 + 3
    newey_west = 4 * 4 + 4 + 6 + 3 * 3 + 3 * 7 + 3 * 2 + 3 + 3 * 6
    assert (fits, compared) == (32, 6 * (least_squares + newey_west))


def test_prais_winsten():
    compared = 0
    for key, make in CASES.items():
        for name, table in answer(key).items():
            if name.startswith("prais_winsten_") and not name.endswith("_twostep"):
                case = make()
                fit = _fit(case, "prais_winsten", rho_type=name.removeprefix("prais_winsten_"))
                assert fit.model.phi == pytest.approx(table["rho"], rel=RTOL)
                compared += 1 + _compare(fit, case, table["coef"], rtol=RTOL)
    # seven series, five formulas
    assert compared == 5 * (7 + 6 * (4 + 4 + 3 + 7 + 2 + 3 + 6))


def test_reml_of_nlme():
    compared = 0
    for key, make in CASES.items():
        for name, table in answer(key).items():
            if name not in {"gls_ar1_REML", "corCAR1_REML", "REML"} or table["phi"] > 0.999:
                continue
            case = make()
            fit = _fit(case, "reml")
            assert fit.model.phi == pytest.approx(table["phi"], rel=PHI_RTOL)
            assert np.sqrt(fit.model.variance) == pytest.approx(table["sigma"], rel=PHI_RTOL)
            columns = ("est", "se", "t")
            compared += 2 + _compare(fit, case, table["coef"], rtol=PHI_RTOL, only=columns)
    # ten series inside the limits of phi
    assert compared == 10 * 2 + 3 * (3 + 7 + 2 + 3 + 3 + 6 + 6 + 3 + 5 + 3)


def test_satterthwaite_intervals_and_p_values():
    compared = 0
    for key, make in CASES.items():
        if "reml_satterthwaite" in answers()[key]:
            case = make()
            fit = _fit(case, "reml")
            compared += _compare(fit, case, answer(key, "reml_satterthwaite"), rtol=DF_RTOL)
    # estimate, error, df, t, p and two limits of every term of seven series
    assert compared == 7 * (3 + 7 + 2 + 3 + 3 + 6 + 3)


def test_degrees_of_freedom_of_another_program():
    # emmeans differentiates coarsely: 16.798 where the exact value is 16.811
    r = answer("sicily_emmeans_satterthwaite", "difference")
    one = _fit(sicily(), "reml").effect("ban", "level change")
    assert -one.estimate == pytest.approx(r["estimate"], rel=PHI_RTOL)
    assert one.std_error == pytest.approx(r["SE"], rel=PHI_RTOL)
    assert one.df == pytest.approx(r["df"], rel=2e-3)
    assert one.p_value == pytest.approx(r["p.value"], rel=2e-3)


def test_auto_chooses_reml_and_continuous_time_for_a_thin_grid():
    # 24 of 59 months: AR(1) on the grid would take phi -0.743 from dates that nobody chose
    case = sicily_irregular()
    assert _fit(case, "auto").tidy().equals(_fit(case, "reml", correlation="car1").tidy())
    assert _fit(case, "reml", correlation="ar1").model.phi == pytest.approx(-0.743, abs=5e-4)


# ---- the boundary -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    ["cigsales_california", "cigsales_difference_series", "cigsales_two_interruptions"],
)
def test_boundary_is_first_differences_and_near_what_nlme_stops_at(key):
    case, table = CASES[key](), answer(key, "gls_ar1_REML")
    fit = _fit(case, "reml")
    assert fit.model.boundary
    assert any(note.startswith("BOUNDARY") for note in fit.model.notes)
    # nlme stops at phi 0.99998 to 0.99999: its estimates are at the limit to 1e-8, errors to 7e-5
    names = {theirs: ours for theirs, ours in case.names.items() if theirs != "(Intercept)"}
    ours = fit.terms().set_index("term")
    for theirs, name in names.items():
        assert ours.loc[name, "estimate"] == pytest.approx(table["coef"][theirs]["est"], rel=1e-7)
        assert ours.loc[name, "std_error"] == pytest.approx(table["coef"][theirs]["se"], rel=1e-4)
    assert np.isnan(ours.loc["intercept", "estimate"])


def test_boundary_equals_least_squares_on_differences_of_r():
    r = answer("cigsales_california_first_difference_ols")
    fit = _fit(california(), "reml")
    ours = fit.terms().set_index("term")
    names = {"t": "trend", "x": "tax: level change", "xt": "tax: slope change"}
    compared = 0
    for theirs, name in names.items():
        for column, value in r["coef"][theirs].items():
            assert ours.loc[name, COLUMNS[column]] == pytest.approx(value, rel=RTOL)
            compared += 1
        assert ours.loc[name, "df"] == pytest.approx(27.0, rel=1e-12)
    assert compared == 3 * 6
    assert np.sqrt(fit.model.variance) == pytest.approx(r["sigma_innovation"], rel=RTOL)


# ---- effects at dates ---------------------------------------------------------------------------


def test_effects_at_dates_absolute_and_relative():
    r = answer("cigsales_california_effects")
    case, years = california(), (1989, 1993, 2000)
    options = SeriesOptions(at=tuple(year - 1970.0 for year in years), fit=FitOptions(lag=1))
    fit = interrupted_time_series(
        case.frame, case.interruptions, estimator="newey_west", options=options
    )
    points = {point.time: point for point in fit.points}
    compared = 0
    for year in years:
        row = r["effects"][str(year)]
        (one,) = (e for e in fit.effects if e.effect == "effect" and e.date == year - 1970)
        found = {
            "effect": one.estimate,
            "se": one.std_error,
            "lo": one.conf_low,
            "hi": one.conf_high,
            "counterfactual": points[one.date].counterfactual,
            "rel": one.relative,
            "rel_lo": one.relative_low,
            "rel_hi": one.relative_high,
        }
        for column, value in found.items():
            assert value == pytest.approx(row[column], rel=RTOL), (year, column)
            compared += 1
    assert compared == 3 * 8
    whole = fit.effect("tax", "whole slope change")
    for column, value in r["post_slope"].items():
        assert getattr(whole, COLUMNS[column]) == pytest.approx(value, rel=RTOL)


# ---- known sampling errors ----------------------------------------------------------------------

META = {"(Intercept)": 0, "intrcpt": 0, "time": 1, "smokban": 2, "post": 3}


@pytest.mark.parametrize(("key", "knapp_hartung"), [("rma_REML_knha", True), ("rma_REML_z", False)])
def test_meta_regression(key, knapp_hartung):
    case = sicily(known=True)
    known = case.frame["std_error"].to_numpy() ** 2
    fit = random_effects(case.y, case.x, known, knapp_hartung=knapp_hartung)
    r = answer("sicily_meta_regression")
    assert fit.sigma2 == pytest.approx(r["rma_REML_knha"]["tau2"], rel=RTOL)
    for name, row in r[key]["coef"].items():
        at = META[name]
        assert fit.coefficients[at] == pytest.approx(row["estimate"], rel=RTOL)
        assert np.sqrt(fit.covariance[at, at]) == pytest.approx(row["se"], rel=RTOL)
    assert len(r[key]["coef"]) == 4


def test_meta_regression_as_verb():
    case = sicily(known=True)
    table = answer("sicily_meta_regression", "rma_REML_knha", "coef")
    renamed = {
        name: {
            "coef": row["estimate"],
            "se": row["se"],
            "t": row["tval"],
            "df": row["df"],
            "p": row["pval"],
            "lo": row["ci.lb"],
            "hi": row["ci.ub"],
        }
        for name, row in table.items()
    }
    fit = _fit(case, "random_effects")
    assert _compare(fit, case, renamed, rtol=RTOL) == 3 * 7


@pytest.mark.parametrize(
    ("make", "key", "own", "process"),
    [
        (sicily, "rma_mv_AR", "own_AR_known_variance", "AR(1) per step of 1"),
        (
            sicily_irregular,
            "irregular24_rma_mv_CAR",
            "irregular24_own_CAR_known_variance",
            "continuous-time AR(1)",
        ),
    ],
)
def test_process_beside_known_sampling_errors(make, key, own, process):
    case = make(known=True)
    fit, r = _fit(case, "auto"), answer("sicily_meta_regression", key)
    assert fit.model.correlation.startswith(process)
    assert fit.model.phi == pytest.approx(r["rho"], rel=METAFOR_RTOL)
    assert fit.model.variance == pytest.approx(r["tau2"], rel=METAFOR_RTOL)
    # metafor and ours print the whole likelihood; ours may not be lower
    assert -1e-9 < fit.model.log_likelihood - r["logLik"] < 1e-7
    table = {
        theirs: {"coef": row["estimate"], "se": row["se"]} for theirs, row in r["coef"].items()
    }
    assert _compare(fit, case, table, rtol=METAFOR_RTOL) == 3 * 2
    second = answer("sicily_meta_regression", own)
    assert fit.model.phi == pytest.approx(second["rho"], rel=PHI_RTOL)
    assert fit.model.variance == pytest.approx(second["tau2"], rel=PHI_RTOL)
    assert fit.model.log_likelihood == pytest.approx(second["reml_loglik_full"], abs=1e-7)


def test_ignoring_known_sampling_errors_underestimates_the_autocorrelation():
    known = _fit(sicily(known=True), "reml").model.phi
    ignored = _fit(sicily(known=True), "reml", sampling_errors="ignored").model.phi
    assert ignored == pytest.approx(
        answer("sicily_rate_level_slope", "gls_ar1_REML", "phi"), rel=PHI_RTOL
    )
    assert known == pytest.approx(0.5195, abs=5e-5)


# ---- forecast gaps ------------------------------------------------------------------------------

GAPS = {
    "gap": "gap",
    "se": "std_error",
    "lo": "conf_low",
    "hi": "conf_high",
    "p": "p_value",
}


def _compare_gaps(result, r, version, *, rtol):
    compared = 0
    for ours, theirs in zip(result.gaps, r[version], strict=True):
        for column, name in GAPS.items():
            assert getattr(ours, name) == pytest.approx(theirs[column], rel=rtol), (ours, column)
            compared += 1
    mean = r[f"{version}_mean"]
    found = (result.mean_gap, result.mean_std_error, result.mean_low, result.mean_high)
    for ours, column in zip(found, ("gap", "se", "lo", "hi"), strict=True):
        assert ours == pytest.approx(mean[column], rel=rtol)
        compared += 1
    assert result.df == r["df"]
    assert result.model.n == r["n_pre"]
    return compared + 2


def _gap(case, start, estimator, version):
    return forecast_gap(
        case.frame, start=start, estimator=estimator, options=GapOptions(version=version)
    )


@pytest.mark.parametrize(("version", "theirs"), [("trend", "trend"), ("conditional", "blup")])
@pytest.mark.parametrize(("estimator", "key"), [("ols", "ols"), ("reml", "ar1_reml")])
def test_forecast_gap_of_sicily(version, theirs, estimator, key):
    r = answer("sicily_forecast_gap", key)
    result = _gap(sicily(), 37.0, estimator, version)
    assert _compare_gaps(result, r, theirs, rtol=RTOL) == 23 * 5 + 4 + 2
    if estimator == "reml":
        assert result.model.phi == pytest.approx(r["phi"], rel=RTOL)
    # the last wave is not distinguishable while the mean gap is clearly below
    assert result.verdict == "not distinguishable from"
    assert result.mean_high < 0.0


def test_conditional_gaps_equal_a_model_with_one_dummy_per_later_wave():
    r = answer("sicily_forecast_gap", "ar1_reml", "check_gls_with_one_dummy_per_post_month")
    result = _gap(sicily(), 37.0, "reml", "conditional")
    for ours, theirs in ((result.gaps[0], r["first"]), (result.gaps[-1], r["last"])):
        assert ours.gap == pytest.approx(theirs["Value"], rel=PHI_RTOL)
        assert ours.std_error == pytest.approx(theirs["Std.Error"], rel=PHI_RTOL)


def test_forecast_gap_of_california():
    r = answer("cigsales_forecast_gap", "ols")
    result = _gap(california(), 19.0, "ols", "trend")
    assert _compare_gaps(result, r, "trend", rtol=RTOL) == 12 * 5 + 4 + 2
    assert np.sqrt(result.model.variance) == pytest.approx(r["sigma"], rel=RTOL)
    trend = {one.term: one.estimate for one in result.trend}
    assert trend["intercept"] == pytest.approx(r["coef"]["(Intercept)"], rel=RTOL)
    assert trend["trend"] == pytest.approx(r["coef"]["t"], rel=RTOL)


def test_forecast_gap_at_the_boundary_goes_by_least_squares_and_says_so():
    assert answer("cigsales_forecast_gap", "reml_phi_pre_period", "phi") > 0.999
    result, plain = (_gap(california(), 19.0, how, "trend") for how in ("reml", "ols"))
    assert result.tidy().equals(plain.tidy())
    assert result.model.notes[0].startswith("BOUNDARY")


def test_forecast_gap_of_prevalences_with_known_errors_on_the_logit_scale():
    r = answer("panel_wave_prevalence_forecast_gap")
    d = pd.read_csv(ITS / "panel" / "panel_its_sim.csv")
    waves = d.groupby("t")["lonely"].agg(["mean", "size"]).reset_index()
    p, n = waves["mean"], waves["size"]
    frame = pd.DataFrame({"wave": waves["t"], "estimate": p, "std_error": np.sqrt(p * (1 - p) / n)})
    result = forecast_gap(frame, start=11.3, estimator="random_effects", link="logit")
    names = {"expected_logit": "expected", "gap": "gap", "se_gap": "std_error", "p_gap": "p_value"}
    compared = 0
    for ours, theirs in zip(result.gaps, r["waves"], strict=True):
        for column, name in names.items():
            assert getattr(ours, name) == pytest.approx(theirs[column], rel=RTOL)
            compared += 1
    assert compared == 5 * 4
    assert result.model.n == r["k_pre"] == 12
    # R stops a little above 0
    assert result.model.variance == pytest.approx(r["tau2"], abs=1e-9)


# ---- published values, to the printed digits ----------------------------------------------------


def _published() -> pd.DataFrame:
    return pd.read_csv(ITS / "published_values.csv")


def _printed(value: float, text: str) -> bool:
    """Whether a value rounds (or was cut) to the printed digits."""
    digits = len(text.split(".")[1]) if "." in text else 0
    return abs(value - float(text)) <= 0.5 * 10.0**-digits * (1 + 1e-9)


def test_published_values_of_california():
    case = california()
    fit = interrupted_time_series(
        case.frame, case.interruptions, estimator="ols", options=SeriesOptions(at=(19.0,))
    )
    terms = {one.term: one for one in fit.coefficients}
    (effect,) = (one for one in fit.effects if one.effect == "effect")
    level, slope = fit.effect("tax", "level change"), fit.effect("tax", "slope change")
    gap = _gap(case, 19.0, "ols", "trend")
    found = {
        # A. Linden, help file of the Stata command power itsa 3.1.0
        "132.2258": terms["intercept"].estimate,
        "-1.779474": terms["trend"].estimate,
        "-20.0581": level.estimate,
        "-3.274126": fit.effect("tax", "whole slope change").estimate,
        "98.416": fit.points[19].counterfactual,
        "-20.38": 100.0 * effect.relative,
        # rerun of the ODISSEI workshop on causal policy evaluation
        "3.7471": level.std_error,
        "0.0000118": level.p_value,
        "-1.4947": slope.estimate,
        "0.4846": slope.std_error,
        "0.00467": slope.p_value,
        "-1.7795": gap.trend[1].estimate,
        "0.2594": gap.trend[1].std_error,
        "-28.28": gap.mean_gap,
    }
    for text, value in found.items():
        assert _printed(value, text), (text, value)
    assert len(found) == 14
    # all of them are in the list of published values
    listed = _published()[["published", "published_se", "published_p"]].to_numpy(float)
    for text in found:
        assert np.isclose(listed, float(text), rtol=1e-9).any(), text


def test_published_interpretation_of_two_conventions():
    # the level change that starts at 1 is the one that starts at 0 minus the slope change
    zero = _fit(sicily(), "ols")
    one = _fit(CASES["sicily_rate_convention_trend_starts_at_1"](), "ols")
    jump, slope = (zero.effect("ban", f"{kind} change").estimate for kind in ("level", "slope"))
    assert one.effect("ban", "level change").estimate == pytest.approx(jump - slope, rel=1e-9)
    assert one.effect("ban", "slope change").estimate == pytest.approx(slope, rel=1e-9)
    dates = [e for e in zero.effects if e.effect == "effect"]
    same = [e for e in one.effects if e.effect == "effect"]
    for left, right in zip(dates, same, strict=True):
        assert left.estimate == pytest.approx(right.estimate, rel=1e-9)
        assert left.std_error == pytest.approx(right.std_error, rel=1e-9)


def test_season_turns_the_sign_of_the_residual_correlation():
    # 0.284 without, -0.142 with two pairs of waves: the season was in the errors
    assert _fit(sicily(), "reml").model.phi > 0.2
    assert _fit(sicily_harmonics(), "reml").model.phi < -0.1


def test_residual_checks_of_the_result():
    r = answer("sicily_rate_level_slope_harmonics", "tests")
    checks = {check.name: check for check in _fit(sicily_harmonics(), "ols").checks}
    assert f"p {r['bg1_p']:.3g};" in checks["Breusch-Godfrey 1"].message
    assert f"p {r['lb1_p']:.3g};" in checks["Ljung-Box 1"].message
    assert f"p {r['bg12_p']:.3g};" in checks["Breusch-Godfrey 12"].message
    assert checks["Durbin-Watson"].message.startswith(f"{r['dw']:.3f} ")


def test_interruption_in_calendar_years_gives_the_same_as_years_since_the_first():
    case = california()
    moved = interrupted_time_series(
        case.frame.assign(wave=case.frame["wave"] + 1970.0),
        [Interruption("tax", 1989.0)],
        estimator="newey_west",
    )
    fixed = _fit(case, "newey_west")
    left, right = moved.terms(), fixed.terms()
    pd.testing.assert_frame_equal(left, right, rtol=1e-9)
