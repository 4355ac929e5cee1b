"""Damaged SPSS files: always a clear error, never a crash of the program or a hang."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import SchemaError, SourceError
from eenzaam_stats.loaders.formats.sav_dictionary import require_sound_dictionary
from eenzaam_stats.loaders.formats.spss import open_spss
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor

SECONDS = 240
# Run apart: a crash of the reading library would take the tests with it.
CHILD = """
import pathlib, random, sys, warnings
import eenzaam_stats as es
from eenzaam_stats.errors import EenzaamStatsError
warnings.simplefilter("ignore")
source, work, n = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), int(sys.argv[3])
content, rng, refused = source.read_bytes(), random.Random(20220923), 0
for number in range(n):
    damaged = bytearray(content)
    end = len(damaged) if number % 3 else 9000  # the dictionary lies in front
    for _ in range(rng.choice([1, 1, 2, 16])):
        damaged[rng.randrange(end)] = rng.randrange(256)
    if number % 5 == 0:
        damaged = damaged[: rng.randrange(len(damaged))]
    work.write_bytes(damaged)
    try:
        es.read_gezondheidsmonitor(work, wave=2022)
    except EenzaamStatsError as error:
        refused += 1
        assert str(error) and str(work.parent) not in str(error)
print(refused)
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "sound.sav"
    synthesise_gezondheidsmonitor(path, wave=2022, n=1_000)
    return path


@pytest.mark.slow
def test_changed_bytes_give_a_clear_error_or_a_survey_never_a_crash(sound, tmp_path) -> None:
    n = 250
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(sound), str(tmp_path / "damaged.sav"), str(n)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert n // 4 < int(done.stdout) < n


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """One number with labels and missing codes, one long text of three parts."""
    path = tmp_path / "small.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"a": [1.0, 9.0], "t": ["x" * 20, "y"]}),
        path,
        column_labels=["first", "second"],
        variable_value_labels={"a": {1: "Ja", 9: "onbekend"}},
        missing_ranges={"a": [9]},
        file_label="small",
    )
    return path


def _patched(path: Path, at: int, number: int) -> Path:
    content = bytearray(path.read_bytes())
    struct.pack_into("<i", content, at, number)
    path.write_bytes(content)
    return path


def test_sound_dictionary_passes(small: Path, sound: Path) -> None:
    require_sound_dictionary(small)
    require_sound_dictionary(sound)


# offsets in the first variable record, which follows the header of 176 bytes
@pytest.mark.parametrize(
    ("at", "number", "words"),
    [
        (64, 7, "no layout code"),
        (176, 5, "record of unknown type 5"),
        (180, 300, "a variable has width 300"),
        (180, 24, "a text variable lacks a part"),
        (184, 2, "impossible label or missing declaration"),
        (188, 4, "impossible label or missing declaration"),
        (208, -1, "a variable label has length -1"),
        (208, 60_000, "a record is longer than the file"),
    ],
)
def test_impossible_structure_is_named(small: Path, at: int, number: int, words: str) -> None:
    with pytest.raises(SourceError, match=f"small.sav is damaged or cut off: .*{words}"):
        open_spss(_patched(small, at, number))


@pytest.mark.parametrize("n_bytes", [20, 180, 230])
def test_file_that_ends_in_front_of_its_data_is_named(small: Path, n_bytes: int) -> None:
    small.write_bytes(small.read_bytes()[:n_bytes])
    with pytest.raises(SourceError, match=r"small\.sav is damaged .*it ends in the middle"):
        open_spss(small)


def test_value_labels_of_a_variable_that_is_not_there_are_refused(small: Path) -> None:
    content = small.read_bytes()
    labelled = content.index(struct.pack("<iii", 4, 1, 1)) + 8
    with pytest.raises(SourceError, match="a variable that is not there"):
        open_spss(_patched(small, labelled, 99))


def test_whole_numbers_too_large_to_be_keys_are_refused_in_words() -> None:
    import numpy as np

    from eenzaam_stats.loaders.harmonise.column import RawColumn
    from eenzaam_stats.loaders.harmonise.harmonise import text_values

    raw = RawColumn("key", pd.Series([1.0, 1e300]), np.array([1, 2]), {}, ())
    with pytest.raises(SchemaError, match=r"column 'key' needs keys .* first in row 2, hold a"):
        text_values(raw)
