"""The EU Loneliness Survey as read: flavours, kinds of missing, countries, weights, traps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from eenzaam_stats.errors import (
    DesignError,
    OptionError,
    ScaleError,
    SchemaError,
    SourceError,
    UnknownCodeError,
    UnknownColumnError,
)
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.sources.eu_survey import country_order, read_eu_survey
from eenzaam_stats.scoring.de_jong_gierveld import DJG6
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.direction import check_direction
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from eenzaam_stats.synthetic.eu_survey import synthesise_eu_survey
from eenzaam_stats.vocabulary import Origin

FLAVOURS = ("eu_values.csv", "eu_labels.csv", "eu.dta")
DJG = {
    f"loneliness_djg_{a}": f"djg_{n}" for a, n in zip("abcdef", (3, 9, 10, 4, 7, 8), strict=True)
}
UCLA = {f"loneliness_ucla_{a}": f"ucla_{n}" for a, n in zip("abc", (1, 2, 3), strict=True)}
ANSWERS = {1: "yes", 2: "more_or_less", 3: "no"}
FREQUENCY = {1: "always", 2: "often", 3: "sometimes", 4: "rarely", 5: "never"}
# Order of the member states by their own names, as official lists of the Union print them.
PROTOCOL = (
    *("Belgium", "Bulgaria", "Czechia", "Denmark", "Germany", "Estonia", "Ireland", "Greece"),
    *("Spain", "France", "Croatia", "Italy", "Cyprus", "Latvia", "Lithuania", "Luxembourg"),
    *("Hungary", "Malta", "Netherlands", "Austria", "Poland", "Portugal", "Romania", "Slovenia"),
    *("Slovakia", "Finland", "Sweden"),
)
ALPHABETICAL = tuple(sorted(PROTOCOL))
# Standard errors of a group read alone and as a domain of the whole file differ by a factor
# sqrt((n / (n - 1)) / (N / (N - 1))), at most 1.0005 for 1,008 rows.
DOMAIN = 1e-3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("eu")
    for name in FLAVOURS:
        synthesise_eu_survey(folder / name)
    return folder


@pytest.fixture(scope="module")
def raw(folder):
    return pd.read_csv(folder / "eu_values.csv")


@pytest.fixture(scope="module")
def survey(folder):
    return read_eu_survey(folder / "eu_values.csv")


@pytest.fixture
def rewritten(tmp_path, raw):
    """Write the codes again with some columns changed, and give the path."""

    def write(name="changed_values.csv", **columns):
        raw.assign(**columns).to_csv(tmp_path / name, index=False)
        return tmp_path / name

    return write


def column(survey, name):
    return next(c for c in survey.report.columns if c.name == name)


# ---------------------------------------------------------------- what is read


@pytest.mark.parametrize("name", FLAVOURS[1:])
def test_flavours_give_the_same_respondents(folder, survey, name):
    other = read_eu_survey(folder / name)
    pd.testing.assert_frame_equal(other.respondents, survey.respondents, rtol=1e-12)
    assert other.design == survey.design
    assert [c.missing for c in other.report.columns] == [c.missing for c in survey.report.columns]


def test_every_answer_is_the_one_that_the_code_stands_for(raw, survey):
    people = survey.respondents
    for own, name in DJG.items():
        assert people[name].astype(object).equals(raw[own].map(ANSWERS).astype(object)), own
    points = {1: "hardly_ever", 2: "sometimes", 3: "often"}
    for own, name in UCLA.items():
        assert people[name].astype(object).equals(raw[own].map(points).astype(object)), own
    direct = raw["loneliness_direct"].map(FREQUENCY)
    assert people["direct"].astype(object).equals(direct.astype(object))


def test_missing_answers_keep_their_kind(raw, survey):
    direct = raw["loneliness_direct"]
    assert dict(column(survey, "direct").missing) == {
        "refused": (direct == 999).sum(),
        "dont_know": (direct == 998).sum(),
    }
    kinds = survey.respondents["direct_missing"].astype(object)
    wanted = direct.map({998: "dont_know", 999: "refused"}).astype(object)
    assert kinds.equals(wanted)
    assert dict(column(survey, "djg_3").missing) == {
        "refused": (raw["loneliness_djg_a"] == 999).sum()
    }


def test_not_applicable_is_not_asked(rewritten, raw):
    path = rewritten(loneliness_djg_a=raw["loneliness_djg_a"].where(raw.index >= 40, 997))
    survey = read_eu_survey(path)
    assert dict(column(survey, "djg_3").missing)["not_asked"] == 40
    assert survey.respondents["djg_3"].head(40).isna().all()


def test_impossible_ages_and_years_of_birth_are_invalid_and_reported(raw, survey):
    assert dict(column(survey, "age").missing) == {
        "not_asked": (raw["age"] == 997).sum(),
        "invalid": (raw["age"] < 16).sum(),
    }
    assert survey.respondents["age"].min() == 16
    assert dict(column(survey, "birth_year").missing) == {
        "invalid": (raw["date_birth_year"] == 1).sum()
    }
    assert survey.respondents["birth_year"].min() > 1900


def test_countries_have_names_and_20_is_the_netherlands(raw, survey):
    named = raw["country"].map(dict(enumerate(ALPHABETICAL, start=1)))
    assert survey.respondents["country"].astype(object).equals(named.astype(object))
    assert ALPHABETICAL[19] == "Netherlands"


def test_report_says_what_a_reader_must_know(survey):
    report = survey.report
    assert (report.source, report.wave) == ("eu_loneliness_survey", "2022 EU27")
    assert report.origin is Origin.SYNTHETIC
    assert set(survey.respondents["source"]) == {"eu_loneliness_survey (synthetic)"}
    assert report.population.startswith("people of 16 and older")
    notes = "\n".join(report.notes)
    assert "model-based at best" in notes
    assert "its number inside the block is assumed" in notes
    assert "weights_for='country'" in notes
    check = next(c for c in report.checks if c.name == "order of the countries")
    assert check.passed is True
    assert "Cyprus 503, Luxembourg 370, Malta 529" in check.message


# ---------------------------------------------------------------- estimates


def test_dutch_share_is_the_one_of_the_letter(folder):
    survey = score(read_eu_survey(folder / "eu_labels.csv", country="Netherlands"), DIRECT)
    row = prevalence(survey, "often_or_always_lonely", weights=None).tidy().iloc[0]
    # 99 of 965 people who answered.
    assert row["estimate"] == pytest.approx(99 / 965, rel=1e-12)
    assert (row["n_valid"], row["n_missing"]) == (965, 43)


def test_one_country_alone_is_the_domain_of_the_whole_file(folder, survey):
    alone = read_eu_survey(folder / "eu_values.csv", country="Netherlands")
    assert alone.design == survey.design
    assert (alone.report.n_read, alone.report.n_kept, len(alone.respondents)) == (
        25_646,
        1_008,
        1_008,
    )
    assert alone.report.dropped == (("respondents of other countries than Netherlands", 24_638),)
    assert column(alone, "direct").n_valid == 965
    outcome = "often_or_always_lonely"
    one = prevalence(score(alone, DIRECT), outcome).tidy().iloc[0]
    table = prevalence(score(survey, DIRECT), outcome, by="country").tidy()
    domain = table[table["country"] == "Netherlands"].iloc[0]
    assert one["estimate"] == pytest.approx(domain["estimate"], rel=1e-12)
    assert one["std_error"] == pytest.approx(domain["std_error"], rel=DOMAIN)


@pytest.mark.parametrize(("level", "weight"), [("country", "w_country"), ("eu27", "w_eu27")])
def test_level_decides_the_weight_and_says_so(folder, raw, level, weight):
    survey = read_eu_survey(folder / "eu_values.csv", weights_for=level)
    np.testing.assert_allclose(survey.respondents["weight"], raw[weight], rtol=1e-12)
    assert survey.design.weight == "weight"
    assert (survey.design.stratum, survey.design.cluster) == (None, None)
    assert column(survey, "weight").source_name == weight
    assert any(f"weights_for={level!r}" in note and weight in note for note in survey.report.notes)


def test_union_share_with_the_weight_of_the_countries_is_another_one(folder, raw):
    shares = {}
    for level, weight in (("country", "w_country"), ("eu27", "w_eu27")):
        survey = score(read_eu_survey(folder / "eu_values.csv", weights_for=level), DIRECT)
        own = raw[raw["loneliness_direct"] <= 5]
        by_hand = np.average(own["loneliness_direct"] <= 2, weights=own[weight])
        shares[level] = prevalence(survey, "often_or_always_lonely").tidy()["estimate"].iloc[0]
        assert shares[level] == pytest.approx(by_hand, rel=1e-12)
    assert abs(shares["country"] - shares["eu27"]) > 1e-3


def test_file_without_the_weight_of_the_level_is_refused(tmp_path, raw):
    raw.drop(columns="w_eu27").to_csv(tmp_path / "no_values.csv", index=False)
    assert read_eu_survey(tmp_path / "no_values.csv").report.n_kept == 25_646
    with pytest.raises(DesignError, match=r"w_eu27"):
        read_eu_survey(tmp_path / "no_values.csv", weights_for="eu27")


# ---------------------------------------------------------------- the sample of four countries


def test_sample_of_four_countries_is_read_with_its_own_weight(tmp_path):
    synthesise_eu_survey(tmp_path / "four.dta", sample="eu4")
    survey = read_eu_survey(tmp_path / "four.dta", sample="eu4")
    assert survey.report.n_kept == 4_029
    assert set(survey.respondents["country"]) == {"France", "Italy", "Poland", "Sweden"}
    assert "person_id" in survey.respondents
    assert "France, Italy, Poland and Sweden" in survey.report.population
    with pytest.raises(SchemaError, match=r"sample='eu4'"):
        read_eu_survey(tmp_path / "four.dta")


def test_sample_of_four_countries_has_no_netherlands_and_no_union_weight(folder):
    with pytest.raises(OptionError, match=r"country is 'Netherlands'.*'France', 'Italy', 'Poland'"):
        read_eu_survey(folder / "eu.dta", sample="eu4", country="Netherlands")
    with pytest.raises(OptionError, match=r"sample 'eu4' does not have: .*'w_country'"):
        read_eu_survey(folder / "eu.dta", sample="eu4", weights_for="eu27")


def test_whole_file_is_not_the_sample_of_four_countries(folder):
    with pytest.raises(
        UnknownCodeError, match=r"2022 EU4, column 'country': code '?24'? \(\d+ row"
    ):
        read_eu_survey(folder / "eu_values.csv", sample="eu4")


# ---------------------------------------------------------------- traps


def test_trap_missing_codes_reversed_before_they_are_missing(raw, survey):
    # 6 - 999 = -993 and 4 - 999 = -995: every score must lie inside its range, and nobody with a
    # missing answer may have a sum.
    scored = score(score(survey, UCLA3), DIRECT).respondents
    whole = raw[list(UCLA)].le(3).all(axis=1)
    total = scored["ucla3_total"]
    assert total.notna().tolist() == whole.tolist()
    by_hand = raw[list(UCLA)].sum(axis=1)[whole]
    assert total[whole].astype(int).tolist() == by_hand.tolist()
    assert (total.min(), total.max()) == (3, 9)
    assert set(scored["direct"].dropna()) == set(FREQUENCY.values())


def test_trap_people_who_answered_nothing_have_no_score_of_zero(raw, survey):
    nothing = raw[list(DJG)].eq(999).all(axis=1)
    scored = score(survey, DJG6).respondents
    assert nothing.sum() > 60
    assert (
        scored.loc[nothing, ["djg6_total", "djg6_emotional", "djg6_social"]].isna().all(axis=None)
    )
    assert scored.loc[nothing, ["lonely", "severely_lonely"]].isna().all(axis=None)


def test_trap_countries_in_protocol_order_by_number(rewritten, raw):
    number = {name: place for place, name in enumerate(PROTOCOL, start=1)}
    path = rewritten(country=raw["country"].map(lambda code: number[ALPHABETICAL[code - 1]]))
    with pytest.raises(SchemaError, match=r"sizes of the countries contradict their names"):
        read_eu_survey(path)


def test_trap_countries_in_protocol_order_by_name(tmp_path, folder, raw):
    words = pd.read_csv(folder / "eu_labels.csv", dtype=str)
    words["country"] = raw["country"].map(lambda code: PROTOCOL[code - 1])
    words.to_csv(tmp_path / "wrong_labels.csv", index=False)
    with pytest.raises(
        SchemaError, match=r"contradict their names \(Netherlands 529, Germany 503, Cyprus"
    ):
        read_eu_survey(tmp_path / "wrong_labels.csv", country="Netherlands")


def test_trap_countries_in_protocol_order_in_the_value_labels(tmp_path, folder):
    frame, meta = pyreadstat.read_dta(folder / "eu.dta")
    labels = meta.variable_value_labels | {"country": dict(enumerate(PROTOCOL, start=1))}
    pyreadstat.write_dta(frame, tmp_path / "wrong.dta", variable_value_labels=labels)
    with pytest.raises(SchemaError, match=r"Column 'country': code 1 is labelled 'Belgium'"):
        read_eu_survey(tmp_path / "wrong.dta")


def test_trap_part_of_the_countries_cannot_prove_its_order_and_says_so(tmp_path, raw):
    part = raw[raw["country"].isin([19, 20])]
    part.to_csv(tmp_path / "part_values.csv", index=False)
    report = read_eu_survey(tmp_path / "part_values.csv", country="Netherlands").report
    check = next(c for c in report.checks if c.name == "order of the countries")
    assert check.passed is None
    assert "rests on the codebook alone" in check.message
    # In protocol order 18 is Malta: 1,008 Dutch people under that number are too many.
    part.replace({"country": {20: 19, 19: 18}}).to_csv(tmp_path / "part_values.csv", index=False)
    with pytest.raises(
        SchemaError, match=r"more respondents than were ever interviewed \(.*Malta 1,008"
    ):
        read_eu_survey(tmp_path / "part_values.csv")


def test_country_sizes_are_compared_with_the_published_ones():
    sizes = dict.fromkeys(ALPHABETICAL, 100) | {"Cyprus": 50, "Luxembourg": 37, "Malta": 53}
    rows = pd.Series(np.repeat(list(sizes), list(sizes.values())))
    check = country_order(rows, place="here")
    assert check.passed is True
    assert "published: Cyprus 503, Luxembourg 370, Malta 529" in check.message
    with pytest.raises(SchemaError, match=r"\(Austria 60; published"):
        country_order(rows.drop(rows.index[rows == "Austria"][60:]), place="here")


@pytest.mark.parametrize("apostrophe", ["'", "\N{RIGHT SINGLE QUOTATION MARK}"])
def test_trap_typographic_apostrophe(tmp_path, folder, raw, apostrophe):
    text = (folder / "eu_labels.csv").read_text("utf-8")
    text = text.replace("\N{RIGHT SINGLE QUOTATION MARK}", apostrophe)
    (tmp_path / "own_labels.csv").write_text(text, "utf-8")
    survey = read_eu_survey(tmp_path / "own_labels.csv")
    assert dict(column(survey, "direct").missing)["dont_know"] == (
        (raw["loneliness_direct"] == 998).sum()
    )


def reversed_block(raw, letters):
    names = [f"loneliness_djg_{letter}" for letter in letters]
    return {name: raw[name].replace({1: 3, 3: 1}) for name in names}


def test_direction_check_passes_on_the_right_direction(survey):
    check = check_direction(survey, DJG6)
    assert check.passed is True
    assert "direct question" in check.message
    assert survey.report.checks


@pytest.mark.parametrize("letters", ["abc", "def", "abcdef"])
def test_trap_wrong_direction_is_caught_when_scored(rewritten, raw, letters):
    survey = read_eu_survey(rewritten(**reversed_block(raw, letters)))
    check = next(c for c in survey.report.checks if c.name == "direction")
    assert check.passed is False
    with pytest.raises(ScaleError, match=r"direction check failed"):
        score(survey, DJG6, strict=True)


def test_trap_direct_question_in_the_wrong_direction_is_caught(rewritten, raw):
    direct = raw["loneliness_direct"]
    path = rewritten(loneliness_direct=direct.where(direct > 5, 6 - direct))
    check = next(c for c in read_eu_survey(path).report.checks if c.name == "direction")
    assert check.passed is False


def test_trap_labels_that_say_the_opposite_direction_are_refused(tmp_path, folder):
    frame, meta = pyreadstat.read_dta(folder / "eu.dta")
    for name, message in (
        ("loneliness_djg_d", "code 1 is labelled 'No' in the file and is 'yes'"),
        ("loneliness_direct", "code 1 is labelled 'None of the time'"),
    ):
        own = meta.variable_value_labels[name]
        last = 3 if name.endswith("d") else 5
        swapped = own | {1: own[last], last: own[1]}
        labels = meta.variable_value_labels | {name: swapped}
        path = tmp_path / f"{name}.dta"
        pyreadstat.write_dta(frame, path, variable_value_labels=labels)
        with pytest.raises((ScaleError, SchemaError), match=message):
            read_eu_survey(path)


# ---------------------------------------------------------------- refusals


def test_one_country_with_the_weight_of_the_union_is_refused(folder):
    with pytest.raises(OptionError, match=r"country='Netherlands' needs weights_for='country'"):
        read_eu_survey(folder / "eu_values.csv", weights_for="eu27", country="Netherlands")


def test_unknown_words_are_refused_with_the_options(folder):
    with pytest.raises(OptionError, match=r"sample is 'eu28'.*'eu27', 'eu4'"):
        read_eu_survey(folder / "eu.dta", sample="eu28")
    with pytest.raises(OptionError, match=r"weights_for is 'world'.*'country', 'eu27'"):
        read_eu_survey(folder / "eu.dta", weights_for="world")
    with pytest.raises(OptionError, match=r"country is 'Nederland'.*'Netherlands'"):
        read_eu_survey(folder / "eu.dta", country="Nederland")


def test_country_without_rows_is_refused(tmp_path, raw):
    raw[raw["country"] != 20].to_csv(tmp_path / "eu_values.csv", index=False)
    with pytest.raises(SourceError, match=r"no respondents of Netherlands"):
        read_eu_survey(tmp_path / "eu_values.csv", country="Netherlands")


def test_code_outside_the_codebook_stops_the_reading(rewritten, raw):
    path = rewritten(loneliness_djg_b=raw["loneliness_djg_b"].where(raw.index != 6, 7))
    with pytest.raises(
        UnknownCodeError, match=r"'loneliness_djg_b': code 7 \(1 row\(s\), first in row 7\)"
    ):
        read_eu_survey(path)


@pytest.mark.parametrize("absent", ["country", "loneliness_djg_e"])
def test_file_without_country_or_item_is_refused(tmp_path, raw, absent):
    raw.drop(columns=absent).to_csv(tmp_path / "eu_values.csv", index=False)
    with pytest.raises(UnknownColumnError, match=absent):
        read_eu_survey(tmp_path / "eu_values.csv")
