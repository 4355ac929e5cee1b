"""One figure of the letter as a value: words, the numbers drawn, and how they are drawn."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.letter.recompute.lookup import rows
from eenzaam_stats.plain_text import plain
from eenzaam_stats.plots.dotplot import dots
from eenzaam_stats.plots.frame import NARROW_LABEL, NumberText, break_lines
from eenzaam_stats.plots.theme import add_source, canvas, fix_layout, png, svg
from eenzaam_stats.vocabulary import Language, format_number, label

NAMED = 4  # points whose number of respondents is written one by one
ENDS = ("min", "max")
NARROW_WIDTH = 3.9  # inches; on a telephone its letters stay about as large as the text around it


@dataclass(frozen=True, slots=True, eq=False)
class LetterFigure:
    """A figure that is ready to be drawn.

    Attributes
    ----------
    id : str
        Name of the figure; also the name of its files.
    theme : str
        Chapter of the report that shows it.
    title, note : str
        Words above and below, in the language that was asked for.
    source : str
        Source, number of respondents and what the intervals are.
    data : pandas.DataFrame
        The numbers drawn, with a column ``evidence`` or ``origin`` where rows differ in it.
    decimals : int
        Decimals of the printed values.
    unit : str
        Unit of the values, for the alternative text.
    draw : callable
        Draws ``data`` on axes.
    size : (float, float)
        Width and height in inches.
    language : {"nl", "en"}
        Language of the words.
    """

    id: str
    theme: str
    title: str
    note: str
    source: str
    data: pd.DataFrame
    decimals: int
    unit: str
    draw: Callable[[Axes], Axes]
    size: tuple[float, float]
    language: Language

    @property
    def alternative(self) -> str:
        """Text for readers who do not see the figure, made from the numbers drawn."""
        name = "year" if "year" in self.data else "label"
        parts = []
        for row in self.data.to_dict("records"):
            text = format_number(row["value"], decimals=self.places(row), language=self.language)
            series = f", {row['series']}" if row.get("series") else ""
            parts.append(f"{row[name]}{series}: {text}".replace("\n", " "))
        points = "; ".join(parts)
        return plain(f"{self.title} ({self.unit}). {points}. {self.note} {self.source}")

    def places(self, row: Mapping[Hashable, Any]) -> int:
        """Decimals of one row: its own, or those of the figure."""
        own = row.get("decimals")
        return self.decimals if own is None else int(own)

    def pictures(self) -> Mapping[str, bytes]:
        """The figure with its title and source line as SVG and PNG, by suffix.

        The report refuses figures that were not checked; where it stays, their note says so.
        """
        with canvas(width=self.size[0], height=self.size[1]) as axes:
            self.draw(axes)
            figure = axes.get_figure(root=True)
            if figure is not None:
                figure.suptitle(self.title, x=0.01, ha="left", fontweight="bold", fontsize=12)
            add_source(axes, self.source)
            fix_layout(axes)
            return {
                "svg": svg(axes, title=self.title, description=self.alternative, unchecked=True),
                "png": png(axes, unchecked=True),
            }

    def screen(self, *, narrow: bool = False) -> str:
        """The figure alone as SVG with letters that are text, for a page with its own caption."""
        wide, high = self.size
        size = (NARROW_WIDTH, max(high, self._narrow_height())) if narrow else (wide, high)
        with canvas(width=size[0], height=size[1]) as axes:
            self.draw(axes)
            made = svg(
                axes,
                title=self.title,
                description=self.alternative,
                letters="text",
                unchecked=True,
            )
        return made.decode("utf-8")

    def _narrow_height(self) -> float:
        """Inches that the broken labels take below each other."""
        if "label" not in self.data:
            return 0.0
        names = self.data["label"].drop_duplicates()
        lines = max(break_lines(str(name), NARROW_LABEL).count("\n") + 1 for name in names)
        return 1.9 + 0.175 * lines * len(names)


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """Words of all figures, in the order of the report."""
    source = files("eenzaam_stats").joinpath("letter/figures/texts.toml").read_text("utf-8")
    return tomllib.loads(source)


def words(figure: str, kind: str, language: Language) -> str:
    """One text of a figure (``title``, ``axis`` or ``note``) in one language."""
    return texts()[figure][f"{kind}_{language}"]


def evidence_text(evidence: str, language: Language) -> str:
    """Evidence level in words."""
    return label(f"evidence.{evidence}", language)


def source_line(name: str, data: pd.DataFrame, language: Language) -> str:
    """Source, number of respondents and kind of interval of a figure, in one line."""
    parts = [f"{label('word.source', language)}: {words(name, 'source', language)}"]
    if "n" in data:
        parts.append(_respondents(data, language))
    parts.append(f"{label('word.interval', language)}: {words(name, 'interval', language)}")
    return "; ".join(parts) + "."


def _respondents(data: pd.DataFrame, language: Language) -> str:
    """Number of respondents per point: one range for many points, each by name for a few."""
    name = "year" if "year" in data else "label"
    known = data[data["n"].notna()].drop_duplicates([name, "n"])
    if known.empty:
        return f"n: {label('word.n_not_printed', language)}"
    if len(known) > NAMED:
        ends = [format_number(known["n"].agg(end), decimals=0, language=language) for end in ENDS]
        return f"n: {ends[0]}–{ends[1]}"
    each = [
        f"{format_number(row['n'], decimals=0, language=language)} "
        f"({str(row[name]).splitlines()[0]})"
        for row in known.to_dict("records")
    ]
    others = set(data[name]) - set(known[name])
    rest = f", {label('word.n_elsewhere', language)}" if others else ""
    return f"n: {', '.join(each)}{rest}"


def select(table: str, **equal: str) -> pd.DataFrame:
    """Rows of a reference table whose columns equal the given texts; never empty.

    Raises
    ------
    SchemaError
        If no row fits, with the table and what was asked for.
    """
    found = rows(table, **equal)
    if found.empty:
        asked = ", ".join(f"{column} = {wanted!r}" for column, wanted in equal.items())
        raise SchemaError(f"The table {table!r} has no row with {asked}. Look at data/{table}.csv.")
    return found


def compose_figure(
    name: str,
    data: pd.DataFrame,
    draw: Callable[..., Axes],
    language: Language,
    *,
    size: tuple[float, float],
    decimals: int = 1,
) -> LetterFigure:
    """Figure with its words from ``texts.toml``."""
    return LetterFigure(
        id=name,
        theme=texts()[name]["theme"],
        title=words(name, "title", language),
        note=words(name, "note", language),
        source=source_line(name, data, language),
        data=data,
        decimals=decimals,
        unit=words(name, "axis", language),
        draw=draw,
        size=size,
        language=language,
    )


def compose_dots(
    name: str,
    data: pd.DataFrame,
    language: Language,
    *,
    size: tuple[float, float],
    decimals: int = 1,
) -> LetterFigure:
    """Figure of dots with intervals; ``data`` as :func:`eenzaam_stats.plots.dots` takes it."""
    draw = partial(
        dots,
        frame=data,
        text=NumberText(language, decimals=decimals),
        xlabel=words(name, "axis", language),
    )
    return compose_figure(name, data, draw, language, size=size, decimals=decimals)
