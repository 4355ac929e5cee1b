"""Respondents, references and the making of a survey for the estimation tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from eenzaam_stats.design import Design, ReplicateWeights
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin
from estimation.design_reference import DESIGNS, KEYS, LEVELS, LONELY_DESIGNS

SurveyMaker = Callable[..., Survey]


@pytest.fixture(scope="session")
def reference_folder(repository: Path) -> Path:
    return repository / "tests" / "reference"


@pytest.fixture(scope="session")
def people(reference_folder: Path) -> pd.DataFrame:
    """The made-up respondents behind the references; ``y_na`` has missing answers as NaN."""
    return pd.read_csv(reference_folder / "prevalence_input.csv")


@pytest.fixture(scope="session")
def make_survey() -> SurveyMaker:
    """Survey around a frame; keywords are the fields of the design."""

    def make(frame: Any, **design: Any) -> Survey:
        n = len(frame) if hasattr(frame, "__len__") else 0
        report = HarmonisationReport(
            source="made_up",
            wave="2022",
            file="made_up.csv",
            origin=Origin.SYNTHETIC,
            population="made-up adults",
            n_read=n,
            n_kept=n,
        )
        return Survey(frame, Design(**design), report)

    return make


@pytest.fixture(scope="module")
def respondents(reference_folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(reference_folder / "design_input.csv")
    number = {age: n for n, age in enumerate(sorted(frame["age_group"].unique()), start=1)}
    flags = {
        f"is_{level}": (frame["category"] == level).astype("float").where(frame["category"].notna())
        for level in LEVELS
    }
    return frame.assign(
        all_clusters=100 * frame["stratum"] + frame["cluster"],
        age_number=frame["age_group"].map(number),
        **flags,
    )


@pytest.fixture(scope="module")
def survey_of(respondents, make_survey):
    def survey(design: str, frame: pd.DataFrame | None = None, **changes: object) -> Survey:
        columns = {"weight": "weight", **(DESIGNS | LONELY_DESIGNS)[design], **changes}
        # polars is three times as fast on files this small; engines agree in test_engines
        return make_survey(pl.from_pandas(respondents if frame is None else frame), **columns)

    return survey


@pytest.fixture(scope="module")
def reference(reference_folder: Path):
    def read(name: str) -> pd.DataFrame:
        words = [*KEYS, "lonely", "domain_lonely", "mse", "first", "second"]
        table = pd.read_csv(
            reference_folder / f"design_{name}.csv", dtype=dict.fromkeys(words, "str")
        )
        return table.fillna({word: "" for word in words if word in table})

    return read


@pytest.fixture(scope="module")
def with_replicates(respondents, survey_of, reference):
    """Survey with complete replicate weights: weight times the factor of the cluster."""
    factors, scales = reference("replicate_factors"), reference("replicate_scales")

    @cache
    def make(kind: str, centre: str) -> Survey:
        mine = factors[factors["type"] == kind].dropna(axis="columns", how="all")
        scale = scales[scales["type"] == kind].sort_values("replicate")
        names = [f"factor_{number}" for number in scale["replicate"]]
        assert set(names) == {name for name in mine if name.startswith("factor_")}
        frame = respondents.merge(mine, on=["stratum", "cluster"], validate="many_to_one")
        assert len(frame) == (
            respondents["paired"].sum() if kind in ("JK1", "BRR", "Fay") else len(respondents)
        )
        frame[names] = frame[names].mul(frame["weight"], axis="index")
        (factor,) = scale["scale"].unique()
        replicates = ReplicateWeights(
            columns=tuple(names),
            method="bootstrap" if kind == "subbootstrap" else kind,
            rho=0.3 if kind == "Fay" else 0.0,
            scale=float(factor),
            rscales=tuple(scale["rscale"]),
            centre=centre,
        )
        return survey_of("clustered", frame, replicates=replicates)

    return make
