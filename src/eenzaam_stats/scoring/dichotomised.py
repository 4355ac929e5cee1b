"""Items that a file stores as two values, after somebody dichotomised them: the direction is said.

Two ways of saying it exist. *Keyed*: which value counts as lonely. *Raw*: which value agrees with
the statement, the neutral answer counted with the side that speaks for loneliness. A questionnaire
with two answers is neither; it cannot be dichotomised by the manual.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import narwhals.stable.v2 as nw

from eenzaam_stats.errors import ScaleError, list_all, verb
from eenzaam_stats.scoring.answers import ItemColumns, item_columns
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.declared import DeclaredAnswers, means_missing
from eenzaam_stats.scoring.engine_frame import Frame
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.vocabulary import Answer, Dichotomy

KEYED = (Dichotomy.NOT_LONELY.value, Dichotomy.LONELY.value)
RAW = (Dichotomy.DICHOTOMISED_NO.value, Dichotomy.DICHOTOMISED_YES.value)
# Agreement as it stands in the terms of both kinds of questionnaire.
AGREES: Mapping[str, bool] = MappingProxyType(
    {
        **{Answer.STRONG_YES.value: True, Answer.YES.value: True, RAW[1]: True},
        **{Answer.STRONG_NO.value: False, Answer.NO.value: False, RAW[0]: False},
    }
)
_NEGATIVE = frozenset(item.column for item in DJG11.items if item.polarity == "negative")


def read_side(name: str, answer: str) -> str:
    """Side of the cut on which an answer to one item falls; the neutral one speaks for loneliness.

    Examples
    --------
    >>> read_side("djg_3", "yes"), read_side("djg_4", "yes"), read_side("djg_4", "dichotomised_no")
    ('lonely', 'not_lonely', 'lonely')
    """
    # An answer without a side is the neutral one, which speaks for loneliness in both directions.
    lonely = AGREES.get(answer) is None or AGREES[answer] == (name in _NEGATIVE)
    return KEYED[lonely]


def as_stored(
    frame: Frame,
    scale: Scale,
    *,
    items: ItemColumns | None,
    answers: DeclaredAnswers | None,
) -> Scale:
    """Return the scale for the answers that the columns hold: its own, or two after dichotomising.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents.
    scale : Scale
        Instrument.
    items, answers : as for ``item_codes``
        Columns and declared meanings.

    Returns
    -------
    Scale
        The same rules; where the items are dichotomised, with two answers and no neutral one.

    Raises
    ------
    ScaleError
        If some items are dichotomised and others are not, or in two ways.
    """
    if scale.neutral is None:
        return scale
    columns = [name for name in item_columns(scale, items) if name in frame.columns]
    if answers is None:
        said = _words_in([frame.get_column(name) for name in columns])
    else:
        own = answers.values() if isinstance(answers, Mapping) else answers
        said = {str(word) for word in own if not means_missing(word)}
    pair = next((pair for pair in (KEYED, RAW) if said.intersection(pair)), None)
    if pair is None:
        return scale
    if not said <= set(pair):
        raise ScaleError(
            f"{verb()} needs items that are all stored in one way, and the answers are "
            f"[{list_all(sorted(said))}]. Declare [{list_all(KEYED)}], [{list_all(RAW)}] or "
            "the answers "
            "of the questionnaire, and one of these only."
        )
    return _with_two_answers(scale, pair)


def _with_two_answers(scale: Scale, pair: tuple[str, str]) -> Scale:
    keyed = pair == KEYED
    items = tuple(
        replace(item, points=(0, 1) if keyed or item.polarity == "negative" else (1, 0))
        for item in scale.items
    )
    return replace(scale, items=items, answers=pair, answer_sets=(pair,), neutral=None)


def _words_in(series: Sequence[nw.Series[Any]]) -> set[str]:
    """Words that the columns hold; none when none is a word of a dichotomised item."""
    found: set[str] = set()
    words = {*KEYED, *RAW}
    texts = (nw.String, nw.Categorical, nw.Object)
    for column in series:
        kind = column.dtype
        if not isinstance(kind, nw.Enum) and kind not in texts:
            continue
        if isinstance(kind, nw.Enum) and words.isdisjoint(kind.categories):
            found.update(kind.categories)  # no look at the rows: most files end here
        else:
            found.update(value for value in column.unique().to_list() if isinstance(value, str))
    return found if found & words else set()
