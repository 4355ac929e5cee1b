"""Frozen result of a hindcast: an old forecast against what was counted since.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.vocabulary import Disclosure, Flag

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class PeopleMiss:
    """People of one group in one year: forecast and counted.

    Attributes
    ----------
    year, horizon : int
        1 January of that year, and years since the first year of the forecast.
    group : str
        Ages, such as ``18+`` or ``85+``.
    sex : str
        ``total``, ``men`` or ``women``.
    forecast, observed : int
        People.
    error_percent : float
        Forecast minus counted, per cent of counted.
    """

    year: int
    horizon: int
    group: str
    sex: str
    forecast: int
    observed: int
    error_percent: float


@dataclass(frozen=True, slots=True)
class LonelyMiss:
    """Number of lonely people in one year: projected from an old wave and as it turned out.

    Attributes
    ----------
    year, horizon : int
        1 January of that year, and years since the base year of the prevalence.
    projected : float
        Old prevalences times the forecast population.
    counted : float
        Old prevalences times the counted population.
    observed : float
        Prevalences of that year times the counted population; NaN where none is published.
    population_error, prevalence_error, error : float
        Projected minus counted, counted minus observed, and their sum, in persons; NaN without an
        observed prevalence, but for the first.
    population_percent : float
        Population error, per cent of ``counted``.
    error_percent : float
        Whole error, per cent of ``observed``.
    """

    year: int
    horizon: int
    projected: float
    counted: float
    observed: float = NAN
    population_error: float = NAN
    prevalence_error: float = NAN
    error: float = NAN
    population_percent: float = NAN
    error_percent: float = NAN


@dataclass(frozen=True, slots=True)
class HindcastError:
    """What a reader should see beside a figure for a far year.

    Attributes
    ----------
    edition : str
        Forecast that could be checked.
    same_edition : bool
        Whether it is the edition of the projection; a newer one has no years to check yet.
    year, horizon : int
        Last year that was checked, and years since the first year of the forecast.
    people_percent : float
        Error of the number of people in the population that is projected.
    lonely_percent : float
        Error of the number of lonely people that comes from the population alone.
    largest_group : str
        Age group with the largest error.
    largest_percent : float
        Its error.
    """

    edition: str
    same_edition: bool
    year: int
    horizon: int
    people_percent: float
    lonely_percent: float
    largest_group: str
    largest_percent: float

    def describe(self) -> str:
        """One sentence for a footnote."""
        other = "" if self.same_edition else " (the edition used here has no counted years yet)"
        return (
            f"Hindcast: {self.edition}{other}, {self.horizon} years ahead, {self.year}: "
            f"{self.people_percent:+.1f}% people, {self.lonely_percent:+.1f}% lonely people at the "
            f"same prevalence, {self.largest_percent:+.1f}% people of {self.largest_group}."
        )


@dataclass(frozen=True, slots=True)
class Hindcast:
    """An old forecast, and a projection that used it, against what was counted since.

    Attributes
    ----------
    edition, observed : str
        Forecast and counts.
    population : str
        Which people the lonely ones are counted among.
    base_year : int
        Year of the prevalences.
    people : tuple of PeopleMiss
        Every group and year.
    lonely : tuple of LonelyMiss
        One per year.
    notes : tuple of str
        What a reader must know.
    version : str
        Version of the package.
    flag : Flag
        Whether the lonely people can be used as they stand.
    reason : str
        Which prevalences are doubted, and why; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    edition: str
    observed: str
    population: str
    base_year: int
    people: tuple[PeopleMiss, ...]
    lonely: tuple[LonelyMiss, ...]
    notes: tuple[str, ...]
    version: str
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def tidy(self) -> pd.DataFrame:
        """Fresh frame of the people, one row per year, group and sex."""
        frame = pd.DataFrame([{"edition": self.edition, **asdict(row)} for row in self.people])
        return remembering(frame, Disclosure.PUBLIC)

    def tidy_lonely(self) -> pd.DataFrame:
        """Fresh frame of the lonely people, one row per year, with flag and reason."""
        frame = pd.DataFrame([{"edition": self.edition, **asdict(row)} for row in self.lonely])
        marked = frame.assign(flag=str(self.flag), reason=self.reason)
        return remembering(marked, self.disclosure)
