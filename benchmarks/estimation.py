"""Prevalence in 300 groups: R survey, svy and every engine, on the same rows, in time and memory.

usage: python benchmarks/estimation.py [--rows 500000] [--repeats 5] [--only NAME ...]
       python benchmarks/estimation.py --scale [ROWS ...]

Every measurement runs in a process of its own, so that its memory peak is its own. Ratios within
one run, printed and never asserted; that all programs give the same numbers is checked. What is
not installed is left out, and said. See benchmarks/README.md.
"""

# ruff: noqa: PLC0415 - a child takes the memory peak of its parent for its own, so no heavy import
# stands at the top
from __future__ import annotations

import argparse
import importlib.util
import json
import math
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED, CHUNK = 20240521, 1_000_000
REGIONS, AGES, SEXES, STRATA, CLUSTERS = 25, 6, 2, 14, 40
BY = ["region", "age", "sex"]
DESIGNS = {
    "stratified": {"weight": "weight", "stratum": "stratum"},
    "clustered": {"weight": "weight", "stratum": "region", "cluster": "cluster"},
}
SCALE = (5_000_000, 20_000_000, 100_000_000)
SCALED = ("polars lazy", "DuckDB")
REFERENCE = "polars lazy"
AGREE_RTOL = 1e-9
BYTES_PER_MIB = 1024**2
R_SCRIPT = Path(__file__).with_suffix(".R")


# ---- the data ------------------------------------------------------------------------------------


