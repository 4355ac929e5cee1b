"""A server that drips, never ends or steers the terminal: time, memory and words are bounded."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from eenzaam_stats.errors import EenzaamStatsError
from eenzaam_stats.messages import printable
from eenzaam_stats.statline import bounded
from eenzaam_stats.statline.document import read_document
from eenzaam_stats.statline.transport import Patience, Transport

DEADLINE = 1.5
GENEROUS = 8.0  # seconds; without a deadline each of these takes 40 and more
PATIENCE = Patience(deadline=DEADLINE, attempts=2, first_wait=0.01, most_bytes=1 << 20)
HEAD = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
OK, MISSING, REFUSED, BROKEN, MOVED = (
    HEAD % status
    for status in (b"200 OK", b"404 Not Found", b"403 No", b"500 Broken", b"302 Found")
)
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

Send = Callable[[bytes], None]


def drip(send: Send, what: bytes = b"a") -> None:
    for _ in range(400):
        send(what)
        time.sleep(0.1)


def endless(send: Send, what: bytes = b"a" * 65536) -> None:
    for _ in range(100_000):
        send(what)


def slow_headers(send: Send) -> None:
    send(OK + b"X-Slow: ")
    drip(send)


def slow_status(send: Send) -> None:
    drip(send, b"H")


def endless_headers(send: Send) -> None:
    send(OK)
    endless(send, b"X-A: b\r\n" * 1000)


def endless_header(send: Send) -> None:
    send(OK + b"X-A: ")
    endless(send)


def endless_continue(send: Send) -> None:
    for _ in range(400):
        send(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.05)


def slow_extension(send: Send) -> None:
    send(OK + CHUNKED + b"5;name=")
    drip(send)


def endless_extension(send: Send) -> None:
    send(OK + CHUNKED + b"5;name=")
    endless(send)


def slow_trailer(send: Send) -> None:
    send(OK + CHUNKED + b"2\r\n[]\r\n0\r\n")
    drip(send, b"X-Trailer: b\r\n")


def endless_trailer(send: Send) -> None:
    send(OK + CHUNKED + b"2\r\n[]\r\n0\r\n")
    endless(send, b"X-Trailer: b\r\n" * 1000)


def endless_trailer_line(send: Send) -> None:
    send(OK + CHUNKED + b"2\r\n[]\r\n0\r\nX-Trailer: ")
    endless(send)


def slow_body(send: Send) -> None:
    send(OK + b"Content-Length: 100000\r\n\r\n")
    drip(send)


def slow_body_until_closed(send: Send) -> None:
    send(OK + b"\r\n")
    drip(send)


def endless_body(send: Send) -> None:
    send(OK + b"\r\n")
    endless(send)


def endless_chunks(send: Send) -> None:
    send(OK + CHUNKED)
    endless(send, b"1\r\na\r\n" * 10_000)


def gzip_bomb(send: Send) -> None:
    body = gzip.compress(bytes(200_000_000), 1)
    send(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def slow_gzip_error(send: Send) -> None:
    body = gzip.compress(bytes(50_000_000), 1)
    send(REFUSED + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body))
    for at in range(0, 400):
        send(body[at : at + 1])
        time.sleep(0.1)


def gzip_bomb_error(send: Send) -> None:
    body = gzip.compress(bytes(200_000_000), 1)
    send(REFUSED + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def _error(status: bytes, go_on: Callable[[Send], None]) -> Callable[[Send], None]:
    def answer(send: Send) -> None:
        send(status + b"\r\n")
        go_on(send)

    return answer


def slow_redirect(send: Send) -> None:
    send(MOVED + b"Location: http://127.0.0.1:1/\r\n\r\n")
    drip(send)


ANSWERS: dict[str, Callable[[Send], None]] = {
    one.__name__: one
    for one in (
        *(slow_headers, slow_status, endless_headers, endless_header, endless_continue),
        *(slow_extension, endless_extension, slow_trailer, endless_trailer, endless_trailer_line),
        *(
            slow_body,
            slow_body_until_closed,
            endless_body,
            endless_chunks,
            gzip_bomb,
            slow_gzip_error,
            gzip_bomb_error,
        ),
        slow_redirect,
    )
} | {
    f"{kind} {how.__name__}": _error(status, how)
    for kind, status in (("404", MISSING), ("403", REFUSED), ("500", BROKEN))
    for how in (drip, endless)
}


@contextmanager
def serving(answer: Callable[[Send], None]) -> Iterator[str]:
    """Address of a server that gives one answer to everybody."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def one(connection: socket.socket) -> None:
        def send(data: bytes) -> None:
            if stopped.is_set():
                raise OSError("stopped")
            connection.sendall(data)

        with connection, suppress(OSError):
            connection.recv(65536)
            answer(send)

    def loop() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=one, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/odata/x"
    finally:
        stopped.set()
        listener.close()


