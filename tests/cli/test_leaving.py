"""What leaves by a command is checked, or refused with exit code 5, or says what it is."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import typer

import eenzaam_stats as es
from disclosure.swapped import VARIANTS, counts
from doubt.small_tables import SmallTable
from eenzaam_stats.cli import main
from eenzaam_stats.output_check import STAYS, UNSTATED

# commands that can make numbers of respondents, and those that cannot
OF_RESPONDENTS = {"prevalence", "letter", "trend", "project"}
OF_NOBODY = {
    "audit": "reads what has left",
    "codebook template": "writes a mapping",
    "codebook check": "reads a mapping",
    "doctor": "tries a synthetic survey that it makes itself",
    "fetch": "published tables",
    "synthesise": "persons who do not exist",
}
UNCHECKED = ("--profile", "none", "--unchecked")
COVID = ("--interruption", "COVID-19:2018")


def _commands(app: typer.Typer, before: str = "") -> dict[str, set[str]]:
    """Options of every command, by its words."""
    group = typer.main.get_command(app)
    found: dict[str, set[str]] = {}

    def walk(command, words: str) -> None:
        if hasattr(command, "commands"):
            for name, one in command.commands.items():
                walk(one, f"{words} {name}".strip())
        else:
            found[words] = {word for option in command.params for word in option.opts}

    walk(group, before)
    return found


def test_every_command_is_known_to_make_numbers_of_respondents_or_not():
    found = _commands(main.app)
    assert set(found) <= OF_RESPONDENTS | set(OF_NOBODY)
    assert set(found) >= OF_RESPONDENTS
    for name in OF_RESPONDENTS:
        assert {"--profile", "--unchecked"} <= found[name], name
    for name in ("prevalence", "letter"):
        assert "--release" in found[name]
    for name in ("trend", "project"):
        assert "--published" in found[name]


# ---- what was not checked ----------------------------------------------------------------------

AGES = ("18-64", "65-84", "85+")
TABLE = SmallTable("reliable", 4)


def _waves() -> es.Estimates:
    return es.prevalence(TABLE.by_wave, "lonely", by="wave")


def _ages() -> es.Estimates:
    return es.prevalence(TABLE.by_age, "lonely", by="age_group")


def _as_csv(frame: pd.DataFrame) -> str:
    return str(frame.to_csv(index=False))


TABLES = {
    "tidy": lambda made: made.tidy(),
    "details without a count": lambda made: made.details().drop(columns="n_missing"),
    "counts alone": lambda made: made.details()[[*made.by, "estimate", "std_error", "n_outcome"]],
    "disclosure alone": lambda made: made.details()[
        [*made.by, "estimate", "std_error", "disclosure"]
    ],
    "a sentence": lambda made: made.tidy()[[*made.by, "estimate", "std_error"]].assign(
        disclosure=STAYS
    ),
}


def _call(name: str, folder: Path, frame) -> tuple[object, ...]:
    """Command on a table that is written to a file."""
    made = frame(_waves() if name == "trend" else _ages())
    if name == "project":
        made = made.assign(wave=2022)
    (folder / "table.csv").write_text(_as_csv(made), "utf-8")
    if name == "trend":
        return ("trend", folder / "table.csv", *COVID, "--estimator", "ols", "--quiet")
    years = [(year, str(age), 100.0) for year in range(2022, 2031) for age in range(18, 95)]
    years += [(year, "95+", 100.0) for year in range(2022, 2031)]
    people = pd.DataFrame(years, columns=["year", "age", "persons"])
    (folder / "people.csv").write_text(_as_csv(people), "utf-8")
    more = ("--edition", folder / "people.csv", "--to", 2030, "--draws", 0, "--quiet")
    return ("project", folder / "table.csv", *more)


FORMS = {"text": (), "json": ("--json",), "csv": ("--csv",)}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("name", ["trend", "project"])
def test_tables_of_respondents_are_refused_or_the_output_says_so(
    tmp_path, command, name, table, form
):
    call = _call(name, tmp_path, TABLES[table])
    picture = tmp_path / "picture.svg"
    ran = command(*call, *FORMS[form], "--plot", picture)
    assert ran.code == 5
    assert "not checked for disclosure" in ran.err
    assert "--published" in ran.err
    assert not picture.exists()
    if form == "json":
        assert json.loads(ran.out)["error"]["exit_code"] == 5
    else:
        assert ran.out == ""
    ran = command(*call, *FORMS[form], *UNCHECKED, "--plot", picture)
    assert ran.code == 0, ran.err
    assert STAYS in ran.out
    assert STAYS in picture.read_text("utf-8")
    if form == "json":
        assert json.loads(ran.out)["data"]["disclosure"] == STAYS
    if form == "csv":
        assert {row["disclosure"] for row in csv.DictReader(io.StringIO(ran.out))} == {STAYS}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["trend", "project"])
def test_suppressed_tables_pass_and_bare_ones_say_how_to_state_their_origin(
    tmp_path, command, name, form
):
    safe = _call(name, tmp_path, lambda made: es.suppress(made).details())
    ran = command(*safe, *FORMS[form])
    assert ran.code == 0, ran.err
    assert "not checked" not in ran.out
    bare = _call(name, tmp_path, lambda made: made.tidy()[[*made.by, "estimate", "std_error"]])
    ran = command(*bare, *FORMS[form])
    assert ran.code == 0, ran.err
    assert UNSTATED in ran.out
    assert "--published" in ran.out
    ran = command(*bare, *FORMS[form], "--published")
    assert ran.code == 0, ran.err
    assert "not checked" not in ran.out


@pytest.mark.parametrize("name", ["trend", "project"])
def test_a_table_of_respondents_that_was_published_is_said_to_be(tmp_path, command, name):
    counted = _call(name, tmp_path, TABLES["tidy"])
    assert command(*counted, "--published").code == 0
    unchecked = _call(name, tmp_path, TABLES["details without a count"])
    ran = command(*unchecked, "--published")
    assert ran.code == 2
    assert "its column 'disclosure' says that it was not checked" in ran.err


@pytest.mark.parametrize("name", ["trend", "project"])
def test_a_table_with_all_counts_is_suppressed_first(tmp_path, command, name):
    call = _call(name, tmp_path, lambda made: made.details())
    assert command(*call).err == ""  # --quiet
    ran = command(*(word for word in call if word != "--quiet"), "--json")
    assert ran.code == 0, ran.err
    assert "the table was suppressed first: strict10" in ran.err
    data = json.loads(ran.out)["data"]
    assert data["model"]["disclosure"] == "safe"
    same = command(*_call(name, tmp_path, lambda made: es.suppress(made).details()), "--json")
    assert json.loads(same.out)["data"]["rows"] == data["rows"]


@pytest.mark.parametrize("name", ["trend", "project"])
def test_a_group_that_is_hidden_first_is_missed_in_the_same_words(tmp_path, command, name):
    told = set()
    for at, (n, yes) in enumerate([(7, 2), (6, 3)]):

        def small(made, n=n, yes=yes):
            first = made.rows[0]
            few = replace(first, n_valid=n, n_outcome=yes, estimate=yes / n, df=n - 1)
            return replace(made, rows=(few, *made.rows[1:])).details()

        (tmp_path / str(at)).mkdir()
        ran = command(*_call(name, tmp_path / str(at), small))
        assert ran.code == 3
        assert ran.out == ""
        told.add(ran.err)
    assert len(told) == 1


@pytest.mark.parametrize("name", ["trend", "project"])
def test_a_picture_of_a_released_table_has_no_note(tmp_path, command, name):
    safe = _call(name, tmp_path, lambda made: es.suppress(made).details())
    for ending in ("svg", "png", "pdf"):
        picture = tmp_path / f"picture.{ending}"
        assert command(*safe, "--plot", picture).code == 0
        assert STAYS.encode() not in picture.read_bytes()


def test_the_packaged_prevalences_need_no_check(command):
    ran = command("project", "--to", 2030, "--draws", 0, "--json")
    assert ran.code == 0, ran.err
    assert "disclosure" not in json.loads(ran.out)["data"]
    assert json.loads(ran.out)["data"]["model"]["disclosure"] == "public"


@pytest.mark.parametrize("options", [("--unchecked",), ("--profile", "none"), ("--profile", "own")])
@pytest.mark.parametrize("name", sorted(OF_RESPONDENTS))
def test_options_that_contradict_each_other_are_refused(tmp_path, demo, command, name, options):
    calls = {
        "prevalence": (
            *("prevalence", demo, "--source", "gezondheidsmonitor", "--wave", 2022),
            *("--outcome", "lonely"),
        ),
        "letter": ("letter", "--survey", demo, "--out", tmp_path / "r"),
    }
    call = calls.get(name) or _call(name, tmp_path, TABLES["tidy"])
    ran = command(*call, *options)
    assert ran.code == (5 if options == ("--profile", "none") else 2)
    assert ran.out == ""
    assert not (tmp_path / "r").exists()


# ---- what was hidden ---------------------------------------------------------------------------

GROUPS = (78, 88, 20, 30, 50, 60, 70)  # ages
MAPPING = {
    "<short_name>": "own", "<name of the survey>": "SYNTHETIC survey", '"<year>"': "2024",
    '"<youngest age>"': "18", "<column of the weight, or none>": "w",
    "<column of the stratum, or none>": "none", "<column of the cluster, or none>": "none",
    "<column of the direct question>": "q", "<code of never>": "1", "<code of rarely>": "2",
    "<code of sometimes>": "3", "<code of often>": "4", "<code of always>": "5",
    "<code of a missing answer>": "9", "<column of the key of the person>": "id",
    "<column of sex>": "s", "<code of men>": "1", "<code of women>": "2",
    "<column of age in years>": "a",
}  # fmt: skip


def _own(folder: Path, variant: str, command) -> tuple[object, ...]:
    """A file of persons whose two oldest groups are hidden, and the words that read it."""
    folder.mkdir()
    rows = []
    for age, (n, yes) in zip(GROUPS, counts(variant, GROUPS), strict=True):
        rows += [(5 if at < yes else 2, 1 + at % 2, age) for at in range(n)]
    frame = pd.DataFrame(rows, columns=["q", "s", "a"]).assign(w=1)
    frame.insert(0, "id", range(len(frame)))
    (folder / "own.csv").write_text(_as_csv(frame), "utf-8")
    assert command("codebook", "template", "direct", folder / "own.toml").code == 0
    text = (folder / "own.toml").read_text("utf-8")
    for placeholder, word in MAPPING.items():
        text = text.replace(placeholder, word)
    (folder / "own.toml").write_text(text, "utf-8")
    return (
        *("prevalence", folder / "own.csv", "--source", "mapped"),
        *("--mapping", folder / "own.toml", "--outcome", "often_or_always_lonely"),
    )


OUTPUTS = {
    "text": (),
    "English text": ("--lang", "en"),
    "csv": ("--csv",),
    "json": ("--json",),
}
ASKED = {
    "groups": ("--by", "age"),
    "margins": ("--by", "age", "--margins"),
    "profile": ("--by", "age", "--profile", "tabellenboek"),
}


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("asked", ASKED)
def test_prevalence_prints_the_same_bytes_whatever_is_hidden(tmp_path, command, asked, output):
    printed, left = set(), set()
    for at, variant in enumerate(VARIANTS):
        call = _own(tmp_path / str(at), variant, command)
        folder = tmp_path / f"left {at}"
        folder.mkdir()
        ran = command(*call, *ASKED[asked], *OUTPUTS[output], "--release", folder)
        assert ran.code == 0, ran.err
        printed.add(ran.out + ran.err)
        left.add("".join(path.read_text("utf-8") for path in sorted(folder.glob("release_*"))))
        file = tmp_path / str(at) / "out"
        assert command(*call, *ASKED[asked], *OUTPUTS[output], "--out", file).code == 0
        assert file.read_text("utf-8") == ran.out
    assert len(printed) == 1
    assert len(left) == 1
    assert "onderdrukt" in ran.out or "suppressed" in ran.out


def _few(demo: Path, path: Path, *, first: int, n: int) -> Path:
    """A file with a few of the synthetic persons."""
    import pyreadstat

    frame, meta = pyreadstat.read_sav(demo, apply_value_formats=False, user_missing=True)
    path.parent.mkdir(exist_ok=True)
    pyreadstat.write_sav(
        frame.iloc[first : first + n],
        path,
        file_label=meta.file_label,
        column_labels=meta.column_names_to_labels,
        variable_value_labels=meta.variable_value_labels,
        missing_ranges=meta.missing_ranges,
    )
    return path


def test_letter_writes_the_same_bytes_whatever_the_few_of_a_file_answered(tmp_path, demo, command):
    written = []
    for at, (first, n) in enumerate([(0, 7), (40, 5)]):
        few = _few(demo, tmp_path / str(at) / "few.sav", first=first, n=n)
        report, left = tmp_path / f"report {at}", tmp_path / f"left {at}"
        left.mkdir()
        asked = ("letter", "--survey", few, "--release", left, "--lang", "en")
        ran = command(*asked, "--out", report, "--json", "--quiet")
        assert ran.code == 0, ran.err
        files = {p.relative_to(report): p.read_bytes() for p in report.rglob("*") if p.is_file()}
        record = [path.read_text("utf-8") for path in left.glob("release_*")]
        written.append((ran.out, files, record))
    assert written[0] == written[1]
    assert len(written[0][1]) > 20
    for one in json.loads(written[0][0])["data"]["computed"]:
        numbers = [value for value in one["estimate"].values() if isinstance(value, int | float)]
        assert numbers == []
        assert one["estimate"]["reason"] == one["estimate"]["flag"] == "suppressed"
        assert one["contains_published"] is None
    page = written[0][1][Path("letter.html")].decode("utf-8")
    row = page[page.index("few.sav") :].partition("</tr>")[0]
    assert "suppressed" in row
    figures = [text for name, text in written[0][1].items() if "figures" in str(name)]
    assert figures
    assert all(b"few.sav" not in text for text in figures)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report without its drawings, which other tests look at."""
    from eenzaam_stats.letter import report

    def documents(made):
        assert made.note is not None
        return {"letter.html": b"x", "manifest.json": b"{}"}

    monkeypatch.setattr(report, "documents", documents)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("language", ["nl", "en"])
