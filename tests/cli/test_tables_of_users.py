"""Tables that commands read: the same numbers in every way of writing, or a named option."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.cli.files import file_words
from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.harmonise.table_file import read_table
from loaders.formats.text_files import persons as survey_of_people
from loaders.formats.text_files import write_text
from loaders.mapping.mapped_files import mapping, write_mapping
from trend.projection.projection_made import people, waves


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    waves().to_csv("waves.csv", index=False)
    return tmp_path


def whole_people() -> pd.DataFrame:
    frame = people()
    return frame.assign(persons=(frame["persons"] / 110).round().astype(int))


def written(name: str, frame: pd.DataFrame, sign: str, decimal: str = ".") -> str:
    """Population with a sign between thousands, delimiters of its country."""
    text = frame.assign(persons=[f"{n:,}".replace(",", sign) for n in frame["persons"]])
    text.to_csv(name, index=False, sep=";" if decimal == "," else ",")
    return name


def projected(command, *more: str) -> tuple[int, str, float]:
    ran = command("project", "waves.csv", "--draws", 0, "--to", 2030, "--json", *more)
    if ran.code:
        return ran.code, ran.out, 0.0
    rows = json.loads(ran.out)["data"]["rows"]
    return 0, "", sum(row["persons"] for row in rows if row["year"] == 2030)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("sign", [".", ",", " ", "'"])
def test_project_refuses_thousands_in_a_population_and_takes_their_sign(command, sign) -> None:
    frame = whole_people()
    frame.to_csv("plain.csv", index=False)
    assert frame["persons"].between(900, 999).any()
    assert (frame["persons"] > 999).any()
    truth = projected(command, "--edition", "plain.csv")[2]
    name = written("people.csv", frame, sign)
    code, said, _ = projected(command, "--edition", name)
    assert code == 3
    assert "people.csv, column 'persons'" in said
    assert "--thousands" in said
    told = projected(command, "--edition", name, "--thousands", sign)
    assert told == (0, "", pytest.approx(truth, rel=1e-12))


@pytest.mark.usefixtures("folder")
def test_project_reads_a_workbook_and_a_table_with_its_delimiter_said(command) -> None:
    frame = whole_people()
    frame.to_csv("plain.csv", index=False)
    frame.to_excel("people.xlsx", index=False)
    Path("excel.csv").write_text("sep=;\n" + frame.to_csv(index=False, sep=";"), "utf-8-sig")
    truth = projected(command, "--edition", "plain.csv")
    assert truth[0] == 0
    assert projected(command, "--edition", "people.xlsx") == truth
    assert projected(command, "--edition", "excel.csv") == truth


@pytest.mark.usefixtures("folder")
def test_trend_reads_decimal_commas_and_refuses_what_can_be_two_numbers(command) -> None:
    years = [2008 + at for at in range(10)]
    values = [0.3 + 0.01 * at + (at % 3) / 50 for at in range(10)]
    frame = pd.DataFrame({"wave": years, "estimate": values, "std_error": 0.01})
    frame.to_csv("plain.csv", index=False)
    frame.to_csv("comma.csv", index=False, sep=";", decimal=",")
    call = ("--interruption", "x:2013.5", "--csv")
    plain, comma = (command("trend", name, *call) for name in ("plain.csv", "comma.csv"))
    assert (plain.code, plain.out) == (comma.code, comma.out)
    assert plain.code == 0
    frame["estimate"] = [f"{1000 + at:,}".replace(",", ".") for at in range(10)]
    frame.loc[3, "estimate"] = "987"
    frame.to_csv("dutch.csv", index=False)
    ran = command("trend", "dutch.csv", *call)
    assert ran.code == 3
    assert "column 'estimate'" in ran.err
    assert command("trend", "dutch.csv", *call, "--thousands", ".").code == 0


@pytest.mark.usefixtures("folder")
def test_prevalence_says_what_a_survey_file_does_not_say_itself(command) -> None:
    frame = survey_of_people()
    frame["w"] = [f"{int(v):,}".replace(",", ".") for v in frame["w"]]
    frame["s"] = frame["s"].astype(int).astype(str).replace({"1": "NA"})
    write_text(frame, Path("own.xlsx"))
    write_mapping(mapping(), Path("m.toml"))
    call = ("prevalence", "own.xlsx", "--source", "mapped", "--mapping", "m.toml")
    call += ("--outcome", "lonely", "--profile", "none", "--unchecked", "--csv", "--quiet")
    first = command(*call)
    assert first.code == 3
    assert "--thousands" in first.err
    second = command(*call, "--thousands", ".")
    assert second.code == 3
    assert "'s' is blank in 15 row(s)" in second.err
    assert command(*call, "--thousands", ".", "--keep-word", "s:NA").code == 0
    sheet = command(*call, "--thousands", ".", "--keep-word", "s:NA", "--sheet", "2")
    assert sheet.code == 2
    assert "sheet is 2" in sheet.err


def test_words_of_options_become_words_of_a_file() -> None:
    assert file_words() == {}
    words = file_words(decimal=",", keep_word=["a:b:NA", "a:b:nan"], sheet="2", skip_rows=1)
    assert words == {
        "decimal": ",",
        "keep_words": {"a:b": ["NA", "nan"]},
        "sheet": 2,
        "skip_rows": 1,
    }
    with pytest.raises(OptionError, match="Write COLUMN:WORD"):
        file_words(keep_word=["NA"])


def test_table_keeps_words_makes_blanks_of_words_for_nothing_and_names_twice_are_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("land,n,x\nNA,1,#N/A\nNL,2,0.5\n", "utf-8")
    frame = read_table(path)
    assert frame["n"].tolist() == [1, 2]
    assert frame["x"].isna().tolist() == [True, False]
    assert frame["land"].isna().tolist() == [True, False]
    assert read_table(path, keep_words={"land": ["NA"]})["land"].tolist() == ["NA", "NL"]
    path.write_text("n,n\n1,2\n", "utf-8")
    with pytest.raises(SourceError, match=r"column\(s\) \['n'\] more than once"):
        read_table(path)
