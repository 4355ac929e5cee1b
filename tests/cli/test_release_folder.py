"""Separate runs are checked against what left before, and say so where nothing remembers it."""

from __future__ import annotations

import json

import pytest

import eenzaam_stats as es
from eenzaam_stats.disclosure.released import released_tables, released_text

SOURCE = ("--source", "gezondheidsmonitor", "--wave", "2022", "--outcome", "severely_lonely")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    path = tmp_path_factory.mktemp("small") / "small.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=3_000, seed=3)
    return path


def _shown(ran):
    assert ran.code == 0, ran.err
    (table,) = json.loads(ran.out)["data"]
    return {
        tuple(row[name] for name in table["by"]): row["n_outcome"]
        for row in table["rows"]
        if row["flag"] != "suppressed"
    }


def test_a_later_run_does_not_open_an_earlier_one(small, tmp_path, command):
    runs = [("--by", "region", "--by", "sex"), ("--by", "region"), ("--by", "sex")]

    def run(*options):
        return [
            _shown(command("prevalence", small, *SOURCE, *by, *options, "--json")) for by in runs
        ]

    def recovered(cells, regions):
        """Cells of a region that follow from its margin and its other cell."""
        return [
            region
            for (region,) in regions
            if sum((region, sex) in cells for sex in ("men", "women")) == 1
        ]

    cells, regions, _ = run()
    assert len(recovered(cells, regions)) > 3
    folder = tmp_path / "left"
    folder.mkdir()
    cells, regions, _ = run("--release", folder)
    assert recovered(cells, regions) == []
    assert sorted(path.name for path in folder.iterdir()) == [
        f"release_{number:05d}.json" for number in (1, 2, 3)
    ]


def test_without_a_folder_the_command_says_what_can_be_subtracted(small, tmp_path, command):
    ran = command("prevalence", small, *SOURCE)
    assert "separate runs can be subtracted" in ran.err
    assert "--release" in ran.err
    ran = command("prevalence", small, *SOURCE, "--release", tmp_path)
    assert "subtracted" not in ran.err


def test_the_folder_holds_no_number_of_a_hidden_row(small, tmp_path, command):
    assert command("prevalence", small, *SOURCE, "--by", "region", "--release", tmp_path).code == 0
    (path,) = tmp_path.iterdir()
    (table,) = json.loads(path.read_text("utf-8"))
    hidden = [row for row in table["rows"] if "n_valid" not in row]
    assert hidden
    assert all(row.keys() == {"group"} for row in hidden)
    (read,) = released_tables(path.read_text("utf-8"))
    assert released_text((read,)) == path.read_text("utf-8").strip()


@pytest.mark.parametrize("text", ["{", "[1]", '[{"by": []}]', '"a"', "null", "\xff["])
def test_a_record_that_cannot_be_read_is_refused(small, tmp_path, command, text):
    (tmp_path / "release_00001.json").write_bytes(text.encode("latin-1"))
    ran = command("prevalence", small, *SOURCE, "--release", tmp_path)
    assert ran.code == 3
    assert "record of an earlier release cannot be read" in ran.err


def test_folder_and_profile_are_required_in_words(small, tmp_path, command):
    ran = command("prevalence", small, *SOURCE, "--release", tmp_path / "none")
    assert ran.code == 3
    assert "is not there. Make it, empty" in ran.err
    ran = command(
        *("prevalence", small, *SOURCE, "--release", tmp_path, "--profile", "none", "--unchecked")
    )
    assert ran.code == 2
    assert "checks nothing" in ran.err
