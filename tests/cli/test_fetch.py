"""``fetch`` and ``letter --refresh`` against a server here; without a network nothing moves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.letter import report
from eenzaam_stats.published.reference import reference
from eenzaam_stats.published.refreshed import refresh_tables
from eenzaam_stats.statline import fetched, service, transport
from statline.odata_server import serving
from statline.odata_tables import forecast, loneliness, neighbourhoods, population
from statline.patient import at

LETTER_WAVES = (2019, 2021, 2022, 2023, 2024)


@pytest.fixture(scope="module")
def site():
    tables = (
        loneliness(*LETTER_WAVES, gaps=False),
        neighbourhoods(),
        population(*range(2008, 2026)),
        forecast(2030, 2050),
    )
    with serving(*tables, page_size=10_000) as made:
        yield made


@pytest.fixture
def live(site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The commands ask our server, keep their own cache and work in an empty folder."""
    site.asked.clear()
    services = {
        "CBS": at(site.address),
        "RIVM": at(site.address, catalogue="RIVM"),
        "CBS4": at(site.address, version=4),
    }
    monkeypatch.setattr(service, "SERVICES", services)
    monkeypatch.setenv("EENZAAM_STATS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return site


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report without its figures, which take most of its time."""
    monkeypatch.setattr(report, "all_figures", lambda **_: ())


@pytest.mark.usefixtures("live")
def test_loneliness_is_built_anew_and_what_changed_is_printed(command) -> None:
    ran = command("fetch", "loneliness", "--out", "fetched")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("ssw: changed ")
    assert "\ngezondheidsmonitor: changed " in ran.out
    assert "Bron: SYNTHETIC 85766NED, geraadpleegd " in ran.out
    assert "no word here for 1: Kenmerken 2018710" in ran.out
    assert " -> " in ran.out
    files = sorted(path.name for path in Path("fetched").iterdir())
    names = [f"{name}{end}" for name in ("gezondheidsmonitor", "ssw")
             for end in (".csv", "_changes.csv", "_sources.json")]  # fmt: skip
    assert files == sorted(names)
    written = pd.read_csv("fetched/ssw.csv", keep_default_na=False)
    assert list(written.columns) == [*reference("ssw").columns, "live"]
    counts = json.loads(command("fetch", "loneliness", "--offline", "--json").out)["data"]
    changed = pd.read_csv("fetched/ssw_changes.csv")["change"].value_counts().to_dict()
    told = counts["tables"][0]["counts"]
    assert {kind: n for kind, n in told.items() if n} == changed
    again = command("fetch", "loneliness", "--out", "fetched")
    assert (again.code, "exists already" in again.err) == (3, True)
    assert command("fetch", "loneliness", "--out", "fetched", "--force").code == 0


@pytest.mark.parametrize("what", ["population", "forecast"])
def test_people_are_built_anew(what: str, live, command) -> None:
    ran = command("fetch", what, "--json")
    document = json.loads(ran.out)
    assert ran.code == 0, ran.err
    (table,) = document["data"]["tables"]
    assert table["name"] == "population"
    counts = table["counts"]
    assert (counts["changed"], counts["added"]) == ((720, 0) if what == "population" else (0, 80))
    assert live.most_at_once == 1


@pytest.mark.usefixtures("live")
def test_any_table_goes_to_a_file_or_is_shown(command) -> None:
    shown = command("fetch", "85766NED")
    assert "165 rows" not in shown.err
    assert f"{33 * len(LETTER_WAVES)} rows" in shown.out
    assert command("fetch", "85766NED", "--out", "a.csv").code == 0
    with Path("a.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 33 * len(LETTER_WAVES)
    assert {"Eenzaamheid", "Eenzaamheid_conf_low", "date"} <= set(rows[0])
    parquet = command("fetch", "50120NED", "--catalogue", "RIVM", "--out", "b.parquet", "--json")
    source = json.loads(parquet.out)["data"]["source"]
    assert (source["table"], source["catalogue"]) == ("50120NED", "RIVM")
    assert len(pd.read_parquet("b.parquet")) == source["rows"] == 144
    fourth = command("fetch", "85766NED", "--catalogue", "CBS4", "--json")
    assert json.loads(fourth.out)["data"]["source"]["rows"] == 99 * len(LETTER_WAVES) * 3


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("1ABC",), 3, "nothing at '/ODataFeed/odata/1ABC/TableInfos'"),
        (("85766NED", "--catalogue", "EU"), 2, "--catalogue is 'EU'"),
        (("85766NED", "--record-count", "no"), 2, "--record-count is 'no'"),
        (("85766NED", "--out", "x.xlsx"), 2, "'.xlsx', which is not an option"),
        (("loneliness", "--offline"), 3, "is to be read offline"),
        (("loneliness", "--out", "no/folder"), 3, "Make it, or name another"),
    ],
)
@pytest.mark.usefixtures("live")
def test_wrong_request_is_a_sentence_with_its_code(words, code: int, told: str, command) -> None:
    ran = command("fetch", *words)
    assert (ran.code, told in ran.err) == (code, True), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.usefixtures("live", "undrawn")
def test_letter_uses_live_tables_and_says_so_in_the_evidence(command) -> None:
    ran = command("letter", "--refresh", "--lang", "en", "--json", "--out", "live")
    assert ran.code == 0, ran.err
    claims = {one["id"]: one for one in json.loads(ran.out)["data"]["claims"]}
    served = loneliness(*LETTER_WAVES, gaps=False)
    codes = {"Marges": "MW00000", "Kenmerken": "T009002", "MateVanEenzaamheid": "A052503"}
    text = served.value({**codes, "Perioden": "2023JJ00"}, "Eenzaamheid_1")
    claim = claims["ssw-2023-strongly-lonely"]
    assert claim["value"] == float(text)
    assert claim["live"].startswith("StatLine 85766NED of 2099-01-02T02:00:00, read ")
    assert claim["evidence"] == "primary"
    assert claim["input_values"][0]["live"] == claim["live"]
    people = claims["persons-854-thousand"]
    residents = next(one["value"] for one in people["input_values"] if one["table"] == "population")
    assert people["value"] == pytest.approx(14.2 / 100 * residents / 3)
    assert people["live"].startswith("StatLine 7461bev of ")
    untouched = claims["gm-2022-strongly-lonely"]
    assert (untouched["live"], untouched["value"]) == ("", 14.2)
    assert "live" not in untouched["input_values"][0]
    page = Path("live/letter.html").read_text("utf-8")
    assert "read live: StatLine 85766NED" in page
    assert "nu gelezen: StatLine 7461bev" in page
    plain = command("letter", "--refresh", "--offline", "--out", "live")
    assert plain.code == 0, plain.err
    assert "[nu gelezen: StatLine 85766NED" in plain.out


@pytest.mark.usefixtures("undrawn")
def test_letter_without_refresh_is_the_same_before_and_after_and_asks_nobody(
    live, command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files(folder: str) -> dict[str, bytes]:
        assert command("letter", "--out", folder).code == 0
        return {path.name: path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()}

    before = files("before")
    assert command("letter", "--refresh", "--out", "live").code == 0
    asked = len(live.asked)
    assert asked > 0

    def touched(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(transport, "_pool", touched)
    after = files("after")
    assert before == after
    assert before["claims.csv"] != Path("live/claims.csv").read_bytes()
    assert b"live" not in before["claims.csv"].splitlines()[0].split(b",")
    assert b'"live"' not in before["claims.json"]
    assert len(live.asked) == asked


@pytest.mark.usefixtures("live")
def test_figures_are_made_of_live_tables_too() -> None:
    tables = fetched.fetch(["loneliness", "population"], services=service.SERVICES)
    packaged = report.compose(language="en")
    with refresh_tables({one.name: one.frame for one in tables}):
        found = report.compose(language="en")
    assert [figure.id for figure in found.figures] == [figure.id for figure in packaged.figures]
    assert [row.claim.id for row in found.rows] == [row.claim.id for row in packaged.rows]
    moved = {
        new.claim.id
        for new, old in zip(found.rows, packaged.rows, strict=True)
        if new.recomputation.value != old.recomputation.value
    }
    told = {row.claim.id for row in found.rows if row.recomputation.live}
    assert moved
    assert moved <= told
    assert len(told) < len(found.rows)


def test_live_reading_that_fails_writes_no_report(
    live, command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport.Transport, "_wait", lambda *_: True)
    live.faults = lambda *_: "500"
    try:
        ran = command("letter", "--refresh", "--out", "failed")
    finally:
        live.faults = lambda *_: None
    assert ran.code == 3
    assert "gave no usable answer" in ran.err
    assert not Path("failed").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--check", "--refresh"), "Leave out --out, --survey and --refresh"),
        (("--offline",), "--offline goes with --refresh"),
    ],
)
def test_options_that_do_not_go_together(words, told: str, command) -> None:
    ran = command("letter", *words)
    assert (ran.code, told in ran.err) == (2, True)
