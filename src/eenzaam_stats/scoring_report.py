"""``ScoringReport``: what the scoring of one scale found, beside the columns it added."""

from __future__ import annotations

from dataclasses import dataclass

from eenzaam_stats.results.estimates import CheckResult


@dataclass(frozen=True, slots=True)
class ScoringReport:
    """What scoring found, beside the columns it added.

    Attributes
    ----------
    scale : str
        Name of the scale; of the shorter form where that was scored.
    outcomes : tuple of str
        Flag columns that this scoring added, for instance ``lonely``.
    n_rows, n_valid, n_one_missing : int
        People, people with a total, and people whose total rests on one missing item.
    subscale_cutoff : str or None
        Convention of the subscale flags, if any.
    direction : CheckResult
        Whether the blocks of items point the same way.
    missing_column : str
        Column with the kind of missing of those who lack an item; empty without one.
    tolerated_column : str
        Column with the number of the item that a total does without; empty where the scale
        tolerates none.
    from_total : tuple of str
        Columns that were made of the total: itself, its class and its flags.
    note : str
        What was scored instead of the scale, and why; empty when the scale itself was.
    """

    scale: str
    outcomes: tuple[str, ...]
    n_rows: int
    n_valid: int
    n_one_missing: int
    subscale_cutoff: str | None
    direction: CheckResult
    missing_column: str = ""
    tolerated_column: str = ""
    from_total: tuple[str, ...] = ()
    note: str = ""

    def describe(self) -> str:
        """Report as one line for a terminal."""
        said = (
            f"{self.scale}: {self.n_valid:,} of {self.n_rows:,} people have a total, "
            f"{self.n_one_missing:,} of them with one missing item counted 0. "
            f"{self.direction.mark()} {self.direction.name}: {self.direction.message}"
        )
        return f"{said} {self.note}" if self.note else said

    def __str__(self) -> str:
        return self.describe()
