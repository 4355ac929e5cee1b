"""The people of the synthetic LISS panel: households that come, leave and split, and answer yearly.

Arrays and randomness only; no code, label or file is known here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.scales.item_response import ItemModel, answers_given, draw_latent
from eenzaam_stats.synthetic.model import eleven_items

# Items of the manual in the order of the file.
DJG_NUMBERS = (3, 4, 7, 8, 9, 10)
# ASSUMED: the panel from year to year. None of these is an estimate.
LEAVING_SHARE, SPLITTING_SHARE, RESPONSE_SHARE = 0.09, 0.015, 0.80
SAME_LONELINESS = 0.75
HOUSEHOLD_SIZES = (0.38, 0.33, 0.12, 0.12, 0.05)
WOMEN_SHARE, OTHER_SHARE = 0.52, 0.002
EDUCATION_SHARES = (0.08, 0.24, 0.11, 0.23, 0.23, 0.11)
ORIGIN_SHARES = (0.82, 0.09, 0.09)
SECOND_MONTH_SHARE = 0.2
YOUNGEST_RESPONDENT, YOUNGEST_HEAD, OLDEST = 16, 18, 95
# ASSUMED share of answers that is absent: blank, and don't know in the waves that offer it.
BLANK_SHARE, DONT_KNOW_SHARE, SKIPPED_SHARE = 0.004, 0.006, 0.003
BLANK, DONT_KNOW = -1, -2
FIRST_NUMBER = 800_001
_NUMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class LatentCell:
    """Mean and spread of both latent dimensions in one wave, and whether don't know is offered."""

    mean: float
    spread: float
    dont_know: bool


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """People of the panel; every array has shape (m,).

    Attributes
    ----------
    person, household : ndarray of int
        Pseudonymous numbers.
    birth_year : ndarray of int
    sex : ndarray of int
        0 man, 1 woman, 2 other.
    education, origin : ndarray of int
        Place in an assumed list.
    """

    person: IntArray
    household: IntArray
    birth_year: IntArray
    sex: IntArray
    education: IntArray
    origin: IntArray

    def at(self, places: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Members:
        """Some of the people."""
        return Members(*(getattr(self, name)[places] for name in self.__slots__))

    def join(self, other: Members) -> Members:
        """Both groups of people."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in self.__slots__)
        return Members(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True, slots=True, eq=False)
class PanelWave:
    """One wave of the panel.

    Attributes
    ----------
    year : int
        Year of the wave.
    members : Members
        Everybody in the panel, of any age.
    respondent : ndarray of int, shape (n,)
        Places among the members of those who answered.
    second_month : ndarray of bool, shape (n,)
        Whether the answer came in the second month of the fieldwork.
    answers : ndarray of int, shape (n, 6)
        0 not lonely .. 2 lonely, ``BLANK`` or ``DONT_KNOW``.
    satisfaction : ndarray of int, shape (n,)
        0..10 or ``DONT_KNOW``.
    """

    year: int
    members: Members
    respondent: npt.NDArray[np.intp]
    second_month: npt.NDArray[np.bool_]
    answers: IntArray
    satisfaction: IntArray


def six_items() -> ItemModel:
    """Model of the six items, from the eleven of the manual."""
    eleven = eleven_items()
    own = np.array(DJG_NUMBERS) - 1
    return ItemModel(
        discrimination=eleven.discrimination[own],
        difficulty=eleven.difficulty[own],
        extreme=eleven.extreme[own],
        dimension=eleven.dimension[own],
        correlation=eleven.correlation,
    )


def gap_share(*, dont_know: bool) -> float:
    """Share of single answers that is absent."""
    return BLANK_SHARE + DONT_KNOW_SHARE * dont_know


def draw_waves(
    cells: Mapping[int, LatentCell], *, rows: int, rng: np.random.Generator
) -> Iterator[PanelWave]:
    """Draw the panel from wave to wave.

    Parameters
    ----------
    cells : mapping of int to LatentCell
        Latent distribution by year, in order of time.
    rows : int
        Respondents of each wave.
    rng : numpy.random.Generator
        Source of randomness.

    Yields
    ------
    PanelWave
        Between waves households leave, people split off and new households come in.
    """
    model = six_items()
    numbers = rng.permutation(_NUMBERS) + FIRST_NUMBER
    used = 0
    members = Members(*(np.empty(0, dtype=np.int64) for _ in Members.__slots__))
    trait = np.empty((2, 0))
    for year, cell in cells.items():
        stay = _staying(members.household, rng)
        members, trait = members.at(stay), trait[:, stay]
        fresh = _refreshment(members, year, rows=rows, rng=rng)
        split = np.flatnonzero(rng.random(len(members.person)) < SPLITTING_SHARE)
        known = len(members.person)
        members = members.join(_number_members(fresh, numbers[used:]))
        used += 2 * len(fresh.person)
        members.household[split] = numbers[used : used + len(split)]
        used += len(split)
        new = np.zeros(len(members.person) - known)
        trait = np.hstack([trait, draw_latent(model, mean=new, spread=new + 1.0, rng=rng)])
        yield _answer_wave(model, cell, members, trait, year=year, rows=rows, rng=rng)


def _staying(household: IntArray, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    unique, place = np.unique(household, return_inverse=True)
    stay: npt.NDArray[np.bool_] = (rng.random(len(unique)) >= LEAVING_SHARE)[place]
    return stay


def _refreshment(members: Members, year: int, *, rows: int, rng: np.random.Generator) -> Members:
    """New households, numbered from 0, until enough people are old enough to respond."""
    wanted = int(np.ceil(rows / RESPONSE_SHARE))
    wanted -= int((year - members.birth_year >= YOUNGEST_RESPONDENT).sum())
    sizes = rng.choice(np.arange(1, 6), size=max(wanted, 0), p=HOUSEHOLD_SIZES)
    household = np.repeat(np.arange(len(sizes)), sizes)
    first = np.r_[True, household[1:] != household[:-1]] if len(household) else np.empty(0, bool)
    rank = np.arange(len(household)) - np.repeat(np.flatnonzero(first), sizes)
    head = rng.integers(YOUNGEST_HEAD, OLDEST + 1, len(sizes))[household]
    # Partners are about as old as the head; all others are children of the household.
    age = np.where(
        rank == 1, np.maximum(head + rng.integers(-4, 5, len(head)), YOUNGEST_HEAD), head
    )
    age = np.where(rank > 1, np.clip(head - rng.integers(24, 40, len(head)), 0, 24), age)
    sex = (rng.random(len(age)) < WOMEN_SHARE).astype(np.int64)
    sex[rng.random(len(age)) < OTHER_SHARE] = 2
    fresh = Members(
        person=np.arange(len(age)),
        household=household,
        birth_year=year - age,
        sex=sex,
        education=rng.choice(len(EDUCATION_SHARES), size=len(age), p=EDUCATION_SHARES),
        origin=rng.choice(len(ORIGIN_SHARES), size=len(age), p=ORIGIN_SHARES),
    )
    # Whole households come in, as many as are needed.
    eligible = np.cumsum(age >= YOUNGEST_RESPONDENT)
    last = household[int(np.searchsorted(eligible, wanted))] if wanted > 0 else -1
    return fresh.at(household <= last)


def _number_members(fresh: Members, numbers: IntArray) -> Members:
    n = len(fresh.person)
    return Members(
        numbers[:n],
        numbers[n : 2 * n][fresh.household],
        fresh.birth_year,
        fresh.sex,
        fresh.education,
        fresh.origin,
    )


def _answer_wave(
    model: ItemModel,
    cell: LatentCell,
    members: Members,
    trait: FloatArray,
    *,
    year: int,
    rows: int,
    rng: np.random.Generator,
) -> PanelWave:
    old_enough = np.flatnonzero(year - members.birth_year >= YOUNGEST_RESPONDENT)
    who = np.sort(rng.choice(old_enough, size=rows, replace=False))
    zero = np.zeros(rows)
    passing = draw_latent(model, mean=zero, spread=zero + 1.0, rng=rng)
    latent = np.sqrt(SAME_LONELINESS) * trait[:, who] + np.sqrt(1.0 - SAME_LONELINESS) * passing
    answers = answers_given(model, cell.mean + cell.spread * latent, rng=rng).astype(np.int64)
    chance = rng.random(answers.shape)
    answers[chance < BLANK_SHARE] = BLANK
    if cell.dont_know:
        answers[chance > 1.0 - DONT_KNOW_SHARE] = DONT_KNOW
    answers[rng.random(rows) < SKIPPED_SHARE] = BLANK
    felt = np.round(7.5 - 1.2 * latent.mean(axis=0) + rng.standard_normal(rows))
    satisfaction = np.clip(felt, 0, 10).astype(np.int64)
    satisfaction[rng.random(rows) < DONT_KNOW_SHARE] = DONT_KNOW
    return PanelWave(
        year, members, who, rng.random(rows) < SECOND_MONTH_SHARE, answers, satisfaction
    )
