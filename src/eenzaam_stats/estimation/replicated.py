"""Standard errors from replicate weights that stand in the file, one column per replicate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.errors import DesignError
from eenzaam_stats.estimation.columns import Outcome
from eenzaam_stats.estimation.domains import Domains
from eenzaam_stats.estimation.respondent_rows import RespondentRows, respondent_rows
from eenzaam_stats.estimation.rows import Errors
from eenzaam_stats.numerics.linearise import Statistic, linearised
from eenzaam_stats.numerics.replication import replicate_variance
from eenzaam_stats.survey import ReplicateWeights, Survey

FloatArray = NDArray[np.float64]
_WHERE = "variance from replicate weights"
# Singular values of the weights below this share of the largest are linear dependence; R's qr().
_RANK_TOLERANCE = 1e-7


def replicate_weight_errors(
    survey: Survey,
    domains: Domains,
    outcome: Outcome,
    *,
    by: Sequence[str],
    statistic: Statistic,
) -> Errors:
    """Errors of the domains from the replicate weights of the design.

    Parameters
    ----------
    survey : Survey
        Respondents whose design has ``replicates``.
    domains : Domains
        The same outcome and groups, numbered.
    outcome, by, statistic
        What is estimated, and per what.

    Returns
    -------
    Errors
        Degrees of freedom are those of the replicates, the same for every domain.

    Raises
    ------
    DesignError
        If a replicate weight is no number, missing, negative or infinite, or JKn lacks its rscales.
    """
    replicates = survey.design.replicates
    if replicates is None:
        raise DesignError(f"{_WHERE} needs a design with replicates, and this one has none.")
    scale, rscales = _scales(replicates)
    rows = respondent_rows(
        survey, outcome, by=by, groups=domains.groups, extra=replicates.columns, where=_WHERE
    )
    _require_weights(rows, replicates)
    count = len(domains.groups)
    replicated = np.stack(
        [_estimate(rows, rows.extra[:, r], count, statistic) for r in range(rows.extra.shape[1])]
    )
    variance = replicate_variance(
        replicated,
        linearised(domains.first, statistic).estimate,
        scale=scale,
        rscales=rscales,
        about_estimate=replicates.centre == "estimate",
    )
    df = replicates.df if replicates.df is not None else _rank(rows.extra) - 1
    return Errors(np.sqrt(variance), np.full(count, df, dtype=np.int64))


def _estimate(
    rows: RespondentRows, weight: FloatArray, count: int, statistic: Statistic
) -> FloatArray:
    inside = rows.domain >= 0
    at = rows.domain[inside]
    first = np.column_stack(
        [
            np.bincount(at, (weight * variable)[inside], minlength=count).astype(np.float64)
            for variable in (rows.one, rows.two)
        ]
    )
    return linearised(first, statistic).estimate


def _scales(replicates: ReplicateWeights) -> tuple[float, FloatArray]:
    """Scale and rscales of the method, unless they are given."""
    count = len(replicates.columns)
    if not count:
        raise DesignError(f"{_WHERE} needs at least one column, and the design names none.")
    if not 0.0 <= replicates.rho < 1.0:
        raise DesignError(
            f"{_WHERE} needs rho, the factor of Fay, from 0 up to but not including 1, and the "
            f"design has {replicates.rho}. Look it up in the documentation of the file."
        )
    usual = {
        "BRR": 1.0 / count,
        "Fay": 1.0 / (count * (1.0 - replicates.rho) ** 2),
        "JK1": (count - 1.0) / count,
        "JKn": 1.0,
        "bootstrap": 1.0 / max(count - 1.0, 1.0),
    }
    if replicates.method == "JKn" and not replicates.rscales:
        raise DesignError(
            f"{_WHERE} by JKn needs one rscale per column, (n - 1) / n of the stratum whose "
            "cluster is left out, and the design has none. Give the design rscales."
        )
    if replicates.rscales and len(replicates.rscales) != count:
        raise DesignError(
            f"{_WHERE} needs one rscale per column, and got {len(replicates.rscales)} for {count} "
            "column(s). Give as many as columns."
        )
    scale = replicates.scale if replicates.scale is not None else usual[replicates.method]
    rscales = np.array(replicates.rscales) if replicates.rscales else np.ones(count)
    return float(scale), rscales


def _require_weights(rows: RespondentRows, replicates: ReplicateWeights) -> None:
    wrong = ~(np.isfinite(rows.extra) & (rows.extra >= 0.0))
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise DesignError(
            f"{_WHERE} needs finite weights of at least 0, and column "
            f"{replicates.columns[column]!r} has {int(wrong[:, column].sum())} row(s) with another "
            f"value (first in row {int(row) + 1}). Correct the column."
        )


def _rank(weights: NDArray[Any]) -> int:
    """Rank of the replicate weights, from their cross products."""
    scaled = weights / np.maximum(np.sqrt((weights**2).sum(axis=0)), np.finfo(np.float64).tiny)
    values = np.linalg.eigvalsh(scaled.T @ scaled)
    return int((values > _RANK_TOLERANCE**2 * values.max()).sum())
