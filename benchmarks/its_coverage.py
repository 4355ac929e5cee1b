"""Coverage of 95% intervals of an interrupted series, by length and autocorrelation.

usage: python benchmarks/its_coverage.py [--replications 2000] [--table FILE.csv] [--page FILE.md]
       python benchmarks/its_coverage.py --widths [FILE.csv]

Simulated series with a level change, a slope change and AR(1) errors, an interruption in the
middle. Our default is compared with least squares, Newey-West (lag 1), Prais-Winsten and the
interval of the mean gap that CausalPy prints for least squares. A cell that is in the table is not
computed again, so an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.signal import lfilter

from eenzaam_stats.numerics.series.ar_reml import fit_reml
from eenzaam_stats.numerics.series.series_regression import newey_west, ordinary, prais_winsten
from eenzaam_stats.trend.series.contrast import contrast
from eenzaam_stats.trend.series.reml import SHORT_SERIES, Clock, SmallSample, with_errors

HERE = Path(__file__).parent
SEED = 20261126
LENGTHS, PHIS = (8, 12, 16, 24, 40, 80), (0.0, 0.2, 0.4, 0.6, 0.8)
TRUTH = np.array([10.0, 0.05, 1.0, -0.1])
LEVEL, SLOPE = 2, 3
METHODS = ("default", "kenward_roger", "plain", "ols", "newey_west", "prais_winsten")
CLASSICAL = METHODS[3:]
BY_REML: tuple[SmallSample, ...] = ("bounded", "kenward_roger", "plain")
COLUMNS = [
    *(f"{method}_{what}" for what in ("level", "slope") for method in METHODS),
    "default_mean_gap",
    "causalpy_mean_gap",
]
# what the default promises: coverage from 16 waves on, autocorrelation up to 0.6
WHATS, WIDTH_LENGTHS = ("level", "slope"), (12, 16, 24, 40)
PROMISED, FROM_WAVES, UP_TO_PHI = 0.93, 16, 0.6


HEAD = """# Coverage of the intervals of an interrupted series

Synthetic series: {replications} per line, seed {seed}, made and fitted by
`benchmarks/its_coverage.py`. Each has a trend, a level change of 1 and a slope
change of -0.1 halfway, and AR(1) errors of standard deviation 1 with
autocorrelation φ. The numbers are the shares of nominal 95% intervals that hold the
true value; one standard error of simulation is {error}.

*Default*: below 12 waves least squares, from 12 on REML with AR(1) errors, bounded
standard errors and Satterthwaite degrees of freedom. *Kenward-Roger* (1997, expected
information) and *plain* (those of R `nlme`, Satterthwaite degrees of freedom) are
other errors of the same fits by REML, with 8 waves too. *Newey-West*: lag 1,
n / (n - p). *Prais-Winsten*: iterated. Those two and least squares take t on n - p."""
PROMISE = """From {n} waves on and up to φ = {phi} the lowest coverage of the default is {level}
for the level change and {slope} for the slope change. With fewer waves or a
stronger autocorrelation no method here is honest throughout: read such intervals as
too narrow."""
MEAN_GAP = """## Mean effect over the waves after

