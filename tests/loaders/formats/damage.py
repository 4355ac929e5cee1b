"""Files with changed bytes, read one after the other in a process of their own; how each ended.

Run as a program, so that a crash or a hang of a reading library does not take the tests with it:
``python damage.py FOLDER``, where ``jobs.json`` lists files, readers and numbers of cases. What is
changed follows from the number of the case alone, so that each case can be made again.
"""

from __future__ import annotations

import faulthandler
import json
import random
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from eenzaam_stats import loaders
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.survey import HarmonisationReport, Survey

SECONDS_PER_CASE = 60
# Endings that are allowed: the same survey; one of our errors; other content that the report tells
# apart (a column that is gone or another one, rows of a file that states no number); and one or two
# cells, where the format has no checksum and a changed answer is an answer.
SAME, REFUSED, REPORTED, CELLS = "same", "refused", "reported", "cells"
# Faults.
RAW, WORDS, ROWS, SILENT = "raw exception", "poor message", "rows lost", "silent"
FAULTS = (RAW, WORDS, ROWS, SILENT)
DEEDS = ("flip", "flip", "byte", "bytes", "insert", "remove", "cut", "repeat")
MANY = (2, 8, 32)


def damaged(content: bytes, number: int, front: int) -> tuple[bytearray, int]:
    """Content with a change, and how many cells it may touch where nothing guards them.

    Parameters
    ----------
    content : bytes
        Sound file.
    number : int
        Number of the case.
    front : int
        Bytes of the header and dictionary, in which two of three changes fall.
    """
    rng = random.Random(number)
    data, deed = bytearray(content), DEEDS[number % len(DEEDS)]
    limit = front if rng.random() < 2 / 3 else len(data)
    at, size = rng.randrange(limit), rng.choice([1, 2, 4, 8, 33])
    touched = 1
    if deed == "flip":
        data[at] ^= 1 << rng.randrange(8)
    elif deed == "byte":
        data[at] = rng.randrange(256)
    elif deed == "bytes":
        touched = rng.choice(MANY)
        for _ in range(touched):
            data[rng.randrange(limit)] = rng.randrange(256)
    elif deed == "insert":
        data[at:at] = rng.randbytes(size)
    elif deed == "remove":
        del data[at : at + size]
    elif deed == "cut":
        del data[at:]
    else:
        data[at:at] = data[at : at + size]
    # a column and its kind of missing; a text of 33 bytes reaches over several cells of a CSV file
    return data, 2 * max(touched, size if deed in ("insert", "remove", "repeat", "cut") else 1)


def read_monitor(path: Path) -> Survey:
    return loaders.read_gezondheidsmonitor(path, wave=2022)


def read_mapped(path: Path) -> Survey:
    return loaders.read_mapped(path, path.with_name("mapping.toml"))


READERS: Mapping[str, Callable[[Path], Survey]] = {
    "monitor": read_monitor,
    "europe": loaders.read_eu_survey,
    "mapped": read_mapped,
}


def outcome(read: Callable[[], Survey], sound: Survey, touched: int) -> tuple[str, str]:
    """How a reading ended, and the words that show a fault.

    Parameters
    ----------
    read : callable
        Reads the changed file.
    sound : Survey
        Survey of the file before it was changed.
    touched : int
        Cells that may differ where the format has no checksum.
    """
    try:
        survey = read()
    except EenzaamStatsError as error:
        message = str(error)
        poor = message.startswith("/") or any(part in message for part in (" /", "\n"))
        return (WORDS, message) if poor or not message.endswith((".", "?")) else (REFUSED, "")
    except Exception as error:  # any exception that is not ours is what this looks for
        return RAW, f"{type(error).__name__}: {error}"
    return compared(survey, sound, touched)


def compared(survey: Survey, sound: Survey, touched: int) -> tuple[str, str]:
    """Whether another survey is told apart by its report."""
    found, whole = survey.respondents, sound.respondents
    if len(found) != len(whole):
        counted = all(check.name != "number of rows" for check in survey.report.checks)
        return (ROWS, f"{len(found)} of {len(whole)}") if counted else (REPORTED, "rows")
    own, before = _sources(survey.report), _sources(sound.report)
    others = [name for name in {*own, *before} if own.get(name) != before.get(name)]
    gone = set(found.columns) ^ set(whole.columns)
    unsaid = [name for name in gone if name.removesuffix("_missing") not in others]
    # the kinds of missing of a column stand beside it as soon as one answer is missing
    if any(name.removesuffix("_missing") in gone for name in unsaid):
        return SILENT, f"{sorted(unsaid)} came or went without a word"
    names = [name for name in {*found, *whole} if name.removesuffix("_missing") not in others]
    cells = sum(_n_other(found.get(name), whole.get(name), len(whole)) for name in names)
    if cells > touched:
        return SILENT, f"{cells} cells differ, where {touched} may"
    if cells:
        return CELLS, str(cells)
    return (REPORTED, ", ".join(others)) if others else (SAME, "")


def _sources(report: HarmonisationReport) -> dict[str, str]:
    return {column.name: column.source_name for column in report.columns}


def _n_other(one: pd.Series | None, two: pd.Series | None, n: int) -> int:
    words = [
        pd.Series([""] * n) if own is None else own.astype("str").fillna("") for own in (one, two)
    ]
    return int((words[0].to_numpy() != words[1].to_numpy()).sum())


def main(folder: Path) -> None:
    """Read every job and write what came of it, case by case."""
    warnings.simplefilter("ignore")
    found = []
    for job in json.loads((folder / "jobs.json").read_text()):
        path, read = folder / job["file"], READERS[job["reader"]]
        content = path.read_bytes()
        sound = read(path)
        for number in range(job["cases"]):
            data, touched = damaged(content, number, job["front"] or len(content))
            path.write_bytes(data)
            (folder / "case.txt").write_text(f"{job['file']} {number}")
            faulthandler.dump_traceback_later(SECONDS_PER_CASE, exit=True)
            kind, words = outcome(lambda path=path, read=read: read(path), sound, touched)
            found.append((job["file"], number, kind, words))
    faulthandler.cancel_dump_traceback_later()
    (folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
