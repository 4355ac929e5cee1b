"""Counts with denominators: R ``glm`` and ``sandwich``, values of Sicily, and refusals."""

from __future__ import annotations

import json
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import eenzaam_stats as es
from eenzaam_stats.errors import ConvergenceError, OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.numerics.series.count_regression import fit_counts
from eenzaam_stats.trend.series.counts import CountOptions, interrupted_counts
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions
from trend.series.series_known import ITS

# Relative. R takes the weights of the last step but one, which shows in the dispersion of counts
# around 3: 2e-9; observed elsewhere 4e-11.
RTOL = 1e-8
STARTS = {"rates24": 12, "shares18": 2015, "gaps": 2012, "few": 5}
TERMS = {"level": "change: level change", "ramp": "change: slope change"}


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "tests" / "reference"


@pytest.fixture(scope="module")
def series(folder) -> dict[str, pd.DataFrame]:
    return dict(tuple(pd.read_csv(folder / "count_input.csv").groupby("series")))


@pytest.fixture(scope="module")
def expected(folder) -> pd.DataFrame:
    table = pd.read_csv(folder / "count_expected.csv", dtype={"errors": "str", "term": "str"})
    return table.fillna({"errors": "", "term": ""})


def options_of(errors: str) -> CountOptions:
    kind, _, lag = errors.partition(" ")
    return CountOptions(errors=kind, lag=int(lag or 1))


def fitted(series, name: str, model: str, errors: str):
    plain, _, mode = name.partition(" ")
    return interrupted_counts(
        series[plain],
        [Interruption("change", start=STARTS[plain])],
        model=model,
        covariates=["mode"] if mode else [],
        counts=options_of(errors),
    )


def half_width(low: float, high: float, df: float) -> float:
    """Standard error behind a t interval."""
    quantile = -float(sm.stats.stattools.stats.t.ppf(0.025, df))
    return (high - low) / 2.0 / quantile


def test_every_number_of_r(series, expected):
    compared = dict.fromkeys(expected["kind"].unique(), 0)
    for (name, model), theirs in expected.groupby(["series", "model"]):
        for errors in theirs["errors"].unique():
            fit = fitted(series, name, model, errors or "dispersion")
            rows = {one.term: one for one in fit.coefficients}
            effect = [one for one in fit.effects if one.effect == "effect"][-1]
            df = effect.df
            limits = (math.log1p(effect.relative_low), math.log1p(effect.relative_high))
            ours = {
                "dispersion": (fit.model.variance, math.nan),
                "effect": (effect.estimate, effect.std_error),
                "log_ratio": (math.log1p(effect.relative), half_width(*limits, df)),
                "difference": (
                    effect.absolute,
                    half_width(effect.absolute_low, effect.absolute_high, df),
                ),
            }
            for row in theirs[theirs["errors"] == errors].itertuples():
                if row.kind == "deviance":
                    continue
                one = rows.get(TERMS.get(row.term, row.term))
                found = (one.estimate, one.std_error) if one else ours[row.kind]
                there = (row.value, row.std_error)
                np.testing.assert_allclose(found, there, rtol=RTOL, atol=1e-13)
                compared[row.kind] += 2 if np.isfinite(row.std_error) else 1
    # 4 series, 2 models, with and without a covariate; 5 kinds of errors, 3 for the gaps
    fits = 2 * 2 * (3 * 5 + 3)
    coefficients = 2 * 2 * (3 * 5 + 3) * (4 + 5) // 2
    assert compared == {
        "dispersion": 16,
        "deviance": 0,
        "coefficient": 2 * coefficients,
        **dict.fromkeys(("effect", "log_ratio", "difference"), 2 * fits),
    }


def test_deviance_is_that_of_r(series, expected):
    rows = expected[(expected["kind"] == "deviance") & ~expected["series"].str.contains("mode")]
    assert len(rows) == 8
    for row in rows.itertuples():
        frame = series[row.series]
        wave = frame["wave"].to_numpy(float)
        after = (wave >= STARTS[row.series]).astype(float)
        ramp = after * (wave - STARTS[row.series])
        x = np.column_stack([np.ones(len(wave)), wave - wave[0], after, ramp])
        family = "poisson" if row.model == "quasipoisson" else "binomial"
        count, below = (frame[name].to_numpy(float) for name in ("count", "denominator"))
        fit = fit_counts(count, x, below, family=family)
        assert fit.deviance == pytest.approx(row.value, rel=RTOL)
        # expected counts of a canonical link add up to those observed, in every segment
        assert x[:, 2] @ fit.expected == pytest.approx(x[:, 2] @ count, rel=1e-9)


