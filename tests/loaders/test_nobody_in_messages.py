"""Marks of persons in every cell, header, label and sheet name: none comes out of any reading.

A mark is a name with a date of birth, a number of a person, a date or free text. Each reading ends
in a survey with its report or in an error; all that is said on the way is searched.
"""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest

import eenzaam_stats as es
from eenzaam_stats.cli.main import run
from eenzaam_stats.design import Design
from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.loaders.formats.opened import SUFFIXES
from eenzaam_stats.loaders.harmonise.table_file import read_table
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.sources.any_source import SOURCES, SourceOptions, read_source
from eenzaam_stats.scoring import DJG6
from eenzaam_stats.survey import HarmonisationReport, Survey
from loaders.formats.changed_sav import changed_sav
from loaders.formats.text_files import DELIMITERS, write_text
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey
from synthetic.synthetic_files import SYNTHETIC_FILES

NAME, BIRTH, NUMBER = "Wilhelmina Ouwerkerk", "1951-03-17", "123456782"
FREE = "Sinds mijn man overleed bel ik niemand, hooguit 06-12345678"
MARKS = {
    "name": f"{NAME} {BIRTH}",
    "surname": "Ouwerkerk",
    "date of birth": BIRTH,
    "Dutch date": "17-03-1951",
    "number": NUMBER,
    "mail": "w.ouwerkerk@example.org",
    "free text": FREE,
}
SECRETS = ("ilhelmin", "uwerker", "1951-03-17", "17-03-1951", NUMBER, "verlee", "06-1234")
WAVES = {
    "gezondheidsmonitor": 2022,
    "gmjv": 2022,
    "lasa": "H",
    "share": 9,
    "ess": 11,
}


def require_nobody(said: str) -> None:
    found = [secret for secret in SECRETS if secret in said]
    assert not found, f"{found} in: {said[:600]}"


