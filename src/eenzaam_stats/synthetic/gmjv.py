"""``synthesise_gmjv``: a synthetic file of the Gezondheidsmonitor Jongvolwassenen.

Codes and labels come from the codebook; every row says that it is synthetic. Categories and flags
follow from six statements that are drawn and then left out, as in the real file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import WaveCodebook
from eenzaam_stats.loaders.pooling.waves import choose_waves
from eenzaam_stats.numerics.scales.item_response import (
    ItemModel,
    draw_answers,
    solve_cell,
    total_distribution,
)
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.synthetic.model import eleven_items
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.sav_content import (
    ORIGIN_COLUMN,
    find_code,
    origin_rows,
    require_size,
    sav_content,
)
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import MissingKind, Origin

VERB = "synthesise_gmjv()"
TABLE, SOURCE = "youth", "Gezondheidsmonitor Jongvolwassenen"
THRESHOLDS: Mapping[str, int] = MappingProxyType({"lonely": 2, "severely_lonely": 5})
# ASSUMED: of 2024 only the severely lonely are published; the somewhat lonely are those of 2022.
ASSUMED_LONELY = {2024: 59.0}
# ASSUMED cut-offs of the social and emotional categories: those of CBS, one and three items.
BLOCK_BOUNDS = (1, 3)
# Share of people without scores; half of them carry the code 9 and half an empty cell.
UNSCORED = 0.02
ASSUMPTIONS = (
    "Scores come from six statements of an item-response model; region, age, gender, education, "
    "origin and household are drawn at random and related to nothing. Municipalities are invented.",
    "The cut-offs of the social and emotional categories are those of CBS, an ASSUMPTION.",
    "Half of the unknown scores carry the code 9 and half are empty; no code is declared missing.",
)
_ASSUMED_2024 = (
    "Of 2024 only the severely lonely were found (23 %, unverified); the somewhat lonely of 2022 "
    "(36 %) are ASSUMED for 2024 too."
)


def synthesise_gmjv(
    path: str | Path,
    *,
    wave: int = 2022,
    n: int = 20_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic file of the Gezondheidsmonitor Jongvolwassenen with known prevalences.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : {2022, 2024}
        Year whose weights and strata are used: one of each for 2022, one per level for 2024.
    n : int, default 20000
        Rows, at least 1,000.
    seed : int, default 2025
        Seed; the same year, ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Published figures, and the prevalences that the model gives.

    Raises
    ------
    OptionError
        If the suffix, the year, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.

    See Also
    --------
    eenzaam_stats.loaders.sources.gmjv.read_gmjv : Reads the file.

    Notes
    -----
    The file of 2024 has weights of 0: respondents without a weight at a level.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** Two percent of the people have no scores, independent of everything.

    **Validated against.** The packaged table, by counting in the file, in
    ``tests/loaders/sources/test_gmjv.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_gmjv(f"{folder}/gmjv2022.sav", wave=2022, n=1000)
    >>> [(m.outcome, m.printed_pct, round(m.expected, 4)) for m in report.margins]
    [('lonely', 63.0, 0.63), ('severely_lonely', 27.0, 0.27)]
    """
    codebook = load_codebook("gmjv")
    (wave,) = choose_waves(wave, (2022, 2024))
    own = codebook.wave(str(wave))
    target = Path(path)
    require_target(target, verb=VERB, overwrite=overwrite)
    require_size(n, seed)
    rng = np.random.default_rng(seed)
    model = six_items()
    shares, printed, evidence = _figures(wave)
    mean, spread = solve_cell(
        model,
        targets=(shares["lonely"], shares["severely_lonely"]),
        thresholds=(THRESHOLDS["lonely"], THRESHOLDS["severely_lonely"]),
    )
    people = draw_people(n, rng=rng)
    columns: dict[str, object] = {
        ORIGIN_COLUMN: origin_rows(n),
        "AGOJB401": np.full(n, wave),
        **person_columns(own, people, rng=rng),
        **_scores(model, mean=np.full(n, mean), spread=np.full(n, spread), rng=rng),
        **design_columns(own, people, rng=rng),
    }
    write_whole(
        target,
        sav_content(own, columns, own=OWN_LABELS),
        title=f"SYNTHETIC Gezondheidsmonitor Jongvolwassenen {wave}, no real respondents",
        notes=["SYNTHETIC DATA: no respondent is real and no figure from this file is a finding."],
        verb=VERB,
        overwrite=overwrite,
    )
    total = total_distribution(model, mean=mean, spread=spread)
    return SynthesisReport(
        source=own.title,
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=own.weights[0],
        cells=(),
        margins=tuple(
            SynthesisMargin(
                outcome=outcome,
                group="total",
                sex="total",
                printed_pct=printed[outcome],
                target=shares[outcome],
                expected=float(total[bound:].sum()),
                evidence=evidence[outcome],
            )
            for outcome, bound in THRESHOLDS.items()
        ),
        assumptions=ASSUMPTIONS + (_ASSUMED_2024,) * (wave in ASSUMED_LONELY),
    )


def six_items() -> ItemModel:
    """Model of the six statements of the short scale, in the order of the manual."""
    eleven = eleven_items()
    own = np.array([item.number for item in DJG6.items]) - 1
    return ItemModel(
        discrimination=eleven.discrimination[own],
        difficulty=eleven.difficulty[own],
        extreme=eleven.extreme[own],
        dimension=eleven.dimension[own],
        correlation=eleven.correlation,
    )


def _figures(wave: int) -> tuple[dict[str, float], dict[str, float], dict[str, str]]:
    """Shares, figures as printed in percent, and their evidence, by outcome."""
    table = reference(TABLE)
    own = table[table["source"].eq(SOURCE) & table["wave"].eq(str(wave))]
    printed, evidence = {}, {}
    for outcome in THRESHOLDS:
        row = own[own["outcome"].eq(outcome)]
        published = not row.empty
        printed[outcome] = float(row["value"].iloc[0]) if published else ASSUMED_LONELY[wave]
        evidence[outcome] = str(row["evidence"].iloc[0]) if published else "assumption"
    return {outcome: value / 100 for outcome, value in printed.items()}, printed, evidence


def _scores(
    model: ItemModel, *, mean: FloatArray, spread: FloatArray, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Return the categories and flags of the file; the statements behind them stay behind."""
    keyed = draw_answers(model, mean=mean, spread=spread, rng=rng) > 0
    emotional, social = (keyed[:, list(block)].sum(axis=1) for block in DJG6.blocks())
    category = np.searchsorted(list(THRESHOLDS.values()), keyed.sum(axis=1), side="right")
    scores = {
        "LVEES402": category,
        "LVEES403": category >= 1,
        "LVEES404": category >= 2,
        "LVEES407": 1 + np.searchsorted(BLOCK_BOUNDS, social, side="right"),
        "LVEES410": 1 + np.searchsorted(BLOCK_BOUNDS, emotional, side="right"),
    }
    chance = rng.random(keyed.shape[0])
    absent = np.where(chance < UNSCORED / 2, np.nan, float(UNKNOWN))
    return {
        name: np.where(chance < UNSCORED, absent, values.astype(np.float64))
        for name, values in scores.items()
    }


# The people of the synthetic monitor of young adults: place, age, gender, education, weights.
# Nothing here is related to loneliness, and no municipality is a real one.

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


def draw_people(n: int, *, rng: np.random.Generator) -> YoungPeople:
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
        unknown = find_code(wave.variable(name), MissingKind.NO_ANSWER)
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
