"""Items that a file stores as 0 and 1: how a mapping says what they mean.

A mapping writes ``"not_lonely"`` and ``"lonely"`` (or the points ``"0"`` and ``"1"``) where the
values are keyed, and ``"dichotomised_no"`` and ``"dichotomised_yes"`` where they agree or not with
the statement. Both become the side of the cut on which the answer falls.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from eenzaam_stats.errors import list_all
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.scoring.de_jong_gierveld import ANSWERS
from eenzaam_stats.scoring.dichotomised import KEYED, RAW, read_side

_POINTS = {"0": KEYED[0], "1": KEYED[1]}
TWO_ANSWERS = (
    f"items stored as 0 and 1 have the words [{list_all(KEYED)}] where 1 counts as lonely (keyed), "
    f"or [{list_all(RAW)}] where 1 agrees with the statement (raw)"
)


def harmonise_value(name: str, value: Any) -> Any:
    """Harmonised value of one code of an item; other values stay as they are.

    Examples
    --------
    >>> harmonise_value("djg_4", "1"), harmonise_value("djg_4", "dichotomised_yes")
    ('lonely', 'not_lonely')
    >>> harmonise_value("djg_4", "yes"), harmonise_value("sex", "1")
    ('yes', '1')
    """
    if name not in DJG_ITEMS or isinstance(value, bool):
        return value
    if str(value) in _POINTS:
        return _POINTS[str(value)]
    return read_side(name, value) if value in RAW else value


def answer_set_problem(name: str, values: Collection[Any]) -> str | None:
    """What is wrong with the answers of a De Jong Gierveld item of which some are dichotomised.

    Examples
    --------
    >>> answer_set_problem("djg_3", ["lonely", "not_lonely"]) is None
    True
    >>> answer_set_problem("djg_3", ["lonely", "no"])[:39]
    "the answers are ['lonely', 'no']; items"
    """
    own = set(values)
    if name not in DJG_ITEMS or own.isdisjoint(KEYED) or own == set(KEYED):
        return None
    said = [word for word in (*KEYED, *ANSWERS) if word in own]
    return f"the answers are [{list_all(said)}]; {TWO_ANSWERS}"
