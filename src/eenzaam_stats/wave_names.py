"""Names of waves as users write them: text that can only mean one wave is that wave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from eenzaam_stats.keys import normal_word

T = TypeVar("T")


def same_wave(key: object, known: Iterable[T]) -> T | None:
    """Return the one of the known waves that a key can only mean, or ``None``.

    ``"2022"``, ``2022.0`` and ``2022`` are one year; letters of a name have any case.

    Examples
    --------
    >>> same_wave("2022", [2020, 2022]), same_wave(2022.0, ["2022", "2024"]), same_wave("b", ["B"])
    (2022, '2022', 'B')
    >>> same_wave(True, [1]) is None, same_wave("22", [2022]) is None
    (True, True)
    """
    if isinstance(key, bool):
        return None
    options = list(known)
    word = normal_word(str(key)).casefold()
    exact = [one for one in options if str(one) == str(key)]
    found = exact or [one for one in options if normal_word(str(one)).casefold() == word]
    return found[0] if found else None
