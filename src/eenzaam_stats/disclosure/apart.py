"""Tables that count other people for the same cell: what they leave when they are subtracted.

A file and an extract of it give the people who are in the file alone. Where they can be few, the
tables do not leave together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from eenzaam_stats.disclosure.derived import Released
from eenzaam_stats.disclosure.profiles import DisclosureProfile
from eenzaam_stats.errors import DisclosureError
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote

Counts = tuple[int, ...]
Cell = tuple[str, str, str, str, str, frozenset[tuple[str, str]]]
_PARTS = 4  # counts that are tried together as the parts of one


def require_apart(tables: Iterable[Released], profile: DisclosureProfile) -> None:
    """Raise when one count of a cell can hold others, and too few people are in none of them.

    Parameters
    ----------
    tables : iterable of Estimates and Comparisons
        What is seen together, of one file or several.
    profile : DisclosureProfile
        Rules for the people who are left.

    Raises
    ------
    DisclosureError
        With the outcome; never with a count.

    Examples
    --------
    >>> from eenzaam_stats.disclosure.profiles import PROFILES
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "microdata", "Taylor", 0.95,
    ...                 "weight", "", 0, "0")
    >>> def table(n, yes):
    ...     row = Estimate((), yes / n, 0.1, 0.1, 0.9, 99, n, 0, float(n), 1.0, n_outcome=yes)
    ...     return Estimates((), (row,), note)
    >>> require_apart([table(400, 200), table(300, 150)], PROFILES["strict10"])
    >>> require_apart([table(400, 200), table(395, 198)], PROFILES["strict10"])
    Traceback (most recent call last):
    eenzaam_stats.errors.DisclosureError: suppress() got tables of 'lonely' that count different ...
    """
    found: dict[Cell, dict[Counts, None]] = {}
    counted = [one for one in tables if isinstance(one, Estimates) and not one.footnote.over]
    _require_everyone(counted, max(profile.least_n, profile.least_cell))
    for table in counted:
        for row in table.rows:
            if row.n_valid is not None:
                found.setdefault(_cell(table, row), {})[_counts(row)] = None
    for cell, counts in found.items():
        if len(counts) > 1 and _leaves_few(list(counts), profile):
            raise _apart(cell)


def _require_everyone(tables: Sequence[Estimates], few: int) -> None:
    """Raise when the people of two tables differ by a few."""
    found: dict[Cell, list[tuple[tuple[str, ...], int]]] = {}
    for table in tables:
        people = _everyone(table)
        if people is not None:
            found.setdefault(_find_cell((), table, ()), []).append((table.by, people))
    for cell, numbers in found.items():
        # the same groups are compared one by one
        pairs = [(a, b) for (one, a), (other, b) in combinations(numbers, 2) if one != other]
        if any(0 < abs(a - b) < few for a, b in pairs):
            raise _apart(cell)


def _apart(cell: Cell) -> DisclosureError:
    return DisclosureError(
        f"suppress() got tables of {cell[0]!r} that count different people for one cell, "
        "as those of a file and of an extract of it do, and too few people may be in one "
        "of them alone: their numbers can be subtracted. Release one of them, or make all "
        "from the same respondents. What left before, also by a folder of --release, counts too: "
        "start a new folder for the tables of another file."
    )


def _everyone(table: Estimates) -> int | None:
    """People of a table, with those who have no group; unknown where a row is hidden."""
    note = table.footnote
    if "outcome" in table.by or note.statistic == "ratio" or not table.rows:
        return None
    if note.n_without_group is None:  # it has left, and how many a few are is not told
        return None
    groups: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        if row.n_valid is None or row.n_missing is None:
            return None
        place = zip(table.by, row.group, strict=True)
        groups[tuple(value for name, value in place if name != note.outcome)] = (
            row.n_valid + row.n_missing
        )
    return sum(groups.values()) + note.n_without_group


def _cell(table: Estimates, row: Estimate) -> Cell:
    return _find_cell(table.by, table, row.group)


def _find_cell(by: Sequence[str], table: Estimates, group: Sequence[str]) -> Cell:
    note: Footnote = table.footnote
    place = frozenset(zip(by, group, strict=True))
    return note.outcome, note.source, note.wave, note.population, note.statistic, place


def _counts(row: Estimate) -> Counts:
    """People with the outcome and without it where that is known, and without an answer."""
    n, missing = row.n_valid or 0, row.n_missing or 0
    return (n, missing) if row.n_outcome is None else (row.n_outcome, n - row.n_outcome, missing)


def _leaves_few(counts: Sequence[Counts], profile: DisclosureProfile) -> bool:
    """Whether a count less some of the others can be that of a few people."""
    for whole in counts:
        others = [one for one in counts if one != whole and len(one) == len(whole)]
        for size in range(1, min(len(others), _PARTS) + 1):
            for part in combinations(others, size):
                rest = [n - sum(these) for n, *these in zip(whole, *part, strict=True)]
                if min(rest) >= 0 and any(rest) and _breaks(rest[:-1], profile):
                    return True
    return False


def _breaks(rest: Sequence[int], profile: DisclosureProfile) -> bool:
    """Whether the people with an answer who are left break a rule."""
    if sum(rest) < profile.least_n:
        return True
    least = max(profile.least_cell, int(profile.group_disclosure))
    return len(rest) > 1 and min(rest) < least
