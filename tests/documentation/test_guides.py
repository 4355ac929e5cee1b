"""Every guide runs from top to bottom and prints what it shows."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from documentation.pages import NOT_RUN, blocks, played

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = sorted(path for path in (DOCS / "howto").glob("*.md") if path.stem != "index")
# Guides with a picture print nothing there; the others are counted in their text fences.
LEAST_OUTPUTS = 1


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


def test_every_guide_is_in_the_index() -> None:
    index = (DOCS / "howto" / "index.md").read_text("utf-8")
    assert len(GUIDES) >= 9
    assert [path.stem for path in GUIDES if f"\n{path.stem}\n" not in index] == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_guide_prints_what_it_shows(path: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    pairs = played(path)
    assert len(pairs) >= LEAST_OUTPUTS
    for shown, found in pairs:
        assert shown == found


def test_only_what_needs_a_network_is_not_run() -> None:
    left_out = {
        path.stem: [block.body for block in blocks(path.read_text("utf-8")) if not block.is_run]
        for path in GUIDES
    }
    assert {name for name, bodies in left_out.items() if bodies} == {"live"}
    assert all(re.search(r"fetch|refresh|read_table", body) for body in left_out["live"])
    assert (DOCS / "howto" / "live.md").read_text("utf-8").count(NOT_RUN) == 2
