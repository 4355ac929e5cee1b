"""Columns of the synthetic file besides the items: people, places, design; and all labels.

Which of the documented variables a wave gets is a row below; names, codes, labels and missing
declarations come from the codebook.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.synthetic.people import People
from eenzaam_stats.vocabulary import Origin

ORIGIN_COLUMN = "herkomst_bestand"
# First wave whose Gemeentecode is a string with leading zeros.
STRING_MUNICIPALITY_FROM = 2022
OTHER_GENDER, OTHER_GENDER_SHARE = 3, 0.002

# Variables besides items, scores, weights and stratum, in file order.
DEMOGRAPHICS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        2012: ("LFT0109", "geslacht", "MMOWA201", "AGHHA203"),
        2016: (
            *("LFT0109", "geslacht", "MMOWA201", "inkkwin_2016", "etnicat", "Etniciteit"),
            *("herkomst", "generatie", "AGHHA202", "AGHHA203"),
        ),
        2020: ("LFT0109", "geslacht", "MMOWA201", "inkkwin_2020", "AGHHA203"),
        2022: (
            *("LeeftijdSub", "Lftcat5", "AGGSA201", "AGGSA202", "Opleiding_samind_3cat"),
            "AGHHA203",
        ),
    }
)
KEYS = ("volgnummer", "AGOJB201", "MIREB201", "Gemeentecode")

# ASSUMED shares of the codes, in codebook order: invented, related to nothing, not estimates.
SHARES: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "MMOWA201": (0.08, 0.27, 0.33, 0.32),
        "Opleiding_samind_3cat": (0.26, 0.38, 0.36),
        "inkkwin_2016": (0.2, 0.2, 0.2, 0.2, 0.2),
        "inkkwin_2020": (0.2, 0.2, 0.2, 0.2, 0.2),
        "etnicat": (0.80, 0.10, 0.10),
        "Etniciteit": (
            0.80,
            0.02,
            0.01,
            0.01,
            0.01,
            0.02,
            0.04,
            0.02,
            0.02,
            0.02,
            0.01,
            0.01,
            0.01,
        ),
        "herkomst": (0.80, 0.02, 0.02, 0.02, 0.01, 0.04, 0.08, 0.01),
        "generatie": (0.80, 0.11, 0.09),
        "AGHHA202": (0.62, 0.20, 0.10, 0.08),
        "AGHHA203": (0.78, 0.22),
    }
)
UNKNOWN_SHARE = 0.01

_FROM_PEOPLE: Mapping[str, Callable[[People], Any]] = MappingProxyType(
    {
        "volgnummer": lambda people: np.arange(1, people.cell.shape[0] + 1),
        "MIREB201": lambda people: people.region,
        "Gemeentecode": lambda people: people.municipality,
        "LFT0109": lambda people: people.age,
        "geslacht": lambda people: people.woman + 1,
        "AGGSA202": lambda people: people.woman + 1,
        "LeeftijdSub": lambda people: people.cell // 2 + 1,
        "Lftcat5": lambda people: np.searchsorted([35, 50, 65, 75], people.age, side="right") + 1,
    }
)
# Labels of the variable that tells GGD and CBS respondents apart.
_RESPONDENT_LABELS: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "MIDGV201": {
            1: "Deelname GGD-Volwassenmonitor (VGZ)",
            2: "Deelname GGD-Ouderenmonitor (GZO)",
            3: "CBS volwassenen",
            4: "CBS ouderen",
        },
        "Surveynummer": {1: "GGD", 2: "CBS"},
    }
)


def person_columns(
    wave: WaveCodebook, people: People, *, rng: np.random.Generator
) -> dict[str, Any]:
    """Origin, keys, places and demographics, by name in the file, in file order."""
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(people.cell.shape[0], Origin.SYNTHETIC.value, dtype=object)
    }
    for name in (*KEYS, *DEMOGRAPHICS[wave.year]):
        if name in SHARES:
            columns[name] = _random_codes(wave, name, rng=rng, n=people.cell.shape[0])
        elif name == "AGOJB201":
            columns[name] = np.full(people.cell.shape[0], wave.year)
        elif name == "AGGSA201":
            other = rng.random(people.cell.shape[0]) < OTHER_GENDER_SHARE
            columns[name] = np.where(other, OTHER_GENDER, people.woman + 1)
        else:
            columns[name] = _FROM_PEOPLE[name](people)
    if wave.year >= STRING_MUNICIPALITY_FROM:
        columns["Gemeentecode"] = np.char.mod("%04d", people.municipality).astype(object)
    if wave.respondents is not None:
        columns[wave.respondents.source_name] = _respondent_codes(wave, people)
    return columns


def _random_codes(wave: WaveCodebook, name: str, *, rng: np.random.Generator, n: int) -> FloatArray:
    variable = wave.variable(name)
    codes, shares = [*variable.codes], [*SHARES[name]]
    if variable.missing:
        codes.append(next(iter(variable.missing)))
        shares = [share * (1.0 - UNKNOWN_SHARE) for share in shares] + [UNKNOWN_SHARE]
    edges = np.cumsum(shares)[:-1]
    return np.array(codes, dtype=np.float64)[np.searchsorted(edges, rng.random(n), side="right")]


def _respondent_codes(wave: WaveCodebook, people: People) -> npt.NDArray[np.int64]:
    """Code of the sub-survey: adults or older people, of GGD or of CBS, as the wave has them."""
    if wave.respondents is None:
        return np.zeros(0, dtype=np.int64)
    keep = [int(code) for code in wave.respondents.keep]
    drop = [int(code) for code in wave.respondents.drop] or [max(keep) + 1]
    older = people.older.astype(np.int64)
    ours, theirs = (np.array(codes)[np.minimum(older, len(codes) - 1)] for codes in (keep, drop))
    return np.where(people.cbs, theirs, ours)


def design_columns(wave: WaveCodebook, people: People) -> dict[str, Any]:
    """Weights, right and wrong, and stratum, by name in the file."""
    columns: dict[str, Any] = {wave.weights[0]: people.weight}
    for name in wave.discouraged_weights:
        columns[name] = np.sqrt(people.weight * people.crude_weight)
    for name in wave.wrong_weights:
        columns[name] = people.crude_weight
    return {**columns, str(wave.stratum): people.stratum}


@dataclass(frozen=True, slots=True, eq=False)
class FileContent:
    """Everything that is written: values and what the file says about them.

    Attributes
    ----------
    frame : pandas.DataFrame
        One row per person, columns in file order.
    labels : dict of str to str
        Variable labels.
    value_labels : dict of str to dict
        Value labels by variable, as in the codebook.
    missing : dict of str to list of int
        Declared user-missing codes by variable.
    measures : dict of str to str
        Measurement level by variable.
    formats : dict of str to str
        SPSS format by variable.
    """

    frame: pd.DataFrame
    labels: dict[str, str | None]
    value_labels: dict[str, dict[int | float, str]]
    missing: dict[str, list[Any]]
    measures: dict[str, str]
    formats: dict[str, str]


def label_columns(wave: WaveCodebook, columns: Mapping[str, Any]) -> FileContent:
    """Columns with the labels, missing declarations and formats of the codebook."""
    known = {
        variable.source_names[0]: variable
        for variable in wave.variables
        if variable.source_names[0] in columns
    }
    own = _own_labels(wave)
    value_labels: dict[str, dict[int | float, str]] = {
        name: {code: said for code, said in v.value_labels.items() if isinstance(code, int)}
        for name, v in known.items()
        if v.value_labels
    }
    if wave.respondents is not None:
        marker = wave.respondents.source_name
        value_labels[marker] = dict(_RESPONDENT_LABELS[marker].items())
    return FileContent(
        frame=pd.DataFrame(dict(columns)),
        labels={name: own.get(name) or known[name].label_nl for name in columns},
        value_labels=value_labels,
        missing={
            name: list(v.missing) for name, v in known.items() if v.missing and v.declared_missing
        },
        measures={name: "nominal" if name in value_labels else "scale" for name in columns}
        | {item.source_names[0]: "ordinal" for item in wave.items},
        formats={
            name: f"{v.format}.0" for name, v in known.items() if v.format and name in columns
        },
    )


def _own_labels(wave: WaveCodebook) -> dict[str, str]:
    """Labels of the columns that are no variables of the codebook."""
    labels = {
        ORIGIN_COLUMN: "Herkomst van de rij: synthetisch, geen echte respondent",
        str(wave.stratum): "Primaire eenheid (stratum)",
        wave.weights[0]: "Gewicht voor vragen van de GGD, waaronder eenzaamheid",
    }
    labels |= dict.fromkeys(wave.wrong_weights, "Gewicht voor onderwerpen die CBS en GGD delen")
    labels |= dict.fromkeys(wave.discouraged_weights, "Gewicht voor de lange vragenlijst")
    if wave.respondents is not None:
        labels[wave.respondents.source_name] = "Deelonderzoek van de respondent"
    return labels
