"""Rows that are not shown because nobody can see what they would tell of rows that left before.

Of a row that was hidden in an earlier release only that it was hidden is known. Whether another
outcome is a part of its classes shows in cells where both are counted; where there are none, the
other outcome is not shown beside it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import permutations

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
    hidden = {outcome: _hidden(system, kinds) for outcome, kinds in classes.items()}
    found: set[int] = set()
    counts = Counts(system) if any(hidden.values()) and len(classes) > 1 else None
    for before, other in permutations(classes, 2):
        if counts is None or not hidden[before] or _is_tied(system, classes, before, other):
            continue
        if _counted_in(counts, [*classes[before], *classes[other]]) < ENOUGH:
            found |= _beside(system, hidden[before], classes[other])
    return found


def _hidden(system: System, kinds: Sequence[Kind]) -> list[tuple[Columns, Values]]:
    """Cells of rows that left without a count."""
    found = {
        system.where[at][1:]: None
        for at, rows in enumerate(system.shows)
        if rows and math.isnan(system.value[at]) and system.where[at][0] in kinds
    }
    return list(found)


def _is_tied(
    system: System, classes: Mapping[str, Sequence[Kind]], before: str, other: str
) -> bool:
    """Whether the two have a kind in common, or a rule between their classes."""
    own, others = set(classes[before]), set(classes[other])
    return bool(own & others) or any(
        own & kinds and others & kinds
        for kinds in ({kind for kind, _ in rule.terms} for rule in system.rules)
    )


def _counted_in(counts: Counts, kinds: Sequence[Kind]) -> int:
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
                common = system.reduced(system.derivable(columns) & system.derivable(apart))
                cells = {system.project(v, apart, common) for c, v in hidden if c == apart}
                places[columns, apart] = (common, cells)
            common, cells = places[columns, apart]
            if common and system.project(values, columns, common) in cells:
                found.update(rows)
    return found
