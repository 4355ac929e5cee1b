"""The made-up series, the numbers of R for them, and the interruptions that R fitted."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from eenzaam_stats.trend.series.interruption import Interruption
from eenzaam_stats.trend.series.plan import SeriesOptions

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
INTERRUPTIONS = {
    "short8": (Interruption("a", 4.0),),
    "short8_known": (Interruption("a", 4.0),),
    "twelve": (Interruption("a", 6.0),),
    "gaps": (Interruption("a", 2015.0),),
    "irregular": (Interruption("a", 2020.2),),
    "irregular_known": (Interruption("a", 2020.2),),
    "two24": (Interruption("a", 10.0), Interruption("b", 17.0, 20.0)),
    "covariate24": (Interruption("a", 12.0),),
    "known40": (Interruption("a", 20.0),),
    "season40": (Interruption("a", 22.0),),
    "walk40": (Interruption("a", 20.0),),
    "alternating24": (Interruption("a", 12.0),),
}
COVARIATES = {"covariate24": ("mode",)}
SEASON = {"season40": SeriesOptions(season=1, period=4.0)}


@cache
def _input() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "series_input.csv")


def series_input(name: str) -> pd.DataFrame:
    """Frame of one series, without the columns that it does not have."""
    table = _input()
    found = table[table["series"] == name].drop(columns="series")
    if found.empty:
        raise KeyError(f"no series {name!r} in series_input.csv: run make_series_input.py")
    return found.dropna(axis=1, how="all")


@cache
def expected_table() -> pd.DataFrame:
    """Every row of R, numbers as text."""
    return pd.read_csv(
        REFERENCE / "series_expected.csv", dtype={"term": str}, keep_default_na=False
    )


def fits(series: str) -> list[str]:
    """What R fitted to one series."""
    table = expected_table()
    return list(dict.fromkeys(table.loc[table["series"] == series, "fit"]))


def expected(series: str, fit: str, kind: str) -> pd.DataFrame:
    """Rows of R, indexed by term; raises where there are none."""
    table = expected_table()
    rows = (table["series"] == series) & (table["fit"] == fit) & (table["kind"] == kind)
    found = table[rows]
    if found.empty:
        raise KeyError(
            f"no {kind} of {fit!r} of {series!r} in series_expected.csv: run "
            "make_series_references.R"
        )
    return found[["value", "std_error", "df"]].apply(pd.to_numeric).set_axis(found["term"], axis=0)
