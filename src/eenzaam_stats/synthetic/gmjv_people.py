"""The people of the synthetic monitor of young adults: place, age, gender, education, weights.

Nothing here is related to loneliness, and no municipality is a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.synthetic.sav_content import ORIGIN_COLUMN, FloatArray, IntArray, code_of
from eenzaam_stats.vocabulary import MissingKind

REGIONS, UTRECHT, UTRECHT_CITY = 25, 9, 26
CITY_SHARE = 0.5
MUNICIPALITIES_PER_REGION = 8
# ASSUMED shares, in codebook order.
AGES, GENDERS = (0.2, 0.3, 0.5), (0.40, 0.59, 0.01)
UNKNOWN, UNKNOWN_SHARE = 9.0, 0.01
UNKNOWN_STRATUM, UNKNOWN_STRATUM_SHARE = 999, 0.005
WEIGHT_NOISE = 0.4
# ASSUMED shares of respondents without a weight at a level.
WITHOUT_WEIGHT = {"regio": 0.03, "gemeente": 0.08}
DRAWN = ("AGETS414", "AGOWS401", "AGHHA403")
# Level of education in three classes by the twelve codes of AGOWS401; the last two are unknown.
LEVELS = (1, 1, 1, 1, 2, 2, 1, 2, 3, 3, 9, 1)
OWN_LABELS = {
    ORIGIN_COLUMN: "Herkomst van de rij: synthetisch, geen echte respondent",
    "AGOJB401": "Jaar",
    "Stratum": "Stratum voor standaardisatie op regioniveau",
    "Stratum_regio": "Stratum voor standaardisatie op regioniveau",
    "Stratum_gemeente": "Stratum voor standaardisatie op gemeenteniveau",
    "Standaardisatiefactor": "Standaardisatiefactor",
    "Standaardisatiefactor_regio": "Standaardisatiefactor op regioniveau",
    "Standaardisatiefactor_gemeente": "Standaardisatiefactor op gemeenteniveau",
}


@dataclass(frozen=True, slots=True, eq=False)
class YoungPeople:
    """Rows of the sample; every array has shape (n,).

    Attributes
    ----------
    region : ndarray of int
        GGD region 1..25.
    municipality : ndarray of int
        Invented municipality, region x 100 + number.
    age, gender : ndarray of int
        Place in the list of the codebook.
    """

    region: IntArray
    municipality: IntArray
    age: IntArray
    gender: IntArray


def drawn_people(n: int, *, rng: np.random.Generator) -> YoungPeople:
    """Draw people over regions of unequal size."""
    size = rng.gamma(4.0, size=REGIONS)
    region = rng.choice(np.arange(1, REGIONS + 1), size=n, p=size / size.sum())
    return YoungPeople(
        region=region,
        municipality=region * 100 + rng.integers(1, MUNICIPALITIES_PER_REGION + 1, n),
        age=rng.choice(len(AGES), size=n, p=AGES),
        gender=rng.choice(len(GENDERS), size=n, p=GENDERS),
    )


def person_columns(
    wave: WaveCodebook, people: YoungPeople, *, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """People and places as codes of the file; some answers are unknown."""
    n = people.region.size
    city = (people.region == UTRECHT) & (rng.random(n) < CITY_SHARE)
    codes: dict[str, IntArray] = {
        "AGLFA401": people.age + 1,
        "AGGSA401": people.gender + 1,
        "MIREB401": np.where(city, UTRECHT_CITY, people.region),
        "GGDregio": people.region,
    }
    for name in DRAWN:
        codes[name] = rng.integers(1, len(wave.variable(name).codes) + 1, n)
    columns = {}
    for name, code in codes.items():
        unknown = code_of(wave.variable(name), MissingKind.NO_ANSWER)
        columns[name] = np.where(rng.random(n) < UNKNOWN_SHARE, unknown, code).astype(np.float64)
    age, gender = columns["AGLFA401"], columns["AGGSA401"]
    columns["AGLFA402"] = np.where(age == UNKNOWN, UNKNOWN, np.minimum(age, 2.0))
    columns["AGGSA402"] = np.where(gender > 2, UNKNOWN, gender)
    known = columns["AGOWS401"] <= len(LEVELS)
    place = np.where(known, columns["AGOWS401"], 11).astype(np.int64) - 1
    columns["AGOWS403"] = np.array(LEVELS, dtype=np.float64)[place]
    columns["Gemeentecode"] = people.municipality.astype(np.float64)
    return columns


def design_columns(
    wave: WaveCodebook, people: YoungPeople, *, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Weight and stratum of every level; people of another gender are spread over both strata."""
    n = people.region.size
    gender = np.where(people.gender == len(GENDERS) - 1, rng.integers(0, 2, n), people.gender)
    cell = people.age * 2 + gender
    columns: dict[str, FloatArray] = {}
    for level, weight in wave.weight_levels.items():
        stratum = wave.stratum_levels[level]
        if weight in columns:
            continue
        place = people.municipality if level == "municipal" else people.region
        strata = place * 10 + cell + 1
        unknown = rng.random(n) < UNKNOWN_STRATUM_SHARE
        columns[stratum] = np.where(unknown, UNKNOWN_STRATUM, strata).astype(np.float64)
        noise = np.exp(WEIGHT_NOISE * rng.standard_normal(n))
        without = WITHOUT_WEIGHT.get(weight.rpartition("_")[2], 0.0)
        columns[weight] = np.where(rng.random(n) < without, 0.0, noise / noise.mean())
    return columns
