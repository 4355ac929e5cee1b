"""A projection with its errors against one NumPy draw of the same size, in one run.

usage: python benchmarks/projection.py [--draws 100000] [--years 33] [--bands 18] [--repeats 3]

Made-up prevalences and people of 33 years and 36 cells (18 age bands, two sexes). A projection
draws sampling error, trend and population, gives two intervals for every cell, age band and the
whole, the variance by source, and (with a trend) constant prevalence. Ratios within one
run, printed and never asserted; the target is below 20. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.trend.projection.projection_options import PopulationError, ProjectionOptions

SEED, BASE = 20261126, 2018
WAVES = (2006, 2010, 2014, BASE)
SEXES = ("men", "women")
WIDTH = 4  # years of age per band


def names(bands: int) -> list[str]:
    """Age bands from 18 on."""
    first = [18 + WIDTH * at for at in range(bands)]
    return [*(f"{low}-{low + WIDTH - 1}" for low in first[:-1]), f"{first[-1]}+"]


def prevalence(bands: int) -> pd.DataFrame:
    """Made-up prevalences of four waves."""
    rng = np.random.default_rng(SEED)
    cells = [(wave, band, sex) for wave in WAVES for band in names(bands) for sex in SEXES]
    frame = pd.DataFrame(cells, columns=["wave", "age_group", "sex"])
    logits = -0.3 + 0.02 * (frame["wave"] - BASE) + rng.normal(0, 0.05, len(frame))
    return frame.assign(estimate=1 / (1 + np.exp(-logits)), std_error=0.01, df=1000)


def people(bands: int, years: int) -> pd.DataFrame:
    """Made-up people."""
    rng = np.random.default_rng(SEED)
    rows = [
        (year, sex, 18 + WIDTH * at, None if at == bands - 1 else 17 + WIDTH * (at + 1))
        for year in range(BASE, BASE + years)
        for at in range(bands)
        for sex in SEXES
    ]
    frame = pd.DataFrame(rows, columns=["year", "sex", "age_low", "age_high"])
    return frame.assign(persons=rng.uniform(1e5, 2e5, len(frame)).round())


def seconds(run: Callable[[], object], repeats: int) -> float:
    """Median time of a call."""
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("draws", 100_000), ("years", 33), ("bands", 18), ("repeats", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args(arguments)
    size = (asked.years, asked.bands * len(SEXES), asked.draws)
    floor = seconds(lambda: np.random.default_rng(SEED).standard_normal(size), asked.repeats)
    print(f"{asked.draws} draws of {size[0]} years x {size[1]} cells; one NumPy draw {floor:.2f} s")
    last = BASE + asked.years - 1
    crowd, table = people(asked.bands, asked.years), prevalence(asked.bands)
    correlated = PopulationError(between_years=0.95, between_ages=0.5)
    for words, scenario, errors in (
        ("constant prevalence", es.scenarios.ConstantPrevalence(), PopulationError()),
        (
            "trend and constant",
            es.scenarios.TrendScenario(),
            PopulationError(),
        ),
        ("ages and years correlate", es.scenarios.ConstantPrevalence(), correlated),
    ):
        options = ProjectionOptions(draws=asked.draws, population=errors)

        def run(scenario: object = scenario, options: ProjectionOptions = options) -> object:
            rng = np.random.default_rng(SEED)
            return es.project(table, crowd, to=last, scenario=scenario, rng=rng, options=options)

        took = seconds(run, asked.repeats)
        print(f"{words:<26}{took:>8.2f} s {took / floor:>6.1f} x the draw")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak {peak:.0f} MiB; one draw of that size is {8 * np.prod(size) / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
