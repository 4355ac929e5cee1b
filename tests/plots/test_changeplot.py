"""Figures of a changing number of people, by the numbers in their artists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats import plots
from eenzaam_stats.plots.fanplot import columns, fan, pyramid
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.results.change import ChangePart, CountChange

EFFECTS = (
    ChangePart("effect", "size", 500_000.0, 200_000.0, 900_000.0, 62.5),
    ChangePart("effect", "structure", 400_000.0, 390_000.0, 410_000.0, 50.0),
    ChangePart("effect", "prevalence", -100_000.0, -300_000.0, 100_000.0, -12.5),
)
BOOKED = (
    ChangePart("booked", "18-74", -200_000.0, percent=-25.0),
    ChangePart("booked", "75+", 1_000_000.0, percent=125.0),
)


def result(booked=BOOKED, **changed):
    whole = ChangePart("change", "change", 800_000.0, percent=100.0)
    fields = {
        "start_year": 2022, "end_year": 2050, "effects": EFFECTS, "booked": booked,
        "start": ChangePart("number", "start", 6_900_000.0),
        "end": ChangePart("number", "end", 7_700_000.0), "change": whole,
        "outcome": "lonely", "population": "derived A, not official",
        "scenario": "constant prevalence", "level": 0.95, "draws": 1000,
        "percent_rule": "", "version": "0",
    }  # fmt: skip
    return CountChange(**{**fields, **changed})


def drawn(one, language="en"):
    with plots.canvas(width=8.2, height=5) as axes:
        plots.change(one, language=language, axes=axes)
        axes.get_figure(root=True).canvas.draw()
        return {
            "bars": [(p.get_x(), p.get_width(), p.get_y() + p.get_height() / 2)
                     for p in axes.patches],
            "limits": [tuple(line.get_xdata()) for line in axes.lines if line.get_marker() == "|"],
            "words": [text.get_text() for text in axes.texts],
            "rows": [tick.get_text() for tick in axes.get_yticklabels()],
            "title": axes.get_title(loc="left"),
            "xlim": axes.get_xlim(),
            "hatches": [p.get_hatch() for p in axes.patches],
        }  # fmt: skip


def test_each_bar_starts_where_the_one_above_ends_and_the_last_is_the_whole():
    bars = drawn(result())["bars"]
    np.testing.assert_allclose([start for start, _, _ in bars], [0, 500, 900, 0, 0, -200, 0])
    np.testing.assert_allclose(
        [width for _, width, _ in bars], [500, 400, -100, 800, -200, 1000, 800]
    )
    np.testing.assert_allclose([row for _, _, row in bars], [1, 2, 3, 4, 6, 7, 8])


def test_intervals_stand_where_their_bar_ends():
    seen = drawn(result())
    np.testing.assert_allclose(seen["limits"], [(200, 900), (890, 910), (600, 1000)])
    assert seen["xlim"][0] < -200
    assert seen["xlim"][1] > 1000


def test_words_are_signed_numbers_with_intervals_and_percentages():
    words = drawn(result())["words"]
    assert "+500 (+200 to +900), 63%" in words
    assert "−100 (−300 to +100), −13%" in words
    assert words.count("+800") == 2
    assert "+1,000, 125%" in words
    assert "+1.000, 125%" in drawn(result(), "nl")["words"]


def test_derived_population_and_both_numbers_are_named():
    title = drawn(result())["title"]
    assert "derived A, not official" in title
    assert "2022: 6,900 → 2050: 7,700" in title
    assert "95%" in title
    assert "95%" not in drawn(result(draws=0))["title"]


def test_one_age_group_has_no_block_of_its_own_and_blocks_differ_in_hatch():
    assert len(drawn(result(booked=BOOKED[:1]))["bars"]) == 4
    hatches = drawn(result())["hatches"]
    assert hatches[0] != hatches[4]
    assert drawn(result())["rows"] == [
        "population size", "structure by age and sex", "prevalence", "change",
        "18-74 years", "75+ years", "change",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_text_tells_every_number_of_the_picture(language):
    told = plots.change_text(result(), language=language)
    for number in ("+500", "+400", "−100", "−200", "+800"):
        assert number in told
    assert "\n" not in told


def test_fan_has_bands_from_wide_to_narrow_and_the_counted_year():
    years = np.arange(2022, 2051)
    frame = pd.DataFrame(
        {"year": years, "value": 7.0 + 0.02 * (years - 2022), "series": "trend",
         "counted": years <= 2022}
    )  # fmt: skip
    for level, half in ((67, 0.1), (95, 0.2)):
        frame[f"low_{level}"], frame[f"high_{level}"] = frame["value"] - half, frame["value"] + half
    constant = frame[["year"]].assign(value=7.0, series="constant")
    with plots.canvas() as axes:
        fan(axes, pd.concat([frame, constant]), text=NumberText("nl", decimals=2), ylabel="miljoen",
            levels=(67, 95))  # fmt: skip
        axes.get_figure(root=True).canvas.draw()
        heights = [c.get_paths()[0].get_extents().height for c in axes.collections]
        styles = [line.get_linestyle() for line in axes.lines[:2]]
        counted = next(line for line in axes.lines if line.get_marker() == "o")
        ticks = [tick.get_text() for tick in axes.get_xticklabels()]
        levels = [tick.get_text() for tick in axes.get_yticklabels()]
        names = [text.get_text() for text in axes.get_figure(root=True).legends[0].get_texts()]
        words = [text.get_text() for text in axes.texts]
    assert heights == pytest.approx([0.96, 0.76], abs=1e-6)
    assert styles[0] != styles[1]
    assert list(counted.get_xdata()) == [2022]
    assert ticks == ["2022", "2030", "2040", "2050"]
    assert {len(word.partition(",")[2]) for word in levels} == {1}
    assert names == ["95%", "67%", "trend", "constant"]
    assert words == ["7,00", "7,56"]


def test_last_values_do_not_overlap_when_two_series_end_together():
    frame = pd.DataFrame(
        {"year": [2022, 2050] * 2, "value": [6.0, 7.0, 6.0, 7.001], "series": list("aabb")}
    )
    with plots.canvas() as axes:
        fan(axes, frame, text=NumberText("en", decimals=2), ylabel="y")
        heights = sorted(text.xy[1] for text in axes.texts)
    assert heights[1] - heights[0] == pytest.approx(0.07 * 1.001)


def test_columns_stack_their_parts_and_carry_the_whole():
    frame = pd.DataFrame(
        {"label": ["2022"] * 3 + ["2050"] * 3, "series": ["18-74", "75-84", "85+"] * 2,
         "value": [600.0, 60.0, 2.0, 500.0, 100.0, 90.0]}
    )  # fmt: skip
    with plots.canvas() as axes:
        columns(axes, frame, text=NumberText("en"), ylabel="thousand")
        tops = {}
        for bar in axes.patches:
            tops[round(bar.get_x(), 2)] = bar.get_y() + bar.get_height()
        words = [text.get_text() for text in axes.texts]
    assert sorted(tops.values()) == [662.0, 690.0]
    assert words[-2:] == ["662", "690"]
    assert "2" not in words  # too low for its number
    assert "90" in words


def test_pyramid_counts_both_sides_from_the_middle_and_outlines_the_year_before():
    frame = pd.DataFrame(
        {"label": ["18-74", "18-74", "75+", "75+"], "side": ["men", "women"] * 2,
         "value": [50.0, 60.0, 30.0, 40.0], "before": [55.0, 50.0, 10.0, 20.0]}
    )  # fmt: skip
    with plots.canvas() as axes:
        pyramid(axes, frame, text=NumberText("en"), xlabel="thousand", names=("2050", "2022"))
        axes.get_figure(root=True).canvas.draw()
        widths = [p.get_width() for p in axes.patches if hasattr(p, "get_width")]
        outlines = [list(p.get_data().values) for p in axes.patches if hasattr(p, "get_data")]
        ticks = {tick.get_text() for tick in axes.get_xticklabels()}
        names = [text.get_text() for text in axes.get_figure(root=True).legends[0].get_texts()]
    assert widths == [-50, -30, 60, 40]
    assert outlines == [[-55, -10], [50, 20]]
    assert not any(word.startswith(("-", "−")) for word in ticks)
    assert set(names) == {"men, 2050", "women, 2050", "2022"}
