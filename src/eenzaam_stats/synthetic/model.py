"""The items of the synthetic monitor as an item-response model, solved per cell.

The items are constants with their source; the cells get a mean and spread that give exactly the
prevalences asked for. No file, no frame, no randomness.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.numerics.scales.item_response import ItemModel, solve_cell, total_distribution
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.synthetic.cells import THRESHOLDS

# Items 1..11. Order of the difficulties, distance to the extreme answer and order of the slopes
# follow the item shares, means and scalability of van Tilburg (2021), The Gerontologist, Table 1
# (LASA 2019); the rows of items 6, 9 and 10 were not read and lie midway. A model, not estimates.
_SLOPE = (1.7, 2.0, 2.3, 2.0, 2.3, 2.0, 2.2, 1.95, 2.0, 2.0, 1.9)
_DIFFICULTY = (0.17, -0.11, 0.12, 0.25, 0.0, -0.10, -0.47, -0.11, 0.05, 0.20, 0.05)
_TO_EXTREME = (1.5, 0.9, 1.3, 2.2, 1.25, 1.35, 1.6, 1.9, 1.35, 1.35, 1.65)
_CORRELATION = 0.7
BLOCKS = tuple(subscale.name for subscale in DJG11.subscales)

# Share of single answers that is absent, by kind, independent of everything.
DECLARED_MISSING = 0.02
SYSTEM_MISSING = 0.001
ITEM_MISSING = DECLARED_MISSING + SYSTEM_MISSING


def eleven_items() -> ItemModel:
    """Model of the eleven items, in the order of the manual."""
    difficulty = np.array(_DIFFICULTY)
    return ItemModel(
        discrimination=np.array(_SLOPE),
        difficulty=difficulty,
        extreme=difficulty + np.array(_TO_EXTREME),
        dimension=np.array([BLOCKS.index(item.subscale) for item in DJG11.items]),
        correlation=_CORRELATION,
    )


@dataclass(frozen=True, slots=True, eq=False)
class SolvedCells:
    """Latent distribution per cell and the prevalences that it gives.

    Attributes
    ----------
    mean, spread : ndarray of float, shape (cells,)
        Of both latent dimensions.
    expected : mapping of str to ndarray of float, shape (cells,)
        Prevalence by outcome among people with a valid total, 0-1, recomputed from the model.
    """

    mean: FloatArray
    spread: FloatArray
    expected: Mapping[str, FloatArray]


def solve_cells(model: ItemModel, targets: Mapping[str, FloatArray]) -> SolvedCells:
    """Solve every cell for its two targets, given that some answers will be missing.

    A total tolerates one missing answer and counts it 0, which lowers the prevalence a little; the
    cells are solved for the prevalence after that, so that the file as scored meets the targets.
    """
    low, high = (targets[outcome] for outcome in THRESHOLDS)
    at_least = tuple(THRESHOLDS.values())
    solved = np.array(
        [
            solve_cell(
                model,
                targets=(float(lonely), float(severe)),
                thresholds=(at_least[0], at_least[1]),
                missing=ITEM_MISSING,
            )
            for lonely, severe in zip(low, high, strict=True)
        ]
    )
    totals = [
        total_distribution(model, mean=mean, spread=spread, missing=ITEM_MISSING)
        for mean, spread in solved
    ]
    expected = {
        outcome: np.array([total[threshold:].sum() for total in totals])
        for outcome, threshold in THRESHOLDS.items()
    }
    return SolvedCells(solved[:, 0], solved[:, 1], expected)
