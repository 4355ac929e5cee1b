"""Mappings from the command line: a template to fill in, and the list of what is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eenzaam_stats.synthetic import sources


def test_template_is_written_once_and_never_over_a_file(tmp_path: Path, command) -> None:
    out = tmp_path / "mine.toml"
    ran = command("codebook", "template", "ssw", out)
    assert (ran.code, ran.out.strip()) == (0, str(out))
    assert "codebook check mine.toml" in ran.err
    before = out.read_text("utf-8")
    again = command("codebook", "template", "djg6", out)
    assert again.code == 3
    assert "mine.toml" in again.err
    assert out.read_text("utf-8") == before


def test_template_without_a_file_name_gets_the_name_of_the_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("codebook", "template", "djg11", "--quiet").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mapping_djg11.toml"]


def test_mapping_of_the_youth_monitor_asks_for_its_weight(tmp_path: Path, command) -> None:
    ran = command("codebook", "template", "gmj", tmp_path / "x.toml")
    assert ran.code == 0
    assert "Add weight and cluster of your file" in ran.err
    assert command("codebook", "check", tmp_path / "x.toml").code == 0


@pytest.mark.parametrize("example", ["hbsc"])
def test_example_of_a_survey_of_young_people_says_that_it_is_unverified(
    tmp_path: Path, command, example: str
) -> None:
    ran = command("codebook", "template", example, tmp_path / "x.toml")
    assert ran.code == 0
    assert "UNVERIFIED LAYOUT: compare every line" in ran.err
    assert (tmp_path / "x.toml").read_text("utf-8").startswith("# UNVERIFIED LAYOUT.")
    assert command("codebook", "check", tmp_path / "x.toml").code == 0


def test_unknown_template_lists_the_known_ones(tmp_path: Path, command) -> None:
    ran = command("codebook", "template", "share", tmp_path / "x.toml")
    assert ran.code == 2
    assert "'ssw'" in ran.err
    assert "'hbsc'" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_check_lists_what_is_not_filled_in_one_line_each(tmp_path: Path, command) -> None:
    command("codebook", "template", "ssw", tmp_path / "x.toml")
    ran = command("codebook", "check", tmp_path / "x.toml")
    assert ran.code == 3
    lines = [line for line in ran.err.splitlines() if line.startswith("- ")]
    assert f"{len(lines)} problem(s)" in ran.err
    assert any("[design] weight is not filled in" in line for line in lines)


def test_check_of_a_sound_mapping_says_so(tmp_path: Path, command) -> None:
    sources.synthesise("ssw", tmp_path / "s.sav", n=1000)
    assert command("codebook", "check", tmp_path / "s.toml").code == 0
    ran = command("codebook", "check", tmp_path / "s.toml", "--json")
    assert {one["passed"] for one in json.loads(ran.out)["data"]} <= {True, None}
