"""``eenzaam-stats prevalence``: weighted prevalences of a survey file, checked for disclosure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eenzaam_stats.cli.checking import (
    Leaving,
    ProfileName,
    ReleaseFolder,
    Unchecked,
    Withdrawn,
)
from eenzaam_stats.cli.files import (
    CsvFor,
    DecimalSign,
    KeptWords,
    NamesRow,
    RaisedLimits,
    Sheet,
    SkippedRows,
    ThousandsSign,
    csv_dialect,
    file_words,
)
from eenzaam_stats.cli.output import (
    deliver,
    envelope,
    examples,
    progress,
    require_free,
    say,
)
from eenzaam_stats.cli.release import remember_release
from eenzaam_stats.design import read_rule
from eenzaam_stats.vocabulary import IntervalMethod, Language, SubscaleCutoff, label, require_option

if TYPE_CHECKING:
    from eenzaam_stats.results.estimates import Estimates
    from eenzaam_stats.same_people import People
    from eenzaam_stats.tables.delimited import CsvDialect

EXAMPLES = examples(
    "prevalence demo.sav --source gezondheidsmonitor --wave 2022 "
    "--outcome severely_lonely --by region",
    "prevalence own.csv --source mapped --mapping own.toml --outcome often_or_always_lonely --csv",
)


def prevalence(
    file: Annotated[Path, typer.Argument(help="Survey file; a folder for liss.")],
    source: Annotated[
        str,
        typer.Option(
            help="gezondheidsmonitor, gmjv, eu_loneliness_survey, liss, lasa, ssw, share, ess, or "
            "mapped for any other file."
        ),
    ],
    outcome: Annotated[
        list[str], typer.Option(help="Flag to estimate, such as lonely; repeatable.")
    ],
    by: Annotated[
        list[str] | None, typer.Option(help="Grouping column, such as age_group; repeatable.")
    ] = None,
    margins: Annotated[
        bool, typer.Option("--margins", help="Add a table for every subset of the groups.")
    ] = False,
    wave: Annotated[
        list[str] | None,
        typer.Option(help="Year, number or letter of the wave; repeatable."),
    ] = None,
    mapping: Annotated[Path | None, typer.Option(help="Mapping in TOML (ssw, mapped).")] = None,
    weight: Annotated[str | None, typer.Option(help="Weight column, where none is known.")] = None,
    unweighted: Annotated[
        bool, typer.Option("--unweighted", help="Estimate without weights, on purpose.")
    ] = False,
    weights_for: Annotated[
        str | None,
        typer.Option(
            help="For whom weights add up: country, eu27, national, regional or municipal."
        ),
    ] = None,
    country: Annotated[str | None, typer.Option(help="One country of the EU survey.")] = None,
    decimal: DecimalSign = None,
    thousands: ThousandsSign = None,
    keep_word: KeptWords = None,
    skip_rows: SkippedRows = None,
    header_row: NamesRow = None,
    sheet: Sheet = None,
    limit: RaisedLimits = None,
    scale: Annotated[
        str | None, typer.Option(help="djg11, djg6, ucla3 or direct [default: as the items allow].")
    ] = None,
    subscale_cutoff: Annotated[
        str | None, typer.Option(help="manual6, cbs, rivm2016 or vzinfo, for the subscales.")
    ] = None,
    not_asked: Annotated[
        str,
        typer.Option(help="refuse, or shorter: score the form whose items were all asked."),
    ] = "refuse",
    interval: Annotated[
        str, typer.Option(help="logit, beta, korn_graubard, wilson or wald.")
    ] = "logit",
    level: Annotated[float, typer.Option(help="Coverage of the interval.")] = 0.95,
    single_psu: Annotated[
        str | None,
        typer.Option(
            help="Strata with one sampling unit: certainty, centred, average, collapsed or fail "
            "[default: that of the source]."
        ),
    ] = None,
    profile: ProfileName = "strict10",
    unchecked: Unchecked = False,
    release: ReleaseFolder = None,
    withdraw: Withdrawn = None,
    out: Annotated[Path | None, typer.Option(help="File to write instead of stdout.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
    lang: Annotated[str, typer.Option(help="Language of the text table: nl or en.")] = "nl",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    csv_for: CsvFor = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="No messages on stderr.")] = False,
) -> None:
    """Estimate weighted prevalences with design-based intervals, small cells suppressed."""
    from eenzaam_stats.estimation.aggregates.cells import cells  # noqa: PLC0415
    from eenzaam_stats.loaders.formats.progress import show_progress  # noqa: PLC0415
    from eenzaam_stats.loaders.sources.any_source import SourceOptions, read_source  # noqa: PLC0415
    from eenzaam_stats.scoring.for_outcome import score_for  # noqa: PLC0415

    dialect = csv_dialect(as_csv=as_csv, csv_for=csv_for, as_json=as_json)
    _require(lang=lang, interval=interval, cutoff=subscale_cutoff)
    leaving = Leaving("prevalence", profile, unchecked, release, withdraw=tuple(withdraw or ()))
    record, earlier = leaving.require()
    require_free(out, force=force, reads=(file, mapping, release))
    said = file_words(
        decimal=decimal,
        thousands=thousands,
        keep_word=keep_word,
        skip_rows=skip_rows,
        header_row=header_row,
        sheet=sheet,
        limit=limit,
    )
    with progress(3, "reading", quiet=quiet or as_json) as advance:
        options = SourceOptions(_wave(wave), mapping, weight, weights_for, country, said)
        with show_progress(partial(advance, by=0)):
            survey = read_source(source, file, options)
        if single_psu is not None:
            survey = survey.with_single_psu(read_rule(single_psu))
        advance("scoring")
        survey = score_for(
            survey,
            outcome,
            scale=scale,
            subscale_cutoff=cast("SubscaleCutoff", subscale_cutoff),
            not_asked=cast("Any", not_asked),
        )
        advance("estimating")
        sums = cells(
            survey,
            outcome,
            by=_columns(tuple(by or ()), earlier, survey),
            weights=None if unweighted else "design",
        )
        estimated = _tables(
            sums,
            tuple(outcome),
            _subsets(tuple(by or ())) if margins else [tuple(by or ())],
            interval=cast("IntervalMethod", interval),
            level=level,
        )
        people = _people(survey) if record is not None else []
        tables = leaving.tables(record, people, estimated)
        advance("done")
    failed = _list_failures(survey)
    text = (
        envelope("prevalence", data=[_data(table) for table in tables], warnings=failed)
        if as_json
        else _text(tables, dialect, language=cast("Language", lang), unchecked=unchecked)
    )
    with remember_release(record, tables, out=out, people=people):
        deliver(text, out, force=force)
    for words in (*failed, *leaving.notes()):
        say(f"note: {words}", quiet=quiet)


def _people(survey: Any) -> list[People]:
    from eenzaam_stats.same_people import sign_people  # noqa: PLC0415

    return [sign_people(survey)]


def _list_failures(survey: Any) -> list[str]:
    return [f"{one.name}: {one.message}" for one in survey.report.checks if one.passed is False]


def _tables(
    sums: Any,
    outcomes: tuple[str, ...],
    subsets: Sequence[tuple[str, ...]],
    *,
    interval: IntervalMethod,
    level: float,
) -> tuple[Estimates, ...]:
    """One table per outcome and set of groups."""
    from eenzaam_stats.estimation.prevalence import prevalence as estimate  # noqa: PLC0415

    return tuple(
        estimate(sums, outcome, by=by, interval=interval, level=level)
        for outcome in outcomes
        for by in subsets
    )


def _columns(groups: tuple[str, ...], earlier: tuple[Estimates, ...], survey: Any) -> list[str]:
    """Grouping columns, and those of earlier releases: one may be a function of the other."""
    there = set(survey.respondents.columns)
    others = [name for table in earlier for name in table.by if name in there]
    return list(dict.fromkeys([*groups, *others]))


def _subsets(groups: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Every subset of the grouping columns, the finest first."""
    return [subset for size in range(len(groups), -1, -1) for subset in combinations(groups, size)]


