"""File names of the LISS panel: every spelling, versions, contradictions, other files."""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import SourceError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.sources.liss.files import background_files, panel_files, read_version
from eenzaam_stats.loaders.sources.liss.wave import wave_codes

CODES = wave_codes(load_codebook("liss"))


def made(folder, *names):
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def found(folder, **options):
    return panel_files(folder, codes=CODES, **options)


def test_codes_are_the_eighteen_of_the_archive():
    letters = "abcdefghijklmnopqr"
    expected = {f"cs{8 + i:02d}{letter}": 2008 + i for i, letter in enumerate(letters)}
    assert expected == CODES
    assert CODES["cs14g"] == 2014
    assert CODES["cs20m"] == 2020


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("cs08a_2p_EN.sav", "cs08a"),
        ("cs11d_EN_3.0p.sav", "cs11d"),
        ("cs12e_1.0p_EN.sav", "cs12e"),
        ("cs20m_EN_1.1p.sav", "cs20m"),
        ("CS14G_EN_1.0P.SAV", "cs14g"),
        ("cs19l_1.0p_NL.zsav", "cs19l"),
        ("cs17j_EN_1.0p.dta", "cs17j"),
        ("cs25r.sav", "cs25r"),
        ("cs16i_EN_1.0p.csv", "cs16i"),
    ],
)
def test_every_spelling_is_recognised(tmp_path, name, code):
    files = found(made(tmp_path, name))
    assert {key: file.name for key, file in files.waves.items()} == {code: name}


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("_2p_EN.sav", (2, 0)),
        ("_EN_3.0p.sav", (3, 0)),
        ("_1.0p_EN.sav", (1, 0)),
        ("_EN_1.1p.sav", (1, 1)),
        ("_EN_10.12P.sav", (10, 12)),
        ("_EN.sav", None),
        ("_2part.sav", None),
    ],
)
def test_version_is_read_from_every_spelling(name, version):
    assert read_version(name) == version


@pytest.mark.parametrize(
    ("names", "newest"),
    [
        (("cs11d_EN_2.0p.sav", "cs11d_EN_3.0p.sav", "cs11d_1p_EN.sav"), "cs11d_EN_3.0p.sav"),
        (("cs20m_EN_1.0p.sav", "cs20m_EN_1.1p.sav"), "cs20m_EN_1.1p.sav"),
        (("cs20m_EN_1.9p.sav", "cs20m_EN_1.10p.sav"), "cs20m_EN_1.10p.sav"),
    ],
)
def test_highest_version_wins_and_lower_ones_are_named(tmp_path, names, newest):
    files = found(made(tmp_path, *names))
    (file,) = files.waves.values()
    assert file.name == newest
    assert set(files.older) == set(names) - {newest}


@pytest.mark.parametrize(
    "names",
    [
        ("cs08a_2p_EN.sav", "cs08a_EN_2.0p.sav"),
        ("cs08a_2p_EN.sav", "cs08a_2p_NL.sav"),
        ("cs08a_2p_EN.dta", "cs08a_2p_EN.sav"),
        ("cs08a_2p_EN.sav", "cs08a_EN.sav"),
        ("cs08a_EN.sav", "cs08a_NL.sav"),
    ],
)
def test_versions_that_tie_are_refused_and_both_named(tmp_path, names):
    with pytest.raises(SourceError, match="no version decides") as caught:
        found(made(tmp_path, *names))
    assert all(name in str(caught.value) for name in names)


@pytest.mark.parametrize(
    ("name", "match"),
    [
        ("cs08b_2p_EN.sav", "2008 is wave cs08a, letter b is wave cs09b"),
        ("cs23o_EN_1.0p.sav", "2023 is wave cs23p, letter o is wave cs22o"),
        ("cs26s_EN_1.0p.sav", "2026 is no known wave"),
        ("cs07a_EN_1.0p.sav", "2007 is no known wave, letter a is wave cs08a"),
    ],
)
def test_year_and_letter_that_disagree_are_refused(tmp_path, name, match):
    with pytest.raises(SourceError, match=match):
        found(made(tmp_path, name))


def test_other_files_are_listed_and_not_read(tmp_path):
    names = ("codebook_cs08a.pdf", "cs08a_codebook.pdf", "cw08a_2p.sav", "L_CoronaImpact.sav")
    made(tmp_path, "cs08a_2p_EN.sav", "avars_200810_EN_1.0p.sav", ".hidden.sav", *names)
    files = found(tmp_path)
    assert set(files.others) == set(names)
    assert {month: file.name for month, file in files.backgrounds.items()} == {
        200810: "avars_200810_EN_1.0p.sav"
    }


def test_waves_are_in_order_of_time(tmp_path):
    made(tmp_path, "cs12e_1.0p_EN.sav", "cs08a_2p_EN.sav", "cs10c_1p.sav")
    assert list(found(tmp_path).waves) == ["cs08a", "cs10c", "cs12e"]


def test_background_files_beside_a_named_wave_are_found(tmp_path):
    made(tmp_path, "cs08a_2p_EN.sav", "avars_200810_EN_1.0p.sav", "avars_200810_EN_2.0p.sav")
    files = found([tmp_path / "cs08a_2p_EN.sav"])
    assert files.backgrounds[200810].name == "avars_200810_EN_2.0p.sav"
    assert files.others == ()


@pytest.mark.parametrize(
    ("names", "asked", "match"),
    [
        ((), "", "holds no wave of the LISS panel"),
        (("avars_200810.sav",), "", "holds no wave of the LISS panel"),
        ((), "nowhere", "nowhere does not exist"),
        (("cw08a_2p.sav",), "cw08a_2p.sav", "not named as a file of the LISS panel"),
        (("cs08a.pdf",), "cs08a.pdf", "not named as a file of the LISS panel"),
        (("L_CoronavirusImpact_2.sav",), "L_CoronavirusImpact_2.sav", "how people feel now"),
        (("cs08a.sav", "avars_200813_EN.sav"), "", "200813 is no month"),
    ],
)
def test_paths_that_are_no_panel_are_explained(tmp_path, names, asked, match):
    made(tmp_path, *names)
    with pytest.raises(SourceError, match=match):
        found(tmp_path / asked)


def test_empty_list_is_explained():
    with pytest.raises(SourceError, match="empty list of files"):
        found([])


def test_named_background_that_is_absent_or_another_file_is_explained(tmp_path):
    made(tmp_path, "cs08a.sav")
    with pytest.raises(SourceError, match=r"background avars_200810\.sav does not exist"):
        background_files(tmp_path / "avars_200810.sav")
    with pytest.raises(SourceError, match=r"background cs08a\.sav is no background file"):
        background_files([tmp_path / "cs08a.sav"])
    with pytest.raises(SourceError, match="nor a folder with one"):
        background_files(tmp_path)
