"""Dots with intervals, one per row, from top to bottom."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from eenzaam_stats.plots.frame import (
    NumberText,
    add_legend,
    axis_name,
    fit_labels,
    grid_behind,
    in_order,
    is_solid,
    write_ticks,
)
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, MARKERS


@drawing
def dots(axes: Axes, frame: pd.DataFrame, *, text: NumberText, xlabel: str) -> Axes:
    """Draw one dot per row, with its interval and its printed value.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label, value, low, high, series``; ``low`` and ``high`` may be missing. Optional:
        ``decimals`` of each printed value, ``solid`` (bool) for a filled marker.
    text : NumberText
        How numbers are written.
    xlabel : str
        Name and unit of the horizontal axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    height = np.arange(len(frame))[::-1]
    for index, name in enumerate(in_order(frame, "series")):
        for solid in (True, False):
            chosen = (frame["series"].astype(str) == name) & (is_solid(frame) == solid)
            if chosen.any():
                _series(axes, frame[chosen], height[chosen], index=index, name=name, solid=solid)
    ends = frame["high"].fillna(frame["value"])
    for x, y, words in zip(ends, height, text.values(frame), strict=True):
        axes.annotate(words, (x, y), xytext=(7, 0), textcoords="offset points", va="center")
    axes.set_yticks(height, labels=fit_labels(axes, frame["label"]))
    axes.set_ylim(-0.7, len(frame) - 0.3)
    highest = float(frame[["value", "high"]].astype(float).max().max())
    axes.set_xlim(0, 1.16 * highest if highest > 0.0 else 1.0)  # 1 where every row is hidden
    axes.set_xlabel(axis_name(axes, xlabel))
    write_ticks(axes.xaxis, text)
    grid_behind(axes, "x")
    add_legend(axes)
    return axes


def _series(
    axes: Axes, part: pd.DataFrame, at: object, *, index: int, name: str, solid: bool
) -> None:
    spread = np.vstack([part["value"] - part["low"], part["high"] - part["value"]])
    axes.errorbar(
        part["value"],
        at,  # type: ignore[arg-type]
        xerr=np.nan_to_num(spread.astype(float)),
        fmt=MARKERS[index % len(MARKERS)],
        color=COLOURS[index % len(COLOURS)],
        fillstyle="full" if solid else "none",
        markersize=6.5,
        elinewidth=1.4,
        capsize=0,
        label=name,
    )
