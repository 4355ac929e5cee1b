"""Errors that count the estimation of the variances, and what they do for the coverage."""

from __future__ import annotations

import importlib.util
import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eenzaam_stats.numerics.series.ar_process import (
    ErrorModel,
    correlation_curvature,
    correlation_slope,
)
from eenzaam_stats.numerics.series.reml_likelihood import bound_correction, kenward_roger
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions
from trend.series.series_known import ITS

STARTS = {"twelve": 6, "gaps": 2015, "irregular": 2020.2, "covariate24": 12, "known40": 20}
STARTS["alternating24"] = 12
# Relative; the reference takes numerical derivatives. Observed 2e-7.
RTOL = 1e-5


@pytest.fixture(scope="module")
def references(repository):
    folder = repository / "tests" / "reference"
    series = dict(tuple(pd.read_csv(folder / "series_input.csv").groupby("series")))
    return series, pd.read_csv(folder / "kenward_roger_expected.csv")


def parts(frame: pd.DataFrame, start: float):
    wave = frame["wave"].to_numpy(float)
    since, after = wave - wave[0], (wave >= start).astype(float)
    x = np.column_stack([np.ones(len(wave)), since, after, after * (wave - start)])
    known = np.nan_to_num(frame["std_error"].to_numpy(float)) ** 2
    return x, ErrorModel(since, known)


def test_covariance_of_an_own_program_in_r(references):
    series, expected = references
    compared = 0
    for name, rows in expected.groupby("series"):
        x, model = parts(series[name], STARTS[name])
        theta = rows[["log_variance", "phi"]].iloc[0].to_numpy(float)
        plain = np.linalg.inv(x.T @ np.linalg.solve(model.covariance(theta), x))
        corrected = kenward_roger(x, model, theta, plain, count=2).covariance
        found = bound_correction(plain, corrected)
        at = (rows["i"].to_numpy() - 1, rows["j"].to_numpy() - 1)
        size = np.sqrt(np.outer(np.diag(plain), np.diag(plain)))[at]
        added = (corrected - plain)[at]
        np.testing.assert_allclose(added / size, rows["correction"] / size, atol=RTOL)
        np.testing.assert_allclose(plain[at], rows["plain"], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found[at] / size, rows["used"] / size, atol=RTOL)
        compared += len(rows)
    # ten elements of a symmetric matrix of four, of six series; in one the rule holds it back
    assert compared == len(expected) == 60
    assert (expected.groupby("series")["largest"].first() > 1.0).sum() == 1


def test_no_combination_gets_a_smaller_error_and_none_more_than_doubles_its_variance(references):
    series, expected = references
    for name, rows in expected.groupby("series"):
        x, model = parts(series[name], STARTS[name])
        for phi in (-0.5, 0.0, 0.3, 0.9, 0.99):
            if name == "irregular" and phi <= 0.0:
                continue
            theta = np.array([rows["log_variance"].iloc[0], phi])
            plain = np.linalg.inv(x.T @ np.linalg.solve(model.covariance(theta), x))
            found = bound_correction(
                plain, kenward_roger(x, model, theta, plain, count=2).covariance
            )
            ratio = np.linalg.eigvals(np.linalg.solve(plain, found)).real
            assert ratio.min() > 1.0 - 1e-7
            assert ratio.max() < 2.0 + 1e-7


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("unit", [1e-9, 1e-4, 1e-2, 1e2, 1e6, 1e9])
def test_unit_and_origin_of_the_series_play_no_part(references, unit, known):
    series, _ = references
    frame = series["gaps"][["wave", "estimate"]].assign(**{"std_error": 0.2} if known else {})
    law = [Interruption("law", start=2015.0)]
    other = frame.assign(estimate=unit * (frame["estimate"] + 7.0))
    if known:
        other["std_error"] = unit * frame["std_error"]
    fits = [interrupted_time_series(one, law) for one in (frame, other)]
    plain = interrupted_time_series(
        other, law, options=SeriesOptions(fit=FitOptions(small_sample="none"))
    )
    compared = 0
    for left, right, bare in zip(*(fit.coefficients[1:] for fit in (*fits, plain)), strict=True):
        assert right.std_error == pytest.approx(unit * left.std_error, rel=1e-6)
        assert right.std_error > 1.01 * bare.std_error
        compared += 1
    assert compared == 3


