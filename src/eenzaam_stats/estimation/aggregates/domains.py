"""From a table of cells to numbered domains, strata and clusters, with the labels that go back.

It orders and names groups. Rows of respondents and formulas may not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, OptionError, list_all, verb
from eenzaam_stats.estimation.aggregates.aggregate import CLUSTER, INNER, PART, STRATUM, CellTable
from eenzaam_stats.estimation.aggregates.columns import CellColumns, Outcome
from eenzaam_stats.estimation.aggregates.levels import domain_levels, read_sums
from eenzaam_stats.estimation.aggregates.products import FPC, INNER_FPC, ROWS
from eenzaam_stats.estimation.aggregates.unanswered import item_gaps, missing_kinds
from eenzaam_stats.messages import show_groups
from eenzaam_stats.numerics.survey.linearise import Linearised, Statistic, linearise
from eenzaam_stats.numerics.survey.moments import Moments, Strata, neighbours
from eenzaam_stats.vocabulary import MissingKind

# Sampling units of a table of cells: numbered strata, clusters and second-stage units. Their
# sizes come from all cells, whatever the groups. Outcomes may not enter.

SHOWN_UNITS = 10
# between the survey and its own stratum in the strata that ``combine`` makes
WITHIN = " / "


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Sampling units of the cells as numbers.

    Attributes
    ----------
    stratum : ndarray of int, shape (k,)
        Stratum of each cell.
    names : tuple of object
        Value of stratum 0, 1, ...
    part : ndarray of int, shape (h,)
        Sample (file or wave) that each stratum belongs to.
    n : ndarray of float, shape (h,)
        First-stage units of each stratum.
    cluster, inner : ndarray of int, shape (k,), or None
        First-stage and second-stage unit of each cell; ``None`` where there is none.
    clusters : ndarray of int, shape (c,), or None
        Stratum of each cluster.
    m : ndarray of float, shape (c,), or None
        Second-stage units of each cluster.
    """

    stratum: IntArray
    names: tuple[object, ...]
    part: IntArray
    n: FloatArray
    cluster: IntArray | None = None
    clusters: IntArray | None = None
    inner: IntArray | None = None
    m: FloatArray | None = None


