"""What words say by themselves: agreement in three languages, strength, and signs that stay."""

from __future__ import annotations

import pandas as pd
import pytest

from eenzaam_stats.errors import ScaleError
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from eenzaam_stats.scoring.wording import answers_said, is_compound, plain
from eenzaam_stats.vocabulary import Answer

FIVE = tuple(Answer)
WORDS = {
    "strong_yes": [
        *("ja!", "Ja !", "JA!!", "1. ja!", "yes!", "Ja\N{FULLWIDTH EXCLAMATION MARK}", "ja\u00a0!"),
        *("strongly agree", "Agree strongly", "Completely agree", "I fully agree", "totally agree"),
        *("helemaal mee eens", "Geheel mee eens", "zeer mee eens", "volledig eens", "mee eens!"),
        *("Ik ben het er helemaal mee eens", "klopt helemaal", "helemaal waar", "ja zeker"),
        *("agree a lot", "helemaal van toepassing", "applies completely"),
        *("stimme voll zu", "Stimme voll und ganz zu", "trifft völlig zu", "stimmt genau"),
    ],
    "yes": [
        *("ja", "Yes", "2 = ja", "agree", "I agree", "eens", "mee eens", "Mee eens", "klopt"),
        *("dat klopt", "waar", "true", "stimme zu", "trifft zu", "stimmt", "Ja, dat klopt"),
    ],
    "more_or_less": [
        *("min of meer", "Min-of-meer", "more or less", "neutraal", "Neutral", "teils, teils"),
        *("neither agree nor disagree", "niet eens, niet oneens", "noch eens, noch oneens"),
        *(
            "+/-",
            "\N{PLUS-MINUS SIGN}",
            "niet mee eens/niet mee oneens",
            "mee eens noch mee oneens",
            "weder noch",
        ),
    ],
    "no": [
        *("nee", "No", "nein", "disagree", "I disagree", "oneens", "mee oneens", "niet mee eens"),
        *("niet eens", "klopt niet", "dat klopt niet", "niet waar", "not true", "untrue"),
        *("do not agree", "don't agree", "Don\N{RIGHT SINGLE QUOTATION MARK}t agree"),
        *("stimme nicht zu", "trifft nicht zu", "stimmt nicht", "lehne ab", "nee, niet waar"),
    ],
    "strong_no": [
        *("nee!", "Nee !", "no!", "5: NEE!", "nein!", "strongly disagree", "totally disagree"),
        *("helemaal oneens", "helemaal niet mee eens", "geheel mee oneens", "klopt helemaal niet"),
        *("helemaal niet van toepassing", "does not apply at all", "disagree a lot"),
        *("not at all true", "stimme überhaupt nicht zu", "trifft gar nicht zu", "lehne stark ab"),
    ],
}
WEAK = {
    "yes": ["somewhat agree", "enigszins mee eens", "eher ja", "stimme eher zu", "tend to agree"],
    "no": ["somewhat disagree", "eerder oneens", "trifft eher nicht zu", "niet helemaal mee eens"],
}
SAYS_NOTHING = [
    *("", "!", "?", "1", "soms", "Somewhat", "weet niet", "don't know", "keine Angabe", "zu"),
    *("ja/nee", "eens per week", "niet van toepassing", "weet ik niet", "agree to some extent"),
    *("does not apply", "niet oneens", "Ja, vaak", "nooit", "man", "GGD regio Utrecht"),
]
PAIRS = [(label, value) for value, labels in WORDS.items() for label in labels]


@pytest.mark.parametrize(("label", "value"), PAIRS)
def test_words_stand_for_their_answer_among_five_and_for_its_side_among_three(label, value):
    side = value.removeprefix("strong_")
    strong = {side, f"strong_{side}"} if side in ("yes", "no") else {side}
    assert answers_said(label, FIVE) == ({value} if value.startswith("strong") else strong)
    assert answers_said(label) == {side}


