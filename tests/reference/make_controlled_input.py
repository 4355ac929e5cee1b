"""Made-up series with their controls, autocorrelated alike.

usage: python make_controlled_input.py OUTDIR      writes OUTDIR/controlled_input.csv

Nothing in it is real. ``set`` names the set, ``group`` is 1 for the treated series and 0 or 2 for
controls, ``wave`` is its date. The interruptions are in make_controlled_references.R.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261126
UNEVEN = np.sort(np.random.default_rng(7).uniform(2004, 2024, 20).round(2))
# dates per group, autocorrelation per unit of time, start, changes of control and treated
SETS = {
    "pair24": ([np.arange(24.0)] * 2, 0.4, 12.0, 0.5, 1.5),
    "gaps": (
        [np.delete(np.arange(20.0), [3, 9]), np.delete(np.arange(20.0), [5])],
        0.3,
        10.0,
        0.0,
        -1.0,
    ),
    "uneven": ([UNEVEN, UNEVEN[UNEVEN[4] != UNEVEN] + 0.11], 0.5, 2014.0, 0.4, 1.2),
    "three": ([np.arange(16.0)] * 3, 0.2, 8.0, 0.3, 0.9),
}


def process(rng: np.random.Generator, times: np.ndarray, phi: float) -> np.ndarray:
    correlation = phi ** np.abs(times[:, None] - times[None, :])
    return np.linalg.cholesky(correlation) @ rng.normal(size=len(times))


def main() -> None:
    rng = np.random.default_rng(SEED)
    rows = []
    for name, (dates, phi, start, control, treated) in SETS.items():
        for number, times in enumerate(dates):
            group = 1 - number if number < 2 else number
            change = treated if group == 1 else control
            y = (
                10
                + 0.1 * (times - times[0])
                + group
                + change * (times >= start)
                + 0.6 * process(rng, times, phi)
            )
            rows.append(pd.DataFrame({"set": name, "group": group, "wave": times, "estimate": y}))
    pd.concat(rows).to_csv(Path(sys.argv[1]) / "controlled_input.csv", index=False)


if __name__ == "__main__":
    main()
