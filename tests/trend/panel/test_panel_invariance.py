"""What must not move a panel model, and what moves only its intercept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.terms import PanelTerm
from eenzaam_stats.trend.series.interruption import Interruption
from trend.panel.panel_reference import COLUMNS, TERMS, WITH_HOUSEHOLD, panel_input

# Sums in another order, and a search that ends a little elsewhere; observed 2e-8 for variances of
# a random slope, 1e-10 elsewhere.
RTOL = 1e-6
ATOL = 1e-8

MODELS = {
    "intercept": ("y", "linear", COLUMNS, PanelOptions()),
    "slope": ("y", "linear", COLUMNS, PanelOptions(random="slope")),
    "household": ("y", "linear", WITH_HOUSEHOLD, PanelOptions(likelihood="ML")),
    "logistic": ("lonely", "logistic", COLUMNS, PanelOptions()),
    "gee": ("y", "linear", COLUMNS, PanelOptions(model="gee_exchangeable")),
    "gee logistic": ("lonely", "logistic", COLUMNS, PanelOptions(model="gee_independence")),
}


@pytest.fixture(scope="module")
def panel():
    return panel_input()


def _fit(frame, name, *, terms=TERMS, columns=None, options=None):
    outcome, kind, usual, chosen = MODELS[name]
    return panel_model(
        frame,
        outcome,
        interruptions=terms,
        family=kind,
        columns=columns or usual,
        options=options or chosen,
    )


def _same(one, two, *, but=()):
    """Coefficients, errors, variances and means are those of the other; counts their number."""
    keep = [name for name in one.tidy()["term"] if name not in but]
    left, right = (fit.tidy().set_index("term").loc[keep] for fit in (one, two))
    assert len(keep) >= 5
    np.testing.assert_allclose(
        left[["estimate", "std_error"]], right[["estimate", "std_error"]], rtol=RTOL, atol=ATOL
    )
    residual = [[v.variance for v in fit.variances if v.group != "person"] for fit in (one, two)]
    np.testing.assert_allclose(*residual, rtol=RTOL, atol=ATOL)
    if not np.isnan(one.log_likelihood):
        assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-6)


@pytest.mark.parametrize("name", MODELS)
def test_order_of_rows_changes_nothing(panel, name, rng):
    mixed = panel.sample(frac=1.0, random_state=int(rng.integers(1000)))
    one, two = _fit(panel, name), _fit(mixed, name)
    _same(one, two)
    np.testing.assert_allclose(one.waves()["estimate"], two.waves()["estimate"], rtol=RTOL)
    assert one.dropout == two.dropout


@pytest.mark.parametrize("name", MODELS)
def test_names_of_people_and_households_change_nothing(panel, name):
    renamed = panel.assign(
        person_id=panel["person_id"].map(lambda key: int(key[1:]) * 7919 % 1009),
        household_id=panel["household_id"].map(lambda key: key[::-1]),
    )
    _same(_fit(panel, name), _fit(renamed, name))


@pytest.mark.parametrize("name", MODELS)
def test_shifting_time_moves_nothing_and_another_origin_only_the_intercept(panel, name):
    later = panel.assign(time=panel["time"] + 100.0)
    shifted = tuple(PanelTerm(t.name, t.start + 100.0, t.end + 100.0) for t in TERMS)
    one = _fit(panel, name)
    _same(one, _fit(later, name, terms=shifted))
    options = replace(MODELS[name][3], origin=2020.0)
    other = _fit(panel, name, options=options)
    _same(one, other, but=("(Intercept)",))
    moved = other.coefficient("(Intercept)").estimate - one.coefficient("(Intercept)").estimate
    step = one.coefficient("trend").estimate * (2020.0 - one.origin)
    assert moved == pytest.approx(step, rel=1e-5)
    np.testing.assert_allclose(one.waves()["estimate"], other.waves()["estimate"], rtol=RTOL)


@pytest.mark.parametrize("name", ["intercept", "slope", "household", "gee"])
def test_adding_a_constant_moves_only_the_intercept(panel, name):
    one, two = _fit(panel, name), _fit(panel.assign(y=panel["y"] + 1000.0), name)
    _same(one, two, but=("(Intercept)",))
    moved = two.coefficient("(Intercept)").estimate - one.coefficient("(Intercept)").estimate
    assert moved == pytest.approx(1000.0, abs=1e-6)
    assert (two.waves()["estimate"] - one.waves()["estimate"]).to_numpy() == pytest.approx(
        np.full(11, 1000.0), abs=1e-6
    )


@pytest.mark.parametrize("name", ["intercept", "slope", "household"])
def test_another_unit_of_the_outcome_is_another_unit_of_everything(panel, name):
    one, two = _fit(panel, name), _fit(panel.assign(y=panel["y"] * 50.0), name)
    for left, right in zip(one.coefficients, two.coefficients, strict=True):
        assert right.estimate == pytest.approx(50.0 * left.estimate, rel=1e-5)
        assert right.std_error == pytest.approx(50.0 * left.std_error, rel=1e-5)
        assert right.df == pytest.approx(left.df, rel=1e-4)
    for left, right in zip(one.variances, two.variances, strict=True):
        assert right.variance == pytest.approx(2500.0 * left.variance, rel=1e-4)


def test_logit_of_no_is_minus_that_of_yes(panel):
    yes = _fit(panel, "logistic")
    no = _fit(panel.assign(lonely=1.0 - panel["lonely"]), "logistic")
    for left, right in zip(yes.coefficients, no.coefficients, strict=True):
        assert right.estimate == pytest.approx(-left.estimate, abs=1e-7)
        assert right.std_error == pytest.approx(left.std_error, rel=1e-5)
    both = yes.waves()["estimate"] + no.waves()["estimate"]
    np.testing.assert_allclose(both, 1.0, rtol=1e-7)
    np.testing.assert_allclose(yes.waves()["std_error"], no.waves()["std_error"], rtol=1e-5)


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_engine_of_the_frame_changes_nothing(panel, engine):
    pytest.importorskip(engine, reason=f"the frame is one of {engine}")
    import polars as pl

    frame = pl.from_pandas(panel)
    other = frame.to_arrow() if engine == "pyarrow" else frame.lazy()
    one, two = _fit(panel, "household"), _fit(other, "household")
    assert one == replace(two, source=one.source)


def test_interruption_of_a_series_is_two_terms(panel):
    episode = Interruption("COVID-19", 2020.2, 2022.2, ("level",))
    one, two = _fit(panel, "intercept"), _fit(panel, "intercept", terms=[episode])
    names = dict(zip(("peri", "post"), two.tidy()["term"][2:4], strict=True))
    assert list(names.values()) == ["COVID-19: level during", "COVID-19: level after"]
    for ours, theirs in names.items():
        assert two.coefficient(theirs).estimate == one.coefficient(ours).estimate
    assert "jump at the date" in two.describe()


def test_whatever_has_the_fields_of_an_interruption_is_one(panel):
    class Mine:
        name, start, end, effects = "mine", 2020.2, None, ["level", "slope"]

    fit = _fit(panel, "intercept", terms=[Mine()])
    assert list(fit.tidy()["term"][2:4]) == ["mine: level change", "mine: slope change"]
    by_hand = [PanelTerm("a", 2020.2), PanelTerm("b", 2020.2, effect="slope")]
    assert fit.marginal == _fit(panel, "intercept", terms=by_hand).marginal


def test_phase_in_leaves_rows_out_and_counts_them(panel):
    phased = Interruption("COVID-19", 2020.2, effects=("level",), full_from=2021.0)
    fit = _fit(panel, "intercept", terms=[phased])
    inside = panel["time"].between(2020.2, 2020.99) & panel["y"].notna()
    assert fit.n_washout == inside.sum() > 100
    assert fit.n_rows + fit.n_washout == panel["y"].notna().sum()
    assert len(fit.marginal) == 10


def test_means_of_the_people_in_a_wave_differ_from_those_of_everyone(panel):
    one = _fit(panel, "intercept")
    own = _fit(panel, "intercept", options=PanelOptions(average_over="wave"))
    assert one.coefficients == own.coefficients
    # by hand: the last wave, coefficients times the mean columns of its rows
    last = panel[(panel["wave"] == 11) & panel["y"].notna()]
    b = {row.term: row.estimate for row in own.coefficients}
    expected = b["(Intercept)"] + b["trend"] * (2023.8 - 2012.8) + b["post"]
    expected += b["age"] * last["age"].mean() + b["sex: women"] * (last["sex"] == "women").mean()
    assert own.marginal[-1].estimate == pytest.approx(expected, rel=1e-12)
    assert own.marginal[-1].estimate != pytest.approx(one.marginal[-1].estimate, rel=1e-4)


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_dates_are_decimal_years(panel, engine):
    frame = panel.assign(date=pd.to_datetime(panel["wave"].map(lambda w: f"{2010 + w}-07-02")))
    if engine == "polars":
        polars = pytest.importorskip("polars", reason="dates of polars")
        frame = polars.from_pandas(frame).with_columns(polars.col("date").cast(polars.Date))
    fit = _fit(frame, "intercept", terms=(), columns=replace(COLUMNS, time="date"))
    # 2 July every year: one day of 31 of the seventh month, leap year or not
    assert fit.origin == pytest.approx(2011 + (6 + 1 / 31) / 12, abs=1e-9)
    assert fit.marginal[1].time == pytest.approx(2012 + (6 + 1 / 31) / 12, abs=1e-9)


def test_month_of_the_interview_dates_a_wave_that_is_a_year(panel):
    frame = panel.assign(year=panel["wave"] + 2010, month=10, date=panel["wave"] + 2010 + 9.5 / 12)
    term = [PanelTerm("since the spring of 2020", 2020.2)]
    columns = replace(COLUMNS, wave="year", time=None)
    year = _fit(frame, "intercept", terms=term, columns=columns)
    month = _fit(frame, "intercept", terms=term, columns=replace(columns, month="month"))
    date = _fit(frame, "intercept", terms=term, columns=replace(columns, time="date"))
    assert month == date
    assert month.notes == ()
    assert [wave.time for wave in month.marginal] == pytest.approx(
        np.arange(2011, 2022) + 9.5 / 12, abs=1e-9
    )
    # October 2020 comes after the spring; a bare 2020 does not
    assert year.notes[0].startswith("Waves of 2020 are dated 1 January")
    assert "month of the interview as month=" in year.describe()
    assert year.coefficients != month.coefficients
