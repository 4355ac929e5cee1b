"""What is kept: whole or not at all, refreshed when the table changes, used without a network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from eenzaam_stats.errors import EenzaamStatsWarning, IncompleteTableError, UnavailableError
from eenzaam_stats.files.scratch import PREFIX
from eenzaam_stats.statline import cache, transport
from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.cache import Writer, check_cache, find, hash_key, sweep
from eenzaam_stats.statline.statline import find_tables, read_description, read_table
from statline.odata_server import Site, serving
from statline.odata_tables import loneliness, neighbourhoods
from statline.patient import at, patient


@pytest.fixture
def site():
    with serving(loneliness(2022), page_size=10) as made:
        yield made


@pytest.fixture
def access(site: Site, tmp_path: Path) -> Access:
    return Access(at(site.address), patient(read=5.0), tmp_path / "cache")


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def touched(*_: object) -> None:
        raise AssertionError("the network was touched")

    monkeypatch.setattr(transport, "_pool", touched)


def test_unchanged_table_is_asked_for_its_date_alone(site: Site, access: Access) -> None:
    first = read_table("85766NED", access=access)
    asked = len(site.asked)
    again = read_table("85766NED", access=access)
    assert [one.path.rpartition("/")[2] for one in site.asked[asked:]] == ["TableInfos"]
    assert (first.source.from_cache, again.source.from_cache) == (False, True)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert again.source == replace(first.source, from_cache=True)


def test_changed_table_is_read_anew_and_the_old_reading_is_gone(site: Site, access: Access) -> None:
    first = read_table("85766NED", access=access)
    site.edition = 1
    second = read_table("85766NED", access=access)
    assert second.source.modified != first.source.modified
    assert not second.source.from_cache
    assert not first.frame.equals(second.frame)
    # who looked it up before may still read it; after a day it is gone
    assert sweep(access.folder, older_than=-1.0) == 2
    assert len(list(access.folder.glob("*.jsonl.gz"))) == 2  # description and rows
    assert check_cache(access.folder).passed is True


def test_offline_gives_the_same_without_touching_the_network(
    site: Site, access: Access, request: pytest.FixtureRequest
) -> None:
    first = read_table("85766NED", access=access)
    asked = len(site.asked)
    request.getfixturevalue("no_connection")
    offline = replace(access, offline=True)
    again = read_table("85766NED", access=offline)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert again.source.read_at == first.source.read_at
    assert read_description("85766NED", access=offline) == first.description
    assert len(site.asked) == asked


@pytest.mark.usefixtures("no_connection")
def test_offline_without_a_reading_tells_what_to_do(access: Access) -> None:
    offline = replace(access, offline=True)
    with pytest.raises(UnavailableError, match=r"'85766NED' is to be read offline.*--offline"):
        read_table("85766NED", access=offline)
    with pytest.raises(UnavailableError, match="catalogue CBS"):
        find_tables(access=offline)
    assert not access.folder.exists()


def test_other_choice_of_rows_is_another_reading(access: Access) -> None:
    read_table("85766NED", {"Kenmerken": "T009002"}, access=access)
    offline = replace(access, offline=True)
    assert len(read_table("85766NED", {"Kenmerken": "T009002 "}, access=offline).frame) == 3
    for other in (
        {"where": {"Kenmerken": "3000"}},
        {"missing": "plain"},
        {"topics": ["Eenzaamheid"]},
    ):
        with pytest.raises(UnavailableError, match="not kept"):
            read_table("85766NED", access=offline, **other)


def test_rows_and_description_of_two_editions_are_not_mixed(site: Site, access: Access) -> None:
    read_table("85766NED", access=access)
    site.edition = 1
    read_description("85766NED", access=access)
    with pytest.raises(IncompleteTableError, match=r"rows are kept of 2099-01-02.*description of"):
        read_table("85766NED", access=replace(access, offline=True))


@pytest.mark.parametrize("name", ["licence", "read_at", "rows", "modified", "seal", "new"])
def test_an_edited_description_is_noticed(name: str, site: Site, access: Access) -> None:
    first = read_table("85766NED", access=access)
    for sidecar in list(access.folder.glob("*.json")):
        about = json.loads(sidecar.read_text("utf-8"))
        about[name] = "2001-01-01"
        sidecar.write_text(json.dumps(about), "utf-8")
    assert "2 damaged" in check_cache(access.folder).message
    with pytest.raises(UnavailableError, match="not kept"):
        read_table("85766NED", access=replace(access, offline=True))
    again = read_table("85766NED", access=access)
    assert replace(again.source, sha256=first.source.sha256) == first.source
    assert site.data_requests()


@pytest.mark.parametrize("harm", ["cut", "changed", "gone", "no_sidecar", "half_sidecar"])
def test_damaged_reading_is_found_and_read_again(harm: str, site: Site, access: Access) -> None:
    first = read_table("85766NED", access=access)
    for sidecar in list(access.folder.glob("*.json")):
        content = access.folder / json.loads(sidecar.read_text("utf-8"))["file"]
        whole = content.read_bytes()
        if harm == "cut":
            content.write_bytes(whole[:-9])
        elif harm == "changed":
            content.write_bytes(whole[:60] + bytes([whole[60] ^ 1]) + whole[61:])
        elif harm == "gone":
            content.unlink()
        elif harm == "no_sidecar":
            sidecar.unlink()
        else:
            sidecar.write_text(sidecar.read_text("utf-8")[:-30], "utf-8")
    if harm != "no_sidecar":
        assert check_cache(access.folder).passed is False
        assert "2 damaged" in check_cache(access.folder).message
    with pytest.raises(UnavailableError, match="not kept"):
        read_table("85766NED", access=replace(access, offline=True))
    again = read_table("85766NED", access=access)
    assert not again.source.from_cache
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert check_cache(access.folder).passed is True
    assert site.data_requests()


def test_reading_has_its_description_beside_it(access: Access) -> None:
    source = read_table("85766NED", access=access).source
    about = [json.loads(path.read_text("utf-8")) for path in access.folder.glob("*.json")]
    rows = next(one for one in about if one["entity"] == "UntypedDataSet")
    assert rows["table"] == "85766NED"
    assert (rows["modified"], rows["rows"], rows["pages"]) == ("2099-01-02T02:00:00", 99, 10)
    assert rows["sha256"] == source.sha256
    assert {"read_at", "licence", "owner", "client", "address", "options"} <= set(rows)


def test_failed_reading_leaves_nothing(site: Site, access: Access) -> None:
    site.faults = lambda _, asked: "500" if asked.options.get("$skip") == "50" else None
    with pytest.raises(UnavailableError):
        read_table("85766NED", access=access)
    names = [path.name for path in access.folder.iterdir()]
    assert len(names) == 2  # the description, which was read whole
    assert not [name for name in names if name.startswith(PREFIX)]


def test_cache_that_cannot_be_written_is_told_and_done_without(site: Site, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    access = Access(at(site.address), patient(read=5.0), blocked / "cache")
    with pytest.warns(EenzaamStatsWarning, match="could not be kept in the cache"):
        found = read_table("85766NED", access=access)
    assert found.source.rows == 99
    assert found.source.sha256 == ""


def test_end_between_rows_and_description_leaves_the_earlier_reading(
    site: Site, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_table("85766NED", access=access)
    site.edition = 1
    read_description("85766NED", access=access)
    site.edition = 0

    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        site.edition = 1
        patch.setattr(cache, "_put", ended)
        with pytest.raises(KeyboardInterrupt):
            read_table("85766NED", access=access)
    assert check_cache(access.folder).passed is True
    site.edition = 0
    again = read_table("85766NED", access=access)
    pd.testing.assert_frame_equal(again.frame, first.frame)
    assert again.source.from_cache


def test_stray_files_of_interrupted_programs_are_swept_after_a_day(tmp_path: Path) -> None:
    writer = Writer(tmp_path, "a")
    writer.add(b"{}")
    writer.commit({"modified": "m", "read_at": "r", "rows": 1})
    for name in ("b-1.jsonl.gz", "b-2.jsonl.gz"):
        (tmp_path / name).write_bytes(b"x")
    ended, running = (tmp_path / f"{PREFIX}{machine}-1-{0:08x}" for machine in ("old", "new"))
    for folder in (ended, running):
        folder.mkdir()
    for path in (tmp_path / "b-1.jsonl.gz", ended):
        os.utime(path, (1, 1))
    foreign = tmp_path / "own.txt"
    foreign.write_text("of the user")
    os.utime(foreign, (1, 1))
    assert sweep(tmp_path) == 2
    assert running.exists()
    assert (tmp_path / "b-2.jsonl.gz").exists()
    assert foreign.exists()
    assert find(tmp_path, "a") is not None


def test_line_breaks_of_an_answer_stay_outside_its_texts(tmp_path: Path) -> None:
    document = {"value": [{"Title": "een\ntwee\r\n drie"}]}
    writer = Writer(tmp_path, hash_key("x"))
    writer.add(json.dumps(document, indent=2).replace("\n", "\r\n").encode())
    writer.add(b'{"value": []}')
    kept = writer.commit({"modified": "m", "read_at": "r", "rows": 1})
    assert [json.loads(line) for line in kept.bodies()] == [document, {"value": []}]


READER = """
import random, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from statline.patient import at, patient
from eenzaam_stats.statline.statline import Access, read_table
access = Access(at(sys.argv[1]), patient(read=10.0), Path(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[4])):
    table = read_table("85766NED", access=access)
    total = float(table.frame["Eenzaamheid"].sum())
    print(table.source.modified, table.source.rows, total, flush=True)
