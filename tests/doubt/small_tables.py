"""Small random tables with one group that no estimate of a prevalence can vouch for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

KINDS = (
    "one person",
    "nobody",
    "everybody",
    "one cluster",
    "alike clusters",
    "one per stratum",
    "no answer",
)
RELIABLE = "reliable"
AGES = ("18-64", "65-84", "85+")
WAVES = tuple(str(year) for year in range(2008, 2022))
REGIONS = ("GGD Zeeland", "GGD Groningen", "GGD Drenthe")
START = 2018.0


@dataclass(frozen=True)
class SmallTable:
    """A survey per grouping column, in which one group is of the kind.

    Attributes
    ----------
    kind : str
        What is wrong with the group.
    rng : numpy.random.Generator
        For what needs chance.
    """

    kind: str
    seed: int

    def survey(self, name: str, values: tuple[str, ...], doubted: int) -> Survey:
        """Respondents with a grouping column, one value of which is of the kind."""
        rng = np.random.default_rng([self.seed, len(values)])
        parts = [
            _people(rng, value, self.kind if at == doubted else RELIABLE)
            for at, value in enumerate(values)
        ]
        frame = pd.concat(parts, ignore_index=True).rename(columns={"group": name})
        frame["person_id"] = np.arange(len(frame))
        clusters = {"cluster": "cluster"} if "cluster" in self.kind else {}
        strata = {"stratum": "stratum"} if "stratum" in self.kind else {}
        report = HarmonisationReport(
            "made_up", "2022", "made_up.csv", "synthetic", "adults", len(frame), len(frame)
        )
        return Survey(frame, Design("weight", **clusters, **strata), report)

    @property
    def by_age(self) -> Survey:
        return self.survey("age_group", AGES, 2)

    @property
    def by_region(self) -> Survey:
        return self.survey("region", REGIONS, int(self.seed % len(REGIONS)))

    @property
    def by_wave(self) -> Survey:
        return self.survey("wave", WAVES, int(self.seed % len(WAVES)))

    def estimates(self, survey: Survey, by: str) -> Estimates:
        """Prevalences, of which the doubted group is flagged, and no other."""
        made = es.prevalence(survey, "lonely", by=by)
        flagged = sum(row.flag is not Flag.RELIABLE for row in made.rows)
        assert flagged == (self.kind != RELIABLE)
        return made


def _people(rng: np.random.Generator, group: str, kind: str) -> pd.DataFrame:
    """People of one group: forty, or what the kind asks for."""
    n = {"one person": 1, "alike clusters": 8, "one per stratum": 2}.get(kind, 40)
    n = int(rng.integers(4, 12)) if kind in ("nobody", "everybody", "one cluster") else n
    lonely = (rng.random(n) < rng.uniform(0.3, 0.6)).astype(float)
    lonely[:2] = (0.0, 1.0)[:n]
    score = lonely + rng.normal(size=n)
    cluster = [f"{group} {at // 4}" for at in range(n)]
    stratum, weight = np.arange(n) % 2, rng.uniform(0.5, 2.0, n)
    if kind in ("nobody", "everybody"):
        lonely[:] = float(kind == "everybody")
        score = lonely.copy()
    if kind == "one cluster":
        cluster = [group] * n
    if kind == "alike clusters":
        lonely, weight = np.arange(n) % 2 * 1.0, np.ones(n)
        score = lonely.copy()
    if kind == "no answer":
        lonely, score = np.full(n, np.nan), np.full(n, np.nan)
    return pd.DataFrame(
        {
            "group": group,
            "lonely": lonely,
            "score": score,
            "one": np.where(np.isnan(lonely), np.nan, 1.0),
            "answer": pd.Series(lonely).map({0.0: "no", 1.0: "yes"}),
            "weight": weight,
            "cluster": cluster,
            "stratum": stratum,
        }
    )


def population() -> pd.DataFrame:
    """People by single age, so that every band has some."""
    ages = [*map(str, range(18, 95)), "95+"]
    return pd.DataFrame(
        [(year, age, 100.0) for year in range(2022, 2031) for age in ages],
        columns=["year", "age", "persons"],
    )


def panel(kind: str, seed: int) -> Survey:
    """Thirty people in five waves, of which the third is of the kind."""
    rng = np.random.default_rng([seed, 77])
    parts = []
    for wave in range(2015, 2020):
        part = pd.DataFrame({"person_id": np.arange(30), "wave": wave})
        part["lonely"] = (rng.random(30) < 0.5).astype(float)
        part.loc[:1, "lonely"] = (0.0, 1.0)
        part["cluster"] = part["person_id"] // 3
        part["stratum"] = part["person_id"] % 2
        if wave == 2017:
            part = _doubted_wave(part, kind)
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True).assign(weight=1.0)
    clusters = {"cluster": "cluster"} if kind == "one cluster" else {}
    strata = {"stratum": "stratum"} if kind == "one per stratum" else {}
    report = HarmonisationReport("made_up", "all", "a.csv", "synthetic", "all", 1, 1)
    return Survey(frame, Design("weight", **clusters, **strata), report)


def _doubted_wave(part: pd.DataFrame, kind: str) -> pd.DataFrame:
    if kind in ("one person", "one per stratum", "one cluster"):
        return part.iloc[: {"one person": 1, "one per stratum": 2, "one cluster": 3}[kind]]
    if kind in ("nobody", "everybody", "no answer"):
        value = {"nobody": 0.0, "everybody": 1.0, "no answer": np.nan}[kind]
        return part.assign(lonely=value)
    return part
