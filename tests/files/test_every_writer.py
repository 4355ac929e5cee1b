"""Every writer on a full disk, in a read-only place, over a file, a link, a long name, ended."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import warnings
from pathlib import Path

import pytest

from eenzaam_stats.cli import main
from eenzaam_stats.errors import EenzaamStatsWarning, SourceError
from eenzaam_stats.files.scratch import PREFIX
from eenzaam_stats.letter import report
from files.faulty_disk import (
    ended_at,
    full_at_the_end,
    full_disk,
    locked,
    read_only,
    tree,
)
from files.writers import (
    FOLDERS,
    WRITERS,
    Writer,
    primitive_modules,
    writing_modules,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and signals of POSIX")
OLD = b"the file that was there"
DOCUMENTS = {"letter.html": b"x" * 9_000, "figures/a.svg": b"y" * 99, "manifest.json": b"{}"}
# a way of their own, with the reason
BESIDE = {
    "files/scratch.py": "makes, moves and removes what the others write",
    "files/writing.py": "the one module",
    "loaders/harmonise/cache.py": "fills the part that loaders/harmonise/cache.py places",
    "synthetic/writing.py": "fills the part and reads it back",
    "synthetic/liss.py": "fills the part of a folder",
    "synthetic/eu_survey.py": "fills the part",
    "statline/statline.py": "fills the part page by page",
    "statline/cache.py": "fills the part page by page",
    "plots/theme.py": "into memory",
    "cli/doctor.py": "a trial of the machine, in a temporary folder that it removes",
}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "documents", lambda _: dict(DOCUMENTS))


def _id(one: Writer) -> str:
    return one.name


files = pytest.mark.parametrize("writer", WRITERS, ids=_id)
folders = pytest.mark.parametrize("writer", FOLDERS, ids=_id)
every = pytest.mark.parametrize("writer", [*WRITERS, *FOLDERS], ids=_id)


def _place(writer: Writer, folder: Path) -> Path:
    place = folder / writer.name
    if writer.name == "release":
        place.mkdir()
    return place


def _write(writer: Writer, place: Path, *, overwrite: bool = False) -> bool:
    """Whether the writer did its work; a cache tells that it could not keep and goes on."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", EenzaamStatsWarning)
        writer.write(place, overwrite)
    return not any("could not be kept" in str(one.message) for one in heard)


