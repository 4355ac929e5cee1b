"""Every file of the package is written here: whole and in place, or not at all.

A file, or a set of files, is made in a scratch folder beside its target, written through to the
disk, checked, and moved. Whatever ends the run before the move leaves the old file as it was; what
an ended run leaves behind is removed by the next one that writes into the same folder.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from eenzaam_stats.errors import SourceError
from eenzaam_stats.files.places import (
    FORCE,
    already_there,
    explain_refusals,
    nearest_folder,
    require_inside,
    require_name,
    require_replaceable,
    shorten,
)
from eenzaam_stats.files.scratch import (
    NEW,
    drop_scratch,
    make_folders,
    make_scratch,
    move,
    move_together,
    remove_folders,
    require_writable,
    settle,
    settle_folder,
)
from eenzaam_stats.plain_text import whole

PRIVATE = 0o600

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
    eenzaam_stats.errors.SourceError: save() needs an existing folder for demo.csv, and there is ...
    """
    target = Path(path)
    with explain_refusals(target, needed_by):
        require_name(target, needed_by)
        folder = nearest_folder(target, needed_by, parents=parents)
        require_replaceable(target, needed_by, overwrite=overwrite, replaces=replaces)
        require_writable(folder)
    return target


def require_folder(
    folder: str | Path,
    names: Iterable[str],
    *,
    needed_by: str,
    overwrite: bool = False,
    replaces: str = FORCE,
    parents: bool = False,
) -> Path:
    """Raise before any work unless a set of files can be written into a folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where; made when absent.
    names : iterable of str
        The files.
    needed_by, overwrite, replaces, parents
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
    with explain_refusals(base, needed_by):
        if base.name:
            require_name(base, needed_by)
        if base.exists() and not base.is_dir():
            raise SourceError(
                f"{needed_by} needs a folder, and {shorten(base.name)} is a file. "
                "Name a folder, or a new one."
            )
        place = base / "x" if base.is_dir() else base
        require_writable(nearest_folder(place, needed_by, parents=parents))
        for name in names:
            require_name(base / name, needed_by)
            require_inside(base, name, needed_by)
            require_replaceable(base / name, needed_by, overwrite=overwrite, replaces=replaces)
    return base


def require_new_folder(folder: str | Path, *, needed_by: str) -> Path:
    """Raise before any work unless a new folder can be made here.

    Raises
    ------
    SourceError
        If it is there with content, or is a file or a link, or the folder above it is absent.
    """
    target = Path(folder)
    with explain_refusals(target, needed_by):
        require_name(target, needed_by)
        above = nearest_folder(target, needed_by, parents=False)
        require_writable(above)
        if os.path.lexists(target) and (
            target.is_symlink() or not target.is_dir() or any(target.iterdir())
        ):
            raise SourceError(
                f"{needed_by} needs a new or empty folder, and {shorten(target.name)} is there "
                "with content. Give another name, so that nothing is mixed."
            )
    return target


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
    overwrite : bool
        Whether a file that stands there when this one is complete may be replaced.
    part : pathlib.Path
        What to write to; it has the name of the target.
    """

    path: Path
    needed_by: str
    private: bool = False
    overwrite: bool = False
    part: Path = field(init=False)

    def __post_init__(self) -> None:
        with explain_refusals(self.path, self.needed_by):
            self.part = make_scratch(self.path.parent) / self.path.name
            if self.private:
                # the mode stands before the first byte does
                os.close(os.open(self.part, os.O_CREAT | os.O_WRONLY, PRIVATE))

    def place(self, *, size: int | None = None, replaces: str = FORCE) -> None:
        """Write through to the disk, check the size where it is known, and move into place.

        Raises
        ------
        SourceError
            If the disk did not take all of it, or a file came there in the meantime that may not
            be replaced; nothing is left behind.
        """
        try:
            with explain_refusals(self.path, self.needed_by):
                settle(self.part, size)
                if self.private:
                    self.part.chmod(PRIVATE)
                move(self.part, self.path, overwrite=self.overwrite)
                settle_folder(self.path.parent)
        except SourceError as problem:
            if isinstance(problem.__cause__, FileExistsError):
                raise already_there(self.path, self.needed_by, replaces) from problem
            raise
        finally:
            self.discard()

    def discard(self) -> None:
        """Remove what was written; harmless when there is nothing."""
        drop_scratch(self.part.parent)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Path]:
        """Say in words what the disk refuses inside the block, and leave nothing behind then.

        Yields
        ------
        pathlib.Path
            What to write to.
        """
        try:
            with explain_refusals(self.path, self.needed_by):
                yield self.part
        except BaseException:
            self.discard()
            raise


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
    pending = PendingFile(target, needed_by, private, overwrite)
    with pending.writing() as part:
        size = _fill(part, content)
    pending.place(size=size, replaces=replaces)
    return target


def write_set(
    folder: str | Path,
    files: Mapping[str, Content],
    *,
    needed_by: str,
    overwrite: bool = False,
    replaces: str = FORCE,
    parents: bool = False,
    private: bool = False,
) -> tuple[Path, ...]:
    """Write files that belong together: all of them are moved into place, or none.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where; made when absent.
    files : mapping of str to bytes, str or callable
        Content by name, as in ``write_file``; a name may hold one folder (``figures/a.svg``).
    needed_by : str
        Who writes, for messages.
    overwrite : bool, default False
        Whether existing files may be replaced.
    replaces : str
        What the message offers where a file exists.
    parents : bool, default False
        Whether the folders above it are made too.
    private : bool, default False
        Whether only their owner may read the files.

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
        folder,
        list(files),
        needed_by=needed_by,
        overwrite=overwrite,
        replaces=replaces,
        parents=parents,
    )
    made: list[Path] = []
    try:
        with explain_refusals(base, needed_by):
            made = make_folders(base)
            scratch = make_scratch(base)
            try:
                for name, content in files.items():
                    with explain_refusals(base / name, needed_by):
                        _make(scratch / NEW / name, content)
                        if private:
                            (scratch / NEW / name).chmod(PRIVATE)
                move_together(scratch, base, list(files), overwrite=overwrite)
            finally:
                drop_scratch(scratch)
    except BaseException:
        remove_folders(made)
        raise
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
    with explain_refusals(target, needed_by):
        scratch = make_scratch(target.parent)
        try:
            (scratch / NEW).mkdir()
            make(scratch / NEW)
            for made in (scratch / NEW).iterdir():
                settle(made)
            if target.is_dir():
                target.rmdir()  # empty: not every system moves a folder over one
            (scratch / NEW).replace(target)
            settle_folder(target.parent)
        finally:
            drop_scratch(scratch)
    return target


def _make(path: Path, content: Content) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    settle(path, _fill(path, content))


def _fill(path: Path, content: Content) -> int | None:
    """Put the content into a file; its size in bytes where that is known beforehand."""
    if callable(content):
        content(path)
        return None
    data = whole(content).encode("utf-8") if isinstance(content, str) else content
    path.write_bytes(data)
    return len(data)
