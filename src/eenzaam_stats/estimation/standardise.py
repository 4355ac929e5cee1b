"""The verb ``standardise``: prevalence or mean with the composition of a standard population."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, list_all, verb
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome, grouping
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.input_rows import input_doubts
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import limits, require_level, symmetric_limits
from eenzaam_stats.estimation.variance.standard_errors import StandardErrors
from eenzaam_stats.estimation.variance.target_errors import estimate_covariances
from eenzaam_stats.estimation.variance.targets import Standard, Targets, as_written, targets
from eenzaam_stats.numerics.survey.linearise import Statistic
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import IntervalMethod, require_option


@in_words
def standardise(
    survey: Survey | Cells,
    outcome: str | Outcome,
    *,
    standard: Standard,
    by: str | Sequence[str] = (),
    interval: IntervalMethod = "logit",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
) -> Estimates:
    r"""Estimate prevalence as if every group had the composition of one population.

    Parameters
    ----------
    survey : Survey or Cells
        As in :func:`eenzaam_stats.prevalence`; cells need the columns of the standard in ``by``.
    outcome : str or Outcome
        Boolean or 0/1 column; ``Outcome(name, "number")`` for a standardised mean.
    standard : Standard
        Shares of the classes whose composition is held fixed.
    by : str or sequence of str, default ()
        Grouping columns.
    interval, level, weights
        As in :func:`eenzaam_stats.prevalence`; a mean has symmetric limits.

    Returns
    -------
    Estimates
        One row per group. A group in which nobody answered in a class with a share has no estimate
        and is flagged with that class.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`, and when the respondents have a class that the
        standard does not count.

    See Also
    --------
    Standard.of : A standard from counts.

    Notes
    -----
    Direct standardisation: :math:`\sum_a s_a p_a` with the score :math:`\sum_a s_a U_a`, so that
    classes that share strata or clusters keep their covariance. The shares are taken as known.

    **Unit.** Proportion, 0-1, or the unit of the column.

    **Missing data.** Respondents without the outcome or without a class are left out and counted.

    **Validated against.** ``svystandardize`` and ``svymean`` of R ``survey``, in
    ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({
    ...     "age": ["young"] * 4 + ["old"] * 2, "lonely": [1, 0, 0, 0, 1, 0]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 6, 6)
    >>> standard = Standard.of({"young": 1, "old": 1}, over="age")
    >>> survey = Survey(people, Design(), report)
    >>> standardise(survey, "lonely", standard=standard, weights=None).rows[0].estimate
    0.375
    """
    require_option(interval, IntervalMethod, name="interval")
    require_level(level)
    one = outcome if isinstance(outcome, Outcome) else Outcome(outcome)
    groups = grouping(by)
    require_apart(groups, standard)
    finest = (*groups, *standard.over)
    source = cells_for(survey, [one], by=finest, weights=weights)
    domains = source.domains(one, by=finest)
    statistic: Statistic = "mean" if one.kind == "number" else "proportion"
    found = targets(domains, n_keys=len(groups), statistic=statistic, standard=standard)
    covariances = estimate_covariances(survey, source, domains, one, by=finest)
    # Scores are weighted with the standard before they are squared, which counts that classes share
    # strata. It equals svystandardize, and is not the root of a sum of squared errors.
    result = covariances.of(found.score, found.value)
    errors = StandardErrors(result.std_error, result.df)
    n = found.member @ domains.n
    bounds = (
        symmetric_limits(found.estimate, errors, level=level)
        if statistic == "mean"
        else limits(interval, found.estimate, errors, n=n, level=level)
    )
    words = f"standardised to given shares of {', '.join(standard.over)}, {covariances.words}"
    note = footnote(
        source,
        [one],
        statistic=f"standardised {statistic}",
        method=method_words(source, variance=words, interval=interval),
        level=level,
        n_without_group=domains.n_without_group,
    )
    doubts = _doubts(
        domains,
        found,
        errors,
        standard,
        inputs=input_doubts(survey, source, domains, one, by=finest),
    )
    return Estimates(
        by=groups,
        rows=_rows(domains, found, errors, bounds, doubts=doubts),
        footnote=replace(note, over=standard.over),
    )


def require_apart(groups: Sequence[str], standard: Standard) -> None:
    """Raise when a grouping column is also held fixed."""
    both = [name for name in standard.over if name in groups]
    if both:
        raise OptionError(
            f"{verb()} got column(s) [{list_all(both)}] both in by and in the standard. "
            "Group by a column or hold its composition fixed, not both."
        )


def _doubts(
    domains: Domains,
    found: Targets,
    errors: StandardErrors,
    standard: Standard,
    *,
    inputs: Sequence[Doubt],
) -> list[Doubt]:
    """Doubt of each group: its own, and that of the classes that have a share."""
    n_keys = len(domains.groups[0]) - len(standard.over) if domains.groups else 0
    classes = [group[n_keys:] for group in domains.groups]
    shares = dict(as_written(standard, list(dict.fromkeys(classes))).shares)
    result = []
    for at in range(len(found.groups)):
        own = _reason(found, errors, at)
        used = [int(d) for d in np.flatnonzero(found.member[at]) if shares[classes[d]] > 0]
        # A class without anybody makes the figure undefined. Moving its share to the others would
        # be another standard without a word.
        beside = [] if found.empty[at] else [("/".join(classes[d]), inputs[d]) for d in used]
        result.append(inherit_flag(beside, own=own))
    return result


def _rows(
    domains: Domains,
    found: Targets,
    errors: StandardErrors,
    bounds: tuple[np.ndarray, np.ndarray],
    *,
    doubts: Sequence[Doubt],
) -> tuple[Estimate, ...]:
    counts = {name: found.member @ getattr(domains, name) for name in ("n", "n_missing")}
    weight_sum = found.member @ domains.first.sum(axis=1)
    result = []
    for at, group in enumerate(found.groups):
        without = bool(_reason(found, errors, at)) or doubts[at].no_error
        result.append(
            Estimate(
                group=group,
                estimate=float(found.estimate[at]),
                std_error=math.nan if found.empty[at] else float(errors.std_error[at]),
                conf_low=math.nan if without else float(bounds[0][at]),
                conf_high=math.nan if without else float(bounds[1][at]),
                df=int(errors.df[at]),
                n_valid=round(float(counts["n"][at])),
                n_missing=round(float(counts["n_missing"][at])),
                weight_sum=float(weight_sum[at]),
                deff=math.nan,
                flag=doubts[at].flag,
                reason=doubts[at].reason,
            )
        )
    return tuple(result)


def _reason(found: Targets, errors: StandardErrors, at: int) -> str:
    if found.empty[at]:
        return f"nobody answered in class(es) {', '.join(found.empty[at])} of the standard"
    if errors.df[at] <= 0:
        return "no degrees of freedom"
    if not errors.std_error[at] > 0:
        return "no variance within the classes"
    return ""