def write_people(path: Path, *, rows: int) -> None:
    """Write made-up respondents to a Parquet file, a chunk at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(SEED)
    shares = rng.dirichlet(np.full(REGIONS, 20.0))
    of_region, of_cluster = rng.normal(0, 0.2, REGIONS), rng.normal(0, 0.3, (REGIONS, CLUSTERS))
    writer = None
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        region = rng.choice(REGIONS, n, p=shares)
        cluster, age = rng.integers(0, CLUSTERS, n), rng.integers(0, AGES, n)
        sex, stratum = rng.integers(0, SEXES, n), rng.integers(0, STRATA, n)
        level = of_region[region] + of_cluster[region, cluster] + 0.1 * age + 0.1 * sex - 2.4
        columns = {
            "region": region,
            "stratum": region * STRATA + stratum,
            "cluster": cluster,
            "age": age,
            "sex": sex,
            "y": rng.random(n) < 1 / (1 + np.exp(-level)),
        }
        table = pa.table({name: pa.array(values, pa.int32()) for name, values in columns.items()})
        weight = pa.array(np.exp(rng.normal(3.0, 0.5, n) + 0.1 * age))
        table = table.append_column("weight", weight)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


def write_csv(path: Path) -> None:
    """The same rows for R, weights with every digit."""
    import pandas as pd

    pd.read_parquet(path).to_csv(path.with_suffix(".csv"), index=False)


# ---- engines: how a file becomes a frame, and the bare group-by on that frame --------------------


def pandas_frame(path: Path) -> Any:
    import pandas as pd

    return pd.read_parquet(path)


def polars_frame(path: Path) -> Any:
    import polars as pl

    return pl.read_parquet(path)


def polars_lazy_frame(path: Path) -> Any:
    import polars as pl

    return pl.scan_parquet(path)


def arrow_frame(path: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(path)


def duckdb_frame(path: Path) -> Any:
    import duckdb

    return duckdb.read_parquet(str(path))


def spark_frame(path: Path) -> Any:
    from pyspark.sql import SparkSession

    quiet = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4"}
    builder = SparkSession.builder.master("local[2]")
    for name, value in quiet.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session.read.parquet(str(path))


def pandas_sums(frame: Any, keys: Sequence[str], *, needed: bool) -> Any:
    w = frame["weight"]
    sums = {"w": w, "wy": w * frame["y"]}
    if needed:
        sums |= {"ww": w * w, "wwy": w * sums["wy"], "n": 1}
    return frame[list(keys)].assign(**sums).groupby(list(keys), sort=False).sum()


def polars_sums(frame: Any, keys: Sequence[str], *, needed: bool) -> Any:
    import polars as pl

    w, y = pl.col("weight"), pl.col("y")
    sums = [w.sum(), (w * y).sum().alias("wy")]
    if needed:
        sums += [(w * w).sum().alias("ww"), (w * w * y).sum().alias("wwy"), pl.len()]
    return frame.lazy().group_by(keys).agg(*sums).collect()


def arrow_sums(frame: Any, keys: Sequence[str], *, needed: bool) -> Any:
    import pyarrow.compute as pc

    w, y = frame["weight"], pc.cast(frame["y"], "double")
    sums = {"wy": pc.multiply(w, y)}
    if needed:
        sums |= {"ww": pc.multiply(w, w), "wwy": pc.multiply(w, sums["wy"])}
    table = frame.select([*keys, "weight"])
    for name, values in sums.items():
        table = table.append_column(name, values)
    wanted = [("weight", "sum"), *((name, "sum") for name in sums)]
    return table.group_by(list(keys)).aggregate([*wanted, *([([], "count_all")] * needed)])


def duckdb_sums(frame: Any, keys: Sequence[str], *, needed: bool) -> Any:
    names = ", ".join(keys)
    more = ", sum(weight * weight), sum(weight * weight * y), count(*)" if needed else ""
    return frame.aggregate(f"{names}, sum(weight), sum(weight * y){more}", names).fetchall()


def spark_sums(frame: Any, keys: Sequence[str], *, needed: bool) -> Any:
    from pyspark.sql import functions as f

    w, y = f.col("weight"), f.col("y")
    sums = [f.sum("weight"), f.sum(w * y)]
    if needed:
        sums += [f.sum(w * w), f.sum(w * w * y), f.count("*")]
    return frame.groupBy(*keys).agg(*sums).collect()


@dataclass(frozen=True)
class Engine:
    """A frame library: the module it needs, how it reads, and its bare group-by."""

    module: str
    read: Callable[[Path], Any]
    sums: Callable[..., Any]


ENGINES: Mapping[str, Engine] = {
    "polars lazy": Engine("polars", polars_lazy_frame, polars_sums),
    "polars": Engine("polars", polars_frame, polars_sums),
    "pandas": Engine("pandas", pandas_frame, pandas_sums),
    "pyarrow": Engine("pyarrow", arrow_frame, arrow_sums),
    "DuckDB": Engine("duckdb", duckdb_frame, duckdb_sums),
    "PySpark": Engine("pyspark", spark_frame, spark_sums),
}
PEERS = ("svy mean", "svy prop", "R mean", "R logit")


def is_here(name: str) -> bool:
    if name.startswith("R "):
        return shutil.which("Rscript") is not None
    module = ENGINES[name].module if name in ENGINES else "svy"
    if module == "pyspark" and shutil.which("java") is None:
        return False
    return importlib.util.find_spec(module) is not None


# ---- one measurement, in a process of its own ----------------------------------------------------


def ours(frame: Any, design: str) -> dict[str, Any]:
    """Our estimates; what they add up to is compared with the other programs."""
    import eenzaam_stats as es
    from eenzaam_stats.design import Design
    from eenzaam_stats.survey import HarmonisationReport, Survey

    report = HarmonisationReport("made_up", "2022", "people", "synthetic", "made-up adults", 0, 0)
    table = es.prevalence(Survey(frame, Design(**DESIGNS[design]), report), "y", by=BY)
    return {
        "groups": len(table.rows),
        "estimates": math.fsum(row.estimate for row in table.rows),
        "errors": math.fsum(row.std_error for row in table.rows),
    }


def bare(engine: str, frame: Any, design: str, *, needed: bool = False) -> dict[str, Any]:
    """Sums over the same keys in the words of the engine itself: two, or the five of a variance."""
    columns = [DESIGNS[design].get("stratum"), DESIGNS[design].get("cluster")]
    keys = list(dict.fromkeys([*BY, *filter(None, columns)]))
    ENGINES[engine].sums(frame, keys, needed=needed)
    return {}


def by_svy(frame: Any, design: str, kind: str) -> dict[str, Any]:
    import svy

    names = {"weight": "wgt", "stratum": "stratum", "cluster": "psu"}
    columns = {names[role]: column for role, column in DESIGNS[design].items()}
    said = getattr(svy.Sample(frame, svy.Design(**columns)).estimation, kind)("y", by=BY)
    rows = [row for row in said.estimates if kind == "mean" or row.y_level in (1, "1", True)]
    return {
        "groups": len(rows),
        "estimates": math.fsum(row.est for row in rows),
        "errors": math.fsum(row.se for row in rows),
    }


def by_r(path: Path, design: str, kind: str) -> dict[str, Any]:
    command = ["Rscript", str(R_SCRIPT), str(path.with_suffix(".csv")), design, kind]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(said.strip().splitlines()[-1])


def peak_mib(frame: Any) -> float:
    """Highest memory of this process so far; of the Java process instead, where there is one."""
    gateway = getattr(getattr(frame, "sparkSession", None), "_sc", None)
    if gateway is not None:
        status = Path(f"/proc/{gateway._gateway.proc.pid}/status")
        if status.is_file():
            peak = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
            return float(peak.split()[1]) * 1024 / BYTES_PER_MIB
    whose = resource.RUSAGE_CHILDREN if frame is None else resource.RUSAGE_SELF
    return resource.getrusage(whose).ru_maxrss * 1024 / BYTES_PER_MIB


def child(name: str, work: str, design: str, path: Path, *, repeats: int) -> dict[str, Any]:
    """Measure once; a long program runs once, a short one after a first call that is not timed."""
    if name.startswith("R "):
        said = by_r(path, design, name.removeprefix("R "))
        return {**said, "peak": peak_mib(None)}
    frame = ENGINES[name].read(path) if name in ENGINES else polars_frame(path)
    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "ours": lambda: ours(frame, design),
        "bare": lambda: bare(name, frame, design),
        "needed": lambda: bare(name, frame, design, needed=True),
        "peer": lambda: by_svy(frame, design, name.removeprefix("svy ")),
    }
    if work == "peer":
        repeats = 1
    else:
        calls[work]()
    durations, said = [], {}
    for _ in range(repeats):
        start = time.perf_counter()
        said = calls[work]()
        durations.append(time.perf_counter() - start)
    return {**said, "seconds": statistics.median(durations), "peak": peak_mib(frame)}


def run(name: str, work: str, design: str, path: Path, *, repeats: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", name, work, design, "--file", str(path)]
    command += ["--repeats", str(repeats)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}, {design}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


# ---- what is printed -----------------------------------------------------------------------------


def require_agreement(results: Mapping[str, Mapping[str, Any]]) -> None:
    """Stop when two programs give other numbers: then their times say nothing."""
    first = results[REFERENCE]
    for name, said in results.items():
        same = said["groups"] == first["groups"] and all(
            said[key] is None or math.isclose(said[key], first[key], rel_tol=AGREE_RTOL)
            for key in ("estimates", "errors")
        )
        if not same:
            raise SystemExit(f"{name} and {REFERENCE} differ: {said} against {first}")


def compared(path: Path, design: str, names: Sequence[str], *, repeats: int) -> list[str]:
    """Lines of one design: every program, as a multiple of ours on the reference engine."""
    results, floors, needed = {}, {}, {}
    for name in names:
        work = "ours" if name in ENGINES else "peer"
        results[name] = run(name, work, design, path, repeats=repeats)
        if name in ENGINES:
            floors[name] = run(name, "bare", design, path, repeats=repeats)
            needed[name] = run(name, "needed", design, path, repeats=repeats)
    require_agreement(results)
    unit = results[REFERENCE]["seconds"]
    lines = [
        f"design {design}, {results[REFERENCE]['groups']} groups",
        f"{'program':<22}{'seconds':>10}{'x ours':>9}{'x bare':>8}{'x needed':>10}"
        f"{'peak MiB':>10}{'bare MiB':>10}",
    ]
    for name, said in results.items():
        label = f"ours, {name}" if name in ENGINES else name
        floor = floors.get(name)
        times = f"{'-':>8}{'-':>10}"
        if floor:
            both = (said["seconds"] / one[name]["seconds"] for one in (floors, needed))
            times = "{:>8.1f}{:>10.1f}".format(*both)
        memory = f"{floor['peak']:>10,.0f}" if floor else f"{'-':>10}"
        extra = f"   svydesign {said['setup']:.2f} s" if "setup" in said else ""
        lines.append(
            f"{label:<22}{said['seconds']:>10.3f}{said['seconds'] / unit:>9.1f}{times}"
            f"{said['peak']:>10,.0f}{memory}{extra}"
        )
    return lines


def scaled(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Lines of the same program on larger files: time per row, against the smallest file."""
    yield "synthetic Parquet files, read lazily"
    yield (
        f"{'rows':>12}  {'engine':<12} {'design':<11}{'seconds':>9}{'ns per row':>12}"
        f"{'x smallest':>12}{'x bare':>8}{'peak MiB':>10}"
    )
    per_row: dict[tuple[str, str], float] = {}
    for rows in sorted(options.scale or SCALE):
        path = folder / f"people_{rows}.parquet"
        make(path, rows=rows)
        for name in [name for name in SCALED if name in options.only and is_here(name)]:
            for design in options.designs:
                said = run(name, "ours", design, path, repeats=options.repeats)
                floor = run(name, "bare", design, path, repeats=options.repeats)
                each = said["seconds"] / rows
                first = per_row.setdefault((name, design), each)
                yield (
                    f"{rows:>12,}  {name:<12} {design:<11}{said['seconds']:>9.2f}"
                    f"{each * 1e9:>12.1f}{each / first:>12.2f}"
                    f"{said['seconds'] / floor['seconds']:>8.1f}{said['peak']:>10,.0f}"
                )
        path.unlink()


