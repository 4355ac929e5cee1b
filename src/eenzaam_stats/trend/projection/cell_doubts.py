"""Cells of a projection that have no sampling error: refused in words, or drawn from a posterior.

A cell in which nobody, or everybody, had the outcome is not known without error; a cell without
degrees of freedom has no error that could be drawn.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import SchemaError, verb
from eenzaam_stats.numerics.survey.beta_interval import effective_size
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.trend.projection.prevalence_cells import PrevalenceCells
from eenzaam_stats.vocabulary import Flag

_LEVEL, _SHOWN = 0.95, 8
_EDGE = {0.0: "nobody has the outcome", 1.0: "everybody has the outcome"}


def cell_doubts(cells: PrevalenceCells, at: int) -> tuple[tuple[str, Doubt], ...]:
    """Name and doubt of every cell of a wave.

    Parameters
    ----------
    cells : PrevalenceCells
    at : int
        Place of the wave.

    Returns
    -------
    tuple of (str, Doubt)
        A cell in which nobody or everybody has the outcome is always in doubt.
    """
    return tuple(
        (cells.name(cell), _with_edge(doubt, float(cells.estimate[at, cell])))
        for cell, doubt in enumerate(cells.doubts[at])
    )


def _with_edge(doubt: Doubt, p: float) -> Doubt:
    if doubt or p not in _EDGE:
        return doubt
    return Doubt(Flag.UNCERTAIN, _EDGE[p], no_error=True, disclosure=doubt.disclosure)


def posterior_sizes(cells: PrevalenceCells, at: int) -> FloatArray:
    r"""Size behind each cell of a wave whose prevalence is 0 or 1, NaN elsewhere and where unknown.

    Parameters
    ----------
    cells : PrevalenceCells
    at : int
        Place of the wave.

    Returns
    -------
    ndarray of float, shape (cells,)
        People who answered, made smaller for few degrees of freedom as in the interval of Korn and
        Graubard: :math:`n (t_{n-1} / t_{df})^2`, at most n.
    """
    p, n, df = cells.estimate[at], cells.n[at], cells.df[at]
    with np.errstate(invalid="ignore"):
        degrees = np.minimum(df, np.maximum(n - 1.0, 0.0))
        # The variance at 0 or 1 is 0 and says nothing of the size. The limits of Korn and Graubard
        # take people and degrees of freedom instead; so does the posterior.
        size = np.minimum(effective_size(p, np.zeros_like(p), n=n, df=degrees, level=_LEVEL), n)
        return np.where(np.isin(p, tuple(_EDGE)) & (df > 0.0), size, np.nan)


def require_cell_errors(cells: PrevalenceCells, waves: Sequence[int]) -> None:
    """Raise when a cell has no sampling error, and none can be stated for it.

    Parameters
    ----------
    cells : PrevalenceCells
    waves : sequence of int
        Places of the waves that are used.

    Raises
    ------
    SchemaError
        With wave, cell and reason.
    """
    found = [
        (at, cell, doubt)
        for at in waves
        for cell, doubt in enumerate(cells.doubts[at])
        if doubt.no_error and not posterior_sizes(cells, at)[cell] > 0.0
    ]
    if not found:
        return
    named = [f"{cells.name(cell)} in {cells.waves[at]} ({why.reason})" for at, cell, why in found]
    uncounted = [
        cells.df[at, cell] > 0.0 and cells.estimate[at, cell] in _EDGE for at, cell, _ in found
    ]
    help_ = (
        " Where nobody or everybody has the outcome, a column n_valid gives it an error."
        if any(uncounted)
        else ""
    )
    raise SchemaError(
        f"{verb()} needs a prevalence with a sampling error in every cell, and {len(found)} have "
        f"none: {', '.join(named[:_SHOWN])}{' and more' if len(named) > _SHOWN else ''}. Join age "
        f"bands, or leave sex out.{help_}"
    )
