"""Values over years, one line per series, with the breaks left visible."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from eenzaam_stats.plots.frame import (
    NumberText,
    add_legend,
    grid_behind,
    in_order,
    is_solid,
    write_ticks,
)
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, DASHES, INK, MARKERS


@drawing
def lines(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    text: NumberText,
    ylabel: str,
    breaks: Sequence[tuple[float, str]] = (),
    bottom: float = 0.0,
) -> Axes:
    """Draw values over years, one line per series; open markers are weaker evidence.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``year, value, series`` and ``joined`` (the part of a series; points are joined
        within a part only, so a break stays visible). Optional: ``solid`` (bool) for a filled
        marker, ``decimals`` of each printed value, ``labelled`` (bool) for the points that carry
        their value.
    text : NumberText
        How numbers are written.
    ylabel : str
        Name and unit of the vertical axis.
    breaks : sequence of (float, str)
        Years where the series is not comparable, with the reason.
    bottom : float, default 0
        Where the vertical axis starts.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    for index, name in enumerate(in_order(frame, "series")):
        rows = frame[frame["series"].astype(str) == name].sort_values("year")
        _line(axes, rows, index=index, name=name)
        _write_values(axes, rows, text=text)
    top = bottom + (float(frame["value"].max()) - bottom) * 1.22
    for year, reason in breaks:
        axes.axvline(year, color=INK, lw=1, ls=(0, (2, 2)))
        axes.annotate(
            reason,
            (year, bottom + (top - bottom) * 0.985),
            xytext=(4, 0),
            textcoords="offset points",
            va="top",
            fontsize=8.5,
        )
    axes.set_ylim(bottom, top)
    axes.set_xticks(sorted(frame["year"].unique()))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    axes.set_ylabel(ylabel)
    axes.margins(x=0.08)
    write_ticks(axes.yaxis, text)
    grid_behind(axes, "y")
    add_legend(axes, columns=2)
    return axes


def _line(axes: Axes, rows: pd.DataFrame, *, index: int, name: str) -> None:
    colour, marker = COLOURS[index % len(COLOURS)], MARKERS[index % len(MARKERS)]
    for _, part in rows.groupby("joined", sort=False):
        axes.plot(part["year"], part["value"], ls=DASHES[index % len(DASHES)], color=colour, lw=1.6)
    solid = is_solid(rows)
    for some, fill in ((rows[solid], "full"), (rows[~solid], "none")):
        if len(some):
            axes.plot(
                some["year"],
                some["value"],
                ls="none",
                marker=marker,
                color=colour,
                fillstyle="full" if fill == "full" else "none",
                markersize=7,
                label=name,
            )


def _write_values(axes: Axes, rows: pd.DataFrame, *, text: NumberText) -> None:
    beside = "labelled" in rows
    shown = rows[rows["labelled"].astype(bool)] if beside else rows
    for year, value, words in zip(shown["year"], shown["value"], text.values(shown), strict=True):
        axes.annotate(
            words,
            (year, value),
            xytext=(9, 0) if beside else (0, 8),
            textcoords="offset points",
            ha="left" if beside else "center",
            va="center" if beside else "baseline",
        )
