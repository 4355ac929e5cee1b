"""``eenzaam-stats project``: from a command to numbers, pictures and refusals."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from trend.projection.projection_made import people, waves


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """SYNTHETIC prevalences and made-up people as files."""
    monkeypatch.chdir(tmp_path)
    waves().to_csv("waves.csv", index=False)
    people().to_csv("people.csv", index=False)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_json_holds_the_numbers_of_the_library(command) -> None:
    ran = command(
        "project", "waves.csv", "--edition", "people.csv", "--scenario", "trend", "--to", 2040,
        "--draws", 300, "--seed", 5, "--json",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)["data"]
    table = waves()
    table.attrs = {"source": "waves.csv"}
    found = es.project(
        table, people(), to=2040, scenario=es.scenarios.TrendScenario(),
        rng=np.random.default_rng(5), options=ProjectionOptions(draws=300),
    )  # fmt: skip
    assert len(data["rows"]) == len(found.rows) == 19 * 13
    for row, ours in zip(data["rows"], found.tidy().to_dict("records"), strict=True):
        assert row["persons"] == pytest.approx(ours["persons"], rel=1e-12)
        assert row["conf_low"] == pytest.approx(ours["conf_low"], rel=1e-12)
        assert row["persons_constant"] == pytest.approx(ours["persons_constant"], rel=1e-12)
    assert {one["source"] for one in data["variance"]} == {
        "sampling", "trend", "population", "together",
    }  # fmt: skip
    assert {one["part"] for one in data["change"]} >= {"size", "structure", "prevalence"}
    assert data["hindcast"]["edition"] == "cbs_kernprognose_2016"


@pytest.mark.usefixtures("folder")
def test_the_published_wave_is_the_default_and_the_words_come_first(command) -> None:
    ran = command("project", "--to", 2030)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("lonely, residents of 18 and over: 6,875,101 in 2022")
    for words in ("Hindcast", "of which size", "sampling not drawn", " 2030 "):
        assert words in ran.out


@pytest.mark.usefixtures("folder")
def test_csv_has_every_row_and_no_draws_means_no_interval(command) -> None:
    ran = command("project", "waves.csv", "--edition", "people.csv", "--draws", 0, "--csv")
    frame = pd.read_csv(io.StringIO(ran.out))
    assert len(frame) == 29 * 13
    assert frame["conf_low"].isna().all()
    assert frame["persons"].notna().all()


@pytest.mark.parametrize("view", ["fan", "age", "pyramid", "sources", "change"])
def test_every_view_becomes_a_picture(view, folder, command) -> None:
    call = ["project", "waves.csv", "--edition", "people.csv", "--draws", 200, "--view", view]
    ran = command(*call, "--plot", f"{view}.svg", "--lang", "en")
    assert ran.code == 0, ran.err
    assert "<desc" in (folder / f"{view}.svg").read_text("utf-8")
    assert command(*call, "--plot", f"{view}.svg").code == 3  # it is there already


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--scenario", "decline"], 2, "--scenario is 'decline'"),
        (["--view", "map"], 2, "--view is 'map'"),
        (["--damping", "1,0.5"], 2, "shape a trend"),
        (["--scenario", "trend", "--damping", "much"], 2, "they are numbers"),
        (["--scenario", "trend"], 3, "at least 3 waves"),
        (["--json", "--csv"], 2, "Choose one"),
        (["--edition", "cbs_2030"], 2, "not an option"),
        (["--edition", "absent.csv"], 3, "absent.csv is not there"),
        (["absent.csv"], 3, "absent.csv is not there"),
        (["--edition", "derived_A"], 2, "--base-population"),
        (["--plot", "x.gif"], 2, "none of .png, .svg and .pdf"),
    ],
)
def test_wrong_calls_end_with_a_sentence_and_a_code(arguments, code, words, folder, command):
    ran = command("project", *arguments, "--draws", 100)
    assert ran.code == code
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert not list(folder.glob("x.*"))
