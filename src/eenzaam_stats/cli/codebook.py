"""``eenzaam-stats codebook``: mappings for surveys without a packaged codebook."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from eenzaam_stats.cli.output import envelope, examples, give, say
from eenzaam_stats.errors import SchemaError

TEMPLATE_EXAMPLES = examples(
    "codebook template ssw ssw2023.toml",
    "codebook template djg6 own_survey.toml",
    "codebook template hbsc hbsc2021.toml",
)
CHECK_EXAMPLES = examples(
    "codebook check own.toml",
    "codebook check own.toml --json",
)

app = typer.Typer(
    help="Mappings for surveys without a packaged codebook.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(epilog=TEMPLATE_EXAMPLES)
def template(
    source: Annotated[
        str,
        typer.Argument(
            help="ssw, djg11, djg6, ucla3 or direct; gmj for the Gezondheidsmonitor Jeugd; or "
            "hbsc, an example with an unverified layout."
        ),
    ],
    out: Annotated[
        Path | None, typer.Argument(help="File to write [default: mapping_SOURCE.toml].")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Write a mapping to fill in; an existing file is never replaced."""
    from eenzaam_stats.loaders.codebook.template import EXAMPLES, UNVERIFIED, write_template  # noqa: PLC0415

    written = write_template(source, out or Path(f"mapping_{source}.toml"))
    give(
        envelope("codebook template", data={"source": source, "file": str(written)})
        if as_json
        else str(written)
    )
    todo = "Add weight and cluster of your file" if source in EXAMPLES else "Fill it in"
    if source in UNVERIFIED:
        todo = "UNVERIFIED LAYOUT: compare every line with the codebook of your file"
    say(f"{todo}, then: eenzaam-stats codebook check {written.name}", quiet=quiet)


@app.command(epilog=CHECK_EXAMPLES)
def check(
    mapping: Annotated[Path, typer.Argument(help="Mapping in TOML.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List every problem of a mapping; exit code 3 when there is one."""
    from eenzaam_stats.loaders.mapping.mapping import check_mapping  # noqa: PLC0415

    results = check_mapping(mapping)
    failed = [one for one in results if one.passed is False]
    if failed:
        raise SchemaError(
            f"{mapping.name} has {len(failed)} problem(s):\n"
            + "\n".join(f"- {one.message}" for one in failed)
        )
    if as_json:
        give(envelope("codebook check", data=[asdict(one) for one in results]))
        return
    give("\n".join(f"{one.name}: {one.message}" for one in results))
