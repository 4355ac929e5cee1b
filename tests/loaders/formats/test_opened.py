"""Every format gives the same columns; a file that is not what its name says, one sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats import columnar, workbook
from eenzaam_stats.loaders.formats.opened import SUFFIXES, open_file, read_columns

FRAME = pd.DataFrame(
    {
        "item": [1.0, 2.0, 3.0, np.nan],
        "city": ["'s-Hertogenbosch", "Súdwest", "", "NA"],
        "weight": [0.5, 1.5, 1.25, 0.75],
    }
)
CSV = "item,city,weight\n1,'s-Hertogenbosch,0.5\n2,Súdwest,1.5\n3,,1.25\n,NA,0.75\n"


def written(path: Path) -> Path:
    match path.suffix:
        case ".sav" | ".zsav":
            pyreadstat.write_sav(FRAME, path, compress=path.suffix == ".zsav")
        case ".dta":
            pyreadstat.write_dta(FRAME, path)
        case ".csv" | ".txt":
            path.write_text(CSV, encoding="utf-8")
        case ".tsv":
            path.write_text(CSV.replace(",", "\t"), encoding="utf-8")
        case ".parquet":
            FRAME.to_parquet(path)
        case ".xlsx":
            FRAME.to_excel(path, index=False)
    return path


def text(tmp_path: Path, content: str | bytes, name: str = "survey.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def cells(path: Path, *names: str) -> list[list[object]]:
    return read_columns(open_file(path), names)[0].to_numpy(dtype=object).tolist()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_gives_the_columns_asked_for_in_file_order(tmp_path, suffix):
    file = open_file(written(tmp_path / f"survey{suffix}"))
    frame, encoding = read_columns(file, ["weight", "item"])
    assert file.columns == ("item", "city", "weight")
    assert "city" in file.text_columns
    assert list(frame.columns) == ["item", "weight"]
    assert pd.to_numeric(frame["weight"]).tolist() == [0.5, 1.5, 1.25, 0.75]
    assert pd.to_numeric(frame["item"]).tolist()[:3] == [1, 2, 3]
    assert frame["item"].iloc[3] == "" or pd.isna(frame["item"].iloc[3])
    assert encoding is None


@pytest.mark.parametrize(
    ("suffix", "n_rows"), [(".sav", 4), (".dta", 4), (".parquet", 4), (".csv", None)]
)
def test_number_of_rows_is_the_one_that_the_file_states(tmp_path, suffix, n_rows):
    assert open_file(written(tmp_path / f"survey{suffix}")).n_rows == n_rows


def test_suffix_is_read_in_any_case(tmp_path):
    assert open_file(text(tmp_path, CSV, "SURVEY.CSV")).format == "csv"


def test_other_suffix_lists_the_formats(tmp_path):
    with pytest.raises(SourceError, match=r"end in \.sav, \.zsav, \.dta, .* or \.xlsx\. Export"):
        open_file(tmp_path / "survey.sas7bdat")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_absent_and_empty_files_are_named_without_their_folder(tmp_path, suffix):
    with pytest.raises(SourceError, match=rf"^survey\{suffix} does not exist\. Check the path\.$"):
        open_file(tmp_path / f"survey{suffix}")
    with pytest.raises(SourceError, match=r"is empty \(0 bytes\)"):
        open_file(text(tmp_path, b"", f"survey{suffix}"))


def test_folder_with_the_name_of_a_file_is_refused(tmp_path):
    (tmp_path / "survey.csv").mkdir()
    with pytest.raises(SourceError, match=r"survey\.csv is a folder, not a file"):
        open_file(tmp_path / "survey.csv")


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".parquet", ".xlsx"])
def test_text_with_the_name_of_another_format_is_refused(tmp_path, suffix):
    with pytest.raises(SourceError, match="although its name says so: it begins as text"):
        open_file(text(tmp_path, CSV, f"survey{suffix}"))


@pytest.mark.parametrize("suffix", [".dta", ".parquet", ".xlsx"])
@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_file_that_was_cut_off_is_refused(tmp_path, suffix, share):
    path = written(tmp_path / f"survey{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(SourceError, match=r"is damaged or cut off|is cut off"):
        read_columns(open_file(path), ["item"])


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_found_from_the_header(tmp_path, delimiter):
    path = text(tmp_path, CSV.replace(",", delimiter))
    assert cells(path, "item", "city")[0] == ["1", "'s-Hertogenbosch"]


def test_delimiter_inside_quotation_marks_does_not_count(tmp_path):
    path = text(tmp_path, '"a;b;c;d",second\n"x;y",2\n')
    assert open_file(path).columns == ("a;b;c;d", "second")
    assert cells(path, "a;b;c;d") == [["x;y"]]


def test_words_that_look_missing_and_leading_zeros_stay_text(tmp_path):
    path = text(tmp_path, "code,city\n0034,NA\n0363,null\nnan,\n")
    assert cells(path, "code", "city") == [["0034", "NA"], ["0363", "null"], ["nan", ""]]


def test_mark_of_byte_order_is_no_part_of_the_first_name(tmp_path):
    assert open_file(text(tmp_path, b"\xef\xbb\xbf" + CSV.encode())).columns[0] == "item"


def test_latin_1_in_the_header_and_in_a_late_row_is_read_and_said(tmp_path):
    header = open_file(text(tmp_path, "gemeente,é\nA,1\n".encode("latin-1")))
    assert (header.columns, header.encoding) == (("gemeente", "é"), "latin1")
    late = open_file(text(tmp_path, ("a\n" + "x\n" * 9_000 + "Súd\n").encode("latin-1")))
    frame, encoding = read_columns(late, ["a"])
    assert (late.encoding, encoding, frame["a"].iloc[-1]) == (None, "latin1", "Súd")


@pytest.mark.parametrize("row", ["1,2,3,4", "1,2"])
def test_row_with_other_cells_than_the_header_stops_with_its_number(tmp_path, row):
    path = text(tmp_path, f"a,b,c\n1,2,3\n{row}\n")
    with pytest.raises(SourceError, match=r"has \d cell\(s\) in row 2 and 3 name\(s\) in its"):
        read_columns(open_file(path), ["a"])


def test_quotation_mark_that_is_never_closed_is_a_file_that_was_cut_off(tmp_path):
    path = text(tmp_path, 'a,b\n1,"x\n2,y\n')
    with pytest.raises(SourceError, match=r"is damaged or cut off .* \(unexpected end of data\)"):
        read_columns(open_file(path), ["a"])


def test_blank_lines_are_no_rows_and_empty_cells_of_a_single_column_are(tmp_path):
    assert cells(text(tmp_path, "a,b\n1,2\n\n3,4\n\n"), "a") == [["1"], ["3"]]
    assert cells(text(tmp_path, "a\n1\n\n3\n"), "a") == [["1"], [""], ["3"]]


@pytest.mark.parametrize("content", [CSV.encode("utf-16"), b"a\0b,c\n1,2\n"])
def test_bytes_that_are_no_plain_text_are_refused(tmp_path, content):
    with pytest.raises(SourceError, match=r"is not a CSV file of plain text.*encoding UTF-8"):
        open_file(text(tmp_path, content))


def test_file_without_names_or_without_rows_is_refused(tmp_path):
    with pytest.raises(SourceError, match="has no column names in its first line"):
        open_file(text(tmp_path, "\n1,2\n"))
    with pytest.raises(SourceError, match="holds no rows"):
        read_columns(open_file(text(tmp_path, "a,b\n")), ["a"])


# ---------------------------------------------------------------- Stata


def test_extended_missing_values_of_stata_keep_their_letter(tmp_path):
    values = pd.Series([1.0, "a", 3.0, "z", np.nan], dtype=object)
    pyreadstat.write_dta(
        pd.DataFrame({"item": values, "word": list("abcde")}),
        tmp_path / "survey.dta",
        missing_user_values={"item": ["a", "z"]},
        variable_value_labels={"item": {1: "Ja", "a": "Weet niet"}},
    )
    file = open_file(tmp_path / "survey.dta")
    assert file.value_labels["item"] == {1: "Ja", ".a": "Weet niet"}
    assert (".z", ".z") in file.missing_ranges["item"]
    assert "word" not in file.missing_ranges
    frame, _ = read_columns(file, ["item", "word"])
    assert frame["item"].tolist()[:4] == [1.0, ".a", 3.0, ".z"]
    assert np.isnan(frame["item"].iloc[4])
    assert frame["word"].tolist() == list("abcde")


# ---------------------------------------------------------------- Parquet and Excel


def test_categories_and_truth_values_of_parquet_become_text(tmp_path):
    frame = pd.DataFrame(
        {
            "item": pd.Categorical(["Ja", "Nee", None]),
            "flag": [True, False, True],
            "gap": pd.array([True, None, False], dtype="boolean"),
        }
    )
    frame.to_parquet(tmp_path / "survey.parquet")
    found, _ = read_columns(open_file(tmp_path / "survey.parquet"), ["item", "flag", "gap"])
    assert found["item"].tolist()[:2] == ["Ja", "Nee"]
    assert found["flag"].tolist() == ["TRUE", "FALSE", "TRUE"]
    assert found["gap"].isna().tolist() == [False, True, False]


def test_dates_and_decimals_of_parquet_are_those_of_a_csv_file(tmp_path):
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2020-01-31", None]),
            "moment": [date(2020, 1, 31), None],
            "amount": [Decimal("1.50"), None],
        }
    )
    frame.to_parquet(tmp_path / "survey.parquet")
    found, _ = read_columns(open_file(tmp_path / "survey.parquet"), frame.columns)
    assert found["day"].tolist()[0] == "2020-01-31T00:00:00"
    assert found["moment"].tolist()[0] == "2020-01-31"
    assert found["amount"].tolist()[0] == 1.5
    assert found.isna().sum().tolist() == [1, 1, 1]


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, b"\xff\x00"])
def test_cells_of_parquet_that_are_no_number_or_text_are_refused(tmp_path, cell):
    pd.DataFrame({"item": [cell, cell]}).to_parquet(tmp_path / "survey.parquet")
    with pytest.raises(SourceError, match=r"column 'item' hold lists or bytes.*one value per cell"):
        read_columns(open_file(tmp_path / "survey.parquet"), ["item"])


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta"])
def test_dates_of_spss_and_stata_stay_the_numbers_that_the_file_holds(tmp_path, suffix):
    path = tmp_path / f"survey{suffix}"
    days = pd.DataFrame({"day": pd.to_datetime(["2020-01-31", None]), "item": [1.0, 2.0]})
    write = pyreadstat.write_dta if suffix == ".dta" else pyreadstat.write_sav
    write(days, path)
    found, _ = read_columns(open_file(path), ["day"])
    assert found["day"].dtype == np.float64
    assert found["day"].isna().tolist() == [False, True]


def test_first_sheet_is_read_and_the_others_are_mentioned(tmp_path):
    book = openpyxl.Workbook()
    first = book.active
    first.title = "data"
    for row in [("item", "flag", "code"), (1, True, "0034"), (None, None, None), (2.5, False, 7)]:
        first.append(row)
    book.create_sheet("uitleg").append(("read me",))
    book.save(tmp_path / "survey.xlsx")
    file = open_file(tmp_path / "survey.xlsx")
    assert file.notes == ("the workbook has 2 sheets; the first, 'data', was read",)
    assert cells(file.path, *file.columns) == [[1.0, "TRUE", "0034"], [2.5, "FALSE", 7]]


def test_workbook_without_names_is_refused(tmp_path):
    openpyxl.Workbook().save(tmp_path / "survey.xlsx")
    with pytest.raises(SourceError, match="no column names in the first row of its first sheet"):
        open_file(tmp_path / "survey.xlsx")


@pytest.mark.parametrize(
    ("suffix", "module", "extra"), [(".parquet", columnar, "fast"), (".xlsx", workbook, "excel")]
)
def test_format_that_needs_an_extra_says_which(tmp_path, monkeypatch, suffix, module, extra):
    path = written(tmp_path / f"survey{suffix}")
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(SourceError, match=rf"is not installed.*'eenzaam-stats\[{extra}\]'"):
        open_file(path)
