"""The synthetic file of every source with the columns of its questions, and reversals of them."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyreadstat

from eenzaam_stats import loaders
from eenzaam_stats.errors import EenzaamStatsWarning
from eenzaam_stats.survey import Survey
from eenzaam_stats.synthetic.sources import synthesise
from eenzaam_stats.synthetic.ssw import NAMES
from loaders.formats.changed_sav import changed_sav, read
from loaders.mapping.mapped_files import item, write_mapping

EMOTIONAL, SOCIAL = (2, 3, 5, 6, 9, 10), (1, 4, 7, 8, 11)
SHORT_EMOTIONAL, SHORT_SOCIAL = (3, 9, 10), (4, 7, 8)
LISS_SUFFIX = {3: 284, 4: 285, 7: 286, 8: 287, 9: 288, 10: 289}
LISS_YEARS = (2012, 2019, 2020)

# Columns of a block with the lowest and the highest code of its answers.
Block = Mapping[str, tuple[int, int]]


@dataclass(frozen=True)
class SyntheticFile:
    """One file, or folder, of a source, and how it is read.

    Attributes
    ----------
    source : str
        As ``synthesise`` knows it.
    file : str
        Name of the file or folder.
    make : callable
        Writes the synthetic file at a path.
    read : callable
        Reads it.
    blocks : mapping of str to Block
        Questions that point the same way.
    labelled : bool
        Whether the file has value labels.
    """

    source: str
    file: str
    make: Callable[[Path], object]
    read: Callable[[Path], Survey]
    blocks: Mapping[str, Block]
    labelled: bool = True

    @property
    def questions(self) -> Block:
        """Every question on loneliness."""
        return {name: codes for block in self.blocks.values() for name, codes in block.items()}


def _items(names: list[str], codes: tuple[int, int] = (1, 3)) -> Block:
    return dict.fromkeys(names, codes)


def _eleven(pattern: str) -> dict[str, Block]:
    return {
        "emotional": _items([pattern.format(number) for number in EMOTIONAL]),
        "social": _items([pattern.format(number) for number in SOCIAL]),
    }


def _six(name: Callable[[int], list[str]]) -> dict[str, Block]:
    return {
        "emotional": _items([own for number in SHORT_EMOTIONAL for own in name(number)]),
        "social": _items([own for number in SHORT_SOCIAL for own in name(number)]),
    }


def _liss_names(number: int) -> list[str]:
    return [f"{code}{LISS_SUFFIX[number]}" for code in ("cs12e", "cs19l", "cs20m")]


def _mapped(instrument: str, rows: list[dict[str, object]]) -> Callable[[Path], Survey]:
    """Reader with a mapping of the questions alone, written beside the file."""
    head = {"name": "mine", "title": "My survey", "wave": 2022, "age_floor": 18}
    table = {
        "source": {**head, "instrument": instrument, "evidence": "user"},
        "design": {"weight": "none"},
        "variable": rows,
    }

    def read_it(path: Path) -> Survey:
        return loaders.read_mapped(path, write_mapping(table, path.with_suffix(".toml")))

    return read_it


_UCLA_WORDS = {"1": "often", "2": "sometimes", "3": "hardly_ever"}
_UCLA_ROWS = [
    {"name": f"ucla_{place}", "column": column, "codes": _UCLA_WORDS, "missing": {"-1": "refused"}}
    for place, column in enumerate(("mh034_", "mh035_", "mh036_"), start=1)
]
_DIRECT_ROW = {
    "name": "direct",
    "column": "fltlnl",
    "codes": {"1": "never", "2": "sometimes", "3": "often", "4": "always"},
    "missing": {"7": "refused", "8": "dont_know", "9": "no_answer"},
}
_MONITOR_ROWS = [
    item(number, column=f"GGEEB2{number:02d}", missing={"9": "no_answer"})
    for number in (*SHORT_EMOTIONAL, *SHORT_SOCIAL)
]
_SHARE_BLOCKS = {
    "ucla": _items(["mh034_", "mh035_", "mh036_"]),
    "direct": _items(["mh037_"]),
}
_EU_BLOCKS = {
    "emotional": _items([f"loneliness_djg_{letter}" for letter in "abc"]),
    "social": _items([f"loneliness_djg_{letter}" for letter in "def"]),
    "ucla": _items([f"loneliness_ucla_{letter}" for letter in "abc"]),
    "direct": _items(["loneliness_direct"], (1, 5)),
}

SYNTHETIC_FILES: Mapping[str, SyntheticFile] = {
    "gezondheidsmonitor 2016": SyntheticFile(
        "gezondheidsmonitor",
        "x.sav",
        lambda path: synthesise("gezondheidsmonitor", path, wave=2016, n=2000),
        lambda path: loaders.read_gezondheidsmonitor(path, wave=2016),
        _eleven("GGEEB2{:02d}"),
    ),
    "gezondheidsmonitor 2022": SyntheticFile(
        "gezondheidsmonitor",
        "x.sav",
        lambda path: synthesise("gezondheidsmonitor", path, wave=2022, n=2000),
        lambda path: loaders.read_gezondheidsmonitor(path, wave=2022),
        _eleven("GGEEB2{:02d}"),
    ),
    "lasa H": SyntheticFile(
        "lasa",
        "x.sav",
        lambda path: synthesise("lasa", path, wave="H"),
        lambda path: loaders.read_lasa(path, wave="H"),
        _eleven("hlo{}"),
    ),
    "lasa B": SyntheticFile(
        "lasa",
        "x.sav",
        lambda path: synthesise("lasa", path, wave="B"),
        lambda path: loaders.read_lasa(path, wave="B"),
        _eleven("blo{}"),
    ),
    "liss": SyntheticFile(
        "liss",
        "panel",
        lambda path: synthesise("liss", path, wave=list(LISS_YEARS), n=800),
        loaders.read_liss,
        _six(_liss_names),
    ),
    "ssw": SyntheticFile(
        "ssw",
        "x.sav",
        lambda path: synthesise("ssw", path, n=2000),
        lambda path: loaders.read_ssw(path, path.with_suffix(".toml")),
        _six(lambda number: [NAMES[f"djg_{number}"]]),
    ),
    "eu survey, codes": SyntheticFile(
        "eu_loneliness_survey",
        "x_values.csv",
        lambda path: synthesise("eu_loneliness_survey", path, n=4000),
        loaders.read_eu_survey,
        _EU_BLOCKS,
        labelled=False,
    ),
    "eu survey, Stata": SyntheticFile(
        "eu_loneliness_survey",
        "x.dta",
        lambda path: synthesise("eu_loneliness_survey", path, n=4000),
        loaders.read_eu_survey,
        _EU_BLOCKS,
    ),
    "share": SyntheticFile(
        "share",
        "x.sav",
        lambda path: synthesise("share", path),
        lambda path: loaders.read_share(path, wave=9),
        _SHARE_BLOCKS,
    ),
    "ess": SyntheticFile(
        "ess",
        "x.sav",
        lambda path: synthesise("ess", path),
        lambda path: loaders.read_ess(path, wave=11),
        {"direct": _items(["fltlnl"], (1, 4))},
    ),
    "mapped DJG6": SyntheticFile(
        "mapped",
        "x.sav",
        lambda path: synthesise("gezondheidsmonitor", path, wave=2016, n=2000),
        _mapped("DJG6", _MONITOR_ROWS),
        _six(lambda number: [f"GGEEB2{number:02d}"]),
    ),
    "mapped UCLA3": SyntheticFile(
        "mapped",
        "x.sav",
        lambda path: synthesise("share", path),
        _mapped("UCLA3", _UCLA_ROWS),
        {"ucla": _SHARE_BLOCKS["ucla"]},
    ),
    "mapped direct question": SyntheticFile(
        "mapped",
        "x.sav",
        lambda path: synthesise("ess", path),
        _mapped("DIRECT", [_DIRECT_ROW]),
        {"direct": _items(["fltlnl"], (1, 4))},
    ),
    "gmjv": SyntheticFile(
        "gmjv",
        "x.sav",
        lambda path: synthesise("gmjv", path, n=3000),
        lambda path: loaders.read_gmjv(path, wave=2022),
        {
            "category": {"LVEES402": (0, 2)},
            "social category": {"LVEES407": (1, 3)},
            "emotional category": {"LVEES410": (1, 3)},
        },
    ),
}


def read_quietly(synthetic_file: SyntheticFile, path: Path) -> Survey:
    """Survey of a synthetic file; a reader may warn of a direction that its report says failed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EenzaamStatsWarning)
        return synthetic_file.read(path)


