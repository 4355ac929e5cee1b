"""The arithmetic on arrays, by pencil: what no frame, label or instrument takes part in."""

from __future__ import annotations

import numpy as np
import pytest

from eenzaam_stats.numerics.scales.summated_scale import class_codes, item_points, summated_scores

POINTS = np.array([[1, 1, 1, 1], [0, 2, 2, 0], [3, 3, 3, 3]], dtype=np.int8)
ANSWERED = np.array(
    [[True, False, True, False], [True, True, True, False], [True, True, False, False]]
)


def test_points_of_a_missing_answer_are_zero_also_when_the_last_answer_earns_points():
    codes = np.array([[0, 1, -1], [-1, 1, 0]], dtype=np.int8)
    table = np.array([[0, 5], [7, 9]], dtype=np.int8)

    assert item_points(codes, table).tolist() == [[0, 5, 0], [0, 9, 7]]


def test_sums_follow_the_tolerance():
    scores = summated_scores(POINTS, ANSWERED, blocks=[[0, 1], [2]], allowed_missing=1)

    # People: complete 1+0+3; item 1 missing 2+3; item 3 missing 1+2; nothing answered.
    assert scores.total.tolist() == [4, 5, 3, 0]
    assert scores.total_valid.tolist() == [True, True, True, False]
    assert scores.n_missing.tolist() == [0, 1, 1, 3]
    assert scores.block_scores.tolist() == [[1, 0, 3, 0], [3, 3, 0, 0]]
    assert scores.block_valid.tolist() == [[True, False, True, False], [True, True, False, False]]


def test_no_tolerance_needs_every_item():
    scores = summated_scores(POINTS, ANSWERED, blocks=[], allowed_missing=0)

    assert scores.total_valid.tolist() == [True, False, False, False]
    assert scores.block_scores.shape == (0, 4)


def test_a_large_scale_does_not_overflow_small_integers():
    points = np.full((200, 2), 4, dtype=np.int8)

    scores = summated_scores(points, points > 0, blocks=[range(200)], allowed_missing=0)

    assert scores.total.tolist() == [800, 800]
    assert scores.block_scores.tolist() == [[800, 800]]


def test_results_cannot_be_changed_in_place():
    scores = summated_scores(POINTS, ANSWERED, blocks=[[0]], allowed_missing=1)

    with pytest.raises(ValueError, match="read-only"):
        scores.total[0] = 99


def test_arguments_are_not_changed():
    points, answered = POINTS.copy(), ANSWERED.copy()

    summated_scores(points, answered, blocks=[[0, 1]], allowed_missing=1)

    assert points.flags.writeable
    assert (points == POINTS).all()
    assert (answered == ANSWERED).all()


def test_classes_start_at_their_lowest_score():
    totals = np.arange(12)

    classes = class_codes(totals, np.ones(12, dtype=bool), lowest=[0, 3, 9, 11])

    assert classes.tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 3]


def test_classes_of_missing_scores_are_missing():
    classes = class_codes(np.array([0, 5]), np.array([False, True]), lowest=[0, 3])

    assert classes.tolist() == [-1, 1]
