"""Estimates as an aligned text table for a terminal, with their footnote."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import cache

from eenzaam_stats.output_check import require_passed
from eenzaam_stats.plain_text import plain
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import (
    Flag,
    Language,
    add_percent,
    format_level,
    format_number,
    label,
    labels,
)

_WRITTEN: Language = "en"  # what results say themselves; other languages are found by it
_DASH = "\N{EN DASH}"
_PERCENT = 100.0


def estimates_text(
    estimates: Estimates, *, language: Language = "nl", unchecked: bool = False
) -> str:
    """Estimates as text: group, estimate, interval, people with and without an answer, flag.

    Parameters
    ----------
    estimates : Estimates
        Proportions are shown in percent, other statistics in their unit. A suppressed estimate is
        a word and never a number.
    language : {"nl", "en"}, default "nl"
        Language of words and numbers.
    unchecked : bool, default False
        Whether the text stays where the respondents are although nobody checked it; its last line
        says so.

    Returns
    -------
    str
        Lines without a trailing line end.

    Raises
    ------
    DisclosureError
        If the estimates were not checked, and ``unchecked`` is false.

    Examples
    --------
    >>> from eenzaam_stats.results.estimates import Footnote
    >>> note = Footnote("lonely", "DJG11", "example", "2022", "18+", "synthetic", "Taylor, logit",
    ...                 0.95, "weight", "", 0, "0")
    >>> one = Estimate(("women",), 0.48, 0.01, 0.46, 0.50, 998, 1000, 3, 1e6, 1.2)
    >>> table = Estimates(("sex",), (one,), note)
    >>> print(estimates_text(table, language="en", unchecked=True).splitlines()[1])
    women                48.0%     46.0–50.0  1,000          3
    """
    require_passed(estimates, "estimates_text()", unchecked=unchecked)
    words = labels(language)
    percent = "proportion" in estimates.footnote.statistic
    rows = [_cells(row, estimates.by, percent=percent, language=language) for row in estimates.rows]
    head = [
        _by(estimates, language) or words["word.everyone"],
        words.get(f"outcome.{estimates.footnote.outcome}", estimates.footnote.outcome),
        words["footnote.interval"].format(
            level=format_level(estimates.footnote.level, language=language)
        ),
        "n",
        words["word.missing"],
        "",
    ]
    lines = [_line(cells, _widths([head, *rows])) for cells in (head, *rows)]
    return "\n".join([*lines, _sentence(estimates, language), *_notes(estimates, language)])


def _by(estimates: Estimates, language: Language) -> str:
    return ", ".join(name_column(name, language) for name in estimates.by)


def _sentence(estimates: Estimates, language: Language) -> str:
    """What the numbers are, as ``describe()`` says it, in the terms of a language."""
    if language == _WRITTEN:
        return estimates.describe()
    words, note = labels(language), estimates.footnote
    statistic = note.statistic.replace(" ", "_")
    groups = words["footnote.groups"].format(count=len(estimates.rows), by=_by(estimates, language))
    own = note.scale == labels(_WRITTEN)["footnote.column_of_the_file"]
    return words["footnote.sentence"].format(
        statistic=words.get(f"statistic.{statistic}", note.statistic),
        outcome=words.get(f"outcome.{note.outcome}", note.outcome),
        scale=words["footnote.column_of_the_file"] if own else note.scale,
        population=in_language(note.population, language),
        source=note.source,
        wave=note.wave,
        origin=words.get(f"origin.{note.origin}", note.origin),
        groups=groups if estimates.by else words["word.everyone"],
        method=in_language(note.method, language),
        level=format_level(note.level, language=language),
        version=note.version,
    )


def _cells(row: Estimate, by: Sequence[str], *, percent: bool, language: Language) -> list[str]:
    words = labels(language)
    named = [name_group(name, value, language) for name, value in zip(by, row.group, strict=True)]
    name = plain(", ".join(named)).replace("\n", " ") or words["word.everyone"]
    if row.flag is Flag.SUPPRESSED:
        status = label("disclosure.suppressed", language)
        return [name, _DASH, _DASH, _DASH, _DASH, status]
    return [
        name,
        _format_number(row.estimate, percent=percent, language=language),
        _interval(row, percent=percent, language=language),
        _count(row.n_valid, language),
        _count(row.n_missing, language),
        in_language(row.reason, language),
    ]


def _number(value: float, *, percent: bool, language: Language) -> str:
    if not math.isfinite(value):
        return _DASH
    return format_number(_PERCENT * value if percent else value, decimals=1, language=language)


def _format_number(value: float, *, percent: bool, language: Language) -> str:
    number = _number(value, percent=percent, language=language)
    return add_percent(number, language) if percent else number


def _interval(row: Estimate, *, percent: bool, language: Language) -> str:
    if not math.isfinite(row.conf_low):
        return _DASH
    ends = (row.conf_low, row.conf_high)
    low, high = (_number(value, percent=percent, language=language) for value in ends)
    return f"{low}{_DASH}{high}"


def _count(count: int | None, language: Language) -> str:
    return _DASH if count is None else format_number(count, decimals=0, language=language)


def _widths(table: Sequence[Sequence[str]]) -> list[int]:
    return [max(len(cells[at]) for cells in table) for at in range(len(table[0]))]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(max(widths[0], 18))
    numbers = [cell.rjust(width) for cell, width in zip(cells[1:-1], widths[1:-1], strict=True)]
    return "  ".join([first, *numbers, cells[-1]]).rstrip()


def _notes(estimates: Estimates, language: Language) -> list[str]:
    note, words = estimates.footnote, labels(language)
    number = note.n_without_group
    left_out = words["footnote.without_group"].format(
        count=words["footnote.some"]
        if number is None
        else format_number(number, decimals=0, language=language),
        by=", ".join(estimates.by) if language == _WRITTEN else _by(estimates, language),
    )
    told = words["footnote.disclosure"].format(words=in_language(note.disclosure, language))
    return [*([left_out] if number != 0 else []), told]


# Sentences of results in the language of the reader, made of the parts that the labels hold.

_PHRASE = "phrase."
_QUOTED = r"'[^']*'"  # a name of a column stays as the file has it


@cache
def _parts(language: Language) -> tuple[re.Pattern[str], Mapping[str, str]]:
    """Parts in English with those of a language, the longest first."""
    said = labels(language)
    words = {english: said[key] for key, english in labels("en").items() if key.startswith(_PHRASE)}
    longest = sorted(words, key=len, reverse=True)
    bordered = (rf"(?<!\w){re.escape(one)}(?!\w)" for one in longest)
    return re.compile("|".join([_QUOTED, *bordered])), words


def in_language(text: str, language: Language) -> str:
    """Method, population, disclosure or reason of a result in the terms of a language.

    Parameters
    ----------
    text : str
        As the result has it, in English.
    language : {"nl", "en"}
        Language of the reader.

    Returns
    -------
    str
        The parts that the labels know in that language; names and numbers as they are.

    Examples
    --------
    >>> in_language("adults of 18 and older in private households", "nl")
    'volwassenen van 18 jaar en ouder in particuliere huishoudens'
    """
    if language == _WRITTEN:
        return text
    pattern, words = _parts(language)
    return pattern.sub(lambda found: words.get(found[0], found[0]), text)


def name_column(name: str, language: Language) -> str:
    """Name of a grouping column for readers; that of a file stays as it is.

    Examples
    --------
    >>> name_column("age_group", "nl"), name_column("Q12", "nl")
    ('leeftijdsgroep', 'Q12')
    """
    return labels(language).get(f"column.{name}", name)


def name_group(column: str, value: str, language: Language) -> str:
    """Group for readers; one that the labels do not know stays as it is.

    Examples
    --------
    >>> name_group("sex", "women", "nl"), name_group("age_group", "18-34", "nl")
    ('vrouwen', '18-34')
    """
    known = labels(language)
    group = "descent" if column == "origin" else column
    return known.get(f"{group}.{value}", value)
