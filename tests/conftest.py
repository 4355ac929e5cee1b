"""Fixtures that every folder of the tests may use."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with reference data beside the repository; absent on most machines."""
    if not (SHARED / "data").is_dir():
        pytest.skip("the reference data folder ../shared/data is not on this machine")
    return SHARED / "data"


@pytest.fixture(scope="session")
def letter_text() -> str:
    """Text of the advisory letter, when it lies beside the repository."""
    path = SHARED / "letter" / "advisory_letter_2025-04-10.txt"
    if not path.is_file():
        pytest.skip("the text of the letter, ../shared/letter, is not on this machine")
    return path.read_text("utf-8")


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20220923)


class NetworkTouched(BaseException):
    """No test may leave this machine; not an ``Exception``, so that nothing can swallow it."""


def _require_own(host: object) -> None:
    """Raise unless a host is this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if name in {"localhost", socket.gethostname()}:
        return
    try:
        own = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        raise NetworkTouched(f"a test looked for the machine {name!r}") from None
    if not (own.is_loopback or own.is_unspecified):
        raise NetworkTouched(f"a test connected to {name!r}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Connections to other machines, and the search for their names, fail loudly in every test."""
    patch = pytest.MonkeyPatch()

    def checked(original):
        def call(own: socket.socket, address):
            if own.family in {socket.AF_INET, socket.AF_INET6}:
                _require_own(address[0])
            return original(own, address)

        return call

    search = socket.getaddrinfo

    def searched(host, *rest, **more):
        _require_own(host)
        return search(host, *rest, **more)

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, checked(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", searched)
    yield
    patch.undo()
