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
from eenzaam_stats.plots.dotplot import dots
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.plots.theme import canvas, png, svg
from eenzaam_stats.vocabulary import Language, formatted, label


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
            text = formatted(row["value"], decimals=self.places(row), language=self.language)
            series = f", {row['series']}" if row.get("series") else ""
            parts.append(f"{row[name]}{series}: {text}".replace("\n", " "))
        return f"{self.title} ({self.unit}). {'; '.join(parts)}. {self.note}"

    def places(self, row: Mapping[Hashable, Any]) -> int:
        """Decimals of one row: its own, or those of the figure."""
        own = row.get("decimals")
        return self.decimals if own is None else int(own)

    def pictures(self) -> Mapping[str, bytes]:
        """The figure as SVG and PNG, by suffix."""
        with canvas(width=self.size[0], height=self.size[1]) as axes:
            self.draw(axes)
            figure = axes.get_figure(root=True)
            if figure is not None:
                figure.suptitle(self.title, x=0.01, ha="left", fontweight="bold", fontsize=12)
            return {
                "svg": svg(axes, title=self.title, description=self.alternative),
                "png": png(axes),
            }


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


def made(
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
        data=data,
        decimals=decimals,
        unit=words(name, "axis", language),
        draw=draw,
        size=size,
        language=language,
    )


def dotted(
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
    return made(name, data, draw, language, size=size, decimals=decimals)
