"""``eenzaam-stats trend``: a CSV of estimates per wave to changes, gaps and a picture."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.trend.series.plan import SeriesOptions

COVID = ("--interruption", "COVID-19:2020.2")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Made-up shares of 18 autumn waves with their errors."""
    rng = np.random.default_rng(9)
    waves = np.round(np.arange(2006.0, 2024.0) + 0.8, 1)
    logit = -1.0 - 0.03 * (waves - 2006) + 0.5 * (waves > 2020.2) + rng.normal(0, 0.05, len(waves))
    return pd.DataFrame(
        {"wave": waves, "estimate": 1 / (1 + np.exp(-logit)), "std_error": 0.008}
    ).round(6)


@pytest.fixture
def series(frame: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "series.csv"
    frame.to_csv(path, index=False)
    return path


def test_help_names_options_and_examples(command) -> None:
    ran = command("trend", "--help")
    assert ran.code == 0
    for word in ("--interruption", "--estimator", "--link", "--gap", "--plot", "Examples"):
        assert word in ran.out


def test_text_says_what_was_fitted_and_gives_the_effects(series, frame, command) -> None:
    ran = command("trend", series, *COVID, "--link", "logit")
    assert ran.code == 0, ran.err
    fit = es.interrupted_time_series(frame, [es.Interruption("COVID-19", 2020.2)], link="logit")
    assert ran.out.startswith(fit.describe())
    for effect in ("level change", "slope change", "whole slope change"):
        assert effect in ran.out


def test_json_holds_the_numbers_of_the_library(series, frame, command) -> None:
    ran = command("trend", series, *COVID, "--link", "logit", "--at", "2021.8", "--json")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["ok"] is True
    assert document["command"] == "trend"
    fit = es.interrupted_time_series(
        frame,
        [es.Interruption("COVID-19", 2020.2)],
        link="logit",
        options=SeriesOptions(at=(2021.8,)),
    )
    rows = document["data"]["rows"]
    assert len(rows) == len(fit.effects) == 4
    for row, effect in zip(rows, fit.effects, strict=True):
        assert row["effect"] == effect.effect
        for column in ("estimate", "std_error", "conf_low", "conf_high", "df", "p_value"):
            assert math.isclose(row[column], getattr(effect, column), rel_tol=1e-9), column
    # a change has no date and no relative effect: null, never NaN or 0
    assert rows[0]["date"] is None
    assert rows[0]["relative"] is None
    assert math.isclose(rows[-1]["absolute"], fit.effects[-1].absolute, rel_tol=1e-9)
    assert document["data"]["model"]["method"] == "reml"
    assert document["data"]["model"]["n"] == 18


def test_csv_has_a_row_per_effect(series, command) -> None:
    ran = command("trend", series, *COVID, "--effects", "level", "--csv")
    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [row["effect"] for row in rows] == ["level change", "effect", "effect"]
    assert rows[0]["date"] == ""


def test_two_interruptions_one_of_them_an_episode(series, frame, command) -> None:
    ran = command(
        *("trend", series, "--interruption", "questionnaire:2012", "--json"),
        *("--interruption", "COVID-19:2020.2:2022.2", "--estimator", "ols"),
    )
    assert ran.code == 0, ran.err
    rows = json.loads(ran.out)["data"]["rows"]
    fit = es.interrupted_time_series(
        frame,
        [es.Interruption("questionnaire", 2012.0), es.Interruption("COVID-19", 2020.2, 2022.2)],
        estimator="ols",
    )
    assert [(r["interruption"], r["effect"]) for r in rows] == [
        (e.interruption, e.effect) for e in fit.effects
    ]
    assert {r["effect"] for r in rows if r["interruption"] == "COVID-19"} >= {
        "level during",
        "level after",
    }
    for row, effect in zip(rows, fit.effects, strict=True):
        assert math.isclose(row["estimate"], effect.estimate, rel_tol=1e-9)


def test_gap_compares_with_the_trend_before(series, frame, command) -> None:
    ran = command("trend", series, *COVID, "--gap", "--link", "logit", "--json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    result = es.forecast_gap(frame, start=2020.2, link="logit")
    assert len(data["rows"]) == len(result.gaps) == 4
    for row, gap in zip(data["rows"], result.gaps, strict=True):
        assert math.isclose(row["gap"], gap.gap, rel_tol=1e-9)
    assert data["text"] == result.describe()


@pytest.mark.parametrize(("suffix", "begin"), [(".png", b"\x89PNG"), (".svg", b"<?xml")])
def test_picture_is_written_once_and_replaced_on_request(
    series, command, tmp_path, suffix, begin
) -> None:
    picture = tmp_path / f"covid{suffix}"
    arguments = ("trend", series, *COVID, "--plot", picture)
    ran = command(*arguments, "--lang", "en")
    assert ran.code == 0, ran.err
    assert picture.read_bytes().startswith(begin)
    assert picture.name in ran.err
    again = command(*arguments)
    assert again.code != 0
    assert picture.name in again.err
    assert command(*arguments, "--force", "--quiet").code == 0


WRONG_OPTIONS = {
    "no name": (("--interruption", "2020.2"), "not NAME:START or NAME:START:END"),
    "no number": (("--interruption", "COVID-19:March"), "not NAME:START or NAME:START:END"),
    "outside": (("--interruption", "x:2040"), "the series runs from 2006.8 to 2023.8"),
    "two before": (("--interruption", "x:2008.5"), "at least 3 waves before"),
    "effects": ((*COVID, "--effects", "jump"), "'jump', which is not an option"),
    "estimator": ((*COVID, "--estimator", "ml"), "'ml', which is not an option"),
    "link": ((*COVID, "--link", "log"), "'log', which is not an option"),
    "level": ((*COVID, "--level", "95"), "level is 95"),
    "two formats": ((*COVID, "--json", "--csv"), "two formats for one output"),
    "date": ((*COVID, "--at", "2010"), "at [2010.0] none does yet"),
}


@pytest.mark.parametrize("name", WRONG_OPTIONS)
def test_wrong_options_exit_two_with_one_sentence(series, command, name) -> None:
    options, words = WRONG_OPTIONS[name]
    ran = command("trend", series, *options)
    assert ran.code == 2
    assert words in (ran.err or ran.out)
    assert "Traceback" not in ran.err


def test_without_an_interruption_usage_is_shown(series, command) -> None:
    ran = command("trend", series)
    assert ran.code == 2
    assert "--interruption" in ran.err


WRONG_FILES = {
    "absent": (None, "nowhere.csv"),
    "empty": ("", "cannot be read as CSV"),
    "other columns": ("year,value\n2008,1\n2009,2\n", "column(s) ['wave', 'estimate']"),
    "a wave twice": (
        "wave,estimate\n2008,1\n2009,2\n2009,3\n2010,4\n",
        "wave(s) [2009] occur more than once",
    ),
    "words": ("wave,estimate\nautumn,1\nspring,2\nsummer,3\n", "found 'autumn'"),
    "an empty cell": (
        "wave,estimate\n2008,1\n2009,\n2010,4\n2011,3\n",
        "column 'estimate' has none in 1 wave(s) (first 2009)",
    ),
    "a negative error": (
        "wave,estimate,std_error\n2008,1,0.1\n2009,2,-0.1\n2010,4,0.1\n",
        "standard error of at least 0",
    ),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_wrong_files_exit_three_with_one_sentence_and_no_output(command, tmp_path, name) -> None:
    content, words = WRONG_FILES[name]
    path = tmp_path / ("nowhere.csv" if content is None else "series.csv")
    if content is not None:
        path.write_text(content, encoding="utf-8")
    picture = tmp_path / "picture.png"
    ran = command("trend", path, *COVID, "--plot", picture)
    assert ran.code == 3
    assert words in ran.err
    assert ran.out == ""
    assert "Traceback" not in ran.err
    assert str(tmp_path) not in ran.err
    assert not picture.exists()


def test_error_as_json_is_one_document(command, tmp_path) -> None:
    ran = command("trend", tmp_path / "nowhere.csv", *COVID, "--json")
    assert ran.code == 3
    document = json.loads(ran.out)
    assert document["ok"] is False
    assert document["error"]["class"] == "SourceError"


def test_checks_are_printed_for_every_effect(series, command) -> None:
    ran = command("trend", series, *COVID, "--checks", "--estimator", "ols")
    assert ran.code == 0, ran.err
    lines = [line for line in ran.out.splitlines() if line.startswith("check ")]
    assert len(lines) == 4
    assert sum("placebo in time" in line for line in lines) == 2
    assert sum("leave one wave out" in line for line in lines) == 2
    document = json.loads(command("trend", series, *COVID, "--checks", "--json").out)
    assert {one["verdict"] for one in document["data"]["checks"]} <= {
        "passed",
        "FAILED",
        "not applicable",
    }
    refused = command("trend", series, *COVID, "--checks", "--gap")
    assert refused.code == 2
    assert "--checks looks at changes" in refused.err


def test_dates_on_the_command_line(tmp_path, command) -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2016-01-01", periods=40, freq="MS")
    made = pd.DataFrame({"wave": days, "estimate": 20 + rng.normal(size=40)})
    made.to_csv(tmp_path / "dates.csv", index=False)
    made.assign(wave=2016 + np.arange(40) / 12).to_csv(tmp_path / "numbers.csv", index=False)
    asked = {
        "dates.csv": ("law:2018-03-01:2018Q4", "2018-05"),
        "numbers.csv": (f"law:{2018 + 2 / 12}:2018.75", str(2018 + 4 / 12)),
    }
    for more in (("--at",), ("--checks",), ("--gap",), ("--estimator", "newey_west")):
        rows = []
        for name, (interruption, at) in asked.items():
            options = (*more, at) if more == ("--at",) else more
            ran = command("trend", tmp_path / name, "--interruption", interruption, *options,
                          "--json")  # fmt: skip
            assert ran.code == 0, ran.err
            rows.append(json.loads(ran.out)["data"]["rows"])
        for left, right in zip(*rows, strict=True):
            numbers = [key for key, value in left.items() if isinstance(value, float)]
            assert numbers
            for key in numbers:
                assert right[key] == pytest.approx(left[key], rel=1e-6, abs=1e-9), key


def test_a_date_that_is_not_clear_is_refused(series, command) -> None:
    ran = command("trend", series, "--interruption", "COVID-19:15-03-2020")
    assert ran.code == 2
    assert "not NAME:START or NAME:START:END with numbers or dates" in ran.err


def test_wave_without_an_error_is_refused_left_out_or_given_one(tmp_path, frame, command) -> None:
    path = tmp_path / "zero.csv"
    frame.assign(std_error=frame["std_error"].where(frame["wave"] != 2010.8, 0.0)).to_csv(
        path, index=False
    )
    ran = command("trend", path, *COVID)
    assert ran.code == 3
    assert "1 wave(s) have none: 2010.8 (no variance)" in ran.err
    for gap in ((), ("--gap",)):
        left = command("trend", path, *COVID, *gap, "--without-error", "leave_out", "--json")
        notes = json.loads(left.out)["data"]["model"]["notes"]
        assert notes[0].startswith("Left out, as asked, without a sampling error: 2010.8")
        given = command("trend", path, *COVID, *gap, "--without-error", "0.02", "--json")
        assert json.loads(given.out)["data"]["model"]["flag"] == "uncertain"
    wrong = command("trend", path, *COVID, "--without-error", "drop")
    assert wrong.code == 2
    assert "--without-error is 'drop'" in wrong.err