"""


def _reader(site: Site, folder: Path, repository: Path, times: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", READER, site.address, folder, repository / "tests", str(times)]
    process = subprocess.Popen(
        [str(word) for word in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_killed_process_leaves_a_valid_cache(site: Site, access: Access, repository: Path) -> None:
    """Killed at six moments of its reading, by the number of requests that were answered."""
    whole = read_table("85766NED", access=replace(access, folder=access.folder / "other"))
    most = len(site.asked)
    folder = access.folder / "killed"
    killed = 0
    for number in range(1, 7):
        process = _reader(site, folder, repository, 1)
        site.asked.clear()
        site.edition = 0
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        until = time.monotonic() + 20
        while len(site.asked) < number * most // 7 and process.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.0005)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
        if folder.exists():
            assert check_cache(folder).passed is True
            for kept in folder.glob("*.json"):
                kept.unlink()  # the next process reads from the start
    assert killed >= 5
    again = read_table("85766NED", access=replace(access, folder=folder))
    pd.testing.assert_frame_equal(again.frame, whole.frame)


def test_processes_at_once_do_not_corrupt_the_cache(
    site: Site, access: Access, repository: Path
) -> None:
    """Three processes read while the table changes; each reading is one edition."""
    sums = {}
    for edition in range(4):
        site.edition = edition
        own = replace(access, folder=access.folder / f"alone{edition}")
        found = read_table("85766NED", access=own)
        sums[found.source.modified] = float(found.frame["Eenzaamheid"].sum())
    site.edition = 0
    site.faults = lambda number, _: "modified" if number % 151 == 150 and site.edition < 3 else None
    folder = access.folder / "shared"
    processes = [_reader(site, folder, repository, 12) for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    compared = 0
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        for line in out.splitlines():
            modified, rows, total = line.split()
            assert (int(rows), float(total)) == (99, sums[modified])
            compared += 1
    assert compared == 36
    assert check_cache(folder).passed is True
    assert not list(folder.glob(f"{PREFIX}*"))


def test_place_of_the_cache_can_be_named(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    assert cache.cache_folder() == tmp_path
    assert Access().folder == tmp_path / "statline"
    monkeypatch.delenv(cache.VARIABLE)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    if sys.platform == "linux":
        assert cache.cache_folder() == tmp_path / "xdg" / "eenzaam_stats"
    assert check_cache(tmp_path / "absent").passed is None


def test_tables_of_two_services_are_kept_apart(tmp_path: Path) -> None:
    with serving(neighbourhoods()) as one, serving(neighbourhoods(salt=1)) as other:
        found = [
            read_table("50120NED", access=Access(at(s.address), patient(read=5.0), tmp_path))
            for s in (one, other)
        ]
    assert not found[0].frame.equals(found[1].frame)
    assert len(list(tmp_path.glob("*.json"))) == 4
