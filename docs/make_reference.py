"""Write the pages of the reference that follow from the code: ``python docs/make_reference.py``.

Commands, harmonised schema, scales, codebooks, what stops each reader and the ledger of claims are
read from the package, so that the pages cannot say something else. They are not kept in the
repository.
"""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from make_words import cell, table

from eenzaam_stats import errors
from eenzaam_stats.cli.main import USAGE, app
from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.ledger import LedgerRow, read_text
from eenzaam_stats.letter.recompute import recompute_all
from eenzaam_stats.loaders.codebook.codebook import codebook_names, load_codebook
from eenzaam_stats.loaders.codebook.layout import Codebook, WaveCodebook
from eenzaam_stats.loaders.sources.any_source import SOURCES
from eenzaam_stats.respondents import COLUMNS, MISSING_SUFFIX, PUBLISHED_PREFIX, Column
from eenzaam_stats.scoring import DIRECT, DJG6, DJG11, UCLA3, Scale
from eenzaam_stats.vocabulary import Evidence, MissingKind, Verdict, label

PROGRAM = "eenzaam-stats"
SCALES: Mapping[str, Scale] = {"DJG11": DJG11, "DJG6": DJG6, "UCLA3": UCLA3, "DIRECT": DIRECT}
# Fields of a wave that say what an empty weight means, and the rows they are about.
WITHOUT_WEIGHT = {"zero_weight": "rows with 0", "blank_weight": "rows that are blank"}
# Columns whose words the source decides are more than a page can hold.
LONGEST_LIST = 12


def _commands() -> Iterable[tuple[str, Any]]:
    for name, command in typer.main.get_command(app).commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
        else:
            yield from ((f"{name} {sub}", one) for sub, one in inner.items())


def _option_row(option: Any) -> list[str]:
    named = ", ".join(f"`{name}`" for name in option.opts)
    if option.required:
        default = "required"
    elif option.default in (None, False, [], ()):
        default = ""
    else:
        default = f"`{option.default}`"
    return [named, cell(option.help or ""), default]


def _command_section(name: str, command: Any) -> str:
    rows = [_option_row(option) for option in command.params if option.name != "help"]
    examples = inspect.cleandoc(command.epilog.replace("\b", "")).splitlines()
    lines = "\n".join(line.strip() for line in examples if line.strip().startswith(PROGRAM))
    return (
        f"## `{PROGRAM} {name}`\n\n{command.help}\n\n"
        f"{table(['argument or option', 'meaning', 'default'], rows)}\n\n"
        f"```sh\n{lines}\n```\n"
    )


def _exit_codes() -> str:
    raised: dict[int, list[str]] = {}
    for name, kind in vars(errors).items():
        if inspect.isclass(kind) and issubclass(kind, errors.EenzaamStatsError):
            raised.setdefault(kind.exit_code, []).append(f"`{name}`")
    meaning = {
        0: "done",
        1: "a mistake in the toolkit",
        USAGE: "usage: an option or argument",
        3: "data or source",
        4: "the numbers of the letter differ from the stored ones",
        5: "a disclosure rule blocked the output",
        130: "interrupted",
    }
    rows = [
        [str(code), said_so, ", ".join(raised.pop(code, []))] for code, said_so in meaning.items()
    ]
    if raised:
        raise ValueError(f"exit codes {sorted(raised)} have no meaning on the page")
    return table(["exit code", "meaning", "errors"], rows)


def commands_page() -> str:
    """Every command with its options and examples, and the exit codes."""
    sections = [_command_section(name, command) for name, command in _commands()]
    return f"""# Command line

Data goes to stdout, progress and messages to stderr. `--json` prints one document with `schema`,
`ok`, `command`, `version`, `data`, `warnings` and `error`, for errors too. `--debug` shows where
an error arose; `{PROGRAM} --install-completion` completes commands and options in your shell.

{_exit_codes()}

{"".join(f"{section}{chr(10)}" for section in sections)}"""


def _schema_row(column: Column) -> list[str]:
    words = ", ".join(f"`{word}`" for word in column.categories)
    return [f"`{column.name}`", column.kind, cell(column.description), words]


