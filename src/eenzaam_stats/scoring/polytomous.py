"""The undichotomised sum of the De Jong Gierveld items, apart from the manual's scores.

It has no classes and no flags, because every published cut-off holds for the dichotomised total
only. Nothing that looks like a prevalence may enter here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import OptionError, ScaleError, verb, verb_named
from eenzaam_stats.scoring.answers import ItemColumns, item_codes, item_columns
from eenzaam_stats.scoring.asked import require_asked
from eenzaam_stats.scoring.declared import DeclaredAnswers
from eenzaam_stats.scoring.dichotomised import as_stored
from eenzaam_stats.scoring.direction import require_direction, score_items
from eenzaam_stats.scoring.engine_frame import (
    Data,
    NewColumn,
    deliver_columns,
    open_frame,
    require_absent,
)
from eenzaam_stats.scoring.instrument import Scale
from eenzaam_stats.scoring.scale import scoring_report


@in_words
def score_polytomous(
    data: Data,
    scale: Scale,
    *,
    categories: Literal[3, 5] = 3,
    items: ItemColumns | None = None,
    answers: DeclaredAnswers | None = None,
    strict: bool = False,
) -> Data:
    """Add the undichotomised sum of a De Jong Gierveld scale.

    Parameters
    ----------
    data : Survey or frame
        Respondents: a survey, or an eager frame of pandas, Polars or PyArrow. It is not changed.
    scale : Scale
        ``DJG11`` or ``DJG6``.
    categories : {3, 5}, default 3
        Answers that the questionnaire offered. Items count 0-2 or 0-4, the highest for the answer
        that speaks most for loneliness.
    items : mapping of int or str to str, optional
        Column of each item, as for ``score``.
    answers : mapping or sequence, optional
        What each raw code means, as for ``score``.
    strict : bool, default False
        Whether a failed direction check is an error instead of a warning.

    Returns
    -------
    Survey or frame
        The same kind of thing with one column, ``djg11_polytomous_sum`` (0-22 or 0-44) or
        ``djg6_polytomous_sum`` (0-12 or 0-24). A survey also gets a ``ScoringReport``.

    Raises
    ------
    OptionError
        If ``categories`` is neither 3 nor 5.
    ScaleError
        If the scale has no neutral answer, an item was not asked, the items are dichotomised, and
        as for ``score``.
    UnknownColumnError, UnknownCodeError, SchemaError
        As for ``score``; a strong answer is unknown to three categories.

    Warns
    -----
    EenzaamStatsWarning
        If the direction check fails.

    See Also
    --------
    eenzaam_stats.scoring.scale.score : The manual's scores, with classes and flags.

    Notes
    -----
    **Unit.** Points. No published cut-off, class or prevalence holds for this sum.

    **Missing data.** The sum needs every item.

    **Validated against.** Hand arithmetic in ``tests/scoring/test_polytomous.py``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.scoring.de_jong_gierveld import DJG6
    >>> frame = pd.DataFrame({f"djg_{n}": ["yes"] for n in (3, 9, 10)})
    >>> frame = frame.assign(djg_4="no", djg_7="more_or_less", djg_8="yes")
    >>> int(score_polytomous(frame, DJG6)["djg6_polytomous_sum"].iloc[0])
    9
    """
    with verb_named(f"score_polytomous({scale.name})"):
        graded = _grade_scale(scale, categories)
        frame = open_frame(data)
        column = f"{scale.prefix}_polytomous_sum"
        remedy = "Drop it, or score the data without it."
        require_absent(frame, [column], remedy=remedy)
        if as_stored(frame, graded, items=items, answers=answers) is not graded:
            raise ScaleError(
                f"{verb()} needs answers in {categories} steps, and the items are dichotomised "
                "already, which cannot be undone. Use score()."
            )
        codes = item_codes(frame, graded, items=items, answers=answers)
        columns = item_columns(graded, items)
        require_asked(frame, graded, codes, columns=columns)
        scored = score_items(frame, graded, codes)
        require_direction(scored.direction, strict=strict, stacklevel=4)
        sums = NewColumn(column, scored.scores.total, scored.scores.total_valid)
        report = scoring_report(graded, scored.scores, scored.direction)
        return deliver_columns(data, frame, [sums], report=report)


def _grade_scale(scale: Scale, categories: int) -> Scale:
    """Return the scale with one point per step and neither tolerance nor cut-offs."""
    if scale.neutral is None:
        raise ScaleError(
            f"{verb()} needs a scale that is dichotomised, DJG11 or DJG6. "
            f"The total of {scale.name} is a sum of steps already: use score()."
        )
    by_size = {len(answers): answers for answers in scale.answer_sets}
    if categories not in by_size:
        raise OptionError.among(categories, sorted(by_size), name="categories")
    answers = by_size[categories]
    steps = tuple(range(categories))
    graded_items = tuple(
        replace(item, points=steps if item.polarity == "negative" else steps[::-1])
        for item in scale.items
    )
    return replace(
        scale,
        name=f"{scale.name} polytomous",
        items=graded_items,
        answers=answers,
        answer_sets=(answers,),
        # A missing item cannot count 0 here: 0 is an answer, and cut-offs of the dichotomised total
        # do not transfer.
        allowed_missing=0,
        categories=(),
        label_group="",
        flags=(),
        conventions=(),
        short_form=None,
    )
