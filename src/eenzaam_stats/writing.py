"""Every file of the package is written here: whole and in place, or not at all.

A file, or a set of files, is made in a scratch folder beside its target, written through to the
disk, checked, and moved. Whatever ends the run before the move leaves the old file as it was; what
an ended run leaves behind is removed by the next one that writes into the same folder.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import stat
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eenzaam_stats.errors import SourceError

PREFIX = ".eenzaam-stats-"
DAY = 86_400.0
LONGEST = 255  # bytes of a file name, on every file system in use
PRIVATE = 0o600
NEW, OLD, NAMES = "new", "old", "names"
FORCE = "replace it with overwrite=True (--force on the command line)"

Content = bytes | str | Callable[[Path], None]


def require_place(
    path: str | Path,
    *,
    needed_by: str,
    overwrite: bool = False,
    replaces: str = FORCE,
    parents: bool = False,
) -> Path:
    """Raise before any work unless a file can be written here.

    Parameters
    ----------
    path : str or pathlib.Path
        File that will be written.
    needed_by : str
        Who will write it, for the message.
    overwrite : bool, default False
        Whether an existing file may be replaced; a read-only one never is.
    replaces : str
        What the message offers for an existing file.
    parents : bool, default False
        Whether absent folders will be made.

    Returns
    -------
    pathlib.Path
        ``path``.

    Raises
    ------
    SourceError
        If the name is too long or names a folder or a link, its folder is absent or cannot be
        written, or a file is there already and may not be replaced.

    Examples
    --------
    >>> require_place("no such folder/demo.csv", needed_by="save()")
    Traceback (most recent call last):
    ...
    eenzaam_stats.errors.SourceError: save() needs the folder of demo.csv, and it is not there. ...
    """
    target = Path(path)
    with _told(target, needed_by):
        _require_name(target, needed_by)
        _require_replaceable(target, needed_by, overwrite=overwrite, replaces=replaces)
        _require_folder(target, needed_by, parents=parents)
    return target


def _require_name(target: Path, needed_by: str) -> None:
    size = len(os.fsencode(target.name))
    if not target.name:
        raise SourceError(f"{needed_by} needs the name of a file, and got none. Name one.")
    if size > LONGEST:
        raise SourceError(
            f"{needed_by} cannot write a file whose name has {size} bytes: {shorten(target.name)}. "
            f"Choose a name of at most {LONGEST} bytes."
        )


def _require_replaceable(target: Path, needed_by: str, *, overwrite: bool, replaces: str) -> None:
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
        raise SourceError(
            f"{needed_by} does not replace {name}, which exists already. "
            f"Name another file, or {replaces}."
        )
    if not mode & stat.S_IWUSR:
        raise SourceError(
            f"{needed_by} does not replace {name}, which is read-only. "
            "Name another file, or make it writable first."
        )


def _require_folder(target: Path, needed_by: str, *, parents: bool) -> None:
    folder = target.parent
    if parents:
        folder = next(one for one in (folder, *folder.parents) if one.exists())
    if not folder.is_dir():
        raise SourceError(
            f"{needed_by} needs the folder of {shorten(target.name)}, and it is not there. "
            "Make it, or name another."
        )
    remove_leftovers(folder)
    _scratch(folder).rmdir()  # only a trial tells whether this user may write here


def shorten(name: str) -> str:
    """File name for a message: printable, and at most some sixty signs.

    Examples
    --------
    >>> len(shorten("n" * 300))
    61
    """
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= 61 else f"{plain[:40]}…{plain[-20:]}"


@dataclass(slots=True)
class PendingFile:
    """A file that is being made beside its target, for writers that work page by page.

    Attributes
    ----------
    path : pathlib.Path
        Where it will stand.
    needed_by : str
        Who writes it, for messages.
    private : bool
        Readable by its owner alone, for answers of respondents; otherwise the mask of the process.
    part : pathlib.Path
        What to write to; it has the name of the target.
    """

    path: Path
    needed_by: str
    private: bool = False
    part: Path = field(init=False)

    def __post_init__(self) -> None:
        with _told(self.path, self.needed_by):
            self.part = _scratch(self.path.parent) / self.path.name
            if self.private:
                # the mode stands before the first byte does
                os.close(os.open(self.part, os.O_CREAT | os.O_WRONLY, PRIVATE))

    def place(self, *, size: int | None = None) -> None:
        """Write through to the disk, check the size where it is known, and move into place.

        Raises
        ------
        SourceError
            If the disk did not take all of it; nothing is left behind.
        """
        try:
            with _told(self.path, self.needed_by):
                _settle(self.part, size)
                if self.private:
                    self.part.chmod(PRIVATE)
                self.part.replace(self.path)
                _settle_folder(self.path.parent)
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was written; harmless when there is nothing."""
        shutil.rmtree(self.part.parent, ignore_errors=True)


