"""What enters a series: one value per wave with, where known, its sampling error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.dates.axis import NUMBERS, Calendar, nearest_wave
from eenzaam_stats.dates.waves import HOW, dates_of_waves, read_moment, unclear_number, values_in
from eenzaam_stats.errors import OptionError, SchemaError, UnknownColumnError, list_all, verb
from eenzaam_stats.number_columns import numbers_or_nan
from eenzaam_stats.output_check import empty_hidden_rows
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.trend.series.wave_errors import WithoutError, settle_waves

WAVE, ESTIMATE, ERROR = "wave", "estimate", "std_error"
_LEAST_WAVES = 3


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One value per wave, in order of time.

    Attributes
    ----------
    times : ndarray of float, shape (n,)
        Dates as numbers, for instance decimal years: ``dates.waves`` says how.
    values : ndarray of float, shape (n,)
        Estimates on the scale of the model.
    known : ndarray of float, shape (n,)
        Sampling variances on that scale; zeros without them.
    covariates : ndarray of float, shape (n, k)
        Further regressors.
    names : tuple of str
        Their names.
    outcome, source : str
        What the values are and where they come from, for results.
    has_errors : bool
        Whether the sampling errors are known.
    calendar : Calendar
        How its dates became numbers, for other dates on the same axis.
    doubts : tuple of (str, Doubt)
        Name and doubt of each wave, and after them of what else it is compared with; empty for a
        series without rows.
    notes : tuple of str
        What was done to waves without a sampling error.
    """

    times: FloatArray
    values: FloatArray
    known: FloatArray
    covariates: FloatArray
    names: tuple[str, ...]
    outcome: str
    source: str
    has_errors: bool
    calendar: Calendar = NUMBERS
    doubts: tuple[tuple[str, Doubt], ...] = ()
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)

    def date(self, value: object, *, what: str) -> float:
        """Place of a date, given as the waves are or as another date, on the axis of the waves.

        A wave that rounding alone keeps from it is that date.
        """
        moment = read_moment(value)
        if moment is None:
            raise OptionError(f"{verb()}: {what} is {value!r}, which is no date. {HOW}.")
        unclear = unclear_number(moment) if isinstance(moment, float) else ""
        if unclear:
            raise OptionError(f"{verb()}: {what} is {value!r}, which {unclear}.")
        return nearest_wave(self.calendar.number(moment), self.times)

    def keep_rows(self, rows: NDArray[np.bool_]) -> Series:
        """The waves for which ``rows`` is true."""
        return replace(
            self,
            times=self.times[rows],
            values=self.values[rows],
            known=self.known[rows],
            covariates=self.covariates[rows],
            doubts=(
                *(one for one, kept in zip(self.doubts, rows, strict=False) if kept),
                *self.doubts[len(rows) :],
            ),
        )


def open_series(
    data: Estimates | pd.DataFrame,
    *,
    covariates: Sequence[str],
    link: str,
    without_error: WithoutError = "refuse",
) -> Series:
    """Series of a result or a frame, checked and on the scale of the model.

    Parameters
    ----------
    data : Estimates or pandas.DataFrame
        Estimates by wave and nothing else, or a frame with ``wave``, ``estimate`` and, where known,
        ``std_error``.
    covariates : sequence of str
        Further columns of the frame.
    link : {"identity", "logit"}
        Scale of the model; for the logit the sampling errors follow by the delta method.
    without_error : {"refuse", "leave_out"} or float, default "refuse"
        What to do with waves that have no sampling error, as in ``FitOptions``.

    Returns
    -------
    Series

    Raises
    ------
    UnknownColumnError
        If a column is absent.
    SchemaError
        If there are fewer than three waves, waves occur twice or are no dates, an estimate is
        missing or infinite, an error is negative, some errors are missing, a wave has no sampling
        error, the series is constant, or a proportion has no logit.
    """
    frame, outcome, source = series_frame(data)
    missing = [name for name in (WAVE, ESTIMATE, *covariates) if name not in frame]
    if missing:
        raise UnknownColumnError.among(missing, list(frame.columns))
    settled = settle_waves(frame, without_error)
    frame = settled.frame
    if len(frame) < _LEAST_WAVES:
        raise SchemaError(
            f"{verb()} needs a series of at least {_LEAST_WAVES} waves, and got {len(frame)}. "
            "Check the selection, or add waves."
        )
    times, calendar = wave_times(frame[WAVE])
    order = np.argsort(times, kind="stable")
    times, columns = times[order], [ESTIMATE, *covariates]
    numbers = np.column_stack([numbers_in(frame[name]) for name in columns])[order]
    _require_values(times, numbers, columns)
    values = numbers[:, 0]
    known, has_errors = _variances(frame, times, order)
    if np.ptp(values) == 0.0:
        raise SchemaError(
            f"{verb()} needs a series that varies, and all {len(values)} waves have the same "
            f"estimate, {values[0]:g}. Check that the estimates belong to different waves."
        )
    if link == "logit":
        values, known = _logits(values, known)
    return Series(
        times=times,
        values=values,
        known=known,
        covariates=numbers[:, 1:],
        names=tuple(covariates),
        outcome=outcome,
        source=source,
        has_errors=has_errors,
        calendar=calendar,
        doubts=tuple(settled.doubts[at] for at in order),
        notes=settled.notes,
    )


