"""Figures of the letter: what is drawn is what the tables and the recomputation say."""

from __future__ import annotations

import html
import re

import pytest

from eenzaam_stats.letter.claims import read_claims
from eenzaam_stats.letter.figures import LetterFigure, all_figures
from eenzaam_stats.letter.figures.figure import texts
from eenzaam_stats.letter.ledger import Theme
from eenzaam_stats.letter.recompute import projection_table, recompute_all
from eenzaam_stats.published import reference as tables
from eenzaam_stats.vocabulary import Verdict, format_number

PERSONS = 0.5e-3  # half a person, in thousands


@pytest.fixture(scope="module")
def rows():
    return recompute_all(read_claims())


@pytest.fixture(scope="module")
def figures(rows) -> dict[str, LetterFigure]:
    return {figure.id: figure for figure in all_figures(language="en", rows=rows)}


def test_there_are_the_promised_figures(figures) -> None:
    assert list(figures) == list(texts())
    assert {
        "prevalence-by-source",
        "gezondheidsmonitor-trend",
        "ssw-trend",
        "ssw-age",
        "eu-countries",
        "persons-854-thousand",
        "projection-2050",
        "foreign-born",
        "young-people",
    } <= set(figures)
    assert {figure.theme for figure in figures.values()} <= {theme.value for theme in Theme}


def test_both_languages_have_every_word_and_the_same_numbers(rows, figures) -> None:
    dutch = {figure.id: figure for figure in all_figures(language="nl", rows=rows)}
    assert dutch.keys() == figures.keys()
    for name, figure in figures.items():
        assert figure.title != dutch[name].title
        assert list(figure.data["value"]) == list(dutch[name].data["value"])


def test_the_854_thousand_has_two_bases_and_one_that_matches(figures) -> None:
    # 0.142 x 18,044,027 / 3 = 854,083.9; 0.142 x 14,289,828 / 3 = 676,385.2
    values = list(figures["persons-854-thousand"].data["value"])
    assert values == pytest.approx([854.0839, 676.3852], abs=PERSONS)


def test_projection_ends_where_the_table_of_the_recomputation_ends(figures) -> None:
    data = figures["projection-2050"].data
    ends = data[data["year"] == 2050].set_index("series")["value"]
    table = projection_table().set_index("name_en")["end"] / 1e6
    for name in table.index:
        assert ends[name] == pytest.approx(table[name], rel=1e-12)
    assert ends["the letter"] == 7.6
    assert len(ends) == len(table) + 1


def test_both_bookings_of_the_growth_add_up_to_the_same(figures) -> None:
    data = figures["increase-to-2050"].data
    wide = data.pivot_table(index="label", columns="series", values="value")
    booked = wide["booked at 75 and over"] + wide["booked at 18-74"]
    split = wide["effect of size"] + wide["effect of structure"]
    assert list(booked) == pytest.approx(list(split), rel=1e-9)
    assert len(wide) == 3


def test_change_of_base_is_marked_and_not_joined(figures) -> None:
    data = figures["gezondheidsmonitor-trend"].data
    lonely = data[data["series"] == "lonely"].set_index("year")
    assert list(lonely.index) == [2012, 2016, 2020, 2022, 2024]
    assert lonely.loc[2016, "joined"] != lonely.loc[2020, "joined"]
    assert lonely.loc[2020, "joined"] == lonely.loc[2022, "joined"]
    assert list(lonely["solid"]) == [False, True, True, True, False]


def test_missing_year_is_not_bridged(figures) -> None:
    data = figures["ssw-trend"].data
    severe = data[data["series"] == "severely lonely"].set_index("year")
    assert 2020 not in severe.index
    assert severe.loc[2019, "joined"] != severe.loc[2021, "joined"]


def test_age_figure_shows_the_overall_score_not_the_emotional_column(figures) -> None:
    data = figures["ssw-age"].data
    in_2022 = data[data["series"] == "2022"].set_index("label")["value"]
    assert in_2022["15-24"] == 12.1  # the emotional column has 13.6
    assert in_2022["35-44"] == 14.1  # the emotional column has 13.1
    assert len(in_2022) == 7


def test_eu_figure_has_27_countries_and_says_unweighted(figures) -> None:
    figure = figures["eu-countries"]
    assert len(figure.data) == 27
    assert list(figure.data["value"]) == sorted(figure.data["value"], reverse=True)
    assert "UNWEIGHTED" in figure.note
    dutch = figure.data.set_index("label").loc["Netherlands"]
    assert (dutch["low"], dutch["value"], dutch["high"]) == (8.50, 10.26, 12.33)


def test_verdict_figure_counts_every_statement_once(figures, rows) -> None:
    assert figures["verdicts"].data["value"].sum() == len(rows)
    assert set(figures["verdicts"].data["series"]) <= {
        str(verdict).replace("_", " ") for verdict in Verdict
    }


def test_alternative_text_holds_every_number_drawn(figures) -> None:
    checked = 0
    for figure in figures.values():
        for row in figure.data.to_dict("records"):
            number = format_number(row["value"], decimals=figure.places(row), language="en")
            assert number in figure.alternative
            checked += 1
    assert checked > 100


@pytest.mark.parametrize("name", list(texts()))
def test_every_figure_draws_with_its_title_and_description(figures, name) -> None:
    pictures = figures[name].pictures()
    text = pictures["svg"].decode("utf-8")
    assert f'<title id="t">{html.escape(figures[name].title)}</title>' in text
    assert html.escape(figures[name].alternative) in text
    assert not re.search(r"\bnan\b", figures[name].alternative)
    assert pictures["png"].startswith(b"\x89PNG")


def test_a_changed_table_changes_the_figure(rows, monkeypatch) -> None:
    real = tables.reference

    def other(name, **keywords):
        table = real(name, **keywords)
        if name == "gezondheidsmonitor":
            hit = (table["wave"] == "2022") & (table["value"] == 14.2)
            table.loc[hit, "value"] = 15.2
        return table

    monkeypatch.setattr(tables, "reference", other)
    figures = {figure.id: figure for figure in all_figures(language="en", rows=rows)}
    assert figures["prevalence-by-source"].data["value"].iloc[0] == 15.2
    # 0.152 x 18,044,027 / 3 = 914,230.7
    first = figures["persons-854-thousand"].data["value"].iloc[0]
    assert first == pytest.approx(914.2307, abs=PERSONS)
