"""Where a file may be written: asked before any work, and said in one sentence where it may not.

Nothing here writes; ``writing.py`` does.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from eenzaam_stats.errors import SourceError

LONGEST = 255  # bytes of a file name, on every file system in use
FORCE = "replace it with overwrite=True (--force on the command line)"
_SHOWN = 61


def shorten(name: str) -> str:
    """File name for a message: printable, and at most some sixty signs.

    Examples
    --------
    >>> len(shorten("n" * 300))
    61
    """
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= _SHOWN else f"{plain[:40]}…{plain[-20:]}"


@contextlib.contextmanager
def explain_refusals(path: Path, needed_by: str) -> Iterator[None]:
    """Say in one sentence what the operating system refused.

    Raises
    ------
    SourceError
        In the place of every ``OSError`` that is not one of ours.
    """
    try:
        yield
    except SourceError:
        raise
    except OSError as problem:
        raise SourceError(
            f"{needed_by} cannot write {shorten(path.name)}: {_reason(problem)}. "
            "Name a file in a folder where you may write and that has space."
        ) from problem


def _reason(problem: OSError) -> str:
    """What was refused, without the paths that libraries add to it."""
    if problem.errno:
        return os.strerror(problem.errno)
    return str(problem.strerror or problem).partition("\n")[0].rstrip(".")


def require_name(target: Path, needed_by: str) -> None:
    """Raise unless the name is one that a file system takes."""
    size = len(os.fsencode(target.name))
    if not target.name or "\0" in str(target):
        raise SourceError(f"{needed_by} needs the name of a file, and got none. Name one.")
    if size > LONGEST:
        raise SourceError(
            f"{needed_by} cannot write a file whose name has {size} bytes: {shorten(target.name)}. "
            f"Choose a name of at most {LONGEST} bytes."
        )


def require_replaceable(
    target: Path, needed_by: str, *, overwrite: bool, replaces: str = FORCE
) -> None:
    """Raise when something stands there that is not to be replaced."""
    try:
        mode = target.lstat().st_mode
    except FileNotFoundError:
        return
    name = shorten(target.name)
    if stat.S_ISDIR(mode):
        raise SourceError(
            f"{needed_by} needs a file name, and {name} is a folder. Add the name of a file."
        )
    if not stat.S_ISREG(mode):
        # moving a file over a link would lose the link; writing through it would leave the folder
        raise SourceError(
            f"{needed_by} writes plain files only, and {name} is a link or a device. "
            "Name the file itself, or another."
        )
    if not overwrite:
        raise already_there(target, needed_by, replaces)
    if not mode & stat.S_IWUSR:
        raise SourceError(
            f"{needed_by} does not replace {name}, which is read-only. "
            "Name another file, or make it writable first."
        )


def already_there(target: Path, needed_by: str, replaces: str) -> SourceError:
    """Error for a file that exists, before the work or after it."""
    return SourceError(
        f"{needed_by} does not replace {shorten(target.name)}, which exists already. "
        f"Name another file, or {replaces}."
    )


def require_inside(base: Path, name: str, needed_by: str) -> None:
    """Raise when a name leads out of its folder, by itself or through a link."""
    folder = (base / name).parent
    if not folder.resolve().is_relative_to(base.resolve()):
        raise SourceError(
            f"{needed_by} does not write through {shorten(folder.name)}, a link "
            "that leaves the folder. Remove the link, or name another folder."
        )


def nearest_folder(target: Path, needed_by: str, *, parents: bool) -> Path:
    """Folder in which something will be made first, for a trial.

    Raises
    ------
    SourceError
        If it is absent and will not be made, or is a file.
    """
    folder = target.parent
    if parents:
        folder = next(one for one in (folder, *folder.parents) if os.path.lexists(one))
    if not folder.is_dir():
        raise SourceError(
            f"{needed_by} needs an existing folder for {shorten(target.name)}, and there is none "
            "of that name. Make it, or name another."
        )
    return folder