def test_curvature_of_the_correlation_is_the_slope_of_its_slope():
    uneven, grid = np.array([0.0, 0.7, 1.9, 3.1, 6.0]), np.arange(5.0)
    for times, phi in ((uneven, 0.3), (uneven, 0.9), (grid, -0.6), (grid, 0.0), (grid, 0.5)):
        ends = (correlation_slope(times, phi + sign * 1e-6) for sign in (1.0, -1.0))
        numeric = np.subtract(*ends) / 2e-6
        np.testing.assert_allclose(correlation_curvature(times, phi), numeric, atol=1e-7)


def test_an_autocorrelation_near_0_keeps_its_correction_on_uneven_dates():
    t = np.cumsum([0.0, 0.7, 1.2, 1.2, 0.9, 1.2, 0.9, 1.2, 0.7, 1.1, 1.1, 1.1])
    x = np.column_stack([np.ones(12), t, t >= 6.0, np.where(t >= 6.0, t - 6.0, 0.0)])
    model, ratios = ErrorModel(t, np.full(12, 0.1)), []
    for phi in (1e-6, 3e-6, 1e-5):
        theta = np.array([0.0, phi])
        plain = np.linalg.inv(x.T @ np.linalg.solve(model.covariance(theta), x))
        found = bound_correction(plain, kenward_roger(x, model, theta, plain, count=2).covariance)
        ratios.append(np.diag(found) / np.diag(plain))
    assert np.min(ratios) > 1.5
    np.testing.assert_allclose(ratios[0], ratios[2], rtol=0.02)


def test_the_correction_is_said_and_can_be_left_out(references):
    series, _ = references
    frame = series["twelve"][["wave", "estimate"]]
    law = [Interruption("law", start=6.0)]
    default = interrupted_time_series(frame, law)
    plain = interrupted_time_series(
        frame, law, options=SeriesOptions(fit=FitOptions(small_sample="none"))
    )
    assert "bounded small-sample errors" in default.model.estimator
    assert "plain errors" in plain.model.estimator
    change = [fit.effect("law", "level change") for fit in (default, plain)]
    assert change[0].estimate == change[1].estimate
    assert change[0].df == change[1].df
    assert change[0].std_error > change[1].std_error


@pytest.fixture(scope="module")
def fits(repository):
    """Whole fits by an own program of the paper, which equals pbkrtest on a mixed model."""
    return pd.read_csv(repository / "tests" / "reference" / "kenward_roger_fits.csv")


def fitted(frame: pd.DataFrame, start: float, small_sample: str, *, known: bool):
    columns = ["wave", "estimate", *(["std_error"] if known else [])]
    options = SeriesOptions(fit=FitOptions(small_sample=small_sample))
    return interrupted_time_series(
        frame[columns], [Interruption("law", start)], estimator="reml", options=options
    )


@pytest.mark.parametrize("name", STARTS)
def test_errors_and_degrees_of_freedom_of_kenward_and_roger(references, fits, name):
    series, _ = references
    rows = fits[fits["series"] == name]
    assert len(rows) == 4
    known = name == "known40"
    own = fitted(series[name], STARTS[name], "kenward_roger", known=known)
    terms = own.terms()
    # relative; observed 1e-10
    for column in ("estimate", "std_error", "df"):
        np.testing.assert_allclose(terms[column], rows[column], rtol=1e-6)
    half = (terms["conf_high"] - terms["conf_low"]) / 2.0
    expected = stats.t.ppf(0.975, rows["df"]) * rows["std_error"]
    np.testing.assert_allclose(half, expected, rtol=1e-5)
    assert own.model.estimator == "REML with Kenward-Roger errors and degrees of freedom"
    plain = fitted(series[name], STARTS[name], "plain", known=known)
    np.testing.assert_allclose(plain.terms()["std_error"], rows["plain"], rtol=1e-6)


def test_only_the_textbook_is_called_kenward_roger(references):
    series, _ = references
    words = {
        kind: fitted(series["gaps"], 2015, kind, known=False).model.estimator
        for kind in ("bounded", "kenward_roger", "plain", "none")
    }
    assert [kind for kind, said in words.items() if "Kenward" in said] == ["kenward_roger"]
    assert words["plain"] == words["none"]
    assert FitOptions().small_sample in words


def test_a_covariance_that_is_none_is_said(references):
    series, _ = references
    notes = fitted(series["twelve"], 6, "kenward_roger", known=False).model.notes
    assert any("some combination of coefficients has a negative variance" in one for one in notes)
    notes = fitted(series["gaps"], 2015, "kenward_roger", known=False).model.notes
    assert not any("Kenward" in one for one in notes)


