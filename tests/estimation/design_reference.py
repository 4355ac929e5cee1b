"""Names of the designs behind ``tests/reference/design_*.csv``, and its population as margins."""

from __future__ import annotations

from typing import Any

import pandas as pd

KEYS = ["wave", "region", "sex", "age_group", "corner"]
LEVELS = ("a", "b", "c", "d")
CLUSTERED = {"stratum": "stratum", "cluster": "cluster"}
DESIGNS = {
    "stratified": {"stratum": "stratum"},
    "clustered": CLUSTERED,
    "clustered_fpc": {**CLUSTERED, "fpc": "fpc"},
    "clusters_only": {"cluster": "all_clusters"},
}
LONELY_DESIGNS = {
    "stratified_lonely": {"stratum": "stratum_lonely"},
    "clustered_lonely": {**CLUSTERED, "stratum": "stratum_lonely"},
    "clustered_lonely_fpc": {**CLUSTERED, "stratum": "stratum_lonely", "fpc": "fpc_lonely"},
}

# method and options of each calibration of the references
CALIBRATIONS: dict[str, dict[str, Any]] = {
    "post_stratify": {"method": "post_stratify"},
    "rake": {"method": "rake"},
    "linear": {"method": "linear"},
    "linear_bounded": {"method": "linear", "bounds": (0.9, 1.15)},
    "linear_household": {"method": "linear"},
    "logit": {"method": "logit", "bounds": (0.5, 2.0)},
    "logit_household": {"method": "logit", "bounds": (0.5, 2.0)},
}


def margins_of(name: str, population: pd.DataFrame) -> Any:
    """Margins of one calibration, from the table ``design_population.csv``."""
    crossed = population[population["margin"] == "age_sex"].rename(columns={"value": "population"})
    region = population[population["margin"] == "region"].set_index("region")["value"]
    if name == "post_stratify":
        return [crossed[["age_group", "sex", "population"]]]
    household = float(population.loc[population["margin"] == "household", "value"].iloc[0])
    return {
        "age_group": crossed.groupby("age_group")["population"].sum(),
        "sex": crossed.groupby("sex")["population"].sum(),
        "region": region,
        **({"household": household} if name.endswith("_household") else {}),
    }
