"""``Estimates`` by GGD region as a map of equal tiles: no region looks important for its size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import SchemaError, UnknownCodeError
from eenzaam_stats.messages import show_label
from eenzaam_stats.plots.estimates import note_above
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import FAINT, INK, PAPER, RAMP, apply_theme
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Flag, Language, add_percent, format_number, label, labels

SIDE = 0.94  # of the distance between two tiles
DARK = 0.45  # lightness below which letters on a tile are white
COLUMN = "region"


@in_words
@drawing
def tilemap(
    estimates: Estimates,
    *,
    breaks: Sequence[float] | None = None,
    language: Language = "nl",
    axes: Axes | None = None,
) -> Axes:
    """Draw estimates by GGD region as tiles, with the value on each.

    Parameters
    ----------
    estimates : Estimates
        One row per region, grouped by ``region`` only, with the names of the Gezondheidsmonitor.
    breaks : sequence of float, optional
        Limits of the classes in percent, rising, at most six; a value on a limit belongs to the
        class above. Without it round limits around the values are taken.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes with 25 tiles and a legend of the classes. A region without an estimate, or with a
        suppressed one, is hatched and has no class; a value in doubt has an asterisk.

    Raises
    ------
    SchemaError
        If the estimates are not grouped by region alone, or the limits do not hold every value.
    UnknownCodeError
        If a region is none of the 25.

    See Also
    --------
    tilemap_text : The same for readers who do not see the map.

    Notes
    -----
    **Missing data.** Hatched, never a colour: a missing estimate is not a low one.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "synthetic", "Taylor, logit",
    ...                 0.95, "weight", "", 0, "0")
    >>> one = Estimate(("GGD Zeeland",), 0.48, 0.01, 0.46, 0.50, 998, 1000, 3, 1e6, 1.2)
    >>> axes = tilemap(Estimates(("region",), (one,), note), language="en")
    >>> len(axes.patches)
    25
    """
    found = _by_code(estimates)
    limits = _limits(found, breaks)
    with apply_theme():
        if axes is None:
            _, axes = plt.subplots(figsize=(7.0, 8.2), layout="constrained")
        text = NumberText(language, decimals=1)
        for tile in GGD_TILES:
            _draw(axes, tile, found.get(tile.code), limits=limits, text=text)
        _legend(axes, limits, text, hatched=len(found) < len(GGD_TILES))
        axes.set_xlim(0.5, 5.5)
        axes.set_ylim(7.5, -0.5)
        axes.set_aspect("equal")
        axes.axis("off")
        note = note_above(
            estimates, language, outcome=True, uncertain=f"* {label('word.uncertain', language)}"
        )
        axes.set_title(note, loc="left", fontsize=9.0)
    return axes


@in_words
def tilemap_text(estimates: Estimates, *, language: Language = "nl") -> str:
    """Text for readers who do not see the map: every region with its value, from low to high.

    Parameters
    ----------
    estimates : Estimates
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str
    """
    found, text = _by_code(estimates), NumberText(language, decimals=1)
    names = {tile.code: _one_line(tile) for tile in GGD_TILES}
    order = sorted(found, key=lambda code: (found[code].estimate, code))
    values = [
        f"{names[code]} {text.percent(100 * found[code].estimate)}{_mark(found[code])}"
        for code in order
    ]
    absent = [name for code, name in names.items() if code not in found]
    rest = f" {label('word.no_estimate', language)}: {', '.join(absent)}." if absent else ""
    head = label("figure.tilemap", language)
    note = note_above(estimates, language, outcome=True).replace("\n", ". ")
    return f"{head}. {note}. {'; '.join(values)}.{rest}"


def _one_line(tile: Tile) -> str:
    return (
        tile.short.replace("-\n", "-").replace("\n", " ").replace("Kennemer-land", "Kennemerland")
    )


def _by_code(estimates: Estimates) -> Mapping[int, Estimate]:
    """Estimates that there are, by the code of their region."""
    if estimates.by != (COLUMN,):
        raise SchemaError(
            f"tilemap() needs estimates grouped by 'region' alone, and these are grouped by "
            f"{list(estimates.by)}. Estimate with by='region'."
        )
    codes = {name: tile.code for tile in GGD_TILES for name in tile.names}
    found = {}
    for at, row in enumerate(estimates.rows):
        name = str(row.group[0])
        if name not in codes:
            raise UnknownCodeError(
                f"tilemap(), column {COLUMN!r}: {show_label(name)} (row {at + 1}) is no region of "
                "the map. The map has the 25 GGD regions; leave out rows of other areas."
            )
        if row.estimate == row.estimate:
            found[codes[name]] = row
    return found


def _limits(found: Mapping[int, Estimate], breaks: Sequence[float] | None) -> tuple[float, ...]:
    values = [_round_percent(row) for row in found.values()] or [0.0]
    if breaks is None:
        return _round_limits(min(values), max(values))
    limits = tuple(float(at) for at in breaks)
    rising = all(low < high for low, high in pairwise(limits))
    held = limits and limits[0] <= min(values) and max(values) < limits[-1]
    if not (rising and held and len(limits) <= len(RAMP) + 1):
        raise SchemaError(
            f"breaks is {list(limits)}, and the values lie between {min(values):.1f} and "
            f"{max(values):.1f}. Give two to {len(RAMP) + 1} rising limits around all of them."
        )
    return limits


def _round_percent(row: Estimate) -> float:
    """Percentage as it stands on the tile: its class must follow from what a reader sees."""
    return float(format_number(100 * row.estimate, decimals=1, language="en").replace(",", ""))


def _round_limits(low: float, high: float) -> tuple[float, ...]:
    """Round limits around all values, with no more classes than there are colours."""
    limits: tuple[float, ...] = ()
    for n_classes in range(len(RAMP), 0, -1):
        spread = MaxNLocator(nbins=n_classes, steps=[1, 2, 2.5, 5, 10])
        limits = tuple(round(float(at), 6) for at in spread.tick_values(low, high))
        if limits[-1] <= high:
            limits = (*limits, round(2 * limits[-1] - limits[-2], 6))
        if len(limits) <= len(RAMP) + 1:
            break
    return limits


def _classify(value: float, limits: tuple[float, ...]) -> int:
    return sum(value >= at for at in limits[1:-1])


def _colour(at: int, n_classes: int) -> str:
    """Colour of a class: the ends of the ramp are always used."""
    return RAMP[round(at * (len(RAMP) - 1) / max(n_classes - 1, 1))]


def _draw(
    axes: Axes, tile: Tile, row: Estimate | None, *, limits: tuple[float, ...], text: NumberText
) -> None:
    colour, words = PAPER, tile.short
    if row is not None:
        value = _round_percent(row)
        colour = _colour(_classify(value, limits), len(limits) - 1)
        words = f"{tile.short}\n{text.value(value)}{_mark(row)}"
    axes.add_patch(
        Rectangle(
            (tile.column - SIDE / 2, tile.row - SIDE / 2),
            SIDE,
            SIDE,
            facecolor=colour,
            edgecolor=INK if row is not None else FAINT,
            linewidth=0.6,
            hatch=None if row is not None else "///",
        )
    )
    bare = {"boxstyle": "round,pad=0.15", "fc": PAPER, "ec": "none"} if row is None else None
    axes.text(
        tile.column,
        tile.row,
        words,
        ha="center",
        va="center",
        fontsize=8.0,
        color=PAPER if row is not None and _lightness(colour) < DARK else INK,
        bbox=bare,
    )


def _mark(row: Estimate) -> str:
    """Sign beside the value of an estimate in doubt."""
    return "" if row.flag is Flag.RELIABLE else "*"


def _lightness(colour: str) -> float:
    """Rough lightness from 0 to 1, for the choice between dark and white letters."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def _legend(axes: Axes, limits: tuple[float, ...], text: NumberText, *, hatched: bool) -> None:
    pairs = list(pairwise(limits))
    marks = [
        Patch(
            facecolor=_colour(at, len(pairs)),
            edgecolor=INK,
            linewidth=0.6,
            label=f"{text.tick(low)}–<{add_percent(text.tick(high), text.language)}",
        )
        for at, (low, high) in enumerate(pairs)
    ]
    if hatched:
        words = labels(text.language)["word.no_estimate"]
        marks.append(Patch(facecolor=PAPER, edgecolor=FAINT, hatch="///", label=words))
    axes.legend(handles=marks, loc="lower left", bbox_to_anchor=(0.0, 0.0), fontsize=9.0, ncols=2)


