"""The report as one self-contained HTML page: no script, no request, readable on paper.

Words come from the ledger and the label catalogues, numbers from the ledger; nothing is computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files

from eenzaam_stats.letter.claims import Input, LedgerRow, Theme, said
from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.listings import computed_table, figure_table, ledger_table, search_table
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.opendata.reference import reference, reference_names
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Language, Origin, Verdict, formatted, label

NOTE = re.compile(r"\bnotes?\b")  # the ledger cites the notes of the letter in English


def page(
    *,
    language: Language,
    rows: Sequence[LedgerRow],
    figures: Sequence[LetterFigure],
    svgs: Mapping[str, str],
    computed: Sequence[ComputedFigure],
) -> str:
    """HTML page of the letter's report.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of words and numbers.
    rows : sequence of LedgerRow
        Statements with their verdicts.
    figures : sequence of LetterFigure
        Figures, each shown in the chapter of its theme.
    svgs : mapping of str to str
        SVG text per figure id.
    computed : sequence of ComputedFigure
        Figures computed from files of respondents.

    Returns
    -------
    str
        One HTML document without outside references that a browser would fetch.
    """
    style = files("eenzaam_stats").joinpath("letter/page.css").read_text("utf-8")
    chapters = "".join(
        _chapter(theme, rows=rows, figures=figures, svgs=svgs, language=language) for theme in Theme
    )
    title = escape(_word("title", language))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">\n"
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{title}</h1><p class='lead'>{escape(_word('subtitle', language))}</p>"
        f"<p>{escape(_word('lead', language))}</p>{_tally(rows, language)}"
        f"{_contents(language, computed)}</header>\n<main>\n"
        f"{_computed(computed, language)}{chapters}{_all(rows, language)}{_sources(language)}\n"
        f"</main>\n<footer><p>{escape(_word('about', language))} {VERSION}.</p></footer>\n"
        "</body>\n</html>"
    )


def _word(key: str, language: Language) -> str:
    return label(f"report.{key}", language)


def _tally(rows: Sequence[LedgerRow], language: Language) -> str:
    counts = Counter(row.verdict for row in rows)
    items = "".join(
        f"<li class='{verdict}'><b>{counts[verdict]}</b>"
        f"{escape(label(f'verdict.{verdict}', language))}</li>"
        for verdict in Verdict
    )
    means = "".join(
        f"<dt>{_badge(verdict, language)}</dt>"
        f"<dd>{escape(_word(f'means_{verdict}', language))}</dd>"
        for verdict in Verdict
    )
    return (
        f"<ul class='tally'>{items}</ul><details><summary>{escape(_word('verdicts', language))}"
        f"</summary><dl>{means}</dl></details>"
    )


def _contents(language: Language, computed: Sequence[ComputedFigure]) -> str:
    links = [("survey", _word("survey", language))] if computed else []
    links += [(theme.value, label(f"theme.{theme}", language)) for theme in Theme]
    links += [("all", _word("all_claims", language)), ("sources", _word("sources", language))]
    items = "".join(f"<li><a href='#{name}'>{escape(words)}</a></li>" for name, words in links)
    heading = escape(_word("contents", language))
    return f"<nav aria-label='{heading}'><ol>{items}</ol></nav>"


def _badge(verdict: Verdict, language: Language) -> str:
    return f"<span class='badge {verdict}'>{escape(label(f'verdict.{verdict}', language))}</span>"


def _chapter(
    theme: Theme,
    *,
    rows: Sequence[LedgerRow],
    figures: Sequence[LetterFigure],
    svgs: Mapping[str, str],
    language: Language,
) -> str:
    drawn = "".join(
        _figure(figure, svgs[figure.id], language) for figure in figures if figure.theme == theme
    )
    told = "".join(_claim(row, language) for row in rows if row.claim.theme is theme)
    extra = _search(language) if theme is Theme.NUMBERS_OF_PEOPLE else ""
    return (
        f"<section id='{theme}'><h2>{escape(label(f'theme.{theme}', language))}</h2>"
        f"{drawn}{told}{extra}</section>\n"
    )


def _figure(figure: LetterFigure, svg: str, language: Language) -> str:
    picture = svg[svg.index("<svg") :].strip().replace('id="t"', f'id="t-{figure.id}"')
    picture = picture.replace('id="d"', f'id="d-{figure.id}"')
    picture = picture.replace(
        'aria-labelledby="t d"', f'aria-labelledby="t-{figure.id} d-{figure.id}"'
    )
    return (
        f"<figure id='{figure.id}'>{picture}<figcaption>{escape(figure.note)}"
        f"<details><summary>{escape(label('word.data_behind', language))}</summary>"
        f"<div class='scroll'>{figure_table(figure)}</div></details></figcaption></figure>\n"
    )


def _claim(row: LedgerRow, language: Language) -> str:
    claim, found = row.claim, row.recomputation
    facts = [
        ("printed", f"<strong>{escape(claim.printed or '–')}</strong> {_note(row, language)}"),
        ("recomputed", f"<strong>{escape(said(found, 'shown', language) or '–')}</strong>"),
        ("allowed", escape(_allowed(row, language))),
        ("alternatives", escape(_alternatives(row, language))),
        ("method", escape(said(claim, "method", language))),
        ("caveat", escape(said(claim, "caveat", language))),
        ("evidence", escape(label(f"evidence.{row.evidence}", language) if row.evidence else "")),
        ("source", _link(claim.source_url)),
    ]
    shown = "".join(
        f"<dt>{escape(label(f'word.{name}', language))}</dt><dd>{text}</dd>"
        for name, text in facts
        if text
    )
    return (
        f"<article class='edge-{row.verdict}' id='{claim.id}'><header>"
        f"<h3>{escape(said(claim, 'statement', language))}</h3>"
        f"{_badge(row.verdict, language)}</header>"
        f"<dl>{shown}</dl>{_inputs(found.inputs, language)}<code>{claim.id}</code></article>\n"
    )


def _note(row: LedgerRow, language: Language) -> str:
    known = row.claim.cited in ("", "none") or row.claim.cited in row.claim.page
    cited = "" if known else f", {row.claim.cited}"
    place = f"({label('word.page', language)} {row.claim.page}{cited})"
    return escape(NOTE.sub(lambda word: label(f"word.{word[0]}", language), place))


def _allowed(row: LedgerRow, language: Language) -> str:
    if row.interval is None:
        return ""
    low, high = (_short(limit, row.claim.decimals, language) for limit in row.interval)
    span = low if low == high else f"{low} – {high}"
    reason = said(row.claim, "bounds", language)
    return f"{span} ({reason.rstrip('.')})" if reason else span


def _alternatives(row: LedgerRow, language: Language) -> str:
    return "; ".join(
        f"{said(other, 'label', language)}: {_short(other.value, row.claim.decimals, language)}"
        for other in row.recomputation.alternatives
    )


def _short(value: float, decimals: int, language: Language) -> str:
    """Write a bound or another outcome: a small number that is not whole keeps one decimal."""
    places = max(decimals, 1) if abs(value) < 100 and value != round(value) else decimals
    return formatted(value, decimals=places, language=language)


def _link(url: str) -> str:
    if not url:
        return ""
    parts = [part.strip() for part in url.split(";") if part.strip()]
    return "; ".join(_one_link(part) for part in parts)


def _one_link(part: str) -> str:
    target = f"https://doi.org/{part.removeprefix('doi ')}" if part.startswith("doi ") else part
    if not target.startswith("http") or " " in target:
        return escape(part)
    return f"<a href='{escape(target, quote=True)}' rel='noreferrer'>{escape(part)}</a>"


def _inputs(inputs: Sequence[Input], language: Language) -> str:
    if not inputs:
        return ""
    items = "".join(
        f"<li>{escape(one.table)}: {escape(one.what)} = "
        f"{'–' if one.value is None else formatted_input(one.value, language)} {escape(one.unit)} "
        f"({escape(label(f'evidence.{one.evidence}', language))}"
        f"{', ' + _link(one.url) if one.url else ''})</li>"
        for one in inputs
    )
    words = escape(label("word.inputs", language))
    return f"<details><summary>{words} ({len(inputs)})</summary><ul>{items}</ul></details>"


def formatted_input(value: float, language: Language) -> str:
    """Input with the decimals that it has, at most four."""
    text = f"{value:.4f}".rstrip("0")
    return formatted(value, decimals=len(text.split(".")[1]), language=language)


def _search(language: Language) -> str:
    return (
        f"<h3>{escape(_word('search', language))}</h3><p>{escape(_word('search_note', language))}"
        f"</p><div class='scroll'>{search_table(language)}</div>"
    )


def _computed(computed: Sequence[ComputedFigure], language: Language) -> str:
    if not computed:
        return ""
    warning = (
        f"<p class='synthetic'><strong>{escape(_word('survey_synthetic', language))}</strong></p>"
        if any(one.origin is Origin.SYNTHETIC for one in computed)
        else ""
    )
    return (
        f"<section id='survey'><h2>{escape(_word('survey', language))}</h2>{warning}"
        f"<p>{escape(_word('survey_note', language))}</p>"
        f"<div class='scroll'>{computed_table(computed, language)}</div></section>\n"
    )


def _all(rows: Sequence[LedgerRow], language: Language) -> str:
    return (
        f"<section id='all'><h2>{escape(_word('all_claims', language))}</h2>"
        f"<div class='scroll'>{ledger_table(rows, language)}</div></section>\n"
    )


def _sources(language: Language) -> str:
    items = "".join(
        f"<li><b>{escape(name)}</b>: {escape(attrs['title'])}. {escape(attrs['licence'])}. "
        f"{escape(attrs['attribution'])}</li>"
        for name, attrs in ((name, reference(name).attrs) for name in reference_names())
    )
    heading = escape(_word("sources", language))
    return f"<section id='sources'><h2>{heading}</h2><ul>{items}</ul></section>"
