"""Separate runs are checked against what left before, and say so where nothing remembers it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pyreadstat
import pytest

import eenzaam_stats as es
from eenzaam_stats.cli.main import run
from eenzaam_stats.disclosure.released import format_released, parse_released
from eenzaam_stats.same_people import sign_people

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

    def shown(*options):
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

    cells, regions, _ = shown()
    assert len(recovered(cells, regions)) > 3
    folder = tmp_path / "left"
    folder.mkdir()
    cells, regions, _ = shown("--release", folder)
    assert recovered(cells, regions) == []
    assert sorted(path.name for path in folder.glob("release_*")) == [
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
    (path,) = tmp_path.glob("release_*")
    (table,) = json.loads(path.read_text("utf-8"))
    hidden = [row for row in table["rows"] if "n_valid" not in row]
    assert hidden
    assert all(row.keys() == {"group"} for row in hidden)
    (read,) = parse_released(path.read_text("utf-8"))
    assert format_released((read,)) == path.read_text("utf-8").strip()


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


def _run(command, file, folder, *options):
    line = ("prevalence", file, *options, "--outcome", "severely_lonely", "--release", folder)
    return command(*line, "--json")


@pytest.fixture(scope="module")
def made(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("made") / "left"
    folder.mkdir()
    for by in (("--by", "region", "--by", "sex"), ()):
        line = ["prevalence", str(small), *SOURCE, *by, "--release", str(folder), "--quiet"]
        assert run(line) == 0
    return folder


@pytest.fixture
def left(made, tmp_path):
    """A folder with two records: a table by region and sex, and everyone."""
    return Path(shutil.copytree(made, tmp_path / "left"))


def _other_wave(small, folder):
    frame, _ = pyreadstat.read_sav(str(small))
    pyreadstat.write_sav(frame.assign(AGOJB201=2020), str(folder / "other.sav"))
    return folder / "other.sav", (
        "--source",
        "gezondheidsmonitor",
        "--wave",
        "2020",
        "--weight",
        "ewGGD",
    )


def _copy(small, folder):
    return shutil.copy(small, folder / "copy of it.sav"), SOURCE[:4]


def _mapped(small, folder):
    """The same answers in another order, without weights, under the names of a mapping."""
    survey = es.read_gezondheidsmonitor(small, wave=2022)
    items = [f"djg_{at}" for at in range(1, 12)]
    frame = survey.respondents.sample(frac=1.0, random_state=1)
    frame[["sex", "region", *items]].to_csv(folder / "other.csv", index=False)
    lines = ["[source]", 'name = "other"', 'title = "Other"', "wave = 2023", "age_floor = 18"]
    lines += ['households = "unstated"', 'instrument = "DJG11"', 'evidence = "user"', "[design]"]
    lines += ['weight = "none"']
    for name in ("sex", "region"):
        lines += ["[[variable]]", f'name = "{name}"', f'column = "{name}"', "[variable.codes]"]
        lines += [f'"{one}" = "{one}"' for one in sorted(set(frame[name].dropna()))]
    for name in items:
        lines += ["[[variable]]", f'name = "{name}"', f'column = "{name}"', "[variable.codes]"]
        lines += [f'"{one}" = "{one}"' for one in ("yes", "more_or_less", "no")]
    (folder / "other.toml").write_text("\n".join(lines), "utf-8")
    options = ("--source", "mapped", "--mapping", folder / "other.toml", "--unweighted")
    return folder / "other.csv", options


def test_signs_are_those_of_the_answers_and_of_nothing_else(small):
    survey = es.read_gezondheidsmonitor(small, wave=2022)
    signs = sign_people(survey).signs
    assert [one.partition(":")[0] for one in signs] == ["djg", "weight"]
    assert all(re.fullmatch(r"[a-z]+:[0-9a-f]{5}", one) for one in signs)
    frame = survey.respondents

    def of(changed):
        return sign_people(survey.with_respondents(changed, scoring=())).signs

    assert of(frame.sample(frac=1.0, random_state=2)) == signs
    assert of(frame.assign(person_id="1", region="r", source="s", wave=1)) == signs
    assert of(frame.drop(columns=[survey.design.weight])) == signs[:1]
    assert of(frame.drop(columns=["djg_3"])) == signs[1:]
    assert not set(of(frame[frame["djg_1"] != frame["djg_1"].iloc[0]])) & set(signs)
    assert of(frame[:5]) == ()  # so few that their answers could be guessed
    assert of(frame.assign(**{survey.design.weight: 1.0})) == signs[:1]


@pytest.mark.parametrize("called", [_other_wave, _copy, _mapped], ids=["wave", "copy", "source"])
def test_the_same_respondents_under_another_name_are_the_same_people(
    called, small, left, tmp_path, command
):
    file, options = called(small, tmp_path)
    cells = json.loads((left / "release_00001.json").read_text("utf-8"))[0]
    shown = {tuple(row["group"]) for row in cells["rows"] if "n_valid" in row}
    single = {
        region
        for region, _ in shown
        if sum((region, sex) in shown for sex in ("men", "women")) == 1
    }
    assert single
    regions = _shown(_run(command, file, left, *options, "--by", "region"))
    assert [region for (region,) in regions if region in single] == []
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    alone = _shown(_run(command, file, fresh, *options, "--by", "region"))
    assert [region for (region,) in alone if region in single] != []  # so it was checked


def test_another_file_is_other_people(small, tmp_path):
    path = tmp_path / "other.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=3_000, seed=4)
    one, other = (
        sign_people(es.read_gezondheidsmonitor(file, wave=2022)) for file in (small, path)
    )
    assert len(other.signs) == 2
    assert not set(one.signs) & set(other.signs)


def _emptied(folder):
    (folder / "release_00001.json").write_text("[]", "utf-8")


def _truncated(folder):
    path = folder / "release_00001.json"
    path.write_text(path.read_text("utf-8")[:200], "utf-8")


def _row_removed(folder):
    path = folder / "release_00001.json"
    document = json.loads(path.read_text("utf-8"))
    document[0]["rows"].pop()
    path.write_text(json.dumps(document), "utf-8")


def _number_changed(folder):
    path = folder / "release_00001.json"
    document = json.loads(path.read_text("utf-8"))
    next(row for row in document[0]["rows"] if "n_valid" in row)["n_valid"] += 1
    path.write_text(json.dumps(document), "utf-8")


def _removed(folder):
    (folder / "release_00001.json").unlink()


def _last_removed(folder):
    (folder / "release_00002.json").unlink()


def _all_removed(folder):
    for path in folder.glob("release_*.json"):
        path.unlink()


def _added(folder):
    shutil.copy(folder / "release_00001.json", folder / "release_00007.json")


def _swapped(folder):
    one, two = (folder / f"release_0000{at}.json" for at in (1, 2))
    first = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(first)


def _list_removed(folder):
    (folder / "releases.json").unlink()


def _list_emptied(folder):
    (folder / "releases.json").write_text("{}", "utf-8")


def _list_shortened(folder):
    path = folder / "releases.json"
    document = json.loads(path.read_text("utf-8"))
    del document["records"]["release_00002.json"]
    path.write_text(json.dumps(document), "utf-8")
    (folder / "release_00002.json").unlink()


FAULTS = [_emptied, _truncated, _row_removed, _number_changed, _removed, _last_removed]
FAULTS += [_all_removed, _added, _swapped, _list_removed, _list_emptied, _list_shortened]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__[1:])
def test_a_folder_that_is_not_as_it_was_left_is_refused(fault, small, left, command):
    fault(left)
    before = {path.name: path.read_bytes() for path in left.iterdir()}
    ran = _run(command, small, left, *SOURCE[:4], "--by", "region")
    assert ran.code == 3
    assert "left" in ran.err
    assert re.search(r"release_0000\d\.json|releases\.json", ran.err), ran.err
    assert "back as" in ran.err or "--withdraw" in ran.err
    assert {path.name: path.read_bytes() for path in left.iterdir()} == before
    if fault not in (_list_removed, _truncated, _all_removed):
        assert command("audit", left).code == 3


def test_blanks_and_line_ends_of_a_record_do_not_count(small, left, command):
    path = left / "release_00001.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), indent=2) + "\r\n", "utf-8")
    assert _run(command, small, left, *SOURCE[:4], "--by", "sex").code == 0


def test_a_contradiction_names_the_folder_the_record_and_what_to_do(small, left, tmp_path, command):
    survey = es.read_gezondheidsmonitor(small, wave=2022)
    extract = tmp_path / "extract.sav"
    frame, about = pyreadstat.read_sav(str(small))
    pyreadstat.write_sav(frame[3:], str(extract), variable_value_labels=about.variable_value_labels)
    assert len(survey.respondents) == len(frame)
    ran = _run(command, extract, left, *SOURCE[:4])
    assert ran.code == 5, ran.err
    assert "In the folder left of --release, release_0000" in ran.err
    assert "a new folder" in ran.err
    assert re.search(r"--withdraw [12] takes it out", ran.err)


@pytest.mark.parametrize("said", ["1", "00001", "release_00001.json"])
def test_a_record_that_never_left_is_withdrawn_and_the_rest_is_checked(
    said, small, left, tmp_path, command
):
    ran = _run(command, small, left, *SOURCE[:4], "--by", "region", "--withdraw", said)
    names = sorted(path.name for path in left.glob("release_*"))
    assert names == ["release_00002.json", "release_00003.json"]
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    _run(command, small, fresh, *SOURCE[:4])
    assert _shown(ran) == _shown(_run(command, small, fresh, *SOURCE[:4], "--by", "region"))
    assert _run(command, small, left, *SOURCE[:4], "--by", "sex").code == 0
    # its number is not given again
    assert (left / "release_00004.json").is_file()
    again = _run(command, small, left, *SOURCE[:4], "--withdraw", said)
    assert again.code == 2
    assert "release_00002.json, release_00003.json" in again.err


def test_a_damaged_record_that_never_left_can_be_withdrawn(small, left, command):
    _truncated(left)
    ran = _run(command, small, left, *SOURCE[:4], "--by", "region", "--withdraw", "1")
    assert ran.code == 0, ran.err
    assert _run(command, small, left, *SOURCE[:4], "--by", "sex").code == 0


def test_nothing_is_withdrawn_by_a_run_that_fails(small, left, command):
    before = {path.name: path.read_bytes() for path in left.iterdir()}
    ran = _run(command, small, left, *SOURCE[:4], "--by", "nothing", "--withdraw", "1")
    assert ran.code != 0
    assert {path.name: path.read_bytes() for path in left.iterdir()} == before
    ran = command("prevalence", small, *SOURCE, "--withdraw", "1")
    assert ran.code == 2
    assert "--withdraw goes with --release" in ran.err


def test_the_letter_knows_respondents_of_an_earlier_run(small, left, tmp_path, command):
    ran = command(
        *("letter", "--survey", small, "--wave", "2022", "--out", tmp_path / "report"),
        *("--release", left, "--lang", "en", "--quiet"),
    )
    assert ran.code == 0, ran.err
    document = json.loads((left / "releases.json").read_text("utf-8"))["records"]
    assert len({json.dumps(one["people"]) for one in document.values()}) == 1
