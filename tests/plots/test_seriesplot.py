"""Figures of series, by the numbers in their artists: waves, fit, counterfactual, spans, words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import eenzaam_stats as es
from eenzaam_stats.trend.series.plan import SeriesOptions

YEARS = np.arange(2006.0, 2024.0) + 0.8
COVID = es.Interruption("COVID-19", 2020.2, 2022.2)


def _frame(scale=0.01, **columns):
    rng = np.random.default_rng(4)
    values = 30 - 0.2 * (YEARS - 2006) + 4 * (YEARS > 2020.2) + rng.normal(0, 0.8, len(YEARS))
    return pd.DataFrame({"wave": YEARS, "estimate": scale * values}).assign(**columns)


def _drawn(result, language="nl"):
    with es.plots.canvas(width=7.6, height=4.4) as axes:
        es.plots.interruption(result, language=language, axes=axes)
        axes.get_figure(root=True).canvas.draw()
        legend = axes.get_figure(root=True).legends[0]
        return {
            "markers": [
                (line.get_xdata()[0], line.get_ydata()[0], line.get_fillstyle())
                for line in axes.lines
                if line.get_marker() == "o"
            ],
            "bars": [line for line in axes.lines if len(set(line.get_xdata())) == 1],
            "fits": [
                line.get_xdata()
                for line in axes.lines
                if line.get_linestyle() == "-" and len(set(line.get_xdata())) > 1
            ],
            "ribbons": [c.get_paths()[0].get_extents() for c in axes.collections],
            "spans": [patch.get_x() for patch in axes.patches],
            "title": axes.get_title(loc="left"),
            "x": [tick.get_text() for tick in axes.get_xticklabels()],
            "y": [tick.get_text() for tick in axes.get_yticklabels()],
            "ylabel": axes.get_ylabel(),
            "names": [text.get_text() for text in axes.texts],
            "legend": [text.get_text() for text in legend.get_texts()],
        }


def test_waves_stand_at_their_dates_in_percent():
    fit = es.interrupted_time_series(_frame(std_error=0.01), [COVID], link="logit")
    seen = _drawn(fit)
    expected = _frame()
    np.testing.assert_allclose([x for x, _, _ in seen["markers"]], YEARS)
    np.testing.assert_allclose([y for _, y, _ in seen["markers"]], 100 * expected["estimate"])
    assert {style for _, _, style in seen["markers"]} == {"full"}
    # a bar per wave and the line of the start
    assert len([bar for bar in seen["bars"] if bar.get_marker() != "o"]) == len(YEARS) + 1
    assert seen["ylabel"] == "series, %"


def test_fit_breaks_at_start_and_end_of_an_episode():
    seen = _drawn(es.interrupted_time_series(_frame(), [COVID]))
    assert [(line[0], line[-1]) for line in seen["fits"]] == [
        (2006.8, 2019.8),
        (2020.8, 2021.8),
        (2022.8, 2023.8),
    ]
    assert seen["spans"] == [2020.2]
    assert seen["names"] == ["COVID-19"]
    (ribbon,) = seen["ribbons"]
    assert (ribbon.x0, ribbon.x1) == (2019.8, 2023.8)


def test_years_are_whole_and_values_have_no_needless_decimals():
    seen = _drawn(es.interrupted_time_series(_frame(scale=1.0), [COVID], estimator="ols"))
    assert all(word.isdigit() for word in seen["x"])
    assert all(word.isdigit() for word in seen["y"])


def test_wave_left_out_has_an_open_marker_and_an_entry_in_the_legend():
    gradual = es.Interruption("COVID-19", 2020.2, full_from=2021.0)
    seen = _drawn(es.interrupted_time_series(_frame(), [gradual]), "en")
    assert [x for x, _, style in seen["markers"] if style == "none"] == [2020.8]
    assert "wave left out of the model" in seen["legend"]
    plain = _drawn(es.interrupted_time_series(_frame(), [COVID]), "en")
    assert plain["legend"] == ["trend without the interruption", "fit"]


@pytest.mark.parametrize(
    ("estimator", "dutch", "english"),
    [
        ("reml", "REML, vrijheidsgraden volgens Satterthwaite", "REML, Satterthwaite degrees"),
        ("ols", "gewone kleinste kwadraten", "ordinary least squares"),
        ("newey_west", "kleinste kwadraten, fouten volgens Newey-West", "least squares, Newey"),
        ("prais_winsten", "Prais-Winsten; phi ", "Prais-Winsten; phi "),
        ("random_effects", "meta-regressie, fouten volgens Knapp", "meta-regression, Knapp"),
    ],
)
def test_method_is_named_in_the_language_of_the_reader(estimator, dutch, english):
    frame = _frame(std_error=0.002) if estimator == "random_effects" else _frame()
    fit = es.interrupted_time_series(frame, [COVID], estimator=estimator)
    for language, words in (("nl", dutch), ("en", english)):
        first, second = _drawn(fit, language)["title"].splitlines()
        assert first.endswith("interval 95%")
        assert second.startswith(words)
        known = {"nl": "bekende steekproeffouten", "en": "known sampling errors"}[language]
        assert (known in second) == (estimator == "random_effects")


def test_boundary_has_no_ribbon_and_says_first_differences():
    steps = np.convolve(np.random.default_rng(0).normal(0, 1, 42), [1.0, 0.8, 0.6], "valid")
    frame = pd.DataFrame({"wave": np.arange(40.0), "estimate": steps.cumsum()})
    fit = es.interrupted_time_series(frame, [es.Interruption("x", 20.0)])
    assert fit.model.boundary
    seen = _drawn(fit)
    assert seen["ribbons"] == []
    assert seen["title"].endswith("eerste verschillen")


def test_text_for_readers_who_do_not_see_the_picture():
    fit = es.interrupted_time_series(
        _frame(), [COVID], estimator="ols", options=SeriesOptions(at=(2023.8,))
    )
    text = es.plots.interruption_text(fit, language="en")
    last = fit.points[-1]
    assert "18 waves, 2006.8 - 2023.8. Interruption: COVID-19 (2020.2)" in text
    assert f"Last wave: {100 * last.value:.1f}; " in text
    assert f"trend without the interruption: {100 * last.counterfactual:.1f}." in text
