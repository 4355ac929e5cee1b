"""Read, score and estimate: where the time goes, and how far each step is from the floor.

usage: python benchmarks/bench_read_score_estimate.py [--rows 500000] [--repeats 5]

Ratios of medians within one run; nothing is asserted about time. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

import eenzaam_stats as es
from eenzaam_stats.respondents import DJG_ITEMS
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor

WAVE = 2022
OUTCOME = "severely_lonely"
BY = ("region", "age_group", "sex")


@dataclass
class Step:
    """Durations of one step and of its floors, in seconds."""

    name: str
    own: list[float] = field(default_factory=list)
    numpy_sum: list[float] = field(default_factory=list)
    peer_name: str = ""
    peer: list[float] = field(default_factory=list)

    def median(self) -> float:
        return statistics.median(self.own)


def timed(durations: list[float], work: Callable[[], object]) -> object:
    start = time.perf_counter()
    result = work()
    durations.append(time.perf_counter() - start)
    return result


def as_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> list[np.ndarray]:
    """The columns as contiguous numbers: codes for text and categories."""
    return [
        np.ascontiguousarray(
            frame[name].to_numpy(float, na_value=np.nan)
            if pd.api.types.is_numeric_dtype(frame[name]) or frame[name].dtype == "boolean"
            else pd.factorize(frame[name])[0]
        )
        for name in columns
    ]


def sum_once(arrays: Sequence[np.ndarray]) -> float:
    return float(sum(array.sum() for array in arrays))


def grouped_sums(survey: es.Survey) -> pd.DataFrame:
    """The bare group-by: weights and answers per group and stratum, no variance, no checks."""
    frame = survey.respondents
    keys = [*BY, survey.design.stratum]
    weight = frame[survey.design.weight]
    columns = frame[keys].assign(w=weight, wy=weight * frame[OUTCOME].astype("Float64"))
    return columns.groupby(keys, observed=True, sort=False).sum()


def one_repeat(path: Path, read: Step, score: Step, estimate: Step) -> int:
    """Time each step and its floors once; returns the number of groups."""
    survey = timed(read.own, lambda: es.read_gezondheidsmonitor(path, wave=WAVE))
    names = list(dict.fromkeys(c.source_name for c in survey.report.columns if c.source_name))
    raw, _ = timed(read.peer, lambda: pyreadstat.read_sav(path, usecols=names, user_missing=True))
    arrays = as_numbers(raw, list(raw.columns))
    timed(read.numpy_sum, lambda: sum_once(arrays))

    scored = timed(score.own, lambda: es.score(survey, es.DJG11))
    arrays = as_numbers(survey.respondents, DJG_ITEMS)
    timed(score.numpy_sum, lambda: sum_once(arrays))

    table = timed(estimate.own, lambda: es.prevalence(scored, OUTCOME, by=BY))
    timed(estimate.peer, lambda: grouped_sums(scored))
    design = [scored.design.weight, scored.design.stratum]
    arrays = as_numbers(scored.respondents, [OUTCOME, *BY, *design])
    timed(estimate.numpy_sum, lambda: sum_once(arrays))
    return len(table.rows)


def report(steps: Sequence[Step], *, rows: int, groups: int, repeats: int) -> str:
    total = sum(step.median() for step in steps)
    lines = [
        f"{rows:,} synthetic rows, {groups} groups, median of {repeats} repeat(s)",
        f"{'step':<12}{'seconds':>9}{'share':>8}{'x numpy sum':>13}  x peer",
    ]
    for step in steps:
        own = step.median()
        ratio = own / statistics.median(step.numpy_sum)
        peer = f"{own / statistics.median(step.peer):.1f} {step.peer_name}" if step.peer else "-"
        lines.append(f"{step.name:<12}{own:>9.3f}{own / total:>8.1%}{ratio:>13.0f}  {peer}")
    floor = sum(statistics.median(step.numpy_sum) for step in steps)
    lines.append(f"{'total':<12}{total:>9.3f}{1:>8.1%}{total / floor:>13.0f}  -")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000, help="rows of the synthetic file")
    parser.add_argument("--repeats", type=int, default=5, help="times that each step is run")
    options = parser.parse_args(arguments)
    steps = (
        Step("read", peer_name="pyreadstat, same columns"),
        Step("score"),
        Step("prevalence", peer_name="pandas group-by, same keys"),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic.sav"
        synthesise_gezondheidsmonitor(path, wave=WAVE, n=options.rows)
        groups = [one_repeat(path, *steps) for _ in range(options.repeats)]
    print(report(steps, rows=options.rows, groups=groups[0], repeats=options.repeats))


if __name__ == "__main__":
    main()
