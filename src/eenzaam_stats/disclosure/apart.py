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
from eenzaam_stats.results import Estimate, Estimates, Footnote

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
    for table in tables:
        if isinstance(table, Estimates) and not table.footnote.over:
            for row in table.rows:
                if row.n_valid is not None:
                    found.setdefault(_cell(table, row), {})[_counts(row)] = None
    for cell, counts in found.items():
        if len(counts) > 1 and _leaves_few(list(counts), profile):
            raise DisclosureError(
                f"suppress() got tables of {cell[0]!r} that count different people for one cell, "
                "as those of a file and of an extract of it do, and too few people may be in one "
                "of them alone: their numbers can be subtracted. Release one of them, or make all "
                "from the same respondents."
            )


def _cell(table: Estimates, row: Estimate) -> Cell:
    note: Footnote = table.footnote
    place = frozenset(zip(table.by, row.group, strict=True))
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
