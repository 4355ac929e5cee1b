"""Our linear mixed model against statsmodels MixedLM, on one made-up panel, in one run.

usage: python benchmarks/panel.py [--rows 100000] [--repeats 3] [--peer-repeats 1]
                                  [--random intercept slope]

People are asked in up to five waves, with refreshment and with dropout after high answers, until
there are as many rows as asked for. Ratios within one run, printed and never asserted; that both
give the same numbers is checked. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from eenzaam_stats.numerics.panel.mixed_model import MixedFit, fit_mixed
from eenzaam_stats.trend.panel.options import PanelOptions
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.panel.terms import PanelTerm

SEED, WAVES = 20240917, 5
START, END = 2, 4
RANDOM = ("intercept", "slope")
TERMS = (PanelTerm("peri", START, END), PanelTerm("post", END))
COLUMNS = PanelColumns(covariates=("age",))
# MixedLM stops at a gradient of 1e-5 or so; differences are in standard errors
AGREE = 0.02


@dataclass(frozen=True, slots=True)
class Numbers:
    """What both programs give: estimates, errors, variances (intercept, slope, residual)."""

    estimates: np.ndarray
    errors: np.ndarray
    variances: np.ndarray
    likelihood: float


def panel(rows: int) -> pd.DataFrame:
    """Panel of about that many rows: 60% in from the first wave, the others later."""
    rng = np.random.default_rng(SEED)
    parts, made, first = [], 0, 0
    while made < rows:
        persons = max(100, (rows - made) // 4)
        part = _people(persons, first, rng)
        first, made = first + persons, made + len(part)
        parts.append(part)
    return pd.concat(parts, ignore_index=True).iloc[:rows]


def _people(persons: int, first: int, rng: np.random.Generator) -> pd.DataFrame:
    wave = np.arange(WAVES)
    peri, post = (wave >= START) & (wave < END), wave >= END
    level, slope = rng.normal(0, 1.2, persons), rng.normal(0, 0.25, persons)
    age = rng.integers(18, 86, persons) - 50.0
    y = 2.4 - 0.02 * wave + 0.35 * peri + 0.05 * post + (level + 0.006 * age)[:, None]
    y = y + slope[:, None] * wave + rng.normal(0, 0.9, (persons, WAVES))
    entry = rng.choice(WAVES, persons, p=[0.6, 0.2, 0.1, 0.1, 0.0])
    leaves = rng.random((persons, WAVES)) < 1 / (1 + np.exp(3.2 - 0.45 * (y - 2.4)))
    leaves &= wave >= entry[:, None]
    gone = np.cumsum(leaves, axis=1) - leaves > 0
    here = (wave >= entry[:, None]) & ~gone
    person, at = np.nonzero(here)
    return pd.DataFrame(
        {"person_id": person + first, "wave": at, "age": age[person], "y": y[person, at]}
    )


def design(frame: pd.DataFrame) -> np.ndarray:
    wave = frame["wave"].to_numpy(np.float64)
    return np.column_stack(
        [
            np.ones(len(frame)),
            wave,
            (wave >= START) & (wave < END),
            wave >= END,
            frame["age"].to_numpy(np.float64),
        ]
    )


def ours(frame: pd.DataFrame, *, slope: bool) -> Numbers:
    """The function of arrays, on numbered persons."""
    x = design(frame)
    person = pd.factorize(frame["person_id"])[0].astype(np.int64)
    fit: MixedFit = fit_mixed(frame["y"].to_numpy(), x, person, time=x[:, 1] if slope else None)
    variances = np.append(np.diag(fit.person), fit.residual)
    return Numbers(
        fit.coefficients, np.sqrt(np.diag(fit.covariance)), variances, fit.log_likelihood
    )


def verb(frame: pd.DataFrame, *, slope: bool) -> Numbers:
    """The same with checks, degrees of freedom, means per wave and counts."""
    options = PanelOptions(random="slope" if slope else "intercept")
    fit = panel_model(frame, "y", interruptions=TERMS, columns=COLUMNS, options=options)
    table = fit.tidy()
    variances = [one.variance for one in fit.variances if " and " not in one.term]
    return Numbers(
        table["estimate"].to_numpy(),
        table["std_error"].to_numpy(),
        np.array(variances),
        fit.log_likelihood,
    )


def peer(frame: pd.DataFrame, *, slope: bool) -> Numbers:
    import statsmodels.api as sm  # noqa: PLC0415  (loads a lot)

    x = design(frame)
    random = x[:, :2] if slope else x[:, :1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = sm.MixedLM(frame["y"].to_numpy(), x, frame["person_id"].to_numpy(), random)
        result = model.fit(reml=True)
    variances = np.append(np.diag(result.cov_re), result.scale)
    return Numbers(np.asarray(result.fe_params), np.asarray(result.bse_fe), variances, result.llf)


def timed(work: Callable[[], Numbers], repeats: int) -> tuple[float, Numbers]:
    seconds = []
    for _ in range(repeats):
        begin = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), found


def difference(one: Numbers, two: Numbers) -> tuple[float, float, float]:
    """Largest difference of estimates in standard errors, of errors and variances relative."""
    return (
        float(np.abs((one.estimates - two.estimates) / two.errors).max()),
        float(np.abs(one.errors / two.errors - 1).max()),
        float(np.abs(one.variances / two.variances - 1).max()),
    )


def require_agreement(name: str, away: tuple[float, float, float]) -> None:
    if max(away) > AGREE:
        raise SystemExit(f"{name}: the two programs differ by {max(away):.2g}, above {AGREE}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peer-repeats", type=int, default=1)
    parser.add_argument("--random", nargs="+", choices=RANDOM, default=RANDOM)
    chosen = parser.parse_args(arguments)
    frame = panel(chosen.rows)
    print(
        f"{len(frame):,} synthetic rows, {frame['person_id'].nunique():,} persons, {WAVES} waves; "
        f"median of {chosen.repeats} repeat(s), statsmodels {chosen.peer_repeats}"
    )
    print(
        f"{'random effects':<16}{'way':<14}{'seconds':>9}{'statsmodels / this':>20}"
        f"{'estimates (SE)':>16}{'errors':>10}{'variances':>11}{'log-lik.':>10}"
    )
    for name in chosen.random:
        slope = name == "slope"
        theirs, reference = timed(lambda s=slope: peer(frame, slope=s), chosen.peer_repeats)
        print(f"{name:<16}{' statsmodels':<14}{theirs:>9.3f}{1.0:>20.1f}")
        for way, work in ((" fit_mixed", ours), (" panel_model", verb)):
            seconds, found = timed(lambda s=slope, w=work: w(frame, slope=s), chosen.repeats)
            away = difference(found, reference)
            gain = found.likelihood - reference.likelihood
            print(
                f"{name:<16}{way:<14}{seconds:>9.3f}{theirs / seconds:>20.1f}"
                f"{away[0]:>16.1e}{away[1]:>10.1e}{away[2]:>11.1e}{gain:>10.1e}"
            )
            require_agreement(f"{name}{way}", away)


if __name__ == "__main__":
    main()
