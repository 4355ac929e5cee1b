"""``synthesise_ssw``: a synthetic file with the six items of CBS SSW, and its filled-in mapping.

No codebook of SSW is public, so every variable name here is made up and says so. The published
prevalences by sex are met; everything else is drawn at random and related to nothing.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.files.writing import require_place, write_set
from eenzaam_stats.numerics.scales.item_response import (
    ItemModel,
    draw_answers,
    solve_cell,
    total_distribution,
)
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import persons, reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.synthetic.columns import ORIGIN_COLUMN, FileContent
from eenzaam_stats.synthetic.model import ITEM_MISSING, eleven_items
from eenzaam_stats.synthetic.report import SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.writing import require_target, sav_maker
from eenzaam_stats.vocabulary import Origin, Sex

# The made-up layout of the synthetic SSW file: names, codes, labels, and its mapping. No codebook
# of SSW is public; no name here was taken from one.

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
        'cluster = "none"\nsingle_psu = "fail"\n'
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


VERB = "synthesise_ssw()"
MIN_ROWS = 1_000
SEXES = (Sex.MEN.value, Sex.WOMEN.value)
STRATA = 12
WEIGHT_NOISE = 0.25
NOTE_WIDTH = 79
ASSUMPTIONS = (
    "The names of all variables are MADE UP: no codebook of SSW is public.",
    "The published prevalences of men and women are met; ages, strata and missing answers are "
    "drawn at random and related to nothing.",
    "The subscales follow from the item model and are fitted to no published figure.",
    "Weights add up to all residents of 15 and older on 1 January, the published figures to "
    "private households.",
)


def synthesise_ssw(
    path: str | Path,
    *,
    wave: int = WAVE,
    n: int = 7_500,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic SSW file with known prevalences, and the mapping that reads it.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist. The mapping gets the same name
        with ``.toml``.
    wave : {2022}, default 2022
        Wave whose prevalences are imitated; for no other are figures by sex packaged.
    n : int, default 7500
        Rows, at least 1,000.
    seed : int, default 2025
        Seed; the same ``n`` and seed give the same values.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Published figures and the prevalences that the model gives.

    Raises
    ------
    OptionError
        If the suffix, the wave, ``n`` or the seed cannot be used.
    SourceError
        If the folder is absent or a file cannot be written.
    ConvergenceError
        If the prevalences cannot be met by the model.

    See Also
    --------
    eenzaam_stats.loaders.sources.ssw.read_ssw : Reads the file with its mapping.

    Notes
    -----
    Six of the eleven items of the model of ``synthesise_gezondheidsmonitor``; mean and spread per
    sex are solved so that P(total >= 2) and P(total >= 5) equal the published shares.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** About two percent of the answers are code 9, independent of everything; the
    model is solved for the total that tolerates one missing answer and counts it 0.

    **Validated against.** The published figures, in ``tests/loaders/sources/test_ssw.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_ssw(f"{folder}/demo.sav", n=1000)
    ...     written = sorted(entry.name for entry in Path(folder).iterdir())
    >>> written
    ['demo.sav', 'demo.toml']
    >>> [(m.outcome, round(m.expected, 3)) for m in report.margins if m.sex == "men"]
    [('lonely', 0.403), ('severely_lonely', 0.104)]
    """
    target = Path(path)
    mapping = target.with_suffix(".toml")
    require_target(target, verb=VERB, overwrite=overwrite)
    require_place(mapping, needed_by=VERB, overwrite=overwrite)
    _require_options(wave, n=n, seed=seed)
    rng = np.random.default_rng(seed)
    population = np.array(
        [persons(OBSERVED, wave, age_from=AGE_FLOOR, sex=sex) for sex in SEXES], dtype=np.float64
    )
    printed = _read_printed()
    model = six_items()
    solved = np.array([_solve_model(model, printed, sex) for sex in SEXES])
    title = f"SYNTHETIC CBS SSW {wave}, made-up names, no real respondents"
    content = _content(model, solved, population=population, rows=n, rng=rng)
    zipped = target.suffix.casefold() == ".zsav"
    write_set(
        target.parent,
        {
            target.name: sav_maker(
                content, title=title, notes=_notes(n=n, seed=seed), zipped=zipped
            ),
            mapping.name: mapping_text(),
        },
        needed_by=VERB,
        overwrite=overwrite,
    )
    return SynthesisReport(
        source="Sociale samenhang en welzijn",
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=NAMES["weight"],
        cells=(),
        margins=_margins(model, solved, printed=printed, population=population),
        assumptions=ASSUMPTIONS,
    )


def six_items() -> ItemModel:
    """Model of the six items, in the order of ``CBS_ORDER``."""
    model = eleven_items()
    at = np.array(CBS_ORDER) - 1
    return ItemModel(
        discrimination=model.discrimination[at],
        difficulty=model.difficulty[at],
        extreme=model.extreme[at],
        dimension=model.dimension[at],
        correlation=model.correlation,
    )


def _require_options(wave: int, *, n: int, seed: int) -> None:
    if wave != WAVE:
        raise OptionError.among(wave, [WAVE], name="wave")
    if n < MIN_ROWS:
        raise OptionError(f"n is {n}, too few for a survey. Ask for {MIN_ROWS:,} or more.")
    if seed < 0:
        raise OptionError(f"seed is {seed}, which is below 0. Choose a whole number from 0 up.")


