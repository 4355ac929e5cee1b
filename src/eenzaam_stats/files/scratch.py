"""Folders for files in the making, beside their target; what ended runs left in them is undone.

The name of a scratch folder tells which process of which machine it belongs to. A set of files
that is being moved has a journal in it: with the journal, the next run puts the old files back.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from eenzaam_stats.files.places import require_inside

PREFIX = ".eenzaam-stats-"
NEW, OLD, JOURNAL = "new", "old", "journal"
DAY = 86_400.0


def make_scratch(folder: Path) -> Path:
    """Make a folder for files in the making, which only its owner can look into."""
    path = folder / _fresh_name()
    path.mkdir(mode=0o700)
    return path


def _fresh_name() -> str:
    return f"{PREFIX}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"


def _machine() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def require_writable(folder: Path) -> None:
    """Raise unless this user may make something in a folder; only a trial tells.

    Raises
    ------
    OSError
        As the system refuses it.
    """
    remove_leftovers(folder)
    make_scratch(folder).rmdir()


def drop_scratch(scratch: Path) -> None:
    """Remove a scratch folder; one with a journal holds old files and waits for the next run."""
    if not (scratch / JOURNAL).exists():
        shutil.rmtree(scratch, ignore_errors=True)


def settle(path: Path, size: int | None = None) -> None:
    """Write a file through to the disk; libraries in C do not always hear that it is full.

    Raises
    ------
    OSError
        If the file does not have its size, or is empty where the size is not known.
    """
    with path.open("r+b") as stream:  # Windows settles no file that is open for reading only
        os.fsync(stream.fileno())
    found = path.stat().st_size
    if found == 0 if size is None else found != size:
        wanted = "" if size is None else f" of {size:,}"
        raise OSError(0, f"the disk took {found:,}{wanted} bytes")


def settle_folder(folder: Path) -> None:
    """Write a move through to the disk, where folders can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def move(part: Path, target: Path, *, overwrite: bool) -> None:
    """Move a file into place in one step; an existing one is replaced only where that was asked.

    Raises
    ------
    FileExistsError
        If a file came there in the meantime and may not be replaced.
    """
    if overwrite:
        part.replace(target)
        return
    try:
        target.hardlink_to(part)  # the one step that never replaces, on every system
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise FileExistsError from None
        part.replace(target)
    else:
        part.unlink()


def move_together(scratch: Path, base: Path, names: Sequence[str], *, overwrite: bool) -> None:
    """Move every file of a set into place; after a failure every old one is back."""
    (scratch / OLD).mkdir()
    marks = [(name, _mark(scratch / NEW / name)) for name in names]
    with _alone(base):
        made = [folder for name in names if (folder := _create_folder((base / name).parent))]
        # the journal stands before the first move: with it the next run can undo an ended one
        (scratch / NEW / JOURNAL).write_text(json.dumps(marks), "utf-8")
        settle(scratch / NEW / JOURNAL)
        (scratch / NEW / JOURNAL).replace(scratch / JOURNAL)
        try:
            for place, name in enumerate(names):
                if overwrite and (base / name).exists():
                    _keep(base / name, scratch / OLD / str(place))
                move(scratch / NEW / name, base / name, overwrite=overwrite)
        except BaseException:
            _undo(scratch, base)
            for folder in made:
                folder.rmdir()
            raise
        (scratch / JOURNAL).unlink()  # from here on nothing is to be undone
        settle_folder(base)


def _create_folder(folder: Path) -> Path | None:
    """The folder where it was made now, or nothing where it was there."""
    try:
        folder.mkdir()
    except FileExistsError:
        return None
    return folder


def _keep(target: Path, old: Path) -> None:
    """Keep an old file until its whole set is there, without a moment in which it is absent."""
    try:
        old.hardlink_to(target)
    except OSError:  # a file system without links
        target.replace(old)


def _mark(path: Path) -> list[int]:
    """What tells a file from others, also after it was moved."""
    found = path.stat()
    return [found.st_ino, found.st_size, found.st_mtime_ns]


def _undo(scratch: Path, base: Path) -> None:
    """Put the old files of a set back and take its new ones away; doing it twice is harmless."""
    try:
        marks = json.loads((scratch / JOURNAL).read_text("utf-8"))
    except ValueError:
        marks = []
    for place, (name, mark) in enumerate(marks):
        require_inside(base, str(name), "a journal")
        target, old = base / name, scratch / OLD / str(place)
        if target.exists() and _mark(target) != mark:
            continue  # it was not moved yet, or someone wrote it since
        if old.exists():
            old.replace(target)
        else:
            target.unlink(missing_ok=True)
    (scratch / JOURNAL).unlink()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other program moves a set in this folder, where the system has such locks."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows)

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)  # and the lock with it, also when the process ends


def remove_leftovers(folder: Path) -> int:
    """Remove what ended runs left in a folder, and undo a set that was half moved.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files of the package are written.

    Returns
    -------
    int
        Scratch folders removed.
    """
    removed = 0
    for found in sorted(folder.glob(f"{PREFIX}*")):
        with contextlib.suppress(OSError, ValueError, TypeError):
            if not _is_abandoned(found):
                continue
            # one program of two that find it gets it: under a name of its own
            scratch = found.rename(folder / _fresh_name())
            if (scratch / JOURNAL).is_file():
                with _alone(folder):
                    _undo(scratch, folder)
            shutil.rmtree(scratch)
            removed += 1
    return removed


def _is_abandoned(scratch: Path) -> bool:
    """Whether its process has ended; of another machine only the age is known."""
    if scratch.is_symlink() or not scratch.is_dir():
        return False
    found = scratch.stat()
    if os.name == "posix" and found.st_uid != os.getuid():
        return False  # a journal of someone else is not to be followed
    machine, process = scratch.name.removeprefix(PREFIX).split("-")[:2]
    if machine == _machine() and process.isdecimal() and os.name == "posix":
        return not _is_running(int(process))
    return time.time() - found.st_mtime > DAY


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # of another user
    return True


def make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; which ones were absent, the deepest first."""
    absent = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return absent


def remove_folders(made: Sequence[Path]) -> None:
    """Remove folders that were made for files that did not come, as far as they are empty."""
    with contextlib.suppress(OSError):
        for folder in made:
            folder.rmdir()
