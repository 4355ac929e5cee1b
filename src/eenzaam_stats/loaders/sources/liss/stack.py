"""Harmonised columns under each other: waves and months of one panel become one long column.

Values are never changed; a part that lacks the column counts as not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from eenzaam_stats.loaders.harmonise.column import KINDS, Harmonised
from eenzaam_stats.vocabulary import MissingKind


def stack_columns(parts: Sequence[Harmonised | None], lengths: Sequence[int]) -> Harmonised:
    """One column from the parts of it.

    Parameters
    ----------
    parts : sequence of Harmonised or None
        Parts in order; ``None`` where a part lacks the column.
    lengths : sequence of int
        Rows of each part.

    Returns
    -------
    Harmonised
        Categories in order of first appearance, ordered when all parts agree on their order;
        ``source_name`` names the first and the last column it came from.
    """
    known = [part for part in parts if part is not None]
    first = known[0]
    full = [
        without_values(first, n, kind=MissingKind.NOT_ASKED) if part is None else part
        for part, n in zip(parts, lengths, strict=True)
    ]
    names = list(dict.fromkeys(part.source_name for part in known))
    return Harmonised(
        first.name,
        names[0] if len(names) == 1 else f"{names[0]} ... {names[-1]}",
        _values([part.values for part in full], [part.values for part in known]),
        np.concatenate([part.kinds for part in full]),
        tuple(dict.fromkeys(recode for part in known for recode in part.recodes)),
    )


def without_values(column: Harmonised, n: int, *, kind: MissingKind) -> Harmonised:
    """Give a column of the same type and categories in which nobody has a value."""
    if isinstance(column.values.dtype, pd.CategoricalDtype):
        codes = np.full(n, -1, dtype=np.int64)
        values: pd.Series[Any] = pd.Series(
            pd.Categorical.from_codes(codes, dtype=column.values.dtype)
        )
    else:
        values = pd.Series([None] * n, dtype=column.values.dtype)
    return replace(column, values=values, kinds=np.full(n, KINDS.index(kind), dtype=np.int8))


def _values(full: Sequence[pd.Series[Any]], known: Sequence[pd.Series[Any]]) -> pd.Series[Any]:
    if not isinstance(full[0].dtype, pd.CategoricalDtype):
        return pd.concat(full, ignore_index=True)
    lists = [list(values.cat.categories) for values in known]
    categories = pd.Index(list(dict.fromkeys(word for own in lists for word in own)))
    ordered = all(values.cat.ordered for values in known) and all(own == lists[0] for own in lists)
    codes = [
        np.append(categories.get_indexer(values.cat.categories), -1)[values.cat.codes]
        for values in full
    ]
    return pd.Series(pd.Categorical.from_codes(np.concatenate(codes), categories, ordered=ordered))
