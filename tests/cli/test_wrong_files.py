"""Wrong files: one clear sentence, the right exit code, no output left behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest


def _changed(demo: Path, out: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Path:
    frame, meta = pyreadstat.read_sav(demo, user_missing=True)
    frame = change(frame)
    names = list(frame.columns)
    pyreadstat.write_sav(
        frame,
        out,
        file_label=meta.file_label,
        variable_value_labels={
            name: labels for name, labels in meta.variable_value_labels.items() if name in names
        },
        missing_ranges={
            name: ranges for name, ranges in meta.missing_ranges.items() if name in names
        },
    )
    return out


def _other_survey(_demo: Path, folder: Path) -> Path:
    path = folder / "other.sav"
    pyreadstat.write_sav(pd.DataFrame({"cntry": ["NL", "BE"], "fltlnl": [1.0, 4.0]}), path)
    return path


def _missing_item(demo: Path, folder: Path) -> Path:
    return _changed(demo, folder / "item.sav", lambda frame: frame.drop(columns="GGEEB207"))


def _unknown_code(demo: Path, folder: Path) -> Path:
    def seven(frame: pd.DataFrame) -> pd.DataFrame:
        frame.loc[frame.index[[11, 40]], "GGEEB203"] = 7.0
        return frame

    return _changed(demo, folder / "seven.sav", seven)


def _truncated(demo: Path, folder: Path) -> Path:
    path = folder / "cut.sav"
    content = demo.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def _empty(_demo: Path, folder: Path) -> Path:
    path = folder / "empty.sav"
    path.touch()
    return path


def _csv_named_sav(_demo: Path, folder: Path) -> Path:
    path = folder / "table.sav"
    path.write_text("GGEEB201,GGEEB202\n1,3\n", encoding="utf-8")
    return path


def _absent(_demo: Path, folder: Path) -> Path:
    return folder / "nowhere.sav"


WRONG = [
    (_other_survey, (), "Gezondheidsmonitor"),
    (_missing_item, (), "GGEEB207"),
    (_unknown_code, (), "column 'GGEEB203': code 7"),
    (_truncated, (), "cut.sav"),
    (_empty, (), "empty.sav"),
    (_csv_named_sav, (), "table.sav"),
    (_absent, (), "nowhere.sav"),
]


@pytest.mark.parametrize(
    ("make", "extra", "words"), WRONG, ids=lambda x: getattr(x, "__name__", "")
)
def test_wrong_file_gives_one_sentence_exit_three_and_no_output(
    make, extra, words, demo: Path, tmp_path: Path, command
) -> None:
    (tmp_path / "in").mkdir()
    path = make(demo, tmp_path / "in")
    before = sorted(tmp_path.rglob("*"))
    ran = command("letter", "--survey", path, "--out", tmp_path / "out", *extra)
    assert ran.code == 3
    assert words in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert len([line for line in ran.err.splitlines() if line]) == 1
    assert str(tmp_path) not in ran.err
    assert sorted(tmp_path.rglob("*")) == before


def test_unknown_code_message_names_count_and_first_row(
    demo: Path, tmp_path: Path, command
) -> None:
    ran = command("letter", "--survey", _unknown_code(demo, tmp_path), "--out", tmp_path / "out")
    assert "2 row(s), first in row 12" in ran.err


def test_wrong_weight_is_refused_with_its_reason(demo: Path, tmp_path: Path, command) -> None:
    ran = command(
        "letter", "--survey", demo, "--weight", "ewCBSGGD", "--out", tmp_path / "out", "--json"
    )
    assert ran.code == 3
    document = json.loads(ran.out)
    assert document["ok"] is False
    assert document["error"]["class"] == "DesignError"
    assert document["error"]["exit_code"] == 3
    assert "ewCBSGGD" in document["error"]["message"]
    assert not (tmp_path / "out").exists()


def test_wave_without_a_known_layout_asks_for_its_weight(
    demo: Path, tmp_path: Path, command
) -> None:
    ran = command("letter", "--survey", demo, "--wave", 2024, "--out", tmp_path / "out")
    assert ran.code == 3
    assert "2024" in ran.err
    assert "weight" in ran.err


def test_second_wrong_file_stops_before_anything_is_written(
    demo: Path, tmp_path: Path, command
) -> None:
    ran = command(
        "letter", "--survey", demo, "--survey", tmp_path / "x.sav", "--out", tmp_path / "o"
    )
    assert ran.code == 3
    assert not (tmp_path / "o").exists()
