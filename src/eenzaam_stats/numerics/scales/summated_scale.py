"""Sums of scored items with a limit on missing answers: the arithmetic of every summated scale.

Arrays only. Which answers score, which items form a block and how many may be missing are
arguments; the knowledge of an instrument, of frames and of labels may not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MISSING = -1


@dataclass(frozen=True, slots=True, eq=False)
class SummatedScores:
    """Sums over all items and over blocks of items.

    Attributes
    ----------
    total : (rows,) int64
        Sum over the answered items; 0 where ``total_valid`` is false.
    total_valid : (rows,) bool
        Whether few enough items are missing for a total.
    block_scores : (blocks, rows) int64
        Sum per block; 0 where ``block_valid`` is false.
    block_valid : (blocks, rows) bool
        Whether every item of the block is answered.
    n_missing : (rows,) int64
        Items without an answer, over all items.
    """

    total: NDArray[np.int64]
    total_valid: NDArray[np.bool_]
    block_scores: NDArray[np.int64]
    block_valid: NDArray[np.bool_]
    n_missing: NDArray[np.int64]

    def __post_init__(self) -> None:
        for array in (
            self.total,
            self.total_valid,
            self.block_scores,
            self.block_valid,
            self.n_missing,
        ):
            array.setflags(write=False)


def item_points(codes: NDArray[np.int8], table: NDArray[np.int8]) -> NDArray[np.int8]:
    """Points that each answer earns; a missing answer earns none.

    Parameters
    ----------
    codes : (items, rows) int8
        Position of the answer in the answer set, or -1 where the answer is missing.
    table : (items, answers) int8
        Points of each answer to each item.

    Returns
    -------
    (items, rows) int8
        Points, 0 where the answer is missing.

    Examples
    --------
    >>> codes = np.array([[0, 2, -1]], dtype=np.int8)
    >>> item_points(codes, np.array([[0, 1, 1]], dtype=np.int8)).tolist()
    [[0, 1, 0]]
    """
    # Code -1 reads the column that is added at the end: a missing answer earns 0 by position, and
    # no branch can forget it.
    with_missing = np.pad(table, ((0, 0), (0, 1)))
    points = np.empty(codes.shape, dtype=np.int8)
    for item, row in enumerate(with_missing):
        points[item] = row[codes[item]]
    return points


def summated_scores(
    points: NDArray[np.int8],
    answered: NDArray[np.bool_],
    *,
    blocks: Sequence[Sequence[int]],
    allowed_missing: int,
) -> SummatedScores:
    r"""Sums over all items and per block, under a limit on missing answers.

    Parameters
    ----------
    points : (items, rows) int8
        Points per item, from 0 up; what stands where ``answered`` is false is not used.
    answered : (items, rows) bool
        Whether the person answered the item.
    blocks : sequence of sequences of int
        Row numbers (from 0) of the items of each block.
    allowed_missing : int
        Missing items, over all items together, that the total tolerates.

    Returns
    -------
    SummatedScores
        Total, blocks, their validity and the number of missing items.

    Notes
    -----
    :math:`T = \sum_i a_i x_i`, valid when :math:`\sum_i (1 - a_i) \le m`, with :math:`a_i`
    answered, :math:`x_i` the points and :math:`m` the tolerance. A block has no tolerance.

    **Unit.** Points.

    **Missing data.** A tolerated missing item counts 0; nothing is imputed or prorated. The total
    is valid or not by its own count, also when a block is not.

    **Validated against.** A plain re-implementation over every answer and missing pattern of six
    items, in ``tests/scoring/test_exhaustive.py``.

    Examples
    --------
    >>> points = np.array([[1, 1], [0, 0], [1, 1]], dtype=np.int8)
    >>> answered = np.array([[True, False], [True, True], [True, True]])
    >>> scores = summated_scores(points, answered, blocks=[[0, 1], [2]], allowed_missing=1)
    >>> scores.total.tolist(), scores.total_valid.tolist()
    ([2, 1], [True, True])
    >>> scores.block_valid.tolist()
    [[True, False], [True, True]]
    """
    counted = np.where(answered, points, np.int8(0))
    n_missing = np.asarray(np.sum(~answered, axis=0, dtype=np.int64))
    total_valid = np.asarray(n_missing <= allowed_missing)
    total = np.where(total_valid, counted.sum(axis=0, dtype=np.int64), 0)
    rows = points.shape[1]
    block_scores = np.zeros((len(blocks), rows), dtype=np.int64)
    block_valid = np.zeros((len(blocks), rows), dtype=np.bool_)
    for number, block in enumerate(blocks):
        members = list(block)
        block_valid[number] = answered[members].all(axis=0)
        sums = counted[members].sum(axis=0, dtype=np.int64)
        block_scores[number] = np.where(block_valid[number], sums, 0)
    return SummatedScores(total, total_valid, block_scores, block_valid, n_missing)


def class_codes(
    scores: NDArray[np.int64], valid: NDArray[np.bool_], *, lowest: Sequence[int]
) -> NDArray[np.int8]:
    """Class of each score, for classes given by their lowest score.

    Parameters
    ----------
    scores : (rows,) int64
        Scores.
    valid : (rows,) bool
        Whether the score is there.
    lowest : sequence of int
        Lowest score of each class, ascending; the first is the lowest possible score.

    Returns
    -------
    (rows,) int8
        Position of the class, or -1 where the score is not there.

    Examples
    --------
    >>> class_codes(np.array([2, 3, 11, 0]), np.array([True, True, True, False]),
    ...             lowest=[0, 3, 9, 11]).tolist()
    [0, 1, 3, -1]
    """
    classes = np.searchsorted(np.asarray(lowest), scores, side="right") - 1
    return np.where(valid, classes, MISSING).astype(np.int8)
