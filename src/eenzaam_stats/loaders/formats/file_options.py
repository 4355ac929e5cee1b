"""What a user can say about a file beside its name: how numbers are written, where its names stand.

Every reader takes these as keyword arguments and passes them to ``open_file``; a mapping has them
in its table ``[file]``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypedDict

from eenzaam_stats.cell_text import Decimal, NumberFormat, Thousands, strip_text
from eenzaam_stats.errors import OptionError, list_all
from eenzaam_stats.files.limits import require_limits, require_within


class FileWords(TypedDict, total=False):
    """Keyword arguments of every reader, with the meaning that ``FileOptions`` gives them."""

    decimal: Decimal | None
    thousands: Thousands | None
    keep_words: Mapping[str, Sequence[str]]
    skip_rows: int
    header_row: int
    sheet: str | int | None
    limits: Mapping[str, int]


MOST_ROWS = 1_000_000_000  # above the names of the columns


@dataclass(frozen=True, slots=True)
class FileOptions:
    """How a file is written, where it does not say so itself.

    Attributes
    ----------
    decimal : {".", ","} or None
        Sign before the decimals of numbers that stand as text.
    thousands : {".", ",", " ", "'"} or None
        Sign between their thousands.
    keep_words : mapping of str to sequence of str
        Per column of the file the words that are values, although they look like a missing answer:
        ``{"country": ["NA"]}`` keeps Namibia.
    skip_rows : int, default 0
        Rows under the names that are no respondents, such as the two rows with question texts of a
        Qualtrics export (CSV files and workbooks).
    header_row : int, default 1
        Row with the names (CSV files and workbooks); what stands above it is not read.
    sheet : str, int or None
        Name or number, from 1, of the sheet of a workbook; ``None`` takes the first.
    limits : mapping of str to int
        Limits of size that are raised for this file, by the names of
        ``eenzaam_stats.files.limits``.

    Examples
    --------
    >>> FileOptions(decimal=",").numbers.decimal
    ','
    """

    decimal: Decimal | None = None
    thousands: Thousands | None = None
    keep_words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    skip_rows: int = 0
    header_row: int = 1
    sheet: str | int | None = None
    limits: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _ = self.numbers  # refuses signs that are none
        require_limits(self.limits)
        for name, least in (("skip_rows", 0), ("header_row", 1)):
            value = getattr(self, name)
            if not _is_whole(value) or not least <= value <= MOST_ROWS:
                raise OptionError(
                    f"{name} is {value!r}. Give a whole number of at least {least} and at most "
                    f"{MOST_ROWS:,}."
                )
        if self.sheet is not None and not _is_sheet(self.sheet):
            raise OptionError(f"sheet is {self.sheet!r}. Give a name, or a number from 1.")
        if not _are_words(self.keep_words):
            raise OptionError(
                f"keep_words is {self.keep_words!r}. Give per column a list of words, such as "
                '{"country": ["NA"]}.'
            )

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> FileOptions:
        """Options from keyword arguments; an unknown one is an error that lists the known.

        Examples
        --------
        >>> FileOptions.of({"decimals": ","})
        Traceback (most recent call last):
        eenzaam_stats.errors.OptionError: option is 'decimals', which is not an option. Choose ...
        """
        known = [one.name for one in fields(cls)]
        for name in words:
            if name not in known:
                raise OptionError.among(name, known, name="option")
        return cls(**words)

    @property
    def numbers(self) -> NumberFormat:
        """How numbers are written."""
        return NumberFormat(self.decimal, self.thousands)

    def require(self, limit: str, found: float, *, of: str) -> None:
        """Raise when something in the file of this name is more than its limit."""
        require_within(limit, found, of=of, raised=self.limits)

    def values_kept(self, column: str) -> frozenset[str]:
        """Words of a column that are values."""
        return frozenset(strip_text(word) for word in self.keep_words.get(column, ()))

    def require_fitting(self, columns: Sequence[str], *, kind: str, name: str) -> None:
        """Raise when a format has no such thing, or a column is not in the file.

        Raises
        ------
        OptionError
            If rows or a sheet are named for a file that has none, or words of an absent column.
        """
        said = {
            "skip_rows": self.skip_rows > 0,
            "header_row": self.header_row > 1,
            "sheet": self.sheet is not None,
        }
        fitting = {"csv": ("skip_rows", "header_row"), "excel": tuple(said)}.get(kind, ())
        strange = [one for one, is_said in said.items() if is_said and one not in fitting]
        if strange:
            raise OptionError(
                f"{name} has no such thing as [{list_all(strange)}]: rows to skip and a row "
                "of names "
                "belong to CSV files and workbooks, a sheet to workbooks. Leave it out."
            )
        absent = [column for column in self.keep_words if column not in columns]
        if absent:
            raise OptionError(
                f"keep_words names column(s) [{list_all(absent)}], which {name} does not have. "
                "Write names as the file has them."
            )


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_sheet(value: object) -> bool:
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _are_words(said: object) -> bool:
    return isinstance(said, Mapping) and all(
        isinstance(column, str)
        and isinstance(words, Sequence)
        and not isinstance(words, str)
        and all(isinstance(word, str) for word in words)
        for column, words in said.items()
    )
