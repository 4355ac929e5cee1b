"""The gallery draws every kind of figure, and tells in words what it shows."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from eenzaam_stats import plots

NO_PICTURES = {"NumberText", "canvas", "pdf", "png", "svg"}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory):
    place = Path(__file__).resolve().parents[2] / "docs" / "make_gallery.py"
    spec = spec_from_file_location("make_gallery", place)
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    folder = tmp_path_factory.mktemp("docs")
    return made, folder, made.build(folder).read_text("utf-8")


def test_every_drawing_function_of_the_package_is_shown(gallery) -> None:
    _, _, page = gallery
    drawn = {name for name in plots.__all__ if not name.endswith("_text")} - NO_PICTURES
    assert {"prevalence", "tilemap", "interruption", "dots", "bars", "lines", "stack"} <= drawn
    for name in drawn:
        assert f"plots.{name}(" in page


def test_every_picture_is_there_with_words_and_code(gallery) -> None:
    made, folder, page = gallery
    images = re.findall(r"!\[([^\]]+)\]\(([^)]+)\)", page)
    assert len(images) == len(made.PICTURES) == page.count("```python")
    for words, file in images:
        assert len(words) > 20
        text = (folder / file).read_text("utf-8")
        assert "<desc" in text
        assert "<text" not in text  # letters as shapes: the same on every machine
    assert "SYNTHETIC" in page


def test_pictures_from_synthetic_files_say_so(gallery) -> None:
    made, _, page = gallery
    for name in ("prevalence", "tilemap"):
        assert "SYNTHETIC" in made.PICTURES[name].told()
    assert page.count("SYNTHETIC") >= 3