CausalPy's summary of a least-squares fit takes the standard deviation of the gaps
over the square root of their number, with t on that number minus 1. The error of
the trend that is carried forward plays no part in it, and an effect that grows
counts as noise."""


def design(n: int) -> np.ndarray:
    """Intercept, trend, level change and slope change; the trend after starts at 0."""
    times = np.arange(float(n))
    after = times >= n // 2
    return np.column_stack([np.ones(n), times, after, np.where(after, times - n // 2, 0.0)])


def simulated(n: int, phi: float, replications: int) -> np.ndarray:
    """Series, shape (replications, n): AR(1) errors of variance 1, stationary from the first."""
    rng = np.random.default_rng([SEED, n, int(100 * phi)])
    shocks = rng.normal(size=(replications, n)) * np.sqrt(1.0 - phi**2)
    shocks[:, 0] /= np.sqrt(1.0 - phi**2)
    return design(n) @ TRUTH + lfilter([1.0], [1.0, -phi], shocks, axis=1)


def contrasts(x: np.ndarray) -> np.ndarray:
    """Level change, slope change and mean effect over the waves after, one per row."""
    mean = np.array([0.0, 0.0, 1.0, x[x[:, LEVEL] == 1.0, SLOPE].mean()])
    return np.vstack([np.eye(4)[[LEVEL, SLOPE]], mean])


def reml_holds(y: np.ndarray, x: np.ndarray, asked: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Whether each interval by REML holds the truth, one row per kind of errors.

    An interval that does not exist holds nothing.
    """
    fit = fit_reml(y, x, x[:, 1], known=np.zeros(len(y)), negative=True)
    rows = []
    for errors in BY_REML:
        fitted = with_errors(fit, Clock(on_grid=True, unit=1.0), errors, use_known=False)
        found = [contrast(fitted, row, level=0.95) for row in asked]
        rows.append([one.low <= true <= one.high for one, true in zip(found, truth, strict=True)])
    return np.array(rows)


def classical_holds(
    method: str, y: np.ndarray, x: np.ndarray, asked: np.ndarray, *, truth: np.ndarray
) -> np.ndarray:
    """The same of a method with n - p degrees of freedom."""
    methods = {
        "ols": lambda: ordinary(y, x),
        "newey_west": lambda: newey_west(y, x, lag=1),
        "prais_winsten": lambda: prais_winsten(y, x),
    }
    fit = methods[method]()
    variance = np.einsum("ij,jk,ik->i", asked, fit.covariance, asked)
    away = np.abs(asked @ fit.coefficients - truth)
    return away <= stats.t.ppf(0.975, fit.df) * np.sqrt(variance)


