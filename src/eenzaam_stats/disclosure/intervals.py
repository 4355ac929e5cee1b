"""Counts that nobody printed: numbers that agree with everything that is shown."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from eenzaam_stats.disclosure.solver import Equations, Programme
from eenzaam_stats.disclosure.system import System, Terms

_ELASTIC = 1e4


@dataclass(frozen=True, slots=True)
class Component:
    """Unknown counts that a chain of sums ties to each other.

    Attributes
    ----------
    unknowns : tuple of int
        Their numbers.
    rows : tuple of tuple of (int, float)
        Equations on their places here.
    right : tuple of float
        Right-hand sides.
    """

    unknowns: tuple[int, ...]
    rows: tuple[Terms, ...]
    right: tuple[float, ...]


def components(system: System, free: set[int]) -> Iterator[Component]:
    """Components of the unknowns in ``free``; every other count is taken as known."""
    equations: list[tuple[Terms, float]] = []
    for terms in system.equations():
        inside = tuple(one for one in terms if one[0] in free)
        if inside:
            known = sum(factor * system.value[at] for at, factor in terms if at not in free)
            equations.append((inside, -known))
    order = sorted(free)
    place = {unknown: at for at, unknown in enumerate(order)}
    row = np.repeat(np.arange(len(equations)), [len(inside) for inside, _ in equations])
    column = [place[at] for inside, _ in equations for at, _ in inside]
    ties = sparse.csr_array((np.ones(len(row)), (row, column)), shape=(len(equations), len(order)))
    _, label = connected_components(ties.T @ ties, directed=False)
    unknowns: dict[int, list[int]] = {}
    for at, unknown in enumerate(order):
        unknowns.setdefault(int(label[at]), []).append(unknown)
    own = {unknown: at for inside in unknowns.values() for at, unknown in enumerate(inside)}
    found: dict[int, list[tuple[Terms, float]]] = {one: [] for one in unknowns}
    for inside, right in equations:
        terms = tuple((own[at], factor) for at, factor in inside)
        found[int(label[place[inside[0][0]]])].append((terms, right))
    for one, ids in unknowns.items():
        rows, rights = zip(*found[one], strict=True) if found[one] else ((), ())
        yield Component(tuple(ids), tuple(rows), tuple(rights))


def fill(system: System, people: float) -> None:
    """Give counts that were hidden before values that agree with everything shown.

    Values near ``people`` are taken where there is a choice, so that none is at its bound.
    """
    free = {at for at, count in enumerate(system.value) if math.isnan(count)}
    for component in components(system, free) if free else ():
        count, slack = len(component.unknowns), len(component.rows)
        # each count is a part up to `people` and a rest; a sum may miss people without a group
        rows = [
            (
                *((at, factor) for at, factor in row),
                *((at + count, factor) for at, factor in row),
                (2 * count + number, 1.0),
                (2 * count + slack + number, -1.0),
            )
            for number, row in enumerate(component.rows)
        ]
        upper = np.concatenate([np.full(count, people), np.full(count + 2 * slack, np.inf)])
        cost = np.concatenate(
            [np.full(count, -1.0), np.full(count, 1e-3), np.full(2 * slack, _ELASTIC)]
        )
        found = Programme(Equations.of(rows), component.right, upper).least(cost)
        for at, unknown in enumerate(component.unknowns):
            system.value[unknown] = 0.0 if found is None else float(found[at] + found[at + count])
