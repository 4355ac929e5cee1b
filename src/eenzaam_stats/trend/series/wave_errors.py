"""Waves of a series that have no sampling error: refused, left out, or given a stated one.

A wave without an error is not exact. What its own row says decides, wherever the series comes from:
flag, standard error, degrees of freedom, interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from eenzaam_stats.errors import OptionError, SchemaError, verb
from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.trend.row_doubts import flags, numbers, row_doubts
from eenzaam_stats.vocabulary import Flag

WithoutError = Literal["refuse", "leave_out"] | float
WAVE, ESTIMATE, ERROR = "wave", "estimate", "std_error"
_SHOWN = 8


@dataclass(frozen=True, slots=True, eq=False)
class SettledWaves:
    """A series in which every wave has an error, or none of them is known to have.

    Attributes
    ----------
    frame : pandas.DataFrame
        Waves that are kept.
    doubts : tuple of (str, Doubt)
        Name and doubt of each of them.
    notes : tuple of str
        What was done at the request of the user.
    """

    frame: pd.DataFrame
    doubts: tuple[tuple[str, Doubt], ...]
    notes: tuple[str, ...] = ()


def settle_waves(frame: pd.DataFrame, how: WithoutError) -> SettledWaves:
    """Settle the waves that have no sampling error.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per wave with ``wave`` and ``estimate``; where it has them ``std_error``, ``df``,
        ``flag``, ``reason`` and ``conf_low`` count.
    how : {"refuse", "leave_out"} or float
        What to do: stop with the waves named, drop them, or give them this standard error.

    Returns
    -------
    SettledWaves

    Raises
    ------
    OptionError
        If ``how`` is none of these.
    SchemaError
        If it is ``"refuse"`` and a wave has no error.

    Notes
    -----
    Where no wave has a ``std_error``, errors are unknown and not 0: then only degrees of freedom
    and flags count.

    **Missing data.** A wave without an estimate, or with an error that is simply not filled in, is
    left to the verb, unless ``how`` says what to do with it.

    Examples
    --------
    >>> frame = pd.DataFrame({"wave": [1, 2], "estimate": [0.4, 0.5], "std_error": [0.02, 0.0]})
    >>> settle_waves(frame, "leave_out").notes
    ('Left out, as asked, without a sampling error: 2 (no variance).',)
    """
    _require_how(how)
    names = tuple(_name(value) for value in frame[WAVE].tolist())
    doubts = row_doubts(frame)
    without = np.array([one.no_error for one in doubts], dtype=np.bool_)
    if how == "refuse":
        without &= ~_find_unfilled(frame)
    if not without.any():
        return SettledWaves(frame, tuple(zip(names, doubts, strict=True)))
    named = [f"{names[at]} ({doubts[at].reason})" for at in np.flatnonzero(without)]
    if how == "refuse":
        raise _refusal(named)
    if how == "leave_out":
        kept = np.flatnonzero(~without)
        note = f"Left out, as asked, without a sampling error: {_list_waves(named)}."
        return SettledWaves(
            frame.iloc[kept], tuple((names[at], doubts[at]) for at in kept), (note,)
        )
    note = f"Given a standard error of {how:g}, as asked: {_list_waves(named)}."
    return SettledWaves(
        _give_error(frame, without, float(how)),
        tuple(
            (name, _state_error(doubt, float(how)) if one else doubt)
            for name, doubt, one in zip(names, doubts, without, strict=True)
        ),
        (note,),
    )


def _require_how(how: WithoutError) -> None:
    if how in ("refuse", "leave_out"):
        return
    if isinstance(how, bool) or not isinstance(how, int | float) or not 0.0 < how < math.inf:
        raise OptionError(
            f"without_error is {how!r}, which is not an option. Choose one of 'refuse', "
            "'leave_out', or a standard error above 0 for the waves that have none."
        )


def _name(wave: object) -> str:
    return f"{wave:.12g}" if isinstance(wave, float) else str(wave)


def _find_unfilled(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """Rows without an estimate, and rows without an error that no flag explains."""
    errors = numbers(frame, ERROR)
    plain = np.array([flag == Flag.RELIABLE for flag in flags(frame)], dtype=np.bool_)
    unfilled = plain & (~np.isfinite(errors) | (errors < 0.0)) & ~(numbers(frame, "df") <= 0.0)
    return np.asarray(unfilled | ~np.isfinite(numbers(frame, ESTIMATE)))


def _give_error(frame: pd.DataFrame, without: NDArray[np.bool_], error: float) -> pd.DataFrame:
    errors = np.where(without, error, numbers(frame, ERROR))
    return frame.assign(**{ERROR: errors})


def _state_error(doubt: Doubt, error: float) -> Doubt:
    words = f"{doubt.reason}; given a standard error of {error:g}"
    return Doubt(Flag.UNCERTAIN, words, disclosure=doubt.disclosure)


def _list_waves(named: Sequence[str]) -> str:
    more = f" and {len(named) - _SHOWN} more" if len(named) > _SHOWN else ""
    return ", ".join(named[:_SHOWN]) + more


def _refusal(named: Sequence[str]) -> SchemaError:
    return SchemaError(
        f"{verb()} needs a sampling error in every wave, and {len(named)} wave(s) have none: "
        f"{_list_waves(named)}. A wave without an error is not exact. Leave them out with "
        "FitOptions(without_error='leave_out'), or give them a standard error with "
        "FitOptions(without_error=0.02), from eenzaam_stats.trend.series.fitting, in the fit= of "
        "the options (--without-error on the command line)."
    )
