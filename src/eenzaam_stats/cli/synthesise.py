"""``eenzaam-stats synthesise``: a synthetic survey file in the real layout."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eenzaam_stats.cli.output import envelope, give, say
from eenzaam_stats.errors import OptionError

EXAMPLES = (
    "Examples: eenzaam-stats synthesise gezondheidsmonitor --wave 2022 --n 50000 demo.sav   |   "
    "eenzaam-stats synthesise gezondheidsmonitor --wave 2016 --n 2000 --seed 7 small.zsav"
)
SOURCES = ("gezondheidsmonitor",)


def synthesise(
    source: Annotated[str, typer.Argument(help="Source whose layout is imitated.")],
    out: Annotated[Path, typer.Argument(help="File to write, .sav or .zsav.")],
    wave: Annotated[int, typer.Option(help="Year of the wave.")] = 2022,
    n: Annotated[int, typer.Option(help="Number of respondents.", min=1)] = 50_000,
    seed: Annotated[int, typer.Option(help="Seed; the same seed gives the same people.")] = 2025,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Write a SYNTHETIC file in the real layout of a source: no respondent is real."""
    from eenzaam_stats.loaders.synthetic import synthesise_gezondheidsmonitor  # noqa: PLC0415

    if source not in SOURCES:
        raise OptionError.among(source, SOURCES, name="source")
    report = synthesise_gezondheidsmonitor(out, wave=wave, n=n, seed=seed)
    if as_json:
        give(envelope("synthesise", data=json.loads(json.dumps(asdict(report)))))
        return
    give(str(out))
    say(f"SYNTHETIC {source} {wave}: {n:,} rows written to {out.name}.", quiet=quiet)
