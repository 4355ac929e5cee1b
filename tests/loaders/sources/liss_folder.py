"""Small hand-made files in the layout of the LISS panel, for tests that know every cell."""

from __future__ import annotations

import pandas as pd
import pyreadstat

ITEMS = {284: "djg_3", 285: "djg_4", 286: "djg_7", 287: "djg_8", 288: "djg_9", 289: "djg_10"}
WORDS = {
    284: "Leegte om iemand heen",
    285: "Steun om op terug te vallen",
    286: "Mensen om te vertrouwen",
    287: "Zich verbonden voelen",
    288: "Mensen die men mist: mis",
    289: "In de steek gelaten",
}
ANSWERS = {1: "ja", 2: "min of meer", 3: "nee"}


def wave_frame(code, *, month, people=(11, 12, 13)):
    """Everybody answers 1 to all items and 7 to the satisfaction."""
    frame = pd.DataFrame({"nomem_encr": list(people), f"{code}_m": month, f"{code}283": 7.0})
    for suffix in ITEMS:
        frame[f"{code}{suffix}"] = 1.0
    return frame


def write_wave(path, frame, *, answers=ANSWERS, words=WORDS, label="", extra_labels=None):
    """Write a wave; ``answers`` are the value labels and ``words`` the labels of the items."""
    code = path.name[:5].casefold()
    names = {
        suffix: name
        for suffix in ITEMS
        for name in frame.columns
        if name.casefold() == f"{code}{suffix}"
    }
    pyreadstat.write_sav(
        frame,
        path,
        file_label=label,
        column_labels={names[suffix]: words[suffix] for suffix in names if suffix in words}
        | (extra_labels or {}),
        variable_value_labels=dict.fromkeys(names.values(), answers) if answers else None,
    )
    return path


def background_frame(month, *, people=(11, 12, 13), households=(1, 1, 2)):
    return pd.DataFrame(
        {
            "nomem_encr": list(people),
            "nohouse_encr": list(households),
            "wave": month,
            "geslacht": [1.0, 2.0, 2.0][: len(people)],
            "leeftijd": [40.0, 41.0, 70.0][: len(people)],
            "oplcat": [6.0, 1.0, 4.0][: len(people)],
        }
    )


def write_background(path, frame, *, labels=None, label=""):
    said = {"geslacht": {1: "man", 2: "vrouw"}, "oplcat": {1: "basisonderwijs", 4: "mbo", 6: "wo"}}
    pyreadstat.write_sav(
        frame,
        path,
        file_label=label,
        variable_value_labels={
            name: own for name, own in (said | (labels or {})).items() if name in frame and own
        },
    )
    return path


def simple_folder(folder, *, code="cs10c", month=201010):
    """One wave and the background of its month."""
    write_wave(folder / f"{code}_2p_EN.sav", wave_frame(code, month=month))
    write_background(folder / f"avars_{month}_EN_1.0p.sav", background_frame(month))
    return folder
