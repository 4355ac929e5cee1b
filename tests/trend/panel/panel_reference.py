"""The made-up panel, the numbers of R for it, and the model that R fitted."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd

from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.panel.terms import PanelTerm

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
TERMS = (PanelTerm("peri", 2020.2, 2022.2), PanelTerm("post", 2022.2))
COLUMNS = PanelColumns(time="time", covariates=("age", "sex"))
WITH_HOUSEHOLD = PanelColumns(time="time", household="household_id", covariates=("age", "sex"))
# names of R's terms where ours differ
OUR_NAMES = {"sexwomen": "sex: women"}


def panel_input() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "panel_input.csv")


@cache
def _expected() -> pd.DataFrame:
    words = {"term": str}
    return pd.read_csv(REFERENCE / "panel_expected.csv", dtype=words, keep_default_na=False)


def expected(model: str, kind: str) -> pd.DataFrame:
    """Rows of R for one model, indexed by term; raises where there are none."""
    table = _expected()
    found = table[(table["model"] == model) & (table["kind"] == kind)]
    if found.empty:
        raise KeyError(f"no {kind} of {model!r} in panel_expected.csv: run make_panel_references.R")
    numbers = found[["value", "std_error", "df"]].apply(pd.to_numeric)
    return numbers.set_axis([OUR_NAMES.get(term, term) for term in found["term"]], axis=0)