def test_statsmodels_gives_the_same(series):
    frame = series["shares18"]
    wave, count, below = (frame[name].to_numpy(float) for name in ("wave", "count", "denominator"))
    x = np.column_stack([np.ones(len(wave)), wave - wave[0], wave >= 2015])
    ours = fit_counts(count, x, below, family="poisson")
    theirs = sm.GLM(count, x, family=sm.families.Poisson(), offset=np.log(below)).fit(
        scale="X2", tol=1e-12
    )
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, rtol=1e-8)


@pytest.mark.witness
@pytest.mark.skipif(not ITS.exists(), reason="the public series are not beside the repository")
def test_sicily_as_published_and_in_r():
    answers = json.loads((ITS / "reference_values.json").read_text())["sicily_glm"]
    data = pd.read_csv(ITS / "sicily" / "sicily.csv")
    frame = pd.DataFrame(
        {"wave": data["time"].astype(float), "count": data["aces"], "denominator": data["stdpop"]}
    )
    season = SeriesOptions(season=2, period=12.0, ramp="wave_before")
    level = [Interruption("ban", start=37.0, effects=("level",))]
    both = [Interruption("ban", start=37.0)]
    cases = {
        "model1_poisson": (level, SeriesOptions(), "model"),
        "model2_quasipoisson": (level, SeriesOptions(), "dispersion"),
        "model3_quasipoisson_harmonics": (level, season, "dispersion"),
        "model4_level_slope_time36": (both, season, "dispersion"),
    }
    names = {"smokban": "ban: level change", "time": "trend"}
    names["I((time - 36) * smokban)"] = "ban: slope change"
    compared = 0
    for name, (interruptions, options, errors) in cases.items():
        theirs = answers[name]
        fit = interrupted_counts(frame, interruptions, counts=CountOptions(errors), options=options)
        rows = {one.term: one for one in fit.coefficients}
        for term in set(theirs["coef"]) & set(names):
            one, other = rows[names[term]], theirs["coef"][term]
            found = (one.estimate, one.std_error)
            np.testing.assert_allclose(found, (other["est"], other["se"]), rtol=1e-6)
            compared += 1
        if errors == "dispersion":
            # R stopped at its default tolerance
            assert fit.model.variance == pytest.approx(theirs["dispersion"], rel=1e-5)
    assert compared == 9


def test_effects_by_hand():
    # two segments of constant rates: the ratio is that of the totals, the difference follows
    frame = pd.DataFrame({"wave": range(8), "denominator": 1000})
    frame["count"] = [98, 102, 101, 99, 148, 152, 151, 149]
    fit = interrupted_counts(frame, [Interruption("law", start=4.0, effects=("level",))])
    assert fit.model.link == "log"
    flat = fit_counts(
        frame["count"].to_numpy(float),
        np.column_stack([np.ones(8), np.arange(8) >= 4]),
        np.full(8, 1000.0),
        family="poisson",
    )
    assert np.exp(flat.coefficients) == pytest.approx([0.1, 1.5], rel=1e-12)
    # Pearson: sum of (y - mu)^2 / mu is 10 / 100 + 10 / 150, on 6 degrees of freedom
    assert flat.dispersion == pytest.approx((10 / 100 + 10 / 150) / 6, rel=1e-12)
    variance = flat.dispersion * (1 / 400 + 1 / 600)
    assert flat.covariance[1, 1] == pytest.approx(variance, rel=1e-12)
    last = fit.effects[-1]
    assert last.absolute == pytest.approx(
        last.relative * math.exp(fit.points[-1].counterfactual), rel=1e-9
    )


def test_unit_of_the_denominator_moves_the_intercept_only(series):
    frame = series["rates24"]
    law = [Interruption("law", start=12.0)]
    one = interrupted_counts(frame, law)
    other = interrupted_counts(frame.assign(denominator=frame["denominator"] / 1000.0), law)
    for left, right in zip(one.coefficients[1:], other.coefficients[1:], strict=True):
        assert left.estimate == pytest.approx(right.estimate, abs=1e-9)
        assert left.std_error == pytest.approx(right.std_error, rel=1e-9)
    shift = other.coefficients[0].estimate - one.coefficients[0].estimate
    assert shift == pytest.approx(math.log(1000.0), rel=1e-9)
    shuffled = interrupted_counts(frame.sample(frac=1.0, random_state=1), law)
    assert shuffled.tidy().equals(one.tidy())


