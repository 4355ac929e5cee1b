"""The verbs ``mean``, ``total`` and ``ratio``: quantities other than a proportion, per group.

They ask for the sums, hand them to ``numerics`` and word the result, as ``prevalence`` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from eenzaam_stats.arguments import in_words
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome, grouping
from eenzaam_stats.estimation.crossing import Crossing
from eenzaam_stats.estimation.input_rows import input_doubts
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import number_rows, require_level
from eenzaam_stats.estimation.variance.variance_method import Replication, estimate_errors
from eenzaam_stats.numerics.survey.linearise import Statistic
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

TotalOf = Literal["people", "number"]
_WORDS = {"mean": "mean", "total": "total", "total_yes": "number of people", "ratio": "ratio"}


@in_words
def mean(
    survey: Survey | Cells,
    outcome: str,
    *,
    by: str | Sequence[str] = (),
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
    replication: Replication | None = None,
) -> Estimates:
    r"""Estimate the weighted mean of a number, for instance a total score, per group.

    Parameters
    ----------
    survey : Survey or Cells
        As in :func:`eenzaam_stats.prevalence`; cells made with ``kind="number"``.
    outcome : str
        Numeric column, for instance ``djg11_total``.
    by, level, weights, replication
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    Estimates
        One row per group, in the unit of the column; symmetric limits with t on the degrees of
        freedom of the group.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    eenzaam_stats.prevalence : Shares of people.

    Notes
    -----
    :math:`\bar y = \sum w y / \sum w`, variance by linearisation.

    **Unit.** That of the column.

    **Missing data.** A respondent without the number is left out and counted.

    **Validated against.** ``svymean`` of R ``survey``, in ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"score": [0, 4, 11, None], "weight": [1.0, 1.0, 2.0, 1.0]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 4, 4)
    >>> row = mean(Survey(people, Design(weight="weight"), report), "score").rows[0]
    >>> row.estimate, row.n_valid, row.n_missing
    (6.5, 3, 1)
    """
    one = Outcome(outcome, "number")
    return _quantity(
        survey, one, "mean", by=by, level=level, weights=weights, replication=replication
    )


@in_words
def total(
    survey: Survey | Cells,
    outcome: str,
    *,
    by: str | Sequence[str] = (),
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
    replication: Replication | None = None,
    of: TotalOf = "people",
) -> Estimates:
    r"""Estimate how many people have an outcome, or the sum of a number over the population.

    Parameters
    ----------
    survey : Survey or Cells
        As in :func:`eenzaam_stats.prevalence`.
    outcome : str
        Boolean or 0/1 column; a numeric one with ``of="number"``.
    by, level, weights, replication
        As in :func:`eenzaam_stats.prevalence`.
    of : {"people", "number"}, default "people"
        What is added up: people who have the outcome, or the values of a column.

    Returns
    -------
    Estimates
        One row per group, in people where the weights add up to the population.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    eenzaam_stats.prevalence : Shares of people.

    Notes
    -----
    :math:`T = \sum w y`. Weights that are scaled to the sample size give a number without
    meaning: compare ``weight_sum`` with the population first.

    **Unit.** That of the weights: people, or thousands of people.

    **Missing data.** A respondent without an answer adds nothing, so that the total is too low by
    the unknown number among the ``n_missing``; it is not scaled up.

    **Validated against.** ``svytotal`` of R ``survey``, in ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"lonely": [1, 0, 1, None], "weight": [900.0, 1100.0, 500.0, 700.0]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 4, 4)
    >>> row = total(Survey(people, Design(weight="weight"), report), "lonely").rows[0]
    >>> row.estimate, row.weight_sum, row.n_missing
    (1400.0, 2500.0, 1)
    """
    require_option(of, TotalOf, name="of")
    people = of == "people"
    return _quantity(
        survey,
        Outcome(outcome, "binary" if people else "number"),
        "total_yes" if people else "total",
        by=by,
        level=level,
        weights=weights,
        replication=replication,
    )


@in_words
def ratio(
    survey: Survey | Cells,
    numerator: str,
    denominator: str,
    *,
    by: str | Sequence[str] = (),
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
    replication: Replication | None = None,
) -> Estimates:
    r"""Estimate the ratio of two weighted sums, per group.

    Parameters
    ----------
    survey : Survey or Cells
        As in :func:`eenzaam_stats.prevalence`; cells made with an ``Outcome`` of kind ``"ratio"``.
    numerator, denominator : str
        Numeric columns, for instance severely lonely among the lonely: both 0/1.
    by, level, weights, replication
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    Estimates
        One row per group; symmetric limits with t on the degrees of freedom of the group.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    mean : The ratio to a count of people.

    Notes
    -----
    :math:`R = \sum w y / \sum w x`, variance by linearisation.

    **Unit.** Numerator per denominator.

    **Missing data.** A respondent without one of the two is left out and counted.

    **Validated against.** ``svyratio`` of R ``survey``, in ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"severe": [1, 0, 1, 0], "lonely": [1, 1, 1, 0]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 4, 4)
    >>> survey = Survey(people, Design(), report)
    >>> round(ratio(survey, "severe", "lonely", weights=None).rows[0].estimate, 4)
    0.6667
    """
    one = Outcome(numerator, "ratio", denominator)
    return _quantity(
        survey, one, "ratio", by=by, level=level, weights=weights, replication=replication
    )


def _quantity(
    survey: Survey | Cells,
    outcome: Outcome,
    statistic: Statistic,
    *,
    by: str | Sequence[str],
    level: float,
    weights: str | None,
    replication: Replication | None,
) -> Estimates:
    require_level(level)
    groups = grouping(by)
    source = cells_for(survey, [outcome], by=groups, weights=weights)
    domains = source.domains(outcome, by=groups)
    errors, words = estimate_errors(
        survey, source, domains, outcome, by=groups, statistic=statistic, replication=replication
    )
    found = domains.linearise(statistic)
    rows = number_rows(domains, errors, found, statistic=statistic, level=level)
    if statistic == "total_yes":
        # A number of people hides that nobody in a small group said no: the doubt is in the share
        # behind it.
        rows = _with_share_doubts(rows, input_doubts(survey, source, domains, outcome, by=groups))
    return Estimates(
        by=groups,
        rows=rows,
        footnote=footnote(
            source,
            [outcome],
            statistic=_WORDS[statistic],
            method=method_words(source, variance=words, interval="symmetric"),
            level=level,
            n_without_group=domains.n_without_group,
        ),
    ).of(Crossing(survey, outcome))


def _with_share_doubts(rows: Sequence[Estimate], shares: Sequence[Doubt]) -> tuple[Estimate, ...]:
    """Numbers of people, marked where the share of people behind them is in doubt.

    The error of a number of people is that of who is in the group as well, so it stays.
    """
    return tuple(
        row if row.reason or not share else replace(row, flag=share.flag, reason=share.reason)
        for row, share in zip(rows, shares, strict=True)
    )
