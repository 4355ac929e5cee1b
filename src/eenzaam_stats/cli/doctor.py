"""``eenzaam-stats doctor``: what is installed here, and whether it really works."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eenzaam_stats.cli.output import envelope, examples, give, progress
from eenzaam_stats.errors import SourceError
from eenzaam_stats.version import VERSION, installed_version

if TYPE_CHECKING:
    from eenzaam_stats.cli.trial import Trial

EXAMPLES = examples("doctor", "doctor --json")
REQUIRED = ("numpy", "scipy", "pandas", "statsmodels", "narwhals", "typer", "rich")
SIGNS = {True: "works", False: "FAILS", None: "absent"}
NEEDED = ("core", "reference")


def doctor(
    spark: Annotated[
        bool, typer.Option("--spark", help="Also start Java for PySpark (ten seconds or more).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Try what is installed: engines, extras, reference tables, cache; exit code 3 on a fault."""
    from eenzaam_stats.cli.trial import trials  # noqa: PLC0415

    found: list[Trial] = []
    with progress(1, "trying", quiet=quiet or as_json) as advance:
        found.extend(trials(spark=spark))
        advance("done")
    broken = [one for one in found if one.works is False]
    data = {
        "versions": _versions(),
        "trials": [asdict(one) for one in found],
        "healthy": not broken,
    }
    give(
        envelope("doctor", data=data, warnings=[_line(one) for one in broken])
        if as_json
        else _text(found)
    )
    needed = [one.name for one in broken if one.part in NEEDED]
    if needed:
        raise SourceError(
            f"doctor found {len(needed)} part(s) that every command needs and that do not work: "
            f"{', '.join(needed)}. Install the package again in a fresh environment."
        )


def _versions() -> dict[str, Any]:
    own = {"eenzaam-stats": VERSION, "python": platform.python_version()}
    return {**own, "system": platform.system(), **{n: installed_version(n) for n in REQUIRED}}


def _text(found: Sequence[Trial]) -> str:
    versions = [f"{name:<16} {version}" for name, version in _versions().items()]
    return "\n".join([*versions, "", *(_line(one) for one in found)])


def _line(one: Trial) -> str:
    return f"{SIGNS[one.works]:<7} {one.part:<10} {one.name:<24} {one.version:<10} {one.detail}"
