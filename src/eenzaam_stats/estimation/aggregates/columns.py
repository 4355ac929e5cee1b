"""What the one pass over respondents is asked to read: outcomes, groups and columns of the design.

Names only. No frame is opened here and nothing is summed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from eenzaam_stats.errors import DesignError, OptionError, list_all, verb
from eenzaam_stats.respondents import MISSING_SUFFIX
from eenzaam_stats.survey import Survey

OutcomeKind = Literal["binary", "number", "ratio", "category"]
DESIGN_WEIGHT = "design"
OUTCOME = "outcome"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One variable to sum, or two for a ratio.

    Attributes
    ----------
    name : str
        Column of the outcome; for a ratio the numerator.
    kind : {"binary", "number", "ratio", "category"}
        A flag, a number, a number per unit of ``other``, or one class of a column of classes.
    other : str
        Denominator of a ratio, class of a category; empty otherwise.
    """

    name: str
    kind: OutcomeKind = "binary"
    other: str = ""

    @property
    def label(self) -> str:
        """Outcome in words: the column, ``y / x`` or ``column=class``."""
        between = {"ratio": " / ", "category": "="}.get(self.kind, "")
        return f"{self.name}{between}{self.other}" if between else self.name

    def names(self) -> tuple[str, ...]:
        """Columns that it reads."""
        return (self.name, self.other) if self.kind == "ratio" else (self.name,)


@dataclass(frozen=True, slots=True)
class CellColumns:
    """Names of the columns that the pass reads.

    Attributes
    ----------
    outcomes : tuple of Outcome
        What to sum.
    by : tuple of str
        Grouping columns; empty for everyone together.
    weight, stratum, cluster, fpc : str or None
        Columns of the design; ``None`` for equal weights, one stratum, rows as sampling units and
        an infinite population.
    inner_cluster, inner_fpc : str or None
        Columns of the second stage, both or none.
    kinds : tuple of (str, str)
        Outcome and the column with the kind of its missing answers, where that is not
        ``<outcome>_missing``.
    tolerated : tuple of (str, str)
        Column made of a total, and the column with the item that the total does without.
    """

    outcomes: tuple[Outcome, ...]
    by: tuple[str, ...] = ()
    weight: str | None = None
    stratum: str | None = None
    cluster: str | None = None
    fpc: str | None = None
    inner_cluster: str | None = None
    inner_fpc: str | None = None
    kinds: tuple[tuple[str, str], ...] = ()
    tolerated: tuple[tuple[str, str], ...] = ()

    def names(self) -> tuple[str, ...]:
        """Each column once: outcomes, groups, design."""
        outcomes = [name for outcome in self.outcomes for name in outcome.names()]
        wanted = (*outcomes, *self.by, self.weight, self.stratum, self.cluster, self.fpc)
        inner = (self.inner_cluster, self.inner_fpc)
        return tuple(dict.fromkeys(name for name in (*wanted, *inner) if name is not None))


def design_columns(
    survey: Survey,
    outcomes: Sequence[Outcome],
    *,
    by: str | Sequence[str],
    weights: str | None,
) -> CellColumns:
    """Columns for outcomes of a survey under its own design.

    Parameters
    ----------
    survey : Survey
        Respondents with their design.
    outcomes : sequence of Outcome
        What to sum.
    by : str or sequence of str
        Grouping columns.
    weights : str or None
        ``"design"``, the name of a column, or ``None`` for no weights.

    Returns
    -------
    CellColumns

    Raises
    ------
    OptionError
        If a group or an outcome is named twice.
    DesignError
        If the design names no weight and ``weights=None`` is not written.
    """
    design = survey.design
    cluster, fpc = design.clusters, design.sizes
    two_stages = len(fpc) > 1
    return CellColumns(
        outcomes=once(tuple(outcomes), name="outcome"),
        by=grouping(by),
        weight=_weight_column(survey, weights),
        stratum=design.stratum,
        cluster=cluster[0] if cluster else None,
        fpc=fpc[0] if fpc else None,
        inner_cluster=cluster[1] if two_stages else None,
        inner_fpc=fpc[1] if two_stages else None,
        kinds=_kinds(survey, outcomes),
        tolerated=tuple(
            (name, report.tolerated_column)
            for report in survey.scoring
            for name in report.from_total
            if any(name in outcome.names() for outcome in outcomes)
        ),
    )


def _kinds(survey: Survey, outcomes: Sequence[Outcome]) -> tuple[tuple[str, str], ...]:
    """Columns with kinds of missing that scoring added, for its flags and totals."""
    return tuple(
        (outcome.name, report.missing_column)
        for outcome in outcomes
        for report in survey.scoring
        if report.missing_column
        and (
            outcome.name in report.outcomes
            or outcome.name.startswith(report.missing_column.removesuffix(MISSING_SUFFIX) + "_")
        )
    )


def grouping(by: str | Sequence[str]) -> tuple[str, ...]:
    """Grouping columns as a tuple, each once."""
    return once((by,) if isinstance(by, str) else tuple(by), name="by")


def once(values: tuple[T, ...], *, name: str) -> tuple[T, ...]:
    """Return the values, or raise when one occurs twice."""
    repeated = list(dict.fromkeys(value for value in values if values.count(value) > 1))
    if repeated:
        shown = list_all(getattr(value, "label", value) for value in repeated)
        raise OptionError(
            f"{name} names column(s) [{shown}] more than once. Name each column once."
        )
    return values


def _weight_column(survey: Survey, weights: str | None) -> str | None:
    """Column to weight with; an absent design weight is not quietly an unweighted estimate."""
    if weights != DESIGN_WEIGHT:
        return weights
    if survey.design.weight is None:
        report = survey.report
        raise DesignError(
            f"{verb()} needs a weight, and the design of {report.source} {report.wave} names none. "
            "Name the column when the file is read or in weights=, or write weights=None for an "
            "estimate without weights."
        )
    return survey.design.weight
