"""A forecast beside the counts of the same years, and the age bands that fit both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from eenzaam_stats.errors import OptionError, SchemaError
from eenzaam_stats.published.reference import POPULATIONS, reference
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.projection.cell_doubts import cell_doubts, require_cell_errors
from eenzaam_stats.trend.projection.prevalence_cells import prevalence_cells
from eenzaam_stats.vocabulary import Disclosure, Sex

CHECKED = "cbs_kernprognose_2016"
SEXES = ("total", Sex.MEN.value, Sex.WOMEN.value)
LEAST_YEARS = 2  # a forecast that starts from a count equals it in that year
Band = tuple[int, int | None]
Prevalence = Mapping[Band, float]
Bands = Prevalence | Estimates | pd.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class CountedForecast:
    """People by edition, year, sex and first age of a band.

    Attributes
    ----------
    edition, observed : str
        Forecast and counts.
    people : mapping
        Persons per first age, by edition, year and sex.
    years : tuple of int
        Years that both have.
    """

    edition: str
    observed: str
    people: Mapping[tuple[str, int, str], Mapping[int, int]]
    years: tuple[int, ...]

    @classmethod
    def of(cls, edition: str, observed: str) -> CountedForecast:
        """Read both from the packaged tables.

        Raises
        ------
        OptionError
            If one is unknown, or they share fewer than two years.
        """
        table = pd.concat([reference(name) for name in POPULATIONS], ignore_index=True)
        known = list(dict.fromkeys(table["edition"].astype(str)))
        for name in (edition, observed):
            if name not in known:
                raise OptionError.among(name, known, name="population edition")
        years = [set(table.loc[table["edition"] == name, "year"]) for name in (edition, observed)]
        both = tuple(sorted(int(year) for year in years[0] & years[1]))
        if len(both) < LEAST_YEARS:
            raise OptionError(
                f"hindcast() needs an edition with counted years, but {edition!r} starts in "
                f"{min(years[0])} and counts end in {max(years[1])}. Use {CHECKED!r}."
            )
        people: dict[tuple[str, int, str], dict[int, int]] = {}
        names = ["edition", "year", "sex", "age_low", "persons"]
        for name, year, sex, age, persons in zip(*(table[n].tolist() for n in names), strict=True):
            people.setdefault((name, year, sex), {})[age] = persons
        return cls(edition, observed, people, both)

    def edges(self) -> list[int]:
        """First ages of the bands."""
        return sorted(self.people[self.observed, self.years[0], SEXES[1]])

    def summed(self, edition: str, year: int, band: Band, sex: str = "total") -> int:
        """People of a band, both sexes or one."""
        low, high = band
        chosen = SEXES[1:] if sex == "total" else (sex,)
        return sum(
            persons
            for one in chosen
            for age, persons in self.people[edition, year, one].items()
            if age >= low and (high is None or age <= high)
        )

    def lonely(self, edition: str, year: int, prevalence: Prevalence) -> float:
        """Lonely people at a given prevalence."""
        return sum(p * self.summed(edition, year, band) for band, p in prevalence.items())


def banded(prevalence: Bands, year: int) -> tuple[Prevalence, tuple[tuple[str, Doubt], ...]]:
    """Prevalence per age band, and name and doubt of each; a mapping knows no doubt.

    Raises
    ------
    SchemaError
        If estimates are by sex, have several waves, or a band has no sampling error.
    """
    if not isinstance(prevalence, Estimates | pd.DataFrame):
        return prevalence, ((f"bands of {year}", Doubt(disclosure=Disclosure.UNSTATED)),)
    cells = prevalence_cells(prevalence, base_year=year)
    if len(cells.sexes) > 1 or cells.waves != (year,):
        raise SchemaError(
            f"hindcast() needs one prevalence per age band in {year}, but found the waves "
            f"{list(cells.waves)} by {list(cells.sexes)}. Estimate by age band alone."
        )
    require_cell_errors(cells, [0], where="hindcast()")
    values = (float(value) for value in cells.estimate[cells.wave(year)])
    doubts = tuple((f"{name} in {year}", doubt) for name, doubt in cell_doubts(cells, 0))
    return dict(zip(cells.edges, values, strict=True)), doubts


def first_age(prevalence: Prevalence) -> int:
    """Youngest age of the bands."""
    return min(low for low, _ in prevalence)


def checked_bands(prevalence: Prevalence, counts: CountedForecast) -> Prevalence:
    """Bands in order, each one whole bands of the population, without gap or overlap."""
    bands = sorted(prevalence)
    edges = counts.edges()
    for low, high in bands:
        if low not in edges or (high is not None and high + 1 not in edges):
            raise SchemaError(
                f"hindcast() needs whole bands of the population, but {low}-{high} cuts one. "
                f"Bands may start at {edges}."
            )
    for (low, high), (after, _) in pairwise(bands):
        if high is None or after != high + 1:
            raise SchemaError(
                f"hindcast() needs bands without gap or overlap, but {low}-{high} is followed by "
                f"{after}. Repair the bands."
            )
    if not bands or bands[-1][1] is not None:
        raise SchemaError(
            f"hindcast() needs a last band without upper end, but found {bands[-1:]}. Use None."
        )
    for band, p in prevalence.items():
        if not 0 <= p <= 1:
            raise SchemaError(
                f"hindcast() needs proportions, but the prevalence of {band} is {p}. "
                "Divide percentages by 100."
            )
    return {band: float(prevalence[band]) for band in bands}
