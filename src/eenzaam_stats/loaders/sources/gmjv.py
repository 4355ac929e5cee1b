"""``read_gmjv``: a file of the health monitor of young adults becomes a ``Survey``.

Names, codes and weights are in the codebook. What stands here is which of the layouts a file has,
which weight belongs to which level, and whether the scores of the file agree with each other: it
has no items, so nothing can be scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Literal, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import DesignError, list_all
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.formats.file_options import FileWords
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.survey_file import SurveyFile
from eenzaam_stats.loaders.harmonise.cache import CacheKey, cache_survey
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.loaders.harmonise.matching import NameIndex
from eenzaam_stats.loaders.harmonise.one_file import Reading
from eenzaam_stats.loaders.harmonise.reading import as_survey, harmonise_file
from eenzaam_stats.loaders.pooling.waves import Wave, Waves, choose_waves, read_waves
from eenzaam_stats.numerics.scales.correlation import pearson
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.direction import CHECK_NAME, LEAST_ROWS
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import require_option

# Which names the weight and the stratum of a level have in a file of the young adults. The names
# differ per file: one set for the year 2022 alone, one per level from 2024 on and after the trend
# syntax, and the set of 2022 for both years in the trend file that GGDs make by stacking.

TREND = "2022 trend"


def year_layout(file: SurveyFile, year: WaveCodebook, *, weights_for: str) -> WaveCodebook:
    """Codebook of a year with the names that the file has for one level.

    Parameters
    ----------
    file : SurveyFile
        Opened file.
    year : WaveCodebook
        Wave of 2022 or 2024.
    weights_for : str
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
        own = trend.weight_levels.get(weights_for, "")
        plain = year.weight_levels.get(weights_for, "")
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
                weights_for: self.first((name, other[name])) if name in other else name
                for weights_for, name in levels.items()
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
        numbers = raw.as_numbers(place=self.year.title).without_declared()
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


NAME = "gmjv"
GmjvLevel = Literal["national", "regional", "municipal"]
YEARS = (2022, 2024)
# Code of the stratum of people whose region, age or gender is not known.
UNKNOWN_STRATUM = "999"
ROWS_SHOWN = 10
CATEGORIES = (
    "published_category",
    "published_social_category",
    "published_emotional_category",
)
# Flags in the file and the categories that they stand for.
FLAGS = {
    "published_lonely": ("moderate", "severe"),
    "published_severely_lonely": ("severe",),
}


@in_words
def read_gmjv(
    path: str | Path,
    *,
    wave: Waves,
    weights_for: GmjvLevel = "national",
    weight: str | None = None,
    leave_out: Sequence[str] = (),
    cache: str | Path | None = None,
    **file_words: Unpack[FileWords],
) -> Survey:
    """Read and harmonise a file of the Gezondheidsmonitor Jongvolwassenen (16-25 years).

    Parameters
    ----------
    path : str or Path
        File of one year, or the trend file of 2022-2024; rows of another year are left out.
    wave : int, str or sequence of these
        Year: 2022 or 2024, or both as ``[2022, 2024]``; each has its own weight and strata.
    weights_for : {"national", "regional", "municipal"}, default "national"
        What the estimates are about, which decides weight and stratum. The file of 2022 alone has
        no municipal weight.
    weight : str, optional
        Name of the weight, in place of the one of the level.
    leave_out : sequence of str, default ()
        Optional harmonised columns that must not be read.
    cache : str or Path, optional
        Folder in which the survey is kept as Parquet and found again, as long as file, codebook,
        options and package are the same. It then holds answers of persons, as the file does.
    **file_words
        How the file is written, where it does not say so itself: ``decimal``, ``thousands``,
        ``keep_words``, ``skip_rows``, ``header_row``, ``sheet``, ``limits``; see
        :class:`~eenzaam_stats.loaders.formats.file_options.FileOptions`.

    Returns
    -------
    Survey
        One row per respondent with a weight at the level; the categories and flags of the file as
        ``published_*``, of which the flags can be outcomes; no items.

    Raises
    ------
    OptionError
        If the year, the level or a column to leave out is unknown.
    SourceError
        If the file is absent, damaged, of another survey, or has no row of the year.
    UnknownColumnError
        If the category or a flag of loneliness is not in the file.
    UnknownCodeError
        If a value is neither valid nor missing in the codebook.
    SchemaError
        If labels contradict the codebook.
    DesignError
        If the weight of the level is absent, blank or negative, or a stratum is blank.

    See Also
    --------
    eenzaam_stats.synthetic.gmjv.synthesise_gmjv : A file to try it on.

    Notes
    -----
    Anyone could take part online, so intervals describe the noise of weighting and not the
    selection of who took part. The categories rest on the short De Jong Gierveld scale; the
    cut-offs of the social and the emotional ones are not documented.

    **Unit.** Categories and flags; weights as in the file. A weight of 0 means that someone has no
    weight at the level; these rows are left out and counted.

    **Missing data.** Per variable by its label: 9 is unknown in most, 99 in the regions and in the
    detailed education, where 9 is GGD regio Utrecht and Hbo.

    **Validated against.** Flags against categories on every reading, and files counted by hand in
    ``tests/loaders/sources/test_gmjv.py``.

    Examples
    --------
    >>> read_gmjv("gmjv2022.sav", wave=2023)
    Traceback (most recent call last):
    eenzaam_stats.errors.OptionError: wave is 2023, which is not an option. Choose one of 2022, ...
    """
    require_option(weights_for, GmjvLevel, name="weights_for")

    def read(year: WaveCodebook) -> Survey:
        def from_file() -> Survey:
            file = open_file(path, **file_words)
            layout = year_layout(file, year, weights_for=weights_for)
            codebook = _choose_level(layout, weights_for, file=file.path.name)
            reading = harmonise_file(
                file, codebook, weights_for=weights_for, weight=weight, leave_out=leave_out
            )
            return as_survey(
                reading,
                source=NAME,
                checks=(*_flag_checks(reading), _direction(reading)),
                notes=tuple(_notes(reading, weights_for=weights_for)),
            )

        own = {"weights_for": weights_for, "weight": weight, "leave_out": list(leave_out)}
        options = own | file_words
        said = repr((year, load_codebook(NAME)))
        return cache_survey(cache, CacheKey(NAME, (Path(path),), said, options), from_file)

    return read_waves(wave, _year, read)