def write_file(
    path: str | Path,
    content: Content,
    *,
    needed_by: str,
    overwrite: bool = False,
    private: bool = False,
    replaces: str = FORCE,
) -> Path:
    r"""Write one file: whole and in place, or not at all.

    Parameters
    ----------
    path : str or pathlib.Path
        The file; its folder must exist.
    content : bytes, str or callable
        What it holds, text as UTF-8; or a function that makes the file under the path it is given.
    needed_by : str
        Who writes, for messages.
    overwrite : bool, default False
        Whether an existing file may be replaced.
    private : bool, default False
        Readable by its owner alone, for answers of respondents.
    replaces : str
        What the message offers where a file exists.

    Returns
    -------
    pathlib.Path
        ``path``.

    Raises
    ------
    SourceError
        As ``require_place``, or when the disk did not take it; the old file stays and nothing is
        left behind.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_file(f"{folder}/a.txt", "twee\n", needed_by="save()")
    ...     (written.name, written.read_text())
    ('a.txt', 'twee\n')
    """
    target = require_place(path, needed_by=needed_by, overwrite=overwrite, replaces=replaces)
    pending = PendingFile(target, needed_by, private)
    try:
        with _told(target, needed_by):
            size = _fill(pending.part, content)
        pending.place(size=size)
    finally:
        pending.discard()
    return target


def write_set(
    folder: str | Path,
    files: Mapping[str, Content],
    *,
    needed_by: str,
    overwrite: bool = False,
    private: bool = False,
    replaces: str = FORCE,
) -> tuple[Path, ...]:
    """Write files that belong together: all of them are moved into place, or none.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where; made with its parents when absent.
    files : mapping of str to bytes, str or callable
        Content by name, as in ``write_file``; a name may hold one folder (``figures/a.svg``).
    needed_by : str
        Who writes, for messages.
    overwrite : bool, default False
        Whether existing files may be replaced.
    private : bool, default False
        Readable by their owner alone.
    replaces : str
        What the message offers where a file exists.

    Returns
    -------
    tuple of pathlib.Path
        The files, in the order of ``files``.

    Raises
    ------
    SourceError
        As ``write_file``; every old file is back in its place.
    """
    base = require_folder(
        folder, list(files), needed_by=needed_by, overwrite=overwrite, replaces=replaces
    )
    with _told(base, needed_by):
        base.mkdir(parents=True, exist_ok=True)
        scratch = _scratch(base)
        try:
            for name, content in files.items():
                _make(scratch / NEW / name, content, private=private)
            _move_together(scratch, base, list(files))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return tuple(base / name for name in files)


def write_folder(folder: str | Path, make: Callable[[Path], None], *, needed_by: str) -> Path:
    """Make a new folder with all its files, or none of it.

    Parameters
    ----------
    folder : str or pathlib.Path
        Folder that is absent or empty; the one above it must exist.
    make : callable
        Writes the files into the folder that it is given.
    needed_by : str
        Who writes, for messages.

    Returns
    -------
    pathlib.Path
        ``folder``.

    Raises
    ------
    SourceError
        If something stands there already, or the disk did not take it; nothing is left behind.
    """
    target = require_new_folder(folder, needed_by=needed_by)
    with _told(target, needed_by):
        scratch = _scratch(target.parent)
        try:
            (scratch / NEW).mkdir()
            make(scratch / NEW)
            for made in (scratch / NEW).iterdir():
                _settle(made, None)
            if target.is_dir():
                target.rmdir()  # empty: not every system moves a folder over one
            (scratch / NEW).replace(target)
            _settle_folder(target.parent)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return target


def require_new_folder(folder: str | Path, *, needed_by: str) -> Path:
    """Raise before any work unless a new folder can be made here.

    Raises
    ------
    SourceError
        If it is there with content, or is a file, or the folder above it is absent.
    """
    target = Path(folder)
    with _told(target, needed_by):
        if target.is_file() or (target.is_dir() and any(target.iterdir())):
            raise SourceError(
                f"{needed_by} needs a new or empty folder, and {shorten(target.name)} is there "
                "with content. Give another name, so that nothing is mixed."
            )
        _require_name(target, needed_by)
        _require_folder(target, needed_by, parents=False)
    return target


