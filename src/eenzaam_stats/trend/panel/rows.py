"""What enters a panel model: one row per person and wave, as arrays.

Columns are found, checked and counted here; no formula may enter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from eenzaam_stats.arrays import BoolArray, FloatArray, IntArray
from eenzaam_stats.dates.axis import NUMBERS, Calendar
from eenzaam_stats.dates.waves import HOW, dates_of_waves, is_date
from eenzaam_stats.errors import SchemaError, verb
from eenzaam_stats.estimation.aggregates import engine_frame
from eenzaam_stats.estimation.variance.respondent_rows import collect_frame
from eenzaam_stats.keys import normal_keys
from eenzaam_stats.messages import show_groups
from eenzaam_stats.survey import Survey

Family = Literal["linear", "logistic"]
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PanelColumns:
    """Names of the columns of a panel, one row per person and wave.

    Attributes
    ----------
    person, wave : str
        Key of the person, and the wave.
    time : str or None
        Date of the row, a number such as 2020.2 or a date of any kind; ``None`` when the wave is
        the date.
    month : str or None
        Month of the interview, 1-12, where ``time`` or the wave is a year; the date is then the
        middle of the month. LISS has it as ``month``.
    household : str or None
        Key of the household, for a random effect of households. Each person has one in all waves:
        people who moved are refused and never assigned to one of theirs.
    covariates : tuple of str
        Further columns; text and categories become one term per value but the first.
    """

    person: str = "person_id"
    wave: str = "wave"
    time: str | None = None
    month: str | None = None
    household: str | None = None
    covariates: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Every column named, once."""
        named = (self.person, self.wave, self.time, self.month, self.household, *self.covariates)
        return list(dict.fromkeys(name for name in named if name is not None))


@dataclass(frozen=True, slots=True, eq=False)
class PanelRows:
    """A panel as arrays, in the order of the frame.

    Attributes
    ----------
    y : ndarray of float, shape (n,)
        Outcome, NaN where it is missing.
    person, wave : ndarray of int, shape (n,)
        Numbers of the person and of the wave, waves in order of time.
    times : ndarray of float, shape (n,)
        Date of the row.
    household : ndarray of int, shape (n,) or None
        Number of the household.
    covariates : ndarray of float, shape (n, k)
        Terms of the covariates, NaN where missing.
    terms : tuple of str
        Their names.
    labels : tuple of str
        The waves in words.
    outcome, source : str
        For results.
    unit, stratum : ndarray of int, shape (n,)
        Sampling unit and stratum of the row: those of the design of a survey, else the person.
    calendar : Calendar
        How the dates became numbers, for the dates of periods.
    """

    y: FloatArray
    person: IntArray
    wave: IntArray
    times: FloatArray
    household: IntArray | None
    covariates: FloatArray
    terms: tuple[str, ...]
    labels: tuple[str, ...]
    outcome: str
    source: str
    unit: IntArray
    stratum: IntArray
    calendar: Calendar = NUMBERS

    @property
    def has_outcome(self) -> BoolArray:
        """Rows with an outcome."""
        return ~np.isnan(self.y)

    @property
    def complete(self) -> BoolArray:
        """Rows with an outcome and every covariate."""
        return self.has_outcome & ~np.isnan(self.covariates).any(axis=1)