def beside_controls(treated: Series, *controls: Series) -> tuple[Series, list[Series]]:
    """A series that also knows what is doubted in its controls, and the controls."""
    doubts = [(f"control {name}", doubt) for one in controls for name, doubt in one.doubts]
    notes = [f"Control: {note}" for one in controls for note in one.notes]
    told = replace(treated, doubts=(*treated.doubts, *doubts), notes=(*treated.notes, *notes))
    return told, list(controls)


def series_frame(data: Estimates | pd.DataFrame) -> tuple[pd.DataFrame, str, str]:
    """Frame with a column ``wave``, outcome and source of estimates by wave or of a frame."""
    if isinstance(data, pd.DataFrame):
        return empty_hidden_rows(data), "series", "frame"
    if not isinstance(data, Estimates):
        raise SchemaError(
            f"{verb()} needs Estimates by wave or a pandas frame with wave and estimate; it got "
            f"{type(data).__qualname__}. Use es.prevalence(survey, outcome, by='wave')."
        )
    if len(data.by) != 1:
        raise SchemaError(
            f"{verb()} needs one estimate per wave, and these estimates are by "
            f"[{list_all(data.by)}]. Estimate by='wave', or take one group of tidy()."
        )
    note = data.footnote
    frame = data.details().rename(columns={data.by[0]: WAVE})
    return frame, note.outcome, f"{note.source} {note.wave} ({note.origin})"


def wave_times(waves: pd.Series[Any]) -> tuple[FloatArray, Calendar]:
    """Waves as numbers, each once, whatever kind of dates they are, and their calendar."""
    times, calendar = dates_of_waves(values_in(waves), column=WAVE)
    if len(np.unique(times)) < len(times):
        again = dict.fromkeys(waves[pd.Series(times).duplicated().to_numpy()])
        raise SchemaError(
            f"{verb()} needs one row per wave, and wave(s) [{list_all(again)}] occur more "
            "than once. "
            "Take one group, or combine them first."
        )
    return times, calendar


def waves_alone(times: FloatArray, calendar: Calendar) -> Series:
    """Series of dates without values, for whoever asks about dates only."""
    nothing, none = np.zeros(len(times)), np.empty((len(times), 0))
    return Series(np.sort(times), nothing, nothing, none, (), "", "", False, calendar)


def numbers_in(column: pd.Series[Any]) -> FloatArray:
    """Column as numbers, NaN where it holds none."""
    # pandas counts a date since 1970; as an object it is no number
    plain = column if pd.api.types.is_numeric_dtype(column) else column.astype("object")
    return numbers_or_nan(plain, place="a series").to_numpy(np.float64)


def _require_values(times: FloatArray, numbers: FloatArray, columns: Sequence[str]) -> None:
    wrong = ~np.isfinite(numbers)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise SchemaError(
            f"{verb()} needs a number in every wave, and column {columns[column]!r} has none in "
            f"{int(wrong[:, column].sum())} wave(s) (first {times[row]:g}). Leave those "
            "waves out: a gap is allowed."
        )


def _variances(
    frame: pd.DataFrame, times: FloatArray, order: NDArray[np.intp]
) -> tuple[FloatArray, bool]:
    if ERROR not in frame or frame[ERROR].isna().all():
        return np.zeros(len(frame)), False
    errors = numbers_in(frame[ERROR])[order]
    wrong = ~(np.isfinite(errors) & (errors >= 0.0))
    if wrong.any():
        raise SchemaError(
            f"{verb()} needs a standard error of at least 0 in every wave or in none, and "
            f"{int(wrong.sum())} wave(s) have another (first "
            f"{times[wrong.argmax()]:g}). Complete the column, leave these waves out with "
            "FitOptions(without_error='leave_out') in the fit= of the options (--without-error "
            "leave_out on the command line), or leave the column out to treat sampling errors as "
            "unknown."
        )
    return errors**2, True


def _logits(values: FloatArray, known: FloatArray) -> tuple[FloatArray, FloatArray]:
    if not ((values > 0.0) & (values < 1.0)).all():
        raise SchemaError(
            f"{verb()} needs proportions between 0 and 1 for link='logit', and found "
            f"{values.min():g} to {values.max():g}. Use link='identity'."
        )
    return np.log(values / (1.0 - values)), known / (values * (1.0 - values)) ** 2
