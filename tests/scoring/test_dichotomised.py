"""Items stored as two values: keyed or raw, with the direction said, and nothing guessed."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError, ScaleError, UnknownCodeError
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3

# Independent answers, or all equally often, are no people: the direction check says so.
pytestmark = pytest.mark.filterwarnings("ignore::eenzaam_stats.errors.EenzaamStatsWarning")

KEYED = {0: "not_lonely", 1: "lonely"}
RAW = {0: "dichotomised_no", 1: "dichotomised_yes"}
SCORES = ("emotional", "social", "total", "n_missing", "category")


def columns(scale):
    return {item.number: f"q{item.number}" for item in scale.items}


def every_answer(scale=DJG6):
    """Every pattern of three answers and of a missing one to six items, as words."""
    patterns = list(itertools.product(["yes", "more_or_less", "no"], repeat=6))
    rows = [*patterns, *(("yes", None, "no", "no", "more_or_less", "yes"),) * 3]
    return pd.DataFrame(rows, columns=list(columns(scale).values()))


def dichotomised(frame, scale, *, keyed):
    """Points of every item, or agreement once the neutral answer joined the lonely side."""
    found = {}
    for item in scale.items:
        words = frame[f"q{item.number}"]
        negative = item.polarity == "negative"
        lonely = words.isin(["yes", "more_or_less"] if negative else ["no", "more_or_less"])
        value = lonely if keyed or negative else ~lonely
        found[f"q{item.number}"] = value.astype("float64").mask(words.isna())
    return pd.DataFrame(found)


@pytest.mark.parametrize("subscale_cutoff", [None, "manual6", "cbs"])
@pytest.mark.parametrize(("keyed", "answers"), [(True, KEYED), (False, RAW)])
def test_every_pattern_scores_as_its_three_answers_do(keyed, answers, subscale_cutoff):
    words = every_answer()
    own = {"yes": "yes", "more_or_less": "more_or_less", "no": "no"}
    whole = score(
        words, DJG6, items=columns(DJG6), answers=own, subscale_cutoff=subscale_cutoff
    ).drop(columns=list(columns(DJG6).values()))
    two = score(
        dichotomised(words, DJG6, keyed=keyed),
        DJG6,
        items=columns(DJG6),
        answers=answers,
        subscale_cutoff=subscale_cutoff,
    ).drop(columns=list(columns(DJG6).values()))
    pd.testing.assert_frame_equal(two, whole)


def test_eleven_items_by_hand():
    frame = pd.DataFrame({f"q{number}": [1.0, 0.0, 1.0, np.nan] for number in range(1, 12)})
    frame.loc[2, "q3"] = np.nan
    keyed = score(frame, DJG11, items=columns(DJG11), answers=KEYED)
    # everything lonely 11, nothing 0, one missing item counts 0, all missing gives none
    assert keyed["djg11_total"].tolist()[:3] == [11, 0, 10]
    assert keyed["djg11_total"].isna().tolist() == [False, False, False, True]
    raw = score(frame, DJG11, items=columns(DJG11), answers=RAW)
    # agreement with all: six emotional items; with none: five social ones
    assert raw["djg11_total"].tolist()[:3] == [6, 5, 5]


TRUTH = {False: "not_lonely", True: "lonely"}


@pytest.mark.parametrize(
    ("convert", "answers"),
    [
        (lambda frame: frame.astype("int8"), KEYED),
        (lambda frame: frame.astype("Int64"), KEYED),
        (lambda frame: frame.astype(bool), KEYED),
        (lambda frame: frame.astype(bool), TRUTH),
        (lambda frame: frame.astype("boolean"), TRUTH),
        (lambda frame: frame.astype(bool).astype(object), TRUTH),
        (lambda frame: frame.map("{:.0f}".format), {"0": "not_lonely", "1": "lonely"}),
        (lambda frame: frame.astype(bool).astype(str), {"True": "lonely", "False": "not_lonely"}),
        (lambda frame: frame * 2 + 5, {5: "not_lonely", 7: "lonely", 9: None}),
    ],
)
def test_two_values_of_any_type_are_read(convert, answers):
    frame = dichotomised(every_answer(), DJG6, keyed=True).dropna()
    truth = score(frame, DJG6, items=columns(DJG6), answers=KEYED)["djg6_total"]
    own = score(convert(frame), DJG6, items=columns(DJG6), answers=answers)["djg6_total"]
    assert own.tolist() == truth.tolist()


@pytest.mark.parametrize("engine", ["polars", "pyarrow"])
def test_other_engines_read_truth_values(engine):
    pytest.importorskip(engine)
    frame = dichotomised(every_answer(), DJG6, keyed=True).dropna().astype(bool)
    import polars as pl

    own = pl.from_pandas(frame)
    scored = score(
        own if engine == "polars" else own.to_arrow(), DJG6, items=columns(DJG6), answers=TRUTH
    )
    truth = score(frame, DJG6, items=columns(DJG6), answers=KEYED)["djg6_total"]
    total = scored["djg6_total"]
    assert (total.to_list() if engine == "polars" else total.to_pylist()) == truth.tolist()


@pytest.mark.parametrize("dtype", [object, "str", "category"])
def test_words_in_harmonised_columns_are_read_without_a_declaration(dtype):
    frame = dichotomised(every_answer(), DJG6, keyed=True)
    words = frame.replace({0.0: "not_lonely", 1.0: "lonely"}).astype(dtype)
    own = score(words.rename(columns=lambda name: f"djg_{name[1:]}"), DJG6)["djg6_total"]
    truth = score(frame, DJG6, items=columns(DJG6), answers=KEYED)["djg6_total"]
    assert own.tolist() == truth.tolist()


# ---------------------------------------------------------------- what is refused


def refused(answers, frame=None, scale=DJG6, verb=score, **options):
    own = dichotomised(every_answer(), DJG6, keyed=True) if frame is None else frame
    with pytest.raises((ScaleError, OptionError)) as stop:
        verb(own, scale, items=columns(scale), answers=answers, **options)
    return str(stop.value)


def test_codes_without_a_declaration_are_refused():
    assert "the direction of codes differs between surveys" in refused(None)


@pytest.mark.parametrize("verb", [score, check_direction])
def test_yes_and_no_alone_are_refused_once_with_both_ways_to_say_it(verb):
    said = refused({0: "no", 1: "yes"}, verb=verb)
    assert said.count("neutral answer") == 1
    assert "'not_lonely' and 'lonely' (keyed" in said
    assert "'dichotomised_no' and 'dichotomised_yes' (raw" in said


@pytest.mark.parametrize(
    "answers", [{0: "no", 1: "lonely"}, {0: "not_lonely", 1: "dichotomised_yes"}]
)
def test_two_ways_at_once_are_refused(answers):
    assert "all stored in one way" in refused(answers)


@pytest.mark.parametrize("answers", [{1: "lonely"}, {0: "dichotomised_no"}])
def test_half_a_declaration_is_refused(answers):
    assert "needs the complete set of answers" in refused(answers)


def test_value_that_is_not_declared_is_refused():
    frame = dichotomised(every_answer(), DJG6, keyed=True)
    frame.loc[0, "q3"] = 2.0
    with pytest.raises(UnknownCodeError, match=r"column 'q3': code 2 \(1 row\(s\), first in row 1"):
        score(frame, DJG6, items=columns(DJG6), answers=KEYED)


@pytest.mark.parametrize("words", [("Ja", "Nee"), ("agree", "disagree"), ("eens", "oneens")])
def test_words_of_agreement_are_no_points(words):
    frame = dichotomised(every_answer(), DJG6, keyed=False).replace({1.0: words[0], 0.0: words[1]})
    said = refused({words[0]: "lonely", words[1]: "not_lonely"}, frame)
    assert "plainly means 'dichotomised_yes' and is declared as 'lonely'" in said
    turned = refused({words[0]: RAW[0], words[1]: RAW[1]}, frame)
    assert "plainly means 'dichotomised_yes' and is declared as 'dichotomised_no'" in turned
    right = {words[0]: RAW[1], words[1]: RAW[0]}
    assert score(frame, DJG6, items=columns(DJG6), answers=right)["djg6_total"].notna().any()


def test_items_of_a_frame_that_are_stored_in_two_ways_are_refused():
    frame = pd.DataFrame({f"djg_{number}": ["lonely", "not_lonely"] for number in (3, 4, 7, 8, 9)})
    with pytest.raises(ScaleError, match="all stored in one way"):
        score(frame.assign(djg_10=["yes", "no"]), DJG6)
    answers = pd.CategoricalDtype(["no", "more_or_less", "yes"], ordered=True)
    with pytest.raises(ScaleError, match="all stored in one way"):
        score(frame.assign(djg_10=pd.Series(["yes", "no"], dtype=answers)), DJG6)


def test_steps_of_dichotomised_items_are_refused():
    for categories in (3, 5):
        said = refused(KEYED, verb=score_polytomous, categories=categories)
        assert "dichotomised already, which cannot be undone" in said


def test_scale_that_is_not_dichotomised_does_not_know_the_words():
    frame = pd.DataFrame({f"q{number}": [0.0, 1.0] for number in (1, 2, 3)})
    assert "'lonely', which is not an option" in refused(KEYED, frame, UCLA3)


def test_raw_values_declared_as_keyed_fail_the_direction_check():
    """One half agrees with every emotional item and no social one: raw 1 and 0, keyed all 1."""
    lonely = np.arange(200) % 2
    frame = pd.DataFrame(
        {
            f"q{item.number}": lonely if item.polarity == "negative" else 1 - lonely
            for item in DJG6.items
        }
    )
    assert check_direction(frame, DJG6, items=columns(DJG6), answers=RAW).passed is True
    check = check_direction(frame, DJG6, items=columns(DJG6), answers=KEYED)
    assert check.passed is False
    assert "r = -1.00" in check.message