def test_without_an_estimated_variance_there_is_no_correction_and_it_is_said():
    # known errors far larger than the scatter: the process has variance 0
    frame = pd.DataFrame({"wave": np.arange(14.0), "estimate": np.tile([0.3, 0.31], 7)})
    frame["std_error"] = 0.2
    textbook, plain = (fitted(frame, 7, kind, known=True) for kind in ("kenward_roger", "plain"))
    assert any("does not exist here: no variance was estimated" in n for n in textbook.model.notes)
    np.testing.assert_allclose(textbook.terms()["std_error"], plain.terms()["std_error"])
    assert (textbook.terms()["df"] == 10.0).all()


def test_with_one_variance_alone_nothing_is_added():
    x = np.column_stack([np.ones(8), np.arange(8.0)])
    model = ErrorModel(np.arange(8.0), np.zeros(8))
    plain = np.linalg.inv(x.T @ x) * np.exp(0.4)
    found = kenward_roger(x, model, np.array([0.4, 0.0]), plain, count=1).covariance
    np.testing.assert_allclose(found, plain, rtol=1e-12)
    np.testing.assert_allclose(bound_correction(plain, found), plain, rtol=1e-7)


# ---- the study of coverage


@pytest.fixture(scope="module")
def study(repository):
    spec = importlib.util.spec_from_file_location(
        "its_coverage", repository / "benchmarks" / "its_coverage.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["its_coverage"] = module
    spec.loader.exec_module(module)
    return module, pd.read_csv(repository / "benchmarks" / "its_coverage.csv")


def test_the_default_covers_what_it_promises(study):
    module, table = study
    assert len(table) == 30
    assert (table["replications"] >= 2_000).all()
    assert set(zip(table["n"], table["phi"], strict=True)) == {
        (n, phi) for n in module.LENGTHS for phi in module.PHIS
    }
    promised = table[(table["n"] >= 16) & (table["phi"] <= 0.6)]
    assert len(promised) == 16
    assert promised[["default_level", "default_slope"]].min().min() >= 0.93
    # the study can tell: what is known to be too narrow is too narrow in it
    assert promised[["ols_level", "newey_west_level"]].min().max() < 0.90


def test_the_page_shows_the_table(study, repository):
    module, table = study
    assert (repository / "docs" / "its_coverage.md").read_text("utf-8") == module.page(table)


def test_one_cell_again_agrees_within_chance(study):
    module, table = study
    again = module.cell(16, 0.4, 150)
    row = table[(table["n"] == 16) & (table["phi"] == 0.4)].iloc[0]
    for name, share in again.items():
        error = np.sqrt(row[name] * (1.0 - row[name]) * (1 / 150 + 1 / row["replications"]))
        assert abs(share - row[name]) < 4.0 * error


def test_bounded_errors_cover_as_those_of_kenward_and_roger_and_stay_usable(study, repository):
    module, table = study
    # what decision 0015 rests on: the same coverage, within five standard errors of simulation
    for what in ("level", "slope"):
        long = table[table["n"] >= 12]
        apart = (long[f"default_{what}"] - long[f"kenward_roger_{what}"]).abs()
        assert apart.max() < 0.012
    wide = pd.read_csv(repository / "benchmarks" / "its_widths.csv")
    assert len(wide) == 20
    short = wide[(wide["n"] <= 16) & (wide["phi"] >= 0.4)]
    assert (short["df_below_2"] > 0.4).all()
    assert (short["p99_kenward_roger_slope"] > 1e6 * short["p99_bounded_slope"]).all()
    assert (wide["p99_bounded_slope"] < 10.0 * wide["median_bounded_slope"]).all()
    again = module.widths(16, 0.4, 60)
    row = wide[(wide["n"] == 16) & (wide["phi"] == 0.4)].iloc[0]
    assert again["median_bounded_level"] == pytest.approx(row["median_bounded_level"], rel=0.25)
    assert again["df_below_2"] == pytest.approx(row["df_below_2"], abs=0.25)


@pytest.mark.witness
@pytest.mark.skipif(not ITS.exists(), reason="the public series are not beside the repository")
def test_formula_of_causalpy_on_cigarette_sales(study):
    module, _ = study
    frame = pd.read_csv(ITS / "cigsales" / "cigsales_california.csv")
    times, after = frame["year"].to_numpy(float) - 1970.0, frame["year"].to_numpy() >= 1989
    x = np.column_stack([np.ones(31), times, after, np.where(after, times - 19.0, 0.0)])
    limits = module.causalpy_interval(frame["cigsale"].to_numpy(float), x)
    # what R gives for the mean and the standard deviation of twelve gaps, to two decimals
    assert limits == pytest.approx((-32.07, -24.48), abs=0.005)
