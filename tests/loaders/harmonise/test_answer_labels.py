"""Words of answers as labels, as cells and in a mapping: five answers, agreement, direction."""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import ScaleError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.harmonise.labels import require_agreement
from eenzaam_stats.loaders.mapping.check import mapping_problems
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.scale import score
from loaders.mapping.mapped_files import mapping, people, write_mapping, write_survey

VALUES = ("strong_yes", "yes", "more_or_less", "no", "strong_no")
MANUAL = {
    "Dutch": ("ja!", "ja", "min-of-meer", "nee", "nee!"),
    "English": ("yes!", "yes", "more or less", "no", "no!"),
    "capitals": ("JA !", "Ja", "Min of meer", "Nee", "NEE!!"),
    "numbered": ("1. Ja!", "2. Ja", "3. Min of meer", "4. Nee", "5. Nee!"),
    "agreement": (
        *("strongly agree", "agree", "neither agree nor disagree", "disagree"),
        "strongly disagree",
    ),
    "eens": (
        *("helemaal mee eens", "mee eens", "niet eens, niet oneens", "oneens"),
        "helemaal oneens",
    ),
    "klopt": ("klopt helemaal", "klopt", "min of meer", "klopt niet", "klopt helemaal niet"),
    "German": (
        *("stimme voll zu", "stimme zu", "teils teils", "stimme nicht zu"),
        "stimme überhaupt nicht zu",
    ),
}
# Formats with labels, and whether their codes are text; Stata has no labels on text.
LABELLED = [(".sav", False), (".sav", True), (".zsav", False), (".zsav", True), (".dta", False)]
PLAIN = (".csv", ".xlsx", ".parquet")


def five_frame():
    """People who agree fully with all emotional items and with no social one, and the other way."""
    frame = people(10)
    for name in [own for own in frame if own.startswith("q")]:
        frame[name] = [1.0, 2.0, 3.0, 4.0, 5.0] * 2
    return frame


# emotional 3, 9, 10 count from more or less up, social 4, 7, 8 from more or less down: by hand
TOTALS = [3, 3, 6, 3, 3] * 2


def five_mapping(folder, codes):
    raw = mapping()
    for row in raw["variable"][:6]:
        row["codes"], row["missing"] = codes, {}
    return write_mapping(raw, folder / "m.toml")


def totals(path, toml):
    return score(read_mapped(path, toml), DJG6).respondents["djg6_total"].tolist()


def labelled(folder, suffix, words, text=False):
    frame = five_frame()
    names = [own for own in frame if own.startswith("q")]
    said: dict[object, str] = dict(enumerate(words, start=1))
    if text:
        for name in names:
            frame[name] = frame[name].map("{:.0f}".format).astype(object)
        said = {str(code): word for code, word in said.items()}
    elif suffix == ".dta":
        frame = frame.astype(dict.fromkeys(names, "int32"))
    return write_survey(frame, folder / f"x{suffix}", dict.fromkeys(names, said))


@pytest.mark.parametrize(("suffix", "text"), LABELLED)
@pytest.mark.parametrize("words", MANUAL.values(), ids=MANUAL)
def test_five_answers_as_labels_are_read_and_turned_ones_refused(tmp_path, words, suffix, text):
    codes = {str(code): value for code, value in enumerate(VALUES, start=1)}
    toml = five_mapping(tmp_path, codes)
    assert totals(labelled(tmp_path, suffix, words, text), toml) == TOTALS
    with pytest.raises(ScaleError, match=r"code 1 is labelled .* which means 'strong_no', and is"):
        read_mapped(labelled(tmp_path, suffix, words[::-1], text), toml)
    stronger = (words[1], words[0], *words[2:])
    with pytest.raises(ScaleError, match=r"code 2 is labelled .* means 'strong_yes'"):
        read_mapped(labelled(tmp_path, suffix, stronger, text), toml)


@pytest.mark.parametrize("words", MANUAL.values(), ids=MANUAL)
def test_five_answers_in_file_and_mapping_are_read(tmp_path, words):
    pairs = zip(VALUES, words, strict=True)
    codes = {str(code): list(pair) for code, pair in enumerate(pairs, start=1)}
    assert totals(labelled(tmp_path, ".sav", words), five_mapping(tmp_path, codes)) == TOTALS