def panel_rows(data: object, outcome: str, *, columns: PanelColumns, family: Family) -> PanelRows:
    """Arrays of a panel, checked.

    Parameters
    ----------
    data : Survey or frame
        One row per person and wave, in a frame of any engine.
    outcome : str
        A number, or 0/1 for ``"logistic"``.
    columns : PanelColumns
        Names of the other columns.
    family : {"linear", "logistic"}
        What the outcome must be.

    Returns
    -------
    PanelRows

    Raises
    ------
    UnknownColumnError, SchemaError
        If a column is absent, holds another kind of values, or a person occurs twice in a wave.
    """
    frame, source = _open_frame(data, [outcome, *columns.names()])
    engine_frame.require_numeric(frame, outcome, flag=family == "logistic")
    y = read_numbers(frame, outcome)
    _require_outcome(y, outcome, family=family)
    person = _keys(frame, columns.person, "key of the person")
    raw_wave = _codes(frame, columns.wave, "wave")
    times, calendar = read_dates(frame, columns.time or columns.wave, month=columns.month)
    wave, labels = _in_order(frame, columns.wave, raw_wave, times)
    _require_once(person, wave, labels)
    household = None
    if columns.household is not None:
        household = _keys(frame, columns.household, "household")
    values, terms = _covariates(frame, columns.covariates)
    cluster, stratum = (name if name in frame.columns else None for name in _find_design(data))
    return PanelRows(
        y, person, wave, times, household, values, terms, labels, outcome, source,
        person if cluster is None else _units(frame, cluster),
        np.zeros_like(person) if stratum is None else _units(frame, stratum),
        calendar,
    )  # fmt: skip


def _find_design(data: object) -> tuple[str | None, str | None]:
    """Columns with clusters and strata of a survey."""
    if not isinstance(data, Survey):
        return (None, None)
    return (next(iter(data.design.clusters), None), data.design.stratum)


def _units(frame: engine_frame.Eager, name: str) -> IntArray:
    return pd.factorize(read_values(frame, name))[0].astype(np.int64)


def _open_frame(data: object, names: list[str]) -> tuple[engine_frame.Eager, str]:
    source = "frame"
    respondents = data
    if isinstance(data, Survey):
        source = data.report.name
        respondents = data.respondents
    frame = engine_frame.open_frame(respondents)
    engine_frame.require_names(frame, names)
    present = frame.collect_schema().names()
    wanted = list(dict.fromkeys([*names, *(n for n in _find_design(data) if n in present)]))
    eager = collect_frame(engine_frame.with_found_types(frame, wanted).select(*wanted))
    if not len(eager):
        raise SchemaError(f"{verb()} needs rows, and the frame has none.")
    return eager, source


def _require_outcome(y: FloatArray, outcome: str, *, family: Family) -> None:
    there = y[~np.isnan(y)]
    wrong = np.isin(y, (0.0, 1.0), invert=True) if family == "logistic" else np.isinf(y)
    wrong &= ~np.isnan(y)
    if wrong.any():
        raise engine_frame.not_an_outcome(
            outcome,
            int(wrong.sum()),
            int(wrong.argmax()) + 1,
            values=list(dict.fromkeys(y[wrong].tolist()))[:_SHOWN],
            flag=family == "logistic",
        )
    if not len(there) or np.ptp(there) == 0.0:
        found = f"all {len(there)} answers are {there[0]:g}" if len(there) else "nobody answered"
        raise SchemaError(
            f"{verb()} needs an outcome that varies, and in column {outcome!r} {found}. "
            "Check that the outcome is the one that is meant."
        )


def _keys(frame: engine_frame.Eager, name: str, what: str) -> IntArray:
    """Numbers of persons or households, whatever form their keys have."""
    keys = normal_keys(read_values(frame, name), place=f"{verb()}, column {name!r},")
    return _number_values(keys, name, what)


def _codes(frame: engine_frame.Eager, name: str, what: str) -> IntArray:
    return _number_values(read_values(frame, name), name, what)


def _number_values(values: pd.Series[Any], name: str, what: str) -> IntArray:
    codes, _ = pd.factorize(values)
    if (codes < 0).any():
        raise SchemaError(
            f"{verb()} needs a {what} in every row, and column {name!r} is missing in "
            f"{int((codes < 0).sum())} row(s) (first in row {int((codes < 0).argmax()) + 1}). "
            "Leave those rows out on purpose."
        )
    return codes.astype(np.int64)


