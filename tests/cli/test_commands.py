"""Help, version and synthesise."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pyreadstat
import pytest

from eenzaam_stats.synthetic.sources import SYNTHESISERS


def test_version_and_help_go_to_stdout(command) -> None:
    assert re.fullmatch(r"eenzaam-stats \d+\.\d+\.\d+\n", command("--version").out)
    ran = command("--help")
    assert ran.code == 0
    for word in ("letter", "synthesise", "Exit codes"):
        assert word in ran.out


def test_empty_call_shows_help_and_exits_two(command) -> None:
    assert command().code == 2


def test_synthesise_prints_the_file_and_says_synthetic(tmp_path: Path, command) -> None:
    out = tmp_path / "demo.sav"
    ran = command("synthesise", "gezondheidsmonitor", "--n", 1000, out)
    assert ran.code == 0
    assert ran.out.strip() == str(out)
    assert ran.err.startswith("SYNTHETIC")


def test_synthesise_json_has_the_targets(tmp_path: Path, command) -> None:
    ran = command("synthesise", "gezondheidsmonitor", "--n", 1000, tmp_path / "d.sav", "--json")
    assert json.loads(ran.out)["data"]["wave"] == 2022


@pytest.mark.parametrize("source", sorted(SYNTHESISERS))
def test_every_synthetic_file_is_written_from_the_command_line(
    source, tmp_path: Path, command
) -> None:
    names = {"eu_loneliness_survey": "x_values.csv", "liss": "panel"}
    out = tmp_path / names.get(source, "x.sav")
    ran = command(
        "synthesise", source, out, *(("--n", 1000) if source != "eu_loneliness_survey" else ())
    )
    assert ran.code == 0, ran.err
    assert out.exists()
    assert ran.err.startswith("SYNTHETIC")


@pytest.mark.parametrize(
    ("source", "wave", "column"),
    [("lasa", "2B", "blosoc"), ("ess", "7", "fltlnl"), ("gmjv", "2024", "Stratum_gemeente")],
)
def test_wave_is_a_year_a_number_or_a_letter_as_its_source_names_it(
    source, wave, column, tmp_path: Path, command
) -> None:
    ran = command("synthesise", source, "--wave", wave, "--n", 1000, tmp_path / "x.sav")
    assert ran.code == 0, ran.err
    _, meta = pyreadstat.read_sav(tmp_path / "x.sav", metadataonly=True)
    assert column in meta.column_names


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("hbsc", "x.sav"), 2, "'gezondheidsmonitor'"),
        (("gezondheidsmonitor", "x.csv"), 2, ".sav"),
        (("gezondheidsmonitor", "nowhere/x.sav"), 3, "needs an existing folder"),
        (("gezondheidsmonitor", "x.sav", "--n", "10"), 2, "1,000 or more"),
        (("eu_loneliness_survey", "x_values.csv", "--wave", "2022"), 2, "one wave only"),
        (("gezondheidsmonitor", "x.sav", "--wave", "H"), 2, "wave is 'H'"),
        (("lasa", "x.sav", "--wave", "2022"), 2, "'B', 'C', 'D'"),
        (("liss", "x", "--wave", "abc"), 2, "wave is 'abc'"),
    ],
)
def test_synthesise_mistakes_are_explained(
    arguments, code, words, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = command("synthesise", *arguments)
    assert ran.code == code
    assert words in ran.err
    assert list(tmp_path.iterdir()) == []


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "eenzaam_stats", "project", "--scenario", "none"]
    ran = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ran.returncode == 2
    assert ran.stderr.startswith("eenzaam-stats project: --scenario is 'none'")
