"""Bytes of a file flipped, replaced, inserted, removed, cut off and repeated, in every format.

What only this file sees: whole readings of files that nobody would write. Each ends in the same
survey, in one of our errors, or in a survey whose report tells it apart. A format without checksums
cannot tell a changed answer from an answer: there a change may touch the cells on which its bytes
lie, and no others. Files are synthetic.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats import spss
from eenzaam_stats.synthetic.sources import synthesise
from loaders.formats import damage
from loaders.formats.sav_bytes import layout_of, with_row_count
from loaders.mapping.mapped_files import item, write_mapping
from loaders.sources.monitor_files import monitor_file

SECONDS = 600
ITEMS = (3, 4, 7, 8, 9, 10)
N_ROWS = 60


def monitor(path: Path, **options: object) -> int:
    """Write a file of the monitor; bytes of its header and dictionary."""
    content = monitor_file(2022, repeats=3)
    content.options = options
    return layout_of(content.write(path)).data_at


def europe(path: Path) -> int:
    synthesise("eu_loneliness_survey", path, n=1_000)
    return path.read_bytes().index(b"<data>")


def answers() -> pd.DataFrame:
    rng = np.random.default_rng(20260101)
    frame = pd.DataFrame({f"q{number}": rng.choice([1, 2, 3, 9], N_ROWS) for number in ITEMS})
    return frame.assign(w=np.round(rng.random(N_ROWS) + 0.5, 6))


def mapped(write: Callable[[pd.DataFrame, Path], object]) -> Callable[[Path], int]:
    def make(path: Path) -> int:
        write(answers(), path)
        return 0

    return make


# Name of the file, how it is written, its reader, cases. Two of three changes fall in the front.
JOBS = (
    ("plain.sav", monitor, "monitor", 88),
    ("codes.sav", lambda path: monitor(path, row_compress=True), "monitor", 80),
    ("blocks.zsav", monitor, "monitor", 56),
    ("new.dta", europe, "europe", 56),
    (
        "old.dta",
        mapped(lambda frame, path: frame.to_stata(path, version=114, write_index=False)),
        "mapped",
        40,
    ),
    (
        "pages.parquet",
        mapped(lambda frame, path: frame.to_parquet(path, write_page_checksum=True)),
        "mapped",
        56,
    ),
    ("sheet.xlsx", mapped(lambda frame, path: frame.to_excel(path, index=False)), "mapped", 32),
    ("text.csv", mapped(lambda frame, path: frame.to_csv(path, index=False)), "mapped", 32),
)
# Formats with a checksum over the values: no cell may change unseen.
GUARDED = ("blocks.zsav", "pages.parquet", "sheet.xlsx")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, str, str]]:
    """How every case ended."""
    folder = tmp_path_factory.mktemp("damage")
    head = {"name": "mine", "title": "My survey", "wave": 2022, "age_floor": 18}
    table = {
        "source": {**head, "instrument": "DJG6", "evidence": "user"},
        "design": {"weight": "w"},
        "variable": [
            item(number, column=f"q{number}", missing={"9": "no_answer"}) for number in ITEMS
        ],
    }
    write_mapping(table, folder / "mapping.toml")
    jobs = [
        {"file": name, "front": make(folder / name), "reader": reader, "cases": cases}
        for name, make, reader, cases in JOBS
    ]
    (folder / "jobs.json").write_text(json.dumps(jobs))
    done = subprocess.run(
        [sys.executable, damage.__file__, str(folder)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    case = (folder / "case.txt").read_text()
    assert done.returncode == 0, f"the program stopped at {case}: {done.stderr[-2000:]}"
    return [tuple(row) for row in json.loads((folder / "found.json").read_text())]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "cases"), [(name, cases) for name, _, _, cases in JOBS])
def test_every_case_ends_in_the_same_survey_an_error_or_a_reported_one(found, name, cases):
    own = [(number, kind, words) for file, number, kind, words in found if file == name]
    assert len(own) == cases
    assert [row for row in own if row[1] in damage.FAULTS] == []
    counts = Counter(kind for _, kind, _ in own)
    assert counts[damage.REFUSED] >= cases // 3
    if name != "text.csv":
        assert counts[damage.SAME] >= 1
    if name in GUARDED:
        assert counts[damage.CELLS] == 0


def read_plain(path: Path):
    return damage.read_monitor(path)


def test_row_count_guard_when_it_is_opened_then_lost_rows_are_seen(tmp_path, monkeypatch):
    """The comparison can fail: without the count of rows a damaged header loses 20 of 60."""
    path = tmp_path / "plain.sav"
    monitor(path)
    sound = read_plain(path)
    with_row_count(path, header=40, extension=40)
    assert damage.outcome(lambda: read_plain(path), sound, 2)[0] == damage.REFUSED
    monkeypatch.setattr(spss, "require_promised_rows", lambda _file, layout, *_: layout.n_rows)
    assert damage.outcome(lambda: read_plain(path), sound, 2) == (damage.ROWS, "40 of 60")


def test_conversion_of_dates_when_it_is_opened_then_a_raw_exception_is_seen(tmp_path, monkeypatch):
    """The format of an item turned into a time of day: numbers stay numbers, or all is lost."""
    path = tmp_path / "plain.sav"
    at = monitor(path)
    sound = read_plain(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"GGEEB201", 0, at) - 8
    assert content[place + 2] == content[place + 6] == 5
    content[place + 2] = content[place + 6] = 21
    path.write_bytes(content)
    assert damage.outcome(lambda: read_plain(path), sound, 2) == (damage.SAME, "")
    read_sav = spss.pyreadstat.read_sav
    monkeypatch.setattr(
        spss.pyreadstat,
        "read_sav",
        lambda file, **options: read_sav(file, **options | {"disable_datetime_conversion": False}),
    )
    assert damage.outcome(lambda: read_plain(path), sound, 2)[0] == damage.RAW


def test_comparison_when_a_survey_is_another_then_says_so(tmp_path):
    path = tmp_path / "plain.sav"
    monitor(path)
    sound = read_plain(path)
    frame = sound.respondents

    def changed(**columns):
        return replace(sound, respondents=frame.assign(**columns))

    turned = frame["djg_1"].to_numpy()[::-1]
    assert damage.compared(changed(djg_1=turned), sound, 2)[0] == damage.SILENT
    fewer = replace(sound, respondents=frame.drop(columns="djg_1"))
    assert damage.compared(fewer, sound, 2)[0] == damage.SILENT
    one = frame["weight"].where(frame.index != 3, 17.5)
    assert damage.compared(changed(weight=one), sound, 2) == (damage.CELLS, "1")
    assert damage.compared(sound, sound, 0) == (damage.SAME, "")


def test_message_when_it_names_a_folder_then_is_a_fault(tmp_path):
    def fails():
        raise SourceError(f"{tmp_path} is damaged. Copy it again.")

    assert damage.outcome(fails, None, 0)[0] == damage.WORDS
