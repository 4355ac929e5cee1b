"""Small SPSS files in the layout of the monitor, with scores counted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

ITEMS = [f"GGEEB2{number:02d}" for number in range(1, 12)]

# Answers to items 1-11 (Y yes, M more or less, N no, . missing) and emotional, social and total
# score, counted by hand from the rule of the manual; None where the rule gives no score.
VECTORS: tuple[tuple[str, int | None, int | None, int | None], ...] = (
    ("MMMMMMMMMMM", 6, 5, 11),
    ("NNNNNNNNNNN", 0, 5, 5),
    ("YYYYYYYYYYY", 6, 0, 6),
    ("YNNYNNYYNNY", 0, 0, 0),
    ("NYYNYYNNYYN", 6, 5, 11),
    ("YN.YNNYYNNY", None, 0, 0),
    ("NY.NYYNNYYN", None, 5, 10),
    ("NYY.YYNNYYN", 6, None, 10),
    ("YN.YNNYY.NY", None, 0, None),
    ("YN..NNYYNNY", None, None, None),
    (".YYNYYNNYYN", 6, None, 10),
    ("..YNYYNNYYN", None, None, None),
    ("YMMYNNYYNNY", 2, 0, 2),
    ("YMMYMNYYNNY", 3, 0, 3),
    ("YNMMNNYYNNY", 1, 1, 2),
    ("YYYYYYYNYYN", 6, 2, 8),
    ("YYYYYYNNYYN", 6, 3, 9),
    ("YYYNYYNNYYN", 6, 4, 10),
    ("YY.NYYNNYYN", None, 4, 9),
    ("MM.MMMMMMMM", None, 5, 10),
)
N_VECTORS = len(VECTORS)
N_COMPLETE = sum("." not in answers for answers, *_ in VECTORS)
CODES = {"Y": 1.0, "M": 2.0, "N": 3.0, ".": 9.0}
ANSWER_LABELS = {1: "Ja", 2: "Min of meer", 3: "Nee", 9: "onbekend"}


def category(total: int | None) -> float:
    """Class of a total by the printed cut-offs 2, 8 and 10; 9 when there is no total."""
    return 9.0 if total is None else float((total > 2) + (total > 8) + (total > 10))


def severe_flag(total: int | None) -> float:
    """GGEES209: 8 for people who are not lonely, 0 for moderate, 1 for (very) severe."""
    return {9.0: 9.0, 0.0: 8.0, 1.0: 0.0, 2.0: 1.0, 3.0: 1.0}[category(total)]


def flag(points: int | None, cutoff: int) -> float:
    return 9.0 if points is None else float(points >= cutoff)


def items_and_scores(repeats: int) -> dict[str, list[float]]:
    """Columns GGEEB201-211 and every score that follows from the vectors."""
    rows = VECTORS * repeats
    columns: dict[str, list[float]] = {
        name: [CODES[answers[place]] for answers, *_ in rows] for place, name in enumerate(ITEMS)
    }
    columns["GGEES203"] = [99.0 if total is None else float(total) for *_, total in rows]
    columns["GGEES204"] = [9.0 if emo is None else float(emo) for _, emo, _, _ in rows]
    columns["GGEES205"] = [9.0 if soc is None else float(soc) for _, _, soc, _ in rows]
    columns["GGEES208"] = [category(total) for *_, total in rows]
    columns["GGEES209"] = [severe_flag(total) for *_, total in rows]
    columns["GGEES217"] = [flag(total, 3) for *_, total in rows]
    return columns


def subscale_flags(repeats: int, *, cutoff: int, names: tuple[str, str]) -> dict[str, list[float]]:
    rows = VECTORS * repeats
    return {
        names[0]: [flag(emo, cutoff) for _, emo, _, _ in rows],
        names[1]: [flag(soc, cutoff) for _, _, soc, _ in rows],
    }


def columns_2016(repeats: int) -> dict[str, Any]:
    n = N_VECTORS * repeats
    turn = np.arange(n)
    return {
        "volgnummer": turn + 1.0,
        "AGOJB201": np.full(n, 2016.0),
        "MIDGV201": 1.0 + turn % 2,
        "LFT0109": 19.0 + turn % 80,
        "geslacht": 1.0 + turn % 2,
        "MMOWA201": 1.0 + turn % 4,
        "MIREB201": 1.0 + turn % 25,
        "Gemeentecode": np.where(turn % 2, 34.0, 363.0),
        **items_and_scores(repeats),
        **subscale_flags(repeats, cutoff=2, names=("GGEES215", "GGEES216")),
        "ewGGD": np.full(n, 1.0),
        "PrimaireEenheid": 100.0 + turn % 4,
    }


def columns_2022(repeats: int) -> dict[str, Any]:
    n = N_VECTORS * repeats
    turn = np.arange(n)
    return {
        "volgnummer": turn + 1.0,
        "LeeftijdSub": 1.0 + turn % 7,
        "AGGSA201": 1.0 + turn % 3,
        "AGGSA202": 1.0 + turn % 2,
        "Opleiding_samind_3cat": 1.0 + turn % 3,
        "MIREB201": 1.0 + turn % 25,
        "Gemeentecode": np.where(turn % 2, "0034", "0363").astype(object),
        **items_and_scores(repeats),
        **subscale_flags(repeats, cutoff=3, names=("GGEES218", "GGEES219")),
        "ewGGD": np.full(n, 700.0),
        "ewCBSGGD": np.full(n, 650.0),
        "PrimaireEenheid": 100.0 + turn % 4,
    }


LAYOUTS: Mapping[int, Callable[[int], dict[str, Any]]] = {2016: columns_2016, 2022: columns_2022}


@dataclass
class MonitorFile:
    """What goes into one file; a test changes it and writes it."""

    columns: dict[str, Any]
    labels: dict[str, dict[Any, str]]
    missing: dict[str, list[Any]]
    file_label: str = ""
    options: dict[str, Any] = field(default_factory=dict)

    def change(self, name: str, row: int, value: Any) -> MonitorFile:
        """Set one value; rows count from 1."""
        values = list(self.columns[name])
        values[row - 1] = value
        self.columns[name] = values
        return self

    def rename(self, new_name: Callable[[str], str]) -> MonitorFile:
        self.columns = {new_name(name): values for name, values in self.columns.items()}
        self.labels = {new_name(name): values for name, values in self.labels.items()}
        self.missing = {new_name(name): values for name, values in self.missing.items()}
        return self

    def drop(self, *names: str) -> MonitorFile:
        for name in names:
            for part in (self.columns, self.labels, self.missing):
                part.pop(name, None)
        return self

    def write(self, path: Path) -> Path:
        pyreadstat.write_sav(
            pd.DataFrame(self.columns),
            path,
            file_label=self.file_label,
            compress=path.suffix == ".zsav",
            variable_value_labels=self.labels,
            missing_ranges=self.missing,
            **self.options,
        )
        return path


def monitor_file(wave: int, *, repeats: int = 1) -> MonitorFile:
    """File in the layout of 2016 or 2022, with labels and missing declarations."""
    columns = LAYOUTS[wave](repeats)
    nines = [name for name in columns if name.startswith("GGEE") and name != "GGEES203"]
    labels: dict[str, dict[Any, str]] = {name: dict(ANSWER_LABELS) for name in ITEMS}
    labels["GGEES208"] = {0: "Is niet eenzaam", 1: "Is matig eenzaam", 2: "Is ernstig eenzaam"}
    labels["GGEES208"] |= {3: "Is zeer ernstig eenzaam", 9: "onbekend"}
    labels["GGEES209"] = {0: "Nee", 1: "Ja", 8: "nvt", 9: "onbekend"}
    missing: dict[str, list[Any]] = {name: [9] for name in nines} | {"GGEES203": [99]}
    if wave == 2016:
        labels["geslacht"] = {1: "Man", 2: "Vrouw", 9: "onbekend"}
        missing["geslacht"] = [9]
    return MonitorFile(columns, labels, missing)
