"""An interrupted series as a picture: waves, fit, counterfactual with its ribbon, interruptions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from eenzaam_stats.arguments import in_words
from eenzaam_stats.plots.frame import (
    NumberText,
    add_legend,
    break_lines,
    doubt_words,
    grid_behind,
    write_ticks,
)
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import COLOURS, FAINT, INK, apply_theme
from eenzaam_stats.results.gap import ForecastGap
from eenzaam_stats.results.series import InterruptedFit, SeriesModel, SeriesPoint
from eenzaam_stats.vocabulary import Language, format_level, format_number, label, labels

_Place = Callable[[float], float]
_STEPS = [1, 2, 5, 10]
_TITLE = 88  # letters on a line of the title
_HEADROOM = 0.12  # of the height, for the names of the interruptions


@in_words
@drawing
def interruption(
    result: InterruptedFit | ForecastGap, *, language: Language = "nl", axes: Axes | None = None
) -> Axes:
    """Draw a series with its fit and what the trend alone would have given.

    Parameters
    ----------
    result : InterruptedFit or ForecastGap
        What to draw. Proportions and logits are shown in percent, log rates as rates.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes with points and their intervals, the fit, the counterfactual with its ribbon from the
        first interruption on, and the interruptions shaded; the note above names source, waves,
        estimator and level. Waves that are left out of the fit have open markers.

    See Also
    --------
    interruption_text : The same for readers who do not see the picture.
    """
    if axes is None:
        with apply_theme():
            _, axes = plt.subplots(figsize=(7.6, 4.4), layout="constrained")
    place = _place(result.model, result.points)
    spans = _spans(result)
    first = min(start for _, start, _ in spans)
    with apply_theme():
        _shade(axes, spans, result.points, language)
        _counterfactual(axes, result, first, place=place, language=language)
        _waves(axes, result, place, language)
        _finish(axes, result.model, result.points, language)
    return axes


@in_words
def interruption_text(result: InterruptedFit | ForecastGap, *, language: Language = "nl") -> str:
    """Text for readers who do not see the picture, made from the numbers in it.

    Parameters
    ----------
    result : InterruptedFit or ForecastGap
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str
    """
    place = _place(result.model, result.points)
    last, words, model = result.points[-1], labels(language), result.model

    def show(value: float) -> str:
        return format_number(place(value), decimals=1, language=language)

    names = ", ".join(f"{name} ({start:g})" for name, start, _ in _spans(result))
    return (
        f"{words['figure.series']}: {result.model.outcome}, {result.model.source}. "
        f"{len(result.points)} {words['word.waves']}, {result.points[0].time:g} - {last.time:g}. "
        f"{words['word.interruption']}: {names}. {words['word.last_wave']}: {show(last.value)}; "
        f"{words['word.counterfactual']}: {show(last.counterfactual)}."
        + "".join(f" {told}." for told in [doubt_words(model.flag, model.reason, language)] if told)
    )


def _place(model: SeriesModel, points: Sequence[SeriesPoint]) -> _Place:
    """From the scale of the model to the axis: logits and proportions in percent."""
    if model.link == "logit":
        return lambda value: 100.0 / (1.0 + math.exp(-value))
    if model.link == "log":
        return math.exp
    return (lambda value: 100.0 * value) if _in_percent(model, points) else (lambda value: value)


def _in_percent(model: SeriesModel, points: Sequence[SeriesPoint]) -> bool:
    if model.link == "identity":
        return all(0.0 <= point.value <= 1.0 for point in points)
    return model.link == "logit"


def _spans(result: InterruptedFit | ForecastGap) -> tuple[tuple[str, float, float], ...]:
    if isinstance(result, InterruptedFit):
        return result.interruptions
    return ((f"{result.start:g}", result.start, math.inf),)


def _shade(
    axes: Axes,
    spans: Sequence[tuple[str, float, float]],
    points: Sequence[SeriesPoint],
    language: Language,
) -> None:
    last = points[-1].time
    for name, start, end in spans:
        if math.isfinite(end):
            axes.axvspan(start, min(end, last), color=FAINT, alpha=0.45, lw=0)
        axes.axvline(start, color=INK, alpha=0.6, lw=1, ls=(0, (2, 2)), zorder=1)
        words = labels(language).get(f"interruption.{name}", name)
        axes.annotate(
            words,
            (start, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            fontsize=8.5,
        )


def _counterfactual(
    axes: Axes,
    result: InterruptedFit | ForecastGap,
    start: float,
    *,
    place: _Place,
    language: Language,
) -> None:
    """Line from the last wave before the first interruption, and its ribbon.

    The ribbon of a forecast is of prediction errors, which waves of the fit do not have.
    """
    before = [point for point in result.points if point.time < start]
    after = [point for point in result.points if point.time >= start]
    shown = [*before[-1:], *after]
    times = [point.time for point in shown]
    axes.plot(
        times,
        [place(point.counterfactual) for point in shown],
        color=COLOURS[1],
        ls="--",
        lw=1.6,
        label=label("word.counterfactual", language),
    )
    band = after if isinstance(result, ForecastGap) else shown
    if all(math.isfinite(point.counterfactual_low) for point in band):
        axes.fill_between(
            [point.time for point in band],
            [place(point.counterfactual_low) for point in band],
            [place(point.counterfactual_high) for point in band],
            color=COLOURS[1],
            alpha=0.16,
            lw=0,
        )


def _waves(
    axes: Axes, result: InterruptedFit | ForecastGap, place: _Place, language: Language
) -> None:
    points = result.points
    for number, part in enumerate(_parts(result)):
        axes.plot(
            [point.time for point in part],
            [place(point.fitted) for point in part],
            color=COLOURS[0],
            lw=1.6,
            label=label("word.fit", language) if number == 0 else None,
        )
    closed = isinstance(result, ForecastGap)
    for point in points:
        value = place(point.value)
        if math.isfinite(point.std_error):
            ends = [place(point.value_low), place(point.value_high)]
            axes.plot([point.time, point.time], ends, color=INK, lw=1)
        axes.plot(
            [point.time],
            [value],
            ls="none",
            marker="o",
            markersize=5.5,
            color=INK,
            fillstyle="full" if point.used or closed else "none",
            zorder=3,
            label=None if point.used or closed else label("word.wave_left_out", language),
        )


def _parts(result: InterruptedFit | ForecastGap) -> list[list[SeriesPoint]]:
    """Waves of the fit between one interruption and the next: a jump is not drawn as a slope."""
    edges = sorted(edge for _, start, end in _spans(result) for edge in (start, end))
    parts: dict[int, list[SeriesPoint]] = {}
    for point in result.points:
        if point.used:
            parts.setdefault(sum(edge <= point.time for edge in edges), []).append(point)
    return list(parts.values())


def _finish(
    axes: Axes, model: SeriesModel, points: Sequence[SeriesPoint], language: Language
) -> None:
    words = labels(language)
    outcome = words.get(f"outcome.{model.outcome}", model.outcome)
    percent = _in_percent(model, points)
    axes.set_ylabel(f"{outcome}, %" if percent else outcome)
    axes.yaxis.set_major_locator(MaxNLocator(steps=_STEPS))
    write_ticks(axes.yaxis, NumberText(language))
    whole = np.ptp([point.time for point in points]) > len(_STEPS)
    axes.xaxis.set_major_locator(MaxNLocator(steps=_STEPS, integer=bool(whole)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.margins(x=0.04)
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + _HEADROOM * (high - low))
    grid_behind(axes, "y")
    add_legend(axes)
    title = (
        f"{model.source}, {len(points)} {words['word.waves']}, {words['word.interval']} "
        f"{format_level(model.level, language=language)}\n{_method(model, language)}"
    )
    doubt = break_lines(doubt_words(model.flag, model.reason, language), _TITLE)
    axes.set_title("\n".join(filter(None, [title, doubt])), loc="left", fontsize=9.0)


def _method(model: SeriesModel, language: Language) -> str:
    """Estimator and error model in the terms of the reader."""
    words = labels(language)
    parts = [words.get(f"estimator.{model.method}", model.estimator)]
    if model.boundary:
        parts.append(words["word.first_differences"])
    elif math.isfinite(model.phi) and model.phi != 0.0:
        parts.append(f"phi {format_number(model.phi, decimals=2, language=language)}")
    if model.known:
        parts.append(words["word.known_errors"])
    return "; ".join(parts)
