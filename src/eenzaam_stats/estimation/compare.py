"""The verb ``compare``: differences and ratios between groups, with their covariance.

Groups of one sample share strata and clusters, so their estimates are not independent; the sums of
the finest cells know how much. No sum over respondents and no formula of a variance may enter.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome, grouping, once
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.comparison_rows import Names, comparison, evaluate_contrast
from eenzaam_stats.estimation.input_rows import input_doubts, pool_doubts
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.estimation.variance.target_errors import Covariances, estimate_covariances
from eenzaam_stats.estimation.variance.targets import Targets, targets
from eenzaam_stats.messages import show_groups
from eenzaam_stats.numerics.survey.linearise import linearise
from eenzaam_stats.results.comparisons import Comparison, Comparisons
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

# Which groups are compared with which: every pair, each with the rest, or all with one.

PAIRS, REST = "pairs", "rest"


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two sets of finest domains.

    Attributes
    ----------
    within : tuple of str
        Block in which they are compared.
    group, reference : str
        Names of the two.
    one, two : ndarray of float, shape (d,)
        1 for the finest domains of each.
    """

    within: tuple[str, ...]
    group: str
    reference: str
    one: FloatArray
    two: FloatArray


def pair_targets(found: Targets, against: str | tuple[str, ...], *, n_within: int) -> list[Pair]:
    """Pairs to compare, block by block.

    Parameters
    ----------
    found : Targets
        Groups; the first ``n_within`` values name the block.
    against : str or tuple of str
        ``"pairs"``, ``"rest"``, or the group that all others are compared with.
    n_within : int
        Columns of the blocks.

    Returns
    -------
    list of Pair

    Raises
    ------
    OptionError
        If the reference group does not occur.
    """
    reference = against if isinstance(against, str) else ", ".join(against)
    blocks: dict[tuple[str, ...], dict[str, FloatArray]] = {}
    for group, member in zip(found.groups, found.member, strict=True):
        blocks.setdefault(group[:n_within], {})[", ".join(group[n_within:])] = member
    names = {name for block in blocks.values() for name in block}
    if reference not in (PAIRS, REST) and reference not in names:
        raise OptionError(
            f"{verb()} compares with {reference!r}, which is no group: ["
            f"{show_groups(sorted(names))}]. "
            f"Name one of them, {PAIRS!r} or {REST!r}."
        )
    return [
        Pair(within, group, other, block[group], members)
        for within, block in blocks.items()
        for group, other, members in _within_block(block, reference)
    ]


def _within_block(
    block: Mapping[str, FloatArray], reference: str
) -> Iterator[tuple[str, str, FloatArray]]:
    if reference == PAIRS:
        yield from ((two, one, block[one]) for one, two in combinations(block, 2))
    elif reference == REST:
        # The rest is summed from the finest cells, so that its covariance with the group is counted
        # and not taken to be 0.
        everyone = np.sum(list(block.values()), axis=0)
        rest = block if len(block) > 1 else {}
        yield from ((group, REST, everyone - member) for group, member in rest.items())
    elif reference in block:
        others = (group for group in block if group != reference)
        yield from ((group, reference, block[reference]) for group in others)


Measure = Literal["difference", "ratio"]
Adjustment = Literal["none", "holm", "benjamini_hochberg"]
_METHODS = {"holm": "holm", "benjamini_hochberg": "fdr_bh"}
_BATCH = 250


@dataclass(frozen=True, slots=True)
class Comparing:
    """What to compare with what.

    Attributes
    ----------
    against : str or tuple of str
        ``"pairs"`` for every pair, ``"rest"`` for each group against everyone else, or the group
        that all others are compared with.
    within : tuple of str
        Columns within whose groups the comparison is made.
    measure : {"difference", "ratio"}
        Difference of proportions, or their ratio (limits from the log scale).
    adjustment : {"none", "holm", "benjamini_hochberg"}
        Adjustment of the p values for the number of comparisons.
    """

    against: str | tuple[str, ...] = PAIRS
    within: tuple[str, ...] = ()
    measure: Measure = "difference"
    adjustment: Adjustment = "none"


