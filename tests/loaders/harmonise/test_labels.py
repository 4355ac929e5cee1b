"""Value labels as witnesses: kinds of missing, and contradictions that stop the reading."""

from __future__ import annotations

import pytest

from eenzaam_stats.errors import ScaleError, SchemaError
from eenzaam_stats.loaders.codebook.codebook import load_codebook
from eenzaam_stats.loaders.codebook.missing_labels import missing_kind
from eenzaam_stats.loaders.harmonise.labels import differing_labels, require_agreement
from eenzaam_stats.vocabulary import MissingKind

BOOK = load_codebook("gezondheidsmonitor")


def check(name: str, labels: dict[int, str], *, wave: int = 2016) -> None:
    require_agreement(BOOK.wave(wave).variable(name), labels, column=name)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("onbekend", MissingKind.NO_ANSWER),
        ("Onbekend ", MissingKind.NO_ANSWER),
        ("9 = onbekend", MissingKind.NO_ANSWER),
        ("Geen antwoord", MissingKind.NO_ANSWER),
        ("Niet ingevuld", MissingKind.NO_ANSWER),
        ("Weet niet", MissingKind.DONT_KNOW),
        ("weet ik niet", MissingKind.DONT_KNOW),
        ("Weigert", MissingKind.REFUSED),
        ("Geweigerd", MissingKind.REFUSED),
        ("n.v.t.", MissingKind.NOT_ASKED),
        ("nvt (niet eenzaam (score 0-2))", MissingKind.NOT_ASKED),
        ("Niet van toepassing", MissingKind.NOT_ASKED),
        ("Ongeldig", MissingKind.INVALID),
        ("Ja", None),
        ("Nee", None),
        ("niet stedelijk", None),
        ("GGD regio Utrecht", None),
        ("", None),
    ],
)
def test_label_gives_the_kind_of_missing(label, kind):
    assert missing_kind(label) is kind


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {1: "Ja", 2: "Min of meer", 3: "Nee", 9: "onbekend"},
        {1.0: "1 ja", 2.0: "min-of-meer", 3.0: "3. NEE"},
        {1: "Ja", 3: "Nee", 7: "Weigert", 8: "Weet niet", 9: "Geen antwoord"},
    ],
)
def test_labels_that_agree_with_an_item_pass(labels):
    assert check("GGEEB201", labels) is None


def test_item_with_the_opposite_direction_stops_with_the_code():
    with pytest.raises(
        ScaleError, match=r"'GGEEB204': code 1 is labelled 'Nee'.*'yes' in the code"
    ):
        check("GGEEB204", {1: "Nee", 2: "Min of meer", 3: "Ja"})


@pytest.mark.parametrize(
    "labels",
    [
        {1: "Ja!", 2: "Ja", 3: "Min of meer", 4: "Nee", 5: "Nee!"},
        {1: "helemaal mee eens", 2: "mee eens", 3: "oneens", 4: "helemaal oneens"},
        {1: "Ja", 2: "Min of meer", 3: "Nee", 4: "Soms"},
        {1: "Ja", 2: "Min of meer", 3: "Nee", 9: "Nee"},
    ],
)
def test_another_answer_set_is_refused(labels):
    with pytest.raises(ScaleError, match="direction of the answers is not certain"):
        check("GGEEB201", labels)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("geslacht", {1: "Vrouw", 2: "Man"}),
        ("GGEES217", {0: "Ja", 1: "Nee"}),
        ("GGEES208", {0: "Zeer ernstig eenzaam", 3: "Niet eenzaam"}),
        ("GGEES203", {0: "11 (zeer ernstig eenzaam)"}),
        ("MIREB201", {9: "onbekend"}),
        ("MIREB201", {9: "GGD Flevoland"}),
        ("herkomst", {8: "onbekend"}),
        ("herkomst", {9: "Marokko"}),
    ],
)
def test_label_that_names_another_value_is_refused(name, labels):
    with pytest.raises(SchemaError, match=rf"'{name}': code \d is labelled .* leave out column"):
        check(name, labels)


@pytest.mark.parametrize(
    ("name", "wave", "labels"),
    [
        ("GGEES208", 2022, {2: "Is sterk eenzaam", 3: "Is zeer sterk eenzaam"}),
        ("GGEES209", 2022, {0: "Nee", 1: "Ja, (zeer) sterk eenzaam", 8: "n.v.t."}),
        ("GGEES209", 2016, {0: "Nee", 8: "niet van toepassing"}),
        ("MIREB201", 2016, {2: "GGD Fryslân", 9: "Regio Utrecht"}),
        ("MMOWA201", 2016, {1: "Laag", 4: "Hoog"}),
    ],
)
def test_other_wording_of_the_same_value_passes(name, wave, labels):
    assert check(name, labels, wave=wave) is None


def test_other_wording_is_named_for_the_report():
    region = BOOK.wave(2016).variable("MIREB201")
    assert differing_labels(region, {2: "GGD Fryslân", 7: "VGGM", 9: "GGD regio Utrecht"}) == (7,)
