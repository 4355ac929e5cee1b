"""Nothing unchecked is written, and what is written does not depend on what is hidden."""

from __future__ import annotations

import inspect
import json
import pkgutil
from dataclasses import asdict
from importlib import import_module

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest

import eenzaam_stats as es
from disclosure.swapped import AGES, REGIONS, VARIANTS, WAVES, survey
from doubt.small_tables import START, SmallTable, panel, population
from eenzaam_stats import estimation, plots, tables
from eenzaam_stats.disclosure import require_checked
from eenzaam_stats.disclosure.released import format_released
from eenzaam_stats.errors import DisclosureError, EenzaamStatsError
from eenzaam_stats.output_check import STAYS, read_status
from eenzaam_stats.plots.fanplot import columns, fan, pyramid
from eenzaam_stats.tables import TableLook, csv_text, html_table
from eenzaam_stats.tables.text import estimates_text
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions
from eenzaam_stats.trend.series.placebo import placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.vocabulary import Disclosure

mpl.use("Agg")
LAW = es.Interruption("law", START)
TABLE = SmallTable("reliable", 4)
HEAD = {"caption": "c", "decimals": {}, "language": "en"}


# ---- what was not checked ----------------------------------------------------------------------


def _html(frame: pd.DataFrame, unchecked: bool) -> str:
    headers = {name: name for name in map(str, frame.columns)}
    return html_table(frame, headers=headers, look=TableLook(unchecked=unchecked), **HEAD)


TABLES = {
    "tables.delimited.csv_text": lambda frame, unchecked: csv_text(frame, unchecked=unchecked),
    "csv for a Dutch spreadsheet": lambda frame, unchecked: csv_text(
        frame, dialect="dutch_excel", unchecked=unchecked
    ),
    "tables.html.html_table": _html,
}
PICTURES = {
    "plots.theme.svg": lambda axes, unchecked: plots.svg(
        axes, title="t", description="d", unchecked=unchecked
    ),
    "svg with letters": lambda axes, unchecked: plots.svg(
        axes, title="t", description="d", letters="text", unchecked=unchecked
    ),
    "plots.theme.pdf": lambda axes, unchecked: plots.pdf(axes, title="t", unchecked=unchecked),
    "plots.theme.png": lambda axes, unchecked: plots.png(axes, unchecked=unchecked),
}
TEXTS = {"tables.text.estimates_text"}
# functions that give a text or a file in memory and write no document: for the place where the
# respondents are, or for the description of a picture that its saver refuses
IN_MEMORY = {
    "tables.html.escape",
    *(f"tables.text.{name}" for name in ("in_language", "name_column", "name_group")),
    *(f"plots.{name}" for name in (
        "changeplot.change_text", "checkplot.series_check_text", "estimates.note_above",
        "estimates.prevalence_text", "projectionplot.projection_text",
        "seriesplot.interruption_text", "tileplot.tilemap_text", "projectionplot.hindcast_words",
        "frame.doubt_words",        "frame.break_lines", "frame.axis_name", "memory.word_note",
    )),
}  # fmt: skip


