"""One statement as an article: what was printed, what was recomputed and how, on which inputs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from eenzaam_stats.letter.claims import Input, LedgerRow, said
from eenzaam_stats.letter.page.address import address, classes
from eenzaam_stats.vocabulary import Language, Verdict, formatted, label

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
        ("printed", f"{_quoted(row)} {_note(row, language)}"),
        ("recomputed", _value(row, language)),
        ("allowed", escape(_allowed(row, language))),
        ("alternatives", escape(_alternatives(row, language))),
        ("method", escape(said(claim, "method", language))),
        ("caveat", escape(said(claim, "caveat", language))),
        ("evidence", escape(evidence_of(row, language))),
        ("source", link(claim.source_url)),
    ]
    shown = "".join(
        f"<dt>{escape(label(f'word.{name}', language))}</dt><dd>{text}</dd>"
        for name, text in facts
        if text
    )
    return (
        f"<article class='{classes(row)}' id='{address(claim.id, language)}'>"
        f"<div class='head'><h3>{escape(said(claim, 'statement', language))}</h3>"
        f"{badge(row.verdict, language)}</div>"
        f"<dl>{shown}</dl>{_inputs(row.recomputation.inputs, language)}"
        f"<code>{claim.id}</code></article>\n"
    )


def evidence_of(row: LedgerRow, language: Language) -> str:
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


def _quoted(row: LedgerRow) -> str:
    """The words of the letter, which are Dutch on the English page too."""
    printed = row.claim.printed
    return f"<strong lang='nl'>{escape(printed)}</strong>" if printed else "<strong>–</strong>"


def _value(row: LedgerRow, language: Language) -> str:
    found = row.recomputation
    shown = f"<strong>{escape(said(found, 'shown', language) or '–')}</strong>"
    return shown if found.value is None else f"<data value='{found.value!r}'>{shown}</data>"


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


def _inputs(inputs: Sequence[Input], language: Language) -> str:
    if not inputs:
        return ""
    items = "".join(
        f"<li>{escape(one.table)}: {escape(one.what)} = "
        f"{'–' if one.value is None else formatted_input(one.value, language)} {escape(one.unit)} "
        f"({escape(label(f'evidence.{one.evidence}', language))}{_live(one, language)}"
        f"{', ' + link(one.url) if one.url else ''})</li>"
        for one in inputs
    )
    words = escape(label("word.inputs", language))
    return f"<details><summary>{words} ({len(inputs)})</summary><ul>{items}</ul></details>"


def _live(one: Input, language: Language) -> str:
    """That a number was read live; nothing for a packaged one."""
    return f", {escape(label('word.live', language))}: {escape(one.live)}" if one.live else ""


def formatted_input(value: float, language: Language) -> str:
    """Input with the decimals that it has, at most four."""
    text = f"{value:.4f}".rstrip("0")
    return formatted(value, decimals=len(text.split(".")[1]), language=language)
