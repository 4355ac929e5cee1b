"""Files of the synthetic LISS panel: names, columns, codes and labels of waves and background.

Codes and names come from the codebook, file names follow the variants of the archive, and every
file and row says that it is synthetic. Short English labels stand in for those of the archive.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.loaders.codebook.layout import Codebook, WaveCodebook
from eenzaam_stats.loaders.sources.liss.wave import wave_codes
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, THREE_ANSWERS
from eenzaam_stats.synthetic.columns import ORIGIN_COLUMN
from eenzaam_stats.synthetic.liss_panel import DJG_NUMBERS, DONT_KNOW, PanelWave
from eenzaam_stats.synthetic.writing import write_sav
from eenzaam_stats.vocabulary import Origin

# Spellings of the archive; other waves take the last one.
FILE_NAMES: Mapping[str, str] = {
    "cs08a": "cs08a_2p_EN.sav",
    "cs11d": "cs11d_EN_3.0p.sav",
    "cs12e": "cs12e_1.0p_EN.sav",
    "cs20m": "cs20m_EN_1.1p.sav",
}
_OTHER_NAME = "{code}_EN_1.0p.sav"
_BACKGROUND_NAME = "avars_{month}_EN_1.0p.sav"
# ASSUMED months of the fieldwork; people of sex 3 are in the files since February 2022.
MONTHS, THIRD_SEX_FROM, ORIGIN_FROM = (10, 11), 2022, 2010
ANSWER_LABELS = {"yes": "yes", "more_or_less": "more or less", "no": "no"}
ITEM_LABELS = {
    3: "Sense of emptiness",
    4: "People to count on in trouble",
    7: "People to trust",
    8: "People one is close to",
    9: "Do you miss people around",
    10: "Feeling deserted",
}
SEX_LABELS = {1: "Male", 2: "Female", 3: "Other"}
EDUCATION_LABELS = {
    1: "primary school",
    2: "vmbo",
    3: "havo/vwo",
    4: "mbo",
    5: "hbo",
    6: "wo",
}
ORIGIN_LABELS = {0: "Dutch background", 101: "Western background", 102: "Non-western background"}
AGE_BANDS = (15, 25, 35, 45, 55, 65)
AGE_LABELS = {
    1: "14 years and younger",
    2: "15 - 24 years",
    3: "25 - 34 years",
    4: "35 - 44 years",
    5: "45 - 54 years",
    6: "55 - 64 years",
    7: "65 years and older",
}


def write_wave(folder: Path, own: PanelWave, codebook: Codebook) -> None:
    """Write one wave and the background of its two months into a folder."""
    code = next(code for code, year in wave_codes(codebook).items() if year == own.year)
    wave = codebook.wave(own.year)
    name = FILE_NAMES.get(code, _OTHER_NAME.format(code=code))
    months = own.year * 100 + np.array(MONTHS)
    frame, labels, values = _core_study(own, code, wave, months)
    _write(folder / name, frame, labels=labels, values=values)
    for month in months.tolist():
        frame, labels, values = _background(own, month)
        _write(folder / _BACKGROUND_NAME.format(month=month), frame, labels=labels, values=values)


def _core_study(
    own: PanelWave, code: str, wave: WaveCodebook, months: npt.NDArray[np.int64]
) -> tuple[pd.DataFrame, dict[str, str], dict[str, dict[int, str]]]:
    dont_know = next(iter(wave.candidates("satisfaction_contacts")[-1].missing))
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(len(own.respondent), Origin.SYNTHETIC.value, dtype=object),
        "nomem_encr": own.members.person[own.respondent],
        f"{code}_m": months[own.second_month.astype(np.int64)],
        f"{code}283": np.where(own.satisfaction == DONT_KNOW, dont_know, own.satisfaction),
    }
    labels = {"nomem_encr": "Number of household member encrypted", f"{code}_m": "Year and month"}
    labels[f"{code}283"] = "Satisfaction with social contacts"
    values = {f"{code}283": {int(dont_know): "I don't know"}}
    for place, number in enumerate(DJG_NUMBERS):
        name, item = f"{code}{284 + place}", wave.candidates(f"djg_{number}")[0]
        code_of = {value: float(own_code) for own_code, (value, _) in item.codes.items()}
        keyed = [code_of[answer] for answer in THREE_ANSWERS]
        if DJG6.items[place].polarity == "positive":
            keyed.reverse()
        gap = next((float(own_code) for own_code in item.missing), np.nan)
        # The last two are reached by DONT_KNOW and BLANK, which count from the end.
        columns[name] = np.array([*keyed, gap, np.nan])[own.answers[:, place]]
        labels[name] = ITEM_LABELS[number]
        values[name] = {int(c): ANSWER_LABELS[str(v)] for c, (v, _) in item.codes.items()}
        values[name] |= {int(c): "I don't know" for c in item.missing}
    return pd.DataFrame(columns), labels, values


def _background(
    own: PanelWave, month: int
) -> tuple[pd.DataFrame, dict[str, str], dict[str, dict[int, str]]]:
    """Background of all members, respondents or not, as it stands in one month."""
    members = own.members
    age = own.year - members.birth_year
    sexes = members.sex if own.year >= THIRD_SEX_FROM else np.minimum(members.sex, 1)
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(len(age), Origin.SYNTHETIC.value, dtype=object),
        "nohouse_encr": members.household,
        "nomem_encr": members.person,
        "wave": np.full(len(age), month),
        "geslacht": sexes + 1,
        "gebjaar": members.birth_year,
        "leeftijd": age,
        "lftdcat": np.searchsorted(AGE_BANDS, age, side="right") + 1,
        "oplcat": members.education + 1,
    }
    values: dict[str, dict[int, str]] = {
        "geslacht": {c: s for c, s in SEX_LABELS.items() if c < 3 or own.year >= THIRD_SEX_FROM},
        "lftdcat": AGE_LABELS,
        "oplcat": EDUCATION_LABELS,
    }
    if own.year >= ORIGIN_FROM:
        columns["herkomstgroep"] = np.array(list(ORIGIN_LABELS))[members.origin]
        values["herkomstgroep"] = ORIGIN_LABELS
    return pd.DataFrame(columns), {"nohouse_encr": "Number of household encrypted"}, values


def _write(
    path: Path,
    frame: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    values: Mapping[str, Mapping[int, str]],
) -> None:
    write_sav(
        path,
        frame,
        file_label=f"SYNTHETIC LISS panel, {path.stem}, no real respondents",
        column_labels=dict(labels),
        variable_value_labels={
            name: {float(code): word for code, word in said.items()}
            for name, said in values.items()
        },
        row_compress=True,
    )
