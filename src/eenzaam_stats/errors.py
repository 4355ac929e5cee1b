"""The mistakes the toolkit can name: one root, one class per kind, the sentence built in one place.

Every message says who needed what, what was found, and what to do. It never holds a respondent's
record: a column, a code, a count and the first row number are enough to find the fault.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches

from eenzaam_stats.messages import SHOWN_NAMES, is_name, show_names, show_value

_PACKAGE = "eenzaam_stats."
# of the call that runs, in every thread its own; what is called outside any has no name
_VERB = ContextVar("verb", default="eenzaam_stats")


def verb() -> str:
    """Name of the public function that runs, with which its errors begin: ``prevalence()``.

    Examples
    --------
    >>> with verb_named("example()"):
    ...     f"{verb()} needs a weight."
    'example() needs a weight.'
    """
    return _VERB.get()


@contextmanager
def verb_named(name: str) -> Iterator[None]:
    """Let errors inside begin with this name; a public function has its own by ``in_words``.

    Examples
    --------
    >>> @verb_named("outer()")
    ... def said() -> str:
    ...     return verb()
    >>> said()
    'outer()'
    """
    before = _VERB.set(name)
    try:
        yield
    finally:
        _VERB.reset(before)


def list_all(values: Iterable[object]) -> str:
    """Options as one readable list, each with its ``repr``, in the order given."""
    return ", ".join(repr(value) for value in values)


class EenzaamStatsError(Exception):
    """Root of every error that the toolkit raises on purpose.

    Attributes
    ----------
    exit_code : int
        Exit status that the command line gives for this kind of mistake.
    """

    exit_code: int = 3

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class OptionError(EenzaamStatsError, ValueError):
    """An argument whose value is not one of the allowed ones."""

    exit_code = 2

    @classmethod
    def among(cls, value: object, allowed: Iterable[object], *, name: str) -> OptionError:
        """Name the argument, the value found and the complete list of options."""
        return cls(
            f"{name} is {value!r}, which is not an option. Choose one of {list_all(allowed)}."
        )


class UnknownColumnError(EenzaamStatsError, KeyError):
    """A column that was asked for and is not there."""

    @classmethod
    def among(
        cls,
        missing: Sequence[str],
        available: Sequence[str],
        *,
        needed_for: str = "",
        hint: str = "",
    ) -> UnknownColumnError:
        """Name who needs them, the verb as a rule, the absent columns and the nearest present."""
        return cls(
            f"{needed_for or verb()} needs column(s) [{list_all(missing)}], which are not in the "
            f"data. {hint or _nearest_columns(missing, available)}"
        )


def _nearest_columns(missing: Sequence[str], available: Sequence[str]) -> str:
    names = [name for name in available if is_name(name)]
    nearest = [m for name in missing for m in get_close_matches(name, names, n=1)]
    if nearest:
        return f"Did you mean [{list_all(nearest)}]?"
    if not all(is_name(name) for name in available if name):
        return (
            f"There are {len(available)} column(s), of which some do not look like names, so they "
            "are not listed. Check that the first row holds names."
        )
    shown = show_names(sorted(name for name in available if name)[:SHOWN_NAMES])
    return f"The frame has {len(available)} column(s): [{shown}]."


class UnknownCodeError(EenzaamStatsError, ValueError):
    """A value that no codebook row or declared answer set covers."""

    @classmethod
    def in_rows(
        cls, place: str, *, column: str, code: object, count: int, first_row: int, remedy: str
    ) -> UnknownCodeError:
        """Name the place, the column, the code, how often and where it occurs first."""
        return cls(
            f"{place}, column {column!r}: code {show_value(code, count)} ({count} row(s), first "
            f"in row {first_row}) is not in the codebook. {remedy}"
        )


class SchemaError(EenzaamStatsError, ValueError):
    """A frame whose columns do not have the shape that a verb was promised."""


class AmbiguousNumberError(SchemaError):
    """A number that stands as text and can be read in two ways.

    Attributes
    ----------
    doubt : str
        What is uncertain and what to do, without the place.
    """

    doubt: str = ""

    @classmethod
    def in_rows(
        cls, place: str, *, column: str, doubt: str, count: int, first_row: int
    ) -> AmbiguousNumberError:
        """Name the place, the column, the doubt, how often and where it occurs first."""
        said = (
            f"{doubt} ({count:,} cell(s), first in row {first_row:,}). "
            "Say decimal= for the sign before decimals and thousands= for the sign between "
            "thousands (--decimal and --thousands on the command line, [file] in a mapping)."
        )
        error = cls(f"{place}, column {column!r}: {said}")
        error.doubt = said
        return error


class ScaleError(EenzaamStatsError, ValueError):
    """An instrument that cannot be scored as asked: direction, answer set or cut-off."""


class DesignError(EenzaamStatsError, ValueError):
    """A sampling design that is absent, incomplete or impossible."""


class SourceError(EenzaamStatsError, OSError):
    """A file or table that cannot be read as the source it was said to be."""


class UnknownTableError(SourceError):
    """A table of open data that its publisher does not have under this id."""


class UnavailableError(SourceError):
    """A service of open data that gives no usable answer, or a copy that is not kept here."""


class IncompleteTableError(SourceError):
    """A table of open data that arrived with rows lost, twice or from two editions."""


class ChangedTableError(SchemaError):
    """A table of open data whose columns or members are no longer those that were asked for."""


class ConvergenceError(EenzaamStatsError, ArithmeticError):
    """An equation whose solution was not found to the promised accuracy."""


class ReproductionError(EenzaamStatsError, ValueError):
    """A reproduction that ran and gave other numbers than the stored ones."""

    exit_code = 4


class DisclosureError(EenzaamStatsError, ValueError):
    """Output that may not leave the environment where the respondents are."""

    exit_code = 5


class EenzaamStatsWarning(UserWarning):
    """A finding that does not stop a computation but that its reader must see."""


def users_level() -> int:
    """How many calls up the first line outside the package stands."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(
        (_PACKAGE, "contextlib")
    ):
        level, frame = level + 1, frame.f_back
    return level
