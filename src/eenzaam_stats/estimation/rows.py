"""From numbered domains to rows of a result: estimate, error, interval, counts and a flag in words.

It calls ``numerics`` and words what it finds. No sum over respondents and no formula may enter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.estimation.aggregates.domains import Domains, whole
from eenzaam_stats.estimation.variance.single_psu import single_psu_doubts
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.numerics.survey.beta_interval import beta_interval
from eenzaam_stats.numerics.survey.intervals import (
    logit_interval,
    wald_interval,
    wilson_interval,
)
from eenzaam_stats.numerics.survey.linearise import (
    Linearised,
    Statistic,
    design_effects,
    linearise,
)
from eenzaam_stats.numerics.t_distribution import t_quantile
from eenzaam_stats.results.estimates import Estimate
from eenzaam_stats.vocabulary import Flag, IntervalMethod

# share of the weight of a group above which one answer decides its estimate
MOST_OF_ALL = 0.5
SEVERAL = 5  # of two or three people one has most of the weight as a rule
Limits = tuple[FloatArray, FloatArray]


def require_level(level: float) -> None:
    """Raise when a level is no coverage."""
    if not 0.0 < level < 1.0:
        raise OptionError(
            f"level is {level!r}, which is not a coverage. Choose a number between 0 and 1, "
            "for instance 0.95."
        )


def limits(
    interval: IntervalMethod,
    estimate: FloatArray,
    errors: StandardErrors,
    *,
    n: FloatArray,
    level: float,
) -> Limits:
    """Limits of proportions by one method."""
    # Always Student's t with the degrees of freedom of the group. R's confint on svyby takes the
    # normal quantile unless told otherwise.
    p, se, df = estimate, errors.std_error, errors.df
    methods: Mapping[str, Callable[[], Limits]] = {
        "logit": lambda: logit_interval(p, se, df=df, level=level),
        "wald": lambda: wald_interval(p, se, df=df, level=level),
        "wilson": lambda: wilson_interval(p, se, df=df, level=level),
        "beta": lambda: beta_interval(p, se, df=df, n=n, level=level),
        "korn_graubard": lambda: beta_interval(p, se, df=df, n=n, level=level, truncated=True),
    }
    return methods[interval]()


def symmetric_limits(estimate: FloatArray, errors: StandardErrors, *, level: float) -> Limits:
    """Limits of means, totals and ratios: t times the standard error on either side."""
    # No other scale suits a total or a ratio: it has no bounds that a transformation could keep.
    half = t_quantile(level, errors.df) * errors.std_error
    return estimate - half, estimate + half


def proportion_rows(
    domains: Domains, errors: StandardErrors, *, interval: IntervalMethod, level: float
) -> tuple[Estimate, ...]:
    """Rows of proportions."""
    found = linearise(domains.first, "proportion")
    p = found.estimate
    weight_sum = domains.first.sum(axis=1)
    variance = _some(errors.std_error) ** 2
    wr, wor = design_effects(
        variance, weight_sum * p * (1.0 - p), n=domains.n, weight_sum=weight_sum
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        # From the variance itself and not as n over the design effect, which has more than one
        # definition.
        n_effective = p * (1.0 - p) / variance
    return _rows(
        domains,
        errors,
        estimate=p,
        bounds=limits(interval, p, errors, n=domains.n, level=level),
        weight_sum=weight_sum,
        effects=(wr, wor, n_effective),
        kind="proportion",
    )


def label_rows(name: str, rows: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Rows with a first group value in front."""
    return tuple(replace(row, group=(name, *row.group)) for row in rows)


def number_rows(
    domains: Domains,
    errors: StandardErrors,
    found: Linearised,
    *,
    statistic: Statistic,
    level: float,
) -> tuple[Estimate, ...]:
    """Rows of means, totals and ratios."""
    nothing = np.full(len(domains.groups), np.nan)
    first = domains.first
    effects = (nothing, nothing, nothing)
    weight_sum = first[:, 0] if statistic in ("mean", "total") else nothing
    if statistic == "total_yes":
        weight_sum = first.sum(axis=1)
    if statistic == "mean":
        squares = domains.squares - (found.estimate - domains.origin) * first[:, 1]
        effects = (
            *design_effects(
                _some(errors.std_error) ** 2, squares, n=domains.n, weight_sum=first[:, 0]
            ),
            nothing,
        )
    estimate = np.where(domains.n > 0, found.estimate, np.nan)
    errors = StandardErrors(np.where(np.isnan(estimate), np.nan, errors.std_error), errors.df)
    rows = _rows(
        domains,
        errors,
        estimate=estimate,
        bounds=symmetric_limits(estimate, errors, level=level),
        weight_sum=weight_sum,
        effects=effects,
        kind=statistic,
    )
    return _with_contributions(rows, domains) if statistic in ("mean", "total") else rows


