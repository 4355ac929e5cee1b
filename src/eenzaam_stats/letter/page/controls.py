"""What a reader can set: language, paper, and which statements to see.

Everything here works in the style sheet alone: a checked button shows or hides by ``:has()``, and a
browser that does not know it shows all of it. The script only counts and follows links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import get_args

from eenzaam_stats.letter.ledger import LedgerRow
from eenzaam_stats.letter.page.address import address, sources
from eenzaam_stats.vocabulary import Language, Verdict, label, labels

LANGUAGES: tuple[Language, ...] = get_args(Language)
PAPERS = ("system", "light", "dark")
EVERY = "every"


def both(texts: Mapping[Language, str]) -> str:
    """Words in every language, of which the style sheet shows one."""
    return "".join(
        f"<span data-lang='{language}' lang='{language}'>{escape(texts[language])}</span>"
        for language in LANGUAGES
    )


def word(key: str) -> str:
    """Label in every language."""
    return both({language: label(key, language) for language in LANGUAGES})


def tools(language: Language) -> str:
    """Buttons for language and paper.

    Parameters
    ----------
    language : {"nl", "en"}
        Language that is shown first.

    Returns
    -------
    str
        A form of two groups of radio buttons; it sends nothing.
    """
    languages = "".join(
        _button(
            "radio",
            "language",
            f"language-{code}",
            f"<span lang='{code}'>{escape(label(f'language.own_{code}', code))}</span>",
            checked=code == language,
            data={"title": label("report.title", code), "code": code},
        )
        for code in LANGUAGES
    )
    papers = "".join(
        _button("radio", "paper", f"paper-{name}", word(f"report.paper_{name}"), checked=at == 0)
        for at, name in enumerate(PAPERS)
    )
    return (
        "<form method='dialog' class='tools' autocomplete='off'>"
        f"{_group(word('report.chosen_language'), languages)}"
        f"{_group(word('report.paper'), papers)}</form>"
    )


def filters(rows: Sequence[LedgerRow]) -> str:
    """Buttons that choose statements by verdict and by source, with how many there are of each.

    Parameters
    ----------
    rows : sequence of LedgerRow
        All statements.

    Returns
    -------
    str
        A form of two groups; the verdicts are the tally of the report as well.
    """
    judged = Counter(row.verdict for row in rows)
    verdicts = "".join(
        _button(
            "checkbox",
            f"verdict-{verdict}",
            f"verdict-{verdict}",
            f"<b class='{verdict}'>{judged[verdict]}</b> {word(f'verdict.{verdict}')}",
            checked=True,
        )
        for verdict in Verdict
    )
    used = count_sources(rows)
    chosen = _button(
        "radio", "source", f"source-{EVERY}", word("report.every_source"), checked=True
    ) + "".join(
        _button("radio", "source", f"source-{name}", f"{source_words(name)} ({used[name]})")
        for name in used
    )
    return (
        "<form method='dialog' class='filters' autocomplete='off'>"
        f"{_group(word('report.filter_verdict'), verdicts, kind='tally')}"
        f"<details><summary>{word('report.filter_source')}</summary>"
        f"{_group(word('report.filter_source'), chosen, kind='chips', seen=False)}</details>"
        f"<p class='scripted' hidden><output><b id='shown'>{len(rows)}</b> / {len(rows)} "
        f"{word('report.shown')}</output> "
        f"<button type='reset'>{word('report.reset')}</button></p></form>"
    )


def count_sources(rows: Sequence[LedgerRow]) -> Mapping[str, int]:
    """Number of statements per source, the most used first."""
    counts = Counter(name for row in rows for name in sources(row))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def source_words(name: str) -> str:
    """Source in every language; a table without words keeps its name."""
    return both({code: labels(code).get(f"table.{name}", name) for code in LANGUAGES})


def rules(rows: Sequence[LedgerRow]) -> str:
    """CSS by which the buttons work."""
    hidden = "{display:none}"
    spoken = [
        f"html:has(#language-{code}:checked) [data-lang]:not([data-lang={code}]){hidden}"
        for code in LANGUAGES
    ]
    judged = [
        f"html:has(#verdict-{verdict}:not(:checked)) .edge-{verdict}{hidden}" for verdict in Verdict
    ]
    sourced = [
        f"html:has(#source-{name}:checked) .claim:not(.src-{name}){hidden}"
        for name in count_sources(rows)
    ]
    return "\n".join([*spoken, *judged, *sourced])


def contents(language: Language, names: Mapping[str, str]) -> str:
    """List of the chapters."""
    items = "".join(
        f"<li><a href='#{address(name, language)}'>{escape(words)}</a></li>"
        for name, words in names.items()
    )
    heading = escape(label("report.contents", language))
    return f"<nav aria-label='{heading}'><ol>{items}</ol></nav>"


def _group(legend: str, buttons: str, *, kind: str = "", seen: bool = True) -> str:
    unseen = "" if seen else " class='unseen'"
    return f"<fieldset class='{kind}'><legend{unseen}>{legend}</legend>{buttons}</fieldset>"


def _button(
    kind: str,
    name: str,
    identity: str,
    words: str,
    *,
    checked: bool = False,
    data: Mapping[str, str] | None = None,
) -> str:
    extra = "".join(
        f" data-{key}='{escape(value, quote=True)}'" for key, value in (data or {}).items()
    )
    return (
        f"<span class='choice'><input type='{kind}' name='{name}' id='{identity}' "
        f"value='{identity}'{' checked' if checked else ''}{extra}>"
        f"<label for='{identity}'>{words}</label></span>"
    )
