"""``eenzaam-stats trend``: an interrupted time series from a file of estimates per wave."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace
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
from eenzaam_stats.vocabulary import Language, require_option

if TYPE_CHECKING:
    import pandas as pd

    from eenzaam_stats.dates.waves import DateLike
    from eenzaam_stats.results.gap import ForecastGap
    from eenzaam_stats.results.series import InterruptedFit
    from eenzaam_stats.trend.series.check_fits import Fitting
    from eenzaam_stats.trend.series.fitting import Estimator, FitOptions
    from eenzaam_stats.trend.series.interrupted import Link
    from eenzaam_stats.trend.series.interruption import EffectName, Interruption

EXAMPLES = examples(
    'trend series.csv --interruption "COVID-19:2020.2:2022.2"',
    'trend series.csv --interruption "COVID-19:2020.2" --effects level --plot covid.svg',
    'trend series.csv --interruption "COVID-19:2020.2" --checks',
)
_PARTS = (2, 3)
_SIZE = (7.6, 4.4)


def trend(
    file: Annotated[
        Path, typer.Argument(help="CSV with wave (a number or a date), estimate, std_error.")
    ],
    interruption: Annotated[
        list[str], typer.Option(help="NAME:START or NAME:START:END, numbers or dates; repeatable.")
    ],
    effects: Annotated[str, typer.Option(help="level, slope or level,slope.")] = "level,slope",
    estimator: Annotated[
        str,
        typer.Option(help="auto, reml, ols, newey_west, prais_winsten or random_effects."),
    ] = "auto",
    link: Annotated[str, typer.Option(help="identity or logit.")] = "identity",
    at: Annotated[
        list[str] | None, typer.Option(help="Date at which the effect is given; repeatable.")
    ] = None,
    gap: Annotated[
        bool, typer.Option("--gap", help="Compare later waves with the trend before instead.")
    ] = False,
    checks: Annotated[
        bool,
        typer.Option("--checks", help="Placebo dates and one wave left out, for each effect."),
    ] = False,
    without_error: Annotated[
        str,
        typer.Option(
            help="Waves without a sampling error: refuse, leave_out, or a standard error for them."
        ),
    ] = "refuse",
    level: Annotated[float, typer.Option(help="Coverage of the intervals.")] = 0.95,
    decimal: DecimalSign = None,
    thousands: ThousandsSign = None,
    published: Published = False,
    profile: ProfileName = "strict10",
    unchecked: Unchecked = False,
    plot: Annotated[Path | None, typer.Option(help="Picture to write: .png, .svg or .pdf.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing picture.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the picture: nl or en.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    csv_for: CsvFor = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Estimate level and slope changes of a series, or its distance from the trend before."""
    from eenzaam_stats.trend.series.check_fits import Fitting  # noqa: PLC0415
    from eenzaam_stats.trend.series.forecast import GapOptions, forecast_gap  # noqa: PLC0415
    from eenzaam_stats.trend.series.interrupted import interrupted_time_series  # noqa: PLC0415
    from eenzaam_stats.trend.series.plan import SeriesOptions  # noqa: PLC0415

    require_option(lang, Language, name="--lang")
    dialect = csv_dialect(as_csv=as_csv, csv_for=csv_for, as_json=as_json)
    if checks and (gap or dialect is not None):
        raise OptionError(
            "--checks looks at changes, and is printed as text or in --json. Leave out --gap and "
            "--csv."
        )
    leaving = Leaving("trend", profile, unchecked, quiet=quiet)
    leaving.require()
    require_free(plot, force=force)
    words = file_words(decimal=decimal, thousands=thousands)
    frame = leaving.open_table(
        csv_table(file, "wave, estimate and std_error", words), published=published
    )
    interruptions = [_interruption(words, effects) for words in interruption]
    kind, how = cast("Link", link), cast("Estimator", estimator)
    options = SeriesOptions(fit=_fit_options(without_error), at=tuple(at or ()))
    result = (
        forecast_gap(
            frame,
            start=_first(interruptions),
            estimator=how,
            link=kind,
            options=GapOptions(fit=options.fit),
            level=level,
        )
        if gap
        else interrupted_time_series(
            frame,
            interruptions,
            estimator=how,
            link=kind,
            options=options,
            level=level,
        )
    )
    if plot is not None:
        deliver(_picture(result, plot, cast("Language", lang)), plot, force=force)
        say(f"Picture: {plot.as_posix()}", quiet=quiet)
    found = [
        check
        for one in (interruptions if checks else ())
        for check in _checks(frame, one, Fitting("", how, kind, options, level))
    ]
    if as_json:
        give(envelope("trend", data={**_data(result), **({"checks": found} if checks else {})}))
    elif dialect is not None:
        give(csv_with_note(result.tidy(), dialect))
    else:
        told = [
            f"check {check['name']}, {check['effect']}: {check['verdict']}; {check['message']}"
            for check in found
        ]
        give("\n".join([*_format_fit(result), *told, *note_unchecked(result).values()]))


