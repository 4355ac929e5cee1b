"""Means, totals and ratios of numbers far from 0, against exact rational arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import sqrt
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import eenzaam_stats as es
from eenzaam_stats.design import Design, ReplicateWeights
from eenzaam_stats.estimation.aggregates.columns import Outcome
from eenzaam_stats.estimation.standardise import standardise
from eenzaam_stats.estimation.variance.targets import Standard
from eenzaam_stats.estimation.variance.variance_method import Jackknife
from eenzaam_stats.survey import HarmonisationReport, Survey

# Answers carry 16 digits, so at an offset of 1e9 their own spread is known to some 1e-7 at best;
# the data below are exact in binary, so nearly all of it is the arithmetic. Observed 2e-9.
RTOL = 1e-7
OFFSETS = (0.0, 1e-9, 1e-3, 1.0, 1e3, 1e6, 1e9, -1e6)
ENGINES = {
    "pandas": lambda frame: frame,
    "polars": pl.from_pandas,
    "polars_lazy": lambda frame: pl.from_pandas(frame).lazy(),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "duckdb": duckdb.from_df,
}
Row = tuple[Fraction, Fraction, Fraction, int, int, int]


def people(offset: float, *, n: int = 24, seed: int = 1, weights: str = "unequal") -> pd.DataFrame:
    """Small sample: numbers around an offset, in three strata with clusters and two groups."""
    rng = np.random.default_rng(seed)
    stratum = np.repeat([1, 2, 3], -(-n // 3))[:n]
    return pd.DataFrame(
        {
            "y": offset + rng.integers(-8, 9, n) / 16.0,
            "x": 2.0 * offset + 4.0 + rng.integers(-8, 9, n) / 16.0,
            "w": rng.integers(1, 9, n) / 4.0 if weights == "unequal" else np.full(n, 1.7),
            "group": rng.permutation(np.arange(n) % 2),
            "stratum": stratum,
            "cluster": stratum * 10 + np.arange(n) % 3,
        }
    )


def survey_of(frame: Any, n: int, **design: Any) -> Survey:
    report = HarmonisationReport("example", "2022", "a.csv", "synthetic", "adults", n, n)
    return Survey(frame, Design(weight="w", **design), report)


def exact(frame: pd.DataFrame, kind: str, *, group: int | None, unit: str) -> tuple[float, float]:
    """Estimate and standard error of the textbook, in fractions until the root is taken."""
    answered = frame["y"].notna()
    inside = list(answered & ((frame["group"] == group) if group is not None else True))
    rows = frame.fillna(0.0).map(Fraction).to_dict("records")
    inner = [row for row, there in zip(rows, inside, strict=True) if there]
    size = sum(row["w"] for row in inner)
    total = sum(row["w"] * row["y"] for row in inner)
    below = sum(row["w"] * row["x"] for row in inner)
    estimate = {"mean": total / size, "total": total, "ratio": total / below}[kind]
    score = {
        "mean": lambda row: row["w"] * (row["y"] - estimate) / size,
        "total": lambda row: row["w"] * row["y"],
        "ratio": lambda row: row["w"] * (row["y"] - estimate * row["x"]) / below,
    }[kind]
    units: dict[Fraction, dict[Any, Fraction]] = {}
    for at, (row, there) in enumerate(zip(rows, inside, strict=True)):
        stratum = row["stratum"] if unit != "none" else Fraction(0)
        name = row["cluster"] if unit == "cluster" else at
        held = units.setdefault(stratum, {})
        held[name] = held.get(name, Fraction(0)) + (score(row) if there else 0)
    return float(estimate), sqrt(
        sum(_stratum_variance(list(held.values())) for held in units.values())
    )


def _stratum_variance(scores: Sequence[Fraction]) -> Fraction:
    n = len(scores)
    mean = sum(scores) / n
    return sum((one - mean) ** 2 for one in scores) * Fraction(n, n - 1)


def estimated(survey: Survey, kind: str, by: tuple[str, ...]) -> list[Any]:
    if kind == "mean":
        return list(es.mean(survey, "y", by=by).rows)
    if kind == "total":
        return list(es.total(survey, "y", by=by, of="number").rows)
    return list(es.estimation.ratio(survey, "y", "x", by=by).rows)


def require_exact(
    frame: pd.DataFrame, survey: Survey, kind: str, *, unit: str, rtol: float = RTOL
) -> None:
    for by, groups in (((), (None,)), (("group",), (0, 1))):
        for row, group in zip(estimated(survey, kind, by), groups, strict=True):
            value, error = exact(frame, kind, group=group, unit=unit)
            assert row.estimate == pytest.approx(value, rel=1e-14)
            assert row.std_error == pytest.approx(error, rel=rtol)
            assert "no variance" not in row.reason


DESIGNS = {
    "none": {},
    "stratum": {"stratum": "stratum"},
    "cluster": {"stratum": "stratum", "cluster": "cluster"},
}


@pytest.mark.parametrize("offset", OFFSETS)
@pytest.mark.parametrize("unit", DESIGNS)
@pytest.mark.parametrize("kind", ["mean", "total", "ratio"])
@pytest.mark.parametrize("weights", ["unequal", "equal"])
def test_estimates_are_exact_at_any_offset(offset, unit, kind, weights):
    frame = people(offset, weights=weights)
    require_exact(frame, survey_of(frame, len(frame), **DESIGNS[unit]), kind, unit=unit)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(12, 40),
    exponent=st.integers(-9, 9),
    sign=st.sampled_from([1.0, -1.0]),
    unit=st.sampled_from(sorted(DESIGNS)),
    kind=st.sampled_from(["mean", "total", "ratio"]),
)
def test_random_small_data_agree_with_fractions(seed, n, exponent, sign, unit, kind):
    frame = people(sign * 10.0**exponent, n=n, seed=seed)
    if frame["group"].nunique() != 2 or frame.groupby("group")["y"].nunique().min() < 2:
        return
    require_exact(frame, survey_of(frame, n, **DESIGNS[unit]), kind, unit=unit)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("unit", DESIGNS)
@pytest.mark.parametrize("kind", ["mean", "ratio"])
def test_every_engine_keeps_the_spread(engine, unit, kind):
    frame = people(1e6)
    frame.loc[[3, 9], "y"] = np.nan
    survey = survey_of(ENGINES[engine](frame), len(frame), **DESIGNS[unit])
    require_exact(frame, survey, kind, unit=unit)
    assert estimated(survey, kind, ())[0].n_missing == 2


@pytest.mark.parametrize("name", ["stratum", "group"])
@pytest.mark.parametrize("unit", DESIGNS)
@pytest.mark.parametrize("weights", ["unequal", "equal"])
def test_levels_that_differ_between_strata_or_groups(name, unit, weights):
    frame = people(0.0, weights=weights)
    frame["y"] += 1e6 * frame[name]
    survey = survey_of(frame, len(frame), **DESIGNS[unit])
    require_exact(frame, survey, "mean", unit=unit)


@pytest.mark.parametrize("offset", [1e-9, 1e3, 1e6, 1e9])
def test_replicate_weights_and_a_jackknife_see_the_spread(offset):
    frame = people(offset)
    rng = np.random.default_rng(3)
    names = tuple(f"r{at}" for at in range(6))
    for name in names:
        frame[name] = frame["w"] * rng.integers(1, 5, len(frame)) / 2.0
    replicates = ReplicateWeights(names, method="bootstrap")
    row = es.mean(survey_of(frame, len(frame), replicates=replicates), "y").rows[0]
    rows = frame.map(Fraction).to_dict("records")
    means = [sum(r[n] * r["y"] for r in rows) / sum(r[n] for r in rows) for n in names]
    middle = sum(means) / len(means)
    error = sqrt(sum((one - middle) ** 2 for one in means) / (len(means) - 1))
    assert row.std_error == pytest.approx(error, rel=RTOL)

    survey = survey_of(frame, len(frame), **DESIGNS["cluster"])
    for verb in (es.mean, lambda *a, **k: es.total(*a, of="number", **k)):
        here = verb(survey, "y", replication=Jackknife()).rows[0].std_error
        near = people(offset).assign(y=lambda f: f["y"] - offset)
        if verb is es.mean:
            there = (
                verb(
                    survey_of(near, len(frame), **DESIGNS["cluster"]), "y", replication=Jackknife()
                )
                .rows[0]
                .std_error
            )
            assert here == pytest.approx(there, rel=RTOL)
        else:
            assert here == pytest.approx(
                exact(frame, "total", group=None, unit="cluster")[1], rel=RTOL
            )


@pytest.mark.parametrize("how", ["two stages", "calibrated"])
def test_other_designs_do_not_depend_on_the_offset(how):
    errors = []
    for frame in (people(0.0, n=60), people(1e6, n=60)):
        frame["inner"], frame["n1"], frame["n2"] = np.arange(60), 9.0, 40.0
        stages = {"cluster": ("cluster", "inner"), "fpc": ("n1", "n2")}
        survey = survey_of(frame, 60, stratum="stratum", **stages if how == "two stages" else {})
        if how == "calibrated":
            survey = es.estimation.calibrate(survey, {"group": {0: 40.0, 1: 30.0}})
        errors.append(es.mean(survey, "y").rows[0].std_error)
    assert errors[1] == pytest.approx(errors[0], rel=1e-8)


def test_parts_add_up_and_a_standardised_mean_keeps_its_spread():
    frame = people(1e6, n=36)
    survey = survey_of(frame, 36, stratum="stratum")
    whole = es.cells(survey, "y", by="group", kind="number")
    one, two = (
        es.cells(replace(survey, respondents=part), "y", by="group", kind="number")
        for part in (frame[::2], frame[1::2])
    )
    for by in ((), ("group",)):
        for a, b in zip(
            es.mean(one + two, "y", by=by).rows, es.mean(whole, "y", by=by).rows, strict=True
        ):
            assert a.std_error == pytest.approx(b.std_error, rel=1e-9)
    added = (one + two).frame()
    assert added["b_0"].to_numpy() == pytest.approx(whole.frame()["b_0"].to_numpy(), abs=1e-6)
    near = survey_of(people(0.0, n=36), 36, stratum="stratum")
    standard = Standard.of({"0": 3.0, "1": 1.0}, over="group")
    far_row, near_row = (
        standardise(data, Outcome("y", "number"), standard=standard).rows[0]
        for data in (survey, near)
    )
    assert far_row.estimate - 1e6 == pytest.approx(near_row.estimate, abs=1e-9)
    assert far_row.std_error == pytest.approx(near_row.std_error, rel=1e-8)


@pytest.mark.parametrize("value", [0.1, 3.0, 1e6 + 0.1, 1e9])
@pytest.mark.parametrize("unit", DESIGNS)
def test_numbers_that_are_all_equal_still_have_no_variance(value, unit):
    frame = people(0.0).assign(y=value)
    row = es.mean(survey_of(frame, len(frame), **DESIGNS[unit]), "y").rows[0]
    assert (row.std_error, row.reason) == (0.0, "no variance within the strata")