def _with_contributions(rows: Sequence[Estimate], domains: Domains) -> tuple[Estimate, ...]:
    """Rows with the shares of the largest contributions, for the rules of disclosure.

    The second largest is not found in one pass; the squares of the others bound it from above.
    """
    if domains.top is None or domains.top_squares is None:
        return tuple(rows)
    first, total = domains.top, np.abs(domains.first[:, 1])
    rest = np.sqrt(np.clip(domains.top_squares - first**2, 0.0, None))
    # The sum of squares bounds the second largest from above: the cells do not keep it, and a rule
    # of disclosure may hide too much but not too little.
    second = np.where(domains.top_squares > 0.0, np.minimum(rest, first), first)
    second = np.where(domains.n > 1, second, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.column_stack([first, first + second]) / total[:, None]
    shares = np.where(first[:, None] > 0.0, shares, 0.0)
    return tuple(
        replace(row, largest_share=one, two_largest_share=two)
        for row, (one, two) in zip(rows, shares.tolist(), strict=True)
    )


def _rows(
    domains: Domains,
    errors: StandardErrors,
    *,
    estimate: FloatArray,
    bounds: Limits,
    weight_sum: FloatArray,
    effects: tuple[FloatArray, FloatArray, FloatArray],
    kind: Statistic,
) -> tuple[Estimate, ...]:
    flags = kind in ("proportion", "total_yes")
    share = np.divide(
        domains.largest, weight_sum, out=np.full(len(weight_sum), np.nan), where=weight_sum > 0
    )
    arrays = (
        *(estimate, errors.std_error, *bounds, whole(errors.df)),
        *(whole(domains.n), whole(domains.n_missing), whole(domains.yes)),
        *(weight_sum, *effects, share),
    )
    # Python's own numbers, a column at a time: reading arrays value by value takes far longer
    columns = zip(*(array.tolist() for array in arrays), strict=True)
    result = []
    doubts = single_psu_doubts(domains, kind)
    beside = zip(domains.groups, _missing(domains), doubts, _gaps(domains), strict=True)
    for (group, missing, doubt, gap), values in zip(beside, columns, strict=True):
        p, se, low, high, df, n, n_missing, yes, total, wr, wor, n_effective, largest = values
        reason, usable = _reason(kind, p, se, df=df, n=n)
        most = n >= SEVERAL and largest > MOST_OF_ALL
        # The estimate is then this person's answer, and its error is small because one person does
        # not differ from herself: it would pass every rule on errors.
        heavy = f"one respondent has {largest:.0%} of the weight" if most else ""
        reason, usable = "; ".join(filter(None, (reason, doubt, gap, heavy))), usable and not gap
        result.append(
            Estimate(
                group=group,
                estimate=p,
                std_error=se,
                conf_low=low if usable else math.nan,
                conf_high=high if usable else math.nan,
                df=df,
                n_valid=n,
                n_missing=n_missing,
                weight_sum=total,
                deff=wr,
                flag=Flag.UNCERTAIN if reason else Flag.RELIABLE,
                reason=reason,
                deff_wor=wor,
                n_effective=n_effective,
                n_outcome=yes if flags else None,
                largest_weight_share=largest,
                missing=missing,
            )
        )
    return tuple(result)


def _gaps(domains: Domains) -> tuple[str, ...]:
    """Why every total of a group is too low, for each group; empty texts where it is not."""
    known = len(domains.gaps) == len(domains.groups)
    return domains.gaps if known else ("",) * len(domains.groups)


def _some(std_error: FloatArray) -> FloatArray:
    """Standard errors, NaN where there is none: no effect of a design is known from it."""
    return np.where(std_error > 0.0, std_error, np.nan)


def _missing(domains: Domains) -> list[tuple[tuple[str, int], ...]]:
    """Rows without an answer per kind of missing, for each group."""
    counts = [(kind, whole(count).tolist()) for kind, count in domains.missing]
    return [
        tuple((kind, count[at]) for kind, count in counts if count[at])
        for at in range(len(domains.groups))
    ]


def _reason(kind: str, p: float, se: float, *, df: int, n: int) -> tuple[str, bool]:
    """Why an estimate is uncertain, empty when it is not; and whether it may have limits."""
    edges = kind == "proportion" and n > 0
    findings = (
        (n == 0, "nobody in the group has an answer"),
        (n > 0 and math.isnan(p), "the denominator adds up to 0"),
        (n > 0 and math.isnan(se) and not math.isnan(p), "no variance could be estimated"),
        (edges and p == 0.0, "nobody who answered has the outcome"),
        (edges and p == 1.0, "everybody who answered has the outcome"),
        (n > 0 and df <= 0, "no degrees of freedom"),
        (
            n > 0 and se == 0.0 and not (edges and p in (0.0, 1.0)),
            "no variance within the strata",
        ),
    )
    found = [words for there, words in findings if there]
    # At 0 and 1 a method without limits gives none by itself, and Korn and Graubard have them
    # there: the edge alone takes no interval away.
    at_edge = edges and p in (0.0, 1.0) and len(found) == 1
    return "; ".join(found), not found or at_edge