def _read_printed() -> dict[tuple[str, str], tuple[float, str]]:
    """Percent and evidence by outcome and sex; lonely is the sum of its two printed classes."""
    table = reference("ssw")
    rows = table[(table["wave"] == str(WAVE)) & (table["dimension"] == "total")]
    found = {
        (str(row["outcome"]), str(row["sex"])): (float(row["value"]), str(row["evidence"]))
        for row in rows.to_dict("records")
    }
    printed: dict[tuple[str, str], tuple[float, str]] = {}
    for sex in (*SEXES, "total"):
        severe, somewhat = found["severely_lonely", sex], found["somewhat_lonely", sex]
        printed["lonely", sex] = (round(severe[0] + somewhat[0], 1), somewhat[1])
        printed["severely_lonely", sex] = severe
    return printed


def _solve_model(
    model: ItemModel, printed: Mapping[tuple[str, str], tuple[float, str]], sex: str
) -> tuple[float, float]:
    low, high = (rule.lowest for rule in DJG6.flags)
    lonely, severe = (printed[rule.name, sex][0] / 100.0 for rule in DJG6.flags)
    return solve_cell(model, targets=(lonely, severe), thresholds=(low, high), missing=ITEM_MISSING)


def _content(
    model: ItemModel,
    solved: FloatArray,
    *,
    population: FloatArray,
    rows: int,
    rng: np.random.Generator,
) -> FileContent:
    woman = (rng.permutation(rows) % 2).astype(np.int64)
    noise = np.exp(WEIGHT_NOISE * rng.standard_normal(rows))
    weight = noise * (population / np.bincount(woman, weights=noise, minlength=2))[woman]
    keyed = draw_answers(model, mean=solved[woman, 0], spread=solved[woman, 1], rng=rng)
    columns: dict[str, Any] = {
        ORIGIN_COLUMN: np.full(rows, Origin.SYNTHETIC.value, dtype=object),
        NAMES["person_id"]: np.arange(1, rows + 1),
        NAMES["sex"]: woman + 1,
        NAMES["age"]: rng.integers(AGE_FLOOR, OLDEST + 1, size=rows),
        **_item_codes(keyed, rng=rng),
        NAMES["weight"]: weight,
        NAMES["stratum"]: rng.permutation(rows) % STRATA + 1,
    }
    items = [NAMES[f"djg_{number}"] for number in CBS_ORDER]
    value_labels: dict[str, dict[int | float, str]] = {name: dict(LABELS.items()) for name in items}
    value_labels[NAMES["sex"]] = {1: "Man", 2: "Vrouw"}
    labels: dict[str, str | None] = dict.fromkeys(columns, "Verzonnen, geen naam van CBS")
    labels[ORIGIN_COLUMN] = "Herkomst van de rij: synthetisch, geen echte respondent"
    return FileContent(
        frame=pd.DataFrame(columns),
        labels=labels,
        value_labels=value_labels,
        missing={name: [MISSING_CODE] for name in items},
        measures={name: "ordinal" if name in items else "nominal" for name in value_labels},
        formats=dict.fromkeys([*items, NAMES["sex"]], "F1.0"),
    )


def _item_codes(keyed: npt.NDArray[np.int8], *, rng: np.random.Generator) -> dict[str, IntArray]:
    """Codes of the file; agreement speaks against loneliness in the positively worded items."""
    polarity = {item.number: item.polarity for item in DJG6.items}
    by_answer = np.array([CODES["no"], CODES["more_or_less"], CODES["yes"]])
    gap = rng.random(keyed.shape) < ITEM_MISSING
    columns = {}
    for place, number in enumerate(CBS_ORDER):
        answer = keyed[:, place] if polarity[number] == "negative" else 2 - keyed[:, place]
        codes = np.where(gap[:, place], MISSING_CODE, by_answer[answer])
        columns[NAMES[f"djg_{number}"]] = codes.astype(np.int64)
    return columns


def _margins(
    model: ItemModel,
    solved: FloatArray,
    *,
    printed: Mapping[tuple[str, str], tuple[float, str]],
    population: FloatArray,
) -> tuple[SynthesisMargin, ...]:
    totals = [
        total_distribution(model, mean=mean, spread=spread, missing=ITEM_MISSING)
        for mean, spread in solved
    ]
    margins = []
    for rule in DJG6.flags:
        expected = np.array([total[rule.lowest :].sum() for total in totals])
        by_sex = dict(zip(SEXES, expected, strict=True))
        by_sex["total"] = float(population @ expected / population.sum())
        margins += [
            SynthesisMargin(
                outcome=rule.name,
                group="total",
                sex=sex,
                printed_pct=printed[rule.name, sex][0],
                target=printed[rule.name, sex][0] / 100.0,
                expected=float(by_sex[sex]),
                evidence=printed[rule.name, sex][1],
            )
            for sex in (*SEXES, "total")
        ]
    return tuple(margins)


def _notes(*, n: int, seed: int) -> list[str]:
    head = (
        f"SYNTHETIC DATA with the six items of CBS SSW {WAVE}: {n} invented people, seed {seed}. "
        "No respondent is real and no figure from this file is a finding."
    )
    return [line for text in (head, *ASSUMPTIONS) for line in textwrap.wrap(text, NOTE_WIDTH)]