def schema_page() -> str:
    """Columns of harmonised respondents."""
    kinds = ", ".join(f"`{kind.value}`" for kind in MissingKind)
    return f"""# Schema of respondents

Every reader gives these {len(COLUMNS)} columns, in this order, as far as the source can fill them
([what each source can answer](../coverage.md)).

{table(["column", "kind", "meaning", "values"], [_schema_row(column) for column in COLUMNS])}

Beside a column, `<column>{MISSING_SUFFIX}` says why an answer is missing: {kinds}. Columns that
begin with `{PUBLISHED_PREFIX}` hold scores as the source delivers them; they are never mixed with
our own.
"""


def _scale_section(name: str, scale: Scale) -> str:
    items = [
        [str(item.number), f"`{item.column}`", item.name, item.subscale, item.polarity,
         ", ".join(map(str, item.points))]
        for item in scale.items
    ]  # fmt: skip
    classes = [[bound.category, str(bound.lowest)] for bound in scale.categories]
    flags = [[f"`{rule.name}`", str(rule.lowest)] for rule in scale.flags]
    conventions = [
        [one.name, str(one.lonely_from), "" if one.severe_from is None else str(one.severe_from),
         cell(one.source)]
        for one in scale.conventions
    ]  # fmt: skip
    answers = ", ".join(f"`{answer}`" for answer in scale.answers)
    parts = [
        f"## `{name}`: {scale.title}\n\nAnswers: {answers}. Missing items allowed: "
        f"{scale.allowed_missing}. Source: {cell(scale.source)}.",
        table(["item", "column", "about", "subscale", "polarity", "points"], items),
    ]
    if classes:
        parts.append(table(["class", "from score"], classes))
    if flags:
        parts.append(table(["outcome", "from score"], flags))
    if conventions:
        head = ["cut-offs of subscales", "lonely from", "severe from", "source"]
        parts.append(table(head, conventions))
    return "\n\n".join(parts) + "\n"


def scales_page() -> str:
    """Items, points and cut-offs of every scale."""
    sections = "\n".join(_scale_section(name, scale) for name, scale in SCALES.items())
    return (
        f"# Scales\n\nWhat `es.score` knows about each instrument; a scale is data.\n\n{sections}"
    )


def _wave_row(wave: WaveCodebook) -> list[str]:
    weights = ", ".join(f"`{name}`" for name in wave.weights)
    none = "to be named by the user" if wave.delivers_weights else "the source has none"
    design = [f"`{name}`" for name in (wave.stratum, wave.cluster) if name]
    items = f"{len({item.name for item in wave.items})}"
    evidence = cell(wave.layout_evidence)
    people = f"{wave.population} (from {wave.age_floor})"
    return [wave.name, cell(people), items, weights or none, ", ".join(design), evidence]


def _codebook_section(book: Codebook) -> str:
    head = ["wave", "who", "items", "weight for loneliness", "stratum, cluster", "layout"]
    rows = [_wave_row(wave) for wave in book.waves]
    sources = "\n".join(f"{key}\n: {cell(text)}\n" for key, text in book.sources.items())
    return f"## {book.title} (`{book.name}`)\n\n{table(head, rows)}\n\n{sources}"


def codebooks_page() -> str:
    """Waves of every packaged codebook, with weights and evidence."""
    books = [load_codebook(name) for name in codebook_names()]
    sections = "\n".join(_codebook_section(book) for book in books)
    return f"""# Codebooks

What the loaders know of each wave. Names in capitals refer to the documents below each table.
*confirmed*: a primary document; *secondary*: another public source; *derived*: from stated facts;
*unverified*: carried over, and the loader checks the labels of your file before it believes it.

Variables by wave stand in [what each source can answer](../coverage.md).

{sections}"""


def _entries(doc: str, section: str) -> list[list[str]]:
    """Errors of a section of a docstring with the words on when they are raised."""
    found = re.search(rf"^{section}\n-+\n(.*?)(?=^\w[\w ]*\n-+\n|\Z)", doc, re.M | re.S)
    lines = found[1].strip().splitlines() if found else []
    entries: list[list[str]] = []
    for line in lines:
        if line.startswith(" "):
            entries[-1][1] += f" {line.strip()}"
        else:
            entries.append([", ".join(f"`{name}`" for name in line.split(", ")), ""])
    return [[name, cell(words.replace("``", "").replace(":func:", ""))] for name, words in entries]


