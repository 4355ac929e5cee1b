"""Every error sentence: who needed what, what was found, what to do, and never a record."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from eenzaam_stats.errors import (
    EenzaamStatsError,
    OptionError,
    ScaleError,
    SchemaError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.instrument import Item, Scale
from eenzaam_stats.scoring.polytomous import score_polytomous
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3, ucla3_with_threshold
from scoring.people import GM_ANSWERS, answers, coded, item_map

LEAST = "YNNYNNYYNNY"
MOST = "NYYNYYNNYYN"
CODES = coded([LEAST, MOST, MOST], {"Y": 1, "M": 2, "N": 3})
FOUR = {1: "strong_no", 2: "no", 3: "yes", 4: "strong_yes"}


def test_an_absent_item_column_is_named_with_its_neighbour():
    frame = answers([LEAST]).rename(columns={"djg_4": "djg_04"})

    message = r"score\(DJG11\) needs column\(s\) \['djg_4'\], which are not in the data\. Did you"
    with pytest.raises(UnknownColumnError, match=message):
        score(frame, DJG11)


@pytest.mark.parametrize("kind", ["int64", "float64", "Int8", "object", "str"])
def test_an_unknown_code_is_named_with_column_count_and_first_row(kind):
    frame = CODES.assign(q5=[3, 7, 7]).astype(kind)
    declared = {str(k): v for k, v in GM_ANSWERS.items()} if kind == "str" else GM_ANSWERS
    shown = "'7'" if kind == "str" else "7"

    message = (
        rf"score\(DJG11\), column 'q5': code {shown} \(2 row\(s\), first in row 2\) is not in the "
        r"codebook\. Declare it in answers=, as an answer or as missing \(None\), or correct"
    )
    with pytest.raises(UnknownCodeError, match=message):
        score(frame, DJG11, items=item_map(), answers=declared)


def test_a_fraction_is_an_unknown_code():
    with pytest.raises(
        UnknownCodeError, match=r"column 'q2': code 1\.5 \(1 row\(s\), first in row 3"
    ):
        score(CODES.assign(q2=[1, 2, 1.5]), DJG11, items=item_map(), answers=GM_ANSWERS)


def test_an_infinite_value_is_an_unknown_code():
    with pytest.raises(UnknownCodeError, match=r"column 'q2': code inf \(1 row"):
        score(CODES.assign(q2=[1, 2, float("inf")]), DJG11, items=item_map(), answers=GM_ANSWERS)


def test_a_word_that_is_no_answer_is_an_unknown_code():
    frame = answers([LEAST, MOST]).astype("str").assign(djg_9=["ja", "yes"])

    with pytest.raises(
        UnknownCodeError, match=r"column 'djg_9': code 'ja' \(1 row\(s\), first in row 1"
    ):
        score(frame, DJG6)


def test_an_unused_foreign_category_is_no_error_and_a_used_one_is():
    kind = pd.CategoricalDtype(["no", "more_or_less", "yes", "refused"])
    frame = answers([LEAST]).astype(kind)

    assert score(frame, DJG11)["djg11_total"].tolist() == [0]
    with pytest.raises(UnknownCodeError, match=r"column 'djg_3': code 'refused'"):
        score(frame.assign(djg_3=pd.Categorical(["refused"], dtype=kind)), DJG11)


def test_a_long_text_is_described_in_the_message():
    frame = answers([LEAST]).astype("str").assign(djg_2=["x" * 60])

    with pytest.raises(UnknownCodeError, match=r"code text of 60 characters \(1 row"):
        score(frame, DJG11)


def test_dates_are_unknown_codes():
    frame = answers([LEAST]).assign(djg_2=pd.to_datetime(["2022-09-23"]))

    with pytest.raises(UnknownCodeError, match=r"column 'djg_2'"):
        score(frame, DJG11)


def test_unmapped_items_are_named():
    message = (
        r"score\(DJG6\) needs a column for each of its 6 items, and items= has none for "
        r"item\(s\) \[4, 10\]\. Map them by number in the manual"
    )
    with pytest.raises(ScaleError, match=message):
        score(CODES, DJG6, items={n: f"q{n}" for n in (3, 7, 8, 9)}, answers=GM_ANSWERS)


def test_two_items_on_one_column_are_refused():
    with pytest.raises(
        ScaleError, match=r"items= maps two or more items to \['q3'\]\. Check the item"
    ):
        score(CODES, DJG6, items=item_map() | {4: "q3"}, answers=GM_ANSWERS)


@pytest.mark.parametrize(
    ("scale", "cutoff", "fitting"),
    [
        (DJG11, "manual6", r"Choose one of 'rivm2016', 'vzinfo'\."),
        (DJG11, "cbs", r"Choose one of 'rivm2016', 'vzinfo'\."),
        (DJG6, "rivm2016", r"Choose one of 'manual6', 'cbs'\."),
        (DJG6, "vzinfo", r"Choose one of 'manual6', 'cbs'\."),
        (UCLA3, "cbs", r"Leave it out: there is none\."),
    ],
)
def test_a_cutoff_of_another_scale_is_refused_with_the_fitting_ones(scale, cutoff, fitting):
    found = rf"score\({scale.name}\) needs a subscale cut-off .* and '{cutoff}' was not\. {fitting}"
    with pytest.raises(ScaleError, match=found):
        score(answers([LEAST]), scale, subscale_cutoff=cutoff)


def test_an_unknown_cutoff_is_refused_with_all_options():
    message = r"subscale_cutoff is 'rivm2020', .* 'manual6', 'cbs', 'rivm2016', 'vzinfo'\."
    with pytest.raises(OptionError, match=message):
        score(answers([LEAST]), DJG11, subscale_cutoff="rivm2020")


def test_an_unknown_way_of_naming_flags_is_refused():
    with pytest.raises(OptionError, match=r"flags is 'short', .* one of 'plain', 'prefixed'\."):
        score(answers([LEAST]), DJG11, flags="short")


def test_plain_flags_of_an_earlier_scoring_are_kept_and_the_way_out_is_named():
    scored = score(answers([LEAST]), DJG11)

    message = (
        r"score\(DJG6\) needs to add column\(s\) \['lonely', 'severely_lonely'\], which are there "
        r"already, perhaps from an earlier scoring\. Use flags='prefixed'"
    )
    with pytest.raises(SchemaError, match=message):
        score(scored, DJG6)


def test_scores_of_an_earlier_scoring_are_not_overwritten():
    scored = score(answers([LEAST]), DJG11)

    with pytest.raises(
        SchemaError, match=r"'djg11_total', .*already.* Drop them, or score the data"
    ):
        score(scored, DJG11, flags="prefixed")


def test_a_polytomous_sum_is_not_overwritten():
    scored = score_polytomous(answers([LEAST]), DJG11)

    with pytest.raises(
        SchemaError, match=r"\['djg11_polytomous_sum'\].* Drop it, or score the data"
    ):
        score_polytomous(scored, DJG11)


def test_a_polytomous_sum_of_a_sum_is_refused():
    message = r"score_polytomous\(UCLA3\) needs a scale that is dichotomised.* use score\(\)\."
    with pytest.raises(ScaleError, match=message):
        score_polytomous(answers([LEAST]), UCLA3)


def test_a_polytomous_sum_of_four_categories_is_refused():
    with pytest.raises(OptionError, match=r"categories is 4, .* Choose one of 3, 5\."):
        score_polytomous(answers([LEAST]), DJG11, categories=4)


@pytest.mark.parametrize("threshold", [3, 10])
def test_a_threshold_that_divides_nobody_is_refused(threshold):
    message = (
        rf"needs a sum from 4 to 9, and got {threshold}\. A lower or higher one makes everybody"
    )
    with pytest.raises(ScaleError, match=message):
        ucla3_with_threshold(lonely_from=threshold)


def test_a_scale_with_points_missing_is_refused():
    item = Item(1, "own_1", "own question", "negative", (0, 1))

    message = (
        r"Scale 'OWN' needs points for each of its 3 answers, which item\(s\) \[1\] do not have"
    )
    with pytest.raises(ScaleError, match=message):
        Scale(name="OWN", prefix="own", title="Own", items=(item,), answers=("a", "b", "c"))


def test_every_error_of_scoring_has_the_root_and_at_most_three_sentences():
    attempts = [
        lambda: score(None, DJG11),
        lambda: score(CODES, DJG11),
        lambda: score(CODES, DJG11, items=item_map(), answers=FOUR),
        lambda: score(CODES, DJG11, items=item_map(), answers=GM_ANSWERS | {1: None}),
        lambda: score(CODES, DJG11, items={1: "q1"}, answers=GM_ANSWERS),
        lambda: score(CODES.assign(q1=8), DJG11, items=item_map(), answers=GM_ANSWERS),
    ]
    sentences = []
    for attempt in attempts:
        with pytest.raises(EenzaamStatsError) as caught:
            attempt()
        sentences.append(len(re.findall(r"[.?](?= [A-Z]|$)", str(caught.value))))

    assert max(sentences) <= 3
    assert len(sentences) == 6
