"""From a table of cells to numbered domains and strata, with the labels that go back on the result.

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

from eenzaam_stats.estimation.sufficient import STRATUM, CellTable
from eenzaam_stats.numerics.variance import CellSums

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Domains:
    """Cells of a survey with domains and strata as numbers, and what the numbers stand for.

    Attributes
    ----------
    groups : tuple of tuple of str
        Text of the group values of domain 0, 1, ...; one empty tuple without grouping.
    n_missing : ndarray of int, shape (d,)
        Rows of each domain without an answer.
    n_without_group : int
        Rows, with or without an answer, in which a grouping column is missing.
    strata : tuple of object
        Value of stratum 0, 1, ...
    stratum_n : ndarray of int, shape (h,)
        Rows of each stratum in the full design.
    sums : CellSums
        Cells that belong to a domain.
    """

    groups: tuple[tuple[str, ...], ...]
    n_missing: IntArray
    n_without_group: int
    strata: tuple[object, ...]
    stratum_n: IntArray
    sums: CellSums


def coded(table: CellTable) -> Domains:
    """Number the domains and strata of a table of cells.

    Parameters
    ----------
    table : CellTable
        Sums per group and stratum; parts of a file that were appended may repeat a cell.

    Returns
    -------
    Domains
        Groups in the order of their categories, else numbers by size, else text; the first grouping
        column varies slowest.

    Notes
    -----
    **Missing data.** Cells with a missing group value keep their place in the strata and belong to
    no domain.

    Examples
    --------
    >>> from eenzaam_stats.estimation.sufficient import CellColumns, cell_table
    >>> frame = pd.DataFrame({"age": [70, 9, None], "lonely": [1, 0, 1]})
    >>> domains = coded(cell_table(frame, CellColumns("lonely", by=("age",)), where="example"))
    >>> domains.groups, domains.n_without_group, domains.stratum_n.tolist()
    ((('9',), ('70',)), 1, [3])
    """
    keys = [f"key_{number}" for number in range(len(table.by))]
    stratum, strata = pd.factorize(table.cells[STRATUM])
    rows = (table.cells["n"] + table.cells["n_missing"]).to_numpy()
    grouped = table.cells[keys].notna().all(axis=1).to_numpy()
    cells = table.cells[grouped]
    domain, groups = _numbered(cells, keys, table.levels)
    return Domains(
        groups=groups,
        n_missing=_whole(np.bincount(domain, cells["n_missing"], minlength=len(groups))),
        n_without_group=int(_whole(rows[~grouped].sum())),
        strata=tuple(strata),
        stratum_n=_whole(np.bincount(stratum, rows, minlength=len(strata))),
        sums=CellSums(
            domain=domain,
            stratum=stratum[grouped].astype(np.int64),
            **{
                name: cells[name].to_numpy(copy=True)
                for name in ("n", "yes", "w", "wy", "w2", "w2y")
            },
        ),
    )


def _numbered(
    cells: pd.DataFrame, keys: Sequence[str], levels: Sequence[tuple[object, ...] | None]
) -> tuple[IntArray, tuple[tuple[str, ...], ...]]:
    """Domain of each cell, and the text of each domain; everyone is one domain without keys."""
    if not keys:
        return np.zeros(len(cells), dtype=np.int64), ((),)
    ordered = [_ordered(cells[key], order) for key, order in zip(keys, levels, strict=True)]
    ranks = [{value: at for at, value in enumerate(values)} for values in ordered]
    positions = np.column_stack(
        [[rank[value] for value in cells[key]] for key, rank in zip(keys, ranks, strict=True)]
    ).astype(np.int64)
    present, domain = np.unique(positions, axis=0, return_inverse=True)
    groups = tuple(
        tuple(_text(values[at]) for values, at in zip(ordered, row, strict=True)) for row in present
    )
    return domain.reshape(-1).astype(np.int64), groups


def _ordered(values: pd.Series, order: tuple[object, ...] | None) -> list[object]:
    """Distinct values: as their categories go, else numbers by size, else by text."""
    found = list(dict.fromkeys(values))
    if order is not None:
        return [value for value in order if value in set(found)]
    if all(isinstance(value, Real) for value in found):
        return sorted(found)
    return sorted(found, key=str)


def _text(value: object) -> str:
    """Group value as text; a whole number that came as 3.0 is 3."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _whole(counts: NDArray[Any]) -> IntArray:
    whole: IntArray = np.rint(counts).astype(np.int64)
    return whole
