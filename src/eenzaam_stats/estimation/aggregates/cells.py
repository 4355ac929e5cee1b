"""``Cells``: sums of respondents that add up over files, chunks and machines, and serve every verb.

One pass makes them; margins, several outcomes and comparisons are taken from them without another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, OptionError, SchemaError, verb
from eenzaam_stats.estimation.aggregates.aggregate import (
    CellTable,
    append_tables,
    cell_table,
    key_columns,
)
from eenzaam_stats.estimation.aggregates.columns import (
    DESIGN_WEIGHT,
    CellColumns,
    Outcome,
    design_columns,
)
from eenzaam_stats.estimation.aggregates.domains import Domains, number_domains
from eenzaam_stats.messages import show_values
from eenzaam_stats.numerics.survey.variance import single_psu_strata
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import SinglePsu

_SHOWN_STRATA = 10
OutcomeKindOption = Literal["binary", "number"]


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Sums of respondents per group, stratum and cluster.

    Attributes
    ----------
    table : CellTable
        The sums. A cell of one person is that person: rules of disclosure apply to it.
    design : Design
        Design of the survey they come from.
    report : HarmonisationReport
        Its report; of several surveys, source and wave joined.
    scoring : tuple of ScoringReport
        Scales that were scored.

    See Also
    --------
    cells : The verb that makes them.

    Examples
    --------
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport, Survey
    >>> people = pd.DataFrame({"lonely": [1, 0, 1, 1], "sex": ["m", "m", "v", "v"]})
    >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 4, 4)
    >>> whole = cells(Survey(people, Design(), report), "lonely", by="sex", weights=None)
    >>> one, two = (
    ...     cells(Survey(part, Design(), report), "lonely", by="sex", weights=None)
    ...     for part in (people[:1], people[1:])
    ... )
    >>> (one + two).frame().equals(whole.frame())
    True
    """

    table: CellTable
    design: Design
    report: HarmonisationReport
    scoring: tuple[ScoringReport, ...] = ()

    @property
    def columns(self) -> CellColumns:
        """What was read: outcomes, groups and columns of the design."""
        return self.table.columns

    def frame(self) -> pd.DataFrame:
        """Fresh frame with every cell once, sorted by its keys."""
        keys = key_columns(self.columns)
        cells = append_tables([self.table])
        return cells.sort_values(
            keys, key=lambda values: values.astype("str"), ignore_index=True, kind="stable"
        )

    def __add__(self, other: object) -> Cells:
        """Cells of both: parts of one sample add up, other samples keep their own strata."""
        if not isinstance(other, Cells):
            return NotImplemented
        if self.columns != other.columns or self.design != other.design:
            raise SchemaError(
                "cells add up when they hold the same outcomes, groups and design, and these "
                f"differ: {self.columns} and {other.columns}. Make both with the same call."
            )
        levels = tuple(
            _join_categories(one, two)
            for one, two in zip(self.table.levels, other.table.levels, strict=True)
        )
        table = CellTable(self.columns, levels, append_tables([self.table, other.table]))
        return replace(self, table=table, report=_both(self.report, other.report))

    def domains(self, outcome: Outcome, *, by: Sequence[str]) -> Domains:
        """One outcome in numbered domains, after the rule for single-PSU strata was asked.

        Raises
        ------
        OptionError
            If the outcome or a grouping column is not in the cells.
        DesignError
            If a stratum has one sampling unit and the design says ``"fail"``.
        """
        domains = number_domains(self.table, outcome, by=by, design=self.design)
        if self.design.single_psu == "fail":
            _require_no_single_unit(domains, self.columns)
        return domains

    def with_single_psu(self, rule: SinglePsu) -> Cells:
        """Cells with another rule for strata with one sampling unit; as that of ``Survey``."""
        return replace(self, design=replace(self.design, single_psu=rule))


