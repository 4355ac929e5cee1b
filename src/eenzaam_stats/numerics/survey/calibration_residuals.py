"""Residuals of a calibration: what of a score per weight its auxiliaries do not explain.

Kept as coefficients per domain and sums per sampling unit; the residuals themselves are formed for
some units at a time, so that no array of rows by domains exists. Arrays only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import sparse

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.survey.auxiliaries import (
    Auxiliaries,
    crossproduct,
    scale_rows,
    solve_normal,
)
from eenzaam_stats.numerics.survey.moments import Strata

Method = Literal["post_stratify", "rake", "linear", "logit"]
# Coefficients of both variables: (d, 2) per domain, or two of shape (t, d) per target and domain.
Score = FloatArray | tuple[FloatArray, FloatArray]

# R's ``svyrecvar`` does ten rounds over the margins of a raking, whatever is left.
RAKE_ROUNDS = 10
_RESIDUALS = 500_000


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedRows:
    """Every respondent of the file, in any order, with calibrated weights.

    Attributes
    ----------
    domain : ndarray of int, shape (n,)
        Number of the domain, -1 where the row is in none or has no answer. Such rows belong here
        too: they have residuals, and their units count.
    one, two : ndarray of float, shape (n,)
        The two variables of the outcome (see ``linearise``); 0 where ``domain`` is -1.
    weight, base : ndarray of float, shape (n,)
        Weights after and before calibration; 0 for a row outside the calibration.
    auxiliaries : Auxiliaries
        Categories and numbers that the weights were calibrated to.
    stratum : ndarray of int, shape (n,)
        Number of the stratum, from 0.
    cluster : ndarray of int, shape (n,), or None
        Number of the cluster in the whole design, from 0; ``None`` when each row is its own unit.
    inner : ndarray of int, shape (n,), or None
        Number of the second-stage unit in the whole design; ``None`` with one stage.
    """

    domain: IntArray
    one: FloatArray
    two: FloatArray
    weight: FloatArray
    base: FloatArray
    auxiliaries: Auxiliaries
    stratum: IntArray
    cluster: IntArray | None = None
    inner: IntArray | None = None

    def within(self) -> CalibratedRows:
        """Rows for the second stage: clusters are the strata, second-stage units the units."""
        cluster = np.zeros_like(self.stratum) if self.cluster is None else self.cluster
        return replace(self, stratum=cluster, cluster=self.inner, inner=None)


def projection(rows: CalibratedRows, score: Score, *, method: Method) -> FloatArray:
    """Coefficients of the score per weight on the auxiliaries, shape (d, k).

    Parameters
    ----------
    rows, score, method
        As in :func:`~eenzaam_stats.numerics.survey.calibrated_variance.calibrated_variance`.

    Returns
    -------
    ndarray of float, shape (d, k)
    """
    matrix, margin = rows.auxiliaries.matrix, rows.auxiliaries.margin
    # R's projections differ by method: weighted means or least squares with the weights before
    # calibration, but unweighted means over the margins of a raking (decision 0009, point 7).
    weight = np.ones_like(rows.base) if method == "rake" else rows.base
    sums = scale_rows(row_scores(rows, score), weight).T
    right = np.asarray((sums @ matrix).toarray(), dtype=np.float64).T
    gram = crossproduct(matrix, weight)
    if method != "rake":
        return solve_normal(gram, right).T
    size = np.maximum(np.diag(gram), 1.0)[:, None]
    found = np.zeros_like(right)
    for _ in range(RAKE_ROUNDS):
        for number in np.unique(margin):
            own = margin == number
            found[own] += (right[own] - gram[own] @ found) / size[own]
    return found.T


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Sums per sampling unit, before projection and of the auxiliaries, with the coefficients.

    ``scores`` (m, d) and ``x`` (m, k) are sparse; ``sums`` and ``mean`` (h, d) are totals of the
    residuals of a stratum and its mean per unit; ``absent`` (h,) counts units without a row.
    """

    scores: sparse.csr_array
    x: sparse.csr_array
    gamma: FloatArray
    stratum: IntArray
    sums: FloatArray
    mean: FloatArray
    absent: FloatArray


