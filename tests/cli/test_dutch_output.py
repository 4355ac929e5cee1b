"""Dutch output of the commands: CSV for a Dutch Excel that our readers read back, and its words."""

from __future__ import annotations

import io
import json
import re
import tomllib
from dataclasses import replace
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.design import Design
from eenzaam_stats.disclosure import PROFILES
from eenzaam_stats.estimation.aggregates.unanswered import _reason as reason_of_item
from eenzaam_stats.estimation.rows import _reason as reason_of_row
from eenzaam_stats.survey import HarmonisationReport, Survey
from eenzaam_stats.tables.text import estimates_text, in_language
from eenzaam_stats.vocabulary import IntervalMethod

SURVEY = ("--source", "gezondheidsmonitor", "--wave", "2022", "--outcome", "severely_lonely")
SHARES = (10, 11, 12, 12, 13, 13, 14, 15, 20, 21, 20, 20, 20)  # per cent, from 2012
WAVES = "wave,estimate,std_error\n" + "".join(
    f"{year},0.{share},0.0{1 + year % 2}1\n" for year, share in enumerate(SHARES, start=2012)
)


@pytest.fixture
def lines(demo, tmp_path):
    (tmp_path / "waves.csv").write_text(WAVES, "utf-8")
    by = ("--by", "region", "--by", "sex", "--margins", "--quiet")
    return {
        "prevalence": ("prevalence", demo, *SURVEY, *by),
        "trend": (
            *("trend", tmp_path / "waves.csv", "--interruption", "COVID-19:2020:2022"),
            *("--published", "--estimator", "ols", "--quiet"),
        ),
        "project": ("project", "--draws", "200", "--quiet"),
    }


@pytest.mark.parametrize("name", ["prevalence", "trend", "project"])
def test_csv_for_a_dutch_excel_holds_the_numbers_of_the_csv_for_machines(name, lines, command):
    machine = command(*lines[name], "--csv")
    assert machine.code == 0, machine.err
    assert command(*lines[name], "--csv-for", "machine").out == machine.out
    dutch = command(*lines[name], "--csv-for", "dutch_excel")
    assert dutch.code == 0, dutch.err
    assert dutch.out[0] == "\N{ZERO WIDTH NO-BREAK SPACE}"
    read = pd.read_csv(io.StringIO(dutch.out[1:]), sep=";", decimal=",")
    pd.testing.assert_frame_equal(read, pd.read_csv(io.StringIO(machine.out)))
    assert any(read.dtypes == "float64")
    both = command(*lines[name], "--csv-for", "dutch_excel", "--json")
    assert both.code == 2
    assert "two formats" in both.err
    wrong = command(*lines[name], "--csv-for", "excel")
    assert wrong.code == 2
    assert "--csv-for" in wrong.err
    assert "dutch_excel" in wrong.err


def _found(ran):
    data = json.loads(ran.out)["data"]
    return data["hidden"], data["shown"], data["disclosed"], data["safe"]


def test_an_audit_reads_back_what_prevalence_wrote_for_a_dutch_excel(lines, tmp_path, command):
    for dialect in ("machine", "dutch_excel"):
        command(*lines["prevalence"], "--csv-for", dialect, "--out", tmp_path / f"{dialect}.csv")
    one, other = (
        command("audit", tmp_path / f"{dialect}.csv", "--json")
        for dialect in ("machine", "dutch_excel")
    )
    assert _found(one) == _found(other)
    assert _found(one)[0] > 10
    assert _found(one)[2:] == (0, True)


def test_a_trend_reads_a_series_of_a_dutch_excel(lines, tmp_path, command):
    frame = pd.read_csv(tmp_path / "waves.csv")
    dutch = tmp_path / "dutch.csv"
    frame.to_csv(dutch, sep=";", decimal=",", index=False, encoding="utf-8-sig")
    name, _, *rest = lines["trend"]
    assert command(name, dutch, *rest, "--csv").out == command(*lines["trend"], "--csv").out


@pytest.mark.parametrize(("language", "word"), [("nl", "Totaal"), ("en", "total")])
def test_margins_say_total_in_the_language_and_no_group_is_empty(language, word, lines, command):
    ran = command(*lines["prevalence"], "--csv", "--lang", language)
    frame = pd.read_csv(io.StringIO(ran.out), keep_default_na=False)
    assert not (frame[["region", "sex"]] == "").any(axis=None)
    assert ((frame["region"] == word) & (frame["sex"] == word)).sum() == 1
    assert (frame["region"] == word).sum() == 3


