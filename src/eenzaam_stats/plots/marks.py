"""The few kinds of picture that the toolkit draws: dots with intervals, lines, bars, a share bar.

Each takes a frame of numbers that are ready to be drawn, in the unit of the axis. Nothing here
estimates, rounds to a conclusion or chooses what is worth showing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from eenzaam_stats.plots.theme import COLOURS, DASHES, FAINT, HATCHES, INK, MARKERS
from eenzaam_stats.vocabulary import Language, formatted

Text = Callable[[float], str]


def number_text(language: Language, *, decimals: int = 0, suffix: str = "") -> Text:
    """Formatter of numbers for axis and labels in one language."""
    return lambda value: formatted(value, decimals=decimals, language=language) + suffix


def _order(frame: pd.DataFrame, column: str) -> list[str]:
    return list(dict.fromkeys(frame[column].astype(str)))


def dots(axes: Axes, frame: pd.DataFrame, *, text: Text, xlabel: str) -> Axes:
    """Draw one dot per row, with its interval and its printed value.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label, value, low, high, series``; ``low`` and ``high`` may be missing. Rows are
        drawn from top to bottom.
    text : callable
        Value to printed label.
    xlabel : str
        Name and unit of the horizontal axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    height = np.arange(len(frame))[::-1]
    series = _order(frame, "series")
    for index, name in enumerate(series):
        rows = (frame["series"].astype(str) == name).to_numpy()
        part, where = frame[rows], height[rows]
        spread = np.vstack([part["value"] - part["low"], part["high"] - part["value"]])
        colour = COLOURS[index % len(COLOURS)]
        axes.errorbar(
            part["value"],
            where,
            xerr=np.nan_to_num(spread.astype(float)),
            fmt=MARKERS[index % len(MARKERS)],
            color=colour,
            markersize=6.5,
            elinewidth=1.4,
            capsize=0,
            label=name,
        )
        ends = part["high"].fillna(part["value"])
        for x, y, value in zip(ends, where, part["value"], strict=True):
            axes.annotate(
                text(value), (x, y), xytext=(7, 0), textcoords="offset points", va="center"
            )
    axes.set_yticks(height, labels=list(frame["label"]))
    axes.set_ylim(-0.7, len(frame) - 0.3)
    _from_zero(axes, float(np.nanmax(frame[["value", "high"]].to_numpy(dtype=float))))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: text(x)))
    axes.grid(visible=True, axis="x")
    axes.set_axisbelow(True)
    axes.set_xlabel(xlabel)
    if len(series) > 1:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=min(3, len(series)))
    return axes


def _from_zero(axes: Axes, largest: float) -> None:
    axes.set_xlim(0, largest * 1.16)


