"""The scales as data: item lists, cut-offs and labels against the manual's rule card."""

from __future__ import annotations

import dataclasses

import pytest

import eenzaam_stats.scoring as package
from eenzaam_stats.respondents import COLUMNS, DJG_ITEMS, UCLA_ITEMS
from eenzaam_stats.scoring.de_jong_gierveld import DJG6, DJG11
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.ucla import UCLA3, ucla3_with_threshold
from eenzaam_stats.vocabulary import label
from scoring.people import EMOTIONAL, SOCIAL

SCALES = [DJG11, DJG6, UCLA3, DIRECT]


def numbers(scale, subscale):
    return tuple(item.number for item in scale.items if item.subscale == subscale)


def test_items_belong_to_the_subscales_of_the_manual():
    assert numbers(DJG11, "emotional") == EMOTIONAL
    assert numbers(DJG11, "social") == SOCIAL
    assert numbers(DJG6, "emotional") == (3, 9, 10)
    assert numbers(DJG6, "social") == (4, 7, 8)


def test_emotional_items_are_worded_negatively_and_social_items_positively():
    polarity = {item.number: item.polarity for item in DJG11.items}

    assert all(polarity[number] == "negative" for number in EMOTIONAL)
    assert all(polarity[number] == "positive" for number in SOCIAL)


def test_ranges_are_those_of_the_manual():
    assert [scale.score_range for scale in SCALES] == [(0, 11), (0, 6), (3, 9), (0, 4)]


def test_the_neutral_answer_scores_in_both_directions():
    for scale in (DJG11, DJG6):
        neutral = scale.answers.index(scale.neutral)
        assert {item.points[neutral] for item in scale.items} == {1}


def test_columns_are_those_of_the_harmonised_schema():
    schema = {column.name: column.categories for column in COLUMNS}

    assert tuple(item.column for item in DJG11.items) == DJG_ITEMS
    assert tuple(item.column for item in UCLA3.items) == UCLA_ITEMS
    for scale in SCALES:
        assert all(schema[item.column] == scale.answers for item in scale.items)


def test_flags_start_where_their_category_starts():
    for scale in (DJG11, DJG6):
        lowest = {bound.category.value: bound.lowest for bound in scale.categories}
        starts = {rule.name: rule.lowest for rule in scale.flags}
        assert starts == {"lonely": lowest["moderate"], "severely_lonely": lowest["severe"]}


@pytest.mark.parametrize("scale", [DJG11, DJG6], ids=["11", "6"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_category_has_a_label(scale, language):
    words = [label(f"{scale.label_group}.{bound.category}", language) for bound in scale.categories]

    assert len(set(words)) == len(scale.categories)


def test_strong_belongs_to_six_items_and_serious_to_eleven_in_dutch():
    assert label("category_djg6.severe", "nl") == "sterk eenzaam"
    assert label("category_djg11.severe", "nl") == "ernstig eenzaam"


def test_only_scales_with_subscales_have_conventions():
    assert [len(scale.conventions) for scale in SCALES] == [2, 2, 0, 0]
    assert all(c.source for scale in SCALES for c in scale.conventions)


def test_every_scale_says_where_it_comes_from():
    assert all(scale.source and scale.title for scale in SCALES)


def test_a_scale_is_a_value():
    assert dataclasses.replace(DJG11) == DJG11
    assert hash(dataclasses.replace(DJG6)) == hash(DJG6)
    assert ucla3_with_threshold(lonely_from=6) == ucla3_with_threshold(lonely_from=6)
    with pytest.raises(dataclasses.FrozenInstanceError):
        DJG11.allowed_missing = 2


def test_three_items_carry_no_threshold_of_their_own():
    assert UCLA3.flags == ()
    assert UCLA3.categories == ()


def test_the_package_exports_what_it_lists():
    assert all(hasattr(package, name) for name in package.__all__)
    assert {"score", "score_polytomous", "check_direction"} < set(package.__all__)