def _weight_rows(book: Codebook) -> list[list[str]]:
    """Weights that a reader refuses, doubts or leaves rows out for, with waves and reason."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for wave in book.waves:
        said = [(name, "refused", why) for name, why in wave.wrong_weights.items()]
        said += [(name, "warned of", why) for name, why in wave.discouraged_weights.items()]
        names = ", ".join(dict.fromkeys([*wave.weights, *wave.weight_levels.values()]))
        for field, rows in WITHOUT_WEIGHT.items():
            why = getattr(wave, field, "")
            if why:
                said.append((names, f"{rows} left out and counted", why))
        for one in said:
            found.setdefault(one, []).append(wave.name)
    return [
        [f"`{name}`", what, cell(why), ", ".join(waves)]
        for (name, what, why), waves in found.items()
    ]


def _reader_section(source: str, read: Callable[..., Any]) -> str:
    doc = inspect.getdoc(read) or ""
    parts = [
        f"## `{read.__name__}`\n\n{doc.splitlines()[0]}",
        table(["it stops with", "when"], _entries(doc, "Raises")),
    ]
    warned = _entries(doc, "Warns")
    if warned:
        parts.append(table(["it warns with", "when"], warned))
    if source in codebook_names():
        book = load_codebook(source)
        wanted = dict.fromkeys(name for wave in book.waves for name in wave.mandatory_columns)
        if wanted:
            columns = ", ".join(f"`{name}`" for name in wanted)
            parts.append(f"Columns without which a file is refused, in one wave or all: {columns}.")
        weights = _weight_rows(book)
        if weights:
            parts.append(table(["weight", "what happens", "why", "waves"], weights))
        others = dict.fromkeys(
            f"{wave.respondents.others}: {wave.respondents.reason}"
            for wave in book.waves
            if wave.respondents is not None
        )
        if others:
            parts.append(f"Rows left out and counted: {cell('; '.join(others))}.")
    return "\n\n".join(parts) + "\n"


def readers_page() -> str:
    """What stops each reader, from its own documentation and its codebook."""
    sections = "\n".join(_reader_section(name, known.read) for name, known in SOURCES.items())
    return f"""# What stops each reader

By reader; [what is refused, and why](refusals.md) goes by kind of fault.

{sections}"""


def _claim_row(row: LedgerRow) -> list[str]:
    claim = row.claim
    evidence = f"<br>{label(f'evidence.{row.evidence}', 'en')}" if row.evidence else ""
    printed = f"; printed: *{cell(claim.printed)}*" if claim.printed else ""
    return [
        f"{cell(read_text(claim, 'statement', 'en'))}<br>Page {claim.page}{printed}",
        cell(read_text(row.recomputation, "shown", "en")),
        f"**{label(f'verdict.{row.verdict}', 'en')}**{evidence}",
        cell(read_text(claim, "caveat", "en")),
    ]


def claims_page() -> str:
    """Statements of the letter with what was recomputed."""
    rows = recompute_all(read_claims())
    counts = Counter(row.verdict for row in rows)
    summary = [[label(f"verdict.{one}", "en"), str(counts[one])] for one in Verdict]
    head = ["statement", "recomputed", "verdict, evidence", "caveat"]
    themes: dict[str, list[LedgerRow]] = {}
    for row in rows:
        themes.setdefault(row.claim.theme, []).append(row)
    sections = "\n".join(
        f"## {label(f'theme.{theme}', 'en')}\n\n{table(head, [_claim_row(row) for row in own])}\n"
        for theme, own in themes.items()
    )
    words = ", ".join(f"*{label(f'evidence.{one}', 'en')}*" for one in Evidence)
    return f"""# Claims of the letter

All {len(rows)} quantitative statements of the advisory letter of 10 April 2025, in our words, as
`eenzaam-stats letter` recomputes them. [How a verdict
follows](../decisions/0004-verdicts-of-the-letter.md); evidence of the weakest input: {words}.

{table(["verdict", "statements"], summary)}

{sections}"""


PAGES: Mapping[str, Callable[[], str]] = {
    "made_commands": commands_page,
    "made_schema": schema_page,
    "made_scales": scales_page,
    "made_codebooks": codebooks_page,
    "made_readers": readers_page,
    "made_claims": claims_page,
}


def build(folder: Path) -> Sequence[Path]:
    """Write the pages into the folder of the reference and return them."""
    written = []
    for name, page in PAGES.items():
        path = folder / f"{name}.md"
        path.write_text(page(), encoding="utf-8")
        written.append(path)
    return written


if __name__ == "__main__":
    build(Path(__file__).with_name("reference"))
