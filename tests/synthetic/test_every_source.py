"""The synthetic file of every source has the names of its codebook and the prevalences it promises.

What only this file sees: one rule over all sources, through the reader and the scoring of each. The
tests of a single source know its cells, its missing codes and its panel.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats import loaders
from eenzaam_stats.errors import EenzaamStatsWarning
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic.sources import SYNTHESISERS, synthesise

# Standard normal deviations are larger once in 150,000 times; 124 figures are compared.
LARGEST_DEVIATION = 4.5
FREQUENT = ("often", "always")
# What each outcome is called once it is read; flags of the direct question are made here.
OF_DIRECT = {
    "often_or_always_lonely": FREQUENT,
    "mostly_or_always_lonely": FREQUENT,
    "sometimes_to_always_lonely": ("sometimes", *FREQUENT),
}


@dataclass(frozen=True)
class Case:
    """One synthetic file: what is made, how it is read, its scale, whether targets are weighted.

    Attributes
    ----------
    file : str
        Name of the file or folder.
    options : dict
        For ``synthesise``.
    reader : callable
        Gives the survey.
    scale : Scale, optional
        To score with.
    weighted : bool
        Whether the figures are about the population and not about the rows.
    """

    file: str
    options: dict
    reader: object
    scale: object = None
    weighted: bool = False


CASES = {
    ("gezondheidsmonitor", 2016): Case(
        "x.sav",
        {"wave": 2016, "n": 10_000},
        lambda path: loaders.read_gezondheidsmonitor(path, wave=2016),
        DJG11,
        weighted=True,
    ),
    ("gezondheidsmonitor", 2022): Case(
        "x.sav",
        {"wave": 2022, "n": 10_000},
        lambda path: loaders.read_gezondheidsmonitor(path, wave=2022),
        DJG11,
        weighted=True,
    ),
    ("gmjv", 2022): Case(
        "x.sav", {"wave": 2022}, lambda path: loaders.read_gmjv(path, wave=2022), weighted=True
    ),
    ("gmjv", 2024): Case(
        "x.sav", {"wave": 2024}, lambda path: loaders.read_gmjv(path, wave=2024), weighted=True
    ),
    ("gmjv", "2024 municipal"): Case(
        "x.sav",
        {"wave": 2024},
        lambda path: loaders.read_gmjv(path, wave=2024, weights_for="municipal"),
        weighted=True,
    ),
    **{
        ("lasa", wave): Case(
            "x.sav",
            {"wave": wave, "n": 5_000},
            lambda path, wave=wave: loaders.read_lasa(path, wave=wave),
            DJG11,
        )
        for wave in ("B", "MB", "I")
    },
    ("liss", "2008-2025"): Case("panel", {"n": 1_000}, loaders.read_liss, DJG6),
    ("ssw", 2022): Case(
        "x.sav",
        {},
        lambda path: loaders.read_ssw(path, path.with_suffix(".toml")),
        DJG6,
        weighted=True,
    ),
    ("eu_loneliness_survey", 2022): Case("x_labels.csv", {}, loaders.read_eu_survey),
    ("share", 5): Case("x.sav", {"wave": 5}, lambda path: loaders.read_share(path, wave=5)),
    ("share", 9): Case("x.sav", {"wave": 9}, lambda path: loaders.read_share(path, wave=9)),
    ("ess", 7): Case("x.sav", {"wave": 7}, lambda path: loaders.read_ess(path, wave=7)),
    ("ess", 11): Case("x.sav", {"wave": 11}, lambda path: loaders.read_ess(path, wave=11)),
}


def people_of(case, path):
    """Respondents with every outcome that a report can name."""
    survey = case.reader(path)
    scored = survey if case.scale is None else score(survey, case.scale)
    people = scored.respondents
    for name, words in OF_DIRECT.items():
        if "direct" in people:
            people = people.assign(**{name: people["direct"].isin(words)})
            people[name] = people[name].astype("boolean").mask(people["direct"].isna())
    if case.scale is None and "direct" not in people:
        people = people.rename(columns=lambda name: name.removeprefix("published_"))
    return people


def rows_of(people, margin):
    """Rows that a figure is about."""
    rows = pd.Series(margin.group == "total", index=people.index)
    for name in ("age_group", "country", "wave"):
        if name in people:
            rows |= people[name].astype("str") == margin.group
    return rows if margin.sex == "total" else rows & (people["sex"] == margin.sex)


def share_and_error(flag, weight):
    """Weighted share and its linearised standard error, by the formula of a ratio."""
    known = flag.notna()
    y, w = flag[known].astype(float).to_numpy(), weight[known].to_numpy(dtype=float)
    share = float((w * y).sum() / w.sum())
    return share, float(np.sqrt(((w * (y - share)) ** 2).sum()) / w.sum())


def test_every_source_when_it_can_be_synthesised_then_is_tested_here():
    assert {source for source, _ in CASES} == set(SYNTHESISERS)


@pytest.mark.parametrize(("source", "wave"), CASES)
def test_prevalence_when_the_twin_is_read_and_scored_then_is_the_one_of_its_report(
    tmp_path, source, wave
):
    case = CASES[source, wave]
    report = synthesise(source, tmp_path / case.file, **case.options)
    people = people_of(case, tmp_path / case.file)
    weight = people["weight"] if case.weighted else pd.Series(1.0, index=people.index)
    assert report.margins
    for margin in report.margins:
        rows = rows_of(people, margin)
        answered = int((rows & people[margin.outcome].notna()).sum())
        assert answered >= 100, margin
        share, error = share_and_error(people.loc[rows, margin.outcome], weight[rows])
        assert abs(share - margin.expected) <= LARGEST_DEVIATION * error, margin
        # The model meets the figure, or the file does so to the nearest person.
        assert abs(margin.expected - margin.target) <= 0.51 / answered + 1e-6, margin


@pytest.mark.parametrize(
    ("source", "wave", "name"),
    [
        *(("gmjv", wave, str(wave)) for wave in (2022, 2024)),
        *(("lasa", wave, wave) for wave in ("B", "2B", "F", "H", "J")),
        *(("share", wave, str(wave)) for wave in (5, 9)),
        ("ess", 11, "11"),
    ],
)
def test_layout_when_the_twin_is_written_then_has_every_name_of_the_codebook_and_no_other(
    tmp_path, source, wave, name
):
    synthesise(source, tmp_path / "x.sav", wave=wave, n=1_000)
    _, meta = pyreadstat.read_sav(tmp_path / "x.sav", metadataonly=True)
    book = load_codebook(source).wave(name)
    letter = book.prefixes[0] if source == "lasa" else ""
    named = {
        own if own == "respnr" else letter + own
        for variable in book.variables
        for own in variable.source_names
    }
    levels = {*book.weight_levels.values(), *book.stratum_levels.values(), *book.wrong_weights}
    design = {*book.weights, *levels, *filter(None, (book.stratum, book.cluster))}
    marker = {book.respondents.source_name} if book.respondents else set()
    assert set(meta.column_names) == {"source"} | named | design | marker


def test_panel_when_it_is_written_then_people_leave_and_others_come(tmp_path):
    synthesise("liss", tmp_path / "panel", wave=[2017, 2018, 2019], n=1_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error", EenzaamStatsWarning)
        people = loaders.read_liss(tmp_path / "panel").respondents
    by_wave = {wave: set(rows["person_id"]) for wave, rows in people.groupby("wave")}
    assert {wave: len(persons) for wave, persons in by_wave.items()} == dict.fromkeys(
        (2017, 2018, 2019), 1_000
    )
    for before, after in ((2017, 2018), (2018, 2019)):
        stayed = len(by_wave[before] & by_wave[after])
        assert 0.6 < stayed / 1_000 < 0.97
    assert by_wave[2019] - by_wave[2018] - by_wave[2017]
