"""Loneliness scales: the engine that scores them and the scales as values."""

from __future__ import annotations

from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.instrument import Item, Scale
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3, ucla3_with_threshold

__all__ = [
    "DIRECT",
    "DJG6",
    "DJG11",
    "UCLA3",
    "Item",
    "Scale",
    "check_direction",
    "score",
    "score_polytomous",
    "ucla3_with_threshold",
]
