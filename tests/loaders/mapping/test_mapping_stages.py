"""Two stages of sampling in a mapping, from every format, and on the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.errors import DesignError, UnknownColumnError
from eenzaam_stats.loaders.mapping.mapping import check_mapping, read_mapped
from eenzaam_stats.survey import HarmonisationReport, Survey
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey

TWO: dict[str, Any] = {"cluster": ["district", "school"], "fpc": ["n_districts", "n_schools"]}
SUFFIXES = (".sav", ".zsav", ".dta", ".csv", ".parquet", ".xlsx")


def schools() -> pd.DataFrame:
    """Five pupils per school, two or three schools in each of six districts."""
    frame = people(75)
    school = np.arange(75) // 5
    district = np.repeat(np.arange(6), [3, 2, 3, 2, 3, 2])[school]
    return frame.assign(
        district=district + 10.0, school=school + 1.0, n_districts=40.0, n_schools=5.0 + district
    )


def design(**fields: Any) -> dict[str, Any]:
    return {"weight": "w", **TWO, **fields}


def read(folder: Path, *, suffix: str = ".csv", frame: pd.DataFrame | None = None, **fields: Any):
    path = write_survey(schools() if frame is None else frame, folder / f"my{suffix}")
    raw = mapping()
    raw["design"] = design(**fields)
    raw["design"] = {name: value for name, value in raw["design"].items() if value is not None}
    return read_mapped(path, write_mapping(raw, folder / "mine.toml"))


def directly() -> Survey:
    """The same design by hand, on the columns of the file."""
    frame = schools()
    # item 3 is unknown in one row, which keeps its place
    flag = np.arange(75) % 5 < 2
    report = HarmonisationReport("x", "2022", "x.csv", "synthetic", "all", 75, 75)
    own = Design("w", cluster=tuple(TWO["cluster"]), fpc=tuple(TWO["fpc"]))
    return Survey(frame.assign(lonely=flag), own, report)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_counts_both_stages(tmp_path: Path, suffix: str) -> None:
    if suffix == ".xlsx":
        pytest.importorskip("openpyxl")
    survey = es.score(read(tmp_path, suffix=suffix), es.DJG6)
    assert survey.design.clusters == ("cluster", "cluster_2")
    assert survey.design.sizes == ("fpc", "fpc_2")
    (row,) = es.prevalence(survey, "lonely").rows
    (hand,) = es.prevalence(directly(), "lonely").rows
    assert (row.estimate, row.std_error, row.df) == pytest.approx(
        (hand.estimate, hand.std_error, hand.df), rel=1e-12
    )
    notes = " ".join(survey.report.notes)
    assert "evidence of the cluster" in notes


def test_one_stage_of_the_same_file_is_smaller_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    one = es.score(read(tmp_path, cluster="district", fpc="n_districts"), es.DJG6)
    two = es.score(read(tmp_path), es.DJG6)
    narrow, wide = es.prevalence(one, "lonely"), es.prevalence(two, "lonely")
    assert narrow.rows[0].std_error < wide.rows[0].std_error
    assert "is left out" in narrow.footnote.method
    assert "variance of both stages" in wide.footnote.method


def test_a_list_of_one_and_a_plain_name_are_the_same(tmp_path: Path) -> None:
    designs = [
        read(tmp_path, cluster=["district"], fpc=["n_districts"]).design,
        read(tmp_path, cluster="district", fpc="n_districts").design,
    ]
    assert designs[0] == designs[1] == Design("weight", cluster="cluster", fpc="fpc")
    assert read(tmp_path, cluster=None, fpc="n_districts").design == Design("weight", fpc="fpc")
    assert read(tmp_path, fpc=None).design == Design("weight", cluster=("cluster", "cluster_2"))


@pytest.mark.parametrize("name", ["adjust", "remove", "collapsed"])
def test_rules_of_r_are_taken_by_their_name(tmp_path: Path, name: str) -> None:
    rule = read(tmp_path, single_psu=name).design.single_psu
    assert rule == {"adjust": "centred", "remove": "certainty"}.get(name, name)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"cluster": ["a", "b", "c"]},
            "[design] cluster is ['a', 'b', 'c']; one column, or a",
        ),
        ({"cluster": ["a", "a"]}, "[design] cluster is ['a', 'a']; one column, or a list of two"),
        ({"cluster": []}, "[design] cluster is []; one column"),
        ({"cluster": ["a", "none"]}, "[design] cluster is ['a', 'none']; one column"),
        ({"cluster": ["a", 3]}, "[design] cluster is ['a', 3]; one column"),
        ({"fpc": ["n", "<size>"]}, "[design] fpc is ['n', '<size>']; one column"),
        ({"fpc": "n"}, "[design] fpc names 1 column(s) and cluster 2; one population size per"),
        ({"cluster": "d"}, "[design] fpc names 2 column(s) and cluster 1; one population size"),
        ({"fpc": 30}, "[design] fpc is 30; the name of a column"),
        ({"stratum": ["a", "b"]}, "[design] stratum is ['a', 'b']; the name of a column"),
        ({"weight": ["a", "b"]}, "[design] weight is ['a', 'b']; the name of a column"),
    ],
)
def test_what_a_mapping_may_not_say(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    raw = mapping()
    raw["design"] = design(**fields)
    found = check_mapping(write_mapping(raw, tmp_path / "mine.toml"))
    assert said in " ".join(check.message for check in found if not check.passed)


@pytest.mark.parametrize("column", ["district", "school", "n_districts", "n_schools"])
def test_absent_columns_are_named(tmp_path: Path, column: str) -> None:
    with pytest.raises(UnknownColumnError, match=column):
        read(tmp_path, frame=schools().drop(columns=column))


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("district", "the cluster 'district' is blank in 1 row"),
        ("school", "the second-stage unit 'school' is blank in 1 row"),
        ("n_districts", "population size 'n_districts' is blank, text or not above zero in 1 row"),
        ("n_schools", r"population size 'n_schools' is blank.* in 1 row\(s\), first in row 8"),
    ],
)
def test_blank_cells_are_named(tmp_path: Path, column: str, said: str) -> None:
    frame = schools()
    frame.loc[7, column] = np.nan
    with pytest.raises(DesignError, match=said):
        read(tmp_path, frame=frame)


def test_the_command_line_counts_them_and_says_so(tmp_path: Path) -> None:
    from eenzaam_stats.cli.main import run

    path = write_survey(schools(), tmp_path / "my.csv")
    raw = mapping()
    raw["design"] = design()
    mine = write_mapping(raw, tmp_path / "mine.toml")
    words = ["prevalence", str(path), "--source", "mapped", "--mapping", str(mine)]
    words += ["--outcome", "lonely", "--profile", "none", "--unchecked", "--quiet"]
    (hand,) = es.prevalence(directly(), "lonely").rows
    assert run([*words, "--csv", "--out", str(tmp_path / "out.csv")]) == 0
    (row,) = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8")))
    assert float(row["std_error"]) == pytest.approx(hand.std_error, rel=1e-12)
    assert "variance of both stages" in row["method"]
    assert run([*words, "--json", "--out", str(tmp_path / "out.json")]) == 0
    (table,) = json.loads((tmp_path / "out.json").read_text("utf-8"))["data"]
    assert table["footnote"]["cluster"] == "cluster, cluster_2"


def test_the_cache_keeps_both_stages(tmp_path: Path) -> None:
    path = write_survey(schools(), tmp_path / "my.parquet")
    raw = mapping()
    raw["design"] = design()
    mine = write_mapping(raw, tmp_path / "mine.toml")
    (tmp_path / "kept").mkdir()
    first, again = (read_mapped(path, mine, cache=tmp_path / "kept") for _ in range(2))
    assert first.design == again.design
    assert hash(first.design) == hash(again.design)
    assert es.prevalence(es.score(again, es.DJG6), "lonely").rows[0].std_error > 0