def make(path: Path, *, rows: int, csv: bool = False) -> None:
    """Write the file in a process of its own, so that this one stays small."""
    command = [sys.executable, __file__, "--make", "--file", str(path), "--rows", str(rows)]
    subprocess.run([*command, *(["--csv"] if csv else [])], check=True)


def options_of(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [*ENGINES, *PEERS]
    parser.add_argument("--rows", type=int, default=500_000, help="rows of the synthetic file")
    parser.add_argument("--repeats", type=int, default=5, help="times that short calls are run")
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME")
    parser.add_argument("--designs", nargs="+", choices=list(DESIGNS), default=list(DESIGNS))
    parser.add_argument("--scale", nargs="*", type=int, metavar="ROWS", help="larger files")
    parser.add_argument("--folder", type=Path, help="where large files go for a while")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--make", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--csv", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def compare_programs(folder: Path, options: argparse.Namespace) -> Iterator[str]:
    """Lines of the comparison: what takes part, then one table per design."""
    path = folder / "people.parquet"
    wanted = dict.fromkeys([REFERENCE, *options.only])
    names = [name for name in wanted if is_here(name)]
    make(path, rows=options.rows, csv=any(name.startswith("R ") for name in names))
    yield f"{options.rows:,} synthetic rows, median of {options.repeats} repeat(s)"
    yield from (f"left out, not installed: {name}" for name in wanted if name not in names)
    for design in options.designs:
        yield from compared(path, design, names, repeats=options.repeats)


def main(arguments: Sequence[str] | None = None) -> None:
    options = options_of(arguments)
    if options.make:
        write_people(options.file, rows=options.rows)
        if options.csv:
            write_csv(options.file)
        return
    if options.child:
        print(json.dumps(child(*options.child, options.file, repeats=options.repeats)))
        return
    program = compare_programs if options.scale is None else scaled
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for line in program(Path(folder), options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