def require_folder(
    folder: str | Path,
    names: Iterable[str],
    *,
    needed_by: str,
    overwrite: bool = False,
    replaces: str = FORCE,
) -> Path:
    """Raise before any work unless a set of files can be written into a folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where; it may be absent.
    names : iterable of str
        The files.
    needed_by, overwrite, replaces
        As in ``require_place``.

    Returns
    -------
    pathlib.Path
        ``folder``.

    Raises
    ------
    SourceError
        As ``require_place``, for the first file that cannot be written; or if a folder inside it
        is a link that leads elsewhere.
    """
    base = Path(folder)
    with _told(base, needed_by):
        if base.exists() and not base.is_dir():
            raise SourceError(f"{needed_by} needs a folder, and {shorten(base.name)} is a file.")
        require_place(base / "x", needed_by=needed_by, overwrite=True, parents=True)
        for name in names:
            target = base / name
            _require_name(target, needed_by)
            if not target.parent.resolve().is_relative_to(base.resolve()):
                raise SourceError(
                    f"{needed_by} does not write through {shorten(target.parent.name)}, a link "
                    "that leaves the folder. Remove the link, or name another folder."
                )
            _require_replaceable(target, needed_by, overwrite=overwrite, replaces=replaces)
    return base


def _make(path: Path, content: Content, *, private: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _settle(path, _fill(path, content))
    if private:
        path.chmod(PRIVATE)


def _fill(path: Path, content: Content) -> int | None:
    """Put the content into a file; its size in bytes where that is known beforehand."""
    if callable(content):
        content(path)
        return None
    whole = content.encode("utf-8") if isinstance(content, str) else content
    path.write_bytes(whole)
    return len(whole)


def _settle(path: Path, size: int | None) -> None:
    """Write through to the disk; libraries in C do not always hear that it is full."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
    found = path.stat().st_size
    if found == 0 if size is None else found != size:
        wanted = "" if size is None else f" of {size:,}"
        raise OSError(0, f"the disk took {found:,}{wanted} bytes")


def _settle_folder(folder: Path) -> None:
    """Write a move through to the disk, where folders can be opened."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _move_together(scratch: Path, base: Path, names: list[str]) -> None:
    """Move every file into place; after a failure every old one is back."""
    (scratch / OLD).mkdir()
    for name in names:
        (base / name).parent.mkdir(exist_ok=True)
    # the list stands before the first move: with it the next run can undo an ended one
    (scratch / NAMES).write_text("\n".join(names), "utf-8")
    try:
        for place, name in enumerate(names):
            if (base / name).exists():
                (base / name).replace(scratch / OLD / str(place))
            (scratch / NEW / name).replace(base / name)
    except OSError:
        _undo(scratch, base)
        raise
    (scratch / NAMES).unlink()  # from here on nothing is to be undone
    _settle_folder(base)


def _undo(scratch: Path, base: Path) -> None:
    """Put the old files of a set back, and take its new ones away."""
    for place, name in enumerate((scratch / NAMES).read_text("utf-8").split("\n")):
        if not (scratch / NEW / name).exists():
            (base / name).unlink(missing_ok=True)
        if (scratch / OLD / str(place)).exists():
            (scratch / OLD / str(place)).replace(base / name)


def _scratch(folder: Path) -> Path:
    """Folder for files in the making; its name tells whose it is."""
    path = folder / f"{PREFIX}{_machine()}-{os.getpid()}-{secrets.token_hex(4)}"
    path.mkdir(mode=0o700)
    return path


def _machine() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


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
    for scratch in folder.glob(f"{PREFIX}*"):
        if scratch.is_symlink() or not scratch.is_dir() or not _is_abandoned(scratch):
            continue
        with contextlib.suppress(OSError):
            if (scratch / NAMES).is_file():
                _undo(scratch, folder)
            shutil.rmtree(scratch)
            removed += 1
    return removed


def _is_abandoned(scratch: Path) -> bool:
    """Whether its process has ended; of another machine only the age is known."""
    machine, process = scratch.name.removeprefix(PREFIX).split("-")[:2]
    if machine == _machine() and process.isdecimal() and os.name == "posix":
        return not _is_running(int(process))
    return time.time() - scratch.stat().st_mtime > DAY


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # of another user
    return True


@contextlib.contextmanager
def _told(path: Path, needed_by: str) -> Iterator[None]:
    """Say in one sentence what the operating system refused."""
    try:
        yield
    except SourceError:
        raise
    except (OSError, ValueError) as problem:  # a name with a null sign is a ValueError
        reason = getattr(problem, "strerror", None) or str(problem)
        raise SourceError(
            f"{needed_by} cannot write {shorten(path.name)}: {reason}. "
            "Name a file in a folder where you may write and that has room."
        ) from problem
