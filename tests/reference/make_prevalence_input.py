"""Made-up respondents for the comparison with R. Nothing in them is real.

usage: python make_prevalence_input.py OUT.csv

Columns: region 1-12, sex men or women, team 1-29 (from some hundred rows down to one), stratum 1-40
(all with several rows), thin (the same strata, and ten more with one row each), weight (skewed,
four decimals), y (0/1), y_na (y with 9 % missing), y_rare (0/1, so rare that some regions have
nobody). Regions lie in some strata only, so that no group of region and sex meets every stratum.

The file is what the references rest on: it is stored, and this script says how it came about.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, REGIONS, STRATA, LONELY, TEAMS = 2_400, 12, 40, 10, 29


def respondents() -> pd.DataFrame:
    rng = np.random.default_rng(20120410)
    region = rng.integers(0, REGIONS, ROWS)
    # each region draws from 14 of the 40 strata
    stratum = (3 * region + rng.integers(0, 14, ROWS)) % STRATA
    sex = rng.choice(["men", "women"], ROWS)
    weight = np.round(np.exp(rng.normal(3.0, 0.7, ROWS)), 4)
    level = rng.normal(0.0, 0.4, REGIONS)[region] + rng.normal(0.0, 0.3, STRATA)[stratum]
    chance = 1.0 / (1.0 + np.exp(0.6 - level - 0.3 * (sex == "women")))
    y = (rng.random(ROWS) < chance).astype(int)
    y_na = pd.array(np.where(rng.random(ROWS) < 0.09, -1, y), dtype="Int64")
    thin = stratum + 1
    thin[rng.choice(ROWS, LONELY, replace=False)] = STRATA + 1 + np.arange(LONELY)
    share = 0.8 ** np.arange(TEAMS)
    return pd.DataFrame(
        {
            "region": region + 1,
            "sex": sex,
            "team": rng.choice(TEAMS, ROWS, p=share / share.sum()) + 1,
            "stratum": stratum + 1,
            "thin": thin,
            "weight": weight,
            "y": y,
            "y_na": pd.Series(y_na).where(lambda answers: answers >= 0),
            "y_rare": (rng.random(ROWS) < 0.01).astype(int),
        }
    )


if __name__ == "__main__":
    respondents().to_csv(Path(sys.argv[1]), index=False, lineterminator="\n")
