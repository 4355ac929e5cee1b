"""One look for every figure, and bytes that are the same on every run.

Colours are a colour-blind-safe set; every group has a second cue (marker, line style or hatch).
SVG carries a title and a description for readers who do not see it. Each set has another for dark
paper in the same order; ``tests/plots/test_palette.py`` measures distances and contrast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import BytesIO
from textwrap import wrap
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text

from eenzaam_stats.plain_text import plain
from eenzaam_stats.plots.memory import word_note

COLOURS = ("#2f43ec", "#dd7410", "#a80f0f", "#8a3db5", "#747d66", "#1c98a6")
DARK_COLOURS = ("#6f6bfa", "#ffa339", "#d64541", "#d091ff", "#c3e4a8", "#2fb4ac")
MARKERS = ("o", "s", "D", "^", "v", "P")
DASHES = ("-", "--", ":", "-.", (0, (5, 1)), (0, (1, 1)))
HATCHES = ("", "//", "\\\\", "xx", "--", "||")
INK = "#1f2328"
FAINT = "#c9ccd1"
PAPER = "#ffffff"
DARK_PAPER = "#0d1117"
VERDICTS = {
    "reproduced": "#0b9a63",
    "reproduced_with_caveat": "#c9800a",
    "consistent": "#1c3eb8",
    "not_reproducible": "#7d0a0e",
    "qualitative": "#9187a3",
}
DARK_VERDICTS = {
    "reproduced": "#56d98a",
    "reproduced_with_caveat": "#ffd123",
    "consistent": "#6283f8",
    "not_reproducible": "#d2402f",
    "qualitative": "#a39aab",
}
RAMP = ("#c0e7ff", "#77cbe5", "#3d95d4", "#2256a0", "#143564")  # low to high, for classed maps
SOURCE_SIZE = 8.0  # points
LINE = 1.35  # line height as a multiple of the letter size

Letters = Literal["shapes", "text"]

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
    "pdf.fonttype": 42,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    # a name of a file or a region is no formula, whatever the settings of the user
    "text.parse_math": False,
    "text.usetex": False,
    "axes.formatter.use_mathtext": False,
}


@contextmanager
def apply_theme() -> Iterator[None]:
    """Apply the theme to everything that is drawn inside the block."""
    with mpl.rc_context(_STYLE):
        yield
        interactive = mpl.is_interactive()
    # the first figure of a notebook turns interaction on: taken back, later figures are not shown
    mpl.interactive(interactive)


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
    with apply_theme():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure.subplots()


def svg(
    axes: Axes,
    *,
    title: str,
    description: str,
    letters: Letters = "shapes",
    unchecked: bool = False,
) -> bytes:
    """Figure of ``axes`` as SVG with a title and a description; the same bytes on every run.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What to render; its whole figure is taken.
    title, description : str
        Short name and the text for readers who do not see the picture.
    letters : {"shapes", "text"}, default "shapes"
        ``shapes`` looks the same everywhere; ``text`` can be selected, searched and recoloured,
        and takes a font of the reader's machine where DejaVu Sans is absent.
    unchecked : bool, default False
        Whether what is drawn stays where the respondents are although nobody checked it: then a
        note in the picture says so.

    Returns
    -------
    bytes
        UTF-8 SVG, without date or version of the drawing library.

    Raises
    ------
    ValueError
        If title or description is empty.
    DisclosureError
        If it is drawn of respondents that were not checked, and ``unchecked`` is false.
    """
    if not title or not description:
        raise ValueError("svg() needs a title and a description: a picture must have both.")
    note, buffer = word_note(_figure(axes), "plots.svg()", unchecked=unchecked), BytesIO()
    description = " ".join(filter(None, [description, note]))
    with apply_theme(), mpl.rc_context({"svg.fonttype": "none" if letters == "text" else "path"}):
        _figure(axes).savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue().decode("utf-8")
    named, told = escape(plain(title)), escape(plain(description))
    head = f'<title id="t">{named}</title>\n <desc id="d">{told}</desc>\n'
    text = re.sub(
        r"(<svg [^>]*)>",
        lambda m: f'{m[1]} role="img" aria-labelledby="t d">\n {head}',
        text,
        count=1,
    )
    return text.encode("utf-8")


def pdf(axes: Axes, *, title: str, unchecked: bool = False) -> bytes:
    """Figure of ``axes`` as PDF with its letters as text; the same bytes on every run.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What to render; its whole figure is taken.
    title : str
        Title in the properties of the document.
    unchecked : bool, default False
        Whether what is drawn stays where the respondents are although nobody checked it: then a
        note in the picture says so.

    Returns
    -------
    bytes
        PDF, without date or version of the drawing library.

    Raises
    ------
    ValueError
        If the title is empty.
    DisclosureError
        If it is drawn of respondents that were not checked, and ``unchecked`` is false.

    Examples
    --------
    >>> with canvas() as axes:
    ...     _ = axes.plot([1, 2], [0.1, 0.2])
    ...     document = pdf(axes, title="Two points")
    >>> document[:5]
    b'%PDF-'
    """
    if not title:
        raise ValueError("pdf() needs a title: a reader finds the document by it.")
    note, buffer = word_note(_figure(axes), "plots.pdf()", unchecked=unchecked), BytesIO()
    title = "; ".join(filter(None, [title, note]))
    nothing = {"CreationDate": None, "Creator": None, "Producer": None}
    with apply_theme():
        _figure(axes).savefig(buffer, format="pdf", metadata={**nothing, "Title": plain(title)})
    return buffer.getvalue()


def png(axes: Axes, *, dpi: int = 150, unchecked: bool = False) -> bytes:
    """Figure of ``axes`` as PNG.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What to render; its whole figure is taken.
    dpi : int, default 150
        Dots per inch.
    unchecked : bool, default False
        Whether what is drawn stays where the respondents are although nobody checked it: then a
        note in the picture says so.

    Returns
    -------
    bytes
        PNG without the name or version of the drawing library.

    Raises
    ------
    DisclosureError
        If it is drawn of respondents that were not checked, and ``unchecked`` is false.
    """
    note, buffer = word_note(_figure(axes), "plots.png()", unchecked=unchecked), BytesIO()
    words = {"Software": None, **({"Comment": note} if note else {})}
    with apply_theme():
        _figure(axes).savefig(buffer, format="png", dpi=dpi, metadata=words)
    return buffer.getvalue()


def _figure(axes: Axes) -> Figure:
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("These axes belong to no figure.")
    for text in figure.findobj(Text):
        if isinstance(text, Text):
            text.set_text(plain(text.get_text()))
            text.set_parse_math(False)
    return figure


def fix_layout(axes: Axes) -> None:
    """Lay the figure out once and keep it so: what is rendered several times is faster."""
    figure = _figure(axes)
    figure.draw_without_rendering()
    figure.set_layout_engine("none")


def add_source(axes: Axes, words: str) -> Text:
    """Write the source line below everything else, wrapped to the width of the figure.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Any axes of the figure; the figure must have the constrained layout of :func:`canvas`.
    words : str
        Source, number of respondents and level of the interval.

    Returns
    -------
    matplotlib.text.Text
        The line or lines that were written.
    """
    figure = _figure(axes)
    width, height = figure.get_size_inches()
    per_line = int(width * 72 / (0.56 * SOURCE_SIZE))
    lines = wrap(plain(words), per_line)
    strip = (len(lines) * SOURCE_SIZE * LINE + 4) / 72 / height
    kept = strip  # below the axes: the source line and, above it, what the legend takes
    for legend in figure.legends:
        kept += legend.get_window_extent().height / figure.dpi / height + 6 / 72 / height
        legend.set_bbox_to_anchor((0.0, strip, 1.0, 1.0 - strip))
    layout = figure.get_layout_engine()
    if isinstance(layout, ConstrainedLayoutEngine):
        layout.set(rect=(0.0, kept, 1.0, 1.0 - kept))
    return figure.text(
        0.01,
        4 / 72 / height,
        "\n".join(lines),
        ha="left",
        va="bottom",
        fontsize=SOURCE_SIZE,
        linespacing=LINE - 0.15,
    )
