"""Groups that rest on strata with one sampling unit: which they are, in words for the reader.

The variance within such a stratum cannot be estimated, whatever rule fills it in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.numerics.survey.linearise import Statistic
from eenzaam_stats.numerics.survey.variance import domain_variance
from eenzaam_stats.vocabulary import SinglePsu

# From here on a rule that lets these strata add nothing makes a standard error more than 5 per cent
# too small, and its 95 per cent interval holds the truth in less than 94.
LARGE_SHARE = 0.10
_RULES = tuple(rule for rule in get_args(SinglePsu) if rule != "fail")
_THOUSAND = 1000.0


def single_psu_share(domains: Domains, statistic: Statistic) -> FloatArray:
    """Share of the weight of each group in strata with one sampling unit, shape (d,).

    Parameters
    ----------
    domains : Domains
        Numbered domains.
    statistic : str
        What is estimated; for a ratio, whose sums hold no weight, the share of respondents.

    Returns
    -------
    ndarray of float, shape (d,)
        0-1, of those with an answer; 0 in a group without any.
    """
    moments = domains.moments
    if statistic == "ratio":
        weight = moments.n
    elif statistic in ("mean", "total"):
        weight = moments.first[:, 0]
    else:
        weight = moments.first.sum(axis=1)
    count = len(domains.groups)
    single = np.bincount(
        moments.domain, weight * domains.strata.single[moments.stratum], minlength=count
    )
    whole = np.bincount(moments.domain, weight, minlength=count)
    return np.divide(single, whole, out=np.zeros(count), where=whole > 0.0)


def single_psu_doubts(domains: Domains, statistic: Statistic) -> Sequence[str]:
    """Why each group is in doubt: a large share of its weight in such strata; else empty.

    Parameters
    ----------
    domains : Domains
        Numbered domains.
    statistic : str
        What is estimated.

    Returns
    -------
    sequence of str
        With the standard errors that each rule gives, by linearisation.
    """
    nothing = [""] * len(domains.groups)
    # one stratum that is one unit has no degrees of freedom, and says so
    if not domains.by_strata or len(domains.strata.n) < 2:
        return nothing
    share = single_psu_share(domains, statistic)
    large = np.flatnonzero(share >= LARGE_SHARE)
    if not len(large):
        return nothing
    score = domains.linearise(statistic).score
    errors = {
        rule: np.sqrt(
            domain_variance(
                domains.moments, score, strata=replace(domains.strata, single_psu=rule)
            ).variance
        )
        for rule in _RULES
    }
    unit = "respondent" if domains.clusters is None else "cluster"
    of = "answers" if statistic == "ratio" else "weight"
    for at in large:
        found = ", ".join(f"{_short(errors[rule][at])} {rule}" for rule in _RULES)
        nothing[at] = (
            f"{share[at]:.0%} of the {of} is in strata with one {unit}, so the error depends on "
            f"the rule for them: {found}"
        )
    return nothing


def _short(value: float) -> str:
    if not np.isfinite(value):
        return "none"
    return f"{value:,.0f}" if value >= _THOUSAND else f"{value:.3g}"
