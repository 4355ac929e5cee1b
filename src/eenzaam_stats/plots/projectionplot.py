"""A projection as a picture: fan, columns by age, pyramid, and the sources of its error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError
from eenzaam_stats.plots.fanplot import columns, fan, pyramid
from eenzaam_stats.plots.frame import NumberText, break_lines, doubt_words
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import apply_theme
from eenzaam_stats.results.hindcast import HindcastError
from eenzaam_stats.results.projection import ALL, TOTAL, ProjectedRow, Projection
from eenzaam_stats.vocabulary import (
    Language,
    format_level,
    format_number,
    format_percent,
    label,
    labels,
)

View = Literal["fan", "age", "pyramid", "sources"]
MILLION, THOUSAND = 1e6, 1e3
INNER = 67.0
_SIZE, _TITLE = (7.6, 4.8), 88
_TEN = 10  # years between columns
_SIDES = ("men", "women")


@in_words
@drawing
def projection(
    result: Projection, view: View = "fan", *, language: Language = "nl", axes: Axes | None = None
) -> Axes:
    """Draw a projection.

    Parameters
    ----------
    result : Projection
        What to draw.
    view : {"fan", "age", "pyramid", "sources"}, default "fan"
        Number of people over the years with its bands and at constant prevalence; columns by
        age band for the first year, the tens and the last; men and women by age band in the last
        year with the outline of the first; or the variance by source for those years.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes whose title says scenario, population, level and the error of the forecast that can be
        checked.

    Raises
    ------
    OptionError
        If the view is unknown, or needs sexes or draws that the projection does not have.

    See Also
    --------
    projection_text : The same for readers who do not see the picture.
    eenzaam_stats.plots.change : Why the number changes, as a waterfall.
    """
    if view not in _VIEWS:
        raise OptionError.among(view, list(_VIEWS), name="view")
    if axes is None:
        with apply_theme():
            _, axes = plt.subplots(figsize=_SIZE, layout="constrained")
    with apply_theme():
        _VIEWS[view](axes, result, language)
        axes.set_title(
            break_lines(_title(result, view, language), _TITLE), loc="left", fontsize=9.0
        )
    return axes


def _fan(axes: Axes, result: Projection, language: Language) -> None:
    level = 100 * result.model.level
    frames = []
    for one in (result, *(() if result.constant is None else (result.constant,))):
        rows = _rows(one)
        frames.append(
            pd.DataFrame(
                {
                    "year": [row.year for row in rows],
                    "value": [row.persons / MILLION for row in rows],
                    "series": _scenario(one, language),
                    "counted": [row.counted for row in rows],
                    f"low_{level:g}": [row.conf_low / MILLION for row in rows],
                    f"high_{level:g}": [row.conf_high / MILLION for row in rows],
                    f"low_{INNER:g}": [row.inner_low / MILLION for row in rows],
                    f"high_{INNER:g}": [row.inner_high / MILLION for row in rows],
                }
            )
        )
    fan(
        axes,
        pd.concat(frames, ignore_index=True),
        text=NumberText(language, decimals=2),
        ylabel=f"{_outcome(result, language)}, {label('word.million', language)}",
        levels=(INNER, level) if result.model.draws else (),
    )


def _age(axes: Axes, result: Projection, language: Language) -> None:
    rows = [
        row
        for row in result.rows
        if row.sex == TOTAL and row.age_group != ALL and row.year in _years(result)
    ]
    frame = pd.DataFrame(
        {
            "label": [str(row.year) for row in rows],
            "series": [row.age_group for row in rows],
            "value": [row.persons / THOUSAND for row in rows],
        }
    )
    ylabel = f"{_outcome(result, language)}, {label('word.thousand', language)}"
    columns(axes, frame, text=NumberText(language), ylabel=ylabel)


def _pyramid(axes: Axes, result: Projection, language: Language) -> None:
    model, found = result.model, {(r.year, r.age_group, r.sex): r for r in result.rows}
    bands = dict.fromkeys(r.age_group for r in result.rows if r.sex == _SIDES[0])
    if not bands:
        raise OptionError(
            "The pyramid needs men and women, but the projection has both together. Project "
            "prevalences by sex, or draw the view 'age'."
        )
    frame = pd.DataFrame(
        {
            "label": band,
            "side": label(f"sex.{sex}", language),
            "value": found[model.to, band, sex].persons / THOUSAND,
            "before": found[model.base_year, band, sex].persons / THOUSAND,
        }
        for band in bands
        for sex in _SIDES
    )
    xlabel = f"{_outcome(result, language)}, {label('word.thousand', language)}"
    years = (str(model.to), str(model.base_year))
    pyramid(axes, frame, text=NumberText(language), xlabel=xlabel, names=years)


def _sources(axes: Axes, result: Projection, language: Language) -> None:
    rows = [
        one
        for one in result.shares
        if one.year in _years(result)
        and one.share > 0.0  # a source that was not drawn has no share
    ]
    if not rows:
        raise OptionError(
            "The view 'sources' needs draws, but the projection has none. Project with rng."
        )
    frame = pd.DataFrame(
        {
            "label": [str(one.year) for one in rows],
            "series": [label(f"source_of_error.{one.source}", language) for one in rows],
            "value": [100 * one.share for one in rows],
        }
    )
    # draws of two sources are never quite uncorrelated: parts of more than the whole are scaled
    frame["value"] *= 100 / frame.groupby("label")["value"].transform("sum")
    columns(axes, frame, text=NumberText(language), ylabel=label("word.variance_share", language))


_VIEWS: Mapping[str, Callable[[Axes, Projection, Language], None]] = {
    "fan": _fan,
    "age": _age,
    "pyramid": _pyramid,
    "sources": _sources,
}


def _rows(result: Projection) -> list[ProjectedRow]:
    """Everyone, every year."""
    return [row for row in result.rows if row.age_group == ALL]


def _years(result: Projection) -> list[int]:
    """First year, tens in between, last year."""
    first, last = result.model.base_year, result.model.to
    near = _TEN // 2
    tens = [y for y in range(first, last) if y % _TEN == 0 and y - first >= near <= last - y]
    return [first, *tens, last]


def _outcome(result: Projection, language: Language) -> str:
    return labels(language).get(f"outcome.{result.model.outcome}", result.model.outcome)


def _scenario(result: Projection, language: Language) -> str:
    name = result.model.scenario
    return labels(language).get(f"scenario.{name}", name)


def _edition(result: Projection, language: Language) -> str:
    name = result.model.population
    return labels(language).get(f"edition.{name}", name)


def _title(result: Projection, view: View, language: Language) -> str:
    model, words = result.model, labels(language)
    parts = [
        f"{_scenario(result, language)}; {_edition(result, language)}",
        f"{model.source}" + (f" ({words['origin.synthetic']})" if model.synthetic else ""),
    ]
    if model.draws and view == "fan":
        inner, outer = (format_level(one, language=language) for one in (INNER / 100, model.level))
        levels = f"{inner} {words['word.and']} {outer}"
        parts.append(f"{words['word.interval']} {levels}")
    if result.hindcast is not None:
        parts.append(hindcast_words(result.hindcast, language))
    return "; ".join(filter(None, [*parts, doubt_words(model.flag, model.reason, language)]))


def hindcast_words(found: HindcastError, language: Language) -> str:
    """How far the forecast that can be checked was off, to stand beside every far number.

    Parameters
    ----------
    found : HindcastError
        Errors in per cent.
    language : {"nl", "en"}
        Language of words and numbers.

    Returns
    -------
    str
    """
    shown = {
        name: _format_signed(value, language)
        for name, value in (
            ("people", found.people_percent),
            ("lonely", found.lonely_percent),
            ("largest", found.largest_percent),
        )
    }
    words = label("report.hindcast", language)
    return words.format(horizon=found.horizon, year=found.year, group=found.largest_group, **shown)


def _format_signed(percent: float, language: Language) -> str:
    sign = "−" if percent < 0 else "+"
    return f"{sign}{format_number(abs(percent), decimals=1, language=language)}"


@in_words
def projection_text(result: Projection, *, language: Language = "nl") -> str:
    """Text for readers who do not see the picture, made from the numbers in it.

    Parameters
    ----------
    result : Projection
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str
    """
    model = result.model

    def tell(row: ProjectedRow) -> str:
        words = f"{row.year}: {_million(row.persons, language)}"
        if model.draws:
            low, high = (_million(value, language) for value in (row.conf_low, row.conf_high))
            words += f" ({low} – {high})"
        return f"{words}, {format_percent(row.prevalence, decimals=1, language=language)}"

    rows = {row.year: row for row in _rows(result)}
    numbers = "; ".join(tell(rows[year]) for year in _years(result))
    constant = ""
    if result.constant is not None:
        last = next(row for row in _rows(result.constant) if row.year == model.to)
        constant = f" {_scenario(result.constant, language)}: {tell(last)}."
    unit = label("word.million", language)
    title = _title(result, "fan", language).rstrip(".")
    head = f"{_outcome(result, language)} ({unit}), {title}"
    return f"{head}. {numbers}.{constant}"


def _million(persons: float, language: Language) -> str:
    return format_number(persons / MILLION, decimals=2, language=language)
