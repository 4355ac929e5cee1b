"""The designs whose calibration R did, as arrays: what every test of calibration reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from eenzaam_stats.numerics.survey.auxiliaries import Auxiliaries, auxiliaries
from eenzaam_stats.numerics.survey.calibrated_variance import (
    calibrated_covariance,
    calibrated_variance,
)
from eenzaam_stats.numerics.survey.calibration import CalibratedWeights, rake
from eenzaam_stats.numerics.survey.calibration_residuals import CalibratedRows
from eenzaam_stats.numerics.survey.distance_calibration import calibrate_by_distance
from eenzaam_stats.numerics.survey.linearise import linearise
from eenzaam_stats.numerics.survey.moments import Strata

# How R made each column of design_calibration_factors.csv: distance and bounds.
METHODS = {
    "post_stratify": ("post_stratify", None),
    "rake": ("rake", None),
    "linear": ("linear", None),
    "linear_household": ("linear", None),
    "linear_bounded": ("linear", (0.9, 1.15)),
    "logit": ("logit", (0.5, 2.0)),
    "logit_household": ("logit", (0.5, 2.0)),
}


@dataclass(frozen=True, slots=True, eq=False)
class Margins:
    """Auxiliaries with the population totals of their columns."""

    columns: Auxiliaries
    totals: np.ndarray


def calibrated(base: np.ndarray, margins: Margins, name: str) -> CalibratedWeights:
    method, bounds = METHODS[name]
    if method in ("post_stratify", "rake"):
        return rake(base, margins.columns, margins.totals)
    return calibrate_by_distance(
        base, margins.columns, margins.totals, distance=method, bounds=bounds
    )


def margins_of(people: pd.DataFrame, counts: list[pd.Series], numeric: dict | None = None):
    """Margins from series with the categories (one or two columns) in the index."""
    codes = []
    for count in counts:
        keys = list(count.index.names)
        wanted = count.index if len(keys) > 1 else pd.Index(count.index)
        found = pd.MultiIndex.from_frame(people[keys]) if len(keys) > 1 else people[keys[0]]
        codes.append(wanted.get_indexer(found).astype(np.int64))
    numbers = numeric or {}
    columns = auxiliaries(
        codes,
        [len(count) for count in counts],
        numeric=people[list(numbers)].to_numpy(np.float64) if numbers else None,
    )
    return Margins(columns, np.concatenate([*counts, list(numbers.values())]).astype(float))


def design_files(folder: Path) -> tuple[pd.DataFrame, dict[str, Margins]]:
    """Made-up respondents with the margins of each calibration."""
    people = pd.read_csv(folder / "design_input.csv")
    table = pd.read_csv(folder / "design_population.csv")

    def count(margin: str, keys: list[str]) -> pd.Series:
        return table[table["margin"] == margin].groupby(keys)["value"].sum()

    crossed = count("age_sex", ["age_group", "sex"])
    apart = [
        crossed.groupby("age_group").sum(),
        crossed.groupby("sex").sum(),
        count("region", ["region"]),
    ]
    household = {"household": float(table.loc[table["margin"] == "household", "value"].iloc[0])}
    three = margins_of(people, apart)
    four = margins_of(people, apart, household)
    one = margins_of(people, [crossed])
    made = {name: four if name.endswith("_household") else three for name in METHODS}
    return people, made | {"post_stratify": one}


def schools_with_margins(folder: Path):
    """Schools of ``apiclus1`` with the margins of R's script."""
    schools = pd.read_csv(folder / "apiclus1.csv", keep_default_na=False, dtype={"cds": str})
    table = pd.read_csv(folder / "apipop_margins.csv", keep_default_na=False).set_index("margin")
    stype = table.loc["stype"].set_index("stype")["value"]
    wide = table.loc["sch.wide"].set_index("sch.wide")["value"]
    score = {"api99": float(table.loc["sum_api99", "value"])}
    return schools, {
        "poststrat": margins_of(schools, [stype]),
        "rake_converged": margins_of(schools, [stype, wide]),
        "greg": margins_of(schools, [stype], score),
    }


def estimates(
    rows: CalibratedRows, *, n_domains: int, statistic: str, method: str, strata: Strata
) -> pd.DataFrame:
    """Estimate, standard error, units and strata per domain."""
    inside = rows.domain >= 0
    first = np.column_stack(
        [
            np.bincount(
                rows.domain[inside], weights=(rows.weight * value)[inside], minlength=n_domains
            )
            for value in (rows.one, rows.two)
        ]
    )
    found = linearise(first, statistic)
    result = calibrated_variance(rows, found.score, method=method, strata=strata)
    matrix = calibrated_covariance(rows, found.score, method=method, strata=strata)
    return pd.DataFrame(
        {
            "estimate": found.estimate,
            "std_error": np.sqrt(result.variance),
            "from_covariance": np.sqrt(np.diag(matrix)),
            "units": result.units,
            "strata": result.strata,
        }
    )
