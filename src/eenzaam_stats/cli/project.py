"""``eenzaam-stats project``: people with an outcome until 2050, from prevalence and population."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eenzaam_stats.cli.checking import (
    Leaving,
    ProfileName,
    Published,
    Unchecked,
    csv_with_note,
    note_unchecked,
)
from eenzaam_stats.cli.files import (
    CsvFor,
    DecimalSign,
    ThousandsSign,
    csv_dialect,
    csv_table,
    file_words,
    picture,
)
from eenzaam_stats.cli.output import deliver, envelope, examples, give, require_free, say
from eenzaam_stats.errors import OptionError
from eenzaam_stats.published.population_editions import KERNPROGNOSE, OBSERVED
from eenzaam_stats.vocabulary import Language, require_option

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.loaders.formats.file_options import FileWords
    from eenzaam_stats.plots.projectionplot import View
    from eenzaam_stats.results.projection import Projection
    from eenzaam_stats.trend.projection.scenario_path import Scenario

EXAMPLES = examples(
    "project --edition cbs_kernprognose_2016 --scenario constant --to 2050",
    "project --edition derived_A --base-population cbs_observed --to 2050 --json",
    "project prevalence.csv --scenario trend --wave-weight 2020:0.5 --plot fan.svg",
)
SCENARIOS = ("constant", "trend", "cohort")
VIEWS = ("fan", "age", "pyramid", "sources", "change")
_SIZE = (7.6, 4.8)


def project(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="CSV with age_group, estimate, and perhaps sex, wave, std_error, df; without it "
            "the published Gezondheidsmonitor of 2022."
        ),
    ] = None,
    edition: Annotated[
        str,
        typer.Option(
            "--edition", "--population", help="Packaged population forecast, or a CSV of your own."
        ),
    ] = KERNPROGNOSE,
    base_population: Annotated[
        str | None, typer.Option(help=f"Edition of the base year, such as {OBSERVED}.")
    ] = None,
    base_year: Annotated[int | None, typer.Option(help="Wave to start from.")] = None,
    to: Annotated[int, typer.Option(help="Last year.")] = 2050,
    scenario: Annotated[str, typer.Option(help="constant, trend or cohort.")] = "constant",
    damping: Annotated[
        str | None,
        typer.Option(help="Part of the trend kept per five years, as 1,0.75,0.5."),
    ] = None,
    wave_weight: Annotated[
        list[str] | None, typer.Option(help="WAVE:WEIGHT in the trend, 0-1; repeatable.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws behind the intervals; 0 for none.")] = 2000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    level: Annotated[float, typer.Option(help="Coverage of the intervals.")] = 0.95,
    decimal: DecimalSign = None,
    thousands: ThousandsSign = None,
    published: Published = False,
    profile: ProfileName = "strict10",
    unchecked: Unchecked = False,
    plot: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = None,
    view: Annotated[str, typer.Option(help="fan, age, pyramid, sources or change.")] = "fan",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing picture.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the picture: nl or en.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    csv_for: CsvFor = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Project a number of people, with its error, the reasons of its change and a hindcast."""
    import numpy as np  # noqa: PLC0415

    from eenzaam_stats.trend.projection.project import project as projected  # noqa: PLC0415
    from eenzaam_stats.trend.projection.projection_options import ProjectionOptions  # noqa: PLC0415

    require_option(lang, Language, name="--lang")
    for value, allowed, name in ((scenario, SCENARIOS, "--scenario"), (view, VIEWS, "--view")):
        if value not in allowed:
            raise OptionError.among(value, allowed, name=name)
    dialect = csv_dialect(as_csv=as_csv, csv_for=csv_for, as_json=as_json)
    leaving = Leaving("project", profile, unchecked, quiet=quiet)
    leaving.require()
    require_free(plot, force=force)
    words = file_words(decimal=decimal, thousands=thousands)
    result = projected(
        "gezondheidsmonitor"
        if file is None
        else leaving.open_table(_table(file, "prevalences", words), published=published),
        _table(Path(edition), "a population", words) if _is_file(edition) else edition,
        to=to,
        scenario=_scenario(scenario, damping, wave_weight or []),
        rng=np.random.default_rng(seed) if draws else None,
        options=ProjectionOptions(
            base_year=base_year,
            base_population=base_population,
            draws=draws or 2000,
            decimal=words.get("decimal"),
            thousands=words.get("thousands"),
        ),
        level=level,
    )
    if plot is not None:
        deliver(_picture(result, plot, view, cast("Language", lang)), plot, force=force)
        say(f"Picture: {plot.as_posix()}", quiet=quiet)
    if as_json:
        give(envelope("project", data=_data(result)))
    elif dialect is not None:
        give(csv_with_note(result.tidy(), dialect))
    else:
        give("\n".join([_describe_result(result), *note_unchecked(result).values()]))