def number_units(cells: pd.DataFrame) -> Units:
    """Strata within parts, clusters within strata and units within clusters, numbered from 0.

    Examples
    --------
    >>> cells = pd.DataFrame({"part": "a", "stratum": [7, 7, 8], "cluster": [1, 2, 1], "rows": 1.0})
    >>> found = number_units(cells)
    >>> found.names, found.n.tolist(), found.clusters.tolist()
    ((7, 8), [2.0, 1.0], [0, 0, 1])
    """
    part, _ = pd.factorize(cells[PART])
    value, values = pd.factorize(cells[STRATUM])
    size = max(len(values), 1)
    # Strata within parts: two surveys that are stacked may call different strata by one name.
    pair, stratum = _number_keys(part * size + value)
    plain = list(values.tolist())
    names = tuple(plain[at % size] for at in pair)
    if CLUSTER not in cells:
        rows = np.bincount(stratum, cells[ROWS].to_numpy(), minlength=len(pair))
        return Units(stratum, names, pair // size, rows.astype(np.float64))
    cluster, home, n = _within(cells[CLUSTER], stratum, len(pair))
    if INNER not in cells:
        return Units(stratum, names, pair // size, n, cluster, home)
    inner, _, m = _within(cells[INNER], cluster, len(home))
    return Units(stratum, names, pair // size, n, cluster, home, inner, m)


def _number_keys(key: NDArray[np.int64]) -> tuple[IntArray, IntArray]:
    present, at = np.unique(key, return_inverse=True)
    return present.astype(np.int64), at.reshape(-1).astype(np.int64)


def _within(
    values: pd.Series[Any], outer: IntArray, count: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Units numbered within outer units: of each cell, outer unit of each, number per outer."""
    code, found = pd.factorize(values)
    size = max(len(found), 1)
    present, at = _number_keys(outer * size + code)
    home = present // size
    return at, home, np.bincount(home, minlength=count).astype(np.float64)


def build_strata(cells: pd.DataFrame, units: Units, columns: CellColumns, design: Design) -> Strata:
    """Sizes and rules of the strata, with those of the second stage where there is one.

    Raises
    ------
    DesignError
        If the population size of a stratum or cluster is missing, varies, or is below the sample.
    """
    fraction = np.ones(len(units.n))
    if columns.fpc is not None and len(units.n):
        sizes = _first(columns.fpc)
        size = _population(cells, units.stratum, units.n, units.names, sizes=sizes)
        fraction = 1.0 - units.n / size
    strata = Strata(units.n, fraction, design.single_psu, design.single_psu_domain)
    inner = None
    if columns.inner_fpc is not None and units.m is not None:
        sizes = _second(columns.inner_fpc)
        inner = _second_stage(cells, units, strata, sizes=sizes)
    return replace(strata, merged=_merge_strata(units, strata), inner=inner)


def _second_stage(cells: pd.DataFrame, units: Units, first: Strata, *, sizes: _Sizes) -> Strata:
    if units.cluster is None or units.clusters is None or units.m is None:
        raise AssertionError("a second stage without clusters")  # pragma: no cover
    names = cluster_names(cells, units)
    size = _population(cells, units.cluster, units.m, names, sizes=sizes)
    # The second stage counts in as far as the cluster was one of many: n over N. Without a
    # correction at the first stage it vanishes, and one stage holds both.
    sampled = 1.0 - first.fraction[units.clusters]
    # a cluster has few units: one that has a single unit is centred rather than merged with another
    rule = "centred" if first.single_psu == "collapsed" else first.single_psu
    return Strata(units.m, sampled * (1.0 - units.m / size), rule, first.single_psu_domain)


def cluster_names(cells: pd.DataFrame, units: Units) -> tuple[object, ...]:
    """Value of cluster 0, 1, ... within its stratum."""
    if units.cluster is None:
        return ()
    first = np.unique(units.cluster, return_index=True)[1]
    return tuple(cells[CLUSTER].iloc[first].tolist())


def _merge_strata(units: Units, strata: Strata) -> IntArray | None:
    """Strata that the rule ``"collapsed"`` merges: neighbours in the order of their names."""
    single = strata.single
    if not single.any():
        return None
    place = {name: at for at, name in enumerate(sorted(set(units.names), key=_order))}
    rank = np.array([place[name] for name in units.names], dtype=np.int64)
    pairs = zip(units.part.tolist(), units.names, strict=True)
    # Neighbours of one survey only: the last stratum of one and the first of the next have nothing
    # in common.
    within = [f"{part}{WITHIN}{str(name).rpartition(WITHIN)[0]}" for part, name in pairs]
    part = pd.factorize(pd.Series(within))[0].astype(np.int64)
    return neighbours(single, rank=rank, part=part)


def _order(name: object) -> tuple[bool, float, str]:
    """Numbers by size, written as text or not, before other names; the survey is not looked at."""
    own = str(name).rpartition(WITHIN)[2]
    number = pd.to_numeric(own, errors="coerce")
    return bool(np.isnan(number)), float(np.nan_to_num(number)), own


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Column with the population sizes of a stage, its lowest and highest in the cells, words."""

    column: str
    low: str
    high: str
    units: str
    holder: str


def _first(column: str) -> _Sizes:
    return _Sizes(column, *FPC, "sampling units of the stratum", "stratum(s)")


def _second(column: str) -> _Sizes:
    return _Sizes(column, *INNER_FPC, "second-stage units of the cluster", "cluster(s)")


def _population(
    cells: pd.DataFrame,
    number: IntArray,
    n: FloatArray,
    names: Sequence[object],
    *,
    sizes: _Sizes,
) -> FloatArray:
    """Units of each holder in the population; one number per holder, not below the sample."""
    low, high = np.full(len(n), np.inf), np.full(len(n), -np.inf)
    np.minimum.at(low, number, np.nan_to_num(cells[sizes.low].to_numpy(), nan=-np.inf))
    np.maximum.at(high, number, np.nan_to_num(cells[sizes.high].to_numpy(), nan=np.inf))
    wrong = ~(np.isfinite(low) & (low == high) & (low >= n))
    if wrong.any():
        first = [names[at] for at in np.flatnonzero(wrong).tolist()][:SHOWN_UNITS]
        raise DesignError(
            f"{verb()} needs in column {sizes.column!r} the number of {sizes.units} in the "
            f"population: the same in every row and not below the sample. {int(wrong.sum())} "
            f"{sizes.holder} have another: [{show_groups(first)}]. Correct the column (a sampling "
            "fraction is not a number of units), or take it out of the design."
        )
    return low


def order_values(found: Sequence[object]) -> list[object]:
    """Distinct values: numbers by size, else by text."""
    if all(isinstance(value, Real) for value in found):
        return sorted(found, key=float)  # type: ignore[arg-type]
    return sorted(found, key=str)


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
