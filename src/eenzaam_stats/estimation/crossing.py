"""Which values of grouping columns occur together, for whoever has to know what adds up to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.estimation.aggregates.cells import Cells, cells_for
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.survey import Survey


@dataclass(frozen=True, slots=True)
class Crossing:
    """The people that estimates were made of, asked for nothing but pairs of values.

    Attributes
    ----------
    data : Survey or Cells
        What the verb was given.
    outcome : Outcome
        One of its outcomes.
    """

    data: Survey | Cells
    outcome: Outcome

    def values(self, columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """Combinations of values that occur, in words; none where a column is not there.

        Examples
        --------
        >>> import pandas as pd
        >>> from eenzaam_stats.design import Design
        >>> from eenzaam_stats.survey import HarmonisationReport
        >>> people = pd.DataFrame({"place": ["a", "b"], "area": ["c", "c"], "lonely": [1, 0]})
        >>> report = HarmonisationReport("example", "2022", "a.sav", "synthetic", "18+", 2, 2)
        >>> Crossing(Survey(people, Design(), report), Outcome("lonely")).values(["place", "area"])
        (('a', 'c'), ('b', 'c'))
        """
        try:
            weights = None if isinstance(self.data, Survey) else "design"
            source = cells_for(self.data, [self.outcome], by=columns, weights=weights)
            return source.domains(self.outcome, by=columns).groups
        except EenzaamStatsError:
            return ()