def _format_fit(result: InterruptedFit | ForecastGap) -> tuple[str, str, str]:
    """What was found in a sentence and a table, with a line between them."""
    return result.describe(), "", result.tidy().to_string(index=False)


def _fit_options(without_error: str) -> FitOptions:
    from eenzaam_stats.trend.series.fitting import FitOptions  # noqa: PLC0415

    words: Any = without_error
    try:
        return FitOptions(without_error=float(words))
    except ValueError:
        return FitOptions(without_error=words)


def _checks(frame: pd.DataFrame, one: Interruption, how: Fitting) -> list[dict[str, str]]:
    """Verdict of every check, for every effect of an interruption."""
    from eenzaam_stats.trend.series.checks import leave_one_wave_out  # noqa: PLC0415
    from eenzaam_stats.trend.series.placebo import placebo_in_time  # noqa: PLC0415

    verdicts = {True: "passed", False: "FAILED", None: "not applicable"}
    when = "change" if one.end == math.inf else "during"
    fittings = [replace(how, effect=f"{name} {when}") for name in one.effects]
    return [
        {
            "interruption": one.name,
            "name": found.name,
            "effect": found.effect,
            "verdict": verdicts[found.check.passed],
            "message": found.check.message,
        }
        for how in fittings
        for found in (placebo_in_time(frame, one, how), leave_one_wave_out(frame, one, how))
    ]


def _interruption(words: str, effects: str) -> Interruption:
    """NAME:START or NAME:START:END as an interruption."""
    from eenzaam_stats.dates.waves import is_date  # noqa: PLC0415
    from eenzaam_stats.trend.series.interruption import Interruption  # noqa: PLC0415

    parts = words.split(":")
    dates = [part.strip() for part in parts[1:]]
    if len(parts) not in _PARTS or not all(map(is_date, dates)):
        raise OptionError(
            f"--interruption is {words!r}, which is not NAME:START or NAME:START:END with numbers "
            "or dates. Write for instance COVID-19:2020.2:2022.2 or COVID-19:2020-03-15."
        )
    names = tuple(cast("EffectName", name.strip()) for name in effects.split(","))
    return Interruption(parts[0], dates[0], dates[1] if len(dates) > 1 else math.inf, names)


def _first(interruptions: list[Interruption]) -> DateLike:
    """Start of the first interruption."""
    from eenzaam_stats.dates.waves import in_order  # noqa: PLC0415

    return in_order([one.start for one in interruptions])[0]


def _picture(result: Any, plot: Path, language: Language) -> bytes:
    from eenzaam_stats import plots  # noqa: PLC0415

    return picture(
        plot,
        lambda axes: plots.interruption(result, language=language, axes=axes),
        size=_SIZE,
        title=result.model.outcome,
        told=lambda: plots.interruption_text(result, language=language),
    )


def _data(result: Any) -> dict[str, Any]:
    """Rows and model with missing numbers as null."""
    rows = json.loads(result.tidy().to_json(orient="records", double_precision=15))
    model = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in asdict(result.model).items()
    }
    return {"model": model, "rows": rows, "text": result.describe(), **note_unchecked(result)}
