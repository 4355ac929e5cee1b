"""The fast reader gives what pyreadstat gives, on every fixture: names, blanks, codes and text."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.formats import fast_spss
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor
from loaders.formats.sav_bytes import with_row_count, without_row_count
from loaders.sources.monitor_files import monitor_file


def odd_file(path: Path) -> Path:
    """Declared ranges and decimals, dates, text with declared codes, and a name with a suffix."""
    frame = pd.DataFrame(
        {
            "ranged": [1.0, 2, 97, 98, 99, np.nan],
            "wild": [-1.5, 9.5, -99999999, 1e15, 0.1, 3],
            "low": [1.0, 2, 3, 4, 5, 6],
            "low_null": [1.0, 2, 3, 4, 5, 6],
            "day": pd.to_datetime(["2020-01-01"] * 5 + [None]),
            "word": ["x", "", "99", " y", "é", "z" * 300],
        }
    )
    missing = {
        "ranged": [{"lo": 97, "hi": 98}, 99],
        "wild": [-1.5, -99999999, 0.1],
        "low": [{"lo": float("-inf"), "hi": 2}, 5],
        "word": ["99"],
    }
    labels = {"ranged": {1: "Ja", 97: "onbekend"}, "low": {5: "geen antwoord"}}
    pyreadstat.write_sav(frame, path, missing_ranges=missing, variable_value_labels=labels)
    return path


def latin_1_in_text(path: Path) -> Path:
    content = monitor_file(2016)
    content.columns["bron"] = ["regio QQ"] * 20
    content.write(path)
    path.write_bytes(path.read_bytes().replace(b"QQ", b"\xe2\xe2"))
    return path


def row_compressed(path: Path) -> Path:
    content = monitor_file(2016, repeats=20)
    content.options = {"row_compress": True}
    return content.write(path)


def synthetic(path: Path) -> Path:
    synthesise_gezondheidsmonitor(path, wave=2020, n=5_000)
    return path


FIXTURES = {
    "2016.sav": lambda path: monitor_file(2016, repeats=20).write(path),
    "2022.sav": lambda path: monitor_file(2022, repeats=20).write(path),
    "2016.zsav": lambda path: monitor_file(2016, repeats=20).write(path),
    "2022.zsav": lambda path: monitor_file(2022, repeats=20).write(path),
    "row_compressed.sav": row_compressed,
    "odd.sav": odd_file,
    "no_row_count.sav": lambda path: without_row_count(monitor_file(2016).write(path)),
    "no_row_count_in_header.sav": lambda path: with_row_count(
        monitor_file(2016).write(path), header=-1
    ),
    "latin_1.sav": latin_1_in_text,
    "synthetic.sav": synthetic,
    "synthetic.zsav": synthetic,
}


@pytest.fixture(params=FIXTURES)
def path(request, tmp_path: Path) -> Path:
    return FIXTURES[request.param](tmp_path / request.param)


def test_values_blanks_codes_and_text_are_those_of_pyreadstat(path):
    plain, fast = open_file(path), open_file(path, reader="fast")
    assert (fast.value_labels, fast.missing_ranges) == (plain.value_labels, plain.missing_ranges)
    expected, encoding = read_columns(plain, plain.columns)
    found, fast_encoding = read_columns(fast, fast.columns)
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert fast_encoding == encoding
    one = [plain.columns[0]]
    pd.testing.assert_frame_equal(read_columns(fast, one)[0], expected[one], check_exact=True)


def test_user_missing_codes_are_there_and_not_only_blanks(tmp_path):
    file = open_file(odd_file(tmp_path / "odd.sav"), reader="fast")
    frame, _ = read_columns(file, ["ranged", "wild", "low"])
    assert frame["ranged"].tolist()[2:5] == [97, 98, 99]
    assert frame["wild"].tolist() == [-1.5, 9.5, -99999999, 1e15, 0.1, 3]
    assert frame["low"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("wave", [2016, 2022])
def test_survey_of_the_fast_reader_is_the_same(tmp_path, wave):
    path = monitor_file(wave, repeats=5).write(tmp_path / "gm.sav")
    one = read_gezondheidsmonitor(path, wave=wave)
    two = read_gezondheidsmonitor(open_file(path, reader="fast"), wave=wave)
    pd.testing.assert_frame_equal(one.respondents, two.respondents, check_exact=True)
    assert (one.report, one.design) == (two.report, two.design)


def test_numbers_really_come_from_the_fast_reader(tmp_path, monkeypatch):
    file = open_file(monitor_file(2016).write(tmp_path / "gm.sav"), reader="fast")

    def unexpected(*_args):
        raise AssertionError("pyreadstat was asked for numbers")

    monkeypatch.setattr(fast_spss.spss, "read_columns", unexpected)
    assert read_columns(file, ["GGEEB201"])[0].shape == (20, 1)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("name", ["gm.sav", "gm.zsav"])
def test_file_that_was_cut_off_is_refused(tmp_path, share, name):
    path = monitor_file(2016, repeats=200).write(tmp_path / name)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError, match=r"is damaged or cut off|is cut off"):
        read_columns(open_file(path, reader="fast"), ["GGEEB201"])


def test_fast_reader_of_another_format_is_refused(tmp_path):
    (tmp_path / "survey.csv").write_text("a\n1\n")
    with pytest.raises(OptionError, match=r"reads \.sav and \.zsav, and survey\.csv is another"):
        open_file(tmp_path / "survey.csv", reader="fast")


def test_unknown_reader_lists_the_readers(tmp_path):
    with pytest.raises(OptionError, match=r"reader is 'pandas'.*'pyreadstat', 'fast'"):
        open_file(tmp_path / "gm.sav", reader="pandas")


def test_fast_reader_that_is_not_installed_says_which_extra(tmp_path, monkeypatch):
    path = monitor_file(2016).write(tmp_path / "gm.sav")
    monkeypatch.setattr(fast_spss, "find_spec", lambda _: None)
    with pytest.raises(OptionError, match=r"needs polars-readstat.*'eenzaam-stats\[fast\]'"):
        open_file(path, reader="fast")
