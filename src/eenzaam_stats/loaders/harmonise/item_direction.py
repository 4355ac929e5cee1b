"""One item against the others of its block: an item that alone is turned round is seen here.

The check of a scale compares blocks, in which one turned item of three or more is outvoted.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.errors import verb_named
from eenzaam_stats.numerics.scales.correlation import pearson
from eenzaam_stats.numerics.scales.summated_scale import MISSING, item_points
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.scoring.answers import item_codes
from eenzaam_stats.scoring.dichotomised import as_stored
from eenzaam_stats.scoring.direction import LEAST_ROWS
from eenzaam_stats.scoring.engine_frame import open_frame
from eenzaam_stats.scoring.instrument import Scale

# A correlation this many standard errors below 0 is no accident.
STANDARD_ERRORS = 3.0


def with_single_items(check: CheckResult, frame: pd.DataFrame, scale: Scale) -> CheckResult:
    r"""Check of a scale that fails as well when one item runs against the rest of its block.

    Parameters
    ----------
    check : CheckResult
        Direction of the scale; returned as it is when it failed.
    frame : pandas.DataFrame
        Harmonised respondents with every item of the scale.
    scale : Scale
        Instrument.

    Returns
    -------
    CheckResult
        Failed when the correlation of an item with the share of the other items of its block that
        were answered lonely lies more than three standard errors below 0.

    Notes
    -----
    **Unit.** Correlations; the standard error of one near 0 is :math:`1/\sqrt{n}`.

    **Missing data.** People who answered the item and every other item of its block count; fewer
    than 50 say nothing.

    **Validated against.** Planted reversals in every synthetic file, in
    ``tests/loaders/formats/test_fuzz_files.py``.

    Examples
    --------
    >>> from eenzaam_stats.scoring.ucla import UCLA3
    >>> said = ["often", "hardly_ever"] * 30
    >>> frame = pd.DataFrame({"ucla_1": said, "ucla_2": said, "ucla_3": said[::-1]})
    >>> found = with_single_items(CheckResult("direction", None, ""), frame, UCLA3)
    >>> found.passed, found.message.split(";")[-1][:22]
    (False, 'ucla_3 with the other ')
    """
    if check.passed is False:
        return check
    with verb_named(f"direction of {scale.name}"):
        own = open_frame(frame)
        scale = as_stored(own, scale, items=None, answers=None)
        codes = item_codes(own, scale, items=None, answers=None)
    points = item_points(codes, np.array([item.points for item in scale.items], dtype=np.int8))
    turned = [
        f"{scale.items[at].column} with the other items of its block r = {r:.2f} (n = {n:,})"
        for block in scale.blocks() or (tuple(range(len(scale.items))),)
        for at, r, n in _against_rest(points, codes != MISSING, block)
        if n >= LEAST_ROWS and r < -STANDARD_ERRORS / sqrt(n)
    ]
    if not turned:
        return check
    message = f"{'; '.join(turned)}. The answers of this item are read in the wrong direction."
    return replace(check, passed=False, message=message)


def _against_rest(
    points: npt.NDArray[np.int8], answered: npt.NDArray[np.bool_], block: tuple[int, ...]
) -> list[tuple[int, float, int]]:
    """Place of each item, its correlation with the sum of the others, and the number of people."""
    own = list(block)
    # Complete blocks only: with gaps a low sum of the others may be a gap and not an answer.
    whole = answered[own].all(axis=0)
    total = points[own][:, whole].sum(axis=0, dtype=np.int64)
    n = int(whole.sum())
    if n < LEAST_ROWS:
        return []
    found = []
    for at in own:
        item = points[at, whole].astype(np.float64)
        r = pearson(item, total - item)
        found.append((at, float(r), n))
    return [pair for pair in found if not np.isnan(pair[1])]
