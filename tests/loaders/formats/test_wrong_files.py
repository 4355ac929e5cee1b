"""Files that must not be read as the monitor: one sentence, exit code 3, nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from eenzaam_stats.errors import (
    DesignError,
    EenzaamStatsError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from loaders.formats.sav_bytes import cut_rows, without_row_count
from loaders.sources.monitor_files import MonitorFile, monitor_file

MAX_SENTENCES = 3


def other_survey(content: MonitorFile) -> None:
    content.rename(lambda name: name.replace("GGEE", "cs12e"))


def missing_items(content: MonitorFile) -> None:
    content.drop("GGEEB203", "GGEEB209")


def unknown_code(content: MonitorFile) -> None:
    content.change("GGEEB202", 5, 7.0).change("GGEEB202", 9, 7.0)


def no_weight(content: MonitorFile) -> None:
    content.drop("ewGGD")


def zero_weight(content: MonitorFile) -> None:
    content.change("ewGGD", 4, 0.0)


def blank_stratum(content: MonitorFile) -> None:
    content.change("PrimaireEenheid", 2, None)


def reversed_labels(content: MonitorFile) -> None:
    content.labels["GGEEB204"] = {1: "Nee", 2: "Min of meer", 3: "Ja"}


def reversed_sex(content: MonitorFile) -> None:
    content.labels["AGGSA202"] = {1: "vrouw", 2: "man"}


def twice(content: MonitorFile) -> None:
    content.columns["VO_GGEEB201"] = content.columns["GGEEB201"]


CASES: tuple[tuple[Callable[[MonitorFile], None], type[EenzaamStatsError], str], ...] = (
    (other_survey, SourceError, r"gm\.sav does not look like the Gezondheidsmonitor of 2022"),
    (missing_items, UnknownColumnError, r"column\(s\) \['GGEEB203', 'GGEEB209'\]"),
    (unknown_code, UnknownCodeError, r"'GGEEB202': code 7 \(2 row\(s\), first in row 5\)"),
    (no_weight, DesignError, r"\['ewGGD'\], which is not in the file.*\['ewCBSGGD'\]"),
    (zero_weight, DesignError, r"'ewGGD' is blank, zero.* in 1 row\(s\), first in row 4"),
    (blank_stratum, DesignError, r"'PrimaireEenheid' is blank in 1 row\(s\), first in row 2"),
    (reversed_labels, ScaleError, r"'GGEEB204': code 1 is labelled 'Nee'"),
    (reversed_sex, SchemaError, r"'AGGSA202': code 1 is labelled 'vrouw'"),
    (twice, SchemaError, r"GGEEB201 of the codebook matches \['GGEEB201', 'VO_GGEEB201'\]"),
)


@pytest.mark.parametrize(
    ("spoil", "error", "message"), CASES, ids=[spoil.__name__ for spoil, *_ in CASES]
)
def test_file_that_is_wrong_gets_one_message_and_leaves_nothing(tmp_path, spoil, error, message):
    content = monitor_file(2022)
    spoil(content)
    path = content.write(tmp_path / "gm.sav")
    with pytest.raises(error, match=message) as caught:
        read_gezondheidsmonitor(path, wave=2022)
    assert caught.value.exit_code == 3
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert str(tmp_path) not in sentence
    assert sentence.count(". ") < MAX_SENTENCES
    assert list(tmp_path.iterdir()) == [path]


def test_wrong_weight_that_is_asked_for_is_explained(tmp_path):
    path = monitor_file(2022).write(tmp_path / "gm.sav")
    with pytest.raises(
        DesignError, match="'ewCBSGGD' is the wrong weight for loneliness"
    ) as caught:
        read_gezondheidsmonitor(path, wave=2022, weight="ewCBSGGD")
    assert caught.value.exit_code == 3


def write_nothing(path: Path) -> None:
    path.touch()


def write_csv(path: Path) -> None:
    path.write_text("GGEEB201,ewGGD\n1,1.0\n")


def write_cut(path: Path) -> None:
    monitor_file(2022, repeats=50).write(path)
    path.write_bytes(path.read_bytes()[:-200])


def write_folder(path: Path) -> None:
    path.mkdir()


def write_not(path: Path) -> None:
    assert not path.exists()


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (write_nothing, r"gm\.sav is empty"),
        (write_csv, r"gm\.sav is not an SPSS file"),
        (write_cut, r"gm\.sav is damaged or cut off"),
        (write_folder, r"gm\.sav is a folder"),
        (write_not, r"gm\.sav does not exist"),
    ],
)
def test_path_that_is_no_whole_spss_file_is_refused(tmp_path, write, message):
    path = tmp_path / "gm.sav"
    write(path)
    with pytest.raises(SourceError, match=message) as caught:
        read_gezondheidsmonitor(path, wave=2022)
    assert caught.value.exit_code == 3
    assert str(tmp_path) not in str(caught.value)


def test_cut_file_without_row_count_is_read_with_a_warning_mark_in_the_report(tmp_path):
    path = without_row_count(monitor_file(2022, repeats=50).write(tmp_path / "gm.sav"))
    cut_rows(path, 980)
    report = read_gezondheidsmonitor(path, wave=2022).report
    assert report.n_read == 980
    (check,) = [check for check in report.checks if check.name == "number of rows"]
    assert check.passed is None
    assert "does not state its number of rows" in check.message
