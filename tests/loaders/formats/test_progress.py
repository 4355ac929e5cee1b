"""Steps of a reading are told to a listener, drawn by the command line and by nobody else."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from eenzaam_stats import loaders
from eenzaam_stats.cli import output
from eenzaam_stats.cli.main import run
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.progress import show_progress
from eenzaam_stats.synthetic.sources import synthesise
from loaders.sources.monitor_files import monitor_file


@pytest.fixture(scope="module")
def monitor(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("synthetic") / "demo.sav"
    synthesise("gezondheidsmonitor", path, wave=2022, n=1_000)
    return path


def test_steps_of_one_file_are_told_in_order(tmp_path):
    path = monitor_file(2022, repeats=3).write(tmp_path / "gm.sav")
    heard: list[str] = []
    with show_progress(heard.append):
        survey = loaders.read_gezondheidsmonitor(path, wave=2022)
    assert len(survey.respondents) == 60
    assert len(heard) == 2
    assert heard[0].startswith("reading ")
    assert heard[0].endswith(" columns and 60 rows of gm.sav")
    assert heard[1] == "harmonising 60 rows of gm.sav"


def test_rows_of_a_csv_file_are_counted_while_they_are_read(tmp_path):
    pd.DataFrame({"a": range(45_000)}).to_csv(tmp_path / "x.csv", index=False)
    heard: list[str] = []
    file = open_file(tmp_path / "x.csv")
    with show_progress(heard.append):
        read_columns(file, ["a"])
    assert heard == [
        "reading 1 columns of x.csv",
        *(f"{rows} rows of x.csv read" for rows in ("20,000", "40,000", "45,000")),
    ]


def test_every_file_of_a_panel_is_named(tmp_path):
    synthesise("liss", tmp_path / "panel", wave=[2012, 2019], n=800)
    names = {file.name for file in (tmp_path / "panel").glob("*.sav")}
    heard: list[str] = []
    with show_progress(heard.append):
        loaders.read_liss(tmp_path / "panel")
    assert {words.rsplit(" ", 1)[-1] for words in heard} == names


def test_nobody_is_told_outside_the_block(tmp_path, capsys):
    path = monitor_file(2022).write(tmp_path / "gm.sav")
    heard: list[str] = []
    with show_progress(heard.append):
        pass
    loaders.read_gezondheidsmonitor(path, wave=2022)
    assert heard == []
    assert capsys.readouterr() == ("", "")


def test_listener_is_forgotten_after_an_error(tmp_path):
    heard: list[str] = []
    with pytest.raises(RuntimeError), show_progress(heard.append):
        raise RuntimeError("stop")
    loaders.read_gezondheidsmonitor(monitor_file(2022).write(tmp_path / "gm.sav"), wave=2022)
    assert heard == []


def test_reading_does_not_load_the_library_that_draws():
    code = "import sys, eenzaam_stats.loaders; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ARGUMENTS = ("--source", "gezondheidsmonitor", "--wave", "2022", "--outcome", "lonely", "--csv")


def test_bar_is_drawn_when_stderr_is_a_terminal(monitor, monkeypatch, capsys):
    terminal = partial(Console, force_terminal=True, width=120)
    monkeypatch.setattr(output, "Console", terminal)
    seen: list[str] = []
    own = output.Progress.update
    monkeypatch.setattr(
        output.Progress,
        "update",
        lambda bar, task, **now: (seen.append(now["description"]), own(bar, task, **now)),
    )
    assert run(["prevalence", str(monitor), *ARGUMENTS]) == 0
    assert seen[1] == "harmonising 1,000 rows of demo.sav"
    assert seen[2:] == ["scoring", "estimating", "done"]
    err = capsys.readouterr().err
    assert "3/3" in err


@pytest.mark.parametrize("more", [(), ("--quiet",)])
def test_nothing_is_drawn_when_stderr_is_no_terminal(monitor, capsys, more):
    assert run(["prevalence", str(monitor), *ARGUMENTS, *more]) == 0
    err = capsys.readouterr().err
    assert "harmonising" not in err
    assert "3/3" not in err


def test_quiet_draws_nothing_on_a_terminal_either(monitor, monkeypatch, capsys):
    monkeypatch.setattr(output, "Console", partial(Console, force_terminal=True, width=120))
    assert run(["prevalence", str(monitor), *ARGUMENTS, "--quiet"]) == 0
    assert "3/3" not in capsys.readouterr().err
