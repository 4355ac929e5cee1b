"""A set of files: all of the old ones or all of the new ones, whatever ends the run; races."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.files import scratch
from eenzaam_stats.files.places import shorten
from eenzaam_stats.files.scratch import JOURNAL, NEW, OLD, PREFIX, remove_leftovers
from eenzaam_stats.files.writing import PendingFile, write_file, write_folder, write_set
from files.faulty_disk import counted, ended_at, tree

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
NAMES = ("a.csv", "figures/b.svg", "figures/c.svg", "d.json")
BEFORE = {name: f"old {name}" for name in NAMES[:3]}  # the fourth was not there
FILLING = ("replace", "hardlink_to", "mkdir")  # what a full disk refuses; removing it never does
AFTER = {name: f"new {name}" for name in NAMES}


def _texts(folder: Path) -> dict[str, str]:
    return {name: data.decode() for name, data in tree(folder).items() if data is not None}


@pytest.fixture(params=[True, False], ids=["links", "without links"])
def folder(request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an old set, on a file system with hard links and on one without."""
    if not request.param:

        def refused(_path: Path, _target: Path) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(Path, "hardlink_to", refused)
    write_set(tmp_path / "out", BEFORE, needed_by="test")
    return tmp_path / "out"


@posix
def test_killed_at_every_step_it_is_the_old_set_or_the_new_one(folder: Path) -> None:
    seen = set()
    for step in range(1, 60):
        if not ended_at(step, lambda: write_set(folder, AFTER, needed_by="t", overwrite=True)):
            break
        remove_leftovers(folder)
        found = _texts(folder)
        assert found in (BEFORE, AFTER), step
        seen.add(len(found))
        if found == AFTER:
            (folder / "d.json").unlink()
            write_set(folder, BEFORE, needed_by="t", overwrite=True)
    assert step > 15
    assert seen == {3, 4}


def _refused_at(step: int, folder: Path) -> bool:
    """Whether a set was refused because the disk was full from one of its steps on."""

    def refuse(count: int) -> None:
        if count == step:
            raise OSError(28, "No space left on device")

    with counted(refuse, FILLING):
        try:
            write_set(folder, AFTER, needed_by="t", overwrite=True)
        except SourceError as problem:
            return "No space left" in str(problem)
    return False


def test_refused_at_every_step_it_is_the_old_set(folder: Path) -> None:
    refused = 0
    for step in range(1, 45):
        if _refused_at(step, folder):
            assert _texts(folder) == BEFORE
            refused += 1
        else:
            assert _texts(folder) == AFTER
            (folder / "d.json").unlink()
            write_set(folder, BEFORE, needed_by="t", overwrite=True)
        assert [name for name in tree(folder) if PREFIX in name] == []
    assert refused > 12


def test_interrupted_set_is_undone_at_once(folder: Path) -> None:
    def stop(count: int) -> None:
        if count == 14:
            raise KeyboardInterrupt

    with counted(stop), pytest.raises(KeyboardInterrupt):
        write_set(folder, AFTER, needed_by="t", overwrite=True)
    assert _texts(folder) == BEFORE


def test_what_a_user_wrote_since_is_not_undone(tmp_path: Path, monkeypatch) -> None:
    write_set(tmp_path, {"a": "old", "b": "old"}, needed_by="t")
    ended = _abandoned(tmp_path, {"a": "new", "b": "new"}, moved=["a"])
    (tmp_path / "a").unlink()
    (tmp_path / "a").write_text("of the user")
    monkeypatch.setattr(scratch, "_is_running", lambda _: False)
    assert remove_leftovers(tmp_path) == 1
    assert _texts(tmp_path) == {"a": "of the user", "b": "old"}
    assert not ended.exists()


def _abandoned(folder: Path, files: dict[str, str], moved: list[str]) -> Path:
    """What a run leaves that was ended after some of its moves."""
    made = scratch.make_scratch(folder)
    (made / OLD).mkdir()
    (made / NEW).mkdir()
    marks = []
    for name, text in files.items():
        (made / NEW / name).write_text(text)
        marks.append((name, scratch._mark(made / NEW / name)))
    (made / JOURNAL).write_text(json.dumps(marks))
    for place, name in enumerate(files):
        if name in moved:
            (folder / name).replace(made / OLD / str(place))
            (made / NEW / name).replace(folder / name)
    return made


