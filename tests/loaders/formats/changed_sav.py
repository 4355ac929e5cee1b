"""A synthetic SPSS file written again with something changed; labels and declarations stay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat


def read(path: Path) -> pd.DataFrame:
    """Codes as they stand in the file, declared missing values included."""
    frame, _ = pyreadstat.read_sav(path, user_missing=True)
    return frame


def changed_sav(
    path: Path,
    target: Path,
    *,
    frame: pd.DataFrame | None = None,
    labels: Mapping[str, Mapping[float, str] | None] | None = None,
    missing: Mapping[str, list[Any]] | None = None,
) -> Path:
    """Write the file with another frame, other value labels (None removes) or declarations."""
    own, meta = pyreadstat.read_sav(path, user_missing=True)
    values = own if frame is None else frame
    worded = {name: dict(words) for name, words in meta.variable_value_labels.items()}
    for name, words in (labels or {}).items():
        worded.pop(name, None)
        if words is not None:
            worded[name] = dict(words)
    ranges = {
        name: [one["lo"] for one in declared] for name, declared in meta.missing_ranges.items()
    }
    pyreadstat.write_sav(
        values,
        target,
        file_label=meta.file_label or "",
        column_labels={
            name: said for name, said in meta.column_names_to_labels.items() if name in values
        },
        variable_value_labels={name: words for name, words in worded.items() if name in values},
        missing_ranges={
            name: codes for name, codes in (ranges | dict(missing or {})).items() if name in values
        },
    )
    return target


def without_labels(frame: pd.DataFrame) -> dict[str, None]:
    """Every column without value labels, for ``labels=``."""
    return dict.fromkeys(frame.columns)
