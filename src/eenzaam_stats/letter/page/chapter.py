"""The report in one language: what the verdicts mean, chapters with figures and statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

from eenzaam_stats.letter.claims import LedgerRow, Theme
from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.address import address
from eenzaam_stats.letter.page.article import article, badge
from eenzaam_stats.letter.page.controls import contents
from eenzaam_stats.letter.page.download import data_columns, downloads
from eenzaam_stats.letter.page.listings import (
    computed_table,
    figure_table,
    ledger_frame,
    ledger_table,
    search_table,
)
from eenzaam_stats.letter.page.picture import pictures
from eenzaam_stats.letter.page.projected import combination_table, study_table
from eenzaam_stats.published.reference import reference, reference_names
from eenzaam_stats.vocabulary import Language, Origin, Verdict, label


def opening(language: Language) -> str:
    """Title and what the report is about."""
    return (
        f"<h1>{escape(_word('title', language))}</h1>"
        f"<p class='lead'>{escape(_word('subtitle', language))}</p>"
        f"<p class='measure'>{escape(_word('lead', language))}</p>"
    )


def meanings(language: Language) -> str:
    """What each verdict means."""
    means = "".join(
        f"<dt>{badge(verdict, language)}</dt><dd>{escape(_word(f'means_{verdict}', language))}</dd>"
        for verdict in Verdict
    )
    heading = escape(_word("verdicts", language))
    return f"<details class='meanings'><summary>{heading}</summary><dl>{means}</dl></details>"


def chapters(
    rows: Sequence[LedgerRow],
    figures: Sequence[LetterFigure],
    computed: Sequence[ComputedFigure],
    *,
    language: Language,
) -> str:
    """Contents and all chapters in one language.

    Parameters
    ----------
    rows : sequence of LedgerRow
        Statements with their verdicts.
    figures : sequence of LetterFigure
        Figures in this language, each shown in the chapter of its theme.
    computed : sequence of ComputedFigure
        Figures computed from files of respondents.
    language : {"nl", "en"}
        Language of words and numbers.

    Returns
    -------
    str
        HTML without heading of the first level.
    """
    told = "".join(
        _section(theme.value, label(f"theme.{theme}", language), inside, language, themed=True)
        for theme in Theme
        for inside in [_theme(theme, rows, figures, language)]
    )
    return (
        f"{meanings(language)}{contents(language, _names(language, computed))}"
        f"{_computed(computed, language)}{told}{_all(rows, language)}{_sources(language)}"
    )


def _names(language: Language, computed: Sequence[ComputedFigure]) -> Mapping[str, str]:
    first = {"survey": _word("survey", language)} if computed else {}
    themes = {theme.value: label(f"theme.{theme}", language) for theme in Theme}
    last = {"all": _word("all_claims", language), "sources": _word("sources", language)}
    return {**first, **themes, **last}


def _word(key: str, language: Language) -> str:
    return label(f"report.{key}", language)


def _section(
    name: str, heading: str, inside: str, language: Language, *, themed: bool = False
) -> str:
    kind = " class='theme'" if themed else ""
    where = address(name, language)
    return f"<section id='{where}'{kind}><h2>{escape(heading)}</h2>{inside}</section>\n"


def _theme(
    theme: Theme, rows: Sequence[LedgerRow], figures: Sequence[LetterFigure], language: Language
) -> str:
    drawn = "".join(_figure(figure) for figure in figures if figure.theme == theme)
    told = "".join(article(row, language) for row in rows if row.claim.theme is theme)
    extra = EXTRA[theme](language) if theme in EXTRA else ""
    return f"{drawn}{told}{extra}"


def _figure(figure: LetterFigure) -> str:
    language = figure.language
    where, behind = _place(figure), escape(label("word.data_behind", language))
    data = figure.data[data_columns(figure)]
    links = downloads(data, f"{figure.id}_{language}", of=figure.title, language=language)
    return (
        f"<figure id='{where}'>"
        f"<h3 id='{address(f'title-{figure.id}', language)}'>{escape(figure.title)}</h3>"
        f"{pictures(figure)}<figcaption><p>{escape(figure.note)}</p>"
        f"<p>{escape(figure.source)}</p></figcaption>"
        f"<details class='behind'><summary>{behind}"
        f"<span class='unseen'>: {escape(figure.title)}</span></summary>"
        f"{_scrolled(figure_table(figure), figure.title)}{links}</details></figure>\n"
    )


def _place(figure: LetterFigure) -> str:
    """Address of a figure: a statement may have the same name."""
    return address(f"figure-{figure.id}", figure.language)


def _scrolled(table: str, name: str) -> str:
    """Table in a box that scrolls by itself, with the keyboard too."""
    words = escape(name, quote=True)
    return f"<div class='scroll' tabindex='0' role='group' aria-label='{words}'>{table}</div>"


def _search(language: Language) -> str:
    heading = _word("search", language)
    return (
        f"<h3>{escape(heading)}</h3><p class='measure'>{escape(_word('search_note', language))}</p>"
        f"{_scrolled(search_table(language), heading)}"
    )


def _projected(language: Language) -> str:
    made = {"combinations": combination_table, "study_2018": study_table}
    return "".join(
        f"<h3>{escape(_word(name, language))}</h3>"
        f"{_scrolled(table(language), _word(name, language))}"
        for name, table in made.items()
    )


EXTRA: Mapping[Theme, Callable[[Language], str]] = {
    Theme.NUMBERS_OF_PEOPLE: _search,
    Theme.PROJECTION: _projected,
}


def _computed(computed: Sequence[ComputedFigure], language: Language) -> str:
    if not computed:
        return ""
    warning = (
        f"<p class='synthetic'><strong>{escape(_word('survey_synthetic', language))}</strong></p>"
        if any(one.origin is Origin.SYNTHETIC for one in computed)
        else ""
    )
    heading = _word("survey", language)
    table = _scrolled(computed_table(computed, language), heading)
    note = f"<p>{escape(_word('survey_note', language))}</p>"
    return _section("survey", heading, f"{warning}{note}{table}", language)


def _all(rows: Sequence[LedgerRow], language: Language) -> str:
    heading = _word("all_claims", language)
    links = downloads(
        ledger_frame(rows, language),
        f"claims_{language}",
        of=_word("download_all", language),
        language=language,
    )
    inside = f"{links}{_scrolled(ledger_table(rows, language), heading)}"
    return _section("all", heading, inside, language)


def _sources(language: Language) -> str:
    items = "".join(
        f"<li><b>{escape(name)}</b>: {escape(attrs['title'])}. {escape(attrs['licence'])}. "
        f"{escape(attrs['attribution'])}</li>"
        for name, attrs in ((name, reference(name).attrs) for name in reference_names())
    )
    return _section("sources", _word("sources", language), f"<ul>{items}</ul>", language)
