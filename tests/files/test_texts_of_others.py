"""Names of files, labels and regions with any character, in every output."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from eenzaam_stats import plots
from eenzaam_stats.json_text import json_text
from eenzaam_stats.letter.figures.figure import LetterFigure
from eenzaam_stats.plain_text import plain, whole
from eenzaam_stats.plots.dotplot import dots
from eenzaam_stats.plots.frame import NumberText
from eenzaam_stats.results.estimates import Estimate, Estimates, Footnote
from eenzaam_stats.tables import csv_text, html_table
from eenzaam_stats.tables.delimited import guard_text
from eenzaam_stats.tables.text import estimates_text
from eenzaam_stats.vocabulary import Disclosure

NAMES = [
    "$", "$x$", "a$b$c$", r"\frac{1}{0}", "$\\frac{$", "x_{", "x^{", "50%", "<b>&amp;", "a & b",
    "\\", "\\n", "$\\unknown$", "#1 ~ ^", "{", "}}", "'\"`", "-->", "]]>", "<script>x</script>",
    "\x07bell", "esc\x1b[31m", "nul\x00", "tab\tnew\nline\r", "\x85\u2028\u2029", "\u202eturned",
    "gm\udcff.sav", "\ufffe\uffff", "é\u0301", "%(a)s {0}", "$" * 7,
]  # fmt: skip
every_name = pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))


def _estimates(*names: str) -> Estimates:
    note = Footnote(
        "lonely", "DJG11", names[0], "2022", "18+", "synthetic", "Taylor, logit", 0.95, "weight",
        "", 0, "0",
    )  # fmt: skip
    rows = tuple(
        Estimate(
            *((name,), 0.4, 0.01, 0.38, 0.42, 998, 1000, 3, 1e6, 1.2), disclosure=Disclosure.SAFE
        )
        for name in names
    )
    return Estimates(("region",), rows, note)


def _texts_of(svg: bytes) -> str:
    """Text of an SVG, which is thereby well-formed XML."""
    return " ".join(
        part for one in ET.fromstring(svg).iter() for part in (one.text, one.tail) if part
    )


@every_name
def test_figures_take_it_in_every_format(name: str) -> None:
    said = whole(name)
    frame = pd.DataFrame({"label": [said, "b"], "series": [said, "s"], "value": [1.0, 2.0]})
    frame = frame.assign(low=frame["value"] - 0.5, high=frame["value"] + 0.5)
    with plots.canvas() as axes:
        dots(
            axes,
            frame,
            text=NumberText("nl"),
            xlabel=name,
        )  # fmt: skip
        axes.set_title(name)
        axes.annotate(name, (1, 0))
        plots.theme.add_source(axes, name or "-")
        drawn = plots.svg(axes, title=f"t {name}", description=f"d {name}", letters="text")
        assert plots.svg(axes, title=f"t {name}", description=f"d {name}")
        assert plots.png(axes).startswith(b"\x89PNG")
        assert plots.pdf(axes, title=f"t {name}").startswith(b"%PDF")
    shown = plain(name).split()
    drawn_words = _texts_of(drawn)
    assert all(word in drawn_words for word in shown), drawn_words


@every_name
def test_public_pictures_and_their_words_take_it(name: str) -> None:
    result = _estimates(whole(name), "other")
    axes = plots.prevalence(result, language="en")
    assert plots.svg(axes, title="t", description=plots.prevalence_text(result, language="en"))
    assert plots.png(axes)
    import matplotlib.pyplot as plt

    plt.close("all")
    figure = LetterFigure(
        "x", "theme", name, "", "", pd.DataFrame({"label": [whole(name)], "value": [1.0]}), 1, "%",
        lambda axes: axes, (3.0, 2.0), "nl",
    )  # fmt: skip
    assert figure.alternative == plain(figure.alternative)
    assert set(figure.pictures()) == {"svg", "png"}


@every_name
def test_user_settings_of_the_drawing_library_do_not_change_that(name: str) -> None:
    import matplotlib as mpl

    with mpl.rc_context({"text.usetex": True, "text.parse_math": True}), plots.canvas() as axes:
        axes.set_title(name)
        assert plots.png(axes)


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@every_name
def test_pages_hold_it_as_text(name: str) -> None:
    made = html_table(
        pd.DataFrame({"file": [whole(name)]}), caption=name, headers={"file": name}, decimals={},
        language="nl", note=name,
    )  # fmt: skip
    page = _Read()
    page.feed(whole(made))
    assert set(page.tags) == {"table", "caption", "thead", "tr", "th", "tbody", "td", "tfoot"}
    assert page.text == plain(name) * 4
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\u202e]", made)


@every_name
def test_text_tables_and_json_hold_it_on_one_line(name: str) -> None:
    shown = estimates_text(_estimates(name, "other"), language="en").splitlines()
    assert not any(re.search("[\x00-\x1f\x7f]", line) for line in shown[:3])
    assert shown[2].startswith("other")
    for escaped in (False, True):
        assert json.loads(json_text({"a": name}, escaped=escaped)) == {"a": name}


# ------------------------------------------------------------------ spreadsheets

RUN = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "-A1", "--1", "+A1", "=", "@", "-"]
WIDE = [
    "\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(A1)", "\ufe631+1", "\u2212A1", "\ufe661+1",
]  # fmt: skip
BEFORE = ["", " ", "   ", "\t", "\r", "\n", "\r\n", '"', ' "', "\u00a0", "\u3000", "\ufeff", "\x00",
          "\u200b", "\x0b", "\x1b"]  # fmt: skip
NUMBERS = [
    "-5",
    "+31",
    "-0.5",
    "-1,5",
    "1e-5",
    "-1.234,5",
    "-12%",
    "\u2212854,084",
    "-5 %",
    "\u22124 punt",
]
PLAIN = ["women", "a=b", "a-b", "18-34", "65+", "x@y.nl", "'t Gooi", "–", "a; b", "", "1+1"]
DIALECTS = ("machine", "dutch_excel")


def _cells(frame: pd.DataFrame, dialect: str) -> list[list[str]]:
    import csv

    text = csv_text(frame, dialect=dialect).removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text), delimiter="," if dialect == "machine" else ";"))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("before", BEFORE, ids=range(len(BEFORE)))
def test_no_spreadsheet_runs_a_cell(before: str, dialect: str) -> None:
    for text in (*RUN, *WIDE):
        cell = before + text
        for kind in (object, "string", "category"):
            frame = pd.DataFrame({cell: pd.Series([cell, "b"], dtype=kind), "x": [1.5, -2.5]})
            head, first, second = _cells(frame, dialect)
            for found in (head[0], first[0]):
                assert found.startswith("'"), (found, kind)
                assert not re.search("[\t\r\x00-\x08\x0b\x1b]", found)
            assert [first[1], second[1]] == (
                ["1.5", "-2.5"] if dialect == "machine" else ["1,5", "-2,5"]
            )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_numbers_stay_numbers_and_plain_text_stays_as_it_is(dialect: str) -> None:
    frame = pd.DataFrame({"text": [*NUMBERS, *PLAIN]})
    assert [row[0] if row else "" for row in _cells(frame, dialect)[1:]] == [*NUMBERS, *PLAIN]
    mixed = pd.DataFrame({"a": pd.Series([-1, -2.5, None, True, "=x"], dtype=object)})
    assert [guard_text(one) for one in mixed["a"]][:2] == [-1, -2.5]
    back = pd.read_csv(io.StringIO(csv_text(pd.DataFrame({"n": [-1.5, np.nan, 3e-9]}))))
    assert back["n"].tolist()[0::2] == [-1.5, 3e-9]
    twice = csv_text(pd.read_csv(io.StringIO(csv_text(pd.DataFrame({"a": ["=1"]})))))
    assert twice == "a\n'=1\n"


@pytest.mark.parametrize("text", ["a;=1+1", "a;+A1", "a\n=1+1", "a; @SUM(A1)", "a|=1", 'a;"=1"'])
def test_no_other_separator_makes_a_cell_that_runs(text: str) -> None:
    (_, (found, *_)) = _cells(pd.DataFrame({"a": [text]}), "machine")
    assert not re.search(r'[;|\n]\s*"*[=+@]', found)


def test_a_workbook_made_of_guarded_cells_holds_no_formula() -> None:
    book = Workbook()
    for text in (*RUN, *(one + two for one in (" ", "\t") for two in RUN)):
        book.active.append([guard_text(text), -2.5])
    buffer = io.BytesIO()
    book.save(buffer)
    sheet = load_workbook(buffer).active
    assert {cell.data_type for (cell, _) in sheet.iter_rows()} == {"s"}
    assert {cell.data_type for (_, cell) in sheet.iter_rows()} == {"n"}


def test_categories_and_index_of_a_frame_are_not_changed_by_writing() -> None:
    frame = pd.DataFrame({"a": pd.Categorical(["=x", "b"])}, index=[5, 5])
    copy = frame.copy()
    assert csv_text(frame) == "a\n'=x\nb\n"
    pd.testing.assert_frame_equal(frame, copy)
    assert csv_text(pd.DataFrame({"a": []})) == "a\n"
    assert replace(_estimates("a")).by == ("region",)
