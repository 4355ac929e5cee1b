"""Frozen result of a projection: people with an outcome per year, and how unsure each number is.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from eenzaam_stats.errors import OptionError
from eenzaam_stats.output_check import remembering
from eenzaam_stats.results.hindcast import HindcastError
from eenzaam_stats.vocabulary import Disclosure, Flag

NAN = float("nan")
ALL = "all"
TOTAL = "total"


@dataclass(frozen=True, slots=True)
class ProjectedRow:
    """One group in one year.

    Attributes
    ----------
    year : int
        1 January.
    age_group, sex : str
        Age band or ``all``; ``men``, ``women`` or ``total``.
    population : float
        People.
    persons : float
        People with the outcome.
    conf_low, conf_high : float
        Interval of ``persons`` at the level of the projection; NaN without draws.
    inner_low, inner_high : float
        The same at 67%, the level of the inner band of population forecasts.
    prevalence : float
        ``persons`` over ``population``, 0-1.
    prevalence_low, prevalence_high : float
        Its interval.
    counted : bool
        Whether the population was counted, not forecast.
    flag : Flag
        Whether the row can be used as it stands.
    reason : str
        Which prevalences it rests on that are doubted; empty otherwise.
    """

    year: int
    age_group: str
    sex: str
    population: float
    persons: float
    conf_low: float
    conf_high: float
    inner_low: float
    inner_high: float
    prevalence: float
    prevalence_low: float
    prevalence_high: float
    counted: bool
    flag: Flag = Flag.RELIABLE
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SourceShare:
    """Part of one source in the variance of the whole number of people in a year.

    Attributes
    ----------
    year : int
        1 January.
    source : str
        ``sampling``, ``trend``, ``population``, or ``together`` for what sources do to each other.
    std_error : float
        Standard deviation in persons when only this source varies; NaN for ``together`` and for a
        source that was not drawn.
    share : float
        Of the whole variance; the shares of a year add up to 1. NaN for a source that was not
        drawn, and where nothing varies.
    """

    year: int
    source: str
    std_error: float
    share: float


@dataclass(frozen=True, slots=True)
class ProjectionModel:
    """What a reader must know beside a projection.

    Attributes
    ----------
    outcome, source : str
        What is projected, and where the prevalences come from.
    scenario, scenario_words : str
        Name, and what it assumes.
    population : str
        Edition of the forecast.
    official : bool
        Whether it is official.
    base_population : str
        Edition of the years before; empty when all years are from one.
    people : str
        Whom the numbers count, in words.
    base_year, to : int
        First and last year.
    level : float
        Coverage of the intervals.
    draws : int
        0 without simulation.
    synthetic : bool
        Whether the prevalences are synthetic.
    uncertain : tuple of str
        Sources of error that were drawn.
    notes : tuple of str
        Assumptions and gaps.
    version : str
        Version of the package.
    flag : Flag
        Whether the projection can be used as it stands.
    reason : str
        Which prevalences are doubted, and why; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    outcome: str
    source: str
    scenario: str
    scenario_words: str
    population: str
    official: bool
    base_population: str
    people: str
    base_year: int
    to: int
    level: float
    draws: int
    synthetic: bool
    uncertain: tuple[str, ...]
    notes: tuple[str, ...]
    version: str
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED


@dataclass(frozen=True, slots=True)
class Projection:
    """A number of people over the years.

    Attributes
    ----------
    rows : tuple of ProjectedRow
        Per year: everyone, every age band, and every band by sex where sexes are apart.
    shares : tuple of SourceShare
        Variance by source per year; empty without draws.
    model : ProjectionModel
        Assumptions.
    hindcast : HindcastError or None
        How wrong the forecast that can be checked was; belongs beside every far number. ``None``
        where the age bands do not fit it.
    constant : Projection or None
        The same with the prevalence of the base year; ``None`` for a projection that is it.
    simulated : Any
        Draws, for :func:`eenzaam_stats.decompose`; not part of comparisons.
    """

    rows: tuple[ProjectedRow, ...]
    shares: tuple[SourceShare, ...]
    model: ProjectionModel
    hindcast: HindcastError | None = None
    constant: Projection | None = None
    simulated: Any = field(default=None, compare=False, repr=False)

    @property
    def constant_prevalence(self) -> Projection:
        """The projection at constant prevalence; itself where prevalence is constant."""
        return self if self.constant is None else self.constant

    def row(self, year: int, age_group: str = ALL, sex: str = TOTAL) -> ProjectedRow:
        """One row.

        Raises
        ------
        OptionError
            If there is none.
        """
        for one in self.rows:
            if (one.year, one.age_group, one.sex) == (year, age_group, sex):
                return one
        groups = dict.fromkeys((one.age_group, one.sex) for one in self.rows)
        raise OptionError(
            f"The projection has no row of {year}, {age_group!r}, {sex!r}. It has "
            f"{self.model.base_year}-{self.model.to} for {list(groups)}."
        )

    def tidy(self) -> pd.DataFrame:
        """Fresh frame of the rows, with ``persons_constant`` of the constant-prevalence projection.

        Returns
        -------
        pandas.DataFrame
            ``year, age_group, sex, population, persons, conf_low, conf_high, inner_low,
            inner_high, prevalence, prevalence_low, prevalence_high, counted, flag, reason,
            persons_constant``.
        """
        frame = pd.DataFrame([asdict(row) for row in self.rows]).astype({"flag": "str"})
        whole = frame.assign(
            persons_constant=[row.persons for row in self.constant_prevalence.rows]
        )
        return remembering(whole, self.model.disclosure)

    def variance(self) -> pd.DataFrame:
        """Fresh frame ``year, source, std_error, share``: which source makes the number unsure."""
        frame = pd.DataFrame(
            [asdict(one) for one in self.shares], columns=["year", "source", "std_error", "share"]
        )
        return remembering(frame, self.model.disclosure)

    def describe(self) -> str:
        """The last year in sentences, with its interval, its sources and the hindcast."""
        model = self.model
        first, last = self.row(model.base_year), self.row(model.to)
        lines = [
            f"{model.outcome}, {model.people}: {first.persons:,.0f} in {model.base_year}, "
            f"{_describe_row(last, model.level)} in {model.to} ({last.prevalence:.1%}). Scenario: "
            f"{model.scenario_words}. Population: {model.population}"
            f"{'' if model.official else ' (not official)'}"
            f"{f', {model.base_population} before' if model.base_population else ''}."
        ]
        if self.constant is not None:
            constant = self.constant.row(model.to)
            lines.append(f"With constant prevalence: {_describe_row(constant, model.level)}.")
        last_shares = [one for one in self.shares if one.year == model.to]
        if last_shares:
            parts = ", ".join(
                f"{one.source} {one.share:.0%}"
                if math.isfinite(one.share)
                else f"{one.source} not drawn"
                for one in last_shares
            )
            lines.append(f"Variance in {model.to}: {parts}.")
        if self.hindcast is not None:
            lines.append(self.hindcast.describe())
        if model.reason:
            lines.append(f"{str(model.flag).capitalize()}: {model.reason}.")
        if model.synthetic:
            lines.append("The prevalences are synthetic.")
        return " ".join([*lines, *model.notes, f"eenzaam_stats {model.version}."])


def _describe_row(row: ProjectedRow, level: float) -> str:
    words = f"{row.persons:,.0f}"
    if math.isfinite(row.conf_low):
        words += f" ({row.conf_low:,.0f} to {row.conf_high:,.0f}, {level:.0%} interval)"
    return words
