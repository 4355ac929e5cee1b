"""Replicate weights in columns: what is refused in which words, and groups that a replicate lacks.

Their standard errors are compared with R in ``test_vs_design_references``.
"""

from __future__ import annotations

import math

import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.errors import DesignError, UnknownColumnError
from eenzaam_stats.vocabulary import Flag

FRAME = pd.DataFrame(
    {
        "w": 1.0,
        "lonely": [1, 0, 1, 0],
        "region": list("aabb"),
        "r1": [1.0, 2.0, 0.0, 1.0],
        "r2": [0.0, 1.0, 1.0, 2.0],
        "r10": [2.0, 0.0, 1.0, 1.0],
    }
)


def estimated(make_survey, frame=FRAME, columns=("r1", "r2"), method="BRR", by=(), **changes):
    replicates = ReplicateWeights(tuple(columns), method, **changes)
    survey = make_survey(frame, weight="w", replicates=replicates)
    return es.prevalence(survey, "lonely", by=by)


def test_variance_is_the_mean_square_of_the_replicates(make_survey):
    # shares 1/4 in both columns; about their mean 0, about the estimate (1/2 - 1/4)^2
    assert estimated(make_survey).rows[0].std_error == 0.0
    row = estimated(make_survey, centre="estimate").rows[0]
    assert row.std_error == pytest.approx(0.25)
    # the two columns are independent: rank 2 minus 1
    assert row.df == 1
    assert "replicate weights (BRR)" in estimated(make_survey).footnote.method


def test_columns_are_named_in_full(make_survey):
    # r1 must not bring r10 along: with shares 1/4 and 3/4 the error would be another
    rows = estimated(make_survey, columns=("r1", "r10"), centre="estimate").rows
    assert rows[0].std_error == pytest.approx(0.25)
    (alone,) = estimated(make_survey, columns=("r1",), centre="estimate").rows
    assert alone.std_error == pytest.approx(0.25)
    assert alone.df == 0
    assert alone.flag is Flag.UNCERTAIN


def test_degrees_of_freedom_of_the_owner_are_taken_as_given(make_survey):
    row = estimated(make_survey, centre="estimate", df=17).rows[0]
    assert row.df == 17
    assert row.conf_low < 0.5 < row.conf_high


def test_group_without_weight_in_a_replicate_has_no_error_and_a_flag(make_survey):
    frame = FRAME.assign(r1=[1.0, 2.0, 0.0, 0.0])
    a, b = estimated(make_survey, frame, by="region").rows
    assert (a.flag, a.std_error > 0) == (Flag.RELIABLE, True)
    assert b.estimate == 0.5
    assert math.isnan(b.std_error)
    assert math.isnan(b.conf_low)
    assert (b.flag, b.df) == (Flag.UNCERTAIN, 0)
    assert b.reason == "no variance could be estimated; no degrees of freedom"


def test_other_weights_than_those_of_the_design_leave_the_replicates_alone(make_survey):
    replicates = ReplicateWeights(("r1", "r2"), "BRR")
    survey = make_survey(FRAME.assign(own=1.0), weight="w", replicates=replicates)
    found = es.prevalence(survey, "lonely", weights="own")
    assert "Taylor linearisation" in found.footnote.method
    assert found.rows[0].std_error > 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"columns": ()}, r"needs at least one column, and the design names none"),
        ({"method": "JKn"}, r"by JKn needs one rscale per column, .* Give the design rscales"),
        (
            {"method": "JKn", "rscales": (0.5,)},
            r"needs one rscale per column, and got 1 for 2 column\(s\)\. Give as many",
        ),
        ({"method": "Fay", "rho": 1.0}, r"rho, the factor of Fay, from 0 .* design has 1\.0\."),
        ({"method": "Fay", "rho": -0.3}, r"rho, the factor of Fay, .* design has -0\.3\."),
    ],
)
def test_design_that_does_not_fit_is_refused(make_survey, changes, message):
    with pytest.raises(DesignError, match=message):
        estimated(make_survey, **changes)


@pytest.mark.parametrize("wrong", [-1.0, math.nan, math.inf])
def test_impossible_replicate_weight_names_column_count_and_first_row(make_survey, wrong):
    frame = FRAME.assign(r2=[0.0, wrong, wrong, 2.0])
    with pytest.raises(
        DesignError,
        match=r"finite weights of at least 0, and column 'r2' has 2 row\(s\) .* \(first in row 2\)",
    ):
        estimated(make_survey, frame)


def test_replicate_weight_of_text_is_refused(make_survey):
    with pytest.raises(DesignError, match=r"needs numbers as weights, and column 'r1' holds Str"):
        estimated(make_survey, FRAME.assign(r1=list("1201")))


def test_replicate_column_that_is_absent_is_named(make_survey):
    with pytest.raises(UnknownColumnError, match=r"replicate weights needs column\(s\) \['r3'\]"):
        estimated(make_survey, columns=("r1", "r3"))


def test_cells_cannot_stand_in_for_rows(make_survey):
    replicates = ReplicateWeights(("r1", "r2"), "BRR")
    cells = es.cells(make_survey(FRAME, weight="w", replicates=replicates), "lonely")
    with pytest.raises(DesignError, match=r"replicate weights needs the respondents .* got cells"):
        es.prevalence(cells, "lonely")
