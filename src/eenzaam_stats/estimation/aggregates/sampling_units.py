"""Sampling units of a table of cells: numbered strata, clusters and second-stage units.

Their sizes come from all cells, whatever the groups. Outcomes may not enter.
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
from eenzaam_stats.errors import DesignError, verb
from eenzaam_stats.estimation.aggregates.aggregate import CLUSTER, INNER, PART, STRATUM
from eenzaam_stats.estimation.aggregates.columns import CellColumns
from eenzaam_stats.estimation.aggregates.products import FPC, INNER_FPC, ROWS
from eenzaam_stats.messages import show_groups
from eenzaam_stats.numerics.survey.moments import Strata, neighbours

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
    rule = "centred" if first.lonely == "collapsed" else first.lonely
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