def lines(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    text: Text,
    ylabel: str,
    breaks: Sequence[tuple[float, str]] = (),
) -> Axes:
    """Draw values over years, one line per series; open markers are weaker evidence.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``year, value, series, solid`` (bool: whether the marker is filled) and ``joined``
        (the part of a series; points are joined within a part only, so a break stays visible).
    text : callable
        Value to printed label.
    ylabel : str
        Name and unit of the vertical axis.
    breaks : sequence of (float, str)
        Years where the series is not comparable, with the reason.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    for index, name in enumerate(_order(frame, "series")):
        rows = frame[frame["series"].astype(str) == name].sort_values("year")
        colour = COLOURS[index % len(COLOURS)]
        for _, part in rows.groupby("joined", sort=False):
            axes.plot(
                part["year"], part["value"], DASHES[index % len(DASHES)], color=colour, lw=1.6
            )
        for fill, some in (("full", rows[rows["solid"]]), ("none", rows[~rows["solid"]])):
            axes.plot(
                some["year"],
                some["value"],
                MARKERS[index % len(MARKERS)],
                color=colour,
                fillstyle=fill,
                markersize=7,
                label=name if fill == "full" or rows["solid"].sum() == 0 else None,
            )
        for year, value in zip(rows["year"], rows["value"], strict=True):
            axes.annotate(
                text(value), (year, value), xytext=(0, 8), textcoords="offset points", ha="center"
            )
    top = float(frame["value"].max()) * 1.22
    for year, reason in breaks:
        axes.axvline(year, color=INK, lw=1, ls=(0, (2, 2)))
        axes.annotate(
            reason,
            (year, top * 0.985),
            xytext=(4, 0),
            textcoords="offset points",
            va="top",
            fontsize=8.5,
        )
    axes.set_ylim(0, top)
    axes.set_xticks(sorted(frame["year"].unique()))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: text(y)))
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)
    axes.set_ylabel(ylabel)
    axes.margins(x=0.08)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2)
    return axes


def bars(
    axes: Axes,
    frame: pd.DataFrame,
    *,
    text: Text,
    ylabel: str,
    target: tuple[float, str] | None = None,
) -> Axes:
    """Draw one bar per row, grouped by ``label``, one colour and hatch per ``series``.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label, series, value``.
    text : callable
        Value to printed label.
    ylabel : str
        Name and unit of the vertical axis.
    target : (float, str), optional
        Value to compare with, drawn as a line with its name.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    groups, series = _order(frame, "label"), _order(frame, "series")
    width = 0.8 / len(series)
    for index, name in enumerate(series):
        part = frame[frame["series"].astype(str) == name]
        where = [
            groups.index(str(g)) + (index - (len(series) - 1) / 2) * width for g in part["label"]
        ]
        drawn = axes.bar(
            where,
            part["value"],
            width * 0.92,
            color=COLOURS[index % len(COLOURS)],
            hatch=HATCHES[index % len(HATCHES)],
            edgecolor="white",
            label=name,
        )
        axes.bar_label(drawn, labels=[text(v) for v in part["value"]], padding=2, fontsize=9)
    if target is not None:
        axes.axhline(target[0], color=INK, lw=1.2, ls="--", label=target[1])
    axes.set_xticks(range(len(groups)), labels=groups)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: text(y)))
    axes.grid(visible=True, axis="y")
    axes.set_axisbelow(True)
    axes.set_ylabel(ylabel)
    axes.margins(y=0.12)
    if len(series) > 1 or target is not None:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    return axes


def stack(axes: Axes, frame: pd.DataFrame, *, text: Text, xlabel: str) -> Axes:
    """Draw horizontal bars split into parts, the length of each part printed in it.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where to draw.
    frame : pandas.DataFrame
        Columns ``label`` (bar), ``series`` (part) and ``value``; parts are laid end to end.
    text : callable
        Value to printed label.
    xlabel : str
        Name and unit of the horizontal axis.

    Returns
    -------
    matplotlib.axes.Axes
        The axes that were given.
    """
    groups, series = _order(frame, "label"), _order(frame, "series")
    ends = dict.fromkeys(groups, 0.0)
    for index, name in enumerate(series):
        for row in frame[frame["series"].astype(str) == name].itertuples():
            group, value = str(row.label), float(row.value)  # type: ignore[arg-type]
            y = len(groups) - 1 - groups.index(group)
            colour = COLOURS[index % len(COLOURS)]
            axes.barh(
                y,
                value,
                0.62,
                left=ends[group],
                color=colour,
                edgecolor="white",
                hatch=HATCHES[index % len(HATCHES)],
                label=name if ends[group] == 0 or group == groups[0] else None,
            )
            axes.annotate(
                text(value),
                (ends[group] + value / 2, y),
                ha="center",
                va="center",
                bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": FAINT, "lw": 0.5},
            )
            ends[group] += value
    axes.set_yticks(range(len(groups)), labels=groups[::-1])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: text(x)))
    axes.set_xlabel(xlabel)
    handles, names = axes.get_legend_handles_labels()
    unique = dict(zip(names, handles, strict=True))
    axes.legend(
        unique.values(),
        unique.keys(),
        loc="upper center",
        bbox_to_anchor=(0.5, -0.2),
        ncols=min(3, len(unique)),
    )
    return axes
