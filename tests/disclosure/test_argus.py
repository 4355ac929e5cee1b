"""Files for τ-ARGUS: every line by hand, codes of a hierarchy, and what it cannot take."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from disclosure.people import made, persons
from disclosure.tables import NOTE, cube, row
from eenzaam_stats.disclosure import DisclosureProfile, export_to_argus, suppress
from eenzaam_stats.disclosure.rules import disclosive
from eenzaam_stats.errors import OptionError, SchemaError, SourceError
from eenzaam_stats.results.estimates import Estimates

RULE = DisclosureProfile("ten", least_n=10)


def _table(by, rows):
    return Estimates(by, tuple(row(group, n, yes) for group, n, yes in rows), NOTE)


def test_every_line_of_a_small_table():
    cells = _table(
        ("region", "sex"),
        [(("a", "m"), 40, 20), (("a", "v"), 3, 1), (("b", "m"), 8, 4), (("b", "v"), 50, 25)],
    )
    left = _table(("region",), [(("a",), 43, 21), (("b",), 58, 29)])
    files = export_to_argus([cells, suppress(left, DisclosureProfile("all", least_n=0))], RULE)
    assert files["release.tab"].splitlines() == [
        '"Total";"Total";101;101;S;0;0',
        '"Total";"m";48;48;S;0;0',
        '"Total";"v";53;53;S;0;0',
        '"a";"Total";43;43;P;0;0',  # it has left
        '"a";"m";40;40;S;0;0',
        '"a";"v";3;3;U;3;7',
        '"b";"Total";58;58;P;0;0',
        '"b";"m";8;8;U;5;5',
        '"b";"v";50;50;S;0;0',
    ]
    assert files["release.rda"].splitlines()[:7] == [
        '<SEPARATOR> ";"',
        '<SAFE> "S"',
        '<UNSAFE> "U"',
        '<PROTECT> "P"',
        "region",
        "  <RECODEABLE>",
        '  <TOTCODE> "Total"',
    ]
    assert "  <NUMERIC> <LOWERPL>" in files["release.rda"]
    batch = files["release.arb"].splitlines()
    assert batch[0].startswith("// SECRET")
    assert batch[3] == '<SPECIFYTABLE> "region""sex"|"people"||'
    assert batch[1] == '<OPENTABLEDATA> "release.tab"'


def test_the_people_with_the_outcome_are_another_table():
    cells = _table(("region",), [(("a",), 400, 20), (("b",), 80, 4), (("c",), 90, 1)])
    strict = DisclosureProfile("strict", least_n=10, least_cell=5)
    lines = export_to_argus(cells, strict, of="n_outcome", name="lonely")["lonely.tab"]
    assert lines.splitlines() == [
        '"Total";25;25;S;0;0',
        '"a";20;20;S;0;0',
        '"b";4;4;U;4;6',
        '"c";1;1;U;1;9',
    ]


@pytest.mark.parametrize("together", [False, True])
def test_an_area_that_follows_from_another_is_a_level_of_its_codes(together):
    people = persons(np.random.default_rng(9), municipalities=4, provinces=2, ages=2)
    by = [["municipality", "age"], ["province", "age"], ["province"]]
    lie = people[["municipality", "province"]].drop_duplicates()
    tables = [made(people, "lonely", one) for one in by]
    if not together:
        tables.insert(0, made(people, "lonely", ["municipality", "province", "age"]))
    files = export_to_argus(tables, RULE, together=lie if together else None)
    assert files["release_municipality.hrc"].splitlines() == [
        *("province=p0", "@m0", "@m2", "province=p1", "@m1", "@m3"),
    ]
    assert '  <HIERCODELIST> "release_municipality.hrc"' in files["release.rda"]
    cells = [line.split(";") for line in files["release.tab"].splitlines()]
    count = {tuple(one[:2]): int(one[2]) for one in cells}
    assert len(count) == (4 + 2 + 1) * 3
    for age in ('"a0"', '"a1"', '"Total"'):
        assert count['"province=p0"', age] == count['"m0"', age] + count['"m2"', age]


@pytest.mark.parametrize("shape", [(5,), (6, 3), (5, 3, 2)])
def test_counts_add_up_and_unsafe_cells_are_those_of_the_rules(shape):
    tables = cube(np.random.default_rng(4), shape)
    text = export_to_argus(tables, RULE)["release.tab"]
    cells = [line.replace('"', "").split(";") for line in text.splitlines()]
    unsafe = {
        tuple(code for code in one[: len(shape)] if code != "Total")
        for one in cells
        if one[len(shape) + 2] == "U"
    }
    assert unsafe == {one.group for t in tables for one in t.rows if disclosive(one, RULE)}
    inner = [one for one in cells if "Total" not in one]
    assert sum(int(one[len(shape)]) for one in inner) == int(cells[0][len(shape)])
    for one in cells:
        if one[-3] == "U":
            assert float(one[-2]) + float(one[-1]) == 10.0
            assert float(one[-2]) <= int(one[len(shape)])


def test_what_argus_cannot_take_is_refused_in_words():
    cells = _table(("region",), [(("a",), 40, 20), (("b",), 8, 4)])
    with pytest.raises(SchemaError, match=r"before es\.suppress"):
        export_to_argus(suppress(cells, RULE), RULE)
    with pytest.raises(SchemaError, match=r"not the sum"):
        export_to_argus([cells, _table((), [((), 60, 30)])], RULE)
    for name in ("Total", "", "@a", "a;b", 'a"b'):
        with pytest.raises(SchemaError, match=r"cannot read"):
            export_to_argus(_table(("region",), [((name,), 40, 20)]), RULE)
    other = replace(cells, footnote=replace(NOTE, outcome="ill"))
    with pytest.raises(SchemaError, match=r"one outcome"):
        export_to_argus([cells, other], RULE)
    with pytest.raises(OptionError, match=r"of is 'people'"):
        export_to_argus(cells, RULE, of="people")
    areas = pd.DataFrame({"region": ["a", "b", "c", "d"], "x": list("1122"), "y": list("1212")})
    three = [
        _table(("region",), [((one,), 20, 10) for one in "abcd"]),
        _table(("x",), [((one,), 40, 20) for one in "12"]),
        _table(("y",), [((one,), 40, 20) for one in "12"]),
    ]
    with pytest.raises(SchemaError, match=r"one hierarchy"):
        export_to_argus(three, RULE, together=areas)


def test_two_exports_with_one_name_do_not_replace_each_other_unless_it_is_said(tmp_path):
    cells = _table(("region",), [(("a",), 40, 20), (("b",), 60, 30)])
    files = export_to_argus(cells, RULE, folder=tmp_path)
    there = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    assert there == files
    with pytest.raises(SourceError, match=r"release\.tab.*overwrite=True"):
        export_to_argus(cells, RULE, of="n_outcome", folder=tmp_path)
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == there
    other = export_to_argus(cells, RULE, of="n_outcome", name="lonely", folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == len(files) + len(other)
    again = export_to_argus(cells, RULE, of="n_outcome", folder=tmp_path, overwrite=True)
    assert (
        (tmp_path / "release.tab").read_text("utf-8")
        == again["release.tab"]
        != files["release.tab"]
    )


@pytest.mark.parametrize("file", ["own.arb", "own.rda", "own_argus.tab"])
def test_nothing_is_written_where_one_file_of_an_export_is_there(file, tmp_path):
    (tmp_path / file).write_text("mine", "utf-8")
    cells = _table(("region",), [(("a",), 40, 20), (("b",), 60, 30)])
    with pytest.raises(SourceError, match="overwrite=True"):
        export_to_argus(cells, RULE, name="own", folder=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [file]
    for name in ("", "a/b", "..\\a"):
        with pytest.raises(OptionError, match="names of files"):
            export_to_argus(cells, RULE, name=name, folder=tmp_path)
