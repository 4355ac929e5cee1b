"""What a command prints: data on stdout, progress and messages on stderr, one JSON envelope."""

from __future__ import annotations

import sys
import warnings as warnings_module
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eenzaam_stats.cli.option_words import in_options
from eenzaam_stats.cli.streams import flush_output, speaks_unicode
from eenzaam_stats.errors import (
    EenzaamStatsError,
    EenzaamStatsWarning,
    OptionError,
    SourceError,
)
from eenzaam_stats.files.writing import require_place, write_file
from eenzaam_stats.json_text import json_text
from eenzaam_stats.messages import printable
from eenzaam_stats.version import VERSION

Advance = Any
SCHEMA = 1
COMMAND, FORCE = "this command", "replace it with --force"
_heard: ContextVar[list[str]] = ContextVar("heard", default=[])  # noqa: B039 (replaced per command)


def envelope(
    command: str, *, data: Any = None, warnings: Sequence[str] = (), error: Exception | None = None
) -> str:
    """One JSON document for a finished or failed command; every command has the same.

    Parameters
    ----------
    command : str
        Name of the command.
    data : Any, optional
        What the command gives; ``null`` after an error.
    warnings : sequence of str, optional
        Findings that did not stop the command, beside the warnings that were heard during it.
    error : Exception, optional
        What stopped it.

    Returns
    -------
    str
        ``{"schema", "ok", "command", "version", "data", "warnings", "error"}``; ``schema`` counts
        up when a key changes its meaning.
    """
    problem: Mapping[str, Any] | None = None
    if error is not None:
        problem = {
            "class": type(error).__name__,
            "message": in_options(str(error)),
            "exit_code": getattr(error, "exit_code", 1),
        }
    document = {
        "schema": SCHEMA,
        "ok": error is None,
        "command": command,
        "version": VERSION,
        "data": data,
        "warnings": [*_heard.get(), *warnings],
        "error": problem,
    }
    return json_text(document, escaped=not speaks_unicode(sys.stdout))


@contextmanager
def hearing() -> Iterator[None]:
    """Show the package's warnings on stderr and keep them for the envelope of this command."""
    mark = _heard.set([])
    with catch_warnings():
        simplefilter("always", EenzaamStatsWarning)
        warnings_module.showwarning = _show_warning
        try:
            yield
        finally:
            _heard.reset(mark)


def _show_warning(
    message: Warning | str, category: type[Warning], *_: object, **__: object
) -> None:
    words = in_options(str(message))
    if issubclass(category, EenzaamStatsWarning):
        _heard.get().append(words)
    say(f"note: {words}")


def examples(*lines: str) -> str:
    """Epilog of a command: its examples, each on a line that can be copied.

    Examples
    --------
    >>> examples("letter --check", "letter --lang en").splitlines()[2]
    '  eenzaam-stats letter --check'
    """
    told = [f"  eenzaam-stats {line}" for line in lines]
    return "\n".join(["\b", "Examples:", *told])


def say(text: str, *, quiet: bool = False) -> None:
    """Print a message for a person on stderr."""
    if not quiet:
        with suppress(OSError):  # a full or closed place for messages does not stop the work
            sys.stderr.write(_steady(text) + "\n")


def _steady(text: str) -> str:
    """Lines without signs that steer a terminal, wherever they came from."""
    return "\n".join(printable(line) for line in text.split("\n"))


def give(text: str) -> None:
    """Print data on stdout.

    Raises
    ------
    SourceError
        If it does not take them.
    """
    with flush_output():
        sys.stdout.write(text if text.endswith("\n") else text + "\n")


def explain(error: EenzaamStatsError, *, command: str, as_json: bool) -> int:
    """Print an error where its reader looks and return the exit code of its class."""
    if as_json:
        with suppress(SourceError):  # it may be the error itself
            give(envelope(command, error=error))
    say(f"eenzaam-stats {command}: {in_options(str(error))}")
    return error.exit_code


@contextmanager
def progress(total: int, what: str, *, quiet: bool) -> Iterator[Advance]:
    """Bar on stderr while something takes long; silent when stderr is not a terminal.

    Yields
    ------
    callable
        ``advance(words)``: call it after each step with the name of the next one. With ``by=0``
        it says more about the present step and counts nothing.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def advance(words: str, *, by: int = 1) -> None:
            bar.update(task, advance=by, description=words)

        yield advance


def require_free(path: Path | None, *, force: bool, reads: Sequence[Path | None] = ()) -> None:
    """Raise before any work when a file to be written is there already, or cannot be made.

    Raises
    ------
    OptionError
        If it is a file that the command reads, or stands in a folder that it reads.
    SourceError
        If it exists and ``force`` is false, its name is too long, or its folder is absent or not
        to be written.
    """
    if path is not None:
        _require_apart(path, reads)
        require_place(path, needed_by=COMMAND, overwrite=force, replaces=FORCE)


def _require_apart(out: Path, inputs: Sequence[Path | None]) -> None:
    """Raise when the output is a file that the command reads; ``--force`` does not allow it."""
    for path in filter(None, inputs):
        same = out.resolve() == path.resolve() or (
            path.is_dir() and out.resolve().parent == path.resolve()
        )
        if same:
            raise OptionError(
                f"--out {out.name} would be written over what this command reads. Name another "
                "file."
            )


def deliver(content: str | bytes, path: Path | None, *, force: bool) -> None:
    """Print text, or write it to a file: whole and in place, or not at all."""
    if path is None:
        give(content if isinstance(content, str) else content.decode("utf-8"))
        return
    whole = content.rstrip("\n") + "\n" if isinstance(content, str) else content
    write_file(path, whole, needed_by=COMMAND, overwrite=force, replaces=FORCE)
