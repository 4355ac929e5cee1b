"""Prevalences by age band, sex and wave, as the cells that a projection starts from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.age_bands import Band, band_edges, parse_band
from eenzaam_stats.arguments import in_words
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.cell_text import UNSAID, NumberFormat
from eenzaam_stats.dates.waves import read_moment
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError, verb, verb_named
from eenzaam_stats.number_columns import numbers_in
from eenzaam_stats.output_check import empty_hidden_rows
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.row_doubts import row_doubts
from eenzaam_stats.vocabulary import Sex

AGE_NAMES = ("age_group", "age_band")
TOTAL = "total"
SEXES = (Sex.MEN.value, Sex.WOMEN.value)
WAVE = "wave"
_COLUMNS = {"estimate": np.nan, "std_error": np.nan, "df": np.inf, "n_valid": np.nan}


@dataclass(frozen=True, slots=True, eq=False)
class PrevalenceCells:
    """Prevalence per wave and cell; a cell is an age band, or an age band and a sex.

    Attributes
    ----------
    waves : tuple of int
        In order.
    bands : tuple of str
        Age bands in order, without gap.
    edges : tuple of (int, int or None)
        First and last age of each band.
    sexes : tuple of str
        ``("men", "women")``, or ``("total",)`` where sexes are not apart.
    estimate, std_error, df : ndarray of float, shape (waves, cells)
        Proportions 0-1, their standard errors (NaN where unknown) and degrees of freedom (infinite
        where unknown). Cells are ordered by band, then sex. A wave may lack cells: NaN.
    n : ndarray of float, shape (waves, cells)
        People who answered; NaN where unknown.
    doubts : tuple of tuple of Doubt
        Of every cell of every wave.
    outcome, source : str
        What was estimated, from where.
    synthetic : bool
        Whether the estimates come from synthetic data.
    """

    waves: tuple[int, ...]
    bands: tuple[str, ...]
    edges: tuple[Band, ...]
    sexes: tuple[str, ...]
    estimate: FloatArray
    std_error: FloatArray
    df: FloatArray
    n: FloatArray
    doubts: tuple[tuple[Doubt, ...], ...]
    outcome: str
    source: str
    synthetic: bool

    @property
    def band_numbers(self) -> NDArray[np.intp]:
        """Band of each cell."""
        return np.repeat(np.arange(len(self.bands)), len(self.sexes))

    @verb_named("project()")
    def wave(self, year: int) -> int:
        """Place of the base wave, which must have every cell.

        Raises
        ------
        OptionError
            If there is no such wave.
        SchemaError
            If the wave lacks a cell.
        """
        if year not in self.waves:
            raise OptionError.among(year, self.waves, name="base_year")
        at = self.waves.index(year)
        lacking = np.flatnonzero(np.isnan(self.estimate[at]))
        if len(lacking):
            raise SchemaError(
                f"{verb()} needs a prevalence in every cell of {year}, but {len(lacking)} of "
                f"{self.estimate.shape[1]} have none (absent or suppressed), first "
                f"{self.name(int(lacking[0]))}. Join bands, or start from another wave."
            )
        return at

    def name(self, cell: int) -> str:
        """Band and sex of a cell, for messages."""
        band, sex = divmod(cell, len(self.sexes))
        return f"{self.bands[band]} {self.sexes[sex]}"


@in_words
@verb_named("project()")
def prevalence_cells(
    prevalence: Estimates | pd.DataFrame,
    *,
    base_year: int | None = None,
    numbers: NumberFormat = UNSAID,
) -> PrevalenceCells:
    """Prevalences as cells, checked.

    Parameters
    ----------
    prevalence : Estimates or pandas.DataFrame
        By ``age_group`` or ``age_band`` and perhaps ``sex`` and ``wave``; a frame has ``estimate``
        and perhaps ``std_error``, ``df``, ``n_valid``, ``flag`` and ``reason``.
    base_year : int, optional
        Wave of estimates that have none.
    numbers : NumberFormat
        How numbers that stand as text are written.

    Returns
    -------
    PrevalenceCells

    Raises
    ------
    UnknownColumnError
        If the age bands or the estimates are not there.
    SchemaError
        If there are other groups, bands overlap or leave a gap, a cell comes twice or an estimate
        is outside 0-1.
    OptionError
        If a sex is neither men nor women, or the wave is unknown.

    Examples
    --------
    >>> frame = pd.DataFrame({"age_band": ["18-74", "75+"], "estimate": [0.48, 0.55]})
    >>> cells = prevalence_cells(frame, base_year=2022)
    >>> cells.edges, cells.sexes, cells.waves
    (((18, 74), (75, None)), ('total',), (2022,))
    """
    frame, outcome, source, synthetic = _frame(prevalence)
    age = _age_column(frame)
    _no_other_groups(prevalence, age)
    frame = frame.assign(**{WAVE: _waves(frame, prevalence, base_year)})
    bands = _order_bands(frame[age].astype(str))
    sexes = _sexes(frame)
    waves = tuple(sorted({int(year) for year in frame[WAVE]}))
    keys = [
        (int(year), str(band), str(sex))
        for year, band, sex in zip(
            frame[WAVE], frame[age], frame.get("sex", [TOTAL] * len(frame)), strict=True
        )
    ]
    _each_once(keys)
    places = [
        (waves.index(year), bands.index(band) * len(sexes) + sexes.index(sex))
        for year, band, sex in keys
    ]
    shape = (len(waves), len(bands) * len(sexes))
    columns = {}
    for name, absent in _COLUMNS.items():
        given = _numbers(frame, name, absent, numbers)
        columns[name] = np.full(shape, absent)
        for place, value in zip(places, given, strict=True):
            columns[name][place] = value
        if name in frame:
            frame = frame.assign(**{name: given})
    _proportions(columns["estimate"])
    doubts = [[Doubt()] * shape[1] for _ in waves]
    for (at, cell), doubt in zip(places, row_doubts(frame, sets=frame[WAVE].tolist()), strict=True):
        doubts[at][cell] = doubt
    return PrevalenceCells(
        waves, bands, band_edges(bands), sexes,
        columns["estimate"], columns["std_error"], columns["df"], columns["n_valid"],
        tuple(map(tuple, doubts)), outcome, source, synthetic,
    )  # fmt: skip


def _frame(prevalence: Estimates | pd.DataFrame) -> tuple[pd.DataFrame, str, str, bool]:
    if isinstance(prevalence, Estimates):
        note = prevalence.footnote
        if "proportion" not in note.statistic:
            raise SchemaError(
                f"{verb()} needs proportions, but these are estimates of a {note.statistic}. "
                "Estimate the prevalence of an outcome."
            )
        words = f"{note.source} {note.wave}".strip()
        return prevalence.details(), note.outcome, words, note.origin == "synthetic"
    about = prevalence.attrs
    return (
        # A suppressed estimate is missing and never 0, also where a frame still holds what was
        # hidden.
        empty_hidden_rows(prevalence.copy()),
        str(about.get("outcome", "outcome")),
        str(about.get("source", "a table of the user")),
        bool(about.get("synthetic", False)),
    )


def _age_column(frame: pd.DataFrame) -> str:
    found = [name for name in AGE_NAMES if name in frame]
    missing = [] if found else [AGE_NAMES[0]]
    missing += [] if "estimate" in frame else ["estimate"]
    if missing:
        raise UnknownColumnError.among(missing, [str(one) for one in frame])
    return found[0]


def _no_other_groups(prevalence: Estimates | pd.DataFrame, age: str) -> None:
    if not isinstance(prevalence, Estimates):
        return
    others = [name for name in prevalence.by if name not in {age, "sex", WAVE}]
    if others:
        raise SchemaError(
            f"{verb()} needs groups of age, sex and wave, but the estimates are also by {others}. "
            "Estimate again without, or for one of those groups."
        )


def _waves(
    frame: pd.DataFrame, prevalence: Estimates | pd.DataFrame, base_year: int | None
) -> Sequence[int]:
    found: Sequence[object] = (
        frame[WAVE].tolist() if WAVE in frame else [_one_wave(prevalence, base_year)] * len(frame)
    )
    try:
        return [_year(value) for value in found]
    except (TypeError, ValueError):
        raise SchemaError(
            f"{verb()} needs waves that are years, but found {found[0]!r}. Give one wave, and its "
            "year as base_year."
        ) from None


def _year(value: object) -> int:
    moment = read_moment(value)
    if isinstance(moment, dt.datetime):
        return moment.year
    if moment is None or not moment.is_integer():
        raise ValueError(value)
    return int(moment)


def _one_wave(prevalence: Estimates | pd.DataFrame, base_year: int | None) -> object:
    if base_year is not None:
        return base_year
    if isinstance(prevalence, Estimates) and prevalence.footnote.wave:
        return prevalence.footnote.wave
    raise OptionError(
        f"{verb()} needs the year of the prevalences, but there is no column 'wave' and no "
        "base_year. Give base_year."
    )


def _order_bands(found: pd.Series) -> tuple[str, ...]:
    # a word that is no band goes first, so that the message names it and not its neighbour
    ordered = tuple(sorted(dict.fromkeys(found), key=lambda band: (parse_band(band) or (-1,))[0]))
    try:
        band_edges(ordered)
    except OptionError as error:
        raise SchemaError(
            f"{verb()} needs age bands that follow each other, but found {list(ordered)}. {error}"
        ) from None
    return ordered


def _sexes(frame: pd.DataFrame) -> tuple[str, ...]:
    if "sex" not in frame:
        return (TOTAL,)
    found = {str(sex) for sex in frame["sex"]}
    if found == {TOTAL}:
        return (TOTAL,)
    for sex in sorted(found):
        if sex not in SEXES:
            raise OptionError(
                f"{verb()} knows the sexes {list(SEXES)}, those of the population tables, but "
                f"found {sex!r}. Rename it, or estimate without sex."
            )
    if len(found) < len(SEXES):
        raise SchemaError(
            f"{verb()} needs men and women, but found {sorted(found)} only. Add the other sex, or "
            "leave the column out to project both together."
        )
    return SEXES


def _each_once(keys: Sequence[tuple[int, str, str]]) -> None:
    seen: set[tuple[int, str, str]] = set()
    for row, key in enumerate(keys, 1):
        if key in seen:
            raise SchemaError(
                f"{verb()} needs one prevalence per wave, age band and sex, but {key} is there "
                f"twice, again in row {row}. Keep one."
            )
        seen.add(key)


def _numbers(frame: pd.DataFrame, name: str, absent: float, form: NumberFormat) -> FloatArray:
    if name not in frame:
        return np.full(len(frame), absent)
    values = numbers_in(frame[name], form)
    if not pd.api.types.is_numeric_dtype(values):
        wanted = f"{verb()} needs numbers in column {name!r}, but found words."
        raise SchemaError(f"{wanted} Leave such cells empty.")
    return np.asarray(values.astype(float).fillna(absent), float)


def _proportions(values: FloatArray) -> None:
    wrong = np.argwhere((values < 0) | (values > 1))
    if len(wrong):
        found = values[tuple(wrong[0])]
        raise SchemaError(
            f"{verb()} needs proportions of 0-1, but {len(wrong)} prevalence(s) are not, first "
            f"{found:g}. Divide percentages by 100."
        )
