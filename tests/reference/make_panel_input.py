"""A made-up panel: persons in households, irregular waves, refreshment, dropout after high answers.

usage: python make_panel_input.py OUTDIR      writes OUTDIR/panel_input.csv

Nothing in it is real. ``time`` is the date of the wave, ``peri`` and ``post`` are 1 in 2020.2 up to
2022.2 and from 2022.2 on, ``age`` is the age at entry minus 50, ``y`` a score with a trend, an
episode, random effects of household, person and a person's own trend, ``lonely`` is ``y`` above 3.
``y`` and ``lonely`` are empty where a person took part and did not answer.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20240917
WAVES = (2012.8, 2013.8, 2014.8, 2016.8, 2017.8, 2018.8, 2019.8, 2020.8, 2021.4, 2022.8, 2023.8)
PERSONS, HOUSEHOLDS = 420, 300
START, END = 2020.2, 2022.2


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    household = np.sort(rng.integers(0, HOUSEHOLDS, PERSONS))
    of_household = rng.normal(0, 0.6, HOUSEHOLDS)
    intercept, slope = rng.normal(0, 0.9, PERSONS), rng.normal(0, 0.09, PERSONS)
    entry = rng.choice([0, 4, 7], PERSONS, p=[0.7, 0.2, 0.1])
    age = rng.integers(18, 86, PERSONS) - 50
    sex = rng.choice(["men", "women"], PERSONS)
    rows = []
    for person in range(PERSONS):
        for wave, time in enumerate(WAVES):
            if wave < entry[person] or rng.random() < 0.04:
                continue
            peri, post = float(START <= time < END), float(time >= END)
            y = (
                2.4
                + (slope[person] - 0.02) * (time - 2016)
                + 0.4 * peri
                + 0.05 * post
                + 0.008 * age[person]
                + 0.15 * (sex[person] == "women")
                + intercept[person]
                + of_household[household[person]]
                + rng.normal(0, 0.8)
            )
            answered = rng.random() > 0.02
            rows.append(
                {
                    "person_id": f"p{person + 1:03d}",
                    "household_id": f"h{household[person] + 1:03d}",
                    "wave": wave + 1,
                    "time": time,
                    "age": age[person],
                    "sex": sex[person],
                    "peri": int(peri),
                    "post": int(post),
                    "y": round(y, 4) if answered else np.nan,
                    "lonely": float(y > 3) if answered else np.nan,
                }
            )
            if rng.random() < 1 / (1 + np.exp(2.9 - 0.45 * (y - 2.4))):
                break
    frame = pd.DataFrame(rows)
    return frame.astype({"lonely": "Int64"})


if __name__ == "__main__":
    frame = panel()
    frame.to_csv(Path(sys.argv[1]) / "panel_input.csv", index=False)
    print(len(frame), "rows", frame["person_id"].nunique(), "persons")  # noqa: T201
