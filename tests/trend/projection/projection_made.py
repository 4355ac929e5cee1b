"""SYNTHETIC prevalences and people that the tests of projections share."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

REFERENCE = Path(__file__).parents[2] / "reference"


def waves(kind: str = "calm") -> pd.DataFrame:
    """Made-up prevalences of five waves, four bands and two sexes."""
    frame = pd.read_csv(REFERENCE / "projection_waves.csv")
    chosen = frame[frame["kind"] == kind].drop(columns="kind").reset_index(drop=True)
    chosen.attrs = {"outcome": "lonely", "source": "made-up waves", "synthetic": True}
    return chosen


def people() -> pd.DataFrame:
    """Made-up people of 2022-2050 in those cells."""
    return pd.read_csv(REFERENCE / "projection_people.csv").assign(edition="made up")


def bounds(lower: float = 0.05, upper: float = 0.1) -> pd.DataFrame:
    """Made-up 67% bounds that widen from 0 in 2022 to these shares in 2050, and 95% at twice."""
    rows = []
    for year, size in ((2022, 0.0), (2050, 1.0)):
        rows.append((year, "point", None, 1000.0))
        for level, times in ((0.67, 1.0), (0.95, 2.0)):
            rows.append((year, "lower", level, 1000.0 * (1 - size * times * lower)))
            rows.append((year, "upper", level, 1000.0 * (1 + size * times * upper)))
    return pd.DataFrame(rows, columns=["year", "bound", "level", "value"])
