"""A question that nobody answered is told when a file is read, and its scale is not scored."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import ScaleError
from eenzaam_stats.loaders.formats.opened import SUFFIXES
from eenzaam_stats.loaders.harmonise.agreement import RECOMPUTED
from eenzaam_stats.scoring import DIRECT, DJG6, DJG11, UCLA3
from eenzaam_stats.scoring.instrument import Scale
from loaders.formats.changed_sav import changed_sav
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey
from synthetic.synthetic_files import SYNTHETIC_FILES, SyntheticFile, read_quietly

CHECK = "items asked"
# Per source a question, its code for missing, the harmonised name, and the scale that needs it.
CASES: dict[str, tuple[str, float, str, Scale | None]] = {
    "gezondheidsmonitor 2016": ("GGEEB203", 9.0, "djg_3", DJG11),
    "gezondheidsmonitor 2022": ("GGEEB211", 9.0, "djg_11", DJG11),
    "lasa H": ("hlo8", -1.0, "djg_8", DJG11),
    "lasa B": ("blo2", -1.0, "djg_2", DJG11),
    "liss": ("cs19l286", np.nan, "djg_7", DJG6),
    "ssw": ("", np.nan, "djg_3", DJG6),
    "eu survey, codes": ("loneliness_djg_b", 999.0, "", DJG6),
    "eu survey, Stata": ("loneliness_ucla_b", 999.0, "ucla_2", UCLA3),
    "share": ("mh035_", -1.0, "ucla_2", UCLA3),
    "ess": ("fltlnl", 9.0, "direct", None),
    "mapped DJG6": ("GGEEB210", 9.0, "djg_10", DJG6),
    "mapped UCLA3": ("mh036_", -1.0, "ucla_3", UCLA3),
    "mapped direct question": ("fltlnl", 9.0, "direct", None),
}


@pytest.fixture(scope="module", params=CASES)
def case(request, tmp_path_factory) -> tuple[str, SyntheticFile, Path]:
    synthetic_file = SYNTHETIC_FILES[request.param]
    path = tmp_path_factory.mktemp("asked") / synthetic_file.file
    synthetic_file.make(path)
    return request.param, synthetic_file, path


def blanked(path: Path, folder: Path, column: str, value: float) -> Path:
    """File or panel again, with one value for everybody in a column."""
    target = folder / path.name
    if path.is_dir():
        shutil.copytree(path, target)
        (own,) = path.glob(f"{column[:5]}*.sav")
        frame, _ = pyreadstat.read_sav(own, user_missing=True)
        changed_sav(own, target / own.name, frame=frame.assign(**{column: value}))
        return target
    if path.with_suffix(".toml").exists():
        shutil.copy(path.with_suffix(".toml"), target.with_suffix(".toml"))
    if path.suffix == ".csv":
        pd.read_csv(path).assign(**{column: value}).to_csv(target, index=False)
    elif path.suffix == ".dta":
        frame, meta = pyreadstat.read_dta(path)
        pyreadstat.write_dta(
            frame.assign(**{column: value}),
            target,
            file_label=meta.file_label or "",
            variable_value_labels=meta.variable_value_labels,
        )
    else:
        frame, _ = pyreadstat.read_sav(path, user_missing=True)
        changed_sav(path, target, frame=frame.assign(**{column: value}))
    return target


@pytest.mark.parametrize("how", ["blank", "one code"])
def test_every_reader_tells_it_and_scoring_refuses(case, how, tmp_path):
    name, synthetic_file, path = case
    column, code, harmonised, scale = CASES[name]
    column = column or next(iter(synthetic_file.blocks["emotional"]))
    value = np.nan if how == "blank" else code

    survey = read_quietly(synthetic_file, blanked(path, tmp_path, column, value))

    (check,) = [one for one in survey.report.checks if one.name == CHECK]
    assert check.passed is False
    assert f"({column})" in check.message
    assert harmonised in check.message
    if scale is None:
        flag = es.prevalence(es.score(survey, DIRECT), "often_or_always_lonely", weights=None).rows[
            0
        ]
        assert (flag.n_valid, flag.reason) == (0, "nobody in the group has an answer")
    else:
        with pytest.raises(ScaleError, match="have no answer in"):
            es.score(survey, scale)


def test_no_reader_tells_it_of_a_whole_file(case):
    _, synthetic_file, path = case

    assert CHECK not in [one.name for one in read_quietly(synthetic_file, path).report.checks]


def test_a_wave_of_a_panel_that_lacks_an_item_is_named(tmp_path):
    synthetic_file = SYNTHETIC_FILES["liss"]
    synthetic_file.make(tmp_path / synthetic_file.file)
    folder = tmp_path / "blank"
    folder.mkdir()

    survey = read_quietly(
        synthetic_file, blanked(tmp_path / synthetic_file.file, folder, "cs19l286", np.nan)
    )

    (check,) = [one for one in survey.report.checks if one.name == CHECK]
    assert "of cs19l" in check.message
    with pytest.raises(ScaleError, match=r"\['djg_7'\] have no answer in wave 2019"):
        es.score(survey, DJG6)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("value", [np.nan, 9.0], ids=["blank", "one code"])
def test_a_mapped_file_of_every_format_is_told_and_refused(suffix, value, tmp_path):
    frame, file = people().assign(q9=value), tmp_path / f"own{suffix}"
    if suffix in (".tsv", ".txt"):
        frame.to_csv(file, sep="\t", index=False)
    else:
        write_survey(frame, file)
    own = write_mapping(mapping(), tmp_path / "own.toml")

    survey = es.read_mapped(file, own)

    (check,) = [one for one in survey.report.checks if one.name == CHECK]
    assert check.message.startswith(f"djg_9 (q9) 0 answer(s) in 60 row(s) of own{suffix}: not")
    with pytest.raises(ScaleError, match=r"\['djg_9'\] have no answer in the data"):
        es.score(survey, DJG6)


@pytest.mark.parametrize(("source", "wave"), [("gezondheidsmonitor", 2022), ("lasa", "H")])
@pytest.mark.parametrize("left", [0, 20])
@pytest.mark.parametrize("number", [1, 3, 8])
def test_agreement_with_the_scores_of_the_file_fails_where_nobody_answered_an_item(
    source, wave, number, left, tmp_path
):
    path = tmp_path / "x.sav"
    read = {"gezondheidsmonitor": es.read_gezondheidsmonitor, "lasa": es.read_lasa}[source]
    es.synthesise(source, path, wave=wave, **({"n": 3000} if wave == 2022 else {}))
    column = f"GGEEB2{number:02d}" if source == "gezondheidsmonitor" else f"hlo{number}"
    value = 9.0 if source == "gezondheidsmonitor" else -1.0
    before = [one for one in read(path, wave=wave).report.checks if one.name == "agreement"]
    folder = tmp_path / "blank"
    folder.mkdir()

    frame, _ = pyreadstat.read_sav(path, user_missing=True)
    frame.loc[left:, column] = value
    survey = read(changed_sav(path, folder / "x.sav", frame=frame), wave=wave)

    after = [one for one in survey.report.checks if one.name == "agreement"]
    assert len(after) == len(before) >= 3
    assert {one.passed for one in before} == {True}
    failed = [one for one in after if one.passed is False]
    # The other subscale agrees, and is no witness; the total, its flags and the own subscale are.
    assert len(failed) >= len(after) - 2
    assert all(
        re.search(r", 0 of [\d,]+ incomplete", one.message) for one in after if one not in failed
    )
    for one in failed:
        assert f"almost nobody answered djg_{number} ({column}), and the scores" in one.message
        assert one.rows


def test_agreement_is_not_judged_where_nobody_answered_anything_and_there_are_no_scores(tmp_path):
    path = tmp_path / "x.sav"
    es.synthesise("gezondheidsmonitor", path, wave=2022, n=2000)
    survey = es.read_gezondheidsmonitor(path, wave=2022)
    published = [name for name in RECOMPUTED if name in survey.respondents]
    names = {
        column.name: column.source_name
        for column in survey.report.columns
        if column.name in published
    }
    frame, _ = pyreadstat.read_sav(path, user_missing=True)
    items = [f"GGEEB2{number:02d}" for number in range(1, 12)]
    frame = frame.assign(**dict.fromkeys(items, 9.0))
    frame = frame.assign(**dict.fromkeys(names.values(), np.nan))
    folder = tmp_path / "blank"
    folder.mkdir()

    found = es.read_gezondheidsmonitor(changed_sav(path, folder / "x.sav", frame=frame), wave=2022)

    agreement = [one.passed for one in found.report.checks if one.name == "agreement"]
    assert agreement == [None] * len(names)


def test_combined_waves_of_which_one_lacks_an_item_are_refused_by_name(tmp_path):
    surveys = []
    for wave in (2020, 2022):
        path = tmp_path / f"{wave}.sav"
        es.synthesise("gezondheidsmonitor", path, wave=wave, n=1500)
        if wave == 2020:
            frame, _ = pyreadstat.read_sav(path, user_missing=True)
            path = changed_sav(path, tmp_path / "again.sav", frame=frame.assign(GGEEB205=9.0))
        surveys.append(es.read_gezondheidsmonitor(path, wave=wave))

    both = es.combine(surveys, allow=("instrument",))

    with pytest.raises(ScaleError, match=r"\['djg_5'\] have no answer in wave 2020 \(1,4\d\d peo"):
        es.score(both, DJG11)
    assert es.score(both, DJG6).scoring[0].scale == "DJG6"


def test_surveys_with_six_and_with_eleven_items_are_scored_with_six(tmp_path):
    es.synthesise("gezondheidsmonitor", tmp_path / "gm.sav", wave=2022, n=1500)
    eleven = es.read_gezondheidsmonitor(tmp_path / "gm.sav", wave=2022)
    es.synthesise("liss", tmp_path / "liss", wave=[2019], n=600)
    six = es.read_liss(tmp_path / "liss")
    both = es.combine(
        [eleven, six],
        allow=("instrument", "age_floor", "population", "weight"),
        single_psu="certainty",
    )

    with pytest.raises(ScaleError, match=r"in source liss .*not_asked='shorter' .*: DJG6\."):
        es.score(both, DJG11)
    with pytest.warns(es.errors.EenzaamStatsWarning, match=r"Not DJG11, because .*: DJG6\."):
        assert "djg6_total" in es.score(both, DJG11, not_asked="shorter").respondents
