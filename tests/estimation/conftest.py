"""Respondents, references and the making of a survey for the estimation tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from eenzaam_stats.survey import Design, HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Origin

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