def heard(read: Callable[[], object]) -> str:
    """All that a reading says: report, warnings, the error with its notes, its repr and causes."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = read()
        except EenzaamStatsError as error:
            said = [str(error), repr(error), *getattr(error, "__notes__", [])]
        else:
            report = getattr(result, "report", None)
            said = [] if report is None else [str(report), repr(report)]
    return "\n".join([*said, *(str(one.message) for one in caught)])


def with_mark(frame: pd.DataFrame, column: str, mark: str, *, rows: str) -> pd.DataFrame:
    cells = frame[column].map(lambda value: f"{value:g}").astype(object)
    if rows == "all":
        cells[:] = mark
    else:
        cells.iloc[4] = mark
    return frame.assign(**{column: cells})


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("rows", ["one", "all"])
@pytest.mark.parametrize("column", ["q3", "sx", "lft", "id", "w", "s", "unused"])
def test_a_mark_in_a_cell_stays_there(tmp_path, suffix, rows, column):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    for at, (kind, mark) in enumerate(MARKS.items()):
        if rows == "all" and (kind == "surname" or (kind, column) == ("number", "w")):
            continue  # a word that every row has is a code; the mean of the weights is reported
        target = tmp_path / f"x{at}{suffix}"
        written = write_text(with_mark(people(), column, mark, rows=rows), _file(target))
        written.rename(target) if written != target else None
        require_nobody(heard(lambda file=target: read_mapped(file, told)))


def _file(target: Path) -> Path:
    """Path that the writers of the tests know: a .zsav is written as .sav."""
    return target.with_suffix(".sav") if target.suffix == ".zsav" else target


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".sav", ".dta"])
@pytest.mark.parametrize("rows", ["one", "all"])
def test_a_mark_that_a_mapping_takes_for_a_missing_answer_is_not_in_the_report(
    tmp_path, suffix, rows
):
    raw = mapping()
    for row in raw["variable"]:
        if row["name"] in ("djg_3", "sex", "age"):
            row["else"] = "no_answer"
    told = write_mapping(raw, tmp_path / "m.toml")
    for at, mark in enumerate(MARKS.values()):
        for column in ("q3", "sx", "lft"):
            frame = with_mark(people(), column, mark, rows=rows)
            path = write_text(frame, tmp_path / f"{column}{at}{suffix}")
            require_nobody(heard(lambda file=path: read_mapped(file, told)))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_a_header_does_not_give_its_first_record(tmp_path, suffix, capsys):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    record = [NUMBER, BIRTH, NAME, "v", FREE[:50], "Ouwerkerk"]
    path = tmp_path / f"x{suffix}"
    if suffix in (".sav", ".zsav", ".dta"):
        frame = pd.DataFrame({"Ouwerkerk": [1.0, 2.0]})  # these formats have names only
        write_survey(frame, path)
        record = []
    else:
        frame = pd.DataFrame([record, record], columns=record)
        write_text(frame, path) if suffix != ".parquet" else frame.to_parquet(path)
    readings: list[Callable[[], object]] = [
        lambda: read_mapped(path, told),
        lambda: read_table(path),
        lambda: read_mapped(path, told, keep_words={"sex": ["NA"]}),
        *(
            lambda name=name: read_source(name, path, SourceOptions(wave=WAVES[name]))
            for name in WAVES
        ),
        lambda: read_source("eu_loneliness_survey", path, SourceOptions()),
        lambda: read_source("mapped", path, SourceOptions(mapping=told)),
        lambda: read_source("ssw", path, SourceOptions(mapping=told)),
    ]
    if not record:
        return
    for read in readings:
        require_nobody(heard(read))
    for words in (
        ["prevalence", path, "--source", "mapped", "--mapping", told, "--outcome", "lonely"],
        ["prevalence", path, "--source", "gezondheidsmonitor", "--wave", "2022", "--json"],
        ["codebook", "check", told, path],
        ["trend", path, "--interruption", "x:2020"],
        ["letter", "--survey", path, "--out", tmp_path / "letter"],
        ["--debug", "prevalence", path, "--source", "lasa", "--wave", "H"],
    ):
        run([str(word) for word in words])
        captured = capsys.readouterr()
        require_nobody(captured.out + captured.err)


@pytest.mark.parametrize("suffix", [".sav", ".zsav", ".dta"])
@pytest.mark.parametrize("mark", ["name", "date of birth", "number", "free text", "mail"])
def test_a_mark_in_a_label_stays_there(tmp_path, suffix, mark):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    frame = people()
    write = pyreadstat.write_dta if suffix == ".dta" else pyreadstat.write_sav
    for column in ("q3", "sx", "lft", "w", "s"):
        codes = sorted(frame[column].unique())[:4]
        words = {int(code): f"{MARKS[mark]} {int(code)}" for code in codes}
        plain = {column: frame[column].round().astype(int)} if suffix == ".dta" else {}
        path = tmp_path / f"{column}{suffix}"
        write(
            frame.assign(**plain),
            path,
            file_label=MARKS[mark][:60],
            column_labels=dict.fromkeys(frame.columns, MARKS[mark]),
            variable_value_labels={column: words},
        )
        require_nobody(heard(lambda file=path: read_mapped(file, told)))


@pytest.mark.parametrize(
    "synthetic_file", [name for name, one in SYNTHETIC_FILES.items() if one.file == "x.sav"]
)
@pytest.mark.parametrize("mark", ["name", "free text"])
def test_marks_in_every_label_of_a_source(tmp_path, synthetic_file, mark):
    made = SYNTHETIC_FILES[synthetic_file].make(tmp_path / "own.sav")
    assert made is not False
    _, meta = pyreadstat.read_sav(tmp_path / "own.sav", metadataonly=True)
    told = tmp_path / "own.toml"
    for names in ([one] for one in meta.variable_value_labels):
        labels = {
            name: {code: f"{MARKS[mark]} {at}" for at, code in enumerate(words)}
            for name, words in meta.variable_value_labels.items()
            if name in names
        }
        target = changed_sav(tmp_path / "own.sav", tmp_path / "x.sav", labels=labels)
        if told.exists():
            shutil.copy(told, target.with_suffix(".toml"))
        require_nobody(heard(lambda file=target: SYNTHETIC_FILES[synthetic_file].read(file)))


def test_the_name_of_a_sheet_stays_in_the_workbook(tmp_path):
    told = write_mapping(mapping(), tmp_path / "m.toml")
    path = write_text(people(), tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    book.active.title = f"{NAME[:18]} {BIRTH}"
    book.create_sheet(NUMBER)
    book.save(path)
    require_nobody(heard(lambda: read_mapped(path, told)))
    require_nobody(heard(lambda: read_mapped(path, told, sheet="absent")))


@pytest.mark.parametrize("cell", [NAME, NUMBER, BIRTH, FREE, "Ouwerkerk"])
def test_a_damaged_number_in_a_workbook_is_not_quoted(tmp_path, cell):
    import zipfile

    told = write_mapping(mapping(), tmp_path / "m.toml")
    path = write_text(people(), tmp_path / "x.xlsx")
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b"<v>18</v>", f"<v>{cell}</v>".encode())
    with zipfile.ZipFile(path, "w") as book:
        for name, body in parts.items():
            book.writestr(name, body)
    require_nobody(heard(lambda: read_mapped(path, told)))


@pytest.mark.parametrize("suffix", [one for one in SUFFIXES if one not in DELIMITERS])
@pytest.mark.parametrize("start", ["uwer", "7;31", "u;w\n", "\u00fcwer", "u w."])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_start_of_a_text_under_another_name_is_not_said(tmp_path, suffix, start, encoding):
    path = tmp_path / f"x{suffix}"
    path.write_text(f"{start}kerk;1951-03-17\n" * 30, encoding)
    told = write_mapping(mapping(), tmp_path / "m.toml")
    said = heard(lambda: read_mapped(path, told))
    assert start[:3] not in said
    assert "bytes are" not in said
    require_nobody(said)


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("column", ["y", "g", "w", "s", "c", "f", "wave", "item"])
def test_verbs_on_frames_do_not_say_a_cell(mark, column):
    n = 40
    frame = pd.DataFrame(
        {
            "y": np.arange(n) % 2,
            "g": ["a", "b"] * (n // 2),
            "w": 1.0,
            "s": np.arange(n) % 4,
            "c": np.arange(n) % 8,
            "f": 100.0,
            "wave": 2020 + np.arange(n) % 3,
            **{f"djg_{at}": ["yes", "no"] * (n // 2) for at in (3, 4, 7, 8, 9, 10)},
        }
    ).astype(object)
    frame.loc[5, "djg_4" if column == "item" else column] = MARKS[mark]
    report = HarmonisationReport("example", "2022", "a.csv", "synthetic", "adults", n, n)
    design = Design(weight="w", stratum="s", cluster="c", fpc="f", single_psu="fail")
    survey = Survey(frame, design, report)
    verbs: list[Callable[[], Any]] = [
        lambda: es.prevalence(survey, "y"),
        lambda: es.mean(survey, "y"),
        lambda: es.prevalence(survey, "absent"),
        lambda: es.estimation.linear_trend(survey, "y", wave="wave"),
        lambda: es.score(survey, DJG6),
    ]
    if column not in ("g",):
        verbs.append(lambda: es.compare(survey, "y", by="g"))
    for verb in verbs:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                verb()
        except EenzaamStatsError as error:
            require_nobody(str(error) + repr(error))


def test_the_repr_of_a_survey_holds_no_rows():
    report = HarmonisationReport("example", "2022", "a.csv", "synthetic", "adults", 1, 1)
    survey = Survey(pd.DataFrame({"id": [NUMBER], "said": [FREE]}), Design(), report)
    require_nobody(repr(survey) + str(survey))
    assert "example" in repr(survey)


def test_the_rule_shows_codes_and_describes_the_rest():
    unknown = pytest.raises(EenzaamStatsError, match=r"code 7 \(2 row\(s\), first in row 1\)")
    report = HarmonisationReport("example", "2022", "a.csv", "synthetic", "adults", 4, 4)
    items = {f"djg_{at}": ["yes", "no"] for at in (3, 4, 7, 8, 9, 10)}
    with unknown:
        es.score(
            Survey(pd.DataFrame(items).assign(djg_3=[7, 7]), Design(), report),
            DJG6,
            answers={1: "yes", 2: "more_or_less", 3: "no"},
        )
    with pytest.raises(EenzaamStatsError, match=r"code text of 59 characters \(1 row"):
        es.score(Survey(pd.DataFrame(items).assign(djg_3=[FREE, "no"]), Design(), report), DJG6)
    assert set(SOURCES) >= set(WAVES)
