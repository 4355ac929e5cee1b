"""The verb ``rao_scott``: are two columns of classes independent, the design counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import DesignError, OptionError, verb
from eenzaam_stats.estimation.aggregates.cells import sum_cells
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome, design_columns
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.variance.target_errors import Covariances, estimate_covariances
from eenzaam_stats.numerics.survey.rao_scott import rao_scott_test
from eenzaam_stats.results.comparisons import IndependenceTest
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Flag

_LEAST_CLASSES = 2
# standard errors below this share of those of a random sample are rounding
_NOTHING = 1e-6


@in_words
def rao_scott(
    survey: Survey, rows: str, columns: str, *, weights: str | None = DESIGN_WEIGHT
) -> IndependenceTest:
    """Test whether two columns of classes are independent in the population.

    Parameters
    ----------
    survey : Survey
        As in :func:`eenzaam_stats.prevalence`.
    rows, columns : str
        Two columns of classes, for instance ``lonely`` and ``education``.
    weights : str or None, default "design"
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    IndependenceTest
        The table with both corrections; ``p_value`` belongs to the F test.

    Raises
    ------
    OptionError
        If a column has fewer than two classes among those who answered both.
    DesignError, SchemaError, UnknownColumnError
        As in :func:`eenzaam_stats.prevalence`.

    See Also
    --------
    eenzaam_stats.compare : Which groups differ, and by how much.

    Notes
    -----
    Second-order correction of Rao and Scott; degrees of freedom from the sampling units with both
    answers minus their strata, or those of the replicate weights. Weights are taken as fixed
    unless the design holds their calibration.

    A class of one unit and a cell with nobody flag the test; its p value stays, since its error
    is that of the whole table.

    **Missing data.** Respondents without one of the two answers are left out and counted.

    **Validated against.** ``svychisq`` of R ``survey`` (F and Chisq), in ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"sex": ["m", "v"] * 50, "lonely": [0, 1, 0, 0] * 25})
    >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "adults", 100, 100)
    >>> result = rao_scott(Survey(people, Design(), report), "sex", "lonely", weights=None)
    >>> result.rows, result.columns, round(result.pearson, 2), result.p_value < 0.001
    (('m', 'v'), ('0', '1'), 33.33, True)
    """
    if rows == columns:
        raise OptionError(f"{verb()} needs two different columns, and got {rows!r} twice.")
    everyone = Outcome(rows, "category")
    wanted = design_columns(survey, [everyone], by=(rows, columns), weights=weights)
    source = sum_cells(survey, wanted)
    domains = source.domains(everyone, by=(rows, columns))
    row_names, column_names = (_classes(domains, at) for at in (0, 1))
    for name, classes in ((rows, row_names), (columns, column_names)):
        if len(classes) < _LEAST_CLASSES:
            raise OptionError(
                f"{verb()} needs two classes or more in column {name!r}, and found {len(classes)} "
                "among those who answered both. Name another column."
            )
    n_cells = len(row_names) * len(column_names)
    at = np.array(
        [
            row_names.index(group[0]) * len(column_names) + column_names.index(group[1])
            for group in domains.groups
        ]
    )
    weight = domains.first.sum(axis=1)

    def shares(first: FloatArray) -> FloatArray:
        found = np.zeros(n_cells)
        found[at] = first.sum(axis=1) / first.sum()
        return found

    p = shares(domains.first)
    # Shares of the whole table and not of a row: Pearson's statistic is about them, and a row total
    # is estimated too.
    score = (np.eye(n_cells)[:, at] - p[:, None]) / weight.sum()
    covariances = estimate_covariances(survey, source, domains, everyone, by=(rows, columns))
    result = covariances.of((score, score), shares)
    n = float(domains.n.sum())
    # Weights that were calibrated to the very table leave it no sampling error: a test would find
    # whatever rounding is left.
    _require_error(result.std_error, p, n=n)
    test = rao_scott_test(
        p.reshape(len(row_names), len(column_names)),
        result.covariance,
        n=n,
        design_df=float(result.df.max()),
    )
    counts = np.zeros((len(row_names), len(column_names)))
    counts.flat[at] = domains.n
    doubt = inherit_flag(
        _class_doubts(domains, covariances, (row_names, column_names), counts), errors_from="model"
    )
    table = p.reshape(len(row_names), len(column_names))
    words = f"Rao-Scott correction, {covariances.words}"
    return IndependenceTest(
        rows=tuple(row_names),
        columns=tuple(column_names),
        proportions=tuple(tuple(float(value) for value in line) for line in table),
        pearson=test.pearson,
        df=test.df,
        mean_effect=test.mean_effect,
        p_chi_square=test.p_chi_square,
        f_statistic=test.f_statistic,
        f_df1=test.f_df1,
        f_df2=test.f_df2,
        p_value=test.p_value,
        n_valid=round(n),
        n_missing=domains.n_without_group + round(float(domains.n_missing.sum())),
        footnote=footnote(
            source,
            [Outcome(f"{rows} x {columns}")],
            statistic="test of independence",
            method=method_words(source, variance=words, interval="no"),
            level=0.95,
            n_without_group=domains.n_without_group,
        ),
        flag=doubt.flag,
        reason=doubt.reason,
    )


def _class_doubts(
    domains: Domains,
    covariances: Covariances,
    names: tuple[Sequence[str], Sequence[str]],
    counts: FloatArray,
) -> list[tuple[str, Doubt]]:
    """Doubt of every class of both columns: an empty cell, or no degrees of freedom."""
    result = []
    for at, (own, other, table) in enumerate(
        ((names[0], names[1], counts), (names[1], names[0], counts.T))
    ):
        member = np.array([[float(group[at] == name) for group in domains.groups] for name in own])

        def shares(first: FloatArray, member: FloatArray = member) -> FloatArray:
            return np.asarray(member @ first.sum(axis=1) / first.sum())

        df = covariances.of((member, member), shares).df
        for name, line, degrees in zip(own, table, df, strict=True):
            empty = [word for word, count in zip(other, line, strict=True) if not count]
            words = [f"nobody in {', '.join(empty)}"] if empty else []
            words += ["no degrees of freedom"] if degrees <= 0 else []
            doubt = Doubt(Flag.UNCERTAIN, "; ".join(words), no_error=True) if words else Doubt()
            result.append((name, doubt))
    return result


def _classes(domains: Domains, position: int) -> Sequence[str]:
    """Classes in the order of the groups."""
    found = [group[position] for group in domains.groups]
    if position == 0:
        return list(dict.fromkeys(found))
    ordered: list[str] = []
    for first in dict.fromkeys(group[0] for group in domains.groups):
        own = [group[1] for group in domains.groups if group[0] == first]
        ordered = own if len(own) > len(ordered) else ordered
    return ordered + [name for name in dict.fromkeys(found) if name not in ordered]


def _require_error(std_error: FloatArray, p: FloatArray, *, n: float) -> None:
    """Raise when the whole table is known, so that chance has no part in it."""
    if np.all(std_error <= _NOTHING * np.sqrt(p * (1.0 - p) / n)):
        raise DesignError(
            f"{verb()} needs shares that a sample estimates, and none of these has a sampling "
            "error: the weights were calibrated to this very table, or the design has no variance. "
            "Compare the population counts themselves, or test an answer that was no margin."
        )
