"""Marks of a projection: a fan over years, columns split by age, and a pyramid.

Numbers arrive ready to be drawn, in the unit of the axis.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from eenzaam_stats.plots.frame import (
    NumberText,
    add_legend,
    axis_name,
    grid_behind,
    in_order,
    write_ticks,
)
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, DASHES, HATCHES, INK, PAPER, RAMP
from eenzaam_stats.vocabulary import add_percent

_HEADROOM = 0.06  # of the height of what is drawn
_RIGHT = 0.16  # of the years, for the numbers of the last one
_LEAST = 0.03  # of the height: lower parts of a column carry no number
_SHADES = (0.20, 0.34)  # of the outer and the inner band
_STEPS = [1, 2, 5, 10]


@drawing
def fan(
    axes: Axes, frame: pd.DataFrame, *, text: NumberText, ylabel: str, levels: Sequence[float] = ()
) -> Axes:
    """Draw a projection over years with its bands, and other lines beside it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``year, value, series``; the first series is the projection. Optional: ``counted``
        (bool) for years that are no projection, and ``low_<level>``, ``high_<level>`` such as
        ``low_95`` for the bands of the first series.
    text : NumberText
        How numbers are written.
    ylabel : str
        Name and unit of the vertical axis.
    levels : sequence of float
        Coverage of the bands, in per cent.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given: bands from wide to narrow, one line style per series, the last
        year with its value.
    """
    names = in_order(frame, "series")
    first = frame[frame["series"].astype(str) == names[0]].sort_values("year")
    for shade, level in zip(_SHADES, sorted(levels, reverse=True), strict=False):
        axes.fill_between(
            first["year"],
            first[f"low_{level:g}"],
            first[f"high_{level:g}"],
            color=COLOURS[0],
            alpha=shade,
            lw=0,
            label=add_percent(text.tick(level), text.language),
        )
    for index, name in enumerate(names):
        rows = frame[frame["series"].astype(str) == name].sort_values("year")
        axes.plot(
            rows["year"],
            rows["value"],
            color=COLOURS[index % len(COLOURS)],
            ls=DASHES[index % len(DASHES)],
            lw=2.2 if index == 0 else 1.6,
            label=name,
            zorder=3,
        )
    _draw_counted(axes, first)
    _last_values(axes, frame, names, text=text)
    _years(axes, frame, ylabel=ylabel, text=text)
    return axes


def _draw_counted(axes: Axes, rows: pd.DataFrame) -> None:
    """Points of years that were counted, and a line where the projection starts."""
    if "counted" not in rows or not rows["counted"].any():
        return
    known = rows[rows["counted"].astype(bool)]
    axes.plot(known["year"], known["value"], ls="none", marker="o", ms=5, color=INK, zorder=4)
    axes.axvline(float(known["year"].max()), color=INK, lw=1, ls=(0, (2, 2)), alpha=0.6)


def _last_values(
    axes: Axes, frame: pd.DataFrame, names: Sequence[str], *, text: NumberText
) -> None:
    """Value of the last year of every series; the upper ones above, so that they do not overlap."""
    ends = frame.sort_values("year").groupby("series").tail(1).sort_values("value")
    spread = float(frame["value"].max() - frame["value"].min()) or 1.0
    before = -float("inf")
    for row in ends.to_dict("records"):
        shown = max(float(row["value"]), before + 0.07 * spread)
        axes.annotate(
            text.value(row["value"]),
            (row["year"], shown),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold" if str(row["series"]) == names[0] else "normal",
        )
        before = shown


def _years(axes: Axes, frame: pd.DataFrame, *, ylabel: str, text: NumberText) -> None:
    first, last = int(frame["year"].min()), int(frame["year"].max())
    axes.set_xlim(first - 0.5, last + _RIGHT * (last - first))
    ticks = [year for year in range(first, last + 1) if year % 10 == 0 and year - first > 3]
    axes.set_xticks([first, *ticks] if ticks else [first, last])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda year, _: f"{year:.0f}"))
    low, high = axes.get_ylim()
    axes.set_ylim(low - _HEADROOM * (high - low), high + _HEADROOM * (high - low))
    axes.yaxis.set_major_locator(MaxNLocator(steps=_STEPS))
    axes.set_ylabel(axis_name(axes, ylabel))
    places = max(_decimals(value) for value in axes.get_yticks())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: text.value(value, places)))
    grid_behind(axes, "y")
    add_legend(axes, columns=4)


def _decimals(value: float) -> int:
    """Decimals that a position on an axis has."""
    return len(f"{round(value, 6):f}".rstrip("0").partition(".")[2])


@drawing
def columns(axes: Axes, frame: pd.DataFrame, *, text: NumberText, ylabel: str) -> Axes:
    """Draw one column per label, split into parts with the number of each part in it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label`` (column), ``series`` (part, lowest first) and ``value``, at least 0.
    text : NumberText
        How numbers are written.
    ylabel : str
        Name and unit of the vertical axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given; the whole of a column stands above it.
    """
    groups, series = in_order(frame, "label"), in_order(frame, "series")
    base = dict.fromkeys(groups, 0.0)
    top = float(frame.groupby("label")["value"].sum().max())
    for index, name in enumerate(series):
        colour = RAMP[min(index, len(RAMP) - 1)]
        for row in frame[frame["series"].astype(str) == name].to_dict("records"):
            group, value = str(row["label"]), float(row["value"])
            axes.bar(
                groups.index(group),
                value,
                0.68,
                bottom=base[group],
                color=colour,
                hatch=HATCHES[max(0, index - len(RAMP) + 1) % len(HATCHES)],
                edgecolor="white",
                label=name,
            )
            if value > _LEAST * top:
                axes.annotate(
                    text.value(value),
                    (groups.index(group), base[group] + value / 2),
                    ha="center",
                    va="center",
                    fontsize=9,
                    bbox={"boxstyle": "round,pad=0.12", "fc": PAPER, "ec": "none", "alpha": 0.9},
                )
            base[group] += value
    for group, value in base.items():
        axes.annotate(
            text.value(value),
            (groups.index(group), value),
            xytext=(0, 4),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
        )
    axes.set_xticks(range(len(groups)), labels=groups)
    axes.set_ylim(0, 1.09 * top)
    axes.set_ylabel(axis_name(axes, ylabel))
    write_ticks(axes.yaxis, text)
    grid_behind(axes, "y")
    add_legend(axes, columns=6)
    return axes


@drawing
def pyramid(
    axes: Axes, frame: pd.DataFrame, *, text: NumberText, xlabel: str, names: tuple[str, str]
) -> Axes:
    """Draw two sides of bars back to back, with an outline of an earlier year.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label`` (age band, youngest first), ``side`` (two values, left one first),
        ``value`` and ``before``, at least 0.
    text : NumberText
        How numbers are written.
    xlabel : str
        Name and unit of the horizontal axis.
    names : (str, str)
        What the bars and the outline are, for the legend.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given; both sides count from 0 in the middle.
    """
    bands, sides = in_order(frame, "label"), in_order(frame, "side")
    top = float(max(frame["value"].max(), frame["before"].max()))
    for index, side in enumerate(sides):
        sign = -1 if index == 0 else 1
        rows = frame[frame["side"].astype(str) == side].set_index("label").loc[bands]
        axes.barh(
            range(len(bands)),
            sign * rows["value"],
            0.84,
            color=COLOURS[index],
            hatch=HATCHES[index],
            edgecolor="white",
            label=f"{side}, {names[0]}",
        )
        edges = [at - 0.5 for at in range(len(bands) + 1)]
        outline = [float(value) for value in sign * rows["before"]]
        axes.stairs(outline, edges, orientation="horizontal", color=INK, lw=1.4, label=names[1])
        for at, value in enumerate(rows["value"]):
            furthest = max(float(value), abs(outline[at]))
            axes.annotate(
                text.value(float(value)),
                (sign * furthest, at),
                xytext=(5 * sign, 0),
                textcoords="offset points",
                ha="left" if sign > 0 else "right",
                va="center",
                fontsize=8.5,
            )
    axes.axvline(0.0, color=INK, lw=1)
    axes.set_yticks(range(len(bands)), labels=bands)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(-1.2 * top, 1.2 * top)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: text.tick(abs(value))))
    axes.set_xlabel(axis_name(axes, xlabel))
    grid_behind(axes, "x")
    add_legend(axes, columns=3)
    return axes
