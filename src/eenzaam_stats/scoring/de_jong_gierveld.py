"""De Jong Gierveld loneliness scale with 11 and with 6 items, as data.

The manual's rule: the neutral answer counts as lonely in both directions; a subscale needs all its
items; a total tolerates one missing item, which counts 0. The published cut-offs hold for these
dichotomised totals only. Free for scientific survey research with citation of the works below; not
for the diagnosis of single persons.

References
----------
.. [1] de Jong Gierveld, J. and van Tilburg, T. G., Manual of the Loneliness Scale, VU University
   Amsterdam, update of 24 February 2022.
.. [2] de Jong-Gierveld, J. and Kamphuis, F. (1985), Applied Psychological Measurement 9, 289-299.
.. [3] van Tilburg, T. G. and de Jong Gierveld, J. (1999), cut-off points of the 11-item scale.
.. [4] de Jong Gierveld, J. and van Tilburg, T. G. (2006), Research on Aging 28, 582-598.
"""

from __future__ import annotations

from eenzaam_stats.scoring.instrument import (
    CategoryBound,
    CutoffConvention,
    FlagRule,
    Item,
    Scale,
    Subscale,
)
from eenzaam_stats.vocabulary import Answer, Category

ANSWERS = tuple(answer.value for answer in Answer)
THREE_ANSWERS = (Answer.NO.value, Answer.MORE_OR_LESS.value, Answer.YES.value)
EMOTIONAL = Subscale("emotional", "emotionally_lonely")
SOCIAL = Subscale("social", "socially_lonely")

# In the order no!, no, more or less, yes, yes!: the neutral answer counts as lonely in both
# directions. Recodes that count the extreme answer only are another scale.
_AGREEMENT_SCORES = (0, 0, 1, 1, 1)
_DISAGREEMENT_SCORES = (1, 1, 1, 0, 0)


def _emotional(number: int, name: str) -> Item:
    return Item(number, f"djg_{number}", name, "negative", _AGREEMENT_SCORES, EMOTIONAL.name)


def _social(number: int, name: str) -> Item:
    return Item(number, f"djg_{number}", name, "positive", _DISAGREEMENT_SCORES, SOCIAL.name)


_ITEMS = (
    _social(1, "someone for daily worries"),
    _emotional(2, "no close friend"),
    _emotional(3, "emptiness"),
    _social(4, "enough support in trouble"),
    _emotional(5, "no pleasant company"),
    _emotional(6, "small circle"),
    _social(7, "many to trust"),
    _social(8, "enough close ties"),
    _emotional(9, "nobody around"),
    _emotional(10, "rejected"),
    _social(11, "friends within reach"),
)
_SHORT = (3, 4, 7, 8, 9, 10)

DJG6 = Scale(
    name="DJG6",
    prefix="djg6",
    title="De Jong Gierveld loneliness scale, 6 items",
    items=tuple(item for item in _ITEMS if item.number in _SHORT),
    answers=ANSWERS,
    answer_sets=(THREE_ANSWERS, ANSWERS),
    neutral=Answer.MORE_OR_LESS.value,
    subscales=(EMOTIONAL, SOCIAL),
    allowed_missing=1,
    categories=(
        CategoryBound(Category.NOT, 0),
        CategoryBound(Category.MODERATE, 2),
        CategoryBound(Category.SEVERE, 5),
    ),
    label_group="category_djg6",
    flags=(FlagRule("lonely", 2), FlagRule("severely_lonely", 5)),
    conventions=(
        CutoffConvention("manual6", 1, None, "Manual of the Loneliness Scale, short scale"),
        CutoffConvention("cbs", 1, 3, "CBS, loneliness survey, technical explanation, 2020"),
    ),
    source="Manual of the Loneliness Scale, short scale; de Jong Gierveld and van Tilburg (2006)",
)

DJG11 = Scale(
    name="DJG11",
    prefix="djg11",
    title="De Jong Gierveld loneliness scale, 11 items",
    items=_ITEMS,
    answers=ANSWERS,
    answer_sets=(THREE_ANSWERS, ANSWERS),
    neutral=Answer.MORE_OR_LESS.value,
    subscales=(EMOTIONAL, SOCIAL),
    allowed_missing=1,
    categories=(
        CategoryBound(Category.NOT, 0),
        CategoryBound(Category.MODERATE, 3),
        CategoryBound(Category.SEVERE, 9),
        CategoryBound(Category.VERY_SEVERE, 11),
    ),
    label_group="category_djg11",
    flags=(FlagRule("lonely", 3), FlagRule("severely_lonely", 9)),
    conventions=(
        # Both are published by their owner and they contradict each other, and which one is behind
        # the flags of 2020 and 2022 is not known. So none is the default.
        CutoffConvention("rivm2016", 2, None, "RIVM, Gezondheidsmonitor 2016, account of methods"),
        CutoffConvention("vzinfo", 3, None, "VZinfo, Eenzaamheid, account of methods"),
    ),
    source="Manual of the Loneliness Scale; cut-offs van Tilburg and de Jong Gierveld (1999)",
    short_form=DJG6,
)