def residual_units(rows: CalibratedRows, score: Score, *, method: Method, strata: Strata) -> Units:
    """Sums per sampling unit, before projection and of the auxiliaries.

    Parameters
    ----------
    rows, score, method, strata
        As in :func:`~eenzaam_stats.numerics.survey.calibrated_variance.calibrated_variance`.

    Returns
    -------
    Units
    """
    n, gamma = len(rows.domain), projection(rows, score, method=method)
    unit = np.arange(n) if rows.cluster is None else rows.cluster
    count = int(unit.max(initial=-1)) + 1
    stratum = np.full(count, -1, dtype=np.int64)
    stratum[unit] = rows.stratum
    scores = scale_rows(row_scores(rows, score), rows.weight)
    x = scale_rows(rows.auxiliaries.matrix, rows.weight)
    if rows.cluster is not None:
        home = _indicator(unit, count)
        scores, x = (sparse.csr_array(home @ one) for one in (scores, x))
    there = np.flatnonzero(stratum >= 0)
    into = sparse.csr_array(
        (np.ones(len(there)), (stratum[there], there)), shape=(len(strata.n), count)
    )
    sums = (into @ scores).toarray() - np.asarray((into @ x) @ gamma.T)
    absent = strata.n - np.bincount(stratum[there], minlength=len(strata.n))
    return Units(scores, x, gamma, stratum, sums, sums / np.maximum(strata.n, 1.0)[:, None], absent)


def _indicator(number: IntArray, count: int) -> sparse.csr_array:
    """One row per number, 1 where a row of the file has it."""
    return sparse.csr_array(
        (np.ones(len(number)), (number, np.arange(len(number)))), shape=(count, len(number))
    )


def residuals(units: Units) -> Iterator[tuple[IntArray, FloatArray]]:
    """Strata of some units, and their residuals less the mean of the stratum, shape (b, d).

    Their sign is turned: explained part minus score.
    """
    explained, known = factor_explained_part(units)
    step = max(1, _RESIDUALS // max(len(units.gamma), 1))
    for start in range(0, len(units.stratum), step):
        part = slice(start, start + step)
        away = np.asarray(explained[part] @ known)
        scores = units.scores[part].tocoo()
        away[scores.row, scores.col] -= scores.data
        yield units.stratum[part], away


def factor_explained_part(units: Units) -> tuple[sparse.csr_array, FloatArray]:
    """Two factors of what auxiliaries and stratum explain, (m, k + h) sparse and (k + h, d)."""
    there = np.flatnonzero(units.stratum >= 0)
    home = sparse.csr_array(
        (np.ones(len(there)), (there, units.stratum[there])),
        shape=(len(units.stratum), len(units.mean)),
    )
    return (
        sparse.csr_array(sparse.hstack([units.x, home])),
        np.vstack([units.gamma.T, units.mean]),
    )


def row_scores(rows: CalibratedRows, score: Score) -> sparse.csr_array:
    """Score per weight of each row for each domain or target, 0 outside, sparse (n, t).

    Parameters
    ----------
    rows : CalibratedRows
        The whole file, n rows.
    score : ndarray of float, shape (d, 2), or tuple of two, shape (t, d)
        Coefficients of both variables, per domain; or per target and domain.

    Returns
    -------
    sparse array of float, shape (n, d) or (n, t)
    """
    inside = np.flatnonzero(rows.domain >= 0)
    home = rows.domain[inside]
    one, two = rows.one[inside], rows.two[inside]
    n = len(rows.domain)
    if not isinstance(score, tuple):
        values = score[home, 0] * one + score[home, 1] * two
        return sparse.csr_array((values, (inside, home)), shape=(n, len(score)))
    parts = [
        sparse.csr_array((values, (inside, home)), shape=(n, part.shape[1]))
        @ sparse.csr_array(part.T)
        for values, part in zip((one, two), score, strict=True)
    ]
    return sparse.csr_array(parts[0] + parts[1])