def test_undoing_twice_is_harmless(tmp_path: Path) -> None:
    write_set(tmp_path, {"a": "old"}, needed_by="t")
    made = _abandoned(tmp_path, {"a": "new", "b": "new"}, moved=["a"])
    journal = (made / JOURNAL).read_text()
    scratch._undo(made, tmp_path)
    (made / JOURNAL).write_text(journal)
    scratch._undo(made, tmp_path)
    assert (tmp_path / "a").read_text() == "old"


@pytest.mark.parametrize("name", ["../outside", "sub/../../outside", "link/outside"])
def test_journal_that_leads_elsewhere_is_not_followed(name: str, tmp_path: Path, monkeypatch):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link").symlink_to(tmp_path)
    victim = tmp_path / "outside"
    victim.write_text("x")
    made = scratch.make_scratch(tmp_path / "in")
    (made / JOURNAL).write_text(json.dumps([[name, scratch._mark(victim)]]))
    monkeypatch.setattr(scratch, "_is_running", lambda _: False)
    remove_leftovers(tmp_path / "in")
    assert victim.read_text() == "x"


@posix
def test_left_overs_of_others_and_of_runs_that_go_on_stay(tmp_path: Path, monkeypatch) -> None:
    own = scratch.make_scratch(tmp_path)
    assert remove_leftovers(tmp_path) == 0
    other = tmp_path / f"{PREFIX}ffffffff-1-00000000"
    other.mkdir()
    assert remove_leftovers(tmp_path) == 0  # another machine, younger than a day
    os.utime(other, (1, 1))
    link = tmp_path / f"{PREFIX}link"
    link.symlink_to(own)
    monkeypatch.setattr(scratch.os, "getuid", lambda: 12345)
    assert remove_leftovers(tmp_path) == 0
    monkeypatch.undo()
    assert remove_leftovers(tmp_path) == 1
    assert own.exists()


def test_file_that_came_meanwhile_is_not_replaced(folder: Path) -> None:
    pending = PendingFile(folder / "new.csv", "test")
    pending.part.write_text("ours")
    (folder / "new.csv").write_text("theirs")
    with pytest.raises(SourceError, match=r"test does not replace new\.csv, which exists already"):
        pending.place()
    assert (folder / "new.csv").read_text() == "theirs"
    assert [name for name in tree(folder) if PREFIX in name] == []


def test_folder_made_for_a_set_that_failed_is_removed(tmp_path: Path) -> None:
    def broken(_: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SourceError, match=r"cannot write x: No space left"):
        write_set(tmp_path / "a" / "out", {"x": broken}, needed_by="t", parents=True)
    with pytest.raises(SourceError, match=r"cannot write new: No space left"):
        write_folder(tmp_path / "new", broken, needed_by="t")
    assert tree(tmp_path) == {}


def test_silent_library_that_writes_nothing_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"the disk took 0 bytes"):
        write_file(tmp_path / "a", lambda part: part.touch(), needed_by="t")
    assert tree(tmp_path) == {}


RACE = """
import sys
from pathlib import Path
from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.writing import write_set
who, folder, force = sys.argv[1], Path(sys.argv[2]), sys.argv[3] == "force"
print("ready", flush=True)
sys.stdin.readline()
done = 0
for turn in range(25):
    try:
        files = {f"{n}.txt": f"{who}{turn}" * 50 for n in range(6)}
        write_set(folder, files, needed_by="race", overwrite=force)
        done += 1
    except SourceError:
        pass
print(done)
"""


@pytest.mark.parametrize("force", ["force", "once"])
def test_two_processes_never_mix_their_sets(force: str, tmp_path: Path) -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, who, str(tmp_path / "out"), force],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for who in "AB"
    ]  # fmt: skip
    for one in running:
        assert one.stdout.readline() == "ready\n"
    for one in running:
        one.stdin.write("go\n")
        one.stdin.flush()
    done = sum(int(one.communicate(timeout=120)[0]) for one in running)
    assert all(one.returncode == 0 for one in running)
    found = _texts(tmp_path / "out")
    assert len(found) == 6
    assert len(set(found.values())) == 1
    assert done == 1 if force == "once" else done > 25


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a\nb\x1b[31m", "a?b?[31m"), ("gm\udcff.sav", "gm?.sav"), ("é–.csv", "é–.csv")],
)
def test_names_in_messages_are_printable(name: str, shown: str) -> None:
    assert shorten(name) == shown