def test_a_wave_without_events_has_no_logarithm_and_stays_in_the_fit(series):
    fit = interrupted_counts(series["few"], [Interruption("law", start=5.0)])
    none = [point for point in fit.points if math.isnan(point.value)]
    assert [point.time for point in none] == [3.0]
    assert none[0].used
    assert math.isfinite(none[0].fitted)
    assert fit.model.n == 10


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"count": -1}, SchemaError, "at least 0"),
        ({"count": 1.5}, SchemaError, "whole number"),
        ({"count": None}, SchemaError, "whole number"),
        ({"denominator": 0}, SchemaError, "above 0"),
        ({"denominator": 5, "count": 6}, SchemaError, "at most its denominator"),
        ({"wave": 1}, SchemaError, "more than once"),
    ],
)
def test_impossible_counts_are_refused(change, error, words):
    frame = pd.DataFrame({"wave": range(10), "count": 5.0, "denominator": 10.0})
    frame["count"] += np.tile([0.0, 1.0], 5)
    for column, value in change.items():
        frame[column] = frame[column].astype(float)
        frame.loc[4, column] = np.nan if value is None else value
    law = [Interruption("law", start=5.0)]
    with pytest.raises(error, match=words):
        interrupted_counts(frame, law, model="quasibinomial")


def test_what_cannot_be_fitted_is_refused():
    frame = pd.DataFrame({"wave": range(10), "count": [5, 6, 5, 6, 5, 0, 0, 0, 0, 0]})
    with pytest.raises(ConvergenceError, match="only zeros"):
        interrupted_counts(frame, [Interruption("law", start=5.0, effects=("level",))])
    late = [Interruption("law", start=2.0)]
    with pytest.raises(OptionError, match="3 waves before"):
        interrupted_counts(frame, late)
    with pytest.raises(UnknownColumnError, match="denominator"):
        interrupted_counts(frame, [Interruption("law", start=5.0)], model="quasibinomial")
    with pytest.raises(SchemaError, match="pandas frame"):
        interrupted_counts([1, 2], late)
    with pytest.raises(OptionError, match="lag"):
        interrupted_counts(
            frame, [Interruption("law", start=5.0)], counts=CountOptions("newey_west", lag=10)
        )
    uneven = frame.assign(wave=[0, 1, 2, 3, 4.5, 5, 6, 7, 8, 9])
    with pytest.raises(OptionError, match="newey_west"):
        interrupted_counts(
            uneven, [Interruption("law", start=5.0)], counts=CountOptions("newey_west", lag=1)
        )


def test_the_picture_shows_rates_and_not_their_logarithms(series):
    frame = series["rates24"]
    fit = interrupted_counts(frame, [Interruption("law", start=12.0)])
    with es.plots.canvas(width=7.6, height=4.4) as axes:
        es.plots.interruption(fit, language="en", axes=axes)
        drawn = [line.get_ydata()[0] for line in axes.lines if line.get_marker() == "o"]
        words = axes.get_ylabel()
    np.testing.assert_allclose(drawn, frame["count"] / frame["denominator"], rtol=1e-12)
    assert words == "count per denominator"


TEXTS = {
    "text": lambda column: column.astype(str),
    "text with a point": lambda column: column.map("{}.0".format),
    "text with blanks": lambda column: column.map(" {} ".format),
    "string": lambda column: column.astype("string"),
    "Arrow text": lambda column: column.astype("string[pyarrow]"),
    "category": lambda column: column.astype(str).astype("category"),
    "objects": lambda column: column.astype(object),
    "nullable": lambda column: column.astype("Int64"),
    "Decimal": lambda column: column.map(Decimal),
}


def counted() -> pd.DataFrame:
    counts = [100, 104, 97, 102, 99, 101, 98, 103, 150, 148, 153, 149]
    return pd.DataFrame({"wave": range(2010, 2022), "count": counts, "denominator": 1_000})


@pytest.mark.parametrize("model", ["quasipoisson", "quasibinomial"])
@pytest.mark.parametrize("column", ["count", "denominator", "covariate"])
@pytest.mark.parametrize("form", TEXTS)
def test_counts_in_text_are_numbers(form, column, model):
    law = [Interruption("law", 2018, effects=("level",))]
    frame = counted().assign(covariate=[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
    plain, text = (
        interrupted_counts(one, law, model=model, covariates=["covariate"]).terms()
        for one in (frame, frame.assign(**{column: TEXTS[form](frame[column])}))
    )
    pd.testing.assert_frame_equal(plain, text)


@pytest.mark.parametrize("column", ["count", "denominator"])
@pytest.mark.parametrize("text", ["1.000", "1,000", "1.234", "12.345.678"])
def test_counts_in_text_that_are_not_clear_are_refused(column, text):
    frame = counted()
    values = [text, *frame[column].astype(str)[1:]]
    with pytest.raises(SchemaError, match=rf"interrupted_counts\(\), column '{column}': .*1 cell"):
        interrupted_counts(frame.assign(**{column: values}), [Interruption("law", 2018)])


def test_covariates_of_counts_are_asked_for():
    with pytest.raises(UnknownColumnError, match=r"needs column\(s\) \['mode'\]"):
        interrupted_counts(counted(), [Interruption("law", 2018)], covariates="mode")
