"""The benchmark of a projection runs and prints a ratio for every way."""

from __future__ import annotations

import runpy
from pathlib import Path


def test_benchmark_prints_a_ratio_for_every_way(repository: Path, capsys) -> None:
    main = runpy.run_path(str(repository / "benchmarks" / "projection.py"))["main"]
    main(["--draws", "200", "--years", "4", "--bands", "3", "--repeats", "1"])
    head, *lines, last = capsys.readouterr().out.splitlines()
    assert head.startswith("200 draws of 4 years x 6 cells; one NumPy draw")
    names = [line[:26].strip() for line in lines]
    assert names == [
        "constant prevalence",
        "trend and constant",
        "ages and years correlate",
    ]
    assert all(float(line[26:].split()[2]) > 0 for line in lines)
    assert last.startswith("peak")
