"""Respondents for the tests of this folder: patterns written as letters, and simulated people.

A pattern has one letter per item: Y yes, M more or less, N no, a dot for missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

WORDS: Mapping[str, str | None] = {"Y": "yes", "M": "more_or_less", "N": "no", ".": None}
THREE = ("no", "more_or_less", "yes")
KIND = pd.CategoricalDtype(list(THREE), ordered=True)
ALL_ITEMS = tuple(range(1, 12))
SHORT_ITEMS = (3, 4, 7, 8, 9, 10)
EMOTIONAL = (2, 3, 5, 6, 9, 10)
SOCIAL = (1, 4, 7, 8, 11)

GM_ANSWERS = {1: "yes", 2: "more_or_less", 3: "no", 9: None}
MANUAL_ANSWERS = {3: "yes", 2: "more_or_less", 1: "no", -1: None}


def answers(patterns: Iterable[str], numbers: Sequence[int] = ALL_ITEMS) -> pd.DataFrame:
    """Harmonised answers, one row per pattern; letter i belongs to item ``numbers[i]``."""
    letters = np.array([list(pattern) for pattern in patterns], dtype=str)
    letters = letters.reshape(-1, len(numbers))
    return pd.DataFrame(
        {
            f"djg_{number}": pd.Series([WORDS[letter] for letter in letters[:, i]], dtype=KIND)
            for i, number in enumerate(numbers)
        }
    )


def coded(
    patterns: Iterable[str], codes: Mapping[str, int | None], numbers: Sequence[int] = ALL_ITEMS
) -> pd.DataFrame:
    """Same patterns as raw codes, in columns q1, q2, and so on."""
    rows = [[codes[letter] for letter in pattern] for pattern in patterns]
    return pd.DataFrame(rows, columns=[f"q{number}" for number in numbers])


def item_map(numbers: Sequence[int] = ALL_ITEMS) -> dict[int, str]:
    """Return the mapping that belongs to ``coded``."""
    return {number: f"q{number}" for number in numbers}


def simulated(n: int, *, seed: int, missing: float = 0.0) -> list[str]:
    """Patterns of n simulated people whose answers share one trait; a minority is lonely."""
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=n)
    columns = []
    for number in ALL_ITEMS:
        lonely = trait + rng.normal(size=n) - 1.0
        level = np.digitize(lonely, [-0.2, 0.6])
        letters = np.array(list("NMY" if number in EMOTIONAL else "YMN"))[level]
        letters[rng.random(n) < missing] = "."
        columns.append(letters)
    return ["".join(row) for row in np.column_stack(columns)]


def listed(frame: pd.DataFrame, column: str) -> list[object]:
    """Values of a column with ``None`` for missing, whatever the type."""
    return [None if pd.isna(value) else value for value in frame[column]]
