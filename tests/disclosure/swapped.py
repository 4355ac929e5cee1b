"""Two files of made-up persons that differ in nothing but what a release hides."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eenzaam_stats.design import Design
from eenzaam_stats.plots.tileplot import GGD_TILES
from eenzaam_stats.survey import HarmonisationReport, Survey

REGIONS = tuple(tile.names[0] for tile in GGD_TILES[:6])
AGES = ("18-24", "25-39", "40-54", "55-64", "65-74", "75+")
WAVES = tuple(str(year) for year in range(2010, 2026))
# people in the two groups that are hidden, and how many of them are lonely; the others are large
FEW, SOME = (7, 2), (37, 17)
# the same two counts in turn, and one lonely person in the other group
VARIANTS = {"as they are": (FEW, SOME), "turned": (SOME, FEW), "another": ((7, 3), (37, 16))}


def counts(variant: str, groups: tuple[object, ...]) -> list[tuple[int, int]]:
    """People and lonely people of each group; the first two are the ones to hide."""
    rng = np.random.default_rng(len(groups))
    rest = [(int(n), int(n * share)) for n, share in zip(
        rng.integers(300, 600, len(groups) - 2), rng.uniform(0.3, 0.5, len(groups) - 2), strict=True
    )]  # fmt: skip
    return [*VARIANTS[variant], *rest]


def persons(variant: str, column: str, groups: tuple[str, ...]) -> pd.DataFrame:
    """One row per person; everybody has the same weight."""
    parts = [
        pd.DataFrame({column: name, "lonely": [1.0] * yes + [0.0] * (n - yes)})
        for name, (n, yes) in zip(groups, counts(variant, groups), strict=True)
    ]
    made = pd.concat(parts, ignore_index=True)
    return made.assign(
        answer=made["lonely"].map({1.0: "yes", 0.0: "no"}),
        score=3.0 + 4.0 * made["lonely"],
        one=1.0,
        weight=1.0,
        sex=np.where(np.arange(len(made)) % 2, "men", "women"),
    )


def survey(variant: str, column: str, groups: tuple[str, ...]) -> Survey:
    """The persons as a file of respondents."""
    made = persons(variant, column, groups)
    n = len(made)
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", n, n)
    return Survey(made, Design("weight"), report)
