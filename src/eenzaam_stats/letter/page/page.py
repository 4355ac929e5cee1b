"""The report as one self-contained HTML page: no request, readable on paper and without script.

Both languages are in it, the one that was asked for first. Words come from the ledger and the label
catalogues, numbers from the ledger; nothing is computed. The policy in the head of the page forbids
every request, and every script and style but those of the page itself.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files

from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.ledger import LedgerRow
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.chapter import chapters, opening
from eenzaam_stats.letter.page.controls import LANGUAGES, filters, rules, tools, word
from eenzaam_stats.letter.page.picture import colour_rules, share_styles
from eenzaam_stats.version import VERSION
from eenzaam_stats.vocabulary import Language, label


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
