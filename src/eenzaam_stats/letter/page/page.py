"""The report as one self-contained HTML page: no request, readable on paper and without script.

Both languages are in it, the one that was asked for first. Words come from the ledger and the label
catalogues, numbers from the ledger; nothing is computed. The policy in the head of the page forbids
every request, and every script and style but those of the page itself.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files

from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.ledger import Input, LedgerRow, Theme, read_text
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.address import address, classes
from eenzaam_stats.letter.page.controls import LANGUAGES, contents, filters, rules, tools, word
from eenzaam_stats.letter.page.download import data_columns, downloads
from eenzaam_stats.letter.page.listings import (
    figure_table,
    ledger_frame,
    ledger_table,
    search_table,
    tabulate_computed,
)
from eenzaam_stats.letter.page.picture import colour_rules, pictures, share_styles
from eenzaam_stats.letter.page.projected import combination_table, study_table
from eenzaam_stats.published.reference import reference, reference_names
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Language, Origin, Verdict, format_number, label


@dataclass(frozen=True, slots=True, eq=False)
class PageContent:
    """What the page shows.

    Attributes
    ----------
    rows : tuple of LedgerRow
        Statements with their verdicts.
    figures : tuple of LetterFigure
        Figures of every language.
    computed : tuple of ComputedFigure
        Figures computed from files of respondents.
    """

    rows: tuple[LedgerRow, ...]
    figures: tuple[LetterFigure, ...]
    computed: tuple[ComputedFigure, ...]


def page(content: PageContent, *, language: Language) -> str:
    """HTML page of the letter's report.

    Parameters
    ----------
    content : PageContent
        Statements and figures; the figures in both languages.
    language : {"nl", "en"}
        Language that is shown first.

    Returns
    -------
    str
        One HTML document without outside references that a browser would fetch.
    """
    order = [language, *(other for other in LANGUAGES if other != language)]
    told, drawn = share_styles("".join(_tell_content(content, one) for one in order))
    style, script = _style(content.rows, drawn), _read_packaged("page.js")
    title = escape(label("report.title", language))
    skip = f"<a class='skip' href='#content'>{word('report.skip')}</a>"
    titles = "".join(_in_language(opening(one), one) for one in order)
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(script, style)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n{skip}"
        f"<header>{tools(language)}{titles}</header>\n"
        f"<main id='content'>{filters(content.rows)}\n{told}</main>\n"
        f"<footer><p>{word('report.about')} {VERSION}.</p></footer>\n"
        f"<script>{script}</script>\n</body>\n</html>"
    )


def policy(script: str, style: str) -> str:
    """Content security policy: nothing may be fetched, and only this script and style may act.

    Examples
    --------
    >>> policy("", "").split("; ")[0]
    "default-src 'none'"
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_fingerprint(script)}'",
            f"style-src '{_fingerprint(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _fingerprint(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii")


def _read_packaged(name: str) -> str:
    return files("eenzaam_stats").joinpath(f"letter/page/{name}").read_text("utf-8")


def _style(rows: Sequence[LedgerRow], drawn: str) -> str:
    text = _read_packaged("page.css")
    text = text.replace("/* drawings on light paper */", colour_rules(dark=False))
    text = text.replace("/* drawings on dark paper */", colour_rules(dark=True))
    return f"{text}\n{rules(rows)}\n{drawn}\n"


def _tell_content(content: PageContent, language: Language) -> str:
    figures = [figure for figure in content.figures if figure.language == language]
    return _in_language(
        chapters(content.rows, figures, content.computed, language=language), language
    )


def _in_language(html: str, language: Language) -> str:
    return f"<div data-lang='{language}' lang='{language}'>{html}</div>"


# The report in one language: what the verdicts mean, chapters with figures and statements.


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
        f"{_list_computed(computed, language)}{told}{_all(rows, language)}{_sources(language)}"
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
        f"{_wrap_table(figure_table(figure), figure.title)}{links}</details></figure>\n"
    )


def _place(figure: LetterFigure) -> str:
    """Address of a figure: a statement may have the same name."""
    return address(f"figure-{figure.id}", figure.language)


def _wrap_table(table: str, name: str) -> str:
    """Table in a box that scrolls by itself, with the keyboard too."""
    words = escape(name, quote=True)
    return f"<div class='scroll' tabindex='0' role='group' aria-label='{words}'>{table}</div>"


def _search(language: Language) -> str:
    heading = _word("search", language)
    return (
        f"<h3>{escape(heading)}</h3><p class='measure'>{escape(_word('search_note', language))}</p>"
        f"{_wrap_table(search_table(language), heading)}"
    )


def _list_projections(language: Language) -> str:
    made = {"combinations": combination_table, "study_2018": study_table}
    return "".join(
        f"<h3>{escape(_word(name, language))}</h3>"
        f"{_wrap_table(table(language), _word(name, language))}"
        for name, table in made.items()
    )


EXTRA: Mapping[Theme, Callable[[Language], str]] = {
    Theme.NUMBERS_OF_PEOPLE: _search,
    Theme.PROJECTION: _list_projections,
}


def _list_computed(computed: Sequence[ComputedFigure], language: Language) -> str:
    if not computed:
        return ""
    warning = (
        f"<p class='synthetic'><strong>{escape(_word('survey_synthetic', language))}</strong></p>"
        if any(one.origin is Origin.SYNTHETIC for one in computed)
        else ""
    )
    heading = _word("survey", language)
    table = _wrap_table(tabulate_computed(computed, language), heading)
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
    inside = f"{links}{_wrap_table(ledger_table(rows, language), heading)}"
    return _section("all", heading, inside, language)


