"""What a release is to a reader: tables as they left, and what each printed number says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from disclosure.attack.population import KINDS_OF_MISSING, Asked, Population
from disclosure.attack.protection import Counted, broken, width
from disclosure.attack.reader import NEAR, Reader
from disclosure.attack.verbs import DERIVED, Made, Numbers
from eenzaam_stats.disclosure import DisclosureProfile, suppress
from eenzaam_stats.results.estimates import Estimate
from eenzaam_stats.vocabulary import Flag

# counts of a release whose bounds are computed in whole numbers
FEW = 3


@dataclass(frozen=True)
class Found:
    """Bounds of one count of a row that breaks a rule."""

    table: int
    group: tuple[str, ...]
    what: str
    true: int
    low: float
    high: float
    wanted: int

    @property
    def narrow(self) -> bool:
        return self.high - self.low < self.wanted - NEAR

    def narrow_within(self, best: float) -> bool:
        """Whether it is narrower than wanted, where ``best`` is the widest that can be."""
        return self.high - self.low < min(self.wanted, best) - NEAR


@dataclass
class Release:
    """Tables with what they ask, of one population.

    Attributes
    ----------
    population : Population
    asked : list of Asked
        One per table.
    truth : list of Estimates
        The tables before anything was hidden.
    runs : list of int
        In which run each table left.
    profile : DisclosureProfile
    weighted : bool
        Whether shares are weighted: a share then says nothing about numbers of persons.
    """

    population: Population
    asked: list[Asked]
    truth: list[Made]
    runs: list[int]
    profile: DisclosureProfile
    weighted: bool = False

    def counted(self, asked: Asked, row: Estimate) -> Counted:
        """What a row counts, from the population."""
        group, label = _split(asked, row.group)
        inside = self.population.inside(asked, group) & self.population.answered(asked)
        n, yes = self.population.total(inside), None
        if asked.several or len(asked.question.classes) == 1:
            yes = self.population.total(inside & self.population.having(asked, label))
        heaviest = 0.0 if math.isnan(row.largest_weight_share) else row.largest_weight_share
        return Counted(n, yes, heaviest, row.df)

    def breaking(self) -> list[tuple[int, int, tuple[str, ...]]]:
        """Table, row and counts of every row that breaks a rule."""
        return [
            (t, r, what)
            for t, (asked, table) in enumerate(zip(self.asked, self.truth, strict=True))
            if asked.statistic not in DERIVED
            for r, row in enumerate(table.rows)
            if (what := broken(self.counted(asked, row), self.profile))
        ]

    def masks(self, asked: Asked, group: Sequence[str]) -> dict[str, np.ndarray]:
        """Finest cells of the counts of a row."""
        group, label = _split(asked, tuple(group))
        inside, answered = self.population.inside(asked, group), self.population.answered(asked)
        found = {"answered": inside & answered, "missing": inside & ~answered}
        if asked.several or len(asked.question.classes) == 1:
            having = self.population.having(asked, label)
            found |= {"having": inside & having, "rest": inside & answered & ~having}
        for kind in KINDS_OF_MISSING:
            found[kind] = inside & self.population.among(asked.question.about, kind)
        return found

    def read(self, shown: Sequence[Made]) -> Reader:
        """Everything that a reader of the tables knows."""
        reader = Reader(len(self.population.count))
        for asked, table in zip(self.asked, shown, strict=True):
            if asked.statistic not in DERIVED:
                self._totals(reader, asked)
                self._groups(reader, asked, table)
        if not self.weighted:
            numbers = Numbers(reader, self.population, self.profile.decimals)
            for asked, table in zip(self.asked, shown, strict=True):
                numbers.read(asked, table)
        return reader

    def _groups(self, reader: Reader, asked: Asked, table: Made) -> None:
        """Every row that is shown, who is in no row, and who has no group."""
        everyone = np.zeros(reader.size, dtype=bool)
        for group in {_split(asked, row.group)[0] for row in table.rows}:
            everyone |= self.population.inside(asked, group)
        inside = self.population.inside(asked)
        reader.knows(inside & ~everyone, 0)
        left_out = self.population.inside(Asked(asked.outcome, (), asked.where)) & ~inside
        if left_out.any() and table.footnote.n_without_group is not None:
            reader.knows(left_out, table.footnote.n_without_group)
        for row in table.rows:
            if row.flag is not Flag.SUPPRESSED:
                self._row(reader, asked, row)

    def _totals(self, reader: Reader, asked: Asked) -> None:
        """The totals of a table are known, also where nobody prints them, unless they are small."""
        for label in asked.question.classes if asked.several else ("",):
            group = (label,) if label else ()
            masks = self.masks(Asked(asked.outcome, (), asked.where, asked.statistic), group)
            inside = self.population.inside(asked)
            masks = {name: mask & inside for name, mask in masks.items()}
            n = self.population.total(masks["answered"])
            yes = self.population.total(masks["having"]) if "having" in masks else None
            if broken(Counted(n, yes), self.profile):
                continue
            for name in ("answered", "missing", "having"):
                if name in masks:
                    reader.knows(masks[name], self.population.total(masks[name]))

    def _row(self, reader: Reader, asked: Asked, row: Estimate) -> None:
        masks = self.masks(asked, row.group)
        reader.knows(masks["answered"], row.n_valid)
        reader.knows(masks["missing"], row.n_missing)
        kinds = dict(row.missing)
        if row.missing and kinds.keys() <= set(KINDS_OF_MISSING):
            for kind in KINDS_OF_MISSING:
                reader.knows(masks[kind], kinds.get(kind, 0))
        if row.n_outcome is not None:
            reader.knows(masks["having"], row.n_outcome)

    def attack(self, shown: Sequence[Made], *, whole: bool = False) -> list[Found]:
        """Bounds of what every row that breaks a rule is hidden for; a few by whole numbers."""
        reader = self.read(shown)
        assert reader.believes(self.population.count) == []
        asked = [(t, r, what) for t, r, whats in self.breaking() for what in whats]
        if whole:
            asked = asked[:: max(len(asked) // FEW, 1)]
        masks = [
            self.masks(self.asked[t], self.truth[t].rows[r].group)[what] for t, r, what in asked
        ]
        bounds = reader.bounds(masks, whole=whole)
        return [
            Found(
                *(t, self.truth[t].rows[r].group, what, self.population.total(mask), low, high),
                width(
                    self.profile,
                    what,
                    self._everybody(self.asked[t], self.truth[t].rows[r].group, what),
                ),
            )
            for (t, r, what), mask, (low, high) in zip(asked, masks, bounds, strict=True)
        ]

    def _everybody(self, asked: Asked, group: tuple[str, ...], what: str) -> int:
        """Persons of a class among everybody, or in the part of which a reader knows how many."""
        label = (_split(asked, group)[1],) if asked.several else ()
        row = self.population.inside(asked, _split(asked, group)[0])
        everybody = []
        for where in {one.where for one in self.asked} | {()}:
            part = Asked(asked.outcome, (), where, asked.statistic)
            if not (row & ~self.population.inside(part)).any():
                everybody.append(self.population.total(self.masks(part, label)[what]))
        return min(everybody)

    def let_go(self) -> list[Made]:
        """The tables as they leave, run by run, each with what left before beside it."""
        left: list[Made] = []
        for run in sorted(set(self.runs)):
            new = [table for table, own in zip(self.truth, self.runs, strict=True) if own == run]
            out = suppress([*left, *new], self.profile)
            assert [table.rows for table in out[: len(left)]] == [table.rows for table in left]
            left = list(out)
        return left

    def recovered(self, shown: Sequence[Made], attacked: Sequence[Found]) -> list[Found]:
        """Counts that are narrower than they may be, in a release that does not hide everything.

        A row of a later run cannot be wider than what left before makes it: that is what is known
        when nothing of its run is shown.
        """
        if not any(row.flag is not Flag.SUPPRESSED for t in shown if t.by for row in t.rows):
            return []
        narrow = [found for found in attacked if found.narrow]
        last = max(self.runs)
        if not last or not narrow:
            return narrow
        return [found for found in narrow if found.narrow_within(self._best(found, shown))]

    def _best(self, found: Found, shown: Sequence[Made]) -> float:
        own = self.runs[found.table]
        before = [
            table if run < own else replace(table, rows=tuple(row.hide() for row in table.rows))
            for table, run in zip(shown, self.runs, strict=True)
        ]
        (again,) = [
            one
            for one in self.attack(before)
            if (one.table, one.group, one.what) == (found.table, found.group, found.what)
        ]
        return again.high - again.low

    def by_rule(self) -> list[Made]:
        """The release with nothing hidden but the rows that break a rule."""
        small = {(t, r) for t, r, _ in self.breaking()}
        return [
            replace(
                table,
                rows=tuple(
                    row.hide() if (t, r) in small else row for r, row in enumerate(table.rows)
                ),
            )
            for t, table in enumerate(self.truth)
        ]


def _split(asked: Asked, group: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """Values of the grouping columns, and the class of a row."""
    return (group[:-1], group[-1]) if asked.several else (group, "")
