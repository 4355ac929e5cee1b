"""A column before and after harmonising: values as in the file, values with kinds of missing.

Nothing here knows a codebook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import KindArray
from eenzaam_stats.cell_text import is_no_value, says_nothing, strip_text
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.formats.file_options import FileOptions
from eenzaam_stats.number_columns import numbers_in
from eenzaam_stats.scoring.wording import plain
from eenzaam_stats.survey import ColumnReport
from eenzaam_stats.vocabulary import MissingKind

KINDS: tuple[MissingKind, ...] = tuple(MissingKind)
VALID = -1
BLANK = np.int8(KINDS.index(MissingKind.NO_ANSWER))


@dataclass(frozen=True, slots=True)
class RawColumn:
    """A column as the file has it.

    Attributes
    ----------
    name : str
        Name in the file.
    values : pandas.Series of length n
        Values with user-missing codes as they stand.
    rows : array of int, shape (n,)
        Row numbers in the file, from 1.
    labels : mapping of code to str
        Value labels.
    declared : tuple of (low, high)
        Declared user-missing values.
    options : FileOptions
        How numbers are written, and which words are values although they look missing.
    """

    name: str
    values: pd.Series[Any]
    rows: npt.NDArray[np.int64]
    labels: Mapping[Any, str]
    declared: tuple[tuple[Any, Any], ...]
    options: FileOptions = field(default_factory=FileOptions)

    def declares(self, code: Any) -> bool:
        """Whether the file declares a code to be missing."""
        return is_declared(code, self.declared)

    def is_blank(self, word: str) -> bool:
        """Whether a text means that there is no answer, and is neither kept nor labelled."""
        return says_nothing(word) and not self._is_kept(word)

    def blank_words(self) -> dict[str, int]:
        """Texts that are no value of a key, a stratum or a group, and how often each occurs."""
        if pd.api.types.is_numeric_dtype(self.values):
            return {}
        words = [
            word
            for word in self.values.dropna().unique()
            if isinstance(word, str) and _says_missing(word) and not self._is_kept(word)
        ]
        return {word: int((self.values == word).sum()) for word in words}

    def _is_kept(self, word: str) -> bool:
        own = strip_text(word)
        labelled = own in self.labels and missing_kind(self.labels[own]) is None
        return labelled or own in self.options.values_kept(self.name)

    def without_declared(self) -> pd.Series[Any]:
        """Values with declared missing values blank; numbers as numbers where nothing else is left.

        A value whose label means a missing answer counts as declared.

        Returns
        -------
        pandas.Series of length n
        """
        # A label that says unknown counts as declared. Files leave codes such as 9 of origin
        # undeclared, and a blanket rule for 9 would delete regions in which 9 is a place.
        labelled = [(code, code) for code, label in self.labels.items() if missing_kind(label)]
        declared = (*self.declared, *labelled)
        words = [str(low).strip() for low, _ in declared if isinstance(low, str)]
        ranges = [pair for pair in declared if not isinstance(pair[0], str)]
        values = self.values
        numeric = pd.api.types.is_numeric_dtype(values)
        if words and not numeric:
            values = values.mask(values.astype("str").str.strip().isin(words))
        numbers = values if numeric else pd.to_numeric(values, errors="coerce")
        for low, high in ranges:
            values = values.mask(numbers.between(low, high))
        return values.infer_objects() if values.dtype == object else values

    def as_numbers(self, *, place: str) -> RawColumn:
        """Return the column with text that is numbers throughout read as numbers.

        A column with any other text stays text.

        Raises
        ------
        AmbiguousNumberError
            If the numbers can be read in two ways.
        """
        cells = self.values.rename(self.name)
        numbers = numbers_in(cells, self.options.numbers, place=place, rows=self.rows)
        return replace(self, values=numbers)


def _says_missing(word: str) -> bool:
    """Whether a text stands for no value of a key, a stratum or a group.

    Two or three letters alone, such as DK or REF, are as often a code of their own.
    """
    if is_no_value(word):
        return True
    own = plain(word)
    whole = len(own) > 3 or " " in own or own == "nvt"
    return whole and missing_kind(word) is not None


def is_declared(code: Any, declared: tuple[tuple[Any, Any], ...]) -> bool:
    """Whether a code is one of some declared missing values, each from low to high."""
    return any(_within(code, low, high) for low, high in declared)


def _within(code: Any, low: Any, high: Any) -> bool:
    if isinstance(code, str) or isinstance(low, str):
        return str(code) == str(low).strip()
    return bool(low <= code <= high)


@dataclass(frozen=True, slots=True, eq=False)
class Harmonised:
    """A harmonised column.

    Attributes
    ----------
    name, source_name : str
        Harmonised name and name in the file.
    values : pandas.Series of length n
        Categories, integers or text; missing is NA.
    kinds : array of int8, shape (n,)
        -1 for a valid value, otherwise the place of its kind of missing in ``MissingKind``.
    recodes : tuple of str
        Recodes done, as ``code -> value``.
    notes : tuple of str
        What a reader must know about this column.
    """

    name: str
    source_name: str
    values: pd.Series[Any]
    kinds: KindArray
    recodes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def report(self) -> ColumnReport:
        """Counts of valid and missing values."""
        counts = np.bincount(self.kinds.astype(np.int64) + 1, minlength=len(KINDS) + 1)
        missing = tuple(
            (kind.value, int(n)) for kind, n in zip(KINDS, counts[1:], strict=True) if n
        )
        return ColumnReport(self.name, self.source_name, int(counts[0]), missing, self.recodes)

    def keep_rows(self, keep: npt.NDArray[np.bool_]) -> Harmonised:
        """Return the same column with some of its rows."""
        values = self.values[keep].reset_index(drop=True)
        return Harmonised(
            self.name, self.source_name, values, self.kinds[keep], self.recodes, self.notes
        )

    def missing_series(self) -> pd.Series[Any]:
        """Kinds of missing as a categorical column; NA where the value is valid."""
        categories = pd.Index([kind.value for kind in KINDS])
        return pd.Series(pd.Categorical.from_codes(self.kinds.astype(np.int64), categories))
