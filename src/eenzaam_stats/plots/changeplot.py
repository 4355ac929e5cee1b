"""A change in a number of people as two waterfalls: why it changes, and at which ages."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from eenzaam_stats.arguments import in_words
from eenzaam_stats.plots.frame import NumberText, break_lines, doubt_words, grid_behind, write_ticks
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, FAINT, HATCHES, INK, PAPER, apply_theme
from eenzaam_stats.results.change import ChangePart, CountChange
from eenzaam_stats.vocabulary import (
    Language,
    add_percent,
    format_level,
    format_number,
    label,
    labels,
)

THOUSAND = 1000.0
_ROW, _AROUND, _WIDE = 0.36, 1.5, 8.2  # inches
_HEIGHT = 0.66  # of a row
_PAPER = {"boxstyle": "square,pad=0.1", "fc": PAPER, "ec": "none"}  # behind words on a grid
_TITLE = 66  # letters on a line of the title
_BESIDE = 0.30  # of the width of all bars, for the numbers beside them


@in_words
@drawing
def change(result: CountChange, *, language: Language = "nl", axes: Axes | None = None) -> Axes:
    """Draw a change in a number of people: its effects, and below them the change per age group.

    Parameters
    ----------
    result : CountChange
        What to draw, in thousands of people.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes with one bar per part, each starting where the one above ends, a closing bar with the
        whole change per block, and the interval of every part as a line where there are draws.

    See Also
    --------
    change_text : The same for readers who do not see the picture.
    """
    blocks = _blocks(result)
    n_rows = sum(len(parts) + 2 for _, parts in blocks)
    if axes is None:
        with apply_theme():
            size = (_WIDE, _AROUND + _ROW * n_rows)
            _, axes = plt.subplots(figsize=size, layout="constrained")
    with apply_theme():
        places: list[int] = []
        names: list[str] = []
        row = 0
        for at, (key, parts) in enumerate(blocks):
            axes.annotate(
                label(f"change.{key}", language),
                (0.0, row),
                xycoords=("axes fraction", "data"),
                xytext=(4, 0),
                textcoords="offset points",
                fontweight="bold",
                va="center",
                bbox=_PAPER,
            )
            _block(axes, parts, result.change, row + 1, block=at, language=language)
            places += range(row + 1, row + 2 + len(parts))
            names += [*(_name(one, language) for one in parts), label("change.change", language)]
            row += len(parts) + 2
        _finish(axes, result, (places, names), language)
    return axes


def _blocks(result: CountChange) -> list[tuple[str, tuple[ChangePart, ...]]]:
    blocks = [("why", result.effects)]
    if len(result.booked) > 1:
        blocks.append(("where", result.booked))
    return blocks


def _name(part: ChangePart, language: Language) -> str:
    if part.kind == "effect":
        return label(f"change.{part.part}", language)
    return f"{part.part} {label('change.years_old', language)}"


def _block(
    axes: Axes,
    parts: Sequence[ChangePart],
    whole: ChangePart,
    first: int,
    *,
    block: int,
    language: Language,
) -> None:
    reached = 0.0
    for row, part in enumerate((*parts, whole), start=first):
        closing = part is whole
        start, width = (0.0 if closing else reached), part.persons / THOUSAND
        axes.barh(
            row,
            width,
            _HEIGHT,
            left=start,
            color=FAINT if closing else COLOURS[block],
            hatch="" if closing else HATCHES[block],
            edgecolor=INK if closing else "white",
        )
        ends = [start, start + width]
        if math.isfinite(part.conf_low):
            limits = [start + part.conf_low / THOUSAND, start + part.conf_high / THOUSAND]
            axes.plot(limits, [row, row], color=INK, lw=1.5, marker="|", markersize=7, zorder=4)
            ends += limits
        axes.annotate(
            _describe_part(part, language),
            (max(ends), row),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            fontweight="bold" if closing else "normal",
            bbox=_PAPER,
        )
        if not closing:
            reached += width
            axes.plot([reached, reached], [row, row + 1], color=INK, lw=0.8, alpha=0.6, zorder=0)


def _describe_part(part: ChangePart, language: Language) -> str:
    words = _format_signed(part.persons, language)
    if math.isfinite(part.conf_low):
        low, high = (_format_signed(value, language) for value in (part.conf_low, part.conf_high))
        words += f" ({low} {label('change.to', language)} {high})"
    if part.kind != "change" and math.isfinite(part.percent):
        words += (
            f", {add_percent(format_number(part.percent, decimals=0, language=language), language)}"
        )
    return words


def _format_signed(persons: float, language: Language) -> str:
    text = format_number(abs(persons) / THOUSAND, decimals=0, language=language)
    if text == "0":
        return text
    return f"{'+' if persons > 0 else '−'}{text}"


def _finish(
    axes: Axes, result: CountChange, rows: tuple[list[int], list[str]], language: Language
) -> None:
    axes.axvline(0.0, color=INK, lw=1, zorder=1)
    axes.set_yticks(*rows)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(max(rows[0]) + 0.7, -0.7)
    low, high = axes.get_xlim()
    wide = high - low
    axes.set_xlim(low - 0.03 * wide, high + _BESIDE * wide)
    write_ticks(axes.xaxis, NumberText(language))
    grid_behind(axes, "x")
    axes.set_xlabel(label("word.thousand", language))
    axes.set_title(break_lines(_title(result, language), _TITLE), loc="left", fontsize=9.0)


def _title(result: CountChange, language: Language) -> str:
    words = labels(language)
    outcome = words.get(f"outcome.{result.outcome}", result.outcome)
    ends = " → ".join(
        f"{year}: {format_number(part.persons / THOUSAND, decimals=0, language=language)}"
        for year, part in ((result.start_year, result.start), (result.end_year, result.end))
    )
    scenario = words.get(f"scenario.{result.scenario}", result.scenario)
    parts = [f"{outcome} ({words['word.thousand']}), {ends}", f"{result.population}; {scenario}"]
    if result.draws:
        parts[1] += f"; {words['word.interval']} {format_level(result.level, language=language)}"
    return "\n".join(filter(None, [*parts, doubt_words(result.flag, result.reason, language)]))


@in_words
def change_text(result: CountChange, *, language: Language = "nl") -> str:
    """Text for readers who do not see the picture, made from the numbers in it.

    Parameters
    ----------
    result : CountChange
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str
    """
    title = _title(result, language).replace("\n", ". ")
    blocks = [
        f"{label(f'change.{key}', language)}: "
        + "; ".join(f"{_name(one, language)} {_describe_part(one, language)}" for one in parts)
        for key, parts in _blocks(result)
    ]
    whole = f"{label('change.change', language)} {_describe_part(result.change, language)}"
    return f"{title}. {whole} ({label('word.thousand', language)}). {'. '.join(blocks)}."
