"""One fit of an interrupted series against statsmodels OLS of the same size, in one run.

usage: python benchmarks/series.py [--waves 40] [--rounds 20]

The yardstick is the bare OLS fit with its standard errors. Ratios within one run, printed and never
asserted; that least squares gives the same numbers in both is checked. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from eenzaam_stats.numerics.series.ar_reml import fit_reml
from eenzaam_stats.trend.series.interrupted import interrupted_time_series
from eenzaam_stats.trend.series.interruption import Interruption

SEED, PHI = 20240917, 0.4
BLOCK = 15
AGREE = 1e-9


def series(waves: int) -> pd.DataFrame:
    """Made-up series with autocorrelation, a level and a slope change halfway, known errors."""
    rng = np.random.default_rng(SEED)
    t = np.arange(float(waves))
    noise = rng.normal(0, 1, waves)
    for at in range(1, waves):
        noise[at] = PHI * noise[at - 1] + np.sqrt(1 - PHI**2) * noise[at]
    after = t >= waves // 2
    values = 10 + 0.05 * t + 2.0 * after - 0.1 * after * (t - waves // 2) + noise
    return pd.DataFrame({"wave": t, "estimate": values, "std_error": 0.5})


def design(frame: pd.DataFrame) -> np.ndarray:
    t = frame["wave"].to_numpy()
    start = len(t) // 2
    return np.column_stack([np.ones(len(t)), t, t >= start, (t >= start) * (t - start)])


def ways(frame: pd.DataFrame) -> dict[str, Callable[[], object]]:
    """What is timed, by name; the first is the yardstick."""
    import statsmodels.api as sm  # noqa: PLC0415  (loads a lot)

    y, x, t = frame["estimate"].to_numpy(), design(frame), frame["wave"].to_numpy()
    none = np.zeros(len(t))
    plain = frame.drop(columns="std_error")
    one = [Interruption("a", float(len(t) // 2))]
    return {
        "statsmodels OLS": lambda: sm.OLS(y, x).fit().bse,
        "fit_reml (arrays)": lambda: fit_reml(y, x, t, known=none, negative=True),
        "least squares": lambda: interrupted_time_series(plain, one, estimator="ols"),
        "REML (default)": lambda: interrupted_time_series(plain, one),
        "REML, known errors": lambda: interrupted_time_series(frame, one),
    }


def seconds(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Median of a block of runs per way and round.

    The ways take turns, so that a busy machine is busy for all; within a block a way runs warm.
    """
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            work()
            block = []
            for _ in range(BLOCK):
                begin = time.perf_counter()
                work()
                block.append(time.perf_counter() - begin)
            times[name].append(statistics.median(block))
    return times


def require_agreement(frame: pd.DataFrame) -> float:
    """Largest relative difference of the errors of least squares in both programs."""
    import statsmodels.api as sm  # noqa: PLC0415

    theirs = sm.OLS(frame["estimate"].to_numpy(), design(frame)).fit().bse
    one = [Interruption("a", float(len(frame) // 2))]
    fit = interrupted_time_series(frame.drop(columns="std_error"), one, estimator="ols")
    away = float(np.abs(fit.terms()["std_error"].to_numpy() / theirs - 1.0).max())
    if away > AGREE:
        raise SystemExit(f"least squares: the two programs differ by {away:.2g}, above {AGREE}")
    return away


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--waves", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args(arguments)
    frame = series(chosen.waves)
    away = require_agreement(frame)
    print(
        f"{chosen.waves} made-up waves, 4 terms; median of {chosen.rounds} rounds of {BLOCK}; "
        f"least squares agree to {away:.0e}"
    )
    print(f"{'way':<22}{'ms':>9}{'this / OLS':>12}")
    took = seconds(ways(frame), chosen.rounds)
    yardstick = next(iter(took.values()))
    for name, own in took.items():
        ratio = statistics.median(one / bare for one, bare in zip(own, yardstick, strict=True))
        print(f"{name:<22}{1e3 * statistics.median(own):>9.3f}{ratio:>12.1f}")


if __name__ == "__main__":
    main()
