"""A check of an interrupted series as a picture: one interval per fit, the real one marked."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from eenzaam_stats.arguments import in_words
from eenzaam_stats.plots.frame import NumberText, break_lines, doubt_words, grid_behind, write_ticks
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, INK, apply_theme
from eenzaam_stats.results.checks import SeriesCheck
from eenzaam_stats.vocabulary import Flag, Language, format_number, labels

_ROW, _AROUND = 0.26, 1.3  # inches
_TITLE = 88  # letters on a line of the title


@in_words
@drawing
def series_check(
    result: SeriesCheck, *, language: Language = "nl", axes: Axes | None = None
) -> Axes:
    """Draw the effect of every fit of a check, with its interval.

    Parameters
    ----------
    result : SeriesCheck
        What to draw; fits that were refused have a row without a point.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes with one row per fit, the real one on top and coloured, and a line at 0.

    See Also
    --------
    series_check_text : The same for readers who do not see the picture.
    """
    rows = result.rows
    if axes is None:
        with apply_theme():
            size = (7.6, _AROUND + _ROW * len(rows))
            _, axes = plt.subplots(figsize=size, layout="constrained")
    with apply_theme():
        axes.axvline(0.0, color=INK, lw=1, alpha=0.6)
        for at, row in enumerate(rows):
            colour = COLOURS[1] if row.real else COLOURS[0]
            if math.isfinite(row.estimate):
                axes.plot([row.conf_low, row.conf_high], [at, at], color=colour, lw=1.6)
                axes.plot(
                    [row.estimate],
                    [at],
                    ls="none",
                    marker="o",
                    ms=5.5,
                    color=colour,
                    fillstyle="full" if row.flag is Flag.RELIABLE else "none",
                )
        axes.set_yticks(range(len(rows)), [row.label for row in rows])
        axes.invert_yaxis()
        write_ticks(axes.xaxis, NumberText(language))
        grid_behind(axes, "x")
        words = labels(language)
        effect = words.get(f"effect.{result.effect}", result.effect)
        axes.set_xlabel(f"{effect}, {words['word.interval']}")
        title = [words.get(f"check.{result.name}", result.name), _doubt(result, language)]
        axes.set_title(
            break_lines("\n".join(filter(None, title)), _TITLE), loc="left", fontsize=9.0
        )
    return axes


def _doubt(result: SeriesCheck, language: Language) -> str:
    """Flag and reason of the fit that is checked."""
    return doubt_words(result.real.flag, result.real.reason, language)


@in_words
def series_check_text(result: SeriesCheck, *, language: Language = "nl") -> str:
    """Text for readers who do not see the picture, made from the numbers in it.

    Parameters
    ----------
    result : SeriesCheck
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str
    """
    words, real = labels(language), result.real

    def show(value: float) -> str:
        return format_number(value, decimals=3, language=language)

    name = words.get(f"check.{result.name}", result.name)
    return (
        f"{name}: {real.label} {show(real.estimate)} ({show(real.conf_low)} - "
        f"{show(real.conf_high)}). {result.check.message}."
        + "".join(f" {told}." for told in [_doubt(result, language)] if told)
    )
