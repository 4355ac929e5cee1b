"""The people of the synthetic EU Loneliness Survey: country, answers, age, sex and weights.

Arrays and randomness only; no code, label or file is known here. Every country meets the shares of
the direct question that the packaged table holds, to the nearest person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from scipy import special

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.numerics.scales.item_response import ItemModel, answers_given, draw_latent
from eenzaam_stats.published.reference import reference
from eenzaam_stats.synthetic.model import eleven_items

TABLE = "eu_loneliness_survey"
EU4 = ("France", "Italy", "Poland", "Sweden")
EU4_ROWS = 4_029
OFTEN, SOMETIMES = "mostly_or_always_lonely", "sometimes_to_always_lonely"

# Items of the manual in the order of the file: three emotional and three social ones.
DJG_NUMBERS = (3, 9, 10, 4, 7, 8)
UCLA_COUNT = 3
# ASSUMED, not estimates: UCLA items on the latent scale, the tie between the direct question and
# the latent loneliness, and what moves a country.
_UCLA_DIFFICULTY, _UCLA_EXTREME, _UCLA_SLOPE = (-0.5, -0.2, -0.1), (0.9, 1.1, 1.2), 2.2
_LATENT_MEAN, _LATENT_SPREAD, _COUNTRY_PULL, _DIRECT_TIE = -0.3, 1.2, 0.8, 0.85
# ASSUMED split of the shares that are published together: all of most-or-all, little of the rest.
_ALWAYS_OF_OFTEN, _RARELY_OF_REST = 0.25, 0.43
# Share of answers that is absent.
ITEM_REFUSED, SKIPPED_BLOCK, UNKNOWN_AGE, UNKNOWN_SEX = 0.012, 0.005, 0.0005, 0.003
OTHER_GENDER_SHARE, WOMEN_SHARE = 0.0045, 0.52
# Faults that public copies of the file hold: an age of 15, a year of birth of 1.
TOO_YOUNG, TOO_YOUNG_SHARE = 15, 0.0004
WRONG_YEAR, WRONG_YEAR_SHARE = 1, 0.0015
FIELDWORK_YEAR = 2022
YOUNGEST, OLDEST = 16, 91
WEIGHT_NOISE = 0.35
MISSING = -1


@dataclass(frozen=True, slots=True)
class CountryFigures:
    """What the packaged table says about one country.

    Attributes
    ----------
    name : str
        Country, in English.
    rows, answered : int
        Respondents, and those who answered the direct question.
    shares : mapping of str to float
        Shares of the answered by outcome, 0-1.
    printed, evidence : mapping of str to float, str
        The same as printed, in percent, and how well it is documented.
    """

    name: str
    rows: int
    answered: int
    shares: Mapping[str, float]
    printed: Mapping[str, float]
    evidence: str


def country_figures() -> tuple[CountryFigures, ...]:
    """Sizes and unweighted shares of the 27 countries, in alphabetical order.

    Examples
    --------
    >>> dutch = next(c for c in country_figures() if c.name == "Netherlands")
    >>> dutch.rows, dutch.answered, dutch.printed["mostly_or_always_lonely"]
    (1008, 965, 10.26)
    """
    table = reference(TABLE, evidence="derived")
    table = table[(table["dimension"] == "country") & (table["sex"] == "total")]
    table = table[table["group"] != "EU27"]
    with_missing = table["threshold"].str.endswith("missing counted as not lonely")
    rows = table[with_missing].set_index("group")["n"].astype(int)
    answered = table[table["threshold"].str.endswith("missing excluded")]
    figures = []
    for name in sorted(rows.index):
        own = answered[answered["group"] == name].set_index("outcome")
        printed = {str(outcome): float(value) for outcome, value in own["value"].items()}
        figures.append(
            CountryFigures(
                name=str(name),
                rows=int(rows[name]),
                answered=int(own["n"].iloc[0]),
                shares=MappingProxyType({key: value / 100 for key, value in printed.items()}),
                printed=MappingProxyType(printed),
                evidence=str(own["evidence"].iloc[0]),
            )
        )
    return tuple(figures)


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Rows of the sample; every array has n rows.

    Attributes
    ----------
    country : ndarray of int, shape (n,)
        Place in the list of countries.
    direct : ndarray of int, shape (n,)
        0 all of the time .. 4 none of the time, ``MISSING`` where not answered.
    djg, ucla : ndarray of int, shape (n, 6) and (n, 3)
        0 not lonely .. 2 lonely, ``MISSING`` where not answered; statements in the order of the
        file.
    age, birth_year : ndarray of int, shape (n,)
        In years; ``MISSING`` where not answered. Some are impossible, as in public copies.
    sex : ndarray of int, shape (n,)
        0 man, 1 woman, 2 in another way, ``MISSING`` where not answered.
    within, across : ndarray of float, shape (n,)
        Weight within the country, mean 1 in each; weight for totals over countries, mean 1.
    """

    country: IntArray
    direct: IntArray
    djg: IntArray
    ucla: IntArray
    age: IntArray
    birth_year: IntArray
    sex: IntArray
    within: FloatArray
    across: FloatArray


