"""From a table of cells to numbered domains, strata and clusters, with the labels that go back.

It orders and names groups. Rows of respondents and formulas may not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import DesignError, OptionError, listed
from eenzaam_stats.estimation.columns import CellColumns, Outcome
from eenzaam_stats.estimation.products import ROWS
from eenzaam_stats.estimation.sufficient import CLUSTER, PART, STRATUM, CellTable
from eenzaam_stats.estimation.unanswered import item_gaps, missing_kinds
from eenzaam_stats.numerics.moments import Moments, Strata
from eenzaam_stats.survey import Design
from eenzaam_stats.vocabulary import MissingKind

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
_SHOWN_STRATA = 10


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
        Weighted sums of the two variables.
    squares : ndarray of float, shape (d,)
        Weighted sum of squares of a number; 0 for other kinds.
    largest : ndarray of float, shape (d,)
        Largest weight of an answered row.
    missing : tuple of (str, ndarray of float)
        Rows without an answer per kind, as far as the file tells kinds apart.
    clusters : ndarray of int, shape (c,), or None
        Stratum of every cluster of the full design; ``None`` when each row is a unit.
    gaps : tuple of str
        Per domain why every total in it is too low; empty texts, or none, where that is not so.
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
    squares: FloatArray
    largest: FloatArray
    missing: tuple[tuple[str, FloatArray], ...]
    clusters: IntArray | None = None
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Units:
    """Strata and clusters of the cells as numbers."""

    stratum: IntArray
    names: tuple[object, ...]
    cluster: IntArray | None
    n: FloatArray
    clusters: IntArray | None = None


def coded(
    table: CellTable, outcome: Outcome, *, by: Sequence[str], design: Design, where: str
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
    where : str
        Verb that needs it, for messages.

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
    >>> from eenzaam_stats.estimation.sufficient import cell_table
    >>> frame = pd.DataFrame({"age": [70, 9, None], "lonely": [1, 0, 1]})
    >>> lonely = Outcome("lonely")
    >>> table = cell_table(frame, CellColumns((lonely,), by=("age",)), where="example")
    >>> domains = coded(table, lonely, by=["age"], design=Design(), where="example")
    >>> domains.groups, domains.n_without_group, domains.strata.n.tolist()
    ((('9',), ('70',)), 1, [3.0])
    """
    number = _position(table.columns, outcome, by, where=where)
    cells = table.cells
    units = _units(cells)
    keys = [f"key_{table.columns.by.index(name)}" for name in by]
    levels = [table.levels[table.columns.by.index(name)] for name in by]
    rows = cells[ROWS].to_numpy()
    domain, groups = _numbered(cells, keys, levels)
    inside = domain >= 0
    at, count = domain[inside], len(groups)

    def values(name: str) -> FloatArray:
        column = f"{name}_{number}"
        return cells[column].to_numpy()[inside] if column in cells else np.zeros(int(inside.sum()))

    def summed(name: str) -> FloatArray:
        return np.bincount(at, values(name), minlength=count).astype(np.float64)

    largest = np.zeros(count)
    np.maximum.at(largest, at, values("largest"))
    n = summed("n")
    n_missing = np.bincount(at, rows[inside], minlength=count) - n
    return Domains(
        groups=groups,
        n_without_group=round(float(rows[~inside].sum())),
        stratum_names=units.names,
        strata=_strata(cells, units, design, where=where),
        moments=Moments(
            domain=at,
            stratum=units.stratum[inside],
            cluster=None if units.cluster is None else units.cluster[inside],
            n=values("n").copy(),
            first=np.column_stack([values("a"), values("b")]),
            second=np.column_stack([values("aa"), values("ab"), values("bb")]),
        ),
        n=n,
        n_missing=n_missing,
        yes=summed("yes"),
        first=np.column_stack([summed("a"), summed("b")]),
        squares=summed("ss"),
        largest=largest,
        missing=missing_kinds(n_missing, {kind: summed(f"missing_{kind}") for kind in MissingKind}),
        clusters=units.clusters,
        gaps=item_gaps(cells, number, inside=inside, at=at, count=count),
    )


