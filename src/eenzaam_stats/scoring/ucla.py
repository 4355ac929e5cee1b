"""The three-item UCLA loneliness scale, as data.

Its sum has no published class that was checked for the Netherlands, so ``UCLA3`` carries none.
"""

from __future__ import annotations

from dataclasses import replace

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import ScaleError
from eenzaam_stats.scoring.instrument import FlagRule, Item, Scale

UCLA_ANSWERS = ("hardly_ever", "sometimes", "often")
# From 1, as published: the sum runs from 3 to 9.
_POINTS = (1, 2, 3)

UCLA3 = Scale(
    name="UCLA3",
    prefix="ucla3",
    title="UCLA loneliness scale, 3 items",
    items=(
        Item(1, "ucla_1", "companionship lacking", "negative", _POINTS),
        Item(2, "ucla_2", "left out", "negative", _POINTS),
        Item(3, "ucla_3", "isolated", "negative", _POINTS),
    ),
    answers=UCLA_ANSWERS,
    answer_sets=(UCLA_ANSWERS,),
    source="Hughes, Waite, Hawkley and Cacioppo (2004), Research on Aging 26, 655-672",
)


@in_words
def ucla3_with_threshold(*, lonely_from: int) -> Scale:
    """UCLA-3 with a ``lonely`` flag from a threshold that the analyst answers for.

    Parameters
    ----------
    lonely_from : int
        Lowest sum that counts as lonely, 4 to 9. A threshold of 6 is in common use, but no Dutch
        source for it was found, so it is never applied by itself.

    Returns
    -------
    Scale
        ``UCLA3`` with the flag.

    Raises
    ------
    ScaleError
        If the threshold lies outside the range of the sum, so that nobody or everybody is lonely.

    Examples
    --------
    >>> ucla3_with_threshold(lonely_from=6).flags
    (FlagRule(name='lonely', lowest=6),)
    """
    low, high = UCLA3.score_range
    if not low < lonely_from <= high:
        raise ScaleError(
            f"ucla3_with_threshold() needs a sum from {low + 1} to {high}, and got "
            f"{lonely_from!r}. A lower or higher one makes everybody or nobody lonely."
        )
    return replace(UCLA3, flags=(FlagRule("lonely", lonely_from),))
