"""``eenzaam-stats letter``: every figure of the letter, with a verdict."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from eenzaam_stats.cli.output import envelope, examples, give, progress, say
from eenzaam_stats.errors import OptionError
from eenzaam_stats.vocabulary import Language, require_option

if TYPE_CHECKING:
    from eenzaam_stats.letter.microdata import ComputedFigure

EXAMPLES = examples(
    "letter --lang en --out report",
    "letter --check",
    "letter --survey gm2022.sav --wave 2022",
)
DEFAULT_FOLDER = Path("letter_output")


def letter(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report [default: letter_output].")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the report: nl or en.")] = "nl",
    check: Annotated[
        bool, typer.Option("--check", help="Compare with the stored numbers; write no report.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    survey: Annotated[
        list[Path] | None,
        typer.Option(help="Gezondheidsmonitor file (.sav, .zsav) to compute from; repeatable."),
    ] = None,
    wave: Annotated[int, typer.Option(help="Year of the survey files.")] = 2022,
    weight: Annotated[
        str | None, typer.Option(help="Weight column, where the codebook names none (2024).")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files in a folder that is not a report.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Recompute every quantitative statement of the advisory letter of 10 April 2025."""
    from eenzaam_stats.letter import manifest, report  # noqa: PLC0415  (loads the drawing library)
    from eenzaam_stats.letter.microdata import computed_from  # noqa: PLC0415

    require_option(lang, Language, name="--lang")
    if check and (out is not None or survey):
        raise OptionError("--check compares stored numbers only. Leave out --out and --survey.")
    language = cast("Language", lang)
    folder = DEFAULT_FOLDER if out is None else out
    if not check:
        report.require_free(folder, force=force)
    with progress(2 + len(survey or ()), "reading", quiet=quiet or as_json) as advance:
        computed: tuple[ComputedFigure, ...] = ()
        for path in survey or ():
            computed += computed_from(path, wave=wave, weight=weight)
            advance("recomputing")
        result = report.compose(language=language, computed=computed)
        advance("comparing" if check else "drawing")
        if check:
            manifest.require_stored(result.rows, result.figures)
        else:
            report.write(result, folder)
        advance("done")
    if as_json:
        give(envelope("letter", data=report.as_data(result)))
    else:
        give(report.as_text(result))
    say(
        "The numbers equal the stored ones."
        if check
        else f"Report: {(folder / 'letter.html').as_posix()}",
        quiet=quiet,
    )
