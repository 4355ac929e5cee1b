"""Write ``datapackage.json``: what every table and column is, under which licence, with checksums.

The words come from ``tables.toml``; only sizes, checksums and column orders are read from the
files. A table without a description, or a description without a table, stops the run.

Usage::

    python data/build_datapackage.py data
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eenzaam_stats.errors import SchemaError, SourceError

Words = dict[str, Any]


def field(name: str, words: Words, *, required: bool) -> Words:
    """Describe one column; text and no unit unless the words say otherwise."""
    about = words["fields"][name]
    described: Words = {"name": name, "type": about.get("type", "string")}
    described["description"] = about["description"]
    if "unit" in about:
        described["unit"] = about["unit"]
    constraints: Words = {"required": True} if required or about.get("required") else {}
    if "enum" in about:
        constraints["enum"] = about["enum"]
    if constraints:
        described["constraints"] = constraints
    return described


def resource(name: str, words: Words, *, content: bytes) -> Words:
    """Describe one table and its file."""
    table = words["tables"][name]
    columns = table.get("columns") or words["columns"][table["shape"]]
    header = next(csv.reader(content.decode("utf-8").splitlines()))
    if header != columns:
        raise SchemaError(
            f"{name}.csv has the columns {header}, tables.toml describes {columns}. Repair one."
        )
    required = set(table.get("required", ()))
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "title": table["title"],
        "description": table["description"],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "licenses": [words["licences"][key] for key in table["licences"]],
        "attribution": table["attribution"],
        "schema": {
            "fields": [field(column, words, required=column in required) for column in columns],
            "missingValues": [""],
            "uniqueKeys": [table.get("key") or words["keys"][table["shape"]]],
        },
    }


def datapackage(folder: Path) -> str:
    """Text of ``datapackage.json`` for the tables in ``folder``.

    Raises
    ------
    SourceError
        If the files and the described tables are not the same set.
    """
    words = tomllib.loads((folder / "tables.toml").read_text("utf-8"))
    files = {path.stem for path in folder.glob("*.csv")}
    if files != set(words["tables"]):
        raise SourceError(
            f"Tables and descriptions differ: {sorted(files ^ set(words['tables']))}. "
            "Describe each CSV in tables.toml, or remove it."
        )
    used = {key: None for table in words["tables"].values() for key in table["licences"]}
    described = {
        "profile": "tabular-data-package",
        **words["package"],
        "licenses": [words["licences"][key] for key in used],
        "resources": [
            resource(name, words, content=(folder / f"{name}.csv").read_bytes())
            for name in words["tables"]
        ],
    }
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the command line and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="folder with the tables and tables.toml")
    folder: Path = parser.parse_args(argv).folder
    (folder / "datapackage.json").write_text(datapackage(folder), "utf-8", newline="\n")
    print(f"datapackage.json: {len(list(folder.glob('*.csv')))} tables")


if __name__ == "__main__":
    main()
