"""``Estimates`` as a picture: dots with their intervals, footnote included."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from eenzaam_stats.arguments import in_words
from eenzaam_stats.plots.dotplot import dots
from eenzaam_stats.plots.frame import NumberText, doubt_words
from eenzaam_stats.plots.memory import drawing
from eenzaam_stats.plots.theme import apply_theme
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.vocabulary import Flag, Language, format_level, format_number, label, labels


@in_words
@drawing
def prevalence(
    estimates: Estimates, *, language: Language = "nl", axes: Axes | None = None
) -> Axes:
    """Draw estimates per group as dots with intervals, in percent.

    Parameters
    ----------
    estimates : Estimates
        What to draw; one dot per row, in the order of the rows. Rows without an estimate are
        left out of the picture and counted in its note.
    language : {"nl", "en"}
        Language of words and numbers.
    axes : matplotlib.axes.Axes, optional
        Where to draw; otherwise a new pyplot figure, so that a notebook shows it.

    Returns
    -------
    matplotlib.axes.Axes
        Axes with the dots, open where an estimate is flagged; the note above names source, n, level
        of the interval and how many are in doubt.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "synthetic", "Taylor, logit",
    ...                 0.95, "weight", "", 0, "0")
    >>> one = Estimate(("women",), 0.48, 0.01, 0.46, 0.50, 998, 1000, 3, 1e6, 1.2)
    >>> axes = prevalence(Estimates(("sex",), (one,), note), language="en")
    >>> [text.get_text() for text in axes.get_yticklabels()]
    ['women']
    """
    if axes is None:
        return _draw(estimates, language=language, axes=_create_axes(len(estimates.rows)))
    return _draw(estimates, language=language, axes=axes)


def _create_axes(n_rows: int) -> Axes:
    with apply_theme():
        _, axes = plt.subplots(figsize=(7.2, 1.6 + 0.34 * n_rows), layout="constrained")
    return axes


def _group(by: tuple[str, ...], values: tuple[str, ...], language: Language) -> str:
    known = labels(language)
    words = [known.get(f"{name}.{value}", value) for name, value in zip(by, values, strict=True)]
    return ", ".join(words) or label("word.everyone", language)


def _draw(estimates: Estimates, *, language: Language, axes: Axes) -> Axes:
    shown = [row for row in estimates.rows if row.estimate == row.estimate]
    frame = pd.DataFrame(
        {
            "label": [_group(estimates.by, row.group, language) for row in shown],
            "value": [100 * row.estimate for row in shown],
            "low": [100 * row.conf_low for row in shown],
            "high": [100 * row.conf_high for row in shown],
            "series": [estimates.footnote.origin for _ in shown],
            "solid": [row.flag is Flag.RELIABLE for row in shown],
        }
    )
    note = estimates.footnote
    outcome = labels(language).get(f"outcome.{note.outcome}", note.outcome)
    dots(
        axes,
        frame,
        text=NumberText(language, decimals=1),
        xlabel=f"{outcome} ({note.scale}), %",
    )
    axes.set_title(
        note_above(estimates, language, uncertain=label("word.uncertain_open", language)),
        loc="left",
    )
    return axes


def note_above(
    estimates: Estimates, language: Language, *, outcome: bool = False, uncertain: str = ""
) -> str:
    """Source, wave, origin, n, level of the interval, and how many rows are missing or in doubt.

    Parameters
    ----------
    estimates : Estimates
        What is drawn.
    language : {"nl", "en"}
        Language of words and numbers.
    outcome : bool, default False
        Whether the outcome and its scale come first, for a picture without an axis that names them.
    uncertain : str
        How rows in doubt are marked, in words; only the word without it.

    Returns
    -------
    str
    """
    note = estimates.footnote
    shown = [row for row in estimates.rows if row.estimate == row.estimate]
    n = format_number(sum(row.n_valid or 0 for row in shown), decimals=0, language=language)
    left_out = len(estimates.rows) - len(shown)
    doubted = sum(row.flag is not Flag.RELIABLE for row in shown)
    marked = uncertain or label("word.uncertain", language)
    words = labels(language).get(f"outcome.{note.outcome}", note.outcome)
    return (
        (f"{words} ({note.scale}), %\n" if outcome else "")
        + f"{note.source} {note.wave} ({label(f'origin.{note.origin}', language)}), n = {n}, "
        f"{label('word.interval', language)} {format_level(note.level, language=language)}"
        + (f", {label('word.left_out', language)}: {left_out}" if left_out else "")
        + (f", {marked}: {doubted}" if doubted else "")
    )


@in_words
def prevalence_text(estimates: Estimates, *, language: Language = "nl") -> str:
    """Text for readers who do not see the dots: every group with its value and interval.

    Parameters
    ----------
    estimates : Estimates
        What was drawn.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.

    Returns
    -------
    str

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "synthetic", "Taylor, logit",
    ...                 0.95, "weight", "", 0, "0")
    >>> one = Estimate(("women",), 0.48, 0.01, 0.46, 0.50, 998, 1000, 3, 1e6, 1.2)
    >>> prevalence_text(Estimates(("sex",), (one,), note), language="en")[-26:]
    'women 48.0% (46.0 – 50.0).'
    """
    text = NumberText(language, decimals=1)
    told = [
        f"{_group(estimates.by, row.group, language)} {text.percent(100 * row.estimate)} "
        f"({text.value(100 * row.conf_low)} – {text.value(100 * row.conf_high)})"
        + "".join(f", {words}" for words in [doubt_words(row.flag, row.reason, language)] if words)
        for row in estimates.rows
        if row.estimate == row.estimate
    ]
    head = label("figure.dots", language)
    note = note_above(estimates, language, outcome=True).replace("\n", ". ")
    return f"{head}. {note}. {'; '.join(told)}."
