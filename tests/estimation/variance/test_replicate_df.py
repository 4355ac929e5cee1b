"""Degrees of freedom under replicate weights: of each group, each union of groups, in every verb.

R: ``degf(subset(design, ...))``; for the file of twelve in sixty it is 11.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import ReplicateWeights
from eenzaam_stats.estimation.distribution import distribution
from eenzaam_stats.estimation.linear_trend import linear_trend
from eenzaam_stats.estimation.quantities import ratio
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.numerics.survey.replicate_rank import replicate_ranks
from eenzaam_stats.survey import Survey
from estimation.conftest import SurveyMaker

COLUMNS = tuple(f"w{b}" for b in range(1, 51))


@pytest.fixture
def sixty() -> pd.DataFrame:
    """Sixty respondents in groups of 44, 12 and 4, with 50 bootstrap weights."""
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(
        {
            "y": rng.integers(0, 2, 60),
            "score": rng.normal(5, 2, 60),
            "g": ["a"] * 44 + ["b"] * 12 + ["c"] * 4,
            "turn": [1] * 44 + [2] * 12 + [3] * 4,
            "w": rng.uniform(1, 3, 60),
        }
    )
    draws = rng.multinomial(60, np.full(60, 1 / 60), size=50)
    weights = {name: frame["w"] * draws[at] for at, name in enumerate(COLUMNS)}
    return frame.assign(**weights)


@pytest.fixture
def survey(sixty: pd.DataFrame, make_survey: SurveyMaker) -> Survey:
    replicates = ReplicateWeights(COLUMNS, "bootstrap")
    return make_survey(sixty, weight="w", replicates=replicates)


def by_hand(frame: pd.DataFrame, groups: str) -> int:
    """Rank of the weights of the rows, minus 1."""
    own = frame.loc[frame["g"].isin(list(groups)), list(COLUMNS)].to_numpy()
    return int(np.linalg.matrix_rank(own)) - 1


def test_every_verb_has_the_df_of_its_groups(survey: Survey, sixty: pd.DataFrame) -> None:
    wanted = {name: by_hand(sixty, name) for name in ("a", "b", "c", "ab", "bc", "abc")}
    assert (wanted["a"], wanted["b"], wanted["c"], wanted["abc"]) == (43, 11, 3, 49)
    tables: dict[str, Any] = {
        "prevalence": es.prevalence(survey, "y", by="g"),
        "mean": es.mean(survey, "score", by="g"),
        "total": es.total(survey, "y", by="g"),
        "ratio": ratio(survey, "y", "score", by="g"),
    }
    for table in tables.values():
        assert [row.df for row in table.rows] == [wanted["a"], wanted["b"], wanted["c"]]
    classes = distribution(survey, "y", by="g").rows
    assert [row.df for row in classes] == [43, 43, 11, 11, 3, 3]
    pairs = {(row.reference, row.group): row.df for row in es.compare(survey, "y", by="g").rows}
    assert pairs["a", "b"] == by_hand(sixty, "ab")
    assert pairs["b", "c"] == by_hand(sixty, "bc") == 15
    shares = Standard.of({"b": 1.0, "c": 1.0, "a": 0.0}, over="g")
    assert es.standardise(survey, "y", standard=shares).rows[0].df == 15
    # the middle one of three equally spaced waves has no part in the slope
    assert linear_trend(survey, "y", wave="turn").rows[0].df == by_hand(sixty, "ac")


def test_rows_without_an_answer_do_not_count(sixty: pd.DataFrame, make_survey: SurveyMaker) -> None:
    frame = sixty.assign(y=sixty["y"].astype("float"))
    frame.loc[44:49, "y"] = np.nan
    replicates = ReplicateWeights(COLUMNS, "bootstrap")
    rows = es.prevalence(make_survey(frame, weight="w", replicates=replicates), "y", by="g").rows
    assert (rows[1].n_valid, rows[1].n_missing, rows[1].df) == (6, 6, 5)


@pytest.mark.parametrize(("stated", "expected"), [(200, [43, 11, 3]), (8, [8, 8, 3])])
def test_stated_df_are_a_ceiling_for_groups(
    stated: int, expected: list[int], sixty: pd.DataFrame, make_survey: SurveyMaker
) -> None:
    replicates = ReplicateWeights(COLUMNS, "bootstrap", df=stated)
    survey = make_survey(sixty, weight="w", replicates=replicates)
    assert es.prevalence(survey, "y").rows[0].df == stated
    assert [row.df for row in es.prevalence(survey, "y", by="g").rows] == expected


@pytest.mark.parametrize("kind", ["persons", "clusters", "jackknife", "zeros", "duplicates"])
def test_ranks_equal_those_of_every_row(kind: str) -> None:
    """The quick way beside the rank of all rows of the group, in files larger than the shortcut."""
    rng = np.random.default_rng(5)
    n, r, groups = 900, 24, 7
    unit = rng.integers(0, 15, n)
    made = {
        "persons": lambda: rng.poisson(1, (n, r)).astype(float),
        "clusters": lambda: rng.poisson(1, (15, r))[unit].astype(float),
        "jackknife": lambda: np.where(unit[:, None] == np.arange(r), 0.0, 15 / 14),
        "zeros": lambda: rng.poisson(1, (n, r)) * (rng.random(n) < 0.05)[:, None].astype(float),
        "duplicates": lambda: np.repeat(rng.poisson(1, (n, r // 2)), 2, axis=1).astype(float),
    }[kind]()
    weights = made * rng.uniform(0.1, 50, n)[:, None]
    domain = np.sort(rng.integers(-1, groups, n))
    domain[domain == 3] = -1
    found = replicate_ranks(weights, domain, groups)
    assert found.whole == np.linalg.matrix_rank(weights)
    sets = [*np.eye(groups, dtype=bool), *(rng.random((20, groups)) < 0.4)]
    for member, rank in zip(sets, found.together(np.array(sets)), strict=True):
        own = weights[np.isin(domain, np.flatnonzero(member))]
        assert rank == (np.linalg.matrix_rank(own) if len(own) else 0)


def test_a_group_without_answers_has_none(sixty: pd.DataFrame, make_survey: SurveyMaker) -> None:
    frame = sixty.assign(y=sixty["y"].where(sixty["g"] != "c"))
    replicates = ReplicateWeights(COLUMNS, "bootstrap")
    row = es.prevalence(make_survey(frame, weight="w", replicates=replicates), "y", by="g").rows[2]
    assert (row.n_valid, row.df) == (0, 0)
    assert row.reason
