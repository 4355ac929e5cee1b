"""The tests have no network but this machine, and would notice if they had."""

from __future__ import annotations

import socket

import pytest
import urllib3


def test_other_machine_cannot_be_reached() -> None:
    with pytest.raises(BaseException, match=r"a test connected to '192\.0\.2\.1'") as caught:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert not isinstance(caught.value, Exception)
    with pytest.raises(BaseException, match=r"'opendata\.cbs\.nl'") as caught:
        urllib3.request("GET", "https://opendata.cbs.nl", retries=False, timeout=1)
    assert not isinstance(caught.value, Exception)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), timeout=2).close()
