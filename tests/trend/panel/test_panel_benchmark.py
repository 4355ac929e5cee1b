"""The benchmark of the panel model runs, and stops when the two programs differ."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest


@pytest.fixture
def benchmark(repository: Path):
    return runpy.run_path(str(repository / "benchmarks" / "panel.py"))


def test_benchmark_prints_ratios_and_differences(benchmark, capsys):
    benchmark["main"](["--rows", "1200", "--repeats", "1", "--random", "intercept"])
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("1,200 synthetic rows, ")
    assert [line.split()[1] for line in lines] == ["statsmodels", "fit_mixed", "panel_model"]
    for line in lines[1:]:
        seconds, ratio, estimates, errors, variances, gain = map(float, line[30:].split())
        assert seconds > 0
        assert ratio > 0
        # a hundredth of a standard error, and never a lower likelihood
        assert estimates < 0.01
        assert max(errors, variances) < 0.01
        assert gain > -1e-6


def test_benchmark_stops_when_the_two_differ(benchmark):
    benchmark["require_agreement"]("same", (1e-4, 1e-4, 1e-4))
    with pytest.raises(SystemExit, match=r"slope: the two programs differ by 0\.5"):
        benchmark["require_agreement"]("slope", (1e-4, 1e-4, 0.5))


def test_made_up_panel_has_refreshment_and_dropout(benchmark):
    frame = benchmark["panel"](5000)
    assert len(frame) == 5000
    first = frame.groupby("person_id")["wave"].min()
    last = frame.groupby("person_id")["wave"].max()
    assert (first > 0).mean() > 0.3
    assert (last < 4).mean() > 0.1
