"""``score``: from answers to totals, subscales, classes and flags, for any scale that is data.

The engine reads the rules from ``Scale``; no instrument, survey or frame engine has a branch here.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import EenzaamStatsWarning, verb, verb_named
from eenzaam_stats.numerics.scales.summated_scale import MISSING, SummatedScores, class_codes
from eenzaam_stats.respondents import MISSING_SUFFIX, SEVERAL_ITEMS, TOLERATED_SUFFIX
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.answers import ItemColumns, item_codes, item_columns
from eenzaam_stats.scoring.asked import Form, NotAsked, form_to_score
from eenzaam_stats.scoring.declared import DeclaredAnswers
from eenzaam_stats.scoring.dichotomised import as_stored
from eenzaam_stats.scoring.direction import require_direction, score_items
from eenzaam_stats.scoring.engine_frame import (
    Data,
    Frame,
    NewColumn,
    deliver_columns,
    open_frame,
    require_absent,
)
from eenzaam_stats.scoring.instrument import CategoryBound, CutoffConvention, Scale
from eenzaam_stats.scoring_report import ScoringReport
from eenzaam_stats.vocabulary import MissingKind, SubscaleCutoff, require_option

FlagNames = Literal["plain", "prefixed"]


@in_words
def score(  # noqa: PLR0913 (one keyword per decision that the analyst takes)
    data: Data,
    scale: Scale,
    *,
    items: ItemColumns | None = None,
    answers: DeclaredAnswers | None = None,
    subscale_cutoff: SubscaleCutoff | None = None,
    flags: FlagNames = "plain",
    strict: bool = False,
    not_asked: NotAsked = "refuse",
) -> Data:
    """Add the scores of a loneliness scale to respondents.

    Parameters
    ----------
    data : Survey or frame
        Respondents: a survey, or an eager frame of pandas, Polars or PyArrow. It is not changed.
    scale : Scale
        Instrument: ``DJG11``, ``DJG6``, ``UCLA3``, ``DIRECT``, or one of your own.
    items : mapping of int or str to str, optional
        Column of each item, by its number in the manual or its harmonised name; without it the
        harmonised names are used, never a position.
    answers : mapping or sequence, optional
        What each raw code means: an answer of the scale, or ``None`` or a ``MissingKind`` for a
        code that means missing. Without it the columns hold answers already; a sequence then says
        which answers the questionnaire offered. Items that were dichotomised before have two words:
        ``"not_lonely"`` and ``"lonely"`` where the values are points (keyed), or
        ``"dichotomised_no"`` and ``"dichotomised_yes"`` where they agree or not (raw).
    subscale_cutoff : {"manual6", "cbs", "rivm2016", "vzinfo"}, optional
        Published cut-off for the subscales. There is no default: without it no subscale is
        dichotomised.
    flags : {"plain", "prefixed"}, default "plain"
        Names of the flags: ``lonely``, or ``djg6_lonely`` when two scales stand side by side.
    strict : bool, default False
        Whether a failed direction check is an error instead of a warning.
    not_asked : {"refuse", "shorter"}, default "refuse"
        What to do when an item was not asked, because fewer than one in twenty of at least three
        people who answered the scale answered it, in all rows or in one source and wave: refuse, or
        score the form that can do without it (six items instead of eleven, else the complete
        subscales without a total) and say so in a warning and in the report.

    Returns
    -------
    Survey or frame
        The same kind of thing, with columns added. For ``DJG11``: ``djg11_emotional``,
        ``djg11_social``, ``djg11_total``, ``djg11_n_missing``, ``djg11_category``, ``lonely``,
        ``severely_lonely``; with a cut-off also ``emotionally_lonely`` and ``socially_lonely``, and
        for a convention with three classes the subscale categories and severe subscale flags. A
        single question adds its flag only. Where the file tells kinds of missing apart,
        ``djg11_missing`` has the kind of those who lack an item. ``djg11_tolerated_item`` has the
        number of the item that a total does without (0 for none), so that an estimate can see a
        group in which nobody answered it. A survey also gets a ``ScoringReport``.

    Raises
    ------
    UnknownColumnError
        If an item has no column.
    UnknownCodeError
        If a value is neither declared nor missing.
    ScaleError
        If the direction is not declared, the answer set lacks the neutral answer, an item was not
        asked, the cut-off was published for another scale, or ``strict`` and the direction check
        fails.
    SchemaError
        If the frame is of another kind, or a column to be added is there already.
    OptionError
        If an option or an answer has no such value.

    Warns
    -----
    EenzaamStatsWarning
        If the direction check fails, or a shorter form is scored.

    See Also
    --------
    eenzaam_stats.scoring.polytomous.score_polytomous : Undichotomised sum, without classes.
    eenzaam_stats.scoring.direction.check_direction : The check alone.

    Notes
    -----
    An item of the De Jong Gierveld scales counts 1 for "more or less" and for the answer that
    speaks for loneliness, so the neutral answer counts in both directions.

    **Unit.** Points; flags are true, false or missing.

    **Missing data.** A subscale needs all its items. A total tolerates as many missing items as the
    scale allows over all items together (one for De Jong Gierveld, none for UCLA-3); these count 0,
    without proration. The total can be there while a subscale is missing. A missing total has a
    missing class and missing flags, never a "no". The tolerance is a person's: an item that nobody
    answered was not asked, and would count 0 for everybody.

    **Validated against.** The manual's rule on twenty vectors and every pattern of six items, in
    ``tests/scoring/``.

    References
    ----------
    .. [1] de Jong Gierveld, J. and van Tilburg, T. G., Manual of the Loneliness Scale, VU
       University Amsterdam.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.scoring.de_jong_gierveld import DJG6
    >>> codes = {3: [1, 1], 9: [2, None], 10: [3, 1], 4: [1, 3], 7: [2, 3], 8: [1, 3]}
    >>> frame = pd.DataFrame({f"q{number}": codes[number] for number in codes})
    >>> scored = score(
    ...     frame, DJG6,
    ...     items={number: f"q{number}" for number in codes},
    ...     answers={1: "yes", 2: "more_or_less", 3: "no", 9: None},
    ... )
    >>> scored[["djg6_emotional", "djg6_social", "djg6_total", "djg6_category"]]
       djg6_emotional  djg6_social  djg6_total djg6_category
    0               2            1           3      moderate
    1            <NA>            3           5        severe
    """
    require_option(flags, FlagNames, name="flags")
    require_option(not_asked, NotAsked, name="not_asked")
    scale.convention(subscale_cutoff)  # refused before an answer is read
    with verb_named(f"score({scale.name})"):
        frame = open_frame(data)
        scale = as_stored(frame, scale, items=items, answers=answers)
        codes = item_codes(frame, scale, items=items, answers=answers)
        columns = item_columns(scale, items)
        form = form_to_score(frame, scale, codes, columns=columns, not_asked=not_asked)
        if form.note:
            warnings.warn(f"{verb()}: {form.note}", EenzaamStatsWarning, stacklevel=3)
        codes, scale = codes[list(form.items)], form.scale
        convention = scale.convention(subscale_cutoff)
        scored = score_items(frame, scale, codes)
        kinds = missing_column(frame, scale, codes, items=items)
        tolerated = _find_tolerated(scale, scored.scores, codes)
        score_columns = [
            *_score_columns(form, scored.scores, convention),
            *([kinds] if kinds else []),
        ]
        flag_columns = [*_flag_columns(scale, scored.scores, convention, flags=flags)]
        extra = [tolerated] if tolerated else []
        _require_free_names(frame, [*score_columns, *extra], flag_columns)
        require_direction(scored.direction, strict=strict, stacklevel=4)
        report = replace(
            scoring_report(scale, scored.scores, scored.direction),
            outcomes=tuple(column.name for column in flag_columns),
            subscale_cutoff=subscale_cutoff,
            missing_column=kinds.name if kinds else "",
            tolerated_column=tolerated.name if tolerated else "",
            from_total=_from_total(scale, flags) if tolerated else (),
            note=form.note,
        )
        return deliver_columns(data, frame, [*score_columns, *flag_columns, *extra], report=report)


def score_regardless(data: Data, scale: Scale) -> Data:
    """Scores by the tolerance alone, also where an item was not asked; no check, no warning.

    Only for comparing with scores that a file holds itself: an estimate from them can be too low.
    """
    with verb_named(f"score({scale.name})"):
        frame = open_frame(data)
        scored = score_items(frame, scale, item_codes(frame, scale, items=None, answers=None))
        columns = [*_score_columns(Form.whole(scale), scored.scores, None)]
        columns += _flag_columns(scale, scored.scores, None, flags="plain")
        return deliver_columns(
            data, frame, columns, report=scoring_report(scale, scored.scores, scored.direction)
        )


def scoring_report(scale: Scale, scores: SummatedScores, direction: CheckResult) -> ScoringReport:
    """Counts of one scoring, with its direction check."""
    with_gap = scores.total_valid & (scores.n_missing == 1)
    return ScoringReport(
        scale=scale.name,
        outcomes=(),
        n_rows=len(scores.total),
        n_valid=int(np.count_nonzero(scores.total_valid)),
        n_one_missing=int(np.count_nonzero(with_gap)),
        subscale_cutoff=None,
        direction=direction,
    )


def _find_tolerated(
    scale: Scale, scores: SummatedScores, codes: NDArray[np.int8]
) -> NewColumn | None:
    """Item that each total does without, 0 for none; ``None`` when the scale tolerates none."""
    if not scale.allowed_missing:
        return None
    numbers = np.array([item.number for item in scale.items])
    # Kept per person: where a whole group lacks the same item, its totals are all too low, and only
    # this column shows it.
    first = numbers[(codes == MISSING).argmax(axis=0)]
    several = np.where(scores.n_missing == 1, first, SEVERAL_ITEMS)
    values = np.where(scores.n_missing == 0, 0, several)
    return NewColumn(scale.prefix + TOLERATED_SUFFIX, values, scores.total_valid)


def _from_total(scale: Scale, flags: FlagNames) -> tuple[str, ...]:
    """Names of the columns that were made of the total."""
    before = f"{scale.prefix}_" if flags == "prefixed" else ""
    own = (f"{scale.prefix}_total", f"{scale.prefix}_category")
    return (*own, *(before + rule.name for rule in scale.flags))


def _score_columns(
    form: Form, scores: SummatedScores, convention: CutoffConvention | None
) -> Iterator[NewColumn]:
    """Sums and classes; a single question has none beside its flag."""
    scale = form.scale
    if len(scale.items) == 1:
        return
    everyone = np.ones(len(scores.total), dtype=np.bool_)
    for number, subscale in enumerate(scale.subscales):
        name = f"{scale.prefix}_{subscale.name}"
        values, valid = scores.block_scores[number], scores.block_valid[number]
        yield NewColumn(name, values, valid)
        if convention is not None and convention.bounds():
            yield _class_column(f"{name}_category", values, valid, convention.bounds())
    if not form.has_total:
        return
    yield NewColumn(f"{scale.prefix}_total", scores.total, scores.total_valid)
    yield NewColumn(f"{scale.prefix}_n_missing", scores.n_missing, everyone)
    if scale.categories:
        yield _class_column(
            f"{scale.prefix}_category", scores.total, scores.total_valid, scale.categories
        )


def _class_column(
    name: str,
    values: NDArray[np.int64],
    valid: NDArray[np.bool_],
    bounds: Sequence[CategoryBound],
) -> NewColumn:
    classes = class_codes(values, valid, lowest=[bound.lowest for bound in bounds])
    return NewColumn(name, classes, valid, tuple(bound.category.value for bound in bounds))


def _flag_columns(
    scale: Scale,
    scores: SummatedScores,
    convention: CutoffConvention | None,
    *,
    flags: FlagNames,
) -> Iterator[NewColumn]:
    """Outcomes of the total, then those of the subscales when a cut-off was asked for."""
    before = f"{scale.prefix}_" if flags == "prefixed" else ""
    for rule in scale.flags:
        # With one item missing the total is this or one more: a class may be one step too low,
        # never too high.
        yield NewColumn(before + rule.name, scores.total >= rule.lowest, scores.total_valid)
    if convention is None:
        return
    cuts = {"": convention.lonely_from, "severely_": convention.severe_from}
    for degree, lowest in cuts.items():
        if lowest is not None:
            for number, subscale in enumerate(scale.subscales):
                reached = scores.block_scores[number] >= lowest
                valid = scores.block_valid[number]
                yield NewColumn(f"{before}{degree}{subscale.flag}", reached, valid)


def _require_free_names(
    frame: Frame, columns: Sequence[NewColumn], flags: Sequence[NewColumn]
) -> None:
    """Raise when a column to be added is there already, with the remedy that fits its kind."""
    scores = [column.name for column in columns]
    require_absent(frame, scores, remedy="Drop them, or score the data without them.")
    remedy = "Use flags='prefixed' to keep the flags of two scales apart, or drop the old ones."
    require_absent(frame, [column.name for column in flags], remedy=remedy)


# Why a score is missing: the kind of missing that most of a person's missing items share.

KINDS = tuple(kind.value for kind in MissingKind)


def missing_column(
    frame: Frame,
    scale: Scale,
    codes: NDArray[np.int8],
    *,
    items: ItemColumns | None,
) -> NewColumn | None:
    """Column with the kind of missing of everyone who lacks an item.

    Parameters
    ----------
    frame : narwhals.DataFrame
        Respondents; the kind of a missing item stands beside it, in ``<item>_missing``.
    scale : Scale
        Instrument.
    codes : (items, rows) int8
        Answers, negative where missing.
    items : mapping or None
        Columns of the items, as in ``score``.

    Returns
    -------
    NewColumn or None
        ``<prefix>_missing``; ``None`` when the frame tells no kinds apart, or for a single
        question, whose own column stands there already.

    Notes
    -----
    The kind that occurs most among the missing items of the person, the first in the order of
    ``MissingKind`` when two occur equally often. A missing item without a kind counts for none.
    """
    if len(scale.items) == 1:
        return None
    counts = _counts(frame, codes, dict(enumerate(item_columns(scale, items))))
    if counts is None:
        return None
    valid = counts.max(axis=0) > 0
    return NewColumn(f"{scale.prefix}{MISSING_SUFFIX}", counts.argmax(axis=0), valid, KINDS)


def _counts(
    frame: Frame, codes: NDArray[np.int8], columns: Mapping[int, str]
) -> NDArray[np.int64] | None:
    """Missing items per kind and person, (kinds, rows); ``None`` without a column of kinds."""
    counts = np.zeros((len(KINDS), codes.shape[1]), dtype=np.int64)
    found = False
    for number, column in columns.items():
        name = column + MISSING_SUFFIX
        if name not in frame.columns:
            continue
        found = True
        kinds = frame.get_column(name).cast(nw.String)
        missing = codes[number] < 0
        for at, kind in enumerate(KINDS):
            same = (kinds == kind).fill_null(False).to_numpy()
            counts[at] += missing & same.astype(np.bool_)
    return counts if found else None
