"""A synthetic SPSS file written again with its labelled codes as text, labels and all."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pyreadstat

Word = Callable[[float], str]


def plain_word(code: float) -> str:
    """Code as text, as SPSS writes it with ALTER TYPE."""
    return f"{code:g}"


def text_sav(
    path: Path,
    target: Path,
    *,
    word: Word = plain_word,
    labels: Mapping[str, Mapping[float, str]] | None = None,
) -> Path:
    """Write a ``.sav`` file with every labelled number as text; ``labels`` replace those of a name.

    Labels and declared missing values become text in the same form as the values.
    """
    frame, meta = pyreadstat.read_sav(path, user_missing=True)
    worded = {**meta.variable_value_labels, **(labels or {})}
    own = [name for name in worded if pd.api.types.is_numeric_dtype(frame[name])]
    for name in own:
        codes = frame[name].map(lambda code: "" if pd.isna(code) else word(code))
        frame[name] = codes.astype(object)
    pyreadstat.write_sav(
        frame,
        target,
        file_label=meta.file_label or "",
        column_labels=meta.column_names_to_labels,
        variable_value_labels={
            name: {word(code) if name in own else code: said for code, said in words.items()}
            for name, words in worded.items()
        },
        missing_ranges={
            name: [word(one["lo"]) for one in ranges] if name in own else ranges
            for name, ranges in meta.missing_ranges.items()
        },
    )
    return target


def text_copy(
    path: Path,
    folder: Path,
    *,
    word: Word = plain_word,
    labels: Mapping[str, Mapping[float, str]] | None = None,
) -> Path:
    """Write the file or the folder of a panel again, with its codes as text."""
    target = folder / path.name
    if path.is_dir():
        target.mkdir()
        for file in path.glob("*.sav"):
            here = {name: words for name, words in (labels or {}).items() if _holds(file, name)}
            text_sav(file, target / file.name, word=word, labels=here)
        return target
    for beside in path.parent.glob(f"{path.stem}*"):
        shutil.copy(beside, folder / beside.name)
    return text_sav(path, target, word=word, labels=labels)


def _holds(file: Path, name: str) -> bool:
    return name in pyreadstat.read_sav(file, metadataonly=True)[1].column_names
