"""The direct question on how often a person feels lonely, as data.

It asks for loneliness by name and measures something else than the indirect scales: its shares
stand beside theirs and never replace them.
"""

from __future__ import annotations

from eenzaam_stats.scoring.instrument import FlagRule, Item, Scale
from eenzaam_stats.vocabulary import Frequency

FREQUENCIES = tuple(answer.value for answer in Frequency)

DIRECT = Scale(
    name="DIRECT",
    prefix="direct",
    title="Direct question on loneliness",
    items=(Item(1, "direct", "how often lonely", "negative", (0, 1, 2, 3, 4)),),
    answers=FREQUENCIES,
    # Most or all of the time. It is another question than the indirect scales ask, and its share
    # never stands in for theirs.
    flags=(FlagRule("often_or_always_lonely", 3),),
    source="EU Loneliness Survey 2022, direct question: most or all of the time",
)