@pytest.mark.parametrize("name", ANSWERS)
def test_no_answer_takes_longer_than_its_deadline(name):
    with serving(ANSWERS[name]) as address:
        start = time.monotonic()
        if "trailer" in name:  # what stands before a trailer may be whole
            with suppress(EenzaamStatsError):
                assert Transport(PATIENCE).answer(address, lambda document, _: document) == []
        else:
            with pytest.raises(EenzaamStatsError) as caught:
                Transport(PATIENCE).answer(address, lambda document, _: document)
            assert len(str(caught.value)) < 900
        assert time.monotonic() - start < GENEROUS


def test_an_endless_error_text_is_not_kept(monkeypatch):
    taken = []
    whole = bounded.read_first

    def first_of(response, size):
        begin = whole(response, size)
        taken.append(len(begin))
        return begin

    monkeypatch.setattr("eenzaam_stats.statline.transport.read_first", first_of)
    with serving(ANSWERS["403 endless"]) as address, pytest.raises(EenzaamStatsError):
        Transport(PATIENCE).answer(address, lambda document, _: document)
    assert taken == [80]


STEERING = "\x1b[2J\x1b]0;gone\x07\x9b31m\u202e\u2066\u200b\x00\r"
SIGNS = set(STEERING) - {" "} - set("[2J]0;gone31m")


@pytest.mark.parametrize("place", ["body", "status", "header", "location", "kind", "json"])
def test_signs_that_steer_a_terminal_never_come_through(place):
    text = STEERING.replace("\r", "").replace("\x00", "").encode("utf-8")

    def answer(send: Send) -> None:
        send(
            {
                "body": REFUSED + b"\r\n" + text * 4,
                "status": b"HTTP/1.1 403 " + text + b"\r\n\r\n",
                "header": REFUSED + b"X-A: " + text + b"\r\n\r\n",
                "location": MOVED + b"Location: " + text + b"\r\n\r\n",
                "kind": b"HTTP/1.1 200 OK\r\nContent-Type: " + text + b"\r\n\r\n" + text,
                "json": OK + b"\r\n" + text,
            }[place]
        )

    with serving(answer) as address, pytest.raises(EenzaamStatsError) as caught:
        Transport(PATIENCE).answer(address, lambda document, _: document)
    assert not SIGNS & set(str(caught.value))


@pytest.mark.parametrize("escaped", [True, False])
def test_texts_of_a_document_are_clean(escaped):
    import json

    words = STEERING.replace("\x00", "").replace("\r", "") + "Een\r\nregel\tverder \u00e9\u20ac"
    body = json.dumps({"T\u202eitle": [words, {"a": words}], "n": 1}, ensure_ascii=escaped).encode()
    found = read_document(body)
    assert not SIGNS & set(json.dumps(found, ensure_ascii=False))
    assert found["Title"][0].endswith("Een\nregel\tverder \u00e9\u20ac")
    assert found["n"] == 1
    assert printable("Den Haag \u00e9") == "Den Haag \u00e9"