@pytest.mark.parametrize(("value", "label"), [(v, w) for v, words in WEAK.items() for w in words])
def test_weak_words_stand_for_their_side_or_the_neutral_answer(value, label):
    assert answers_said(label, FIVE) == {value, "more_or_less"}


@pytest.mark.parametrize("label", SAYS_NOTHING)
def test_other_words_say_nothing(label):
    assert answers_said(label, FIVE) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("ja!", "ja"), ("nee!", "nee"), ("< 18", "> 18"), ("<= 5", "< 5"), ("18+", "18")],
        *[("-1", "1"), ("\N{MINUS SIGN}1", "1"), ("\N{LESS-THAN OR EQUAL TO}5", "5"), ("+/-", "-")],
    ],
)
def test_sign_with_a_meaning_survives(one, other):
    assert plain(one) != plain(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *[("Min-of-meer", "min of meer"), ("1. Ja", "ja"), ("Don't know", "don´t  know")],
        *[("Fryslân", "fryslan"), ("weiß", "weiss"), ("ja!!", "ja !"), ("1 - ja", "ja")],
        *[("\N{LESS-THAN OR EQUAL TO} 5", "<= 5"), ("\N{MINUS SIGN}1", "-1")],
    ],
)
def test_sign_without_a_meaning_does_not(one, other):
    assert plain(one) == plain(other)


def test_answer_that_is_given_twice_is_compound():
    assert is_compound("Ja, dat klopt")
    assert not is_compound("neither of them")


# ---------------------------------------------------------------- declared in answers=

NUMBERS = (3, 4, 7, 8, 9, 10)
ITEMS = {number: f"q{number}" for number in NUMBERS}
AGREE = {"agree": "yes", "more or less": "more_or_less", "disagree": "no"}


def words_frame(scale=DJG6):
    names = [f"q{item.number}" for item in scale.items]
    return pd.DataFrame({name: ["agree", "disagree", "more or less"] for name in names})


@pytest.mark.parametrize("verb", [score, score_polytomous, check_direction])
@pytest.mark.parametrize("scale", [DJG6, DJG11])
def test_words_declared_the_other_way_round_are_refused_by_every_verb(verb, scale):
    items = {item.number: f"q{item.number}" for item in scale.items}
    turned = {"agree": "no", "more or less": "more_or_less", "disagree": "yes"}
    with pytest.raises(
        ScaleError, match=r"code 'agree' plainly means 'yes' and is declared as 'no'"
    ):
        verb(words_frame(scale), scale, items=items, answers=turned)
    assert verb(words_frame(scale), scale, items=items, answers=AGREE) is not None


@pytest.mark.parametrize("label", [label for label, value in PAIRS if "yes" in value])
def test_every_word_of_agreement_declared_as_no_is_refused(label):
    answers = {label: "no", "half": "more_or_less", "x": "yes"}
    with pytest.raises(ScaleError, match="plainly means 'yes' and is declared as 'no'"):
        score(words_frame(), DJG6, items=ITEMS, answers=answers)


@pytest.mark.parametrize(
    ("scale", "answers"),
    [
        (UCLA3, {"often": "hardly_ever", "sometimes": "sometimes", "never": "often"}),
        (DIRECT, {"Altijd": "never", "Nooit": "always"}),
    ],
)
def test_words_of_frequency_turned_round_are_refused(scale, answers):
    items = {item.number: f"q{item.number}" for item in scale.items}
    frame = pd.DataFrame({name: list(answers) for name in items.values()})
    with pytest.raises(ScaleError, match=r"plainly means .* and is declared as"):
        score(frame, scale, items=items, answers=answers)


def test_word_declared_as_missing_is_the_choice_of_who_declares_it():
    answers = {**AGREE, "neutral": None}
    scored = score(words_frame(), DJG6, items=ITEMS, answers=answers)
    # by hand: agree counts on 3, 9, 10; disagree on 4, 7, 8; the neutral answer on all six
    assert scored["djg6_total"].tolist() == [3, 3, 6]
