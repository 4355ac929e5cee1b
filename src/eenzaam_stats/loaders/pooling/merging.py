"""Reports of several surveys in one: counts added, checks and notes kept with their survey."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from eenzaam_stats.loaders.harmonise.design_columns import CLUSTERS, SIZES
from eenzaam_stats.loaders.pooling.pooling import Part
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import ColumnReport, HarmonisationReport, ScoringReport
from eenzaam_stats.vocabulary import MissingKind, Origin

_KINDS = [kind.value for kind in MissingKind]
# Questions can go unasked; the columns of a design are filled for every survey.
_DESIGN = ("weight", "stratum", *CLUSTERS, *SIZES)


def merged_report(
    parts: Sequence[Part], *, notes: Sequence[str], checks: Sequence[CheckResult]
) -> HarmonisationReport:
    """One report of all parts.

    Parameters
    ----------
    parts : sequence of Part
        Surveys with their keys.
    notes, checks : sequence
        What combining adds; they come first.

    Returns
    -------
    HarmonisationReport
        Rows, dropped rows, valid and missing values are sums; a column that a survey does not have
        counts all its rows as ``not_asked``. A check or note of one survey begins with its key.
    """
    reports = [part.survey.report for part in parts]
    floors = {report.age_floor for report in reports}
    dropped: Counter[str] = Counter()
    for report in reports:
        dropped.update(dict(report.dropped))
    synthetic = any(report.origin is Origin.SYNTHETIC for report in reports)
    return HarmonisationReport(
        source=_joined(report.source for report in reports),
        wave=_joined(report.wave for report in reports),
        file=_joined(report.file for report in reports),
        origin=Origin.SYNTHETIC if synthetic else reports[0].origin,
        population="; ".join(dict.fromkeys(report.population for report in reports)),
        n_read=sum(report.n_read for report in reports),
        n_kept=sum(len(part.frame) for part in parts),
        dropped=tuple(dropped.items()),
        columns=_merged_columns(parts),
        checks=(
            *checks,
            *(
                replace(check, name=f"{part.key}: {check.name}")
                for part in parts
                for check in part.survey.report.checks
            ),
        ),
        notes=(
            *notes,
            *(f"{part.key}: {note}" for part in parts for note in part.survey.report.notes),
        ),
        age_floor=floors.pop() if len(floors) == 1 else None,
    )


def merged_scoring(parts: Sequence[Part]) -> tuple[ScoringReport, ...]:
    """Scoring reports with added counts, when all parts were scored in the same way."""
    kinds = {
        tuple((one.scale, one.outcomes, one.subscale_cutoff) for one in part.survey.scoring)
        for part in parts
    }
    if len(kinds) != 1:
        return ()
    return tuple(
        replace(
            same[0],
            n_rows=sum(one.n_rows for one in same),
            n_valid=sum(one.n_valid for one in same),
            n_one_missing=sum(one.n_one_missing for one in same),
            direction=_merged_direction(parts, [one.direction for one in same]),
            tolerated_column=max(one.tolerated_column for one in same),
            from_total=max(one.from_total for one in same),
            note=" ".join(dict.fromkeys(one.note for one in same if one.note)),
        )
        for same in zip(*(part.survey.scoring for part in parts), strict=True)
    )


def _merged_direction(parts: Sequence[Part], checks: Sequence[CheckResult]) -> CheckResult:
    """Failed where one fails, passed where all pass."""
    passed = [check.passed for check in checks]
    verdict = False if False in passed else (None if None in passed else True)
    said = "; ".join(
        f"{part.key}: {check.message}" for part, check in zip(parts, checks, strict=True)
    )
    return CheckResult(checks[0].name, verdict, said)


def _merged_columns(parts: Sequence[Part]) -> tuple[ColumnReport, ...]:
    by_part = [{column.name: column for column in p.survey.report.columns} for p in parts]
    names = dict.fromkeys(name for columns in by_part for name in columns)
    merged = []
    for name in names:
        found = [columns[name] for columns in by_part if name in columns]
        missing: Counter[str] = Counter()
        for part, columns in zip(parts, by_part, strict=True):
            if name in columns:
                missing.update(dict(columns[name].missing))
            elif name not in part.frame and name not in _DESIGN:
                missing[MissingKind.NOT_ASKED.value] += len(part.frame)
        merged.append(
            ColumnReport(
                name,
                _joined(column.source_name for column in found),
                sum(column.n_valid for column in found),
                tuple((kind, missing[kind]) for kind in _KINDS if missing[kind]),
                tuple(dict.fromkeys(said for column in found for said in column.recodes)),
            )
        )
    return tuple(merged)


def _joined(words: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(words))