def _year(wave: Wave) -> WaveCodebook:
    """Codebook of a year; which of its layouts a file has is seen when it is opened."""
    (year,) = choose_waves(wave, YEARS)
    return load_codebook(NAME).wave(str(year))


def _choose_level(codebook: WaveCodebook, weights_for: GmjvLevel, *, file: str) -> WaveCodebook:
    if weights_for not in codebook.weight_levels:
        raise DesignError(
            f"{codebook.title} {codebook.name} ({file}) has no weight for "
            f"weights_for={weights_for!r}: "
            f"[{list_all(codebook.weights)}] standardises by region. Use the trend file of "
            f"2022-2024, or one of {list_all(codebook.weight_levels)} as weights_for."
        )
    return replace(codebook, stratum=codebook.stratum_levels[weights_for])


def _notes(reading: Reading, *, weights_for: GmjvLevel) -> Iterator[str]:
    weight = reading.columns["weight"].source_name
    yield f"weights_for={weights_for!r}: weighted by {weight}"
    yield from other_name_notes(reading)
    yield "the file has no items: its categories and flags are kept as published_* and not scored"
    if "stratum" in reading.columns:
        column = reading.columns["stratum"]
        unknown = int((column.values == UNKNOWN_STRATUM).sum())
        if unknown:
            yield (
                f"{unknown:,} row(s) have {column.source_name} {UNKNOWN_STRATUM} (unknown); they "
                "form a stratum of their own"
            )


def _flag_checks(reading: Reading) -> Iterator[CheckResult]:
    """Compare each flag with the category in the same row."""
    category = reading.columns["published_category"]
    for name, said in FLAGS.items():
        flag = reading.columns[name]
        known = (flag.values.notna() & category.values.notna()).to_numpy(dtype=np.bool_)
        one_side = (flag.values.isna() ^ category.values.isna()).to_numpy(dtype=np.bool_)
        wanted = category.values.isin(said).to_numpy(dtype=np.bool_)
        differs = known & (flag.values.fillna(False).to_numpy(dtype=np.bool_) != wanted)
        message = (
            f"{flag.source_name} against {category.source_name}: {int(differs.sum()):,} of "
            f"{int(known.sum()):,} rows differ, {int(one_side.sum()):,} row(s) have one of both"
        )
        rows = tuple(int(row) for row in reading.rows[differs][:ROWS_SHOWN])
        yield CheckResult("agreement", not differs.any() if known.any() else None, message, rows)


def _direction(reading: Reading) -> CheckResult:
    """Check that the categories in the file point the same way."""
    places = {
        reading.columns[name].source_name: _places(reading.columns[name].values)
        for name in CATEGORIES
        if name in reading.columns
    }
    found = []
    for (one, x), (other, y) in combinations(places.items(), 2):
        both = (x >= 0) & (y >= 0)
        if both.sum() >= LEAST_ROWS:
            found.append((one, other, pearson(x[both], y[both]), int(both.sum())))
    known = [pair for pair in found if not np.isnan(pair[2])]
    if not known:
        return CheckResult(CHECK_NAME, None, "Nothing to correlate: too few rows or categories.")
    said = "; ".join(f"{one} with {other} r = {r:.2f} (n = {n:,})" for one, other, r, n in known)
    if all(r > 0 for _, _, r, _ in known):
        return CheckResult(CHECK_NAME, True, f"{said}.")
    return CheckResult(
        CHECK_NAME,
        False,
        f"{said}. One of these is read in the wrong direction, or the columns of the file do not "
        "belong to the same people.",
    )


def _places(values: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Place of the category in its order; -1 where it is missing."""
    return np.asarray(values.cat.codes, dtype=np.int64)