def _require(*, lang: str, interval: str, cutoff: str | None) -> None:
    require_option(lang, Language, name="--lang")
    require_option(interval, IntervalMethod, name="--interval")
    if cutoff is not None:
        require_option(cutoff, SubscaleCutoff, name="--subscale-cutoff")


def _wave(words: Sequence[str] | None) -> str | Sequence[str] | None:
    """One wave, several, or none; its source knows what the words can mean."""
    return words[0] if words and len(words) == 1 else words or None


def _text(
    tables: Sequence[Estimates],
    dialect: CsvDialect | None,
    *,
    language: Language,
    unchecked: bool,
) -> str:
    from eenzaam_stats.tables.delimited import csv_text  # noqa: PLC0415
    from eenzaam_stats.tables.text import estimates_text  # noqa: PLC0415

    if dialect is not None:
        return csv_text(_stack_tables(tables, language), dialect=dialect, unchecked=unchecked)
    return "\n\n".join(
        estimates_text(table, language=language, unchecked=unchecked) for table in tables
    )


def _stack_tables(tables: Sequence[Estimates], language: Language) -> Any:
    """Every table below each other; a column that a table does not group by says total."""
    import pandas as pd  # noqa: PLC0415

    by = list(dict.fromkeys(name for table in tables for name in table.by))
    total = label("word.total", language)
    frames = [
        table.details().assign(
            outcome=table.footnote.outcome,
            method=table.footnote.method,
            origin=table.footnote.origin,
            **dict.fromkeys([name for name in by if name not in table.by], total),
        )
        for table in tables
    ]
    stacked = pd.concat(frames, ignore_index=True)
    rest = [name for name in stacked.columns if name not in {"outcome", *by}]
    return stacked[["outcome", *by, *rest]]


def _data(table: Estimates) -> dict[str, Any]:
    rows = json.loads(table.details().to_json(orient="records", double_precision=15))
    return {"by": list(table.by), "footnote": asdict(table.footnote), "rows": rows}
