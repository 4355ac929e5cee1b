"""Entry point: one typer app, and one place where our errors become exit codes."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Annotated

import typer

from eenzaam_stats.cli import codebook, letter, prevalence, synthesise, trend
from eenzaam_stats.cli.output import explain, give
from eenzaam_stats.errors import EenzaamStatsError, EenzaamStatsWarning
from eenzaam_stats.version import VERSION

app = typer.Typer(
    name="eenzaam-stats",
    help="Loneliness prevalence statistics for the Netherlands.",
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done; 1 a bug; 2 usage; 3 data or source; 4 numbers differ; "
    "5 a disclosure rule blocked the output; 130 interrupted.",
)
app.command(name="letter", epilog=letter.EXAMPLES)(letter.letter)
app.command(name="prevalence", epilog=prevalence.EXAMPLES)(prevalence.prevalence)
app.command(name="trend", epilog=trend.EXAMPLES)(trend.trend)
app.command(name="synthesise", epilog=synthesise.EXAMPLES)(synthesise.synthesise)
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
    command = next((word for word in arguments if not word.startswith("-")), "")
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        warnings.simplefilter("always", EenzaamStatsWarning)
        try:
            app(args=list(arguments), prog_name="eenzaam-stats")
        except EenzaamStatsError as error:
            return explain(error, command=command, as_json="--json" in arguments)
        except SystemExit as stop:
            return stop.code if isinstance(stop.code, int) else 1
    return 0


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    sys.stderr.write(f"note: {message}\n")


def main() -> None:
    """Console script ``eenzaam-stats``."""
    raise SystemExit(run(sys.argv[1:]))
