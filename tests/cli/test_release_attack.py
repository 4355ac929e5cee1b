"""A reader of every run of the command with a folder that remembers finds nothing hidden."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.attack.population import Asked, Population
from disclosure.attack.release import Release
from disclosure.tables import NOTE
from eenzaam_stats.disclosure import PROFILES
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.vocabulary import Flag

SOURCE = ("--source", "gezondheidsmonitor", "--wave", "2022")
COLUMNS = ["region", "sex", "age_group"]
SCORE_OF = {"not": "0", "moderate": "2", "severe": "4", "very_severe": "5"}
# outcomes, columns and options of each run, and whether the runs apart are known to open each other
RELEASES = [
    ([("severely_lonely", "region sex", ""), ("severely_lonely", "region", "")], True),
    ([("severely_lonely", "region", ""), ("severely_lonely", "sex region", "--margins")], False),
    ([("lonely severely_lonely", "region", ""), ("lonely", "region sex", "")], True),
    (
        [
            ("severely_lonely", "sex", ""),
            ("lonely", "region", ""),
            ("severely_lonely", "region sex", ""),
        ],
        False,
    ),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("file") / "file.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=2_500, seed=4)
    return path


@pytest.fixture(scope="module")
def survey(file):
    return es.score(es.read_gezondheidsmonitor(file, wave=2022), es.DJG11)


@pytest.fixture(scope="module")
def population(survey):
    """Every combination of the columns and answers, also those with nobody."""
    frame = survey.respondents[COLUMNS].astype(str)
    category = survey.respondents["djg11_category"].astype("object")
    frame["score"] = category.map(SCORE_OF).fillna("refused")
    there = frame.groupby([*COLUMNS, "score"]).size()
    levels = [sorted(frame[name].unique()) for name in [*COLUMNS, "score"]]
    every = there.reindex(pd.MultiIndex.from_product(levels, names=there.index.names), fill_value=0)
    return Population(every.index.to_frame(index=False), every.to_numpy())


def _printed(table) -> Estimates:
    rows = []
    for row in table["rows"]:
        group = tuple(row[name] for name in table["by"])
        numbers = dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high"), math.nan)
        one = Estimate(
            group,
            **numbers,
            df=row["df"],
            n_valid=row["n_valid"],
            n_missing=row["n_missing"],
            weight_sum=math.nan,
            deff=math.nan,
            flag=Flag(row["flag"]),
            n_outcome=row["n_outcome"],
        )
        rows.append(one)
    return Estimates(tuple(table["by"]), tuple(rows), NOTE)


def _runs(command, file, release, *options):
    shown, asked, runs = [], [], []
    for number, (outcomes, columns, more) in enumerate(release):
        arguments = [word for one in outcomes.split() for word in ("--outcome", one)]
        arguments += [word for one in columns.split() for word in ("--by", one)]
        ran = command("prevalence", file, *SOURCE, *arguments, *more.split(), *options, "--json")
        assert ran.code == 0, ran.err
        for table in json.loads(ran.out)["data"]:
            shown.append(_printed(table))
            asked.append(Asked(table["footnote"]["outcome"], tuple(table["by"])))
            runs.append(number)
    return shown, asked, runs


@pytest.mark.parametrize(("release", "opened"), RELEASES)
def test_runs_with_a_folder_open_nothing_and_runs_apart_do(
    release, opened, file, survey, population, tmp_path, command
):
    def attack(*options):
        shown, asked, runs = _runs(command, file, release, *options)
        truth = [es.prevalence(survey, one.outcome, by=list(one.by)) for one in asked]
        made = Release(population, asked, truth, runs, PROFILES["strict10"], weighted=True)
        for table, row, _ in made.breaking():
            assert shown[table].rows[row].flag is Flag.SUPPRESSED
        found = made.attack(shown)
        return len(found), made.recovered(shown, found)

    attacked, recovered = attack("--release", tmp_path)
    assert attacked > 5
    assert recovered == []
    if opened:
        assert attack()[1] != []