def test_letter_names_a_hidden_figure_with_one_word(tmp_path, demo, command, language):
    few = _few(demo, tmp_path / "few.sav", first=0, n=7)
    ran = command("letter", "--survey", few, "--out", tmp_path / "r", "--lang", language)
    assert ran.code == 0
    lines = [line for line in ran.out.splitlines() if "few.sav" in line]
    assert len(lines) == 2
    word = {"nl": "onderdrukt", "en": "suppressed"}[language]
    assert all(line.endswith(f": {word}") for line in lines)
    assert "separate runs can be subtracted" in ran.err


def test_letter_unchecked_says_so_in_every_output(tmp_path, demo, command):
    few = _few(demo, tmp_path / "few.sav", first=0, n=40)
    asked = ("letter", "--survey", few, "--out", tmp_path / "r", "--lang", "en")
    assert command(*asked, "--profile", "none").code == 5
    assert not (tmp_path / "r").exists()
    ran = command(*asked, *UNCHECKED)
    assert ran.code == 0, ran.err
    assert STAYS in ran.out
    for name in ("letter.html", "claims.json", "figures/prevalence-by-source.svg"):
        assert STAYS in (tmp_path / "r" / name).read_text("utf-8"), name
    for name in ("prevalence-by-source.png", "gezondheidsmonitor-trend.png"):
        assert STAYS.encode() in (tmp_path / "r" / "figures" / name).read_bytes()
    # a figure without respondents has no note
    assert STAYS not in (tmp_path / "r" / "figures" / "ssw-trend.svg").read_text("utf-8")


