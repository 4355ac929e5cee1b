"""What a user can say about a file, such as where its names stand, and what it says itself."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pyreadstat
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import OptionError, SourceError, UnknownCodeError
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from eenzaam_stats.loaders.formats.spss import open_spss
from loaders.formats.text_files import FORMATS, read_text, write_text
from loaders.mapping.mapped_files import mapping, people, write_mapping

MARK = b"\xef\xbb\xbf"
ROWS = [("item", "city"), ("1", "Súd"), ("2", "NA")]


def csv_of(rows, delimiter: str = ",") -> str:
    return "".join(f"{delimiter.join(row)}\n" for row in rows)


def cells(path, **words) -> list[list[str]]:
    file = open_file(path, **words)
    assert file.columns == ("item", "city")
    return read_columns(file, file.columns)[0].to_numpy(dtype=object).tolist()


SOUND = [list(row) for row in ROWS[1:]]
BYTES = {
    "sep semicolon": b"sep=;\n" + csv_of(ROWS, ";").encode(),
    "sep in quotes and capitals": b'"SEP=;"\r\n' + csv_of(ROWS, ";").encode(),
    "sep bar": b"sep=|\n" + csv_of(ROWS, "|").encode(),
    "sep tab in words": b"sep=\\t\n" + csv_of(ROWS, "\t").encode(),
    "sep behind a mark": MARK + b"sep=;\n" + csv_of(ROWS, ";").encode(),
    "mark of UTF-8": MARK + csv_of(ROWS).encode(),
    "two marks": MARK + MARK + csv_of(ROWS).encode(),
    "mark before cp1252": MARK + csv_of(ROWS).encode("cp1252"),
    "sep behind a mark before cp1252": MARK + b"sep=;\n" + csv_of(ROWS, ";").encode("cp1252"),
    "lines of old Mac": csv_of(ROWS).replace("\n", "\r").encode(),
    "bars": csv_of(ROWS, "|").encode(),
}


@pytest.mark.parametrize("name", BYTES)
@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_marks_and_delimiters_are_no_part_of_names_or_rows(tmp_path, suffix, name):
    path = tmp_path / f"survey{suffix}"
    path.write_bytes(BYTES[name])
    assert cells(path) == SOUND


def test_tab_is_the_delimiter_of_a_tsv_whatever_its_names_hold(tmp_path):
    path = tmp_path / "survey.tsv"
    path.write_text("a,b,c\td\n1\t2\n", "utf-8")
    assert open_file(path).columns == ("a,b,c", "d")


@pytest.mark.parametrize("content", ['"q3" "w"\n"1" 1 0.5\n', "q3 w\n1 0.5\n"])
def test_blanks_between_names_are_no_delimiter(tmp_path, content):
    """As R writes it with write.table."""
    path = tmp_path / "survey.txt"
    path.write_text(content, "utf-8")
    with pytest.raises(SourceError, match="without a comma, semicolon, tab or bar"):
        open_file(path)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".xlsx"])
def test_title_above_the_names_and_rows_below_them_are_left_out_when_said(tmp_path, suffix):
    path = tmp_path / f"survey{suffix}"
    extra = [
        ("Hoe vaak, en waar?", "Waar woont u?"),
        ('{"ImportId":"QID1"}', '{"ImportId":"QID2"}'),
    ]
    rows = [("Enquête 2022", ""), ROWS[0], *extra, *ROWS[1:]]
    if suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        quoted = [tuple('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
        path.write_text(csv_of(quoted, {".tsv": "\t", ".txt": ";"}.get(suffix, ",")), "utf-8")
    assert cells(path, header_row=2, skip_rows=2) == SOUND
    for given in (0, 1):
        with pytest.raises(SourceError, match=r"comes from Qualtrics\. Say skip_rows=2"):
            cells(path, header_row=2, skip_rows=given)


def test_row_of_one_question_names_the_rows_to_skip(tmp_path):
    frame = people().astype("str")
    frame.loc[-1] = "Hoe vaak?"
    path = write_text(frame.sort_index(), tmp_path / "survey.csv")
    told = write_mapping(mapping(), tmp_path / "m.toml")
    with pytest.raises(UnknownCodeError, match=r"row 1 holds the question .* say skip_rows=1"):
        es.read_mapped(path, told)
    assert len(es.read_mapped(path, told, skip_rows=1).respondents) == 60
    raw = mapping() | {"file": {"skip_rows": 1}}
    assert len(read_text(frame.sort_index(), tmp_path / "b.csv", raw).respondents) == 60


@pytest.fixture
def book(tmp_path):
    """Three sheets: words, the survey under a title, and one that is empty."""
    path = tmp_path / "book.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "Leeswijzer"
    made.active.append(["Zie het blad Data"])
    data = made.create_sheet("Data")
    for row in (["Enquête 2022"], [], *ROWS):
        data.append(row)
    made.create_sheet("Leeg")
    made.save(path)
    return path


@pytest.mark.parametrize("sheet", ["Data", 2])
def test_sheet_and_row_of_names_of_a_workbook_can_be_said(book, sheet):
    assert cells(book, sheet=sheet, header_row=3) == SOUND
    assert open_file(book, sheet=sheet, header_row=3).notes == ()


def test_title_or_blank_row_where_names_should_be_is_named(book):
    with pytest.raises(SourceError, match=r"no column names in row 2 of sheet 'Data'.*header_row="):
        open_file(book, sheet="Data", header_row=2)
    with pytest.raises(SourceError, match=r"no column names in the first row of sheet 'Leeg'"):
        open_file(book, sheet="Leeg")
    for wrong in ("data", 4):
        with pytest.raises(OptionError, match=r"sheet is .* Choose one of 'Leeswijzer', 'Data'"):
            open_file(book, sheet=wrong)


def test_title_above_a_wider_table_is_named_with_its_row(tmp_path):
    path = tmp_path / "book.xlsx"
    made = openpyxl.Workbook()
    for row in (["Enquête 2022"], [], ["a", "b", "c"], [1, 2, 3]):
        made.active.append(row)
    made.save(path)
    with pytest.raises(SourceError, match=r"row 3 is wider\. If the names stand .* header_row=3"):
        open_file(path)
    assert open_file(path, header_row=3).columns == ("a", "b", "c")


@pytest.mark.parametrize("suffix", [".sav", ".dta", ".parquet", ".csv"])
def test_what_a_format_does_not_have_is_refused(tmp_path, suffix):
    path = write_text(people(), tmp_path / f"survey{suffix}")
    with pytest.raises(OptionError, match=r"no such thing as \['sheet'\]"):
        open_file(path, sheet="Data")
    if suffix != ".csv":
        with pytest.raises(OptionError, match=r"\['skip_rows', 'header_row'\]"):
            open_file(path, skip_rows=1, header_row=2)


WRONG = {
    "unknown": ({"decimals": ","}, "'decimals', which is not an option. Choose one of 'decimal'"),
    "rows": ({"skip_rows": -1}, "skip_rows is -1. Give a whole number of at least 0"),
    "truth": ({"skip_rows": True}, "skip_rows is True"),
    "names": ({"header_row": 0}, "header_row is 0. Give a whole number of at least 1"),
    "sheet": ({"sheet": 0}, "sheet is 0. Give a name, or a number from 1"),
    "sign": ({"decimal": "x"}, "decimal is 'x'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_said_is_refused_by_every_format(tmp_path, name):
    words, message = WRONG[name]
    for suffix in FORMATS:
        path = write_text(people(), tmp_path / f"survey{suffix}")
        with pytest.raises(OptionError) as caught:
            open_file(path, **words)
        assert message in str(caught.value)


def test_survey_that_is_kept_is_read_again_when_other_words_are_said(tmp_path):
    frame = people().assign(w=["1.234", "2", "1.500"] * 20)
    first = read_text(frame, tmp_path / "s.csv", cache=tmp_path / "kept", decimal=".")
    other = read_text(frame, tmp_path / "s.csv", cache=tmp_path / "kept", thousands=".")
    assert (first.respondents["weight"].max(), other.respondents["weight"].max()) == (2.0, 1500.0)


def test_monitor_takes_words_for_an_opened_file_too(tmp_path):
    es.synthesise("gezondheidsmonitor", tmp_path / "demo.sav", wave=2022, n=1_000, seed=1)
    with pytest.raises(OptionError, match=r"keep_words names column\(s\) \['land'\]"):
        es.read_gezondheidsmonitor(tmp_path / "demo.sav", wave=2022, keep_words={"land": ["NA"]})
    file = open_spss(tmp_path / "demo.sav")
    with pytest.raises(OptionError, match="which is not an option"):
        es.read_gezondheidsmonitor(file, wave=2022, decimals=",")
    kept = es.read_gezondheidsmonitor(file, wave=2022, decimal=",")
    assert len(kept.respondents) > 0


# ---------------------------------------------------------------- Stata: long text


def test_long_text_of_stata_that_is_no_utf_8_names_its_column(tmp_path):
    """A file of Stata 118 with one strL column, written by pyreadstat and spoilt in two bytes."""
    path = tmp_path / "long.dta"
    words = ["Gröningen " + "x" * 3_000, "Súdwest " + "y" * 3_000]
    pyreadstat.write_dta(pd.DataFrame({"st": words, "a": [1.0, 2.0]}), path, version=15)
    content = path.read_bytes()
    assert content.count("ö".encode()) == 1
    path.write_bytes(content.replace("ö".encode(), b"\xf6?"))
    with pytest.raises(SourceError, match=r"holds text in column\(s\) \['st'\].*\(strL\)"):
        read_columns(open_file(path), ["st", "a"])
    assert read_columns(open_file(path), ["a"])[0]["a"].tolist() == [1.0, 2.0]
