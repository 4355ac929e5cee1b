"""The wheel carries the tables, and the installed package finds them there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

ASK = """
from eenzaam_stats.published.reference import persons, reference, reference_folder, reference_names
for name in reference_names():
    assert len(reference(name)), name
print(reference_folder())
print(persons("cbs_observed", 2022, age_from=18))
"""


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    (built,) = WheelBuilder(str(repository)).build(directory=str(folder), versions=["standard"])
    return Path(built)


def test_wheel_holds_every_table_as_it_is_in_the_repository(wheel: Path, repository: Path) -> None:
    package = json.loads((repository / "data" / "datapackage.json").read_text("utf-8"))
    names = [resource["path"] for resource in package["resources"]]
    with ZipFile(wheel) as files:
        for name in [*names, "datapackage.json", "LICENSE-DATA.md", "README.md"]:
            inside = files.read(f"eenzaam_stats/data/{name}")
            assert inside == (repository / "data" / name).read_bytes(), name
    assert len(names) == 15


def test_installed_package_reads_its_own_tables(wheel: Path, tmp_path: Path) -> None:
    with ZipFile(wheel) as files:
        files.extractall(tmp_path / "site")
    run = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    folder, adults = run.stdout.split()
    assert Path(folder) == tmp_path / "site" / "eenzaam_stats" / "data"
    assert adults == "14289828"
