"""Answers of the synthetic people: items as codes of the file, and the scores that follow.

Scores come from the scoring engine by the manual's rule, never from a shortcut of this file.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from eenzaam_stats.arrays import FloatArray, KindArray
from eenzaam_stats.loaders.codebook.layout import Code, Variable, WaveCodebook
from eenzaam_stats.numerics.scales.item_response import ItemModel, draw_answers
from eenzaam_stats.scoring.de_jong_gierveld import DJG11, THREE_ANSWERS
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.model import DECLARED_MISSING, SYSTEM_MISSING, SolvedCells
from eenzaam_stats.synthetic.people import People

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
