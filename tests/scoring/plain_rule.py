"""The manual's rule a second time, one person and one item at a time.

Written from the rule card and without the package: no arrays, no lookup tables, no scale objects.
"""

from __future__ import annotations


def scored(pattern: dict[int, str], *, items: int) -> dict[str, object]:
    """Return the scores of one person; ``pattern`` is item number to Y, M, N or a dot."""
    emotional_items = [2, 3, 5, 6, 9, 10] if items == 11 else [3, 9, 10]
    social_items = [1, 4, 7, 8, 11] if items == 11 else [4, 7, 8]
    emotional = 0
    emotional_gaps = 0
    for number in emotional_items:
        if pattern[number] == ".":
            emotional_gaps += 1
        elif pattern[number] == "Y" or pattern[number] == "M":
            emotional += 1
    social = 0
    social_gaps = 0
    for number in social_items:
        if pattern[number] == ".":
            social_gaps += 1
        elif pattern[number] == "N" or pattern[number] == "M":
            social += 1
    gaps = emotional_gaps + social_gaps
    total = None if gaps > 1 else emotional + social
    return {
        "emotional": None if emotional_gaps else emotional,
        "social": None if social_gaps else social,
        "total": total,
        "n_missing": gaps,
        "category": category(total, items=items),
    }


def category(total: int | None, *, items: int) -> str | None:
    if total is None:
        return None
    if items == 6:
        return "not" if total <= 1 else "moderate" if total <= 4 else "severe"
    if total <= 2:
        return "not"
    if total <= 8:
        return "moderate"
    return "severe" if total <= 10 else "very_severe"
