"""One look for every figure, and bytes that are the same on every run.

Colours are a colour-blind-safe set; every group has a second cue (marker, line style or hatch).
SVG carries a title and a description for readers who do not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLOURS = ("#1845fb", "#ff5e02", "#c91f16", "#7b4fa3", "#5f6368", "#0f7f8c")
MARKERS = ("o", "s", "D", "^", "v", "P")
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))
HATCHES = ("", "//", "\\\\", "xx", "--", "||")
INK = "#1f2328"
FAINT = "#c9ccd1"
VERDICTS = {
    "reproduced": "#0b6b3a",
    "reproduced_with_caveat": "#d99a00",
    "consistent": "#0b57d0",
    "not_reproducible": "#a3151d",
    "qualitative": "#8b949e",
}

_STYLE: dict[Any, Any] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 10.0,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "axes.grid": False,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "eenzaam_stats",
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
}


@contextmanager
def styled() -> Iterator[None]:
    """Apply the theme to everything that is drawn inside the block."""
    with mpl.rc_context(_STYLE):
        yield


@contextmanager
def canvas(*, width: float = 7.2, height: float = 4.2) -> Iterator[Axes]:
    """Axes on a figure of its own, in the theme of the package.

    Parameters
    ----------
    width, height : float
        Size in inches.

    Yields
    ------
    matplotlib.axes.Axes
        Empty axes; draw on it, then hand it to :func:`svg` or :func:`png` inside the block.

    Examples
    --------
    >>> with canvas() as axes:
    ...     _ = axes.plot([1, 2], [0.1, 0.2])
    ...     picture = svg(axes, title="Two points", description="A line from 0.1 to 0.2.")
    >>> picture.startswith(b"<?xml")
    True
    """
    with styled():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure.subplots()


def svg(axes: Axes, *, title: str, description: str) -> bytes:
    """Figure of ``axes`` as SVG with a title and a description; the same bytes on every run.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What to render; its whole figure is taken.
    title, description : str
        Short name and the text for readers who do not see the picture.

    Returns
    -------
    bytes
        UTF-8 SVG, without date or version of the drawing library.

    Raises
    ------
    ValueError
        If title or description is empty.
    """
    if not title or not description:
        raise ValueError("svg() needs a title and a description: a picture must have both.")
    buffer = BytesIO()
    with styled():
        _figure(axes).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue().decode("utf-8")
    head = f'<title id="t">{escape(title)}</title>\n <desc id="d">{escape(description)}</desc>\n'
    text = re.sub(
        r"(<svg [^>]*)>",
        lambda m: f'{m[1]} role="img" aria-labelledby="t d">\n {head}',
        text,
        count=1,
    )
    return text.encode("utf-8")


def png(axes: Axes, *, dpi: int = 150) -> bytes:
    """Figure of ``axes`` as PNG.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What to render; its whole figure is taken.
    dpi : int, default 150
        Dots per inch.

    Returns
    -------
    bytes
        PNG without the name or version of the drawing library.
    """
    buffer = BytesIO()
    with styled():
        _figure(axes).savefig(buffer, format="png", dpi=dpi, metadata={"Software": None})
    return buffer.getvalue()


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("These axes belong to no figure.")
    return figure
