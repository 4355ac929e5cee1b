"""Rows that are not shown because nobody can see what they would tell of rows that left before.

Of a row that was hidden in an earlier release only that it was hidden is known. Whether another
outcome is a part of its classes shows in cells where both are counted; where there are none, the
other outcome is not shown beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from eenzaam_stats.disclosure.counts import Columns, Kind, Values
from eenzaam_stats.disclosure.kinds import Counts
from eenzaam_stats.disclosure.system import System

ENOUGH = 2  # cells with somebody in which both outcomes are counted


def unclear_rows(system: System, classes: Mapping[str, Sequence[Kind]]) -> set[int]:
    """Rows of outcomes that may say something of classes that were hidden before.

    Parameters
    ----------
    system : System
        Counts of a release before those that were hidden are filled in.
    classes : mapping of str to sequence of Kind
        Classes of each outcome.

    Returns
    -------
    set of int
    """
    hidden = {outcome: _find_hidden(system, kinds) for outcome, kinds in classes.items()}
    counts = Counts(system) if any(hidden.values()) else None
    found: set[int] = set()
    for kinds in classes.values():
        # an outcome with the same classes is one with this one
        before = [one for one in classes if hidden[one] and set(classes[one]) != set(kinds)]
        told = {kind for one in before for kind in classes[one]}
        if counts is not None and told and _count_in(counts, sorted(told | set(kinds))) < ENOUGH:
            found |= _beside(system, [cell for one in before for cell in hidden[one]], kinds)
    return found


def _find_hidden(system: System, kinds: Sequence[Kind]) -> list[tuple[Columns, Values]]:
    """Cells of rows that left without a count."""
    found = {
        system.where[at][1:]: None
        for at, rows in enumerate(system.shows)
        if rows and math.isnan(system.value[at]) and system.where[at][0] in kinds
    }
    return list(found)


def _count_in(counts: Counts, kinds: Sequence[Kind]) -> int:
    known = np.array([counts.of[one] for one in kinds])
    return int((~np.isnan(known).any(axis=0) & (np.nan_to_num(known).sum(axis=0) > 0)).sum())


def _beside(
    system: System, hidden: Sequence[tuple[Columns, Values]], kinds: Sequence[Kind]
) -> set[int]:
    """Rows of some kinds whose cell shares people with one that is hidden."""
    found: set[int] = set()
    places: dict[tuple[Columns, Columns], tuple[Columns, set[Values]]] = {}
    for at, rows in enumerate(system.shows):
        kind, columns, values = system.where[at]
        if not rows or kind not in kinds:
            continue
        for apart in {one for one, _ in hidden}:
            if (columns, apart) not in places:
                common = system.reduce_columns(system.derivable(columns) & system.derivable(apart))
                cells = {system.project(v, apart, common) for c, v in hidden if c == apart}
                places[columns, apart] = (common, cells)
            common, cells = places[columns, apart]
            if common and system.project(values, columns, common) in cells:
                found.update(rows)
    return found
