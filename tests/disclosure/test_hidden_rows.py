"""What leaves is the same whatever a hidden row counted, in every form that the package writes."""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict, replace

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import eenzaam_stats as es
from disclosure.tables import NOTE, row
from eenzaam_stats.disclosure import check_disclosure, suppress
from eenzaam_stats.plots.estimates import prevalence_text
from eenzaam_stats.plots.tileplot import GGD_TILES, tilemap_text
from eenzaam_stats.results.estimates import Estimates
from eenzaam_stats.tables import csv_text, html_table
from eenzaam_stats.tables.text import estimates_text
from eenzaam_stats.vocabulary import Flag

REGIONS = [tile.names[0] for tile in GGD_TILES]
SHOWN = [(60, 25), (80, 30), (90, 41), (120, 55)]
# people in the two hidden regions: either may be the one that breaks a rule, and by another rule
PAIRS = [((8, 4), (40, 20)), ((40, 20), (8, 4)), ((36, 0), (12, 24)[::-1]), ((9, 9), (39, 15))]
WORDS = {"suppressed", "onderdrukt", "–", "", "nan", "NaN", "None", "<NA>"}


def _released(pair) -> Estimates:
    rows = []
    for name, (n, yes) in zip(REGIONS, [*pair, *SHOWN], strict=False):
        kinds = (("refused", n // 4), ("dont_know", 1)) if n in (8, 40) else (("refused", 3),)
        one = row((name,), n, yes)
        rows.append(replace(one, missing=kinds, n_missing=sum(k for _, k in kinds), deff=1 + 1 / n))
    table = Estimates(("region",), tuple(rows), NOTE)
    return suppress(table)


def _drawn(draw, table: Estimates) -> bytes:
    buffer = io.BytesIO()
    with mpl.rc_context({"svg.hashsalt": "a", "svg.fonttype": "none"}):
        axes = draw(table, language="en")
        axes.figure.savefig(buffer, format="svg", metadata={"Date": None})
    plt.close(axes.figure)
    return buffer.getvalue()


def _html(table: Estimates) -> str:
    frame = table.details()
    numbers = [n for n in frame.columns if frame[n].dtype.kind in "fi"]
    return html_table(
        frame,
        caption="c",
        headers={name: name for name in frame},
        decimals=dict.fromkeys(numbers, 6),
        language="en",
    )


WRITTEN = {
    "tidy": lambda t: t.tidy().to_csv(),
    "details": lambda t: t.details().to_csv(),
    "csv": lambda t: csv_text(t.details()),
    "csv of a Dutch spreadsheet": lambda t: csv_text(t.details(), dialect="dutch_excel"),
    "json of a frame": lambda t: t.details().to_json(orient="records", double_precision=15),
    "json of the values": lambda t: json.dumps(asdict(t)),
    "html table": _html,
    "notebook": lambda t: t.details()._repr_html_(),
    "repr": repr,
    "describe": lambda t: t.describe(),
    "text": lambda t: estimates_text(t, language="en"),
    "text in Dutch": lambda t: estimates_text(t, language="nl"),
    "alt text of dots": lambda t: prevalence_text(t, language="en"),
    "alt text of tiles": lambda t: tilemap_text(t, language="nl"),
    "dots": lambda t: _drawn(es.plots.prevalence, t),
    "tiles": lambda t: _drawn(es.plots.tilemap, t),
}


@pytest.mark.parametrize("form", WRITTEN)
def test_what_is_written_does_not_depend_on_what_is_hidden(form):
    released = [_released(pair) for pair in PAIRS]
    for one in released:
        assert [r.flag is Flag.SUPPRESSED for r in one.rows] == [True, True, *[False] * 4]
    written = {WRITTEN[form](one) for one in released}
    assert len(written) == 1


@pytest.mark.parametrize("form", ["csv", "html table", "json of a frame"])
def test_a_hidden_row_has_no_digit_outside_its_name(form):
    table = _released(PAIRS[0])
    named = Estimates(
        table.by,
        tuple(replace(r, group=("hidden",)) if r.n_valid is None else r for r in table.rows),
        table.footnote,
    )
    text = WRITTEN[form](named)
    rows = re.split(r"\n|</tr>|\},", text)
    hidden = [one.replace("<td", "") for one in rows if "hidden" in one]
    assert len(hidden) == 2
    assert [re.findall(r"\d", one) for one in hidden] == [[], []]


def test_a_kind_of_missing_is_empty_where_hidden_and_nought_only_where_counted():
    frame = _released(PAIRS[0]).details()
    assert frame["n_missing_refused"].isna().tolist() == [True, True, *[False] * 4]
    assert frame["n_missing_refused"].tolist()[2:] == [3] * 4
    plain = Estimates(
        ("region",),
        (
            replace(row(("a",), 60, 25), missing=(("refused", 2),), n_missing=2),
            row(("b",), 70, 30),
        ),
        NOTE,
    )
    assert plain.details()["n_missing_refused"].tolist() == [2, 0]


def test_a_row_that_is_flagged_as_suppressed_cannot_hold_a_number():
    loud = replace(
        row(("a",), 7, 3),
        flag=Flag.SUPPRESSED,
        reason="fewer than 10 people",
        disclosure_reason="7 people",
        missing=(("refused", 2),),
    )
    (kept,) = Estimates(("region",), (loud,), NOTE).rows
    assert kept == loud.hide()
    assert set(map(str, asdict(kept).values())) <= {*WORDS, "('a',)", "()"}


def test_everything_hidden_is_still_drawn_and_told():
    table = suppress(Estimates(("region",), (row((REGIONS[0],), 4, 2),), NOTE))
    for write in WRITTEN.values():
        assert write(table)
    assert "n_missing_refused" not in table.details()


def test_reasons_are_in_the_report_and_in_nothing_that_is_released():
    rows = tuple(
        row((name,), n, yes)
        for name, (n, yes) in zip("abcd", [(40, 0), (60, 15), (70, 30), (8, 4)], strict=True)
    )
    table = Estimates(("region",), rows, NOTE)
    report = check_disclosure(table)
    reasons = {one.group[0]: one.reason for one in report.findings}
    assert reasons["a"] == "nobody or everybody in the group has the outcome"
    assert reasons["d"] == "fewer than 10 people answered"
    assert "where the respondents are" in report.describe()
    assert json.loads(report.to_json())["use"].startswith("for the place where")
    released = repr(suppress(table).rows)
    for reason in reasons.values():
        assert reason not in released
