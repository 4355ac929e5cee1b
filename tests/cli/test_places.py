"""Every command that writes a file asks for its place before it works."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import typer

from cli.test_every_command import workplace
from eenzaam_stats.cli import main
from eenzaam_stats.files import writing
from eenzaam_stats.files.scratch import PREFIX
from files.faulty_disk import locked, read_only, tree

__all__ = ["workplace"]
GM = ("--source", "gezondheidsmonitor", "--wave", "2022", "--outcome", "severely_lonely")
# Command and option, the words before the place, the ending of the place, and the work itself.
PLACES = [
    ("prevalence", "out", ("demo.sav", *GM, "--out"), ".csv",
     "eenzaam_stats.loaders.sources.any_source.read_source"),
    ("prevalence", "release", ("demo.sav", *GM, "--release"), "",
     "eenzaam_stats.loaders.sources.any_source.read_source"),
    ("trend", "plot", ("series.csv", "--interruption", "COVID:2020.2:2022.2", "--plot"), ".svg",
     "eenzaam_stats.cli.trend.csv_table"),
    ("project", "plot", ("--plot",), ".pdf", "eenzaam_stats.trend.projection.project.project"),
    ("letter", "out", ("--out",), "", "eenzaam_stats.letter.report.compose"),
    ("letter", "release", ("--survey", "demo.sav", "--release"), "",
     "eenzaam_stats.letter.microdata.compute_figures"),
    ("audit", "out", ("series.csv", "--out"), ".txt", "eenzaam_stats.cli.audit._tables"),
    ("synthesise", "out", ("lasa",), ".sav", "numpy.random.default_rng"),
    ("synthesise", "out", ("ssw",), ".sav", "numpy.random.default_rng"),
    ("synthesise", "out", ("liss",), "", "numpy.random.default_rng"),
    ("fetch", "out", ("loneliness", "--out"), "", "eenzaam_stats.statline.fetched.fetch"),
    ("fetch", "out", ("85766NED", "--out"), ".csv", "eenzaam_stats.statline.statline.read_table"),
    ("fetch", "out", ("85766NED", "--out"), ".parquet",
     "eenzaam_stats.statline.statline.read_into"),
    ("codebook template", "out", ("ssw",), ".toml", "builtins.print"),
]  # fmt: skip
WRITTEN = {"out", "plot", "release"}
FAULTS = ("exists", "read-only", "long", "no folder", "in a file", "/proc", "a folder")


def _written_options(group: Any, before: str = "") -> set[tuple[str, str]]:
    """Options and arguments of every command that name a file to write."""
    found = set()
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= _written_options(command, f"{name} ")
        found |= {(before + name, one.name) for one in command.params if one.name in WRITTEN}
    return found


def test_every_option_that_names_a_file_to_write_is_tried() -> None:
    named = _written_options(typer.main.get_command(main.app))
    assert named == {(command, option) for command, option, *_ in PLACES}


def _spoiled(fault: str, ending: str, folder: Path, *, is_folder: bool) -> Path:
    place = folder / f"place{ending}"
    if fault == "exists":
        place.write_bytes(b"old")
    elif fault == "long":
        return folder / ("n" * 300 + ending)
    elif fault == "no folder":
        return folder / "absent" / "deeper" / f"place{ending}"
    elif fault == "in a file":
        (folder / "file").write_bytes(b"old")
        return folder / "file" / f"place{ending}"
    elif fault == "/proc":
        return Path("/proc") / f"place{ending}"
    elif fault == "a folder" and not is_folder:
        place.mkdir()
    return place


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("case", PLACES, ids=lambda case: f"{case[0]} {case[2][0]} {case[3]}")
def test_the_place_is_checked_before_the_work(case, fault, workplace, command, monkeypatch) -> None:
    name, option, before, ending, work = case
    is_folder = ending == ""
    if fault == "a folder" and is_folder:
        pytest.skip("a folder is what it asks for")
    folder = workplace / "places"
    folder.mkdir()
    place = _spoiled(fault, ending, folder, is_folder=is_folder)
    if option == "release" and fault in ("read-only", "/proc"):
        place = folder if fault == "read-only" else Path("/proc")
    was = tree(folder)

    def worked(*_: object, **__: object) -> None:
        raise AssertionError("it worked before it looked at its place")

    monkeypatch.setattr(work, worked)
    words = (*name.split(), *before, place)
    if fault == "read-only":
        with read_only():
            ran = command(*words)
    else:
        ran = command(*words)
    assert ran.code == 3, ran.err
    assert ran.err.count("\n") == 1
    assert len(ran.err) < 400
    assert "mistake" not in ran.err
    assert tree(folder) == was


def test_a_release_whose_file_failed_is_not_remembered(workplace, command) -> None:
    (workplace / "left").mkdir()
    words = ("prevalence", "demo.sav", *GM, "--release", "left", "--out", "t.csv")
    moved = []

    def first_only(path: Path) -> bool:
        moved.append(path)
        return len(moved) <= 3  # the list of records, the record, the list

    with locked(only=lambda path: not first_only(path)):
        ran = command(*words)
    assert ran.code == 3, ran.err
    assert "cannot write t.csv" in ran.err
    assert tree(workplace / "left") == {}
    assert command(*words).code == 0
    assert list(tree(workplace / "left")) == ["release_00001.json", "releases.json"]


@pytest.mark.parametrize("before", [None, "an older table"])
def test_a_file_that_arrived_keeps_its_record(workplace, command, monkeypatch, before) -> None:
    """A disk that fails after the move: the file is there, so its tables have left."""
    (workplace / "left").mkdir()
    if before:
        (workplace / "t.csv").write_text(before)
    settle = writing.settle_folder

    def fails_for_the_output(folder: Path) -> None:
        settle(folder)
        if folder.resolve() == workplace.resolve() and (workplace / "t.csv").is_file():
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(writing, "settle_folder", fails_for_the_output)
    words = ("prevalence", "demo.sav", *GM, "--release", "left", "--out", "t.csv", "--force")
    ran = command(*words)
    assert ran.code == 3, ran.err
    assert (workplace / "t.csv").read_text() != before
    assert sorted(tree(workplace / "left")) == ["release_00001.json", "releases.json"]


def test_two_runs_at_once_do_not_both_leave(workplace, command, monkeypatch) -> None:
    """A record that came while this run worked: it was not checked against that."""
    from eenzaam_stats.cli.checking import Leaving

    left = workplace / "left"
    left.mkdir()
    own = Leaving.tables

    def slow(leaving: Leaving, *tables: Any) -> object:
        (left / "release_00001.json").write_text("[]")
        return own(leaving, *tables)

    monkeypatch.setattr(Leaving, "tables", slow)
    ran = command("prevalence", "demo.sav", *GM, "--release", left, "--out", "t.csv")
    assert ran.code == 3
    assert "another run has left a table meanwhile" in ran.err
    assert not Path("t.csv").exists()
    assert not list(workplace.rglob(f"{PREFIX}*"))


def test_left_over_of_an_ended_report_is_no_other_file(workplace, command, monkeypatch) -> None:
    from eenzaam_stats.letter import report

    monkeypatch.setattr(report, "documents", lambda _: {"letter.html": "x", "manifest.json": "{}"})
    ended = workplace / "out" / f"{PREFIX}ffffffff-1-00000000"
    ended.mkdir(parents=True)
    os.utime(ended, (1, 1))
    assert command("letter", "--out", "out").code == 0
    assert set(tree(workplace / "out")) == {"letter.html", "manifest.json"}


@pytest.mark.parametrize("place", ["demo.sav", "left/release_00001.json"])
def test_output_is_never_what_the_command_reads(place, workplace, command) -> None:
    (workplace / "left").mkdir()
    was = tree(workplace)
    words = ("prevalence", "demo.sav", *GM, "--release", "left", "--out", place, "--force")
    ran = command(*words)
    assert ran.code == 2
    assert "would be written over what this command reads" in ran.err
    assert tree(workplace) == was
