"""``synthesise_gezondheidsmonitor``: a synthetic file in the real layout, and the report on it.

Every file says in its title, its notes and each of its rows that no respondent is real. The verb
orders the steps; numbers are made in the other modules of this folder.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import FloatArray, KindArray
from eenzaam_stats.errors import OptionError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.layout import Code, Variable, WaveCodebook
from eenzaam_stats.numerics.scales.item_response import ItemModel, draw_answers
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.de_jong_gierveld import DJG11, THREE_ANSWERS
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.cells import (
    ASSUMPTIONS,
    CELLS,
    Margin,
    cell_population,
    cell_shares,
    membership,
    read_margins,
    reconcile_margins,
)
from eenzaam_stats.synthetic.columns import (
    DEMOGRAPHICS,
    FileContent,
    design_columns,
    label_columns,
    person_columns,
)
from eenzaam_stats.synthetic.model import (
    DECLARED_MISSING,
    SYSTEM_MISSING,
    SolvedCells,
    eleven_items,
    solve_cells,
)
from eenzaam_stats.synthetic.people import People, draw_people
from eenzaam_stats.synthetic.report import SynthesisCell, SynthesisMargin, SynthesisReport
from eenzaam_stats.synthetic.writing import require_target, write_whole
from eenzaam_stats.vocabulary import Origin
from eenzaam_stats.wave_names import same_wave

# Enough for several people in every cell, also in the oldest.
MIN_ROWS = 1_000
NOTE_WIDTH = 79
DESIGN_NOTES = (
    "Answers come from an item-response model; regions, municipalities, strata, education, income, "
    "origin and household are drawn at random and related to nothing. Municipality codes are "
    "invented.",
    "Missing answers do not depend on the answer, and the prevalences allow for them.",
    "The flags GGEES218 and GGEES219 use the cut-off of at least 3 items, an ASSUMPTION.",
    "Weights that are wrong for loneliness are made wrong on purpose: older people stay "
    "oversampled in them, those of 75 and older twice as much.",
)
VERB = "synthesise_gezondheidsmonitor()"


def synthesise_gezondheidsmonitor(
    path: str | Path,
    *,
    wave: int = 2022,
    n: int = 50_000,
    seed: int = 2025,
    overwrite: bool = False,
) -> SynthesisReport:
    """Write a synthetic Gezondheidsmonitor file with known prevalences.

    Parameters
    ----------
    path : str or Path
        File to write, ``.sav`` or ``.zsav``; its folder must exist.
    wave : {2012, 2016, 2020, 2022}
        Wave whose variable names, codes, labels, missing declarations and weights are used.
    n : int, default 50000
        Rows, at least 1,000.
    seed : int, default 2025
        Seed; the same wave, ``n`` and seed give the same values. One seed in twenty gives a 95%
        interval that misses its target, as independent people should.
    overwrite : bool, default False
        Whether an existing file may be replaced.

    Returns
    -------
    SynthesisReport
        Cells, published figures, and the prevalences that the model gives.

    Raises
    ------
    OptionError
        If the suffix, the wave, ``n`` or the seed cannot be used; 2024 has no documented layout.
    SourceError
        If the folder is absent or the file cannot be written; nothing is left behind.
    ConvergenceError
        If the prevalences of a cell cannot be met by the model.

    See Also
    --------
    eenzaam_stats.loaders.sources.gezondheidsmonitor.read_gezondheidsmonitor : Reads the file.

    Notes
    -----
    Two latent dimensions, emotional and social, correlate 0.7; their mean and spread per age-by-sex
    cell are solved so that P(total >= 3) and P(total >= 9) equal the targets of the cell. Published
    prevalences are the targets where they exist. **For all other groups the prevalences are
    assumptions, not data**: a chosen pattern over ages and sexes moved on the logit scale until
    the published margins are met exactly. Weights are people per sampled person in the cell times
    noise, so that the weighted ages and sexes equal the population of 1 January exactly.

    **Unit.** Prevalences in the report are shares, 0-1; printed values are percent.

    **Missing data.** Two percent of the answers are code 9, one in a thousand is system-missing,
    and five in a thousand people skipped all statements, independent of everything. The cells are
    solved for the total that tolerates one missing answer and counts it 0.

    **Validated against.** The published figures by hand scoring of the file, in
    ``tests/synthetic/test_synthetic.py``.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     report = synthesise_gezondheidsmonitor(f"{folder}/demo.sav", wave=2022, n=1000)
    >>> report.rows, report.file, report.weight
    (1000, 'demo.sav', 'ewGGD')
    >>> [round(m.expected, 4) for m in report.margins if (m.group, m.sex) == ("total", "total")]
    [0.486, 0.142]
    """
    target = Path(path)
    require_target(target, verb=VERB, overwrite=overwrite)
    codebook = _require_wave(wave, n=n, seed=seed)
    wave = codebook.year
    population = cell_population(wave, age_floor=codebook.age_floor)
    margins = reconcile_margins(
        read_margins(reference("gezondheidsmonitor"), wave=wave), population=population
    )
    targets = cell_shares(margins, population=population, wave=wave)
    solved = solve_cells(eleven_items(), targets)
    rng = np.random.default_rng(seed)
    people = draw_people(
        population,
        rows=n,
        age_floor=codebook.age_floor,
        with_cbs=codebook.respondents is not None,
        rng=rng,
    )
    write_whole(
        target,
        _content(codebook, people, solved, rng),
        title=f"SYNTHETIC Gezondheidsmonitor {wave}, no real respondents",
        notes=_notes(wave, n=n, seed=seed),
        verb=VERB,
        overwrite=overwrite,
    )
    return SynthesisReport(
        source=codebook.title,
        wave=wave,
        origin=Origin.SYNTHETIC,
        file=target.name,
        rows=n,
        seed=seed,
        weight=codebook.weights[0],
        cells=_cells(people, population=population, targets=targets, solved=solved),
        margins=tuple(_measure_margin(margin, solved, population) for margin in margins),
        assumptions=ASSUMPTIONS + DESIGN_NOTES,
    )


def _require_wave(wave: int, *, n: int, seed: int) -> WaveCodebook:
    if n < MIN_ROWS:
        raise OptionError(
            f"n is {n}, too few for people in every cell of age and sex. "
            f"Ask for {MIN_ROWS:,} or more."
        )
    if seed < 0:
        raise OptionError(f"seed is {seed}, which is below 0. Choose a whole number from 0 up.")
    codebook = load_codebook("gezondheidsmonitor")
    year = same_wave(wave, codebook.years)
    wave = wave if year is None else year
    if wave in codebook.years and wave not in DEMOGRAPHICS:
        raise OptionError(
            f"wave {wave} cannot be imitated: its layout and its weight for loneliness have not "
            f"been documented. Choose one of {', '.join(map(repr, DEMOGRAPHICS))}."
        )
    if wave not in DEMOGRAPHICS:
        raise OptionError.among(wave, DEMOGRAPHICS, name="wave")
    return codebook.wave(wave)


def _content(
    codebook: WaveCodebook, people: People, solved: SolvedCells, rng: np.random.Generator
) -> FileContent:
    answers = draw_with_gaps(people, model=eleven_items(), solved=solved, rng=rng)
    items = item_columns(codebook, answers)
    columns = {
        **person_columns(codebook, people, rng=rng),
        **items,
        **score_columns(codebook, items, cbs=people.cbs),
        **design_columns(codebook, people),
    }
    return label_columns(codebook, columns)


def _notes(wave: int, *, n: int, seed: int) -> list[str]:
    head = (
        f"SYNTHETIC DATA in the layout of the Gezondheidsmonitor {wave}: {n} invented people, seed "
        f"{seed}. No respondent is real and no figure from this file is a finding."
    )
    return [
        line
        for text in (head, *ASSUMPTIONS, *DESIGN_NOTES)
        for line in textwrap.wrap(text, NOTE_WIDTH)
    ]


def _cells(
    people: People,
    *,
    population: FloatArray,
    targets: Mapping[str, FloatArray],
    solved: SolvedCells,
) -> tuple[SynthesisCell, ...]:
    rows = np.bincount(people.cell[~people.cbs], minlength=len(CELLS))
    return tuple(
        SynthesisCell(
            age_group=band,
            sex=sex,
            population_n=int(population[i]),
            rows=int(rows[i]),
            lonely_target=float(targets["lonely"][i]),
            severely_lonely_target=float(targets["severely_lonely"][i]),
            lonely_expected=float(solved.expected["lonely"][i]),
            severely_lonely_expected=float(solved.expected["severely_lonely"][i]),
        )
        for i, (band, sex) in enumerate(CELLS)
    )


def _measure_margin(margin: Margin, solved: SolvedCells, population: FloatArray) -> SynthesisMargin:
    weight = population * membership(margin.group, margin.sex)
    return SynthesisMargin(
        outcome=margin.outcome,
        group=margin.group,
        sex=margin.sex,
        printed_pct=margin.printed,
        target=margin.share,
        expected=float(weight @ solved.expected[margin.outcome] / weight.sum()),
        evidence=margin.evidence,
    )


# Answers of the synthetic people: items as codes of the file, and the scores that follow. Scores
# come from the scoring engine by the manual's rule, never from a shortcut of this file.

# Share of people who skipped the whole list of statements.
SKIPPED_ALL = 0.005
# Answers in draws: 0..2 as THREE_ANSWERS, and two kinds of absence.
DECLARED, ABSENT = -1, -2
# Cut-off convention of the flags 215 and 216, and the one assumed for 218 and 219, with the ending
# of their harmonised names.
SUBSCALE_CUTOFFS = (("rivm2016", "_rivm2016"), ("vzinfo", ""))
# Flags that the files of single waves carry from 2020 on; before, only trend files do.
TREND_FLAGS, TREND_FLAGS_FROM = ("GGEES218", "GGEES219"), 2020
# The code of GGEES209 for people who are not lonely; it is a no and not a missing answer.
NOT_LONELY = 8


def draw_with_gaps(
    people: People, *, model: ItemModel, solved: SolvedCells, rng: np.random.Generator
) -> KindArray:
    """Answers with gaps that depend on nothing, shape (n, 11).

    Positions in ``THREE_ANSWERS``, or ``DECLARED`` or ``ABSENT`` where an answer is missing.
    """
    keyed = draw_answers(
        model, mean=solved.mean[people.cell], spread=solved.spread[people.cell], rng=rng
    )
    # Agreement speaks against loneliness in the positively worded items.
    positive = np.array([item.polarity == "positive" for item in DJG11.items])
    answers = np.where(positive, 2 - keyed, keyed).astype(np.int8)
    gap = rng.random(answers.shape)
    answers[gap < DECLARED_MISSING + SYSTEM_MISSING] = ABSENT
    answers[gap < DECLARED_MISSING] = DECLARED
    answers[(rng.random(answers.shape[0]) < SKIPPED_ALL) | people.cbs] = ABSENT
    return answers


def item_columns(wave: WaveCodebook, answers: KindArray) -> dict[str, FloatArray]:
    """Items as codes of the file, by name in the file; absent answers are NaN."""
    columns = {}
    for position, item in enumerate(wave.items):
        code = {value: code for code, (value, _) in item.codes.items()}
        codes = [*(code[answer] for answer in THREE_ANSWERS), np.nan, next(iter(item.missing))]
        # The last two are reached by ABSENT and DECLARED, which count from the end.
        columns[item.source_names[0]] = np.array(codes, dtype=np.float64)[answers[:, position]]
    return columns


def score_columns(
    wave: WaveCodebook, items: Mapping[str, FloatArray], *, cbs: npt.NDArray[np.bool_]
) -> dict[str, FloatArray]:
    """Return the scores that the wave carries, by name in the file.

    The flags of the subscales follow the cut-off of RIVM for 2016 (two items) where the codebook
    says so and otherwise that of VZinfo (three items), which is an assumption: none is documented.
    """
    first = wave.items[0]
    answers: dict[Code, str | None] = {code: str(value) for code, (value, _) in first.codes.items()}
    scored = score(
        pd.DataFrame(dict(items)),
        DJG11,
        items={variable.name: variable.source_names[0] for variable in wave.items},
        answers=answers | dict.fromkeys(first.missing),
    )
    scores = _scores(scored)
    return {
        variable.source_names[0]: np.where(cbs, np.nan, _code_answers(variable, scores))
        for variable in wave.variables
        if variable.name in scores and not _trend_file_only(variable, wave.year)
    }


def _trend_file_only(variable: Variable, year: int) -> bool:
    return variable.source_names[0] in TREND_FLAGS and year < TREND_FLAGS_FROM


def _scores(scored: pd.DataFrame) -> Mapping[str, FloatArray]:
    """Scores as numbers by the harmonised name of the published one; NaN where there is none."""
    total, emotional, social = (
        scored[f"djg11_{part}"].to_numpy(dtype=np.float64, na_value=np.nan)
        for part in ("total", "emotional", "social")
    )
    scores = {
        "published_total": total,
        "published_emotional": emotional,
        "published_social": social,
        "published_category": _position(total, [bound.lowest for bound in DJG11.categories[1:]]),
    }
    for rule in DJG11.flags:
        scores[f"published_{rule.name}"] = _position(total, [rule.lowest])
    for convention, suffix in SUBSCALE_CUTOFFS:
        cut = [rule.lonely_from for rule in DJG11.conventions if rule.name == convention]
        scores[f"published_emotionally_lonely{suffix}"] = _position(emotional, cut)
        scores[f"published_socially_lonely{suffix}"] = _position(social, cut)
    return scores


def _position(score: FloatArray, bounds: list[int]) -> FloatArray:
    """How many of the bounds a score reaches."""
    return np.where(np.isnan(score), np.nan, np.searchsorted(bounds, score, side="right"))


def _code_answers(variable: Variable, scores: Mapping[str, FloatArray]) -> FloatArray:
    values = scores[variable.name]
    if NOT_LONELY in variable.codes and variable.kind == "boolean":
        values = np.where(scores["published_lonely"] == 0, NOT_LONELY, values)
    return np.where(np.isnan(values), float(next(iter(variable.missing))), values)
