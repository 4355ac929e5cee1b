"""``Survey``, ``Design`` and ``HarmonisationReport``: what a loader gives and every verb takes.

No verb changes the ``Survey`` it gets; each gives a new one. Nothing here opens a file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from html import escape
from typing import Any

from eenzaam_stats.results import CheckResult
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.vocabulary import (
    CalibrationMethod,
    LonelyDomain,
    LonelyStratum,
    Origin,
    ReplicateCentre,
    ReplicateMethod,
)

__all__ = [
    "Calibration",
    "ColumnReport",
    "Design",
    "HarmonisationReport",
    "ReplicateWeights",
    "ScoringReport",
    "Survey",
]


@dataclass(frozen=True, slots=True)
class ReplicateWeights:
    """Columns with replicate weights, as the owner of a file delivers them.

    Attributes
    ----------
    columns : tuple of str
        One column per replicate, each with complete weights (not factors). Named in full: ``w1``
        is not ``w10``.
    method : {"BRR", "Fay", "JK1", "JKn", "bootstrap"}
        How they were made; it sets the scale unless that is given.
    rho : float
        Fay's factor, 0 up to 1; only for ``"Fay"``.
    scale : float or None
        Factor before the sum of squares; ``None`` for the usual one of the method.
    rscales : tuple of float
        One factor per replicate; needed for ``"JKn"``; empty means 1.
    centre : {"replicates", "estimate"}
        Deviations from the mean of the replicates, as R, or from the estimate.
    df : int or None
        Degrees of freedom of the whole design; ``None`` for the rank of the weights minus 1.
    """

    columns: tuple[str, ...]
    method: ReplicateMethod
    rho: float = 0.0
    scale: float | None = None
    rscales: tuple[float, ...] = ()
    centre: ReplicateCentre = "replicates"
    df: int | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How the weight of a design was calibrated, so that its variance can take it into account.

    Attributes
    ----------
    method : {"post_stratify", "rake", "linear", "logit"}
        How the weights were moved.
    base_weight : str
        Column with the weight before calibration.
    margins : tuple of tuple of str
        Columns of each margin; two columns in one margin are crossed.
    numeric : tuple of str
        Numeric auxiliaries, for ``"linear"`` and ``"logit"``.
    """

    method: CalibrationMethod
    base_weight: str
    margins: tuple[tuple[str, ...], ...]
    numeric: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Design:
    """Names of the design columns of a survey.

    Attributes
    ----------
    weight : str or None
        Column with the weight that is right for loneliness; ``None`` when the source delivers none.
    stratum, cluster, fpc : str or None
        Columns of the sampling design; without a cluster each row is its own sampling unit, and
        a cluster number in two strata is two clusters. ``fpc`` is the number of sampling units of
        the stratum in the population.
    lonely_stratum : {"certainty", "centred", "average", "fail"}
        What a stratum with one sampling unit does: contribute no variance, contribute its squared
        distance from the mean over all units, contribute the mean of the other strata, or stop the
        run. R calls the second ``adjust``.
    lonely_domain : {"full_design", "as_lonely"}
        Whether a stratum of which a group has one sampling unit is lonely for that group too, with
        ``"centred"`` and ``"average"``. R calls this ``survey.adjust.domain.lonely``.
    replicates : ReplicateWeights or None
        Replicate weights of the file; the variance then comes from them.
    calibration : Calibration or None
        How the weight was calibrated, where that is known; otherwise it is taken as fixed.
    """

    weight: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    fpc: str | None = None
    lonely_stratum: LonelyStratum = "fail"
    lonely_domain: LonelyDomain = "full_design"
    replicates: ReplicateWeights | None = None
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """What became of one column of the source.

    Attributes
    ----------
    name, source_name : str
        Harmonised name and name in the file.
    n_valid : int
        Rows with a usable value.
    missing : tuple of (str, int)
        Rows per kind of missing, in the order of ``MissingKind``; only kinds that occur.
    recodes : tuple of str
        Recodes done, as ``code -> value``.
    """

    name: str
    source_name: str
    n_valid: int
    missing: tuple[tuple[str, int], ...] = ()
    recodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HarmonisationReport:
    """What was read, recoded, dropped and missing.

    Attributes
    ----------
    source, wave, file : str
        Source, wave and file name (never its folder).
    origin : Origin
        Microdata or synthetic.
    population : str
        Who the survey covers.
    n_read, n_kept : int
        Rows in the file and rows in the survey.
    dropped : tuple of (str, int)
        Reason and number of rows left out.
    columns : tuple of ColumnReport
        One per harmonised column.
    checks : tuple of CheckResult
        Agreement with published scores, duplicates, cut-offs found.
    notes : tuple of str
        Facts a reader must know, for instance which codes are carried over from another wave.
    age_floor : int or None
        Youngest age that the survey covers; ``None`` when it is not stated.
    """

    source: str
    wave: str
    file: str
    origin: Origin
    population: str
    n_read: int
    n_kept: int
    dropped: tuple[tuple[str, int], ...] = ()
    columns: tuple[ColumnReport, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    notes: tuple[str, ...] = ()
    age_floor: int | None = None

    def to_json(self) -> str:
        """Report as one JSON document."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def describe(self) -> str:
        """Report as plain text for a terminal."""
        head = (
            f"{self.source} {self.wave} ({self.origin}), file {self.file}: "
            f"{self.n_read:,} rows read, {self.n_kept:,} kept. Population: {self.population}."
        )
        lines = [head, *(f"  dropped {n:,} rows: {reason}" for reason, n in self.dropped)]
        width = max((len(column.name) for column in self.columns), default=0) + 2
        lines.append(f"  {'column':<{width}}{'from':<22}{'valid':>10}  missing by kind; recodes")
        lines += [f"  {_column_line(column, width)}" for column in self.columns]
        lines += [f"  {check.mark()} {check.name}: {check.message}" for check in self.checks]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def __str__(self) -> str:
        return self.describe()

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td>{escape(column.name)}</td><td>{escape(column.source_name)}</td>"
            f"<td style='text-align:right'>{column.n_valid:,}</td>"
            f"<td>{escape(_missing_text(column.missing))}</td>"
            f"<td>{escape(', '.join(column.recodes))}</td></tr>"
            for column in self.columns
        )
        checks = "".join(
            f"<li>{check.mark()} {escape(check.name)}: {escape(check.message)}</li>"
            for check in self.checks
        )
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        dropped = "".join(f"<li>{escape(why)}: {n:,} rows dropped</li>" for why, n in self.dropped)
        return (
            f"<p><b>{escape(self.source)} {escape(self.wave)}</b> ({self.origin}), "
            f"{self.n_read:,} rows read, {self.n_kept:,} kept. {escape(self.population)}</p>"
            "<table><thead><tr><th>column</th><th>from</th><th>valid</th><th>missing by kind</th>"
            f"<th>recodes</th></tr></thead><tbody>{cells}</tbody></table>"
            f"<ul>{dropped}{checks}{notes}</ul>"
        )


def _missing_text(missing: tuple[tuple[str, int], ...]) -> str:
    return ", ".join(f"{kind} {n:,}" for kind, n in missing) or "none"


def _column_line(column: ColumnReport, width: int) -> str:
    recodes = f"; {', '.join(column.recodes)}" if column.recodes else ""
    return (
        f"{column.name:<{width}}{column.source_name:<22}{column.n_valid:>10,}  "
        f"{_missing_text(column.missing)}{recodes}"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """Harmonised respondents with the design that is right for them.

    Attributes
    ----------
    respondents : frame
        One row per person and wave, with the columns of ``respondents.COLUMNS``.
    design : Design
        Names of the design columns.
    report : HarmonisationReport
        What was read, recoded, dropped and missing.
    scoring : tuple of ScoringReport
        One per scale that was scored.
    """

    respondents: Any
    design: Design
    report: HarmonisationReport
    scoring: tuple[ScoringReport, ...] = ()

    def with_respondents(self, respondents: Any, *, scoring: tuple[ScoringReport, ...]) -> Survey:
        """Survey with other respondents and scoring, same design and report."""
        return replace(self, respondents=respondents, scoring=scoring)
