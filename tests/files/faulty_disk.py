"""Faults of a disk and of a machine, made on purpose."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from eenzaam_stats.files.scratch import PREFIX

resource: object
try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None

STEPS = ("replace", "hardlink_to", "unlink", "rmdir", "mkdir")  # what moves something into place


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file becomes larger than so many bytes; libraries in C meet the limit too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def full_at_the_end(_: int = 0) -> Iterator[None]:
    """A disk that says only at the end that it had no space: delayed allocation."""

    def refused(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with patch("os.fsync", refused):
        yield


@contextmanager
def read_only(_: int = 0) -> Iterator[None]:
    """A folder in which nothing can be made, also for root."""
    made = Path.mkdir

    def refused(self: Path, *args: object, **options: object) -> None:
        if self.name.startswith(PREFIX):
            raise OSError(errno.EROFS, "Read-only file system")
        made(self, *args, **options)

    with patch.object(Path, "mkdir", refused):
        yield


@contextmanager
def locked(_: int = 0, *, only: Callable[[Path], bool] = lambda _: True) -> Iterator[None]:
    """Another program has the target open, as on Windows: nothing can be moved over it."""
    replace, link = Path.replace, Path.hardlink_to

    def replaced(self: Path, target: Path) -> Path:
        if only(target):
            raise PermissionError(errno.EACCES, "Permission denied")
        return replace(self, target)

    def linked(self: Path, target: Path) -> None:
        if only(self):
            raise PermissionError(errno.EACCES, "Permission denied")
        link(self, target)

    with patch.object(Path, "replace", replaced), patch.object(Path, "hardlink_to", linked):
        yield


@contextmanager
def counted(then: Callable[[int], None], steps: tuple[str, ...] = STEPS) -> Iterator[None]:
    """Call ``then`` with a count before every step that moves, makes or removes something."""
    seen = [0]

    def before(step: Callable[..., object]) -> Callable[..., object]:
        def called(*args: object, **options: object) -> object:
            seen[0] += 1
            then(seen[0])
            return step(*args, **options)

        return called

    patches = [patch.object(Path, name, before(getattr(Path, name))) for name in steps]
    patches.append(patch("os.fsync", before(os.fsync)))
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def ended_at(step: int, write: Callable[[], object]) -> bool:
    """Run a writer in a process that is killed before one of its steps; whether it was."""

    def kill(count: int) -> None:
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            with counted(kill):
                write()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def tree(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder, also what is hidden: content by name, nothing for a folder."""
    return {
        path.relative_to(folder).as_posix(): None if path.is_dir() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
    }
