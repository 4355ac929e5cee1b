"""The contracts of imports catch a forbidden import in every package they name."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise

import pytest

PACKAGE = "eenzaam_stats"
LINTER = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"


def contracts(repository) -> dict[str, dict]:
    described = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))
    return {one["id"]: one for one in described["tool"]["importlinter"]["contracts"]}


def planted(contract) -> list[tuple[str, str]]:
    """Pairs of modules, one for every package the contract names: who imports, and what."""
    if contract["type"] == "forbidden":
        inside = [one for one in contract["forbidden_modules"] if one.startswith(PACKAGE)]
        outside = [one for one in contract["forbidden_modules"] if one not in inside]
        return [(source, (outside or inside)[0]) for source in contract["source_modules"]]
    if contract["type"] == "independence":
        return list(pairwise(contract["modules"]))
    [container] = contract["containers"]
    layers = [[f"{container}.{one.strip()}" for one in line.split("|")]
              for line in contract["layers"]]  # fmt: skip
    below = [(one, upper[0]) for upper, lower in pairwise(layers) for one in lower]
    beside = [(one, other) for layer in layers for one, other in pairwise(layer)]
    return below + beside


def place(folder, module: str):
    path = folder.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


@pytest.mark.parametrize(
    "name",
    [
        *("layers", "loaders", "estimation", "projection", "panel", "numerics_apart", "numerics"),
        *("drawing", "network", "matplotlib", "files"),
    ],
)
def test_planted_import_is_caught_in_every_package_of_a_contract(name, repository, tmp_path):
    contract = contracts(repository)[name]
    shutil.copytree(
        repository / "src" / PACKAGE,
        tmp_path / PACKAGE,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    shutil.copy(repository / "pyproject.toml", tmp_path)
    pairs = planted(contract)
    for importer, imported in pairs:
        with place(tmp_path, importer).open("a", encoding="utf-8") as file:
            file.write(f"\nimport {imported}\n")
    ran = subprocess.run(
        [sys.executable, "-c", LINTER, "--no-cache", "--contract", name],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": "", "COLUMNS": "400"},
    )
    said = re.sub(r"\s+", " ", ran.stdout)
    assert ran.returncode == 1, said[-2000:] + ran.stderr[-2000:]
    missed = [pair for pair in pairs if f"{pair[0]} -> {pair[1]} (l." not in said]
    assert not missed, said[-3000:]


def test_every_contract_is_tried_and_every_package_is_in_those_that_hold_for_it(repository):
    found = contracts(repository)
    tried = next(
        mark.args[1]
        for mark in test_planted_import_is_caught_in_every_package_of_a_contract.pytestmark
        if mark.name == "parametrize"
    )
    assert set(tried) == set(found)
    source = repository / "src" / PACKAGE
    packages = {f"{PACKAGE}.{one.parent.name}" for one in source.glob("*/__init__.py")}
    drawing = {f"{PACKAGE}.{name}" for name in ("plots", "letter")}
    assert packages - drawing <= set(found["matplotlib"]["source_modules"])
    reaching = {f"{PACKAGE}.{name}" for name in ("cli", "letter", "statline")}
    assert packages - reaching <= set(found["network"]["source_modules"])
