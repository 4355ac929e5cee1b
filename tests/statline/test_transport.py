"""One answer, whole or not at all: each fault of a connection, with its class and its sentence."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
import urllib3

from eenzaam_stats.errors import (
    IncompleteTableError,
    OptionError,
    SourceError,
    UnavailableError,
    UnknownTableError,
)
from eenzaam_stats.statline import service, transport
from eenzaam_stats.statline.transport import UnfitAnswer
from statline.odata_server import CONNECTION_FAULTS, Site, serving
from statline.odata_tables import loneliness
from statline.patient import Waits, patient


@pytest.fixture
def site():
    with serving(loneliness(2022)) as made:
        yield made


def _infos(site: Site, name: str = "85766NED") -> str:
    return f"{site.address}/ODataFeed/odata/{name}/TableInfos?$format=json"


def _first(document, _body: bytes) -> str:
    return document["value"][0]["Identifier"]


@pytest.mark.parametrize("fault", [*CONNECTION_FAULTS, "500", "503"])
def test_fault_that_passes_is_survived_in_one_more_attempt(fault: str, site: Site) -> None:
    waits = Waits()
    site.faults = lambda number, _: fault if number < 2 else None
    assert patient(waits).answer(_infos(site), _first) == "85766NED"
    assert len(site.asked) == 3
    first, second = waits.seconds
    assert 1.0 <= first <= 1.5
    assert 2.0 <= second <= 3.0


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("reset", "ProtocolError"),
        ("closed", "ProtocolError|RemoteDisconnected"),
        ("stall", "ReadTimeoutError"),
        ("short", "IncompleteRead"),
        ("truncated", r"is not whole JSON and begins '\{\"odata"),
        ("half_gzip", "is not whole JSON|DecodeError"),
        ("html", r"text/html; charset=utf-8\) that is not whole JSON and begins '<!DOCTYPE"),
        ("nan", "is not whole JSON"),
        ("500", "status 500"),
        ("503", "status 503"),
    ],
)
def test_fault_that_stays_ends_in_a_sentence_that_names_it(fault, words, site: Site) -> None:
    site.faults = lambda *_: fault
    with pytest.raises(UnavailableError, match=words) as caught:
        patient().answer(_infos(site), _first)
    assert "'85766NED/TableInfos', gave no usable answer in 4 attempt(s)" in str(caught.value)
    assert "--offline" in str(caught.value)
    assert len(site.asked) == 4
    assert isinstance(caught.value, SourceError)
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize(("fault", "asked"), [("503_later", 2.0), ("429", 1.0)])
def test_wait_that_the_server_asks_for_is_granted(fault, asked, site: Site) -> None:
    waits = Waits()
    site.faults = lambda number, _: fault if number == 0 else None
    assert patient(waits).answer(_infos(site), _first) == "85766NED"
    assert asked <= waits.seconds[0] <= asked + 0.5


def test_wait_that_is_too_long_ends_at_once_and_is_told(site: Site) -> None:
    waits = Waits()
    site.faults = lambda *_: "503_later"
    with pytest.raises(UnavailableError, match=r"in 1 attempt.* asks to wait 2 s"):
        patient(waits, longest_wait=1.5).answer(_infos(site), _first)
    assert waits.seconds == []


def test_waits_of_two_clients_differ() -> None:
    found = []
    for seed in (1, 2):
        with serving(loneliness(2022)) as site:
            site.faults = lambda *_: "500"
            waits = Waits()
            with pytest.raises(UnavailableError):
                patient(waits, seed=seed).answer(_infos(site), _first)
            found.append(waits.seconds)
    assert len(found[0]) == len(found[1]) == 3
    assert all(one != other for one, other in zip(*found, strict=True))


def test_deadline_ends_the_attempts(site: Site) -> None:
    site.faults = lambda *_: "500"
    with pytest.raises(UnavailableError, match=r"in 2 attempt\(s\)"):
        patient(deadline=3.0).answer(_infos(site), _first)


def test_server_that_sends_a_byte_now_and_then_meets_the_deadline() -> None:
    """No piece comes later than the read limit allows, so only the deadline can end this."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stop.wait(0.02):
                    try:
                        connection.sendall(b" ")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        with pytest.raises(UnavailableError, match=r"not whole after 0\.3 s"):
            patient(deadline=0.3, read=0.2).answer(address, _first)
        stop.set()
        thread.join(2)


