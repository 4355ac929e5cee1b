"""Small files that say they are large: refused in one sentence, in little memory and time.

Each reading runs in a child with bounds on memory and processor time; what goes beyond them ends
the child, not the sentence that the test looks for.
"""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from eenzaam_stats.cli.main import run
from eenzaam_stats.errors import OptionError, SchemaError, SourceError
from eenzaam_stats.files.document_text import parse_json, parse_toml
from eenzaam_stats.files.limits import LIMITS
from eenzaam_stats.loaders.formats.sav_dictionary import require_sound_dictionary
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from loaders.formats.text_files import write_text
from loaders.mapping.mapped_files import as_toml, mapping, people, write_mapping, write_survey

MEMORY, SECONDS = 3 << 30, 60
_CHILD = """
import json, resource, sys
from time import process_time
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.loaders.mapping.mapping import read_mapped
resource.setrlimit(resource.RLIMIT_AS, ({memory}, {memory}))
told, *files = sys.argv[1:]
for file in files:
    start = process_time()
    resource.setrlimit(resource.RLIMIT_CPU, (int(start) + {seconds}, resource.RLIM_INFINITY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        read_mapped(file, told)
        said = "read"
    except EenzaamStatsError as error:
        said = type(error).__name__ + " " + str(error)
    except BaseException as error:
        said = type(error).__name__
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(json.dumps([said, process_time() - start, grown / 1024]), flush=True)
"""


@pytest.fixture(scope="module")
def in_child(tmp_path_factory) -> dict[str, tuple[str, float, float]]:
    """What each reading says, its seconds and by how many MB the child grew."""
    folder = tmp_path_factory.mktemp("bombs")
    told = write_mapping(mapping(), folder / "m.toml")
    files = [make(folder / f"{at}{suffix}") for at, (suffix, make, _) in enumerate(BOMBS.values())]
    code = _CHILD.format(seconds=SECONDS, memory=MEMORY)
    words = [sys.executable, "-c", code, str(told), *map(str, files)]
    ran = subprocess.run(words, capture_output=True, text=True, check=False, timeout=900)
    assert ran.returncode == 0, ran.stderr[-600:]
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    return dict(zip(BOMBS, map(tuple, lines), strict=True))