def test_the_report_refuses_figures_that_were_not_checked(tmp_path, demo):
    from eenzaam_stats.errors import DisclosureError
    from eenzaam_stats.letter import report
    from eenzaam_stats.letter.microdata import compute_figures, suppress_figures

    few = _few(demo, tmp_path / "few.sav", first=0, n=40)
    computed = compute_figures(few, wave=2022)
    made = report.compose(language="en", computed=computed)
    for give in (report.as_text, report.as_data, report.documents):
        with pytest.raises(DisclosureError, match="the report does not write"):
            give(made)
    with pytest.raises(DisclosureError, match="the report does not write"):
        report.write(made, tmp_path / "r")
    assert not (tmp_path / "r").exists()
    released = report.compose(language="en", computed=suppress_figures(computed))
    assert STAYS not in report.as_text(released)


@pytest.mark.usefixtures("undrawn")
def test_letter_and_prevalence_share_a_folder(tmp_path, demo, command):
    left = tmp_path / "left"
    left.mkdir()
    asked = ("--release", left, "--quiet")
    assert command("letter", "--survey", demo, "--out", tmp_path / "r", *asked).code == 0
    assert [path.name for path in left.glob("release_*")] == ["release_00001.json"]
    # other people under the same name of source and wave are not compared in silence
    few = _few(demo, tmp_path / "few.sav", first=0, n=3_995)
    ran = command("letter", "--survey", few, "--out", tmp_path / "r", *asked)
    assert ran.code == 5
    assert "their numbers can be subtracted" in ran.err
    assert ran.out == ""
    again = ("prevalence", demo, "--source", "gezondheidsmonitor", "--wave", 2022)
    ran = command(*again, "--outcome", "severely_lonely", "--by", "sex", *asked)
    assert ran.code == 0, ran.err