# words of English that no Dutch sentence has
ENGLISH = re.compile(
    r"\b(the|with|without|and|at|least|people|weights?|strata with|interval with|older|adults|"
    r"estimates?|suppressed|everyone|nobody|everybody|has|have|that|which|hidden|shares?|group\(s\)|"
    r"by|for|no|not|counts?|drawn|taken|named|instead|variance|freedom|outcome|region|sex)\b"
)
TITLES = re.compile(r"Vital and Health Statistics|\([^()]*/[^()]*\)|'[^']*'")


def _english(text):
    return ENGLISH.findall(TITLES.sub("", text))


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_said_in_dutch(profile):
    told = f"{PROFILES[profile].describe()}; 3 of 25 estimates suppressed"
    assert _english(told)
    assert _english(in_language(told, "nl")) == []
    assert in_language(told, "en") == told
    assert re.findall(r"\d+", in_language(told, "nl")) == re.findall(r"\d+", told)


def test_populations_of_all_codebooks_are_said_in_dutch(repository):
    found = set()
    for path in (repository / "src/eenzaam_stats/loaders/codebooks").glob("*.toml"):
        waves = tomllib.loads(path.read_text("utf-8"))["wave"]
        found |= {wave["population"] for wave in waves if "population" in wave}
    assert len(found) > 10
    wrong = {one: in_language(one, "nl") for one in found if _english(in_language(one, "nl"))}
    assert wrong == {}


def test_reasons_of_estimates_are_said_in_dutch():
    nan = float("nan")
    cases = [(0, nan, nan, 0), (5, nan, nan, 2), (5, 0.5, nan, 2), (5, 0.0, 0.0, 2)]
    cases += [(5, 1.0, 0.0, 0), (5, 0.5, 0.0, 2)]
    said = [reason_of_row("proportion", p, se, df=df, n=n)[0] for n, p, se, df in cases]
    said += [reason_of_item(3, 3), reason_of_item(1, 9999), "one respondent has 62% of the weight"]
    said += ["NCHS: effective size below 30; interval 0.30 wide or wider"]
    said += ["NCHS: interval wide beside the estimate; interval wide beside the complement"]
    said += ["NCHS: fewer than 8 degrees of freedom; nobody or everybody has the outcome"]
    assert all(said)
    assert [one for one in said if _english(in_language(one, "nl"))] == []


def _survey(**design):
    rng = np.random.default_rng(3)
    people = pd.DataFrame(
        {
            "lonely": rng.integers(0, 2, 400),
            "sex": rng.choice(["men", "women"], 400),
            "w": rng.uniform(1, 2, 400),
            "v": rng.uniform(1, 2, 400),
            "stratum": np.repeat(["a", "b"], 200),
            "cluster": np.repeat(np.arange(40), 10).astype(str),
            "size": np.repeat([5_000.0, 6_000.0], 200),
            "clusters": np.repeat([100.0, 120.0], 200),
        }
    )
    report = HarmonisationReport("own", "2022", "a.sav", "synthetic", "adults", 400, 400)
    return Survey(people, Design(**design), report)


DESIGNS = {
    "no design": {},
    "weights": {"weight": "w"},
    "fpc": {"weight": "w", "stratum": "stratum", "fpc": "size"},
    "clusters": {"weight": "w", "stratum": "stratum", "cluster": "cluster"},
    "clusters with fpc": {"stratum": "stratum", "cluster": "cluster", "fpc": "clusters"},
    **{
        f"lone strata {rule}": {"weight": "w", "stratum": "stratum", "single_psu": rule}
        for rule in ("certainty", "centred", "average", "collapsed")
    },
}


WAYS = [(design, "logit") for design in DESIGNS]
WAYS += [("weights", interval) for interval in get_args(IntervalMethod) if interval != "logit"]


@pytest.mark.parametrize(("design", "interval"), WAYS)
def test_a_table_in_dutch_has_no_english_word(design, interval):
    survey = _survey(**DESIGNS[design])
    for weights in (None, "v", "design") if "weight" in DESIGNS[design] else (None, "v"):
        made = es.prevalence(survey, "lonely", by="sex", weights=weights, interval=interval)
        made = replace(made, footnote=replace(made.footnote, n_without_group=3))
        dutch = estimates_text(made, language="nl", unchecked=True)
        assert _english(dutch) == [], dutch
        assert "geslacht" in dutch
        assert "zonder waarde van geslacht" in dutch
        english = estimates_text(made, language="en", unchecked=True)
        assert made.describe() in english


def test_the_text_of_prevalence_is_dutch(demo, command):
    by = ("--by", "region", "--by", "age_group", "--by", "household_type", "--margins")
    ran = command("prevalence", demo, *SURVEY, *by, "--quiet")
    assert ran.code == 0, ran.err
    assert _english(ran.out) == []
    assert "GGD-regio, leeftijdsgroep, huishouden" in ran.out
    assert "95%-interval" in ran.out
