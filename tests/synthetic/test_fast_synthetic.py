"""The fast reader against pyreadstat on every synthetic SPSS file: the same frame, exactly.

What only this file sees: the layouts of the sources themselves, as ``.sav`` and as ``.zsav``. Odd
files are in ``test_fast_spss``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.loaders.formats import fast_spss
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.synthetic.sources import SYNTHESISERS, synthesise

pytest.importorskip("polars_readstat")

# The EU survey is delivered as CSV and Stata; its synthetic file is written again as SPSS below.
OPTIONS = {
    "gezondheidsmonitor": {"wave": 2016, "n": 2_000},
    "gmjv": {"n": 3_000},
    "lasa": {"wave": "H"},
    "liss": {"wave": [2012, 2019, 2020], "n": 800},
    "ssw": {"n": 2_000},
    "share": {},
    "ess": {},
    "eu_loneliness_survey": {"n": 1_000},
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """SPSS files of each source, written once."""
    kept = {}

    def of(source: str) -> list[Path]:
        if source not in kept:
            folder = tmp_path_factory.mktemp(source)
            name = {"liss": "panel", "eu_loneliness_survey": "x.dta"}.get(source, "x.sav")
            synthesise(source, folder / name, **OPTIONS[source])
            if source == "eu_loneliness_survey":
                frame, meta = pyreadstat.read_dta(folder / name)
                labels = meta.variable_value_labels
                pyreadstat.write_sav(frame, folder / "x.sav", variable_value_labels=labels)
            kept[source] = sorted(folder.rglob("*.sav"))
        return kept[source]

    return of


def test_every_source_is_here():
    assert set(OPTIONS) == set(SYNTHESISERS)


def zsav_of(path: Path, folder: Path) -> Path:
    """The same file in compressed blocks."""
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    target = folder / f"{path.stem}.zsav"
    pyreadstat.write_sav(
        frame,
        target,
        compress=True,
        variable_value_labels=meta.variable_value_labels,
        missing_ranges={name: list(own) for name, own in meta.missing_ranges.items()},
    )
    return target


def require_same(path: Path) -> int:
    """Compare every column, read together and by halves; the number of cells compared."""
    plain, fast = open_file(path), open_file(path, reader="fast")
    expected, encoding = read_columns(plain, plain.columns)
    found, other = read_columns(fast, fast.columns)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert encoding == other
    half = plain.columns[::2]
    pd.testing.assert_frame_equal(
        read_columns(fast, half)[0], expected[list(half)], check_exact=True
    )
    return expected.size


@pytest.mark.parametrize("source", OPTIONS)
def test_frames_of_both_readers_are_identical(files, tmp_path, source):
    cells = [require_same(path) for path in files(source)]
    assert len(cells) >= {"liss": 4}.get(source, 1)
    assert sum(cells) > 10_000
    assert require_same(zsav_of(files(source)[0], tmp_path)) == cells[0]


def test_comparison_when_one_code_is_lost_then_fails(files, monkeypatch):
    """The comparison can fail: a reader that blanks declared missing codes is not the same."""
    own = fast_spss._restore_codes
    path = files("gezondheidsmonitor")[0]
    declared = list(open_file(path).missing_ranges)
    assert declared

    def blanking(column):
        if column.name in declared:
            return column.struct.field(column.struct.fields[0])
        return own(column)

    monkeypatch.setattr(fast_spss, "_restore_codes", blanking)
    with pytest.raises(AssertionError):
        require_same(path)
