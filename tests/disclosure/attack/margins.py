"""An attacker who knows everything that is shown, and every sum that must hold.

Written apart from the package: it works on what a reader of the tables has, and tries to find the
suppressed counts by linear programming over all tables together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Flag


@dataclass(frozen=True)
class Recovered:
    """Bounds that the attacker finds for a suppressed row."""

    table: int
    row: int
    low: float
    high: float


def attack(
    shown: list[Estimates], truth: list[Estimates], *, what: str, small: Callable[[Estimate], bool]
) -> list[Recovered]:
    """Bounds of every row that breaks a rule for people (n) or people with the outcome (yes).

    ``truth`` gives the totals of the tables, which an attacker knows, and nothing else to the
    attack; ``small`` says which rows are looked at.
    """
    at = {
        place: number
        for number, place in enumerate(
            (t, r) for t, table in enumerate(shown) for r in range(len(table.rows))
        )
    }
    sums = [*_known(shown, truth, at, what), *_margins(shown, at)]
    matrix, values = np.zeros((len(sums), len(at))), np.zeros(len(sums))
    for line, (columns, value) in enumerate(sums):
        for column, coefficient in columns.items():
            matrix[line, column] += coefficient
        values[line] = value
    return [
        Recovered(t, r, *_ends(matrix, values, number))
        for (t, r), number in at.items()
        if small(truth[t].rows[r])
    ]


def _known(shown, truth, at, what):
    """Totals that everyone knows, and every row that is shown."""
    for t, table in enumerate(shown):
        total = sum(value_of(row, what) for row in truth[t].rows)
        yield {at[t, r]: 1.0 for r in range(len(table.rows))}, total
        for r, row in enumerate(table.rows):
            if row.flag is not Flag.SUPPRESSED:
                yield {at[t, r]: 1.0}, value_of(row, what)


def _margins(shown, at):
    """Rows of a finer table that add up to a row of a coarser one."""
    pairs = [
        (a, b)
        for a, coarse in enumerate(shown)
        for b, fine in enumerate(shown)
        if set(coarse.by) < set(fine.by)
    ]
    for a, b in pairs:
        places = [shown[b].by.index(name) for name in shown[a].by]
        for r, row in enumerate(shown[a].rows):
            parts = {
                at[b, s]: 1.0
                for s, other in enumerate(shown[b].rows)
                if tuple(other.group[place] for place in places) == row.group
            }
            if parts:
                yield {**parts, at[a, r]: -1.0}, 0.0


def _ends(matrix, values, number):
    """Least and largest value of one row that agree with all sums."""
    ends = []
    for sign in (1.0, -1.0):
        goal = np.zeros(matrix.shape[1])
        goal[number] = sign
        answer = linprog(goal, A_eq=matrix, b_eq=values, bounds=(0, None))
        ends.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
    return ends


def value_of(row, what: str) -> float:
    if what == "n":
        return float(row.n_valid)
    return float(row.n_outcome if what == "yes" else row.n_valid - row.n_outcome)