def _functions(package) -> dict[str, object]:
    """Public functions of the modules of a package."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{info.name}")
        for name, one in vars(module).items():
            own = getattr(one, "__module__", "") == module.__name__ and not name.startswith("_")
            if own and inspect.isfunction(one):
                found[f"{package.__name__.rpartition('.')[2]}.{info.name}.{name}"] = one
    return found


def test_every_function_that_gives_a_document_is_listed():
    found = {
        name
        for package in (tables, plots)
        for name, one in _functions(package).items()
        if inspect.signature(one).return_annotation in ("str", "bytes")
    }
    writers = {name for name in (*TABLES, *PICTURES, *TEXTS) if " " not in name}
    assert writers <= found <= writers | IN_MEMORY


def test_every_function_that_draws_is_listed_and_its_figure_remembers():
    drawing = {
        name.rpartition(".")[2]
        for name, one in _functions(plots).items()
        if inspect.signature(one).return_annotation == "Axes"
    }
    assert drawing == set(DRAWN)
    others = {"NumberText", "canvas", "svg", "pdf", "png"}
    assert {name for name in plots.__all__ if not name.endswith("_text")} <= drawing | others


def _its(made, **options):
    fit = FitOptions(**options)
    return es.interrupted_time_series(made, [LAW], estimator="ols", options=SeriesOptions(fit=fit))


def _gap(made, **options):
    options = GapOptions(fit=FitOptions(**options))
    return es.forecast_gap(made, start=START, estimator="ols", options=options)


def _check(made, **options):
    how = Fitting(estimator="ols", options=SeriesOptions(fit=FitOptions(**options)))
    return placebo_in_time(made, LAW, how)


def _projection(made):
    few = ProjectionOptions(draws=0)
    return es.project(made, population(), to=2030, options=few)


def _waves():
    return es.prevalence(TABLE.by_wave, "lonely", by="wave")


def _ages():
    return es.prevalence(TABLE.by_age, "lonely", by="age_group")


def _regions():
    return es.prevalence(TABLE.by_region, "lonely", by="region")


NUMBERS = plots.NumberText("en", 1)
MARKS = {
    "dots": (plots.dots, {"xlabel": "x"}),
    "bars": (plots.bars, {"ylabel": "y"}),
    "stack": (plots.stack, {"xlabel": "x"}),
    "lines": (plots.lines, {"ylabel": "y"}),
    "fan": (fan, {"ylabel": "y"}),
    "columns": (columns, {"ylabel": "y"}),
    "pyramid": (pyramid, {"xlabel": "x", "names": ("a", "b")}),
}


def _mark(name: str, axes, made):
    frame = made.tidy().rename(
        columns={"estimate": "value", "conf_low": "low", "conf_high": "high"}
    )
    label = "series" if name == "stack" else "label"
    other = {"stack": "label", "columns": "series", "pyramid": "side"}.get(name, "series")
    frame = frame.assign(**{label: frame[made.by[0]], other: "a", "joined": "a"})
    frame = frame.assign(year=range(len(frame)), before=frame["value"])
    draw, words = MARKS[name]
    return draw(axes, frame, text=NUMBERS, **words)


RESULTS = {
    "prevalence": _regions,
    "comparisons": lambda: es.compare(TABLE.by_region, "lonely", by="region"),
    "test": lambda: estimation.rao_scott(TABLE.by_region, "region", "answer"),
    "panel": lambda: panel_model(panel("reliable", 4), "lonely"),
    "series": lambda: _its(_waves()),
    "gap": lambda: _gap(_waves()),
    "check": lambda: _check(_waves()),
    "projection": lambda: _projection(_ages()),
    "change": lambda: es.decompose(_projection(_ages())),
}
DRAWN = {
    "prevalence": lambda axes: plots.prevalence(_regions(), axes=axes),
    "tilemap": lambda axes: plots.tilemap(_regions(), axes=axes),
    "interruption": lambda axes: plots.interruption(_its(_waves()), axes=axes),
    "series_check": lambda axes: plots.series_check(_check(_waves()), axes=axes),
    "projection": lambda axes: plots.projection(_projection(_ages()), axes=axes),
    "change": lambda axes: plots.change(es.decompose(_projection(_ages())), axes=axes),
    **{name: lambda axes, n=name: _mark(n, axes, _waves()) for name in MARKS},
}
FRAMES = ("tidy", "details", "terms", "series", "report", "waves", "components", "participation")


@pytest.mark.parametrize("writer", TABLES)
@pytest.mark.parametrize("name", RESULTS)
def test_a_table_of_a_result_that_was_not_checked_is_refused_or_says_so(name, writer):
    made = RESULTS[name]()
    frames = [getattr(made, one)() for one in FRAMES if callable(getattr(made, one, None))]
    assert frames
    for frame in frames:
        with pytest.raises(DisclosureError, match="not checked for disclosure"):
            TABLES[writer](frame, False)
        assert STAYS in TABLES[writer](frame, True)


@pytest.mark.parametrize("writer", PICTURES)
@pytest.mark.parametrize("name", DRAWN)
def test_a_picture_that_was_not_checked_is_refused_or_says_so(name, writer):
    with plots.canvas() as axes:
        DRAWN[name](axes)
        with pytest.raises(DisclosureError, match="not checked for disclosure"):
            PICTURES[writer](axes, False)
        for _ in range(2):  # the note is written once
            made = PICTURES[writer](axes, True)
        assert [text.get_text() for text in axes.get_figure().texts].count(STAYS) == 1
    if b"%PDF" not in made:
        assert STAYS.encode() in made


def test_texts_of_what_was_not_checked_are_refused_or_say_so():
    with pytest.raises(DisclosureError, match="not checked for disclosure"):
        estimates_text(_regions())
    for language, words in (("nl", "niet gecontroleerd op onthulling"), ("en", "not checked for")):
        assert words in estimates_text(_regions(), language=language, unchecked=True)
    with pytest.raises(DisclosureError, match="were not checked"):
        require_checked([_regions()])
    with pytest.raises(DisclosureError, match="record of a release"):
        format_released([es.suppress(_regions()), _regions()])


def test_respondents_are_not_written_as_a_table():
    frame = TABLE.by_region.respondents
    for chosen in (frame, frame[["region", "lonely"]], frame.query("lonely == 1").head(3)):
        with pytest.raises(DisclosureError, match="made of respondents"):
            csv_text(chosen)


def test_a_second_drawing_in_a_figure_does_not_clear_the_first():
    with plots.canvas() as axes:
        plots.prevalence(_regions(), axes=axes)
        plots.prevalence(es.suppress(_regions()), axes=axes)
        assert read_status(axes.get_figure()) is Disclosure.UNCHECKED


@pytest.mark.parametrize("published", [es.reference("ssw").head(3), pd.DataFrame({"a": [1]})])
def test_published_and_other_tables_are_written_as_before(published):
    for write in TABLES.values():
        assert STAYS not in write(published, False)


# ---- what was hidden ---------------------------------------------------------------------------


def _both(variant: str, column: str, groups) -> tuple[es.Survey, es.Estimates]:
    respondents = survey(variant, column, groups)
    return respondents, es.suppress(es.prevalence(respondents, "lonely", by=column))


def _together(variant: str, make) -> object:
    """A result that is released with the estimates it is made of."""
    respondents = survey(variant, "region", REGIONS)
    base = es.prevalence(respondents, "lonely", by="region")
    return es.suppress([base, make(respondents)])[1]


RELEASED = {
    "prevalence": lambda v: _both(v, "region", REGIONS)[1],
    "prevalence by age": lambda v: _both(v, "age_group", AGES)[1],
    "prevalence by wave": lambda v: _both(v, "wave", WAVES)[1],
    "mean": lambda v: es.suppress(es.mean(survey(v, "region", REGIONS), "score", by="region")),
    "total": lambda v: _together(v, lambda s: es.total(s, "lonely", by="region")),
    "distribution": lambda v: es.suppress(
        es.distribution(survey(v, "region", REGIONS), "answer", by="region")
    ),
    "differences": lambda v: _together(
        v, lambda s: es.compare(s, "lonely", by="region", how=es.Comparing(against="rest"))
    ),
    "pairs": lambda v: _together(v, lambda s: es.compare(s, "lonely", by="region")),
    "adjusted": lambda v: _together(
        v, lambda s: es.compare(s, "lonely", by="region", how=es.Comparing(adjustment="holm"))
    ),
    "series": lambda v: _its(_both(v, "wave", WAVES)[1], without_error="leave_out"),
    "gap": lambda v: _gap(_both(v, "wave", WAVES)[1], without_error="leave_out"),
    "check": lambda v: _check(_both(v, "wave", WAVES)[1], without_error="leave_out"),
}


def _axes_bytes(draw) -> bytes:
    with plots.canvas() as axes:
        draw(axes)
        return b"".join(write(axes, False) for write in PICTURES.values())


def _frames(made) -> list[pd.DataFrame]:
    return [getattr(made, one)() for one in FRAMES if callable(getattr(made, one, None))]


@pytest.mark.parametrize("name", RELEASED)
def test_tables_are_the_same_bytes_whatever_is_hidden(name):
    written = set()
    for variant in VARIANTS:
        made = RELEASED[name](variant)
        frames = _frames(made)
        assert frames
        text = [write(frame, False) for frame in frames for write in TABLES.values()]
        text += [frame._repr_html_() + frame.to_json() for frame in frames]
        text += [repr(made), made.describe() if hasattr(made, "describe") else ""]
        text += [json.dumps(asdict(made), default=str)]
        if isinstance(made, es.Estimates):
            text += [estimates_text(made, language="nl"), format_released([made])]
        written.add("\n".join(text))
    assert len(written) == 1
    assert "suppressed" in written.pop() or name == "check"  # its fits are those of the rest


DRAWINGS = {
    "prevalence": (plots.prevalence, plots.prevalence_text),
    "prevalence by age": (plots.prevalence, plots.prevalence_text),
    "tiles": (plots.tilemap, plots.tilemap_text),
    "series": (plots.interruption, plots.interruption_text),
    "gap": (plots.interruption, plots.interruption_text),
    "check": (plots.series_check, plots.series_check_text),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_pictures_and_their_words_are_the_same_bytes_whatever_is_hidden(name):
    draw, tell = DRAWINGS[name]
    written = set()
    for variant in VARIANTS:
        made = RELEASED["prevalence" if name == "tiles" else name](variant)
        bytes_ = _axes_bytes(lambda axes, made=made: draw(made, axes=axes, language="en"))
        written.add(
            bytes_ + tell(made, language="en").encode() + tell(made, language="nl").encode()
        )
    plt.close("all")
    assert len(written) == 1


@pytest.mark.parametrize("name", MARKS)
def test_marks_of_a_released_frame_are_the_same_bytes_whatever_is_hidden(name):
    written = {
        _axes_bytes(lambda axes, v=v: _mark(name, axes, RELEASED["prevalence by wave"](v)))
        for v in VARIANTS
    }
    assert len(written) == 1


@pytest.mark.parametrize("name", ["projection", "hindcast", "series"])
def test_what_needs_a_hidden_number_is_refused_in_the_same_words(name):
    told = set()
    for variant in VARIANTS:
        released = RELEASED[f"prevalence by {'wave' if name == 'series' else 'age'}"](variant)
        with pytest.raises(EenzaamStatsError) as refusal:
            {"projection": _projection, "hindcast": _hindcast, "series": _its}[name](released)
        told.add(str(refusal.value))
    assert len(told) == 1


def _hindcast(made):
    from eenzaam_stats.trend.projection.hindcast import hindcast

    return hindcast(made, base_year=2022)


def test_the_variants_are_not_the_same_before_they_are_suppressed():
    plain = [es.prevalence(survey(v, "region", REGIONS), "lonely", by="region") for v in VARIANTS]
    assert len({csv_text(one.details(), unchecked=True) for one in plain}) == len(VARIANTS)
    for column, groups in (("region", REGIONS), ("age_group", AGES), ("wave", WAVES)):
        for variant in VARIANTS:
            _, released = _both(variant, column, groups)
            hidden = [row.group[0] for row in released.rows if row.flag == "suppressed"]
            assert sorted(hidden) == sorted(groups[:2])


# ---- other people for the same cell ------------------------------------------------------------


def _part(n: int, by=()) -> es.Estimates:
    """Estimates of all but the last persons of a file."""
    whole = survey("as they are", "region", REGIONS)
    kept = whole.respondents.iloc[: len(whole.respondents) - n]
    return es.prevalence(whole.with_respondents(kept, scoring=()), "lonely", by=by)


@pytest.mark.parametrize("by", [(), "sex"])
@pytest.mark.parametrize("before", [lambda table: table, es.suppress])
@pytest.mark.parametrize("turned", [False, True])
def test_a_file_and_an_extract_of_it_do_not_leave_together(by, before, turned):
    first, second = before(_part(0, by)), _part(5, by)
    tables_ = [second, first] if turned else [first, second]
    with pytest.raises(DisclosureError, match="count different people for one cell"):
        es.suppress(tables_)


def test_a_file_and_its_parts_do_not_leave_together():
    whole = survey("as they are", "region", REGIONS)

    def part(first, last):
        kept = whole.with_respondents(whole.respondents.iloc[first:last], scoring=())
        return es.prevalence(kept, "lonely")

    n = len(whole.respondents)
    parts = [part(0, 700), part(700, 1_300), part(1_300, n - 5)]
    es.suppress(parts[:2])  # either may hold the other, and many people would be left
    with pytest.raises(DisclosureError, match="count different people for one cell"):
        es.suppress([part(0, n), *parts])
