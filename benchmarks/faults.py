"""Random faults: the exact result or one sentence, old files whole, nothing left behind.

``python benchmarks/faults.py [NUMBER] [--store]`` draws faults from their number, so that each can
be made again: a process that is killed, a disk that is full at once, in the middle or only at its
end, a folder that is read-only or locked, a server that is slow or endless, a damaged or edited
file. Needs a POSIX system. ``--store`` keeps the counts in ``faults.csv``.
"""

from __future__ import annotations

import contextlib
import random
import socketserver
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

import eenzaam_stats as es  # noqa: E402
from eenzaam_stats.errors import EenzaamStatsError  # noqa: E402
from eenzaam_stats.letter import report  # noqa: E402
from eenzaam_stats.loaders.sources.ess import read_ess  # noqa: E402
from eenzaam_stats.statline.access import Access  # noqa: E402
from eenzaam_stats.statline.statline import read_table  # noqa: E402
from eenzaam_stats.statline.transport import Patience, Transport  # noqa: E402
from files.faulty_disk import (  # noqa: E402
    ended_at,
    full_at_the_end,
    full_disk,
    locked,
    read_only,
    tree,
)
from files.writers import FOLDERS, WRITERS, Writer  # noqa: E402
from statline.patient import at  # noqa: E402

OLD = b"the file that was there"
PREFIX = ".eenzaam-stats-"
DOCUMENTS = {"letter.html": b"x" * 9_000, "figures/a.svg": b"y" * 99, "manifest.json": b"{}"}
DISKS = {
    "full at the end": full_at_the_end,
    "read-only folder": read_only,
    "locked by another program": locked,
}
KINDS = ("killed", "full disk", *DISKS, "slow server", "endless server", "cut file", "edited cache")
WEIGHTS = (4, 4, 2, 2, 2, 1, 1, 2, 2)
QUICK = [one for one in (*WRITERS, *FOLDERS) if one.name not in ("liss", "gm.zsav", "eu.dta")]


def main(number: int, *, store: bool) -> None:
    """Make so many faults and print what became of them."""
    report.documents = lambda _: dict(DOCUMENTS)
    ended: Counter[tuple[str, str]] = Counter()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        base = Path(name)
        es.synthesise("ess", base / "source.sav", wave=11, n=1_000, seed=1)
        for one in range(number):
            draw = random.Random(f"fault {one}")
            kind = draw.choices(KINDS, WEIGHTS)[0]
            folder = base / str(one)
            folder.mkdir()
            ended[kind, _faulty(kind, draw, folder)] += 1
    rows = ["fault,ending,number"]
    rows += [f"{kind},{ending},{n}" for (kind, ending), n in sorted(ended.items())]
    text = "\n".join(rows) + "\n"
    sys.stdout.write(text + f"{number} faults in {time.monotonic() - began:.0f} s\n")
    if store:
        (HERE / "faults.csv").write_text(text, "utf-8")


def _faulty(kind: str, draw: random.Random, folder: Path) -> str:
    if kind in ("slow server", "endless server"):
        return _served(kind, folder)
    if kind == "cut file":
        return _cut(draw, folder)
    if kind == "edited cache":
        return _edited(draw, folder)
    return _written(kind, draw, folder)


# ------------------------------------------------------------------ files that are written


def _written(kind: str, draw: random.Random, folder: Path) -> str:
    writer = draw.choice(QUICK)
    place = folder / writer.name
    before = _prepared(writer, place, there=draw.random() < 0.5)
    if kind == "killed":
        killed = ended_at(draw.randint(1, 14), lambda: _quietly(writer, place))
        ending = "killed" if killed else "exact"
    else:
        limit = draw.choice([0, 100, 5_000])
        fault = full_disk(limit) if kind == "full disk" else DISKS[kind](0)
        with fault:
            ending = _said(lambda: _quietly(writer, place))
    if ending == "sentence":
        found = {name: data for name, data in tree(folder).items() if name in before or data}
        assert found == before, (kind, writer.name)
    elif ending == "killed" and writer in WRITERS and before:
        assert all((folder / name).exists() for name in before), writer.name
    if not writer.replaces and place.is_file():
        place.unlink()
    _quietly(writer, place)  # the next run: it works, and cleans
    assert not [name for name in tree(folder) if PREFIX in name], (kind, writer.name)
    return ending


def _prepared(writer: Writer, place: Path, *, there: bool) -> dict[str, bytes | None]:
    """What stands there before: an old file or set, or nothing."""
    if writer.name == "release":
        place.mkdir()
    if writer.name == "kept":
        (place.parent / "source.sav").write_bytes((place.parents[1] / "source.sav").read_bytes())
    if there and writer.replaces:
        if writer in WRITERS:
            for name in (writer.name, *writer.also):
                (place.parent / name).write_bytes(OLD)
        elif writer.name != "kept":
            _quietly(writer, place)
    return tree(place.parent)


def _quietly(writer: Writer, place: Path) -> None:
    """Write; a cache that could not keep what was read raises here."""
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        writer.write(place, True)
    for one in heard:
        if "could not be kept" in str(one.message):
            raise EenzaamStatsError(str(one.message))


def _said(work: Callable[[], object]) -> str:
    """Whether the work was done or refused in one sentence; any other error ends the script."""
    said = ""
    try:
        work()
    except EenzaamStatsError as problem:
        said = str(problem)
    assert "\n" not in said, said
    assert PREFIX not in said, said
    return "sentence" if said else "exact"


# ------------------------------------------------------------------ files that are read


def _cut(draw: random.Random, folder: Path) -> str:
    """A survey file that lost its end is refused, never read in part."""
    whole = (folder.parent / "source.sav").read_bytes()
    (folder / "cut.sav").write_bytes(whole[: draw.randrange(len(whole) - 8)])
    return _said(lambda: read_ess(folder / "cut.sav", wave=11))


def _edited(draw: random.Random, folder: Path) -> str:
    """A kept survey with changed bytes is noticed and read again."""
    source, kept = folder.parent / "source.sav", folder / "kept"
    first = read_ess(source, wave=11, cache=kept).respondents
    (path,) = kept.glob("*.parquet")
    data = bytearray(path.read_bytes())
    for _ in range(draw.choice([1, 1, 2, 30])):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    path.write_bytes(data if draw.random() < 0.8 else data[: draw.randrange(len(data))])
    again = read_ess(source, wave=11, cache=kept).respondents
    assert first.equals(again)
    assert len(list(kept.iterdir())) == 1
    return "exact"


# ------------------------------------------------------------------ servers


class _Slow(socketserver.BaseRequestHandler):
    """Begins an answer and then sends a byte now and then, or bytes without end."""

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.request.recv(4_096)
            self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{")
            while not self.server.ended:
                self.request.sendall(b" " * (65_536 if self.server.endless else 1))
                time.sleep(0 if self.server.endless else 0.05)


@contextlib.contextmanager
def _server(*, endless: bool) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Slow) as server:
        server.daemon_threads, server.endless, server.ended = True, endless, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.ended = True
            server.shutdown()


def _served(kind: str, folder: Path) -> str:
    patience = Patience(connect=1.0, read=0.5, deadline=0.6)
    began = time.monotonic()
    with _server(endless=kind == "endless server") as address:
        access = Access(at(address), Transport(patience), folder / "cache")
        ending = _said(lambda: read_table("85766NED", access=access))
    assert time.monotonic() - began < 20.0, kind
    assert ending == "sentence"
    assert not [path for path in folder.rglob("*") if path.is_file()]
    return ending


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdecimal()]
    main(numbers[0] if numbers else 500, store="--store" in words)
