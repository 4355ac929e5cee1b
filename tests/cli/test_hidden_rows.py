"""A hidden row of a command has one word and nothing else, in every format and language."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

import eenzaam_stats as es


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("form", ["--csv", "--json", "text"])
def test_commands_print_no_number_and_no_rule_for_a_hidden_row(tmp_path, command, form, language):
    small = tmp_path / "small.sav"
    es.synthesise("gezondheidsmonitor", small, wave=2022, n=1_500, seed=3)
    ran = command(
        *("prevalence", small, "--source", "gezondheidsmonitor", "--wave", "2022"),
        *("--outcome", "severely_lonely", "--outcome", "lonely", "--by", "sex", "--by", "region"),
        *("--margins", "--quiet", "--lang", language, *([form] if form != "text" else [])),
    )
    assert ran.code == 0, ran.err
    if form == "--csv":
        rows = [r for r in csv.DictReader(io.StringIO(ran.out)) if r["flag"] == "suppressed"]
    elif form == "--json":
        tables = json.loads(ran.out)["data"]
        rows = [r for t in tables for r in t["rows"] if r["flag"] == "suppressed"]
    else:
        word = {"nl": "onderdrukt", "en": "suppressed"}[language]
        lines = [line for line in ran.out.splitlines() if line.endswith(word)]
        rows = [{"line": line.partition("–")[2].replace(word, "")} for line in lines]
        assert all(set(one["line"]) <= {"–", " "} for one in rows)
        rows = [{} for _ in rows]
    assert len(rows) > 10
    for one in rows:
        values = {v for k, v in one.items() if k not in {"region", "sex", "outcome", "method"}}
        # what the file is made of is said of every row alike
        assert values <= {"suppressed", "synthetic", "", None}
    footnotes = re.findall(r"of \d+ estimates suppressed[^.\n\"]*", ran.out)
    assert all(re.fullmatch(r"of \d+ estimates suppressed", one) for one in footnotes)
