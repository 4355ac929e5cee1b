"""Rows of a Stata file against what its header promises, in old and in new versions.

What only this file sees: old files have no mark at the end of their data, so that a damaged number
of rows made the rows behind it into value labels that nobody missed.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats import stata
from eenzaam_stats.loaders.formats.opened import open_file, read_columns

N_ROWS = 100
OLD = {113: 8, 114: 10, 115: 12}  # version of the format: version of Stata
NEW = (13, 14, 15)
NAMES = ["item", "weight"]
ROW_COUNT_AT = 6  # in an old file


def frame() -> pd.DataFrame:
    at = np.arange(N_ROWS)
    return pd.DataFrame({"item": at % 3 + 1.0, "weight": 0.5 + at / 7, "word": ["x" * 20] * N_ROWS})


def written(path: Path, version: int) -> Path:
    labels = {"item": {1: "ja", 2: "min of meer", 3: "nee"}}
    pyreadstat.write_dta(frame(), path, version=version, variable_value_labels=labels)
    return path


def with_rows(path: Path, n_rows: int) -> Path:
    """Write another number of rows into the header."""
    content = bytearray(path.read_bytes())
    mark = content.find(b"<N>")
    place, form = (mark + 3, "<I") if mark >= 0 else (ROW_COUNT_AT, "<i")
    assert struct.unpack_from(form, content, place)[0] == N_ROWS
    struct.pack_into(form, content, place, n_rows)
    path.write_bytes(content)
    return path


def read(path: Path) -> pd.DataFrame:
    return read_columns(open_file(path), NAMES)[0]


@pytest.mark.parametrize("version", [*OLD.values(), *NEW])
def test_sound_file_of_every_version_is_read(tmp_path, version):
    found = read(written(tmp_path / "x.dta", version))
    pd.testing.assert_frame_equal(found, frame()[NAMES], check_exact=True)


@pytest.mark.parametrize("version", [*OLD.values(), *NEW])
@pytest.mark.parametrize("n_rows", [0, 1, 50, 99, 101, 2_000_000_000])
def test_header_that_promises_other_rows_is_refused(tmp_path, version, n_rows):
    path = with_rows(written(tmp_path / "x.dta", version), n_rows)
    with pytest.raises(SourceError, match=r"x\.dta is damaged or cut off.* Copy the file again"):
        read(path)


@pytest.mark.parametrize("version", OLD.values())
def test_one_row_less_in_an_old_header_names_the_promise(tmp_path, version):
    path = with_rows(written(tmp_path / "x.dta", version), 99)
    with pytest.raises(SourceError, match="header promises 99 rows, and its data are of another"):
        open_file(path)


@pytest.mark.parametrize("version", OLD.values())
def test_one_row_is_lost_when_the_guard_is_opened(tmp_path, version, monkeypatch):
    monkeypatch.setattr(stata, "require_promised_rows", lambda _: None)
    path = tmp_path / "x.dta"
    pyreadstat.write_dta(frame(), path, version=version)
    assert len(read(with_rows(path, 99))) == 99


@pytest.mark.parametrize("version", NEW)
def test_too_many_rows_in_a_new_header_are_refused_before_memory_is_asked_for(tmp_path, version):
    path = with_rows(written(tmp_path / "x.dta", version), 2_000_000_000)
    with pytest.raises(SourceError, match=r"rows of 36 bytes, .* 3,600 bytes"):
        open_file(path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"<release>1", b"<release>9", "unknown version or order of bytes"),
        (b"LSF", b"LXF", "unknown version or order of bytes"),
        (b"</N><label>", b"</N><lab_l>", "the mark </N><label> is not where it must be"),
        (b"<variable_types>", b"<variable_type_>", "the mark <variable_types> is not where"),
    ],
)
def test_header_of_a_new_file_with_a_damaged_mark_is_refused(tmp_path, old, new, words):
    path = written(tmp_path / "x.dta", 15)
    path.write_bytes(path.read_bytes().replace(old, new, 1))
    with pytest.raises(SourceError, match=words):
        open_file(path)


def test_map_of_a_new_file_that_points_outside_it_is_refused(tmp_path):
    path = written(tmp_path / "x.dta", 15)
    content = bytearray(path.read_bytes())
    struct.pack_into("<Q", content, content.index(b"<map>") + 5 + 8 * 9, 1 << 40)
    path.write_bytes(content)
    with pytest.raises(SourceError, match="its map points outside the file"):
        open_file(path)


@pytest.mark.parametrize("version", OLD.values())
@pytest.mark.parametrize("kept", [2, 60, 120, 700, -300, -40, -1])
def test_old_file_that_was_cut_is_refused(tmp_path, version, kept):
    path = written(tmp_path / "x.dta", version)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(SourceError, match=r"x\.dta is (damaged or cut off|not a Stata file)"):
        read(path)


@pytest.mark.parametrize("tail", [b"x", b"\0" * 40, b"\0" * 400])
def test_old_file_with_something_behind_its_labels_is_refused(tmp_path, tail):
    path = written(tmp_path / "x.dta", OLD[114])
    path.write_bytes(path.read_bytes() + tail)
    with pytest.raises(SourceError, match="its data are of another length"):
        read(path)


@pytest.mark.parametrize("byte_order", ["little", "big"])
def test_old_file_of_another_program_is_read_in_both_orders_of_bytes(tmp_path, byte_order):
    path = tmp_path / "x.dta"
    labels = {"item": {1: "ja", 3: "nee"}}
    own = frame().astype({"item": "int8"})
    own.to_stata(path, version=114, write_index=False, value_labels=labels, byteorder=byte_order)
    found = read(path)
    np.testing.assert_array_equal(found.to_numpy(float), own[NAMES].to_numpy(float))


@pytest.mark.parametrize("version", [104, 108, 112])
def test_file_from_before_2003_is_refused_with_what_to_do(tmp_path, version):
    path = written(tmp_path / "x.dta", OLD[113])
    path.write_bytes(bytes([version]) + path.read_bytes()[1:])
    with pytest.raises(SourceError, match=rf"version {version} .*Save it again from a later Stata"):
        open_file(path)


def test_unknown_type_of_a_variable_is_named(tmp_path):
    path = written(tmp_path / "x.dta", OLD[114])
    content = bytearray(path.read_bytes())
    content[109] = 249
    path.write_bytes(content)
    with pytest.raises(SourceError, match="a variable has the unknown type 249"):
        open_file(path)