@in_words
def compare(
    survey: Survey | Cells,
    outcome: str,
    *,
    by: str | Sequence[str],
    how: Comparing | None = None,
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
) -> Comparisons:
    """Compare prevalences between groups, or between waves with ``by="wave"``.

    Parameters
    ----------
    survey : Survey or Cells
        As in :func:`eenzaam_stats.prevalence`; waves of ``combine`` or cells that were added.
    outcome : str
        Boolean or 0/1 column.
    by : str or sequence of str
        Columns whose groups are compared.
    how : Comparing, optional
        Pairs, reference group, measure, adjustment; every pair by difference without it.
    level : float, default 0.95
        Coverage of each interval; intervals are not adjusted.
    weights : str or None, default "design"
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    Comparisons
        One row per comparison: group minus (or over) reference.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`, and when the reference group does not occur.

    See Also
    --------
    linear_trend : One slope over several waves.

    Notes
    -----
    The score of a difference is :math:`U_1 - U_2`, that of a log ratio
    :math:`U_1 / p_1 - U_2 / p_2`; degrees of freedom are those of both groups together. With
    replicate weights the variance is that of the difference over the replicates; weights are taken
    as fixed unless the design holds their calibration.

    **Unit.** Proportion, 0-1, or a ratio.

    **Missing data.** As in :func:`eenzaam_stats.prevalence`.

    **Validated against.** ``svyby(covmat = TRUE)`` with ``svycontrast`` of R ``survey``, in
    ``tests/estimation``; adjustment by ``statsmodels``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"sex": ["m"] * 4 + ["v"] * 4, "lonely": [1, 0, 0, 0, 1, 1, 0, 0]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 8, 8)
    >>> row = compare(Survey(people, Design(), report), "lonely", by="sex", weights=None).rows[0]
    >>> row.group, row.reference, row.estimate
    ('v', 'm', 0.25)
    """
    how = how or Comparing()
    require_option(how.measure, Measure, name="measure")
    require_option(how.adjustment, Adjustment, name="adjustment")
    require_level(level)
    groups = grouping(by)
    if not groups:
        raise OptionError(f"{verb()} needs a column in by=, whose groups it compares. Name one.")
    once((*how.within, *groups), name="by and within")
    one = Outcome(outcome)
    finest = (*how.within, *groups)
    source = cells_for(survey, [one], by=finest, weights=weights)
    domains = source.domains(one, by=finest)
    found = targets(domains, n_keys=len(finest), statistic="proportion")
    covariances = estimate_covariances(survey, source, domains, one, by=finest)
    pairs = pair_targets(found, how.against, n_within=len(how.within))
    doubts = input_doubts(survey, source, domains, one, by=finest)
    rows: list[Comparison] = []
    for start in range(0, len(pairs), _BATCH):
        batch = pairs[start : start + _BATCH]
        beside = _doubts(domains, batch, doubts, covariances)
        rows += _compare_pairs(domains, batch, how, beside, covariances=covariances, level=level)
    variance = f"{covariances.words} of the {how.measure}"
    return Comparisons(
        within=how.within,
        by=groups,
        measure=how.measure,
        adjustment="" if how.adjustment == "none" else how.adjustment,
        rows=tuple(adjust_p_values(rows, how.adjustment)),
        footnote=footnote(
            source,
            [one],
            statistic=how.measure,
            method=method_words(source, variance=variance, interval="symmetric"),
            level=level,
            n_without_group=domains.n_without_group,
        ),
    )


def _doubts(
    domains: Domains, pairs: Sequence[Pair], doubts: Sequence[Doubt], covariances: Covariances
) -> list[tuple[Doubt, Doubt]]:
    """Doubts of both sides of every pair; the rest is one group of several."""
    ones = [doubts[int(pair.one.argmax())] for pair in pairs]
    if all(pair.reference != REST for pair in pairs):
        return list(zip(ones, (doubts[int(pair.two.argmax())] for pair in pairs), strict=True))
    rest = pool_doubts(domains, np.stack([pair.two for pair in pairs]), covariances)
    return list(zip(ones, rest, strict=True))


def _compare_pairs(
    domains: Domains,
    pairs: Sequence[Pair],
    how: Comparing,
    doubts: Sequence[tuple[Doubt, Doubt]],
    *,
    covariances: Covariances,
    level: float,
) -> list[Comparison]:
    ones, twos = np.stack([p.one for p in pairs]), np.stack([p.two for p in pairs])
    first = linearise(ones @ domains.first, "proportion")
    second = linearise(twos @ domains.first, "proportion")
    p1, p2 = first.estimate, second.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = how.measure == "ratio"
        # A ratio is compared on its logarithm: an interval on the ratio itself may reach below 0,
        # and turning the ratio round would give another test.
        scale1, scale2 = (1.0 / p1, 1.0 / p2) if ratio else (np.ones_like(p1), np.ones_like(p2))
        estimate = np.log(p1 / p2) if ratio else p1 - p2
    defined = np.isfinite(estimate)
    scale1, scale2 = (np.where(defined, scale, 0.0)[:, None] for scale in (scale1, scale2))
    score = tuple(
        ones * (scale1 * first.score[:, j : j + 1]) - twos * (scale2 * second.score[:, j : j + 1])
        for j in (0, 1)
    )

    def value(sums: FloatArray) -> FloatArray:
        pair = (linearise(part @ sums, "proportion").estimate for part in (ones, twos))
        return next(pair) * scale1[:, 0] - next(pair) * scale2[:, 0]

    result = covariances.of((score[0], score[1]), value)
    se = result.std_error
    counts = [ones @ domains.n, twos @ domains.n]
    rows = []
    for at, pair in enumerate(pairs):
        n1, n2 = (round(float(count[at])) for count in counts)
        test = evaluate_contrast(
            float(estimate[at]), float(se[at]), df=int(result.df[at]), level=level
        )
        without = _reason(bool(defined[at]), min(n1, n2))
        beside = () if without else zip((pair.group, pair.reference), doubts[at], strict=True)
        rows.append(
            comparison(
                Names(pair.within, pair.group, pair.reference),
                test.exponentiate() if ratio else test,
                counts=(n1, n2),
                doubt=inherit_flag(beside, own=without or test.reason),
            )
        )
    return rows


def _reason(defined: bool, least: int) -> str:
    if not least:
        return "nobody in one of the groups has an answer"
    if not defined:
        return "nobody in one of the groups has the outcome, so the ratio does not exist"
    return ""


def adjust_p_values(rows: Sequence[Comparison], adjustment: Adjustment) -> list[Comparison]:
    """Rows with p values adjusted over all rows that have one."""
    # Over all rows of all batches together: adjusted batch by batch, the number of tests would
    # depend on the size of a batch.
    there = [at for at, row in enumerate(rows) if math.isfinite(row.p_value)]
    if adjustment == "none" or not there:
        return list(rows)
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415  (loads a lot)

    found = multipletests([rows[at].p_value for at in there], method=_METHODS[adjustment])[1]
    by_row = dict(zip(there, found, strict=True))
    return [replace(row, p_adjusted=float(by_row.get(at, math.nan))) for at, row in enumerate(rows)]
