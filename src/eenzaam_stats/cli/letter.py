"""``eenzaam-stats letter``: every figure of the letter, with a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from eenzaam_stats.cli.checking import (
    NONE,
    Leaving,
    ProfileName,
    ReleaseFolder,
    Unchecked,
    Withdrawn,
)
from eenzaam_stats.cli.output import Advance, envelope, examples, give, progress, say
from eenzaam_stats.cli.release import Record, naming_record, remember_release
from eenzaam_stats.errors import OptionError
from eenzaam_stats.vocabulary import Language, require_option

if TYPE_CHECKING:
    from eenzaam_stats.letter.microdata import ComputedFigure
    from eenzaam_stats.results.estimates import Estimates
    from eenzaam_stats.same_people import People

EXAMPLES = examples(
    "letter --lang en --out report",
    "letter --check",
    "letter --survey gm2022.sav --wave 2022",
)
LIVE = ("loneliness", "population")  # what the statements rest on; forecasts keep their edition
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
    refresh: Annotated[
        bool,
        typer.Option(
            "--refresh",
            help="Use loneliness and population as StatLine gives them now; needs a network.",
        ),
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="With --refresh: only what was fetched before.")
    ] = False,
    profile: ProfileName = "strict10",
    unchecked: Unchecked = False,
    release: ReleaseFolder = None,
    withdraw: Withdrawn = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files in a folder that is not a report.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Recompute every quantitative statement of the advisory letter of 10 April 2025."""
    from eenzaam_stats.letter import manifest, report  # noqa: PLC0415  (loads the drawing library)
    from eenzaam_stats.letter.microdata import compute_figures  # noqa: PLC0415

    require_option(lang, Language, name="--lang")
    leaving = Leaving("letter", profile, unchecked, release, withdraw=tuple(withdraw or ()))
    record = _earlier(leaving, survey)
    _require(
        check=check and (out is not None or bool(survey) or refresh),
        offline=offline and not refresh,
    )
    language = cast("Language", lang)
    folder = DEFAULT_FOLDER if out is None else out
    if not check:
        report.require_free(folder, force=force)
    steps = 2 + refresh + len(survey or ())
    with (
        progress(steps, "reading", quiet=quiet or as_json) as advance,
        _tables(advance, refresh=refresh, offline=offline),
    ):
        computed: tuple[ComputedFigure, ...] = ()
        for path in survey or ():
            computed += compute_figures(path, wave=wave, weight=weight)
            advance("recomputing")
        computed = _suppress_computed(computed, record, leaving, quiet=quiet)
        result = report.compose(language=language, computed=computed, unchecked=unchecked)
        advance("comparing" if check else "drawing")
        if check:
            manifest.require_stored(result.rows, result.figures)
        else:
            with remember_release(
                record, _list_released(computed), out=folder, people=_people(computed)
            ):
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


def _require(*, check: bool, offline: bool) -> None:
    """Raise when options contradict each other."""
    if check:
        raise OptionError(
            "--check compares stored numbers only. Leave out --out, --survey and --refresh."
        )
    if offline:
        raise OptionError("--offline goes with --refresh; without it no network is ever used.")


def _earlier(leaving: Leaving, survey: list[Path] | None) -> Record | None:
    """Record of this release with what left before; none without a file of respondents."""
    if survey:
        return leaving.require()[0]
    if leaving.unchecked or leaving.release is not None or leaving.withdraw:
        raise OptionError(
            "--unchecked and --release go with --survey; without it everything is published."
        )
    return None


def _people(computed: tuple[ComputedFigure, ...]) -> list[People]:
    return list(dict.fromkeys(one.people for one in computed if one.people is not None))


def _list_released(computed: tuple[ComputedFigure, ...]) -> list[Estimates]:
    return [one.table for one in computed if one.table is not None]


def _suppress_computed(
    computed: tuple[ComputedFigure, ...],
    record: Record | None,
    leaving: Leaving,
    *,
    quiet: bool,
) -> tuple[ComputedFigure, ...]:
    """Computed figures as they may leave."""
    from eenzaam_stats.letter.microdata import suppress_figures  # noqa: PLC0415

    if leaving.profile == NONE or not computed:
        return computed
    for words in leaving.notes():
        say(f"note: {words}", quiet=quiet)
    people, tables = _people(computed), _list_released(computed)
    earlier = () if record is None else record.tables(people)
    with naming_record(record, people, tables, leaving.profile):
        return suppress_figures(computed, earlier, profile=leaving.profile)


@contextmanager
def _tables(advance: Advance, *, refresh: bool, offline: bool) -> Iterator[None]:
    """Live tables in the place of packaged ones while the report is made, where asked for."""
    if not refresh:
        yield
        return
    from eenzaam_stats.published.refreshed import refresh_tables  # noqa: PLC0415
    from eenzaam_stats.statline import fetched, service  # noqa: PLC0415  (the network library)
    from eenzaam_stats.statline.access import Access  # noqa: PLC0415

    tables = fetched.fetch(LIVE, Access(offline=offline), services=service.SERVICES)
    advance("recomputing")
    with refresh_tables({one.name: one.frame for one in tables}):
        yield
