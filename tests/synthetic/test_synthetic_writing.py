"""Writing a synthetic file: the same seed, both suffixes, refusals, and nothing left behind."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import OptionError, SourceError
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.synthetic import synthesise_gezondheidsmonitor, writing
from eenzaam_stats.vocabulary import Origin

ITEMS = [f"GGEEB2{number:02}" for number in range(1, 12)]


def read(path):
    return pyreadstat.read_sav(path, user_missing=True)


@pytest.mark.parametrize(("wave", "kept"), [(2012, 1000), (2016, 985), (2020, 985), (2022, 1000)])
def test_the_reader_of_the_source_accepts_the_file_and_knows_it_is_synthetic(tmp_path, wave, kept):
    path = tmp_path / "demo.zsav"
    synthesise_gezondheidsmonitor(path, wave=wave, n=1000)
    survey = read_gezondheidsmonitor(path, wave=wave)
    assert survey.report.origin is Origin.SYNTHETIC
    assert (survey.report.n_read, survey.report.n_kept) == (1000, kept)
    assert [check.message for check in survey.report.checks if check.passed is False] == []
    scored = score(survey, DJG11, strict=True)
    assert scored.scoring[0].n_valid == survey.respondents["published_total"].notna().sum()
    assert scored.scoring[0].n_one_missing > 0


def without_date(path):
    """Bytes of a file without creation date and time, which stand at 92-108 of the header."""
    content = bytearray(path.read_bytes())
    content[92:109] = b" " * 17
    return bytes(content)


def test_same_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        synthesise_gezondheidsmonitor(tmp_path / f"{name}.sav", n=2000, seed=seed)
    assert without_date(tmp_path / "a.sav") == without_date(tmp_path / "b.sav")
    first, other = read(tmp_path / "a.sav")[0], read(tmp_path / "c.sav")[0]
    assert (first[ITEMS] != other[ITEMS]).any(axis=None)


def test_compressed_file_holds_the_same_values(tmp_path):
    for name in ("plain.sav", "packed.zsav"):
        synthesise_gezondheidsmonitor(tmp_path / name, n=2000)
    pd.testing.assert_frame_equal(
        read(tmp_path / "plain.sav")[0], read(tmp_path / "packed.zsav")[0]
    )
    assert (tmp_path / "packed.zsav").read_bytes()[:4] == b"$FL3"
    assert (tmp_path / "packed.zsav").stat().st_size < (tmp_path / "plain.sav").stat().st_size


def test_an_existing_file_is_replaced_only_where_that_is_said(tmp_path):
    target = tmp_path / "demo.sav"
    target.write_text("something else", "utf-8")
    with pytest.raises(SourceError, match=r"does not replace demo\.sav, which exists.*overwrite="):
        synthesise_gezondheidsmonitor(target, n=1000)
    assert target.read_text("utf-8") == "something else"
    synthesise_gezondheidsmonitor(target, n=1000, overwrite=True)
    assert len(read(target)[0]) == 1000
    assert [path.name for path in tmp_path.iterdir()] == ["demo.sav"]


# ------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"wave": 2024}, r"wave 2024 cannot be imitated: .* not been documented\. Choose one of"),
        ({"wave": 2014}, r"wave is 2014, which is not an option\. Choose one of 2012, 2016"),
        ({"n": 999}, r"n is 999, too few for people in every cell .* Ask for 1,000 or more"),
        ({"seed": -1}, r"seed is -1, which is below 0\. Choose a whole number"),
    ],
)
def test_options_that_cannot_be_met_are_refused(tmp_path, options, message):
    with pytest.raises(OptionError, match=message):
        synthesise_gezondheidsmonitor(tmp_path / "demo.sav", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["demo.csv", "demo", "demo.sav.gz"])
def test_another_suffix_is_refused(tmp_path, name):
    with pytest.raises(OptionError, match=r"suffix of the file to write is .* '\.sav', '\.zsav'"):
        synthesise_gezondheidsmonitor(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_an_absent_folder_is_named_as_the_fault(tmp_path):
    with pytest.raises(SourceError, match=r"needs an existing folder for demo\.sav.*Make it"):
        synthesise_gezondheidsmonitor(tmp_path / "absent" / "demo.sav")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_the_name_of_a_file_is_refused(tmp_path):
    (tmp_path / "demo.sav").mkdir()
    with pytest.raises(SourceError, match=r"needs a file name, and demo\.sav is a folder"):
        synthesise_gezondheidsmonitor(tmp_path / "demo.sav")


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), pyreadstat.PyreadstatError("no space")]
)
def test_a_failed_write_leaves_nothing_behind_and_keeps_the_old_file(tmp_path, monkeypatch, fault):
    def half_written(_frame, path, **_options):
        Path(path).write_bytes(b"$FL2 half")
        raise fault

    monkeypatch.setattr(writing.pyreadstat, "write_sav", half_written)
    target = tmp_path / "demo.sav"
    target.write_bytes(b"old")
    with pytest.raises(SourceError, match=r"cannot write demo\.sav: .*space"):
        synthesise_gezondheidsmonitor(target, n=1000, overwrite=True)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["demo.sav"]


def test_an_interrupted_write_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupted(_frame, path, **_options):
        Path(path).write_bytes(b"$FL2 half")
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.pyreadstat, "write_sav", interrupted)
    with pytest.raises(KeyboardInterrupt):
        synthesise_gezondheidsmonitor(tmp_path / "demo.sav", n=1000)
    assert list(tmp_path.iterdir()) == []


def test_the_old_file_stays_whole_until_the_new_one_is_complete(tmp_path, monkeypatch):
    def refused(_path, _target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refused)
    target = tmp_path / "demo.sav"
    target.write_bytes(b"old")
    with pytest.raises(SourceError, match=r"cannot write demo\.sav: Permission denied"):
        synthesise_gezondheidsmonitor(target, n=1000, overwrite=True)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["demo.sav"]
