"""Frozen result of a decomposition: what the change in a number of people is made of.

Nothing here computes a statistic, opens a file or draws.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import pandas as pd

from eenzaam_stats.output_check import remembering
from eenzaam_stats.vocabulary import Disclosure, Flag

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class ChangePart:
    """One part of the change in a number of people.

    Attributes
    ----------
    kind : str
        ``effect`` for size, structure and prevalence; ``booked`` for the change of an age group;
        ``number`` for the two totals and ``change`` for their difference.
    part : str
        ``size``, ``structure``, ``prevalence``, an age group, ``start``, ``end`` or ``change``.
    persons : float
        People; negative where the part lowers the number.
    conf_low, conf_high : float
        From the draws; NaN without draws.
    percent : float
        Of the whole change; NaN for totals, and wherever the change is too near zero.
    """

    kind: str
    part: str
    persons: float
    conf_low: float = NAN
    conf_high: float = NAN
    percent: float = NAN


@dataclass(frozen=True, slots=True)
class CountChange:
    """Change in a number of people between two years, split in two ways.

    Attributes
    ----------
    start_year, end_year : int
        1 January of these years.
    effects : tuple of ChangePart
        Size, structure and prevalence; they add up to the change.
    booked : tuple of ChangePart
        The change within each age group; it adds up to the same number and answers another
        question: where the people are, not why there are more of them.
    start, end, change : ChangePart
        The two numbers of people and their difference.
    outcome, population, scenario : str
        What is counted, in which population and under which scenario.
    level : float
        Coverage of the intervals.
    draws : int
        Draws behind the intervals; 0 without any.
    percent_rule : str
        When percentages are given, and whether they are here.
    version : str
        Version of the package.
    flag : Flag
        Whether the numbers can be used as they stand.
    reason : str
        Which prevalences they rest on that are doubted; empty otherwise.
    disclosure : Disclosure
        Whether it may leave: the worst of what it is made of, by ``output_check``.
    """

    start_year: int
    end_year: int
    effects: tuple[ChangePart, ...]
    booked: tuple[ChangePart, ...]
    start: ChangePart
    end: ChangePart
    change: ChangePart
    outcome: str
    population: str
    scenario: str
    level: float
    draws: int
    percent_rule: str
    version: str
    flag: Flag = Flag.RELIABLE
    reason: str = ""
    disclosure: Disclosure = Disclosure.UNCHECKED

    def tidy(self) -> pd.DataFrame:
        """Fresh frame: the two numbers, the change, its effects and the change per age group."""
        rows = (self.start, self.end, self.change, *self.effects, *self.booked)
        frame = pd.DataFrame(
            [{"start_year": self.start_year, "end_year": self.end_year, **asdict(r)} for r in rows]
        )
        marked = frame.assign(flag=str(self.flag), reason=self.reason)
        return remembering(marked, self.disclosure)

    def describe(self) -> str:
        """The change and its effects in sentences."""
        parts = "; ".join(f"{one.part} {_describe_part(one)}" for one in self.effects)
        interval = f" {self.level:.0%} intervals of {self.draws} draws." if self.draws else ""
        return (
            f"{self.outcome}, {self.population}, {self.scenario}: from {self.start.persons:,.0f} "
            f"({self.start_year}) to {self.end.persons:,.0f} ({self.end_year}) people, a change of "
            f"{_describe_part(self.change)}, of which {parts}.{interval} {self.percent_rule}"
            f"{f' {str(self.flag).capitalize()}: {self.reason}.' if self.reason else ''}"
        )


def _describe_part(part: ChangePart) -> str:
    words = f"{round(part.persons):+,}"
    if math.isfinite(part.conf_low):
        words += f" ({round(part.conf_low):+,} to {round(part.conf_high):+,})"
    if part.kind == "effect" and math.isfinite(part.percent):
        words += f", {round(part.percent)}%"
    return words
