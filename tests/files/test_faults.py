"""The script of random faults runs; its 500 are kept as counts beside it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits and signals of POSIX")
def test_random_faults_end_exact_or_in_one_sentence(repository: Path) -> None:
    script = repository / "benchmarks" / "faults.py"
    ran = subprocess.run(
        [sys.executable, str(script), "40"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    *rows, last = ran.stdout.splitlines()
    assert last.startswith("40 faults in ")
    assert sum(int(row.rpartition(",")[2]) for row in rows[1:]) == 40


def test_kept_counts_are_of_500_faults_of_every_kind(repository: Path) -> None:
    with (repository / "benchmarks" / "faults.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert sum(int(row["number"]) for row in rows) == 500
    assert len({row["fault"] for row in rows}) == 9
    assert {row["ending"] for row in rows} == {"exact", "sentence", "killed"}
    assert {row["fault"] for row in rows if row["ending"] == "killed"} == {"killed"}
