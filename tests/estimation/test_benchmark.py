"""The benchmarks run and print what their page says; how long they take is nobody's test."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ONCE = ("--repeats", "1")


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


@pytest.fixture
def estimation_benchmark(repository: Path):
    pytest.importorskip("polars", reason="the benchmark compares with ours on Polars")
    return runpy.run_path(str(repository / "benchmarks" / "estimation.py"))["main"]


def test_benchmark_of_engines_prints_multiples_of_ours_and_of_the_bare_group_by(
    estimation_benchmark, capsys
):
    estimation_benchmark(["--rows", "3000", *ONCE, "--designs", "clustered", "--only", "pandas"])
    head, design, _, *lines = capsys.readouterr().out.splitlines()
    assert head == "3,000 synthetic rows, median of 1 repeat(s)"
    assert design == "design clustered, 300 groups"
    names = [line[:22].strip() for line in lines]
    assert names == ["ours, polars lazy", "ours, pandas"]
    numbers = [list(map(float, line[22:].replace(",", "").split())) for line in lines]
    # seconds, x ours, x bare, x needed, peak MiB, bare MiB
    assert [len(row) for row in numbers] == [6, 6]
    assert numbers[0][1] == 1
    assert all(number > 0 for row in numbers for number in row)


def test_benchmark_of_size_prints_time_per_row_against_the_smallest_file(
    estimation_benchmark, capsys
):
    estimation_benchmark(
        ["--scale", "20000", "10000", *ONCE, "--designs", "stratified", "--only", "polars lazy"]
    )
    _, _, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:4] for line in lines] == [
        ["10,000", "polars", "lazy", "stratified"],
        ["20,000", "polars", "lazy", "stratified"],
    ]
    per_row = [line.split()[6] for line in lines]
    assert per_row[0] == "1.00"
    assert float(per_row[1]) > 0


def test_benchmark_stops_when_two_programs_give_other_numbers(repository: Path):
    script = runpy.run_path(str(repository / "benchmarks" / "estimation.py"))
    same = {"groups": 300, "estimates": 36.0, "errors": 1.5}
    script["require_agreement"]({"polars lazy": same, "R logit": {**same, "errors": None}})
    with pytest.raises(SystemExit, match="R mean and polars lazy differ"):
        script["require_agreement"]({"polars lazy": same, "R mean": {**same, "errors": 1.6}})