def allocate_rows(sizes: IntArray, *, rows: int) -> IntArray:
    """Rows per country in proportion to the sizes, by largest remainder.

    Examples
    --------
    >>> allocate_rows(np.array([1008, 503, 370]), rows=188).tolist()
    [101, 50, 37]
    """
    exact = sizes / sizes.sum() * rows
    allocated: IntArray = np.floor(exact).astype(np.int64)
    left = rows - int(allocated.sum())
    allocated[np.argsort(allocated - exact, kind="stable")[:left]] += 1
    return allocated


def draw_panel(
    figures: tuple[CountryFigures, ...], *, rows: int, rng: np.random.Generator
) -> Panel:
    """Draw a sample whose direct question meets every country's shares to the nearest person.

    Parameters
    ----------
    figures : tuple of CountryFigures
        Countries with sizes and shares.
    rows : int
        Size of the sample.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    Panel
        In random order.
    """
    per_country = allocate_rows(np.array([figure.rows for figure in figures]), rows=rows)
    country: IntArray = rng.permutation(np.repeat(np.arange(len(figures)), per_country))
    mean = _latent_means(figures)[country]
    spread = np.full(rows, _LATENT_SPREAD)
    model = nine_items()
    latent = draw_latent(model, mean=mean, spread=spread, rng=rng)
    answers = answers_given(model, latent, rng=rng).astype(np.int64)
    answers[rng.random(answers.shape) < ITEM_REFUSED] = MISSING
    answers[rng.random(rows) < SKIPPED_BLOCK, : len(DJG_NUMBERS)] = MISSING
    standard = (latent - mean).sum(axis=0) / (_LATENT_SPREAD * np.sqrt(2 + 2 * model.correlation))
    felt = _DIRECT_TIE * standard + np.sqrt(1 - _DIRECT_TIE**2) * rng.standard_normal(rows)
    age, birth_year = _ages(rows, rng)
    within = np.exp(WEIGHT_NOISE * rng.standard_normal(rows))
    within /= (np.bincount(country, weights=within) / per_country)[country]
    across = within * rng.gamma(1.5, size=len(figures))[country]
    return Panel(
        country=country,
        direct=_direct(felt, country, figures, rng),
        djg=answers[:, : len(DJG_NUMBERS)],
        ucla=answers[:, len(DJG_NUMBERS) :],
        age=age,
        birth_year=birth_year,
        sex=_sexes(rows, rng),
        within=within,
        across=across / across.mean(),
    )


def nine_items() -> ItemModel:
    """Model of the six statements, from the eleven of the manual, and of three UCLA items."""
    eleven = eleven_items()
    own = np.array(DJG_NUMBERS) - 1
    return ItemModel(
        discrimination=np.append(eleven.discrimination[own], np.full(UCLA_COUNT, _UCLA_SLOPE)),
        difficulty=np.append(eleven.difficulty[own], _UCLA_DIFFICULTY),
        extreme=np.append(eleven.extreme[own], _UCLA_EXTREME),
        dimension=np.append(eleven.dimension[own], np.array([0, 1, 0])),
        correlation=eleven.correlation,
    )


def _latent_means(figures: tuple[CountryFigures, ...]) -> FloatArray:
    """Lonelier countries by the direct question are lonelier on both dimensions."""
    often = np.array([figure.shares[OFTEN] for figure in figures])
    place: FloatArray = special.ndtri(often)
    means: FloatArray = _LATENT_MEAN + _COUNTRY_PULL * (place - place.mean())
    return means


def _direct(
    felt: FloatArray,
    country: IntArray,
    figures: tuple[CountryFigures, ...],
    rng: np.random.Generator,
) -> IntArray:
    """Answers by rank within the country: the loneliest say all of the time."""
    answers = np.full(felt.shape[0], MISSING, dtype=np.int64)
    for place, figure in enumerate(figures):
        own = np.flatnonzero(country == place)
        n = round(own.size * figure.answered / figure.rows)
        answering = rng.permutation(own)[:n]
        loneliest = answering[np.argsort(-felt[answering], kind="stable")]
        often, sometimes = (round(figure.shares[key] * n) for key in (OFTEN, SOMETIMES))
        rarely = sometimes + round(_RARELY_OF_REST * (n - sometimes))
        bounds = [round(_ALWAYS_OF_OFTEN * often), often, sometimes, rarely]
        answers[loneliest] = np.searchsorted(bounds, np.arange(n), side="right")
    return answers


def _ages(rows: int, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    age = np.clip(np.round(rng.normal(44.0, 15.0, rows)), YOUNGEST, OLDEST).astype(np.int64)
    birth_year: IntArray = FIELDWORK_YEAR - age - (rng.random(rows) < 0.1)
    birth_year[rng.random(rows) < WRONG_YEAR_SHARE] = WRONG_YEAR
    chance = rng.random(rows)
    age[chance < TOO_YOUNG_SHARE] = TOO_YOUNG
    age[chance > 1.0 - UNKNOWN_AGE] = MISSING
    return age, birth_year


def _sexes(rows: int, rng: np.random.Generator) -> IntArray:
    sex: IntArray = (rng.random(rows) < WOMEN_SHARE).astype(np.int64)
    chance = rng.random(rows)
    sex[chance < OTHER_GENDER_SHARE] = 2
    sex[chance > 1.0 - UNKNOWN_SEX] = MISSING
    return sex
