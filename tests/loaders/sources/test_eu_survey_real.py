"""Real answers to the direct question of the EU Loneliness Survey 2022, read and counted.

The file is a subset made by others, without weights and statements, so it comes in by a mapping.
"""

from __future__ import annotations

import pandas as pd
import pytest

from eenzaam_stats.errors import SchemaError
from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.loaders.sources.eu_survey import country_order
from eenzaam_stats.published.reference import reference
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.vocabulary import Origin

pytestmark = pytest.mark.witness

FILE = "eu_ls/eu_ls_2022_real_respondents_subset.csv"
OUTCOME = "often_or_always_lonely"
NAMES = (
    *("Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia"),
    *("Finland", "France", "Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia"),
    *("Lithuania", "Luxembourg", "Malta", "Netherlands", "Poland", "Portugal", "Romania"),
    *("Slovakia", "Slovenia", "Spain", "Sweden"),
)
MAPPING = """
[source]
name = "eu_direct"
title = "EU Loneliness Survey, direct question"
wave = 2022
age_floor = 16
instrument = "DIRECT"
evidence = "secondary"
[design]
weight = "none"
[[variable]]
name = "direct"
column = "loneliness_direct"
[variable.codes]
1 = "always"
2 = "often"
3 = "sometimes"
4 = "rarely"
5 = "never"
[[variable]]
name = "country"
column = "country"
[variable.codes]
"""


@pytest.fixture(scope="module")
def survey(shared_data, tmp_path_factory):
    path = tmp_path_factory.mktemp("mapping") / "eu.toml"
    countries = "\n".join(f'{code} = "{name}"' for code, name in enumerate(NAMES, start=1))
    path.write_text(f"{MAPPING}{countries}\n", "utf-8")
    return score(read_mapped(shared_data / FILE, path), DIRECT)


def test_direct_question_has_the_known_counts(survey):
    assert survey.report.n_kept == 25_646
    assert survey.report.origin is Origin.MICRODATA
    assert survey.respondents["direct"].value_counts().to_dict() == {
        "always": 814,
        "often": 2_418,
        "sometimes": 5_597,
        "rarely": 6_866,
        "never": 8_916,
    }


def test_dutch_share_of_the_letter_comes_out_of_real_answers(survey):
    table = prevalence(survey, OUTCOME, by="country", weights=None).tidy().set_index("country")
    dutch = table.loc["Netherlands"]
    assert (dutch["n_valid"], dutch["n_missing"]) == (965, 43)
    assert dutch["estimate"] == pytest.approx(99 / 965, rel=1e-12)
    assert round(100 * dutch["estimate"], 2) == 10.26
    # A missing answer in the base, as if it were a no: 99 of 1,008.
    base = dutch["n_valid"] + dutch["n_missing"]
    assert round(100 * dutch["estimate"] * dutch["n_valid"] / base, 2) == 9.82


def test_every_country_equals_the_packaged_table(survey):
    ours = prevalence(survey, OUTCOME, by="country", weights=None).tidy().set_index("country")
    table = reference("eu_loneliness_survey", evidence="derived")
    own = (
        table["outcome"].eq("mostly_or_always_lonely")
        & table["threshold"].str.endswith("missing excluded")
        & table["dimension"].eq("country")
        & table["sex"].eq("total")
        & table["group"].ne("EU27")
    )
    published = table[own].set_index("group")
    assert sorted(ours.index) == sorted(published.index) == list(NAMES)
    for country, row in ours.iterrows():
        assert round(100 * row["estimate"], 2) == published.loc[country, "value"], country
        assert row["n_valid"] == published.loc[country, "n"], country


def test_real_sizes_prove_the_alphabetical_order_and_refuse_the_protocol_order(shared_data):
    codes = pd.read_csv(shared_data / FILE)["country"]
    right = codes.map(dict(enumerate(NAMES, start=1)))
    check = country_order(right, place="real answers")
    assert check.passed is True
    assert check.message.endswith("Cyprus 503, Luxembourg 370, Malta 529")
    # In protocol order 19 is the Netherlands, 18 Malta and 5 Germany.
    swapped = {5: "Germany", 18: "Malta", 19: "Netherlands", 11: "Cyprus", 13: "Luxembourg"}
    wrong = codes.map(dict(enumerate(NAMES, start=1)) | {20: "Austria", 1: "Hungary"} | swapped)
    with pytest.raises(SchemaError, match=r"Netherlands 529, Germany 503"):
        country_order(wrong, place="real answers")
