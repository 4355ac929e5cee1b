"""What every mark does with its frame and its axes: printed values, ticks, order, legend.

Numbers arrive ready to be drawn, in the unit of the axis. Nothing here estimates or rounds to a
conclusion.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.ticker import FuncFormatter

from eenzaam_stats.plain_text import plain
from eenzaam_stats.vocabulary import (
    Flag,
    Language,
    add_percent,
    format_number,
    format_shortest,
    label,
)

NARROW = 5.5  # inches; narrower figures break their labels
NARROW_LABEL = 22  # characters on a line of a label in a narrow figure
NARROW_AXIS = 28
LEGEND_ENTRY = 2.1  # inches that an entry of the legend takes at least


@dataclass(frozen=True, slots=True)
class NumberText:
    """How the numbers of a figure are written.

    Attributes
    ----------
    language : {"nl", "en"}
        Language of the numbers.
    decimals : int, default 0
        Decimals of a value whose row does not bring its own.
    """

    language: Language
    decimals: int = 0

    def value(self, value: float, decimals: float | None = None) -> str:
        """Write a value with its own decimals, or with those of the figure."""
        places = self.decimals if decimals is None or pd.isna(decimals) else int(decimals)
        return format_number(value, decimals=places, language=self.language)

    def percent(self, value: float) -> str:
        """Write a percentage with the decimals of the figure."""
        return add_percent(self.value(value), self.language)

    def tick(self, value: float) -> str:
        """Write a position on an axis with no more decimals than it has."""
        return format_shortest(value, language=self.language)

    def values(self, frame: pd.DataFrame) -> list[str]:
        """Write the values of a frame, each row with its own ``decimals`` where it has them."""
        places = frame["decimals"] if "decimals" in frame else [None] * len(frame)
        return [self.value(v, d) for v, d in zip(frame["value"], places, strict=True)]


def in_order(frame: pd.DataFrame, column: str) -> list[str]:
    """Different values of a column in the order of their first row."""
    return list(dict.fromkeys(frame[column].astype(str)))


def is_solid(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows get a filled marker: all of them, or those that the column ``solid`` names."""
    if "solid" not in frame:
        return pd.Series(data=True, index=frame.index)
    return frame["solid"].astype(bool)


def doubt_words(flag: str, reason: str, language: Language) -> str:
    """Flag and reason of a result for the note of its picture; empty when it is reliable."""
    if flag == Flag.RELIABLE:
        return ""
    return label("word.uncertain", language) + (f": {reason}" if reason else "")


def figure_width(axes: Axes) -> float:
    """Width of the whole figure in inches; infinite for axes without one."""
    figure = axes.get_figure(root=True)
    return float("inf") if figure is None else float(figure.get_size_inches()[0])


def break_lines(words: str, letters: int) -> str:
    """Words in lines of at most so many letters; their own line ends stay."""
    return "\n".join(part for line in words.splitlines() for part in wrap(line, letters))


def fit_labels(axes: Axes, names: Iterable[object], *, letters: int = NARROW_LABEL) -> list[str]:
    """Labels as they are, or broken into short lines where the figure is narrow."""
    words = [plain(str(name)) for name in names]
    if figure_width(axes) >= NARROW:
        return words
    return [break_lines(name, letters) for name in words]


def axis_name(axes: Axes, words: str) -> str:
    """Name of an axis, broken into lines where the figure is narrow."""
    return fit_labels(axes, [words], letters=NARROW_AXIS)[0]


def write_ticks(axis: Axis, text: NumberText) -> None:
    """Write the positions of an axis in the language of the figure."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: text.tick(value)))


def grid_behind(axes: Axes, direction: str) -> None:
    """Faint lines behind the marks, across one axis."""
    axes.grid(visible=True, axis="x" if direction == "x" else "y")
    axes.set_axisbelow(True)


def add_legend(axes: Axes, *, columns: int = 3) -> None:
    """Legend below the axes, one entry per name, where there is more than one to tell apart."""
    handles, names = axes.get_legend_handles_labels()
    unique = dict(zip(reversed(names), reversed(handles), strict=True))  # the first mark of a name
    if len(unique) < 2:
        return
    words = list(dict.fromkeys(names))
    shown = [plain(name) for name in words]
    marks = [unique[name] for name in words]
    columns = min(columns, max(1, int(min(figure_width(axes), 99) // LEGEND_ENTRY)))
    figure = axes.get_figure(root=True)
    if figure is not None and isinstance(figure.get_layout_engine(), ConstrainedLayoutEngine):
        figure.legend(marks, shown, loc="outside lower center", ncols=min(columns, len(words)))
    else:
        axes.legend(marks, shown)
