"""Entry point: one typer app, and one place where our errors become exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from eenzaam_stats.cli import (
    audit,
    codebook,
    doctor,
    fetch,
    letter,
    prevalence,
    project,
    synthesise,
    trend,
)
from eenzaam_stats.cli.option_words import list_options, naming_options
from eenzaam_stats.cli.output import envelope, explain, give, hearing
from eenzaam_stats.cli.streams import prepare_streams
from eenzaam_stats.errors import EenzaamStatsError, OptionError, SourceError
from eenzaam_stats.files.places import shorten
from eenzaam_stats.version import VERSION

DEBUG = "--debug"
USAGE, INTERRUPTED = 2, 130
EPILOG = """\b
Exit codes:
  0    done
  1    a mistake in the toolkit
  2    usage: an option or argument
  3    data or source
  4    the numbers of the letter differ from the stored ones
  5    a disclosure rule blocked the output, or an audit found what is not safe
  130  interrupted

\b
Every command knows --json: one document with schema, ok, command, version,
data, warnings and error. Anywhere on the line, --debug shows where an error
arose. Completion of commands and options in your shell:
  eenzaam-stats --install-completion
"""

app = typer.Typer(
    name="eenzaam-stats",
    help="Loneliness prevalence statistics for the Netherlands.",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=EPILOG,
)
app.command(name="letter", epilog=letter.EXAMPLES)(letter.letter)
app.command(name="prevalence", epilog=prevalence.EXAMPLES)(prevalence.prevalence)
app.command(name="audit", epilog=audit.EXAMPLES)(audit.audit)
app.command(name="trend", epilog=trend.EXAMPLES)(trend.trend)
app.command(name="project", epilog=project.EXAMPLES)(project.project)
app.command(name="synthesise", epilog=synthesise.EXAMPLES)(synthesise.synthesise)
app.command(name="fetch", epilog=fetch.EXAMPLES)(fetch.fetch)
app.command(name="doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(codebook.app, name="codebook")


def _version(value: bool) -> None:
    if value:
        give(f"eenzaam-stats {VERSION}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[bool, typer.Option(DEBUG, help="Show where an error arose.")] = False,
) -> None:
    """Loneliness prevalence statistics for the Netherlands."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; our own errors never show a traceback.

    Parameters
    ----------
    arguments : sequence of str
        What stands after ``eenzaam-stats`` on the command line.

    Returns
    -------
    int
        0 done, 2 usage, 3 data or source, 4 numbers differ, 5 disclosure; other exceptions pass
        through.
    """
    words = [word for word in arguments if word != DEBUG]
    as_json = "--json" in words
    prepare_streams()
    line = typer.main.get_command(app)  # the app itself would set an excepthook of its own
    with hearing(), naming_options(find_command(words), list_options(_find_command(line, words))):
        try:
            return int(line.main(args=words, prog_name="eenzaam-stats", standalone_mode=False) or 0)
        except (EenzaamStatsError, OSError, MemoryError) as error:
            if DEBUG in arguments:
                sys.stderr.write(_where_it_arose(error))
            return explain(_word_error(error), command=find_command(words), as_json=as_json)
        except typer.TyperException as error:
            return _report_misuse(error, find_command(words), as_json=as_json)
        except typer.Abort:
            return INTERRUPTED
        except SystemExit as stop:  # completion of the shell ends by itself
            return stop.code if isinstance(stop.code, int) else 1


def _find_command(line: object, words: Sequence[str]) -> object:
    """Command that the words of a line name."""
    for name in find_command(words).split():
        line = getattr(line, "commands", {}).get(name, line)
    return line


def _word_error(error: EenzaamStatsError | OSError | MemoryError) -> EenzaamStatsError:
    """Refusal of the machine in words: it is no mistake of the toolkit."""
    if isinstance(error, EenzaamStatsError):
        return error
    if isinstance(error, MemoryError):
        return SourceError(
            "this machine has too little memory for it. Ask for fewer rows or groups, or use a "
            "machine with more."
        )
    name = Path(os.fsdecode(error.filename)).name if isinstance(error.filename, str | bytes) else ""
    refused = error.strerror or type(error).__name__
    return SourceError(
        f"this machine refuses {shorten(name) or 'a file'}: {refused}. "
        "Check that it can be reached and that the disk has space."
    )


def find_command(words: Sequence[str]) -> str:
    """Name of the command in the terms of a line: one word, or two below a group.

    Examples
    --------
    >>> find_command(["codebook", "check", "own.toml"])
    'codebook check'
    >>> find_command(["letter", "--check"])
    'letter'
    """
    names = [word for word in words if not word.startswith("-")]
    groups = {group.name for group in app.registered_groups}
    return " ".join(names[: 2 if names and names[0] in groups else 1])


def _report_misuse(error: typer.TyperException, command: str, *, as_json: bool) -> int:
    """Show a wrong option or argument as the parser words it; its help goes to stderr too."""
    code = int(getattr(error, "exit_code", USAGE))
    worded = getattr(error, "format_message", lambda: str(error))
    message = str(worded())
    if as_json:
        give(envelope(command, error=OptionError(message)))
    getattr(error, "show", lambda: sys.stderr.write(f"{message}\n"))()
    return code


def _where_it_arose(error: BaseException) -> str:
    """Places of an error and its causes; words of other libraries may hold a value, so their kind.

    Examples
    --------
    >>> print(_where_it_arose(ValueError("Jansen")).splitlines()[-1])
    ValueError: its words are left out, since they may hold a value of the data
    """
    chain: list[BaseException] = []
    at: BaseException | None = error
    while at is not None and at not in chain:
        chain.append(at)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    lines = ["Traceback (most recent call last):\n"]
    for one in reversed(chain):
        own = isinstance(one, EenzaamStatsError)
        words = (
            str(one) if own else "its words are left out, since they may hold a value of the data"
        )
        lines += [*traceback.format_tb(one.__traceback__), f"{type(one).__name__}: {words}\n"]
    return "".join(lines)


def _unforeseen(
    kind: type[BaseException], error: BaseException, where: TracebackType | None
) -> None:
    """Last words on a mistake of the toolkit: its kind, and no more, for it may hold a record."""
    words = sys.argv[1:]
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, where)
        return
    if DEBUG in words:
        sys.stderr.write(_where_it_arose(error))
        return
    message = (
        f"{kind.__name__}, which nobody foresaw. This is a mistake in the toolkit, not in your "
        f"input. Run it again with {DEBUG} and report the last lines, without data of persons."
    )
    if "--json" in words:
        give(envelope(find_command(words), error=RuntimeError(message)))
    sys.stderr.write(f"eenzaam-stats {find_command(words)}: {message}\n")


def main() -> None:
    """Console script ``eenzaam-stats``."""
    sys.excepthook = _unforeseen
    raise SystemExit(run(sys.argv[1:]))
