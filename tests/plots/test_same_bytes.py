"""SVG and PDF have the same bytes in two processes, and hold their words."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys

import pytest

from eenzaam_stats.plots import theme

SCRIPT = """
import hashlib, sys
import pandas as pd
from eenzaam_stats.plots import NumberText, bars, canvas, pdf, svg
from eenzaam_stats.plots.theme import add_source
frame = pd.DataFrame({"label": list("abab"), "series": list("xxyy"), "value": [1.5, 2, 3, 4]})
with canvas(width=6, height=4) as axes:
    bars(axes, frame, text=NumberText("nl", decimals=1), ylabel="%")
    add_source(axes, "Bron: voorbeeld; n: 4; interval: geen.")
    for made in (
        svg(axes, title="t", description="d"),
        svg(axes, title="t", description="d", letters="text"),
        pdf(axes, title="Titel"),
    ):
        print(len(made), hashlib.sha256(made).hexdigest())
"""


def _made(seed: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    return ran.stdout.splitlines()


def test_two_processes_make_the_same_bytes() -> None:
    first = _made("1")
    assert first == _made("2")
    assert len(first) == 3
    assert all(int(line.split()[0]) > 5_000 for line in first)


def test_pdf_has_its_title_and_neither_date_nor_program() -> None:
    with theme.canvas() as axes:
        axes.plot([0, 1], [0, 1])
        document = theme.pdf(axes, title="Eenzaam")
    assert document.startswith(b"%PDF-")
    assert b"/Title (Eenzaam)" in document
    for word in (b"/CreationDate", b"/ModDate", b"/Producer", b"/Creator", b"atplotlib"):
        assert word not in document
    with theme.canvas() as axes, pytest.raises(ValueError, match="needs a title"):
        theme.pdf(axes, title="")


def test_letters_are_text_or_shapes_as_asked() -> None:
    with theme.canvas() as axes:
        axes.set_title("Woorden")
        shapes = theme.svg(axes, title="t", description="d").decode("utf-8")
        text = theme.svg(axes, title="t", description="d", letters="text").decode("utf-8")
    assert re.search(r"<text[^>]*>Woorden</text>", text)
    assert "<text" not in shapes
    assert hashlib.sha256(shapes.encode()).digest() != hashlib.sha256(text.encode()).digest()


def test_source_line_is_below_everything_and_inside_the_figure() -> None:
    with theme.canvas(width=5, height=4) as axes:
        axes.plot([0, 1], [0, 1], label="a")
        figure = axes.get_figure(root=True)
        figure.legend(loc="outside lower center")
        line = theme.add_source(axes, "Bron: " + "een lange naam van een bron, " * 6)
        axes.set_xlabel("as")
        figure.draw_without_rendering()
        box, legend = line.get_window_extent(), figure.legends[0].get_window_extent()
        assert line.get_text().count("\n") >= 2
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= legend.y0 + 1
        assert legend.y1 <= axes.get_tightbbox().y0 + 1
