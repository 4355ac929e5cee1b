"""SPSS files that are not what they seem: each gets one sentence, none gets half a table."""

from __future__ import annotations

from pathlib import Path

import pyreadstat
import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.spss import open_spss, read_columns
from loaders.formats.sav_bytes import cut_rows, without_row_count
from loaders.sources.monitor_files import monitor_file


def spss(tmp_path: Path, name: str = "gm.sav", *, repeats: int = 10) -> Path:
    return monitor_file(2016, repeats=repeats).write(tmp_path / name)


def read(path: Path) -> int:
    return len(read_columns(open_spss(path), ["GGEEB201"])[0])


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


@pytest.mark.parametrize("name", ["gm.sav", "gm.zsav", "GM.SAV"])
def test_metadata_has_names_labels_and_declared_missing(tmp_path, name):
    file = open_spss(spss(tmp_path, name))
    assert "GGEES203" in file.columns
    assert file.value_labels["GGEEB201"][1] == "Ja"
    assert file.missing_ranges["GGEES203"] == ((99.0, 99.0),)
    assert (file.n_rows, file.encoding, file.text_columns) == (200, None, frozenset())


def test_user_missing_codes_stay_values_and_only_the_columns_asked_for_are_read(tmp_path):
    frame, _ = read_columns(open_spss(spss(tmp_path)), ["GGEES203", "GGEEB203"])
    assert sorted(frame.columns) == ["GGEEB203", "GGEES203"]
    assert (frame["GGEES203"] == 99).sum() == 30
    assert not frame.isna().any().any()


def test_nonexistent_file_is_named_without_its_folder(tmp_path):
    with pytest.raises(SourceError, match=r"^nothing\.sav does not exist\. Check the path\.$"):
        open_spss(tmp_path / "nothing.sav")


def test_folder_is_not_a_file(tmp_path):
    (tmp_path / "gm.sav").mkdir()
    with pytest.raises(SourceError, match=r"gm\.sav is a folder, not a file"):
        open_spss(tmp_path / "gm.sav")


def test_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "gm.sav").touch()
    with pytest.raises(SourceError, match=r"gm\.sav is empty \(0 bytes\)"):
        open_spss(tmp_path / "gm.sav")


@pytest.mark.parametrize("name", ["gm.csv", "gm.dta", "gm"])
def test_other_suffix_is_refused_before_the_file_is_opened(tmp_path, name):
    with pytest.raises(SourceError, match=r"its name does not end in \.sav or \.zsav"):
        open_spss(tmp_path / name)


@pytest.mark.parametrize("name", ["gm.sav", "gm.zsav"])
def test_csv_with_the_name_of_an_spss_file_is_refused(tmp_path, name):
    (tmp_path / name).write_text("GGEEB201,GGEEB202\n1,2\n" * 50)
    with pytest.raises(SourceError, match="is not an SPSS file, although its name says so"):
        open_spss(tmp_path / name)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.9, 0.999])
@pytest.mark.parametrize(
    ("name", "options"),
    [("gm.sav", {}), ("gm.sav", {"row_compress": True}), ("gm.zsav", {})],
    ids=["plain", "row_compressed", "zlib"],
)
def test_truncated_file_is_refused_wherever_it_was_cut(tmp_path, share, name, options):
    content = monitor_file(2016, repeats=200)
    content.options = options
    path = cut(content.write(tmp_path / name), share)
    with pytest.raises(SourceError, match="is damaged or cut off"):
        read(path)


def test_truncated_file_without_row_count_reads_fewer_rows_and_says_that_it_cannot_know(tmp_path):
    path = cut_rows(without_row_count(spss(tmp_path)), 140)
    file = open_spss(path)
    assert file.n_rows is None
    assert read(path) == 140


def test_file_with_fewer_rows_than_its_header_promises_is_refused(tmp_path, monkeypatch):
    file = open_spss(spss(tmp_path))
    monkeypatch.setattr(
        "eenzaam_stats.loaders.formats.spss._values",
        lambda *_: _frame(open_spss(file.path)).head(150),
    )
    with pytest.raises(SourceError, match="its header promises 200 rows and 150 are there"):
        read_columns(file, ["GGEEB201"])


def _frame(file):
    return pyreadstat.read_sav(file.path)[0]


def test_file_without_rows_is_refused(tmp_path):
    content = monitor_file(2016)
    content.columns = {name: list(values)[:0] for name, values in content.columns.items()}
    path = content.write(tmp_path / "gm.sav")
    with pytest.raises(SourceError, match=r"gm\.sav holds no rows"):
        read(path)


def test_latin_1_bytes_in_labels_are_read_after_a_retry(tmp_path):
    content = monitor_file(2016)
    content.labels["MIREB201"] = {2: "GGD FryslQQn"}
    path = content.write(tmp_path / "gm.sav")
    path.write_bytes(path.read_bytes().replace(b"QQ", b"\xe2\xe2"))
    file = open_spss(path)
    assert file.encoding == "latin1"
    assert file.value_labels["MIREB201"][2] == "GGD Fryslâân"
    assert read(path) == 20


def test_latin_1_bytes_in_values_are_read_after_a_retry(tmp_path):
    content = monitor_file(2016)
    content.columns["bron"] = ["regio QQ"] * 20
    path = content.write(tmp_path / "gm.sav")
    path.write_bytes(path.read_bytes().replace(b"QQ", b"\xe2\xe2"))
    file = open_spss(path)
    frame, encoding = read_columns(file, ["bron"])
    assert (file.encoding, encoding) == (None, "latin1")
    assert frame["bron"].unique().tolist() == ["regio ââ"]


def test_every_fault_of_a_file_has_exit_code_3():
    assert SourceError("x").exit_code == 3
