"""Seasons that waves cannot show, episodes that follow each other, covariates of a forecast gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import leave_one_wave_out
from eenzaam_stats.trend.series.controlled import ControlOptions, controlled_series
from eenzaam_stats.trend.series.counts import interrupted_counts
from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions

LAW = Interruption("law", 2016.0, effects=("level",))


def series(steps: float, *, first: float = 2005.0, years: int = 18, seed: int = 1) -> pd.DataFrame:
    times = first + np.arange(round(years * steps)) / steps
    rng = np.random.default_rng(seed)
    season = 2.0 * np.cos(2 * np.pi * times) + np.sin(2 * np.pi * times)
    made = pd.DataFrame({"wave": times, "estimate": 20 + season + rng.normal(size=len(times))})
    made["covariate"] = rng.normal(size=len(times))
    made["count"] = np.rint(10 * made["estimate"]).astype(int)
    return made.assign(denominator=1_000)


# ---- seasons ------------------------------------------------------------------------------------

# waves per year, first wave, pairs, what stays, what is left out
SEASONS = {
    "two waves a year": (2, 2005.0, 1, ["cos 1"], ["sin 1"]),
    "two waves a year, April and October": (2, 2005.25, 1, ["sin 1"], ["cos 1"]),
    "two waves a year at odd dates": (2, 2005.1, 1, ["sin 1"], ["cos 1"]),
    "quarters, two pairs": (4, 2005.0, 2, ["sin 1", "cos 1", "cos 2"], ["sin 2"]),
    "months, six pairs": (
        *(12, 2005.0, 6),
        [*[f"{kind} {k}" for k in range(1, 6) for kind in ("sin", "cos")], "cos 6"],
        ["sin 6"],
    ),
    "quarters, three pairs": (
        *(4, 2005.0, 3, ["sin 1", "cos 1", "cos 2"]),
        ["sin 2", "sin 3", "cos 3"],
    ),
    "three waves a year, two pairs": (3, 2005.0, 2, ["sin 1", "cos 1"], ["sin 2", "cos 2"]),
}  # fmt: skip


def season_terms(terms) -> list[str]:
    return [one.term for one in terms if one.term[:4] in {"sin ", "cos "}]


def by_fit(frame, pairs):
    fit = interrupted_time_series(frame, [LAW], options=SeriesOptions(season=pairs))
    return season_terms(fit.coefficients), fit.model.notes


def by_gap(frame, pairs):
    found = forecast_gap(frame, start=2016.0, options=GapOptions(season=pairs))
    return season_terms(found.trend), found.model.notes


def by_counts(frame, pairs):
    fit = interrupted_counts(frame, [LAW], options=SeriesOptions(season=pairs))
    return season_terms(fit.coefficients), fit.model.notes


def by_control(frame, pairs):
    options = ControlOptions(series=SeriesOptions(season=pairs))
    other = frame.assign(estimate=frame["estimate"].to_numpy()[::-1])
    fit = controlled_series(frame, other, [LAW], estimator="ols", options=options)
    return season_terms(fit.coefficients), fit.model.notes


def by_difference(frame, pairs):
    options = ControlOptions("difference", SeriesOptions(season=pairs))
    other = frame.assign(estimate=frame["estimate"].to_numpy()[::-1])
    fit = controlled_series(frame, other, [LAW], options=options)
    return season_terms(fit.coefficients), fit.model.notes


@pytest.mark.parametrize("verb", [by_fit, by_gap, by_counts, by_control, by_difference])
@pytest.mark.parametrize("name", SEASONS)
def test_what_the_waves_cannot_show_of_a_season_is_left_out_and_said(verb, name):
    steps, first, pairs, kept, out = SEASONS[name]
    terms, notes = verb(series(steps, first=first), pairs)
    assert terms == kept
    said = [note for note in notes if note.startswith("of the season")]
    assert said == [
        f"of the season [{', '.join(out)}] is left out: at these waves it is 0 or says what the "
        "other terms say."
    ]


@pytest.mark.parametrize("verb", [by_fit, by_gap, by_counts, by_control, by_difference])
def test_a_whole_season_says_nothing_and_one_that_no_wave_shows_is_refused(verb):
    terms, notes = verb(series(12), 2)
    assert terms == ["sin 1", "cos 1", "sin 2", "cos 2"]
    assert not any("season" in note for note in notes)
    for years in (2005.0, 2005.3):
        with pytest.raises(OptionError, match=r"cannot tell its \d+ terms apart"):
            verb(series(1, first=years, years=20), 1)


def test_the_season_that_is_left_is_that_of_least_squares():
    frame = series(2)
    fit = interrupted_time_series(frame, [LAW], estimator="ols", options=SeriesOptions(season=1))
    half = np.where(np.arange(len(frame)) % 2 == 0, 1.0, -1.0)
    after = frame["wave"].to_numpy() >= 2016.0
    x = np.column_stack([np.ones(len(frame)), frame["wave"] - 2005.0, half, after])
    expected = np.linalg.lstsq(x, frame["estimate"], rcond=None)[0]
    np.testing.assert_allclose([one.estimate for one in fit.coefficients], expected, rtol=1e-9)


def test_a_gap_needs_the_season_of_the_waves_after():
    frame = series(4)
    before = frame[(frame["wave"] < 2016.0) & (np.arange(len(frame)) % 2 == 0)]
    after = frame[frame["wave"] >= 2016.0]
    options = GapOptions(season=1)
    with pytest.raises(
        OptionError, match=r"season that the waves before show, and \[sin 1\]|'sin 1'"
    ):
        forecast_gap(pd.concat([before, after]), start=2016.0, options=options)


# ---- covariates of a forecast gap ---------------------------------------------------------------


@pytest.mark.parametrize("pairs", [0, 1])
@pytest.mark.parametrize("covariates", [(), ("covariate",), ("covariate", "other"), "covariate"])
def test_a_gap_with_covariates_and_season_is_the_prediction_of_least_squares(pairs, covariates):
    frame = series(4).assign(other=lambda made: np.cos(7 * made["wave"]))
    names = [covariates] if isinstance(covariates, str) else list(covariates)
    found = forecast_gap(
        *(frame,), start=2016.0, estimator="ols", covariates=covariates,
        options=GapOptions(season=pairs),
    )  # fmt: skip
    t = frame["wave"].to_numpy()
    columns = [np.ones(len(t)), t - t[0]]
    columns += [np.sin(2 * np.pi * t), np.cos(2 * np.pi * t)] * pairs
    x = np.column_stack([*columns, *(frame[name] for name in names)])
    y, old = frame["estimate"].to_numpy(), t < 2016.0
    inverse = np.linalg.inv(x[old].T @ x[old])
    beta = inverse @ x[old].T @ y[old]
    df = int(old.sum()) - x.shape[1]
    s2 = ((y[old] - x[old] @ beta) ** 2).sum() / df
    error = np.sqrt(s2 * (1.0 + np.einsum("ij,jk,ik->i", x[~old], inverse, x[~old])))
    gap = y[~old] - x[~old] @ beta
    rows = found.tidy()
    assert found.df == df
    np.testing.assert_allclose(rows["gap"], gap, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(rows["std_error"], error, rtol=1e-8)
    np.testing.assert_allclose(
        rows["conf_high"], gap + stats.t.ppf(0.975, df) * error, rtol=1e-8, atol=1e-9
    )
    assert [one.term for one in found.trend][-len(names) or None:] == (
        names or [one.term for one in found.trend]
    )  # fmt: skip


@pytest.mark.parametrize("estimator", ["reml", "ols"])
def test_a_gap_with_covariates_is_the_dummy_of_the_whole_series(estimator):
    # Salkever (1976): one dummy for the only later wave has the conditional gap as coefficient
    frame = series(1, years=16)
    frame["dummy"] = (frame["wave"] == 2020.0).astype(float)
    found = forecast_gap(
        *(frame,), start=2020.0, estimator=estimator, covariates=["covariate"],
        options=GapOptions(version="conditional"),
    )  # fmt: skip
    x = np.column_stack([np.ones(16), frame["wave"] - 2005.0, frame["covariate"], frame["dummy"]])
    distance = np.abs(np.subtract.outer(np.arange(16.0), np.arange(16.0)))
    v = np.power(0.0 if estimator == "ols" else found.model.phi, distance)
    inverse = np.linalg.inv(v)
    beta = np.linalg.solve(x.T @ inverse @ x, x.T @ inverse @ frame["estimate"])
    assert len(found.gaps) == 1
    assert found.gaps[0].gap == pytest.approx(beta[-1], rel=1e-8)


def test_covariates_of_a_gap_are_asked_of_every_wave():
    frame = series(1, years=18)
    with pytest.raises(UnknownColumnError, match=r"forecast_gap\(\) needs column\(s\) \['mode'\]"):
        forecast_gap(frame, start=2016.0, covariates=["mode"])
    late = frame.assign(covariate=frame["covariate"].where(frame["wave"] < 2022.0))
    with pytest.raises(SchemaError, match=r"column 'covariate' has none in 1 wave\(s\)"):
        forecast_gap(late, start=2016.0, covariates=["covariate"])
    same = frame.assign(same=3.0)
    with pytest.raises(OptionError, match=r"cannot tell its 3 terms apart.*\['same'\] say what"):
        forecast_gap(same, start=2016.0, covariates=["same"])


# ---- episodes that follow each other ------------------------------------------------------------

FIRST = Interruption("first", 2010.0, 2013.0)
SECOND = Interruption("second", 2013.0, 2016.0)


def fitted(interruptions, frame=None, **options):
    frame = series(4) if frame is None else frame
    return interrupted_time_series(frame, interruptions, estimator="ols", **options)


def step(t, start, end=np.inf):
    return ((t >= start) & (t < end)).astype(float)


def test_two_episodes_where_one_ends_as_the_other_starts():
    frame = series(4)
    fit = fitted([FIRST, SECOND], frame)
    t = frame["wave"].to_numpy()
    columns = [np.ones(len(t)), t - t[0]]
    for start, end in ((2010.0, 2013.0), (2013.0, 2016.0), (2016.0, np.inf)):
        columns += [step(t, start, end), step(t, start, end) * (t - start)]
    expected = np.linalg.lstsq(np.column_stack(columns), frame["estimate"], rcond=None)[0]
    assert [one.term for one in fit.coefficients] == [
        *("intercept", "trend", "first: level during", "first: slope during"),
        *("second: level during", "second: slope during"),
        *("second: level after", "second: slope after"),
    ]
    np.testing.assert_allclose([one.estimate for one in fit.coefficients], expected, rtol=1e-7)
    said = [note for note in fit.model.notes if "is left out" in note]
    assert [note.split(" is left out")[0] for note in said] == [
        "'first: level after'",
        "'first: slope after'",
    ]
    assert all("from the change of 'second'" in note for note in said)
    # effects at dates: each interruption at its own waves
    dates = {
        name: [
            one.date for one in fit.effects if (one.interruption, one.effect) == (name, "effect")
        ]
        for name in ("first", "second")
    }
    assert dates == {"first": [2010.0, 2012.75], "second": [2013.0, 2022.75]}
    assert all(np.isfinite(one.std_error) for one in fit.effects)


CHAINS = {
    "an episode and a lasting change": (
        [FIRST, Interruption("second", 2013.0)],
        ["'first: level after'", "'first: slope after'"],
    ),
    "three episodes": (
        [FIRST, SECOND, Interruption("third", 2016.0, 2019.0)],
        [f"'{name}: {kind} after'" for name in ("first", "second") for kind in ("level", "slope")],
    ),
    "the other order": ([SECOND, FIRST], ["'first: level after'", "'first: slope after'"]),
    "levels": (
        [Interruption("first", 2010.0, 2013.0, ("level",)),
         Interruption("second", 2013.0, 2016.0, ("level",))],
        ["'first: level after'"],
    ),
    "a gap without a wave": (
        [Interruption("first", 2010.0, 2012.8), Interruption("second", 2013.0, 2016.0)],
        ["'first: level after'", "'first: slope after'"],
    ),
    "until the end of the series": (
        [FIRST, Interruption("second", 2013.0, 2030.0)],
        ["'first: level after'", "'first: slope after'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_chains_of_episodes_work_and_name_what_is_left_out(name):
    interruptions, out = CHAINS[name]
    fit = fitted(interruptions)
    said = [note for note in fit.model.notes if "is left out" in note]
    assert sorted(note.split(" is left out")[0] for note in said) == sorted(out)
    assert all(np.isfinite(one.std_error) for one in fit.effects)


APART = {
    "waves between": [FIRST, Interruption("second", 2015.0, 2018.0)],
    "overlap": [FIRST, Interruption("second", 2011.0, 2016.0)],
    "one episode": [FIRST],
    "slope beside level": [
        Interruption("first", 2010.0, 2013.0, ("slope",)),
        Interruption("second", 2013.0, 2016.0, ("level",)),
    ],
}


@pytest.mark.parametrize("name", APART)
def test_episodes_that_the_waves_tell_apart_keep_every_term(name):
    fit = fitted(APART[name])
    assert not any("is left out" in note for note in fit.model.notes)
    episodes = [one for one in APART[name] if np.isfinite(one.end)]
    ends = {one.term for one in fit.coefficients if one.term.endswith("after")}
    assert ends == {f"{one.name}: {effect} after" for one in episodes for effect in one.effects}


@pytest.mark.parametrize("name", CHAINS)
def test_chains_in_every_verb(name):
    interruptions, out = CHAINS[name]
    frame = series(4)
    other = frame.assign(estimate=frame["estimate"].to_numpy()[::-1])
    fits = [
        interrupted_counts(frame, interruptions),
        controlled_series(frame, other, interruptions, estimator="ols"),
        controlled_series(frame, other, interruptions, options=ControlOptions("difference")),
    ]
    people = pd.concat([frame.assign(person_id=k, y=frame["estimate"] + k % 3) for k in range(6)])
    rng = np.random.default_rng(2)
    people["y"] += rng.normal(size=len(people))
    notes = [fit.model.notes for fit in fits]
    notes.append(panel_model(people, "y", interruptions=interruptions).notes)
    for said in notes:
        found = [note.split(" is left out")[0] for note in said if "is left out" in note]
        assert sorted(found) == sorted(out)


def test_what_two_interruptions_say_alike_is_named():
    again = Interruption("again", 2010.0)
    with pytest.raises(
        OptionError,
        match=r"6 terms apart.*\['again: level change', 'again: slope change'\] say what the terms",
    ):
        fitted([Interruption("law", 2010.0), again])


def test_a_check_of_an_episode_still_finds_its_effect():
    how = Fitting("level during", estimator="ols")
    found = leave_one_wave_out(series(4), FIRST, how)
    assert len(found.rows) == 73


def test_words_of_a_gap_name_a_scale_that_is_not_that_of_the_series():
    waves = np.arange(2008.0, 2024.0)
    values = 0.1 + 0.002 * (waves - 2008) + np.tile([0.004, -0.002, 0.0, -0.002], 4)
    frame = pd.DataFrame({"wave": waves, "estimate": values})
    said = {
        link: forecast_gap(frame, start=2020.2, link=link).describe()
        for link in ("identity", "logit")
    }
    assert "on the logit scale" in said["logit"]
    assert "scale" not in said["identity"].partition(":")[0]