def workbook(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A workbook of the made-up survey whose parts are changed."""
    write_text(people(), path)
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    change(parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, body in parts.items():
            book.writestr(name, body)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def shared_strings(path: Path) -> Path:
    one = b"<si><t>" + b"a" * 1000 + b"</t></si>"
    return workbook(path, lambda p: p.update({"xl/sharedStrings.xml": b"<sst>" + one * 200_000}))


def many_styles(path: Path) -> Path:
    return workbook(
        path,
        lambda p: p.update(
            {"xl/styles.xml": p["xl/styles.xml"].replace(b"</cellXfs>", b"<xf/>" * 9_000_000)}
        ),
    )


def long_page(path: Path) -> Path:
    """Eleven texts of 200 MB, each one letter, in little more than a hundred kilobytes."""
    table = pa.Table.from_pandas(people(11).astype({"id": "str"}), preserve_index=False)
    at = table.column_names.index("id")
    text = pa.array(["a" * 200_000_000], pa.large_string())
    rows = [table.slice(row, 1).set_column(at, "id", text) for row in range(11)]
    with pq.ParquetWriter(path, rows[0].schema, compression="zstd", use_dictionary=False) as writer:
        for row in rows:
            writer.write_table(row)
    return path


def far_cell(path: Path) -> Path:
    def change(parts: dict[str, bytes]) -> None:
        rows = b"".join(
            b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (at, at) for at in range(100, 40_000)
        )
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows + b"</sheetData>")

    return workbook(path, change)


def long_row(path: Path) -> Path:
    def change(parts: dict[str, bytes]) -> None:
        row = b'<row r="90">' + b"<c><v>1</v></c>" * 4_000_000 + b"</row>"
        parts[SHEET] = parts[SHEET].replace(b"</sheetData>", row + b"</sheetData>")

    return workbook(path, change)


def many_sheets(path: Path) -> Path:
    return workbook(
        path, lambda p: p.update({f"xl/worksheets/s{at}.xml": b"<a/>" for at in range(2_000)})
    )


def lying_sizes(path: Path) -> Path:
    """The table of the zip states 100 bytes for the sheet."""
    path = workbook(path, lambda _: None)
    data = bytearray(path.read_bytes())
    at = data.rfind(SHEET.encode()) - 46
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(bytes(data))
    return path


def nested_zip(path: Path) -> Path:
    inner = zlib.compress(bytes(50_000_000))
    return workbook(path, lambda p: p.update({"xl/media/inner.zip": inner * 10}))


def entities(path: Path) -> Path:
    lines = [b'<!DOCTYPE a [<!ENTITY e0 "aaaaaaaaaa">']
    lines += [b'<!ENTITY e%d "%s">' % (at, b"&e%d;" % (at - 1) * 10) for at in range(1, 12)]
    kinds = b"".join(lines) + b"]>"

    def change(parts: dict[str, bytes]) -> None:
        head, _, body = parts[SHEET].partition(b"<sheetData>")
        cell = b'<row r="1"><c r="A1" t="inlineStr"><is><t>&e11;</t></is></c></row>'
        start = b"<worksheet"
        parts[SHEET] = head.replace(start, kinds + start) + b"<sheetData>" + cell + body

    return workbook(path, change)


def constant_parquet(path: Path) -> Path:
    """400 million rows of one value per column, in little more than a hundred kilobytes."""
    names = people(10).columns
    values = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(10_000_000, dtype=np.int8)), pa.array([1.0])
    )
    schema = pa.schema([(name, values.type) for name in names])
    with pq.ParquetWriter(path, schema) as writer:
        for _ in range(4):
            writer.write_table(pa.table([values] * len(names), schema=schema))
    return path


def long_text_parquet(path: Path) -> Path:
    frame = people(60)
    table = pa.Table.from_pandas(frame.astype({"id": "str"}))
    text = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(4_000_000, dtype=np.int8)), pa.array(["a" * 100_000])
    ).cast(pa.dictionary(pa.int8(), pa.string()))
    whole = {
        name: pa.array(np.resize(frame[name], 4_000_000)) if name != "id" else text
        for name in table.column_names
        if name in frame
    }
    pq.write_table(pa.table(whole), path)
    return path


def constant_zsav(path: Path) -> Path:
    """A .zsav with the data of many rows: one block that its table names often."""
    pyreadstat.write_sav(people(10), path, row_compress=False, compress=True)
    layout = require_sound_dictionary(path)
    data = bytearray(path.read_bytes()[: layout.data_at])
    size = 3_999_996 // 8 * 8
    packed = zlib.compress(bytes([101]) * size)  # the code of the number 1
    n_blocks = 2_000
    place = layout.data_at + 24
    trailer_at = place + len(packed)
    entry = struct.pack("<qqii", layout.data_at, place, size, len(packed))
    head = struct.pack("<qqq", layout.data_at, trailer_at, 24 + 24 * n_blocks)
    trailer = struct.pack("<qqii", -100, 0, size, n_blocks) + entry * n_blocks
    data[80:84] = struct.pack("<i", n_blocks * size // layout.elements)
    again = data.find(struct.pack("<iiii", 7, 16, 8, 2)) + 24  # the number in 64 bits
    data[again : again + 8] = struct.pack("<q", n_blocks * size // layout.elements)
    path.write_bytes(bytes(data) + head + packed + trailer)
    return path


def declared_rows(path: Path) -> Path:
    write_survey(people(10), path)
    data = bytearray(path.read_bytes())
    if path.suffix == ".sav":
        data[80:84] = struct.pack("<i", 2**31 - 1)
    else:
        at = data.find(b"<N>") + 3
        data[at : at + 8] = struct.pack("<Q", 2**40)[: 8 if data[at + 8 : at + 9] == b"<" else 4]
    path.write_bytes(bytes(data))
    return path


def endless_line(path: Path) -> Path:
    with path.open("w") as stream:
        sign = "\t" if path.suffix == ".tsv" else ","
        stream.write(sign.join(people(10).columns) + "\n1" + sign)
        for _ in range(400):
            stream.write("a" * 1_000_000)
    return path


def endless_header(path: Path) -> Path:
    with path.open("w") as stream:
        for _ in range(400):
            stream.write("a" * 1_000_000)
    return path


def many_columns(path: Path) -> Path:
    path.write_text(",".join(f"c{at}" for at in range(400_000)) + "\n1\n")
    return path


BOMBS: dict[str, tuple[str, Callable[[Path], Path], str]] = {
    "shared strings": (".xlsx", shared_strings, "workbook_text"),
    "styles": (".xlsx", many_styles, "workbook_part"),
    "long page in parquet": (".parquet", long_page, "text"),
    "far cells": (".xlsx", far_cell, "workbook_cells"),
    "long row": (".xlsx", long_row, "workbook_row"),
    "many sheets": (".xlsx", many_sheets, "workbook_parts"),
    "lying sizes": (".xlsx", lying_sizes, "damaged"),
    "constant parquet": (".parquet", constant_parquet, "cells"),
    "long text in parquet": (".parquet", long_text_parquet, "text"),
    "constant zsav": (".zsav", constant_zsav, "cells|unpacked"),
    "declared rows": (".sav", declared_rows, "damaged"),
    "declared rows, Stata": (".dta", declared_rows, "damaged|cut off"),
    "endless line": (".csv", endless_line, "line"),
    "endless header": (".csv", endless_header, "line"),
    "endless line, tabs": (".tsv", endless_line, "line"),
    "many columns": (".txt", many_columns, "columns"),
    "entities": (".xlsx", entities, "damaged"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_small_file_that_is_large_is_refused(name, in_child):
    said, seconds, megabytes = in_child[name]
    wanted = "|".join(
        one if one in ("damaged", "cut off") else rf"limits=\{{'{one}': N\}}"
        for one in BOMBS[name][2].split("|")
    )
    assert re.search(wanted, said), said
    assert said.startswith("SourceError")
    assert seconds < SECONDS / 2
    assert megabytes < 1_000


def test_a_zip_in_a_zip_is_not_unpacked(tmp_path):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    assert read_mapped(nested_zip(tmp_path / "x.xlsx"), told).report.n_read == 60


TOMLS = {
    "deep lists": ("a = " + "[" * 100_000 + "]" * 100_000, "depth"),
    "deep tables": ("a = " + "{a = " * 60 + "1" + "}" * 60, "depth"),
    "dotted key": (".".join(["a"] * 200_000) + " = 1", "depth"),
    "dotted header": ("[" + ".".join(["a"] * 90) + "]\nb = 1", "depth"),
    "dotted keys": ("".join(f"a.k{at} = 1\n" for at in range(200_000)), "keys|document"),
    "huge integer": ("a = " + "9" * 5_000, "digits"),
    "huge hexadecimal": ("a = 0x" + "f" * 5_000, "digits"),
    "huge fraction": ("a = 1." + "9" * 5_000, "digits"),
    "long text": ('a = "' + "b" * 2_000_000 + '"', "document"),
}


@pytest.mark.parametrize("name", TOMLS)
def test_a_mapping_that_would_break_the_reader_is_refused(tmp_path, name):
    text, why = TOMLS[name]
    told = tmp_path / "m.toml"
    told.write_text(text)
    wanted = "|".join(rf"limits=\{{'{one}': N\}}" for one in why.split("|"))
    with pytest.raises(SourceError, match=wanted):
        read_mapped(tmp_path / "x.csv", told)


def test_brackets_dots_and_digits_in_words_are_no_depth():
    words = "[" * 200 + "." * 200 + "9" * 200
    table = parse_toml(f'a = "{words}"\n# {words}\nb = \'{words}\'\nc = """\n{words}"""', of="m")
    assert table["a"] == table["b"] == words
    assert parse_toml(as_toml(mapping()), of="m")["source"]["name"] == "mine"


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        '{"a":' * 200_000,
        "9" * 5_000,
        "[" * 60 + "]" * 60,
        '{"a": [' * 40 + "]}" * 40,
    ],
)
def test_json_that_would_break_the_reader_is_no_json(text):
    with pytest.raises(ValueError, match=r"lists within|digits"):
        parse_json(text, of="x.json")


def test_a_limit_is_raised_by_name(tmp_path, capsys):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    for suffix in (".csv", ".parquet", ".sav", ".zsav", ".dta", ".xlsx"):
        path = write_survey(people(), tmp_path / f"x{suffix}")
        name = "workbook_cells" if suffix == ".xlsx" else "cells"
        with pytest.raises(SourceError, match=rf"more than 7 .*limits=\{{'{name}': N\}}"):
            read_mapped(path, told, limits={name: 7})
        assert read_mapped(path, told, limits={name: 10_000}).report.n_read == 60
    with pytest.raises(OptionError, match="limit is 'rows'"):
        read_mapped(path, told, limits={"rows": 7})
    words = ["prevalence", path, "--source", "mapped", "--mapping", told, "--outcome", "lonely"]
    assert run([str(word) for word in (*words, "--limit", "workbook_cells:7")]) == 3
    assert "--limit workbook_cells:N" in capsys.readouterr().err
    assert run([str(word) for word in (*words, "--limit", "workbook_cells:1e6")]) == 0
    assert run([str(word) for word in (*words, "--limit", "cells")]) == 2
    with pytest.raises((SourceError, SchemaError)):
        read_mapped(path, told, limits={"document": 10})


def test_the_page_on_security_states_every_limit(repository):
    page = (repository / "SECURITY.md").read_text("utf-8")
    stated = dict(re.findall(r"^\| `(\w+)` \| ([\d,]+) ", page, re.MULTILINE))
    assert stated == {name: f"{one.most:,}" for name, one in LIMITS.items()}
