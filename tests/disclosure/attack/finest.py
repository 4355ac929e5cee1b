"""An attacker who knows nothing of the package: persons in the finest cells, and what is printed.

The unknowns are the numbers of persons in every combination of all columns and answers. Every
printed number of every released row is an equation on them, and so are the totals. Two linear
programmes bound what a hidden row would have printed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog

from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.vocabulary import Flag


@dataclass(frozen=True)
class Question:
    """What a table counts: who answered, and who of them has the outcome of a row."""

    answered: Callable[[pd.DataFrame], pd.Series]
    having: Callable[[pd.DataFrame, str], pd.Series]


class Attacker:
    """Persons in the finest cells.

    Parameters
    ----------
    atoms : pandas.DataFrame
        One row per combination of values that can occur, with its columns.
    count : ndarray
        True number of persons in each; used for the totals only.
    """

    def __init__(self, atoms: pd.DataFrame, count: np.ndarray) -> None:
        self.atoms, self.count = atoms, count
        self.lines: list[np.ndarray] = []
        self.right: list[float] = []

    def knows(self, inside: np.ndarray, number: float) -> None:
        self.lines.append(inside.astype(float))
        self.right.append(number)

    def knows_total(self, inside: np.ndarray) -> None:
        self.knows(inside, float(self.count[inside].sum()))

    def reads(self, table: Estimates, question: Question) -> None:
        """Every number of every row that is shown."""
        for row in table.rows:
            if row.flag is not Flag.SUPPRESSED:
                n, missing, yes = self.masks(table, row.group, question)
                self.knows(n, row.n_valid)
                self.knows(missing, row.n_missing)
                if row.n_outcome is not None:
                    self.knows(yes, row.n_outcome)

    def masks(self, table, group, question) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Finest cells of a row: with an answer, without one, with the outcome."""
        inside = np.ones(len(self.atoms), dtype=bool)
        label = ""
        for name, value in zip(table.by, group, strict=True):
            if name == table.footnote.outcome:
                label = value
            else:
                inside &= (self.atoms[name] == value).to_numpy()
        answered = question.answered(self.atoms).to_numpy(dtype=bool)
        having = question.having(self.atoms, label).to_numpy(dtype=bool)
        return inside & answered, inside & ~answered, inside & answered & having

    def bounds(self, inside: np.ndarray) -> tuple[float, float]:
        """Least and largest number of persons in some of the finest cells."""
        matrix = sparse.csr_array(np.array(self.lines))
        ends = []
        for sign in (1.0, -1.0):
            answer = linprog(
                sign * inside.astype(float), A_eq=matrix, b_eq=self.right, bounds=(0, None)
            )
            assert answer.status == 0, answer.message
            ends.append(sign * answer.fun)
        return ends[0], ends[1]


def recovered(
    attacker: Attacker,
    hidden: Sequence[tuple[Estimates, tuple[str, ...], Question, str]],
) -> list[tuple[float, float]]:
    """Bounds of hidden rows; the last word says which number: answered, having or rest."""
    found = []
    for table, group, question, what in hidden:
        n, _, yes = attacker.masks(table, group, question)
        found.append(attacker.bounds({"answered": n, "having": yes, "rest": n & ~yes}[what]))
    return found
