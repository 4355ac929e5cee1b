"""Waves of a panel that say little by themselves: one person, one cluster, everybody the same.

A model gives such a wave a mean with an error of its own, borrowed from the others; that stays and
is marked.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from eenzaam_stats.results.doubt import Doubt
from eenzaam_stats.trend.panel.rows import PanelRows
from eenzaam_stats.vocabulary import Flag

BoolArray = NDArray[np.bool_]
NOBODY = "nobody in the group has an answer"


def wave_doubts(rows: PanelRows, used: BoolArray, out: BoolArray) -> tuple[Doubt, ...]:
    """Doubt of every wave, as the means and shares of the wave alone would have.

    Parameters
    ----------
    rows : PanelRows
        The whole panel.
    used : ndarray of bool, shape (n,)
        Rows in the model.
    out : ndarray of bool, shape (n,)
        Rows left out on purpose: a wave of these only is not doubted.

    Returns
    -------
    tuple of Doubt
        One per wave, in order.
    """
    return tuple(
        _doubt(rows, used & (rows.wave == at), asked=bool((~out & (rows.wave == at)).any()))
        for at in range(len(rows.labels))
    )


def _doubt(rows: PanelRows, inside: BoolArray, *, asked: bool) -> Doubt:
    y = rows.y[inside]
    if not len(y):
        return Doubt(Flag.UNCERTAIN, NOBODY, no_error=True) if asked else Doubt()
    pairs = np.unique(np.stack([rows.stratum[inside], rows.unit[inside]]), axis=1)
    df = pairs.shape[1] - len(np.unique(pairs[0]))
    binary = bool(np.isin(rows.y[rows.answered], (0.0, 1.0)).all())
    same = y[0] if np.ptp(y) == 0.0 else np.nan
    findings = (
        (binary and same == 0.0, "nobody who answered has the outcome"),
        (binary and same == 1.0, "everybody who answered has the outcome"),
        (not binary and not np.isnan(same), "everybody who answered gave the same answer"),
        (df <= 0, "no degrees of freedom"),
    )
    reason = "; ".join(words for there, words in findings if there)
    return Doubt(Flag.UNCERTAIN, reason, no_error=True) if reason else Doubt()
