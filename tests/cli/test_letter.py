"""The main job as its user runs it: files out, data on stdout, exit codes, nothing half-written."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from eenzaam_stats.vocabulary import Verdict


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from eenzaam_stats.cli.main import run

    folder = tmp_path_factory.mktemp("letter") / "report"
    assert run(["letter", "--out", str(folder), "--lang", "en", "--quiet"]) == 0
    return folder


def test_report_holds_every_promised_file(written: Path) -> None:
    names = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert {"claims.csv", "claims.json", "letter.html", "manifest.json"} <= names
    svgs = {name for name in names if name.endswith(".svg")}
    assert len(svgs) >= 8
    assert {name.replace(".svg", ".png") for name in svgs} <= names
    assert names == {"claims.csv", "claims.json", "letter.html", "manifest.json"} | svgs | {
        name.replace(".svg", ".png") for name in svgs
    }


def test_csv_and_json_tell_the_same(written: Path) -> None:
    rows = list(csv.DictReader(io.StringIO((written / "claims.csv").read_text("utf-8"))))
    claims = json.loads((written / "claims.json").read_text("utf-8"))["claims"]
    assert len(rows) == len(claims) >= 57
    assert [row["id"] for row in rows] == [claim["id"] for claim in claims]
    assert [row["verdict"] for row in rows] == [claim["verdict"] for claim in claims]
    assert {row["verdict"] for row in rows} <= {verdict.value for verdict in Verdict}


def test_two_runs_write_the_same_bytes(written: Path, tmp_path: Path, command) -> None:
    again = tmp_path / "again"
    assert command("letter", "--out", again, "--lang", "en", "--quiet").code == 0
    first = {p.relative_to(written): p.read_bytes() for p in written.rglob("*") if p.is_file()}
    second = {p.relative_to(again): p.read_bytes() for p in again.rglob("*") if p.is_file()}
    assert first == second


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report without its drawings, for tests that look at something else."""
    from eenzaam_stats.letter import report

    small = {"letter.html": b"x", "manifest.json": b"{}"}
    monkeypatch.setattr(report, "documents", lambda _report: small)


@pytest.mark.usefixtures("undrawn")
def test_stdout_is_data_and_stderr_is_for_people(tmp_path: Path, command) -> None:
    ran = command("letter", "--out", tmp_path / "r")
    assert "persons-854-thousand" in ran.out
    assert "letter.html" in ran.err
    assert "letter.html" not in ran.out
    quiet = command("letter", "--out", tmp_path / "r", "--quiet")
    assert (quiet.code, quiet.err, quiet.out) == (0, "", ran.out)


@pytest.mark.usefixtures("undrawn")
def test_json_is_one_document(tmp_path: Path, command) -> None:
    ran = command("letter", "--out", tmp_path / "r", "--json")
    document = json.loads(ran.out)
    assert list(document) == ["schema", "ok", "command", "version", "data", "warnings", "error"]
    assert document["ok"] is True
    assert sum(document["data"]["verdicts"].values()) == len(document["data"]["claims"])


def test_check_compares_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("letter", "--check").code == 0
    assert list(tmp_path.iterdir()) == []


def test_check_finds_a_moved_number_and_exits_four(
    monkeypatch: pytest.MonkeyPatch, command
) -> None:
    from eenzaam_stats.letter import manifest

    moved = json.loads(json.dumps(manifest.read_stored()))
    moved["claims"]["persons-854-thousand"]["value"] += 1
    monkeypatch.setattr(manifest, "read_stored", lambda: moved)
    ran = command("letter", "--check")
    assert ran.code == 4
    assert "1 number(s) of the letter differ" in ran.err
    assert "persons-854-thousand" in ran.err


def test_survey_is_computed_beside_the_published_and_labelled(
    tmp_path: Path, demo: Path, command
) -> None:
    ran = command("letter", "--survey", demo, "--out", tmp_path / "r", "--lang", "en", "--json")
    assert ran.code == 0, ran.err
    computed = json.loads(ran.out)["data"]["computed"]
    assert [one["outcome"] for one in computed] == ["severely_lonely", "lonely"]
    assert {one["origin"] for one in computed} == {"synthetic"}
    assert computed[0]["published"] == 0.142
    page = (tmp_path / "r" / "letter.html").read_text("utf-8")
    assert "SYNTHETIC file" in page
    assert "SYNTHETIC" in (tmp_path / "r" / "figures" / "prevalence-by-source.svg").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("people", [1, 3])
def test_survey_of_a_few_people_has_no_interval_and_says_why(
    tmp_path: Path, demo: Path, command, people: int
) -> None:
    import pyreadstat

    frame, meta = pyreadstat.read_sav(demo, apply_value_formats=False, user_missing=True)
    few = tmp_path / "few.sav"
    pyreadstat.write_sav(
        frame.head(people),
        few,
        file_label=meta.file_label,
        column_labels=meta.column_names_to_labels,
        variable_value_labels=meta.variable_value_labels,
        missing_ranges=meta.missing_ranges,
    )
    asked = ("letter", "--survey", few, "--wave", "2022", "--lang", "en")
    unchecked = ("--profile", "none", "--unchecked")
    ran = command(*asked, *unchecked, "--out", tmp_path / "r", "--json")
    assert ran.code == 0, ran.err
    for one in json.loads(ran.out)["data"]["computed"]:
        assert one["contains_published"] is None
        assert one["estimate"]["conf_low"] is None
        assert one["estimate"]["flag"] == "uncertain"
    page = (tmp_path / "r" / "letter.html").read_text("utf-8")
    assert "reservation" in page
    assert "no degrees of freedom" in page or "nobody in the group has an answer" in page


def test_english_page_is_english_first_and_has_the_dutch_numbers_too(written: Path) -> None:
    page = (written / "letter.html").read_text("utf-8")
    assert '<html lang="en">' in page
    assert page.index("854,084") < page.index("854.084")


@pytest.mark.usefixtures("undrawn")
def test_folder_with_other_files_is_left_alone(tmp_path: Path, command) -> None:
    (tmp_path / "thesis.docx").write_text("mine")
    ran = command("letter", "--out", tmp_path)
    assert ran.code == 2
    assert "holds other files and no earlier report" in ran.err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
    assert command("letter", "--out", tmp_path, "--force", "--quiet").code == 0
    assert (tmp_path / "thesis.docx").read_text() == "mine"


@pytest.mark.usefixtures("undrawn")
def test_out_that_is_a_file_or_has_no_parent_is_explained(tmp_path: Path, command) -> None:
    (tmp_path / "file").write_text("x")
    assert command("letter", "--out", tmp_path / "file").code == 3
    ran = command("letter", "--out", tmp_path / "no" / "parent")
    assert ran.code == 3
    assert "letter needs an existing folder" in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--lang", "fr"), "'nl', 'en'"),
        (("--check", "--out", "x"), "--check compares stored numbers only"),
        (("--wave", "soon"), "wave"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_usage_mistakes_exit_two(arguments: tuple[str, ...], words: str, command) -> None:
    ran = command("letter", *arguments)
    assert ran.code == 2
    assert words in ran.err
    assert "Traceback" not in ran.err


def test_page_asks_the_network_for_nothing(written: Path) -> None:
    page = (written / "letter.html").read_text("utf-8")
    assert "default-src 'none'" in page
    assert page.count("<script") == 1
    for fetched in ("<link", "<iframe", "@import", 'src="http', "src='http", "url(http"):
        assert fetched not in page
