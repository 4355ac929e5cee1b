"""Which names the weight and the stratum of a level have in a file of the young adults.

The names differ per file: one set for the year 2022 alone, one per level from 2024 on and after the
trend syntax, and the set of 2022 for both years in the trend file that GGDs make by stacking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.opened import SurveyFile, read_columns
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.one_file import Reading

NAME = "gmjv"
TREND = "2022 trend"


def year_layout(file: SurveyFile, year: WaveCodebook, *, level: str) -> WaveCodebook:
    """Codebook of a year with the names that the file has for one level.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    year : WaveCodebook
        Wave of 2022 or 2024.
    level : str
        Level of the estimates.

    Returns
    -------
    WaveCodebook
        For 2022 the layout after the trend syntax where the file has its names. Of two names of a
        weight or a stratum the first that has values in the rows of the year is taken.
    """
    trend = load_codebook(NAME).wave(TREND)
    index = NameIndex(file.columns, year.prefixes)
    names = _Names(file, index, year)
    if year.year == trend.year:
        own = trend.weight_levels.get(level, "")
        plain = year.weight_levels.get(level, "")
        if not any(index.find(name) for name in trend.weight_levels.values()):
            return year
        if plain and names.first((own, plain)) == plain:
            return year
        year = replace(trend, own_rows_only=year.own_rows_only)
        names = replace(names, year=year)
    return replace(
        year,
        weight_levels=names.present(year.weight_levels),
        stratum_levels=names.present(year.stratum_levels),
    )


@dataclass(frozen=True, slots=True)
class _Names:
    """Names of a file for weights and strata, with a look at the rows of a year where it matters.

    Attributes
    ----------
    file : SurveyFile
        Opened file.
    index : NameIndex
        Its names.
    year : WaveCodebook
        Whose rows count.
    """

    file: SurveyFile
    index: NameIndex
    year: WaveCodebook

    def present(self, levels: Mapping[str, str]) -> Mapping[str, str]:
        """Name per level: the own one, or the other one where only that has values."""
        other = self.year.other_names
        return MappingProxyType(
            {
                level: self.first((name, other[name])) if name in other else name
                for level, name in levels.items()
            }
        )

    def first(self, names: tuple[str, str]) -> str:
        """First of two names that has a value in the rows of the year; the first when none has."""
        found = [name for name in names if name and self.index.find(name)]
        if len(found) == 1:
            return found[0]
        return next((name for name in found if self._has_values(name)), names[0])

    def _has_values(self, name: str) -> bool:
        """Whether a row of the year holds anything but a blank or a 0."""
        column = str(self.index.find(name))
        rule = self.year.respondents
        marker = self.index.find(rule.source_name) if rule else None
        names = [column, *([marker] if marker else [])]
        frame, _ = read_columns(self.file, names)
        values, years = (self._numbers(frame, name) for name in (names[0], names[-1]))
        there = values.notna() & (values != 0)
        if marker:
            there &= years == self.year.year
        return bool(there.any())

    def _numbers(self, frame: pd.DataFrame, name: str) -> pd.Series[float]:
        """Numbers of a column; blank where it holds none."""
        missing = self.file.missing_ranges.get(name, ())
        raw = RawColumn(
            name, frame[name], np.arange(1, len(frame) + 1), {}, missing, self.file.options
        )
        numbers = raw.as_numbers(where=self.year.title).without_declared()
        return pd.Series(pd.to_numeric(numbers, errors="coerce"), dtype=np.float64)


def other_name_notes(reading: Reading) -> Iterator[str]:
    """Say when the weight or the stratum stands under its other name."""
    wave = reading.selection.wave
    others = {name.casefold(): own for own, name in wave.other_names.items()}
    for what in ("weight", "stratum"):
        column = reading.columns.get(what)
        bare = NameIndex((), wave.prefixes).bare(column.source_name) if column else ""
        if column and bare in others:
            yield (
                f"the {what} of {wave.year} stands in this file as {column.source_name}, the name "
                f"of 2022, and not as {others[bare]}"
            )