def reversed_file(
    path: Path, folder: Path, block: Block, *, codes: bool = True, labels: bool = False
) -> Path:
    """Write a synthetic file again with codes, value labels or both of a block turned round."""
    target = folder / path.name
    if path.is_dir():
        shutil.copytree(path, target)
        for file in sorted(path.glob("cs*.sav")):
            own = {name: ends for name, ends in block.items() if name.startswith(file.name[:5])}
            _reversed_file(file, target / file.name, own, codes=codes, labels=labels)
        return target
    if path.with_suffix(".toml").exists():
        shutil.copy(path.with_suffix(".toml"), target.with_suffix(".toml"))
    _reversed_file(path, target, block, codes=codes, labels=labels)
    return target


def _reversed_file(path: Path, target: Path, block: Block, *, codes: bool, labels: bool) -> None:
    frame, words = _opened(path)
    if codes:
        for name, (low, high) in block.items():
            answered = frame[name].between(low, high)
            frame[name] = frame[name].where(~answered, low + high - frame[name])
    turned = {
        name: {
            (low + high - code if low <= code <= high else code): said
            for code, said in words.get(name, {}).items()
        }
        for name, (low, high) in block.items()
        if labels
    }
    if path.suffix == ".csv":
        frame.to_csv(target, index=False)
    elif path.suffix == ".dta":
        _, meta = pyreadstat.read_dta(path, metadataonly=True)
        label = meta.file_label or ""
        pyreadstat.write_dta(frame, target, file_label=label, variable_value_labels=words | turned)
    else:
        changed_sav(path, target, frame=frame, labels=turned)


def _opened(path: Path) -> tuple[pd.DataFrame, dict[str, dict[float, str]]]:
    if path.suffix == ".csv":
        return pd.read_csv(path), {}
    if path.suffix == ".dta":
        frame, meta = pyreadstat.read_dta(path)
    else:
        frame, meta = read(path), pyreadstat.read_sav(path, metadataonly=True)[1]
    return frame, meta.variable_value_labels
