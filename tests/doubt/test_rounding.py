"""An error that is what rounding leaves of a sum is no error, whatever the statistic and the way.

Each group below has no variance by hand: one cluster, or clusters that are all alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats import estimation
from eenzaam_stats.design import Design, ReplicateWeights
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

SIZES = (1e-9, 1.0, 1e9)


def _survey(frame: pd.DataFrame, **design: Any) -> Survey:
    report = HarmonisationReport(
        "made_up", "2022", "a.csv", "synthetic", "adults", len(frame), len(frame)
    )
    return Survey(frame, Design("w", **design), report)


def people(size: float) -> pd.DataFrame:
    """Two strata of four clusters of six; one cluster is a group of its own."""
    rng = np.random.default_rng(3)
    rows = [
        (h, f"{h}{c}", "one" if (h, c) == ("B", 3) else "rest", rng.uniform(0.5, 2) * size)
        for h in "AB"
        for c in range(4)
        for _ in range(6)
    ]
    frame = pd.DataFrame(rows, columns=["h", "c", "g", "w"])
    frame["y"] = (rng.random(len(frame)) < 0.4).astype(float)
    frame.loc[frame["g"] == "one", "y"] = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    frame["score"] = 0.1 * rng.integers(0, 12, len(frame))
    frame["base"] = 0.3 + frame["y"]
    frame["category"] = np.where(frame["y"] > 0, "yes", "no")
    return frame


def _clustered(size: float) -> Survey:
    return _survey(people(size), stratum="h", cluster="c")


def _replicated(size: float) -> Survey:
    """Jackknife weights in columns: in each, one cluster is left out."""
    frame = people(size)
    names = []
    for number, cluster in enumerate(sorted(frame["c"].unique())):
        names.append(f"r{number}")
        same = frame["h"] == cluster[0]
        frame[names[-1]] = frame["w"] * np.where(
            frame["c"] == cluster, 0.0, np.where(same, 4 / 3, 1)
        )
    # leaving out the only cluster of a group leaves no group
    names = [name for name in names if frame.loc[frame["g"] == "one", name].sum() > 0]
    weights = ReplicateWeights(tuple(names), "JKn", rscales=(0.75,) * len(names))
    return _survey(frame, replicates=weights)


QUANTITIES: dict[str, Callable[..., Any]] = {
    "prevalence": lambda survey, **more: es.prevalence(survey, "y", by="g", **more),
    "mean": lambda survey, **more: es.mean(survey, "score", by="g", **more),
    "ratio": lambda survey, **more: es.ratio(survey, "score", "base", by="g", **more),
}
WAYS: dict[str, tuple[Callable[[float], Survey], dict[str, Any]]] = {
    "clusters": (_clustered, {}),
    "jackknife of clusters": (_clustered, {"replication": estimation.Jackknife()}),
    "replicate weights": (_replicated, {}),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("quantity", QUANTITIES)
def test_group_in_one_cluster_has_no_variance(quantity: str, way: str, size: float) -> None:
    make, more = WAYS[way]
    rows = {row.group[0]: row for row in QUANTITIES[quantity](make(size), **more).rows}
    one = rows["one"]
    assert one.std_error == 0.0 or math.isnan(one.std_error)
    assert one.flag is Flag.UNCERTAIN
    assert "no variance" in one.reason
    for value in (one.deff, one.deff_wor, one.n_effective, one.conf_low, one.conf_high):
        assert math.isnan(value)
    if quantity != "ratio":
        assert rows["rest"].deff > 0.1
    assert rows["rest"].flag is Flag.RELIABLE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "verb",
    [
        lambda survey: es.total(survey, "same", by="h"),
        lambda survey: es.total(survey, "same", by="h", of="number"),
        lambda survey: es.mean(survey, "same", by="h"),
        lambda survey: es.ratio(survey, "same", "third", by="h"),
        lambda survey: es.distribution(survey, "word", by="h"),
    ],
    ids=["people", "total", "mean", "ratio", "distribution"],
)
def test_clusters_that_are_alike_have_no_variance(verb: Callable[..., Any], size: float) -> None:
    # weights 0.1, 0.2, 0.3 and outcomes 1, 0, 1 in every cluster: all cluster sums are equal
    frame = pd.DataFrame(
        [
            (h, f"{h}{c}", w * size, y)
            for h in "AB"
            for c in range(7)
            for w, y in ((0.1, 1.0), (0.2, 0.0), (0.3, 1.0))
        ],
        columns=["h", "c", "w", "same"],
    )
    frame["third"], frame["word"] = (
        frame["same"] / 3.0 + 0.1,
        frame["same"].map({0.0: "n", 1.0: "y"}),
    )
    for row in verb(_survey(frame, stratum="h", cluster="c")).rows:
        assert (row.std_error, row.df) == (0.0, 6)
        assert row.reason == "no variance within the strata"
        assert math.isnan(row.deff)
        assert math.isnan(row.conf_low)


def test_difference_of_groups_that_are_alike_has_no_test() -> None:
    frame = pd.DataFrame(
        [
            (g, f"{c}", w, y)
            for c in range(7)
            for g in "AB"
            for w, y in ((0.1, 1.0), (0.2, 0.0), (0.3, 1.0))
        ],
        columns=["g", "c", "w", "y"],
    )
    (row,) = es.compare(_survey(frame, cluster="c"), "y", by="g").rows
    assert (row.std_error, row.flag) == (0.0, Flag.UNCERTAIN)
    assert math.isnan(row.p_value)


@pytest.mark.parametrize(("level", "step"), [(0.0, 1.0), (1e3, 1.0), (1e5, 1.0), (1e6, 10.0)])
def test_small_variation_of_large_numbers_is_not_taken_for_rounding(level, step) -> None:
    y = level + step * (np.arange(400) % 2)
    w = np.random.default_rng(1).uniform(0.5, 2, 400)
    (row,) = es.mean(_survey(pd.DataFrame({"y": y, "w": w})), "y").rows
    z = w * (y - (w * y).sum() / w.sum()) / w.sum()
    assert row.std_error == pytest.approx(math.sqrt(400 / 399 * (z**2).sum()), rel=1e-4)
    assert row.flag is Flag.RELIABLE


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("method", ["post_stratify", "rake", "linear"])
def test_margin_of_a_calibration_has_no_error_alone_and_in_a_difference(method, size) -> None:
    moved = _with_margin(size, method)
    rows = es.prevalence(moved, "is_a", by="g").rows
    assert [row.std_error for row in rows] == [0.0, 0.0]
    (row,) = es.compare(moved, "is_a", by="g").rows
    assert row.std_error == 0.0
    assert math.isnan(row.p_value)
    assert math.isnan(row.conf_low)


def _with_margin(size: float, method: str) -> Survey:
    """Calibrated to the very cells that are compared."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({"g": ["x", "y"] * 60, "m": rng.choice(["a", "b"], 120)})
    frame["w"] = rng.uniform(0.5, 2.0, 120) * size
    frame["cell"] = frame["g"] + frame["m"]
    margin = {"xa": 250.0 * size, "xb": 150.0 * size, "ya": 120.0 * size, "yb": 330.0 * size}
    survey = es.calibrate(_survey(frame), {"cell": margin}, method=method)
    is_a = (survey.respondents["m"] == "a").astype(float)
    return Survey(survey.respondents.assign(is_a=is_a), survey.design, survey.report)
