"""Reading a wide file: how far `read_gezondheidsmonitor` is from pyreadstat, in time and memory.

usage: python benchmarks/bench_read.py [--rows 500000] [--columns 300] [--repeats 3] [--file F]

Every measurement runs in a process of its own, so that its memory peak is its own. Ratios of
medians within one run; nothing is asserted. See benchmarks/README.md.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

import eenzaam_stats as es
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.harmonise.matching import NameIndex, match_variables
from eenzaam_stats.loaders.harmonise.selection import select_columns
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor

# In files of this wave every column that is needed holds numbers.
WAVE = 2020
FILLER_SEED = 7
BYTES_PER_MIB = 1024**2


@dataclass
class Measured:
    """Seconds and memory peak, in MiB, of one way of reading."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def needed(path: Path) -> list[str]:
    """Names in the file that the loader reads."""
    wave = load_codebook("gezondheidsmonitor").wave(WAVE)
    return select_columns(open_file(path), wave, weight=None, leave_out=()).columns


def nothing(path: Path) -> object:
    """Imports and metadata only: the floor of the memory."""
    wave = load_codebook("gezondheidsmonitor").wave(WAVE)
    file = open_file(path)
    return match_variables(wave, NameIndex(file.columns, wave.prefixes), file=path.name)


def whole_file(path: Path) -> object:
    return pyreadstat.read_sav(path, user_missing=True)


def needed_columns(path: Path) -> object:
    return pyreadstat.read_sav(path, usecols=needed(path), user_missing=True)


def harmonised(path: Path) -> object:
    return es.read_gezondheidsmonitor(path, wave=WAVE)


def fast(path: Path) -> object:
    return es.read_gezondheidsmonitor(open_file(path, reader="fast"), wave=WAVE)


def fast_with_text(path: Path) -> object:
    """The same with one column of text, which pyreadstat has to read."""
    file = open_file(path, reader="fast")
    return read_columns(file, [*needed(path), "FILLTEXT"])


def from_cache(path: Path) -> object:
    return es.read_gezondheidsmonitor(path, wave=WAVE, cache=path.parent / "cache")


WAYS: Mapping[str, Callable[[Path], object]] = {
    "metadata only": nothing,
    "pyreadstat, whole file": whole_file,
    "pyreadstat, needed columns": needed_columns,
    "harmonised Survey": harmonised,
    "the same, reader='fast'": fast,
    "fast, columns only, one of text": fast_with_text,
    "the same, from the cache": from_cache,
}


def wide_file(path: Path, *, rows: int, columns: int) -> None:
    """Write the synthetic monitor with columns of a questionnaire that nobody asks for."""
    narrow = path.with_name("narrow.sav")
    synthesise_gezondheidsmonitor(narrow, wave=WAVE, n=rows)
    file = open_file(narrow)
    frame, _ = read_columns(file, [name for name in file.columns if name not in file.text_columns])
    _, meta = pyreadstat.read_sav(narrow, metadataonly=True, user_missing=True)
    generator = np.random.default_rng(FILLER_SEED)
    filler = {
        f"FILL{number:03d}": generator.integers(1, 6, len(frame)).astype(float)
        for number in range(columns - frame.shape[1] - 1)
    }
    filler["FILLTEXT"] = np.where(generator.random(len(frame)) < 0.5, "0034", "0363")
    pyreadstat.write_sav(
        pd.concat([frame, pd.DataFrame(filler)], axis=1),
        path,
        file_label=file.label,
        variable_value_labels={
            name: dict(said) for name, said in file.value_labels.items() if name in frame
        },
        missing_ranges={n: list(r) for n, r in meta.missing_ranges.items() if n in frame},
    )
    narrow.unlink()


def child(way: str, path: Path) -> None:
    """Read once and print seconds and memory peak."""
    start = time.perf_counter()
    kept = WAYS[way](path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / BYTES_PER_MIB
    del kept
    print(seconds, peak)


def run_child(way: str, path: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, "--child", way, "--file", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, peak = map(float, said.split())
    return seconds, peak


def measured(path: Path, *, repeats: int) -> dict[str, Measured]:
    results = {way: Measured() for way in WAYS}
    run_child("the same, from the cache", path)
    for _ in range(repeats):
        for way, result in results.items():
            seconds, peak = run_child(way, path)
            result.seconds.append(seconds)
            result.peak.append(peak)
    return results


def report(results: Mapping[str, Measured], path: Path, *, repeats: int) -> str:
    file = open_file(path)
    own = statistics.median(results["harmonised Survey"].seconds)
    floor = statistics.median(results["metadata only"].peak)
    lines = [
        f"{file.n_rows:,} x {len(file.columns)} synthetic .sav, "
        f"{path.stat().st_size / BYTES_PER_MIB:,.0f} MiB, {len(needed(path))} columns needed, "
        f"median of {repeats} repeat(s)",
        f"{'way of reading':<36}{'seconds':>9}{'Survey / this':>15}{'peak MiB':>10}"
        f"{'above floor':>13}",
    ]
    for way, result in results.items():
        seconds, peak = statistics.median(result.seconds), statistics.median(result.peak)
        lines.append(
            f"{way:<36}{seconds:>9.2f}{own / seconds:>15.2f}{peak:>10,.0f}{peak - floor:>13,.0f}"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=500_000, help="rows of the synthetic file")
    parser.add_argument("--columns", type=int, default=300, help="columns of the synthetic file")
    parser.add_argument("--repeats", type=int, default=3, help="times that each way is run")
    parser.add_argument("--file", type=Path, help="wide file to use, or to make when it is absent")
    parser.add_argument("--child", choices=list(WAYS), help="run one way in this process")
    parser.add_argument("--make", action="store_true", help="make the wide file and stop")
    options = parser.parse_args(arguments)
    if options.make:
        wide_file(options.file, rows=options.rows, columns=options.columns)
        return
    if options.child:
        child(options.child, options.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "wide.sav"
        if not path.is_file():
            # A process of its own: a child takes the memory peak of its parent for its own.
            size = ["--rows", str(options.rows), "--columns", str(options.columns)]
            make = [sys.executable, __file__, "--make", "--file", str(path), *size]
            subprocess.run(make, check=True)
        print(report(measured(path, repeats=options.repeats), path, repeats=options.repeats))


if __name__ == "__main__":
    main()