def test_answer_above_the_limit_is_refused(site: Site) -> None:
    with pytest.raises(UnavailableError, match="more than 10 bytes"):
        patient(most_bytes=10).answer(_infos(site), _first)


def test_unknown_table_is_not_asked_for_twice(site: Site) -> None:
    with pytest.raises(UnknownTableError, match=r"nothing at .*85766ned.*capitals count"):
        patient().answer(_infos(site, "85766ned"), _first)
    assert len(site.asked) == 1


def test_request_that_is_wrong_is_not_repeated(site: Site) -> None:
    address = f"{site.address}/ODataFeed/odata/85766NED/TypedDataSet?$format=json&$filter=year(x)"
    with pytest.raises(UnavailableError, match=r"status 400.*Syntax error"):
        patient().answer(address, _first)
    assert len(site.asked) == 1


def test_answer_that_fails_its_check_counts_as_an_attempt(site: Site) -> None:
    def check(*_: object) -> None:
        raise UnfitAnswer("row 3 was on an earlier page")

    with pytest.raises(IncompleteTableError, match=r"4 time\(s\), last: row 3 was on an earlier"):
        patient().answer(_infos(site), check)
    assert len(site.asked) == 4


def test_every_request_tells_who_asks(site: Site) -> None:
    patient().answer(_infos(site), _first)
    assert site.asked[0].headers["User-Agent"].startswith("eenzaam-stats/")
    assert "gzip" in site.asked[0].headers["Accept-Encoding"]


def test_threads_ask_one_host_one_at_a_time(site: Site) -> None:
    asking = patient(read=5.0)
    threads = [
        threading.Thread(target=asking.answer, args=(_infos(site), _first)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(site.asked) == 8
    assert site.most_at_once == 1


@pytest.mark.parametrize(
    "address", ["http://opendata.cbs.nl", "ftp://opendata.cbs.nl", "opendata.cbs.nl", "http://"]
)
def test_address_without_tls_is_refused(address: str) -> None:
    with pytest.raises(OptionError, match="needs an address with https"):
        service.require_safe(address)
    with pytest.raises(OptionError, match="needs an address with https"):
        patient().answer(f"{address}/x", _first)


def test_certificates_are_checked_by_every_pool() -> None:
    for proxy in ("", "http://127.0.0.1:1"):
        assert transport._pools(proxy).connection_pool_kw["cert_reqs"] == "CERT_REQUIRED"


def test_rejected_certificate_is_told_and_not_tried_again(monkeypatch) -> None:
    asked = []

    class Pool:
        def request(self, *_: object, **__: object) -> None:
            asked.append(1)
            problem = ssl.SSLCertVerificationError("[SSL: CERTIFICATE_VERIFY_FAILED] expired")
            raise urllib3.exceptions.SSLError(problem)

    monkeypatch.setattr(transport, "_pool", lambda _: Pool())
    with pytest.raises(UnavailableError, match=r"certificate of opendata\.cbs\.nl was rejected"):
        patient().answer("https://opendata.cbs.nl/x", _first)
    assert asked == [1]


def test_certificate_that_nobody_signed_is_rejected(tmp_path: Path) -> None:
    """A real handshake with a certificate made here by OpenSSL."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=a"]
    try:
        made = subprocess.run(
            ["openssl", *words, "-keyout", key, "-out", certificate],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("the program openssl is not on this machine")
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    tried = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def shake() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                tried.append(1)
                connection.settimeout(2)
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()

        threading.Thread(target=shake, daemon=True).start()
        address = f"https://127.0.0.1:{listening.getsockname()[1]}/x"
        with pytest.raises(UnavailableError, match=r"was rejected: .*CERTIFICATE_VERIFY_FAILED"):
            patient(read=2.0).answer(address, _first)
        assert tried == [1]
