"""Words of a dimension as categories, prepared once per reading and used for every page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.statline.description import Dimension
from eenzaam_stats.statline.period import period_of

DATE = "date"


@dataclass(frozen=True, slots=True, eq=False)
class Coder:
    """One word per member, where several members may have the same word.

    Attributes
    ----------
    dtype : pandas.CategoricalDtype
        The words, each once, in the order in which they come first.
    code_of : array of int, shape (members,)
        Place of the word of each member among them.
    """

    dtype: pd.CategoricalDtype
    code_of: NDArray[np.int32]

    def of(self, places: Any) -> Coded:
        """Words of rows, by the place of their member."""
        return Coded(self, self.code_of[places])


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One word per row.

    Attributes
    ----------
    coder : Coder
        The words.
    codes : array of int, shape (rows,)
        Place of the word of each row among them.
    """

    coder: Coder
    codes: NDArray[np.int32]

    def categorical(self) -> Any:
        """The words as categories of pandas."""
        return pd.Categorical.from_codes(self.codes, dtype=self.coder.dtype, validate=False)


def coder(words: Sequence[str]) -> Coder:
    """Prepare a list of words.

    Examples
    --------
    >>> list(coder(["a", "b", "a"]).of([2, 1]).categorical())
    ['a', 'b']
    """
    place_of = {word: place for place, word in enumerate(dict.fromkeys(words))}
    code_of = np.array([place_of[word] for word in words], dtype=np.int32)
    return Coder(pd.CategoricalDtype(pd.Index(list(place_of), dtype="str")), code_of)


@dataclass(frozen=True, slots=True, eq=False)
class DimensionCoder:
    """Everything that the rows of one dimension need.

    Attributes
    ----------
    place_of : mapping of str to int
        Place of each raw and each trimmed code.
    columns : mapping of str to Coder
        Columns of words by name: codes, labels, and for time frequency and status.
    days : array of datetime64 or None
        First day of each period; ``None`` for another dimension than time.
    """

    place_of: Mapping[str, int]
    columns: Mapping[str, Coder]
    days: NDArray[np.datetime64] | None

    def of(self, places: Any) -> dict[str, Any]:
        """Columns of rows, by the place of their member."""
        made = {name: one.of(places) for name, one in self.columns.items()}
        if self.days is None:
            return made
        codes, labels, *others = made.items()
        return dict([codes, labels, (DATE, self.days[places]), *others])


def dimension_coder(dimension: Dimension) -> DimensionCoder:
    """Prepare a dimension.

    Parameters
    ----------
    dimension : Dimension
        With its members.

    Returns
    -------
    DimensionCoder
    """
    members = dimension.members
    trimmed = {member.code: place for place, member in enumerate(members)}
    raw = {member.raw: place for place, member in enumerate(members)}
    columns = {
        dimension.key: coder([member.code for member in members]),
        f"{dimension.key}_label": coder([member.title for member in members]),
    }
    if dimension.kind != "TimeDimension":
        return DimensionCoder({**trimmed, **raw}, columns, None)
    periods = [period_of(member.code) for member in members]
    columns["frequency"] = coder([period.frequency for period in periods])
    columns["status"] = coder([member.status for member in members])
    days = np.array([period.first_day for period in periods], dtype="datetime64[s]")
    return DimensionCoder({**trimmed, **raw}, columns, days)
