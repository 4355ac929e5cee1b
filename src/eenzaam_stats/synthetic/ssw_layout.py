"""The made-up layout of the synthetic SSW file: names, codes, labels, and its mapping.

No codebook of SSW is public; no name here was taken from one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WAVE = 2022
AGE_FLOOR, OLDEST = 15, 95
CODES = {"yes": 1, "more_or_less": 2, "no": 3}
LABELS = {1: "Ja", 2: "Min of meer", 3: "Nee", 9: "Geen antwoord"}
MISSING_CODE = 9
# Order of the six items as CBS prints them; numbers of the manual.
CBS_ORDER = (3, 4, 7, 9, 8, 10)
# Made-up names, by harmonised column: vz stands for verzonnen, made up.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "person_id": "vz_sleutel",
        "sex": "vz_geslacht",
        "age": "vz_leeftijd",
        "djg_3": "vz_leegte",
        "djg_4": "vz_steun",
        "djg_7": "vz_vertrouwen",
        "djg_9": "vz_gemis",
        "djg_8": "vz_verbonden",
        "djg_10": "vz_afgewezen",
        "weight": "vz_gewicht",
        "stratum": "vz_stratum",
    }
)


def mapping_text() -> str:
    """Return the mapping of the synthetic file, filled in."""
    head = (
        "# Mapping of a SYNTHETIC file of CBS SSW: every name of a variable is made up.\n\n"
        '[source]\nname = "ssw"\ntitle = "Sociale samenhang en welzijn"\n'
        f'wave = {WAVE}\nage_floor = {AGE_FLOOR}\nhouseholds = "private"\n'
        'instrument = "DJG6"\nevidence = "user"\n\n'
        f'[design]\nweight = "{NAMES["weight"]}"\nstratum = "{NAMES["stratum"]}"\n'
        'cluster = "none"\nlonely_stratum = "fail"\n'
    )
    items = "".join(
        f'\n[[variable]]\nname = "djg_{number}"\ncolumn = "{NAMES[f"djg_{number}"]}"\n'
        "[variable.codes]\n"
        + "".join(f'{code} = ["{answer}", "{LABELS[code]}"]\n' for answer, code in CODES.items())
        + f'[variable.missing]\n{MISSING_CODE} = ["no_answer", "{LABELS[MISSING_CODE]}"]\n'
        for number in CBS_ORDER
    )
    people = (
        f'\n[[variable]]\nname = "person_id"\ncolumn = "{NAMES["person_id"]}"\ntext = true\n'
        f'\n[[variable]]\nname = "sex"\ncolumn = "{NAMES["sex"]}"\n[variable.codes]\n'
        '1 = ["men", "Man"]\n2 = ["women", "Vrouw"]\n'
        f'\n[[variable]]\nname = "age"\ncolumn = "{NAMES["age"]}"\nnumber = true\n'
        f"min = {AGE_FLOOR}\nmax = {OLDEST}\n"
    )
    return head + items + people
