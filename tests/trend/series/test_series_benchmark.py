"""The benchmark of a series runs, prints its ratios and stops when the two programs differ."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.fixture
def benchmark(repository: Path):
    return runpy.run_path(str(repository / "benchmarks" / "series.py"))


def test_benchmark_prints_a_ratio_for_every_way(benchmark, capsys):
    benchmark["main"](["--waves", "24", "--rounds", "1"])
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("24 made-up waves, 4 terms; median of 1 rounds of 15; least squares")
    names = [line[:22].strip() for line in lines]
    assert names == [
        "statsmodels OLS",
        "fit_reml (arrays)",
        "least squares",
        "REML (default)",
        "REML, known errors",
    ]
    ratios = [float(line[22:].split()[1]) for line in lines]
    assert ratios[0] == 1.0
    assert all(ratio > 0 for ratio in ratios)


def test_benchmark_stops_when_the_two_differ(benchmark, monkeypatch):
    frame = benchmark["series"](24)
    assert benchmark["require_agreement"](frame) < 1e-12
    wrong = benchmark["require_agreement"].__globals__
    monkeypatch.setitem(wrong, "design", lambda f: 2.0 * benchmark["design"](f))
    with pytest.raises(SystemExit, match=r"least squares: the two programs differ by 1, above"):
        benchmark["require_agreement"](frame)


def test_study_of_the_limits_prints_coverage_of_every_rule(repository, capsys):
    study = runpy.run_path(str(repository / "benchmarks" / "series_limits.py"))
    study["main"](["--replications", "4"])
    lines = capsys.readouterr().out.splitlines()
    lines = [line for line in lines if line.replace(".", "").replace(" ", "").isdigit()]
    # 2 lengths x 4 autocorrelations, and 7 processes beside known errors
    assert len(lines) == 8 + 7
    for line in lines:
        shares = [float(word) for word in line.split()[2:]]
        assert all(0.0 <= share <= 1.0 for share in shares)
