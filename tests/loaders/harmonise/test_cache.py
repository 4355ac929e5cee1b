"""The cache gives back the same survey, and never an old, a damaged or another one."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from eenzaam_stats.errors import EenzaamStatsWarning, SourceError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.formats.opened import open_file
from eenzaam_stats.loaders.harmonise import cache as cache_module
from eenzaam_stats.loaders.harmonise import reading
from eenzaam_stats.loaders.harmonise.reading import read_survey
from eenzaam_stats.loaders.sources import gezondheidsmonitor
from eenzaam_stats.loaders.sources.gezondheidsmonitor import read_gezondheidsmonitor
from eenzaam_stats.survey import Survey
from loaders.sources.monitor_files import monitor_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return monitor_file(2016, repeats=4).write(tmp_path / "gm.sav")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def readings(monkeypatch) -> list[str]:
    """Names of the files that were really read."""
    seen: list[str] = []
    for module in (gezondheidsmonitor, reading):
        own = module.harmonise_file

        def heard(file, wave, *, _own=own, **options):
            seen.append(file.path.name)
            return _own(file, wave, **options)

        monkeypatch.setattr(module, "harmonise_file", heard)
    return seen


def require_equal(one: Survey, two: Survey) -> None:
    pd.testing.assert_frame_equal(one.respondents, two.respondents, check_exact=True)
    for name in one.respondents:
        left, right = one.respondents[name].dtype, two.respondents[name].dtype
        assert left == right, name
        if isinstance(left, pd.CategoricalDtype):
            assert list(left.categories) == list(right.categories)
            assert left.ordered == right.ordered
    assert (one.design, one.report, one.scoring) == (two.design, two.report, two.scoring)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


@pytest.mark.parametrize("wave", [2016, 2022])
def test_kept_survey_equals_the_one_that_was_read(tmp_path, folder, readings, wave):
    path = monitor_file(wave, repeats=4).write(tmp_path / "gm.sav")
    plain = read_gezondheidsmonitor(path, wave=wave)
    first = read_gezondheidsmonitor(path, wave=wave, cache=folder)
    again = read_gezondheidsmonitor(path, wave=wave, cache=str(folder))
    require_equal(first, plain)
    require_equal(again, plain)
    assert readings == ["gm.sav", "gm.sav"]
    assert [file.suffix for file in files(folder)] == [".parquet"]
    assert files(folder)[0].name.startswith("gezondheidsmonitor-")


def test_any_source_can_be_kept(path, folder, readings):
    wave = load_codebook("gezondheidsmonitor").wave(2016)
    keep = {"sex": ["women"]}
    for _ in range(2):
        survey = read_survey(open_file(path), wave, source="gm", keep=keep, cache=folder)
        assert set(survey.respondents["sex"]) == {"women"}
    everyone = read_survey(open_file(path), wave, source="gm", cache=folder)
    assert set(everyone.respondents["sex"]) == {"men", "women"}
    assert len(readings) == 2


@pytest.mark.parametrize(
    "options",
    [
        {"duplicates": "first"},
        {"leave_out": ["education"]},
        {"max_disagreement": 0.5},
        {"weight": "ewGGD"},
    ],
)
def test_other_options_are_another_survey(path, folder, readings, options):
    read_gezondheidsmonitor(path, wave=2016, cache=folder)
    other = read_gezondheidsmonitor(path, wave=2016, cache=folder, **options)
    require_equal(other, read_gezondheidsmonitor(path, wave=2016, **options))
    assert len(readings) == 3
    assert len(files(folder)) == 2


@pytest.mark.parametrize("edit", ["a value", "a report", "one byte", "all of it"])
def test_an_edited_survey_is_read_again(path, folder, readings, edit):
    """Also one that is whole Parquet with every sum inside it right."""
    first = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    (kept,) = files(folder)
    if edit in ("a value", "a report"):
        table = parquet.read_table(kept)
        changed = table.to_pandas()
        changed.loc[0, "djg_1"] = changed["djg_1"].iloc[1:].max()
        facts = dict(table.schema.metadata)
        text = facts[b"eenzaam_stats.survey"]
        if edit == "a report":
            text = text.replace(b'"n_kept": ', b'"n_kept": 1')
        facts[b"eenzaam_stats.survey"] = text
        facts[b"eenzaam_stats.sha256"] = hashlib.sha256(text).hexdigest().encode()
        own = pa.Table.from_pandas(changed, schema=table.schema.remove_metadata())
        parquet.write_table(own.replace_schema_metadata(facts), kept)
    else:
        data = bytearray(kept.read_bytes())
        data[len(data) // 2] ^= 1
        kept.write_bytes(data if edit == "one byte" else b"x" * len(data))
    require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), first)
    assert len(readings) == 2
    assert [one.name for one in files(folder)] == [kept.name]
    require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), first)
    assert len(readings) == 2


def test_changed_file_is_read_again(tmp_path, path, folder, readings):
    before = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    monitor_file(2016, repeats=4).change("GGEEB201", 1, 3.0).write(tmp_path / "gm.sav")
    after = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    assert (before.respondents["djg_1"].iloc[0], after.respondents["djg_1"].iloc[0]) == (
        "more_or_less",
        "no",
    )
    assert len(readings) == 2


def test_other_version_and_other_codebook_are_read_again(path, folder, readings, monkeypatch):
    wave = load_codebook("gezondheidsmonitor").wave(2016)
    read_survey(open_file(path), wave, source="gm", cache=folder)
    monkeypatch.setattr(cache_module, "VERSION", "99.0")
    read_survey(open_file(path), wave, source="gm", cache=folder)
    older = replace(wave, age_floor=20)
    assert read_survey(open_file(path), older, source="gm", cache=folder).report.age_floor == 20
    assert len(readings) == 3
    assert len(files(folder)) == 3


def test_file_with_another_name_has_its_own_report(path, folder):
    copy = path.with_name("copy.sav")
    copy.write_bytes(path.read_bytes())
    read_gezondheidsmonitor(path, wave=2016, cache=folder)
    assert read_gezondheidsmonitor(copy, wave=2016, cache=folder).report.file == "copy.sav"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_cache_file_that_was_cut_off_is_built_again(path, folder, readings, share):
    survey = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    target = files(folder)[0]
    whole = target.read_bytes()
    target.write_bytes(whole[: int(len(whole) * share)])
    require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), survey)
    require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), survey)
    assert len(readings) == 2


def test_changed_bytes_of_a_cache_file_never_give_another_survey(path, folder):
    survey = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    target = files(folder)[0]
    whole = target.read_bytes()
    for at in range(4, len(whole) - 8, max(1, len(whole) // 60)):
        target.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), survey)


def test_parquet_file_of_something_else_is_built_again(path, folder, readings):
    survey = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    pd.DataFrame({"a": [1]}).to_parquet(files(folder)[0])
    require_equal(read_gezondheidsmonitor(path, wave=2016, cache=folder), survey)
    assert len(readings) == 2


def test_warning_of_the_reading_is_heard_every_time_at_the_line_of_the_user(tmp_path, folder):
    content = monitor_file(2016).drop("AGOJB201", "MIDGV201")
    content.columns["ewGGDlang"] = content.columns["ewGGD"]
    path = content.write(tmp_path / "gm.sav")
    for _ in range(2):
        with pytest.warns(EenzaamStatsWarning, match=r"ewGGDlang.* is doubtful") as caught:
            read_gezondheidsmonitor(path, wave=2020, weight="ewGGDlang", cache=folder)
        assert len(caught) == 1
        assert caught[0].filename == __file__


def test_survey_that_cannot_be_kept_is_given_all_the_same(path, folder, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache_module, "store_survey", full)
    with pytest.warns(EenzaamStatsWarning, match=r"could not be kept .*No space left on device"):
        survey = read_gezondheidsmonitor(path, wave=2016, cache=folder)
    assert len(survey.respondents) > 0
    assert files(folder) == []


def test_error_of_the_reading_leaves_nothing_behind(tmp_path, folder):
    with pytest.raises(SourceError, match=r"nothing\.sav does not exist"):
        read_gezondheidsmonitor(tmp_path / "nothing.sav", wave=2016, cache=folder)
    (tmp_path / "broken.sav").write_bytes(b"$FL2 and no more")
    with pytest.raises(SourceError, match="damaged or cut off"):
        read_gezondheidsmonitor(tmp_path / "broken.sav", wave=2016, cache=folder)
    assert files(folder) == []


def test_file_as_a_cache_folder_is_refused(path):
    with pytest.raises(SourceError, match=r"cache= needs a folder, and gm\.sav cannot be one"):
        read_gezondheidsmonitor(path, wave=2016, cache=path)


def test_cache_without_pyarrow_says_which_extra_is_needed(path, folder, monkeypatch):
    monkeypatch.setattr(cache_module, "find_spec", lambda _: None)
    with pytest.raises(SourceError, match=r"cache= needs PyArrow.*'eenzaam-stats\[fast\]'"):
        read_gezondheidsmonitor(path, wave=2016, cache=folder)
    assert read_gezondheidsmonitor(path, wave=2016).report.n_kept > 0