# The 25 GGD regions as a grid of tiles: a layout of our own, near where each region lies. The
# number is the code of the region in the codebooks of the Gezondheidsmonitor and of the
# Gezondheidsmonitor Jongvolwassenen, and the names are as they spell them; a test compares the
# two.


class Tile(NamedTuple):
    """One region: code, short name on the tile, names in the codebooks, column and row."""

    code: int
    short: str
    names: tuple[str, ...]
    column: int
    row: int


GGD_TILES = (
    Tile(1, "Groningen", ("GGD Groningen",), 4, 0),
    Tile(2, "Fryslân", ("GGD Fryslan", "GGD Fryslân"), 3, 0),
    Tile(3, "Drenthe", ("GGD Drenthe",), 4, 1),
    Tile(4, "IJsselland", ("GGD IJsselland",), 4, 2),
    Tile(5, "Twente", ("GGD Twente",), 5, 2),
    Tile(
        6,
        "Noord- en Oost-\nGelderland",
        ("GGD Noord en Oost Gelderland", "GGD Noord- en Oost-Gelderland"),
        5,
        3,
    ),
    Tile(7, "Gelderland-\nMidden", ("VG Gelderland Midden", "VG Gelderland-Midden"), 4, 3),
    Tile(8, "Gelderland-\nZuid", ("GGD Gelderland Zuid",), 4, 4),
    Tile(9, "Utrecht", ("GGD regio Utrecht",), 3, 4),
    Tile(10, "Hollands\nNoorden", ("GGD Hollands Noorden",), 2, 1),
    Tile(
        11, "Zaanstreek-\nWaterland", ("GGD Zaanstreek Waterland", "GGD Zaanstreek-Waterland"), 2, 2
    ),
    Tile(12, "Kennemer-\nland", ("GGD Kennemerland",), 1, 2),
    Tile(13, "Amsterdam", ("GGD Amsterdam",), 2, 3),
    Tile(14, "Gooi en\nVechtstreek", ("GGD Gooi- en Vechtstreek", "GGD Gooi en Vechtstreek"), 3, 3),
    Tile(15, "Haaglanden", ("GGD Haaglanden",), 1, 4),
    Tile(16, "Hollands\nMidden", ("GGD Hollands Midden",), 2, 4),
    Tile(17, "Rotterdam-\nRijnmond", ("GGD Rotterdam-Rijnmond",), 1, 5),
    Tile(18, "Zuid-Holland\nZuid", ("DGJ Zuid-Holland Zuid",), 2, 5),
    Tile(19, "Zeeland", ("GGD Zeeland",), 1, 6),
    Tile(20, "West-\nBrabant", ("GGD West Brabant", "GGD West-Brabant"), 2, 6),
    Tile(21, "Hart voor\nBrabant", ("GGD Hart voor Brabant",), 3, 5),
    Tile(22, "Brabant-\nZuidoost", ("GGD Brabant Zuidoost", "GGD Brabant-Zuidoost"), 3, 6),
    Tile(23, "Limburg-\nNoord", ("GGD Limburg-Noord",), 4, 6),
    Tile(24, "Zuid-\nLimburg", ("GGD Zuid-Limburg",), 4, 7),
    Tile(25, "Flevoland", ("GGD Flevoland",), 3, 2),
)
