"""Make projection_waves.csv and projection_people.csv: SYNTHETIC prevalences and people.

usage: python make_projection_input.py

Prevalence by wave, age band and sex with standard errors, scattered around lines of the log-odds by
less than the errors say (``calm``) and by more (``rough``); and made-up people per year and cell.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SEED = 20261126
WAVES = (2008, 2012, 2016, 2020, 2022)
BANDS = ("18-39", "40-64", "65-79", "80+")
SEXES = ("men", "women")
SLOPES = (0.03, 0.02, 0.0, -0.01)
SCATTER = {"calm": 0.8, "rough": 2.5}
YEARS = range(2022, 2051)


def waves(rng: np.random.Generator) -> pd.DataFrame:
    """Made-up prevalences of both kinds."""
    rows = []
    for kind, scatter in SCATTER.items():
        for wave in WAVES:
            for at, (band, slope) in enumerate(zip(BANDS, SLOPES, strict=True)):
                for sex in SEXES:
                    error = rng.uniform(0.02, 0.06)
                    logit = -0.3 + 0.1 * at - 0.1 * (sex == "women") + slope * (wave - 2022)
                    logit += rng.normal(0, scatter * error)
                    p = 1 / (1 + np.exp(-logit))
                    rows.append((kind, wave, band, sex, p, error * p * (1 - p)))
    names = ["kind", "wave", "age_group", "sex", "estimate", "std_error"]
    return pd.DataFrame(rows, columns=names)


def people(rng: np.random.Generator) -> pd.DataFrame:
    """Made-up people: one row per year, band and sex."""
    edges = ((18, 39), (40, 64), (65, 79), (80, None))
    rows = [
        (year, sex, low, high, int(1e5 * rng.uniform(0.8, 1.2) * (1 + 0.02 * at * (year - 2022))))
        for year in YEARS
        for at, (low, high) in enumerate(edges)
        for sex in SEXES
    ]
    frame = pd.DataFrame(rows, columns=["year", "sex", "age_low", "age_high", "persons"])
    return frame.astype({"age_high": "Int64"})


def main() -> None:
    """Write both files."""
    rng = np.random.default_rng(SEED)
    waves(rng).round(10).to_csv(HERE / "projection_waves.csv", index=False)
    people(rng).to_csv(HERE / "projection_people.csv", index=False)


if __name__ == "__main__":
    main()