def causalpy_interval(y: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Mean gap, with the standard deviation of the gaps over root m and t on m - 1.

    The formula of CausalPy 0.8 (``_compute_statistics_ols`` in its ``reporting.py``): the error of
    the trend that is carried forward plays no part, and an effect that grows counts as noise.
    """
    after = x[:, LEVEL] == 1.0
    before = ordinary(y[~after], x[~after, :2])
    gaps = y[after] - x[after, :2] @ before.coefficients
    m = len(gaps)
    half = stats.t.ppf(0.975, m - 1) * gaps.std(ddof=1) / np.sqrt(m)
    return float(gaps.mean() - half), float(gaps.mean() + half)


def cell(n: int, phi: float, replications: int) -> dict[str, float]:
    """Coverage of every method in one cell, named as in ``COLUMNS``."""
    x = design(n)
    asked = contrasts(x)
    truth = asked @ TRUTH
    held = []
    for y in simulated(n, phi, replications):
        by_reml = reml_holds(y, x, asked, truth)
        classical = [classical_holds(method, y, x, asked, truth=truth) for method in CLASSICAL]
        ours = by_reml[0] if n >= SHORT_SERIES else classical[0]
        rows = np.array([ours, *by_reml[1:], *classical])
        low, high = causalpy_interval(y, x)
        held.append([*rows[:, 0], *rows[:, 1], ours[2], low <= truth[2] <= high])
    return dict(zip(COLUMNS, np.mean(held, axis=0), strict=True))


def widths(n: int, phi: float, replications: int) -> dict[str, float]:
    """How wide bounded intervals and those of Kenward and Roger are, in one cell.

    Widths at the median and at the 99th percentile of the series, and the share of series in which
    Kenward and Roger give the slope change fewer than 2 or 1 degrees of freedom.
    """
    x = design(n)
    clock, found, df = Clock(on_grid=True, unit=1.0), [], []
    for y in simulated(n, phi, replications):
        fit = fit_reml(y, x, x[:, 1], known=np.zeros(n), negative=True)
        row = []
        for errors in ("bounded", "kenward_roger"):
            fitted = with_errors(fit, clock, errors, use_known=False)
            changes = [contrast(fitted, one, level=0.95) for one in contrasts(x)[:2]]
            row += [one.high - one.low for one in changes]
        found.append(row)
        df.append(changes[1].df)
    names = [f"{kind}_{what}" for kind in ("bounded", "kenward_roger") for what in WHATS]
    result = dict(zip([f"median_{name}" for name in names], np.median(found, axis=0), strict=True))
    far = np.quantile(found, 0.99, axis=0)
    result |= dict(zip([f"p99_{name}" for name in names], far, strict=True))
    shares = {f"df_below_{k}": float((np.array(df) < k).mean()) for k in (2, 1)}
    return {name: float(f"{value:.4g}") for name, value in (result | shares).items()}


def all_widths(table: Path, replications: int) -> None:
    """Write the widths of 12 to 40 waves."""
    rows = [
        {"n": n, "phi": phi, "replications": replications, **widths(n, phi, replications)}
        for n in WIDTH_LENGTHS
        for phi in PHIS
    ]
    pd.DataFrame(rows).to_csv(table, index=False)


def completed(table: Path, replications: int) -> pd.DataFrame:
    """Fill the table cell by cell, written after each."""
    rows = pd.read_csv(table).to_dict("records") if table.exists() else []
    done = {(row["n"], row["phi"]) for row in rows if row["replications"] == replications}
    for n in LENGTHS:
        for phi in PHIS:
            if (n, phi) in done:
                continue
            found = {key: round(share, 5) for key, share in cell(n, phi, replications).items()}
            rows.append({"n": n, "phi": phi, "replications": replications, **found})
            partial = table.with_suffix(".part")
            pd.DataFrame(rows).to_csv(partial, index=False)
            partial.replace(table)
            print(n, phi, *found.values(), flush=True)
    return pd.read_csv(table)


def block(frame: pd.DataFrame, what: str, methods: Sequence[tuple[str, str]]) -> list[str]:
    """One table of the page."""
    head = "| waves | φ | " + " | ".join(words for _, words in methods) + " |"
    lines = [head, "|" + "---:|" * (2 + len(methods))]
    for row in frame.to_dict("records"):
        shares = [f"{row[f'{method}_{what}']:.3f}"[1:] for method, _ in methods]
        shares = [share if share != ".000" else "1.000" for share in shares]
        lines.append(f"| {row['n']} | {row['phi']:g} | " + " | ".join(shares) + " |")
    return lines


def page(frame: pd.DataFrame) -> str:
    """The page of the documentation, from the table."""
    methods = [
        ("default", "default"),
        ("kenward_roger", "Kenward-Roger"),
        ("plain", "plain"),
        ("ols", "least squares"),
        ("newey_west", "Newey-West"),
        ("prais_winsten", "Prais-Winsten"),
    ]
    replications = int(frame["replications"].min())
    promised = frame[(frame["n"] >= FROM_WAVES) & (frame["phi"] <= UP_TO_PHI)]
    level, slope = promised[["default_level", "default_slope"]].min()
    error = np.sqrt(0.95 * 0.05 / replications)
    parts = [
        HEAD.format(replications=f"{replications:,}", seed=SEED, error=f"{error:.3f}"),
        PROMISE.format(n=FROM_WAVES, phi=UP_TO_PHI, level=f"{level:.3f}", slope=f"{slope:.3f}"),
        "## Level change",
        "\n".join(block(frame, "level", methods)),
        "## Slope change",
        "\n".join(block(frame, "slope", methods)),
        MEAN_GAP,
        "\n".join(
            block(frame, "mean_gap", [("default", "default"), ("causalpy", "CausalPy's formula")])
        ),
    ]
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replications", type=int, default=2_000)
    parser.add_argument("--table", type=Path, default=HERE / "its_coverage.csv")
    parser.add_argument("--page", type=Path, default=HERE.parent / "docs" / "its_coverage.md")
    parser.add_argument("--widths", type=Path, nargs="?", const=HERE / "its_widths.csv")
    options = parser.parse_args(arguments)
    if options.widths is not None:
        all_widths(options.widths, replications=500)
        return
    frame = completed(options.table, options.replications)
    options.page.write_text(page(frame), "utf-8")


if __name__ == "__main__":
    main()
