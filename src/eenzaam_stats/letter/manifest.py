"""The stored numbers of the letter, and the comparison that finds a moved one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from eenzaam_stats.errors import ReproductionError
from eenzaam_stats.files.document_text import parse_json
from eenzaam_stats.letter.figures import LetterFigure
from eenzaam_stats.letter.ledger import LedgerRow

RELATIVE = 1e-9  # sums and quotients of packaged decimals: far above rounding, far below a digit
SHOWN = 6  # differences printed in the message


def numbers(rows: Sequence[LedgerRow], figures: Sequence[LetterFigure]) -> dict[str, Any]:
    """Every number of the report by name.

    Parameters
    ----------
    rows : sequence of LedgerRow
        The recomputed statements.
    figures : sequence of LetterFigure
        The figures; values computed from a file of respondents are left out, since they belong
        to that file and not to the letter.

    Returns
    -------
    dict
        ``claims`` (value, verdict and evidence by id) and ``figures`` (values by id).
    """
    claims = {
        row.claim.id: {
            "value": row.recomputation.value,
            "verdict": row.verdict.value,
            "evidence": row.evidence.value if row.evidence else None,
        }
        for row in rows
    }
    drawn = {figure.id: _values(figure) for figure in figures}
    return {"claims": claims, "figures": drawn}


def _values(figure: LetterFigure) -> list[float]:
    data = figure.data
    own = data if "computed" not in data else data[~data["computed"].astype(bool)]
    return [float(value) for value in own["value"]]


def read_stored() -> Mapping[str, Any]:
    """The numbers that were stored when they were last accepted."""
    text = files("eenzaam_stats").joinpath("letter/manifest.json").read_text("utf-8")
    document: Mapping[str, Any] = parse_json(text, of="the manifest")
    return document


def differences(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[str, ...]:
    """One line per number, verdict or name that differs."""
    found: list[str] = []
    for part in ("claims", "figures"):
        for name in sorted({*now[part], *before[part]}):
            old, new = before[part].get(name), now[part].get(name)
            if not _same(old, new):
                found.append(f"{name}: stored {json.dumps(old)}, now {json.dumps(new)}")
    return tuple(found)


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    if isinstance(old, float | int) and isinstance(new, float | int):
        return math.isclose(old, new, rel_tol=RELATIVE)
    return bool(old == new)


def require_stored(rows: Sequence[LedgerRow], figures: Sequence[LetterFigure]) -> None:
    """Raise when a number of the report differs from the stored one.

    Raises
    ------
    ReproductionError
        With the number of differences and the first of them.
    """
    found = differences(numbers(rows, figures), read_stored())
    if found:
        raise ReproductionError(
            f"{len(found)} number(s) of the letter differ from the stored ones: "
            f"{'; '.join(found[:SHOWN])}. Find the change that moved them, or store the new ones "
            "and say why under 'Numbers that change'."
        )
