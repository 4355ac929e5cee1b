"""Notebooks: the pair is in step, nothing is stored in it, and it runs from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "notebooks").glob("*.ipynb"))
SECONDS = 120
LARGEST = 300_000  # bytes of all pictures of one notebook

jupytext = pytest.importorskip("jupytext", reason="jupytext is in the dev extra")
nbclient = pytest.importorskip("nbclient", reason="nbclient is in the dev extra")


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_pair_is_in_step_and_holds_no_output(path: Path) -> None:
    notebook, script = jupytext.read(path), jupytext.read(path.with_suffix(".py"))
    cells = [[(cell.cell_type, cell.source) for cell in book.cells] for book in (notebook, script)]
    assert cells[0] == cells[1]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert "assert " in code[-1].source


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    notebook = jupytext.read(path)
    client = nbclient.NotebookClient(
        notebook, timeout=SECONDS, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    assert all(cell.execution_count for cell in notebook.cells if cell.cell_type == "code")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    drawing = [cell for cell in code if _drawn(cell.source)]
    assert drawing
    for cell in drawing:
        assert len(_pictures(cell)) == _drawn(cell.source), cell.source
    assert not [text for cell in code for text in _said(cell) if "Warning" in text]
    assert sum(len(one) for cell in drawing for one in _pictures(cell)) * 3 // 4 < LARGEST


def _drawn(source: str) -> int:
    """Pictures that a cell must show: made on axes of its own, or handed over as PNG."""
    own = 0 if "es.plots.canvas(" in source else source.count("axes = es.plots.")
    return own + len(re.findall(r"\bImage\(", source))


def _pictures(cell: Any) -> list[str]:
    found = (one.get("data", {}).get("image/png") for one in cell.outputs)
    return [picture for picture in found if picture]


def _said(cell: Any) -> list[str]:
    return [one["text"] for one in cell.outputs if one.output_type == "stream"]
