"""Made-up series of waves: short and long, regular, with gaps, irregular, with known errors.

usage: python make_series_input.py OUTDIR      writes OUTDIR/series_input.csv

Nothing in it is real. ``series`` names the series, ``wave`` is its date, ``estimate`` its value,
``std_error`` the known sampling error (empty without one) and ``mode`` a covariate (empty without
one). ``SERIES`` says what each is for; the interruptions are in make_series_references.R.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20241021
IRREGULAR = (
    *(2008.2, 2009.1, 2009.8, 2010.9, 2011.4, 2012.6, 2013.1, 2014.3, 2015.0, 2015.7, 2016.9),
    *(2017.5, 2018.2, 2019.4, 2019.9, 2020.3, 2020.6, 2021.2, 2021.9, 2022.6, 2023.3, 2023.8),
)
GAPS = tuple(range(2000, 2024))
# dates, autocorrelation per unit of time (1: a walk with smooth steps), start of the interruption,
# level change, slope change, known errors
SERIES = {
    "short8": (range(8), 0.0, 4, 1.2, 0.1, False),
    "short8_known": (range(8), 0.2, 4, 1.2, 0.1, True),
    "twelve": (range(12), 0.3, 6, -1.0, 0.2, False),
    "gaps": ([t for t in GAPS if t not in (2003, 2004, 2011, 2019)], 0.4, 2015, 1.5, -0.1, False),
    "irregular": (IRREGULAR, 0.5, 2020.2, 1.0, 0.3, False),
    "irregular_known": (IRREGULAR, 0.5, 2020.2, 1.0, 0.3, True),
    "two24": (range(24), 0.5, 10, 1.0, 0.1, False),
    "covariate24": (range(24), 0.2, 12, 1.0, 0.1, False),
    "known40": (range(40), 0.6, 20, 1.0, -0.05, True),
    "season40": (range(40), 0.3, 22, 0.8, 0.05, False),
    "walk40": (range(40), 1.0, 20, 1.0, 0.1, False),
    "alternating24": (range(24), -0.5, 12, 0.5, 0.0, False),
}
NOISE = 0.5


def _process(times: np.ndarray, phi: float, rng: np.random.Generator) -> np.ndarray:
    if phi == 1.0:
        return np.cumsum(_process(times, 0.6, rng))
    distance = np.abs(np.subtract.outer(times, times))
    correlation = np.sign(phi) ** distance * np.abs(phi) ** distance if phi else np.eye(len(times))
    return np.linalg.cholesky(correlation) @ rng.normal(0, 1, len(times))


def series() -> pd.DataFrame:
    rng = np.random.default_rng(SEED)
    parts = []
    for name, (dates, phi, start, level, slope, known) in SERIES.items():
        t = np.asarray(dates, dtype=float)
        since = t - t[0]
        after = t >= start
        y = 10 + 0.05 * since + level * after + slope * np.where(after, t - start, 0.0)
        y = y + NOISE * _process(t, phi, rng)
        frame = pd.DataFrame({"series": name, "wave": t, "estimate": y})
        if known:
            frame["std_error"] = np.round(rng.uniform(0.2, 0.6, len(t)), 4)
            frame["estimate"] += frame["std_error"] * rng.normal(0, 1, len(t))
        if name.startswith("covariate"):
            frame["mode"] = np.round(rng.uniform(0, 1, len(t)), 3)
            frame["estimate"] += 0.8 * frame["mode"]
        if name.startswith("season"):
            frame["estimate"] += 0.6 * np.sin(np.pi * t / 2) - 0.4 * np.cos(np.pi * t / 2)
        parts.append(frame.round({"estimate": 4}))
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    frame = series()
    columns = ["series", "wave", "estimate", "std_error", "mode"]
    frame[columns].to_csv(Path(sys.argv[1]) / "series_input.csv", index=False)
    print(len(frame), "rows", frame["series"].nunique(), "series")  # noqa: T201
