"""The benchmark runs and prints what its page says; how long it takes is nobody's test."""

from __future__ import annotations

import re
import runpy
from pathlib import Path


def test_benchmark_prints_shares_that_add_up_and_ratios(repository: Path, capsys):
    script = runpy.run_path(str(repository / "benchmarks" / "bench_read_score_estimate.py"))
    script["main"](["--rows", "2000", "--repeats", "2"])
    head, _, *lines = capsys.readouterr().out.splitlines()
    assert re.match(r"2,000 synthetic rows, \d{2,3} groups, median of 2 repeat\(s\)", head)
    assert [line.split()[0] for line in lines] == ["read", "score", "prevalence", "total"]
    shares = [float(line.split()[2].rstrip("%")) for line in lines]
    # three shares, each printed with one decimal
    assert abs(sum(shares[:3]) - 100) <= 0.2
    assert shares[3] == 100
    assert all(float(line.split()[3]) > 0 for line in lines)
