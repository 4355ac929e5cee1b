"""Rows of an SPSS file against what its header promises: never a shorter survey without a word.

What only this file sees: a file that is sound but for its number of rows. The reading library stops
where the header says, so the rows are counted from the data themselves.
"""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats import spss
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.sav_rows import CodeCount, require_promised_rows
from eenzaam_stats.loaders.formats.survey_file import Reader
from loaders.formats.sav_bytes import cut_rows, layout_of, with_row_count, without_row_count

N_ROWS = 120
FORMS = {
    "plain.sav": {},
    "codes.sav": {"row_compress": True},
    "blocks.zsav": {"compress": True},
}
READERS: tuple[Reader, ...] = ("pyreadstat", "fast")


def frame() -> pd.DataFrame:
    """Small numbers, numbers at full length, blanks and texts of one and of several parts."""
    at = np.arange(N_ROWS)
    return pd.DataFrame(
        {
            "item": (at % 3 + 1).astype(float),
            "weight": 0.5 + at / 7,
            "gap": np.where(at % 4 == 0, np.nan, at - 120.0),
            "short": [f"t{place % 9}" for place in at],
            "long": ["x" * (place % 300) for place in at],
        }
    )


@pytest.fixture(params=FORMS)
def path(request, tmp_path: Path) -> Path:
    target = tmp_path / request.param
    pyreadstat.write_sav(frame(), target, **FORMS[request.param])
    return target


def n_read(path: Path, reader: Reader = "pyreadstat") -> int:
    file = open_file(path, reader=reader)
    return len(read_columns(file, file.columns)[0])


def test_rows_are_counted_from_the_data_in_every_form(path):
    assert require_promised_rows(path, layout_of(path)) == N_ROWS


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("promised", [0, 1, N_ROWS - 1, N_ROWS + 1, 2_000_000_000])
def test_header_that_promises_other_rows_is_refused(path, reader, promised):
    with_row_count(path, header=promised, extension=promised)
    words = f"header promises {promised:,} rows and {N_ROWS} are there. Copy the file again"
    with pytest.raises(SourceError, match=words) as caught:
        n_read(path, reader)
    assert str(path.parent) not in str(caught.value)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("bit", [0, 1, 3, 6, 12, 20, 30])
def test_every_flipped_bit_of_the_number_of_rows_is_refused(path, reader, bit):
    flipped = N_ROWS ^ (1 << bit)
    with_row_count(path, header=flipped, extension=-1)
    with pytest.raises(SourceError, match=r"header promises .* rows and 120 are there"):
        n_read(path, reader)


@pytest.mark.parametrize(("header", "extension"), [(119, 120), (120, 119), (120, 1 << 40)])
def test_two_numbers_of_rows_that_disagree_are_refused(path, header, extension):
    with_row_count(path, header=header, extension=extension)
    words = f"its header claims {header:,} rows and its dictionary {extension:,}"
    with pytest.raises(SourceError, match=words):
        open_file(path)


@pytest.mark.parametrize(("header", "extension"), [(-2, -1), (-1, -2), (-(1 << 31), 120)])
def test_number_of_rows_below_unknown_is_refused(path, header, extension):
    with_row_count(path, header=header, extension=extension)
    with pytest.raises(SourceError, match=r"its header claims -[0-9,]+ rows"):
        open_file(path)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("header", "extension", "stated"), [(-1, 120, 120), (120, -1, 120), (-1, -1, None)]
)
def test_unknown_number_of_rows_is_allowed_and_the_other_place_counts(
    path, reader, header, extension, stated
):
    whole = read_columns(open_file(path), open_file(path).columns)[0]
    with_row_count(path, header=header, extension=extension)
    file = open_file(path, reader=reader)
    assert file.n_rows == stated
    found, _ = read_columns(file, file.columns)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


