"""With every digit and the sums of weights, whole numbers are found; rounded they are not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import PROFILES, suppress
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

DIGITS = replace(PROFILES["strict10"], name="digits", decimals=None)


def _survey(seed):
    """Regions with one weight each, as after calibration to the population of the regions."""
    rng = np.random.default_rng(seed)
    n = rng.integers(60, 140, 6)
    severe = [*rng.integers(4, 10, 2), *rng.integers(14, 40, 4)]
    region = np.repeat([f"r{at}" for at in range(6)], n)
    yes = np.concatenate([np.arange(k) < s for k, s in zip(n, severe, strict=True)])
    other = np.concatenate([np.arange(k) < s + 12 for k, s in zip(n, severe, strict=True)])
    frame = pd.DataFrame(
        {
            "region": region,
            "severe": yes.astype(int),
            "lonely": other.astype(int),
            "weight": np.repeat(rng.uniform(50, 400, 6), n),
        }
    )
    report = HarmonisationReport("made_up", "2022", "a.sav", "synthetic", "18+", len(n), len(n))
    return Survey(frame, Design(weight="weight"), report)


def _released(survey, profile):
    return suppress(
        [
            es.prevalence(survey, one, by=by)
            for one in ("severe", "lonely")
            for by in ("region", ())
        ],
        profile,
    )


def _solutions(tables):
    """Whole numbers of two hidden regions that agree with the weighted share of everyone."""
    severe, (everyone,), lonely = tables[0].rows, tables[1].rows, tables[2].rows
    hidden = [at for at, row in enumerate(severe) if row.flag is Flag.SUPPRESSED]
    if len(hidden) != 2 or any(lonely[at].flag is Flag.SUPPRESSED for at in hidden):
        return None
    weight = [row.weight_sum / row.n_valid for row in lonely]
    rest = everyone.n_outcome - sum(row.n_outcome or 0 for row in severe)
    known = sum(r.n_outcome * w for r, w in zip(severe, weight, strict=True) if r.n_outcome)
    first, second = (weight[at] for at in hidden)
    total = everyone.estimate * everyone.weight_sum
    return [
        one
        for one in range(rest + 1)
        if abs(known + one * first + (rest - one) * second - total) < 1e-6 * total
    ]


def test_every_digit_gives_whole_numbers_away_and_a_release_does_not_print_them():
    found = asked = 0
    for seed in range(30):
        survey = _survey(seed)
        solutions = _solutions(_released(survey, DIGITS))
        if solutions is not None:
            asked += 1
            found += len(solutions) == 1
        for table in _released(survey, PROFILES["strict10"]):
            for row in table.rows:
                assert math.isnan(row.weight_sum)
                assert math.isnan(row.largest_weight_share)
                for value in (row.estimate, row.std_error, row.conf_low, row.conf_high):
                    assert math.isnan(value) or round(value, 3) == value
    assert asked > 5
    assert found == asked  # the attack works where nothing is rounded


@pytest.mark.parametrize(
    ("verb", "value"),
    [
        (lambda s: es.total(s, "lonely"), 3),
        (lambda s: es.mean(s, "number"), 3),
        (lambda s: es.prevalence(s, "lonely"), None),
    ],
)
def test_other_numbers_leave_with_significant_digits(verb, value):
    survey = _survey(1)
    survey = replace(
        survey, respondents=survey.respondents.assign(number=np.arange(len(survey.respondents)))
    )
    made = verb(survey)
    (row,), (whole,) = suppress(made).rows, made.rows
    assert row.estimate != whole.estimate
    assert math.isclose(row.estimate, whole.estimate, rel_tol=5e-3)
    if value:
        assert float(f"{row.estimate:.{value - 1}e}") == row.estimate
    assert row.n_valid == whole.n_valid


def test_rounding_twice_is_rounding_once():
    tables = _released(_survey(2), PROFILES["strict10"])
    assert [t.rows for t in suppress(list(tables))] == [t.rows for t in tables]


def test_the_solver_prints_nothing(capfd):
    _released(_survey(2), PROFILES["strict10"])
    assert capfd.readouterr().out == ""
