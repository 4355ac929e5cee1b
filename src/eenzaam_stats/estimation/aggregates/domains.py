"""From a table of cells to numbered domains, strata and clusters, with the labels that go back.

It orders and names groups. Rows of respondents and formulas may not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.design import Design
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.estimation.aggregates.aggregate import CellTable
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.estimation.aggregates.levels import domain_levels, read_sums
from eenzaam_stats.estimation.aggregates.products import ROWS
from eenzaam_stats.estimation.aggregates.sampling_units import (
    build_strata,
    cluster_names,
    number_units,
    order_values,
)
from eenzaam_stats.estimation.aggregates.unanswered import item_gaps, missing_kinds
from eenzaam_stats.numerics.survey.linearise import Linearised, Statistic, linearise
from eenzaam_stats.numerics.survey.moments import Moments, Strata
from eenzaam_stats.vocabulary import MissingKind


@dataclass(frozen=True, slots=True, eq=False)
class Domains:
    """One outcome in numbered domains, and what the numbers stand for.

    Attributes
    ----------
    groups : tuple of tuple of str
        Text of the group values of domain 0, 1, ...; one empty tuple without grouping.
    n_without_group : int
        Rows, with or without an answer, in which a grouping column is missing.
    stratum_names : tuple of object
        Value of stratum 0, 1, ...
    strata : Strata
        Units of each stratum in the full design, and the rules of the design.
    moments : Moments
        Cells that belong to a domain.
    n, n_missing, yes : ndarray of float, shape (d,)
        Rows with and without an answer, and those whose flag is 1.
    first : ndarray of float, shape (d, 2)
        Weighted sums of the two variables, the second less ``origin`` times the first.
    origin : ndarray of float, shape (d,)
        Level of each domain that its sums are taken about; 0 for proportions.
    squares : ndarray of float, shape (d,)
        Weighted sum of squares of a number less the level; 0 for other kinds.
    largest : ndarray of float, shape (d,)
        Largest weight of an answered row.
    missing : tuple of (str, ndarray of float)
        Rows without an answer per kind, as far as the file tells kinds apart.
    by_strata : bool
        Whether errors come from the strata, and not from replicate weights of the file.
    clusters : ndarray of int, shape (c,), or None
        Stratum of every cluster of the full design; ``None`` when each row is a unit.
    gaps : tuple of str
        Per domain why every total in it is too low; empty texts, or none, where that is not so.
    cluster_names : tuple of object
        Value of every cluster; empty with one stage.
    top, top_squares : ndarray of float, shape (d,), or None
        Of a number, the largest weighted value, without its sign, and the sum of their squares
        (0 where it was not summed); ``None`` for other kinds.
    """

    groups: tuple[tuple[str, ...], ...]
    n_without_group: int
    stratum_names: tuple[object, ...]
    strata: Strata
    moments: Moments
    n: FloatArray
    n_missing: FloatArray
    yes: FloatArray
    first: FloatArray
    origin: FloatArray
    squares: FloatArray
    largest: FloatArray
    missing: tuple[tuple[str, FloatArray], ...]
    by_strata: bool = True
    clusters: IntArray | None = None
    gaps: tuple[str, ...] = ()
    cluster_names: tuple[object, ...] = ()
    top: FloatArray | None = None
    top_squares: FloatArray | None = None

    def linearise(self, statistic: Statistic) -> Linearised:
        """Estimate and score of every domain, with its level."""
        return linearise(self.first, statistic, self.origin)


def number_domains(
    table: CellTable, outcome: Outcome, *, by: Sequence[str], design: Design
) -> Domains:
    """Number the domains, strata and clusters of a table of cells for one outcome.

    Parameters
    ----------
    table : CellTable
        Sums per group, stratum and cluster; a cell may occur more than once.
    outcome : Outcome
        One of the outcomes of the table.
    by : sequence of str
        Grouping columns, all of the table or fewer; fewer are summed from the finest cells.
    design : Design
        Rules for strata with one unit.

    Returns
    -------
    Domains
        Groups in the order of their categories, else numbers by size, else text; the first grouping
        column varies slowest.

    Raises
    ------
    OptionError
        If the table does not hold the outcome or a grouping column.
    DesignError
        If the population size of a stratum is missing, varies, or is below the sample.

    Notes
    -----
    **Missing data.** Cells with a missing group value keep their place in the strata and belong to
    no domain.

    Examples
    --------
    >>> from eenzaam_stats.estimation.aggregates.aggregate import cell_table
    >>> frame = pd.DataFrame({"age": [70, 9, None], "lonely": [1, 0, 1]})
    >>> lonely = Outcome("lonely")
    >>> table = cell_table(frame, CellColumns((lonely,), by=("age",)))
    >>> domains = number_domains(table, lonely, by=["age"], design=Design())
    >>> domains.groups, domains.n_without_group, domains.strata.n.tolist()
    ((('9',), ('70',)), 1, [3.0])
    """
    number = _position(table.columns, outcome, by)
    cells = table.cells
    units = number_units(cells)
    keys = [f"key_{table.columns.by.index(name)}" for name in by]
    levels = [table.levels[table.columns.by.index(name)] for name in by]
    rows = cells[ROWS].to_numpy()
    domain, groups = _number_groups(cells, keys, levels)
    inside = domain >= 0
    at, count = domain[inside], len(groups)

    def values(name: str) -> FloatArray:
        column = f"{name}_{number}"
        return cells[column].to_numpy()[inside] if column in cells else np.zeros(int(inside.sum()))

    def sum_column(name: str) -> FloatArray:
        return np.bincount(at, values(name), minlength=count).astype(np.float64)

    sums = read_sums(cells[inside], number)
    origin = domain_levels(sums, at, count)
    sums = sums.about(origin[at])
    # From all cells and not from those of the groups: who has a weight and no answer, or no group,
    # keeps a place in the stratum.
    strata = build_strata(cells, units, table.columns, design)

    def most(name: str) -> FloatArray:
        found = np.zeros(count)
        np.maximum.at(found, at, values(name))
        return found

    number_of = outcome.kind == "number"
    n = sum_column("n")
    n_missing = np.bincount(at, rows[inside], minlength=count) - n
    return Domains(
        groups=groups,
        n_without_group=round(float(rows[~inside].sum())),
        stratum_names=units.names,
        strata=strata,
        moments=Moments(
            domain=at,
            stratum=units.stratum[inside],
            cluster=None if units.cluster is None else units.cluster[inside],
            n=values("n").copy(),
            first=sums.first,
            second=sums.second,
            centre=sums.centre,
            inner=None if units.inner is None else units.inner[inside],
        ),
        n=n,
        n_missing=n_missing,
        yes=sum_column("yes"),
        first=np.column_stack(
            [np.bincount(at, sums.first[:, j], minlength=count) for j in (0, 1)]
        ).astype(np.float64),
        origin=origin,
        squares=np.bincount(at, sums.squares, minlength=count).astype(np.float64),
        largest=most("largest"),
        missing=missing_kinds(
            n_missing, {kind: sum_column(f"missing_{kind}") for kind in MissingKind}
        ),
        by_strata=design.replicates is None or table.columns.weight != design.weight,
        clusters=units.clusters,
        cluster_names=() if units.inner is None else cluster_names(cells, units),
        top=most("top") if number_of else None,
        top_squares=sum_column("bb") if number_of else None,
        gaps=item_gaps(cells, number, inside=inside, at=at, count=count),
    )


def _position(columns: CellColumns, outcome: Outcome, by: Sequence[str]) -> int:
    if outcome not in columns.outcomes:
        labels = [one.label for one in columns.outcomes]
        raise OptionError(
            f"{verb()} needs outcome {outcome.label!r} as {outcome.kind}, and the cells were made "
            f"for [{list_all(labels)}]. Name it when the cells are made."
        )
    absent = [name for name in by if name not in columns.by]
    if absent:
        raise OptionError(
            f"{verb()} needs groups by [{list_all(absent)}], and the cells were made by "
            f"[{list_all(columns.by)}]. Name every grouping column when the cells are made."
        )
    return columns.outcomes.index(outcome)


def _number_groups(
    cells: pd.DataFrame, keys: Sequence[str], levels: Sequence[tuple[object, ...] | None]
) -> tuple[IntArray, tuple[tuple[str, ...], ...]]:
    """Domain of each cell (-1 where a group is missing), and the text of each domain."""
    domain = np.zeros(len(cells), dtype=np.int64)
    if not keys:
        return domain, ((),)
    missing = np.zeros(len(cells), dtype=np.bool_)
    texts: list[list[str]] = []
    for key, order in zip(keys, levels, strict=True):
        codes, found = pd.factorize(cells[key])
        # Engines keep a missing group as a group of its own; it is counted and named, never
        # estimated.
        missing |= codes < 0
        values = list(found)
        sequence = _order_values(values, order)
        rank = np.array([sequence.index(value) for value in values] or [0], dtype=np.int64)
        domain = domain * max(len(values), 1) + rank[codes]
        texts.append([text(value) for value in sequence])
    present, at = np.unique(domain[~missing], return_inverse=True)
    result = np.full(len(cells), -1, dtype=np.int64)
    result[~missing] = at
    return result, tuple(_names(int(number), texts) for number in present)


def _names(number: int, texts: Sequence[Sequence[str]]) -> tuple[str, ...]:
    names = []
    for text in reversed(texts):
        number, at = divmod(number, max(len(text), 1))
        names.append(text[at])
    return tuple(reversed(names))


def _order_values(found: Sequence[object], order: tuple[object, ...] | None) -> list[object]:
    """Distinct values: as their categories go, else numbers by size, else by text."""
    if order is not None:
        return [value for value in order if value in set(found)]
    return order_values(found)


def text(value: object) -> str:
    """Group value as text; a whole number that came as 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def whole(counts: NDArray[Any]) -> IntArray:
    """Counts that were summed as floats, as integers."""
    rounded: IntArray = np.rint(counts).astype(np.int64)
    return rounded
