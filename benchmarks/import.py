"""Time to import the package and to print help, beside the import of pandas in the same run.

    python benchmarks/import.py [--repeats 5]

Processor seconds of whole processes, median of several, each in turn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

PROGRAMS = {
    "python": ["-c", "pass"],
    "import pandas": ["-c", "import pandas"],
    "import eenzaam_stats": ["-c", "import eenzaam_stats"],
    "es.prevalence": ["-c", "import eenzaam_stats as es; es.prevalence"],
    "every name": [
        "-c",
        "import eenzaam_stats as es; [getattr(es, name) for name in es.__all__]",
    ],
    "eenzaam-stats --version": ["-m", "eenzaam_stats", "--version"],
    "eenzaam-stats --help": ["-m", "eenzaam_stats", "--help"],
    "eenzaam-stats prevalence --help": ["-m", "eenzaam_stats", "prevalence", "--help"],
}


def seconds(words: list[str]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    found: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(repeats):
        for name, words in PROGRAMS.items():
            found[name].append(seconds(words))
    middle = {name: statistics.median(values) for name, values in found.items()}
    for name, value in middle.items():
        print(f"{name:34}{value:6.2f} s {value / middle['import pandas']:6.2f} x import pandas")


if __name__ == "__main__":
    main()
