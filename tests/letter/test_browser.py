"""The page as its readers meet it: Chromium, from disk, without network, with and without script.

Needs Playwright (extra ``browser``) and a Chromium: Debian's, or Playwright's own. Skipped with a
reason where one of them is absent; with ``EENZAAM_STATS_REQUIRE_BROWSER`` set, absence is an error.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from eenzaam_stats.letter import report
from eenzaam_stats.letter.ledger import read_text
from eenzaam_stats.letter.manifest import read_stored
from eenzaam_stats.letter.page import page as letter_page
from eenzaam_stats.letter.page.address import sources
from eenzaam_stats.letter.page.controls import LANGUAGES, count_sources
from eenzaam_stats.letter.page.download import data_columns
from eenzaam_stats.letter.page.page import PageContent
from eenzaam_stats.tables import csv_text
from eenzaam_stats.vocabulary import Verdict, label

pytestmark = pytest.mark.browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
SEEN = "elements => elements.filter(one => one.checkVisibility()).length"


def _absent(what: str) -> None:
    if os.environ.get("EENZAAM_STATS_REQUIRE_BROWSER"):
        pytest.fail(f"{what} is absent and EENZAAM_STATS_REQUIRE_BROWSER is set")
    pytest.skip(f"{what} is not on this machine")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _absent("Playwright (python -m pip install 'eenzaam-stats[browser]')")
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = next(filter(None, map(shutil.which, NAMES)), str(own) if own.is_file() else None)
        if found is None:
            _absent("a Chromium (apt-get install chromium)")
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def axe() -> str:
    """Source of axe-core, which npm installs and the repository does not hold."""
    places = [os.environ.get("EENZAAM_STATS_AXE"), ROOT / "node_modules/axe-core/axe.min.js"]
    found = next((Path(place) for place in places if place and Path(place).is_file()), None)
    if found is None:
        _absent("axe-core (npm install --no-save axe-core)")
    return found.read_text("utf-8")


@pytest.fixture(scope="module")
def content() -> PageContent:
    return report.page_content(report.compose(language="nl"))


@pytest.fixture(scope="module")
def file(content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "letter.html"
    path.write_text(letter_page.page(content, language="nl"), "utf-8", newline="\n")
    return path


@pytest.fixture
def opened(browser, file) -> Iterator[Callable[..., Any]]:
    """Opens the page in a context of its own and listens to what it says and asks for."""
    contexts = []

    def open_page(where: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.said, page.asked = [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(file.as_uri() + where)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request) -> str:
    return request.param


@pytest.fixture(scope="module")
def shown(browser, file, language) -> Iterator[Any]:
    """One page in each language, for tests that only look."""
    page = browser.new_page(viewport=DESK)
    page.goto(file.as_uri())
    page.locator(f"#language-{language}").check()
    yield page
    page.close()


def _background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def _articles(page) -> int:
    return page.locator("article").evaluate_all(SEEN)


def test_page_opens_from_disk_silently_and_asks_for_nothing(opened, file) -> None:
    page = opened()
    assert page.said == []
    assert page.asked == [file.as_uri()]
    assert page.evaluate("document.readyState") == "complete"


def test_policy_stops_another_script_and_every_request(opened) -> None:
    page = opened()
    stopped = page.evaluate(
        """async () => {
          const stopped = [];
          const note = (one) => stopped.push(one.effectiveDirective);
          addEventListener("securitypolicyviolation", note);
          const script = document.createElement("script");
          script.textContent = "window.intruder = true";
          document.body.append(script);
          const image = new Image();
          image.src = "https://example.org/a.png";
          await fetch("https://example.org/").catch(() => {});
          await new Promise((done) => setTimeout(done, 200));
          return [stopped.sort(), window.intruder ?? null];
        }"""
    )
    assert stopped == [["connect-src", "img-src", "script-src-elem"], None]


def test_page_remembers_nothing_on_disk(opened) -> None:
    page = opened()
    page.locator("#language-en").check()
    page.locator("#paper-dark").check()
    page.locator("#verdict-qualitative").uncheck()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.context.cookies() == []
    page.reload()
    assert page.locator("#language-nl").is_checked()
    assert page.locator("#verdict-qualitative").is_checked()


def _numbers(texts: list[str], language: str) -> list[tuple[float, float]]:
    """Numbers as printed, each with half a unit of its last digit."""
    made = []
    for text in texts:
        plain = text.replace("\N{MINUS SIGN}", "-")
        plain = plain.replace(".", "").replace(",", ".") if language == "nl" else plain
        plain = plain.replace(",", "")
        digits = len(plain.partition(".")[2])
        made.append((float(plain), 0.5 * 10.0**-digits))
    return made


def test_tables_behind_the_figures_equal_the_stored_numbers(shown, language) -> None:
    head = label("word.value", language)
    n_compared = 0
    for name, values in read_stored()["figures"].items():
        table = shown.locator(f"#{language}-figure-{name} table")
        heads = table.locator("th[scope=col]").all_text_contents()
        column = table.locator(f"tbody td:nth-child({heads.index(head) + 1})").all_text_contents()
        printed = _numbers(column, language)
        assert len(printed) == len(values)
        for (number, half), value in zip(printed, values, strict=True):
            assert abs(number - value) <= half * (1 + 1e-9), (name, number, value)
            n_compared += 1
    assert n_compared == sum(map(len, read_stored()["figures"].values())) > 100


def test_statements_have_the_stored_values_and_verdicts(shown, language) -> None:
    n_values = 0
    for name, claim in read_stored()["claims"].items():
        article = shown.locator(f"[id='{language}-{name}']")
        assert article.locator(".badge").text_content() == label(
            f"verdict.{claim['verdict']}", language
        )
        values = article.locator("data").evaluate_all("all => all.map(one => one.value)")
        expected = [] if claim["value"] is None else [claim["value"]]
        assert [float(value) for value in values] == pytest.approx(expected, rel=1e-9)
        n_values += len(values)
    assert n_values >= 40


@pytest.mark.parametrize(
    ("size", "tongue"), [(PHONE, "nl"), (PHONE, "en"), (DESK, "nl")], ids=["nl", "en", "desk"]
)
def test_nothing_makes_the_page_scroll_sideways(opened, size, tongue) -> None:
    page = opened(viewport=size)
    page.locator(f"#language-{tongue}").check()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    kind = "narrow" if size is PHONE else "wide"
    seen = page.locator(f"svg.{kind}").evaluate_all(SEEN)
    assert seen == page.locator("svg[role=img]").evaluate_all(SEEN) == len(read_stored()["figures"])


def test_language_switches_by_keyboard_and_changes_every_visible_word(opened, content) -> None:
    page = opened()
    page.locator("#language-nl").focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == label("report.title", "en")
    assert page.locator("h1:visible").all_text_contents() == [label("report.title", "en")]
    assert page.locator("[data-lang=nl]").evaluate_all(SEEN) == 0
    text = page.locator("body").inner_text()
    for row in content.rows:
        assert read_text(row.claim, "statement", "en") in text
        assert read_text(row.claim, "statement", "nl") not in text
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.documentElement.lang") == "nl"
    assert page.locator("[data-lang=en]").evaluate_all(SEEN) == 0


def test_filters_work_by_keyboard_and_tell_how_many_are_left(opened, content) -> None:
    page = opened()
    n_all = len(content.rows)
    n_judged = {v: sum(row.verdict is v for row in content.rows) for v in Verdict}
    page.locator("#verdict-qualitative").focus()
    page.keyboard.press("Space")
    left = n_all - n_judged[Verdict.QUALITATIVE]
    assert (_articles(page), page.locator("#shown").text_content()) == (left, str(left))
    assert page.locator("#nl-all tbody tr").evaluate_all(SEEN) == left
    page.locator(".filters summary").focus()
    page.keyboard.press("Enter")
    page.locator("#source-every").focus()
    page.keyboard.press("ArrowDown")
    first = next(iter(count_sources(content.rows)))
    assert page.locator(f"#source-{first}").is_checked()
    kept = [
        row
        for row in content.rows
        if first in sources(row) and row.verdict is not Verdict.QUALITATIVE
    ]
    assert _articles(page) == len(kept)
    themes = {row.claim.theme for row in kept}
    assert page.locator("[data-lang=nl] section.theme").evaluate_all(SEEN) == len(themes)
    page.locator("button[type=reset]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.getElementById('shown').textContent === '{n_all}'")
    assert _articles(page) == n_all


def test_keyboard_reaches_every_control_in_the_order_of_the_page(opened) -> None:
    page = opened()
    order = []
    for _ in range(14):
        page.keyboard.press("Tab")
        order.append(
            page.evaluate(
                """() => {
                  const one = document.activeElement;
                  const seen = getComputedStyle(one).outlineStyle !== "none";
                  return [one.id || one.textContent.trim().split(/\\s/)[0], one.tagName, seen];
                }"""
            )
        )
    names = [name for name, _, _ in order]
    assert names[1:8] == [
        "language-nl",
        "paper-system",
        *(f"verdict-{verdict}" for verdict in Verdict),
    ]
    assert [tag for _, tag, _ in order] == [
        "A",
        *["INPUT"] * 7,
        "SUMMARY",
        "BUTTON",
        "SUMMARY",
        *["A"] * 3,
    ]
    assert all(seen for _, _, seen in order)


def test_link_into_the_other_language_or_past_a_filter_arrives(opened) -> None:
    page = opened("#en-persons-854-thousand")
    assert page.locator("#language-en").is_checked()
    target = page.locator("#en-persons-854-thousand")
    assert target.is_visible()
    page.locator("#verdict-reproduced_with_caveat").uncheck()
    page.evaluate("location.hash = '#en-all'")
    assert not target.is_visible()
    page.evaluate("location.hash = '#en-persons-854-thousand'")
    target.wait_for(state="visible")


def test_without_script_everything_is_there_and_the_buttons_work(opened, content) -> None:
    page = opened(java_script_enabled=False)
    n_figures = len(read_stored()["figures"])
    assert page.locator("svg[role=img]:visible").count() == n_figures
    assert page.locator(".scripted:visible").count() == 0
    page.locator("label[for=language-en]").click()
    assert page.locator("h1:visible").all_text_contents() == [label("report.title", "en")]
    assert page.locator("article:visible").count() == len(content.rows)
    page.locator("label[for=verdict-reproduced]").click()
    left = sum(row.verdict is not Verdict.REPRODUCED for row in content.rows)
    assert page.locator("article:visible").count() == left
    page.locator("#en-figure-eu-countries summary").click()
    assert page.locator("#en-figure-eu-countries tbody tr:visible").count() == 27


def test_download_gives_the_numbers_of_the_figure(opened, content, tmp_path: Path) -> None:
    page = opened(accept_downloads=True)
    figure = next(f for f in content.figures if f.id == "eu-countries" and f.language == "nl")
    box = page.locator("#nl-figure-eu-countries")
    box.locator("summary").click()
    with page.expect_download() as waiting:
        box.locator("a[download='eu-countries_nl.csv']").click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    assert path.name == "eu-countries_nl.csv"
    assert path.read_text("utf-8") == csv_text(figure.data[data_columns(figure)])
    assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == []


def test_every_figure_has_a_name_and_its_numbers_for_who_cannot_see_it(
    shown, content, language
) -> None:
    figures = [figure for figure in content.figures if figure.language == language]
    for figure in figures:
        image = shown.get_by_role("img", name=figure.title, exact=True)
        assert image.count() == 1
        told = shown.locator(f"#{image.get_attribute('aria-describedby')}")
        assert told.text_content() == figure.alternative
    assert len(figures) == len(read_stored()["figures"])


def test_paper_follows_the_system_and_the_button(opened) -> None:
    light, dark = opened(color_scheme="light"), opened(color_scheme="dark")
    white, black = _background(light), _background(dark)
    assert (white, black) == ("rgb(255, 255, 255)", "rgb(13, 17, 23)")
    light.locator("#paper-dark").check()
    dark.locator("#paper-light").check()
    assert (_background(light), _background(dark)) == (black, white)


def test_paper_of_a_printer_is_white_and_has_the_tables_and_no_buttons(opened) -> None:
    page = opened(color_scheme="dark")
    assert page.locator("figure table").evaluate_all(SEEN) == 0
    page.emulate_media(media="print")
    assert _background(page) == "rgb(255, 255, 255)"
    assert page.locator("input, nav, .downloads, .filters button").evaluate_all(SEEN) == 0
    assert page.locator("figure table").evaluate_all(SEEN) == len(read_stored()["figures"])
    assert page.locator(".tally").evaluate_all(SEEN) == 1


@pytest.mark.parametrize(("tongue", "scheme"), [("nl", "light"), ("en", "dark")])
def test_axe_finds_nothing_serious(opened, axe, scheme, tongue) -> None:
    page = opened(color_scheme=scheme)
    page.locator(f"#language-{tongue}").check()
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    # what is not shown is not judged; without it axe takes half the time
    page.evaluate(
        f"document.querySelectorAll('[data-lang]:not([lang={tongue}])').forEach(o => o.remove())"
    )
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    bad = [
        (one["id"], one["impact"], one["nodes"][0]["html"][:200])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert bad == []
    assert {"color-contrast", "label", "svg-img-alt"} <= {one["id"] for one in found["passes"]}