@pytest.mark.usefixtures("undrawn")
def test_files_that_can_be_parts_of_each_other_are_refused(tmp_path, demo, command):
    most = _few(demo, tmp_path / "most.sav", first=0, n=3_995)
    ran = command("letter", "--survey", demo, "--survey", most, "--out", tmp_path / "r")
    assert ran.code == 5
    assert "their numbers can be subtracted" in ran.err
    half = _few(demo, tmp_path / "half.sav", first=0, n=2_000)
    rest = _few(demo, tmp_path / "rest.sav", first=2_000, n=1_995)
    three = ("--survey", demo, "--survey", half, "--survey", rest)
    ran = command("letter", *three, "--out", tmp_path / "r")
    assert ran.code == 5
    ran = command("letter", "--survey", half, "--survey", rest, "--out", tmp_path / "r")
    assert ran.code == 0, ran.err


@pytest.mark.parametrize("option", [("--unchecked",), ("--release", ".")])
def test_without_a_survey_nothing_is_made_of_respondents(tmp_path, command, option):
    ran = command("letter", "--out", tmp_path / "r", *option)
    assert ran.code == 2
    assert "go with --survey" in ran.err


@pytest.mark.parametrize("output", OUTPUTS)
def test_prevalence_unchecked_says_so_in_every_output(tmp_path, command, output):
    call = (*_own(tmp_path / "0", "as they are", command), "--by", "age", *OUTPUTS[output])
    ran = command(*call, "--profile", "none")
    assert ran.code == 5
    assert "onderdrukt" not in ran.out
    file = tmp_path / "out"
    assert command(*call, "--profile", "none", "--out", file).code == 5
    assert not file.exists()
    ran = command(*call, *UNCHECKED)
    assert ran.code == 0, ran.err
    assert re.search("not checked for disclosure|niet gecontroleerd op onthulling", ran.out)
    if output == "csv":
        assert {row["disclosure"] for row in csv.DictReader(io.StringIO(ran.out))} == {STAYS}
    if output == "json":
        tables = json.loads(ran.out)["data"]
        assert {table["footnote"]["disclosure"] for table in tables} == {
            "not checked for disclosure"
        }
