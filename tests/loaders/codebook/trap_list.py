"""Every trap of the survey files that is known, with the tests that fail when it is opened again.

The list follows the collected facts: the numbered traps of the Gezondheidsmonitor, those of the
other sources, how the reading library behaves, and what a loader must refuse. Tests are named
``file::function``, below ``tests/loaders`` unless a folder stands in front.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Trap:
    """What goes wrong, and which tests notice.

    Attributes
    ----------
    part : str
        Group of facts.
    number : int
        Place in the group, from 1.
    what : str
        The mistake.
    tests : tuple of str
        ``file::function`` of each test that closes it.
    """

    part: str
    number: int
    what: str
    tests: tuple[str, ...]


MONITOR, LAYOUT, YOUNG, SSW = "monitor", "monitor layout", "young adults", "SSW"
EUROPE, LISS, OPTIONAL = "EU survey", "LISS", "optional sources"
READING, REFUSE = "reading", "refuse or report"


def _traps(part: str, *rows: tuple[str, tuple[str, ...]]) -> tuple[Trap, ...]:
    return tuple(Trap(part, place, what, tests) for place, (what, tests) in enumerate(rows, 1))


TRAPS: tuple[Trap, ...] = (
    *_traps(
        MONITOR,
        (
            "8 in GGEES209 is not lonely: left out, the base is lonely people only",
            (
                "test_harmonise::test_8_in_the_severe_flag_is_a_no_and_stays_in_the_base",
                "test_harmonise::test_8_in_the_severe_flag_stays_a_no_when_the_file_declares_it_missing",
                "test_gezondheidsmonitor::test_survey_can_be_scored_and_severe_prevalence_has_everybody_in_its_base",
                "test_traps::test_8_when_another_variable_has_it_then_only_the_severe_flag_reads_it_as_no",
            ),
        ),
        (
            "9 is taken for missing everywhere: it is a region, an origin and a score too",
            (
                "test_harmonise::test_9_is_a_score_and_99_is_missing_in_the_total",
                "test_harmonise::test_9_is_a_region_even_when_the_file_declares_it_missing",
                "test_harmonise::test_8_and_9_are_origins_in_one_variable_and_9_is_unknown_in_another",
                "test_gezondheidsmonitor::test_region_9_declared_missing_stays_a_region_and_is_noted",
            ),
        ),
        (
            "codes that mean unknown are not declared missing in the file",
            (
                "test_codebook::test_unknown_that_the_file_does_not_declare_is_missing_all_the_same",
                "synthetic/test_synthetic::test_undeclared_missing_codes_of_2016_occur",
            ),
        ),
        (
            "unknown becomes 'not lonely' in a flag",
            ("test_traps::test_flag_when_it_is_unknown_then_is_missing_and_never_a_no",),
        ),
        (
            "people occur twice, and which row is kept differs between published figures",
            (
                "test_gezondheidsmonitor::test_duplicates_are_reported_and_kept",
                "test_gezondheidsmonitor::test_duplicates_are_dropped_when_asked",
                "test_duplicates::test_most_complete_keeps_the_row_with_fewest_gaps_and_the_first_of_equals",
            ),
        ),
        (
            "names carry the prefix of a databank, in any case",
            (
                "test_matching::test_items_are_found_with_any_prefix_in_any_case",
                "test_gezondheidsmonitor::test_prefixed_names_in_another_case_give_the_same_respondents",
                "test_gmjv::test_names_may_carry_the_prefix_of_a_databank",
            ),
        ),
        (
            "only the extreme answer of an item is counted",
            (
                "scoring/test_instruments::test_the_neutral_answer_scores_in_both_directions",
                "test_gezondheidsmonitor::test_scores_in_the_file_agree_with_the_items",
                "test_traps::test_neutral_answer_when_scored_then_counts_in_every_item",
            ),
        ),
        (
            "Latin-1 bytes stand in a file that says UTF-8",
            (
                "test_spss::test_latin_1_bytes_in_labels_are_read_after_a_retry",
                "test_spss::test_latin_1_bytes_in_values_are_read_after_a_retry",
                "test_gezondheidsmonitor::test_latin_1_file_is_noted",
            ),
        ),
        (
            "the sum of the weights is assumed to be the population",
            (
                "test_weighting::test_sum_of_weights_is_said_and_not_assumed",
                "test_gezondheidsmonitor::test_sum_of_weights_is_in_the_report",
            ),
        ),
    ),
    *_traps(
        LAYOUT,
        (
            "the age floor differs between years: 19 in 2012 and 2016, 18 later",
            (
                "test_combine::test_different_age_floors_are_refused_and_can_be_allowed",
                "test_gezondheidsmonitor::test_people_below_the_age_floor_are_noted",
                "test_traps::test_age_floor_when_the_wave_is_older_then_is_19_and_18_from_2020_on",
            ),
        ),
        (
            "keys lose their leading zeros in one file and keep them in another",
            (
                "test_harmonise::test_person_key_loses_leading_zeros_and_decimals",
                "test_key_forms::test_key_with_and_without_leading_zeros_in_one_column_is_refused",
                "test_key_forms::"
                "test_panel_when_one_wave_has_its_keys_in_another_form_then_finds_its_persons",
            ),
        ),
        (
            "the weight for loneliness differs by year, and weights of other topics lie beside it",
            (
                "test_codebook::test_weight_for_loneliness_differs_by_wave",
                "test_weighting::test_weight_of_other_topics_is_refused_with_the_reason",
                "test_weighting::test_weight_of_2024_must_be_named",
            ),
        ),
        (
            "PrimaireEenheid is taken for a cluster; it is a stratum",
            ("test_gezondheidsmonitor::test_design_has_the_right_weight_and_the_stratum",),
        ),
        (
            "strata of several files are taken for the same strata",
            ("test_combine::test_two_files_never_share_a_stratum",),
        ),
        (
            "a group is read alone instead of as a domain of the whole file",
            ("test_eu_survey::test_one_country_alone_is_the_domain_of_the_whole_file",),
        ),
        (
            "municipalities are numbers in one year and text in another",
            ("test_harmonise::test_municipality_is_four_digits_from_numbers_and_text",),
        ),
        (
            "the same class is worded in two ways",
            (
                "test_labels::test_other_wording_of_the_same_value_passes",
                "test_labels::test_other_wording_is_named_for_the_report",
            ),
        ),
    ),
    *_traps(
        YOUNG,
        (
            "LVEES402 starts at 0, LVEES407 and LVEES410 start at 1",
            (
                "test_gmjv::test_categories_start_at_0_for_402_and_at_1_for_407_and_410",
                "test_gmjv::test_category_that_starts_at_0_where_1_is_meant_is_refused",
                "test_gmjv::test_labels_of_407_that_start_at_0_are_refused",
            ),
        ),
        (
            "9 is dropped everywhere, and with it the region of Utrecht and Hbo",
            (
                "test_gmjv::test_utrecht_is_region_9_and_99_is_missing",
                "test_gmjv::test_utrecht_stays_when_the_file_declares_9_missing_in_the_regions",
                "test_gmjv::test_26_regions_keep_utrecht_and_its_city_apart",
                "test_gmjv::test_hbo_is_9_in_the_detailed_education_and_99_is_missing",
            ),
        ),
        (
            "9 is unknown in the scores although nothing is declared missing",
            (
                "test_gmjv::test_9_is_unknown_elsewhere_although_nothing_is_declared_missing",
                "test_gmjv::test_flags_are_what_their_code_says_and_can_be_outcomes",
            ),
        ),
        (
            "weight and stratum of one level are used for another",
            (
                "test_gmjv::test_2024_has_a_weight_and_a_stratum_per_level",
                "test_gmjv::test_file_of_2022_has_one_weight_and_one_stratum",
                "test_gmjv::test_file_of_2022_alone_has_no_municipal_weight",
                "test_gmjv::test_trend_file_has_a_municipal_weight_for_2022",
            ),
        ),
        (
            "respondents without a national weight carry 0",
            (
                "test_gmjv::test_weight_of_0_is_no_weight_at_this_level_left_out_and_counted",
                "test_reading::test_weight_of_0_without_a_meaning_stops_the_reading",
            ),
        ),
        (
            "intervals of an open online sample are read as those of a random one",
            ("test_gmjv::test_report_says_what_intervals_of_an_open_sample_do_not_describe",),
        ),
        (
            "scores without items are scored again",
            ("test_gmjv::test_file_has_no_items_so_scoring_is_refused",),
        ),
        (
            "columns that were shuffled apart pass for a file",
            ("test_gmjv::test_columns_shuffled_apart_from_each_other_do_not_pass",),
        ),
        (
            "two years lie in one file",
            ("test_gmjv::test_trend_file_gives_the_year_that_is_asked_for",),
        ),
        (
            "the unknown stratum 999 is taken for a place",
            ("test_gmjv::test_unknown_stratum_999_is_a_stratum_of_its_own_and_counted",),
        ),
    ),
    *_traps(
        SSW,
        (
            "figures before 2019 rest on another instrument",
            ("test_ssw::test_mapping_must_be_one_of_ssw",),
        ),
        (
            "the items are matched by their place: CBS asks 3 4 7 9 8 10",
            (
                "test_ssw::test_items_are_matched_by_name_and_not_by_place",
                "test_templates::test_template_is_toml_with_every_item_of_its_instrument",
            ),
        ),
        (
            "names are guessed although no codebook is public",
            (
                "test_templates::test_unfilled_template_gives_the_whole_list_of_what_is_missing",
                "test_traps::test_source_when_no_layout_is_public_then_has_no_packaged_codebook",
            ),
        ),
        (
            "SSW from 15 on is pooled with surveys from 18 on",
            ("test_ssw::test_ssw_and_the_health_monitor_are_not_pooled_silently",),
        ),
    ),
    *_traps(
        EUROPE,
        (
            "answers are reversed before 997, 998 and 999 are missing",
            (
                "test_eu_survey::test_trap_missing_codes_reversed_before_they_are_missing",
                "test_eu_survey::test_missing_answers_keep_their_kind",
            ),
        ),
        (
            "people who answered nothing get the score 0",
            ("test_eu_survey::test_trap_people_who_answered_nothing_have_no_score_of_zero",),
        ),
        (
            "year of birth 1",
            ("test_eu_survey::test_impossible_ages_and_years_of_birth_are_invalid_and_reported",),
        ),
        (
            "countries are labelled in protocol order; 20 is the Netherlands",
            (
                "test_eu_survey::test_trap_countries_in_protocol_order_by_number",
                "test_eu_survey::test_trap_countries_in_protocol_order_by_name",
                "test_eu_survey::test_trap_countries_in_protocol_order_in_the_value_labels",
                "test_eu_survey::test_countries_have_names_and_20_is_the_netherlands",
            ),
        ),
        (
            "don't know is written with a typographic apostrophe",
            ("test_eu_survey::test_trap_typographic_apostrophe",),
        ),
        (
            "the weight within countries is used for the union, or the other way round",
            (
                "test_eu_survey::test_level_decides_the_weight_and_says_so",
                "test_eu_survey::test_one_country_with_the_weight_of_the_union_is_refused",
                "test_traps::test_weight_when_its_meaning_is_not_documented_then_is_never_taken",
            ),
        ),
        (
            "the sample of four countries is read as one with the Netherlands",
            (
                "test_eu_survey::test_sample_of_four_countries_has_no_netherlands_and_no_union_weight",
            ),
        ),
        (
            "the direct question is worded differently in the two samples",
            ("test_traps::test_wording_when_it_was_not_verified_then_the_report_says_so",),
        ),
        (
            "intervals of a quota sample are read as those of a random one",
            ("test_eu_survey::test_report_says_what_a_reader_must_know",),
        ),
        (
            "items or direct question in the wrong direction",
            (
                "test_eu_survey::test_trap_wrong_direction_is_caught_when_scored",
                "test_eu_survey::test_trap_direct_question_in_the_wrong_direction_is_caught",
                "test_eu_survey::test_trap_labels_that_say_the_opposite_direction_are_refused",
            ),
        ),
    ),
    *_traps(
        LISS,
        (
            "another wave has other questions under these numbers",
            (
                "test_liss_refusals::test_label_of_another_subject_is_refused_in_every_wave",
                "test_liss_refusals::test_unverified_wave_without_labels_of_the_items_is_refused",
                "test_liss_refusals::test_items_in_another_order_are_refused",
            ),
        ),
        (
            "don't know is 999 up to cs19l and -9 from cs20m on",
            (
                "test_liss::test_minus_nine_is_dont_know_from_2020_on",
                "test_liss::test_999_is_dont_know_for_the_satisfaction_up_to_2019",
            ),
        ),
        (
            "999 is taken for missing in the whole module",
            (
                "test_liss_codebook::test_no_other_variable_has_999_as_a_missing_code",
                "test_liss::test_missing_code_of_another_wave_or_variable_stops",
            ),
        ),
        (
            "-7 and -8 of a harmonised copy pass for raw codes",
            ("test_traps::test_code_of_a_harmonised_copy_when_in_a_raw_wave_then_stops",),
        ),
        (
            "file names are spelt in many ways and several versions lie side by side",
            (
                "test_liss_files::test_every_spelling_is_recognised",
                "test_liss_files::test_highest_version_wins_and_lower_ones_are_named",
            ),
        ),
        (
            "the background of another month, or of the household, is merged",
            (
                "test_liss::test_background_comes_from_the_month_of_the_fieldwork",
                "test_liss::test_household_is_no_key_and_order_of_the_file_does_not_matter",
                "test_liss::test_month_without_a_file_is_said_and_never_filled_from_another",
            ),
        ),
        (
            "sex has a third category since February 2022",
            ("test_liss::test_third_sex_counts_from_2022_on",),
        ),
        (
            "regional estimates are made although no region is in the panel",
            ("test_traps::test_panel_when_it_has_no_places_then_no_column_of_places_is_made",),
        ),
        (
            "unweighted figures pass for weighted ones",
            (
                "test_liss::test_survey_is_unweighted_and_says_so",
                "test_liss_codebook::test_no_wave_delivers_weights_or_strata_and_the_household_is_the_cluster",
            ),
        ),
        (
            "the corona questionnaires, with another period in the question, are spliced in",
            ("test_liss_refusals::test_corona_questionnaire_is_refused_with_the_reason",),
        ),
    ),
    *_traps(
        OPTIONAL,
        (
            "SHARE: a public script claims the opposite direction",
            (
                "test_share::test_labels_in_the_opposite_order_are_refused",
                "test_share::test_reversed_items_fail_against_the_direct_question",
                "test_share::test_everything_reversed_fails_because_most_would_be_often_lonely",
            ),
        ),
        (
            "SHARE: negative codes are scored",
            (
                "test_share::test_missing_answers_keep_their_kind",
                "test_share::test_sum_of_the_items_is_the_one_counted_by_hand",
            ),
        ),
        (
            "SHARE: other countries count, or the weight of the household",
            (
                "test_share::test_only_country_14_is_kept_and_the_others_are_counted",
                "test_share::test_household_weight_is_refused",
            ),
        ),
        (
            "ESS: the direction, and 7 8 9 as answers",
            (
                "test_ess::test_1_is_never_and_4_is_always",
                "test_ess::test_missing_answers_keep_their_kind",
                "test_ess::test_reversed_codes_fail_because_most_would_be_often_lonely",
            ),
        ),
        (
            "ESS: people of 999 years",
            ("test_ess::test_age_999_is_missing_and_never_a_very_old_person",),
        ),
        (
            "ESS: the weight of the population size, and a design in another file",
            (
                "test_ess::test_population_weight_is_refused_and_an_unseen_one_warned_about",
                "test_ess::test_round_7_has_its_design_in_another_file",
            ),
        ),
        (
            "LASA: 1 is no and 3 is yes",
            (
                "test_lasa::test_1_is_no_and_3_is_yes_the_opposite_of_the_other_sources",
                "test_lasa::test_labels_in_the_order_of_the_other_sources_are_refused",
                "test_lasa::test_reversed_codes_without_labels_fail_the_direction_check",
            ),
        ),
        (
            "LASA: 6 is a score and a unit nonresponse in the waves B to F",
            (
                "test_lasa::test_code_6_with_two_meanings_is_counted_and_never_a_score",
                "test_lasa::test_code_6_is_a_score_in_the_other_waves",
            ),
        ),
        (
            "LASA: delivered scores tolerate more missing answers than the manual",
            ("test_lasa::test_laxer_delivered_score_stays_published_and_is_not_the_score",),
        ),
        (
            "LASA: the letter of another wave, and statements without documented codes",
            (
                "test_lasa::test_every_wave_is_read_by_its_own_letter",
                "test_lasa::test_file_of_another_letter_is_refused",
                "test_lasa::test_statements_without_documented_codes_are_named_and_not_read",
            ),
        ),
        (
            "Lifelines has the emotional items first: items by their place are mixed up",
            ("test_traps::test_items_when_in_another_order_then_a_mapping_reads_them_by_name",),
        ),
        (
            "Understanding Society: 3 is often, the opposite of SHARE",
            ("test_traps::test_ucla_when_3_is_often_then_a_mapping_of_share_is_refused",),
        ),
        (
            "an answer scale of five agreements passes for yes, more or less, no",
            (
                "test_labels::test_another_answer_set_is_refused",
                "scoring/test_declarations::test_many_people_without_one_neutral_answer_are_refused_until_it_is_declared",
            ),
        ),
    ),
    *_traps(
        READING,
        (
            "declared missing codes become blanks and lose their kind",
            (
                "test_spss::test_user_missing_codes_stay_values_and_only_the_columns_asked_for_are_read",
                "test_harmonise::test_kind_of_missing_comes_from_the_label_before_the_codebook",
            ),
        ),
        (
            "metadata alone know no declared missing values",
            ("test_spss::test_metadata_has_names_labels_and_declared_missing",),
        ),
        (
            "names of columns are taken literally: another case gives an empty frame",
            (
                "test_matching::test_items_are_found_with_any_prefix_in_any_case",
                "test_traps::test_names_when_in_another_case_then_no_row_is_lost",
            ),
        ),
        (
            "unknown names are passed over in silence",
            (
                "test_matching::test_absent_items_are_all_named",
                "test_reading::test_required_column_that_is_absent_is_named",
            ),
        ),
        (
            "labels take the place of codes: two codes with one label merge",
            (
                "test_traps::test_codes_when_they_share_a_label_then_stay_apart",
                "test_traps::test_total_when_only_some_codes_are_labelled_then_stays_a_number",
            ),
        ),
        (
            "an empty text is not a missing value",
            ("test_traps::test_text_when_it_is_empty_then_is_missing",),
        ),
        (
            "a header does not count its rows, or counts more than there are",
            (
                "test_spss::test_truncated_file_without_row_count_reads_fewer_rows_and_says_that_it_cannot_know",
                "test_spss::test_file_with_fewer_rows_than_its_header_promises_is_refused",
                "test_sav_rows::test_header_that_promises_other_rows_is_refused",
                "test_dta_rows::test_header_that_promises_other_rows_is_refused",
            ),
        ),
        (
            "row numbers in messages count from the rows that were kept",
            (
                "test_gezondheidsmonitor::test_rows_in_messages_are_rows_of_the_file_after_rows_were_dropped",
            ),
        ),
        (
            "values in neither list are taken for something",
            (
                "test_harmonise::test_unknown_code_stops_with_column_code_count_and_first_row",
                "test_harmonise::test_no_other_number_is_taken_for_an_answer",
            ),
        ),
    ),
    *_traps(
        REFUSE,
        (
            "a weight that is not the one for loneliness of that year, or none",
            (
                "test_weighting::test_doubtful_weight_is_used_with_a_warning_and_a_note",
                "test_weighting::test_weight_of_other_topics_is_refused_with_the_reason",
                "test_weighting::test_absent_weight_lists_what_looks_like_a_weight",
            ),
        ),
        (
            "respondents of CBS, who were not asked, in the base",
            (
                "test_gezondheidsmonitor::test_respondents_of_cbs_are_dropped_and_counted",
                "test_gezondheidsmonitor::test_every_other_survey_number_of_2020_is_cbs",
                "test_gezondheidsmonitor::test_file_without_the_marker_says_that_cbs_cannot_be_told_apart",
            ),
        ),
        (
            "a code that is both valid and missing",
            (
                "test_codebook::test_no_code_is_both_valid_and_missing",
                "test_codebook::test_overlap_of_valid_and_missing_codes_is_refused",
                "test_gmjv::test_utrecht_stays_when_the_file_declares_9_missing_in_the_regions",
            ),
        ),
        (
            "the EU survey without country, or with countries in protocol order",
            (
                "test_eu_survey::test_file_without_country_or_item_is_refused",
                "test_eu_survey::test_trap_countries_in_protocol_order_by_number",
            ),
        ),
        (
            "LISS without calibration",
            ("test_liss::test_survey_is_unweighted_and_says_so",),
        ),
        (
            "subscale flags with different cut-offs compared",
            (
                "test_gezondheidsmonitor::test_undocumented_cutoff_of_2022_is_found_in_the_file",
                "scoring/test_return_surface::test_no_subscale_is_dichotomised_unless_asked",
                "test_traps::test_subscale_flags_when_their_cutoffs_differ_then_keep_their_own_columns",
            ),
        ),
        (
            "a source without a public layout, without a mapping",
            (
                "test_traps::test_source_when_no_layout_is_public_then_has_no_packaged_codebook",
                "test_ssw::test_absent_item_is_named",
                "test_templates::test_unfilled_template_gives_the_whole_list_of_what_is_missing",
            ),
        ),
    ),
)
