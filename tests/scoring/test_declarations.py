"""Direction and answer sets are declared or refused: nothing is scored on a guess."""

from __future__ import annotations

import re

import pandas as pd
import polars as pl
import pytest

from eenzaam_stats.errors import (
    OptionError,
    ScaleError,
)
from eenzaam_stats.scoring.de_jong_gierveld import DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from scoring.people import answers, coded, item_map, simulated

LEAST = "YNNYNNYYNNY"
MOST = "NYYNYYNNYYN"
CODES = coded([LEAST, MOST, MOST], {"Y": 1, "M": 2, "N": 3})
FOUR = {1: "strong_no", 2: "no", 3: "yes", 4: "strong_yes"}


def test_bare_codes_are_refused_with_the_way_to_declare_them():
    frame = CODES.rename(columns={f"q{n}": f"djg_{n}" for n in range(1, 12)})

    message = (
        r"score\(DJG11\) needs answers, and column 'djg_1' holds codes of type Int64: the "
        r"direction of codes differs between surveys and is never guessed\. Declare every "
        r"code, for instance answers=\{1: 'yes', 2: 'more_or_less', 3: 'no', 9: None\}\."
    )
    with pytest.raises(ScaleError, match=message):
        score(frame, DJG11)


def test_truth_values_are_codes_without_direction():
    frame = pd.DataFrame({f"djg_{n}": [True, False] for n in range(1, 12)})

    with pytest.raises(ScaleError, match=r"column 'djg_1' holds codes of type Boolean"):
        score(frame, DJG11)


def test_a_list_of_answers_does_not_give_codes_a_direction():
    with pytest.raises(ScaleError, match=r"column 'q1' holds codes of type Int64"):
        score(CODES, DJG11, items=item_map(), answers=["no", "more_or_less", "yes"])


@pytest.mark.parametrize(
    ("scale", "columns", "example"),
    [
        (UCLA3, ["ucla_1", "ucla_2", "ucla_3"], "{1: 'hardly_ever', ..., 3: 'often', 9: None}"),
        (DIRECT, ["direct"], "{1: 'never', ..., 5: 'always', 9: None}"),
    ],
    ids=["ucla", "direct"],
)
def test_bare_codes_of_another_scale_are_refused_with_its_own_answers(scale, columns, example):
    frame = pd.DataFrame({column: [1, 2] for column in columns})

    with pytest.raises(ScaleError, match=re.escape(f"for instance answers={example}")):
        score(frame, scale)


NO_NEUTRAL = (
    r"score\(DJG11\) needs the neutral answer 'more_or_less', which counts as lonely in both "
    r"directions, and the declared answers are \[{}\]\. A version with two or four answers and no "
    r"neutral one cannot be dichotomised by the manual"
)


def test_four_declared_answers_without_a_neutral_one_are_refused():
    found = NO_NEUTRAL.format("'strong_no', 'no', 'yes', 'strong_yes'")
    with pytest.raises(ScaleError, match=found):
        score(CODES, DJG11, items=item_map(), answers=FOUR)


def test_two_declared_answers_are_refused():
    with pytest.raises(ScaleError, match=NO_NEUTRAL.format("'no', 'yes'")):
        score(CODES, DJG11, items=item_map(), answers={1: "yes", 3: "no"})


def test_four_answers_declared_as_words_are_refused():
    with pytest.raises(ScaleError, match=r"needs the neutral answer 'more_or_less'"):
        score(answers([LEAST]).astype("str"), DJG11, answers=list(FOUR.values()))


@pytest.mark.parametrize("engine", ["pandas", "polars"])
def test_four_declared_categories_are_refused(engine):
    words = list(FOUR.values())
    frame = answers([LEAST]).astype(pd.CategoricalDtype(words, ordered=True))
    if engine == "polars":
        frame = pl.DataFrame(frame.astype("str").to_dict("list")).cast(pl.Enum(words))

    with pytest.raises(ScaleError, match=r"needs the neutral answer 'more_or_less'"):
        score(frame, DJG11)


def test_many_people_without_one_neutral_answer_are_refused_until_it_is_declared():
    patterns = [pattern.replace("M", "Y") for pattern in simulated(50, seed=2)]
    frame = answers(patterns).astype("str")

    message = (
        r"and none of 50 people gave it to any item, as in a version with two or four answers.*"
        r"declare what was offered: answers=\['no', 'more_or_less', 'yes'\]"
    )
    with pytest.raises(ScaleError, match=message):
        score(frame, DJG11)
    declared = score(frame, DJG11, answers=["no", "more_or_less", "yes"])
    assert declared["djg11_total"].equals(score(answers(patterns), DJG11)["djg11_total"])
    assert len(score(frame.iloc[:49], DJG11)) == 49


def test_an_incomplete_answer_set_is_refused_with_the_fitting_ones():
    message = (
        r"needs the complete set of answers \['no', 'more_or_less', 'yes'\] or \['strong_no', "
        r"'no', 'more_or_less', 'yes', 'strong_yes'\], and answers= declares "
        r"\['more_or_less', 'yes'\]"
    )
    with pytest.raises(ScaleError, match=message):
        score(CODES, DJG11, items=item_map(), answers={1: "yes", 2: "more_or_less", 3: None})


def test_a_declaration_without_any_answer_is_refused():
    with pytest.raises(ScaleError, match=r"needs the complete set of answers .* declares \[\]"):
        score(pd.DataFrame({"direct": [1]}), DIRECT, answers={1: None})


def test_a_word_that_the_scale_does_not_know_is_refused_with_the_options():
    message = (
        r"score\(DJG11\): an answer in answers= is 'ja', which is not an option\. Choose one of "
        r"'strong_no', 'no', 'more_or_less', 'yes', 'strong_yes'\."
    )
    with pytest.raises(OptionError, match=message):
        score(CODES, DJG11, items=item_map(), answers={1: "ja", 2: "more_or_less", 3: "no"})