def _scenario(name: str, damping: str | None, weights: list[str]) -> Scenario:
    from eenzaam_stats.trend.projection.scenarios import (  # noqa: PLC0415
        CohortShift,
        ConstantPrevalence,
        TrendScenario,
    )

    if name != "trend":
        if damping or weights:
            raise OptionError(
                f"--damping and --wave-weight shape a trend, but --scenario is {name!r}. Leave "
                "them out, or choose trend."
            )
        return ConstantPrevalence() if name == "constant" else CohortShift()
    pairs = [words.partition(":") for words in weights]
    try:
        given = {int(wave): float(weight) for wave, _, weight in pairs}
        kept = [float(part) for part in damping.split(",")] if damping else None
    except ValueError:
        raise OptionError(
            f"--damping is {damping!r} and --wave-weight {weights!r}, but they are numbers. Write "
            "for instance --damping 1,0.5 --wave-weight 2020:0.5."
        ) from None
    if kept is None:
        return TrendScenario(wave_weight=given)
    return TrendScenario(damping=kept, wave_weight=given)


def _is_file(edition: str) -> bool:
    from eenzaam_stats.loaders.formats.opened import SUFFIXES  # noqa: PLC0415

    return Path(edition).suffix.casefold() in SUFFIXES


def _table(file: Path, what: str, words: FileWords) -> pd.DataFrame:
    frame = csv_table(file, what, words)
    frame.attrs["source"] = file.name
    return frame


def _picture(result: Projection, plot: Path, view: str, language: Language) -> bytes:
    from eenzaam_stats import plots  # noqa: PLC0415
    from eenzaam_stats.trend.projection.projected_change import decompose  # noqa: PLC0415

    if view == "change":
        parts = decompose(result)
        return picture(
            plot,
            lambda axes: plots.change(parts, language=language, axes=axes),
            size=_SIZE,
            title=result.model.outcome,
            told=lambda: plots.change_text(parts, language=language),
        )
    return picture(
        plot,
        lambda axes: plots.projection(result, cast("View", view), language=language, axes=axes),
        size=_SIZE,
        title=result.model.outcome,
        told=lambda: plots.projection_text(result, language=language),
    )


def _describe_result(result: Projection) -> str:
    from eenzaam_stats.trend.projection.projected_change import decompose  # noqa: PLC0415

    every = result.tidy().query("age_group == 'all'")
    years = sorted(
        {result.model.base_year, result.model.to, *(y for y in every["year"] if y % 5 == 0)}
    )
    names = ["year", "population", "persons", "conf_low", "conf_high", "prevalence"]
    shown = every[every["year"].isin(years)][[*names, "persons_constant"]]
    table = shown.round({name: 0 for name in shown if name != "prevalence"}).to_string(index=False)
    return f"{result.describe()}\n\n{decompose(result).describe()}\n\n{table}"


def _data(result: Projection) -> dict[str, Any]:
    """Rows, variances, change, hindcast and assumptions; missing numbers are null."""
    from eenzaam_stats.trend.projection.projected_change import decompose  # noqa: PLC0415

    def records(frame: pd.DataFrame) -> Any:
        return json.loads(frame.to_json(orient="records", double_precision=15))

    return {
        "model": asdict(result.model),
        "rows": records(result.tidy()),
        "variance": records(result.variance()),
        "change": records(decompose(result).tidy()),
        "hindcast": None if result.hindcast is None else asdict(result.hindcast),
        "text": result.describe(),
        **note_unchecked(result),
    }