def _position(columns: CellColumns, outcome: Outcome, by: Sequence[str], *, where: str) -> int:
    if outcome not in columns.outcomes:
        labels = [one.label for one in columns.outcomes]
        raise OptionError(
            f"{where} needs outcome {outcome.label!r} as {outcome.kind}, and the cells were made "
            f"for [{listed(labels)}]. Name it when the cells are made."
        )
    absent = [name for name in by if name not in columns.by]
    if absent:
        raise OptionError(
            f"{where} needs groups by [{listed(absent)}], and the cells were made by "
            f"[{listed(columns.by)}]. Name every grouping column when the cells are made."
        )
    return columns.outcomes.index(outcome)


def _units(cells: pd.DataFrame) -> _Units:
    """Strata (within parts) and clusters (within strata) as numbers, and the units per stratum."""
    part, _ = pd.factorize(cells[PART])
    value, values = pd.factorize(cells[STRATUM])
    pair, stratum = np.unique(part * max(len(values), 1) + value, return_inverse=True)
    plain = list(values.tolist())
    names = tuple(plain[at % max(len(plain), 1)] for at in pair)
    if CLUSTER not in cells:
        rows = np.bincount(stratum, cells[ROWS].to_numpy(), minlength=len(pair))
        return _Units(stratum.astype(np.int64), names, None, rows.astype(np.float64))
    inner, inner_values = pd.factorize(cells[CLUSTER])
    key = stratum * max(len(inner_values), 1) + inner
    present, cluster = np.unique(key, return_inverse=True)
    home = (present // max(len(inner_values), 1)).astype(np.int64)
    n = np.bincount(home, minlength=len(pair)).astype(np.float64)
    return _Units(stratum.astype(np.int64), names, cluster.astype(np.int64), n, home)


def _strata(cells: pd.DataFrame, units: _Units, design: Design, *, where: str) -> Strata:
    fraction = np.ones(len(units.n))
    if design.fpc is not None and len(units.n):
        size = _population(cells, units, design.fpc, where=where)
        fraction = 1.0 - units.n / size
    return Strata(units.n, fraction, design.lonely_stratum, design.lonely_domain)


def _population(cells: pd.DataFrame, units: _Units, name: str, *, where: str) -> FloatArray:
    """Units of each stratum in the population; one number per stratum, not below the sample."""
    low, high = np.full(len(units.n), np.inf), np.full(len(units.n), -np.inf)
    lows, highs = cells["fpc_low"].to_numpy(), cells["fpc_high"].to_numpy()
    np.minimum.at(low, units.stratum, np.nan_to_num(lows, nan=-np.inf))
    np.maximum.at(high, units.stratum, np.nan_to_num(highs, nan=np.inf))
    wrong = ~(np.isfinite(low) & (low == high) & (low >= units.n))
    if wrong.any():
        first = [units.names[at] for at in np.flatnonzero(wrong)][:_SHOWN_STRATA]
        raise DesignError(
            f"{where} needs in column {name!r} the number of sampling units of the stratum in the "
            f"population: the same in every row and not below the sample. {int(wrong.sum())} "
            f"stratum(s) have another: [{listed(first)}]. Correct the column (a sampling fraction "
            "is not a number of units), or take it out of the design."
        )
    return low


def _numbered(
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
        missing |= codes < 0
        values = list(found)
        ordered = _ordered(values, order)
        rank = np.array([ordered.index(value) for value in values] or [0], dtype=np.int64)
        domain = domain * max(len(values), 1) + rank[codes]
        texts.append([text(value) for value in ordered])
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


def _ordered(found: Sequence[object], order: tuple[object, ...] | None) -> list[object]:
    """Distinct values: as their categories go, else numbers by size, else by text."""
    if order is not None:
        return [value for value in order if value in set(found)]
    if all(isinstance(value, Real) for value in found):
        return sorted(found, key=float)  # type: ignore[arg-type]
    return sorted(found, key=str)


def text(value: object) -> str:
    """Group value as text; a whole number that came as 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def whole(counts: NDArray[Any]) -> IntArray:
    """Counts that were summed as floats, as integers."""
    rounded: IntArray = np.rint(counts).astype(np.int64)
    return rounded
