"""All rows of a feed, each once: every way in which a page can lie is found."""

from __future__ import annotations

import time

import pytest

from eenzaam_stats.errors import IncompleteTableError, UnavailableError
from eenzaam_stats.statline.paging import V3, V4, Feed, RestartNeeded, RowNumbers, pages, read_rows
from eenzaam_stats.statline.transport import UnfitAnswer
from statline.odata_server import PAGE_FAULTS, Site, serving
from statline.odata_tables import large, loneliness
from statline.patient import patient

ROWS = 99  # 3 margins x 11 characteristics x 3 degrees x 1 year
FINDINGS = {
    "duplicate_page": "was on an earlier page",
    "lost_rows": r"5 row\(s\) so far, but the next page is said to begin at 6",
    "twice_in_page": "row 3 is twice on one page",
    "self_link": r"6 row\(s\) so far, but the next page is said to begin at 3",
    "foreign_link": "on another host",
    "back_link": "said to begin at 0",
    "doubled_link": r"gives \$format twice",
    "empty_value": r"3 row\(s\) so far, but the next page is said to begin at 6",
    "no_value": "no list of rows",
}


@pytest.fixture
def site():
    with serving(loneliness(2022)) as made:
        yield made


def _feed(site: Site, name: str = "85766NED") -> Feed:
    return Feed(f"{site.address}/ODataFeed/odata/{name}/TypedDataSet?$format=json", V3)


def _numbers(feed: Feed) -> list[int]:
    return [row[feed.wording.row_number] for page in pages(patient(), feed) for row in page.rows]


def test_all_rows_arrive_in_order_and_the_end_is_asked_for(site: Site) -> None:
    feed = _feed(site)
    assert _numbers(feed) == list(range(ROWS))
    assert (feed.numbers.count, feed.numbers.highest) == (ROWS, ROWS - 1)
    assert len(site.data_requests()) == ROWS // 3 + 1
    assert site.data_requests()[-1].options == {"$format": "json", "$skip": "99", "$top": "1"}


def test_hundred_thousand_rows_over_many_pages() -> None:
    with serving(large(100_000), page_size=1_000) as site:
        feed = _feed(site, "99999NED")
        count = sum(len(page.rows) for page in pages(patient(read=20.0), feed))
    assert count == feed.numbers.count == 100_000
    assert feed.numbers.highest == 99_999
    assert len(site.data_requests()) == 101
    assert len(feed.numbers._bits) < 100_000  # one bit for a row, not an object


def test_next_page_is_asked_for_while_the_caller_works_on_the_last_one(site: Site) -> None:
    feed = _feed(site)
    read = pages(patient(), feed)
    first = next(read)
    end = time.monotonic() + 10.0
    while len(site.data_requests()) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    assert [row["ID"] for row in first.rows] == [0, 1, 2]
    assert [one.options.get("$skip") for one in site.data_requests()] == [None, "3"]
    time.sleep(0.05)  # one page ahead and no further
    assert len(site.data_requests()) == 2
    assert feed.numbers.count == 3
    rest = [row["ID"] for page in read for row in page.rows]
    assert rest == list(range(3, ROWS))


def test_version_four_is_paged_alike(site: Site) -> None:
    feed = Feed(f"{site.address}/odata/v1/CBS/85766NED/Observations?$format=json", V4)
    assert _numbers(feed) == list(range(3 * ROWS))


@pytest.mark.parametrize("fault", PAGE_FAULTS)
def test_page_that_lies_once_is_asked_for_again(fault: str, site: Site) -> None:
    told: list[str] = []

    def faults(_: int, asked) -> str | None:
        if asked.is_data and asked.options.get("$skip") == "3" and not told:
            told.append(fault)
            return fault
        return None

    site.faults = faults
    if fault == "lost_link":
        with pytest.raises(RestartNeeded, match=r"the last page ends at 6 row\(s\), and more"):
            _numbers(_feed(site))
    else:
        assert _numbers(_feed(site)) == list(range(ROWS))
    assert told == [fault]


@pytest.mark.parametrize("fault", sorted(FINDINGS))
def test_page_that_keeps_lying_is_told(fault: str, site: Site) -> None:
    def faults(_: int, asked) -> str | None:
        return fault if asked.options.get("$skip") == "3" else None

    site.faults = faults
    with pytest.raises(IncompleteTableError, match=FINDINGS[fault]):
        _numbers(_feed(site))
    assert set(FINDINGS) == set(PAGE_FAULTS) - {"lost_link"}


def test_rows_lost_from_the_last_page_are_missed(site: Site) -> None:
    def faults(_: int, asked) -> str | None:
        return "lost_rows" if asked.options.get("$skip") == "96" else None

    site.faults = faults
    with pytest.raises(RestartNeeded, match=r"ends at 98 row\(s\), and more follow"):
        _numbers(_feed(site))


def test_failure_in_the_middle_is_an_error_and_no_end(site: Site) -> None:
    site.faults = lambda number, _: "500" if number > 4 else None
    received = []
    with pytest.raises(UnavailableError, match="status 500"):
        received.extend(pages(patient(), _feed(site)))
    assert len(received) <= 5


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ([0, 1, 1], "row 1 is twice"),
        ([2, 7], r"row 7 was on an earlier page \(1 row"),
        ([None], "no whole number"),
        ([1.0], "no whole number"),
        ([True], "no whole number"),
        (["1"], "no whole number"),
        ([-1], "no whole number"),
        ([1 << 40], "no whole number"),
    ],
)
def test_numbers_that_are_not_new_are_refused(numbers, words: str) -> None:
    seen = RowNumbers()
    seen.add(seen.new([5, 6, 7]))
    with pytest.raises(UnfitAnswer, match=words):
        seen.new(numbers)
    assert (seen.count, seen.highest) == (3, 7)
    seen.add(seen.new([0, 300_000]))
    assert (seen.count, seen.highest) == (5, 300_000)


@pytest.mark.parametrize("document", [None, [], {}, {"value": {}}, {"value": [1]}])
def test_document_without_rows_is_refused(document: object) -> None:
    with pytest.raises(UnfitAnswer, match="no list of rows"):
        read_rows(document)
