"""Draw the gallery of figures and write its page: ``python docs/make_gallery.py``.

Everything is drawn anew from SYNTHETIC files and packaged reference tables, so that the page shows
what the code of today makes. The page and its pictures are not kept in the repository.
"""

from __future__ import annotations

import inspect
import tempfile
import textwrap
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

import eenzaam_stats as es
from eenzaam_stats import plots
from eenzaam_stats.published.reference import persons
from eenzaam_stats.results.change import CountChange
from eenzaam_stats.results.checks import SeriesCheck
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.results.gap import ForecastGap
from eenzaam_stats.results.projection import Projection
from eenzaam_stats.results.series import InterruptedFit
from eenzaam_stats.trend.projection.projected_change import About, Moment, decompose_counts
from eenzaam_stats.trend.series.placebo import placebo_in_time

NAME = "gallery"
AGES = ("18-34", "35-54", "55-74", "75+")
SYNTHETIC = "SYNTHETIC data: no respondent is real, and no number here is a finding."


class Picture(NamedTuple):
    """One entry of the gallery: title, size in inches, drawing, text for who does not see it."""

    title: str
    size: tuple[float, float]
    draw: Callable[[Axes], Axes]
    told: Callable[[], str]


@cache
def young_adults(by: str) -> Estimates:
    """Prevalences from a synthetic Gezondheidsmonitor Jongvolwassenen."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gmjv.sav"
        es.synthesise("gmjv", file, wave=2022, n=20_000, seed=3)
        survey = es.read_gmjv(file, wave=2022)
    return es.suppress(es.prevalence(survey, "published_severely_lonely", by=by))


@cache
def series() -> pd.DataFrame:
    """Estimates of seventeen waves with a step in 2020, made up with a fixed seed."""
    waves = np.arange(2008.8, 2025, 1.0)
    noise = np.random.default_rng(12).normal(0, 0.006, len(waves))
    shares = 0.19 + 0.002 * (waves - waves[0]) + 0.03 * (waves > 2020.2) + noise
    return pd.DataFrame({"wave": waves, "estimate": shares, "std_error": 0.008})


@cache
def step() -> InterruptedFit:
    """Level change in 2020 of that series."""
    covid = es.Interruption("COVID-19", 2020.2, effects=("level",))
    return es.interrupted_time_series(series(), [covid])


@cache
def gap() -> ForecastGap:
    """Later waves of that series against the trend before 2020."""
    return es.forecast_gap(series(), start=2020.2)


def published(wave: str, dimension: str) -> pd.DataFrame:
    """Severely lonely in CBS Sociale samenhang en welzijn, as published."""
    table = es.reference("ssw")
    chosen = (table["wave"] == wave) & (table["dimension"] == dimension)
    rows = table[chosen & (table["outcome"] == "severely_lonely") & (table["sex"] == "total")]
    return rows.assign(label=rows["group"], series=wave)[["label", "series", "value"]]


def draw_prevalence(axes: Axes) -> Axes:
    """``Estimates`` as dots with intervals."""
    return plots.prevalence(young_adults("education"), language="en", axes=axes)


def draw_tilemap(axes: Axes) -> Axes:
    """``Estimates`` by GGD region as a map of tiles."""
    return plots.tilemap(young_adults("region"), language="en", axes=axes)


def draw_interrupted(axes: Axes) -> Axes:
    """An interrupted series with its counterfactual."""
    return plots.interruption(step(), language="en", axes=axes)


def draw_gap(axes: Axes) -> Axes:
    """Later waves against the trend before."""
    return plots.interruption(gap(), language="en", axes=axes)


@cache
def checked() -> SeriesCheck:
    """Placebo dates of that step."""
    covid = es.Interruption("COVID-19", start=2020.2, effects=("level",))
    return placebo_in_time(series(), covid)


def draw_check(axes: Axes) -> Axes:
    """Placebo dates of an interrupted series."""
    return plots.series_check(checked(), language="en", axes=axes)


@cache
def rise() -> CountChange:
    """Lonely adults in 2022 and 2050, published prevalences held constant."""
    bands = {"18-74": (18, 74, 0.4784), "75-84": (75, 84, 0.52), "85+": (85, None, 0.63)}
    prevalence = [p for _, _, p in bands.values()]

    def people(edition: str, year: int) -> Moment:
        counts = [persons(edition, year, age_from=a, age_to=b) for a, b, _ in bands.values()]
        return Moment(year, counts, prevalence)

    start, end = people("cbs_observed", 2022), people("cbs_kernprognose_2016", 2050)
    about = About(population="CBS forecast of 2016, residents of 18 and over")
    return decompose_counts(start, end, groups=list(bands), about=about)


def draw_change(axes: Axes) -> Axes:
    """A change in a number of people: why, and at which ages."""
    return plots.change(rise(), language="en", axes=axes)


@cache
def future() -> Projection:
    """Lonely adults until 2050, from made-up waves by age and sex."""
    cells = [(w, a, s) for w in (2012, 2016, 2020, 2022) for a in AGES for s in ("men", "women")]
    waves = pd.DataFrame(cells, columns=["wave", "age_group", "sex"])
    share = 0.42 + 0.006 * (waves["wave"] - 2012) + 0.02 * (waves["age_group"] == "75+")
    waves = waves.assign(estimate=share, std_error=0.008)
    waves.attrs = {"outcome": "lonely", "source": "made-up waves", "synthetic": True}
    return es.project(
        waves,
        "cbs_kernprognose_2016",
        scenario=es.scenarios.TrendScenario(),
        rng=np.random.default_rng(1),
    )


def draw_projection(axes: Axes) -> Axes:
    """A projection with its bands and its constant-prevalence projection."""
    return plots.projection(future(), language="en", axes=axes)


def draw_ages(axes: Axes) -> Axes:
    """A projection by age band."""
    return plots.projection(future(), "age", language="en", axes=axes)


def draw_pyramid(axes: Axes) -> Axes:
    """Men and women of a projection by age band, with the first year as an outline."""
    return plots.projection(future(), "pyramid", language="en", axes=axes)


def draw_sources(axes: Axes) -> Axes:
    """What makes a projection unsure: variance by source."""
    return plots.projection(future(), "sources", language="en", axes=axes)


def draw_dots(axes: Axes) -> Axes:
    """Dots with intervals from any frame."""
    frame = pd.DataFrame(
        {
            "label": ["source A", "source B", "source C"],
            "value": [14.2, 10.7, 10.3],
            "low": [13.9, None, 8.5],
            "high": [14.5, None, 12.3],
            "series": ["published", "published", "derived"],
        }
    ).astype({"low": float, "high": float})
    return plots.dots(axes, frame, text=plots.NumberText("en", decimals=1), xlabel="per cent")


def draw_bars(axes: Axes) -> Axes:
    """Grouped bars: published figures of two years."""
    frame = pd.concat([published("2019", "age"), published("2022", "age")], ignore_index=True)
    return plots.bars(axes, frame, text=plots.NumberText("en", decimals=1), ylabel="per cent")


def draw_lines(axes: Axes) -> Axes:
    """Values over years with a visible break."""
    frame = pd.DataFrame(
        {
            "year": [2012, 2016, 2020, 2022],
            "value": [39.0, 43.0, 46.6, 48.6],
            "series": "lonely",
            "joined": ["19+", "19+", "18+", "18+"],
            "solid": [False, True, True, True],
        }
    )
    text = plots.NumberText("en", decimals=1)
    return plots.lines(axes, frame, text=text, ylabel="per cent", breaks=((2018, "19+ | 18+"),))


def draw_stack(axes: Axes) -> Axes:
    """Bars split into parts."""
    frame = pd.DataFrame(
        {
            "label": ["men", "men", "men", "women", "women", "women"],
            "series": ["not lonely", "moderately", "severely"] * 2,
            "value": [52.0, 34.0, 14.0, 50.0, 36.0, 14.0],
        }
    )
    return plots.stack(axes, frame, text=plots.NumberText("en"), xlabel="per cent")


def _read_aloud(frame_title: str) -> Callable[[], str]:
    return lambda: frame_title


PICTURES: Mapping[str, Picture] = {
    "prevalence": Picture(
        "Prevalences",
        (7.2, 3.2),
        draw_prevalence,
        lambda: plots.prevalence_text(young_adults("education"), language="en"),
    ),
    "tilemap": Picture(
        "Map of the GGD regions",
        (7.0, 8.2),
        draw_tilemap,
        lambda: plots.tilemap_text(young_adults("region"), language="en"),
    ),
    "interrupted": Picture(
        "Interrupted series",
        (7.6, 4.4),
        draw_interrupted,
        lambda: plots.interruption_text(step(), language="en"),
    ),
    "forecast-gap": Picture(
        "Forecast gap",
        (7.6, 4.4),
        draw_gap,
        lambda: plots.interruption_text(gap(), language="en"),
    ),
    "check": Picture(
        "Placebo dates of a series",
        (7.6, 3.2),
        draw_check,
        lambda: plots.series_check_text(checked(), language="en"),
    ),
    "change": Picture(
        "Change in a number of people",
        (8.2, 5.2),
        draw_change,
        lambda: plots.change_text(rise(), language="en"),
    ),
    **{
        name: Picture(
            title, (7.6, 4.8), draw, lambda: plots.projection_text(future(), language="en")
        )
        for name, title, draw in (
            ("projection", "Projection", draw_projection),
            ("projection-age", "Projection by age", draw_ages),
            ("projection-pyramid", "Pyramid of a projection", draw_pyramid),
            ("projection-sources", "Sources of error of a projection", draw_sources),
        )
    },
    "dots": Picture(
        "Dots", (7.2, 2.6), draw_dots, _read_aloud("Three made-up sources: 14.2, 10.7 and 10.3%.")
    ),
    "bars": Picture(
        "Bars",
        (8.0, 4.2),
        draw_bars,
        _read_aloud("Severely lonely by age in 2019 and 2022 as published by CBS (85766NED)."),
    ),
    "lines": Picture(
        "Lines",
        (7.2, 4.2),
        draw_lines,
        _read_aloud("Lonely adults: 39 and 43% at 19 and over; 46.6 and 48.6% at 18 and over."),
    ),
    "stack": Picture(
        "Parts of a whole", (7.2, 2.6), draw_stack, _read_aloud("Made-up severity by sex.")
    ),
}


def build(docs: Path) -> Path:
    """Write the page and its pictures into the folder of the documentation.

    Parameters
    ----------
    docs : pathlib.Path
        Folder of the documentation; the pictures go into its folder ``gallery``.

    Returns
    -------
    pathlib.Path
        The page, in Markdown.
    """
    (docs / NAME).mkdir(exist_ok=True)
    parts = [
        "# Gallery\n",
        f"{SYNTHETIC} Published figures are named as such. Each picture comes from the code below "
        "it; `plots.svg` and `plots.pdf` give the same bytes on every run.\n",
    ]
    parts += [_entry(docs, name, one) for name, one in PICTURES.items()]
    page = docs / f"{NAME}.md"
    page.write_text("\n".join(parts), "utf-8")
    return page


def _entry(docs: Path, name: str, one: Picture) -> str:
    told = one.told()
    with plots.canvas(width=one.size[0], height=one.size[1]) as axes:
        one.draw(axes)
        picture = plots.svg(axes, title=one.title, description=told)
    (docs / NAME / f"{name}.svg").write_bytes(picture)
    body = inspect.getsource(one.draw).split('"""\n', 1)[1].replace("    return ", "    ")
    alternative = told.replace("\n", " ").replace("[", "(").replace("]", ")")
    return (
        f"## {one.title}\n\n{inspect.getdoc(one.draw)}\n\n![{alternative}]({NAME}/{name}.svg)\n\n"
        f"```python\n{textwrap.dedent(body).rstrip()}\n```\n"
    )


if __name__ == "__main__":
    build(Path(__file__).parent)
