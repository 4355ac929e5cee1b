"""Of whom a result was made, kept beside it for a disclosure check and written nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self


class Crossed(Protocol):
    """Who can say which values of columns occur together."""

    def values(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Combinations of values that occur; none where a column is not there."""


class MadeOf:
    """A place for the people of a result; it is not copied, compared, pickled or printed."""

    __slots__ = ("_people",)

    def of(self, people: Crossed) -> Self:
        """The same result, that remembers of whom it was made."""
        object.__setattr__(self, "_people", people)
        return self

    def people(self) -> Crossed | None:
        """Of whom it was made; ``None`` after it was suppressed, copied or read."""
        found: Crossed | None = getattr(self, "_people", None)
        return found