@pytest.mark.parametrize("reader", READERS)
def test_rows_in_the_extension_alone_are_a_promise_too(path, reader):
    with_row_count(path, header=-1, extension=100)
    with pytest.raises(SourceError, match=r"header promises 100 rows and 120 are there"):
        n_read(path, reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kept", [1, 60, 119])
def test_file_cut_between_two_rows_is_refused_unless_it_promised_nothing(tmp_path, reader, kept):
    path = tmp_path / "plain.sav"
    pyreadstat.write_sav(frame(), path)
    content = path.read_bytes()
    cut_rows(path, kept)
    with pytest.raises(SourceError, match=f"promises 120 rows and {kept} are there"):
        n_read(path, reader)
    path.write_bytes(content)
    assert n_read(cut_rows(without_row_count(path), kept), reader) == kept


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("n_bytes", [1, 8, 16])
def test_file_cut_within_a_row_is_refused_even_when_it_promised_nothing(tmp_path, reader, n_bytes):
    path = tmp_path / "plain.sav"
    pyreadstat.write_sav(frame(), path)
    cut_rows(without_row_count(path), 60, n_bytes=n_bytes)
    with pytest.raises(SourceError, match=r"after 60 rows a part of a row follows"):
        n_read(path, reader)


def test_file_that_was_lengthened_by_rows_is_refused(tmp_path):
    path = tmp_path / "plain.sav"
    pyreadstat.write_sav(frame(), path)
    content, layout = path.read_bytes(), layout_of(path)
    path.write_bytes(content + content[layout.data_at :])
    with pytest.raises(SourceError, match=r"promises 120 rows and 240 are there"):
        n_read(path)


def test_rows_behind_the_end_of_the_data_are_no_rows_and_refused_without_a_promise(tmp_path):
    path = tmp_path / "codes.sav"
    pyreadstat.write_sav(frame(), path, row_compress=True)
    content, layout = path.read_bytes(), layout_of(path)
    path.write_bytes(content + content[layout.data_at :])
    assert n_read(path) == N_ROWS
    with pytest.raises(SourceError, match=r"[0-9,]+ bytes follow the end of its data"):
        n_read(without_row_count(path))


def test_shorter_header_would_lose_rows_without_the_count(path, monkeypatch):
    """The guard taken away: the library gives 50 of 120 rows and says nothing."""
    monkeypatch.setattr(spss, "require_promised_rows", lambda _file, layout, *_: layout.n_rows)
    with_row_count(path, header=50, extension=50)
    assert n_read(path) == 50


def packed(codes: list[int]) -> bytes:
    """Codes with the values that they announce, in groups of eight."""
    whole = [*codes, *[0] * (-len(codes) % 8)]
    groups = [whole[start : start + 8] for start in range(0, len(whole), 8)]
    # A value made of codes: whoever takes it for a group counts wrong.
    return b"".join(
        bytes(group) + b"\xfd\xfc\0\1\xfd\xfe\xff\x64" * group.count(253) for group in groups
    )


def counted(data: bytes, size: int) -> int:
    count = CodeCount()
    for start in range(0, len(data), size):
        count.add(data[start : start + size])
    return count.n_values


CODES = st.lists(st.sampled_from([0, 1, 100, 101, 253, 253, 254, 255]), max_size=200)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(codes=CODES, size=st.integers(1, 64), tail=st.binary(max_size=20))
def test_codes_are_counted_one_by_one_whatever_the_parts(codes, size, tail):
    expected = sum(code != 0 for code in codes)
    assert counted(packed(codes), size) == expected
    ended = packed([*codes, 252])
    count = CodeCount()
    for start in range(0, len(ended + tail), size):
        count.add((ended + tail)[start : start + size])
    assert (count.n_values, count.n_behind) == (expected, len(tail))


def test_values_that_were_cut_off_do_not_count():
    whole = packed([253] * 8)
    assert [counted(whole[:end], 16) for end in (8, 16, 20, 64, 72)] == [0, 1, 1, 7, 8]


# Part of a .zsav file, place in it, how the number is written, number, words of the error.
# The part begins with a header of three numbers; the table of the blocks stands at its end.
@pytest.mark.parametrize(
    ("part", "at", "form", "number", "words"),
    [
        ("header", 8, "<q", -5, "points outside the file"),
        ("header", 8, "<q", 1 << 40, "ends in the middle"),
        ("header", 16, "<q", 9, "an impossible size"),
        ("table", 20, "<i", 7, "an impossible size"),
        ("table", 40, "<i", 1 << 30, "block claims"),
        ("table", 40, "<i", 40, "not as long as"),
        ("table", 44, "<i", 3, "not as long as"),
        ("table", -4, "<i", 1, "incorrect data check"),
    ],
)
def test_table_of_blocks_that_cannot_be_right_is_named(tmp_path, part, at, form, number, words):
    path = tmp_path / "blocks.zsav"
    pyreadstat.write_sav(frame(), path, compress=True)
    data, begin = bytearray(path.read_bytes()), layout_of(path).data_at
    table = struct.unpack_from("<q", data, begin + 8)[0]
    assert len(zlib.decompress(data[begin + 24 : table])) > N_ROWS
    struct.pack_into(form, data, {"header": begin, "table": table}[part] + at, number)
    path.write_bytes(data)
    with pytest.raises(SourceError, match=f"blocks.zsav is damaged or cut off: .*{words}"):
        read_columns(open_file(path), ["item"])


@pytest.mark.parametrize("name", ["codes.sav", "blocks.zsav"])
def test_other_bias_would_move_every_number_and_is_refused(tmp_path, name):
    path = tmp_path / name
    pyreadstat.write_sav(frame(), path, **FORMS[name])
    content = bytearray(path.read_bytes())
    struct.pack_into("<d", content, 84, 101.0)
    path.write_bytes(content)
    with pytest.raises(SourceError, match="has the bias 101, where every program writes 100"):
        open_file(path)


@pytest.mark.parametrize(("name", "kind"), [("plain.sav", 7), ("plain.sav", 2), ("blocks.zsav", 0)])
def test_impossible_compression_is_refused(tmp_path, name, kind):
    path = tmp_path / name
    pyreadstat.write_sav(frame(), path, **FORMS[name])
    content = bytearray(path.read_bytes())
    struct.pack_into("<i", content, 72, kind)
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"has the impossible compression {kind}"):
        open_file(path)
