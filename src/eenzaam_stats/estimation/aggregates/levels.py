"""The level that numbers are summed about: when one is needed, and how sums move to another.

The square of a number far from 0 holds its level and hardly anything of its spread, so that sums of
squares lose the variance. Sums about the level of their own cell keep it. Arithmetic on cells only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.columns import CellColumns
from eenzaam_stats.estimation.aggregates.products import CENTRE, HIGH, LOW, ORIGIN

# Numbers of which the size is more than this many times their range are far from 0: their sums of
# squares would lose more than three of the sixteen digits.
FAR = 30.0


def outcomes_with_level(columns: CellColumns) -> list[int]:
    """Numbers of the outcomes that have a level."""
    kinds = [outcome.kind for outcome in columns.outcomes]
    return [at for at, kind in enumerate(kinds) if kind in ("number", "ratio")]


def far_from_zero(cells: pd.DataFrame, columns: CellColumns) -> set[int]:
    """Numbers of the outcomes whose numbers are far from 0, in all rows or in some group.

    Parameters
    ----------
    cells : pandas.DataFrame
        Cells with ``low_i`` and ``high_i`` per outcome.
    columns : CellColumns
        What was read.

    Returns
    -------
    set of int
        Numbers that are all equal have no spread to lose.
    """
    groups = [f"key_{at}" for at in range(len(columns.by))]
    margins = {(), tuple(groups), *((name,) for name in groups)}
    # In strata too: the spread within a stratum makes the variance, however wide the whole range
    # is.
    together = [[*margin, *stratum] for margin in margins for stratum in ([], ["stratum"])]
    found = set()
    for at, outcome in enumerate(columns.outcomes):
        if outcome.kind == "number":
            low, high = f"{LOW}_{at}", f"{HIGH}_{at}"
            sets = [cells[[low, high]], *(_ranges(cells, low, high, by=by) for by in together)]
            found |= {at for ranges in sets if _is_far(ranges[low], ranges[high])}
    return found


def _ranges(cells: pd.DataFrame, low: str, high: str, *, by: Sequence[str]) -> pd.DataFrame:
    if not by:
        return pd.DataFrame({low: [cells[low].min()], high: [cells[high].max()]})
    grouped = cells.groupby(list(by), dropna=False, sort=False, observed=True)
    return grouped.agg({low: "min", high: "max"})


def _is_far(low: pd.Series[float], high: pd.Series[float]) -> bool:
    size = np.maximum(low.abs(), high.abs())
    return bool(((high > low) & (size > FAR * (high - low))).any())


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Sums of one outcome per cell, each about the level of its cell.

    Attributes
    ----------
    first : ndarray of float, shape (k, 2)
        Sums of the two weighted variables, the second less ``origin`` times the first.
    second : ndarray of float, shape (k, 3)
        Sums of squares and products of the weighted variables less ``centre``.
    centre : ndarray of float, shape (k, 2)
        What the weighted variables are less than they were in ``second``.
    squares : ndarray of float, shape (k,)
        Weighted sum of squares of the number less ``origin``.
    origin : ndarray of float, shape (k,)
        Level.
    """

    first: FloatArray
    second: FloatArray
    centre: FloatArray
    squares: FloatArray
    origin: FloatArray

    def about(self, origin: FloatArray) -> Sums:
        """Return the same sums about other levels, shape (k,)."""
        step = self.origin - origin
        a, b = self.first.T
        aa, ab, bb = self.second.T
        return Sums(
            np.column_stack([a, b + step * a]),
            np.column_stack([aa, ab + step * aa, bb + 2.0 * step * ab + step**2 * aa]),
            np.column_stack([self.centre[:, 0], self.centre[:, 1] + step * self.centre[:, 0]]),
            self.squares + 2.0 * step * b + step**2 * a,
            origin,
        )


def read_sums(cells: pd.DataFrame, number: int) -> Sums:
    """Sums of one outcome of a table of cells."""

    def values(name: str) -> FloatArray:
        column = f"{name}_{number}"
        return cells[column].to_numpy(np.float64) if column in cells else np.zeros(len(cells))

    centre = np.column_stack([values(CENTRE), np.zeros(len(cells))])
    return Sums(
        np.column_stack([values("a"), values("b")]),
        np.column_stack([values("aa"), values("ab"), values("bb")]),
        centre,
        values("ss"),
        values(ORIGIN),
    )


def domain_levels(sums: Sums, domain: NDArray[np.int64], count: int) -> FloatArray:
    """Level of each domain: that of its cells, weighted; 0 where nothing says one."""
    size = np.abs(sums.first[:, 0])
    total = np.bincount(domain, size, minlength=count)
    level = np.bincount(domain, size * sums.origin, minlength=count)
    return np.divide(level, total, out=np.zeros(count), where=total > 0.0)


def on_common_levels(
    cells: pd.DataFrame, columns: CellColumns, keys: Sequence[str]
) -> pd.DataFrame:
    """Cells in which those with the same keys have the same level, so that they can be added up."""
    cells = cells.copy()
    grouped = cells.groupby(list(keys), dropna=False, sort=False, observed=True)
    for number in outcomes_with_level(columns):
        origin, centre = f"{ORIGIN}_{number}", f"{CENTRE}_{number}"
        if not cells[[origin, centre]].any(axis=None):
            continue
        at = grouped.ngroup().to_numpy().astype(np.int64)
        sums, n = read_sums(cells, number), cells[f"n_{number}"].to_numpy(np.float64)
        count = int(at.max(initial=-1)) + 1
        moved = sums.about(domain_levels(sums, at, count)[at])
        size = np.bincount(at, n, minlength=count)
        mean = np.bincount(at, n * sums.centre[:, 0], minlength=count)
        common = np.divide(mean, size, out=np.zeros(count), where=size > 0.0)[at]
        moved = _recentre(moved, n, common)
        for name, values in zip(
            ("a", "b", "aa", "ab", "bb", "ss", ORIGIN, CENTRE),
            (*moved.first.T, *moved.second.T, moved.squares, moved.origin, common),
            strict=True,
        ):
            if f"{name}_{number}" in cells:
                cells[f"{name}_{number}"] = values
    return cells


def _recentre(sums: Sums, n: FloatArray, common: FloatArray) -> Sums:
    """Sums of products about another mean of the first variable, and about 0 of the second."""
    one = sums.centre[:, 0] - common
    two = sums.centre[:, 1]
    left = sums.first - n[:, None] * sums.centre
    aa, ab, bb = sums.second.T
    second = np.column_stack(
        [
            aa + 2.0 * one * left[:, 0] + n * one**2,
            ab + one * left[:, 1] + two * left[:, 0] + n * one * two,
            bb + 2.0 * two * left[:, 1] + n * two**2,
        ]
    )
    centre = np.column_stack([common, np.zeros(len(n))])
    return Sums(sums.first, second, centre, sums.squares, sums.origin)
