"""The cells of the synthetic survey, age band by sex, with people and target prevalences.

Published figures and population come from the packaged tables. What no table gives, the pattern
over ages and sexes, is assumed here and nowhere else, and is named in every report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy import special

from eenzaam_stats.age_bands import MONITOR_BANDS, Band, edges_by_group
from eenzaam_stats.arrays import FloatArray
from eenzaam_stats.errors import SourceError
from eenzaam_stats.numerics.people.logit_margins import shares_on_margins
from eenzaam_stats.published.population_editions import OBSERVED
from eenzaam_stats.published.reference import persons
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.vocabulary import Evidence, Sex

EVERYONE = "total"
# First word of the source in the packaged figures.
SOURCE = "Gezondheidsmonitor"
BANDS: Mapping[str, Band] = edges_by_group(MONITOR_BANDS)
SEXES = (Sex.MEN.value, Sex.WOMEN.value)
CELLS: tuple[tuple[str, str], ...] = tuple((band, sex) for band in BANDS for sex in SEXES)
# Lowest total that counts, by outcome.
THRESHOLDS: Mapping[str, int] = MappingProxyType({rule.name: rule.lowest for rule in DJG11.flags})

# ASSUMED logits, not data. Differences between bands loosely follow the few published ones (75-84
# and 85+ in 2020, severe 65-74 and 85+ in 2016); severe loneliness among 18-24 is set to that of
# 85+ because the GGDs called both equally common in 2022. Differences by sex are those of 2020.
ASSUMED_BY_AGE: Mapping[str, tuple[float, ...]] = MappingProxyType(
    {
        "lonely": (0.0, -0.05, 0.0, 0.05, 0.0, 0.25, 0.75),
        "severely_lonely": (0.30, 0.05, 0.05, 0.0, -0.20, 0.0, 0.30),
    }
)
ASSUMED_BY_SEX: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"lonely": (0.08, 0.0), "severely_lonely": (0.0, 0.05)}
)
ASSUMPTIONS = (
    "Prevalences of age-by-sex groups without a published figure are ASSUMED, not data: a chosen "
    "pattern over ages and sexes, moved on the logit scale until the published margins are met.",
    "Where printed figures by sex and their printed total differ by rounding, those by sex are "
    "moved, within half a printed digit, so that the total is met.",
    "Published figures for groups that overlap with others, such as 75 and older, are not used.",
    "Weights add up to all residents on 1 January, the published figures to private households.",
)


@dataclass(frozen=True, slots=True)
class Margin:
    """A published prevalence that the synthetic data are built to meet.

    Attributes
    ----------
    outcome : str
        ``lonely`` or ``severely_lonely``.
    group, sex : str
        Age band or ``total``; men, women or ``total``.
    printed : float
        Value as printed, in percent.
    decimals : int
        Decimals as printed.
    share : float
        Value used, 0-1; differs from the printed one by less than half a printed digit.
    evidence : str
        How well the figure is documented.
    """

    outcome: str
    group: str
    sex: str
    printed: float
    decimals: int
    share: float
    evidence: str


def cell_population(year: int, *, age_floor: int) -> FloatArray:
    """Residents per cell on 1 January, shape (cells,), from the packaged population."""
    return np.array(
        [
            persons(
                OBSERVED,
                year,
                age_from=max(BANDS[band][0], age_floor),
                age_to=BANDS[band][1],
                sex=sex,
            )
            for band, sex in CELLS
        ],
        dtype=np.float64,
    )


def read_margins(table: pd.DataFrame, *, wave: int) -> tuple[Margin, ...]:
    """Usable figures of one wave: one per outcome, group and sex, the most decimals first.

    Unverified figures, figures printed as words or bounds, and groups that are not made of bands
    are left out.
    """
    rows = table[
        (table["wave"] == str(wave))
        & table["source"].str.startswith(SOURCE)
        & table["outcome"].isin(list(THRESHOLDS))
        & table["group"].isin([EVERYONE, *BANDS])
        & (table["evidence"] != Evidence.UNVERIFIED.value)
        & table["value"].notna()
    ]
    rows = rows.sort_values("decimals", ascending=False, kind="stable")
    rows = rows.drop_duplicates(["outcome", "group", "sex"])
    return tuple(
        Margin(
            outcome=str(row["outcome"]),
            group=str(row["group"]),
            sex=str(row["sex"]),
            printed=float(row["value"]),
            decimals=int(row["decimals"]),
            share=float(row["value"]) / 100.0,
            evidence=str(row["evidence"]),
        )
        for row in rows.sort_values(["outcome", "group", "sex"], kind="stable").to_dict("records")
    )


def membership(group: str, sex: str) -> FloatArray:
    """1 for the cells that belong to a group, shape (cells,)."""
    inside = [group in (EVERYONE, band) and sex in (EVERYONE, s) for band, s in CELLS]
    return np.array(inside, dtype=np.float64)


def reconcile_margins(margins: tuple[Margin, ...], *, population: FloatArray) -> tuple[Margin, ...]:
    """Margins in which the figures of both sexes give the figure of everyone exactly.

    Parameters
    ----------
    margins : tuple of Margin
        Published figures; those by sex are moved together on the logit scale.
    population : ndarray of float, shape (cells,)
        People per cell.

    Returns
    -------
    tuple of Margin
        In the same order.
    """
    found = {(m.outcome, m.group, m.sex): m for m in margins}
    for (outcome, group, sex), whole in tuple(found.items()):
        parts = [found.get((outcome, group, part)) for part in SEXES]
        if sex != EVERYONE or None in parts:
            continue
        both = [part for part in parts if part is not None]
        moved = shares_on_margins(
            special.logit(np.array([part.share for part in both])),
            weights=np.array([population @ membership(group, part.sex) for part in both]),
            members=np.ones((1, 2)),
            margins=np.array([whole.share]),
        )
        for part, share in zip(both, moved, strict=True):
            found[(outcome, group, part.sex)] = replace(part, share=float(share))
    return tuple(found[(m.outcome, m.group, m.sex)] for m in margins)


def cell_shares(
    margins: tuple[Margin, ...], *, population: FloatArray, wave: int
) -> Mapping[str, FloatArray]:
    """Target prevalence per cell, by outcome, that meets every margin.

    Parameters
    ----------
    margins : tuple of Margin
        Reconciled figures of the wave.
    population : ndarray of float, shape (cells,)
        People per cell.
    wave : int
        For the message.

    Returns
    -------
    mapping of str to ndarray of float, shape (cells,)
        Shares 0-1.

    Raises
    ------
    SourceError
        If the wave has no published total for an outcome.
    """
    shares: dict[str, FloatArray] = {}
    for outcome in THRESHOLDS:
        asked = [m for m in margins if m.outcome == outcome]
        named = {(m.group, m.sex) for m in asked}
        if (EVERYONE, EVERYONE) not in named:
            raise SourceError(
                f"synthesise_gezondheidsmonitor() needs a published total of {outcome!r} for "
                f"{wave}, and the packaged table has none. Choose another wave."
            )
        # The figure of both sexes together follows from the two when both are there.
        free = [m for m in asked if m.sex != EVERYONE or not _both_sexes(m.group, named)]
        shares[outcome] = shares_on_margins(
            np.add.outer(ASSUMED_BY_AGE[outcome], ASSUMED_BY_SEX[outcome]).ravel(),
            weights=population,
            members=np.array([membership(m.group, m.sex) for m in free]),
            margins=np.array([m.share for m in free]),
        )
    return MappingProxyType(shares)


def _both_sexes(group: str, named: set[tuple[str, str]]) -> bool:
    return all((group, sex) in named for sex in SEXES)