def _sources(language: Language) -> str:
    items = "".join(
        f"<li><b>{escape(name)}</b>: {escape(attrs['title'])}. {escape(attrs['licence'])}. "
        f"{escape(attrs['attribution'])}</li>"
        for name, attrs in ((name, reference(name).attrs) for name in reference_names())
    )
    return _section("sources", _word("sources", language), f"<ul>{items}</ul>", language)


# One statement as an article: what was printed, what was recomputed and how, on which inputs.

NOTE = re.compile(r"\bnotes?\b")  # the ledger cites the notes of the letter in English


def article(row: LedgerRow, language: Language) -> str:
    """HTML of one statement with its verdict.

    Parameters
    ----------
    row : LedgerRow
        The statement.
    language : {"nl", "en"}
        Language of words and numbers.

    Returns
    -------
    str
        One ``<article>`` whose recomputed value also stands in a ``<data>`` element, unrounded.
    """
    claim = row.claim
    facts = [
        ("printed", f"{_quote(row)} {_note(row, language)}"),
        ("recomputed", _value(row, language)),
        ("allowed", escape(_describe_tolerance(row, language))),
        ("alternatives", escape(_alternatives(row, language))),
        ("method", escape(read_text(claim, "method", language))),
        ("caveat", escape(read_text(claim, "caveat", language))),
        ("evidence", escape(describe_evidence(row, language))),
        ("source", link(claim.source_url)),
    ]
    shown = "".join(
        f"<dt>{escape(label(f'word.{name}', language))}</dt><dd>{text}</dd>"
        for name, text in facts
        if text
    )
    return (
        f"<article class='{classes(row)}' id='{address(claim.id, language)}'>"
        f"<div class='head'><h3>{escape(read_text(claim, 'statement', language))}</h3>"
        f"{badge(row.verdict, language)}</div>"
        f"<dl>{shown}</dl>{_inputs(row.recomputation.inputs, language)}"
        f"<code>{claim.id}</code></article>\n"
    )


def describe_evidence(row: LedgerRow, language: Language) -> str:
    """Weakest evidence in words, with the live tables that were read instead of packaged ones."""
    if not row.evidence:
        return ""
    told = "; ".join(f"{label('word.live', language)}: {one}" for one in row.recomputation.live)
    return "; ".join(part for part in (label(f"evidence.{row.evidence}", language), told) if part)


def badge(verdict: Verdict, language: Language) -> str:
    """Verdict in words, in its colour and with its frame."""
    return f"<span class='badge {verdict}'>{escape(label(f'verdict.{verdict}', language))}</span>"


def link(url: str) -> str:
    """Addresses or DOIs, separated by semicolons, as links; other text as it is."""
    parts = [part.strip() for part in url.split(";") if part.strip()]
    return "; ".join(_one_link(part) for part in parts)


def _one_link(part: str) -> str:
    target = f"https://doi.org/{part.removeprefix('doi ')}" if part.startswith("doi ") else part
    if not target.startswith("http") or " " in target:
        return escape(part)
    return f"<a href='{escape(target, quote=True)}' rel='noreferrer'>{escape(part)}</a>"


def _quote(row: LedgerRow) -> str:
    """The words of the letter, which are Dutch on the English page too."""
    printed = row.claim.printed
    return f"<strong lang='nl'>{escape(printed)}</strong>" if printed else "<strong>–</strong>"


def _value(row: LedgerRow, language: Language) -> str:
    found = row.recomputation
    shown = f"<strong>{escape(read_text(found, 'shown', language) or '–')}</strong>"
    return shown if found.value is None else f"<data value='{found.value!r}'>{shown}</data>"


def _note(row: LedgerRow, language: Language) -> str:
    known = row.claim.cited in ("", "none") or row.claim.cited in row.claim.page
    cited = "" if known else f", {row.claim.cited}"
    place = f"({label('word.page', language)} {row.claim.page}{cited})"
    return escape(NOTE.sub(lambda word: label(f"word.{word[0]}", language), place))


def _describe_tolerance(row: LedgerRow, language: Language) -> str:
    if row.interval is None:
        return ""
    low, high = (_short(limit, row.claim.decimals, language) for limit in row.interval)
    span = low if low == high else f"{low} – {high}"
    reason = read_text(row.claim, "bounds", language)
    return f"{span} ({reason.rstrip('.')})" if reason else span


def _alternatives(row: LedgerRow, language: Language) -> str:
    return "; ".join(
        f"{read_text(other, 'label', language)}: "
        f"{_short(other.value, row.claim.decimals, language)}"
        for other in row.recomputation.alternatives
    )


def _short(value: float, decimals: int, language: Language) -> str:
    """Write a bound or another outcome: a small number that is not whole keeps one decimal."""
    places = max(decimals, 1) if abs(value) < 100 and value != round(value) else decimals
    return format_number(value, decimals=places, language=language)


def _inputs(inputs: Sequence[Input], language: Language) -> str:
    if not inputs:
        return ""
    items = "".join(
        f"<li>{escape(one.table)}: {escape(one.what)} = "
        f"{'–' if one.value is None else format_input(one.value, language)} {escape(one.unit)} "
        f"({escape(label(f'evidence.{one.evidence}', language))}{_live(one, language)}"
        f"{', ' + link(one.url) if one.url else ''})</li>"
        for one in inputs
    )
    words = escape(label("word.inputs", language))
    return f"<details><summary>{words} ({len(inputs)})</summary><ul>{items}</ul></details>"


def _live(one: Input, language: Language) -> str:
    """That a number was read live; nothing for a packaged one."""
    return f", {escape(label('word.live', language))}: {escape(one.live)}" if one.live else ""


def format_input(value: float, language: Language) -> str:
    """Input with the decimals that it has, at most four."""
    text = f"{value:.4f}".rstrip("0")
    return format_number(value, decimals=len(text.split(".")[1]), language=language)
