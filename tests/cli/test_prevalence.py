"""``eenzaam-stats prevalence``: the whole way from a file to a checked table."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

import eenzaam_stats as es
from eenzaam_stats.loaders.sources.any_source import SOURCES
from loaders.formats.changed_sav import changed_sav, read

SOURCE = ("--source", "gezondheidsmonitor", "--wave", "2022")
OUTCOME = ("--outcome", "severely_lonely")


def test_json_holds_the_estimates_of_the_library(demo: Path, command) -> None:
    ran = command("prevalence", demo, *SOURCE, *OUTCOME, "--by", "sex", "--json")
    assert ran.code == 0, ran.err
    document = json.loads(ran.out)
    assert document["ok"] is True
    (table,) = document["data"]
    survey = es.score(es.read_gezondheidsmonitor(demo, wave=2022), es.DJG11)
    expected = es.prevalence(survey, "severely_lonely", by="sex").rows
    assert [row["sex"] for row in table["rows"]] == [row.group[0] for row in expected]
    for ours, theirs in zip(table["rows"], expected, strict=True):
        assert ours["estimate"] == round(theirs.estimate, 3)
        assert ours["std_error"] == round(theirs.std_error, 3)
        assert ours["n_valid"] == theirs.n_valid
        assert ours["weight_sum"] is None
        assert ours["disclosure"] == "safe"
    assert table["footnote"]["origin"] == "synthetic"
    assert table["footnote"]["disclosure"].startswith("strict10")


def test_csv_holds_several_outcomes_and_every_margin(demo: Path, command) -> None:
    ran = command(
        *("prevalence", demo, *SOURCE, "--outcome", "lonely", *OUTCOME),
        *("--by", "sex", "--by", "age_group", "--margins", "--csv"),
    )
    assert ran.code == 0, ran.err
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    groups = {(row["sex"] != "Totaal", row["age_group"] != "Totaal") for row in rows}
    assert groups == {(True, True), (True, False), (False, True), (False, False)}
    assert {row["outcome"] for row in rows} == {"lonely", "severely_lonely"}


@pytest.mark.parametrize("waves", [("2022", "2024"), ("2022.0", "2024")])
def test_several_waves_of_one_file_are_read_in_one_command(
    tmp_path: Path, command, waves: tuple[str, str]
) -> None:
    file = tmp_path / "trend.sav"
    parts = []
    for year in (2022, 2024):
        es.synthesise("gmjv", file, wave=year, n=1_000, overwrite=True)
        parts.append(read(file))
    changed_sav(file, file, frame=pd.concat(parts, ignore_index=True))
    ran = command(
        *("prevalence", file, "--source", "gmjv", "--outcome", "published_lonely"),
        *("--wave", waves[0], "--wave", waves[1], "--by", "wave", "--csv"),
    )
    assert ran.code == 0, ran.err
    assert [row["wave"] for row in csv.DictReader(io.StringIO(ran.out))] == ["2022", "2024"]


def test_small_cells_are_suppressed_and_never_nought(tmp_path: Path, command) -> None:
    small = tmp_path / "small.sav"
    es.synthesise("gezondheidsmonitor", small, wave=2022, n=1_000, seed=3)
    ran = command(*("prevalence", small, *SOURCE, *OUTCOME, "--by", "region", "--csv", "--quiet"))
    assert ran.code == 0, ran.err
    hidden = [row for row in csv.DictReader(io.StringIO(ran.out)) if row["flag"] == "suppressed"]
    assert len(hidden) > 5
    for row in hidden:
        assert row["estimate"] == row["n_valid"] == row["n_outcome"] == ""
        assert row["reason"] == row["disclosure_reason"] == "suppressed"


def test_unchecked_cells_are_refused_with_exit_code_five(demo: Path, command) -> None:
    ran = command("prevalence", demo, *SOURCE, *OUTCOME, "--profile", "none")
    assert ran.code == 5
    assert ran.out == ""
    assert "--profile strict10" in ran.err
    assert "--unchecked" in ran.err
    told = command("prevalence", demo, *SOURCE, *OUTCOME, "--profile", "none", "--unchecked")
    assert told.code == 0, told.err
    assert "niet gecontroleerd op onthulling" in told.out


def test_text_table_speaks_the_language_of_its_reader(demo: Path, command) -> None:
    dutch = command("prevalence", demo, *SOURCE, *OUTCOME, "--by", "sex")
    english = command("prevalence", demo, *SOURCE, *OUTCOME, "--by", "sex", "--lang", "en")
    assert dutch.code == english.code == 0
    assert "ernstig" in dutch.out
    assert "women" in english.out
    assert "%" in english.out
    assert "synthetic" in english.out


def test_file_is_written_whole_and_never_replaced_unasked(
    demo: Path, tmp_path: Path, command
) -> None:
    out = tmp_path / "table.csv"
    call = ("prevalence", demo, *SOURCE, *OUTCOME, "--csv", "--out", out)
    first = command(*call)
    assert (first.code, first.out) == (0, "")
    content = out.read_text("utf-8")
    refused = command(*call)
    assert refused.code == 3
    assert "exists already" in refused.err
    assert out.read_text("utf-8") == content
    assert command(*call, "--force").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_nothing_is_written_when_the_run_fails(demo: Path, tmp_path: Path, command) -> None:
    ran = command(
        *("prevalence", demo, *SOURCE, "--outcome", "nonsense", "--out", tmp_path / "table.csv")
    )
    assert ran.code == 3
    assert "nonsense" in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "code", "found"),
    [
        (("--source", "gezondheidsmonitor"), 2, "needs --wave"),
        (("--source", "gm", "--wave", "2022"), 2, "source is 'gm'"),
        ((*SOURCE, "--country", "Netherlands"), 2, "has no option [--country]"),
        ((*SOURCE, "--by", "planet"), 3, "planet"),
        ((*SOURCE, "--interval", "exact"), 2, "korn_graubard"),
        ((*SOURCE, "--level", "95"), 2, "not a coverage"),
        ((*SOURCE, "--json", "--csv"), 2, "Choose one"),
        ((*SOURCE, "--profile", "cbs"), 2, "strict10"),
        ((*SOURCE, "--unchecked"), 2, "--profile none"),
        ((*SOURCE, "--scale", "djg12"), 2, "djg11"),
    ],
)
def test_wrong_options_are_named(demo: Path, command, words, code: int, found: str) -> None:
    ran = command("prevalence", demo, *OUTCOME, *words)
    assert ran.code == code, ran.err
    assert found in ran.err


def test_unweighted_is_asked_for_in_words(tmp_path: Path, command) -> None:
    folder = tmp_path / "liss"
    es.synthesise("liss", folder, n=400, seed=2)
    call = ("prevalence", folder, "--source", "liss", "--outcome", "lonely")
    refused = command(*call)
    assert refused.code == 3
    assert "weight" in refused.err
    allowed = command(*call, "--unweighted", "--by", "wave", "--csv")
    assert allowed.code == 0, allowed.err
    assert len(allowed.out.splitlines()) > 10


def test_every_source_of_the_library_has_a_name_on_the_command_line() -> None:
    assert set(SOURCES) == {
        *("gezondheidsmonitor", "gmjv", "eu_loneliness_survey", "liss", "lasa"),
        *("ssw", "share", "ess", "mapped"),
    }


def test_an_item_that_nobody_answered_is_refused_unless_the_shorter_form_is_asked_for(
    demo: Path, tmp_path: Path, command
) -> None:
    frame, _ = pyreadstat.read_sav(demo, user_missing=True)
    blank = changed_sav(demo, tmp_path / "blank.sav", frame=frame.assign(GGEEB202=9.0))
    asked = ("prevalence", blank, *SOURCE, *OUTCOME, "--json")

    refused = command(*asked)
    shorter = command(*asked, "--not-asked", "shorter")
    six = command("prevalence", demo, *SOURCE, *OUTCOME, "--json", "--scale", "djg6")

    assert refused.code == 3
    assert "['djg_2'] have no answer in the data" in json.loads(refused.out)["error"]["message"]
    assert shorter.code == 0, shorter.err
    document = json.loads(shorter.out)
    assert any("Not DJG11, because ['djg_2']" in words for words in document["warnings"])
    (row,) = document["data"][0]["rows"]
    assert row["estimate"] == json.loads(six.out)["data"][0]["rows"][0]["estimate"]
