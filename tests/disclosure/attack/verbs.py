"""Tables that the verbs make of respondents, and what their printed numbers say of the counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

import eenzaam_stats as es
from disclosure.attack.population import SCORES, Asked, Population
from disclosure.attack.reader import Reader
from eenzaam_stats.results.comparisons import Comparisons
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Flag

Made = Estimates | Comparisons
WITHIN = "sex"
STANDARD = es.Standard.of({"s0": 3, "s1": 2}, over=WITHIN)
OVER = "lonely"
DERIVED = ("ratio", "difference", "difference with the rest", "standardised")


def made(survey: Survey, asked: Asked) -> Made:
    """A table by the verb that makes its statistic."""
    return VERBS[asked.statistic](survey, asked)


def _shares(survey: Survey, asked: Asked) -> Estimates:
    verb = es.distribution if asked.several else es.prevalence
    return verb(survey, asked.outcome, by=list(asked.by))


def _differences(against: str | None) -> Callable[[Survey, Asked], Comparisons]:
    how = es.Comparing(against=against) if against else es.Comparing()
    return lambda survey, asked: es.compare(survey, asked.outcome, by=list(asked.by), how=how)


VERBS: Mapping[str, Callable[[Survey, Asked], Made]] = {
    "proportion": _shares,
    "mean": lambda survey, asked: es.mean(survey, asked.outcome, by=list(asked.by)),
    "sum": lambda survey, asked: es.total(survey, asked.outcome, by=list(asked.by), of="number"),
    "total": lambda survey, asked: es.total(survey, asked.outcome, by=list(asked.by)),
    "ratio": lambda survey, asked: es.ratio(survey, asked.outcome, OVER, by=list(asked.by)),
    "difference": _differences(None),
    "difference with the rest": _differences("rest"),
    "standardised": lambda survey, asked: es.standardise(
        survey, asked.outcome, standard=STANDARD, by=list(asked.by)
    ),
}


class Numbers:
    """What printed numbers that are no counts say, where persons have no weights.

    Parameters
    ----------
    reader : Reader
    population : Population
    decimals : int or None
        Decimals of a share, significant digits of another number.
    """

    def __init__(self, reader: Reader, population: Population, decimals: int | None) -> None:
        self.reader, self.population, self.decimals = reader, population, decimals

    def values(self, asked: Asked) -> np.ndarray:
        """Value of the outcome of a person in each finest cell."""
        if asked.question.classes.keys() == set(SCORES):
            said = self.population.cells[asked.question.about]
            return np.array([float(one) if one in SCORES else 0.0 for one in said])
        return self.population.having(asked).astype(float)

    def half(self, value: float, asked: Asked) -> float:
        """Half a unit of the last digit that is printed."""
        if self.decimals is None:
            return 1e-9 * max(abs(value), 1.0)
        if asked.statistic.startswith(("difference", "standardised")) or not value:
            return 0.5 * 10.0**-self.decimals
        return 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) - self.decimals + 1)

    def read(self, asked: Asked, table: Made) -> None:
        read = {
            "mean": self._mean,
            "sum": self._sum,
            "ratio": self._ratio,
            "standardised": self._standardised,
        }
        if isinstance(table, Comparisons):
            self._differences(asked, table)
            return
        for row in table.rows:
            if (
                row.flag is not Flag.SUPPRESSED
                and asked.statistic in read
                and math.isfinite(row.estimate)
            ):
                inside = self.population.inside(asked, row.group) & self.population.answered(asked)
                read[asked.statistic](asked, row, inside)

    def _between(self, values: np.ndarray, low: float, high: float) -> None:
        slack = 1e-9 * max(abs(low), abs(high))
        self.reader.knows(values, low - slack, high + slack)

    def _mean(self, asked, row, inside) -> None:
        values, n = self.values(asked) * inside, row.n_valid
        half = self.half(row.estimate, asked)
        self._between(values, (row.estimate - half) * n, (row.estimate + half) * n)
        if math.isfinite(row.std_error) and n > 1:
            slack = self.half(row.std_error, asked)
            least = max(row.std_error - slack, 0.0) ** 2 * n * n * (1 - 1 / n)
            most = (row.std_error + slack) ** 2 * n * n
            mean = max(abs(row.estimate) - half, 0.0), abs(row.estimate) + half
            self._between(values**2, least + n * mean[0] ** 2, most + n * mean[1] ** 2)

    def _sum(self, asked, row, inside) -> None:
        half = self.half(row.estimate, asked)
        self._between(self.values(asked) * inside, row.estimate - half, row.estimate + half)

    def _ratio(self, asked, row, inside) -> None:
        upper = self.values(asked) * inside
        under = self.values(Asked(OVER)) * inside
        half = self.half(row.estimate, asked)
        self._between(upper - (row.estimate - half) * under, 0, np.inf)
        self._between(upper - (row.estimate + half) * under, -np.inf, 0)

    def _standardised(self, asked, row, _) -> None:
        """Shares of the groups that it is made of, where their numbers of people can be known."""
        values = np.zeros(self.reader.size)
        for share, value in zip((0.6, 0.4), ("s0", "s1"), strict=True):
            finer = Asked(asked.outcome, (*asked.by, WITHIN))
            inside = self.population.inside(finer, (*row.group, value))
            inside &= self.population.answered(asked)
            n = self.population.total(inside)
            if not n:
                return
            self.reader.knows(inside, n)
            values += share * self.values(asked) * inside / n
        half = self.half(row.estimate, asked)
        self._between(values, row.estimate - half, row.estimate + half)

    def _differences(self, asked: Asked, table: Comparisons) -> None:
        for row in table.rows:
            if row.flag is Flag.SUPPRESSED or not math.isfinite(row.estimate):
                continue
            answered = self.population.answered(asked)
            one = self.population.inside(asked, (row.group,)) & answered
            if row.reference == "rest":
                other = self.population.inside(asked) & answered & ~one
            else:
                other = self.population.inside(asked, (row.reference,)) & answered
            self.reader.knows(one, row.n_valid)
            self.reader.knows(other, row.n_reference)
            values = self.values(asked)
            difference = values * one / row.n_valid - values * other / row.n_reference
            half = self.half(row.estimate, asked)
            self._between(difference, row.estimate - half, row.estimate + half)


def hidden_parts(asked: Sequence[Asked], shown: Sequence[Made]) -> list[tuple[int, object]]:
    """Derived rows that are shown though a group that they are made of is hidden."""
    bases = {
        (one.outcome, one.by): {r.group for r in table.rows if r.flag is not Flag.SUPPRESSED}
        for one, table in zip(asked, shown, strict=True)
        if one.statistic == "proportion" and not one.several
    }
    found: list[tuple[int, object]] = []
    for at, (one, table) in enumerate(zip(asked, shown, strict=True)):
        for row in table.rows:
            if one.statistic in DERIVED and row.flag is not Flag.SUPPRESSED:
                needs = _parts(one, row)
                if any(group not in bases.get(key, ()) for key, group in needs):
                    found.append((at, row))
    return found


def _parts(asked: Asked, row):
    own = (asked.outcome, asked.by)
    if asked.statistic == "ratio":
        return [(own, row.group), ((OVER, asked.by), row.group)]
    if asked.statistic == "standardised":
        finer = (asked.outcome, (*asked.by, WITHIN))
        return [(finer, (*row.group, value)) for value in ("s0", "s1")]
    other = [] if row.reference == "rest" else [(own, (row.reference,))]
    return [(own, (row.group,)), *other]
