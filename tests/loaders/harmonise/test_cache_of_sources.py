"""``cache=`` of every reader: the same survey the second time, and never an old or damaged one.

What only this file sees: each reader with its own options, on the synthetic file of its source, and
the panel that is a folder. How the cache itself keeps a survey is in ``test_cache``.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest

from eenzaam_stats import loaders
from eenzaam_stats.errors import EenzaamStatsWarning
from eenzaam_stats.loaders.harmonise import cache as cache_module
from eenzaam_stats.loaders.sources.any_source import SOURCES
from loaders.formats.changed_sav import changed_sav
from loaders.formats.changed_sav import read as codes_of
from loaders.harmonise.test_cache import require_equal
from synthetic.synthetic_files import SYNTHETIC_FILES

READERS = {
    "gezondheidsmonitor 2022": lambda path, **cache: loaders.read_gezondheidsmonitor(
        path, wave=2022, **cache
    ),
    "lasa H": lambda path, **cache: loaders.read_lasa(path, wave="H", **cache),
    "liss": loaders.read_liss,
    "ssw": lambda path, **cache: loaders.read_ssw(path, path.with_suffix(".toml"), **cache),
    "eu survey, codes": loaders.read_eu_survey,
    "eu survey, Stata": lambda path, **cache: loaders.read_eu_survey(
        path, country="Netherlands", **cache
    ),
    "share": lambda path, **cache: loaders.read_share(path, wave=9, **cache),
    "ess": lambda path, **cache: loaders.read_ess(path, wave=11, **cache),
    "mapped DJG6": lambda path, **cache: loaders.read_mapped(
        path, path.with_suffix(".toml"), **cache
    ),
    "gmjv": lambda path, **cache: loaders.read_gmjv(path, wave=2022, **cache),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folder of each synthetic file, written once, and a mapping by its reader."""
    kept = {}

    def folder_of(name: str) -> Path:
        if name not in kept:
            folder = tmp_path_factory.mktemp("synthetic")
            SYNTHETIC_FILES[name].make(folder / SYNTHETIC_FILES[name].file)
            if name.startswith("mapped"):
                SYNTHETIC_FILES[name].read(folder / SYNTHETIC_FILES[name].file)
            kept[name] = folder
        return kept[name]

    return folder_of


@pytest.fixture
def readings(monkeypatch) -> list[int]:
    """One entry for every reading that did not come from the cache."""
    seen: list[int] = []
    own = cache_module._read_and_heard

    def heard(read):
        seen.append(1)
        return own(read)

    monkeypatch.setattr(cache_module, "_read_and_heard", heard)
    return seen


def test_every_reader_has_a_cache_and_is_tested_here():
    assert {SYNTHETIC_FILES[name].source for name in READERS} == set(SOURCES)


@pytest.mark.parametrize("name", READERS)
def test_second_reading_comes_from_the_cache_and_a_damaged_one_is_read_anew(
    made, tmp_path, readings, name
):
    path, folder = made(name) / SYNTHETIC_FILES[name].file, tmp_path / "cache"
    read = READERS[name]
    plain = read(path)
    assert readings == []
    require_equal(read(path, cache=folder), plain)
    assert len(readings) == 1
    require_equal(read(path, cache=str(folder)), plain)
    assert len(readings) == 1
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[: kept.stat().st_size // 2])
    require_equal(read(path, cache=folder), plain)
    assert len(readings) == 2
    require_equal(read(path, cache=folder), plain)
    assert len(readings) == 2
    assert list(folder.iterdir()) == [kept]


def changed_file(path: Path) -> None:
    """Take the last row away."""
    if path.suffix == ".csv":
        path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    else:
        changed_sav(path, path, frame=codes_of(path).iloc[:-1])


@pytest.mark.parametrize("name", [name for name in READERS if name != "eu survey, Stata"])
def test_changed_file_is_read_anew(made, tmp_path, readings, name):
    path = tmp_path / "copy" / SYNTHETIC_FILES[name].file
    shutil.copytree(made(name), path.parent)
    read, folder = READERS[name], tmp_path / "cache"
    before = read(path, cache=folder)
    changed_file(sorted(path.glob("cs*.sav"))[-1] if path.is_dir() else path)
    after = read(path, cache=folder)
    assert len(readings) == 2
    require_equal(after, read(path))
    assert after.report.n_read == before.report.n_read - 1


def test_every_file_of_a_panel_counts_and_the_names_of_those_that_are_not_read(
    made, tmp_path, readings
):
    path = tmp_path / "panel"
    shutil.copytree(made("liss") / "panel", path)
    folder = tmp_path / "cache"
    loaders.read_liss(path, cache=folder)
    every = sorted(path.glob("*.sav"))
    assert len(every) > 5
    files = [every[0], every[len(every) // 2], every[-1]]
    assert len({file.name[:2] for file in files}) == 2  # waves and background files
    for number, file in enumerate(files, start=1):
        content = file.read_bytes()
        file.write_bytes(content[:40] + bytes([content[40] ^ 1]) + content[41:])
        loaders.read_liss(path, cache=folder)
        assert len(readings) == number + 1, file.name
    (path / "codebook.pdf").write_bytes(b"%PDF")
    loaders.read_liss(path, cache=folder)
    assert len(readings) == len(files) + 2
    loaders.read_liss(path, cache=folder)
    assert len(readings) == len(files) + 2


def test_other_options_are_another_survey(made, tmp_path, readings):
    europe = made("eu survey, codes") / SYNTHETIC_FILES["eu survey, codes"].file
    folder = tmp_path / "cache"
    one = loaders.read_eu_survey(europe, cache=folder)
    two = loaders.read_eu_survey(europe, weights_for="eu27", cache=folder)
    three = loaders.read_eu_survey(europe, country="Italy", cache=folder)
    assert len(readings) == len(list(folder.iterdir())) == 3
    assert not one.respondents["weight"].equals(two.respondents["weight"])
    assert len(three.respondents) < len(one.respondents)


def test_changed_mapping_is_read_anew(made, tmp_path, readings):
    shutil.copytree(made("mapped DJG6"), tmp_path / "copy")
    path, folder = tmp_path / "copy" / "x.sav", tmp_path / "cache"
    mapping = path.with_suffix(".toml")
    loaders.read_mapped(path, mapping, cache=folder)
    mapping.write_text(mapping.read_text("utf-8").replace('"age_floor" = 18', '"age_floor" = 19'))
    assert loaders.read_mapped(path, mapping, cache=folder).report.age_floor == 19
    assert len(readings) == 2


def test_warning_of_a_panel_is_heard_from_the_cache_too_at_the_line_of_the_user(made, tmp_path):
    shutil.copytree(made("liss") / "panel", tmp_path / "panel")
    file = sorted((tmp_path / "panel").glob("cs19l*.sav"))[0]
    frame = codes_of(file)
    ends = {
        name: frame[name].replace({1: 3, 3: 1}) for name in ("cs19l284", "cs19l288", "cs19l289")
    }
    changed_sav(file, file, frame=frame.assign(**ends))
    for options in ({}, {"cache": tmp_path / "cache"}, {"cache": tmp_path / "cache"}):
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always", EenzaamStatsWarning)
            loaders.read_liss(tmp_path / "panel", **options)
        own = [said for said in heard if issubclass(said.category, EenzaamStatsWarning)]
        assert [said.filename for said in own] == [__file__]
        assert "wave cs19l" in str(own[0].message)
