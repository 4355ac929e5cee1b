"""Pictures of a projection: every view shows the numbers of the result and says what they are."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import eenzaam_stats as es
from eenzaam_stats import plots
from eenzaam_stats.errors import OptionError
from eenzaam_stats.results.projection import Projection
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.vocabulary import format_number
from trend.projection.projection_made import people, waves


@cache
def made(*, sexes: bool = True, draws: int = 300) -> Projection:
    """Trend over SYNTHETIC waves."""
    table = waves()
    if not sexes:
        table = table[table["sex"] == "men"].assign(sex="total")
        table.attrs = waves().attrs
    return es.project(
        table, people(), scenario=es.scenarios.TrendScenario(),
        rng=np.random.default_rng(1) if draws else None,
        options=ProjectionOptions(draws=draws or 300),
    )  # fmt: skip


def test_fan_shows_the_projection_its_bands_and_the_twin():
    found = made()
    with plots.canvas() as axes:
        plots.projection(found, language="en", axes=axes)
        lines = [line for line in axes.lines if len(line.get_xdata()) == 29]
        for line, result in zip(lines, (found, found.constant_prevalence), strict=True):
            expected = [row.persons / 1e6 for row in result.rows if row.age_group == "all"]
            assert list(line.get_ydata()) == pytest.approx(expected)
        assert len(axes.collections) == 2
        outer = axes.collections[0].get_paths()[0].get_extents()
        last = found.row(2050)
        highest = max(row.conf_high for row in found.rows if row.age_group == "all")
        assert outer.y1 == pytest.approx(highest / 1e6)
        title = axes.get_title(loc="left").replace("\n", " ")
        words = [text.get_text() for text in axes.texts]
    assert words == [
        f"{found.constant_prevalence.row(2050).persons / 1e6:.2f}",
        f"{last.persons / 1e6:.2f}",
    ]
    for part in ("past trend continued", "SYNTHETIC", "67% and 95%", "Hindcast", "−3.2% adults"):
        assert part in title


def test_columns_add_up_to_the_whole_of_each_year():
    found = made()
    with plots.canvas() as axes:
        plots.projection(found, "age", language="en", axes=axes)
        years = [tick.get_text() for tick in axes.get_xticklabels()]
        tops: dict[float, float] = {}
        for bar in axes.patches:
            tops[round(bar.get_x(), 2)] = bar.get_y() + bar.get_height()
    assert years == ["2022", "2030", "2040", "2050"]
    expected = [found.row(int(year)).persons / 1e3 for year in years]
    assert list(tops.values()) == pytest.approx(expected)


def test_pyramid_has_both_sexes_of_the_last_year():
    found = made()
    with plots.canvas() as axes:
        plots.projection(found, "pyramid", language="nl", axes=axes)
        widths = [p.get_width() for p in axes.patches if hasattr(p, "get_width")]
    bands = ("18-39", "40-64", "65-79", "80+")
    men = [-found.row(2050, band, "men").persons / 1e3 for band in bands]
    women = [found.row(2050, band, "women").persons / 1e3 for band in bands]
    assert widths == pytest.approx([*men, *women])


def test_sources_add_up_to_a_hundred_per_cent():
    found = made()
    with plots.canvas() as axes:
        plots.projection(found, "sources", language="en", axes=axes)
        tops: dict[float, float] = {}
        for bar in axes.patches:
            tops[round(bar.get_x(), 2)] = bar.get_y() + bar.get_height()
    assert len(tops) == 4
    assert all(top == pytest.approx(100) for top in tops.values())


def test_views_that_cannot_be_drawn_are_refused():
    with pytest.raises(OptionError, match="view is 'map'"):
        plots.projection(made(), "map")
    with pytest.raises(OptionError, match="needs draws"):
        plots.projection(made(draws=0), "sources")
    with pytest.raises(OptionError, match="needs men and women"):
        plots.projection(made(sexes=False), "pyramid")


@pytest.mark.parametrize("language", ["nl", "en"])
def test_text_tells_the_numbers_their_intervals_and_the_twin(language):
    found = made()
    told = plots.projection_text(found, language=language)
    for row in (found.row(2022), found.row(2050)):
        for value in (row.persons, row.conf_low, row.conf_high):
            assert format_number(value / 1e6, decimals=2, language=language) in told
    constant = format_number(
        found.constant_prevalence.row(2050).persons / 1e6, decimals=2, language=language
    )
    assert constant in told
    assert ".." not in told
    assert "\n" not in told
