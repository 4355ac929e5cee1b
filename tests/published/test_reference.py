"""Reading a packaged table: names, types, evidence, freshness, and what goes wrong."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError, SchemaError, SourceError
from eenzaam_stats.published import reference as reference_module
from eenzaam_stats.published.reference import reference, reference_folder, reference_names
from eenzaam_stats.vocabulary import Evidence

NAMES = (
    "gezondheidsmonitor",
    "ssw",
    "eu_loneliness_survey",
    "lasa_liss",
    "youth",
    "government_jobs",
    "interventions",
    "projections",
    "health_effects",
    "letter_structure",
    "population",
    "population_derived",
    "population_totals",
    "forecast_milestones",
    "institutional_population",
)


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tables that a test may damage."""
    folder = tmp_path / "data"
    shutil.copytree(reference_folder(), folder)
    monkeypatch.setattr(reference_module, "reference_folder", lambda: folder)
    return folder


def describe_again(folder: Path, name: str, *, change: dict[str, object]) -> None:
    path = folder / "datapackage.json"
    package = json.loads(path.read_text("utf-8"))
    about = next(item for item in package["resources"] if item["name"] == name)
    about.update(change)
    path.write_text(json.dumps(package), "utf-8")


def test_names_are_the_tables_of_the_contract() -> None:
    assert reference_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_table_reads_with_the_types_of_its_description(name: str) -> None:
    frame = reference(name)
    package = json.loads((reference_folder() / "datapackage.json").read_text("utf-8"))
    fields = {
        f["name"]: f
        for r in package["resources"]
        if r["name"] == name
        for f in r["schema"]["fields"]
    }
    assert list(frame.columns) == list(fields)
    kinds = {"string": {"str"}, "number": {"float64"}, "integer": {"int64", "Int64"}}
    for column, field in fields.items():
        assert str(frame[column].dtype) in kinds[field["type"]], column
        if field["type"] == "string":
            assert not frame[column].isna().any(), column
    assert isinstance(frame.index, pd.RangeIndex)


def test_wave_is_text_and_counts_are_whole_numbers_that_may_be_absent() -> None:
    frame = reference("gezondheidsmonitor")
    assert frame["wave"].iloc[0] == "2012"
    assert str(frame["n"].dtype) == "Int64"
    assert frame["n"].isna().any()
    assert str(frame["value"].dtype) == "float64"
    assert str(reference("population")["persons"].dtype) == "int64"


def test_words_that_look_missing_stay_words(copied: Path) -> None:
    path = copied / "youth.csv"
    rows = path.read_text("utf-8").splitlines()
    assert rows[1].endswith(",Breakdowns not read.")
    rows[1] = rows[1].replace(",Breakdowns not read.", "NA,None")
    path.write_bytes("\n".join(rows).encode() + b"\n")
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    describe_again(copied, "youth", change={"hash": f"sha256:{checksum}"})
    first = reference("youth").iloc[0]
    assert (first["printed"], first["note"]) == ("NA", "None")
    assert pd.isna(first["conf_low"])


def test_each_call_gives_a_fresh_frame() -> None:
    frame = reference("ssw")
    frame.loc[0, "value"] = -1.0
    frame.attrs["title"] = "spoilt"
    again = reference("ssw")
    assert again.loc[0, "value"] == 65.0
    assert again.attrs["title"] == "Sociale samenhang en welzijn, 2017-2024"


def test_attrs_name_title_licence_and_attribution() -> None:
    about = reference("population").attrs
    assert set(about) == {"title", "description", "licence", "attribution"}
    assert about["licence"] == "Creative Commons Attribution 4.0 International"
    assert "7461bev" in about["attribution"]
    assert "not official" in reference("population_derived").attrs["title"]


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        (Evidence.PRIMARY, {"primary"}),
        ("press", {"press"}),
        (["primary", Evidence.DERIVED], {"primary", "derived"}),
        (frozenset({Evidence.UNVERIFIED}), {"unverified"}),
    ],
)
def test_evidence_keeps_the_rows_asked_for(evidence: object, kept: set[str]) -> None:
    whole = reference("ssw")
    frame = reference("ssw", evidence=evidence)  # type: ignore[arg-type]
    assert set(frame["evidence"]) == kept
    assert len(frame) == int(whole["evidence"].isin(kept).sum())
    assert list(frame.index) == list(range(len(frame)))
    assert frame.attrs == whole.attrs


def test_unknown_table_lists_the_tables() -> None:
    with pytest.raises(
        OptionError, match=r"reference table is 'cbs', which is not an option"
    ) as found:
        reference("cbs")
    assert all(repr(name) in str(found.value) for name in NAMES)


@pytest.mark.parametrize("evidence", ["hearsay", ["primary", "hearsay"]])
def test_unknown_evidence_lists_the_levels(evidence: object) -> None:
    with pytest.raises(OptionError, match=r"evidence is 'hearsay'.*'primary', 'derived'"):
        reference("ssw", evidence=evidence)  # type: ignore[arg-type]


def test_no_evidence_at_all_is_refused() -> None:
    with pytest.raises(OptionError, match=r"evidence is '', which is not an option"):
        reference("ssw", evidence=[])


def test_changed_file_is_refused(copied: Path) -> None:
    path = copied / "ssw.csv"
    path.write_bytes(path.read_bytes().replace(b",14.1,", b",14.2,"))
    with pytest.raises(
        SourceError, match=r"'ssw\.csv' differs from its checksum in datapackage\.json"
    ):
        reference("ssw")


def test_absent_file_is_refused(copied: Path) -> None:
    (copied / "ssw.csv").unlink()
    with pytest.raises(SourceError, match=r"Reference table 'ssw' has no file 'ssw\.csv'"):
        reference("ssw")


def test_checksum_is_compared_once_per_process(copied: Path) -> None:
    before = reference("ssw")
    (copied / "ssw.csv").unlink()
    pd.testing.assert_frame_equal(reference("ssw"), before)


@pytest.mark.parametrize("text", ["{", "{}", "[]"])
def test_damaged_description_is_refused(copied: Path, text: str) -> None:
    (copied / "datapackage.json").write_text(text, "utf-8")
    with pytest.raises(
        SourceError, match=r"datapackage\.json of the reference tables cannot be read"
    ):
        reference("ssw")


def test_unknown_type_is_refused(copied: Path) -> None:
    path = copied / "datapackage.json"
    path.write_text(
        path.read_text("utf-8").replace('"type": "number"', '"type": "geopoint"'), "utf-8"
    )
    with pytest.raises(SchemaError, match=r"Reference column 'value' has the type 'geopoint'"):
        reference("ssw")


def test_absent_tables_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reference_module, "files", lambda _: tmp_path / "src" / "eenzaam_stats")
    with pytest.raises(SourceError, match=r"no data/datapackage\.json was found"):
        reference_folder()


def test_installed_tables_come_before_those_of_a_checkout(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "src" / "eenzaam_stats"
    for folder in (package / "data", tmp_path / "data"):
        folder.mkdir(parents=True)
        (folder / "datapackage.json").write_text("{}", "utf-8")
    monkeypatch.setattr(reference_module, "files", lambda _: package)
    assert reference_folder() == package / "data"
    shutil.rmtree(package / "data")
    assert reference_folder() == tmp_path / "data"
