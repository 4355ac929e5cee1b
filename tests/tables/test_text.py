"""Tables as their readers open them."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from eenzaam_stats.errors import OptionError
from eenzaam_stats.tables import TableLook, csv_text, html_table

FRAME = pd.DataFrame({"label": ["<a>", "b"], "value": [1234.56, float("nan")], "hidden": [1, 2]})


def test_machine_csv_reads_back_as_it_was() -> None:
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(csv_text(FRAME))), FRAME)


def test_dutch_csv_has_mark_semicolon_and_comma() -> None:
    text = csv_text(FRAME, dialect="dutch_excel")
    assert text.startswith("\ufefflabel;value;hidden\n")
    assert "1234,56" in text


def test_unknown_dialect_lists_the_two() -> None:
    with pytest.raises(OptionError, match=r"dialect is 'excel'.*'machine', 'dutch_excel'"):
        csv_text(FRAME, dialect="excel")


def test_html_table_escapes_hides_and_marks_missing() -> None:
    text = html_table(
        FRAME,
        caption="C & d",
        headers={"label": "Groep", "value": "Waarde"},
        decimals={"value": 1},
        language="nl",
        note="n < 30",
    )
    assert "<caption>C &amp; d</caption>" in text
    assert '<th scope="col">Groep</th><th scope="col" class="number">Waarde</th>' in text
    assert "<td>&lt;a&gt;</td>" in text
    assert '<td class="number">1.234,6</td>' in text
    assert '<td class="number">–</td>' in text
    assert "n &lt; 30" in text
    assert "hidden" not in text
    assert "hit" not in text


def test_html_table_gives_rows_their_classes_links_and_own_decimals() -> None:
    text = html_table(
        pd.DataFrame({"a": ["x<", "y"], "b": [3.0, 4.25]}),
        caption="c",
        headers={"a": "a", "b": "b"},
        decimals={"b": [0, 2]},
        language="nl",
        look=TableLook(rows=["one", "two"], links={"a": ["#p", '#"q']}),
    )
    assert '<tr class="one"><td><a href="#p">x&lt;</a></td><td class="number">3</td></tr>' in text
    assert '<tr class="two"><td><a href="#&quot;q">y</a></td><td class="number">4,25</td>' in text


def test_html_table_marks_the_cells_that_stand_out() -> None:
    text = html_table(
        pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]}),
        caption="c",
        headers={"a": "a", "b": "b"},
        decimals={"a": 0, "b": 0},
        language="en",
        look=TableLook(marked={"b": [False, True]}),
    )
    assert text.count('class="number hit"') == 1
    assert '<td class="number hit">4</td>' in text
