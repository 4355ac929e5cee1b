"""A mapping as nested tables that a test changes, written as TOML, and small files with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

SHORT = (3, 4, 7, 8, 9, 10)
CODES = {"1": "yes", "2": "more_or_less", "3": "no"}
LABELS = {1: "Ja", 2: "Min of meer", 3: "Nee", 9: "Weet niet"}


def item(number: int, **changes: Any) -> dict[str, Any]:
    row = {"name": f"djg_{number}", "column": f"q{number}", "codes": dict(CODES)}
    return {**row, "missing": {"9": "dont_know"}, **changes}


def mapping(**source: Any) -> dict[str, Any]:
    """Sound mapping of six items, sex, age and key."""
    head = {"name": "mine", "title": "My survey", "wave": 2022, "age_floor": 18}
    return {
        "source": {**head, "instrument": "DJG6", "evidence": "user", **source},
        "design": {"weight": "w", "stratum": "s"},
        "variable": [
            *(item(number) for number in SHORT),
            {"name": "sex", "column": "sx", "codes": {"1": "men", "2": "women"}},
            {"name": "age", "column": "lft", "number": True, "min": 18, "max": 110},
            {"name": "person_id", "column": "id", "text": True},
        ],
    }


def people(n: int = 60) -> pd.DataFrame:
    """Codes as the mapping has them; items 3, 9, 10 answer lonely when 4, 7, 8 do."""
    turn = np.arange(n)
    lonely = turn % 5
    code = np.select([lonely == 0, lonely == 1], [1, 2], default=3)
    columns: dict[str, Any] = {
        f"q{number}": code if number in (3, 9, 10) else 4 - code for number in SHORT
    }
    frame = pd.DataFrame(columns).astype("float64")
    frame.loc[3, "q3"] = 9.0
    frame["sx"] = 1.0 + turn % 2
    frame["lft"] = 18.0 + turn % 60
    frame["id"] = turn + 1
    frame["w"] = 0.5 + turn % 3
    frame["s"] = 1 + turn % 4
    frame["unused"] = 0.0
    return frame


def write_survey(frame: pd.DataFrame, path: Path, labels: dict[str, Any] | None = None) -> Path:
    """Write in the format of the suffix; labels where the format has them."""
    said = labels or {}
    suffix = path.suffix
    if suffix in (".sav", ".zsav"):
        pyreadstat.write_sav(frame, path, variable_value_labels=said, compress=suffix == ".zsav")
    elif suffix == ".dta":
        pyreadstat.write_dta(frame, path, variable_value_labels=said)
    elif suffix == ".csv":
        frame.to_csv(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_excel(path, index=False)
    return path


def write_mapping(raw: dict[str, Any], path: Path) -> Path:
    path.write_text(as_toml(raw), "utf-8")
    return path


def as_toml(raw: dict[str, Any]) -> str:
    """TOML of tables, tables in tables and lists of tables, as far as mappings need it."""
    lines: list[str] = []
    for name, table in raw.items():
        for one in table if isinstance(table, list) else [table]:
            lines.append(f"[[{name}]]" if isinstance(table, list) else f"[{name}]")
            plain = {key: value for key, value in one.items() if not isinstance(value, dict)}
            inner = {key: value for key, value in one.items() if isinstance(value, dict)}
            lines += [f"{_word(key)} = {_value(value)}" for key, value in plain.items()]
            for key, values in inner.items():
                lines.append(f"[{name}.{key}]")
                lines += [f"{_word(code)} = {_value(said)}" for code, said in values.items()]
    return "\n".join(lines) + "\n"


def _word(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    return _word(value) if isinstance(value, str) else str(value)
