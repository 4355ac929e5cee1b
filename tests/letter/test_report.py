"""The page and the files: every number, verdict and source is there, and nothing half-written."""

from __future__ import annotations

import base64
import hashlib
import html
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.errors import ReproductionError, SourceError
from eenzaam_stats.letter import manifest, report
from eenzaam_stats.letter.ledger import read_text
from eenzaam_stats.letter.page import page as letter_page
from eenzaam_stats.letter.page import picture
from eenzaam_stats.letter.page.address import sources
from eenzaam_stats.letter.page.controls import LANGUAGES
from eenzaam_stats.letter.page.page import PageContent
from eenzaam_stats.vocabulary import format_number, label, labels

VOID = {"meta", "br", "img", "link", "input", "hr", "path", "use"}


@pytest.fixture(scope="module")
def made() -> report.Report:
    return report.compose(language="nl")


@pytest.fixture(scope="module")
def content(made) -> PageContent:
    return report.page_content(made)


@pytest.fixture(scope="module")
def page(content) -> str:
    return letter_page.page(content, language="nl")


class _Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        known = dict(attrs)
        if "id" in known:
            self.ids.append(known["id"])
        if tag == "a":
            self.links.append(known.get("href", ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, _tag, attrs) -> None:
        if "id" in dict(attrs):
            self.ids.append(dict(attrs)["id"])

    def handle_endtag(self, tag) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def test_page_is_well_formed_and_its_links_lead_somewhere(page) -> None:
    parser = _Balance()
    parser.feed(page)
    assert parser.open == []
    inside = [link[1:] for link in parser.links if link.startswith("#")]
    assert len(inside) >= 2 * (14 + 80)
    assert set(inside) <= set(parser.ids)


def test_addresses_are_given_once(page) -> None:
    parser = _Balance()
    parser.feed(page)
    assert len(parser.ids) > 250
    assert sorted(parser.ids) == sorted(set(parser.ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_statement_verdict_and_source_is_on_the_page(made, page, language) -> None:
    for row in made.rows:
        assert html.escape(read_text(row.claim, "statement", language)) in page
        assert html.escape(read_text(row.claim, "caveat", language)) in page
        found = re.search(f"<article class='([^']*)' id='{language}-{row.claim.id}'", page)
        assert found
        assert f"edge-{row.verdict}" in found[1].split()
        assert {f"src-{name}" for name in sources(row)} <= set(found[1].split())
        for url in re.findall(r"https?://[^\s;]+", row.claim.source_url):
            assert html.escape(url) in page
    assert page.count("<article ") == len(LANGUAGES) * len(made.rows)


def test_every_figure_is_on_the_page_with_its_table_and_its_words(content, page) -> None:
    assert page.count('role="img"') == 2 * len(content.figures)  # wide and narrow
    for figure in content.figures:
        name, language = figure.id, figure.language
        assert f"<figure id='{language}-figure-{name}'>" in page
        assert f"id='{language}-title-{name}'>{html.escape(figure.title)}<" in page
        assert f"id='{language}-told-{name}'>{html.escape(figure.alternative)}<" in page
        assert html.escape(figure.source) in page
        assert label("word.data_behind", language) in page


def test_search_grid_marks_the_counts_that_fit(page) -> None:
    marked = re.findall(r'<td class="number hit">([^<]+)</td>', page)
    # 14.4 % of all ages 2023 and 14.2 % of all ages 2025, in Dutch and in English
    counts = [number for number in marked if number.startswith("854")]
    assert counts == ["854.942", "854.084", "854,942", "854,084"]


def test_tables_of_the_projection_mark_the_numbers_that_round_to_the_printed_ones(page) -> None:
    marked = re.findall(r'<td class="number hit">([^<]+)</td>', page)
    english = [number for number in marked if "." in number and not number.startswith("854")]
    assert english == ["7.617", "6.815", "6.842", "7.629", "7.602", "41.0"]
    assert len(marked) == 2 * (len(english) + 2)
    assert page.count("1 of the 36 combinations: 2022, 19 and over, all residents") == 1
    assert page.count("1 van de 36 combinaties: 2022, 19 en ouder, alle inwoners") == 1


def test_every_source_of_a_statement_has_words_in_both_languages(made) -> None:
    names = {name for row in made.rows for name in sources(row)}
    assert len(names) >= 10
    for language in LANGUAGES:
        assert {f"table.{name}" for name in names} <= set(labels(language))


def test_policy_allows_this_script_and_style_and_nothing_else(page) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    style = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert (len(script), len(style)) == (1, 1)
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'{_fingerprint(script[0])}'",
        "style-src": f"'{_fingerprint(style[0])}'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page.index(policy[0]) < page.index("<style>")


def _fingerprint(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_nothing_on_the_page_fetches_or_acts_by_attribute(page) -> None:
    tags = re.findall(r"<[a-zA-Z][^>]*>", page)
    assert len(tags) > 5_000
    for tag in tags:
        assert not re.search(r"\s(src|style|on\w+|action|srcset|poster)=", tag), tag
        assert not re.match(r"<(link|iframe|object|embed|img|base)\b", tag), tag
    assert not re.search(r"url\((?!#)|@import", page)


def test_english_page_has_the_same_content_with_english_first(content, page) -> None:
    without = PageContent(content.rows, (), content.computed)
    english = letter_page.page(without, language="en")
    assert '<html lang="en">' in english
    assert english.index("id='en-all'") < english.index("id='nl-all'")
    assert "id='language-en' value='language-en' checked" in english
    assert sorted(re.findall(r"<data value='([^']+)'>", english)) == sorted(
        re.findall(r"<data value='([^']+)'>", page)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_inside_the_page_hold_the_numbers_drawn(content, page, language) -> None:
    links = dict(
        re.findall(r'<a download="([^"]+)" href="data:text/csv;charset=utf-8;base64,([^"]+)"', page)
    )
    n_compared = 0
    for figure in content.figures:
        if figure.language == language:
            text = base64.b64decode(links[f"{figure.id}_{language}.csv"]).decode("utf-8")
            values = pd.read_csv(io.StringIO(text))["value"]
            assert list(values) == pytest.approx(list(figure.data["value"]), rel=1e-15)
            n_compared += len(values)
    assert n_compared > 100
    ledger = base64.b64decode(links[f"claims_{language}.csv"]).decode("utf-8")
    assert len(pd.read_csv(io.StringIO(ledger))) == len(content.rows)


def test_dutch_readers_get_a_file_for_their_excel(content, page) -> None:
    excel = re.findall(r'<a download="[^"]+_excel.csv" href="data:[^,]+,([^"]+)"', page)
    assert len(excel) == len(content.figures) // 2 + 1
    for one in excel:
        first = base64.b64decode(one).decode("utf-8").splitlines()[0]
        assert first.startswith("\ufeff")
        assert ";" in first


def test_drawings_keep_their_letters_and_lose_their_colours_to_the_page(content) -> None:
    for figure in content.figures:
        drawn = picture.pictures(figure)
        assert not re.search(r"#(2f43ec|dd7410|1f2328|ffffff)", drawn)
        texts = re.findall(r"<text[^>]*>([^<]*)</text>", drawn)
        for row in figure.data.to_dict("records")[-1:]:
            number = format_number(
                row["value"], decimals=figure.places(row), language=figure.language
            )
            assert number in texts
        assert drawn.count("<g") == drawn.count("</g>")


def test_page_stays_under_a_megabyte(page) -> None:
    assert len(page.encode("utf-8")) < 1_000_000


def test_manifest_of_today_is_the_stored_one(made) -> None:
    now = manifest.numbers(made.rows, made.figures)
    assert manifest.differences(now, manifest.read_stored()) == ()
    manifest.require_stored(made.rows, made.figures)


@pytest.mark.parametrize("part", ["claims", "figures"])
def test_manifest_tells_a_new_a_lost_and_a_moved_number(made, part, monkeypatch) -> None:
    now = manifest.numbers(made.rows, made.figures)
    name = next(n for n, v in now[part].items() if v if part == "figures" or v["value"])
    lost = {**now, part: {k: v for k, v in now[part].items() if k != name}}
    assert [line.split(":")[0] for line in manifest.differences(now, lost)] == [name]
    assert [line.split(":")[0] for line in manifest.differences(lost, now)] == [name]
    monkeypatch.setattr(manifest, "read_stored", lambda: lost)
    with pytest.raises(ReproductionError, match=f"1 number.*{name}"):
        manifest.require_stored(made.rows, made.figures)


def test_manifest_forgives_rounding_and_nothing_larger(made) -> None:
    now = manifest.numbers(made.rows, made.figures)
    value = now["claims"]["persons-854-thousand"]["value"]
    for factor, n_found in ((1 + 1e-12, 0), (1 + 1e-6, 1)):
        entry = {**now["claims"]["persons-854-thousand"], "value": value * factor}
        other = {**now, "claims": {**now["claims"], "persons-854-thousand": entry}}
        assert len(manifest.differences(now, other)) == n_found


def test_failed_write_leaves_the_earlier_report_as_it_was(
    made, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(report, "documents", lambda _report: {"letter.html": b"one"})
    report.write(made, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SourceError, match="No space left on device"):
        report.write(made, tmp_path)
    monkeypatch.undo()
    assert {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
