"""Real answers through mappings written here; the files lie beside the repository."""

from __future__ import annotations

import csv

import pytest

from eenzaam_stats.estimation.prevalence import prevalence
from eenzaam_stats.loaders.mapping.mapping import read_mapped
from eenzaam_stats.scoring.direct import DIRECT
from eenzaam_stats.scoring.scale import score
from eenzaam_stats.scoring.ucla import UCLA3
from loaders.mapping.mapped_files import write_mapping

pytestmark = pytest.mark.witness

# README beside the file: people from all of the time to none of the time, all countries.
KNOWN = {"always": 814, "often": 2_418, "sometimes": 5_597, "rarely": 6_866, "never": 8_916}
DUTCH_CODE, DUTCH_OFTEN, DUTCH_ANSWERED, DUTCH_ALL = 20, 99, 965, 1_008


def eu_mapping():
    countries = {str(code): f"country {code:02d}" for code in range(1, 28)}
    countries[str(DUTCH_CODE)] = "Netherlands"
    return {
        "source": {
            "name": "eu_ls_subset",
            "title": "EU Loneliness Survey, public subset",
            "wave": 2022,
            "age_floor": 16,
            "instrument": "DIRECT",
            "evidence": "secondary",
        },
        "design": {"weight": "none"},
        "variable": [
            {
                "name": "direct",
                "column": "loneliness_direct",
                "codes": {
                    "1": ["always", "All of the time"],
                    "2": ["often", "Most of the time"],
                    "3": ["sometimes", "Some of the time"],
                    "4": ["rarely", "A little of the time"],
                    "5": ["never", "None of the time"],
                },
            },
            {"name": "country", "column": "country", "codes": countries},
        ],
    }


@pytest.fixture(scope="module")
def europeans(shared_data, tmp_path_factory):
    mapping = write_mapping(eu_mapping(), tmp_path_factory.mktemp("eu") / "eu.toml")
    path = shared_data / "eu_ls" / "eu_ls_2022_real_respondents_subset.csv"
    return score(read_mapped(path, mapping), DIRECT)


def test_direct_answers_of_europe_are_the_known_counts(europeans):
    counts = europeans.respondents["direct"].value_counts()
    assert counts.to_dict() == KNOWN
    assert len(europeans.respondents) == 25_646
    missing = europeans.respondents["direct_missing"].value_counts().to_dict()
    assert {kind: n for kind, n in missing.items() if n} == {"no_answer": 25_646 - 24_611}


def test_dutch_share_is_the_known_one_without_weights(europeans):
    table = prevalence(europeans, "often_or_always_lonely", by="country", weights=None)
    (row,) = [row for row in table.rows if row.group == ("Netherlands",)]
    assert len(table.rows) == 27
    assert (row.n_valid, row.n_missing) == (DUTCH_ANSWERED, DUTCH_ALL - DUTCH_ANSWERED)
    assert row.estimate == pytest.approx(DUTCH_OFTEN / DUTCH_ANSWERED, rel=1e-12)
    assert row.estimate == pytest.approx(0.1026, abs=0.00005)
    assert row.estimate * row.n_valid / DUTCH_ALL == pytest.approx(0.0982, abs=0.00005)


def qualtrics_mapping(question):
    """Items of one period; the lines with questions and keys under the header are left out."""
    codes = {"1": "hardly_ever", "2": "sometimes", "3": "often"}
    items = [
        {
            "name": f"ucla_{number}",
            "column": f"{question}_{number}",
            "codes": codes,
            "missing": {"NA": "no_answer"},
        }
        for number in (1, 2, 3)
    ]
    return {
        "source": {
            "name": "qualtrics",
            "title": "Players before and during lockdown",
            "wave": 2020,
            "age_floor": 18,
            "instrument": "UCLA3",
            "evidence": "user",
        },
        "design": {"weight": "none"},
        "respondents": {"column": "Finished", "keep": [0, 1]},
        "variable": [*items, {"name": "person_id", "column": "ResponseId", "text": True}],
    }


@pytest.mark.parametrize(
    ("period", "question", "scores"), [("before", "Q13", 660), ("during", "Q39", 657)]
)
def test_ucla_of_a_latin1_export_agrees_with_the_published_scores(
    shared_data, tmp_path, period, question, scores
):
    folder = shared_data / "ucla3"
    mapping = write_mapping(qualtrics_mapping(question), tmp_path / "q.toml")
    survey = score(read_mapped(folder / "study1_raw_latin1.csv", mapping, skip_rows=2), UCLA3)
    assert (survey.report.n_read, survey.report.n_kept) == (571, 571)
    assert any("latin1" in note for note in survey.report.notes)
    own = survey.respondents.set_index("person_id")
    points = {"hardly_ever": 1, "sometimes": 2, "often": 3}
    compared = 0
    with (folder / "study1_loneliness_long.csv").open(encoding="utf-8") as stream:
        for line in csv.DictReader(stream):
            if line["lockdown_period"] == period and line["score"] != "NA":
                answer = own.loc[line["response_id"], f"ucla_{line['item']}"]
                assert points[answer] == int(line["score"])
                compared += 1
    assert compared == scores
    complete = own["ucla3_total"].dropna()
    assert complete.between(3, 9).all()
