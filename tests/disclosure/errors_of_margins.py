"""What the printed errors of margins tell a reader who knows the strata, clusters and weights.

Strata (or clusters) are the groups of the table. The reader knows how many answered in each group,
takes every number of people with the outcome that the shown counts leave for the hidden groups, and
keeps those whose error, worked out by hand, prints as it was printed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.vocabulary import Flag

MOST = 400_000  # tables of hidden counts that are tried for one release


@dataclass
class Release:
    """Counts of the finest groups and what leaves of them."""

    keys: list[tuple[str, ...]]
    people: np.ndarray
    yes: np.ndarray
    design: str
    tables: tuple[es.Estimates, ...]

    @property
    def hidden(self) -> list[int]:
        gone = {row.group for row in self.tables[0].rows if row.flag is Flag.SUPPRESSED}
        return [at for at, key in enumerate(self.keys) if key in gone]

    def margins(self):
        """Shown rows beside the cells, with the cells that they are made of."""
        names = self.tables[0].by
        for table in self.tables[1:]:
            places = [names.index(name) for name in table.by]
            for row in table.rows:
                inside = [
                    at
                    for at, key in enumerate(self.keys)
                    if tuple(key[place] for place in places) == row.group
                ]
                if row.flag is not Flag.SUPPRESSED and set(inside) & set(self.hidden):
                    yield table.footnote.statistic, row, inside


def make(rng, kind, profile):
    """A release with something hidden, or None."""
    two = kind in ("strata of two columns",)
    names = ["region", "sex"] if two else ["region"]
    share = rng.uniform(0.15, 0.6)
    keys, people, yes = [], [], []
    groups = int(rng.integers(12, 16) if kind == "clusters" else rng.integers(3, 9))
    for region in range(groups):
        for sex in ("m", "f")[: 1 + two]:
            n = int(rng.integers(20, 70) if rng.random() < 0.4 else rng.integers(60, 250))
            keys.append((f"r{region:02}", sex)[: 1 + two])
            people.append(n)
            chance = np.clip(share + rng.normal(0.0, 0.1), 0.03, 0.95)
            yes.append(int(rng.binomial(n, chance)))
    survey = survey_of(keys, people, yes, names, "cluster" if kind == "clusters" else "stratum")
    tables = [es.prevalence(survey, "lonely", by=names)]
    tables += [es.prevalence(survey, "lonely", by=one) for one in (names if two else ())]
    tables.append(es.prevalence(survey, "lonely"))
    if kind == "strata and totals":
        tables += [es.total(survey, "lonely", by=names), es.total(survey, "lonely")]
    released = es.suppress(tables, profile)
    design = "cluster" if kind == "clusters" else "stratum"
    found = Release(keys, np.array(people), np.array(yes), design, tuple(released))
    return found if found.hidden else None


def survey_of(keys, people, yes, names, design, *, more=False):
    """Persons of equal weight in strata or clusters that are the groups."""
    records = [
        (*key, "_".join(key), float(at < some))
        for key, n, some in zip(keys, people, yes, strict=True)
        for at in range(n)
    ]
    frame = pd.DataFrame(records, columns=[*names, "unit", "lonely"])
    frame["weight"] = 1.0
    if more:
        number = np.arange(len(frame))
        frame["ill"] = (number % 2).astype(float)
        frame["sex"] = np.where(number // 2 % 2, "m", "f")
        frame["not_lonely"] = 1.0 - frame["lonely"]
        frame["other"] = number % 7 * 1.3
    report = HarmonisationReport(
        "made_up", "2022", "a.sav", "synthetic", "18+", len(frame), len(frame)
    )
    return Survey(frame, Design(weight="weight", **{design: "unit"}), report)


def possible(release: Release) -> np.ndarray | None:
    """Every table of hidden counts that agrees with the counts of shown margins."""
    hidden = release.hidden
    sums = {tuple(at for at in inside if at in hidden) for _, _, inside in release.margins()}
    tables = np.zeros((1, 0), dtype=int)
    for done, cell in enumerate(hidden, start=1):
        values = np.arange(release.people[cell] + 1)
        tables = np.column_stack(
            [np.repeat(tables, len(values), axis=0), np.tile(values, len(tables))]
        )
        for cells in sums:
            inside = [hidden.index(at) for at in cells if hidden.index(at) < done]
            rest = sum(release.people[at] for at in cells if hidden.index(at) >= done)
            total, so_far = release.yes[list(cells)].sum(), tables[:, inside].sum(axis=1)
            tables = tables[(so_far <= total) & (so_far + rest >= total)]
            if len(tables) > MOST:
                return None
    return tables


def errors(release: Release, counts: np.ndarray, inside: list[int]) -> np.ndarray:
    """Standard error of a share, by hand, for every table of counts."""
    n, some = release.people[inside], counts[:, inside].astype(float)
    if release.design == "stratum":
        return np.sqrt((some * (n - some) / (n - 1.0)).sum(axis=1)) / n.sum()
    share = some.sum(axis=1, keepdims=True) / n.sum()
    units = len(inside)
    apart = ((some - share * n) ** 2).sum(axis=1)
    return np.sqrt(units / (units - 1.0) * apart) / n.sum()


def digits(value: np.ndarray, number: int) -> np.ndarray:
    """Numbers with so many significant digits."""
    size = 10.0 ** (number - 1 - np.floor(np.log10(value)))
    return np.round(value * size) / size


def fits(release: Release, counts: np.ndarray, *, fine: bool) -> np.ndarray:
    """Which tables of hidden counts print the errors and limits that were printed."""
    full = np.repeat(release.yes[None], len(counts), axis=0)
    full[:, release.hidden] = counts
    ok = np.ones(len(counts), dtype=bool)
    for statistic, row, inside in release.margins():
        n = int(release.people[inside].sum())
        scale = n if statistic == "number of people" else 1.0
        error = scale * errors(release, full, inside)
        if fine:  # as it was printed before: three decimals, or three digits
            own = scale * errors(release, release.yes[None], inside)
            show = (lambda x: np.round(x, 3)) if scale == 1.0 else (lambda x: digits(x, 3))
            ok &= np.isclose(show(error), show(own))
        elif math.isfinite(row.std_error):
            shown = digits(error, 1)
            ok &= np.isclose(shown, row.std_error)
            if scale == 1.0:
                ok &= _limits_fit(release, row, inside, error, shown)
    return ok


def _limits_fit(release, row, inside, error, shown):
    share = release.yes[inside].sum() / release.people[inside].sum()
    df = (release.people[inside].sum() if release.design == "stratum" else len(inside)) - (
        len(inside) if release.design == "stratum" else 1
    )
    half = stats.t.ppf(0.975, df) * error / (share * (1.0 - share))
    centre, step = math.log(share / (1.0 - share)), 10.0 ** np.floor(np.log10(shown * (1 + 1e-9)))
    ok = np.ones(len(error), dtype=bool)
    for side, limit in ((-1.0, row.conf_low), (1.0, row.conf_high)):
        end = 1.0 / (1.0 + np.exp(-(centre + side * half)))
        near = share + (end - share) * shown / error
        # a limit that lies between two steps may have gone to either
        ok &= np.abs(near - limit) <= step * (0.5 + 1e-6)
    return ok


@dataclass
class Found:
    """Small counts of hidden groups, and how many of them are known too well."""

    releases: int = 0
    opened: int = 0
    counts: int = 0
    narrow: int = 0
    exact: int = 0
    errors: int = 0
    left_out: int = 0


def attack(kind, profile, *, releases, seed, fine) -> Found:
    """Attack random releases and count."""
    rng, found = np.random.default_rng(seed), Found()
    while found.releases < releases:
        release = make(rng, kind, profile)
        counts = None if release is None else possible(release)
        if counts is None:
            continue
        found.releases += 1
        ok, before = fits(release, counts, fine=fine), found.narrow
        for place, cell in enumerate(release.hidden):
            some, n = release.yes[cell], release.people[cell]
            need = profile.of_people(some, total=float(release.yes.sum())).width
            values = counts[:, place]
            if min(some, n - some) >= profile.least_cell or np.ptp(values) < need:
                continue
            left = values[ok]
            assert some in left  # the truth prints as it was printed
            found.counts += 1
            found.narrow += bool(np.ptp(left) < need)
            found.exact += len(np.unique(left)) == 1
        found.opened += found.narrow > before
        for _, row, _ in release.margins():
            found.errors += 1
            found.left_out += not math.isfinite(row.std_error)
    return found
