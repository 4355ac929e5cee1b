"""``eenzaam-stats audit``: our own files and those of others, exit codes, and errors in words."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from disclosure.people import made, persons
from eenzaam_stats.disclosure import DisclosureProfile, suppress
from eenzaam_stats.disclosure.released import format_released
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.vocabulary import Disclosure

pytestmark = pytest.mark.usefixtures("inside")
FOUND, FINE, WRONG = 5, 0, 3
# region b is hidden and 48 - 40 = 8 people, 24 - 20 = 4 of them lonely
OF_OTHERS = {
    "empty cells": "region,n,n_outcome\na,40,20\nb,,\nTotal,48,24\n",
    "a word": "region,n,n_outcome\na,40,20\nb,x,x\nTotal,48,24\n",
    "a point": "region,n,n_outcome\na,40,20\nb,.,.\nTotal,48,24\n",
    "Dutch words and semicolons": "regio;aantal;yes\na;40;20\nb;onderdrukt;geheim\nTotaal;48;24\n",
    "less than ten": "region,n,n_outcome\na,40,20\nb,<10,<10\nTotal,48,24\n",
    "a span": "region,n,n_outcome\na,40,20\nb,1-9,0-9\nTotal,48,24\n",
    "shares in per cent": "region,n,percentage\na,40,50.0\nb,x,x\nTotal,48,50.0\n",
    "shares with a sign": "region;n;share\na;40;50,0%\nb;x;x\nTotal;48;50,0%\n",
    "shares": "region,n,share\na,40,0.500\nb,x,x\nTotal,48,0.500\n",
    "only the share is hidden": "region,n,share\na,40,0.500\nb,8,x\nTotal,48,0.500\n",
    "only the number is hidden": "region,n,n_outcome\na,40,20\nb,x,4\nTotal,48,24\n",
    "counts only": "region,n\na,40\nb,x\nTotal,48\n",
    "two margins": "region,sex,n\na,m,20\na,f,20\nb,m,x\nb,f,x\na,Total,40\nb,Total,8\n"
    "Total,m,23\nTotal,f,25\n",
}


@pytest.fixture
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _written(folder, name, text):
    (folder / name).write_text(text, "utf-8")
    return name


@pytest.mark.parametrize("kind", OF_OTHERS)
def test_a_hidden_cell_of_a_table_of_others_is_found(kind, inside, command):
    ran = command("audit", _written(inside, "cells.csv", OF_OTHERS[kind]))
    assert ran.code == FOUND, ran.err
    first, *rest = ran.out.splitlines()
    assert first.startswith("SECRET")
    text = "\n".join(rest)
    assert "cells.csv" in text
    assert "table 1, b" in text
    if kind == "two margins":  # 8 people in two cells: 3 men and 5 women
        assert "with an answer is 3\n" in text
        assert "with an answer is 5\n" in text
    elif kind == "only the share is hidden":
        assert "in class yes is 4\n" in text
    else:
        assert "with an answer is 8\n" in text


@pytest.mark.parametrize("kind", [kind for kind in OF_OTHERS if kind != "only the share is hidden"])
def test_the_same_table_without_its_total_gives_nothing_away(kind, inside, command):
    lines = OF_OTHERS[kind].splitlines()
    kept = "\n".join(line for line in lines if "Tota" not in line)
    ran = command("audit", _written(inside, "cells.csv", kept))
    # a word that bounds is a bound, and four people with the outcome are shown as they stand
    less = kind in ("less than ten", "a span", "only the number is hidden")
    assert ran.code == (FOUND if less else FINE), ran.out


def test_columns_and_words_can_be_named(inside, command):
    text = "gebied,extra,mensen,eenzaam\na,1.5,40,20\nb,2.5,verborgen,verborgen\nheel,3.5,48,24\n"
    file = _written(inside, "cells.csv", text)
    refused = command("audit", file)
    assert refused.code == WRONG
    assert "--count" in refused.err
    named = ("--count", "mensen", "--outcome-count", "eenzaam", "--by", "gebied", "--total", "heel")
    unknown = command("audit", file, *named)
    assert unknown.code == WRONG
    assert "--hidden verborgen" in unknown.err
    ran = command("audit", file, *named, "--hidden", "verborgen")
    assert ran.code == FOUND
    assert "with eenzaam" in ran.out


def test_weighted_shares_bound_nothing_when_they_are_said_to_be(inside, command):
    file = _written(inside, "cells.csv", OF_OTHERS["only the share is hidden"])
    assert command("audit", file).code == FOUND
    assert "in class yes is 0 to 8" in command("audit", file, "--weighted").out


def test_files_that_are_read_together_are_one_system(inside, command):
    cells = _written(inside, "places.csv", "gemeente,n\ng1,x\ng2,20\ng3,30\n")
    totals = _written(inside, "areas.csv", "provincie,n\np1,24\np2,30\n")
    lie = _written(inside, "lie.csv", "gemeente,provincie\ng1,p1\ng2,p1\ng3,p2\n")
    assert command("audit", cells).code == FINE
    ran = command("audit", cells, totals, "--together", lie)
    assert ran.code == FOUND
    assert "table 2 provincie=p1: with an answer (24)" in ran.out


@pytest.fixture
def released(inside, demo, command):
    """What the command printed, in each form."""
    line = ("prevalence", demo, "--source", "gezondheidsmonitor", "--wave", "2022", "--quiet")
    line += ("--outcome", "severely_lonely", "--by", "region", "--by", "sex", "--margins")
    (inside / "left").mkdir()
    for form in ("csv", "json"):
        ran = command(*line, f"--{form}")
        _written(inside, f"released.{form}", ran.out)
    command(*line, "--release", "left")
    return inside


@pytest.mark.parametrize(
    "file", ["released.csv", "released.json", "left", "left/release_00001.json"]
)
@pytest.mark.usefixtures("released")
def test_what_the_command_releases_is_read_back_and_gives_nothing_away(file, command):
    ran = command("audit", file, "--json")
    assert ran.code == FINE, ran.out
    data = json.loads(ran.out)["data"]
    assert data["use"].startswith("SECRET")
    assert data["hidden"] > 10
    assert data["disclosed"] == 0


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_row_that_is_shown_elsewhere_is_found_in_files_of_the_command(form, released, command):
    if form == "csv":
        text = (released / "released.csv").read_text("utf-8")
        hidden = next(line for line in text.splitlines() if "suppressed" in line and ",," in line)
        _, region, sex, *_ = hidden.split(",")
        shown = f"region,sex,n,n_outcome,outcome\n{region},{sex},30,4,severely_lonely\n"
        files = ["released.csv", _written(released, "more.csv", shown)]
    else:
        document = json.loads((released / "released.json").read_text("utf-8"))
        table = document["data"][0]
        row = next(row for row in table["rows"] if row["flag"] == "suppressed")
        row |= {"n_valid": 30, "n_missing": 0, "n_outcome": 4, "flag": "reliable", "estimate": 0.1}
        document["data"] = [{**table, "rows": [row]}]
        files = ["released.json", _written(released, "more.json", json.dumps(document))]
    ran = command("audit", *files)
    assert ran.code == FOUND, ran.err
    assert "is shown there" in ran.out


def test_records_of_a_release_folder_are_read_together(inside, command):
    people = persons(np.random.default_rng(3), size=0.06)
    (inside / "left").mkdir()
    apart = suppress(made(people, "lonely", []), DisclosureProfile("none", least_n=0))
    bare = made(people, "lonely", ["municipality"])
    safe = [replace(row, disclosure=Disclosure.SAFE) for row in bare.rows]
    small = (safe[0].hide(), *safe[1:])
    _written(
        inside / "left",
        "release_00001.json",
        format_released([Estimates(bare.by, small, bare.footnote)]),
    )
    assert command("audit", "left").code == FINE
    _written(inside / "left", "release_00002.json", format_released([apart]))
    ran = command("audit", "left")
    assert ran.code == FOUND
    assert "release_00002.json" in ran.out


WRONG_FILES = {
    "absent": ("nothing.csv", None, r"not there"),
    "another document": ("a.json", '{"schema": 1, "data": {"a": 1}}', r"holds no tables"),
    "no document": ("a.json", "region,n\n", r"no JSON"),
    "rows without counts": (
        "a.json",
        '{"data": [{"by": [], "footnote": {}, "rows": []}]}',
        r"lacks",
    ),
    "no counts": ("a.csv", "region,share\na,0.5\n", r"--count COLUMN"),
    "numbers that are no group": ("a.csv", "region,low,n\na,1.5,4\n", r"--by COLUMN"),
    "the same group twice": ("a.csv", "region,n\na,4\na,5\n", r"rows 1 and 2"),
    "an unknown word": ("a.csv", "region,n\na,4\nb,niets\n", r"--hidden niets"),
    "half a person": ("a.csv", "region,n\na,4.5\nb,x\n", r"no number of people"),
    "fewer than nobody": ("a.csv", "region,n\na,-4\nb,x\n", r"no number of people"),
    "thousands or decimals": ("a.csv", "region,n\na,1.234\nb,x\n", r"thousands"),
    "more than the total": ("a.csv", "region,n\na,40\nb,x\nTotal,30\n", r"cannot hold|more people"),
    "a folder without records": (".", None, r"release_\*\.json"),
    "no rows": ("a.csv", "region,n\n", r"no rows"),
    "nothing": ("a.csv", "", r"empty"),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_a_wrong_file_ends_in_words_and_exit_code_3(kind, inside, command):
    name, text, words = WRONG_FILES[kind]
    if text is not None:
        _written(inside, name, text)
    ran = command("audit", name)
    assert ran.code == WRONG, ran.out
    assert ran.out == ""
    assert re.search(words, ran.err), ran.err
    shown = command("audit", name, "--json")
    assert shown.code == WRONG
    assert json.loads(shown.out)["ok"] is False


def test_a_wrong_profile_or_column_is_named(inside, command):
    file = _written(inside, "a.csv", "region,n\na,4\nb,x\n")
    assert command("audit", file, "--profile", "none").code == 2
    absent = command("audit", file, "--count", "aantal")
    assert absent.code == WRONG
    assert "aantal" in absent.err


def test_a_table_without_a_hidden_cell_is_no_finding_and_says_so(inside, command):
    ran = command("audit", _written(inside, "a.csv", "region,n\na,40\nb,50\n"))
    assert ran.code == FINE
    assert "no table has a hidden cell" in ran.err


def test_the_report_goes_to_a_file_that_is_not_replaced(inside, command):
    file = _written(inside, "a.csv", OF_OTHERS["a word"])
    assert command("audit", file, "--out", "report.txt").code == FOUND
    assert (inside / "report.txt").read_text("utf-8").startswith("SECRET")
    assert command("audit", file, "--out", "report.txt").code == WRONG


def test_a_word_that_looks_like_a_number_can_mean_hidden(inside, command):
    file = _written(inside, "a.csv", "region,n\na,40\nb,-1\nTotal,48\n")
    assert command("audit", file).code == WRONG
    ran = command("audit", file, "--hidden", "-1")
    assert ran.code == FOUND
    assert "with an answer is 8\n" in ran.out


def test_a_total_with_an_unknown_name_is_asked_about(inside, command):
    file = _written(inside, "a.csv", "region,n\na,40\nb,x\nc,30\nheel het land,78\n")
    ran = command("audit", file)
    assert ran.code == FINE
    assert "--total 'heel het land'" in ran.err
    named = command("audit", file, "--total", "heel het land")
    assert named.code == FOUND
    assert "note" not in named.err


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_workbooks_and_parquet_files_are_read_as_a_csv_is(suffix, inside, command):
    frame = pd.DataFrame({"regio": ["a", "b", "Totaal"], "aantal": [40.0, None, 48.0]})
    frame["percentage"] = ["50,0%", "*", "50,0%"]
    if suffix == ".xlsx":
        frame.to_excel(inside / "a.xlsx", index=False)
    else:
        frame.to_parquet(inside / "a.parquet")
    ran = command("audit", f"a{suffix}")
    assert ran.code == FOUND
    assert "in class yes is 4\n" in ran.out


def test_waves_and_outcomes_in_one_file_are_kept_apart(inside, command):
    waves = "wave,region,n\n2020,a,40\n2020,b,x\n2022,a,30\n2022,b,44\n2020,Total,48\n"
    assert (
        "table 1, 2020, b: with an answer is 8"
        in command("audit", _written(inside, "a.csv", waves)).out
    )
    long = "outcome,region,n,n_outcome\nlonely,a,40,20\nlonely,b,x,x\nlonely,Total,48,24\n"
    ill = "ill,a,40,3\nill,b,9,4\nill,Total,49,7\n"  # one more answered
    ran = command("audit", _written(inside, "b.csv", long + ill))
    assert "table 1, b: in class yes is 4" in ran.out


# region a is shown and breaks a rule of strict10: the line that must name it
SHOWN = {
    "few people": ("region,n\na,4\nb,50\n", "fewer than 10 people answered"),
    "nobody": ("region,n\na,0\nb,50\n", "fewer than 10 people answered"),
    "few with the outcome": (
        "region,n,n_outcome\na,40,4\nb,50,20\n",
        "with or without the outcome",
    ),
    "few without": ("region,n,n_outcome\na,40,36\nb,50,20\n", "with or without the outcome"),
    "nobody with it": ("region,n,n_outcome\na,40,0\nb,50,20\n", "nobody or everybody"),
    "everybody with it": ("region,n,n_outcome\na,40,40\nb,50,20\n", "nobody or everybody"),
    "a share that is few": ("regio;n;pct\na;40;10,0\nb;50;40,0\n", "fewer than 10 with"),
    "a share of all but few": ("regio;n;pct\na;40;90,0\nb;50;40,0\n", "fewer than 10 with"),
    "a share of nobody": ("regio;n;pct\na;40;0,0\nb;50;40,0\n", "fewer than 10 with"),
    "the outcome without people": ("region,n,yes\na,x,4\nb,50,20\n", "with or without"),
    "beside hidden rows": ("region,n\na,4\nb,x\nc,x\n", "fewer than 10 people answered"),
    "a total": ("region,n\nTotaal,4\n", "fewer than 10 people answered"),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_row_that_is_shown_and_breaks_a_rule_is_listed_and_counted(kind, inside, command):
    text, words = SHOWN[kind]
    file = _written(inside, "a.csv", text)
    ran = command("audit", file)
    assert ran.code == FOUND, ran.out
    who = "everyone" if kind == "a total" else "a"
    listed = [line for line in ran.out.splitlines() if line.startswith(f"table 1, {who}: shown, ")]
    assert len(listed) == 1
    assert words in listed[0]
    assert ran.out.splitlines()[-1].startswith(
        "not safe under profile strict10: 1 shown row(s) break a rule, 0 hidden count(s) disclosed"
    )
    data = json.loads(command("audit", file, "--json").out)["data"]
    assert [data["safe"], len(data["visible"])] == [False, 1]
    assert data["verdict"] == ran.out.splitlines()[-1]
    assert command("audit", file, "--profile", "nchs2017").code == FINE  # it hides nothing


def test_the_last_line_says_safe_under_which_profile_and_what_was_not_looked_at(inside, command):
    file = _written(inside, "a.csv", "region,n,share\na,40,0.500\nb,x,x\n")
    last = command("audit", file, "--weighted").out.splitlines()[-1]
    assert last == (
        "safe under profile strict10: no hidden count is disclosed and no shown row breaks a rule. "
        "Not looked at: the largest weights; degrees of freedom; 1 weighted share(s) without their "
        "number of people; standard errors; tables that were not given."
    )
    last = command("audit", file, "--profile", "ggd50").out.splitlines()[-1]
    assert last.startswith("not safe under profile ggd50: 1 shown row(s)")
    assert "weights" not in last


def test_a_weighted_share_of_nobody_is_shown_and_other_weighted_shares_are_not_judged(
    inside, command
):
    file = _written(inside, "a.csv", "region,n,share\na,40,0.000\nb,50,0.020\n")
    ran = command("audit", file, "--weighted")
    assert ran.code == FOUND
    assert "table 1, a: shown, the share is that of nobody or everybody" in ran.out
    assert "table 1, b" not in ran.out


TITLES = [["Eenzaamheid naar regio", "", ""], ["Peiljaar 2022", "", ""], ["", "", ""]]
HEAD = ["Regio", "Aantal", "Eenzaam %"]
DUTCH = [["a", "1.040", "50,0"], ["b", "", ""], ["Nederland", "1.048", "50,0"]]
OPTIONS = ("--header-row", "5", "--skip-rows", "1", "--thousands", ".", "--decimal", ",")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_dutch_table_below_title_lines_is_read_by_the_options_of_the_other_commands(
    suffix, inside, command
):
    rows = [*TITLES, ["", "", ""], HEAD, ["", "personen", "procent"], *DUTCH]
    if suffix == ".csv":
        text = "\n".join(";".join(row) for row in rows)
        (inside / "a.csv").write_text(text, "utf-8-sig")
        options = OPTIONS
    else:
        with pd.ExcelWriter(inside / "a.xlsx") as book:
            pd.DataFrame([["toelichting"]]).to_excel(book, sheet_name="Info", header=False)
            pd.DataFrame(rows).to_excel(book, sheet_name="Tabel 1", index=False, header=False)
        options = (*OPTIONS, "--sheet", "Tabel 1")
    ran = command("audit", f"a{suffix}", *options)
    assert ran.code == FOUND, ran.err
    assert "table 1, b: with an answer is 8\n" in ran.out
    refused = command("audit", f"a{suffix}", *options[len(OPTIONS) :])
    assert refused.code == WRONG
    assert re.search("header.row", refused.err)


@pytest.mark.parametrize(
    "word",
    ["Totaal", "Nederland", "Totaal personen", "Totaal mannen en vrouwen", "NL", "Alle leeftijden"],
)
def test_usual_names_of_a_total_are_everyone(word, inside, command):
    ran = command("audit", _written(inside, "a.csv", f"regio,n\na,40\nb,x\n{word},48\n"))
    assert "table 1, b: with an answer is 8\n" in ran.out


def test_a_country_among_countries_is_a_group(inside, command):
    text = "land,n\nNederland,40\nBelgië,30\nDuitsland,x\nTotaal,80\n"
    ran = command("audit", _written(inside, "a.csv", text))
    assert "land=Nederland: with an answer (40)" in ran.out
    assert "Duitsland: with an answer is 10" in ran.out
    less = text.replace("Totaal,80\n", "").replace("Nederland,40", "Nederland,20")
    alone = command("audit", _written(inside, "b.csv", less))
    assert alone.code == FINE
    assert "--total 'Nederland'" in alone.err


def test_tables_of_argus_hide_what_their_status_hides_only_when_it_is_said(inside, command):
    text = "region;people;status\nTotal;48;S\na;20;S\nb;20;M\nc;8;U\n"
    file = _written(inside, "a.csv", text)
    shown = command("audit", file)
    assert shown.code == FOUND
    assert "table 2, c: shown, fewer than 10 people answered" in shown.out
    ran = command("audit", file, "--status", "status")
    assert ran.code == FINE, ran.out  # 28 people in two cells
    assert "2 hidden row(s)" in ran.out
    alone = command(
        "audit", _written(inside, "b.csv", text.replace(";M", ";S")), "--status", "status"
    )
    assert "c: with an answer is 8" in alone.out


def test_files_of_one_release_share_a_margin(inside, command):
    region = _written(inside, "a.csv", "regio,n\na,40\nb,x\n")
    sex = _written(inside, "b.csv", "geslacht;n\nman;24\nvrouw;24\nTotaal;48\n")
    assert command("audit", region).code == FINE
    ran = command("audit", region, sex)
    assert ran.code == FOUND
    assert "table 1, b: with an answer is 8" in ran.out


def test_help_says_the_words_that_are_known(command):
    told = " ".join(command("audit", "--help").out.split())
    for word in ("onderdrukt", "geheim", "n.b.", "totaal", "iedereen", "nederland"):
        assert word in told
    for option in ("--header-row", "--skip-rows", "--sheet", "--decimal", "--thousands"):
        assert option in told
