"""From files in the layout of the LISS panel to a panel model, the whole way."""

from __future__ import annotations

import pytest

import eenzaam_stats as es
from eenzaam_stats.errors import DesignError
from eenzaam_stats.trend.panel.dropout import check_dropout
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.panel.rows import PanelColumns
from eenzaam_stats.trend.series.interruption import Interruption

COVID = Interruption("COVID-19", 2020.2, 2022.2, ("level",))
COLUMNS = PanelColumns(month="month", covariates=("age",))
ROWS, YEARS = 150, 18


@pytest.fixture(scope="module")
def liss(tmp_path_factory):
    folder = tmp_path_factory.mktemp("liss")
    es.synthesise("liss", folder, n=ROWS)
    return es.score(es.read_liss(folder), es.DJG6)


def test_score_of_six_items(liss):
    fit = panel_model(liss, "djg6_total", interruptions=[COVID], columns=COLUMNS)
    frame = liss.respondents
    assert fit.n_rows + fit.n_missing + fit.n_without_covariate == len(frame) == ROWS * YEARS
    assert fit.n_persons == frame.loc[frame["djg6_total"].notna(), "person_id"].nunique()
    assert list(fit.tidy()["term"]) == [
        "(Intercept)",
        "trend",
        "COVID-19: level during",
        "COVID-19: level after",
        "age",
    ]
    assert fit.source == "liss 2008-2025 (synthetic)"
    assert fit.notes == ()
    assert len(fit.marginal) == len(fit.dropout) == YEARS
    # the waves of autumn 2020 and 2021 are during, that of 2022 after
    means = {wave.wave: wave.estimate for wave in fit.marginal}
    b = {row.term: row.estimate for row in fit.coefficients}
    during, trend = b["COVID-19: level during"], b["trend"]
    dates = {wave.wave: wave.time for wave in fit.marginal}
    step = trend * (dates["2020"] - dates["2019"])
    assert means["2020"] - means["2019"] == pytest.approx(during + step, rel=1e-9)


def test_flag_gives_a_prevalence_per_wave(liss):
    fit = panel_model(liss, "lonely", family="logistic", interruptions=[COVID], columns=COLUMNS)
    shares = liss.respondents.groupby("wave")["lonely"].mean()
    assert all(0 < wave.conf_low < wave.estimate < wave.conf_high < 1 for wave in fit.marginal)
    mean = sum(wave.estimate for wave in fit.marginal) / YEARS
    assert mean == pytest.approx(float(shares.mean()), abs=0.04)


def test_people_of_the_twin_leave_whatever_they_answer(liss):
    assert check_dropout(liss, "djg6_total").passed is True


def test_people_who_move_are_counted(liss):
    columns = PanelColumns(month="month", household="household_id")
    with pytest.raises(DesignError, match=r"have more than one\. Make a column with the first"):
        panel_model(liss, "djg6_total", columns=columns)
