"""Equal to R on made-up series: nlme, sandwich, metafor, lmtest and published formulas.

Short and long series, regular, with gaps, irregular, with a season, a covariate, an episode, known
sampling errors. The numbers are in tests/reference/series_expected.csv, with the script.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from eenzaam_stats.numerics.series.autocorrelation import breusch_godfrey, durbin_watson, ljung_box
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.plan import SeriesOptions
from trend.series.series_reference import (
    COVARIATES,
    INTERRUPTIONS,
    SEASON,
    expected,
    expected_table,
    fits,
    series_input,
)

# Closed forms: observed 4e-11.
RTOL = 1e-9
# Both search phi: observed 3e-7 (nlme), 4e-7 (metafor); a coefficient near 0 sets the absolute one.
SEARCH = {"rtol": 1e-6, "atol": 1e-8}
PHI_RTOL = 1e-5
# R's by differences of its likelihood: observed 2e-6.
DF_RTOL = 1e-4
LIKELIHOOD_ATOL = 1e-8
# a Nelder-Mead search in R; ours may be higher
METAFOR_ATOL = 1e-6
CLOSED = ("ols", "newey_west 0", "newey_west 1", "newey_west 3", "prais_winsten", "random_effects")
SEARCHED = ("nlme", "reml", "metafor")


def _fit(name, estimator, **choices):
    options = replace(
        SEASON.get(name, SeriesOptions()), fit=FitOptions(**{"small_sample": "none", **choices})
    )
    return interrupted_time_series(
        series_input(name),
        INTERRUPTIONS[name],
        estimator=estimator,
        covariates=COVARIATES.get(name, ()),
        options=options,
    )


def _cases(kinds):
    return [(name, fit) for name in INTERRUPTIONS for fit in fits(name) if fit in kinds]


@pytest.mark.parametrize(("name", "how"), _cases(CLOSED))
def test_closed_forms(name, how):
    estimator, _, lag = how.partition(" ")
    fit = _fit(name, estimator, lag=int(lag or 1))
    r = expected(name, how, "coefficient")
    ours = fit.terms().set_index("term")
    assert list(ours.index) == list(r.index)
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=RTOL)
    np.testing.assert_allclose(ours["df"], r["df"])
    if estimator == "prais_winsten":
        phi = expected(name, how, "phi")
        assert fit.model.phi == pytest.approx(phi["value"].iloc[0], rel=RTOL)
    if estimator == "random_effects":
        variance = expected(name, how, "variance")
        assert fit.model.variance == pytest.approx(variance["value"].iloc[0], rel=RTOL)


@pytest.mark.parametrize(("name", "how"), _cases(SEARCHED))
def test_restricted_likelihood(name, how):
    fit = _fit(name, "auto")
    r = expected(name, how, "coefficient")
    ours = fit.terms().set_index("term")
    assert list(ours.index) == list(r.index)
    np.testing.assert_allclose(ours["estimate"], r["value"], **SEARCH)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], **SEARCH)
    if how == "reml":
        # below 2 the formula says that the series hardly determines the variance: 2, and a note
        most = fit.model.n - len(r)
        np.testing.assert_allclose(ours["df"], r["df"].clip(2.0, most), rtol=DF_RTOL)
        noted = "degrees of freedom below 2 were set to 2" in fit.model.notes
        asked = r.index.difference(["intercept", "trend", "mode"])
        assert noted == bool((r["df"][asked] < 2.0).any())
    phi, variance = (expected(name, how, kind) for kind in ("phi", "variance"))
    likelihood = expected(name, how, "log_likelihood")
    assert fit.model.phi == pytest.approx(phi["value"].iloc[0], rel=PHI_RTOL)
    assert fit.model.variance == pytest.approx(variance["value"].iloc[0], rel=PHI_RTOL)
    higher = fit.model.log_likelihood - likelihood["value"].iloc[0]
    assert -LIKELIHOOD_ATOL < higher < METAFOR_ATOL
    assert not fit.model.boundary


@pytest.mark.parametrize("name", INTERRUPTIONS)
def test_residual_checks(name):
    r = expected(name, "ols", "check")["value"]
    frame, fit = series_input(name), _fit(name, "ols")
    points = fit.series()
    residual = (points["value"] - points["fitted"]).to_numpy()
    x = _design(name, frame, fit)
    assert durbin_watson(residual) == pytest.approx(r["dw"], rel=RTOL)
    statistic, p_value = breusch_godfrey(residual, x, order=1)
    assert statistic == pytest.approx(r["bg1"], rel=1e-7)
    assert p_value == pytest.approx(r["bg1 p"], rel=1e-7)
    assert ljung_box(residual, order=1)[1] == pytest.approx(r["lb1 p"], rel=1e-7)


def _design(name, frame, fit):
    """Columns from the answers of a linear fit to unit changes: the fit is linear in the series."""
    columns = []
    t = frame["wave"].to_numpy(float)
    for term in fit.terms()["term"]:
        columns.append(_column(term, t, frame, name))
    return np.column_stack(columns)


def _column(term, t, frame, name):
    if term == "intercept":
        return np.ones(len(t))
    if term == "trend":
        return t - t[0]
    if term in frame:
        return frame[term].to_numpy(float)
    if term in {"sin 1", "cos 1"}:
        return getattr(np, term.split()[0])(2 * np.pi * t / 4)
    one, effect = term.split(": ")
    (interruption,) = (i for i in INTERRUPTIONS[name] if i.name == one)
    after = effect.endswith("after")
    start = interruption.end if after else interruption.start
    end = np.inf if after else interruption.end
    on = (t >= start) & (t < end)
    return np.where(on, t - start if effect.startswith("slope") else 1.0, 0.0)


def test_boundary_equals_first_differences():
    fit = _fit("walk40", "auto")
    r = expected("walk40", "differences", "coefficient")
    ours = fit.terms().set_index("term").loc[r.index]
    assert fit.model.boundary
    assert len(r) == 3
    np.testing.assert_allclose(ours["estimate"], r["value"], rtol=RTOL)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], rtol=RTOL)
    np.testing.assert_allclose(ours["df"], r["df"])
    variance = expected("walk40", "differences", "variance")
    assert fit.model.variance == pytest.approx(variance["value"].iloc[0], rel=RTOL)


GAPS = [
    (name, version, how)
    for name in INTERRUPTIONS
    for version in ("trend", "conditional")
    for how in ("reml", "ols")
    if f"gap {version} {how}" in fits(name)
]


@pytest.mark.parametrize(("name", "version", "how"), GAPS)
def test_gaps_from_a_forecast(name, version, how):
    r = expected(name, f"gap {version} {how}", "gap")
    mean = expected(name, f"gap {version} {how}", "mean")
    result = forecast_gap(
        series_input(name),
        start=INTERRUPTIONS[name][0].start,
        estimator=how,
        options=GapOptions(version=version),
    )
    ours = result.tidy()
    tolerance = SEARCH if how == "reml" else {"rtol": RTOL}
    assert list(ours["time"]) == [float(term) for term in r.index]
    np.testing.assert_allclose(ours["gap"], r["value"], **tolerance)
    np.testing.assert_allclose(ours["std_error"], r["std_error"], **tolerance)
    found = [result.mean_gap, result.mean_std_error, result.df]
    np.testing.assert_allclose(found, mean.iloc[0], **tolerance)
    assert {result.df} == set(r["df"])
    if how == "reml" and version == "trend":
        phi = expected(name, "gap reml", "phi")
        assert result.model.phi == pytest.approx(phi["value"].iloc[0], rel=PHI_RTOL)


def test_every_number_of_r_is_compared_above():
    kinds = {
        **{how: {"coefficient"} for how in CLOSED},
        **{how: {"coefficient", "phi", "variance", "log_likelihood"} for how in SEARCHED},
        **{f"gap {version} {how}": {"gap", "mean"} for _, version, how in GAPS},
        "differences": {"coefficient", "variance"},
        "gap reml": {"phi"},
    }
    kinds["ols"] |= {"check"}
    kinds["prais_winsten"] |= {"phi"}
    kinds["random_effects"] |= {"variance"}
    table = expected_table()
    assert set(table["series"]) == set(INTERRUPTIONS)
    found = table.groupby("fit")["kind"].agg(set).to_dict()
    assert found == kinds
    numbers = (table[["value", "std_error", "df"]] != "").to_numpy().sum()
    assert (len(table), numbers) == (609, 1546)
    assert (len(_cases(CLOSED)), len(_cases(SEARCHED)), len(GAPS)) == (51, 18, 14)
