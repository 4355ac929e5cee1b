"""What was done with the codes of a column, in words for the report of a reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eenzaam_stats.cell_text import says_nothing
from eenzaam_stats.loaders.codebook.layout import Variable
from eenzaam_stats.loaders.harmonise.column import RawColumn
from eenzaam_stats.messages import is_shown
from eenzaam_stats.vocabulary import MissingKind

MOST_CODES_SHOWN = 12


def recodes_done(
    variable: Variable, codes: list[Any], kinds: list[MissingKind | None]
) -> tuple[str, ...]:
    """Recodes of a column as ``code -> value``; codes that became their labels are one entry."""
    words = {True: "yes", False: "no"}
    said = {
        code: kind.value if kind else variable.codes[code][0]
        for code, kind in zip(codes, kinds, strict=True)
        if code != "" and (kind or code in variable.codes)
    }
    named = [
        code for code in said if code in variable.codes and said[code] == variable.codes[code][1]
    ]
    if named:
        said = {code: value for code, value in said.items() if code not in named}
    others = _others(variable, said)
    hidden = [code for code in said if code not in others and not _may_be_said(variable, code)]
    kinds_hidden = ", ".join(dict.fromkeys(str(said[code]) for code in hidden))
    pairs = sorted(said.items(), key=lambda pair: str(pair[0]).zfill(12))
    return tuple(
        [f"{len(named)} code(s) -> their labels"] * bool(named)
        + [
            f"{code} -> {words[value] if isinstance(value, bool) else value}"
            for code, value in pairs
            if str(code) != str(value) and code not in (*others, *hidden)
        ]
        + [f"{len(others)} other code(s) -> {variable.otherwise}"] * bool(others)
        + [f"{len(hidden)} text(s) or long number(s) -> {kinds_hidden}"] * bool(hidden)
    )


def _may_be_said(variable: Variable, code: Any) -> bool:
    """Whether a code is one of the codebook, or looks like one whatever row has it."""
    if isinstance(code, str) and says_nothing(code):
        return True  # what stands for an empty cell in every file is nobody's answer
    return variable.knows(code) or is_shown(code, 1 if isinstance(code, str) else None)


def _others(variable: Variable, said: Mapping[Any, Any]) -> frozenset[Any]:
    """Codes that only the row for every other code covers, when they are many."""
    if variable.otherwise is None:
        return frozenset()
    others = frozenset(
        code
        for code, value in said.items()
        if not variable.knows(code) and value == variable.otherwise
    )
    return others if len(others) > MOST_CODES_SHOWN else frozenset()


def declared_notes(variable: Variable, raw: RawColumn) -> tuple[str, ...]:
    """Say which codes the file declares missing although the codebook lists them as valid."""
    wrongly = [code for code in variable.codes if raw.declares(code)]
    if not wrongly:
        return ()
    meant = ", ".join(f"{code} ({variable.codes[code][1]})" for code in wrongly)
    return (f"{raw.name}: the file declares {meant} missing; the codebook lists it as valid.",)
