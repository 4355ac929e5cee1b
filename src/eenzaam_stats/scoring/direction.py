"""Do the blocks of items point the same way? The check that every scoring runs.

A wrong direction passes every range check. It shows in three ways: one block reversed makes the
subscales correlate negatively; everything reversed makes both correlate negatively with a direct
question; and it makes nearly everybody score near the maximum. No score is changed here.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.arguments import in_words
from eenzaam_stats.errors import EenzaamStatsWarning, ScaleError, UnknownCodeError, verb, verb_named
from eenzaam_stats.numerics.scales.correlation import pearson
from eenzaam_stats.numerics.scales.summated_scale import (
    MISSING,
    SummatedScores,
    item_points,
    summated_scores,
)
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.answers import ItemColumns, item_codes
from eenzaam_stats.scoring.declared import DeclaredAnswers
from eenzaam_stats.scoring.dichotomised import as_stored
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.engine_frame import Frame, open_frame
from eenzaam_stats.scoring.instrument import Scale

CHECK_NAME = "direction"
LEAST_ROWS = 50
HIGHEST_MEAN_SHARE = 2 / 3


@dataclass(frozen=True, slots=True, eq=False)
class ScoredItems:
    """Points and sums of one scoring, with the finding on their direction.

    Attributes
    ----------
    scores : SummatedScores
        Sums over items.
    direction : CheckResult
        Whether the blocks point the same way.
    """

    scores: SummatedScores
    direction: CheckResult


@dataclass(frozen=True, slots=True, eq=False)
class _Measure:
    name: str
    values: NDArray[Any]
    valid: NDArray[np.bool_]


@in_words
def check_direction(
    data: object,
    scale: Scale,
    *,
    items: ItemColumns | None = None,
    answers: DeclaredAnswers | None = None,
) -> CheckResult:
    """Check that the blocks of a scale, and a direct question, point the same way.

    Parameters
    ----------
    data : Survey or frame
        Respondents: a survey, or an eager frame of pandas, Polars or PyArrow.
    scale : Scale
        Instrument.
    items : mapping of int or str to str, optional
        Column of each item, as for ``score``.
    answers : mapping or sequence, optional
        Meaning of each code, as for ``score``.

    Returns
    -------
    CheckResult
        ``passed`` is true when every correlation that exists is positive and the mean item score is
        at most two thirds of its maximum, and ``None`` when nothing could be computed: fewer than
        50 people with both measures, or no variation.

    Raises
    ------
    UnknownColumnError, ScaleError, UnknownCodeError, SchemaError
        As for ``score``.

    See Also
    --------
    eenzaam_stats.scoring.scale.score : Runs this check every time.

    Notes
    -----
    A column ``direct`` joins the check when it holds ``Frequency`` values. A group that was
    selected on its loneliness can fail without a mistake in the codes.

    **Unit.** Correlations; shares 0-1, in the message as percentages.

    **Missing data.** Pairs in which either measure is missing are left out.

    **Validated against.** Planted reversals, in ``tests/scoring/test_direction.py``.

    Examples
    --------
    >>> import pandas as pd
    >>> from eenzaam_stats.scoring.de_jong_gierveld import DJG6
    >>> frame = pd.DataFrame({f"djg_{n}": ["no", "yes"] for n in (3, 4, 7, 8, 9, 10)})
    >>> check_direction(frame, DJG6).passed is None
    True
    """
    with verb_named(f"check_direction({scale.name})"):
        frame = open_frame(data)
        scale = as_stored(frame, scale, items=items, answers=answers)
        codes = item_codes(frame, scale, items=items, answers=answers)
        return score_items(frame, scale, codes).direction


def score_items(frame: Frame, scale: Scale, codes: NDArray[np.int8]) -> ScoredItems:
    """Sums of a scale with the finding on their direction, from answers already read."""
    table = np.array([item.points for item in scale.items], dtype=np.int8)
    points = item_points(codes, table)
    scores = summated_scores(
        points,
        codes != MISSING,
        blocks=scale.blocks(),
        allowed_missing=scale.allowed_missing,
    )
    # Only for scales of blocks: with everything turned round the blocks still agree with each
    # other, and that nearly everybody is lonely is all there is to see.
    share = _share_of_maximum(points, codes, table) if scale.subscales else math.nan
    measures = [*_scale_measures(scale, scores), *_direct_measure(frame)]
    return ScoredItems(scores, _finding(measures if scale.name != DIRECT.name else [], share))


def require_direction(check: CheckResult, *, strict: bool, stacklevel: int) -> None:
    """Warn about a failed check, or raise when the caller is strict."""
    if check.passed is not False:
        return
    sentence = f"{verb()}: the direction check failed. {check.message}"
    if strict:
        raise ScaleError(sentence)
    warnings.warn(sentence, EenzaamStatsWarning, stacklevel=stacklevel)


def _scale_measures(scale: Scale, scores: SummatedScores) -> Iterator[_Measure]:
    if not scale.subscales:
        yield _Measure("total", scores.total, scores.total_valid)
    for number, subscale in enumerate(scale.subscales):
        yield _Measure(subscale.name, scores.block_scores[number], scores.block_valid[number])


def _direct_measure(frame: Frame) -> Iterator[_Measure]:
    """Direct question, when a column of that name holds its answers."""
    (column,) = (item.column for item in DIRECT.items)
    if column not in frame.columns:
        return
    try:
        (codes,) = item_codes(frame, DIRECT, items=None, answers=None)
    except (ScaleError, UnknownCodeError):
        return
    yield _Measure("direct question", codes, codes != MISSING)


def _share_of_maximum(
    points: NDArray[np.int8], codes: NDArray[np.int8], table: NDArray[np.int8]
) -> float:
    """Points earned as a share of the most that the answered items can earn; NaN for few people."""
    answered = np.count_nonzero(codes != MISSING, axis=1)
    if answered.max(initial=0) < LEAST_ROWS:
        return math.nan
    return float(points.sum(dtype=np.int64) / np.dot(answered, table.max(axis=1).astype(np.int64)))


def _correlation(one: _Measure, other: _Measure) -> tuple[float, int]:
    both = one.valid & other.valid
    n = int(np.count_nonzero(both))
    if n < LEAST_ROWS:
        return math.nan, n
    return pearson(one.values[both], other.values[both]), n


def _finding(measures: Sequence[_Measure], share: float) -> CheckResult:
    pairs = [
        (one.name, other.name, *_correlation(one, other))
        for one, other in combinations(measures, 2)
    ]
    known = [(one, other, r, n) for one, other, r, n in pairs if not math.isnan(r)]
    if not known:
        return CheckResult(
            CHECK_NAME,
            None,
            f"Nothing to correlate: no two measures vary among at least {LEAST_ROWS} people.",
        )
    found = "; ".join(f"{one} with {other} r = {r:.2f} (n = {n:,})" for one, other, r, n in known)
    if not math.isnan(share):
        found += f"; mean item score {share:.0%} of its maximum"
    # In Dutch adults lonely answers are the minority of every item (12 to 26 per cent in LASA
    # 2019): two thirds of the maximum is far from any population.
    if all(r > 0 for _, _, r, _ in known) and not share > HIGHEST_MEAN_SHARE:
        return CheckResult(CHECK_NAME, True, f"{found}.")
    return CheckResult(
        CHECK_NAME,
        False,
        f"{found}. Unless these people were selected on their loneliness, codes are read in the "
        "wrong direction: check what each code means in answers= or in the codebook.",
    )
