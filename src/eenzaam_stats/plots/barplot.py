"""Bars: grouped upright ones, and horizontal ones split into parts."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from eenzaam_stats.plots.frame import (
    NumberText,
    add_legend,
    axis_name,
    figure_width,
    fit_labels,
    grid_behind,
    in_order,
    write_ticks,
)
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, FAINT, HATCHES, INK

BESIDE = 1.0  # inches that the vertical axis takes
PRINTED = 0.3  # inches that a printed value takes; narrower bars carry it upright


@drawing
def bars(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    text: NumberText,
    ylabel: str,
    target: tuple[float, str] | None = None,
) -> Axes:
    """Draw one bar per row, grouped by ``label``, one colour and hatch per ``series``.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label, series, value``; optional ``decimals`` of each printed value.
    text : NumberText
        How numbers are written.
    ylabel : str
        Name and unit of the vertical axis.
    target : (float, str), optional
        Value to compare with, drawn as a line with its name.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    groups, series = in_order(frame, "label"), in_order(frame, "series")
    width = 0.8 / len(series)
    turn = 90 if width * (figure_width(axes) - BESIDE) / len(groups) < PRINTED else 0
    for index, name in enumerate(series):
        part = frame[frame["series"].astype(str) == name]
        offset = (index - (len(series) - 1) / 2) * width
        drawn = axes.bar(
            [groups.index(str(group)) + offset for group in part["label"]],
            part["value"],
            width * 0.92,
            color=COLOURS[index % len(COLOURS)],
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor="white",
            label=name,
        )
        axes.bar_label(drawn, labels=text.values(part), padding=2, fontsize=9, rotation=turn)
    if target is not None:
        axes.axhline(target[0], color=INK, lw=1.2, ls="--", label=target[1])
    axes.set_xticks(range(len(groups)), labels=fit_labels(axes, groups, letters=15))
    axes.set_ylabel(ylabel)
    axes.margins(y=0.12 if turn == 0 else 0.2)
    write_ticks(axes.yaxis, text)
    grid_behind(axes, "y")
    add_legend(axes, columns=2)
    return axes


@drawing
def stack(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    text: NumberText,
    xlabel: str,
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """Draw horizontal bars split into parts, the length of each part printed in it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label`` (bar), ``series`` (part) and ``value``; parts are laid end to end.
    text : NumberText
        How numbers are written.
    xlabel : str
        Name and unit of the horizontal axis.
    colours : mapping of str to str, optional
        Colour per series.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    groups = in_order(frame, "label")
    ends = dict.fromkeys(groups, 0.0)
    for index, name in enumerate(in_order(frame, "series")):
        colour = (colours or {}).get(name, COLOURS[index % len(COLOURS)])
        part = frame[frame["series"].astype(str) == name]
        for group, value, words in zip(
            part["label"], part["value"], text.values(part), strict=True
        ):
            y = len(groups) - 1 - groups.index(str(group))
            axes.barh(
                y,
                value,
                0.62,
                left=ends[str(group)],
                color=colour,
                edgecolor="white",
                hatch=HATCHES[index % len(HATCHES)],
                label=name,
            )
            axes.annotate(
                words,
                (ends[str(group)] + value / 2, y),
                ha="center",
                va="center",
                fontsize=9,
                bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": FAINT, "lw": 0.5},
            )
            ends[str(group)] += value
    axes.set_yticks(range(len(groups)), labels=fit_labels(axes, groups[::-1]))
    axes.set_xlabel(axis_name(axes, xlabel))
    write_ticks(axes.xaxis, text)
    add_legend(axes, columns=3)
    return axes