def _refused(writer: Writer, place: Path, *, overwrite: bool = False) -> str:
    """Words of a writer that could not do its work."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", EenzaamStatsWarning)
        try:
            writer.write(place, overwrite)
        except SourceError as problem:
            said = str(problem)
        else:
            (said,) = [str(one.message) for one in heard if "could not be kept" in str(one.message)]
    assert "\n" not in said
    assert PREFIX not in said
    assert str(place.parent) not in said
    return said


def test_every_module_that_writes_is_in_the_list() -> None:
    assert writing_modules() == {one.module for one in (*WRITERS, *FOLDERS)}


def test_no_module_writes_past_the_one_that_does() -> None:
    assert set(primitive_modules()) == set(BESIDE)


# ------------------------------------------------------------------ the disk


@posix
@every
@pytest.mark.parametrize("share", [0.0, 0.6])
def test_full_disk(writer: Writer, share: float, tmp_path: Path) -> None:
    """A limit of no bytes, and one in the middle of the largest file."""
    (tmp_path / "trial").mkdir()
    trial = _place(writer, tmp_path / "trial")
    assert _write(writer, trial)
    written = [path for path in (trial, *trial.rglob("*")) if path.is_file()]
    largest = max(path.stat().st_size for path in written)
    (tmp_path / "full").mkdir()
    if (tmp_path / "trial" / "source.sav").exists():
        (tmp_path / "trial" / "source.sav").rename(tmp_path / "full" / "source.sav")
    place = _place(writer, tmp_path / "full")
    before = tree(tmp_path / "full")
    with full_disk(int(share * largest)):
        said = _refused(writer, place)
    assert "cannot write" in said or "could not be kept" in said
    after = tree(tmp_path / "full")
    if writer.name in ("kept", "readings"):
        after.pop(writer.name, None)  # the folder of a cache stays
    assert after == before


@every
@pytest.mark.parametrize("fault", [full_at_the_end, read_only, locked])
def test_disk_that_refuses_keeps_the_old_file(writer: Writer, fault, tmp_path: Path) -> None:
    place = _place(writer, tmp_path)
    if writer in WRITERS and writer.replaces:
        place.write_bytes(OLD)
        for name in writer.also:
            (tmp_path / name).write_bytes(OLD)
    elif writer.always or (writer in FOLDERS and writer.replaces):
        assert _write(writer, place)
    if writer.name == "kept":  # another content of the same survey is to be written
        (kept,) = place.glob("*.parquet")
        kept.write_bytes(OLD)
    before = tree(tmp_path)
    with fault(0):
        said = _refused(writer, place, overwrite=True)
    assert re.search("No space|Read-only|Permission|Access|could not be kept", said)
    assert tree(tmp_path) == before


@files
def test_an_existing_file_is_refused_before_the_work(writer: Writer, tmp_path: Path) -> None:
    place = tmp_path / writer.name
    place.write_bytes(OLD)
    said = _refused(writer, place)
    assert f"does not replace {writer.name}, which exists already" in said
    assert tree(tmp_path) == {writer.name: OLD}


@pytest.mark.parametrize("writer", [one for one in (*WRITERS, *FOLDERS) if one.also], ids=_id)
def test_a_file_beside_it_is_refused_too(writer: Writer, tmp_path: Path) -> None:
    folder = tmp_path / writer.name if writer in FOLDERS else tmp_path
    folder.mkdir(exist_ok=True)
    for name in writer.also:
        (folder / name).write_bytes(OLD)
        before = tree(tmp_path)
        assert f"does not replace {name}" in _refused(writer, tmp_path / writer.name)
        assert tree(tmp_path) == before
        (folder / name).unlink()


@pytest.mark.parametrize("writer", [one for one in WRITERS if one.replaces], ids=_id)
def test_read_only_file_is_never_replaced_and_others_are_when_told(writer, tmp_path: Path) -> None:
    place = tmp_path / writer.name
    place.write_bytes(OLD)
    place.chmod(0o444)
    assert "which is read-only" in _refused(writer, place, overwrite=True)
    assert tree(tmp_path) == {writer.name: OLD}
    place.chmod(0o644)
    assert _write(writer, place, overwrite=True)
    assert place.read_bytes() != OLD
    assert set(tree(tmp_path)) == {writer.name, *writer.also}


@every
def test_long_name(writer: Writer, tmp_path: Path) -> None:
    if writer.name in ("release", "readings", "kept"):
        pytest.skip("the name of a folder that is there, or of the package itself")
    said = _refused(writer, tmp_path / ("n" * 300 + Path(writer.name).name))
    assert "Choose a name of at most 255 bytes" in said
    assert len(said) < 300
    assert tree(tmp_path) == {}


@posix
@files
@pytest.mark.parametrize("there", [True, False])
def test_no_file_is_written_through_a_link(writer: Writer, there: bool, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    target = tmp_path / "elsewhere"
    if there:
        target.write_bytes(OLD)
    (tmp_path / "out" / writer.name).symlink_to(target)
    assert "is a link or a device" in _refused(
        writer, tmp_path / "out" / writer.name, overwrite=True
    )
    assert target.exists() is there
    assert (tmp_path / "out" / writer.name).is_symlink()


@posix
@pytest.mark.parametrize("name", ["letter_output"])
def test_no_folder_inside_a_set_leads_elsewhere(name: str, tmp_path: Path) -> None:
    (writer,) = [one for one in FOLDERS if one.name == name]
    (tmp_path / name).mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / name / "figures").symlink_to(tmp_path / "elsewhere")
    assert "a link that leaves the folder" in _refused(writer, tmp_path / name)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@files
def test_place_that_is_no_place(writer: Writer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(OLD)
    (tmp_path / writer.name).mkdir()
    assert "needs an existing folder" in _refused(writer, tmp_path / "absent" / writer.name)
    assert "needs an existing folder" in _refused(writer, tmp_path / "file" / writer.name)
    assert "is a folder. Add the name" in _refused(writer, tmp_path / writer.name, overwrite=True)
    assert tree(tmp_path) == {"file": OLD, writer.name: None}


@folders
def test_file_where_a_folder_is_expected(writer: Writer, tmp_path: Path) -> None:
    (tmp_path / writer.name).write_bytes(OLD)
    said = ""
    try:
        said = _refused(writer, tmp_path / writer.name)
    except ValueError:
        pytest.fail("no words")
    assert re.search(r"folder|Not a directory|File exists|There is no", said), said
    assert tree(tmp_path).pop(writer.name) == OLD


@posix
@files
@pytest.mark.parametrize("place", ["/proc/x", "/dev/full", "/dev/null/x"])
def test_places_of_the_system(writer: Writer, place: str) -> None:
    whole = Path(place) if place == "/dev/full" else Path(place).with_name(writer.name)
    with pytest.raises((SourceError, ValueError)) as caught:
        writer.write(whole, True)
    assert "\n" not in str(caught.value)


# ------------------------------------------------------------------ an ended process


def _is_whole(writer: Writer, place: Path) -> bool:
    """Whether the old file or a new one stands there, where there was one."""
    if writer in FOLDERS or not writer.replaces:
        return True
    found = place.read_bytes()
    return found == OLD or len(found) > 50


@posix
@every
def test_killed_at_every_step_leaves_the_old_or_the_new_and_the_next_run_cleans(
    writer: Writer, tmp_path: Path
) -> None:
    place = _place(writer, tmp_path)
    if writer in WRITERS and writer.replaces:
        place.write_bytes(OLD)
        for name in writer.also:
            (tmp_path / name).write_bytes(OLD)
    elif writer.name == "kept":
        assert _write(writer, place)
    killed = 0
    while killed < 40:
        if writer.name == "kept":
            next(iter(place.glob("*.parquet"))).write_bytes(OLD)
        if not ended_at(killed + 1, lambda: writer.write(place, True)):
            break
        killed += 1
        assert _is_whole(writer, place)
    assert killed >= 3
    if not writer.replaces:  # it came in the last run but one, and is never replaced
        shutil.rmtree(place, ignore_errors=True)
        place.unlink(missing_ok=True)
    assert _write(writer, place, overwrite=True)
    assert [name for name in tree(tmp_path) if PREFIX in name] == []


# ------------------------------------------------------------------ permissions


@posix
@every
def test_permissions_follow_the_mask_and_those_of_respondents_are_private(
    writer: Writer, tmp_path: Path
) -> None:
    before = os.umask(0o027)
    try:
        place = _place(writer, tmp_path)
        assert _write(writer, place)
        made = [place] if place.is_file() else [p for p in place.rglob("*") if p.is_file()]
        modes = {stat.S_IMODE(path.stat().st_mode) for path in made}
    finally:
        os.umask(before)
    assert modes == ({0o600} if writer.name in ("kept", "argus") else {0o640})


def test_command_line_gives_exit_code_3_and_one_sentence(tmp_path: Path, capsys) -> None:
    place = tmp_path / "t.sav"
    words = ["synthesise", "ess", str(place), "--n", "1000"]
    with full_disk(5_000) if sys.platform != "win32" else full_at_the_end():
        code = main.run(words)
    said = capsys.readouterr().err
    assert code == 3
    assert said.count("\n") == 1
    assert "synthesise cannot write t.sav" in said
    assert tree(tmp_path) == {}
