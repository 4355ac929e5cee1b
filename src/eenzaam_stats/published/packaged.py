"""Files of the packaged tables: read once per process, checked against their description.

What a table says is the affair of ``reference``; this file knows paths, checksums and types.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from eenzaam_stats.errors import SchemaError, SourceError, list_all

DESCRIPTION = "datapackage.json"


@cache
def resources(folder: Path) -> dict[str, dict[str, Any]]:
    """Descriptions of the tables in a folder, by name.

    Raises
    ------
    SourceError
        If the description cannot be read.
    """
    path = folder / DESCRIPTION
    try:
        described = json.loads(path.read_text("utf-8"))
        return {about["name"]: about for about in described["resources"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceError(
            f"{path.name} of the reference tables cannot be read: {error}. "
            "Install the package again."
        ) from error


@cache
def _read_verified_text(folder: Path, name: str) -> str:
    """Text of a table, compared once per process with its checksum."""
    about = resources(folder)[name]
    path = folder / str(about["path"])
    if not path.is_file():
        raise SourceError(
            f"Reference table {name!r} has no file {path.name!r}. Install the package again."
        )
    content = path.read_bytes()
    if f"sha256:{hashlib.sha256(content).hexdigest()}" != about["hash"]:
        raise SourceError(
            f"Reference table {name!r}: {path.name!r} differs from its checksum in {DESCRIPTION}. "
            "Restore the file, or run data/build_datapackage.py if the change is meant."
        )
    return content.decode("utf-8")


@cache
def read_verified_frame(folder: Path, name: str) -> pd.DataFrame:
    """Table as a frame, read once per process; callers take a copy.

    Raises
    ------
    SourceError
        If the file is absent or differs from its checksum.
    SchemaError
        If a column has a type that is not known.
    """
    return _frame(_read_verified_text(folder, name), resources(folder)[name]["schema"]["fields"])


def _frame(text: str, fields: list[dict[str, Any]]) -> pd.DataFrame:
    """Frame with the types of the description; no word is taken for a missing value."""
    types = {field["name"]: _type(field) for field in fields}
    numbers = {name: [""] for name, kind in types.items() if kind != "str"}
    return pd.read_csv(
        StringIO(text), dtype=types, keep_default_na=False, na_values=numbers, encoding="utf-8"
    )


def _type(field: dict[str, Any]) -> str:
    """Type of a column in pandas, from its description."""
    kind: str = field["type"]
    if kind == "integer":
        return "int64" if field.get("constraints", {}).get("required") else "Int64"
    known = {"string": "str", "number": "float64"}
    if kind not in known:
        raise SchemaError(
            f"Reference column {field['name']!r} has the type {kind!r}. "
            f"Known types are {list_all(['integer', *known])}; repair data/tables.toml."
        )
    return known[kind]
