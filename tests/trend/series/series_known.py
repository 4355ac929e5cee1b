"""Public series with answers of R beside the repository: their design as R had it and as ours.

Every case gives the frame and the interruptions for the verb, and R's own regression matrix for the
functions of arrays below it. Columns are called by the names that R printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions

FloatArray = NDArray[np.float64]
ITS = Path(__file__).resolve().parents[4] / "shared" / "data" / "its"


@dataclass(frozen=True, eq=False)
class Case:
    """One series, as the verb takes it and as R had it.

    ``columns`` are R's regressors beside the intercept; ``names`` gives our term for each of them.
    R counts the trend from ``origin``; only where the first wave is there are the intercepts equal.
    """

    frame: pd.DataFrame
    interruptions: tuple[Interruption, ...]
    columns: Mapping[str, FloatArray]
    names: Mapping[str, str]
    options: SeriesOptions = field(default_factory=SeriesOptions)
    covariates: tuple[str, ...] = ()

    @property
    def used(self) -> NDArray[np.bool_]:
        """Waves that R was given: all but a washout."""
        times = self.frame["wave"].to_numpy(float)
        one = self.interruptions[0]
        if not (one.gradual and one.phase_in == "washout"):
            return np.ones(len(times), dtype=np.bool_)
        return (times < one.start) | (times >= one.full_from)

    @property
    def times(self) -> FloatArray:
        return self.frame["wave"].to_numpy(float)[self.used]

    @property
    def y(self) -> FloatArray:
        return self.frame["estimate"].to_numpy(float)[self.used]

    @property
    def x(self) -> FloatArray:
        n = len(self.frame)
        return np.column_stack([np.ones(n), *self.columns.values()])[self.used]

    @property
    def terms(self) -> tuple[str, ...]:
        """R's names of the columns of ``x``."""
        return ("(Intercept)", *self.columns)

    @property
    def comparable(self) -> dict[str, str]:
        """R's name and ours of every term that means the same in both."""
        trend = next(iter(self.columns.values()))
        same = {"(Intercept)": "intercept"} if trend[0] == 0.0 else {}
        return {**same, **self.names}


def answers() -> dict[str, Any]:
    """Every answer of R; skips where the folder is not beside the repository."""
    if not ITS.is_dir():
        pytest.skip("the reference data folder ../shared/data is not on this machine")
    return _answers()


@cache
def _answers() -> dict[str, Any]:
    result: dict[str, Any] = json.loads((ITS / "reference_values.json").read_text("utf-8"))
    return result


def answer(*path: str) -> Any:
    """One answer of R; an unknown key is an error and never a skip."""
    found: Any = answers()
    for key in path:
        if key not in found:
            raise KeyError(f"no {key!r} in {path}; there is {list(found)}")
        found = found[key]
    return found


def on(times: FloatArray, start: float) -> FloatArray:
    return (times >= start).astype(float)


def ramp(times: FloatArray, start: float, origin: float | None = None) -> FloatArray:
    return on(times, start) * (times - (start if origin is None else origin))


def _frame(times: FloatArray, values: FloatArray, **more: FloatArray) -> pd.DataFrame:
    return pd.DataFrame({"wave": times, "estimate": values, **more})


def california() -> Case:
    d = pd.read_csv(ITS / "cigsales" / "cigsales_california.csv")
    return _california(d["cigsale"].to_numpy(float))


def california_minus_the_other_states() -> Case:
    d = pd.read_csv(ITS / "cigsales" / "california_prop99_synthdid.csv", sep=";")
    treated = d["State"] == "California"
    own, others = (d[rows].groupby("Year")["PacksPerCapita"].mean() for rows in (treated, ~treated))
    return _california((own - others).to_numpy())


def _california(values: FloatArray) -> Case:
    t = np.arange(31.0)
    return Case(
        _frame(t, values),
        (Interruption("tax", 19.0),),
        {"t": t, "x": on(t, 19), "xt": ramp(t, 19)},
        {"t": "trend", "x": "tax: level change", "xt": "tax: slope change"},
    )


def california_in_two_steps() -> Case:
    plain = california()
    t = plain.times
    return Case(
        plain.frame,
        (Interruption("1982", 12.0), Interruption("tax", 19.0)),
        {"t": t, "x82": on(t, 12), "xt82": ramp(t, 12), "x": on(t, 19), "xt": ramp(t, 19)},
        {
            "t": "trend",
            "x82": "1982: level change",
            "xt82": "1982: slope change",
            "x": "tax: level change",
            "xt": "tax: slope change",
        },
    )


def _sicily(file: str = "sicily_rate_with_sampling_variance.csv") -> pd.DataFrame:
    d = pd.read_csv(ITS / "sicily" / file)
    return _frame(d["time"].to_numpy(float), d["rate"].to_numpy(), std_error=np.sqrt(d["vi"]))


SICILY = {"time": "trend", "smokban": "ban: level change", "post": "ban: slope change"}


def sicily(file: str = "sicily_rate_with_sampling_variance.csv", *, known: bool = False) -> Case:
    frame = _sicily(file)
    t = frame["wave"].to_numpy()
    return Case(
        frame if known else frame.drop(columns="std_error"),
        (Interruption("ban", 37.0),),
        {"time": t, "smokban": on(t, 37), "post": ramp(t, 37)},
        SICILY,
    )


