"""The letter's Gezondheidsmonitor figures from a file of respondents, beside the published.

A computed figure carries the origin of its file: microdata or synthetic, never "published".
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.opendata.reference import reference
from eenzaam_stats.results import Estimate
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Origin

OUTCOMES = ("severely_lonely", "lonely")


@dataclass(frozen=True, slots=True)
class ComputedFigure:
    """One figure computed from a file, with its published counterpart.

    Attributes
    ----------
    file, wave, outcome : str
        File name, year and outcome.
    origin : Origin
        Microdata or synthetic.
    estimate : Estimate
        What was computed, on the proportion scale.
    published : float or None
        Published share on the proportion scale; ``None`` where no figure is packaged.
    evidence : str
        Evidence level of the published figure; empty without one.
    """

    file: str
    wave: str
    outcome: str
    origin: Origin
    estimate: Estimate
    published: float | None
    evidence: str

    @property
    def contains_published(self) -> bool | None:
        """Whether the interval holds the published figure; ``None`` without one of the two."""
        if self.published is None or not math.isfinite(self.estimate.conf_low):
            return None
        return self.estimate.conf_low <= self.published <= self.estimate.conf_high


def computed_from(
    path: Path, *, wave: int, weight: str | None = None
) -> tuple[ComputedFigure, ...]:
    """Compute the letter's Gezondheidsmonitor figures from one file.

    Parameters
    ----------
    path : pathlib.Path
        Gezondheidsmonitor as ``.sav`` or ``.zsav``, real or synthetic.
    wave : int
        Year of the wave.
    weight : str, optional
        Weight column, where the codebook does not name one.

    Returns
    -------
    tuple of ComputedFigure
        Severely lonely and lonely, for everyone in the file.

    Raises
    ------
    SourceError, UnknownColumnError, UnknownCodeError, DesignError
        As the loader, the scoring and the estimation do.
    """
    survey = score(read_gezondheidsmonitor(path, wave=wave, weight=weight), DJG11)
    return tuple(_figure(survey, outcome, wave=wave) for outcome in OUTCOMES)


def _figure(survey: Survey, outcome: str, *, wave: int) -> ComputedFigure:
    estimates = prevalence(survey, outcome)
    published, evidence = _published(outcome, wave)
    return ComputedFigure(
        file=survey.report.file,
        wave=str(wave),
        outcome=outcome,
        origin=survey.report.origin,
        estimate=estimates.rows[0],
        published=published,
        evidence=evidence,
    )


def _published(outcome: str, wave: int) -> tuple[float | None, str]:
    table = reference("gezondheidsmonitor")
    rows = table[
        (table["wave"] == str(wave))
        & (table["outcome"] == outcome)
        & (table["dimension"] == "total")
        & (table["sex"] == "total")
        & (table["evidence"] != "unverified")
        & (table["household_base"] == "private")
    ]
    if rows.empty:
        return None, ""
    best = rows.sort_values("decimals", ascending=False).iloc[0]
    return float(best["value"]) / 100, str(best["evidence"])
