"""The description of the tables, and the two scripts that make tables and description."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import runpy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from eenzaam_stats.errors import SchemaError, SourceError
from eenzaam_stats.published.reference import reference

BESIDE_THE_TABLES = {
    ".gitattributes",
    "LICENSE-DATA.md",
    "README.md",
    "build_datapackage.py",
    "build_population.py",
    "datapackage.json",
    "tables.toml",
}
OPEN = 99
LAST_AGE = 105


@pytest.fixture(scope="module")
def folder(repository: Path) -> Path:
    return repository / "data"


@pytest.fixture(scope="module")
def package(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "datapackage.json").read_text("utf-8"))


def script(folder: Path, name: str) -> dict[str, Any]:
    return runpy.run_path(str(folder / f"{name}.py"))


def test_package_lists_every_file_and_no_other(folder: Path, package: dict[str, Any]) -> None:
    listed = [resource["path"] for resource in package["resources"]]
    assert len(listed) == len(set(listed)) == 15
    found = {path.name for path in folder.iterdir() if path.name != "__pycache__"}
    assert found == set(listed) | BESIDE_THE_TABLES


def test_package_has_the_properties_of_a_tabular_data_package(package: dict[str, Any]) -> None:
    assert package["profile"] == "tabular-data-package"
    assert re.fullmatch(r"[a-z0-9._-]+", package["name"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", package["created"])
    for resource in package["resources"]:
        assert resource["profile"] == "tabular-data-resource"
        assert re.fullmatch(r"[a-z0-9_]+", resource["name"])
        assert resource["path"] == f"{resource['name']}.csv"
        assert resource["title"]
        assert resource["description"]
        assert resource["attribution"]
        assert resource["encoding"] == "utf-8"
        assert resource["schema"]["missingValues"] == [""]


def test_checksums_and_sizes_are_those_of_the_files(folder: Path, package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        content = (folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        assert content.endswith(b"\n")
        assert b"\r" not in content


def test_every_column_is_described_with_type_and_unit(
    folder: Path, package: dict[str, Any]
) -> None:
    described = 0
    for resource in package["resources"]:
        with (folder / resource["path"]).open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines))
        fields = resource["schema"]["fields"]
        assert [field["name"] for field in fields] == header
        for field in fields:
            assert field["type"] in {"string", "integer", "number"}
            assert field["description"].endswith(".")
            assert ("unit" in field) == (field["type"] != "string"), field["name"]
        described += len(fields)
    assert described == 8 * 22 + 12 + 11 + 2 * 10 + 9 + 17 + 9


def test_constraints_and_keys_hold(package: dict[str, Any]) -> None:
    for resource in package["resources"]:
        frame = reference(resource["name"])
        for field in resource["schema"]["fields"]:
            column, rules = frame[field["name"]], field.get("constraints", {})
            empty = column.isna() | (column == "") if field["type"] == "string" else column.isna()
            assert not (rules.get("required", False) and empty.any()), field["name"]
            assert set(column[~empty]) <= set(rules.get("enum", column)), field["name"]
        (key,) = resource["schema"]["uniqueKeys"]
        assert not frame.duplicated(key).any(), resource["name"]


def test_licences_are_named_per_table(package: dict[str, Any], folder: Path) -> None:
    names = {r["name"]: {item["name"] for item in r["licenses"]} for r in package["resources"]}
    for table in ("ssw", "population", "population_totals", "government_jobs"):
        assert "CC-BY-4.0" in names[table]
    assert "CC-BY-3.0-IGO" in names["forecast_milestones"]
    assert {"CC-BY-3.0-IGO", "terms-unconfirmed"} <= names["population_derived"]
    assert "EC-reuse-notice" in names["eu_loneliness_survey"]
    terms = (folder / "LICENSE-DATA.md").read_text("utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    for table in names:
        assert f"`{table}`" in terms
        assert f"`{table}`" in readme


def test_description_is_up_to_date(folder: Path) -> None:
    written = script(folder, "build_datapackage")["datapackage"](folder)
    assert written == (folder / "datapackage.json").read_text("utf-8")


def test_description_is_written_where_it_is_asked(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "data")
    (tmp_path / "data" / "datapackage.json").unlink()
    script(folder, "build_datapackage")["main"]([str(tmp_path / "data")])
    written = (tmp_path / "data" / "datapackage.json").read_bytes()
    assert written == (folder / "datapackage.json").read_bytes()
    assert capsys.readouterr().out == "datapackage.json: 15 tables\n"


def test_table_without_words_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "data")
    (tmp_path / "data" / "stray.csv").write_text("a\n1\n", "utf-8")
    with pytest.raises(SourceError, match=r"Tables and descriptions differ: \['stray'\]"):
        script(folder, "build_datapackage")["datapackage"](tmp_path / "data")


def test_column_without_words_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "data")
    path = tmp_path / "data" / "youth.csv"
    path.write_text(path.read_text("utf-8").replace(",note\n", ",remark\n"), "utf-8")
    with pytest.raises(SchemaError, match=r"youth\.csv has the columns .*'remark'.*Repair one"):
        script(folder, "build_datapackage")["datapackage"](tmp_path / "data")


def single_ages(editions: list[str], *, years: range, status: str, last: int) -> pd.DataFrame:
    """Age + 1 men and 1,000 women of each age, in each year and edition."""
    return pd.DataFrame(
        [
            (year, sex, age, 1_000 if sex == "female" else age + 1, edition, status)
            for edition in editions
            for year in years
            for sex in ("female", "male")
            for age in range(last + 1)
        ],
        columns=["year", "sex", "age", "persons", "edition", "status"],
    )


@pytest.fixture
def exports(tmp_path: Path) -> dict[str, Path]:
    frames = {
        "observed": single_ages(
            ["observed_7461bev"], years=range(2007, 2026), status="observed", last=LAST_AGE
        ),
        "forecast": single_ages(
            ["kernprognose2016_83597NED"],
            years=range(2017, 2061),
            status="official_forecast",
            last=OPEN,
        ),
        "derived": single_ages(
            ["derived_A", "derived_B"],
            years=range(2025, 2052),
            status="derived_not_official",
            last=LAST_AGE,
        ),
    }
    paths = {name: tmp_path / f"{name}.csv" for name in frames}
    for name, frame in frames.items():
        frame.to_csv(paths[name], index=False)
    return paths


def built(folder: Path, exports: dict[str, Path], out: Path) -> None:
    arguments = [part for name, path in exports.items() for part in (f"--{name}", str(path))]
    script(folder, "build_population")["main"]([*arguments, "--out", str(out)])


def test_single_ages_become_bands(folder: Path, exports: dict[str, Path], tmp_path: Path) -> None:
    built(folder, exports, tmp_path)
    official = pd.read_csv(tmp_path / "population.csv")
    derived = pd.read_csv(tmp_path / "population_derived.csv")
    assert (len(official), len(derived)) == ((18 + 44) * 40, 26 * 2 * 40)
    men = official.query("edition == 'cbs_observed' and year == 2008 and sex == 'men'")
    counts = men.set_index("age_band")["persons"]
    # Ages 0-14 hold 1 + 2 + ... + 15; 15-17 hold 16 + 17 + 18; 95 and over hold 96 + ... + 106.
    assert counts["0-14"] == 120
    assert counts["15-17"] == 51
    assert counts["18-18"] == 19
    assert counts["20-24"] == 21 + 22 + 23 + 24 + 25
    assert counts["95+"] == sum(range(96, 107))
    assert counts.sum() == sum(range(1, 107))
    women = official.query("edition == 'cbs_kernprognose_2016' and year == 2060 and sex == 'women'")
    assert women["persons"].sum() == 100_000
    assert set(derived["status"]) == {"derived_not_official"}
    assert derived["year"].max() == 2050


Change = Callable[[pd.DataFrame], pd.DataFrame]
FAULTS: dict[str, tuple[Change, str]] = {
    "column": (
        lambda f: f.drop(columns="persons"),
        r"observed\.csv has no column\(s\) \['persons'\]",
    ),
    "sex": (lambda f: f.replace("male", "total"), r"column 'sex': unknown value\(s\) \['total'\]"),
    "status": (
        lambda f: f.assign(status="guess"),
        r"column 'status': unknown value\(s\) \['guess'\]",
    ),
    "twice": (lambda f: pd.concat([f, f.tail(1)]), r"gives an age of one year and sex twice"),
    "age": (lambda f: f.query("age != 40"), r"misses a year, an age or a whole sex"),
    "year": (lambda f: f.query("year != 2012"), r"misses a year, an age or a whole sex"),
    "women": (lambda f: f.query("sex == 'male' or year != 2012"), r"misses a year, an age or a"),
    "top": (lambda f: f.query("age < 95"), r"misses a year, an age or a whole sex"),
    "negative": (lambda f: f.assign(persons=-f["persons"]), r"counts fewer than 0 persons"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_export_is_refused_and_leaves_no_table(
    folder: Path, exports: dict[str, Path], tmp_path: Path, fault: str
) -> None:
    change, message = FAULTS[fault]
    change(pd.read_csv(exports["observed"])).to_csv(exports["observed"], index=False)
    with pytest.raises(SourceError, match=message):
        built(folder, exports, tmp_path)
    assert not (tmp_path / "population.csv").exists()