@pytest.mark.parametrize("suffix", [*PLAIN, ".sav"])
@pytest.mark.parametrize("words", MANUAL.values(), ids=MANUAL)
def test_five_answers_as_cells_are_read(tmp_path, words, suffix):
    frame = five_frame()
    said = dict(enumerate(words, start=1))
    for name in [own for own in frame if own.startswith("q")]:
        frame[name] = frame[name].map(said).astype(object)
    path = write_survey(frame, tmp_path / f"x{suffix}")
    assert totals(path, five_mapping(tmp_path, dict(zip(words, VALUES, strict=True)))) == TOTALS
    by_label = {
        str(code): [value, word]
        for code, (value, word) in enumerate(zip(VALUES, words, strict=True), start=1)
    }
    assert totals(path, five_mapping(tmp_path, by_label)) == TOTALS


@pytest.mark.parametrize("where", ["code", "printed label"])
@pytest.mark.parametrize("words", MANUAL.values(), ids=MANUAL)
def test_mapping_that_turns_words_round_is_refused_once(words, where):
    raw = mapping()
    for row in raw["variable"][:6]:
        turned = zip(words, VALUES[::-1], strict=True)
        if where == "code":
            row["codes"] = dict(turned)
        else:
            row["codes"] = {str(at): [value, word] for at, (word, value) in enumerate(turned)}
    said = [problem.message for problem in mapping_problems(raw)]
    assert len(said) == 4  # one for every answer but the neutral one, not one for every item
    assert all(own.startswith("rows 1, 2, 3, 4, 5, 6 (djg_3, djg_4") for own in said)
    assert f"{words[0]!r} plainly means 'strong_yes' and is mapped to 'strong_no'" in said[0]


@pytest.mark.parametrize("name", ["djg_3", "djg_4"])
@pytest.mark.parametrize(
    "words",
    [
        *[("eens", "neutraal", "oneens"), ("Klopt", "min of meer", "Klopt niet")],
        *[("Agree", "Neutral", "Disagree"), ("ja!", "min of meer", "nee!")],
    ],
)
def test_three_words_of_agreement_are_witnesses_for_a_packaged_codebook(name, words):
    variable = load_codebook("gezondheidsmonitor").wave(2022).variable(f"GGEEB2{name[4:]:0>2}")
    right = dict(enumerate(words, start=1))
    assert require_agreement(variable, right, column="x") is None
    with pytest.raises(ScaleError, match="code 1 is labelled"):
        require_agreement(variable, dict(enumerate(words[::-1], start=1)), column="x")


def test_five_answers_in_a_source_with_three_are_refused():
    variable = load_codebook("gezondheidsmonitor").wave(2022).variable("GGEEB203")
    for words in MANUAL.values():
        with pytest.raises(ScaleError, match=r"code 2 is labelled .* 'more_or_less'"):
            require_agreement(variable, dict(enumerate(words, start=1)), column="x")


@pytest.mark.parametrize("label", ["Ja, dat klopt", "Somewhat", "Soms", 'zeg "ja"'])
def test_unknown_words_are_refused_with_the_line_that_settles_them(tmp_path, label):
    frame, labels = people(), {1: label, 2: "Min of meer", 3: "Nee"}
    path = write_survey(frame, tmp_path / "x.sav", {"q3": labels})
    raw = mapping()
    toml = write_mapping(raw, tmp_path / "m.toml")
    quoted = label.replace('"', '\\"')
    with pytest.raises(ScaleError) as stop:
        read_mapped(path, toml)
    assert f'write 1 = ["yes", "{quoted}"] in the codes of djg_3' in str(stop.value)
    raw["variable"][0]["codes"]["1"] = ["yes", label]
    assert len(read_mapped(path, write_mapping(raw, toml)).respondents) == 60


def test_label_that_repeats_its_code_says_nothing(tmp_path):
    labels = {"q3": {1: "1", 2: "2", 3: "3"}, "sx": {1: "1", 2: "2"}}
    path = write_survey(people(), tmp_path / "x.sav", labels)
    toml = write_mapping(mapping(), tmp_path / "m.toml")
    assert len(read_mapped(path, toml).respondents) == 60


@pytest.mark.parametrize(
    "words", [("Frau", "Mann"), ("meisje", "jongen"), ("Girls", "Boys"), ("V", "M")]
)
def test_sexes_in_other_words_are_witnesses_too(words):
    variable = load_codebook("gezondheidsmonitor").wave(2016).variable("geslacht")
    with pytest.raises(SchemaError, match="code 1 is labelled"):
        require_agreement(variable, dict(enumerate(words, start=1)), column="x")
    assert require_agreement(variable, {1: words[1], 2: words[0]}, column="x") is None