@in_words
def cells(
    survey: Survey,
    outcomes: str | Sequence[str | Outcome],
    *,
    by: str | Sequence[str] = (),
    weights: str | None = DESIGN_WEIGHT,
    kind: OutcomeKindOption = "binary",
) -> Cells:
    """Sum respondents once for several outcomes and every margin of the groups.

    Parameters
    ----------
    survey : Survey
        Respondents with their design, in a frame of pandas, Polars (eager or lazy), PyArrow, DuckDB
        or PySpark.
    outcomes : str or sequence of str or Outcome
        Flags (or, with ``kind="number"``, scores) to sum.
    by : str or sequence of str, default ()
        Every grouping column that a later estimate may use; fewer can be asked for then.
    weights : str or None, default "design"
        As in :func:`eenzaam_stats.prevalence`.
    kind : {"binary", "number"}, default "binary"
        What outcomes given by name are.

    Returns
    -------
    Cells
        For ``prevalence``, ``mean``, ``total``, ``compare`` and ``standardise``. Cells of two files
        are added with ``+``: of the same source and wave they are parts of one sample, of others
        independent samples.

    Raises
    ------
    SchemaError, UnknownColumnError, DesignError, OptionError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    eenzaam_stats.prevalence : Estimates from a survey or from cells.

    Notes
    -----
    **Missing data.** A row without an outcome is counted and keeps its place in the design.

    **Validated against.** The sums of the whole equal those of its parts, in
    ``tests/estimation/aggregates/test_cells.py``.

    Examples
    --------
    >>> import eenzaam_stats as es
    >>> people = pd.DataFrame({"lonely": [1, 0, 1, 1], "sex": ["m", "m", "v", "v"]})
    >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 4, 4)
    >>> sums = es.cells(Survey(people, Design(), report), "lonely", by="sex", weights=None)
    >>> [row.estimate for row in es.prevalence(sums, "lonely").rows]
    [0.75]
    >>> [row.estimate for row in es.prevalence(sums, "lonely", by="sex").rows]
    [0.5, 1.0]
    """
    names = (outcomes,) if isinstance(outcomes, str) else tuple(outcomes)
    if not names:
        raise OptionError(f"{verb()} needs at least one outcome, and got none.")
    wanted = [name if isinstance(name, Outcome) else Outcome(name, kind) for name in names]
    columns = design_columns(survey, wanted, by=by, weights=weights)
    return sum_cells(survey, columns)


def sum_cells(survey: Survey, columns: CellColumns) -> Cells:
    """Cells of a survey for given columns."""
    report = survey.report
    # The same stratum name in another source or wave is another stratum. Parts of one sample, in
    # files or chunks, have one name and add up.
    part = f"{report.source} {report.wave}"
    table = cell_table(survey.respondents, columns, part=part)
    return Cells(table, survey.design, report, survey.scoring)


def cells_for(
    data: Survey | Cells,
    outcomes: Sequence[Outcome],
    *,
    by: Sequence[str],
    weights: str | None,
) -> Cells:
    """Cells that were given, or those of a survey.

    Raises
    ------
    OptionError
        If weights are asked of cells, which were summed with theirs.
    """
    if isinstance(data, Survey):
        columns = design_columns(data, outcomes, by=by, weights=weights)
        return sum_cells(data, columns)
    if not isinstance(data, Cells):
        raise SchemaError(
            f"{verb()} needs a Survey or Cells; it got {type(data).__qualname__}. "
            "Read a file first, for instance with es.read_mapped."
        )
    if weights != DESIGN_WEIGHT:
        raise OptionError(
            f"{verb()} got weights={weights!r} for cells that are summed already. "
            "Name the weights in es.cells()."
        )
    return data


def _join_categories(
    one: tuple[object, ...] | None, two: tuple[object, ...] | None
) -> tuple[object, ...] | None:
    """Categories of both in their order; ``None`` where either has none."""
    if one is None or two is None:
        return None
    return tuple(dict.fromkeys([*one, *two]))


def _both(one: HarmonisationReport, two: HarmonisationReport) -> HarmonisationReport:
    if one == two:
        return one

    def words(name: str) -> str:
        return ", ".join(dict.fromkeys(f"{getattr(one, name)}, {getattr(two, name)}".split(", ")))

    return replace(
        one,
        source=words("source"),
        wave=words("wave"),
        file=words("file"),
        population=one.population if one.population == two.population else words("population"),
        n_read=one.n_read + two.n_read,
        n_kept=one.n_kept + two.n_kept,
    )


def _require_no_single_unit(domains: Domains, columns: CellColumns) -> None:
    """Raise when a stratum has one unit, or a cluster one second-stage unit out of several."""
    strata = domains.strata
    if columns.stratum is not None:
        # Only strata with an answered row of the outcome: R fails there too, and not for strata
        # that nobody asks about.
        found = [domains.stratum_names[at] for at in single_psu_strata(domains.moments, strata)]
        units = "clusters" if columns.cluster else "respondents"
        _refuse(found, units, "stratum", remedy="Merge them with a neighbour in the data")
    if strata.inner is not None:
        alone = single_psu_strata(domains.moments.within(), strata.inner)
        found = [domains.cluster_names[at] for at in alone]
        remedy = "Correct its population size where the cluster was drawn completely"
        _refuse(found, "second-stage units", "cluster", remedy=remedy)


def _refuse(names: Sequence[object], units: str, holder: str, *, remedy: str) -> None:
    if not names:
        return
    more = f" and {len(names) - _SHOWN_STRATA} more" if len(names) > _SHOWN_STRATA else ""
    raise DesignError(
        f"{verb()} needs two {units} in every {holder}, and {len(names)} {holder}(s) have "
        f"one: [{show_values(names[:_SHOWN_STRATA], 1)}]{more}. {remedy}, or give the design "
        "single_psu='centred', which lets each add its distance from the mean, 'collapsed', "
        "'average', or 'certainty', which lets it add no variance."
    )
