"""Messages of a command name its options, and no argument or function of Python."""

from __future__ import annotations

import json
import re

import pytest
import typer

from eenzaam_stats.cli.main import app
from eenzaam_stats.cli.option_words import in_options, list_options, naming_options

GM = ("--source", "gezondheidsmonitor", "--outcome", "severely_lonely")
IN_2022 = (*GM, "--wave", "2022")
PYTHON = re.compile(r"(?<![\w-])(?!--)[a-z_]+=|\b[a-z_]+\(\)|^eenzaam-stats \w+: [a-z]+_[a-z_]+ ")
# what is typed, and what the message has to name
WRONG = {
    "no weight": ((*GM, "--wave", "2020"), "--weight"),
    "another wave": ((*GM, "--wave", "2020", "--weight", "ewGGD"), "--wave"),
    "no wave": (GM, "--wave"),
    "no mapping": (("--source", "mapped", "--outcome", "lonely"), "--mapping"),
    "a column": ((*IN_2022, "--by", "nothing"), "prevalence needs column"),
    "level": ((*IN_2022, "--level", "5"), "--level is 5"),
    "header row": ((*IN_2022, "--header-row", "0"), "--header-row is 0"),
    "skip rows": ((*IN_2022, "--skip-rows", "-1"), "--skip-rows is -1"),
    "decimal": ((*IN_2022, "--decimal", "x"), "--decimal is"),
    "one sign": ((*IN_2022, "--decimal", ",", "--thousands", ","), "--decimal and thousands"),
    "limit": ((*IN_2022, "--limit", "cells:5"), "--limit cells:N"),
    "keep word": ((*IN_2022, "--keep-word", "a:b"), "--keep-word names"),
    "scale": ((*IN_2022, "--scale", "abc"), "--scale is"),
    "not asked": ((*IN_2022, "--not-asked", "abc"), "--not-asked is"),
    "interval": ((*IN_2022, "--interval", "abc"), "--interval is"),
    "lone strata": ((*IN_2022, "--single-psu", "fail"), "--single-psu centred"),
    "weighted for": (
        ("--source", "eu_loneliness_survey", "--weights-for", "x", "--outcome", "lonely"),
        "--weights-for is",
    ),
    "country": ((*IN_2022, "--country", "NL"), "--country"),
    "weighted for of another source": ((*IN_2022, "--weights-for", "eu27"), "--weights-for"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_message_names_options_and_nothing_of_python(kind, demo, command):
    options, words = WRONG[kind]
    ran = command("prevalence", demo, *options)
    assert ran.code in (2, 3), ran.err
    assert words in ran.err
    assert PYTHON.findall(ran.err) == []
    shown = command("prevalence", demo, *options, "--json")
    assert words in json.loads(shown.out)["error"]["message"]


FILES = {
    "trend, two ways to read": (
        ("trend", "a.csv", "--interruption", "a:2020", "--published"),
        "wave,estimate,std_error\n2018,0.1,1.234\n2019,0.2,5.678\n2020,0.3,2.345\n",
        "--decimal",
    ),
    "audit, two ways to read": (("audit", "a.csv"), "region,n\na,1.234\nb,x\n", "--decimal"),
    "audit, other people": (
        ("audit", "a.csv", "a.csv"),
        "region,n,n_outcome\na,40,20\nb,30,40\nTotal,30,10\n",
        "audit",
    ),
    "prevalence, no weight": (
        ("prevalence", "a.csv", "--source", "mapped", "--mapping", "a.toml", "--outcome", "lonely"),
        "a;b\n1;2\n",
        "a.toml",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_messages_on_files_name_options(kind, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    line, text, words = FILES[kind]
    (tmp_path / "a.csv").write_text(text, "utf-8")
    ran = command(*line)
    assert ran.code == 3, ran.out
    assert words in ran.err
    assert PYTHON.findall(ran.err) == []


TOLD = {
    "Name it with weights=None, or weights=.": "Name it with --unweighted, or --weight.",
    "write wave=[2020, 2022] or wave=['C', 'D'].": "write --wave 2020 --wave 2022 or --wave C "
    "--wave D.",
    "say limits={'cells': 1000}": "say --limit cells:1000",
    "header_row=4. Next": "--header-row 4. Next",
    "decimal=',' it is": "--decimal ',' it is",
    "suppress() got tables; es.suppress() too": "the disclosure check got tables; the disclosure "
    "check too",
    "of='n_valid' is no option": "of='n_valid' is no option",
    "a file a.csv has n=4 people": "a file a.csv has n=4 people",
}


@pytest.mark.parametrize("text", TOLD)
def test_arguments_are_written_as_they_are_typed(text):
    (line,) = (
        one for name, one in typer.main.get_command(app).commands.items() if name == "prevalence"
    )
    assert in_options(text) == text
    with naming_options("prevalence", list_options(line)):
        assert in_options(text) == TOLD[text]
    assert in_options(text) == text
