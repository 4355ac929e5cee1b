"""Formulas of a workbook without stored values are an error that says so, never blank cells."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import openpyxl
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.formats.opened import open_file, read_columns
from loaders.mapping.mapped_files import mapping, people, write_mapping

ROW = re.compile(r'<c r="B2">.*?</c>')


def workbook(folder: Path, rows: list[list[object]]) -> Path:
    path = folder / "own.xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def with_cell(path: Path, cell: str) -> Path:
    """Put another text into cell B2, as programs write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    text, count = ROW.subn(cell, parts[sheet].decode())
    assert count == 1
    parts[sheet] = text.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("column", ["q3", "w", "s", "lft", "id", "sx"])
def test_formulas_in_any_column_that_is_read_stop_the_reading(column, tmp_path):
    frame = people()
    rows = [list(frame.columns), *frame.to_numpy(dtype=object).tolist()]
    place = list(frame.columns).index(column)
    for number, row in enumerate(rows[1:], start=2):
        row[place] = f"=Z{number}*1"
    own = write_mapping(mapping(), tmp_path / "own.toml")

    message = (
        rf"own\.xlsx has formulas without a stored value \(column '{column}' has 60 formula\(s\), "
        r"first in row 2\): the program that wrote it did not calculate .* Open it in Excel"
    )
    with pytest.raises(SourceError, match=message):
        es.read_mapped(workbook(tmp_path, rows), own)


def test_formulas_in_a_column_that_is_not_read_stop_nothing(tmp_path):
    frame = people()
    rows = [[*frame.columns, "note"], *([*row, "=1+1"] for row in frame.to_numpy(object).tolist())]
    own = write_mapping(mapping(), tmp_path / "own.toml")

    assert len(es.read_mapped(workbook(tmp_path, rows), own).respondents) == 60


@pytest.mark.parametrize(
    ("cell", "stored"),
    [
        ('<c r="B2"><f>A2+1</f><v>2</v></c>', True),
        ('<c r="B2" t="str"><f>IF(A2=1,"",A2)</f><v></v></c>', True),
        ('<c r="B2" t="str"><f>A2</f><v>x</v></c>', True),
        ('<c r="B2" t="b"><f>A2=1</f><v>1</v></c>', True),
        ('<c r="B2"><f>A2+1</f><v/></c>', False),
        ('<c r="B2"><f>A2+1</f></c>', False),
        ('<c r="B2" t="str"><f>A2</f></c>', False),
        ('<c r="B2"><f t="shared" ref="B2:B9" si="0">A2</f></c>', False),
        ('<c r="B2"><f t="shared" si="0"/></c>', False),
        ('<c r="B2"><f t="array" ref="B2">SUM(A2:A3)</f><v></v></c>', False),
        ("<c><f>A2+1</f></c>", False),
        ('<c r="B2" t="n"><f ca="1">RAND()</f><v></v></c>', False),
    ],
)
def test_what_programs_write_for_a_formula_with_and_without_its_result(cell, stored, tmp_path):
    path = with_cell(workbook(tmp_path, [["a", "b"], [1, "=A2+1"], [2, 5]]), cell)
    file = open_file(path)

    if stored:
        assert len(read_columns(file, ["a", "b"])[0]) == 2
    else:
        with pytest.raises(SourceError, match=r"column 'b' has 1 formula\(s\), first in row 2"):
            read_columns(file, ["a", "b"])
    assert read_columns(file, ["a"])[0]["a"].tolist() == [1, 2]


def test_a_name_of_a_column_that_is_a_formula_without_a_result_is_told(tmp_path):
    path = workbook(tmp_path, [["a", '="b"'], [1, 2]])

    with pytest.raises(SourceError, match=r"the row with the names has 1 formula\(s\), first in"):
        open_file(path)


def test_several_columns_are_named_together_and_far_columns_too(tmp_path):
    names = [f"c{number}" for number in range(60)]
    path = workbook(tmp_path, [names, [1] * 60, ["=1"] * 60])

    with pytest.raises(SourceError, match=r"'c2' has 1 .*row 3; column 'c55' has 1 .*row 3\)"):
        read_columns(open_file(path), ["c2", "c55"])
