"""The doctor tries what it reports, and finds what is broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eenzaam_stats.cli import doctor
from eenzaam_stats.published import reference as tables
from eenzaam_stats.published.reference import reference_names
from eenzaam_stats.statline.cache import Writer


def _found(ran) -> dict[str, dict[str, object]]:
    return {one["name"]: one for one in json.loads(ran.out)["data"]["trials"]}


@pytest.fixture(scope="module")
def healthy() -> dict[str, doctor.Trial]:
    return {one.name: one for one in doctor.trials()}


def test_every_engine_and_extra_of_the_tests_is_tried_and_works(healthy) -> None:
    for name in ("pyreadstat", "matplotlib", "polars", "pyarrow", "duckdb", "polars-readstat"):
        assert healthy[name].works is True, healthy[name]
        assert healthy[name].version[0].isdigit()
    assert "equal to that of pandas" in healthy["duckdb"].detail
    assert healthy["openpyxl"].detail == "wrote and read an Excel workbook"


def test_every_reference_table_is_read(healthy) -> None:
    for name in reference_names():
        assert healthy[name].works is True
        assert healthy[name].detail.endswith("rows, checksum right")


def test_spark_is_not_started_unasked(healthy) -> None:
    assert healthy["pyspark"].works is None
    assert healthy["pyspark"].detail.startswith("not tried: ")


def test_engine_that_estimates_something_else_is_found(monkeypatch, command) -> None:
    real = doctor.ENGINES["duckdb"]
    monkeypatch.setitem(doctor.ENGINES, "duckdb", lambda frame: real(frame.head(len(frame) // 2)))
    ran = command("doctor", "--json")
    one = _found(ran)["duckdb"]
    assert one["works"] is False
    assert "where pandas gives" in one["detail"]
    document = json.loads(ran.out)
    assert document["data"]["healthy"] is False
    assert len(document["warnings"]) == 1
    assert ran.code == 0  # an extra that fails leaves the rest usable


def test_extra_that_is_absent_tells_how_to_get_it(monkeypatch, command) -> None:
    real = doctor.read_version
    absent = {"openpyxl", "polars"}
    monkeypatch.setattr(
        doctor, "read_version", lambda name: doctor.UNKNOWN if name in absent else real(name)
    )
    found = _found(command("doctor", "--json"))
    assert found["openpyxl"]["works"] is None
    assert "pip install 'eenzaam-stats[excel]'" in found["openpyxl"]["detail"]
    assert "pip install 'eenzaam-stats[fast]'" in found["polars"]["detail"]


def test_damaged_reference_table_stops_with_code_three(monkeypatch, command) -> None:
    real = tables.reference

    def damaged(name: str, **options: object):
        if name == "ssw":
            raise tables.SourceError("Reference table 'ssw': 'ssw.csv' differs from its checksum.")
        return real(name, **options)

    monkeypatch.setattr(tables, "reference", damaged)
    ran = command("doctor")
    assert ran.code == 3
    assert "FAILS   reference  ssw" in ran.out
    assert "do not work: ssw" in ran.err


@pytest.mark.parametrize(("made", "works"), [(False, None), (True, True)])
def test_cache_is_found_where_the_variable_says(
    made, works, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "cache"
    monkeypatch.setenv("EENZAAM_STATS_CACHE", str(folder))
    if made:
        writer = Writer(folder / "statline", "1ABC-1")
        writer.add(b'{"value": []}')
        writer.commit({"modified": "2099-01-02", "read_at": "2099-01-03", "rows": 0})
    one = doctor._cache()
    assert (one.name, one.works) == (str(folder), works)
    assert one.detail == ("1 reading(s), 0.0 MB" if made else "not there: nothing was fetched yet")
    if made:
        next((folder / "statline").glob("*.gz")).write_bytes(b"x")
        damaged = doctor._cache()
        assert damaged.works is False
        assert "1 damaged, to be read again: '1ABC-1'" in damaged.detail
