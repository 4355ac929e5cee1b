"""Figures tested by the numbers in their artists: positions, limits, labels, words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from eenzaam_stats import plots
from eenzaam_stats.plots import NumberText, bars, dots, lines, stack
from eenzaam_stats.plots.theme import canvas, png, svg
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote

TEXT = NumberText("nl", decimals=1)


def _points() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["a", "b", "c"],
            "value": [14.2, 10.7, 9.8],
            "low": [13.0, np.nan, 8.1],
            "high": [15.5, np.nan, 12.3],
            "series": ["x", "x", "y"],
        }
    )


def test_dots_stand_at_their_values_from_top_to_bottom() -> None:
    with canvas() as axes:
        dots(axes, _points(), text=TEXT, xlabel="%")
        markers = [line for line in axes.lines if line.get_marker() not in ("None", "_", "|")]
        drawn = {
            (float(x), float(y))
            for line in markers
            for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
        }
        assert drawn == {(14.2, 2.0), (10.7, 1.0), (9.8, 0.0)}
        assert [tick.get_text() for tick in axes.get_yticklabels()] == ["a", "b", "c"]
        assert {note.get_text() for note in axes.texts} == {"14,2", "10,7", "9,8"}
        assert axes.get_xlim()[0] == 0


def test_dots_draw_the_interval_only_where_there_is_one() -> None:
    with canvas() as axes:
        dots(axes, _points(), text=TEXT, xlabel="%")
        ends = sorted(
            float(x)
            for container in axes.collections
            for segment in container.get_segments()
            for x in segment[:, 0]
        )
    # three segments; the one without an interval has no length
    assert ends == pytest.approx([8.1, 10.7, 10.7, 12.3, 13.0, 15.5])


def test_lines_join_points_within_a_part_only() -> None:
    frame = pd.DataFrame(
        {
            "year": [2012, 2016, 2020, 2022],
            "value": [39.0, 43.0, 46.6, 48.6],
            "series": ["lonely"] * 4,
            "joined": ["19", "19", "18", "18"],
            "solid": [False, True, True, True],
        }
    )
    with canvas() as axes:
        lines(axes, frame, text=TEXT, ylabel="%", breaks=((2018, "19+ | 18+"),))
        joined = [
            list(line.get_xdata())
            for line in axes.lines
            if line.get_linestyle() != "None"
            and len(line.get_xdata()) > 1
            and line.get_xdata()[0] > 1
        ]
        open_markers = [
            list(line.get_xdata()) for line in axes.lines if line.get_fillstyle() == "none"
        ]
        assert [2012, 2016] in joined
        assert [2020, 2022] in joined
        assert [2016, 2020] not in joined
        assert open_markers == [[2012]]
        assert "19+ | 18+" in {note.get_text() for note in axes.texts}
        assert axes.get_ylim()[0] == 0


def test_value_is_printed_with_its_own_decimals_and_ticks_with_none_too_many() -> None:
    frame = _points().assign(decimals=[1, 0, 2])
    with canvas() as axes:
        dots(axes, frame, text=TEXT, xlabel="%")
        assert [note.get_text() for note in axes.texts] == ["14,2", "11", "9,80"]
    assert [TEXT.tick(x) for x in (0.0, 2.5, 1500.0, 0.30000000000000004)] == [
        "0",
        "2,5",
        "1.500",
        "0,3",
    ]


def test_bars_have_the_heights_of_the_values_and_the_target_its_line() -> None:
    frame = pd.DataFrame({"label": ["p", "q"], "series": ["s", "s"], "value": [854.1, 676.4]})
    with canvas() as axes:
        bars(axes, frame, text=TEXT, ylabel="thousand", target=(854.0, "letter"))
        assert [patch.get_height() for patch in axes.patches] == [854.1, 676.4]
        assert [line.get_ydata()[0] for line in axes.lines] == [854.0]


def test_stack_lays_parts_end_to_end() -> None:
    frame = pd.DataFrame(
        {"label": ["one", "one", "two"], "series": ["s", "t", "t"], "value": [3.0, 4.0, 5.0]}
    )
    with canvas() as axes:
        stack(axes, frame, text=NumberText("en"), xlabel="n")
        parts = {(p.get_x(), p.get_width()) for p in axes.patches}
    assert parts == {(0.0, 3.0), (3.0, 4.0), (0.0, 5.0)}


def test_svg_is_the_same_on_every_run_and_tells_what_it_shows() -> None:
    def picture() -> bytes:
        with canvas() as axes:
            dots(axes, _points(), text=TEXT, xlabel="%")
            return svg(axes, title="A <title>", description="Three dots & intervals.")

    first = picture()
    assert first == picture()
    text = first.decode("utf-8")
    assert '<title id="t">A &lt;title&gt;</title>' in text
    assert "Three dots &amp; intervals." in text
    assert re.search(r'<svg [^>]*role="img" aria-labelledby="t d"', text)
    assert "Matplotlib v" not in text


def test_png_has_a_picture_in_it() -> None:
    with canvas() as axes:
        dots(axes, _points(), text=TEXT, xlabel="%")
        picture = png(axes)
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 5_000


def test_svg_without_words_is_refused() -> None:
    with canvas() as axes, pytest.raises(ValueError, match="needs a title and a description"):
        svg(axes, title="", description="x")


def _estimates(outcome: str = "lonely") -> Estimates:
    note = Footnote(
        outcome=outcome,
        scale="DJG11",
        source="gezondheidsmonitor (synthetic)",
        wave="2022",
        population="18+",
        origin="synthetic",
        method="Taylor, logit",
        level=0.95,
        weight="weight",
        stratum="stratum",
        n_without_group=0,
        version="0",
    )
    rows = (
        Estimate(("men",), 0.47, 0.01, 0.45, 0.49, 998, 1000, 3, 1e6, 1.2),
        Estimate(("women",), 0.50, 0.01, 0.48, 0.52, 998, 1100, 4, 1e6, 1.2),
        Estimate(("other",), np.nan, np.nan, np.nan, np.nan, 0, 0, 4, 0.0, np.nan),
    )
    return Estimates(("sex",), rows, note)


@pytest.mark.parametrize(("language", "word"), [("nl", "SYNTHETISCH"), ("en", "SYNTHETIC")])
def test_prevalence_figure_says_origin_n_level_and_what_is_left_out(language, word) -> None:
    with canvas() as given:
        axes = plots.prevalence(_estimates(), language=language, axes=given)
    title = axes.get_title(loc="left")
    assert word in title
    assert "95%" in title
    assert ("2.100" if language == "nl" else "2,100") in title
    assert title.endswith(": 1")
    sexes = ["mannen", "vrouwen"] if language == "nl" else ["men", "women"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == sexes


def test_plots_announces_what_it_has() -> None:
    assert all(callable(getattr(plots, name)) for name in plots.__all__)
    with pytest.raises(AttributeError, match="pie"):
        plots.pie  # noqa: B018


def test_outcome_without_a_label_keeps_its_own_name() -> None:
    with canvas() as given:
        axes = plots.prevalence(_estimates("djg6_lonely"), language="nl", axes=given)
    assert axes.get_xlabel() == "djg6_lonely (DJG11), %"


def test_prevalence_makes_a_figure_that_a_notebook_shows() -> None:
    plt = pytest.importorskip("matplotlib.pyplot")
    axes = plots.prevalence(_estimates(), language="en")
    try:
        assert plt.fignum_exists(axes.figure.number)
    finally:
        plt.close(axes.figure)
