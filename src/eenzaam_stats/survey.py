"""``Survey``, ``Design`` and ``HarmonisationReport``: what a loader gives and every verb takes.

No verb changes the ``Survey`` it gets; each gives a new one. Nothing here opens a file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from html import escape
from typing import Any

import pandas as pd

from eenzaam_stats.design import Calibration, Design, ReplicateWeights
from eenzaam_stats.output_check import remembering
from eenzaam_stats.plain_text import plain
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.vocabulary import Disclosure, Origin, SinglePsu

# what a survey is made of, for users who build one; the package imports each from its own module
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

    def __post_init__(self) -> None:
        # the name of a file can hold what no table, page or terminal takes
        object.__setattr__(self, "file", plain(self.file))

    @property
    def name(self) -> str:
        """Source, wave and what the file is made of, as results of models name it."""
        return f"{self.source} {self.wave} ({self.origin})"

    def to_json(self) -> str:
        """Report as one JSON document."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def describe(self) -> str:
        """Report as plain text for a terminal."""
        head = (
            f"{self.name}, file {self.file}: "
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

    respondents: Any = field(repr=False)  # nobody in a log or a traceback
    design: Design
    report: HarmonisationReport
    scoring: tuple[ScoringReport, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.respondents, pd.DataFrame):
            remembering(self.respondents, Disclosure.UNCHECKED)

    def with_respondents(self, respondents: Any, *, scoring: tuple[ScoringReport, ...]) -> Survey:
        """Survey with other respondents and scoring, same design and report."""
        return replace(self, respondents=respondents, scoring=scoring)

    def with_single_psu(self, rule: SinglePsu) -> Survey:
        """Survey with another rule for strata with one sampling unit.

        Parameters
        ----------
        rule : {"certainty", "centred", "average", "collapsed", "fail"}
            Or R's name of it: ``"remove"`` is ``"certainty"``, ``"adjust"`` is ``"centred"``.

        Returns
        -------
        Survey

        Examples
        --------
        >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 0, 0)
        >>> survey = Survey(None, Design(stratum="municipality"), report)
        >>> survey.with_single_psu("adjust").design.single_psu
        'centred'
        """
        return replace(self, design=replace(self.design, single_psu=rule))
