"""The made-up survey of ``mapped_files.py`` in every format, with columns that are text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyreadstat

from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.survey import Survey
from loaders.mapping.mapped_files import mapping, people, write_mapping

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": ";"}
FORMATS = (*DELIMITERS, ".xlsx", ".parquet", ".sav", ".dta")


def as_text(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The same frame with some columns as text, whole numbers without decimals."""
    said = {name: frame[name].map(lambda value: f"{value:g}").astype(object) for name in names}
    return frame.assign(**said)


def write_text(frame: pd.DataFrame, path: Path, **options: Any) -> Path:
    """Write in the format of the suffix; cells of text stay text."""
    suffix = path.suffix
    if suffix in DELIMITERS:
        frame.to_csv(path, index=False, sep=DELIMITERS[suffix], **options)
    elif suffix == ".xlsx":
        book = openpyxl.Workbook()
        book.active.append(list(frame.columns))
        for row in frame.astype(object).itertuples(index=False):
            book.active.append([None if pd.isna(cell) else cell for cell in row])
        book.save(path)
    elif suffix == ".parquet":
        frame.to_parquet(path)
    else:
        texts = {name: frame[name].fillna("") for name in frame if frame[name].dtype == object}
        write = pyreadstat.write_sav if suffix == ".sav" else pyreadstat.write_dta
        write(frame.assign(**texts), path)
    return path


def read_text(
    frame: pd.DataFrame, path: Path, raw: dict[str, Any] | None = None, **words: Any
) -> Survey:
    """Survey of a frame that is written in one format and read with a mapping."""
    told = write_mapping(mapping() if raw is None else raw, path.with_suffix(".toml"))
    return read_mapped(write_text(frame, path), told, **words)


def persons(n: int = 60) -> pd.DataFrame:
    """People of ``mapped_files`` with weights that are numbers of people."""
    frame = people(n)
    return frame.assign(w=[float(987 + 13 * (at % 40)) for at in range(n)])
