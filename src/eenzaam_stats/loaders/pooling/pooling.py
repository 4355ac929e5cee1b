"""Which surveys may stand in one frame: differences that would be pooled in silence are refused.

Reports and designs are compared here; no respondent is moved or changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import pandas as pd

from eenzaam_stats.design import read_rule
from eenzaam_stats.errors import (
    DesignError,
    EenzaamStatsError,
    OptionError,
    SchemaError,
    list_all,
)
from eenzaam_stats.respondents import DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.results.estimates import CheckResult
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Origin, SinglePsu, require_option

Difference = Literal["instrument", "age_floor", "population", "origin", "weight", "same_file"]
ITEMS = (*DJG_ITEMS, *UCLA_ITEMS, "direct")
_SAME_SCALE = 2.0
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of the surveys that are combined.

    Attributes
    ----------
    survey : Survey
        As it was given.
    key : str
        Source, wave and file; no two parts share it.
    ages_known : bool
        Whether every part states its youngest age.
    """

    survey: Survey
    key: str
    ages_known: bool

    @property
    def frame(self) -> pd.DataFrame:
        """Its respondents."""
        frame: pd.DataFrame = self.survey.respondents
        return frame


def key_surveys(surveys: Sequence[Survey], *, allow: Collection[str]) -> tuple[Part, ...]:
    """Surveys with a key each, in the order given.

    Parameters
    ----------
    surveys : sequence of Survey
        At least one, with pandas respondents.
    allow : collection of str
        Differences that the user allows.

    Returns
    -------
    tuple of Part

    Raises
    ------
    OptionError
        If there is no survey, or ``allow`` names something else.
    SchemaError
        If something is no survey, its respondents are no pandas frame, or a file occurs twice.
    """
    for word in allow:
        require_option(word, Difference, name="allow")
    if not surveys:
        raise OptionError("combine() needs at least one survey, and got none.")
    keys: list[str] = []
    for number, survey in enumerate(surveys, start=1):
        _require_survey(survey, number)
        keys.append(f"{survey.report.source} {survey.report.wave} {survey.report.file}")
    again = sorted({key for key in keys if keys.count(key) > 1})
    if again and "same_file" not in allow:
        raise SchemaError(
            f"combine() got [{list_all(again)}] more than once, which would count its "
            "people twice. "
            "Give each survey once; for different files of one name write allow=('same_file',)."
        )
    numbered = [
        f"{key} #{keys[: at + 1].count(key)}" if key in again else key
        for at, key in enumerate(keys)
    ]
    ages_known = all(survey.report.age_floor is not None for survey in surveys)
    return tuple(
        Part(survey, key, ages_known) for survey, key in zip(surveys, numbered, strict=True)
    )


def _require_survey(survey: object, number: int) -> None:
    if not isinstance(survey, Survey):
        raise SchemaError(
            f"combine() needs surveys, and number {number} is {type(survey).__qualname__}. "
            "Read each file first, and give the surveys as one list."
        )
    if not isinstance(survey.respondents, pd.DataFrame):
        raise SchemaError(
            f"combine() needs respondents in a pandas frame, and those of survey {number} are "
            f"{type(survey.respondents).__module__.partition('.')[0]}. "
            "Combine the surveys first and convert the result."
        )


def require_poolable(parts: Sequence[Part], *, allow: Collection[str]) -> tuple[str, ...]:
    """Refuse differences that are not allowed, and word those that are.

    Parameters
    ----------
    parts : sequence of Part
        Surveys with their keys.
    allow : collection of str
        Differences that the user allows.

    Returns
    -------
    tuple of str
        One note per difference that was allowed and is there.

    Raises
    ------
    SchemaError
        If instruments, age floors, populations or origins differ.
    DesignError
        If some surveys have a weight and others have none.
    """
    notes = []
    for name, (describe, error) in _RULES.items():
        said = [describe(part) for part in parts]
        if len({value for value in said if value is not None}) < 2:
            continue
        listing = "; ".join(
            f"{part.key}: {value or 'not stated'}" for part, value in zip(parts, said, strict=True)
        )
        words = _WORDS[name]
        if name not in allow:
            raise error(
                f"combine() does not pool {words} silently ({listing}). Keep them apart, or write "
                f"allow=({name!r},) when that is what you mean."
            )
        notes.append(f"pooled although {words} differ, as the user allowed: {listing}")
    return tuple(notes)


def agree_single_psu(parts: Sequence[Part], asked: SinglePsu | None) -> SinglePsu:
    """Rule for a stratum with one sampling unit: the one asked for, or the one all share.

    Raises
    ------
    DesignError
        If the surveys with strata differ and none is asked for.
    """
    if asked is not None:
        return read_rule(asked)
    stratified = [part for part in parts if part.survey.design.stratum is not None]
    rules = {part.survey.design.single_psu for part in stratified}
    if len(rules) > 1:
        listing = "; ".join(f"{p.key}: {p.survey.design.single_psu!r}" for p in stratified)
        raise DesignError(
            "combine() needs one rule for a stratum with one sampling unit, and the designs differ "
            f"({listing}). State it with single_psu=, one of "
            f"{list_all(get_args(SinglePsu))}."
        )
    return rules.pop() if rules else "fail"


def weight_checks(parts: Sequence[Part]) -> tuple[CheckResult, ...]:
    """Say what the weights of each survey add up to, and whether that is on one scale."""
    weighted = [part for part in parts if part.survey.design.weight is not None]
    if not weighted:
        return ()
    means = [float(part.frame[part.survey.design.weight].mean()) for part in weighted]
    sums = ", ".join(
        f"{part.key} {float(part.frame[part.survey.design.weight].sum()):,.1f}" for part in weighted
    )
    alike = max(means) <= _SAME_SCALE * min(means)
    message = f"sums of weights, as delivered: {sums}"
    if not alike:
        message += "; they are on different scales, so estimate by survey and not over all"
    return (CheckResult("weights of the surveys", alike, message),)


def _instrument(part: Part) -> str:
    """Scores where there are any, items otherwise: what an outcome would be made of."""
    scored = [
        f"{one.scale} scored" + (f" ({one.subscale_cutoff})" if one.subscale_cutoff else "")
        for one in part.survey.scoring
    ]
    if scored:
        return " and ".join(sorted(scored))
    items = [name for name in ITEMS if name in part.frame and part.frame[name].notna().any()]
    return "items " + ", ".join(items) if items else "no items"


def _age_floor(part: Part) -> str | None:
    floor = part.survey.report.age_floor
    return f"{floor} and older" if part.ages_known else None


def _population(part: Part) -> str:
    """Population, without its ages where these are compared by themselves."""
    said = part.survey.report.population
    return _DIGITS.sub("..", said) if part.ages_known else said


def _origin(part: Part) -> str:
    return "synthetic" if part.survey.report.origin is Origin.SYNTHETIC else "real answers"


def _weight(part: Part) -> str:
    return "weighted" if part.survey.design.weight is not None else "without weights"


_RULES: Mapping[str, tuple[Callable[[Part], str | None], type[EenzaamStatsError]]]
_RULES = MappingProxyType(
    {
        "origin": (_origin, SchemaError),
        "instrument": (_instrument, SchemaError),
        "age_floor": (_age_floor, SchemaError),
        "population": (_population, SchemaError),
        "weight": (_weight, DesignError),
    }
)
_WORDS = {
    "origin": "synthetic and real respondents",
    "instrument": "different instruments",
    "age_floor": "different age floors",
    "population": "different populations",
    "weight": "weighted and unweighted surveys",
}
