"""Whether margins can be met by weights above 0, and which categories stand in the way.

Where combinations of categories have no respondents, margins may be possible only with weights of
0, or not at all. Raking then creeps towards them for ever. Arrays only.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import optimize, sparse

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries

# Combinations that can have at most this part of an equal share count as 0.
_LEAST_SHARE = 1e-6
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class MarginBorder:
    """Margins that no weights above 0 meet.

    Attributes
    ----------
    possible : bool
        Whether weights of at least 0 meet them.
    zero : tuple of tuple of int
        Combinations of categories whose weights must be 0, as columns of the auxiliaries.
    respondents : int
        Respondents in those.
    empty : tuple of (int, int)
        Categories of two margins that nobody has both.
    """

    possible: bool
    zero: tuple[tuple[int, ...], ...]
    respondents: int
    empty: tuple[tuple[int, int], ...]


def margin_border(auxiliaries: Auxiliaries, totals: FloatArray) -> MarginBorder | None:
    r"""What keeps weights above 0 from meeting margins; ``None`` when nothing does.

    Parameters
    ----------
    auxiliaries : Auxiliaries
        Categories of respondents; numeric columns are not looked at.
    totals : ndarray of float, shape (k,)
        Population of each category.

    Returns
    -------
    MarginBorder or None

    Notes
    -----
    Respondents with the same categories count as one combination p. The linear programme
    :math:`\max \sum_p z_p`, with :math:`0 \le z_p \le 1`, :math:`y_p \ge 0`,
    :math:`\tau \ge 1` and :math:`\sum_p (z_p + y_p) x_p = \tau t`, gives 1 to every combination
    that can have a weight above 0 in some solution, and no solution where the margins exclude each
    other.

    Examples
    --------
    Nobody is in the first category of both margins, so everybody in the second category of both
    must have weight 0.

    >>> from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
    >>> made = auxiliaries([np.array([0, 1, 1]), np.array([1, 0, 1])], [2, 2])
    >>> margin_border(made, np.array([5.0, 5.0, 5.0, 5.0]))
    MarginBorder(possible=True, zero=((1, 3),), respondents=1, empty=((0, 2),))
    >>> margin_border(made, np.array([4.0, 6.0, 5.0, 5.0])) is None
    True
    """
    category = np.flatnonzero(auxiliaries.margin >= 0)
    if not len(category):
        return None
    codes, counts = _combinations(auxiliaries)
    n, width = codes.shape
    pattern = sparse.csr_array(
        (np.ones(n * width), (codes.ravel(), np.repeat(np.arange(n), width))),
        shape=(len(auxiliaries.margin), n),
    )[category]
    goal = totals[category] * (n * width / totals[category].sum())
    equations: Any = sparse.hstack([pattern, pattern, sparse.csr_array(-goal[:, None])])
    found = optimize.linprog(
        np.concatenate([-np.ones(n), np.zeros(n + 1)]),
        A_eq=equations,
        b_eq=np.zeros(len(category)),
        bounds=[(0.0, 1.0)] * n + [(0.0, None)] * n + [(1.0, 1.0 / _LEAST_SHARE)],
        method="highs",
    )
    if found.status not in (0, 2):
        return None
    if found.status == 2:
        return MarginBorder(False, (), 0, _empty(codes, auxiliaries.margin))
    possible: FloatArray = np.asarray(found.x, dtype=np.float64)
    zero = np.flatnonzero(possible[:n] < _HALF)
    if not len(zero):
        return None
    return MarginBorder(
        True,
        tuple(tuple(codes[at].tolist()) for at in zero),
        int(counts[zero].sum()),
        _empty(codes, auxiliaries.margin),
    )


def _combinations(auxiliaries: Auxiliaries) -> tuple[IntArray, IntArray]:
    """Combinations of categories that occur, as columns, and the respondents in each."""
    matrix = auxiliaries.matrix
    inside = np.diff(matrix.indptr) > 0
    columns = matrix.indices[auxiliaries.margin[matrix.indices] >= 0]
    rows = np.sort(columns.reshape(int(inside.sum()), -1), axis=1)
    found, counts = np.unique(rows, axis=0, return_counts=True)
    return found.astype(np.int64), counts.astype(np.int64)


def _empty(codes: IntArray, margin: IntArray) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for one, two in combinations(range(codes.shape[1]), 2):
        there = set(zip(codes[:, one].tolist(), codes[:, two].tolist(), strict=True))
        own = [np.flatnonzero(margin == margin[codes[0, at]]).tolist() for at in (one, two)]
        found += [(a, b) for a in own[0] for b in own[1] if (a, b) not in there]
    return tuple(found)
