"""The verb ``linear_trend``: one slope over waves, with the covariance of the waves counted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.dates.waves import dates_of_waves
from eenzaam_stats.errors import OptionError, SchemaError, verb
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import DESIGN_WEIGHT, Outcome, grouping, once
from eenzaam_stats.estimation.aggregates.domains import Domains
from eenzaam_stats.estimation.comparison_rows import Names, comparison, evaluate_contrast
from eenzaam_stats.estimation.input_rows import input_doubts
from eenzaam_stats.estimation.method_words import footnote, method_words
from eenzaam_stats.estimation.rows import require_level
from eenzaam_stats.estimation.variance.target_errors import Covariances, estimate_covariances
from eenzaam_stats.estimation.variance.targets import targets
from eenzaam_stats.results.comparisons import Comparison, Comparisons
from eenzaam_stats.results.doubt import Doubt, inherit_flag
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

TrendLink = Literal["identity", "logit"]
_LEAST_WAVES = 2


@in_words
def linear_trend(
    survey: Survey | Cells,
    outcome: str,
    *,
    wave: str = "wave",
    by: str | Sequence[str] = (),
    link: TrendLink = "identity",
    level: float = 0.95,
    weights: str | None = DESIGN_WEIGHT,
) -> Comparisons:
    r"""Test a linear trend of prevalence over waves, per group.

    Parameters
    ----------
    survey : Survey or Cells
        Waves of ``combine``, a panel, or cells that were added.
    outcome : str
        Boolean or 0/1 column.
    wave : str, default "wave"
        Column with the time of the wave, a number or a date of any kind (``dates.waves``).
    by : str or sequence of str, default ()
        Grouping columns; one slope per group.
    link : {"identity", "logit"}, default "identity"
        Slope of the proportion, or of its logit.
    level, weights
        As in :func:`eenzaam_stats.prevalence`.

    Returns
    -------
    Comparisons
        One row per group: change per unit of ``wave``; ``reference`` is the first wave with an
        estimate and ``group`` the last.

    Raises
    ------
    OptionError
        If there are fewer than two waves or a wave is no number and no date.
    DesignError, SchemaError, UnknownColumnError
        As in :func:`eenzaam_stats.prevalence`.

    Notes
    -----
    The least-squares slope of the wave estimates, :math:`\sum_t c_t p_t` with
    :math:`c_t = (t - \bar t) / \sum (t - \bar t)^2`, each wave counting the same. Its variance is
    that of the linear combination, so persons or clusters that take part in several waves are
    counted rightly. It describes the waves that are there and is no model of the years between.

    **Unit.** Proportion (or logit) per unit of ``wave``; per year where waves are dates.

    **Missing data.** As in :func:`eenzaam_stats.prevalence`. A group that lacks a wave gets the
    slope over the waves it has, and is flagged.

    **Validated against.** ``svycontrast`` on ``svyby(covmat = TRUE)`` of R ``survey``, in
    ``tests/estimation``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.design import Design
    >>> from eenzaam_stats.survey import HarmonisationReport
    >>> people = pd.DataFrame({"wave": [2020] * 4 + [2022] * 4, "lonely": [1, 0, 0, 0, 1, 1, 0, 0]})
    >>> report = HarmonisationReport("example", "2020, 2022", "a.sav", "synthetic", "adults", 8, 8)
    >>> row = linear_trend(Survey(people, Design(), report), "lonely", weights=None).rows[0]
    >>> row.estimate, row.reference, row.group
    (0.125, '2020', '2022')
    """
    require_option(link, TrendLink, name="link")
    require_level(level)
    groups = grouping(by)
    once((*groups, wave), name="by and wave")
    one = Outcome(outcome)
    finest = (*groups, wave)
    source = cells_for(survey, [one], by=finest, weights=weights)
    domains = source.domains(one, by=finest)
    times = _times(domains, wave)
    covariances = estimate_covariances(survey, source, domains, one, by=finest)
    doubts = input_doubts(survey, source, domains, one, by=finest)
    rows = _slopes(
        domains,
        (times, doubts),
        n_keys=len(groups),
        link=link,
        covariances=covariances,
        level=level,
    )
    words = f"{covariances.words} of the least-squares slope"
    return Comparisons(
        within=groups,
        by=(wave,),
        measure="trend" if link == "identity" else "trend on the logit scale",
        adjustment="",
        rows=rows,
        footnote=footnote(
            source,
            [one],
            statistic="trend",
            method=method_words(source, variance=words, interval="symmetric"),
            level=level,
            n_without_group=domains.n_without_group,
        ),
    )


def _times(domains: Domains, wave: str) -> FloatArray:
    """Time of each finest domain."""
    words = [group[-1] for group in domains.groups]
    people = dict.fromkeys(words, 0)
    for word, n in zip(words, domains.n + domains.n_missing, strict=True):
        people[word] += int(n)
    found = list(people)
    try:
        dates, _ = dates_of_waves(found, column=wave, people=list(people.values()))
    except SchemaError as error:
        raise OptionError(f"{error} Or name another column in wave=.") from error
    at = dict(zip(found, dates.tolist(), strict=True))
    times = np.array([at[word] for word in words])
    if len(np.unique(times)) < _LEAST_WAVES:
        raise OptionError(
            f"{verb()} needs at least two waves, and column {wave!r} has {len(np.unique(times))}. "
            "Combine more waves first."
        )
    return times


def _slopes(
    domains: Domains,
    waves: tuple[FloatArray, Sequence[Doubt]],
    *,
    n_keys: int,
    link: TrendLink,
    covariances: Covariances,
    level: float,
) -> tuple[Comparison, ...]:
    times, doubts = waves
    per_wave = targets(domains, n_keys=n_keys + 1, statistic="proportion")
    # a wave of nobody or everybody has no logit, and its doubt counts all the same
    known = np.isfinite(per_wave.estimate)
    usable, value = known, per_wave.estimate
    derivative = np.ones_like(value)
    if link == "logit":
        p = per_wave.estimate
        usable = known & (p > 0.0) & (p < 1.0)
        # Any share between 0 and 1 does: the weight of these waves is 0 below.
        inside = np.where(usable, p, 0.5)
        value, derivative = np.log(inside / (1.0 - inside)), 1.0 / (inside * (1.0 - inside))
    names = list(dict.fromkeys(group[:n_keys] for group in domains.groups))
    of_group = np.array([[group[:n_keys] == one for group in domains.groups] for one in names])
    slopes = np.array(
        [_slope(times, inside_group & usable) for inside_group in of_group], dtype=np.float64
    ).reshape(len(names), len(times))
    scored = slopes * derivative
    score = (scored @ per_wave.score[0], scored @ per_wave.score[1])

    def slope_at(first: FloatArray) -> FloatArray:
        result: FloatArray = scored @ np.where(usable, per_wave.value(first), 0.0)
        return result

    # One linear combination of all waves: people who answered twice tie them, and errors per wave
    # that are added up as if apart overstate that of a panel.
    result = covariances.of(score, slope_at)
    estimate = slopes @ np.where(usable, value, 0.0)
    n_waves = len(np.unique(times))
    rows = []
    for at, name in enumerate(names):
        own = np.flatnonzero(of_group[at])
        n_used = int(usable[own].sum())
        named = own[usable[own]] if n_used else own
        order = named[np.argsort(times[named])]
        found = float(estimate[at]) if n_used >= _LEAST_WAVES else math.nan
        test = evaluate_contrast(
            found, float(result.std_error[at]), df=int(result.df[at]), level=level
        )
        first, last = order[0], order[-1]
        beside = _beside(domains, doubts, own[known[own]]) if n_used > 1 else []
        rows.append(
            comparison(
                Names(name, domains.groups[last][-1], domains.groups[first][-1]),
                test,
                counts=(round(float(domains.n[last])), round(float(domains.n[first]))),
                doubt=inherit_flag(beside, own=_reason(n_used, n_waves) or test.reason),
            )
        )
    return tuple(rows)


def _slope(times: FloatArray, used: NDArray[np.bool_]) -> FloatArray:
    """Coefficients of the least-squares slope over the waves that are used, 0 elsewhere."""
    if used.sum() < _LEAST_WAVES:
        return np.zeros(len(times))
    # On the dates and not on the number of the wave: a wave that was skipped is a longer step.
    away = np.where(used, times - times[used].mean(), 0.0)
    result: FloatArray = away / (away**2).sum()
    return result


def _beside(
    domains: Domains, doubts: Sequence[Doubt], waves: NDArray[np.intp]
) -> list[tuple[str, Doubt]]:
    """Name and doubt of the waves of a group that have an estimate."""
    return [(domains.groups[wave][-1], doubts[wave]) for wave in waves.tolist()]


def _reason(n_used: int, n_waves: int) -> str:
    if n_used < _LEAST_WAVES:
        return "fewer than two waves with an estimate"
    return f"{n_waves - n_used} wave(s) without an estimate" if n_used < n_waves else ""