def sicily_irregular(*, known: bool = False) -> Case:
    return sicily("sicily_irregular24.csv", known=known)


def sicily_harmonics() -> Case:
    plain = sicily()
    angle = 2.0 * np.pi * plain.times / 12.0
    waves = {"s1": np.sin(angle), "s2": np.sin(2 * angle), "c1": np.cos(angle)}
    return Case(
        plain.frame,
        plain.interruptions,
        {**plain.columns, **waves, "c2": np.cos(2 * angle)},
        {**SICILY, "s1": "sin 1", "s2": "sin 2", "c1": "cos 1", "c2": "cos 2"},
        SeriesOptions(season=2, period=12.0),
    )


def sicily_level() -> Case:
    plain = sicily()
    return Case(
        plain.frame,
        (Interruption("ban", 37.0, effects=("level",)),),
        {name: plain.columns[name] for name in ("time", "smokban")},
        {name: SICILY[name] for name in ("time", "smokban")},
    )


def sicily_from_the_wave_before() -> Case:
    plain = sicily()
    t = plain.times
    return Case(
        plain.frame,
        plain.interruptions,
        {"time": t, "smokban": on(t, 37), "post1": ramp(t, 37, 36)},
        {"time": "trend", "smokban": "ban: level change", "post1": "ban: slope change"},
        SeriesOptions(ramp="wave_before"),
    )


NEW_HAMPSHIRE = {
    "time": "trend",
    "dl": "cap: level change",
    "dt": "cap: slope change",
    "cl": "co-payment: level change",
    "ct": "co-payment: slope change",
}


def new_hampshire(*, outlier: bool = True, wave_before: bool = False) -> Case:
    values = pd.read_csv(ITS / "itsx" / "nh_multiple_int.csv")["rxpp"].to_numpy(float)
    t = np.arange(1.0, 49.0)
    back, last = (1.0, "1") if wave_before else (0.0, "")
    columns = {
        "time": t,
        "dl": on(t, 21),
        f"dt{last}": ramp(t, 21, 21 - back),
        "cl": on(t, 32),
        f"ct{last}": ramp(t, 32, 32 - back),
    }
    names = dict(zip(columns, NEW_HAMPSHIRE.values(), strict=True))
    extra = {"wp": (t == 20).astype(float)} if outlier else {}
    return Case(
        _frame(t, values, **extra),
        (Interruption("cap", 21.0), Interruption("co-payment", 32.0)),
        {**columns, **extra},
        {**names, **{name: name for name in extra}},
        SeriesOptions(ramp="wave_before" if wave_before else "date"),
        tuple(extra),
    )


def _antidepressants(
    one: Interruption, columns: Mapping[str, FloatArray], names: Mapping[str, str], **options: Any
) -> Case:
    values = pd.read_csv(ITS / "itsx" / "antidep_phase_in.csv")["ad_perc"].to_numpy(float)
    t = np.arange(1.0, 45.0)
    names = {"time": "trend", **{name: f"warning: {ours}" for name, ours in names.items()}}
    return Case(_frame(t, values), (one,), {"time": t, **columns}, names, SeriesOptions(**options))


def antidepressants_washout(*, wave_before: bool = False) -> Case:
    t = np.arange(1.0, 45.0)
    trend = "trend1" if wave_before else "trend0"
    return _antidepressants(
        Interruption("warning", 16.0, full_from=21.0, phase_in="washout"),
        {"level": on(t, 21), trend: ramp(t, 21, 20 if wave_before else 21)},
        {"level": "level change", trend: "slope change"},
        ramp="wave_before" if wave_before else "date",
    )


def antidepressants_own_segment() -> Case:
    t = np.arange(1.0, 45.0)
    phase = on(t, 16) - on(t, 21)
    return _antidepressants(
        Interruption("warning", 16.0, full_from=21.0, phase_in="segment"),
        {"phase": phase, "phase_t": phase * (t - 16), "post": on(t, 21), "post_t": ramp(t, 21)},
        {
            "phase": "level phase-in",
            "phase_t": "slope phase-in",
            "post": "level change",
            "post_t": "slope change",
        },
    )


def antidepressants_linear_ramp() -> Case:
    t = np.arange(1.0, 45.0)
    return _antidepressants(
        Interruption("warning", 15.0, full_from=20.0, phase_in="linear"),
        {"ramp": np.clip(t - 15, 0, 5) / 5, "after": np.maximum(t - 20, 0)},
        {"ramp": "level change", "after": "slope change"},
    )


CASES = {
    "cigsales_california": california,
    "cigsales_difference_series": california_minus_the_other_states,
    "cigsales_two_interruptions": california_in_two_steps,
    "sicily_rate_level_slope": sicily,
    "sicily_rate_level_slope_harmonics": sicily_harmonics,
    "sicily_rate_level": sicily_level,
    "sicily_rate_convention_trend_starts_at_1": sicily_from_the_wave_before,
    "sicily_irregular24_corCAR1": sicily_irregular,
    "itsx_nh_multiple": new_hampshire,
    "itsx_nh_multiple_no_outlier_dummy": lambda: new_hampshire(outlier=False),
    "itsx_nh_multiple_convention_trend_starts_at_1": lambda: new_hampshire(wave_before=True),
    "itsx_antidep_washout": antidepressants_washout,
    "itsx_antidep_own_segment": antidepressants_own_segment,
    "itsx_antidep_linear_ramp": antidepressants_linear_ramp,
}
