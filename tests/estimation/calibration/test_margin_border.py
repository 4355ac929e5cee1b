"""Raking to margins on, near and beyond the border that cells without respondents draw."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.numerics.survey.auxiliaries import auxiliaries
from eenzaam_stats.numerics.survey.calibration import rake, refine
from eenzaam_stats.numerics.survey.margin_border import margin_border
from estimation.conftest import SurveyMaker

# nobody is in a with x: to give both half of the population, nobody of b may be in y
PEOPLE = pd.DataFrame(
    {"r": ["a"] * 10 + ["b"] * 20, "s": ["y"] * 10 + ["x"] * 8 + ["y"] * 12, "w": 1.0}
)


def margins(x: float) -> dict[str, dict[str, float]]:
    return {"r": {"a": 50, "b": 50}, "s": {"x": x, "y": 100 - x}}


@pytest.mark.parametrize(
    "how",
    [
        {"method": "rake"},
        {"method": "rake", "trim": (0.1, 10.0)},
        {"method": "linear"},
        {"method": "logit", "bounds": (0.1, 10.0)},
        {"method": "linear", "bounds": (0.1, 10.0)},
    ],
)
def test_margins_on_the_border_name_it(how: dict[str, Any], make_survey: SurveyMaker) -> None:
    said = (
        r"at the border of an empty cell: .* the 12 respondent\(s\) in \[r 'b' with s 'y'\] get "
        r"weight 0 or next to it, since nobody is in \[r 'a' with s 'x'\]. Merge categories"
    )
    with pytest.raises(ConvergenceError, match=said):
        es.calibrate(make_survey(PEOPLE, weight="w"), margins(50), **how)


def test_raking_next_to_the_border_names_it_too(make_survey: SurveyMaker) -> None:
    with pytest.raises(ConvergenceError, match="at the border of an empty cell"):
        es.calibrate(make_survey(PEOPLE, weight="w"), margins(50.0 - 1e-9))


@pytest.mark.parametrize("x", [50.1, 60, 90])
def test_margins_beyond_the_border_say_so(x: float, make_survey: SurveyMaker) -> None:
    said = r"No weights meet these margins together, since nobody is in \[r 'a' with s 'x'\]"
    with pytest.raises(ConvergenceError, match=said):
        es.calibrate(make_survey(PEOPLE, weight="w"), margins(x))


@pytest.mark.parametrize("x", [49.0, 49.9, 49.99, 49.999, 49.9999])
def test_margins_near_the_border_are_met(x: float, make_survey: SurveyMaker) -> None:
    moved = es.calibrate(make_survey(PEOPLE, weight="w"), margins(x)).respondents
    cells = moved.groupby(["r", "s"])["weight_calibrated"].sum()
    # the only table with these margins, by subtraction
    expected = {("a", "y"): 50.0, ("b", "x"): x, ("b", "y"): 50.0 - x}
    assert cells.to_dict() == pytest.approx(expected, rel=1e-6)
    assert (moved["weight_calibrated"] > 0).all()


def test_three_margins_near_a_border_keep_the_odds_of_the_base_weights() -> None:
    """Raking multiplies rows, columns and layers, so ratios of ratios within them stay."""
    rng = np.random.default_rng(2)
    cells = [(r, s, u) for r, s, u in product(range(3), range(3), range(2)) if (r, s) != (0, 0)]
    codes = np.array([cell for cell in cells for _ in range(4)])
    base = rng.uniform(1, 3, len(codes))
    made = auxiliaries(list(codes.T), [3, 3, 2])
    totals = np.array([50.0, 30.0, 20.0, 49.99, 30.01, 20.0, 40.0, 60.0])
    slow = rake(base, made, totals)
    found = refine(slow, made, totals)
    assert not slow.has_converged
    assert found.has_converged
    assert made.totals(found.weights) == pytest.approx(totals, rel=1e-11)
    factor = {tuple(cell): g for cell, g in zip(codes.tolist(), found.weights / base, strict=True)}
    for s, u in product((0, 2), (0,)):
        one = factor[1, s, u] / factor[1, s, 1]
        two = factor[2, 1, u] / factor[2, 1, 1]
        assert one == pytest.approx(two, rel=1e-9)
    assert factor[1, 1, 0] / factor[1, 2, 0] == pytest.approx(
        factor[2, 1, 1] / factor[2, 2, 1], rel=1e-9
    )


def test_many_rounds_of_raking_come_to_the_same_weights() -> None:
    made = auxiliaries([np.array([0, 1, 1]), np.array([1, 0, 1])], [2, 2])
    totals = np.array([4.99, 5.01, 5.0, 5.0])
    patient = rake(np.ones(3), made, totals, max_rounds=200_000)
    assert patient.has_converged
    fast = refine(rake(np.ones(3), made, totals), made, totals)
    assert fast.weights == pytest.approx(patient.weights, rel=1e-8)


def test_an_ordinary_failure_keeps_its_words(make_survey: SurveyMaker) -> None:
    with pytest.raises(ConvergenceError, match=r"Widen|limits"):
        es.calibrate(
            make_survey(PEOPLE, weight="w"), margins(30), method="logit", bounds=(0.9, 1.1)
        )


def test_who_is_outside_the_calibration_and_numbers_are_not_looked_at() -> None:
    codes = [np.array([0, 1, 1, -1]), np.array([1, 0, 1, 0])]
    totals = np.array([5.0, 5.0, 5.0, 5.0])
    alone = margin_border(auxiliaries(codes, [2, 2]), totals)
    numbers = np.array([[1.0], [2.0], [3.0], [4.0]])
    beside = margin_border(auxiliaries(codes, [2, 2], numeric=numbers), np.append(totals, 7.0))
    assert alone == beside
    assert alone is not None
    assert (alone.zero, alone.empty) == (((1, 3),), ((0, 2),))
    assert margin_border(auxiliaries([], [], numeric=numbers), np.array([7.0])) is None
