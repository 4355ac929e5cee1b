"""The rules of a profile, written again from its documented thresholds, and what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eenzaam_stats.disclosure import DisclosureProfile


@dataclass(frozen=True)
class Counted:
    """What a row really counted: who answered, who has the outcome, and the weight of one."""

    n: int
    yes: int | None = None
    heaviest: float = 0.0
    df: int | None = None


def broken(row: Counted, profile: DisclosureProfile) -> tuple[str, ...]:
    """Counts of a row that a rule is about: ``answered``, ``having`` and ``rest``."""
    found = tuple(dict.fromkeys(_broken(row, profile)))
    heavy = row.heaviest * 2 > profile.most_two_largest
    few = row.df is not None and row.df < profile.least_df
    return found or (("answered",) if heavy or few else ())


def _broken(row: Counted, profile: DisclosureProfile) -> Iterator[str]:
    if row.n < profile.least_n:
        yield "answered"
    if row.yes is not None:
        for what, count in (("having", row.yes), ("rest", row.n - row.yes)):
            if count < profile.least_cell or (profile.group_disclosure and not count and row.n):
                yield what


def width(profile: DisclosureProfile, what: str, everybody: int) -> int:
    """How far the bounds of a count lie apart at least, of ``everybody`` in the release."""
    full = max(profile.least_n, profile.least_cell, 2)
    if what != "answered" and everybody < 2 * full:
        return min(full, max(2, everybody // 2))
    return full
