"""The report of the letter as a value, its files, written here alone."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import require_folder, write_set
from eenzaam_stats.json_text import json_text
from eenzaam_stats.letter import manifest
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.figures import LetterFigure, all_figures
from eenzaam_stats.letter.ledger import Input, LedgerRow, read_text
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.controls import LANGUAGES
from eenzaam_stats.letter.page.listings import ledger_frame
from eenzaam_stats.letter.page.page import PageContent, page
from eenzaam_stats.letter.recompute import recompute_all
from eenzaam_stats.output_check import STAYS, require_passed
from eenzaam_stats.plain_text import whole
from eenzaam_stats.tables import csv_text
from eenzaam_stats.vocabulary import Language, Verdict, add_percent, format_number, label

MANIFEST = "manifest.json"
COMMAND = "letter"


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """Everything the letter's report shows.

    Attributes
    ----------
    language : {"nl", "en"}
        Language of words and numbers.
    rows : tuple of LedgerRow
        Every statement with its recomputation and verdict, in the order of the ledger.
    figures : tuple of LetterFigure
        The figures, in the order in which they are shown.
    computed : tuple of ComputedFigure
        Figures computed from files of respondents; empty without files.
    unchecked : bool
        Whether it stays where the respondents are although nobody checked these figures; then
        every output says so.
    """

    language: Language
    rows: tuple[LedgerRow, ...]
    figures: tuple[LetterFigure, ...]
    computed: tuple[ComputedFigure, ...]
    unchecked: bool = False

    @property
    def note(self) -> str:
        """Sentence that the figures were not checked; empty where they may leave.

        Raises
        ------
        DisclosureError
            If a figure was not checked, and the report does not say that it stays.
        """
        found = [
            require_passed(one, "the report", unchecked=self.unchecked) for one in self.computed
        ]
        return STAYS if any(found) else ""


def compose(
    *, language: Language, computed: tuple[ComputedFigure, ...] = (), unchecked: bool = False
) -> Report:
    """Recompute every statement and gather the figures; nothing is written.

    Parameters
    ----------
    language : {"nl", "en"}
        Language of words and numbers.
    computed : tuple of ComputedFigure, optional
        Figures from files of respondents, shown beside the published ones.
    unchecked : bool, default False
        Whether the report stays where the respondents are, although nobody checked the figures.

    Returns
    -------
    Report
        The report as a value.

    Examples
    --------
    >>> report = compose(language="en")
    >>> len(report.figures) >= 8
    True
    """
    rows = recompute_all(read_claims())
    figures = all_figures(language=language, rows=rows, computed=computed)
    return Report(language, rows, figures, computed, unchecked)


def require_free(folder: Path, *, force: bool) -> None:
    """Raise when writing into ``folder`` would replace files that are not a report.

    Raises
    ------
    OptionError
        If the folder holds other files and no earlier report, and ``force`` is not set.
    SourceError
        If the path is a file, or no report can be written there.
    """
    require_folder(folder, [MANIFEST, "figures/x"], needed_by=COMMAND, overwrite=True)
    occupied = folder.is_dir() and any(folder.iterdir()) and not (folder / MANIFEST).is_file()
    if occupied and not force:
        raise OptionError(
            f"The folder {folder.name!r} holds other files and no earlier report. "
            "Choose another --out, or add --force to write the report among them."
        )


def as_text(report: Report) -> str:
    """Ledger as a plain table for a terminal: verdict, recomputed, printed, statement."""
    language = report.language
    width = max(len(label(f"verdict.{verdict}", language)) for verdict in Verdict)
    lines = []
    for row in report.rows:
        verdict = label(f"verdict.{row.verdict}", language)
        recomputed = read_text(row.recomputation, "shown", language) or "–"
        told = "; ".join(f" [{label('word.live', language)}: {x}]" for x in row.recomputation.live)
        start = f"{verdict:<{width}}  {row.claim.id:<34} {row.claim.printed}"
        lines.append(f"{start} | {recomputed}{told}")
    counts = Counter(row.verdict for row in report.rows)
    tally = ", ".join(f"{label(f'verdict.{v}', language)} {counts[v]}" for v in Verdict)
    noted = [*_list_computed(report), *filter(None, [report.note])]
    return "\n".join([*lines, *noted, f"{len(report.rows)}: {tally}"])


def _list_computed(report: Report) -> list[str]:
    return [_word_computed(one, report.language) for one in report.computed]


def _word_computed(one: ComputedFigure, language: Language) -> str:
    row = one.estimate
    head = (
        f"[{label(f'origin.{one.origin}', language)}] {one.file} {one.wave} "
        f"{label(f'outcome.{one.outcome}', language)}: "
    )
    if one.is_hidden:
        return head + label("disclosure.suppressed", language)
    value, low, high = (
        format_number(100 * x, decimals=one.decimals, language=language)
        for x in (row.estimate, row.conf_low, row.conf_high)
    )
    interval = f"({low}–{high})" if math.isfinite(row.conf_low) else "(–)"
    doubt = f"; {label('word.uncertain', language)}: {row.reason}" if row.reason else ""
    return f"{head}{add_percent(value, language)} {interval}{doubt}"


def as_data(report: Report) -> Mapping[str, Any]:
    """Report as plain data for JSON: claims, figures computed from files, tally of verdicts."""
    claims = json.loads(
        ledger_frame(report.rows, report.language).to_json(orient="records", force_ascii=False)
    )
    for claim, row in zip(claims, report.rows, strict=True):
        claim["input_values"] = [_input(one) for one in row.recomputation.inputs]
    counts = Counter(row.verdict.value for row in report.rows)
    return {
        "claims": claims,
        "computed": [_export_computed(one) for one in report.computed],
        **({"disclosure": report.note} if report.note else {}),
        "verdicts": {verdict.value: counts[verdict.value] for verdict in Verdict},
    }


def _export_computed(one: ComputedFigure) -> dict[str, Any]:
    """Figure as plain data; a suppressed one has no number and one word."""
    names = ("file", "wave", "outcome", "origin", "published", "evidence")
    plain = {name: getattr(one, name) for name in names}
    checked = {"estimate": asdict(one.estimate), "contains_published": one.contains_published}
    return {**plain, **checked}


def _input(one: Input) -> dict[str, Any]:
    """Number that a recomputation took; ``live`` only where it was read live."""
    return {name: value for name, value in asdict(one).items() if name != "live" or value}


def documents(report: Report) -> Mapping[str, bytes]:
    """Every file of the report by name: ledger, figures, manifest and the page."""
    _ = report.note  # refuses before anything is drawn
    text = {
        "claims.csv": csv_text(ledger_frame(report.rows, report.language)),
        "claims.json": json_text(as_data(report)),
        MANIFEST: json.dumps(manifest.numbers(report.rows, report.figures), indent=1),
        "letter.html": page(page_content(report), language=report.language),
    }
    pictures = {figure.id: figure.pictures() for figure in report.figures}
    drawn = {
        f"figures/{name}.{suffix}": made
        for name, suffixes in pictures.items()
        for suffix, made in suffixes.items()
    }
    return {**{name: whole(words + "\n").encode("utf-8") for name, words in text.items()}, **drawn}


def page_content(report: Report) -> PageContent:
    """Report for the page: its statements, and its figures in every language.

    Parameters
    ----------
    report : Report
        What to show; the figures of the other language are made from the same statements.

    Returns
    -------
    PageContent
    """
    translated = [
        figure
        for language in LANGUAGES
        if language != report.language
        for figure in all_figures(language=language, rows=report.rows, computed=report.computed)
    ]
    return PageContent(report.rows, (*report.figures, *translated), report.computed)


def write(report: Report, folder: Path) -> None:
    """Write the report: all its files are moved into place, or none.

    Parameters
    ----------
    report : Report
        What to write.
    folder : pathlib.Path
        Where; made when absent, with the folders above it.

    Raises
    ------
    SourceError
        If the folder cannot be made or written.
    """
    files = documents(report)
    write_set(folder, files, needed_by=COMMAND, overwrite=True)
