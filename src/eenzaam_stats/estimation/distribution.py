"""The verb ``distribution``: the share of every class of a column, per group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, verb
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.aggregates.cells import cells_for
from eenzaam_stats.estimation.aggregates.columns import (
    DESIGN_WEIGHT,
    CellColumns,
    Outcome,
    grouping,
)
from eenzaam_stats.estimation.aggregates.domains import text
from eenzaam_stats.estimation.crossing import Crossing
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import proportion_rows, require_level
from eenzaam_stats.estimation.variance.respondent_rows import collect_frame
from eenzaam_stats.estimation.variance.variance_method import estimate_errors
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import IntervalMethod, require_option

MOST_CLASSES = 50


@in_words
def distribution(
    survey: Survey,
    outcome: str,
    *,
    by: str | Sequence[str] = (),
    interval: IntervalMethod = "logit",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
) -> Estimates:
    """Estimate the share of people in each class of a column, for everyone or per group.

    Parameters
    ----------
    survey : Survey
        As in :func:`eenzaam_stats.prevalence`.
    outcome : str
        Column of classes, for instance ``djg11_category``; at most 50 different ones.
    by, interval, level, weights
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    Estimates
        One row per group and class; the column of classes is the last grouping column. Shares of a
        group add up to 1. A class that a group lacks has a row with estimate 0.

    Raises
    ------
    DesignError, SchemaError, UnknownColumnError, OptionError
        As in :func:`eenzaam_stats.prevalence`, and when there are more than 50 classes.

    See Also
    --------
    eenzaam_stats.prevalence : One class, as a flag.

    Notes
    -----
    Each class is the flag "in this class", all from one pass over the respondents.

    **Unit.** Proportion, 0-1.

    **Missing data.** A respondent without a class is left out and counted, once per row of the
    group.

    **Validated against.** ``svymean`` of a factor in R ``survey``, in ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"category": ["not", "not", "severe", None]})
    >>> report = HarmonisationReport("example", "2022", "example.sav", "synthetic", "adults", 4, 4)
    >>> table = distribution(Survey(people, Design(), report), "category", weights=None)
    >>> table.tidy()[["category", "estimate", "n_valid", "n_missing"]].round(3)
      category  estimate  n_valid  n_missing
    0      not     0.667        3          1
    1   severe     0.333        3          1
    """
    require_option(interval, IntervalMethod, name="interval")
    require_level(level)
    groups = grouping(by)
    if outcome in groups:
        raise OptionError(f"{verb()} needs {outcome!r} as outcome or in by, and it is in both.")
    classes = _classes(survey, outcome)
    outcomes = [Outcome(outcome, "category", name) for name in classes]
    source = cells_for(survey, outcomes, by=groups, weights=weights)
    per_class: list[tuple[Estimate, ...]] = []
    n_without_group, words = 0, ""
    for one in outcomes:
        domains = source.domains(one, by=groups)
        errors, words = estimate_errors(
            survey, source, domains, one, by=groups, statistic="proportion", replication=None
        )
        rows = proportion_rows(domains, errors, interval=interval, level=level)
        label = classes[one.other]
        per_class.append(tuple(replace(row, group=(*row.group, label)) for row in rows))
        n_without_group = domains.n_without_group
    return Estimates(
        by=(*groups, outcome),
        rows=tuple(row for group in zip(*per_class, strict=True) for row in group),
        footnote=replace(
            footnote(
                source,
                outcomes,
                statistic="proportion",
                method=method_words(source, variance=words, interval=interval),
                level=level,
                n_without_group=n_without_group,
            ),
            outcome=outcome,
        ),
    ).of(Crossing(survey, outcomes[0]))


def _classes(survey: Survey, name: str) -> dict[str, str]:
    """Classes as the engine writes them, and in words: in their order, else numbers by size."""
    frame = engine_frame.open_frame(survey.respondents)
    engine_frame.require_columns(frame, CellColumns((Outcome(name),)))
    frame = engine_frame.with_found_types(frame, [name])
    dtype = frame.collect_schema()[name]
    ordered = engine_frame.levels(frame, name)
    if ordered is not None and engine_frame.has_fixed_classes(frame, name):
        classes = [text(value) for value in ordered]
    else:
        known = frame.select(engine_frame.key(frame, name)).drop_nulls()
        found = collect_frame(known.select(nw.col(name).cast(nw.String)).unique())
        classes = sorted(found.get_column(name), key=float if dtype.is_numeric() else str)
        places = {str(value): at for at, value in enumerate(ordered or ())}
        # Categories that are not ordered keep the order in which the data give them; only those
        # that nobody has are left out.
        classes.sort(key=lambda value: places.get(value, len(places)))
    if not 0 < len(classes) <= MOST_CLASSES:
        raise OptionError(
            f"{verb()} needs a column with 1 to {MOST_CLASSES} classes, and {name!r} has "
            f"{len(classes)}. Name a column of classes such as 'djg11_category', or use es.mean."
        )
    words = {str(value): text(value) for value in ordered or ()}
    return {
        value: text(float(value)) if dtype.is_float() else words.get(value, value)
        for value in classes
    }
