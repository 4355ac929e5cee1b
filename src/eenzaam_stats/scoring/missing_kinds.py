"""Why a score is missing: the kind of missing that most of a person's missing items share."""

from __future__ import annotations

from collections.abc import Mapping

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.respondents import MISSING_SUFFIX
from eenzaam_stats.scoring.answers import ItemColumns, item_columns
from eenzaam_stats.scoring.frame import Frame, NewColumn
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.vocabulary import MissingKind

KINDS = tuple(kind.value for kind in MissingKind)


def missing_column(
    frame: Frame,
    scale: Scale,
    codes: NDArray[np.int8],
    *,
    items: ItemColumns | None,
    where: str,
) -> NewColumn | None:
    """Column with the kind of missing of everyone who lacks an item.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents; the kind of a missing item stands beside it, in ``<item>_missing``.
    scale : Scale
        Instrument.
    codes : (items, rows) int8
        Answers, negative where missing.
    items : mapping or None
        Columns of the items, as in ``score``.
    where : str
        Verb and scale, for messages.

    Returns
    -------
    NewColumn or None
        ``<prefix>_missing``; ``None`` when the frame tells no kinds apart, or for a single
        question, whose own column stands there already.

    Notes
    -----
    The kind that occurs most among the missing items of the person, the first in the order of
    ``MissingKind`` when two occur equally often. A missing item without a kind counts for none.
    """
    if len(scale.items) == 1:
        return None
    counts = _counts(frame, codes, dict(enumerate(item_columns(scale, items, where=where))))
    if counts is None:
        return None
    valid = counts.max(axis=0) > 0
    return NewColumn(f"{scale.prefix}{MISSING_SUFFIX}", counts.argmax(axis=0), valid, KINDS)


def _counts(
    frame: Frame, codes: NDArray[np.int8], columns: Mapping[int, str]
) -> NDArray[np.int64] | None:
    """Missing items per kind and person, (kinds, rows); ``None`` without a column of kinds."""
    counts = np.zeros((len(KINDS), codes.shape[1]), dtype=np.int64)
    found = False
    for number, column in columns.items():
        name = column + MISSING_SUFFIX
        if name not in frame.columns:
            continue
        found = True
        kinds = frame.get_column(name).cast(nw.String)
        missing = codes[number] < 0
        for at, kind in enumerate(KINDS):
            same = (kinds == kind).fill_null(False).to_numpy()
            counts[at] += missing & same.astype(np.bool_)
    return counts if found else None
