"""Made-up series of counts with their denominators, which vary more than chance alone.

usage: python make_count_input.py OUTDIR      writes OUTDIR/count_input.csv

Nothing in it is real. ``series`` names the series, ``wave`` is its date, ``count`` what was counted
out of ``denominator``, ``mode`` a covariate. The interruptions are in make_count_references.R.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20261126
# dates, share at the start, change of its logarithm per wave, start, level change, extra noise
SERIES = {
    "rates24": (list(range(24)), 0.02, 0.01, 12, 0.25, 0.10),
    "shares18": (list(range(2005, 2023)), 0.35, 0.01, 2015, 0.20, 0.05),
    "gaps": (
        [w for w in range(2000, 2022) if w not in (2004, 2013)],
        0.08,
        -0.01,
        2012,
        -0.3,
        0.08,
    ),
    "few": (list(range(10)), 0.002, 0.0, 5, 0.4, 0.0),
}


def made(rng: np.random.Generator, name: str) -> pd.DataFrame:
    waves, share, trend, start, change, noise = SERIES[name]
    wave = np.array(waves, dtype=float)
    denominator = rng.integers(900, 1600, len(wave))
    mode = rng.integers(0, 2, len(wave))
    since = np.arange(len(wave))
    log_share = (
        np.log(share)
        + trend * since
        + change * (wave >= start)
        + noise * rng.normal(size=len(wave))
    )
    count = rng.binomial(denominator, np.minimum(np.exp(log_share), 0.95))
    return pd.DataFrame(
        {"series": name, "wave": wave, "count": count, "denominator": denominator, "mode": mode}
    )


def main() -> None:
    rng = np.random.default_rng(SEED)
    frame = pd.concat([made(rng, name) for name in SERIES], ignore_index=True)
    frame.to_csv(Path(sys.argv[1]) / "count_input.csv", index=False)


if __name__ == "__main__":
    main()
