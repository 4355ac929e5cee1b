"""The page and the files: every number, verdict and source is there, and nothing half-written."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from eenzaam_stats.errors import ReproductionError, SourceError
from eenzaam_stats.letter import manifest, report
from eenzaam_stats.letter.claims import said
from eenzaam_stats.vocabulary import label

VOID = {"meta", "br", "img", "link", "input", "hr", "path", "use"}


@pytest.fixture(scope="module", params=["nl", "en"])
def made(request) -> report.Report:
    return report.compose(language=request.param)


@pytest.fixture(scope="module")
def page(made) -> str:
    return report.documents(made)["letter.html"].decode("utf-8")


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
    assert len(inside) >= 14
    assert set(inside) <= set(parser.ids)


def test_every_statement_verdict_and_source_is_on_the_page(made, page) -> None:
    for row in made.rows:
        assert html.escape(said(row.claim, "statement", made.language)) in page
        assert html.escape(said(row.claim, "caveat", made.language)) in page
        assert f"class='edge-{row.verdict}' id='{row.claim.id}'" in page
        for url in re.findall(r"https?://[^\s;]+", row.claim.source_url):
            assert html.escape(url) in page
    assert page.count("<article ") == len(made.rows)


def test_every_figure_is_on_the_page_with_its_table(made, page) -> None:
    assert page.count("<svg ") == len(made.figures)
    for figure in made.figures:
        assert f"<figure id='{figure.id}'>" in page
        assert f'id="d-{figure.id}"' in page
    assert label("word.data_behind", made.language) in page


def test_search_grid_marks_the_counts_that_fit(made, page) -> None:
    marked = re.findall(r'<td class="number hit">([^<]+)</td>', page)
    # 14.4 % of all ages 2023 and 14.2 % of all ages 2025
    expected = ["854.942", "854.084"] if made.language == "nl" else ["854,942", "854,084"]
    assert marked == expected


def test_page_stays_under_a_megabyte(page) -> None:
    assert len(page.encode("utf-8")) < 1_000_000


def test_manifest_of_today_is_the_stored_one(made) -> None:
    now = manifest.numbers(made.rows, made.figures)
    assert manifest.differences(now, manifest.stored()) == ()
    manifest.require_stored(made.rows, made.figures)


@pytest.mark.parametrize("part", ["claims", "figures"])
def test_manifest_tells_a_new_a_lost_and_a_moved_number(made, part, monkeypatch) -> None:
    now = manifest.numbers(made.rows, made.figures)
    name = next(n for n, v in now[part].items() if v if part == "figures" or v["value"])
    lost = {**now, part: {k: v for k, v in now[part].items() if k != name}}
    assert [line.split(":")[0] for line in manifest.differences(now, lost)] == [name]
    assert [line.split(":")[0] for line in manifest.differences(lost, now)] == [name]
    monkeypatch.setattr(manifest, "stored", lambda: lost)
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
    report.write(made, tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def full(_self: Path, _content: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(SourceError, match="No space left on device"):
        report.write(made, tmp_path)
    monkeypatch.undo()
    assert {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