def _in_order(
    frame: engine_frame.Eager, name: str, raw: IntArray, times: FloatArray
) -> tuple[IntArray, tuple[str, ...]]:
    """Waves numbered in order of their mean date, with their labels."""
    uniques = read_values(frame, name).iloc[np.unique(raw, return_index=True)[1]]
    mean = np.bincount(raw, weights=times) / np.bincount(raw)
    order = np.argsort(mean, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    words = [f"{value:g}" if isinstance(value, float) else str(value) for value in uniques.tolist()]
    return rank[raw], tuple(words[at] for at in order)


def _require_once(person: IntArray, wave: IntArray, labels: tuple[str, ...]) -> None:
    again = pd.Series(person * len(labels) + wave).duplicated().to_numpy()
    if again.any():
        raise SchemaError(
            f"{verb()} needs one row per person and wave, and {int(again.sum())} row(s) are a "
            f"second one (first in row {int(again.argmax()) + 1}, wave "
            f"{labels[wave[again.argmax()]]}). Keep one of them on purpose."
        )


def _covariates(
    frame: engine_frame.Eager, names: tuple[str, ...]
) -> tuple[FloatArray, tuple[str, ...]]:
    columns: list[FloatArray] = []
    terms: list[str] = []
    for name in names:
        values = read_values(frame, name)
        if pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
            columns.append(read_numbers(frame, name))
            terms.append(name)
            continue
        order = engine_frame.levels(frame, name)
        kinds = values.astype("category" if order is None else pd.CategoricalDtype(list(order)))
        levels = [level for level in kinds.cat.categories if (kinds == level).any()]
        if len(levels) < 2:
            raise SchemaError(
                f"{verb()} needs covariates that vary, and column {name!r} holds only "
                f"[{show_groups(levels)}]. Leave it out."
            )
        missing = kinds.isna().to_numpy()
        for level in levels[1:]:
            is_level = (kinds == level).to_numpy().astype(np.float64)
            columns.append(np.where(missing, np.nan, is_level))
            terms.append(f"{name}: {level}")
    if not columns:
        return np.empty((len(frame), 0)), ()
    return np.column_stack(columns), tuple(terms)


# Dates of the rows of a panel: numbers, calendar dates, or a year with a month.


def read_dates(
    frame: engine_frame.Eager, name: str, *, month: str | None
) -> tuple[FloatArray, Calendar]:
    """Dates of the rows as numbers, with a month the middle of it, and how they became numbers.

    Raises
    ------
    SchemaError
        If a row has no date, or the dates are written in a way that is not clear.
    """
    values = read_values(frame, name)
    places, found = pd.factorize(values.astype("object"))
    usable = [is_date(value) for value in found]
    wrong = ~np.append(np.array(usable, dtype=np.bool_), False)[places]
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs a date or a number such as 2020.2 in every row, and column {name!r} "
            f"has none in {int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). "
            f"Name a column with dates as time=. {HOW}."
        )
    dates, calendar = dates_of_waves(found, column=name)
    times = dates[places]
    if month is not None:
        months = read_numbers(frame, month)
        _require_months(months, month)
        # The middle of the month: the day of an interview is not delivered.
        times = times + (months - 0.5) / 12.0
    return times, calendar


def read_numbers(frame: engine_frame.Eager, name: str) -> FloatArray:
    """Column as numbers, NaN where missing."""
    values = frame.select(engine_frame.number(name).alias("value")).get_column("value")
    return np.asarray(values.to_numpy(), dtype=np.float64)


def read_values(frame: engine_frame.Eager, name: str) -> pd.Series[Any]:
    """Column as it is, whatever the engine."""
    values = frame.get_column(name)
    if values.implementation.is_pandas():
        native: pd.Series[Any] = values.to_native()
        return native.reset_index(drop=True)
    return pd.Series(values.to_list())


def _require_months(months: FloatArray, name: str) -> None:
    wrong = ~((months >= 1.0) & (months <= 12.0))
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs a month from 1 to 12 in every row, and column {name!r} has none in "
            f"{int(wrong.sum())} row(s) (first in row {int(wrong.argmax()) + 1}). Complete it, or "
            "name a column with dates as time=."
        )
