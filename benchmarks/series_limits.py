"""Coverage of 95% intervals where the autocorrelation of a series is at its lower limit.

usage: python benchmarks/series_limits.py [--replications 1000]

Two studies behind docs/decisions/0012: uneven waves, where AR(1) in continuous time may end at 0,
and survey waves with known sampling errors, where the process beside them is small. No effect is
there; the share of intervals that hold 0 is printed for two rules on the same series.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import numpy as np
from scipy import stats

from eenzaam_stats.numerics.series.ar_process import correlation
from eenzaam_stats.numerics.series.series_regression import random_effects
from eenzaam_stats.trend.series.contrast import Fitted
from eenzaam_stats.trend.series.reml import reml_fitted
from eenzaam_stats.trend.series.series import Series

SEED, ERROR = 20240917, 0.05
LEVEL, SLOPE = 2, 3
LENGTHS, PHIS = (16, 24), (0.0, 0.2, 0.4, 0.6)
PROCESSES = (
    (0.0, 0.0),
    (0.03, 0.0),
    (0.03, 0.5),
    (0.06, 0.0),
    (0.06, 0.5),
    (0.12, 0.0),
    (0.12, 0.5),
)
WAVES, START = 18, 12


def made_up(times: np.ndarray, y: np.ndarray, known: np.ndarray) -> Series:
    empty = np.empty((len(y), 0))
    return Series(times, y, known, empty, (), "made up", "simulation", bool(known.any()))


def design(times: np.ndarray, start: float) -> np.ndarray:
    after = times >= start
    ramp = np.where(after, times - start, 0.0)
    return np.column_stack([np.ones(len(times)), times - times[0], after, ramp])


def process(times: np.ndarray, phi: float, rng: np.random.Generator) -> np.ndarray:
    covariance = correlation(times, phi) if phi else np.eye(len(times))
    return np.linalg.cholesky(covariance) @ rng.normal(size=len(times))


def holds(fit: Fitted, at: int, *, df: float | None = None) -> bool:
    """Whether the interval of a coefficient holds 0, with own or other degrees of freedom."""
    c = np.eye(len(fit.coefficients))[at]
    degrees = fit.df_of(c)[0] if df is None else df
    half = stats.t.ppf(0.975, degrees) * np.sqrt(fit.covariance[at, at])
    return bool(abs(fit.coefficients[at]) <= half)


def uneven(n: int, phi: float, replications: int) -> Iterator[tuple[bool, ...]]:
    """Per series: at the limit; level and slope with our degrees of freedom, with n - p there."""
    rng = np.random.default_rng(SEED)
    for _ in range(replications):
        times = np.sort(np.arange(n) + rng.uniform(-0.3, 0.3, n))
        x = design(times, float(times[n // 2 - 1 : n // 2 + 1].mean()))
        series = made_up(times, process(times, phi, rng), np.zeros(n))
        fit = reml_fitted(series, x, correlation="car1", use_known=False)
        plain = float(n - 4) if fit.phi == 0.0 else None
        yield (
            fit.phi == 0.0,
            *(holds(fit, at) for at in (LEVEL, SLOPE)),
            *(holds(fit, at, df=plain) for at in (LEVEL, SLOPE)),
        )


def with_known_errors(sd: float, phi: float, replications: int) -> Iterator[tuple[bool, ...]]:
    """Per series: level and slope by REML beside the errors, and by meta-regression."""
    rng = np.random.default_rng(SEED)
    times, known = np.arange(float(WAVES)), np.full(WAVES, ERROR**2)
    x = design(times, START)
    for _ in range(replications):
        y = sd * process(times, phi, rng) + ERROR * rng.normal(size=WAVES)
        fit = reml_fitted(made_up(times, y, known), x, correlation="auto", use_known=True)
        other = random_effects(y, x, known)
        half = stats.t.ppf(0.975, other.df) * np.sqrt(np.diag(other.covariance))
        meta = np.abs(other.coefficients) <= half
        yield (*(holds(fit, at) for at in (LEVEL, SLOPE)), bool(meta[LEVEL]), bool(meta[SLOPE]))


def shares(rows: Iterator[tuple[bool, ...]]) -> str:
    return "".join(f"{share:>9.3f}" for share in np.array(list(rows), dtype=float).mean(axis=0))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=1_000)
    count = parser.parse_args(arguments).replications
    print(f"{count:,} simulated series per line")
    print("waves  phi   at 0    level    slope   level with n - p   slope with n - p")
    for n in LENGTHS:
        for phi in PHIS:
            print(f"{n:<6}{phi:<5}{shares(uneven(n, phi, count))}", flush=True)
    print(f"\n{WAVES} waves, sampling errors of {ERROR}; meta-regression with Knapp-Hartung errors")
    print("sd    phi     level    slope   meta level   meta slope")
    for sd, phi in PROCESSES:
        print(f"{sd:<6}{phi:<5}{shares(with_known_errors(sd, phi, count))}", flush=True)


if __name__ == "__main__":
    main()
