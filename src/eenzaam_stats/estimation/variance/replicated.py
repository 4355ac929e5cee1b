"""Standard errors from replicate weights that stand in the file, one column per replicate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.errors import DesignError, verb, verb_named
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.variance.respondent_rows import RespondentRows, respondent_rows
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.numerics.survey.linearise import Statistic, departures
from eenzaam_stats.numerics.survey.replicate_rank import ReplicateRanks, replicate_ranks
from eenzaam_stats.numerics.survey.replication import replicate_variance
from eenzaam_stats.survey import Survey


def replicate_weight_errors(
    survey: Survey,
    domains: Domains,
    outcome: Outcome,
    *,
    by: Sequence[str],
    statistic: Statistic,
) -> StandardErrors:
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
        Degrees of freedom are those of each domain: the rank of the replicate weights of its
        answered rows minus 1.

    Raises
    ------
    DesignError
        If a replicate weight is no number, missing, negative or infinite, or JKn lacks its rscales.
    """
    sums = replicate_sums(survey, domains, outcome, by=by)
    # Departures and not estimates: at a level of thousands the spread of replicates would be lost
    # in the last digits.
    away = departures(sums.first, domains.first, statistic, domains.origin)
    variance = replicate_variance(
        away,
        np.zeros(len(domains.groups)),
        scale=sums.scale,
        rscales=sums.rscales,
        about_estimate=sums.about_estimate,
    )
    return StandardErrors(np.sqrt(variance), sums.df(np.eye(len(domains.groups), dtype=np.bool_)))


@dataclass(frozen=True, slots=True, eq=False)
class ReplicateSums:
    """Sums of an outcome under each replicate weight, and how they become a variance.

    Attributes
    ----------
    first : ndarray of float, shape (r, d, 2)
        Sums of weight times both variables per replicate and domain.
    scale : float
        Factor before the sum of squares.
    rscales : ndarray of float, shape (r,)
        Factor of each replicate.
    about_estimate : bool
        Whether squares are taken about the estimate, and not about the mean of the replicates.
    ranks : ReplicateRanks
        Ranks of the replicate weights of all rows and of the answered rows of each domain.
    whole_df : int
        Degrees of freedom of the whole design.
    """

    first: FloatArray
    scale: float
    rscales: FloatArray
    about_estimate: bool
    ranks: ReplicateRanks
    whole_df: int

    def df(self, members: NDArray[np.bool_]) -> IntArray:
        """Degrees of freedom of unions of domains, ``members`` of shape (t, d).

        A union whose weights have the rank of the whole file has those of the whole design, which
        the owner of the file may have stated; any other has its rank minus 1, and never more.
        """
        rank = self.ranks.together(members)
        # As degf(subset()) of R: 12 people under 50 replicate weights have 11 degrees of freedom
        # and not 49. What the owner of the file states is a ceiling.
        own = np.minimum(np.maximum(rank - 1, 0), self.whole_df)
        return np.where(rank < self.ranks.whole, own, self.whole_df)


@verb_named("variance from replicate weights")
def replicate_sums(
    survey: Survey, domains: Domains, outcome: Outcome, *, by: Sequence[str]
) -> ReplicateSums:
    """Sum an outcome under every replicate weight of the design.

    Parameters
    ----------
    survey, domains, outcome, by
        As in :func:`replicate_weight_errors`.

    Returns
    -------
    ReplicateSums

    Raises
    ------
    DesignError
        If a replicate weight is no number, missing, negative or infinite, or JKn lacks its rscales.
    """
    replicates = survey.design.replicates
    if replicates is None:
        raise DesignError(f"{verb()} needs a design with replicates, and this one has none.")
    scale, rscales = _scales(replicates)
    rows = respondent_rows(survey, outcome, by=by, domains=domains, extra=replicates.columns)
    _require_weights(rows, replicates)
    first = [
        _first(rows, rows.extra[:, r], len(domains.groups)) for r in range(rows.extra.shape[1])
    ]
    ranks = replicate_ranks(rows.extra, rows.domain, len(domains.groups))
    whole_df = replicates.df if replicates.df is not None else ranks.whole - 1
    about_estimate = replicates.centre == "estimate"
    return ReplicateSums(np.stack(first), scale, rscales, about_estimate, ranks, whole_df)


def _first(rows: RespondentRows, weight: FloatArray, count: int) -> FloatArray:
    inside = rows.domain >= 0
    at = rows.domain[inside]
    return np.column_stack(
        [
            np.bincount(at, (weight * variable)[inside], minlength=count).astype(np.float64)
            for variable in (rows.one, rows.two)
        ]
    )


def _scales(replicates: ReplicateWeights) -> tuple[float, FloatArray]:
    """Scale and rscales of the method, unless they are given."""
    count = len(replicates.columns)
    if not count:
        raise DesignError(f"{verb()} needs at least one column, and the design names none.")
    if not 0.0 <= replicates.rho < 1.0:
        raise DesignError(
            f"{verb()} needs rho, the factor of Fay, from 0 up to but not including 1, and the "
            f"design has {replicates.rho}. Look it up in the documentation of the file."
        )
    # Published replicates come without their scale. JKn has none: it needs the size of the stratum
    # of each column, which no column tells.
    usual = {
        "BRR": 1.0 / count,
        "Fay": 1.0 / (count * (1.0 - replicates.rho) ** 2),
        "JK1": (count - 1.0) / count,
        "JKn": 1.0,
        "bootstrap": 1.0 / max(count - 1.0, 1.0),
    }
    if replicates.method == "JKn" and not replicates.rscales:
        raise DesignError(
            f"{verb()} by JKn needs one rscale per column, (n - 1) / n of the stratum whose "
            "cluster is left out, and the design has none. Give the design rscales."
        )
    if replicates.rscales and len(replicates.rscales) != count:
        raise DesignError(
            f"{verb()} needs one rscale per column, and got {len(replicates.rscales)} for {count} "
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
            f"{verb()} needs finite weights of at least 0, and column "
            f"{replicates.columns[column]!r} has {int(wrong[:, column].sum())} row(s) with another "
            f"value (first in row {int(row) + 1}). Correct the column."
        )
