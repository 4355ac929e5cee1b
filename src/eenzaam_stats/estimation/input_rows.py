"""The rows that a comparison, a trend or a standardised estimate is made of, with their doubts.

They are the rows that ``prevalence`` or ``mean`` gives for the same groups, so that what it flags
is flagged in everything that is computed from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.cells import Cells
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.rows import number_rows, proportion_rows
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.estimation.variance.target_errors import Covariances
from eenzaam_stats.estimation.variance.variance_method import estimate_errors
from eenzaam_stats.numerics.survey.linearise import linearise
from eenzaam_stats.results.doubt import Doubt, read_doubt
from eenzaam_stats.survey import Survey

_LEVEL = 0.95


def input_doubts(
    survey: Survey | Cells, source: Cells, domains: Domains, outcome: Outcome, *, by: Sequence[str]
) -> list[Doubt]:
    """Doubt of every finest domain, in their order.

    Parameters
    ----------
    survey, source, domains, outcome, by
        As in :func:`eenzaam_stats.estimation.variance.variance_method.estimate_errors`.

    Returns
    -------
    list of Doubt
    """
    numbers = outcome.kind == "number"
    errors, _ = estimate_errors(
        survey,
        source,
        domains,
        outcome,
        by=by,
        statistic="mean" if numbers else "proportion",
        replication=None,
    )
    rows = (
        number_rows(domains, errors, domains.linearise("mean"), statistic="mean", level=_LEVEL)
        if numbers
        else proportion_rows(domains, errors, interval="logit", level=_LEVEL)
    )
    return [read_doubt(row) for row in rows]


def pool_doubts(domains: Domains, member: FloatArray, covariances: Covariances) -> list[Doubt]:
    """Doubt of proportions in sets of finest domains taken together.

    Parameters
    ----------
    domains : Domains
        Finest domains.
    member : ndarray of float, shape (t, d)
        1 where a finest domain belongs to the set.
    covariances : Covariances
        How errors are found.

    Returns
    -------
    list of Doubt
        One per set.
    """
    found = linearise(member @ domains.first, "proportion")
    score = (member * found.score[:, :1], member * found.score[:, 1:])
    result = covariances.of(score, lambda first: linearise(member @ first, "proportion").estimate)
    error = result.std_error
    rows = [
        proportion_rows(
            _together(domains, chosen > 0),
            StandardErrors(error[at : at + 1], result.df[at : at + 1]),
            interval="logit",
            level=_LEVEL,
        )[0]
        for at, chosen in enumerate(member)
    ]
    return [read_doubt(row) for row in rows]


def _common_gap(domains: Domains, chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    """Why the totals of all chosen groups are too low; nothing where those of one are not."""
    own = {gap for gap, inside in zip(domains.gaps, chosen, strict=False) if inside}
    return (sorted(own)[0],) if own and "" not in own else ()


def _together(domains: Domains, chosen: NDArray[np.bool_]) -> Domains:
    """Some finest domains as one."""
    moments = domains.moments
    inside = chosen[moments.domain]
    sums = {
        name: getattr(domains, name)[chosen].sum(axis=0, keepdims=True)
        for name in ("n", "n_missing", "yes", "first", "origin", "squares")
    }
    return replace(
        domains,
        groups=((),),
        moments=replace(moments.take(inside), domain=np.zeros(int(inside.sum()), dtype=np.int64)),
        gaps=_common_gap(domains, chosen),
        top=None,
        top_squares=None,
        largest=domains.largest[chosen].max(initial=0.0, keepdims=True),
        missing=tuple((kind, count[chosen].sum(keepdims=True)) for kind, count in domains.missing),
        **sums,
    )
