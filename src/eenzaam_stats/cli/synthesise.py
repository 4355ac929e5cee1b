"""``eenzaam-stats synthesise``: a synthetic survey file in the real layout."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eenzaam_stats.cli.output import envelope, examples, give, progress, say

EXAMPLES = examples(
    "synthesise gezondheidsmonitor --wave 2022 --n 5000 demo.sav",
    "synthesise eu_loneliness_survey demo_values.csv",
    "synthesise lasa --wave H demo.sav",
)


def synthesise(
    source: Annotated[
        str,
        typer.Argument(
            help="Source whose layout is imitated: ess, eu_loneliness_survey, "
            "gezondheidsmonitor, gmjv, lasa, liss, share or ssw."
        ),
    ],
    out: Annotated[Path, typer.Argument(help="File to write; a folder for liss.")],
    wave: Annotated[
        str | None,
        typer.Option(
            help="Year of the wave, its number (ess, share) or its letter (lasa) "
            "[default: that of the source]."
        ),
    ] = None,
    n: Annotated[
        int | None, typer.Option(help="Number of respondents [default: that of the source].")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same people.")] = 2025,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    force: Annotated[bool, typer.Option(help="Replace an existing file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Write a SYNTHETIC file in the real layout of a source: no respondent is real."""
    from eenzaam_stats.synthetic.sources import synthesise as write  # noqa: PLC0415

    with progress(1, "synthesising", quiet=quiet or as_json) as advance:
        report = write(source, out, wave=_wave(wave), n=n, seed=seed, overwrite=force)
        advance("done")
    if as_json:
        give(envelope("synthesise", data=json.loads(json.dumps(asdict(report)))))
        return
    give(str(out))
    say(f"SYNTHETIC {source}: {report.rows:,} rows written to {out.name}.", quiet=quiet)


def _wave(words: str | None) -> int | str | None:
    """Wave as its source names it: a number where it is written as one."""
    return int(words) if words is not None and words.isdecimal() else words
