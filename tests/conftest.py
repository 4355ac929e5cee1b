"""Fixtures that every room of the tests may use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with reference data beside the repository; absent on most machines."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the reference data folder ../shared/data is not on this machine")
    return SHARED / "data"


@pytest.fixture(scope="session")
def letter_text() -> str:
    """Text of the advisory letter, when it lies beside the repository."""
    path = SHARED / "letter" / "advisory_letter_2025-04-10.txt"
    if not path.is_file():
        pytest.skip("the text of the letter, ../shared/letter, is not on this machine")
    return path.read_text("utf-8")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20220923)
