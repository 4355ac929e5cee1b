"""Every public function that makes a result of a survey, of estimates or of another result.

``CLOSURES`` runs one on a small table and gives what came out: one ``Derived`` per number, with the
numbers it rests on. ``NOT_APPLICABLE`` says why another need not be run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import eenzaam_stats as es
from doubt.small_tables import AGES, REGIONS, START, SmallTable, panel, population
from eenzaam_stats import estimation, plots
from eenzaam_stats.disclosure import PROFILES, round_release
from eenzaam_stats.errors import ConvergenceError
from eenzaam_stats.letter.figures.prevalence import by_source, gezondheidsmonitor_trend
from eenzaam_stats.letter.microdata import ComputedFigure
from eenzaam_stats.letter.page.listings import tabulate_computed
from eenzaam_stats.plots.estimates import note_above
from eenzaam_stats.results.estimates import Estimate, Estimates
from eenzaam_stats.tables import TableLook, csv_text, html_table
from eenzaam_stats.tables.text import estimates_text
from eenzaam_stats.trend.panel.panel import panel_model
from eenzaam_stats.trend.projection.hindcast import hindcast
from eenzaam_stats.trend.projection.projection_options import ProjectionOptions
from eenzaam_stats.trend.series.check_fits import Fitting
from eenzaam_stats.trend.series.checks import alternative_starts, leave_one_wave_out
from eenzaam_stats.trend.series.controlled import controlled_series
from eenzaam_stats.trend.series.fitting import FitOptions
from eenzaam_stats.trend.series.forecast import GapOptions
from eenzaam_stats.trend.series.placebo import placebo_in_space, placebo_in_time
from eenzaam_stats.trend.series.plan import SeriesOptions
from eenzaam_stats.vocabulary import Flag, Origin

LAW = es.Interruption("law", START)
STATED = FitOptions(without_error=0.05)
SERIES = SeriesOptions(fit=STATED)
HOW = Fitting(estimator="ols", options=SERIES)


@dataclass(frozen=True)
class Derived:
    """A number that was computed from others.

    Attributes
    ----------
    inputs : tuple of Estimate
        Rows of ``prevalence`` that it rests on.
    flag : str
        Its own flag.
    tests : tuple of float
        Its p value and limits where its error is made of the errors of the inputs; empty where a
        model has its own error, which is marked and stays.
    """

    inputs: tuple[Estimate, ...]
    flag: str
    tests: tuple[float, ...] = ()

    @property
    def doubted(self) -> bool:
        return any(row.flag is not Flag.RELIABLE for row in self.inputs)


Closure = Callable[[SmallTable], Iterable[Derived]]


def _rows(table: SmallTable, name: str) -> tuple[Any, Estimates, dict[str, Estimate]]:
    survey = getattr(table, f"by_{name}")
    column = {"age": "age_group"}.get(name, name)
    made = table.estimates(survey, column)
    return survey, made, {row.group[0]: row for row in made.rows}


def _comparisons(table: SmallTable, **how: Any) -> Iterator[Derived]:
    survey, _, rows = _rows(table, "region")
    found = es.compare(survey, "lonely", by="region", how=estimation.Comparing(**how))
    for row in found.rows:
        inputs = (rows[row.group], *([rows[row.reference]] if row.reference in rows else []))
        yield Derived(inputs, row.flag, (row.p_value, row.conf_low))


def _compare(table: SmallTable) -> Iterator[Derived]:
    for measure in ("difference", "ratio"):
        for against in ("pairs", "rest", REGIONS[0]):
            yield from _comparisons(table, measure=measure, against=against)


def _linear_trend(table: SmallTable) -> Iterator[Derived]:
    survey, made, _ = _rows(table, "wave")
    for scale in ("identity", "logit"):
        (row,) = estimation.linear_trend(survey, "lonely", link=scale).rows
        # a wave without a share, or on the logit scale with 0 or 1, has no part in the slope
        left_out = scale == "logit" or table.kind == "no answer"
        yield Derived(made.rows, row.flag, () if left_out else (row.p_value, row.conf_low))


def _standardise(table: SmallTable) -> Iterator[Derived]:
    survey, made, _ = _rows(table, "age")
    standard = es.Standard.of(dict.fromkeys(AGES, 1.0), over="age_group")
    for outcome in ("lonely", estimation.Outcome("lonely", "number")):
        (row,) = es.standardise(survey, outcome, standard=standard).rows
        yield Derived(made.rows, row.flag, (row.conf_low, row.conf_high))


def _quantity(verb: Callable[..., Estimates], *columns: str, **options: Any) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        survey, _, rows = _rows(table, "region")
        for row in verb(survey, *columns, by="region", **options).rows:
            yield Derived((rows[row.group[0]],), row.flag)

    return closure


def _prevalence(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "region")
    yield from (Derived((row,), row.flag) for row in made.rows)


def _distribution(table: SmallTable) -> Iterator[Derived]:
    survey, _, rows = _rows(table, "region")
    for row in es.distribution(survey, "answer", by="region").rows:
        yield Derived((rows[row.group[0]],), row.flag)


def _rao_scott(table: SmallTable) -> Iterator[Derived]:
    survey, made, _ = _rows(table, "region")
    # a region without an answer has no row in the table that is tested
    rows = tuple(row for row in made.rows if row.n_valid)
    if table.kind != "alike clusters":  # shares of the whole table vary between its clusters
        yield Derived(rows, estimation.rao_scott(survey, "region", "answer").flag)


def _combined(table: SmallTable) -> Iterator[Derived]:
    survey, _, _ = _rows(table, "region")
    other = replace(
        survey,
        respondents=survey.respondents.assign(wave=2021),
        report=replace(survey.report, wave="2021", file="b.csv"),
    )
    this = replace(survey, respondents=survey.respondents.assign(wave=2022))
    both = es.combine([other, this])
    for found in (both, es.cells(both, "lonely", by=["wave", "region"])):
        rows = {
            row.group: row for row in es.prevalence(found, "lonely", by=["wave", "region"]).rows
        }
        how = estimation.Comparing(within=("region",))
        for row in es.compare(found, "lonely", by="wave", how=how).rows:
            inputs = (rows[row.group, row.within[0]], rows[row.reference, row.within[0]])
            yield Derived(inputs, row.flag, (row.p_value, row.conf_low))


def _suppress(table: SmallTable) -> Iterator[Derived]:
    _, made, rows = _rows(table, "region")
    nothing = {"least_n": 0, "least_cell": 0, "least_df": 0, "most_two_largest": 2.0}
    profile = replace(PROFILES["strict10"], group_disclosure=False, reliability=False, **nothing)
    yield from (Derived((rows[row.group[0]],), row.flag) for row in es.suppress(made, profile).rows)


def _round_release(table: SmallTable) -> Iterator[Derived]:
    _, made, rows = _rows(table, "region")
    yield from (Derived((rows[one.group[0]],), one.flag) for one in round_release(made, 2).rows)


# ---- series: the wave in doubt has a stated error ----------------------------------------------


def _series(run: Callable[[Any], Any]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, made, _ = _rows(table, "wave")
        for data in (made, made.tidy(), made.details()):
            yield Derived(made.rows, run(data))

    return closure


def _check(run: Callable[[Any], Any]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, made, _ = _rows(table, "wave")
        yield Derived(made.rows, run(made).real.flag)

    return closure


def _its(data: Any, estimator: str = "auto") -> Any:
    return es.interrupted_time_series(data, [LAW], estimator=estimator, options=SERIES)


def _gap(data: Any) -> Any:
    return es.forecast_gap(data, start=START, options=GapOptions(fit=STATED))


def _interrupted(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "wave")
    for estimator in ("auto", "ols", "newey_west", "prais_winsten"):
        fit = _its(made, estimator)
        for frame in (fit.tidy(), fit.terms(), fit.series()):
            yield from (Derived(made.rows, flag) for flag in frame["flag"])
        if made_doubted(made):
            assert "uncertain: rests on" in fit.describe()
            assert fit.report()["value"].str.contains("uncertain: rests on").any()


def made_doubted(made: Estimates) -> bool:
    return any(row.flag is not Flag.RELIABLE for row in made.rows)


def _controlled(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "wave")
    plain = SmallTable("reliable", table.seed + 10)
    other = plain.estimates(plain.by_wave, "wave")
    options = estimation_options()
    for pair in ((made, other), (other, made)):
        for form in ("stacked", "difference"):
            fit = controlled_series(
                pair[0], pair[1], [LAW], estimator="ols", options=replace(options, form=form)
            )
            yield Derived(made.rows, fit.model.flag)


def estimation_options() -> Any:
    from eenzaam_stats.trend.series.controlled import ControlOptions

    return ControlOptions(series=SERIES)


def _in_space(made: Any) -> Any:
    plain = SmallTable("reliable", 3)
    return placebo_in_space(made, {"other": plain.estimates(plain.by_wave, "wave")}, LAW, HOW)


def _panel(table: SmallTable) -> Iterator[Derived]:
    if table.kind == "alike clusters":  # a panel is not sampled by cluster in the model
        return
    survey = panel(table.kind, table.seed)
    made = es.prevalence(survey, "lonely", by="wave")
    fit = panel_model(survey, "lonely")
    yield Derived(made.rows, fit.flag)
    rows = {row.group[0]: row for row in made.rows}
    yield from (Derived((rows[one.wave],), one.flag) for one in fit.marginal)
    yield from (Derived(made.rows, flag) for flag in fit.tidy()["flag"])


def _model(table: SmallTable) -> Iterator[Derived]:
    survey, made, _ = _rows(table, "region")
    try:
        fit = es.model(survey, "lonely ~ region")
    except ConvergenceError:  # nobody or everybody of a region: there is no coefficient
        return
    yield Derived(made.rows, fit.flag)
    yield from (Derived(made.rows, flag) for flag in fit.tidy()["flag"])


# ---- projections -------------------------------------------------------------------------------


def _projection(made: Any) -> Any:
    few = ProjectionOptions(draws=200)
    return es.project(made, population(), to=2030, rng=np.random.default_rng(1), options=few)


def _project(table: SmallTable) -> Iterator[Derived]:
    _, made, rows = _rows(table, "age")
    for data in (made, made.tidy().assign(wave=2022), made.details().assign(wave=2022)):
        found = _projection(data)
        yield Derived(made.rows, found.model.flag)
        for row in found.rows:
            used = made.rows if row.age_group == "all" else (rows[row.age_group],)
            yield Derived(used, row.flag)
            if any(one.flag is not Flag.RELIABLE for one in used) and row.population > 0:
                assert row.conf_high > row.conf_low  # never known exactly


def _scenarios(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "age")
    found = es.project(made, population(), to=2030, scenario=es.scenarios.CohortShift())
    yield from (Derived(made.rows, row.flag) for row in found.rows)


def _decompose(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "age")
    change = es.decompose(_projection(made))
    yield from (Derived(made.rows, flag) for flag in change.tidy()["flag"])


def _hindcast(table: SmallTable) -> Iterator[Derived]:
    _, made, _ = _rows(table, "age")
    bands = {"18-64": "18-64", "65-84": "65-84", "85+": "85+"}
    assert set(bands) == {row.group[0] for row in made.rows}
    found = hindcast(made, base_year=2022)
    yield Derived(made.rows, found.flag)
    before = hindcast(
        {(18, 64): 0.4, (65, 84): 0.4, (85, None): 0.5}, base_year=2021, later={2022: made}
    )
    yield Derived(made.rows, before.flag)


# ---- pictures, tables, the letter --------------------------------------------------------------


def _told(text: str) -> Flag:
    return Flag.UNCERTAIN if "uncertain" in text else Flag.RELIABLE


def _picture(draw: Callable[..., Any], result: Any, **options: Any) -> Flag:
    with plots.canvas(width=7, height=5) as axes:
        draw(result, axes=axes, language="en", **options)
        return _told(axes.get_title(loc="left"))


def _estimates_in(draw: Callable[[Estimates], Flag | str]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, made, _ = _rows(table, "region")
        shown = tuple(row for row in made.rows if math.isfinite(row.estimate))
        found = draw(made)
        yield Derived(shown, found if isinstance(found, Flag) else _told(found))

    return closure


def _of_wave(draw: Callable[[Any], Flag]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, made, _ = _rows(table, "wave")
        yield Derived(made.rows, draw(made))

    return closure


def _of_age(draw: Callable[[Any], Flag]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, made, _ = _rows(table, "age")
        yield Derived(made.rows, draw(made))

    return closure


def _computed(table: SmallTable) -> tuple[Estimates, tuple[ComputedFigure, ...]]:
    _, made, _ = _rows(table, "region")
    figures = tuple(
        ComputedFigure("a.sav", "2022", outcome, Origin.SYNTHETIC, row, 0.142, "primary")
        for row in made.rows
        if math.isfinite(row.estimate)
        for outcome in ("severely_lonely", "lonely")
    )
    for one in figures:
        doubted = one.estimate.flag is not Flag.RELIABLE
        assert (one.contains_published is None) == doubted
    return made, figures


def _letter(show: Callable[[tuple[ComputedFigure, ...]], str]) -> Closure:
    def closure(table: SmallTable) -> Iterator[Derived]:
        _, figures = _computed(table)
        yield Derived(tuple(one.estimate for one in figures), _told(show(figures)))

    return closure


def _reasons(figures: tuple[ComputedFigure, ...]) -> str:
    text = tabulate_computed(figures, "en")
    return "uncertain" if "reservation" in text else text


def _html(made: Estimates) -> str:
    frame = made.tidy()
    headers = {name: name for name in frame.columns}
    look = TableLook(unchecked=True)
    return html_table(frame, caption="c", headers=headers, decimals={}, language="en", look=look)


def _text(made: Estimates) -> str:
    text = estimates_text(made, language="en", unchecked=True)
    return "uncertain" if any(row.reason and row.reason in text for row in made.rows) else ""


CLOSURES: dict[str, Closure] = {
    "disclosure.controlled.round_release": _round_release,
    "disclosure.suppression.suppress": _suppress,
    "estimation.aggregates.cells.cells": _combined,
    "estimation.compare.compare": _compare,
    "estimation.distribution.distribution": _distribution,
    "estimation.independence.rao_scott": _rao_scott,
    "estimation.linear_trend.linear_trend": _linear_trend,
    "estimation.prevalence.prevalence": _prevalence,
    "estimation.quantities.mean": _quantity(es.mean, "lonely"),
    "estimation.quantities.ratio": _quantity(es.ratio, "lonely", "one"),
    "estimation.quantities.total": _quantity(es.total, "lonely"),
    "estimation.standardise.standardise": _standardise,
    "letter.figures.prevalence.by_source": _letter(
        lambda figures: " ".join(by_source("en", figures).data["label"])
    ),
    "letter.figures.prevalence.gezondheidsmonitor_trend": _letter(
        lambda figures: " ".join(gezondheidsmonitor_trend("en", figures).data["series"])
    ),
    "letter.page.listings.tabulate_computed": _letter(_reasons),
    "loaders.pooling.combine.combine": _combined,
    "plots.changeplot.change": _of_age(
        lambda made: _picture(plots.change, es.decompose(_projection(made)))
    ),
    "plots.changeplot.change_text": _of_age(
        lambda made: _told(plots.change_text(es.decompose(_projection(made)), language="en"))
    ),
    "plots.checkplot.series_check": _of_wave(
        lambda made: _picture(plots.series_check, placebo_in_time(made, LAW, HOW))
    ),
    "plots.checkplot.series_check_text": _of_wave(
        lambda made: _told(plots.series_check_text(placebo_in_time(made, LAW, HOW), language="en"))
    ),
    "plots.estimates.note_above": _estimates_in(lambda made: note_above(made, "en")),
    "plots.estimates.prevalence": _estimates_in(lambda made: _picture(plots.prevalence, made)),
    "plots.estimates.prevalence_text": _estimates_in(
        lambda made: plots.prevalence_text(made, language="en")
    ),
    "plots.projectionplot.projection": _of_age(
        lambda made: _picture(plots.projection, _projection(made))
    ),
    "plots.projectionplot.projection_text": _of_age(
        lambda made: _told(plots.projection_text(_projection(made), language="en"))
    ),
    "plots.seriesplot.interruption": _of_wave(
        lambda made: _picture(plots.interruption, _its(made))
    ),
    "plots.seriesplot.interruption_text": _of_wave(
        lambda made: _told(plots.interruption_text(_gap(made), language="en"))
    ),
    "plots.tileplot.tilemap": _estimates_in(lambda made: _picture(plots.tilemap, made)),
    "plots.tileplot.tilemap_text": _estimates_in(
        lambda made: plots.tilemap_text(made, language="en")
    ),
    "tables.delimited.csv_text": _estimates_in(
        lambda made: csv_text(made.details(), unchecked=True)
    ),
    "tables.html.html_table": _estimates_in(_html),
    "tables.text.estimates_text": _estimates_in(_text),
    "trend.series.check_fits.fit_row": _check(lambda made: placebo_in_time(made, LAW, HOW)),
    "trend.series.checks.alternative_starts": _check(
        lambda made: alternative_starts(made, LAW, [START - 1.0], HOW)
    ),
    "trend.series.checks.leave_one_wave_out": _check(
        lambda made: leave_one_wave_out(made, LAW, HOW)
    ),
    "trend.series.controlled.controlled_series": _controlled,
    "trend.series.forecast.forecast_gap": _series(lambda data: _gap(data).model.flag),
    "trend.projection.hindcast.hindcast": _hindcast,
    "trend.series.interrupted.interrupted_time_series": _interrupted,
    "trend.panel.panel.panel_model": _panel,
    "estimation.model.model": _model,
    "trend.series.placebo.placebo_in_space": _check(_in_space),
    "trend.series.placebo.placebo_in_time": _check(lambda made: placebo_in_time(made, LAW, HOW)),
    "trend.projection.project.project": _project,
    "trend.projection.scenarios.CohortShift": _scenarios,
    "trend.projection.projected_change.decompose": _decompose,
}


_STEP = "a step inside a verb that is run here; what it gives is no result"
_MARKS = "draws numbers that arrive ready, marks included: the function that makes them is run"
_WHOLE = "the letter as a whole; its parts with computed figures are run"
NOT_APPLICABLE: dict[str, str] = {
    **dict.fromkeys(
        (
            "disclosure.counts.list_shown_counts",
            "disclosure.audit.list_known_cells",
            "disclosure.decision.cross_values",
            "disclosure.decision.reasons_of_estimates",
            "disclosure.published.read_published_frame",
            "disclosure.reading.is_hidden",
            "estimation.variance.calibrated.estimate_calibrated_errors",
            "estimation.variance.calibrated.read_calibrated_rows",
            "estimation.aggregates.cells.cells_for",
            "estimation.aggregates.cells.sum_cells",
            "estimation.aggregates.columns.design_columns",
            "estimation.input_rows.input_doubts",
            "estimation.aggregates.levels.far_from_zero",
            "estimation.aggregates.levels.on_common_levels",
            "estimation.aggregates.levels.read_sums",
            "estimation.method_words.footnote",
            "estimation.method_words.method_words",
            "estimation.variance.replicated.replicate_sums",
            "estimation.variance.replicated.replicate_weight_errors",
            "estimation.variance.respondent_rows.respondent_rows",
            "disclosure.derived.is_counted",
            "disclosure.derived.may_be_share",
            "estimation.aggregates.domains.cluster_names",
            "estimation.aggregates.domains.order_values",
            "estimation.aggregates.domains.build_strata",
            "estimation.aggregates.domains.number_units",
            "estimation.aggregates.aggregate.cell_table",
            "estimation.aggregates.unanswered.item_gaps",
            "estimation.variance.target_errors.estimate_covariances",
            "estimation.variance.variance_method.estimate_errors",
            "trend.series.check_fits.read_series",
            "trend.projection.hindcast.band_prevalence",
            "trend.panel.rows.panel_rows",
            "trend.projection.prevalence_cells.prevalence_cells",
            "trend.row_doubts.flags",
            "trend.row_doubts.numbers",
            "trend.row_doubts.row_doubts",
            "trend.series.series.open_series",
            "trend.series.series.series_frame",
            "trend.series.wave_errors.settle_waves",
        ),
        _STEP,
    ),
    **dict.fromkeys(
        (
            "letter.figures.figure.compose_dots",
            "letter.figures.figure.compose_figure",
            "letter.figures.figure.source_line",
            "letter.page.download.downloads",
            "plots.barplot.bars",
            "plots.barplot.stack",
            "plots.dotplot.dots",
            "plots.fanplot.columns",
            "plots.fanplot.fan",
            "plots.fanplot.pyramid",
            "plots.frame.in_order",
            "plots.frame.is_solid",
            "plots.lineplot.lines",
        ),
        _MARKS,
    ),
    **dict.fromkeys(
        ("letter.page.page.chapters", "letter.figures.all_figures", "letter.report.compose"),
        _WHOLE,
    ),
    "letter.recompute.lookup.rows": "looks up published figures, which have no rows of ours",
    "letter.recompute.registry.words": "a text of the catalogue of labels",
    "letter.recompute.registry.alternative": "labels another reading, which the letter computes",
    "estimation.model.class_doubts": "the doubts that estimation.model.model inherits",
    "estimation.model_rows.model_rows": "complete rows, estimates nothing",
    "disclosure.table_columns.find_columns": "names columns of a table, estimates nothing",
    "disclosure.details.read_estimates": "reads a table of estimates back, estimates nothing",
    "letter.microdata.suppress_figures": "hides figures by suppress(), which is run here",
    "loaders.pooling.pooling.key_surveys": "takes surveys apart before they are combined",
    "disclosure.argus.export_to_argus": "files for inside, with counts and no estimate",
    "disclosure.audit.audit": "bounds what a reader can find, estimates nothing",
    "disclosure.report.check_disclosure": "counts rows that may not be shown, estimates nothing",
    "estimation.calibration.calibrate.report_calibration": "describes weights, estimates nothing",
    "trend.series.counts.interrupted_counts": "takes counts with their denominators",
    "trend.panel.dropout.check_dropout": "a check of who is absent, without estimates of a group",
    "trend.panel.dropout.warn_of_dropout": "the same as a warning",
    "trend.projection.population.people_in_cells": "takes a population, which is counted",
    "trend.projection.population.read_population": "takes a population, which is counted",
}
