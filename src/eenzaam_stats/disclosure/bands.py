"""Two sets of age classes of the same people: their differences are classes that no table names.

65+ of one table less 67+ of another are those of 65 and 66. Numbers below every border of either
table add up from its classes, so the classes between two borders next to each other are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from eenzaam_stats.disclosure.counts import OUTCOME, Values
from eenzaam_stats.disclosure.derived import Released, is_counted
from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.errors import DisclosureError
from eenzaam_stats.results.estimates import Estimates

_NUMBERS = re.compile(r"\d+")
_AGE = re.compile(r"age|leeftijd|lft", re.IGNORECASE)
_BELOW = re.compile(r"<|under|below|younger|jonger|onder|tot ", re.IGNORECASE)
_EVERYONE = 200  # an age that nobody has

Band = tuple[int, int]  # first age, and the first one above
Counts = tuple[int, int | None]  # with an answer, with the outcome


@dataclass(frozen=True, slots=True)
class _Banded:
    """A table of one outcome by age classes: counts per other columns and class."""

    outcome: str
    column: str
    others: tuple[str, ...]
    counts: dict[tuple[Values, Band], Counts]

    def sum_classes(self, common: Sequence[str]) -> dict[Values, dict[Band, Counts]]:
        """Counts of each class within the columns in common."""
        places = [self.others.index(name) for name in common]
        found: dict[Values, dict[Band, Counts]] = {}
        for (values, band), count in self.counts.items():
            own = found.setdefault(tuple(values[at] for at in places), {})
            own[band] = _add(own.get(band, (0, 0)), count, 1)
        return found


def require_nested_bands(tables: Sequence[Released], profile: DisclosureProfile) -> None:
    """Raise when two sets of age classes differ by few people.

    Parameters
    ----------
    tables : sequence of Estimates and Comparisons
        What leaves together.
    profile : DisclosureProfile
        Rules; the people between two borders break one as any group does.

    Raises
    ------
    DisclosureError
        With the two columns and the ages between.
    """
    found: dict[tuple[str, str, str], list[_Banded]] = {}
    for table in tables:
        note = table.footnote
        if isinstance(table, Estimates) and is_counted(table):
            own = found.setdefault((note.source, note.wave, note.population), [])
            own.extend(_split_by_bands(table))
    for several in found.values():
        for one, other in combinations(several, 2):
            for first, after in _between(one, other, profile):
                raise DisclosureError(
                    f"suppress() got classes of age in {one.column!r} and others in "
                    f"{other.column!r} whose borders do not nest, and too few people are of the "
                    f"ages {first}-{after - 1} that their differences give. Release one of them, "
                    "or classes whose borders are borders of the other too."
                )


def _between(one: _Banded, other: _Banded, profile: DisclosureProfile) -> Iterator[Band]:
    """Classes between borders of either table that no table names and that break a rule."""
    if one.outcome != other.outcome:
        return
    common = [name for name in one.others if name in other.others]
    theirs = other.sum_classes(common)
    for values, mine in one.sum_classes(common).items():
        named = {*mine, *theirs.get(values, {})}
        below = {**_below(theirs.get(values, {})), **_below(mine)}
        for first, after in zip(sorted(below), sorted(below)[1:], strict=False):
            people = _add(below[after], below[first], -1)
            if (first, after) not in named and _breaks(people, profile):
                yield first, after


def _below(classes: dict[Band, Counts]) -> dict[int, Counts]:
    """People below each border of classes without a gap."""
    found: dict[int, Counts] = {}
    so_far: Counts = (0, 0)
    for (first, after), counts in sorted(classes.items()):
        if found and first not in found:
            return {}
        found.setdefault(first, so_far)
        so_far = found[after] = _add(so_far, counts, 1)
    return found


def _add(one: Counts, other: Counts, sign: int) -> Counts:
    n = one[0] + sign * other[0]
    if one[1] is None or other[1] is None:
        return n, None
    return n, one[1] + sign * other[1]


def _breaks(people: Counts, profile: DisclosureProfile) -> bool:
    n, yes = people
    if n <= 0:
        return False  # nobody, or people whose age only one table knows
    least = max(profile.least_cell, int(profile.group_disclosure))
    return n < profile.least_n or (yes is not None and 0 <= min(yes, n - yes) < least)


def _split_by_bands(table: Estimates) -> Iterator[_Banded]:
    """The table by each of its columns of age classes; none where a row has no number."""
    if OUTCOME in table.by or any(row.n_valid is None for row in table.rows):
        return
    label = table.footnote.outcome
    for at, column in enumerate(table.by):
        bands = {row.group[at]: _band(row.group[at]) for row in table.rows}
        if column == label or not _AGE.search(column) or not all(bands.values()):
            continue
        places = [place for place, name in enumerate(table.by) if place != at and name != label]
        others = tuple(table.by[place] for place in places)
        counts: dict[tuple[Values, Band], Counts] = {}
        for row in table.rows:
            band = bands[row.group[at]]
            key = (tuple(row.group[place] for place in places), band or (0, 0))
            counts[key] = (row.n_valid or 0, None if label in table.by else row.n_outcome)
        yield _Banded(label, column, others, counts)


def _band(label: str) -> Band | None:
    """First age of a class and the first one above it."""
    numbers = [int(number) for number in _NUMBERS.findall(label)]
    if len(numbers) == 2 and numbers[0] <= numbers[1]:
        return numbers[0], numbers[1] + 1
    if len(numbers) != 1:
        return None
    return (0, numbers[0]) if _BELOW.search(label) else _open(label, numbers[0])


def _open(label: str, age: int) -> Band:
    """An open class, or one year."""
    return (age, age + 1) if label.strip().isdigit() else (age, _EVERYONE)
