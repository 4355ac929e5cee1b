"""The letter's Gezondheidsmonitor figures from a file of respondents, beside the published.

A computed figure carries the origin of its file: microdata or synthetic, never "published". It is
shown only after it was suppressed with the others of the report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from eenzaam_stats.disclosure import DisclosureProfile, suppress
from eenzaam_stats.disclosure.apart import require_apart
from eenzaam_stats.disclosure.profiles import find_profile
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.published.reference import reference
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.same_people import People, sign_people
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.survey import Survey
from eenzaam_stats.vocabulary import Disclosure, Flag, Origin

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
    table : Estimates or None
        Of which the estimate is the only row; ``None`` where there is none to suppress.
    people : People or None
        Respondents it was computed from, for the record of a release.
    """

    file: str
    wave: str
    outcome: str
    origin: Origin
    estimate: Estimate
    published: float | None
    evidence: str
    table: Estimates | None = field(default=None, repr=False, compare=False)
    people: People | None = field(default=None, repr=False, compare=False)

    @property
    def disclosure(self) -> Disclosure:
        """Whether it may leave."""
        return self.estimate.disclosure

    @property
    def is_hidden(self) -> bool:
        """Whether it was suppressed: it is named, and drawn nowhere."""
        return self.estimate.flag is Flag.SUPPRESSED

    @property
    def decimals(self) -> int:
        """Decimals of its percentage: as many as a release has."""
        return 2 if self.disclosure is Disclosure.UNCHECKED else 1

    @property
    def contains_published(self) -> bool | None:
        """Whether the interval holds the published figure; ``None`` without one of the two."""
        if self.published is None or not math.isfinite(self.estimate.conf_low):
            return None
        return self.estimate.conf_low <= self.published <= self.estimate.conf_high


def compute_figures(
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
    people = sign_people(survey)
    return tuple(
        replace(_figure(survey, outcome, wave=wave), people=people) for outcome in OUTCOMES
    )


def _figure(survey: Survey, outcome: str, *, wave: int) -> ComputedFigure:
    estimates = prevalence(survey, outcome)
    published, evidence = _find_published(outcome, wave)
    return ComputedFigure(
        file=survey.report.file,
        wave=str(wave),
        outcome=outcome,
        origin=survey.report.origin,
        estimate=estimates.rows[0],
        published=published,
        evidence=evidence,
        table=estimates,
    )


def suppress_figures(
    figures: Sequence[ComputedFigure],
    earlier: Sequence[Estimates] = (),
    *,
    profile: str | DisclosureProfile = "strict10",
) -> tuple[ComputedFigure, ...]:
    """Computed figures as they may leave: each file checked, and the files against each other.

    Parameters
    ----------
    figures : sequence of ComputedFigure
        All that the report shows.
    earlier : sequence of Estimates
        What has left before.
    profile : str or DisclosureProfile, default "strict10"
        Rules.

    Returns
    -------
    tuple of ComputedFigure

    Raises
    ------
    DisclosureError
        If the numbers of two files can be subtracted, or files and earlier tables count other
        people for the same cell.
    """
    chosen = find_profile(profile)
    released: dict[tuple[str, str], ComputedFigure] = {}
    for file in dict.fromkeys(one.file for one in figures):
        own = [(one, one.table) for one in figures if one.file == file and one.table is not None]
        safe = suppress([*earlier, *(table for _, table in own)], profile=chosen)[len(earlier) :]
        for (one, _), table in zip(own, safe, strict=True):
            released[file, one.outcome] = replace(one, estimate=table.rows[0], table=table)
    shown = tuple(released.get((one.file, one.outcome), one) for one in figures)
    tables = [one.table for one in shown if one.table is not None]
    require_apart([*earlier, *tables], chosen)
    return shown


def _find_published(outcome: str, wave: int) -> tuple[float | None, str]:
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
