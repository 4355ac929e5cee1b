"""The people of the synthetic sample: cell, age, place, stratum and weights.

Arrays and randomness only. Loneliness is not known here, and no place or stratum stands for a real
one beyond the numbers of the GGD regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eenzaam_stats.arrays import FloatArray, IntArray
from eenzaam_stats.synthetic.cells import BANDS, CELLS

REGIONS = 25
MUNICIPALITIES_PER_REGION = 14
# The monitor samples people of 65 and older about three times as often as younger people.
OLDER_FROM = 65
OVERSAMPLING = 3.0
# CBS respondents in the combined files of 2016 and 2020: about 1.5 and 1.3 percent.
CBS_SHARE = 0.015
SINGLE_PERSON_STRATA = 4
WEIGHT_NOISE = 0.25
DOUBLED_FROM = 75
OLDEST = 104
MEAN_YEARS_PAST_85 = 4.5


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Rows of the sample; every array has shape (n,).

    Attributes
    ----------
    cell : ndarray of int
        Index into ``CELLS``.
    age : ndarray of int
        Age in years.
    region, municipality, stratum : ndarray of int
        Region 1..25; an invented municipality, region x 100 + number; its stratum.
    cbs : ndarray of bool
        Respondents of CBS, who did not get the loneliness questions.
    weight : ndarray of float
        Adds up to the population in every cell; NaN for respondents of CBS.
    crude_weight : ndarray of float
        Wrong on purpose: adds up to the population over all rows, but leaves people of 65 and older
        oversampled and counts those of 75 and older double.
    """

    cell: IntArray
    age: IntArray
    region: IntArray
    municipality: IntArray
    stratum: IntArray
    cbs: npt.NDArray[np.bool_]
    weight: FloatArray
    crude_weight: FloatArray

    @property
    def older(self) -> npt.NDArray[np.bool_]:
        """Whether someone is 65 or older."""
        older: npt.NDArray[np.bool_] = self.age >= OLDER_FROM
        return older

    @property
    def woman(self) -> npt.NDArray[np.bool_]:
        """Whether someone is in a cell of women."""
        woman: npt.NDArray[np.bool_] = self.cell % 2 == 1
        return woman


def allocate_rows(population: FloatArray, *, rows: int) -> IntArray:
    """Rows per cell: proportional to people, older people oversampled, at least one each.

    Examples
    --------
    One row each, and 1300 more in the proportion 1 to 3:

    >>> allocate_rows(np.full(14, 1000.0), rows=1314).tolist()
    [51, 51, 51, 51, 51, 51, 51, 51, 151, 151, 151, 151, 151, 151]
    """
    youngest = np.array([BANDS[band][0] for band, _ in CELLS])
    share = population * np.where(youngest >= OLDER_FROM, OVERSAMPLING, 1.0)
    exact = share / share.sum() * (rows - len(CELLS))
    allocated: IntArray = np.floor(exact).astype(np.int64)
    left = rows - len(CELLS) - int(allocated.sum())
    allocated[np.argsort(allocated - exact, kind="stable")[:left]] += 1
    return allocated + 1


def draw_people(
    population: FloatArray,
    *,
    rows: int,
    age_floor: int,
    with_cbs: bool,
    rng: np.random.Generator,
) -> People:
    """Draw a sample.

    Parameters
    ----------
    population : ndarray of float, shape (cells,)
        People per cell.
    rows : int
        Size of the sample, respondents of CBS included.
    age_floor : int
        Youngest age.
    with_cbs : bool
        Whether the file holds respondents of CBS.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    People
        In random order.
    """
    cbs_rows = max(1, round(rows * CBS_SHARE)) if with_cbs else 0
    cell = np.concatenate(
        [
            np.repeat(np.arange(len(CELLS)), allocate_rows(population, rows=rows - cbs_rows)),
            rng.choice(len(CELLS), size=cbs_rows, p=population / population.sum()),
        ]
    )
    order = rng.permutation(rows)
    cell, cbs = cell[order], (order >= rows - cbs_rows)
    age = _ages(cell, age_floor, rng)
    region, municipality, stratum = _places(cbs, rng)
    noise = np.exp(WEIGHT_NOISE * rng.standard_normal(rows))
    crude = np.exp(WEIGHT_NOISE * rng.standard_normal(rows)) * np.where(
        age >= DOUBLED_FROM, 2.0, 1.0
    )
    return People(
        cell=cell,
        age=age,
        region=region,
        municipality=municipality,
        stratum=stratum,
        cbs=cbs,
        weight=_weights(cell, noise=np.where(cbs, 0.0, noise), population=population),
        crude_weight=crude * (population.sum() / crude.sum()),
    )


def _weights(cell: IntArray, *, noise: FloatArray, population: FloatArray) -> FloatArray:
    in_cell = np.bincount(cell, weights=noise, minlength=len(CELLS))
    weight: FloatArray = noise * (population / in_cell)[cell]
    return np.where(noise > 0.0, weight, np.nan)


def _ages(cell: IntArray, age_floor: int, rng: np.random.Generator) -> IntArray:
    """Evenly within a band; in the open band thinning out."""
    edges = [BANDS[band] for band, _ in CELLS]
    low = np.array([max(first, age_floor) for first, _ in edges])
    years = np.array(
        [0 if last is None else last - max(first, age_floor) + 1 for first, last in edges]
    )
    even = np.floor(rng.random(cell.shape[0]) * years[cell])
    thinning = np.minimum(
        np.floor(rng.exponential(MEAN_YEARS_PAST_85, cell.shape[0])), OLDEST - low[cell]
    )
    ages: IntArray = low[cell] + np.where(years[cell] == 0, thinning, even).astype(np.int64)
    return ages


def _places(
    cbs: npt.NDArray[np.bool_], rng: np.random.Generator
) -> tuple[IntArray, IntArray, IntArray]:
    """Regions of unequal size, municipalities within regions, strata within municipalities."""
    rows = cbs.shape[0]
    size = rng.gamma(4.0, size=REGIONS)
    region: IntArray = rng.choice(np.arange(1, REGIONS + 1), size=rows, p=size / size.sum())
    rank = 1.0 / np.arange(1, MUNICIPALITIES_PER_REGION + 1)
    number = rng.choice(MUNICIPALITIES_PER_REGION, size=rows, p=rank / rank.sum()) + 1
    municipality: IntArray = region * 100 + number
    # The largest municipality of each region has two strata.
    part: IntArray = np.where(number == 1, rng.integers(1, 3, size=rows), 1)
    alone = rng.choice(np.flatnonzero(~cbs), size=SINGLE_PERSON_STRATA, replace=False)
    part[alone] = 3 + np.arange(SINGLE_PERSON_STRATA)
    stratum: IntArray = municipality * 10 + part
    return region, municipality, stratum
