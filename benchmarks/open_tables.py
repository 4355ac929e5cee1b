"""Paging a long table to Parquet: memory against the number of rows, throughput against cbsodata.

A server of the tests, in a process of its own, gives a SYNTHETIC table in pages of 10,000 rows. All
pages are made beforehand, so that the server costs little. Every measurement runs in a process of
its own; the peak is that of the process minus what it needs before the first request.

Usage::

    python benchmarks/open_tables.py                          # 1,000,000 rows, about four minutes
    python benchmarks/open_tables.py --rows 100000 --repeats 3
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import cbsodata
import pandas as pd
import pyarrow.parquet  # noqa: F401  (before the memory is measured)

from eenzaam_stats.statline.access import Access
from eenzaam_stats.statline.service import Service
from eenzaam_stats.statline.statline import save_table

HERE = Path(__file__).resolve()
TESTS = HERE.parents[1] / "tests"
PAGE = 10_000


def peak() -> float:
    """Largest memory of this process so far, in MiB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise SystemExit("peak memory is read from /proc; run this on Linux")


def serve(rows: int) -> None:
    """Serve the table until the input ends; all its pages are made first."""
    sys.path.insert(0, str(TESTS))
    from statline.odata_server import serving  # noqa: PLC0415  (the server of the tests)
    from statline.odata_tables import large  # noqa: PLC0415

    with serving(large(rows), page_size=PAGE, keep_pages=True) as site:
        for entity in ("TypedDataSet", "UntypedDataSet"):
            for first in ("?$format=json", "?%24format=json"):
                address = f"{site.address}/ODataFeed/odata/99999NED/{entity}{first}"
                while address:
                    with urlopen(address) as answer:
                        address = json.load(answer).get("odata.nextLink")
        print(site.address, flush=True)
        sys.stdin.read()


def ours(address: str, folder: Path, *, cached: bool) -> int:
    blocked = folder / "none"
    blocked.write_text("a file, so that nothing can be kept here")
    kept = folder / "cache" if cached else blocked / "cache"
    access = Access(Service("CBS", address, 3, "SYNTHETIC", "none"), folder=kept)
    return save_table("99999NED", folder / "ours.parquet", access=access).rows


def theirs(address: str, folder: Path, *, parquet: bool) -> int:
    cbsodata.options.use_https = False
    rows = cbsodata.get_data("99999NED", catalog_url=address.partition("//")[2])
    if parquet:
        pd.DataFrame(rows).to_parquet(folder / "theirs.parquet")
    return len(rows)


OURS = "ours, Parquet"
WAYS = {
    OURS: lambda a, f: ours(a, f, cached=False),
    "ours, Parquet and cache": lambda a, f: ours(a, f, cached=True),
    "cbsodata, list": lambda a, f: theirs(a, f, parquet=False),
    "cbsodata, Parquet": lambda a, f: theirs(a, f, parquet=True),
}


def measure(way: str, address: str) -> None:
    """Run one way in this process and print what it took."""
    warnings.simplefilter("ignore")  # where ours is told to keep nothing
    before = peak()
    with tempfile.TemporaryDirectory() as name:
        start, used = time.perf_counter(), time.process_time()
        rows = WAYS[way](address, Path(name))
        seconds, processor = time.perf_counter() - start, time.process_time() - used
    above = peak() - before
    found = {"rows": rows, "seconds": seconds, "processor": processor, "above": above}
    print(json.dumps(found))


def run(way: str, address: str) -> dict[str, float]:
    words = [sys.executable, str(HERE), "--measure", way, "--address", address]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


def compare(rows: int, repeats: int) -> None:
    """Every way, next to each other in every repeat, for the rows asked for and a tenth of them."""
    for n in (rows // 10, rows):
        words = [sys.executable, str(HERE), "--serve", str(n)]
        server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            address = server.stdout.readline().strip()
            found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
            for _ in range(repeats):
                for way in WAYS:
                    found[way].append(run(way, address))
        finally:
            server.stdin.close()
            server.wait()
        show(n, found)


def show(rows: int, found: dict[str, list[dict[str, float]]]) -> None:
    counts = {way: {int(one["rows"]) for one in each} for way, each in found.items()}
    if any(count != {rows} for count in counts.values()):
        raise SystemExit(f"not all ways gave {rows} rows: {counts}")
    print(f"\n{rows:,} rows, {rows // PAGE} pages")
    heads = ("seconds", "/ ours", "processor s", "/ ours", "MiB above start")
    print(f"{'way':<26}" + "".join(f"{head:>16}" for head in heads))
    seconds, processor, above = (
        {way: median(one[name] for one in each) for way, each in found.items()}
        for name in ("seconds", "processor", "above")
    )
    for way in found:
        cells = [seconds[way], seconds[way] / seconds[OURS]]
        cells += [processor[way], processor[way] / processor[OURS], above[way]]
        print(f"{way:<26}" + "".join(f"{cell:>16.2f}" for cell in cells))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
    elif asked.measure:
        measure(asked.measure, asked.address)
    else:
        compare(asked.rows, asked.repeats)


if __name__ == "__main__":
    main()
